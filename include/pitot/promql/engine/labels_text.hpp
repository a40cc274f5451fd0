#pragma once
// Labels as Prometheus shows them.

#include <pitot/base/text.hpp>
#include <pitot/model/name.hpp>
#include <pitot/promql/quote.hpp>
#include <pitot/store/labels.hpp>

#include <string>

namespace pitot::promql {

/// {__name__="up", job="node"}
[[nodiscard]] inline std::string to_text(const store::label_set& labels)
{
    std::string out = "{";
    for (const store::label& l : labels) {
        if (out.size() > 1) out += ", ";
        if (is_legacy_label_name(l.name))
            out += l.name;
        else
            detail::append_quoted(out, l.name, '"');
        out += '=';
        detail::append_quoted(out, l.value, '"');
    }
    return out + '}';
}

/// up{job="node"}: the name before the braces where it can stand there.
[[nodiscard]] inline std::string to_series_text(const store::label_set& labels)
{
    const std::string_view name = labels.metric_name();
    if (name.empty() || !is_legacy_metric_name(name)) return to_text(labels);
    store::label_set rest = labels;
    rest.set(store::name_label, {});
    return concat(name, rest.empty() ? std::string() : to_text(rest));
}

}  // namespace pitot::promql
