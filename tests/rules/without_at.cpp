// Runs a test of rules by an engine that has no @: the library's option, which promcheck does not offer.
//   without-at FILE    0 when all passed, 1 when not, 2 when the file cannot be read

#include <pitot/rules/test.hpp>

#include <cstdio>
#include <string>
#include <string_view>
#include <vector>

int main(int, char** argv)
{
    pitot::rules::test_options how;
    how.around.engine.at_modifier = how.around.engine.negative_offset = false;
    how.paths = [](const std::string& folder, const std::string& pattern) {
        return std::vector<std::string>{folder + "/" + pattern};
    };
    how.runs = [](std::string_view) { return true; };
    const auto got = pitot::rules::run_rule_tests(argv[1], how);
    if (!got) {
        std::fprintf(stderr, "%s\n", got.error().message.c_str());
        return 2;
    }
    bool good = true;
    for (const pitot::rules::expected_outcome& one : got->all) {
        if (one.why.empty()) continue;
        std::printf("%s: %s\n", one.what.c_str(), one.why.c_str());
        good = false;
    }
    return good ? 0 : 1;
}
