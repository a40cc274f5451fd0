#pragma once
// A query with its variables as what can be read: what fits their places, else what they hold first.

#include <pitot/base/nearest.hpp>
#include <pitot/base/result.hpp>
#include <pitot/base/text.hpp>
#include <pitot/catalog/matcher.hpp>  // regex
#include <pitot/dashboard/interpolate.hpp>
#include <pitot/lint/dashboard/context.hpp>
#include <pitot/logql/parse.hpp>
#include <pitot/promql/functions.hpp>
#include <pitot/promql/parse.hpp>

#include <algorithm>  // std::any_of
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace pitot::lint::dashboards::detail {

/// Is a part of what was read a stand-in that may be of another kind than the variable: an operator, a clause, a whole
/// expression? A duration is none.
[[nodiscard]] inline bool is_in_doubt(const dashboard::interpolated& readable, text_span part)
{
    return std::any_of(readable.stand_ins.begin(), readable.stand_ins.end(), [&](const dashboard::stand_in& s) {
        const std::string_view text = std::string_view(readable.text).substr(s.replaced.offset, s.replaced.length);
        return !s.known && !text.empty() && text != "5m" && text != "5" && text != "m" &&
               s.replaced.offset <= part.end() && part.offset <= s.replaced.end();
    });
}

/// A part of a text with the blanks before it: what a stage of LogQL is goes wrong at the one behind it.
[[nodiscard]] inline text_span with_blanks_before(std::string_view text, text_span part) noexcept
{
    std::size_t first = part.offset;
    while (first > 0 && (text[first - 1] == ' ' || text[first - 1] == '\n' || text[first - 1] == '\t')) --first;
    return {first, part.end() - first};
}

/// The same of all of it.
[[nodiscard]] inline bool is_made_of_variables(const dashboard::interpolated& readable)
{
    return is_in_doubt(readable, {0, readable.text.size()});
}

/// Is it said of two numbers, each of which may stand for a variable that is none?
[[nodiscard]] inline bool is_of_scalars(const promql::parse_error& e) noexcept
{
    return e.message.starts_with("comparisons between scalars") ||
           (e.message.starts_with("set operator") && e.message.ends_with("in binary scalar expression"));
}

/// What may be meant by a function that there is not; empty for other errors.
[[nodiscard]] inline std::string suggest_function(const promql::parse_error& e)
{
    constexpr std::string_view unknown = "unknown function with name \"";
    if (!e.message.starts_with(unknown)) return {};
    std::string_view name = std::string_view(e.message).substr(unknown.size());
    name = name.substr(0, name.find('"'));
    if (name == "holt_winters") return "Prometheus 3 calls it double_exponential_smoothing()";
    std::vector<std::string_view> all;
    for (const promql::function& f : promql::functions) all.push_back(f.name);
    const std::string_view near = nearest(name, all);
    return near.empty() ? std::string() : concat("did you mean ", near, "()?");
}

/// A regular expression's error as Prometheus tells it; empty when it has none, or a variable.
[[nodiscard]] inline std::string what_is_wrong_with(std::string_view pattern)
{
    if (regex::is_surely_valid(pattern) || dashboard::has_reference(pattern)) return {};
    const auto made = regex::compile(pattern, false);  // the message has the pattern as it is written
    return made ? std::string() : concat("error parsing regexp: ", made.error().message);
}

/// A query as PromQL, with what fits their places for its variables; where that cannot be read, with what the variables
/// hold first: an operator, a clause, a whole expression.
class promql_reading {
public:
    /// is_rule  of a rule file: a text without variables
    promql_reading(std::string_view text, bool is_rule, const world& sources, const variables& declared)
    {
        how_.regex_error = what_is_wrong_with;
        if (is_rule)
            readable_.text = text;
        else
            readable_ = dashboard::interpolate(text, declared.told_values(sources.values));
        parse();
        if (errors_.empty() || !is_made_of_variables(readable_)) return;
        dashboard::interpolated other = dashboard::interpolate(text, declared.told_values(sources.values),
                                                               &declared.first_values());
        if (!promql::parse(other.text, how_)) return;
        readable_ = std::move(other);
        parse();
    }
    promql_reading(const promql_reading&) = delete;
    promql_reading& operator=(const promql_reading&) = delete;

    /// What was read; places in tree and errors count its bytes.
    [[nodiscard]] const dashboard::interpolated& readable() const noexcept { return readable_; }
    [[nodiscard]] const std::vector<promql::parse_error>& errors() const noexcept { return errors_; }
    [[nodiscard]] const promql::node* root() const noexcept { return root_; }

private:
    void parse()
    {
        errors_.clear();
        root_ = promql::parse_into(memory_, readable_.text, how_, errors_);
    }

    promql::parse_options how_ = promql::parse_options::everything();
    dashboard::interpolated readable_;
    promql::tree_arena memory_;
    std::vector<promql::parse_error> errors_;
    const promql::node* root_ = nullptr;
};

/// The same as LogQL.
class logql_reading {
public:
    logql_reading(std::string_view text, const world& sources, const variables& declared)
        : readable_(dashboard::interpolate(text, declared.told_values(sources.values))),
          query_(logql::parse(readable_.text))
    {
        if (query_ || !is_made_of_variables(readable_)) return;
        dashboard::interpolated other = dashboard::interpolate(text, declared.told_values(sources.values),
                                                               &declared.first_values());
        if (!logql::parse(other.text)) return;
        readable_ = std::move(other);
        query_ = logql::parse(readable_.text);
    }
    logql_reading(const logql_reading&) = delete;
    logql_reading& operator=(const logql_reading&) = delete;

    [[nodiscard]] const dashboard::interpolated& readable() const noexcept { return readable_; }
    [[nodiscard]] const result<logql::query>& query() const noexcept { return query_; }

private:
    dashboard::interpolated readable_;
    result<logql::query> query_;  ///< views of the text that was read
};

/// Is there a selector without a metric's name, as every selector of LogQL is?
[[nodiscard]] inline bool has_bare_selector(std::string_view text) noexcept
{
    for (std::size_t at = text.find('{'); at != std::string_view::npos; at = text.find('{', at + 1)) {
        const std::size_t before = at == 0 ? std::string_view::npos : text.find_last_not_of(" \t\r\n", at - 1);
        if (before == std::string_view::npos) return true;
        if (text[before] != '$' && text[before] != '}' && text[before] != ':' &&
            !dashboard::detail::is_word(text[before]))
            return true;
    }
    return false;
}

/// Can a query be nothing but LogQL?
[[nodiscard]] inline bool is_logql_only(std::string_view text)
{
    if (!has_bare_selector(text)) return false;
    const dashboard::interpolated readable = dashboard::interpolate(text);
    return !promql::parse(readable.text, promql::parse_options::everything()) && logql::parse(readable.text);
}

}  // namespace pitot::lint::dashboards::detail
