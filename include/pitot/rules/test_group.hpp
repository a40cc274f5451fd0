#pragma once
// One test group of a rule unit test: its series, the run over time, what it expects.
// source  Prometheus 3.14, cmd/promtool/unittest.go

#include <pitot/base/text.hpp>
#include <pitot/base/time_text.hpp>
#include <pitot/promql/testing/expectation.hpp>
#include <pitot/promql/testing/load.hpp>
#include <pitot/promql/walk.hpp>
#include <pitot/rules/evaluate.hpp>
#include <pitot/rules/sample_compare.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace pitot::rules {

/// One thing that was expected.
/// group  of the test; what: the alert or expression, with its time
/// why    empty when it passed
/// notes  want and got
struct expected_outcome {
    std::string group;
    std::string what;
    std::string why;
    std::vector<std::string> notes;
};

struct file_outcome {
    std::vector<expected_outcome> all;
    std::vector<std::string> warnings;
    std::vector<std::string> untested;  ///< rules that no test asks for, not even by way of other rules
};

/// paths  of a pattern, relative to the test file's folder when it is relative; error: the pattern is none
/// runs   is the test group wanted?
/// ignore_unknown_fields  in rule files: keys of Thanos, Mimir and others
/// max_stored_samples  that a test group's series and what its rules record may have
struct test_options {
    surroundings around;
    std::size_t max_stored_samples = store::series_store::usual_max_samples;
    std::function<result<std::vector<std::string>>(const std::string& folder, const std::string& pattern)> paths;
    std::function<bool(std::string_view group)> runs;
    bool ignore_unknown_fields = false;
};

namespace detail {

struct input_series {
    promql::described_series series;
    std::size_t next = 0;  ///< sample to put
};

/// With those that are empty: promtool tells them from those that are not there.
[[nodiscard]] inline std::string labels_text(const label_map& labels)
{
    std::string out = "{";
    for (const auto& [name, value] : labels)
        out += concat(out.size() > 1 ? ", " : "", is_legacy_label_name(name) ? name : promql::detail::quote(name), "=",
                      promql::detail::quote(value));
    return out + '}';
}

class rule_test {
public:
    static constexpr std::size_t max_samples = 10'000;  ///< that a query may hold, as in promtool

    rule_test(const test_options& how, std::vector<group>& groups, const std::map<std::string, int>& order,
              std::int64_t evaluation_interval, bool fuzzy, file_outcome& out, std::set<std::string>& asked)
        : how_(how), evaluation_(evaluation_interval), fuzzy_(fuzzy), out_(out), asked_(asked),
          data_(how.max_stored_samples)
    {
        std::vector<const group*> sorted;
        sorted.reserve(groups.size());
        for (const group& g : groups) sorted.push_back(&g);
        const auto place = [&](const group* g) {
            const auto at = order.find(g->name);
            return at == order.end() ? 0 : at->second;
        };
        std::stable_sort(sorted.begin(), sorted.end(),
                         [&](const group* a, const group* b) { return place(a) < place(b); });
        for (const group* const g : sorted) groups_.emplace_back(*g);
    }

    result<void> run(const yaml::node& test, std::string name)
    {
        name_ = std::move(name);
        if (auto keys = test.only_keys({"interval", "input_series", "alert_rule_test", "promql_expr_test",
                                        "external_labels", "external_url", "name", "start_timestamp"});
            !keys)
            return keys;
        const auto interval = test.get<duration_ms>("interval", duration_ms{evaluation_});
        if (!interval) return unexpected(interval.error());
        interval_ = interval->count > 0 ? interval->count : evaluation_;
        const auto url = test.get<std::string>("external_url", {});
        if (!url) return unexpected(url.error());
        around_ = how_.around;
        around_.external_url = *url;
        around_.engine.subquery_step = evaluation_;
        around_.engine.max_samples = max_samples;
        auto external = read_pairs(test, "external_labels");
        if (!external) return unexpected(std::move(external.error()));
        around_.external_labels = std::move(*external);
        if (const auto at = test.find("start_timestamp"); at && !at->is_null()) {
            const auto text = at->as<std::string>();
            if (!text) return unexpected(text.error());
            const auto time = parse_time(*text);
            if (!time) return at->refuse(errc::invalid_value, time.error().message);
            origin_ = *time;
        }
        if (auto read = read_input(test); !read) return read;
        if (auto read = read_expectations(test); !read) return read;
        if (auto done = run_clock(); !done) {
            fail("evaluation", done.error().message);
            return {};
        }
        for (const expr_test& e : exprs_) check(e);
        return {};
    }

private:
    struct alert_test {
        std::int64_t time = 0;
        std::string alert;
        std::vector<std::pair<label_map, label_map>> expected;
    };
    struct expr_sample {
        promql::described_series labels;
        double value = 0;
        std::shared_ptr<const store::histogram> hist;
        std::string wrong;
    };
    struct expr_test {
        std::int64_t time = 0;
        std::string expr;
        std::vector<expr_sample> expected;
    };

