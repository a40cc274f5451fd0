#pragma once
// Matchers whose value is a variable with a list of its own: which of its values select something.

#include <pitot/base/text.hpp>
#include <pitot/dashboard/format.hpp>
#include <pitot/dashboard/reference.hpp>
#include <pitot/dashboard/variable_choices.hpp>
#include <pitot/lint/dashboard/context.hpp>
#include <pitot/lint/dashboard/listed_values.hpp>
#include <pitot/lint/dashboard/look.hpp>
#include <pitot/lint/dashboard/rules/instance_filter.hpp>
#include <pitot/lint/dashboard/rules/job_not_scraped.hpp>
#include <pitot/lint/dashboard/rules/label_value_not_exposed.hpp>
#include <pitot/lint/dashboard/rules/regex_alternative_dead.hpp>
#include <pitot/lint/dashboard/rules/up_of_collected_service.hpp>
#include <pitot/lint/dashboard/suggest.hpp>

#include <algorithm>  // std::any_of, std::none_of
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace pitot::lint::dashboards {

namespace detail {

/// Is it written so that one value stands for itself, or for its regular expression: without a path and a format that
/// makes another text of it?
[[nodiscard]] inline bool is_plain(const dashboard::reference& r, std::string_view written) noexcept
{
    const std::string_view before_format = written.substr(0, written.find(':'));
    if (before_format.find('.') != std::string_view::npos) return false;
    for (const std::string_view same : {"", "raw", "regex", "pipe", "csv", "glob"})
        if (r.format == same) return true;
    return false;
}

/// The only variable in a text, where it is plain and its values are known; without a name else.
[[nodiscard]] inline dashboard::reference only_variable(const context& in, std::string_view text)
{
    dashboard::reference only;
    const bool other = dashboard::any_reference(text, [&](const dashboard::reference& r, std::size_t at) {
        const bool again = only && (r.name != only.name || r.format != only.format);
        only = r;
        return again || !is_plain(r, text.substr(at, r.length));
    });
    if (other || !only) return {};
    const variable* const of = in.declared.find(only.name);
    return of != nullptr && may_hold(in, *of) != nullptr ? only : dashboard::reference{};
}

/// 'a', 'b', 'c'; of many the first ones.
[[nodiscard]] inline std::string quoted_list(const std::vector<std::string_view>& all)
{
    constexpr std::size_t most = 8;
    std::string text;
    for (std::size_t i = 0; i < all.size() && i < most; ++i) text += concat(i == 0 ? "'" : ", '", all[i], "'");
    return all.size() > most ? text + ", …" : text;
}

/// One matcher with each value of its variable.
class matcher_choices {
public:
    matcher_choices(const context& in, const asked& a, const asked_matcher& m, const dashboard::reference& variable)
        : in_(in), a_(a), m_(m), variable_(variable), declared_(*in.declared.find(variable.name)),
          choices_(*may_hold(in, declared_))
    {}

    void judge(remarks& out) const
    {
        if (!declared_.choices) return judge_listed(out);
        const rule& collected = up_of_collected_service.about;
        if (a_.name == "up" && m_.written->name == "job" && m_.written_positive())
            for (const std::string& value : choices_.values)
                say_collected(in_, a_, m_, made_with(value).test, collected,
                              choices_.open ? severity::info : collected.level, out);
        std::vector<std::string_view> dead;
        for (const std::string& value : choices_.values)
            if (!lives(made_with(value))) dead.push_back(value);
        if (dead.empty()) return;
        const auto is_alive = [this](const std::string& value) { return lives(made_with(value)); };
        const bool none = dead.size() == choices_.values.size() &&
                          std::none_of(choices_.saved.begin(), choices_.saved.end(), is_alive) &&
                          !(choices_.all && lives(with_text(*choices_.all)));
        if (none)
            say_all(dead, out);
        else if (m_.written_positive() && !choices_.open)
            out.findings.push_back(in_.at(m_.written->value_span, regex_alternative_dead.about,
                                          regex_alternative_dead.about.level,
                                          concat(quoted_list(dead), " of $", variable_.name,
                                                 dead.size() == 1 ? " selects nothing" : " select nothing")));
    }

private:
    /// Of what a query gives, some values may well be another job's, and what = takes != leaves.
    void judge_listed(remarks& out) const
    {
        constexpr std::size_t most = 100'000;  // of pairs to hold against each other
        if (!m_.written_positive() || (choices_.all && lives(with_text(*choices_.all)))) return;
        const auto there = values_of(in_, a_, m_.written->name);
        if (there.size() * choices_.values.size() > most) return;
        for (const std::string& value : choices_.values) {
            const asked_matcher one = made_with(value);
            if (std::any_of(there.begin(), there.end(), one.test)) return;
        }
        if (lives(made_with(choices_.values.front()))) return;  // the label is open
        say_all({choices_.values.begin(), choices_.values.end()}, out);
    }
    [[nodiscard]] bool is_regex() const noexcept
    {
        return m_.written->op == promql::match_op::regex || m_.written->op == promql::match_op::not_regex;
    }
    [[nodiscard]] asked_matcher with_text(std::string_view value) const
    {
        const promql::label_matcher& written = *m_.written;
        const std::string text = dashboard::with_references(
            written.value, [value](const dashboard::reference&) { return std::optional<std::string>(value); });
        return {&written,
                catalog::matcher(text, m_.written_positive(), is_regex(), catalog::holds_numbers(written.name))};
    }
    /// Grafana escapes the values of a variable that may hold several. It does so behind = too, and then a value with a
    /// dot selects nothing; multi-variable-equality says that.
    [[nodiscard]] asked_matcher made_with(std::string_view value) const
    {
        const bool escaped = variable_.format == "regex" || (variable_.format.empty() && declared_.many);
        std::string text(value);
        return with_text(is_regex() && escaped ? dashboard::formatted({}, {{std::move(text)}}, "regex") : text);
    }
    /// Does the matcher select a series, or may it?
    [[nodiscard]] bool lives(const asked_matcher& one) const
    {
        if (selects(in_, a_, one.written->name, one.test)) return true;
        return one.written->name == "job" && names_a_job(in_.sources, one) && !knows_what_jobs_expose(in_, one);
    }
    void say_all(const std::vector<std::string_view>& values, remarks& out) const
    {
        const std::string_view label = m_.written->name;
        const auto names_one = [this](std::string_view value) { return names_a_job(in_.sources, made_with(value)); };
        const bool no_job = label == "job" && std::none_of(values.begin(), values.end(), names_one);
        const rule& about = no_job                ? job_not_scraped.about
                            : label == "instance" ? instance_filter.about
                                                  : label_value_not_exposed.about;
        const severity level = choices_.open || may_be_missing(in_, a_) ? severity::info : about.level;
        out.findings.push_back(
            in_.at(m_.written->value_span, about, level,
                   concat(choices_.open        ? "what $"
                          : values.size() == 1 ? "the value of $"
                                               : "no value of $",
                          variable_.name, choices_.open ? " begins with" : "",
                          choices_.open || values.size() == 1 ? " selects no series of " : " selects a series of ",
                          a_.name, a_.total ? "_total" : "", ": ", quoted_list(values)),
                   list_of(values_of(in_, a_, label), "there are")));
    }

    const context& in_;
    const asked& a_;
    const asked_matcher& m_;
    dashboard::reference variable_;
    const variable& declared_;
    const dashboard::variable_choices& choices_;
};

}  // namespace detail

/// Judges the matchers whose value is made of one variable with values that the dashboard says. Where no series has the
/// label, label-not-exposed tells it.
inline void check_choices(const context& in, remarks& out)
{
    if (in.sources.series == nullptr) return;
    for (const asked& a : in.asks) {
        if (!a.is_held) continue;
        for (const asked_matcher& m : a.matchers) {
            if (!m.templated || !m.on_series || in.readable.is_variable(m.written->name_span)) continue;
            if (const auto only = detail::only_variable(in, m.written->value))
                detail::matcher_choices(in, a, m, only).judge(out);
        }
    }
}

}  // namespace pitot::lint::dashboards
