#pragma once
// Operators between two operands. Pairs of series and the labels of results are found once, not at every step.

#include <pitot/promql/check.hpp>
#include <pitot/promql/engine/labels_text.hpp>
#include <pitot/promql/engine/operation.hpp>

#include <algorithm>
#include <cmath>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace pitot::promql {

[[nodiscard]] inline matrix scalar_with_scalar(const evaluation& in, const binary_node& b, const matrix& l,
                                               const matrix& r)
{
    matrix out(l.steps);
    out.add({in.no_labels(), false});
    detail::operate_columns(b.op, l.values.data(), r.values.data(), nullptr, out.values.data(), l.steps);
    return out;
}

/// swapped  the scalar stands on the left
[[nodiscard]] inline matrix vector_with_scalar(evaluation& in, const binary_node& b, matrix m, const matrix& scalar,
                                               bool swapped)
{
    const bool compares = is_comparison(b.op);
    const bool trims = b.op == token_kind::trim_lower || b.op == token_kind::trim_upper;
    const bool renames = detail::is_arithmetic(b.op) || b.return_bool;
    const double* const k = scalar.values.data();
    for (std::size_t i = 0; i < m.size(); ++i) {
        if (renames) m.rows[i] = in.without_name(m.rows[i]);
        double* const v = m.floats(i);
        if (m.histograms.empty() && !trims) {
            detail::operate_columns(b.op, swapped ? k : v, swapped ? v : k, b.return_bool ? nullptr : v, v, m.steps);
            continue;
        }
        for (std::size_t s = 0; s < m.steps; ++s) {
            if (!m.has(i, s)) continue;
            const detail::operand own{v[s], m.histogram_at(i, s)};
            const detail::operand other{k[s], nullptr};
            const detail::operand& l = swapped ? other : own;
            const detail::operand& r = swapped ? own : other;
            const detail::operated o = detail::operate(in, b, l, r);
            detail::say(in, b, l, r, o.said);
            v[s] = no_sample();
            if (!m.histograms.empty()) m.histograms[i * m.steps + s] = nullptr;
            if (!o.valid || !(o.keep || b.return_bool)) continue;
            if (b.return_bool)
                v[s] = o.keep ? 1 : 0;
            else if (compares)
                m.put(i, s, own.value, own.hist);
            else
                m.put(i, s, o.value, o.hist);
        }
    }
    in.finish(m);
    return m;
}

namespace detail {

/// The group that each series of both sides is matched in.
struct match_groups {
    std::vector<std::uint32_t> left;
    std::vector<std::uint32_t> right;
    std::size_t count = 0;
};

[[nodiscard]] inline bool matches_by(const vector_matching& how, std::string_view label) noexcept
{
    const bool listed = contains(how.labels, label);
    return how.on ? listed : !listed && label != store::name_label;
}

[[nodiscard]] inline match_groups match(const vector_matching& how, const matrix& l, const matrix& r)
{
    match_groups out;
    numbering seen;
    std::string key;
    const auto side = [&](const matrix& m, std::vector<std::uint32_t>& to) {
        to.reserve(m.size());
        for (const row& one : m.rows) {
            key.clear();
            for (const store::label& label : *one.labels)
                if (matches_by(how, label.name)) label_set::append_key(key, label);
            to.push_back(seen.add(key));
        }
    };
    side(l, out.left);
    side(r, out.right);
    out.count = seen.size();
    return out;
}

[[nodiscard]] inline label_set group_labels(const vector_matching& how, const label_set& of)
{
    label_set out = of;
    out.erase_if([&](std::string_view name) { return !matches_by(how, name); });
    return out;
}

}  // namespace detail

/// and, or, unless.
[[nodiscard]] inline matrix set_operation(evaluation& in, const binary_node& b, matrix l, const matrix& r)
{
    const detail::match_groups groups = detail::match(*b.matching, l, r);
    const std::size_t steps = l.steps;
    std::vector<bool> there(groups.count * steps);  // a bit beside eight bytes for a sample
    const bool is_or = b.op == token_kind::or_;
    const matrix& asked = is_or ? l : r;
    const auto& group_of = is_or ? groups.left : groups.right;
    for (std::size_t i = 0; i < asked.size(); ++i)
        for (std::size_t s = 0; s < steps; ++s)
            if (asked.has(i, s)) there[group_of[i] * steps + s] = true;
    if (is_or) {
        for (std::size_t i = 0; i < r.size(); ++i) {
            const std::size_t to = l.add(r.rows[i]);
            for (std::size_t s = 0; s < steps; ++s)
                if (r.has(i, s) && !there[groups.right[i] * steps + s]) l.copy_sample(r, i, to, s);
        }
    } else {
        const bool wanted = b.op == token_kind::and_;
        for (std::size_t i = 0; i < l.size(); ++i)
            for (std::size_t s = 0; s < steps; ++s)
                if (there[groups.left[i] * steps + s] != wanted) {
                    l.floats(i)[s] = no_sample();
                    if (!l.histograms.empty()) l.histograms[i * steps + s] = nullptr;
                }
    }
    in.finish(l);
    return l;
}

