#pragma once
// info(v, {…}): labels of info metrics, joined by instance and job. source  Prometheus, promql/info.go

#include <pitot/base/order.hpp>
#include <pitot/promql/check.hpp>
#include <pitot/promql/durations.hpp>
#include <pitot/promql/engine/labels_text.hpp>
#include <pitot/promql/engine/selectors.hpp>
#include <pitot/promql/walk.hpp>

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace pitot::promql {

namespace detail {

/// When the selectors of an expression look, if they all look at the same time.
class uniform_look_back {
public:
    uniform_look_back(const evaluation& in, const node* of) : in_(in) { uniform_ = inspect(of, nullptr) && uniform_; }
    [[nodiscard]] bool is_uniform() const noexcept { return found_ && uniform_; }
    [[nodiscard]] look_back value() const { return is_uniform() && !free_ ? first_ : look_back{}; }

private:
    /// A subquery around the node that is looked at, and what is around it.
    struct outer {
        const subquery* of;
        const outer* above;
    };

    bool inspect(const node* n, const outer* above)
    {
        n = without_parens(n);
        if (const auto* const v = as<vector_selector>(n)) {
            look_back own = look_back_of(in_, v->shift);
            for (const outer* o = above; !own.is_fixed && o != nullptr; o = o->above) {
                const look_back around = look_back_of(in_, o->of->shift);
                own.offset += around.offset;
                own.fixed = around.fixed;
                own.is_fixed = around.is_fixed;
            }
            if (!found_)
                first_ = own;
            else
                uniform_ = uniform_ && own.is_fixed == first_.is_fixed &&
                           (own.is_fixed ? own.at(0) == first_.at(0) : own.offset == first_.offset);
            found_ = true;
            return true;
        }
        const value_type type = type_of(n);
        if (type != value_type::vector && type != value_type::matrix) return false;
        const outer own{as<subquery>(n), above};
        if (own.of != nullptr) above = &own;
        if (const auto* const c = as<call_node>(n); c != nullptr && c->name == "info")
            return inspect(c->arguments[0], above);
        bool some = false;
        for_each_child(n, [&](const node* child) { some = inspect(child, above) || some; });
        free_ = free_ || !some;
        return some;
    }

    const evaluation& in_;
    look_back first_;
    bool found_ = false;
    bool uniform_ = true;
    bool free_ = false;
};

/// The join of one call: labels of the info metrics that fit go to the series of an expression.
class info_join {
public:
    info_join(evaluation& in, const call_node& call, const time_grid& grid)
        : in_(in), call_(call), when_(uniform_look_back(in, call.arguments[0]).value()),
          base_(evaluate(in, without_parens(call.arguments[0]), grid)), out_(grid.count)
    {
        read_matchers();
        const std::vector<const store::series*> from = sources();
        infos_ = newest_samples(in, from, when_, grid);
        times_ = newest_samples(in, from, when_, grid, selected::time);
        if (infos_.has_histograms())
            in.fail(concat("this should be an info metric, with float samples: ", to_text(*infos_.rows[0].labels)),
                    call.span);
        number_infos();
    }

    [[nodiscard]] matrix run()
    {
        for (std::size_t i = 0; i < base_.size(); ++i) {
            const label_set& own = *base_.rows[i].labels;
            const bool joins = !all_match(names_, own.metric_name());  // else it is an info metric itself
            if (joins) find_partners(own);
            for (std::size_t s = 0; s < out_.steps; ++s) {
                if (!base_.has(i, s)) continue;
                label_set labels = own;
                if (joins && !join(own, s, labels)) continue;
                const std::uint32_t to = rows_.add(labels);
                if (to == out_.size()) out_.add({in_.keep(std::move(labels)), base_.rows[i].drop_name});
                if (out_.has(to, s)) in_.fail("vector cannot contain metrics with the same labelset", call_.span);
                out_.copy_sample(base_, i, to, s);
            }
        }
        return std::move(out_);
    }

private:
    void read_matchers()
    {
        bool positive = false;
        if (call_.arguments.size() > 1)
            for (const series_matcher& m :
                 matchers_of(in_, *static_cast<const vector_selector*>(without_parens(call_.arguments[1])))) {
                const bool is_name = m.label() == store::name_label;
                (is_name ? names_ : data_).push_back(m);
                positive = positive || (is_name && (m.op() == match_op::equal || m.op() == match_op::regex));
            }
        if (names_.empty())
            names_.emplace_back(in_, store::name_label, match_op::equal, "target_info");
        else if (!positive)
            names_.emplace_back(in_, store::name_label, match_op::regex, ".+_info");
    }

    /// Which of job and instance there are.
    [[nodiscard]] static unsigned presence(const label_set& labels) noexcept
    {
        return (labels.get("job").empty() ? 0U : 1U) + (labels.get("instance").empty() ? 0U : 2U);
    }
    [[nodiscard]] static std::string source_key(const label_set& labels, std::string_view label)
    {
        return concat(std::to_string(presence(labels)), label, labels.get(label));
    }
    /// Info metrics of jobs and instances that there are.
    [[nodiscard]] std::vector<const store::series*> sources() const
    {
        numbering known;
        for (const row& r : base_.rows) {
            if (presence(*r.labels) == 0 || all_match(names_, r.labels->metric_name())) continue;
            known.add(source_key(*r.labels, "job"));
            known.add(source_key(*r.labels, "instance"));
        }
        std::vector<series_matcher> all = names_;
        for (const series_matcher& m : data_) all.push_back(m);
        std::vector<const store::series*> out;
        for (const store::series* const s : select(in_, all))
            if (known.find(source_key(s->labels, "job")) != numbering::none &&
                known.find(source_key(s->labels, "instance")) != numbering::none)
                out.push_back(s);
        return out;
    }

    /// What an info metric and a series have in common.
    [[nodiscard]] static std::string key_of(std::string_view name, const label_set& labels)
    {
        std::string key;
        label_set::append_key(key, {name, labels.get("instance")});
        label_set::append_key(key, {"job", labels.get("job")});
        return key;
    }
    void number_infos()
    {
        numbering names;
        for (std::uint32_t i = 0; i < infos_.size(); ++i) {
            const std::string_view name = infos_.rows[i].labels->metric_name();
            names.add(name);
            const std::uint32_t number = keys_.add(key_of(name, *infos_.rows[i].labels));
            if (number == infos_of_.size()) infos_of_.emplace_back();
            infos_of_[number].push_back(i);
        }
        for (const std::uint32_t n :
             order_of(names.size(), [&](auto a, auto b) { return names.key(a) < names.key(b); }))
            info_names_.push_back(in_.keep(names.key(n)));
    }
    void find_partners(const label_set& own)
    {
        partners_.clear();
        for (const std::string_view name : info_names_)
            if (const std::uint32_t number = keys_.find(key_of(name, own)); number != numbering::none)
                partners_.push_back(number);
    }

    /// The row of the newest at a step; none when there is none.
    [[nodiscard]] std::uint32_t newest(const std::vector<std::uint32_t>& of, std::size_t s) const
    {
        std::uint32_t found = numbering::none;
        for (const std::uint32_t i : of) {
            if (!infos_.has(i, s)) continue;
            const double time = times_.floats(i)[s];
            if (found != numbering::none && time == times_.floats(found)[s]) {
                const std::string at = concat(" @ ", plain_number(time * 1000));
                in_.fail(concat("found duplicate series for info metric: existing ",
                                to_text(*infos_.rows[found].labels), at, ", new ", to_text(*infos_.rows[i].labels), at),
                         call_.span);
            }
            if (found == numbering::none || time > times_.floats(found)[s]) found = i;
        }
        return found;
    }
    /// False when nothing fits and something has to.
    [[nodiscard]] bool join(const label_set& own, std::size_t s, label_set& to) const
    {
        label_set more;
        bool some = false;
        for (const std::uint32_t partner : partners_) {
            const std::uint32_t i = newest(infos_of_[partner], s);
            if (i == numbering::none) continue;
            some = true;
            for (const store::label& l : *infos_.rows[i].labels) {
                if (store::is_metadata_label(l.name) || !is_wanted(l.name)) continue;
                const std::string_view there = more.get(l.name);
                if (!there.empty() && there != l.value) in_.fail(concat("conflicting label: ", l.name), call_.span);
                if (own.get(l.name).empty()) more.set(l.name, l.value);
            }
        }
        for (const store::label& l : more) to.set(l.name, l.value);
        return some || all_match(data_, "");
    }
    [[nodiscard]] bool is_wanted(std::string_view label) const
    {
        for (const series_matcher& m : data_)
            if (m.label() == label) return true;
        return data_.empty();
    }

    evaluation& in_;
    const call_node& call_;
    look_back when_;
    matrix base_;
    std::vector<series_matcher> names_;  ///< of info metrics
    std::vector<series_matcher> data_;   ///< of labels that are asked for
    matrix infos_;
    matrix times_;  ///< of their samples
    std::vector<std::string_view> info_names_;
    numbering keys_;
    std::vector<std::vector<std::uint32_t>> infos_of_;  ///< rows of infos_, by the number of the key
    std::vector<std::uint32_t> partners_;               ///< of a series: numbers of keys, by name
    store::label_numbering rows_;                       ///< of out_
    matrix out_;
};

}  // namespace detail

[[nodiscard]] inline matrix evaluate_info(evaluation& in, const call_node& call, const time_grid& grid)
{
    return detail::info_join(in, call, grid).run();
}

}  // namespace pitot::promql
