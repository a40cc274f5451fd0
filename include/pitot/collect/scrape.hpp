#pragma once
// The scrape: runs every collector into its own batch under its own deadline and merges the families by name.

#include <pitot/base/text.hpp>
#include <pitot/base/version.hpp>
#include <pitot/collect/collector.hpp>
#include <pitot/collect/table.hpp>
#include <pitot/collect/workers.hpp>
#include <pitot/model/batch.hpp>

#include <algorithm>  // std::find
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace pitot::collect {

/// Which collectors take part: all, or those named in `only`; never those named in `without`.
struct scrape_filter {
    std::vector<std::string> only;
    std::vector<std::string> without;

    [[nodiscard]] bool wants(std::string_view name) const
    {
        const auto in = [&](const std::vector<std::string>& list) {
            return std::find(list.begin(), list.end(), name) != list.end();
        };
        return (only.empty() || in(only)) && !in(without);
    }
};

struct scraper_options {
    std::size_t max_threads = 8;  ///< of collectors that run in workers; a hung one keeps its thread
    std::string revision = {};    ///< label of pitot_build_info; left out when empty

    /// Told when a collector's error appears, changes or goes (then the error is null). Called by the scraping thread.
    std::function<void(std::string_view collector, const error* problem)> on_change = {};
};

// clang-format off: one row, one line
inline constexpr metric scraper_metrics[] = {
    {.name = "pitot_build_info",
     .type = metric_type::info,
     .labels = "version",
     .help = "The version that runs.",
     .source = "this program"},
    {.name = "pitot_collector_up",
     .labels = "collector",
     .help = "Whether the collector ended in time and without an error.",
     .source = "the scrape"},
    {.name = "pitot_collector_duration_seconds",
     .unit = "seconds",
     .labels = "collector",
     .help = "Time that the collector took in this scrape.",
     .source = "the scrape"},
    {.name = "pitot_collector_samples",
     .labels = "collector",
     .help = "Samples that the collector gave in this scrape.",
     .source = "the scrape"},
    {.name = "pitot_collector_errors_total",
     .type = metric_type::counter,
     .labels = "collector",
     .help = "Scrapes in which the collector failed or was late.",
     .source = "the scrape"},
};
// clang-format on
inline constexpr metric_table scraper_table = {"scrape", "", scraper_metrics};

/// Holds collectors and runs them. add() and run() by one thread at a time.
///
/// Its own families: pitot_build_info, pitot_collector_up (1 when the collector ended in time without an error),
/// pitot_collector_duration_seconds, pitot_collector_samples, pitot_collector_errors_total; label `collector`.
class scraper {
public:
    explicit scraper(scraper_options options = {}) : options_(std::move(options)), pool_(options_.max_threads) {}

    /// error  duplicate when a collector of that name is there; invalid_value when the name is empty
    result<void> add(named_collector what)
    {
        if (what.name().empty()) return unexpected(errc::invalid_value, "a collector needs a name");
        if (has(what.name()))
            return unexpected(errc::duplicate, concat("there are two collectors named '", what.name(), "'"));
        entries_.push_back({std::make_shared<collector_run>(std::move(what)), 0, {}, false});
        return {};
    }

    [[nodiscard]] bool has(std::string_view name) const
    {
        return std::any_of(entries_.begin(), entries_.end(),
                           [&](const entry& e) { return e.run->what.name() == name; });
    }
    [[nodiscard]] std::vector<std::string> names() const
    {
        std::vector<std::string> all;
        for (const entry& e : entries_) all.push_back(e.run->what.name());
        return all;
    }

    /// One scrape: a finished batch, families sorted by name, valid until the next run() or destruction. Its memory is
    /// kept for the next. A collector that misses its deadline is left behind and runs to its end; until then it is not
    /// started again and its up is 0.
    [[nodiscard]] const batch& run(const scrape_context& context = {}, const scrape_filter& filter = {})
    {
        merged_.clear();
        for (entry& e : entries_) {
            e.part = filter.wants(e.run->what.name());
            if (!e.part || e.run->what.options().mode != run_mode::worker) continue;
            e.started = pool_.start(e.run, limit(e, context));
        }
        for (entry& e : entries_)
            if (e.part && e.run->what.options().mode == run_mode::in_line) run_here(e, context);
        for (entry& e : entries_)
            if (e.part && e.run->what.options().mode == run_mode::worker) take(e);
        add_health();
        merged_.sort();
        return merged_;
    }

    /// Threads that workers occupy now.
    [[nodiscard]] std::size_t threads() const { return pool_.threads(); }

private:
    using clock = scrape_context::clock;

    struct entry {
        std::shared_ptr<collector_run> run;
        std::uint64_t errors = 0;
        std::string last_error;
        bool part = false;
        bool started = false;
        bool up = false;
        std::size_t samples = 0;
        clock::duration took = {};
    };

    static scrape_context limit(const entry& e, const scrape_context& context)
    {
        const std::chrono::milliseconds own = e.run->what.options().timeout;
        if (own.count() <= 0) return context;
        return {std::min(context.deadline, clock::now() + own)};
    }

    void run_here(entry& e, const scrape_context& context)
    {
        if (context.expired()) {
            e.took = {};
            e.samples = 0;
            return settle(e, error(errc::timeout, "the scrape's deadline passed before its turn"));
        }
        e.run->context = limit(e, context);
        e.run->run();
        accept(e);
    }

    void take(entry& e)
    {
        e.samples = 0;
        if (!e.started) {
            e.took = clock::now() - e.run->asked;
            return settle(e, error(errc::timeout, "a former run has not ended yet"));
        }
        switch (pool_.wait(*e.run)) {
        case worker_pool::ended::done: return accept(e);
        case worker_pool::ended::late:
            e.took = clock::now() - e.run->asked;
            return settle(e, error(errc::timeout, "its deadline passed; it is left to finish on its own"));
        case worker_pool::ended::never_started:
            e.took = {};
            return settle(e, error(errc::timeout, "no worker thread was free before its deadline: others hang"));
        }
    }

    void accept(entry& e)
    {
        const std::size_t left_out = merged_.merge(e.run->out, false);  // its texts live until its next run
        e.took = e.run->took;
        e.samples = e.run->out.point_count() - left_out;
        if (!e.run->outcome.has_value()) return settle(e, e.run->outcome.error());
        if (left_out != 0)
            return settle(
                e, error(errc::type_conflict, concat(std::to_string(left_out), " samples left out: another collector "
                                                                               "has given their family another type")));
        settle(e, {});
    }

    void settle(entry& e, std::optional<error> problem)
    {
        e.up = !problem;
        if (problem) ++e.errors;
        const std::string_view now = problem ? std::string_view(problem->message) : std::string_view{};
        if (now == e.last_error) return;
        e.last_error = now;
        if (options_.on_change) options_.on_change(e.run->what.name(), problem ? &*problem : nullptr);
    }

    void add_health()
    {
        const auto family = [this](std::size_t i) {
            const metric& m = scraper_metrics[i];
            return merged_.family(m.name, m.type, m.help, m.unit);
        };
        const family_id build = family(0);
        const label_view info[] = {{"version", version}, {"revision", options_.revision}};
        merged_.add(build, merged_.labels(labels_view(info, options_.revision.empty() ? 1 : 2)), 1);
        const family_id up = family(1);
        const family_id duration = family(2);
        const family_id samples = family(3);
        const family_id errors = family(4);
        for (const entry& e : entries_) {
            if (!e.part) continue;
            const labels_id labels = merged_.labels({{"collector", e.run->what.name()}});
            merged_.add(up, labels, e.up ? 1 : 0);
            merged_.add(duration, labels, std::chrono::duration<double>(e.took).count());
            merged_.add(samples, labels, static_cast<double>(e.samples));
            merged_.add(errors, labels, static_cast<double>(e.errors));
        }
    }

    scraper_options options_;
    std::vector<entry> entries_;
    batch merged_;
    worker_pool pool_;  // last: its destructor waits for what still runs
};

}  // namespace pitot::collect