    void pass(std::string what) { out_.all.push_back({name_, std::move(what), {}, {}}); }
    void fail(std::string what, std::string why, std::vector<std::string> notes = {})
    {
        out_.all.push_back({name_, std::move(what), std::move(why), std::move(notes)});
    }
    static std::string time_text(std::int64_t time) { return to_text(duration_ms{time}); }

    result<void> read_input(const yaml::node& test)
    {
        const auto list = test.find("input_series");
        if (!list) return {};
        const auto items = list->items();
        if (!items) return unexpected(items.error());
        std::size_t described = 0;
        bool ended = false;
        for (const yaml::node& item : *items) {
            if (auto keys = item.only_keys({"series", "values"}); !keys) return keys;
            const auto series = item.get<std::string>("series", {});
            const auto values = item.get<std::string>("values", {});
            if (!series) return unexpected(series.error());
            if (!values) return unexpected(values.error());
            if (ended) {
                out_.warnings.push_back(concat(item.place(), ": not loaded: an empty line or a comment stands before"));
                continue;
            }
            // promtool writes a script of them: each line is a series, and an empty one or a comment ends them
            const std::string text = concat(*series, " ", *values, "\n");
            for (std::size_t at = 0; at < text.size() && !ended; at = text.find('\n', at) + 1) {
                const std::string_view line = trimmed(std::string_view(text).substr(at, text.find('\n', at) - at),
                                                      " \t\r\v\f");
                ended = line.empty() || line.front() == '#';
                if (ended) break;
                auto read = promql::read_series(line);
                if (!read)
                    return item.refuse(read.error().code, concat("cannot read the series: ", read.error().message));
                if (read->labels.empty() && !read->samples.empty())
                    return item.refuse(errc::invalid_value, "empty labelset: invalid sample");
                std::erase_if(input_, [&](const input_series& s) { return s.series.labels == read->labels; });
                described += read->samples.size();
                if (described > promql::max_described)
                    return item.refuse(errc::too_many, "the series have too many samples");
                input_.push_back({std::move(*read), 0});
            }
        }
        return {};
    }

    static result<std::int64_t> eval_time(const yaml::node& item)
    {
        const auto time = item.get<duration_ms>("eval_time", {});
        if (!time) return unexpected(time.error());
        return time->count;
    }

