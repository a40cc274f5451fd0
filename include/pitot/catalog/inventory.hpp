#pragma once
// Every series that exists, by name, with the job that scrapes it: what matchers are held against.

#include <pitot/base/number.hpp>
#include <pitot/base/text.hpp>
#include <pitot/catalog/listing.hpp>
#include <pitot/catalog/relabel.hpp>
#include <pitot/model/batch.hpp>

#include <algorithm>  // std::any_of, std::binary_search, std::find, std::stable_sort
#include <cstddef>
#include <cstdint>
#include <map>
#include <numeric>  // std::iota
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
/// federates        it brings along another server's jobs: till its exposition is given it is open and discovered, and
///                  its last target is one that has no labels
/// has_exposition   what it exposes was given
/// expositions      how many were: of several some may be older
/// unread           which targets, ascending, whose exposition was not given, though another's was
struct scrape_job {
    std::string name;
    std::vector<label_list> targets;
    std::vector<relabel_step> metric_relabelling;
    bool honor_labels = false;
    bool targets_known = false;
    bool discovered = false;
    bool job_is_open = false;
    bool federates = false;
    bool has_exposition = false;
    unsigned expositions = 0;
    std::vector<std::size_t> unread = {};

    void federate()
    {
        targets.emplace_back();
        federates = discovered = job_is_open = true;
        targets_known = false;
    }
    void note_exposition()
    {
        if (federates && !has_exposition) {
            targets.pop_back();
            discovered = job_is_open = false;
            targets_known = true;
        }
        has_exposition = true;
    }
};

/// Targets of a job that expose the same.
/// places  which of the job's, ascending
/// labels  what is known of each, and once more of a discovered one, which stands for others too
struct exposing_targets {
    std::vector<std::size_t> places;
    std::vector<label_list> labels;
};

/// The targets of a job that expose what was given with labels: those that have most of them, and no other value of
/// one; labels that a target does not have are added. A discovered target is one of which no more is known than before.
/// returns  none where no label was given, or where no target agrees
[[nodiscard]] inline exposing_targets targets_exposing(const scrape_job& job, const target& given)
{
    exposing_targets out;
    if (given.labels.empty()) return out;
    std::size_t most = 0;
    for (std::size_t i = 0; i < job.targets.size(); ++i) {
        const label_list& one = job.targets[i];
        if (job.federates && one.empty()) continue;
        label_list labels = one;
        std::size_t same = 0;
        bool agrees = true;
        for (const auto& [name, value] : given.labels) {
            const std::string_view own = value_of(one, name);
            agrees = agrees && (own.empty() || own == value);
            if (own.empty())
                set_label(labels, name, value);
            else
                ++same;
        }
        if (!agrees || same < most) continue;
        if (same > most) out = {};
        most = same;
        out.places.push_back(i);
        if (job.discovered && value_of(one, "instance").empty()) out.labels.push_back(one);  // there are others
        out.labels.push_back(std::move(labels));
    }
    return out;
}

/// labels  of the exposition, without the name; those of the target are the job's, unless is_whole
/// job     index
/// type    as its job declares it
/// open    labels that may have other values too
/// is_part of a saved catalog, which does not tell which labels go together: real series have more than these
/// is_whole  relabelled with the labels of one target, which are among these
/// without   labels that are empty in the exposition: with honor_labels the target's are not put in their place
/// exposers  which of the inventory's lists of targets; 0: all of the job
struct existing_series {
    label_list labels;
    std::uint32_t job = 0;
    metric_type type = metric_type::unknown;
    std::vector<std::string> open = {};
    bool is_part = false;
    bool is_whole = false;
    std::vector<std::string> without = {};
    std::uint32_t exposers = 0;

    [[nodiscard]] bool suppresses(std::string_view label) const noexcept
    {
        return std::find(without.begin(), without.end(), label) != without.end();
    }
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
    /// returns  that target, for what it exposes
    exposing_targets add_target(const target& what)
    {
        label_list labels;
        for (const auto& [name, value] : what.labels) set_label(labels, name, value);
        set_label(labels, "job", what.job);
        std::vector<label_list>& all = at(job(what.job)).targets;
        all.push_back(labels);
        return {{all.size() - 1}, {std::move(labels)}};
    }
    /// A prometheus.yml was read: these are all the jobs there are.
    [[nodiscard]] bool knows_all_jobs() const noexcept { return knows_all_jobs_; }
    void set_knows_all_jobs() noexcept { knows_all_jobs_ = true; }

