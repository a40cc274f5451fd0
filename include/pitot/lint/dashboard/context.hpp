#pragma once
// What a rule on a dashboard's query has before it.

#include <pitot/catalog/listing.hpp>
#include <pitot/dashboard/interpolate.hpp>
#include <pitot/json/document.hpp>
#include <pitot/lint/finding.hpp>
#include <pitot/promql/selector.hpp>

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace pitot::lint::dashboards {

/// One query, read.
/// expr      the JSON string that holds it
/// pointer   its place in the document
/// readable  it with stand-ins for its variables; places in `asks` count its bytes
/// asks      the selectors of `readable`
/// exposed   what the sources expose; null when none was given
struct context {
    const source& file;
    json::value expr;
    const std::string& pointer;
    const dashboard::interpolated& readable;
    const promql::selection& asks;
    const catalog::listing* exposed = nullptr;

    /// A finding at a part of `readable`, told in the file's places.
    [[nodiscard]] finding at(text_span part, const rule& about, severity level, std::string message,
                             std::string suggestion = {}) const
    {
        const text_span written = readable.original_span(part);
        finding f = finding_in_query(file, expr.source_span(written), expr.text(), written, about.id, level,
                                     std::move(message), std::move(suggestion));
        f.pointer = pointer;
        return f;
    }
};

/// What rules say of one query.
/// unknown  why it could not be judged in full; empty when it could
struct remarks {
    std::vector<finding> findings;
    std::string_view unknown;
};

/// A rule: what it says about itself, and the check of one query. Rules that the readers apply have none.
struct dashboard_rule {
    rule about;
    void (*check)(const context& in, const rule& about, remarks& out) = nullptr;
};

}  // namespace pitot::lint::dashboards
