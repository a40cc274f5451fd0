#pragma once
// Ranges, offsets and @ of a query in milliseconds.

#include <pitot/base/go_math.hpp>
#include <pitot/promql/engine/evaluation.hpp>

#include <cmath>
#include <cstdint>
#include <string>

namespace pitot::promql {

namespace detail {

/// Seconds of a duration expression.
[[nodiscard]] inline double duration_seconds(const evaluation& in, const node* n)
{
    if (const auto* const number = as<number_node>(n)) return number->value;
    if (n->kind == node_kind::paren) return duration_seconds(in, static_cast<const paren_node*>(n)->of);
    const auto& d = *static_cast<const duration_node*>(n);
    const double left = d.left != nullptr ? duration_seconds(in, d.left) : 0;
    const double right = d.right != nullptr ? duration_seconds(in, d.right) : 0;
    const auto divisor = [&](const char* what) {
        if (right == 0)
            in.fail(concat(std::to_string(n->span.offset), ":", std::to_string(n->span.end()), ": ", what, " by zero"),
                    n->span);
        return right;
    };
    switch (d.op) {
    case token_kind::step: return static_cast<double>(in.step) / 1000;
    case token_kind::range: return static_cast<double>(in.end - in.start) / 1000;
    case token_kind::min_of: return std::isnan(left) || std::isnan(right) ? NAN : std::min(left, right);
    case token_kind::max_of: return std::isnan(left) || std::isnan(right) ? NAN : std::max(left, right);
    case token_kind::subtract: return left - right;
    case token_kind::multiply: return left * right;
    case token_kind::divide: return left / divisor("division");
    case token_kind::modulo: return std::fmod(left, divisor("modulo"));
    case token_kind::power: return go::pow(left, right);
    default: return left + right;
    }
}

[[nodiscard]] inline std::int64_t milliseconds_of(const evaluation& in, const duration_node* expr,
                                                  std::int64_t nanoseconds, bool may_be_negative)
{
    if (expr == nullptr) return nanoseconds / 1'000'000;
    const double seconds = duration_seconds(in, expr);
    const auto refuse = [&](const char* why) {
        in.fail(concat(std::to_string(expr->span.offset), ":", std::to_string(expr->span.end()), ": ", why),
                expr->span);
    };
    if (std::isnan(seconds) || std::isinf(seconds)) refuse("duration is NaN or infinite");
    if (seconds <= 0 && !may_be_negative) refuse("duration must be greater than 0");
    if (std::fabs(seconds) > 9223372036.0) refuse("duration is out of range");
    return static_cast<std::int64_t>(seconds * 1000);
}

}  // namespace detail

/// When a selector looks, for a step at a time.
struct look_back {
    std::int64_t offset = 0;
    std::int64_t fixed = 0;
    bool is_fixed = false;

    [[nodiscard]] std::int64_t at(std::int64_t time) const noexcept { return (is_fixed ? fixed : time) - offset; }
};

[[nodiscard]] inline look_back look_back_of(const evaluation& in, const time_shift& shift)
{
    look_back out;
    if (shift.has_offset || shift.offset_expr != nullptr)
        out.offset = detail::milliseconds_of(in, shift.offset_expr, shift.offset, true);
    out.is_fixed = shift.at != at_kind::none;
    if (shift.at == at_kind::time) out.fixed = shift.at_time;
    if (shift.at == at_kind::start) out.fixed = in.start;
    if (shift.at == at_kind::end) out.fixed = in.end;
    return out;
}

}  // namespace pitot::promql
