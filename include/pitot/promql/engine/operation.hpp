#pragma once
// One operation of two samples, floats or histograms.

#include <pitot/promql/check.hpp>
#include <pitot/promql/engine/evaluation.hpp>
#include <pitot/store/histogram_sum.hpp>
#include <pitot/store/histogram_trim.hpp>

#include <cmath>
#include <string_view>
#include <type_traits>
#include <utility>

namespace pitot::promql::detail {

[[nodiscard]] constexpr bool is_arithmetic(token_kind op) noexcept
{
    return (op >= token_kind::add && op <= token_kind::power) || op == token_kind::atan2;
}

/// Calls with(f), f(a, b) the operation: for a comparison whether it holds.
template <class With>
auto with_operation(token_kind op, With&& with)
{
    switch (op) {
    case token_kind::add: return with([](double a, double b) { return a + b; });
    case token_kind::subtract: return with([](double a, double b) { return a - b; });
    case token_kind::multiply: return with([](double a, double b) { return a * b; });
    case token_kind::divide: return with([](double a, double b) { return a / b; });
    case token_kind::modulo: return with([](double a, double b) { return std::fmod(a, b); });
    case token_kind::power: return with([](double a, double b) { return std::pow(a, b); });
    case token_kind::atan2: return with([](double a, double b) { return std::atan2(a, b); });
    case token_kind::equal: return with([](double a, double b) { return a == b; });
    case token_kind::not_equal: return with([](double a, double b) { return a != b; });
    case token_kind::less: return with([](double a, double b) { return a < b; });
    case token_kind::less_equal: return with([](double a, double b) { return a <= b; });
    case token_kind::greater: return with([](double a, double b) { return a > b; });
    default: return with([](double a, double b) { return a >= b; });
    }
}

struct operand {
    double value = 0;
    const histogram* hist = nullptr;
};

/// keep   false: the comparison does not hold, or the types do not go together
/// valid  false: no result, and something was said
struct operated {
    double value = 0;
    const histogram* hist = nullptr;
    bool keep = true;
    bool valid = true;
};

/// One operation of samples that may be histograms.
[[nodiscard]] inline operated operate(evaluation& in, const binary_node& b, const operand& l, const operand& r)
{
    const auto refuse = [&]() -> operated {
        const std::string_view op = operator_text(b.op);
        in.said.info(concat("incompatible sample types encountered for binary operator ", quote(op), ": ",
                            l.hist != nullptr ? "histogram " : "float ", op,
                            r.hist != nullptr ? " histogram" : " float"),
                     b.span);
        return {0, nullptr, false, false};
    };
    const auto made = [&](histogram h) -> operated {
        h.compact();
        return {0, in.keep(std::move(h)), true, true};
    };
    if (l.hist == nullptr && r.hist == nullptr) {
        if (b.op == token_kind::trim_lower || b.op == token_kind::trim_upper) return refuse();
        return with_operation(b.op, [&](auto f) -> operated {
            const auto v = f(l.value, r.value);
            if constexpr (std::is_same_v<decltype(v), const bool>)
                return {l.value, nullptr, v, true};
            else
                return {v, nullptr, true, true};
        });
    }
    if (l.hist == nullptr) {
        if (b.op != token_kind::multiply) return refuse();
        histogram h = *r.hist;
        h.multiply(l.value);
        return made(std::move(h));
    }
    if (r.hist == nullptr) {
        histogram h = *l.hist;
        switch (b.op) {
        case token_kind::multiply: h.multiply(r.value); return made(std::move(h));
        case token_kind::divide: h.divide(r.value); return made(std::move(h));
        case token_kind::trim_upper:
        case token_kind::trim_lower:
            store::trim(h, r.value, b.op == token_kind::trim_upper);
            return {0, in.keep(std::move(h)), true, true};
        default: return refuse();
        }
    }
    switch (b.op) {
    case token_kind::equal: return {0, l.hist, store::equal(*l.hist, *r.hist), true};
    case token_kind::not_equal: return {0, l.hist, !store::equal(*l.hist, *r.hist), true};
    case token_kind::add:
    case token_kind::subtract: {
        const bool minus = b.op == token_kind::subtract;
        histogram h = *l.hist;
        const store::combination said = store::add(h, *r.hist, minus ? -1 : 1);
        const std::string_view operation = minus ? "subtraction" : "addition";
        if (said.incompatible) {
            in.said.warn(concat("incompatible bucket layout encountered for binary operator ", operator_text(b.op)),
                         b.span);
            return {0, nullptr, false, false};
        }
        if (said.collision) {  // upstream drops the pair: the warning stands in an error's place
            in.said.warn(concat("conflicting counter resets during histogram ", operation), b.span);
            return {0, nullptr, false, false};
        }
        if (said.reconciled)
            in.said.info(concat("mismatched custom buckets were reconciled during ", operation), b.span);
        if (minus) h.hint = reset_hint::gauge;
        return made(std::move(h));
    }
    default: return refuse();
    }
}

}  // namespace pitot::promql::detail
