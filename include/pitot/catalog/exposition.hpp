#pragma once
// A text of any exposition format → a batch, with the place of everything that is wrong in it.

#include <pitot/base/result.hpp>
#include <pitot/base/text.hpp>
#include <pitot/expo/parse.hpp>
#include <pitot/model/batch.hpp>

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace pitot::catalog {

/// The format that a command line names: "auto" is nothing.
/// error  invalid_value for any other word
[[nodiscard]] inline result<std::optional<expo::format>> format_from(std::string_view name)
{
    if (name == "auto") return std::optional<expo::format>();
    for (const expo::format f : {expo::format::text, expo::format::openmetrics, expo::format::protobuf})
        if (expo::to_string(f) == name) return std::optional<expo::format>(f);
    return unexpected(errc::invalid_value,
                      concat("'", name, "' is no format: auto, text, openmetrics and protobuf are"));
}

/// What was read, and from where.
/// name      as messages call it: the path, "<stdin>", the URL without credentials
/// format    what it was read as
/// families  finished; holds views into the text, so the two stay together
/// errors    by their place in the text; empty when it is well-formed. What is good is in `families` all the same,
///           unless reading was strict
struct exposition {
    std::string name;
    expo::format format = expo::format::text;
    batch families;
    std::vector<error> errors;
    std::unique_ptr<std::string> buffer;

    [[nodiscard]] std::string_view text() const noexcept
    {
        return buffer ? std::string_view(*buffer) : std::string_view();
    }
    /// Does the text write the limits of buckets as 1.0, and none as 1? Prometheus 3 stores both so, others what is
    /// written.
    [[nodiscard]] bool writes_points() const noexcept
    {
        const std::string_view all = text();
        constexpr std::string_view label = "le=\"";
        bool any = false;
        for (std::size_t at = all.find(label); at != std::string_view::npos; at = all.find(label, at + 1)) {
            if (at == 0 || std::string_view("{, \t").find(all[at - 1]) == std::string_view::npos)
                continue;  // scale="1"
            const std::size_t first = at + label.size();
            const std::size_t end = all.find_first_not_of("0123456789", first);
            if (end == first || end == std::string_view::npos) continue;
            if (all[end] == '"') return false;
            any = any || all.substr(end, 3) == ".0\"";
        }
        return any;
    }
};

/// Reads a text as an exposition.
/// name    for messages
/// format  nothing: by Content-Type and, where that says nothing (a file, application/octet-stream), by the text
/// strict  stop at the first error
[[nodiscard]] inline exposition read_exposition(std::string name, std::string text,
                                                std::optional<expo::format> format = {},
                                                std::string_view content_type = {}, bool strict = false)
{
    exposition out;
    out.name = std::move(name);
    out.buffer = std::make_unique<std::string>(std::move(text));
    if (!format) format = expo::format_of(content_type);
    expo::parse_options how;
    how.strict = strict;
    auto [form, errors] = expo::parse(out.text(), out.families, format, how);
    out.format = form;
    out.errors = std::move(errors);
    return out;
}

}  // namespace pitot::catalog
