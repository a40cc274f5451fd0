#pragma once
// What exists, asked of a live Prometheus (or what speaks its API: Mimir, Thanos, VictoriaMetrics).
//
// All names, types and jobs are asked for; the series only of the names that matter, so that a large server is not read
// whole.

#include <pitot/base/percent.hpp>
#include <pitot/base/text.hpp>
#include <pitot/catalog/api_client.hpp>
#include <pitot/catalog/file.hpp>
#include <pitot/catalog/inventory.hpp>
#include <pitot/catalog/listing.hpp>
#include <pitot/json/reader.hpp>

#include <algorithm>  // std::lower_bound, std::min
#include <chrono>
#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace pitot::catalog {

/// url      of the server, without /api
/// matters  of this name the series are fetched; of the others it is known that they exist
/// now      of the server's clock
/// back     how far back a series counts as existing
struct prometheus_query {
    std::string url;
    std::function<bool(std::string_view name)> matters;
    std::chrono::sys_seconds now;
    std::chrono::seconds back = std::chrono::hours(1);
};

namespace detail {

/// One server, asked several times under one deadline.
class prometheus_reader {
public:
    prometheus_reader(const prometheus_query& what, http::options how) : what_(what), server_(what.url, std::move(how))
    {
        server_.share_timeout();
    }

    /// All that the server has, or nothing: of a part nobody could say what does not exist.
    result<void> read(listing& names, inventory& series)
    {
        if (auto types = read_types(); !types) return types;
        auto all = label_values_of("__name__");
        if (!all) return unexpected(std::move(all.error()));
        const auto jobs = label_values_of("job");
        if (!jobs) return unexpected(jobs.error());
        most_ = inventory::max_series - std::min(series.size(), inventory::max_series);
        std::string batch;
        for (std::string& name : *all) {
            if (!what_.matters || what_.matters(name)) {
                batch += concat(batch.empty() ? "" : "|", name);
                if (batch.size() > 3000)
                    if (auto done = read_series(batch); !done) return done;
            } else {
                note(name);
                only_named_.push_back(std::move(name));
            }
        }
        if (!batch.empty())
            if (auto done = read_series(batch); !done) return done;
        add_to(names, series, *jobs);
        return {};
    }

private:
    struct found_series {
        std::string name;
        label_list labels;
    };

    void add_to(listing& names, inventory& series, const std::vector<std::string>& jobs)
    {
        for (const std::string& name : jobs) {
            scrape_job& job = series.at(series.job(name));
            job.honor_labels = true;  // the series come with all their labels
            job.targets_known = true;
            job.note_exposition();
        }
        series.set_knows_all_jobs();
        const std::uint32_t nowhere = series.job("");
        series.at(nowhere).discovered = true;
        for (const std::string& name : only_named_) series.add(name, type_of(name).first, {}, nowhere);
        for (found_series& s : found_) {
            const std::uint32_t job = series.job(value_of(s.labels, "job"));
            series.at(job).honor_labels = true;
            series.add(s.name, type_of(s.name).first, std::move(s.labels), job);
        }
        for (auto& [name, m] : families_) names.add(std::move(m));
    }

    [[nodiscard]] std::string range() const
    {
        const auto now = what_.now.time_since_epoch().count();
        return concat("start=", std::to_string(now - what_.back.count()), "&end=", std::to_string(now));
    }

    [[nodiscard]] unexpected<error> no_list() const
    {
        return unexpected(errc::protocol, concat(server_.shown(), ": the answer has no list of what there is"));
    }

    result<void> read_types()
    {
        const auto answer = server_.get("/api/v1/metadata", "");
        if (!answer) return unexpected(answer.error());
        for (const json::value name : answer->data()) {
            for (const json::value entry : name) {
                metric m;
                m.name = name.key().text();
                if (const auto type = type_from(entry["type"].text())) m.type = *type;
                m.help = entry["help"].text();
                m.unit = entry["unit"].text();
                types_.insert_or_assign(m.name, std::move(m));
                break;
            }
        }
        return {};
    }

    result<std::vector<std::string>> label_values_of(std::string_view label)
    {
        const auto answer = server_.get(concat("/api/v1/label/", label, "/values"), range());
        if (!answer) return unexpected(answer.error());
        std::vector<std::string> all;
        if (!answer->data().is_array()) return no_list();
        for (const json::value v : answer->data()) all.emplace_back(v.text());
        return all;
    }

