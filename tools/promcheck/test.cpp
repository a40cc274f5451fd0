#include <common/count_flag.hpp>
#include <common/notes.hpp>
#include <promcheck/commands.hpp>
#include <promcheck/features.hpp>
#include <promcheck/test_report.hpp>

#include <pitot/catalog/source.hpp>
#include <pitot/connect/regex.hpp>
#include <pitot/promql/testing/script.hpp>
#include <pitot/rules/test.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <glob.h>
#include <string>
#include <string_view>
#include <unistd.h>  // isatty
#include <vector>

namespace pitot::tools::promcheck {
namespace {

constexpr flag test_flags[] = {
    {"run", 'r', "REGEX", "only tests whose group, file or line fits", true},
    {"junit", 0, "FILE", "write a report for CI in JUnit's form"},
    {"verbose", 'v', "", "list what passed too"},
    {"enable-feature", 0, "NAME[,NAME]…", feature_names, true},
    {"ignore-unknown-fields", 0, "", "in rule files: keys of Thanos, Mimir and others"},
    {"max-stored-samples", 0, "N", "that the series of a test and what its rules record may have", false, "50000000"},
};

}  // namespace

const command test_command{
    "promcheck test", "FILE…",
    "Runs tests of rules (promtool's YAML) and of PromQL itself (*.test): offline, with Pitot's own engine.",
    test_flags,
    "A rule test names rule files relative to itself. In a script every eval is run as it stands, with @, and as a "
    "range.\n\n"
    "Exit codes: 0 all passed; 1 some failed, or a test cannot be read; 2 wrong arguments or an unreadable file.\n\n"
    "Examples:\n"
    "  promcheck test tests/*.yml --junit report.xml\n"
    "  promcheck test engine.test"};

namespace {

/// A script's evals. A script that cannot be read is one failure.
void run_script(const std::string& path, std::string_view text, const promql::regex_source& regexes,
                std::size_t max_stored, test_report& report)
{
    auto how = promql::script_options::usual();
    how.max_stored_samples = max_stored;
    how.engine.regex = regexes;
    how.finds = [](std::string_view in, std::string_view pattern) {
        const auto compiled = regex::compile(pattern, false);
        return compiled && compiled->matches(in);
    };
    const auto evals = promql::script(text, how).run();
    if (!evals) {
        report.add({path, "script", evals.error().message, {}});
        return;
    }
    for (const promql::eval_outcome& e : *evals) report.add({fmt::format("{}:{}", path, e.line), e.text, e.why, {}});
}

/// As Go's filepath.Glob: * fits names that begin with a point too, [!a] is no negation, and a bracket must be closed.
result<std::vector<std::string>> paths_of(const std::string& folder, const std::string& pattern)
{
    namespace fs = std::filesystem;
    std::string go;
    for (std::size_t i = 0; i < pattern.size(); ++i) {
        go += pattern[i];
        if (pattern[i] == '\\' && i + 1 < pattern.size()) go += pattern[++i];
        if (pattern[i] != '[') continue;
        const std::size_t close = pattern.find(']', pattern[i + 1 < pattern.size() ? i + 1 : i] == '^' ? i + 3 : i + 2);
        if (close == std::string::npos) return unexpected(errc::syntax, "syntax error in pattern");
        if (pattern[i + 1] == '!') go += '\\';
        go += pattern.substr(i + 1, close - i);
        i = close;
    }
    const std::string whole = (pattern.starts_with('/') ? fs::path(go) : fs::path(folder) / go).lexically_normal();
    std::vector<std::string> out;
    ::glob_t found{};
    if (::glob(whole.c_str(), GLOB_PERIOD, nullptr, &found) == 0)
        for (std::size_t i = 0; i < found.gl_pathc; ++i) {
            const std::string_view name = std::string_view(found.gl_pathv[i]);
            const bool is_step = name.ends_with("/.") || name.ends_with("/..") || name == "." || name == "..";
            if (!is_step || whole == name) out.emplace_back(name);
        }
    ::globfree(&found);
    return out;
}

/// promtool's tests. A file that cannot be read is one failure.
void run_rules_test(const std::string& path, const rules::test_options& how, test_report& report)
{
    auto done = rules::run_rule_tests(path, how);
    if (!done) {
        report.add({path, "test file", done.error().message, {}});
        return;
    }
    for (const std::string& w : done->warnings) fmt::print(stderr, "{}: warning: {}\n", path, w);
    for (rules::expected_outcome& e : done->all)
        report.add({fmt::format("{}: {}", path, e.group), std::move(e.what), std::move(e.why), std::move(e.notes)});
    for (std::string& rule : done->untested) report.untested.push_back(std::move(rule));
}

bool is_rule_test(const std::string& path) { return path.ends_with(".yml") || path.ends_with(".yaml"); }

}  // namespace

exit_code run_test(std::span<char* const> argv)
{
    const auto given = parse(test_command, argv);
    if (!given) return refuse(test_command, given.error().message);
    if (const auto code = answer(whole_program(), test_command, *given)) return *code;
    std::vector<std::string> files = given->positional;
    files.insert(files.end(), given->rest.begin(), given->rest.end());
    if (files.empty()) return refuse(test_command, "a test is missing");
    std::vector<regex> wanted;
    for (const std::string& pattern : given->all("run")) {
        auto compiled = regex::compile(pattern, false);
        if (!compiled) return refuse(test_command, fmt::format("--run {}: {}", pattern, compiled.error().message));
        wanted.push_back(std::move(*compiled));
    }
    const auto max_stored = count_flag(*given, "max-stored-samples");
    if (!max_stored) return refuse(test_command, max_stored.error().message);
    test_report report;
    const auto regexes = promql::regexes_of<regex>();
    rules::test_options rule_tests;
    rule_tests.max_stored_samples = *max_stored;
    rule_tests.paths = paths_of;
    rule_tests.ignore_unknown_fields = given->has("ignore-unknown-fields");
    rule_tests.runs = [&wanted](std::string_view name) {
        return wanted.empty() ||
               std::any_of(wanted.begin(), wanted.end(), [name](const regex& r) { return r.matches(name); });
    };
    rule_tests.around.engine.regex = regexes;
    rule_tests.around.parsing.regex_error = regex_error;
    rule_tests.around.match = [](std::string_view pattern, std::string_view text) -> result<bool> {
        const auto compiled = regex::compile(pattern, false);
        if (!compiled) return unexpected(compiled.error());
        return compiled->matches(text);
    };
    rule_tests.around.replace = [](std::string_view pattern, std::string_view with,
                                   std::string_view text) -> result<std::string> {
        const auto compiled = regex::compile(pattern, false);
        if (!compiled) return unexpected(compiled.error());
        return compiled->replace_all(text, with);
    };
    bool types = false;
    if (auto on = switch_on(given->all("enable-feature"), rule_tests.around.parsing, rule_tests.around.engine, types);
        !on)
        return refuse(test_command, on.error().message);
    if (types)
        fmt::print(stderr, "promcheck test: warning: type-and-unit-labels changes nothing here: a test writes all "
                           "labels of its series itself\n");
    for (const std::string& path : files) {
        const auto text = catalog::read_file(path, std::size_t{64} << 20U);
        if (!text) return refuse(test_command, text.error().message);
        if (path == "-" &&
            (text->starts_with("rule_files:") || text->starts_with("tests:") ||
             text->find("\nrule_files:") != std::string::npos || text->find("\ntests:") != std::string::npos))
            return refuse(test_command, "a rule test names files beside it: give its path");
        if (is_rule_test(path)) {
            run_rules_test(path, rule_tests, report);
            continue;
        }
        test_report part;
        run_script(path, *text, regexes, rule_tests.max_stored_samples, part);
        for (test_outcome& one : part.all) {
            bool fits = wanted.empty();
            for (const regex& r : wanted) fits = fits || r.matches(one.where) || r.matches(one.what);
            if (fits) report.add(std::move(one));
        }
    }
    const bool colour = isatty(STDOUT_FILENO) == 1 && std::getenv("NO_COLOR") == nullptr;
    const bool xml_is_output = given->get("junit") == "-";
    fmt::print(xml_is_output ? stderr : stdout, "{}", to_text(report, given->has("verbose"), colour && !xml_is_output));
    if (xml_is_output) {
        fmt::print("{}", to_junit("promcheck", report.all));
    } else if (given->has("junit")) {
        std::FILE* const file = std::fopen(given->get("junit").c_str(), "wb");
        const std::string xml = to_junit("promcheck", report.all);
        const bool written = file != nullptr && std::fwrite(xml.data(), 1, xml.size(), file) == xml.size();
        if ((file != nullptr && std::fclose(file) != 0) || !written)
            return refuse(test_command, fmt::format("cannot write '{}'", given->get("junit")));
    }
    return report.failed() > 0 ? exit_code::findings : exit_code::clean;
}

}  // namespace pitot::tools::promcheck
