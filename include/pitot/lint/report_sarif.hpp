#pragma once
// A report in SARIF, which code scanning services and editors read.
// source  OASIS, Static Analysis Results Interchange Format 2.1.0

#include <pitot/base/percent.hpp>
#include <pitot/base/text.hpp>
#include <pitot/base/version.hpp>
#include <pitot/json/write.hpp>
#include <pitot/lint/report.hpp>
#include <pitot/lint/rule.hpp>

#include <algorithm>  // std::min
#include <span>
#include <string>
#include <string_view>

namespace pitot::lint {

namespace detail {

/// A path as a URI reference: relative to the repository, or file:///.
[[nodiscard]] inline std::string uri_of(std::string_view path)
{
    std::string out = path.starts_with('/') ? "file://" : "";
    while (path.starts_with("./")) path.remove_prefix(2);
    for (std::size_t at = 0; at <= path.size();) {
        const std::size_t end = std::min(path.find('/', at), path.size());
        out += percent_encoded(path.substr(at, end - at));
        if (end < path.size()) out += '/';
        at = end + 1;
    }
    return out;
}

[[nodiscard]] constexpr std::string_view sarif_level(severity level) noexcept
{
    return level == severity::info ? "note" : to_string(level);
}

inline void write_text(json::writer& w, std::string_view key, std::string_view text)
{
    w.key(key).begin_object().member("text", text).end_object();
}

inline void write_rules(json::writer& w, std::span<const rule> rules)
{
    w.key("rules").begin_array();
    for (const rule& r : rules) {
        w.begin_object().member("id", r.id);
        write_text(w, "shortDescription", r.summary);
        write_text(w, "fullDescription", r.why);
        write_text(w, "help", concat(r.why, "\n\nReported:\n    ", r.example, "\nInstead:\n    ", r.fix));
        w.key("defaultConfiguration").begin_object().member("level", sarif_level(r.level)).end_object().end_object();
    }
    w.end_array();
}

/// The places of one result; of a file without lines only the bytes.
inline void write_place(json::writer& w, std::string_view file, std::string_view pointer, const finding* f)
{
    w.key("locations").begin_array().begin_object().key("physicalLocation").begin_object();
    w.key("artifactLocation").begin_object().member("uri", uri_of(file)).end_object();
    if (f != nullptr) {
        w.key("region").begin_object();
        if (f->begin.line > 0) {
            w.member("startLine", f->begin.line).member("startColumn", f->begin.column);
            w.member("endLine", f->end.line).member("endColumn", f->end.column);
        }
        w.member("byteOffset", f->where.offset).member("byteLength", f->where.length).end_object();
    }
    w.end_object();
    if (!pointer.empty())
        w.key("logicalLocations")
            .begin_array()
            .begin_object()
            .member("fullyQualifiedName", pointer)
            .end_object()
            .end_array();
    w.end_object().end_array();
}

inline void write_result(json::writer& w, const finding& f, std::span<const rule> rules)
{
    w.begin_object().member("ruleId", f.rule);
    if (const rule* const known = find_rule(rules, f.rule); known != nullptr)
        w.member("ruleIndex", static_cast<std::size_t>(known - rules.data()));
    w.member("level", sarif_level(f.level));
    std::string message = f.message;
    for (const std::string* const more : {&f.suggestion, &f.query})
        if (!more->empty()) message += concat("\n", *more);
    write_text(w, "message", message);
    write_place(w, f.file, f.pointer, &f);
    w.end_object();
}

}  // namespace detail

/// One run. What could not be judged is no result: it stands among the notifications.
/// tool   its name
/// rules  those that findings name
[[nodiscard]] inline std::string to_sarif(const report& what, std::string_view tool, std::span<const rule> rules)
{
    json::writer w(2);
    w.begin_object().member("$schema", "https://json.schemastore.org/sarif-2.1.0.json").member("version", "2.1.0");
    w.key("runs").begin_array().begin_object().key("tool").begin_object().key("driver").begin_object();
    w.member("name", tool).member("version", version);
    detail::write_rules(w, rules);
    w.end_object().end_object().member("columnKind", "unicodeCodePoints").key("results").begin_array();
    for (const finding& f : what.findings) detail::write_result(w, f, rules);
    w.end_array().key("invocations").begin_array().begin_object().member("executionSuccessful", true);
    w.key("toolExecutionNotifications").begin_array();
    for (const unverified& u : what.not_verified) {
        w.begin_object().member("level", "note");
        detail::write_text(w, "message", concat("not verified: ", u.reason));
        detail::write_place(w, u.file, u.pointer, nullptr);
        w.end_object();
    }
    w.end_array().end_object().end_array().end_object().end_array().end_object();
    std::string text = std::move(w).text();
    text += '\n';
    return text;
}

}  // namespace pitot::lint
