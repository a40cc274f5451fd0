#pragma once
// Names that were different and are the same once escaped: http.requests and http_requests under `underscores`.

#include <pitot/base/error.hpp>
#include <pitot/base/text.hpp>
#include <pitot/expo/escaping.hpp>
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

}  // namespace pitot::expo
