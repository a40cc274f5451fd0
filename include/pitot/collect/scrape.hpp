#pragma once
// The scrape: runs every collector into its own batch under its own deadline and merges the families by name.

#include <pitot/base/text.hpp>
#include <pitot/base/version.hpp>
#include <pitot/collect/collector.hpp>
#include <pitot/collect/series_index.hpp>
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

    /// Adds families of the program's own to every scrape; called first, and no collector can add to them.
    std::function<void(batch&)> own = {};

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
     .help = "Scrapes in which the collector failed, was late or had samples dropped.",
     .source = "the scrape"},
    {.name = "pitot_collector_dropped_samples_total",
     .type = metric_type::counter,
     .labels = "collector",
     .help = "Samples left out because another collector gave the same series, or the family with another type.",
     .source = "the scrape"},
};
// clang-format on
inline constexpr metric_table scraper_table = {"scrape", "", scraper_metrics};

/// Holds collectors and runs them. add() and run() by one thread at a time.
///
/// Its own families: pitot_build_info, pitot_collector_up (1 when the collector ended in time without an error),
/// pitot_collector_duration_seconds, pitot_collector_samples, pitot_collector_errors_total,
/// pitot_collector_dropped_samples_total; label `collector`.
///
/// A series that an earlier collector gave (same family, same labels in any order) is dropped, counted and said: with
/// it twice, Prometheus would refuse the whole scrape. So is a family that has another type, or that is the scrape's
/// own. The same family with other label names is no conflict. Collectors run in line come before workers, and each
/// kind in the order in which it was added; a collector is trusted not to give one series twice by itself.
class scraper {
public:
    explicit scraper(scraper_options options = {}) : options_(std::move(options)), pool_(options_.max_threads) {}

    /// error  duplicate when a collector of that name is there; invalid_value when the name is empty
    result<void> add(named_collector what)
    {
        if (what.name().empty()) return unexpected(errc::invalid_value, "a collector needs a name");
        if (has(what.name()))
            return unexpected(errc::duplicate, concat("there are two collectors named '", what.name(), "'"));
        entries_.push_back({.run = std::make_shared<collector_run>(std::move(what)), .last_error = {}});
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
        all.reserve(entries_.size());
        for (const entry& e : entries_) all.push_back(e.run->what.name());
        return all;
    }

    /// One scrape: a finished batch, families sorted by name, valid until the next run() or destruction. Its memory is
    /// kept for the next. A collector that misses its deadline is left behind and runs to its end; until then it is not
    /// started again and its up is 0.
    [[nodiscard]] const batch& run(const scrape_context& context = {}, const scrape_filter& filter = {})
    {
        merged_.clear();
        known_series_.clear();
        givers_.clear();
        for (const metric& m : scraper_metrics) static_cast<void>(merged_.family(m.name, m.type, m.help, m.unit));
        if (options_.own) options_.own(merged_);
        own_families_ = merged_.size();
        own_points_ = merged_.point_count();
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
        std::uint64_t dropped = 0;
        std::string last_error;  ///< what makes it the same: its text without numbers that change
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

    /// The first sample that merging left out: the whole text, and what of it stays the same from scrape to scrape.
    struct conflict {
        std::string_view family;
        std::string series;
        std::string why;
    };

    void accept(entry& e)
    {
        conflict first;
        const auto keep = [&](family_id here, const batch::family_row& theirs, labels_view labels) {
            std::optional<std::size_t> twin;
            const bool own = static_cast<std::size_t>(here) < own_families_;
            const bool fits = merged_.row(here).type == theirs.type;
            if (!own && fits) {
                twin = known_series_.find(merged_, here, labels);
                if (!twin) return true;
            }
            if (!first.why.empty()) return false;
            first.family = theirs.name;
            first.series = series_text(theirs.name, labels);
            if (own)
                first.why = "its family is the scrape's own";
            else if (!fits)
                first.why = concat("its family has type ", to_string(theirs.type), " here and type ",
                                   to_string(merged_.row(here).type), " from ", giver_of(first_of(here)));
            else
                first.why = concat(giver_of(*twin), " has given the same");
            return false;
        };
        const std::size_t at_merge = merged_.merge(e.run->out, false, keep);  // its texts live until its next run
        givers_.push_back({merged_.point_count(), &e});
        e.took = e.run->took;
        e.samples = e.run->out.point_count() - at_merge;
        e.dropped += at_merge + e.run->out.left_out();
        std::optional<error> problem;
        if (!e.run->outcome.has_value()) problem = e.run->outcome.error();
        if (at_merge == 0) return settle(e, std::move(problem));
        std::string stays = concat(problem ? std::string_view(problem->message) : std::string_view{}, ";", first.family,
                                   ";", first.why);
        std::string said = concat(std::to_string(at_merge), " samples dropped, the first ", first.series, ": ",
                                  first.why);
        if (problem) said = concat(problem->message, "; ", said);
        settle(e, error(errc::duplicate, std::move(said)), std::move(stays));
    }

    static std::string series_text(std::string_view name, labels_view labels)
    {
        std::string text(name);
        for (std::size_t i = 0; i < labels.size(); ++i)
            text += concat(i == 0 ? "{" : ",", labels[i].name, "=\"", labels[i].value, "\"");
        if (!labels.empty()) text += '}';
        return text;
    }
    [[nodiscard]] std::size_t first_of(family_id family) const
    {
        std::size_t i = own_points_;
        while (i < merged_.point_count() && merged_.points()[i].family != family) ++i;
        return i;
    }
    [[nodiscard]] std::string giver_of(std::size_t point) const
    {
        for (const giver& g : givers_)
            if (point < g.end) return concat("collector '", g.who->run->what.name(), "'");
        return "another collector";  // which gave the family's type, but no sample
    }

    /// same  what tells this problem from the last one; empty: its text
    void settle(entry& e, std::optional<error> problem, std::string same = {})
    {
        e.up = !problem;
        if (problem) ++e.errors;
        if (problem && same.empty()) same = problem->message;
        if (same == e.last_error) return;
        e.last_error = std::move(same);
        if (options_.on_change) options_.on_change(e.run->what.name(), problem ? &*problem : nullptr);
    }

    /// Their families are the batch's first, in the order of scraper_metrics.
    void add_health()
    {
        const label_view info[] = {{"version", version}, {"revision", options_.revision}};
        merged_.add(family_id{0}, merged_.labels(labels_view(info, options_.revision.empty() ? 1 : 2)), 1);
        for (const entry& e : entries_) {
            if (!e.part) continue;
            const labels_id labels = merged_.labels({{"collector", e.run->what.name()}});
            merged_.add(family_id{1}, labels, e.up ? 1 : 0);
            merged_.add(family_id{2}, labels, std::chrono::duration<double>(e.took).count());
            merged_.add(family_id{3}, labels, static_cast<double>(e.samples));
            merged_.add(family_id{4}, labels, static_cast<double>(e.errors));
            merged_.add(family_id{5}, labels, static_cast<double>(e.dropped));
        }
    }

    scraper_options options_;
    std::vector<entry> entries_;
    batch merged_;
    series_index known_series_;  ///< asked only about families that two collectors share
    struct giver {
        std::size_t end;  ///< its points lie before this one, and behind the giver's before
        const entry* who;
    };
    std::vector<giver> givers_;
    std::size_t own_families_ = 0;
    std::size_t own_points_ = 0;
    worker_pool pool_;  // last: its destructor waits for what still runs
};

}  // namespace pitot::collect
