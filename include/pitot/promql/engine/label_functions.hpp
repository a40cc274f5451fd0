#pragma once
// Functions that change labels or put series in order.

#include <pitot/base/function_ref.hpp>
#include <pitot/base/order.hpp>
#include <pitot/base/utf8.hpp>
#include <pitot/promql/engine/evaluation.hpp>

#include <algorithm>
#include <cmath>
#include <string>
#include <string_view>
#include <vector>

namespace pitot::promql {

namespace detail {

[[nodiscard]] inline bool can_be_label_name(std::string_view name) { return !name.empty() && is_utf8(name); }

/// Calls value(labels, text) for each row; true with a text sets the label.
[[nodiscard]] inline matrix relabel_rows(evaluation& in, matrix m, std::string_view label,
                                         function_ref<bool(const label_set&, std::string&)> value)
{
    std::string text;
    for (row& r : m.rows) {
        text.clear();
        if (!value(*r.labels, text)) continue;
        label_set labels = *r.labels;
        labels.set(label, text.empty() ? std::string_view() : in.keep(std::string_view(text)));
        r.labels = in.keep(std::move(labels));
        if (label == store::name_label) r.drop_name = false;
    }
    in.merge_same_labels(m);
    return m;
}

/// Digits are compared as numbers. source  the natural order of facette/natsort: text and numbers in turn
[[nodiscard]] inline bool natural_less(std::string_view a, std::string_view b)
{
    const auto is_digit = [](char c) { return c >= '0' && c <= '9'; };
    const auto chunk = [&](std::string_view text) {
        std::size_t n = 0;
        while (n < text.size() && is_digit(text[n]) == is_digit(text[0])) ++n;
        return text.substr(0, n);
    };
    while (!a.empty() && !b.empty()) {
        const std::string_view x = chunk(a);
        const std::string_view y = chunk(b);
        if (x != y) {
            if (is_digit(x[0]) && is_digit(y[0])) {
                const auto bare = [](std::string_view n) {
                    return n.substr(std::min(n.find_first_not_of('0'), n.size()));
                };
                const std::string_view p = bare(x);
                const std::string_view q = bare(y);
                if (p.size() != q.size()) return p.size() < q.size();
                if (p != q) return p < q;
                if (x.size() != y.size()) return x.size() < y.size();
            } else {
                return x < y;
            }
        }
        a.remove_prefix(x.size());
        b.remove_prefix(y.size());
    }
    return a.size() < b.size();
}

/// The rows in another order.
[[nodiscard]] inline matrix in_order(const matrix& m, const std::vector<std::uint32_t>& order)
{
    matrix out(m.steps);
    for (const std::uint32_t i : order) {
        const std::size_t to = out.add(m.rows[i]);
        for (std::size_t s = 0; s < m.steps; ++s) out.copy_sample(m, i, to, s);
    }
    return out;
}

}  // namespace detail

[[nodiscard]] inline matrix label_replace(evaluation& in, const call_node& call, const time_grid& grid)
{
    const std::string_view to = string_argument(call.arguments[1]);
    const std::string_view replacement = string_argument(call.arguments[2]);
    const std::string_view from = string_argument(call.arguments[3]);
    const std::string_view pattern = string_argument(call.arguments[4]);
    compiled_regex regex{};
    try {
        regex = in.regex(pattern);
    } catch (const evaluation_error&) {
        in.fail(concat("invalid regular expression in label_replace(): ", pattern), call.arguments[4]->span);
    }
    if (!detail::can_be_label_name(to))
        in.fail(concat("invalid destination label name in label_replace(): ", to), call.arguments[1]->span);
    const auto groups = static_cast<std::size_t>(std::count(replacement.begin(), replacement.end(), '$'));
    return detail::relabel_rows(in, evaluate(in, without_parens(call.arguments[0]), grid), to,
                                [&](const label_set& labels, std::string& text) {
                                    const std::string_view value = labels.get(from);
                                    in.check_text(replacement.size() + groups * value.size());
                                    return regex.expand(value, replacement, text);
                                });
}

[[nodiscard]] inline matrix label_join(evaluation& in, const call_node& call, const time_grid& grid)
{
    const std::string_view to = string_argument(call.arguments[1]);
    const std::string_view separator = string_argument(call.arguments[2]);
    std::vector<std::string_view> from;
    for (std::size_t i = 3; i < call.arguments.size(); ++i) {
        from.push_back(string_argument(call.arguments[i]));
        if (!detail::can_be_label_name(from.back()))
            in.fail(concat("invalid source label name in label_join(): ", from.back()), call.arguments[i]->span);
    }
    if (!detail::can_be_label_name(to))
        in.fail(concat("invalid destination label name in label_join(): ", to), call.arguments[1]->span);
    return detail::relabel_rows(in, evaluate(in, without_parens(call.arguments[0]), grid), to,
                                [&](const label_set& labels, std::string& text) {
                                    for (std::size_t i = 0; i < from.size(); ++i) {
                                        if (i > 0) text += separator;
                                        text += labels.get(from[i]);
                                        in.check_text(text.size());
                                    }
                                    return true;
                                });
}

/// sort, sort_desc, sort_by_label, sort_by_label_desc. Over a range they change nothing.
[[nodiscard]] inline matrix sort_rows(evaluation& in, const call_node& call, const time_grid& grid)
{
    matrix m = evaluate(in, without_parens(call.arguments[0]), grid);
    if (!grid.is_instant())  // said behind what the argument says: of the same text twice the last has its place
        in.said.warn("sort is ineffective for range queries since results are always ordered by labels", call.span);
    const bool by_value = call.name == "sort" || call.name == "sort_desc";
    const bool down = call.name.ends_with("_desc");
    if (by_value && !m.histograms.empty()) {
        m.histograms.clear();
        m.drop_empty_rows();
    }
    if (!grid.is_instant()) return m;
    std::vector<std::uint32_t> order;
    if (by_value) {
        order = order_of(m.size(), [&](std::uint32_t a, std::uint32_t b) {
            const double x = m.values[a];
            const double y = m.values[b];
            if (std::isnan(y)) return !std::isnan(x);
            if (std::isnan(x)) return false;
            return down ? x > y : x < y;
        });
    } else {
        order = order_of(m.size(), [&](std::uint32_t a, std::uint32_t b) {
            const label_set& x = *m.rows[a].labels;
            const label_set& y = *m.rows[b].labels;
            for (std::size_t i = 1; i < call.arguments.size(); ++i) {
                const std::string_view label = string_argument(call.arguments[i]);
                const std::string_view p = x.get(label);
                const std::string_view q = y.get(label);
                if (p != q) return down ? detail::natural_less(q, p) : detail::natural_less(p, q);
            }
            return down ? y < x : x < y;
        });
    }
    return detail::in_order(m, order);
}

}  // namespace pitot::promql
