#pragma once
// What queries are held against beside expositions: catalogs that were saved, and a live server.

#include <pitot/base/span.hpp>
#include <pitot/base/text.hpp>
#include <pitot/catalog/file.hpp>
#include <pitot/catalog/inventory.hpp>
#include <pitot/catalog/listing.hpp>
#include <pitot/catalog/prometheus_api.hpp>
#include <pitot/catalog/source.hpp>
#include <pitot/json/string.hpp>  // hex4
#include <pitot/model/name.hpp>

#include <algorithm>  // std::find_if
#include <chrono>
#include <functional>  // std::less
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <utility>

namespace pitot::catalog {

/// Adds a catalog file.
/// error  of read_file() and load(); the message of the latter begins with FILE:LINE:COLUMN
[[nodiscard]] inline result<void> read_saved(std::string_view path, listing& names, inventory& series)
{
    const auto text = read_file(path, std::size_t{256} << 20U);
    if (!text) return unexpected(text.error());
    const auto saved = load(*text);
    if (!saved) {
        const text_position at = position_of(*text, saved.error().where.offset);
        return unexpected(
            saved.error().code,
            concat(path, ":", std::to_string(at.line), ":", std::to_string(at.column), ": ", saved.error().message),
            saved.error().where);
    }
    for (const auto& [name, m] : saved->metrics()) {
        names.add(m);
        series.add(m);
    }
    return {};
}

using word_set = std::set<std::string, std::less<>>;

/// Escapes of JSON and YAML as what they stand for, or as blanks: behind \n a name may begin.
[[nodiscard]] inline std::string without_escapes(std::string_view text)
{
    std::string out;
    out.reserve(text.size());
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (text[i] != '\\' || i + 1 == text.size()) {
            out += text[i];
            continue;
        }
        const int value = text[i + 1] == 'u' && i + 6 <= text.size() ? json::detail::hex4(text.data() + i + 2) : -1;
        out += value > 0 && value < 0x80 ? static_cast<char>(value) : ' ';
        i += value >= 0 ? 5 : 1;
    }
    return out;
}

/// Every word of the files that could name a metric or a label. None, so that everything counts, when standard input
/// ("-") is among them: it can be read only once. What cannot be read is left out.
/// max_bytes  of a file
[[nodiscard]] inline word_set words_of(std::span<const std::string> files, std::size_t max_bytes)
{
    word_set all;
    for (const std::string& path : files) {
        if (path == "-") return {};
        const auto read = read_file(path, max_bytes);
        if (!read) continue;
        const std::string text = without_escapes(*read);
        const auto is_word = [](char c) { return pitot::detail::is_name_char(c) || c == ':'; };
        for (auto at = text.begin(); at != text.end();) {
            const auto first = std::find_if(at, text.end(), is_word);
            at = std::find_if_not(first, text.end(), is_word);
            if (at != first) all.emplace(first, at);
        }
    }
    return all;
}

/// Adds what a live server had in the last hour; the series only of what the words name, unless there are none.
/// error  of read_prometheus()
[[nodiscard]] inline result<void> read_server(std::string url, const word_set& words, http::options how, listing& names,
                                              inventory& series)
{
    prometheus_query what;
    what.url = std::move(url);
    what.now = std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now());
    if (!words.empty())
        what.matters = [&words](std::string_view name) {
            return words.contains(name) || words.contains(without_total(name)) || !is_legacy_metric_name(name);
        };
    return read_prometheus(what, std::move(how), names, series);
}

}  // namespace pitot::catalog