    result<void> read_expectations(const yaml::node& test)
    {
        if (const auto list = test.find("alert_rule_test")) {
            const auto items = list->items();
            if (!items) return unexpected(items.error());
            for (const yaml::node& item : *items)
                if (auto read = read_alert_test(item); !read) return read;
        }
        if (const auto list = test.find("promql_expr_test")) {
            const auto items = list->items();
            if (!items) return unexpected(items.error());
            for (const yaml::node& item : *items)
                if (auto read = read_expr_test(item); !read) return read;
        }
        return {};
    }
    result<void> read_alert_test(const yaml::node& item)
    {
        if (auto keys = item.only_keys({"eval_time", "alertname", "exp_alerts"}); !keys) return keys;
        alert_test out;
        const auto time = eval_time(item);
        if (!time) return unexpected(time.error());
        const auto name = item.get<std::string>("alertname", {});
        if (!name) return unexpected(name.error());
        if (name->empty()) return item.refuse(errc::invalid_value, "an item of alert_rule_test needs an 'alertname'");
        out.time = *time;
        out.alert = *name;
        asked_.insert(*name);
        if (const auto list = item.find("exp_alerts")) {
            const auto items = list->items();
            if (!items) return unexpected(items.error());
            for (const yaml::node& one : *items) {
                if (auto keys = one.only_keys({"exp_labels", "exp_annotations"}); !keys) return keys;
                auto labels = read_pairs(one, "exp_labels");
                if (!labels) return unexpected(std::move(labels.error()));
                auto annotations = read_pairs(one, "exp_annotations");
                if (!annotations) return unexpected(std::move(annotations.error()));
                std::pair<label_map, label_map> want;
                for (auto& [key, value] : *labels) want.first[key] = value;
                for (auto& [key, value] : *annotations) want.second[key] = value;
                want.first["alertname"] = *name;
                out.expected.push_back(std::move(want));
            }
        }
        alerts_.push_back(std::move(out));
        return {};
    }
    result<void> read_expr_test(const yaml::node& item)
    {
        if (auto keys = item.only_keys({"expr", "eval_time", "exp_samples"}); !keys) return keys;
        expr_test out;
        const auto time = eval_time(item);
        if (!time) return unexpected(time.error());
        const auto expr = item.get<std::string>("expr", {});
        if (!expr) return unexpected(expr.error());
        out.time = *time;
        out.expr = *expr;
        if (const auto list = item.find("exp_samples")) {
            const auto items = list->items();
            if (!items) return unexpected(items.error());
            for (const yaml::node& one : *items) {
                if (auto keys = one.only_keys({"labels", "value", "histogram"}); !keys) return keys;
                expr_sample want;
                const auto labels = one.get<std::string>("labels", {});
                const auto value_node = one.find("value");
                const auto value = value_node ? yaml_number(*value_node) : result<double>(0.0);
                const auto hist = one.get<std::string>("histogram", {});
                if (!labels) return unexpected(labels.error());
                if (!value) return unexpected(value.error());
                if (!hist) return unexpected(hist.error());
                want.value = *value;
                auto read = promql::read_metric(*labels);
                if (read && !hist->empty()) {
                    const auto described = promql::read_series(concat("{} ", *hist));
                    if (!described)
                        read = unexpected(described.error());
                    else if (described->samples.size() == 1 && described->samples.front().hist)
                        want.hist = described->samples.front().hist;
                    else
                        want.wrong = "one histogram is expected";
                }
                if (!read)
                    want.wrong = concat("labels '", *labels, "': ", read.error().message);
                else
                    want.labels = std::move(*read);
                out.expected.push_back(std::move(want));
            }
        }
        exprs_.push_back(std::move(out));
        return {};
    }

    /// Time goes on: samples appear, rules are evaluated, alerts are looked at.
    result<void> run_clock()
    {
        std::int64_t last = 0;
        for (const alert_test& a : alerts_) last = std::max(last, a.time);
        for (const expr_test& e : exprs_) last = std::max(last, e.time);
        if (last / evaluation_ > 10'000'000) return unexpected(errc::too_many, "the test has too many evaluations");
        for (std::int64_t t = 0; t <= last; t += evaluation_) {
            for (input_series& s : input_)
                if (auto put = put_until(s, t); !put) return put;
            for (running_group& g : groups_)
                if (auto done = g.evaluate(origin_ + t, data_, around_); !done)
                    return unexpected(done.error().code, concat("at ", time_text(t), ": ", done.error().message));
            for (const alert_test& a : alerts_)
                if (a.time >= t && a.time < t + evaluation_) check(a);
        }
        return {};
    }
    result<void> put_until(input_series& s, std::int64_t time)
    {
        store::series& to = data_.at(s.series.label_set());
        for (; s.next < s.series.samples.size(); ++s.next) {
            const std::int64_t at = static_cast<std::int64_t>(s.next) * interval_;
            if (at > time) return {};
            if (auto put = promql::put_sample(data_, to, origin_ + at, s.series.samples[s.next], 0); !put) return put;
        }
        return {};
    }

    void check(const alert_test& test)
    {
        std::vector<std::pair<label_map, label_map>> got;
        for (const running_group& g : groups_)
            for (std::size_t i = 0; i < g.of().rules.size(); ++i) {
                if (!g.of().rules[i].is_alert || g.of().rules[i].name != test.alert) continue;
                for (const auto& [labels, a] : g.alerts(i))
                    if (a.state == alert_state::firing) got.emplace_back(a.labels, a.annotations);
            }
        auto want = test.expected;
        std::sort(want.begin(), want.end());
        std::sort(got.begin(), got.end());
        std::string what = concat("alert ", test.alert, " at ", time_text(test.time));
        if (want == got) return pass(std::move(what));
        std::vector<std::string> notes;
        const auto show = [&notes](const char* title, const auto& all) {
            if (all.empty()) notes.push_back(concat(title, "nothing"));
            for (const auto& [labels, annotations] : all) {
                notes.push_back(concat(title, labels_text(labels)));
                for (const auto& [name, value] : annotations) notes.push_back(concat("      ", name, ": ", value));
            }
        };
        show("want  ", want);
        show("got   ", got);
        fail(std::move(what),
             concat("want ", std::to_string(want.size()), " firing, got ", std::to_string(got.size()),
                    want.size() == got.size() ? ", and not the same" : ""),
             std::move(notes));
    }

