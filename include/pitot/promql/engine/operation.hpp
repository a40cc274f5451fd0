#pragma once
// One operation of two samples, floats or histograms.

#include <pitot/base/go_math.hpp>
#include <pitot/promql/check.hpp>
#include <pitot/promql/engine/evaluation.hpp>
#include <pitot/store/histogram_sum.hpp>
#include <pitot/store/histogram_trim.hpp>

#include <cmath>
#include <string_view>
#include <utility>

namespace pitot::promql::detail {

[[nodiscard]] constexpr bool is_arithmetic(token_kind op) noexcept
{
    return (op >= token_kind::add && op <= token_kind::power) || op == token_kind::atan2;
}

/// Columns of n floats. Where one has no sample there is no result.
/// kept  what a comparison gives where it holds, nothing where it does not; null: 1 and 0. May be l, r or `to`
inline void operate_columns(token_kind op, const double* l, const double* r, const double* kept, double* to,
                            std::size_t n)
{
    const auto calculate = [&](auto f) {
        for (std::size_t i = 0; i < n; ++i) to[i] = is_sample(l[i]) && is_sample(r[i]) ? f(l[i], r[i]) : no_sample();
    };
    const auto compare = [&](auto holds) {
        for (std::size_t i = 0; i < n; ++i) {
            if (!is_sample(l[i]) || !is_sample(r[i]))
                to[i] = no_sample();
            else if (kept == nullptr)
                to[i] = holds(l[i], r[i]) ? 1 : 0;
            else
                to[i] = holds(l[i], r[i]) ? kept[i] : no_sample();
        }
    };
    switch (op) {
    case token_kind::add: return calculate([](double a, double b) { return a + b; });
    case token_kind::subtract: return calculate([](double a, double b) { return a - b; });
    case token_kind::multiply: return calculate([](double a, double b) { return a * b; });
    case token_kind::divide: return calculate([](double a, double b) { return a / b; });
    case token_kind::modulo: return calculate([](double a, double b) { return std::fmod(a, b); });
    case token_kind::power: return calculate([](double a, double b) { return go::pow(a, b); });
    case token_kind::atan2: return calculate([](double a, double b) { return std::atan2(a, b); });
    case token_kind::equal: return compare([](double a, double b) { return a == b; });
    case token_kind::not_equal: return compare([](double a, double b) { return a != b; });
    case token_kind::less: return compare([](double a, double b) { return a < b; });
    case token_kind::less_equal: return compare([](double a, double b) { return a <= b; });
    case token_kind::greater: return compare([](double a, double b) { return a > b; });
    default: return compare([](double a, double b) { return a >= b; });
    }
}

struct operand {
    double value = 0;
    const histogram* hist = nullptr;
};

/// What there is to say of an operation.
enum class remark : unsigned char { none, types, layout, collision, reconciled };

/// keep    false: the comparison does not hold, or the types do not go together
/// valid   false: no result, and something to say
struct operated {
    double value = 0;
    const histogram* hist = nullptr;
    bool keep = true;
    bool valid = true;
    remark said = remark::none;
};

inline void say(evaluation& in, const binary_node& b, const operand& l, const operand& r, remark what)
{
    const std::string_view op = operator_text(b.op);
    const std::string_view operation = b.op == token_kind::subtract ? "subtraction" : "addition";
    const auto type = [](const operand& o) -> std::string_view { return o.hist != nullptr ? "histogram" : "float"; };
    switch (what) {
    case remark::none: break;
    case remark::types:
        in.said.info(concat("incompatible sample types encountered for binary operator ", quote(op), ": ", type(l), " ",
                            op, " ", type(r)),
                     b.span);
        break;
    case remark::layout:
        in.said.warn(concat("incompatible bucket layout encountered for binary operator ", op), b.span);
        break;
    case remark::collision:
        in.said.warn(concat("conflicting counter resets during histogram ", operation), b.span);
        break;
    case remark::reconciled:
        in.said.info(concat("mismatched custom buckets were reconciled during ", operation), b.span);
        break;
    }
}

/// One operation of samples that may be histograms.
[[nodiscard]] inline operated operate(evaluation& in, const binary_node& b, const operand& l, const operand& r)
{
    const auto refuse = [](remark why = remark::types) -> operated { return {0, nullptr, false, false, why}; };
    const auto made = [&](histogram h) -> operated {
        h.compact();
        return {0, in.keep(std::move(h))};
    };
    if (l.hist == nullptr && r.hist == nullptr) {
        if (b.op == token_kind::trim_lower || b.op == token_kind::trim_upper) return refuse();
        double v = 0;
        operate_columns(b.op, &l.value, &r.value, nullptr, &v, 1);
        if (is_comparison(b.op)) return {l.value, nullptr, v != 0};
        return {v, nullptr};
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
            return {0, in.keep(std::move(h))};
        default: return refuse();
        }
    }
    switch (b.op) {
    case token_kind::equal: return {0, l.hist, store::equal(*l.hist, *r.hist)};
    case token_kind::not_equal: return {0, l.hist, !store::equal(*l.hist, *r.hist)};
    case token_kind::add:
    case token_kind::subtract: {
        const bool minus = b.op == token_kind::subtract;
        histogram h = *l.hist;
        const store::combination said = store::add(h, *r.hist, minus ? -1 : 1);
        if (said.incompatible) return refuse(remark::layout);
        if (said.collision) return refuse(remark::collision);  // upstream drops the pair
        if (minus) h.hint = reset_hint::gauge_type;
        operated out = made(std::move(h));
        if (said.reconciled) out.said = remark::reconciled;
        return out;
    }
    default: return refuse();
    }
}

}  // namespace pitot::promql::detail
