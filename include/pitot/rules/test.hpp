#pragma once
// Unit tests of rules: promtool's files and verdicts. source  Prometheus 3.14, cmd/promtool/unittest.go

#include <pitot/base/text.hpp>
#include <pitot/base/time_text.hpp>
#include <pitot/promql/walk.hpp>
#include <pitot/rules/evaluate.hpp>
#include <pitot/rules/test_group.hpp>

#include <algorithm>  // std::find
#include <cstddef>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace pitot::rules {

namespace detail {

/// Rules that nothing asked for leads to.
inline std::vector<std::string> untested_rules(const std::vector<group>& groups, std::set<std::string> asked)
{
    for (bool more = true; more;) {
        more = false;
        for (const group& g : groups)
            for (const rule& r : g.rules) {
                if (!asked.contains(r.name)) continue;
                promql::walk(r.tree->root(), [&](const promql::node* n, const std::vector<const promql::node*>&) {
                    if (const auto* const v = promql::as<promql::vector_selector>(n))
                        more = asked.insert(std::string(v->name)).second || more;
                });
            }
    }
    std::vector<std::string> out;
    for (const group& g : groups)
        for (const rule& r : g.rules)
            if (!asked.contains(r.name))
                out.push_back(concat(r.place, ": ", r.is_alert ? "alert " : "record ", r.name));
    return out;
}

}  // namespace detail

/// Runs a test file. error  of the file itself or of a rule file, with its place
[[nodiscard]] inline result<file_outcome> run_rule_tests(const std::string& path, const test_options& how)
{
    const auto document = yaml::read_file(path, yaml::documents::first);
    if (!document) return unexpected(document.error());
    if (auto keys = document->only_keys(
            {"rule_files", "evaluation_interval", "group_eval_order", "tests", "fuzzy_compare"});
        !keys)
        return unexpected(std::move(keys.error()));
    const auto files_node = document->find("rule_files");
    const auto files = files_node ? files_node->items() : result<std::vector<yaml::node>>(std::vector<yaml::node>());
    const auto interval = document->get<duration_ms>("evaluation_interval", duration_ms{60'000});
    const auto order = document->get<std::vector<std::string>>("group_eval_order", {});
    const auto fuzzy_node = document->find("fuzzy_compare");
    const auto fuzzy = fuzzy_node ? yaml_truth(*fuzzy_node) : result<bool>(false);
    if (!files) return unexpected(files.error());
    if (!interval) return unexpected(interval.error());
    if (!order) return unexpected(order.error());
    if (!fuzzy) return unexpected(fuzzy.error());
    file_outcome out;
    std::map<std::string, int> places;
    for (const std::string& name : *order)
        if (!places.emplace(name, static_cast<int>(places.size())).second)
            return document->refuse(errc::duplicate, concat("group name repeated in evaluation order: ", name));
    const std::size_t slash = path.rfind('/');
    const std::string folder = slash == std::string::npos ? "." : path.substr(0, slash);
    std::vector<group> groups;
    std::vector<std::string> rule_files;  // a file that several patterns fit is there once
    for (const yaml::node& pattern : *files) {
        const auto text = pattern.is_null() ? result<std::string>(std::string()) : pattern.as<std::string>();
        if (!text) return unexpected(text.error());
        const auto found = text->empty() ? result<std::vector<std::string>>(std::vector<std::string>())
                                         : how.paths(folder, *text);
        if (!found) return pattern.refuse(found.error().code, found.error().message);
        if (found->empty()) out.warnings.push_back(concat("no rule file fits '", *text, "'"));
        for (const std::string& file : *found)
            if (std::find(rule_files.begin(), rule_files.end(), file) == rule_files.end()) rule_files.push_back(file);
    }
    const auto list = document->find("tests");
    if (!list) return out;
    const auto tests = list->items();
    if (!tests) return unexpected(tests.error());
    std::set<std::string> asked;
    std::size_t number = 0;
    bool read_rules = false;
    for (const yaml::node& test : *tests) {
        const auto name = test.get<std::string>("name", concat("unnamed#", std::to_string(number++)));
        if (!name) return unexpected(name.error());
        if (how.runs && !how.runs(test.find("name") ? std::string_view(*name) : std::string_view())) continue;
        if (!std::exchange(read_rules, true))  // without a test nobody looks at them
            for (const std::string& file : rule_files) {
                auto read = read_rule_file(file, how.around.parsing, how.ignore_unknown_fields);
                if (!read) return unexpected(std::move(read.error()));
                for (group& g : *read) groups.push_back(std::move(g));
            }
        detail::rule_test one(how, groups, places, interval->count > 0 ? interval->count : 60'000, *fuzzy, out, asked);
        if (auto done = one.run(test, *name); !done) return unexpected(std::move(done.error()));
    }
    out.untested = detail::untested_rules(groups, std::move(asked));
    return out;
}

}  // namespace pitot::rules
