#include <promcheck/commands.hpp>

#include <pitot/base/nearest.hpp>

#include <fmt/format.h>

#include <cstdio>
#include <exception>
#include <string>
#include <string_view>
#include <vector>

namespace pitot::tools::promcheck {
namespace {

const subcommand subcommands[] = {
    {&metrics_command, &run_metrics}, {&query_command, &run_query}, {&fmt_command, &run_fmt},
    {&explain_command, &run_explain}, {&rules_command, &run_rules}, {&test_command, &run_test},
    {&catalog_command, &run_catalog},
};

std::string_view last_word(std::string_view name) { return name.substr(name.rfind(' ') + 1); }

std::string overview()
{
    std::string text = fmt::format("{}\n\nUsage: promcheck COMMAND [FLAG…] [ARGUMENT…]\n\nCommands:\n",
                                   whole_program().summary);
    for (const subcommand& s : subcommands)
        text += fmt::format("  {:<10}{}\n", last_word(s.what->name), s.what->summary);
    text += "\nFlags:\n"
            "  -h, --help                        show this help; promcheck COMMAND --help shows a command's\n"
            "      --version                     show the version\n"
            "      --generate man|bash|zsh|fish  print the man page or a shell's completions\n";
    return text;
}

exit_code run(std::span<char* const> argv)
{
    const std::string_view word = argv.empty() ? std::string_view() : std::string_view(argv[0]);
    for (const subcommand& s : subcommands)
        if (last_word(s.what->name) == word) return s.run(argv.subspan(1));
    if (word == "--help" || word == "-h" || word == "help") {
        fmt::print("{}", overview());
        return exit_code::clean;
    }
    if (const auto code = answer(whole_program(), argv)) return *code;
    if (word.empty()) {
        fmt::print(stderr, "{}", overview());
        return exit_code::usage;
    }
    std::vector<std::string_view> known;
    for (const subcommand& s : subcommands) known.push_back(last_word(s.what->name));
    const std::string_view near = nearest(word, known);
    fmt::print(stderr, "promcheck: unknown command '{}'{}\n", word,
               near.empty() ? "; promcheck --help lists them" : fmt::format("; did you mean '{}'?", near));
    return exit_code::usage;
}

}  // namespace

const program& whole_program()
{
    static const std::vector<const command*> commands = [] {
        std::vector<const command*> all;
        for (const subcommand& s : subcommands) all.push_back(s.what);
        return all;
    }();
    static const program whole{"promcheck", "Checks expositions and what is asked of them.", commands};
    return whole;
}

}  // namespace pitot::tools::promcheck

int main(int argc, char** argv)
{
    using namespace pitot::tools;
    try {
        exit_code code = promcheck::run({argv + 1, static_cast<std::size_t>(argc > 0 ? argc - 1 : 0)});
        if (std::fflush(stdout) != 0 || std::ferror(stdout) != 0) {
            std::fputs("promcheck: cannot write the output\n", stderr);
            code = exit_code::usage;
        }
        return to_int(code);
    } catch (const std::exception& e) {  // out of memory
        std::fprintf(stderr, "promcheck: %s\n", e.what());
        return to_int(exit_code::usage);
    }
}
