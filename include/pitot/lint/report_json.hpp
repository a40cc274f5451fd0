#pragma once
// A report for programs; the fields are documented in the tools' manual and stay.

#include <pitot/json/write.hpp>
#include <pitot/lint/report.hpp>

#include <cstddef>
#include <span>
#include <string>
#include <string_view>

namespace pitot::lint {

namespace detail {

inline void append_json(json::writer& w, const finding& f)
{
    w.begin_object().member("rule", f.rule).member("severity", to_string(f.level)).member("file", f.file);
    w.member("pointer", f.pointer).member("line", f.begin.line).member("column", f.begin.column);
    w.member("end_line", f.end.line).member("end_column", f.end.column);
    w.member("offset", f.where.offset).member("length", f.where.length);
    w.member("query", f.query).member("message", f.message).member("suggestion", f.suggestion).end_object();
}

}  // namespace detail

/// Some findings as they stand inside of a report, with the commas between them; for write_json().
[[nodiscard]] inline std::string to_json_members(std::span<const finding> findings, std::size_t indent = 2)
{
    json::writer w(indent);
    w.begin_object().key("findings").begin_array();
    const std::size_t first = w.text().size();
    for (const finding& f : findings) detail::append_json(w, f);
    return std::move(w).text().erase(0, first);
}

/// {"version":1,"summary":{…},"findings":[{"rule","severity","file","pointer","line","column","end_line","end_column",
/// "offset","length","query","message","suggestion"}],"not_verified":[{"file","pointer","reason"}],
/// "live":[{"file","pointer","query","status","series","value","message","asked"}]}
/// Lines and columns are 1-based, columns count code points, ends are exclusive; offset and length are bytes. Every
/// field is always there; strings that do not apply are empty, lines and columns of protobuf 0. Only "live" is left out
/// when queries were not to be asked. Its status is "data", "no data", "refused" or "not asked"; value is a string, the
/// first series' as PromQL writes it; asked is the query with the values of its variables.
/// indent   blanks a level, 0 for one line
/// sink     gets the text part by part: sink(std::string_view)
/// written  findings that stand before those of `what`, by to_json_members() with the same indent
template <class Sink>
void write_json(const report& what, Sink&& sink, std::size_t indent = 2, std::span<const std::string> written = {})
{
    json::writer w(indent);
    w.begin_object().member("version", 1).key("summary").begin_object();
    for (const tally& t : what.summary) w.member(t.name, t.count);
    w.end_object().key("findings").begin_array();
    for (const std::string& some : written) {
        w.members(some);
        w.drain(sink, 0);
    }
    for (const finding& f : what.findings) {
        detail::append_json(w, f);
        w.drain(sink);
    }
    w.end_array().key("not_verified").begin_array();
    for (const unverified& u : what.not_verified) {
        w.begin_object().member("file", u.file).member("pointer", u.pointer).member("reason", u.reason).end_object();
        w.drain(sink);
    }
    w.end_array();
    if (what.live) {
        w.key("live").begin_array();
        for (const answered& a : *what.live) {
            w.begin_object().member("file", a.file).member("pointer", a.pointer).member("query", a.query);
            w.member("status", to_string(a.status)).member("series", a.series).member("value", a.value);
            w.member("message", a.message).member("asked", a.asked).end_object();
            w.drain(sink);
        }
        w.end_array();
    }
    w.end_object();
    w.drain(sink, 0);
    sink(std::string_view("\n"));
}

/// The whole of it.
[[nodiscard]] inline std::string to_json(const report& what, std::size_t indent = 2)
{
    std::string text;
    write_json(
        what, [&text](std::string_view part) { text += part; }, indent);
    return text;
}

}  // namespace pitot::lint
