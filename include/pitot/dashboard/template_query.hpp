#pragma once
// What a variable's query asks Prometheus for: label_values(up, job), query_result(expression), a selector.

#include <pitot/base/text.hpp>

#include <string_view>

namespace pitot::dashboard {

/// label_values([SELECTOR,] LABEL), query_result(EXPR), metrics(REGEX); kind is empty for anything else.
struct template_query {
    std::string_view kind;
    std::string_view inside;  ///< the selector or expression; empty when there is none
    std::string_view label;
};

/// source  Grafana, the Prometheus datasource's variable queries
[[nodiscard]] inline template_query read_template_query(std::string_view text)
{
    text = trimmed(text);
    for (const std::string_view kind : {"label_values", "query_result", "metrics"}) {
        if (!text.starts_with(kind) || text.size() < kind.size() + 2 || text[kind.size()] != '(' || text.back() != ')')
            continue;
        std::string_view inside = trimmed(text.substr(kind.size() + 1, text.size() - kind.size() - 2));
        if (kind != "label_values") return {kind, inside, {}};
        const std::size_t comma = inside.rfind(',');
        if (comma == std::string_view::npos) return {kind, {}, inside};
        return {kind, trimmed(inside.substr(0, comma)), trimmed(inside.substr(comma + 1))};
    }
    return {};
}

}  // namespace pitot::dashboard