namespace detail {

/// Arithmetic and comparisons between vectors. "many" is the side whose series may share a group.
class vector_matcher {
public:
    vector_matcher(evaluation& in, const binary_node& b, const matrix& l, const matrix& r)
        : in_(in), b_(b), how_(*b.matching), swapped_(how_.card == cardinality::one_to_many),
          one_to_one_(how_.card == cardinality::one_to_one), many_(swapped_ ? r : l), one_(swapped_ ? l : r)
    {
        match_groups groups = match(how_, l, r);
        many_group_ = std::move(swapped_ ? groups.right : groups.left);
        one_group_ = std::move(swapped_ ? groups.left : groups.right);
        groups_ = groups.count;
        out_.steps = l.steps;
    }

    [[nodiscard]] matrix run()
    {
        if (!fast()) slow();
        in_.finish(out_);
        return std::move(out_);
    }

private:
    static constexpr std::uint32_t none = UINT32_MAX;

    [[nodiscard]] label_set result_labels(const label_set& many, const label_set& one) const
    {
        label_set out = many;
        if (is_arithmetic(b_.op) || (b_.return_bool && !in_.how.delayed_name_removal)) out.drop_metadata();
        if (one_to_one_) out.erase_if([&](std::string_view name) { return how_.on != contains(how_.labels, name); });
        for (const label_name& n : how_.include) out.set(n.text, one.get(n.text));
        return out;
    }

    /// Each group has one series on the one side at most, and every pair labels of its own: columns against columns.
    bool fast()
    {
        if (how_.has_fill_left || how_.has_fill_right || !many_.histograms.empty() || !one_.histograms.empty() ||
            b_.op == token_kind::trim_lower || b_.op == token_kind::trim_upper)
            return false;
        std::vector<std::uint32_t> partner(groups_, none);
        for (std::size_t i = 0; i < one_.size(); ++i) {
            if (partner[one_group_[i]] != none) return false;
            partner[one_group_[i]] = static_cast<std::uint32_t>(i);
        }
        std::vector<char> taken(groups_, 0);
        store::label_numbering seen;
        std::vector<std::uint32_t> paired;
        for (std::size_t i = 0; i < many_.size(); ++i) {
            const std::uint32_t with = partner[many_group_[i]];
            if (with == none) continue;
            if (one_to_one_ && std::exchange(taken[many_group_[i]], 1) != 0) {
                out_.rows.clear();
                return false;
            }
            label_set labels = result_labels(*many_.rows[i].labels, *one_.rows[with].labels);
            if (seen.add(labels) != paired.size()) {
                out_.rows.clear();
                return false;
            }
            out_.rows.push_back({in_.keep(std::move(labels)), b_.return_bool});
            paired.push_back(static_cast<std::uint32_t>(i));
        }
        out_.values.resize(paired.size() * out_.steps);
        for (std::size_t p = 0; p < paired.size(); ++p) {
            const double* l = many_.floats(paired[p]);
            const double* r = one_.floats(partner[many_group_[paired[p]]]);
            if (swapped_) std::swap(l, r);
            operate_columns(b_.op, l, r, b_.return_bool ? nullptr : l, out_.floats(p), out_.steps);
        }
        return true;
    }

    void slow()
    {
        const bool fills = how_.has_fill_left || how_.has_fill_right;
        // Prometheus 3.14 does not exchange the fills with group_right: fill_left is the many side's.
        const bool fill_many = how_.has_fill_left;
        const bool fill_one = how_.has_fill_right;
        const double many_fill = how_.fill_left;
        const double one_fill = how_.fill_right;
        std::vector<std::uint32_t> partner(groups_);
        std::vector<char> matched(groups_);
        for (std::size_t s = 0; s < out_.steps; ++s) {
            const bool some_many = has_any(many_, s);
            const bool some_one = has_any(one_, s);
            if ((!some_many && !some_one) || ((!some_many || !some_one) && !fills)) continue;
            std::fill(partner.begin(), partner.end(), none);
            for (std::size_t i = 0; i < one_.size(); ++i) {
                if (!one_.has(i, s)) continue;
                std::uint32_t& first = partner[one_group_[i]];
                if (first != none) refuse_duplicates(*one_.rows[first].labels, *one_.rows[i].labels);
                first = static_cast<std::uint32_t>(i);
            }
            std::fill(matched.begin(), matched.end(), 0);
            used_.clear();
            last_said_ = {};
            for (std::size_t i = 0; i < many_.size(); ++i) {
                if (!many_.has(i, s)) continue;
                const std::uint32_t with = partner[many_group_[i]];
                if (with == none && !fill_one) continue;
                const operand many{many_.floats(i)[s], many_.histogram_at(i, s)};
                operand one{one_fill, nullptr};
                if (with != none) one = {one_.floats(with)[s], one_.histogram_at(with, s)};
                pair(s, static_cast<std::uint32_t>(i), with, many, one, many_group_[i], matched);
            }
            for (std::size_t i = 0; fill_many && i < one_.size(); ++i) {
                if (!one_.has(i, s) || matched[one_group_[i]] != 0) continue;
                const operand one{one_.floats(i)[s], one_.histogram_at(i, s)};
                pair(s, none, static_cast<std::uint32_t>(i), {many_fill, nullptr}, one, one_group_[i], matched);
            }
            say(in_, b_, last_said_.left, last_said_.right, last_said_.what);
        }
    }

