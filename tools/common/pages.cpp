#include <common/pages.hpp>

#include <pitot/base/version.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <cstdio>
#include <vector>

namespace pitot::tools {

namespace {

std::string left_column(const flag& f)
{
    std::string text = f.letter != 0 ? fmt::format("-{}, --{}", f.letter, f.name) : fmt::format("    --{}", f.name);
    if (!f.value.empty()) text += fmt::format(" {}", f.value);
    return text;
}

/// "" for a program of one command, else the subcommand's word.
std::string_view subcommand(const program& whole, const command& what)
{
    return what.name == whole.name ? std::string_view() : what.name.substr(whole.name.size() + 1);
}

bool is_choice(const flag& f) { return f.value.find('|') != std::string_view::npos; }

std::string replaced(std::string_view text, char from, std::string_view to)
{
    std::string out;
    for (const char c : text) {
        if (c == from)
            out += to;
        else
            out += c;
    }
    return out;
}

std::string roff(std::string_view text)
{
    std::string out;
    bool line_start = true;
    for (const char c : text) {
        if (line_start && (c == '.' || c == '\'')) out += "\\&";
        if (c == '-' || c == '\\') out += '\\';
        out += c;
        line_start = c == '\n';
    }
    return out;
}

std::string flag_words(const command& what)
{
    std::string words;
    for (const flag& f : all_flags(what)) words += fmt::format("{}--{}", words.empty() ? "" : " ", f.name);
    return words;
}

/// A case of the bash function: the values of a flag that has a fixed set of them.
std::string bash_choices(const command& what)
{
    std::string text;
    for (const flag& f : all_flags(what))
        if (is_choice(f))
            text += fmt::format("        --{}) COMPREPLY=($(compgen -W '{}' -- \"$word\")); return ;;\n", f.name,
                                replaced(f.value, '|', " "));
    return text;
}

std::string bash(const program& whole)
{
    const std::string function = fmt::format("_{}", replaced(whole.name, '-', "_"));
    std::string text = fmt::format(
        "{}()\n{{\n    local word=${{COMP_WORDS[COMP_CWORD]}} before=${{COMP_WORDS[COMP_CWORD-1]}}\n"
        "    COMPREPLY=()\n    case ${{COMP_WORDS[1]}} in\n",
        function);
    std::string first;
    for (const command* c : whole.commands) {
        const std::string_view word = subcommand(whole, *c);
        if (!word.empty()) first += fmt::format("{}{}", first.empty() ? "" : " ", word);
        text += fmt::format("    {})\n        case $before in\n{}        esac\n"
                            "        [[ $word == -* ]] && COMPREPLY=($(compgen -W '{}' -- \"$word\")) ;;\n",
                            word.empty() ? "*" : word, bash_choices(*c), flag_words(*c));
    }
    text += "    esac\n";
    if (!first.empty())
        text += fmt::format(
            "    [[ $COMP_CWORD == 1 ]] && COMPREPLY=($(compgen -W '{} --help --version' -- \"$word\"))\n", first);
    return text + fmt::format("}}\ncomplete -o default -F {} {}\n", function, whole.name);
}

std::string zsh_arguments(const command& what)
{
    std::string text;
    for (const flag& f : all_flags(what)) {
        const std::string help = replaced(replaced(replaced(f.help, '\'', "'\\''"), '[', "\\["), ']', "\\]");
        const std::string value = f.value.empty() ? ""
                                  : is_choice(f)  ? fmt::format(":value:({})", replaced(f.value, '|', " "))
                                                  : fmt::format(":{}:_files", f.value);
        text += fmt::format(" \\\n        '{}--{}[{}]{}'", f.repeat ? "*" : "", f.name, help, value);
    }
    return text + " \\\n        '*:file:_files'\n";
}

std::string zsh(const program& whole)
{
    std::string text = fmt::format("#compdef {}\n", whole.name);
    const command* main = nullptr;  // what runs without a subcommand's word
    std::string words;
    for (const command* c : whole.commands) {
        if (subcommand(whole, *c).empty())
            main = c;
        else
            words += fmt::format(" '{}:{}'", subcommand(whole, *c), replaced(c->summary, '\'', "'\\''"));
    }
    if (words.empty() && main != nullptr) return text + "_arguments" + zsh_arguments(*main);
    text += fmt::format("if (( CURRENT == 2 )) && [[ $words[2] != -* ]]; then\n    local -a commands=({} )\n"
                        "    _describe command commands\n    return\nfi\ncase $words[2] in\n",
                        words);
    for (const command* c : whole.commands)
        if (c != main)
            text += fmt::format("{})\n    shift words\n    (( CURRENT-- ))\n    _arguments{}    ;;\n",
                                subcommand(whole, *c), zsh_arguments(*c));
    if (main != nullptr) text += fmt::format("*)\n    _arguments{}    ;;\n", zsh_arguments(*main));
    return text + "esac\n";
}

std::string fish(const program& whole)
{
    std::string text;
    for (const command* c : whole.commands) {
        const std::string_view word = subcommand(whole, *c);
        if (!word.empty())
            text += fmt::format("complete -c {} -n __fish_use_subcommand -a {} -d '{}'\n", whole.name, word,
                                replaced(c->summary, '\'', "\\'"));
        const std::string when = word.empty() ? "" : fmt::format(" -n '__fish_seen_subcommand_from {}'", word);
        for (const flag& f : all_flags(*c)) {
            const std::string value = f.value.empty() ? ""
                                      : is_choice(f)  ? fmt::format(" -x -a '{}'", replaced(f.value, '|', " "))
                                                      : " -r";
            text += fmt::format("complete -c {}{} -l {}{} -d '{}'\n", whole.name, when, f.name, value,
                                replaced(f.help, '\'', "\\'"));
        }
    }
    return text;
}

exit_code print(std::string_view text)
{
    std::fwrite(text.data(), 1, text.size(), stdout);
    return exit_code::clean;
}

exit_code generate(const program& whole, std::string_view what)
{
    if (what == "man") return print(man_page(whole));
    if (what == "bash" || what == "zsh" || what == "fish") return print(completion(whole, what));
    fmt::print(stderr, "{}: --generate {}: man, bash, zsh and fish are known\n", whole.name, what);
    return exit_code::usage;
}

}  // namespace

std::string help(const command& what)
{
    const std::vector<flag> known = all_flags(what);
    std::string text = fmt::format("{}\n\nUsage: {} [FLAG…] {}\n\nFlags:\n", what.summary, what.name, what.arguments);
    std::size_t width = 0;
    for (const flag& f : known) width = std::max(width, left_column(f).size());
    for (const flag& f : known) {
        text += fmt::format("  {:<{}}  {}", left_column(f), width, f.help);
        if (!f.initial.empty()) text += fmt::format(" (default {})", f.initial);
        if (f.repeat) text += " (repeatable)";
        text += '\n';
    }
    if (!what.details.empty()) text += fmt::format("\n{}\n", what.details);
    return text;
}

std::string man_page(const program& whole)
{
    std::string text = fmt::format(".TH \"{0}\" 1 \"\" \"Pitot {1}\"\n.SH NAME\n{2} \\- {3}\n.SH SYNOPSIS\n",
                                   whole.name, version, roff(whole.name), roff(whole.summary));
    for (const command* c : whole.commands)
        text += fmt::format(".B {}\n[FLAG…] {}\n{}", roff(c->name), roff(c->arguments),
                            c == whole.commands.back() ? "" : ".br\n");
    for (const command* c : whole.commands) {
        const std::string_view word = subcommand(whole, *c);
        text += word.empty() ? std::string(".SH OPTIONS\n")
                             : fmt::format(".SH \"{}\"\n{}\n", roff(c->name), roff(c->summary));
        for (const flag& f : all_flags(*c)) {
            text += fmt::format(".TP\n.B {}\n{}", roff(std::string_view(left_column(f)).substr(f.letter ? 0 : 4)),
                                roff(f.help));
            if (!f.initial.empty()) text += fmt::format(" (default {})", roff(f.initial));
            if (f.repeat) text += " (repeatable)";
            text += '\n';
        }
        if (!c->details.empty()) text += fmt::format(".PP\n.nf\n{}\n.fi\n", roff(c->details));
    }
    return text;
}

std::string completion(const program& whole, std::string_view shell)
{
    return shell == "fish" ? fish(whole) : shell == "zsh" ? zsh(whole) : bash(whole);
}

std::optional<exit_code> answer(const program& whole, const command& what, const arguments& given)
{
    if (given.has("help")) return print(help(what));
    if (given.has("version")) return print(fmt::format("{} {}\n", whole.name, version));
    if (given.has("generate")) return generate(whole, given.get("generate"));
    return std::nullopt;
}

std::optional<exit_code> answer(const program& whole, std::span<char* const> words)
{
    const std::string_view first = words.empty() ? std::string_view() : std::string_view(words[0]);
    if (first == "--version") return print(fmt::format("{} {}\n", whole.name, version));
    if (first == "--generate" && words.size() == 2) return generate(whole, words[1]);
    return std::nullopt;
}

}  // namespace pitot::tools
