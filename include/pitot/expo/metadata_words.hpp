#pragma once
// What stands behind the name of a # TYPE or # HELP line.

#include <pitot/base/arena.hpp>
#include <pitot/base/result.hpp>
#include <pitot/model/type.hpp>

#include <cstddef>
#include <optional>
#include <string_view>

namespace pitot::expo::detail {

/// The type that a TYPE line names; none when its format has no such.
/// om      OpenMetrics, else text 0.0.4
/// strict  text 0.0.4 with its own types only
[[nodiscard]] inline std::optional<metric_type> metadata_type(std::string_view word, bool om, bool strict) noexcept
{
    if (word == "counter") return metric_type::counter;
    if (word == "gauge") return metric_type::gauge;
    if (word == "histogram") return metric_type::histogram;
    if (word == "summary") return metric_type::summary;
    if (!om && word == "untyped") return metric_type::unknown;
    if (!om && strict) return std::nullopt;
    if (word == "unknown") return metric_type::unknown;
    if (word == "gaugehistogram") return metric_type::gauge_histogram;
    if (word == "stateset") return metric_type::state_set;
    if (word == "info") return metric_type::info;
    return std::nullopt;
}

/// Help texts know \\ and \n, in OpenMetrics \" too; another backslash is itself.
/// texts  keeps what is not as it was written
/// error  syntax, at the backslash: text 0.0.4, read strictly, has no other escapes
[[nodiscard]] inline result<std::string_view> unescape_help(std::string_view text, arena& texts, bool om, bool strict)
{
    if (text.find('\\') == std::string_view::npos) return text;
    char* const first = texts.allocate(text.size());
    char* to = first;
    for (std::size_t i = 0; i < text.size(); ++i) {
        const char next = i + 1 < text.size() ? text[i + 1] : '\0';
        if (text[i] == '\\' && (next == 'n' || next == '\\' || (om && next == '"'))) {
            *to++ = next == 'n' ? '\n' : next;
            ++i;
        } else {
            if (text[i] == '\\' && !om && strict)
                return unexpected(errc::syntax, "the escapes of a help text are \\\\ and \\n", text_span{i, 1});
            *to++ = text[i];
        }
    }
    return std::string_view{first, static_cast<std::size_t>(to - first)};
}

}  // namespace pitot::expo::detail
