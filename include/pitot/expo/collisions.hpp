#pragma once
// Names that were different and are the same once escaped: http.requests and http_requests under `underscores`.

#include <pitot/base/error.hpp>
#include <pitot/base/text.hpp>
#include <pitot/expo/escaping.hpp>
#include <pitot/expo/text_lines.hpp>  // exemplar_length
#include <pitot/model/batch.hpp>

#include <string>
#include <unordered_map>
#include <vector>

namespace pitot::expo {

/// Which families, and which labels of one series, a scraper could not tell apart. The text writers leave such a family
/// out (the first one stays); a scrape with both would be refused as a whole.
/// returns  duplicate errors without spans; empty when all names stay apart, and always for allow_utf8 and values
[[nodiscard]] inline std::vector<error> escaping_collisions(const batch& in, escaping scheme)
{
    std::vector<error> found;
    if (scheme == escaping::allow_utf8) return found;
    std::unordered_map<std::string, std::string_view> families;
    std::unordered_map<std::string, std::string_view> labels;
    for (std::size_t i = 0; i < in.size(); ++i) {
        const family_view family = in[i];
        const auto [at, added] = families.try_emplace(escape_name(family.name(), scheme), family.name());
        if (!added)
            found.emplace_back(errc::duplicate, concat("the families ", at->second, " and ", family.name(),
                                                       " are both ", at->first, " when escaped"));
        for (std::size_t k = 0; k < family.size(); ++k) {
            const labels_view set = family[k].labels();
            bool plain = scheme != escaping::dots;
            for (const label_view& label : set) plain = plain && is_legacy_label_name(label.name);
            if (plain) continue;
            labels.clear();
            for (const label_view& label : set) {
                const auto [known, fresh] = labels.try_emplace(escape_name(label.name, scheme, name_kind::label),
                                                               label.name);
                if (!fresh)
                    found.emplace_back(errc::duplicate,
                                       concat("the labels ", known->second, " and ", label.name, " of ", family.name(),
                                              " are both ", known->first, " when escaped"));
            }
        }
    }
    return found;
}

/// Which exemplars the OpenMetrics writer leaves out: those whose labels have more than 128 characters, with which a
/// scrape would be refused as a whole. Our own metrics refuse them when they are set.
/// returns  one too_large error a family
[[nodiscard]] inline std::vector<error> oversized_exemplars(const batch& in)
{
    std::vector<error> found;
    if (!in.has_exemplars()) return found;
    for (std::size_t i = 0; i < in.size(); ++i) {
        const family_view family = in[i];
        std::size_t count = 0;
        for (std::size_t k = 0; k < family.size(); ++k)
            for (const exemplar_row& e : family[k].exemplars())
                count += exemplar_length(in.labels(e.labels)) > most_exemplar_characters ? 1U : 0U;
        if (count > 0)
            found.emplace_back(errc::too_large, concat(family.name(), ": ", std::to_string(count),
                                                       " exemplars have more than the 128 characters of labels that "
                                                       "OpenMetrics allows, and are left out"));
    }
    return found;
}

}  // namespace pitot::expo
