#include <dashboard-lint/opened.hpp>

#include <pitot/base/text.hpp>
#include <pitot/connect/regex.hpp>
#include <pitot/dashboard/interpolate.hpp>
#include <pitot/dashboard/template_query.hpp>
#include <pitot/lint/dashboard/variable_regex.hpp>

#include <algorithm>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>

namespace pitot::tools::dashboard_lint {

namespace {

using texts = answers::texts;

constexpr std::int64_t window_ms = 300'000;  ///< of time that is shown, and of every range

/// The values that are known so far, and the names of those that will be or cannot.
struct known_values {
    dashboard::variable_values values;
    std::set<std::string_view> declared;
};

/// A text with its variables; what nobody declares stays as it is. Nothing when one has no value yet.
/// format  of those that have none
std::optional<std::string> filled(std::string_view text, const known_values& known, std::string_view format = {})
{
    bool all = true;
    std::string out = dashboard::with_references(text, [&](const dashboard::reference& r) {
        const auto value = known.values.find(r.name);
        if (value != known.values.end())
            return std::optional(dashboard::formatted(r.name, value->second, r.format.empty() ? format : r.format));
        all = all && !known.declared.contains(r.name);
        return std::optional<std::string>();
    });
    return all ? std::optional(std::move(out)) : std::nullopt;
}

/// What a query lists, before the regex; nothing when it cannot be asked, or is refused.
result<texts> asked_for(std::string_view query, answers& from)
{
    const dashboard::template_query read = dashboard::read_template_query(query);
    const std::string inside(read.inside);
    if (read.kind == "label_values") {
        const bool is_any = inside.starts_with('{') && inside.ends_with('}') &&
                            trimmed(inside.substr(1, inside.size() - 2)).empty();
        std::string_view label = read.label;
        if (label.size() > 1 && label.starts_with('"') && label.ends_with('"'))
            label = label.substr(1, label.size() - 2);
        return from.label_values(is_any ? std::string() : inside, std::string(label));
    }
    if (read.kind == "query_result") return from.lines(inside);
    if (constexpr std::string_view names = "label_names("; trimmed(query).starts_with(names)) {
        const std::string_view of = trimmed(trimmed(query).substr(names.size()), " )");
        return from.label_names(of.empty() ? std::string() : concat("{__name__=~\".*", of, ".*\"}"));
    }
    if (read.kind != "metrics") return from.series(std::string(trimmed(query)));
    auto names = from.label_values({}, "__name__");
    const auto wanted = regex::compile(inside, false);
    if (!names || !*names) return names;
    if (!wanted) return texts();
    std::erase_if(**names, [&wanted](const std::string& name) { return !wanted->matches(name); });
    return names;
}

/// The digits in a text as a number, as Grafana sorts by them; -1 without any.
double number_of(std::string_view text)
{
    const std::size_t at = text.find_first_of("0123456789");
    double value = -1;
    for (std::size_t i = at; i < text.size() && text[i] >= '0' && text[i] <= '9'; ++i)
        value = (i == at ? 0 : value * 10) + (text[i] - '0');
    return value;
}

/// Texts by case-blind letters, and their runs of digits as numbers.
bool is_naturally_before(std::string_view a, std::string_view b)
{
    const auto is_digit = [](char c) { return c >= '0' && c <= '9'; };
    while (!a.empty() && !b.empty()) {
        if (is_digit(a.front()) && is_digit(b.front())) {
            if (number_of(a) != number_of(b)) return number_of(a) < number_of(b);
            while (!a.empty() && is_digit(a.front())) a.remove_prefix(1);
            while (!b.empty() && is_digit(b.front())) b.remove_prefix(1);
            continue;
        }
        const char x = to_lower(a.front());
        const char y = to_lower(b.front());
        if (x != y) return x < y;
        a.remove_prefix(1);
        b.remove_prefix(1);
    }
    return a.empty() && !b.empty();
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
        case option_order::natural:
        case option_order::natural_down: return is_naturally_before(a, b);
        default: return a < b;
        }
    };
    std::stable_sort(options.begin(), options.end(), before);
    for (const option_order down :
         {option_order::text_down, option_order::number_down, option_order::any_case_down, option_order::natural_down})
        if (order == down) std::reverse(options.begin(), options.end());
}

