#include <common/join.hpp>
#include <exporter-run/collectors.hpp>
#include <exporter-run/live.hpp>

#include <pitot/base/text.hpp>
#include <pitot/catalog/file.hpp>
#include <pitot/catalog/listing.hpp>
#include <pitot/collect/host.hpp>
#include <pitot/collect/process.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <cstddef>
#include <string_view>
#include <utility>
#include <vector>

namespace pitot::tools::exporter_run {

namespace {

bool wanted(const config& from, std::string_view name)
{
    return std::find(from.collectors.begin(), from.collectors.end(), name) != from.collectors.end();
}

/// A part of a host that all its parts keep alive.
struct host_piece {
    std::shared_ptr<collect::host> whole;
    std::size_t index;

    result<void> collect(batch& out) { return whole->parts()[index].collect(out); }
};

/// "cpu,mode=idle|user" as labels of a catalog.
std::map<std::string, catalog::label_values, std::less<>> labels_of(std::string_view list)
{
    std::map<std::string, catalog::label_values, std::less<>> all;
    while (!list.empty()) {
        const std::string_view item = list.substr(0, list.find(','));
        list.remove_prefix(std::min(item.size() + 1, list.size()));
        const std::size_t equals = item.find('=');
        catalog::label_values values;
        values.complete = equals != std::string_view::npos;
        if (values.complete) {
            std::string_view rest = item.substr(equals + 1);
            while (!rest.empty()) {
                const std::string_view value = rest.substr(0, rest.find('|'));
                rest.remove_prefix(std::min(value.size() + 1, rest.size()));
                values.values.emplace_back(value);
            }
            std::sort(values.values.begin(), values.values.end());
        }
        all.emplace(item.substr(0, equals), std::move(values));
    }
    return all;
}

struct row {
    std::string_view collector;
    catalog::metric metric;
    std::string_view source;
};

/// The rows of one table in the profile; a name with '*' stands for names that the machine gives.
void add_rows(std::vector<row>& to, const collect::metric_table& table, const collect::naming& names)
{
    for (const collect::metric& m : table.metrics) {
        if (names.exporter_on() && !m.name.empty())
            to.push_back({table.name,
                          {std::string(m.name),
                           m.type,
                           std::string(collect::unit_of_name(m.name, m.unit)),
                           std::string(m.help),
                           {},
                           labels_of(m.labels)},
                          m.source});
        if (!names.vector_on() || m.vector.empty()) continue;
        std::string full = names.vector_prefix.empty() ? std::string(m.vector)
                                                       : concat(names.vector_prefix, "_", m.vector);
        auto labels = labels_of(m.vector_labels == collect::same_labels ? m.labels : m.vector_labels);
        labels["collector"] = {{std::string(table.vector_name)}, true};
        labels["host"] = {{}, false};
        std::string unit(collect::unit_of_name(full, m.unit));
        to.push_back({table.name,
                      {std::move(full), m.type, std::move(unit), std::string(m.help), {}, std::move(labels)},
                      m.source});
    }
}

std::vector<row> rows_of(const config& from)
{
    std::vector<row> rows;
    const collect::naming names{from.host.profile, from.host.vector_prefix, {}};
    if (wanted(from, "host"))
        for (const collect::part_kind& kind : collect::host_parts) add_rows(rows, kind.table, names);
    if (wanted(from, "process")) add_rows(rows, collect::process_table, names);
    for (const collect::metric_table& own : {collect::scraper_table, config_table}) add_rows(rows, own, {});
    if (names.profile != collect::profile::both) return rows;
    std::vector<row> kept;  // of Vector's names those that are no exporter's name, as the collectors do it
    for (row& r : rows) {
        const auto same = std::find_if(kept.begin(), kept.end(),
                                       [&](const row& k) { return k.metric.name == r.metric.name; });
        if (same == kept.end()) kept.push_back(std::move(r));
    }
    return kept;
}

std::string markdown_cell(std::string_view text)
{
    std::string out;
    for (const char c : text) {
        if (c == '|') out += '\\';
        out += c == '\n' ? ' ' : c;
    }
    return out;
}

}  // namespace

std::unique_ptr<collect::scraper> make_scraper(const config& from, collect::scraper_options options)
{
    auto made = std::make_unique<collect::scraper>(std::move(options));
    const auto add = [&made](collect::named_collector one) {
        static_cast<void>(made->add(std::move(one)));
    };  // names differ
    const auto whole = wanted(from, "host") ? std::make_shared<collect::host>(from.host) : nullptr;
    const auto add_parts = [&](bool foreign) {
        for (std::size_t i = 0; whole && i < whole->parts().size(); ++i)
            if (const std::string_view name = whole->parts()[i].name();
                (name == collect::textfile_table.name) == foreign)
                add({std::string(name), host_piece{whole, i}});
    };
    add_parts(false);
    if (wanted(from, "process")) add({"process", collect::process()});
    add_parts(true);  // where a textfile gives the same as a collector here, the collector's stays
    return made;
}

std::string catalog_text(const config& from, catalog_format format)
{
    std::vector<row> rows = rows_of(from);
    if (format == catalog_format::json) {
        catalog::listing all;
        for (row& r : rows)
            if (r.metric.name.find('*') == std::string::npos) all.add(std::move(r.metric));
        return catalog::save(all);
    }
    std::string text = "# Metrics of exporter-run\n";
    std::string_view collector;
    for (const row& r : rows) {
        if (r.collector != collector) {
            collector = r.collector;
            text += fmt::format(
                "\n## {}\n\n| name | type | unit | labels | help | source |\n|---|---|---|---|---|---|\n", collector);
        }
        std::string labels;
        for (const auto& [name, values] : r.metric.labels) {
            labels += fmt::format("{}{}", labels.empty() ? "" : ", ", name);
            if (values.complete) labels += fmt::format("={}", join(values.values, "|"));
        }
        text += fmt::format("| {} | {} | {} | {} | {} | {} |\n", r.metric.name, to_string(r.metric.type), r.metric.unit,
                            markdown_cell(labels), markdown_cell(r.metric.help), markdown_cell(r.source));
    }
    return text;
}

}  // namespace pitot::tools::exporter_run
