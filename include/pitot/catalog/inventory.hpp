#pragma once
// Every series that exists, by name, with the job that scrapes it: what matchers are held against.

#include <pitot/base/number.hpp>
#include <pitot/base/text.hpp>
#include <pitot/catalog/listing.hpp>
#include <pitot/catalog/relabel.hpp>
#include <pitot/model/batch.hpp>

#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace pitot::catalog {

/// A job as Prometheus scrapes it.
/// targets          labels of each, job and instance among them, relabelled
/// targets_known    false with service discovery, or when nobody told: then their instances are open
/// discovered       by service discovery: any label may be a target's
/// job_is_open      relabelling gives discovered targets another job: which one, nobody knows
/// has_exposition   what it exposes was given
/// expositions      how many were: of several some may be older
struct scrape_job {
    std::string name;
    std::vector<label_list> targets;
    std::vector<relabel_step> metric_relabelling;
    bool honor_labels = false;
    bool targets_known = false;
    bool discovered = false;
    bool job_is_open = false;
    bool has_exposition = false;
    unsigned expositions = 0;
};

/// labels  of the exposition, without the name; those of the target are the job's, unless is_whole
/// job     index
/// type    as its job declares it
/// open    labels that may have other values too
/// is_part of a saved catalog, which does not tell which labels go together: real series have more than these
/// is_whole  relabelled with the labels of one target, which are among these
struct existing_series {
    label_list labels;
    std::uint32_t job = 0;
    metric_type type = metric_type::unknown;
    std::vector<std::string> open = {};
    bool is_part = false;
    bool is_whole = false;
};

struct existing_metric {
    metric_type type = metric_type::unknown;
    std::vector<existing_series> series;
};

class inventory {
public:
    static constexpr std::size_t max_series = 2'000'000;

    /// The job of that name, made when it is new.
    std::uint32_t job(std::string_view name)
    {
        for (std::size_t i = 0; i < jobs_.size(); ++i)
            if (jobs_[i].name == name) return static_cast<std::uint32_t>(i);
        jobs_.push_back({});
        jobs_.back().name = name;
        return static_cast<std::uint32_t>(jobs_.size() - 1);
    }
    [[nodiscard]] const std::vector<scrape_job>& jobs() const noexcept { return jobs_; }
    [[nodiscard]] scrape_job& at(std::uint32_t job) { return jobs_[job]; }
    void add_target(const target& what)
    {
        label_list labels;
        for (const auto& [name, value] : what.labels) set_label(labels, name, value);
        set_label(labels, "job", what.job);
        at(job(what.job)).targets.push_back(std::move(labels));
    }
    /// A prometheus.yml was read: these are all the jobs there are.
    [[nodiscard]] bool knows_all_jobs() const noexcept { return knows_all_jobs_; }
    void set_knows_all_jobs() noexcept { knows_all_jobs_ = true; }

    /// What a job exposes. False when it is too much.
    /// points  the source writes whole limits of buckets as 1.0, and whole quantiles are taken to be written so
    bool add(const batch& in, std::uint32_t job, bool points = false)
    {
        jobs_[job].has_exposition = true;
        ++jobs_[job].expositions;
        relabels_targets_ = relabels_targets(jobs_[job]);
        for (std::size_t f = 0; f < in.size(); ++f)
            for (std::size_t p = 0; p < in[f].size(); ++p) add(in, in[f], in[f][p], job, points);
        return count_ < max_series;
    }

