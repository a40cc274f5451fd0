#pragma once
// Rules evaluated over a store, which recording rules and alerts are put back into.
// source  Prometheus 3.14, rules/alerting.go and rules/recording.go

#include <pitot/promql/engine/query.hpp>
#include <pitot/promql/testing/load.hpp>
#include <pitot/rules/file.hpp>
#include <pitot/store/histogram_flaw.hpp>
#include <pitot/template/expand.hpp>

#include <algorithm>
#include <bit>
#include <cstdint>
#include <limits>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace pitot::rules {

using label_map = std::map<std::string, std::string, std::less<>>;

enum class alert_state : unsigned char { pending, firing, inactive };

struct active_alert {
    label_map labels;
    label_map annotations;
    double value = 0;
    alert_state state = alert_state::pending;
    std::int64_t active_at = 0;
    std::int64_t keep_since = 0;
    bool keeps = false;
};

/// What templates and queries of rules are given.
/// match, replace  regular expressions, for templates
struct surroundings {
    promql::engine_options engine;
    promql::parse_options parsing;
    text_pairs external_labels = {};
    std::string external_url = {};
    std::function<result<bool>(std::string_view, std::string_view)> match = {};
    std::function<result<std::string>(std::string_view, std::string_view, std::string_view)> replace = {};
};

/// A group while time goes on.
class running_group {
public:
    explicit running_group(const group& of) : group_(&of), states_(of.rules.size()) {}

    [[nodiscard]] const group& of() const noexcept { return *group_; }
    /// Alerts of a rule that are not over, by labels.
    [[nodiscard]] const std::map<label_map, active_alert>& alerts(std::size_t rule_number) const
    {
        return states_[rule_number].active;
    }

    /// Evaluates all rules in order. error  names the rule
    result<void> evaluate(std::int64_t time, store::series_store& data, const surroundings& around)
    {
        for (std::size_t i = 0; i < group_->rules.size(); ++i) {
            const rule& r = group_->rules[i];
            auto done = r.is_alert ? alerting(r, states_[i], time, data, around)
                                   : recording(r, states_[i], time, data, around);
            if (!done) return unexpected(done.error().code, concat("rule ", r.name, ": ", done.error().message));
        }
        return {};
    }

private:
    struct rule_state {
        std::map<label_map, active_alert> active;
        std::vector<store::series*> before;  ///< written last time
    };

    /// Samples written; what was there last time and is not now ends. As in Prometheus's storage, time only goes on:
    /// of two samples at a time the first stays, and another value is an error, but for a marker of the end.
    class writer {
    public:
        writer(store::series_store& to, rule_state& state, std::int64_t time) : to_(to), state_(state), time_(time) {}
        /// error  too_many, invalid_value, duplicate
        result<void> put(const label_map& labels, double value, const store::histogram* h = nullptr)
        {
            if (!to_.has_room(h == nullptr ? 1 : h->weight())) return to_.too_many();
            std::vector<store::label> views;
            for (const auto& [name, v] : labels) views.push_back({name, v});
            store::series& s = to_.at(store::label_set(std::move(views)));
            if (h != nullptr)
                if (std::string why = store::flaw_of(*h); !why.empty())
                    return unexpected(errc::invalid_value, std::move(why));
            const std::int64_t last = last_time(s);
            if (last > time_) return unexpected(errc::duplicate, "out of order sample");
            if (last == time_) {
                if (!is_last(s, value, h)) return unexpected(errc::duplicate, "duplicate sample for timestamp");
            } else if (h != nullptr) {
                store::histogram stored = *h;
                stored.hint = promql::stored_hint(s, time_, stored);
                s.histograms.put(time_, to_.keep(std::move(stored)), 0);
            } else {
                s.floats.put(time_, value, 0);
            }
            written_.push_back(&s);
            return {};
        }
        void end()
        {
            for (store::series* const s : state_.before)
                if (std::find(written_.begin(), written_.end(), s) == written_.end() && last_time(*s) < time_)
                    s->floats.put(time_, store::stale_marker(), 0);
            state_.before = std::move(written_);
        }

