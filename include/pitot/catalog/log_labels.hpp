#pragma once
// The labels of log streams: what LogQL selectors are held against.

#include <pitot/base/result.hpp>
#include <pitot/base/text.hpp>
#include <pitot/json/reader.hpp>

#include <functional>  // std::less<>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <utility>

namespace pitot::catalog {

/// complete  these are all values; else it is only known that the label exists
struct log_label {
    std::set<std::string, std::less<>> values;
    bool complete = false;
};

/// By name.
using log_labels = std::map<std::string, log_label, std::less<>>;

/// Of two sources a label has the values of both.
inline void merge(log_labels& into, log_labels&& more)
{
    for (auto& [name, label] : more) {
        const auto [at, fresh] = into.try_emplace(name, std::move(label));
        if (fresh) continue;
        at->second.complete = at->second.complete && label.complete;
        at->second.values.merge(label.values);
    }
}

/// {"NAME": ["value", …], …}: all labels that there are. One with an empty list has values that nobody told.
/// error  of json::parse(); invalid_value with its place for what has another form
[[nodiscard]] inline result<log_labels> load_log_labels(std::string_view text)
{
    const auto document = json::parse(text);
    if (!document) return unexpected(document.error());
    const auto bad = [](json::value at, std::string why) {
        return unexpected(errc::invalid_value, std::move(why), at.span());
    };
    if (!document->root().is_object()) return bad(document->root(), R"({"NAME": ["value", …]} is expected)");
    log_labels out;
    for (const json::value list : document->root()) {
        if (!list.is_array()) return bad(list, "the values of a label are a list");
        log_label& label = out[std::string(list.key().text())];
        for (const json::value v : list) {
            if (!v.is_string()) return bad(v, "a value of a label is a text");
            label.values.emplace(v.text());
        }
        label.complete = !label.values.empty();
    }
    return out;
}

}  // namespace pitot::catalog