    static bool has_any(const matrix& m, std::size_t s)
    {
        for (std::size_t i = 0; i < m.size(); ++i)
            if (m.has(i, s)) return true;
        return false;
    }

    [[noreturn]] void refuse_duplicates(const label_set& a, const label_set& b) const
    {
        std::string one = to_text(a);
        std::string other = to_text(b);
        if (one > other) std::swap(one, other);
        in_.fail(concat("found duplicate series for the match group ", to_text(group_labels(how_, b)), " on the ",
                        swapped_ ? "left" : "right", " hand-side of the operation: [", one, ", ", other,
                        "];many-to-many matching not allowed: matching labels must be unique on one side"),
                 b_.span);
    }

    /// The number of a result's labels.
    std::uint32_t labels_of_pair(std::uint32_t many, std::uint32_t one)
    {
        const std::uint32_t both = pairs_.add(static_cast<std::uint64_t>(many) << 32U | one);
        if (both < labels_of_.size()) return labels_of_[both];
        const label_set many_labels = many != none ? *many_.rows[many].labels
                                                   : group_labels(how_, *one_.rows[one].labels);
        const label_set one_labels = one != none ? *one_.rows[one].labels
                                                 : group_labels(how_, *many_.rows[many].labels);
        label_set labels = result_labels(many_labels, one_labels);
        const std::uint32_t number = numbers_.add(labels);
        if (number == labels_.size()) {
            labels_.push_back(in_.keep(std::move(labels)));
            rows_.push_back(none);
        }
        labels_of_.push_back(number);
        return number;
    }

    void pair(std::size_t s, std::uint32_t many, std::uint32_t one, const operand& many_sample,
              const operand& one_sample, std::uint32_t group, std::vector<char>& matched)
    {
        const operand& left = swapped_ ? one_sample : many_sample;
        const operand& right = swapped_ ? many_sample : one_sample;
        const operated o = operate(in_, b_, left, right);
        if (o.said != remark::none) last_said_ = {left, right, o.said};
        if (!o.valid) return;
        const std::uint32_t number = labels_of_pair(many, one);
        if (one_to_one_) {
            if (matched[group] != 0)
                in_.fail("multiple matches for labels: many-to-one matching must be explicit (group_left/group_right)",
                         b_.span);
        } else if (const std::size_t before = used_.size();
                   used_.add(static_cast<std::uint64_t>(group) << 32U | number) < before) {
            in_.fail("multiple matches for labels: grouping labels must ensure unique matches", b_.span);
        }
        matched[group] = 1;
        if (!o.keep && !b_.return_bool) return;
        std::uint32_t& to = rows_[number];
        if (to == none || in_.is_instant())
            to = static_cast<std::uint32_t>(out_.add({labels_[number], b_.return_bool}));
        else if (out_.has(to, s))
            in_.fail("vector cannot contain metrics with the same labelset", b_.span);
        if (b_.return_bool)
            out_.floats(to)[s] = o.keep ? 1 : 0;
        else
            out_.put(to, s, o.value, o.hist);
    }

    evaluation& in_;
    const binary_node& b_;
    const vector_matching& how_;
    bool swapped_;
    bool one_to_one_;
    const matrix& many_;
    const matrix& one_;
    std::vector<std::uint32_t> many_group_;
    std::vector<std::uint32_t> one_group_;
    std::size_t groups_ = 0;
    numbering pairs_;                       ///< of series
    std::vector<std::uint32_t> labels_of_;  ///< by the number of a pair: the number of its result's labels
    store::label_numbering numbers_;
    std::vector<const label_set*> labels_;  ///< by number
    std::vector<std::uint32_t> rows_;       ///< of the result, by the number of its labels
    numbering used_;                        ///< groups with labels of this step
    struct {
        operand left;
        operand right;
        remark what = remark::none;
    } last_said_;  ///< of this step: Prometheus tells the last of its pairs' remarks
    matrix out_;
};

}  // namespace detail

[[nodiscard]] inline matrix evaluate_binary(evaluation& in, const binary_node& b, const time_grid& grid)
{
    matrix l = evaluate(in, b.left, grid);
    matrix r = evaluate(in, b.right, grid);
    const bool left_scalar = type_of(b.left) == value_type::scalar;
    const bool right_scalar = type_of(b.right) == value_type::scalar;
    if (left_scalar && right_scalar) return scalar_with_scalar(in, b, l, r);
    if (left_scalar) return vector_with_scalar(in, b, std::move(r), l, true);
    if (right_scalar) return vector_with_scalar(in, b, std::move(l), r, false);
    if (is_set_operator(b.op)) return set_operation(in, b, std::move(l), r);
    return detail::vector_matcher(in, b, l, r).run();
}

}  // namespace pitot::promql