    /// What a job exposes. False when it is too much.
    /// points  the source writes whole limits of buckets as 1.0, and whole quantiles are taken to be written so
    /// on      the targets that expose it; none: all of the job
    bool add(const batch& in, std::uint32_t job, bool points = false, exposing_targets on = {})
    {
        note_read(jobs_[job], on.places);
        ++jobs_[job].expositions;
        existing_series like;
        like.job = job;
        if (!on.labels.empty()) {
            exposers_.push_back(std::move(on.labels));
            like.exposers = static_cast<std::uint32_t>(exposers_.size());
        }
        relabels_targets_ = relabels_targets(jobs_[job], targets_of(like));
        for (std::size_t f = 0; f < in.size(); ++f)
            for (std::size_t p = 0; p < in[f].size(); ++p) add(in, in[f], in[f][p], like, points);
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
            from.note_exposition();
            if (from.targets.empty() && !from.targets_known && !from.name.empty())
                from.targets.push_back({{"job", from.name}});
            for (const std::string_view suffix : series_suffixes(saved.type)) {
                if (count_ >= max_series) return;
                const std::string name = concat(saved.name, suffix);
                insert(name, {{}, at, saved.type}).is_part = true;
                for (const auto& [label, values] : saved.labels) {
                    if (label == "job") continue;
                    if ((label == "le" && suffix != "_bucket") || (label == "quantile" && !suffix.empty())) continue;
                    for (const std::string& value : values.values)
                        insert(name, {{{label, value}}, at, saved.type}).is_part = true;
                    if (values.complete && !values.values.empty()) continue;
                    existing_series& more = insert(name, {{}, at, saved.type});
                    more.is_part = true;
                    more.open.push_back(label);
                }
            }
        }
    }

    /// One series, with the labels that it is stored under. False when it is too much.
    bool add(std::string_view name, metric_type type, label_list labels, std::uint32_t job)
    {
        if (count_ < max_series) insert(name, {std::move(labels), job, type});
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

    /// The targets that a series is scraped from; where none is known, or its labels are whole, one without labels.
    [[nodiscard]] const std::vector<label_list>& targets_of(const existing_series& s) const
    {
        static const std::vector<label_list> no_labels(1);
        if (s.is_whole) return no_labels;
        const std::vector<label_list>& all = s.exposers > 0 ? exposers_[s.exposers - 1] : jobs_[s.job].targets;
        return all.empty() ? no_labels : all;
    }
    /// The value that a label has once the series was scraped from a target.
    [[nodiscard]] std::string_view value(const existing_series& s, const label_list& target,
                                         std::string_view label) const
    {
        const std::string_view own = value_of(s.labels, label);
        const std::string_view given = value_of(target, label);
        if (jobs_[s.job].honor_labels) return own.empty() && !s.suppresses(label) ? given : own;
        if (!given.empty() || !own.empty()) return given.empty() ? own : given;
        std::string_view moved;
        if (label.starts_with(exported))
            each_moved(s.labels, target, [&](const std::string& free, std::string_view value) {
                if (free == label) moved = value;
            });
        return moved;
    }
    /// Calls f(name, value) for each label that it has then.
    template <class F>
    void each_label(const existing_series& s, const label_list& target, F&& f) const
    {
        const bool honored = jobs_[s.job].honor_labels;
        for (const auto& [name, value] : s.labels)
            if (honored || value_of(target, name).empty()) f(name, value);
        if (!honored) each_moved(s.labels, target, f);
        for (const auto& [name, value] : target)
            if (!honored || (value_of(s.labels, name).empty() && !s.suppresses(name))) f(name, value);
    }

private:
    static constexpr std::string_view exported = "exported_";

    /// on  which targets were read, ascending; none: all
    static void note_read(scrape_job& job, const std::vector<std::size_t>& on)
    {
        const bool is_first = !job.has_exposition;
        job.note_exposition();
        if (on.empty()) {
            job.unread.clear();
            return;
        }
        if (is_first) {
            job.unread.resize(job.targets.size());
            std::iota(job.unread.begin(), job.unread.end(), std::size_t{0});
        }
        std::erase_if(job.unread, [&](std::size_t i) {
            const bool stands_for_others = job.discovered && value_of(job.targets[i], "instance").empty();
            return stands_for_others || std::binary_search(on.begin(), on.end(), i);
        });
    }
    void put(std::string_view name, const existing_series& made)
    {
        if (count_ >= max_series) return;
        if (jobs_[made.job].metric_relabelling.empty())
            insert(name, made);
        else if (!relabels_targets_)
            put_relabelled(name, made);
        else
            for (const label_list& target : targets_of(made)) {
                existing_series whole = made;
                whole.labels = stored(made, target);
                whole.is_whole = true;
                put_relabelled(name, std::move(whole));
            }
    }
    void put_relabelled(std::string_view name, existing_series made)
    {
        const scrape_job& from = jobs_[made.job];
        set_label(made.labels, "__name__", name);
        const bool kept = relabel(made.labels, from.metric_relabelling);
        const std::string now(kept ? value_of(made.labels, "__name__") : "");
        if (now != name) dropped_.emplace(name);
        set_label(made.labels, "__name__", "");
        if (now.empty() || count_ >= max_series) return;
        open_unknown(made, from);
        insert(now, std::move(made));
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
    /// Calls f(name, value) for each label of an exposition whose name the target needs: the shorter choose first.
    /// source  Prometheus, scrape/scrape.go, resolveConflictingExposedLabels
    template <class F>
    static void each_moved(const label_list& own, const label_list& target, F&& f)
    {
        std::vector<const label_list::value_type*> moved;
        for (const auto& l : own)
            if (!value_of(target, l.first).empty()) moved.push_back(&l);
        std::stable_sort(moved.begin(), moved.end(),
                         [](const auto* a, const auto* b) { return a->first.size() < b->first.size(); });
        std::vector<std::string> chosen;
        for (const auto* const l : moved) {
            std::string free = concat(exported, l->first);
            while (!value_of(own, free).empty() || !value_of(target, free).empty() ||
                   std::find(chosen.begin(), chosen.end(), free) != chosen.end())
                free.insert(0, exported);
            f(chosen.emplace_back(std::move(free)), l->second);
        }
    }
    /// What a series has before metric_relabel_configs: its own labels and its target's.
    /// source  Prometheus, scrape/scrape.go, mutateSampleLabels
    [[nodiscard]] label_list stored(const existing_series& s, const label_list& target) const
    {
        label_list all;
        each_label(s, target, [&all](std::string_view name, std::string_view value) { set_label(all, name, value); });
        return all;
    }
    /// Do metric_relabel_configs read or write what the targets have, or what it took the place of?
    [[nodiscard]] static bool relabels_targets(const scrape_job& of, const std::vector<label_list>& targets)
    {
        const auto is_of_target = [&targets](std::string_view name) {
            while (name.starts_with(exported)) name.remove_prefix(exported.size());
            return std::any_of(targets.begin(), targets.end(),
                               [name](const label_list& t) { return !value_of(t, name).empty(); });
        };
        for (const relabel_step& step : of.metric_relabelling) {
            if (step.action == relabel_action::labelmap || step.action == relabel_action::labeldrop ||
                step.action == relabel_action::labelkeep || is_of_target(step.target) ||
                step.target.find('$') != std::string::npos)
                return std::any_of(targets.begin(), targets.end(), [](const label_list& t) { return !t.empty(); });
            for (const std::string& source : step.sources)
                if (is_of_target(source)) return true;
        }
        return false;
    }
    existing_series& insert(std::string_view name, existing_series made)
    {
        auto at = metrics_.find(name);
        if (at == metrics_.end()) at = metrics_.emplace(std::string(name), existing_metric{made.type, {}}).first;
        if (at->second.type != made.type) at->second.type = metric_type::unknown;
        at->second.series.push_back(std::move(made));
        ++count_;
        return at->second.series.back();
    }

    void add(const batch& in, const family_view& family, const point_view& point, existing_series made, bool points)
    {
        made.type = family.type();
        for (const label_view& l : point.labels()) {
            set_label(made.labels, l.name, l.value);
            if (l.value.empty() && jobs_[made.job].honor_labels) made.without.emplace_back(l.name);
        }
        const std::string_view name = family.name();
        const auto more = [&](std::string_view label, double value) {
            char room[number_size];
            existing_series with = made;
            std::string text(room, write_go_number(room, value));
            if (points && text.find_first_not_of("0123456789") == std::string::npos) text += ".0";
            set_label(with.labels, label, text);
            return with;
        };
        // What a histogram's or a summary's parts are is in their names; types are those of what was asked for.
        if (const histogram_row* const h = point.histogram()) {
            const bool gauge = family.type() == metric_type::gauge_histogram;
            if (h->has_native()) put(name, made);
            if (!h->has_native() || h->classic.count > 0) {
                for (const classic_bucket& b : in.buckets(h->classic))
                    put(concat(name, "_bucket"), more("le", b.upper));
                if (h->has_sum) put(concat(name, gauge ? "_gsum" : "_sum"), made);
                if (h->has_count) put(concat(name, gauge ? "_gcount" : "_count"), made);
            }
            return;
        }
        if (const summary_row* const s = point.summary()) {
            for (const summary_quantile& q : in.quantiles(s->quantiles)) put(name, more("quantile", q.rank));
            if (s->has_sum) put(concat(name, "_sum"), made);
            if (s->has_count) put(concat(name, "_count"), made);
            return;
        }
        put(name, made);
    }

    std::vector<scrape_job> jobs_;
    std::vector<std::vector<label_list>> exposers_;
    std::map<std::string, existing_metric, std::less<>> metrics_;
    std::set<std::string, std::less<>> dropped_;
    std::size_t count_ = 0;
    bool relabels_targets_ = false;  ///< of the job that is being added
    bool knows_all_jobs_ = false;
};

}  // namespace pitot::catalog