    private:
        static std::int64_t last_time(const store::series& s)
        {
            std::int64_t last = std::numeric_limits<std::int64_t>::min();
            if (!s.floats.empty()) last = s.floats.times.back();
            if (!s.histograms.empty()) last = std::max(last, s.histograms.times.back());
            return last;
        }
        /// Is this what stands at the time already?
        [[nodiscard]] bool is_last(const store::series& s, double value, const store::histogram* h) const
        {
            const bool is_float = !s.floats.empty() && s.floats.times.back() == time_;
            if (h == nullptr)
                return is_float &&
                       std::bit_cast<std::uint64_t>(s.floats.values.back()) == std::bit_cast<std::uint64_t>(value);
            return !is_float && store::equal(*h, *s.histograms.values.back());
        }

        store::series_store& to_;
        rule_state& state_;
        std::int64_t time_;
        std::vector<store::series*> written_;
    };

    result<promql::query_result> ask(const rule& r, std::int64_t time, const store::series_store& data,
                                     const surroundings& around) const
    {
        auto got = promql::query(r.tree->root(), r.expr, data, promql::query_times::at(time - group_->query_offset),
                                 around.engine);
        if (!got) return got;
        if (got->type != promql::value_type::vector && got->type != promql::value_type::scalar)
            return unexpected(errc::invalid_value, "rule result is not a vector or scalar");
        return got;
    }

    result<void> recording(const rule& r, rule_state& state, std::int64_t time, store::series_store& data,
                           const surroundings& around)
    {
        auto got = ask(r, time, data, around);
        if (!got) return unexpected(std::move(got.error()));
        if (group_->limit > 0 && static_cast<std::int64_t>(got->series.size()) > group_->limit)
            return unexpected(errc::too_many, concat("exceeded limit of ", std::to_string(group_->limit), " with ",
                                                     std::to_string(got->series.size()), " series"));
        std::map<label_map, promql::query_sample> all;
        for (const promql::query_series& s : got->series) {
            label_map labels;
            for (const store::label& l : s.labels) labels.emplace(l.name, l.value);
            labels["__name__"] = r.name;
            for (const auto& [name, value] : r.labels) {
                if (value.empty())
                    labels.erase(name);
                else
                    labels[name] = value;
            }
            if (!all.emplace(std::move(labels), s.samples.front()).second)
                return unexpected(errc::duplicate,
                                  "vector contains metrics with the same labelset after applying rule labels");
        }
        writer to(data, state, time - group_->query_offset);
        for (const auto& [labels, sample] : all)
            if (auto put = to.put(labels, sample.value, sample.hist); !put) return put;
        to.end();
        return {};
    }

    /// A label's or an annotation's text.
    static std::string expanded(const rule& r, std::string_view text, const promql::query_series& s, std::int64_t time,
                                const store::series_store& data, const surroundings& around)
    {
        if (text.find("{{") == std::string_view::npos) return std::string(text);
        templates::text_map labels;
        for (const store::label& l : s.labels) labels.emplace(l.name, l.value);
        templates::text_map external;
        for (const auto& [name, value] : around.external_labels) external.emplace(name, value);
        const promql::query_sample sample = s.samples.front();
        const templates::value value = sample.hist != nullptr ? templates::value(store::to_text(*sample.hist))
                                                              : templates::value(sample.value);
        const auto labels_value = templates::value::of(labels);
        const auto external_value = templates::value::of(external);
        templates::context in;
        in.name = concat("__alert_", r.name);
        // what Prometheus puts in front of each template, for $labels and the others
        in.before = std::string_view("{{$labels := .Labels}}{{$externalLabels := .ExternalLabels}}"
                                     "{{$externalURL := .ExternalURL}}{{$value := .Value}}")
                        .size();
        in.now = time;
        in.external_url = around.external_url;
        in.match = around.match;
        in.replace = around.replace;
        in.data = templates::record{"struct { Labels map[string]string; ExternalLabels map[string]string; "
                                    "ExternalURL string; Value interface {} }",
                                    {{"Labels", labels_value},
                                     {"ExternalLabels", external_value},
                                     {"ExternalURL", templates::value(around.external_url)},
                                     {"Value", value}}};
        in.query = [&](std::string_view expr) -> result<std::vector<templates::sample>> {
            const auto tree = promql::parse(expr, around.parsing);
            if (!tree) {
                const text_position at = position_of(expr, tree.error().where.offset);
                return unexpected(tree.error().code, concat(std::to_string(at.line), ":", std::to_string(at.column),
                                                            ": parse error: ", tree.error().message));
            }
            const auto got = promql::query(tree->root(), expr, data, promql::query_times::at(time), around.engine);
            if (!got) return unexpected(got.error());
            if (got->type != promql::value_type::vector && got->type != promql::value_type::scalar)
                return unexpected(errc::invalid_value, "rule result is not a vector or scalar");
            std::vector<templates::sample> out;
            for (const promql::query_series& one : got->series) {
                templates::sample to;
                for (const store::label& l : one.labels) to.labels.emplace(l.name, l.value);
                to.number = one.samples.front().value;
                if (one.samples.front().hist != nullptr) to.text = store::to_text(*one.samples.front().hist);
                out.push_back(std::move(to));
            }
            return out;
        };
        auto text_out = templates::expand(text, in,
                                          {{"$labels", labels_value},
                                           {"$externalLabels", external_value},
                                           {"$externalURL", templates::value(around.external_url)},
                                           {"$value", value}});
        return text_out ? std::move(*text_out)
                        : concat("<error expanding template: error executing template ", in.name, ": ",
                                 text_out.error().message, ">");
    }

