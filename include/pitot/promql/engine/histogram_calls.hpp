#pragma once
// histogram_quantile and its like, over vectors: classic buckets are gathered by their labels once.

#include <pitot/base/decimal.hpp>
#include <pitot/base/function_ref.hpp>
#include <pitot/base/numbering.hpp>
#include <pitot/base/order.hpp>
#include <pitot/promql/durations.hpp>
#include <pitot/promql/engine/evaluation.hpp>
#include <pitot/promql/engine/histogram_functions.hpp>
#include <pitot/promql/engine/over_time.hpp>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <string>
#include <string_view>
#include <vector>

namespace pitot::promql {

namespace detail {

/// An `le` as Go's ParseFloat reads it. False for what is none, or NaN.
[[nodiscard]] inline bool read_limit(std::string_view text, double& to)
{
    const auto value = parse_number(text);
    if (!value || std::isnan(*value)) return false;
    to = *value;
    return true;
}

/// The series of a vector: classic buckets by what they are of, native histograms by themselves.
class histogram_vector {
public:
    /// labels  without le
    struct group {
        row head;
        std::vector<std::uint32_t> buckets;  ///< rows, by limit
        std::vector<std::uint32_t> natives;
    };

    histogram_vector(evaluation& in, const matrix& m, text_span where)
        : in_(in), m_(m), where_(where), limits_(m.size())
    {
        store::label_numbering seen;
        for (std::uint32_t i = 0; i < m.size(); ++i) {
            const label_set& labels = *m.rows[i].labels;
            const bool has_limit = read_limit(labels.get("le"), limits_[i]);
            bool floats = false;
            bool natives = false;
            for (std::size_t s = 0; s < m.steps; ++s) {
                const bool native = m.histogram_at(i, s) != nullptr;
                natives = natives || native;
                floats = floats || (!native && is_sample(m.floats(i)[s]));
            }
            const auto find = [&](bool without_limit) -> group& {
                label_set own = labels;
                if (without_limit) own.set("le", {});
                const std::uint32_t number = seen.add(own);
                if (number == groups_.size())
                    groups_.push_back({{in.keep(std::move(own)), m.rows[i].drop_name}, {}, {}});
                return groups_[number];
            };
            if (floats && has_limit) find(true).buckets.push_back(i);
            if (natives) find(false).natives.push_back(i);
            if (floats && !has_limit)
                in.said.warn(concat("bucket label \"le\" is missing or has a malformed value of ",
                                    quote(labels.get("le")),
                                    in.how.delayed_name_removal ? of_metric(labels.metric_name()) : std::string()),
                             where);
        }
        for (group& g : groups_)
            sort_numbers(g.buckets, [&](std::uint32_t a, std::uint32_t b) { return limits_[a] < limits_[b]; });
    }

    using of_classic = function_ref<double(std::vector<classic_count>&, std::size_t, std::string_view)>;
    using of_native = function_ref<double(const histogram&, std::size_t, std::string_view)>;

    /// Calls classic(buckets, step, metric) or native(histogram, step, metric) for each group and step, and keeps what
    /// it gives.
    [[nodiscard]] matrix map(of_classic classic, of_native native)
    {
        matrix out = by_group(classic, native);
        out.drop_empty_rows();
        in_.finish(out);
        return out;
    }

