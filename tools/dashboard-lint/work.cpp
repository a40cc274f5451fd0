#include <dashboard-lint/threads.hpp>
#include <dashboard-lint/work.hpp>

#include <pitot/base/text.hpp>
#include <pitot/catalog/source.hpp>
#include <pitot/lint/dashboard/embedded.hpp>
#include <pitot/lint/dashboard/recorded.hpp>
#include <pitot/lint/dashboard/rule_file.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <atomic>
#include <cstdio>
#include <exception>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace pitot::tools::dashboard_lint {
namespace {

/// A file's text; empty when it cannot be read, which is said in `out`.
std::optional<lint::source> read(const input& in, const json::limits& limits, outcome& out)
{
    auto text = catalog::read_file(in.path, limits.size);
    if (!text) {
        out.error = text.error().message;
        return {};
    }
    return lint::source(in.path == "-" ? "<stdin>" : in.path, std::move(*text));
}

/// Is it a rule file in JSON, as jsonnet writes them: does one of its first keys say groups? They are read before the
/// dashboards, which may ask for what they record.
bool is_json_of_rules(const input& in)
{
    if (!in.path.ends_with(".json")) return false;
    const auto close = [](std::FILE* f) { std::fclose(f); };
    const std::unique_ptr<std::FILE, decltype(close)> file(std::fopen(in.path.c_str(), "rb"), close);
    char begins[512];
    const std::size_t n = file ? std::fread(begins, 1, sizeof begins, file.get()) : 0;
    std::string_view text(begins, n);
    if (text.starts_with("\xEF\xBB\xBF")) text.remove_prefix(3);
    return trimmed(text).starts_with('{') && text.find("\"groups\"") != std::string_view::npos;
}

/// Runs f; what it throws (out of memory) is the file's error, and the others are still checked.
template <class F>
void guarded(const input& in, outcome& out, F&& f)
{
    try {
        f();
    } catch (const std::exception& e) {
        out.error = fmt::format("{}: {}", in.path, e.what());
    }
}

using rule_files = std::vector<std::optional<lint::dashboards::rule_file>>;

/// The rule files among the inputs, at their places.
rule_files read_rules(const std::vector<input>& inputs, const json::limits& limits, std::vector<outcome>& all)
{
    rule_files out(inputs.size());
    std::vector<std::size_t> places;
    for (std::size_t i = 0; i < inputs.size(); ++i)
        if (inputs[i].is_yaml() || is_json_of_rules(inputs[i])) places.push_back(i);
    std::atomic<std::size_t> next{0};
    on_threads(places.size(), [&] {
        for (std::size_t n = 0; (n = next++) < places.size();) {
            const std::size_t i = places[n];
            guarded(inputs[i], all[i], [&] {
                if (auto file = read(inputs[i], limits, all[i]))
                    out[i] = lint::dashboards::read_rule_file(*file, lint::dashboards::loaded_by::any_ruler,
                                                              inputs[i].named && inputs[i].is_yaml());
                if (out[i] && !inputs[i].is_yaml() && !out[i]->is_rules) out[i].reset();
            });
        }
    });
    return out;
}

/// Rules, dashboards as texts in it, or both.
void check_yaml(const lint::dashboards::rule_file& of, const lint::dashboards::world& sources,
                const json::limits& limits, outcome& out)
{
    const bool rules = lint::dashboards::check_rule_file(of, sources, out.found);
    const bool dashboards = lint::dashboards::check_embedded(of.file, sources, limits, out.found);
    if (!rules && !dashboards)
        out.skipped = fmt::format("{}: skipped: {}", of.file.name(),
                                  lint::dashboards::is_of_helm(of.file.text())
                                      ? "a template: what Helm makes of it can be judged"
                                      : "neither a rule file of Prometheus nor dashboards in YAML");
}

/// A dashboard, or a resource of Kubernetes, which may be JSON as well as YAML.
void check_json(const input& in, const lint::dashboards::world& sources, const json::limits& limits, outcome& out)
{
    const auto file = read(in, limits, out);
    if (!file) return;
    const std::string_view text = trimmed(file->text());
    if (in.path == "-" && !text.empty() && text.front() != '{' && text.front() != '[')  // no name tells that it is YAML
        return check_yaml(lint::dashboards::read_rule_file(*file, lint::dashboards::loaded_by::any_ruler), sources,
                          limits, out);
    if (lint::dashboards::check(*file, sources, limits, out.found, in.named)) return;
    if (file->text().find("\"apiVersion\"") != std::string_view::npos ||
        file->text().find("\"groups\"") != std::string_view::npos) {
        check_yaml(lint::dashboards::read_rule_file(*file, lint::dashboards::loaded_by::any_ruler, false), sources,
                   limits, out);
        if (out.skipped.empty()) return;
    }
    out.skipped = fmt::format("{}: skipped: neither a Grafana dashboard nor rules", file->name());
}

}  // namespace

std::vector<outcome> check_all(const std::vector<input>& inputs, lint::dashboards::world sources,
                               const json::limits& limits)
{
    std::vector<outcome> all(inputs.size());
    rule_files rules = read_rules(inputs, limits, all);
    std::vector<const lint::dashboards::rule_file*> all_rules;
    for (const auto& file : rules)
        if (file) all_rules.push_back(&*file);
    const lint::dashboards::recorded_names recorded = lint::dashboards::all_recorded(all_rules, sources);
    sources.recorded = &recorded;
    std::atomic<std::size_t> next{0};
    on_threads(inputs.size(), [&] {
        const lint::dashboards::world own = sources;  // it remembers what it has looked up
        for (std::size_t i = 0; (i = next++) < inputs.size();) {
            outcome& out = all[i];
            guarded(inputs[i], out, [&] {
                if (rules[i])
                    check_yaml(*rules[i], own, limits, out);
                else if (!inputs[i].is_yaml())
                    check_json(inputs[i], own, limits, out);
                rules[i].reset();
            });
            lint::put_in_order(out.found.findings);
        }
    });
    return all;
}

}  // namespace pitot::tools::dashboard_lint
