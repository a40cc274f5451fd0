#pragma once
// What the dashboards are held against: expositions, catalogs, live servers.

#include <common/exit_code.hpp>
#include <common/notes.hpp>
#include <dashboard-lint/inputs.hpp>
#include <dashboard-lint/options.hpp>

#include <pitot/catalog/inventory.hpp>
#include <pitot/catalog/listing.hpp>
#include <pitot/catalog/log_labels.hpp>
#include <pitot/dashboard/datasources.hpp>
#include <pitot/lint/dashboard/asked.hpp>
#include <pitot/store/series.hpp>

#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

namespace pitot::tools::dashboard_lint {

/// data    for --live, when no server answers it: as if each source had been scraped every 15 seconds of five minutes,
/// up to `now` known   something was given, and all of it could be read unread  what could not; then nothing is said of
/// what exists. Empty otherwise failed  unreachable or usage when a source or a server failed, which leaves the rest to
/// be checked
struct evidence {
    catalog::listing names;
    catalog::inventory series;
    store::series_store data;
    std::optional<catalog::log_labels> logs;
    std::optional<dashboard::datasources> datasources;
    std::int64_t now = 0;
    bool known = false;
    std::string_view unread;
    exit_code failed = exit_code::clean;
};

/// Loads every source; what is malformed in one is said and the rest of it used.
/// inputs   of servers only what stands in them is asked for
/// returns  clean, or why there is nothing to check against
[[nodiscard]] exit_code load(const settings& how, const std::vector<input>& inputs, const notes& say, evidence& to);

/// The world of the rules; holds on to `how` and `held`.
[[nodiscard]] lint::dashboards::world world_of(const settings& how, const evidence& held);

}  // namespace pitot::tools::dashboard_lint