    /// A metric of a saved catalog, which has the labels and their values, but not which go together: a series for each
    /// value alone. metric_relabel_configs are not applied.
    void add(const metric& saved)
    {
        std::vector<std::uint32_t> jobs;
        jobs.reserve(saved.jobs.size() + 1);
        for (const std::string& name : saved.jobs) jobs.push_back(job(name));
        if (jobs.empty()) jobs.push_back(job(""));
        for (const std::uint32_t at : jobs) {
            scrape_job& from = jobs_[at];
            from.has_exposition = true;
            if (from.targets.empty() && !from.targets_known && !from.name.empty())
                from.targets.push_back({{"job", from.name}});
            for (const std::string_view suffix : series_suffixes(saved.type)) {
                if (count_ >= max_series) return;
                const std::string name = concat(saved.name, suffix);
                insert(name, saved.type, {}, at).is_part = true;
                for (const auto& [label, values] : saved.labels) {
                    if (label == "job") continue;
                    if ((label == "le" && suffix != "_bucket") || (label == "quantile" && !suffix.empty())) continue;
                    for (const std::string& value : values.values)
                        insert(name, saved.type, {{label, value}}, at).is_part = true;
                    if (values.complete && !values.values.empty()) continue;
                    existing_series& more = insert(name, saved.type, {}, at);
                    more.is_part = true;
                    more.open.push_back(label);
                }
            }
        }
    }

    /// One series, with the labels that it is stored under. False when it is too much.
    bool add(std::string_view name, metric_type type, label_list labels, std::uint32_t job)
    {
        if (count_ < max_series) insert(name, type, std::move(labels), job);
        return count_ < max_series;
    }

    [[nodiscard]] const existing_metric* find(std::string_view name) const
    {
        const auto at = metrics_.find(name);
        return at == metrics_.end() ? nullptr : &at->second;
    }
    /// Is it a name that metric_relabel_configs dropped or changed, wherever it is exposed?
    [[nodiscard]] bool was_dropped(std::string_view name) const
    {
        return dropped_.contains(name) && !metrics_.contains(name);
    }
    [[nodiscard]] const std::map<std::string, existing_metric, std::less<>>& metrics() const noexcept
    {
        return metrics_;
    }
    [[nodiscard]] bool empty() const noexcept { return metrics_.empty(); }
    /// How many series there are.
    [[nodiscard]] std::size_t size() const noexcept { return count_; }

    /// The value that a label has once the series was scraped from a target.
    [[nodiscard]] std::string_view value(const existing_series& s, const label_list& target,
                                         std::string_view label) const
    {
        const std::string_view own = value_of(s.labels, label);
        const std::string_view given = value_of(target, label);
        if (jobs_[s.job].honor_labels) return own.empty() ? given : own;
        if (!given.empty()) return given;
        if (own.empty() && label.starts_with("exported_") && !value_of(target, label.substr(9)).empty())
            return value_of(s.labels, label.substr(9));
        return own;
    }

private:
    void put(std::string_view name, metric_type type, const label_list& labels, std::uint32_t job)
    {
        if (count_ >= max_series) return;
        const scrape_job& from = jobs_[job];
        if (from.metric_relabelling.empty())
            insert(name, type, labels, job);
        else if (!relabels_targets_)
            put_relabelled(name, type, labels, job);
        else
            for (const label_list& target : from.targets)
                if (existing_series* const made = put_relabelled(name, type, stored(labels, target, from), job))
                    made->is_whole = true;
    }
    /// Null when it was dropped.
    existing_series* put_relabelled(std::string_view name, metric_type type, label_list labels, std::uint32_t job)
    {
        set_label(labels, "__name__", name);
        const auto& steps = jobs_[job].metric_relabelling;
        const std::string now(relabel(labels, steps) ? value_of(labels, "__name__") : "");
        if (now != name) dropped_.emplace(name);
        set_label(labels, "__name__", "");
        if (now.empty() || count_ >= max_series) return nullptr;
        existing_series& made = insert(now, type, std::move(labels), job);
        open_unknown(made, jobs_[job]);
        return &made;
    }
    /// What relabelling makes of labels that targets may have, nobody knows which.
    static void open_unknown(existing_series& made, const scrape_job& from)
    {
        if (from.targets_known) return;
        for (const relabel_step& step : from.metric_relabelling)
            for (const std::string& source : step.sources)
                if ((source == "instance" || from.discovered) && value_of(made.labels, source).empty())
                    made.open.push_back(step.target);
    }
    /// What a series has before metric_relabel_configs: its own labels and its target's.
    /// source  Prometheus, scrape/scrape.go, mutateSampleLabels
    [[nodiscard]] static label_list stored(label_list labels, const label_list& target, const scrape_job& from)
    {
        for (const auto& [name, value] : target) {
            const std::string own(value_of(labels, name));
            if (!own.empty() && from.honor_labels) continue;
            std::string free = concat("exported_", name);
            while (!value_of(labels, free).empty() || !value_of(target, free).empty()) free.insert(0, "exported_");
            if (!own.empty()) set_label(labels, free, own);
            set_label(labels, name, value);
        }
        return labels;
    }
    /// Do metric_relabel_configs read or write what the targets of a job have?
    [[nodiscard]] static bool relabels_targets(const scrape_job& of)
    {
        const auto is_of_target = [&of](std::string_view name) {
            for (const label_list& t : of.targets)
                if (!value_of(t, name).empty()) return true;
            return false;
        };
        for (const relabel_step& step : of.metric_relabelling) {
            if (step.action == relabel_action::labelmap || step.action == relabel_action::labeldrop ||
                step.action == relabel_action::labelkeep || is_of_target(step.target) ||
                step.target.find('$') != std::string::npos)
                return !of.targets.empty();
            for (const std::string& source : step.sources)
                if (is_of_target(source)) return true;
        }
        return false;
    }
    existing_series& insert(std::string_view name, metric_type type, label_list labels, std::uint32_t job)
    {
        auto at = metrics_.find(name);
        if (at == metrics_.end()) at = metrics_.emplace(std::string(name), existing_metric{type, {}}).first;
        if (at->second.type != type) at->second.type = metric_type::unknown;
        at->second.series.push_back({std::move(labels), job, type});
        ++count_;
        return at->second.series.back();
    }