    result<void> alerting(const rule& r, rule_state& state, std::int64_t time, store::series_store& data,
                          const surroundings& around)
    {
        auto got = ask(r, time, data, around);
        if (!got) return unexpected(std::move(got.error()));
        std::map<label_map, active_alert> now;
        for (const promql::query_series& s : got->series) {
            active_alert a;
            for (const store::label& l : s.labels)
                if (l.name != "__name__") a.labels.emplace(l.name, l.value);
            for (const auto& [name, value] : r.labels) {
                std::string text = expanded(r, value, s, time, data, around);
                if (text.empty())
                    a.labels.erase(name);
                else
                    a.labels[name] = std::move(text);
            }
            a.labels["alertname"] = r.name;
            for (const auto& [name, value] : r.annotations)
                a.annotations[name] = expanded(r, value, s, time, data, around);
            a.value = s.samples.front().value;
            a.active_at = time;
            label_map key = a.labels;
            if (!now.emplace(std::move(key), std::move(a)).second)
                return unexpected(errc::duplicate,
                                  "vector contains metrics with the same labelset after applying alert labels");
        }
        for (const auto& [key, a] : now) {
            const auto at = state.active.find(key);
            if (at != state.active.end() && at->second.state != alert_state::inactive) {
                at->second.value = a.value;
                at->second.annotations = a.annotations;
            } else {
                state.active[key] = a;
            }
        }
        std::vector<std::pair<label_map, double>> samples;
        std::int64_t count = 0;
        for (auto at = state.active.begin(); at != state.active.end();) {
            active_alert& a = at->second;
            if (!now.contains(at->first)) {
                bool keep = false;
                if (a.state == alert_state::firing && r.keep_firing > 0) {
                    if (!a.keeps) a.keep_since = time;
                    a.keeps = true;
                    keep = time - a.keep_since < r.keep_firing;
                }
                if (!keep) {
                    at = state.active.erase(at);
                    continue;
                }
            } else {
                a.keeps = false;
            }
            ++count;
            if (a.state == alert_state::pending && time - a.active_at >= r.hold) a.state = alert_state::firing;
            label_map labels = a.labels;
            for (const auto& [name, value] : r.labels)  // those that came out empty stand as they are written
                if (!value.empty()) labels.emplace(name, value);
            label_map since = labels;
            since["__name__"] = "ALERTS_FOR_STATE";
            labels["__name__"] = "ALERTS";
            labels["alertstate"] = a.state == alert_state::firing ? "firing" : "pending";
            samples.emplace_back(std::move(labels), 1);
            const std::int64_t active_at_seconds = a.active_at / 1000;
            samples.emplace_back(std::move(since), static_cast<double>(active_at_seconds));
            ++at;
        }
        if (group_->limit > 0 && count > group_->limit) {
            state.active.clear();
            return unexpected(errc::too_many, concat("exceeded limit of ", std::to_string(group_->limit), " with ",
                                                     std::to_string(count), " alerts"));
        }
        writer to(data, state, time - group_->query_offset);
        for (const auto& [labels, value] : samples)
            if (auto put = to.put(labels, value); !put) return put;
        to.end();
        return {};
    }

    const group* group_;
    std::vector<rule_state> states_;
};

}  // namespace pitot::rules
