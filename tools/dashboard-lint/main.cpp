#include <common/exit_code.hpp>
#include <common/notes.hpp>
#include <common/pages.hpp>
#include <common/rule_pages.hpp>
#include <dashboard-lint/inputs.hpp>
#include <dashboard-lint/live.hpp>
#include <dashboard-lint/options.hpp>
#include <dashboard-lint/output.hpp>
#include <dashboard-lint/sources.hpp>
#include <dashboard-lint/work.hpp>

#include <pitot/lint/dashboard/check.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <cstdio>
#include <exception>
#include <malloc.h>  // mallopt
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace pitot::tools::dashboard_lint {
namespace {

/// What all files together gave, in the order of their places; what could not be read is said.
/// skipped  how many were no dashboard and no rule file
lint::dashboards::verdicts gather(std::vector<outcome> all, const notes& say, exit_code& code, std::size_t& skipped)
{
    lint::dashboards::verdicts found;
    const auto total = [&all](auto part) {
        std::size_t n = 0;
        for (const outcome& one : all) n += (one.found.*part).size();
        return n;
    };
    found.findings.reserve(total(&lint::dashboards::verdicts::findings));
    found.unknown.reserve(total(&lint::dashboards::verdicts::unknown));
    found.judged.reserve(total(&lint::dashboards::verdicts::judged));
    for (outcome& one : all) {
        if (!one.error.empty()) {
            say.error(fmt::format("dashboard-lint: {}", one.error));
            code = exit_code::usage;
        } else if (!one.skipped.empty()) {
            ++skipped;
            say.info(one.skipped);
        }
        found.add(std::move(one.found));
    }
    // Each file's stand in order already; all do unless the files came in another order than by name.
    lint::put_in_order(found.findings);
    return found;
}

/// Asks the queries themselves. False when somebody does not answer.
bool ask(const settings& how, const evidence& held, lint::dashboards::verdicts& found,
         std::vector<lint::answered>& answers, const notes& say, exit_code& code)
{
    live_options with;
    with.prometheus = how.prometheus;
    with.data = &held.data;
    with.now = held.now;
    with.values = how.values.empty() ? nullptr : &how.values;
    with.http = how.http;
    const auto done = ask_all(with, found, answers);
    if (done) return true;
    say.error(fmt::format("dashboard-lint: --live: {}", done.error().message));
    if (code == exit_code::clean) code = exit_code::unreachable;
    return false;
}

exit_code run(std::span<char* const> argv)
{
    if (argv.size() == 1 && std::string_view(argv[0]) == "rules") return list_rules(lint::dashboards::rules);
    if (!argv.empty() && std::string_view(argv[0]) == "explain")
        return explain_rule(lint::dashboards::rules, dashboard_lint_command, argv.subspan(1));
    const auto given = parse(dashboard_lint_command, argv);
    if (!given) return refuse(dashboard_lint_command, given.error().message);
    if (const auto code = answer(dashboard_lint, dashboard_lint_command, *given)) return *code;
    const auto say = notes::from_flags(*given);
    if (!say) return refuse(dashboard_lint_command, say.error().message);
    const auto how = understand(*given);
    if (!how) return refuse(dashboard_lint_command, how.error().message);
    std::vector<std::string> paths = given->positional;
    paths.insert(paths.end(), given->rest.begin(), given->rest.end());
    if (paths.empty()) paths.emplace_back(".");
    const auto inputs = find_inputs(paths);
    if (!inputs) return refuse(dashboard_lint_command, inputs.error().message);
    if (how->live && how->prometheus.empty() && how->sources.empty())
        return refuse(dashboard_lint_command, "--live asks --metrics or --prometheus: give one of them");

    evidence held;
    if (const exit_code code = load(*how, *inputs, *say, held); code != exit_code::clean) return code;
    exit_code code = held.failed;
    std::size_t skipped = 0;
    auto found = gather(check_all(*inputs, world_of(*how, held), how->limits), *say, code, skipped);
    if (found.dashboards == 0 && found.findings.empty() && code == exit_code::clean)
        return refuse(dashboard_lint_command, skipped == 0
                                                  ? fmt::format("no *.json and no rule file in '{}'", paths.front())
                                                  : "none of the files is a dashboard or a rule file");
    apply(how->file, found);
    std::optional<std::vector<lint::answered>> answers;
    if (how->live) answers.emplace();
    const bool all_asked = how->live && held.failed == exit_code::clean && ask(*how, held, found, *answers, *say, code);
    const auto worst = lint::worst(found.findings);
    const bool fails = (worst && *worst >= how->fail_on) || (how->strict && !found.unknown.empty());
    write_report(*how, found, std::move(answers), all_asked);
    return code == exit_code::clean && fails ? exit_code::findings : code;
}

}  // namespace
}  // namespace pitot::tools::dashboard_lint

int main(int argc, char** argv)
{
    using namespace pitot::tools;
#if defined(__GLIBC__)
    // What one file leaves is kept for the next instead of given back and asked for anew: pages cost more than copies.
    ::mallopt(M_MMAP_THRESHOLD, 32 << 20);  // more is refused
    ::mallopt(M_TRIM_THRESHOLD, 64 << 20);
    ::mallopt(M_TOP_PAD, 1 << 20);
#endif
    try {
        exit_code code = dashboard_lint::run({argv + 1, static_cast<std::size_t>(argc > 0 ? argc - 1 : 0)});
        if (std::fflush(stdout) != 0 || std::ferror(stdout) != 0) {
            std::fputs("dashboard-lint: cannot write the output\n", stderr);
            code = exit_code::usage;
        }
        return to_int(code);
    } catch (const std::exception& e) {  // out of memory
        std::fprintf(stderr, "dashboard-lint: %s\n", e.what());
        return to_int(exit_code::usage);
    }
}
