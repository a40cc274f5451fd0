#pragma once
// The configured collectors, and the catalog of what they may give.

#include <exporter-run/config.hpp>

#include <pitot/collect/scrape.hpp>

#include <memory>
#include <string>

namespace pitot::tools::exporter_run {

/// Collectors by their configuration. Each part of the host is a collector of its own: ?collect[]=cpu.
[[nodiscard]] std::unique_ptr<collect::scraper> make_scraper(const config& from, collect::scraper_options options);

/// Every metric that the configured collectors may give, whatever this machine has.
enum class catalog_format : unsigned char { json, markdown };
[[nodiscard]] std::string catalog_text(const config& from, catalog_format format);

}  // namespace pitot::tools::exporter_run
