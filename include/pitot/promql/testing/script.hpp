#pragma once
// Engine scripts (*.test): load, eval, clear. Every eval is also run with @ and as a range.
// source  Prometheus, promql/promqltest

#include <pitot/base/duration.hpp>
#include <pitot/base/text.hpp>
#include <pitot/promql/print.hpp>
#include <pitot/promql/testing/expectation.hpp>
#include <pitot/promql/testing/load.hpp>
#include <pitot/promql/walk.hpp>

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace pitot::promql {

/// One eval. why  empty when it passed
struct eval_outcome {
    std::size_t line = 0;
    std::string text;
    std::string why;
};

/// What a script needs: how the engine answers, how many samples may be loaded, and a search for regular expressions
/// in texts.
struct script_options {
    engine_options engine;
    std::size_t max_stored_samples = store::series_store::usual_max_samples;
    parse_options parsing = parse_options::everything();
    std::function<bool(std::string_view text, std::string_view pattern)> finds;

    /// The settings that upstream's scripts assume.
    [[nodiscard]] static script_options usual()
    {
        script_options out;
        out.engine.max_samples = 10'000;
        out.engine.delayed_name_removal = true;
        out.engine.use_start_timestamps = true;
        return out;
    }
};

class script {
public:
    script(std::string_view text, const script_options& how) : how_(how), data_(how.max_stored_samples)
    {
        while (!text.empty()) {
            const std::size_t end = std::min(text.find('\n'), text.size());
            std::string_view line = trimmed(text.substr(0, end));
            if (line.starts_with('#')) line = {};
            lines_.push_back(line);
            text.remove_prefix(std::min(end + 1, text.size()));
        }
    }

    /// Runs all evals. error  of the script itself, with its line in the message
    result<std::vector<eval_outcome>> run()
    {
        std::vector<eval_outcome> out;
        while (at_ < lines_.size()) {
            const std::size_t first = at_;
            const std::string_view line = lines_[at_++];
            line_ = at_;
            if (line.empty()) continue;
            const std::string_view command = line.substr(0, line.find_first_of(" \t"));
            const std::string lower = to_lower(command);
            if (lower == "clear") {
                data_.clear();
            } else if (lower == "load" || lower == "load_with_nhcb") {
                if (auto done = load_block(line.substr(command.size()), lower != "load"); !done)
                    return failed(done.error());
            } else if (lower.starts_with("eval")) {
                eval_outcome one{first + 1, std::string(line), {}};
                auto why = eval_block(lower, trimmed(line.substr(command.size())));
                if (!why) return failed(why.error());
                one.why = std::move(*why);
                out.push_back(std::move(one));
            } else {
                return failed({errc::syntax, concat("'", command, "' is no command: load, eval and clear are"), {}});
            }
        }
        return out;
    }
    /// What is loaded now.
    [[nodiscard]] const store::series_store& data() const noexcept { return data_; }

private:
    [[nodiscard]] unexpected<error> failed(const error& why) const
    {
        return unexpected(why.code, concat("line ", std::to_string(line_), ": ", why.message));
    }
    static std::string_view take_word(std::string_view& text)
    {
        text = trimmed(text);
        const std::string_view word = text.substr(0, text.find_first_of(" \t"));
        text = trimmed(text.substr(word.size()));
        return word;
    }
    static result<std::int64_t> duration(std::string_view text)
    {
        const bool minus = text.starts_with('-');
        auto d = parse_duration(minus ? text.substr(1) : text);
        if (!d) return unexpected(std::move(d.error()));
        return minus ? -d->count : d->count;
    }

    result<void> load_block(std::string_view rest, bool custom_buckets)
    {
        const auto step = duration(trimmed(rest));
        if (!step) return unexpected(step.error());
        std::vector<described_series> all;
        std::vector<described_starts> starts;
        std::optional<described_starts> pending;
        std::size_t described = 0;
        for (; at_ < lines_.size() && !lines_[at_].empty(); ++at_) {
            line_ = at_ + 1;
            if (lines_[at_].find("@st") != std::string_view::npos) {
                auto read = read_starts(lines_[at_]);
                if (!read) return unexpected(std::move(read.error()));
                if (*read) {
                    pending = std::move(*read);
                    continue;
                }
            }
            auto read = read_series(lines_[at_]);
            if (!read) return unexpected(std::move(read.error()));
            if (pending && (pending->labels != read->labels || pending->offsets.size() != read->samples.size()))
                return unexpected(errc::syntax, "start timestamps belong to the series in the next line, one each");
            std::erase_if(all, [&](const described_series& s) { return s.labels == read->labels; });
            std::erase_if(starts, [&](const described_starts& s) { return s.labels == read->labels; });
            if (pending) starts.push_back(std::move(*std::exchange(pending, std::nullopt)));
            described += read->samples.size();
            if (described > max_described) return unexpected(errc::too_many, "a load has too many samples");
            all.push_back(std::move(*read));
        }
        for (const described_series& s : all) {
            const described_starts* own = nullptr;
            for (const described_starts& o : starts)
                if (o.labels == s.labels) own = &o;
            if (auto put = load(data_, s, 0, *step, own); !put) return put;
        }
        if (custom_buckets) return load_custom_buckets(data_, all, 0, *step);
        return {};
    }

    struct eval_command {
        std::string_view text;
        query_times when;
    };

    /// Why it failed; empty when it passed.
    result<std::string> eval_block(std::string_view command, std::string_view rest)
    {
        eval_command eval;
        const std::string_view kind = take_word(rest);
        const auto bad = [](std::string text) { return unexpected(errc::syntax, std::move(text)); };
        const auto time_after = [&](std::string_view word) -> result<std::int64_t> {
            if (take_word(rest) != word) return bad(concat("'", word, "' is expected"));
            return duration(take_word(rest));
        };
        if (kind == "instant") {
            const auto at = time_after("at");
            if (!at) return unexpected(at.error());
            eval.when = query_times::at(*at);
        } else if (kind == "range") {
            const auto from = time_after("from");
            if (!from) return unexpected(from.error());
            const auto to = time_after("to");
            if (!to) return unexpected(to.error());
            const auto step = time_after("step");
            if (!step) return unexpected(step.error());
            eval.when = {*from, *to, *step};
            if (*step <= 0) return bad("the step must be greater than 0");
        } else {
            return bad("eval instant at TIME, or eval range from TIME to TIME step TIME");
        }
        eval.text = rest;
        expectation want;
        if (command == "eval_fail") want.failure.emplace();
        want.some_warning = command == "eval_warn";
        want.some_info = command == "eval_info";
        want.ordered = command == "eval_ordered";
        want.start = eval.when.start;
        want.step = eval.when.step;
        for (; at_ < lines_.size() && !lines_[at_].empty(); ++at_) {
            line_ = at_ + 1;
            if (auto read = expect_line(lines_[at_], eval, want); !read) return unexpected(std::move(read.error()));
        }
        auto tree = parse(eval.text, how_.parsing);
        if (!tree) return unexpected(errc::syntax, concat("cannot parse the query: ", tree.error().message));
        return check(eval, std::move(*tree), want);
    }

    result<void> expect_line(std::string_view line, eval_command& eval, expectation& want)
    {
        const auto bad = [](std::string text) { return unexpected(errc::syntax, std::move(text)); };
        std::string_view rest = line;
        const std::string_view first = take_word(rest);
        if (first == "expected_fail_message" || first == "expected_fail_regexp") {
            want.failure.emplace();
            (first == "expected_fail_message" ? want.failure->exact : want.failure->pattern) = std::string(rest);
            return {};
        }
        if (first == "expect") {
            const std::string_view what = take_word(rest);
            if (what == "string") {
                auto text = unquote(rest);
                if (!text) return unexpected(std::move(text.error()));
                want.string = std::move(*text);
                return {};
            }
            if (what == "range") {
                std::vector<std::string_view> words;
                while (!rest.empty()) words.push_back(take_word(rest));
                if (words.size() != 7) return bad("expect range vector from TIME to TIME step TIME");
                const auto from = duration(words[2]);
                const auto to = duration(words[4]);
                const auto step = duration(words[6]);
                if (!from || !to || !step) return bad("expect range vector from TIME to TIME step TIME");
                want.as_range = true;
                want.start = *from;
                want.step = *step;
                eval.when = query_times::at(*to);
                return {};
            }
            if (what == "ordered")
                want.ordered = true;
            else if (what == "no_warn")
                want.no_warnings = true;
            else if (what == "no_info")
                want.no_infos = true;
            else if (what == "fail" || what == "warn" || what == "info") {
                expected_text text;
                if (rest.starts_with("msg:"))
                    text.exact = std::string(trimmed(rest.substr(4)));
                else if (rest.starts_with("regex:"))
                    text.pattern = std::string(trimmed(rest.substr(6)));
                else if (!rest.empty())
                    return bad("msg: or regex: is expected");
                if (what == "fail")
                    want.failure = std::move(text);
                else
                    (what == "warn" ? want.warnings : want.infos).push_back(std::move(text));
            } else {
                return bad(concat("nobody can expect '", what, "'"));
            }
            if ((want.no_warnings && !want.warnings.empty()) || (want.no_infos && !want.infos.empty()))
                return bad("both some and none are expected");
            return {};
        }
        if (rest.empty()) {
            if (const auto number = parse_number(first)) {
                want.scalar = *number;
                return {};
            }
        }
        auto series = read_series(line);
        if (!series) return unexpected(std::move(series.error()));
        want.series.push_back(std::move(*series));
        return {};
    }

    /// A query's outcome against what is expected.
    std::string check_result(const result<query_result>& got, const expectation& want) const
    {
        if (want.failure) {
            if (got) return "it should fail, but it does not";
            if (detail::is_text(*want.failure, got.error().message, how_.finds)) return {};
            return concat("it fails with another error: ", got.error().message);
        }
        if (!got) return concat("it fails: ", got.error().message);
        if (std::string why = detail::difference("warning", want.warnings, want.no_warnings, got->warnings, how_.finds);
            !why.empty())
            return why;
        if (std::string why = detail::difference("info", want.infos, want.no_infos, got->infos, how_.finds);
            !why.empty())
            return why;
        if (want.some_warning && got->warnings.empty()) return "no warning was given";
        if (want.some_info && got->infos.empty()) return "no info was given";
        return detail::difference(want, *got);
    }

    std::string check(const eval_command& eval, tree parsed, const expectation& want)
    {
        const auto ask = [&](const node* root, std::string_view text, const query_times& when) {
            return query(root, text, data_, when, how_.engine);
        };
        const auto got = ask(parsed.root(), eval.text, eval.when);
        if (std::string why = check_result(got, want); !why.empty()) return why;
        if (eval.when.step != 0 || !got) return {};
        const std::int64_t t = eval.when.start;
        if (std::string why = check_as_range(parsed.root(), eval.text, t, want); !why.empty())
            return concat("as a range: ", why);
        if (is_unsafe_with_at(parsed.root())) return {};
        add_at(parsed.root(), t, false);
        const std::string text = to_text(parsed.root());
        const auto again = parse(text, how_.parsing);
        if (!again) return concat("its form with @ cannot be parsed: ", text, ": ", again.error().message);
        std::vector<std::int64_t> times{-10 * t, 0, t / 5, t, 10 * t};
        if (t == 0) times = {-1000, 0, 1000};
        for (const std::int64_t other : times) {
            if (std::string why = check_result(ask(again->root(), text, query_times::at(other)), want); !why.empty())
                return concat("with @, at ", std::to_string(other), " ms: ", text, ": ", why);
            if (std::string why = check_as_range(again->root(), text, other, want); !why.empty())
                return concat("with @, as a range around ", std::to_string(other), " ms: ", text, ": ", why);
        }
        return {};
    }

    std::string check_as_range(const node* root, std::string_view text, std::int64_t t, const expectation& want)
    {
        for (const std::string_view word : {"start()", "end()", "range()", "step()"})
            if (text.find(word) != std::string_view::npos) return {};
        if (want.string || want.as_range || type_of(root) == value_type::matrix || type_of(root) == value_type::string)
            return {};
        auto got = query(root, text, data_, {t - 60'000, t + 60'000, 60'000}, how_.engine);
        if (want.failure) return {};
        if (!got) return concat("it fails: ", got.error().message);
        if (want.ordered) return {};
        query_result middle;
        middle.type = want.scalar ? value_type::scalar : value_type::vector;
        for (query_series& s : got->series) {
            query_series one;
            one.labels = s.labels;
            for (const query_sample sample : s.samples)
                if (sample.time == t) one.samples.push_back(sample);
            if (!one.samples.empty()) middle.series.push_back(std::move(one));
        }
        if (want.scalar && middle.series.empty()) return "no sample";
        return detail::difference(want, middle);
    }

    static bool is_unsafe_with_at(const node* root)
    {
        bool found = false;
        walk(root, [&found](const node* n, const std::vector<const node*>&) {
            const auto* const c = as<call_node>(n);
            if (c == nullptr) return;
            for (const std::string_view name :
                 {"days_in_month", "day_of_month", "day_of_week", "day_of_year", "hour", "minute", "month", "year",
                  "end", "range", "start", "step", "time", "predict_linear", "timestamp"})
                found = found || c->name == name;
        });
        return found;
    }

    /// @ t for everything that has none, outside of subqueries that have one.
    static void add_at(node* n, std::int64_t t, bool fixed)
    {
        time_shift* shift = nullptr;
        if (auto* const v = as<vector_selector>(n)) shift = v->for_info ? nullptr : &v->shift;
        if (auto* const s = as<subquery>(n)) shift = &s->shift;
        if (shift != nullptr && !fixed && shift->at == at_kind::none) {
            shift->at = at_kind::time;
            shift->at_time = t;
        }
        fixed = fixed || n->kind == node_kind::subquery;
        for_each_child(n, [&](const node* child) { add_at(const_cast<node*>(child), t, fixed); });
    }

    script_options how_;
    std::vector<std::string_view> lines_;
    std::size_t at_ = 0;
    std::size_t line_ = 0;  ///< for messages
    store::series_store data_;
};

}  // namespace pitot::promql
