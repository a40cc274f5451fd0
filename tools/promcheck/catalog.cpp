#include <common/http_flag.hpp>
#include <common/malformed.hpp>
#include <promcheck/commands.hpp>

#include <pitot/catalog/diff.hpp>
#include <pitot/catalog/file.hpp>
#include <pitot/catalog/labelled_source.hpp>
#include <pitot/catalog/listing.hpp>
#include <pitot/catalog/source.hpp>
#include <pitot/json/write.hpp>

#include <fmt/format.h>

#include <algorithm>  // std::count_if
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace pitot::tools::promcheck {
namespace {

constexpr flag catalog_flags[] = {
    {"format", 0, "text|json", "how diff reports", false, "text"},
    {"http-config", 0, "FILE", "credentials, TLS, headers, proxy and timeout for URLs, as Prometheus writes them"},
};

}  // namespace

const command catalog_command{
    "promcheck catalog", "save SOURCE… | diff BEFORE AFTER",
    "Says what exists, as a file to commit; and what changed between two.", catalog_flags,
    "A SOURCE is an exposition (a file, - or a URL), with the labels that Prometheus adds behind it: "
    "app.prom,job=app;\n"
    "or a file that save has written. BEFORE and AFTER are SOURCEs.\n\n"
    "Exit codes: 0 clean; 1 something changed that breaks queries (a metric, a label or a value is gone, another\n"
    "name or type); 2 wrong arguments or an unreadable file; 3 a URL that does not answer.\n\n"
    "Examples:\n"
    "  promcheck catalog save http://127.0.0.1:9598/metrics,job=node > catalog.json\n"
    "  promcheck catalog diff catalog.json http://127.0.0.1:9598/metrics,job=node"};

namespace {

/// A file's text, unpacked.
result<std::string> text_of_file(const std::string& source)
{
    constexpr std::size_t most = std::size_t{256} << 20U;
    auto text = catalog::read_file(source, most);
    return text ? catalog::unpack(std::move(*text), source, most) : std::move(text);
}

/// Is a text what save writes? An exposition in protobuf may begin with a brace too.
bool is_saved(std::string_view text)
{
    if (text.starts_with("\xEF\xBB\xBF")) text.remove_prefix(3);
    return trimmed(text).starts_with('{') && text.find("\"metrics\"") != std::string_view::npos;
}

/// Adds what a source exposes, or a file that save has written.
exit_code add(const std::string& argument, const http::options& http, catalog::listing& into)
{
    const auto split = catalog::split_source(argument);
    if (!split) return refuse(catalog_command, fmt::format("{}: {}", argument, split.error().message));
    const std::string& source = split->source;
    result<catalog::exposition> in = unexpected(errc::io, "");
    if (http::is_url(source)) {
        catalog::source_options how;
        how.http = http;
        in = catalog::load_source(source, how);
    } else {
        auto text = text_of_file(source);
        if (!text) return refuse(catalog_command, text.error().message);
        if (is_saved(*text)) {
            const auto saved = catalog::load(*text);
            if (!saved) return refuse(catalog_command, fmt::format("{}: {}", source, saved.error().message));
            for (const auto& [name, m] : saved->metrics()) into.add(m);
            return exit_code::clean;
        }
        in = catalog::read_exposition(source == "-" ? "<stdin>" : source, std::move(*text));
    }
    if (!in) {
        refuse(catalog_command, in.error().message);
        return catalog::is_unreachable(source, in.error()) ? exit_code::unreachable : exit_code::usage;
    }
    for (const std::string& line : malformed_lines(*in)) fmt::print(stderr, "{}\n", line);
    if (in->families.size() == 0 && !in->errors.empty()) {
        refuse(catalog_command, fmt::format("{}: this is no exposition", in->name));
        return http::is_url(source) ? exit_code::unreachable : exit_code::usage;
    }
    into.add(in->families, split->from(), in->format == expo::format::openmetrics);
    return exit_code::clean;
}

exit_code show_changes(const std::vector<catalog::change>& changes, bool as_json)
{
    bool broken = false;
    json::writer w(2);
    if (as_json) w.begin_object().member("version", 1).key("changes").begin_array();
    for (const catalog::change& c : changes) {
        broken = broken || catalog::breaks(c.kind);
        if (as_json) {
            w.begin_object().member("kind", catalog::to_string(c.kind)).member("name", c.name).member("label", c.label);
            w.member("before", c.before)
                .member("after", c.after)
                .member("breaks", catalog::breaks(c.kind))
                .end_object();
            continue;
        }
        std::string line = fmt::format("{} {}", catalog::to_string(c.kind), c.name);
        if (!c.label.empty()) line += fmt::format("{{{}}}", c.label);
        const bool is_unit = c.kind == catalog::change_kind::unit_changed;
        if (is_unit || (!c.before.empty() && !c.after.empty()))
            line += fmt::format(": {} -> {}", c.before.empty() ? "none" : c.before, c.after.empty() ? "none" : c.after);
        else if (!c.before.empty() || !c.after.empty())
            line += fmt::format(": {}", c.before.empty() ? c.after : c.before);
        fmt::print("{}\n", lint::detail::visible(line));
    }
    if (as_json)
        fmt::print("{}\n", w.end_array().end_object().text());
    else
        fmt::print("{} {}\n", changes.size(), changes.size() == 1 ? "change" : "changes");
    return broken ? exit_code::findings : exit_code::clean;
}

}  // namespace

exit_code run_catalog(std::span<char* const> argv)
{
    const auto given = parse(catalog_command, argv);
    if (!given) return refuse(catalog_command, given.error().message);
    if (const auto code = answer(whole_program(), catalog_command, *given)) return *code;
    std::vector<std::string> words = given->positional;
    words.insert(words.end(), given->rest.begin(), given->rest.end());
    if (words.empty()) return refuse(catalog_command, "save or diff is expected; promcheck catalog --help says more");
    const std::string format = given->get("format");
    if (format != "text" && format != "json")
        return refuse(catalog_command, fmt::format("--format {}: text and json are known", format));
    const auto http = http_options_of(*given);
    if (!http) return refuse(catalog_command, http.error().message);
    const std::string what = words.front();
    words.erase(words.begin());
    if (std::count_if(words.begin(), words.end(), catalog::is_standard_input) > 1)
        return refuse(catalog_command, "standard input can be read only once");
    if (what == "save") {
        if (words.empty()) return refuse(catalog_command, "save needs a SOURCE");
        catalog::listing all;
        for (const std::string& source : words)
            if (const exit_code code = add(source, *http, all); code != exit_code::clean) return code;
        fmt::print("{}", catalog::save(all));
        return exit_code::clean;
    }
    if (what != "diff") return refuse(catalog_command, fmt::format("'{}' is neither save nor diff", what));
    if (words.size() != 2) return refuse(catalog_command, "diff compares two: BEFORE and AFTER");
    catalog::listing sides[2];
    for (std::size_t i = 0; i < 2; ++i)
        if (const exit_code code = add(words[i], *http, sides[i]); code != exit_code::clean) return code;
    return show_changes(catalog::diff(sides[0], sides[1]), format == "json");
}

}  // namespace pitot::tools::promcheck