/// Those that the variable's regex keeps, each once and in its order. Nothing for a regex that cannot be read here.
texts offered(const dashboard::saved_variable& v, std::string_view pattern, const std::vector<std::string>& listed)
{
    const auto keeps = pattern.empty() ? std::nullopt : lint::dashboards::variable_regex::read(pattern);
    if (!pattern.empty() && !keeps) return {};
    std::vector<std::string> out;
    std::set<std::string, std::less<>> seen;
    for (const std::string& text : listed)
        for (std::string& value : keeps ? keeps->values_of(text) : std::vector<std::string>{text})
            if (seen.insert(value).second) out.push_back(std::move(value));
    put_in_order(out, v.order);
    return out;
}

/// The options of a variable; nothing when they cannot be had, or not yet.
result<texts> options_of(const dashboard::saved_variable& v, const known_values& known, answers& from)
{
    if (!v.is_asked) {
        std::vector<std::string> out;
        for (const std::string& option : v.options) {
            auto text = v.takes_any ? std::optional(option) : filled(option, known, "raw");
            if (!text) return texts();
            out.push_back(std::move(*text));
        }
        return texts(std::move(out));
    }
    const auto query = filled(v.query, known);
    const auto pattern = filled(v.regex, known, "regex");
    if (!query || !pattern) return texts();
    if (trimmed(*query).empty()) return texts(std::in_place);
    auto listed = asked_for(*query, from);
    if (!listed || !*listed) return listed;
    return offered(v, *pattern, **listed);
}

/// What Grafana chooses of the options; nothing when there is no telling.
std::optional<dashboard::chosen_value> choose(const dashboard::saved_variable& v, const texts& options,
                                              const known_values& known)
{
    dashboard::chosen_value out;
    out.many = v.many;
    if (!options || (v.takes_any && options->empty())) {
        if (v.chosen.empty() || v.is_asked) return {};
        out.values = v.chosen;
        return out;
    }
    for (const std::string& one : v.chosen)
        if (v.takes_any || std::find(options->begin(), options->end(), one) != options->end())
            out.values.push_back(one);
    if (!v.is_all && !(out.values.empty() && v.include_all)) {
        if (out.values.empty() && !options->empty()) out.values = {options->front()};
        return out;
    }
    out.values = *options;
    if (v.all) {
        auto text = filled(*v.all, known);
        if (!text) return {};
        out.values = {std::move(*text)};
        out.is_raw = true;
    }
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
    known_values known;
    known.values = own_values(now);
    std::vector<const dashboard::saved_variable*> open;
    for (const dashboard::saved_variable& v : board) {
        known.values.erase(v.name);
        const bool is_new = known.declared.insert(v.name).second;
        if (is_new)
            open.push_back(&v);
        else  // rows and tabs have variables of their own: there is no one value
            std::erase_if(open, [&v](const dashboard::saved_variable* other) { return other->name == v.name; });
    }
    if (told != nullptr)
        for (const auto& [name, value] : *told) known.values.insert_or_assign(name, value);
    for (const dashboard::saved_variable* const v : open) {
        dashboard::saved_variable chosen = *v;
        if (const auto at = known.values.find(v->name); at != known.values.end()) {
            const std::string& first = at->second.values.front();
            chosen.is_all = v->include_all && (first == "$__all" || first == "All" || first == v->all);
            at->second.many = at->second.many || v->many;
            if (!chosen.is_all) continue;
        }
        const auto options = options_of(chosen, known, from);
        if (!options) return unexpected(options.error());
        if (auto value = choose(chosen, *options, known)) known.values.insert_or_assign(v->name, std::move(*value));
    }
    return std::move(known.values);
}

}  // namespace pitot::tools::dashboard_lint