    void add(const batch& in, const family_view& family, const point_view& point, std::uint32_t job, bool points)
    {
        label_list labels;
        for (const label_view& l : point.labels()) set_label(labels, l.name, l.value);
        const std::string_view name = family.name();
        const auto more = [&](std::string_view label, double value) {
            char room[number_size];
            label_list with = labels;
            std::string text(room, write_go_number(room, value));
            if (points && text.find_first_not_of("0123456789") == std::string::npos) text += ".0";
            set_label(with, label, text);
            return with;
        };
        // What a histogram's or a summary's parts are is in their names; types are those of what was asked for.
        if (const histogram_row* const h = point.histogram()) {
            const bool gauge = family.type() == metric_type::gauge_histogram;
            if (h->has_native()) put(name, family.type(), labels, job);
            if (!h->has_native() || h->classic.count > 0) {
                for (const classic_bucket& b : in.buckets(h->classic))
                    put(concat(name, "_bucket"), family.type(), more("le", b.upper), job);
                if (h->has_sum) put(concat(name, gauge ? "_gsum" : "_sum"), family.type(), labels, job);
                if (h->has_count) put(concat(name, gauge ? "_gcount" : "_count"), family.type(), labels, job);
            }
            return;
        }
        if (const summary_row* const s = point.summary()) {
            for (const summary_quantile& q : in.quantiles(s->quantiles))
                put(name, family.type(), more("quantile", q.rank), job);
            if (s->has_sum) put(concat(name, "_sum"), family.type(), labels, job);
            if (s->has_count) put(concat(name, "_count"), family.type(), labels, job);
            return;
        }
        put(name, family.type(), labels, job);
    }

    std::vector<scrape_job> jobs_;
    std::map<std::string, existing_metric, std::less<>> metrics_;
    std::set<std::string, std::less<>> dropped_;
    std::size_t count_ = 0;
    bool relabels_targets_ = false;  ///< of the job that is being added
    bool knows_all_jobs_ = false;
};

}  // namespace pitot::catalog
