#pragma once
// The documents of a YAML file that has several, each read alone.

#include <pitot/base/error.hpp>
#include <pitot/base/span.hpp>
#include <pitot/base/text.hpp>
#include <pitot/connect/yaml.hpp>

#include <algorithm>  // std::min
#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace pitot::lint::dashboards {

namespace detail {

/// The documents of a file that "---" separates.
[[nodiscard]] inline std::vector<text_span> documents_in(std::string_view text)
{
    std::vector<text_span> all;
    std::size_t first = 0;
    for (std::size_t line = 0; line < text.size(); line = std::min(text.find('\n', line), text.size() - 1) + 1) {
        const std::string_view rest = text.substr(line);
        if (!rest.starts_with("---") || !trimmed(rest.substr(3, 1)).empty()) continue;
        all.push_back({first, line - first});
        first = line + 3;
    }
    all.push_back({first, text.size() - first});
    return all;
}

/// One document at its place: blanks stand for the others.
[[nodiscard]] inline std::string alone(std::string_view text, text_span document)
{
    std::string out(text);
    for (std::size_t at = 0; at < out.size(); ++at)
        if ((at < document.offset || at >= document.end()) && out[at] != '\n') out[at] = ' ';
    return out;
}

/// What YAML's reader says, without the place that its messages begin with.
[[nodiscard]] inline std::string without_place(const error& why, const std::string& file)
{
    return why.message.substr(why.message.starts_with(file) ? why.message.find(": ") + 2 : 0);
}

}  // namespace detail

/// Calls f(result<yaml::node>) for each document that has a word in it; places are those of the file.
/// returns  false, and nothing called, when they are so many that reading each at its place would cost too much
template <class F>
[[nodiscard]] bool each_yaml_document(std::string_view text, const std::string& name, std::string_view word, F&& f)
{
    constexpr std::size_t most = std::size_t{32} << 20U;  // bytes to read: the others' blanks, too
    const std::vector<text_span> documents = detail::documents_in(text);
    if (documents.size() > most / (text.size() + 1)) return false;
    for (const text_span document : documents)
        if (text.substr(document.offset, document.length).find(word) != std::string_view::npos)
            f(yaml::read(detail::alone(text, document), name));
    return true;
}

}  // namespace pitot::lint::dashboards
