#include <dashboard-lint/opened.hpp>

#include <pitot/base/text.hpp>
#include <pitot/connect/regex.hpp>
#include <pitot/dashboard/interpolate.hpp>
#include <pitot/dashboard/template_query.hpp>
#include <pitot/lint/dashboard/variable_regex.hpp>

#include <algorithm>
#include <cstdlib>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>

namespace pitot::tools::dashboard_lint {

namespace {

using texts = answers::texts;

constexpr std::int64_t window_ms = 300'000;  ///< shown of time, and of every range: scrapes of expositions reach so far

/// A text with the values that are known so far; nothing when one is not.
std::optional<std::string> filled(std::string_view text, const dashboard::variable_values& values)
{
    std::string out;
    std::size_t done = 0;
    bool all = true;
    dashboard::each_reference(text, [&](const dashboard::reference& r, std::size_t at) {
        const auto value = values.find(r.name);
        if (value == values.end()) {
            all = all && r.name.find_first_not_of("0123456789") == std::string_view::npos;
            return;
        }
        out += concat(text.substr(done, at - done), dashboard::formatted(r.name, value->second, r.format));
        done = at + r.length;
    });
    if (!all) return {};
    return out + std::string(text.substr(done));
}

/// What a query lists, before the regex; nothing when it cannot be asked, or is refused.
result<texts> asked_for(std::string_view query, answers& from)
{
    const dashboard::template_query read = dashboard::read_template_query(query);
    const std::string inside(read.inside);
    if (read.kind == "label_values")
        return from.label_values(inside == "{}" ? std::string() : inside, std::string(read.label));
    if (read.kind == "query_result") return from.lines(inside);
    if (trimmed(query).starts_with("label_names(")) return from.label_names();
    if (read.kind != "metrics") return from.series(std::string(trimmed(query)));
    auto names = from.label_values({}, "__name__");
    const auto wanted = regex::compile(inside, false);
    if (!names || !*names) return names;
    if (!wanted) return texts();
    std::erase_if(**names, [&wanted](const std::string& name) { return !wanted->matches(name); });
    return names;
}

/// The number in a text, as Grafana sorts by it; -1 without one.
double number_of(std::string_view text)
{
    const std::size_t at = text.find_first_of("0123456789");
    return at == std::string_view::npos ? -1 : std::strtod(std::string(text.substr(at)).c_str(), nullptr);
}

void put_in_order(std::vector<std::string>& options, dashboard::option_order order)
{
    using dashboard::option_order;
    if (order == option_order::as_given) return;
    const auto before = [order](const std::string& a, const std::string& b) {
        switch (order) {
        case option_order::number:
        case option_order::number_down: return number_of(a) < number_of(b);
        case option_order::any_case:
        case option_order::any_case_down: return to_lower(a) < to_lower(b);
        default: return a < b;
        }
    };
    std::stable_sort(options.begin(), options.end(), before);
    if (order == option_order::text_down || order == option_order::number_down || order == option_order::any_case_down)
        std::reverse(options.begin(), options.end());
}

/// Those that the variable's regex keeps, each once and in its order.
std::vector<std::string> offered(const dashboard::saved_variable& v, std::string_view pattern,
                                 const std::vector<std::string>& listed)
{
    const auto keeps = pattern.empty() ? std::nullopt : lint::dashboards::variable_regex::read(pattern);
    std::vector<std::string> out;
    std::set<std::string, std::less<>> seen;
    for (const std::string& text : listed)
        for (std::string& value : keeps ? keeps->values_of(text) : std::vector<std::string>{text})
            if (seen.insert(value).second) out.push_back(std::move(value));
    put_in_order(out, v.order);
    return out;
}

/// The options of a variable; nothing when they cannot be had.
result<texts> options_of(const dashboard::saved_variable& v, const dashboard::variable_values& values, answers& from)
{
    if (!v.is_asked) return texts(v.options);
    const auto query = filled(v.query, values);
    const auto pattern = filled(v.regex, values);
    if (!query || !pattern || trimmed(*query).empty()) return texts();
    auto listed = asked_for(*query, from);
    if (!listed || !*listed) return listed;
    return texts(offered(v, *pattern, **listed));
}

/// What Grafana chooses of the options; nothing when there is no telling.
std::optional<dashboard::chosen_value> choose(const dashboard::saved_variable& v, const texts& options,
                                              const dashboard::variable_values& values)
{
    dashboard::chosen_value out;
    out.many = v.many;
    if (v.is_all && v.all) {
        const auto text = filled(*v.all, values);
        if (!text) return {};
        out.values = {*text};
        out.is_raw = true;
        return out;
    }
    if (!options || (!v.is_asked && options->empty())) {
        if (v.chosen.empty()) return {};
        out.values = v.chosen;
        return out;
    }
    if (v.is_all) {
        out.values = *options;
        return out;
    }
    for (const std::string& one : v.chosen)
        if (v.takes_any)
            out.values.push_back(filled(one, values).value_or(one));
        else if (std::find(options->begin(), options->end(), one) != options->end())
            out.values.push_back(one);
    if (out.values.empty() && !options->empty()) out.values = {options->front()};
    return out;
}

/// What Grafana itself gives values.
dashboard::variable_values own_values(std::int64_t now)
{
    const std::string window = std::to_string(window_ms);
    const std::string seconds = std::to_string(window_ms / 1000);
    dashboard::variable_values out;
    for (const std::string_view name : {"__interval", "__rate_interval", "__range"})
        out.emplace(name, dashboard::chosen_value{{seconds + "s"}});
    for (const std::string_view name : {"__interval_ms", "__rate_interval_ms", "__range_ms"})
        out.emplace(name, dashboard::chosen_value{{window}});
    out.emplace("__range_s", dashboard::chosen_value{{seconds}});
    out.emplace("__from", dashboard::chosen_value{{std::to_string(now - window_ms)}});
    out.emplace("__to", dashboard::chosen_value{{std::to_string(now)}});
    return out;
}

}  // namespace

result<dashboard::variable_values> open_board(const std::vector<dashboard::saved_variable>& board,
                                              const dashboard::variable_values* told, std::int64_t now, answers& from)
{
    dashboard::variable_values values = own_values(now);
    if (told != nullptr)
        for (const auto& [name, value] : *told) values.insert_or_assign(name, value);
    for (const dashboard::saved_variable& v : board) {
        if (const auto at = values.find(v.name); at != values.end()) {  // told, or declared before
            at->second.many = at->second.many || v.many;
            continue;
        }
        const auto options = options_of(v, values, from);
        if (!options) return unexpected(options.error());
        if (auto value = choose(v, *options, values)) values.emplace(v.name, std::move(*value));
    }
    return values;
}

}  // namespace pitot::tools::dashboard_lint
