#pragma once
// What a rule found, and where.

#include <pitot/base/error.hpp>
#include <pitot/base/span.hpp>
#include <pitot/lint/rule.hpp>
#include <pitot/lint/source.hpp>

#include <algorithm>  // std::is_sorted, std::min, std::stable_sort
#include <cstddef>
#include <numeric>  // std::iota
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace pitot::lint {

/// rule        id of the rule, which outlives the finding
/// file        as the user named it
/// pointer     RFC 6901, to the value at fault; empty where the file is no tree
/// where       bytes in the file
/// begin, end  the same in lines and columns; end is exclusive; all 0 where the file has no lines (protobuf)
/// query       the whole expression, decoded; empty when the finding is about something else
/// excerpt     what people are shown: a line of the file, or of the query; of a long one the part around the mark
/// mark        bytes of the excerpt that are at fault
/// message     one sentence without a full stop
/// suggestion  what to write instead, when that is known
struct finding {
    std::string_view rule;
    severity level = severity::error;
    std::string file;
    std::string pointer;
    text_span where;
    text_position begin;
    text_position end;
    std::string query;
    std::string excerpt;
    text_span mark;
    std::string message;
    std::string suggestion;
};

namespace detail {

/// A finding at a place in a file that shows nothing yet.
[[nodiscard]] inline finding placed(const source& in, text_span where, std::string_view rule, severity level,
                                    std::string message, std::string suggestion)
{
    finding f;
    f.rule = rule;
    f.level = level;
    f.file = in.name();
    f.where = where;
    f.begin = in.position(where.offset);
    f.end = in.position(where.end());
    f.message = std::move(message);
    f.suggestion = std::move(suggestion);
    return f;
}

/// Shows a line. Of one with megabytes, as of a dashboard without line breaks, only what stands around the mark: each
/// of its findings would keep a copy.
inline void show(finding& f, std::string_view line, text_span mark)
{
    constexpr std::size_t around = 1024;
    mark.length = std::min(mark.length, line.size() - mark.offset);
    std::size_t first = mark.offset > around ? mark.offset - around : 0;
    std::size_t last = std::min(line.size(), mark.offset + std::min(mark.length, around) + around);
    const auto inside_letter = [line](std::size_t at) {
        return at < line.size() && (static_cast<unsigned char>(line[at]) & 0xC0U) == 0x80U;
    };
    while (first < mark.offset && inside_letter(first)) ++first;
    while (last < line.size() && inside_letter(last)) ++last;
    f.excerpt.assign(line.substr(first, last - first));
    f.mark = {mark.offset - first, std::min(mark.length, last - mark.offset)};
}

}  // namespace detail

/// A finding at a place in a file, shown with the line in which it begins.
[[nodiscard]] inline finding finding_at(const source& in, text_span where, std::string_view rule, severity level,
                                        std::string message, std::string suggestion = {})
{
    finding f = detail::placed(in, where, rule, level, std::move(message), std::move(suggestion));
    const text_span line = in.line(where.offset);
    detail::show(f, in.text().substr(line.offset, line.length), {where.offset - line.offset, where.length});
    return f;
}

/// For a file that is no text: only the bytes count.
inline void without_lines(finding& f)
{
    f.begin = f.end = {0, 0};
    f.excerpt.clear();
    f.mark = {};
}

/// A finding in a query that stands in a file, shown with the query as its author knows it, escapes undone.
/// where  bytes in the file
/// query  the decoded text
/// part   bytes of the query at fault
[[nodiscard]] inline finding finding_in_query(const source& in, text_span where, std::string_view query, text_span part,
                                              std::string_view rule, severity level, std::string message,
                                              std::string suggestion = {})
{
    finding f = detail::placed(in, where, rule, level, std::move(message), std::move(suggestion));
    f.query = query;
    part.offset = std::min(part.offset, query.size());
    const std::string_view line = line_at(query, part.offset);
    const auto first = static_cast<std::size_t>(line.data() - query.data());
    detail::show(f, line, {part.offset - first, part.length});
    return f;
}

/// A finding that says what a reader said of the file.
[[nodiscard]] inline finding finding_of(const source& in, const error& why, std::string_view rule,
                                        severity level = severity::error)
{
    return finding_at(in, why.where, rule, level, why.message);
}

/// In the order in which they stand in the files; files in the order of their names.
[[nodiscard]] inline bool stands_before(const finding& a, const finding& b) noexcept
{
    if (a.file != b.file) return a.file < b.file;
    if (a.where.offset != b.where.offset) return a.where.offset < b.where.offset;
    if (a.rule != b.rule) return a.rule < b.rule;
    return a.message < b.message;
}

/// Puts findings in that order; those that are alike stay as they were.
inline void put_in_order(std::vector<finding>& all)
{
    if (std::is_sorted(all.begin(), all.end(), stands_before)) return;
    std::vector<std::size_t> order(all.size());
    std::iota(order.begin(), order.end(), std::size_t{0});
    std::stable_sort(order.begin(), order.end(),
                     [&all](std::size_t a, std::size_t b) { return stands_before(all[a], all[b]); });
    std::vector<finding> sorted;
    sorted.reserve(all.size());
    for (const std::size_t i : order) sorted.push_back(std::move(all[i]));
    all = std::move(sorted);
}

}  // namespace pitot::lint