    /// names  with | between them; empty afterwards
    result<void> read_series(std::string& names)
    {
        const std::string match = concat("{__name__=~\"", names, "\"}");
        names.clear();
        const auto answer = server_.get("/api/v1/series", concat(range(), "&match%5B%5D=", percent_encoded(match)));
        if (!answer) return unexpected(answer.error());
        if (!answer->data().is_array()) return no_list();
        for (const json::value one : answer->data()) {
            label_list labels;
            for (const json::value l : one) set_label(labels, l.key().text(), l.text());
            const std::string name(value_of(labels, "__name__"));
            set_label(labels, "__name__", "");
            metric& family = note(name);
            for (const auto& [label, value] : labels) insert(family, label, value);
            if (found_.size() + only_named_.size() >= most_)
                return unexpected(errc::too_many,
                                  concat(server_.shown(), " has more than ", std::to_string(inventory::max_series),
                                         " series of these names"));
            found_.push_back({name, std::move(labels)});
        }
        return {};
    }

    /// The type of a series name, and the name of the family that it belongs to.
    [[nodiscard]] std::pair<metric_type, std::string_view> type_of(std::string_view name) const
    {
        if (const auto at = types_.find(name); at != types_.end()) return {at->second.type, at->first};
        for (const std::string_view suffix : {"_bucket", "_sum", "_count", "_gsum", "_gcount", "_total", "_info"}) {
            if (!name.ends_with(suffix)) continue;
            const auto at = types_.find(name.substr(0, name.size() - suffix.size()));
            if (at == types_.end()) continue;
            const metric_type type = at->second.type;
            if (suffix == "_total" && type == metric_type::counter) return {type, name};
            if (suffix == "_info" && type == metric_type::info) return {type, name};
            for (const std::string_view own : series_suffixes(type))
                if (own == suffix) return {type, at->first};
        }
        return {metric_type::unknown, name};
    }

    metric& note(std::string_view name)
    {
        const auto [type, family] = type_of(name);
        auto at = families_.find(family);
        if (at == families_.end()) {
            at = families_.emplace(std::string(family), metric{}).first;
            if (const auto known = types_.find(family); known != types_.end()) at->second = known->second;
            at->second.name = family;
            at->second.type = type;
            at->second.absent = static_cast<std::uint8_t>((1U << series_suffixes(type).size()) - 1);
        }
        const auto suffixes = series_suffixes(type);
        for (std::size_t i = 0; i < suffixes.size(); ++i)
            if (name.size() == family.size() + suffixes[i].size() && name.ends_with(suffixes[i])) {
                at->second.absent = static_cast<std::uint8_t>(at->second.absent & ~(1U << i));
                if (suffixes[i].empty() && suffixes.size() == 4) at->second.native = true;
            }
        return at->second;
    }

    static void insert(metric& m, std::string_view label, std::string_view value)
    {
        if (label == "job") {
            const auto place = std::lower_bound(m.jobs.begin(), m.jobs.end(), value);
            if (place == m.jobs.end() || *place != value) m.jobs.insert(place, std::string(value));
        }
        auto& to = m.labels[std::string(label)].values;
        const auto place = std::lower_bound(to.begin(), to.end(), value);
        if (place == to.end() || *place != value) to.insert(place, std::string(value));
    }

    const prometheus_query& what_;
    api_client server_;
    std::size_t most_ = 0;                 ///< series that there is room for
    std::vector<found_series> found_;      ///< with all their labels
    std::vector<std::string> only_named_;  ///< names whose series were not asked for
    std::map<std::string, metric, std::less<>> types_;
    std::map<std::string, metric, std::less<>> families_;
};

}  // namespace detail

/// Adds what a live server has; nothing when there is an error.
/// how    its timeout is the deadline for all questions together
/// error  of api_client::get(); too_many beyond max_series
[[nodiscard]] inline result<void> read_prometheus(const prometheus_query& what, http::options how, listing& names,
                                                  inventory& series)
{
    return detail::prometheus_reader(what, std::move(how)).read(names, series);
}

}  // namespace pitot::catalog
