#pragma once
#include <pitot/lint/dashboard/context.hpp>
#include <pitot/lint/dashboard/look.hpp>

#include <algorithm>  // std::all_of, std::min, std::none_of
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace pitot::lint::dashboards {

namespace detail {

/// A selection: what it selects and what is done with it.
/// around  the aggregation; null without one
/// of      null when it is something else
struct plain_side {
    const promql::aggregation* around = nullptr;
    const promql::vector_selector* of = nullptr;
    std::string name;
    std::string_view function;
    std::string_view range;  ///< as it is written: two variables are two
    std::int64_t offset = 0;
};

}  // namespace detail
using detail::plain_side;

/// The part of a product that is no number, and what a number only filters: 100 * x and x > 0 are x.
[[nodiscard]] inline const promql::node* without_factors(const promql::node* n)
{
    for (n = promql::without_parens(n);;) {
        if (const auto* const sign = promql::as<promql::unary_node>(n)) {
            n = promql::without_parens(sign->of);
            continue;
        }
        const auto* const b = promql::as<promql::binary_node>(n);
        if (b == nullptr || b->matching != nullptr) return n;
        if (b->op != promql::token_kind::multiply && (!promql::is_comparison(b->op) || b->return_bool)) return n;
        n = promql::without_parens(promql::type_of(b->left) == promql::value_type::vector ? b->left : b->right);
    }
}

[[nodiscard]] inline plain_side plain_side_of(const context& in, const promql::node* n)
{
    plain_side out;
    n = without_factors(n);
    if (const auto* const sum = promql::as<promql::aggregation>(n)) {
        using promql::aggregator;
        for (const aggregator op : {aggregator::sum, aggregator::avg, aggregator::min, aggregator::max})
            if (sum->op == op) out.around = sum;
        if (out.around == nullptr || sum->parameter != nullptr) return {};
        n = promql::without_parens(sum->of);
    }
    if (const auto* const call = promql::as<promql::call_node>(n); call != nullptr && call->arguments.size() == 1) {
        out.function = call->name;
        n = promql::without_parens(call->arguments[0]);
    }
    if (const auto* const range = promql::as<promql::matrix_selector>(n)) {
        const text_span whole = in.readable.original_span(range->span);
        const text_span inner = in.readable.original_span(range->of->span);
        out.range = in.expr.text.substr(inner.end(), whole.end() - inner.end());
        n = range->of;
    }
    const auto* const v = promql::as<promql::vector_selector>(n);
    if (v == nullptr || v->shift.offset_expr != nullptr || v->shift.at != promql::at_kind::none) return {};
    const asked* const a = in.find(*v);
    if (a == nullptr || !a->unknown.empty()) return {};
    out.offset = v->shift.offset;
    out.name = a->name;
    out.of = v;
    return out;
}

/// The labels of the matchers that one selector has and the other has not.
[[nodiscard]] inline std::set<std::string_view> different_matchers(const promql::vector_selector& a,
                                                                   const promql::vector_selector& b)
{
    std::set<std::string_view> all;
    for (const auto& [one, other] : {std::pair{&a, &b}, std::pair{&b, &a}})
        for (const promql::label_matcher& m : one->matchers)
            if (std::none_of(other->matchers.begin(), other->matchers.end(), [&m](const promql::label_matcher& o) {
                    return o.name == m.name && o.op == m.op && o.value == m.value;
                }))
                all.insert(m.name);
    return all;
}

/// What every text that a pattern fits begins with, as far as it is plain to see.
/// whole  it is the text itself
[[nodiscard]] inline std::string_view beginning_of(std::string_view pattern, bool is_regex, bool& whole)
{
    const std::size_t end = is_regex ? pattern.find_first_of("\\.+*?()|[]{}^$") : std::string_view::npos;
    whole = end == std::string_view::npos;
    if (whole) return pattern;
    const bool may_be_missing = pattern[end] == '*' || pattern[end] == '?' || pattern[end] == '{';
    std::size_t last = may_be_missing && end > 0 ? end - 1 : end;
    while (last > 0 && last < end && (static_cast<unsigned char>(pattern[last]) & 0xC0U) == 0x80U) --last;
    return pattern.substr(0, last);
}

/// Is there surely no text that satisfies both matchers?
[[nodiscard]] inline bool no_text_fits_both(const asked_matcher& a, const asked_matcher& b)
{
    if (a.templated || b.templated) return false;
    for (const auto& [one, other] : {std::pair{&a, &b}, std::pair{&b, &a}})
        if (one->test.is_positive() && !one->test.is_regex() && !other->test(one->test.value())) return true;
    if (!a.test.is_positive() || !b.test.is_positive()) return false;
    const auto parts = [](const catalog::matcher& m) {
        std::vector<std::string_view> all = m.alternatives();
        if (all.empty()) all.emplace_back(m.value());
        return all;
    };
    for (const std::string_view x : parts(a.test))
        for (const std::string_view y : parts(b.test)) {
            bool x_whole = false;
            bool y_whole = false;
            const std::string_view left = beginning_of(x, a.test.is_regex(), x_whole);
            const std::string_view right = beginning_of(y, b.test.is_regex(), y_whole);
            const std::size_t both = std::min(left.size(), right.size());
            const bool differ = left.substr(0, both) != right.substr(0, both) ||
                                (x_whole && left.size() < right.size()) || (y_whole && right.size() < left.size());
            if (!differ) return false;
        }
    return true;
}

/// Do the two sides select series that differ in a label, so that none is paired with itself?
[[nodiscard]] inline bool select_apart(const context& in, const plain_side& left, const plain_side& right,
                                       std::string_view label)
{
    const asked* const a = in.find(*left.of);
    const asked* const b = in.find(*right.of);
    for (const asked_matcher& x : a->matchers)
        for (const asked_matcher& y : b->matchers)
            if (x.written->name == label && y.written->name == label && no_text_fits_both(x, y)) return true;
    return false;
}

/// Do both sides aggregate the same series into each group that both have? So they do when every matcher that only one
/// has is on a label that the groups keep.
[[nodiscard]] inline bool groups_alike(const plain_side& left, const plain_side& right)
{
    if (left.around == nullptr || right.around == nullptr) return left.around == right.around;
    const promql::aggregation& a = *left.around;
    const promql::aggregation& b = *right.around;
    const auto same = [](const promql::aggregation& x, const promql::aggregation& y) {
        return std::all_of(x.grouping.begin(), x.grouping.end(),
                           [&y](const promql::label_name& l) { return promql::contains(y.grouping, l.text); });
    };
    if (a.op != b.op || a.without != b.without || !same(a, b) || !same(b, a)) return false;
    const auto only = different_matchers(*left.of, *right.of);
    return std::all_of(only.begin(), only.end(),
                       [&a](std::string_view label) { return promql::contains(a.grouping, label) != a.without; });
}

inline constexpr dashboard_rule ratio_always_one{
    {"ratio-always-one", severity::warning, "each series is divided by itself",
     "Both sides are the same metric with all its labels, so each series finds itself on the other side: the ratio is "
     "1, whatever the\n"
     "matchers are. Aggregate both sides, and not by the label that the matcher selects.",
     "rate(http_requests_total{status=~\"5..\"}[5m]) / rate(http_requests_total[5m])",
     "sum(rate(http_requests_total{status=~\"5..\"}[5m])) / sum(rate(http_requests_total[5m]))"},
    [](const context& in, const rule& about, remarks& out) {
        promql::walk(in.root, [&](const promql::node* n, const std::vector<const promql::node*>&) {
            const auto* const b = promql::as<promql::binary_node>(n);
            if (b == nullptr || b->op != promql::token_kind::divide || b->matching == nullptr ||
                b->matching->card != promql::cardinality::one_to_one)
                return;
            for (const promql::label_name& l : b->matching->labels)
                if (in.readable.is_variable(l.span)) return;
            const plain_side left = plain_side_of(in, b->left);
            const plain_side right = plain_side_of(in, b->right);
            if (left.of == nullptr || right.of == nullptr || left.name != right.name ||
                left.function != right.function || left.range != right.range || left.offset != right.offset ||
                !groups_alike(left, right))
                return;
            for (const std::string_view label : different_matchers(*left.of, *right.of)) {
                // What is paired by fewer labels than the matchers select by may be two series.
                if (promql::contains(b->matching->labels, label) != b->matching->on) return;
                if (select_apart(in, left, right, label)) return;  // nothing is paired
                if (in.sources.series != nullptr && have_nothing_in_common(in, *b, label)) return;
            }
            out.findings.push_back(in.at(b->span, about, about.level, "each series is divided by itself",
                                         left.around == nullptr ? "aggregate both sides"
                                                                : "leave out of the groups what a matcher selects"));
        });
    }};

}  // namespace pitot::lint::dashboards
