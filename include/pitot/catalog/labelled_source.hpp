#pragma once
// SOURCE[,LABEL=VALUE]…: a source with the labels that Prometheus gives to everything from it.

#include <pitot/base/result.hpp>
#include <pitot/base/text.hpp>
#include <pitot/catalog/listing.hpp>
#include <pitot/model/name.hpp>

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace pitot::catalog {

/// labels  in the order they were written, job among them
struct labelled_source {
    std::string source;
    std::vector<std::pair<std::string, std::string>> labels;

    [[nodiscard]] target from() const
    {
        target out;
        for (const auto& [name, value] : labels)
            if (name == "job")
                out.job = value;
            else
                out.labels.emplace_back(name, value);
        return out;
    }
};

/// Where a source is scraped: "app:8080" of a URL, "app.prom" of a file.
[[nodiscard]] inline std::string instance_of(std::string_view source)
{
    const std::size_t scheme = source.find("://");
    if (scheme == std::string_view::npos) return std::string(source.substr(source.find_last_of('/') + 1));
    const std::string_view behind = source.substr(scheme + 3);
    const std::string_view authority = behind.substr(0, behind.find_first_of("/?#"));
    return std::string(authority.substr(authority.rfind('@') + 1));  // of npos 0
}

/// Of an argument: is it "-", or that with labels? It can be read only once.
[[nodiscard]] inline bool is_standard_input(std::string_view text) noexcept
{
    return text == "-" || text.starts_with("-,");
}

/// Cuts the labels off from behind, so that commas in a path or URL stay.
/// error  duplicate: a label given twice
[[nodiscard]] inline result<labelled_source> split_source(std::string_view text)
{
    labelled_source out;
    for (;;) {
        const std::size_t comma = text.rfind(',');
        if (comma == std::string_view::npos || comma == 0) break;
        const std::string_view part = text.substr(comma + 1);
        const std::size_t equals = part.find('=');
        if (equals == std::string_view::npos || !is_legacy_label_name(part.substr(0, equals))) break;
        std::pair<std::string, std::string> label(part.substr(0, equals), part.substr(equals + 1));
        for (const auto& [name, value] : out.labels)
            if (name == label.first) return unexpected(errc::duplicate, concat("the label ", name, " is given twice"));
        out.labels.insert(out.labels.begin(), std::move(label));
        text = text.substr(0, comma);
    }
    out.source = text;
    return out;
}

}  // namespace pitot::catalog