    [[nodiscard]] bool same(const expr_sample& want, const promql::query_series& got) const
    {
        if (want.labels.label_set() != got.labels) return false;
        const promql::query_sample sample = got.samples.front();
        if ((want.hist == nullptr) != (sample.hist == nullptr)) return false;
        if (want.hist != nullptr && want.value != 0) return false;  // a histogram's value is 0 there
        return want.hist == nullptr ? detail::same(want.value, sample.value, fuzzy_)
                                    : detail::same(*want.hist, *sample.hist);
    }

    void check(const expr_test& test)
    {
        std::string what = concat("expr ", test.expr, " at ", time_text(test.time));
        const auto tree = promql::parse(test.expr, around_.parsing);
        if (!tree) return fail(std::move(what), tree.error().message);
        promql::walk(tree->root(), [&](const promql::node* n, const std::vector<const promql::node*>&) {
            if (const auto* const v = promql::as<promql::vector_selector>(n)) note_asked(*v);
        });
        auto got = promql::query(tree->root(), test.expr, data_, promql::query_times::at(origin_ + test.time),
                                 around_.engine);
        if (!got) return fail(std::move(what), got.error().message);
        if (got->type != promql::value_type::vector && got->type != promql::value_type::scalar)
            return fail(std::move(what), "rule result is not a vector or scalar");
        for (const expr_sample& want : test.expected)
            if (!want.wrong.empty()) return fail(std::move(what), want.wrong);
        std::vector<const expr_sample*> want;
        want.reserve(test.expected.size());
        for (const expr_sample& one : test.expected) want.push_back(&one);
        std::stable_sort(want.begin(), want.end(), [](const expr_sample* a, const expr_sample* b) {
            return a->labels.label_set() < b->labels.label_set();
        });
        std::stable_sort(got->series.begin(), got->series.end(),
                         [](const auto& a, const auto& b) { return a.labels < b.labels; });
        bool all = want.size() == got->series.size();
        for (std::size_t i = 0; all && i < want.size(); ++i) all = same(*want[i], got->series[i]);
        if (all) return pass(std::move(what));
        std::vector<std::string> notes;
        notes.reserve(want.size() + got->series.size());
        for (const expr_sample* const w : want)
            notes.push_back(concat("want  ", promql::to_series_text(w->labels.label_set()), " ",
                                   w->hist ? detail::shown(*w->hist) : promql::plain_number(w->value),
                                   w->hist && w->value != 0 ? ", with a value beside the histogram" : ""));
        for (const promql::query_series& g : got->series) {
            const promql::query_sample sample = g.samples.front();
            notes.push_back(
                concat("got   ", promql::to_series_text(g.labels), " ",
                       sample.hist != nullptr ? detail::shown(*sample.hist) : promql::plain_number(sample.value)));
        }
        fail(std::move(what),
             concat("want ", std::to_string(want.size()), want.size() == 1 ? " sample, got " : " samples, got ",
                    std::to_string(got->series.size()), want.size() == got->series.size() ? ", and not the same" : ""),
             std::move(notes));
    }
    void note_asked(const promql::vector_selector& v)
    {
        asked_.insert(std::string(v.name));
        for (const promql::label_matcher& m : v.matchers)
            if ((m.name == "alertname" || m.name == "__name__") && m.op == promql::match_op::equal)
                asked_.insert(std::string(m.value));
    }

    const test_options& how_;
    std::int64_t evaluation_;
    bool fuzzy_;
    file_outcome& out_;
    std::set<std::string>& asked_;
    std::vector<running_group> groups_;
    surroundings around_;
    std::string name_;
    std::int64_t interval_ = 0;
    std::int64_t origin_ = 0;
    std::vector<input_series> input_;
    std::vector<alert_test> alerts_;
    std::vector<expr_test> exprs_;
    store::series_store data_;
};

}  // namespace detail

}  // namespace pitot::rules
