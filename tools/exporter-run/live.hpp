#pragma once
// The configuration in use: replaced while scrapes go on, and kept when the new one is wrong.

#include <common/log.hpp>
#include <exporter-run/config.hpp>

#include <pitot/collect/scrape.hpp>
#include <pitot/connect/serve_source.hpp>

#include <functional>
#include <memory>
#include <mutex>
#include <string>

namespace pitot::tools::exporter_run {

// clang-format off: one row, one line
inline constexpr collect::metric config_metrics[] = {
    {.name = "pitot_config_last_reload_successful",
     .help = "Whether the last attempt to reload the configuration succeeded.",
     .source = "this program"},
    {.name = "pitot_config_last_reload_success_timestamp_seconds",
     .unit = "seconds",
     .help = "When the configuration was last loaded with success, in Unix time.",
     .source = "this program"},
};
// clang-format on
inline constexpr collect::metric_table config_table = {"config", "", config_metrics};

/// Thread-safe. It must outlive the sources that it made, and the log it.
class live {
public:
    using reader = std::function<result<config>()>;

    /// now   what is in use at the start
    /// read  reads the configuration again: the file, and the flags over it
    live(config now, reader read, const log& out);

    /// Reads the configuration and puts its collectors in the place of the old ones; a scrape that runs ends with
    /// those it began with. What the configuration says about listening and serving takes a restart; the log says so.
    /// error  that of the reader; everything stays as it was
    result<void> reload();

    /// What a server answers scrapes from.
    [[nodiscard]] std::unique_ptr<serve_source> source();

private:
    class current_source;

    [[nodiscard]] std::shared_ptr<collect::scraper> current() const;
    [[nodiscard]] std::shared_ptr<collect::scraper> make();
    void add_health(batch& out) const;

    const log& log_;
    reader read_;

    std::mutex reloading_;  ///< one reload at a time; config_ is its
    config config_;

    mutable std::mutex mutex_;  ///< for what follows, for moments only
    std::shared_ptr<collect::scraper> scraper_;
    bool successful_ = true;
    double loaded_at_ = 0;
};

}  // namespace pitot::tools::exporter_run