    /// The same with a row for each group, be it empty.
    [[nodiscard]] matrix by_group(of_classic classic, of_native native)
    {
        matrix out(m_.steps);
        std::vector<classic_count> buckets;
        for (const group& one : groups_) {
            const std::size_t to = out.add(in_.without_name(one.head));
            const std::string_view name = one.head.labels->metric_name();
            for (std::size_t s = 0; s < m_.steps; ++s) {
                buckets.clear();
                for (const std::uint32_t b : one.buckets)
                    if (const double v = m_.floats(b)[s]; is_sample(v) && m_.histogram_at(b, s) == nullptr)
                        buckets.push_back({limits_[b], v});
                const histogram* h = nullptr;
                for (const std::uint32_t r : one.natives)
                    if (m_.histogram_at(r, s) != nullptr) h = m_.histogram_at(r, s);
                if (h != nullptr && !buckets.empty()) {
                    in_.said.warn(concat("vector contains a mix of classic and native histograms",
                                         in_.how.delayed_name_removal ? of_metric(name) : std::string()),
                                  where_);
                    continue;
                }
                if (h != nullptr)
                    out.floats(to)[s] = native(*h, s, name);
                else if (!buckets.empty())
                    out.floats(to)[s] = classic(buckets, s, name);
            }
        }
        return out;
    }
    [[nodiscard]] const std::vector<group>& groups() const noexcept { return groups_; }

private:
    evaluation& in_;
    const matrix& m_;
    text_span where_;
    std::vector<double> limits_;  ///< of the rows: their `le`
    std::vector<group> groups_;
};

inline void warn_if_no_quantile(evaluation& in, const matrix& q, text_span where)
{
    for (const double v : q.values)
        if (std::isnan(v) || v < 0 || v > 1)
            in.said.warn(concat("quantile value should be between 0 and 1, got ", go_number(v)), where);
}

[[nodiscard]] inline double classic_quantile_at(evaluation& in, double q, std::vector<classic_count>& buckets,
                                                std::string_view name, text_span where, std::int64_t time)
{
    annotation::correction fixed;
    const double out = classic_quantile(q, buckets, fixed);
    if (fixed.count > 0) {
        fixed.count = 0;
        fixed.first = fixed.last = time;
        in.said.corrected(in.how.delayed_name_removal ? name : std::string_view(), where, fixed);
    }
    return out;
}

/// histogram_quantiles(v, "label", q…): a quantile may differ from step to step, and so may the label.
[[nodiscard]] inline matrix histogram_quantiles(evaluation& in, const call_node& call, const time_grid& grid)
{
    const node* const of = without_parens(call.arguments[0]);
    const matrix m = evaluate(in, of, grid);
    const std::string_view label = string_argument(call.arguments[1]);
    histogram_vector all(in, m, of->span);
    std::vector<matrix> wanted;
    for (std::size_t a = 2; a < call.arguments.size(); ++a) {
        const node* const argument = without_parens(call.arguments[a]);
        wanted.push_back(evaluate(in, argument, grid));
        warn_if_no_quantile(in, wanted.back(), argument->span);
    }

    matrix out(grid.count);
    for (const matrix& q : wanted) {
        const matrix part = all.by_group(
            [&](std::vector<classic_count>& b, std::size_t s, std::string_view name) {
                return classic_quantile_at(in, q.values[s], b, name, of->span, grid.at(s));
            },
            [&](const histogram& h, std::size_t s, std::string_view name) {
                return native_quantile(q.values[s], h, in.said, name, of->span);
            });
        numbering texts;
        std::vector<std::uint32_t> rows;  // of out, by text and group
        for (std::size_t s = 0; s < grid.count; ++s) {
            char room[number_size];
            const double value = q.values[s] == 0 ? 0 : q.values[s];  // -0 is written as 0, too
            const std::string_view text = std::isnan(value)
                                              ? std::string_view("NaN")
                                              : std::string_view(room, write_canonical_number(room, value));
            const std::uint32_t number = texts.add(text);
            rows.resize(texts.size() * part.size(), numbering::none);
            for (std::size_t g = 0; g < part.size(); ++g) {
                if (!part.has(g, s)) continue;
                std::uint32_t& to = rows[number * part.size() + g];
                if (to == numbering::none) {
                    label_set labels = *all.groups()[g].head.labels;
                    if (!in.how.delayed_name_removal) labels.drop_metadata();
                    labels.set(label, in.keep(text));
                    in.check_room(out);
                    to = static_cast<std::uint32_t>(out.add({in.keep(std::move(labels)), true}));
                }
                out.copy_sample(part, g, to, s);
            }
        }
    }
    in.finish(out);
    return out;
}

}  // namespace detail

[[nodiscard]] inline matrix evaluate_histogram_call(evaluation& in, const call_node& call, const time_grid& grid)
{
    const auto argument = [&](std::size_t i) { return without_parens(call.arguments[i]); };
    if (call.name == "histogram_quantile") {
        const matrix q = evaluate(in, argument(0), grid);
        const matrix m = evaluate(in, argument(1), grid);
        const text_span where = argument(1)->span;
        detail::warn_if_no_quantile(in, q, argument(0)->span);
        return detail::histogram_vector(in, m, where)
            .map(
                [&](std::vector<classic_count>& b, std::size_t s, std::string_view name) {
                    return detail::classic_quantile_at(in, q.values[s], b, name, where, grid.at(s));
                },
                [&](const histogram& h, std::size_t s, std::string_view name) {
                    return native_quantile(q.values[s], h, in.said, name, where);
                });
    }
    if (call.name == "histogram_fraction") {
        const matrix lower = evaluate(in, argument(0), grid);
        const matrix upper = evaluate(in, argument(1), grid);
        const matrix m = evaluate(in, argument(2), grid);
        const text_span where = argument(2)->span;
        return detail::histogram_vector(in, m, where)
            .map([&](std::vector<classic_count>& b, std::size_t s,
                     std::string_view) { return classic_fraction(lower.values[s], upper.values[s], b); },
                 [&](const histogram& h, std::size_t s, std::string_view name) {
                     return native_fraction(lower.values[s], upper.values[s], h, in.said, name, where);
                 });
    }
    return detail::histogram_quantiles(in, call, grid);
}

/// histogram_count and its like: a number for each native histogram.
[[nodiscard]] inline matrix map_histograms(evaluation& in, const matrix& m, double (*f)(const histogram&))
{
    matrix out(m.steps);
    for (std::size_t i = 0; i < m.size(); ++i) {
        const std::size_t to = out.add(in.without_name(m.rows[i]));
        for (std::size_t s = 0; s < m.steps; ++s)
            if (const histogram* const h = m.histogram_at(i, s); h != nullptr) out.floats(to)[s] = f(*h);
    }
    out.drop_empty_rows();
    in.finish(out);
    return out;
}

}  // namespace pitot::promql
