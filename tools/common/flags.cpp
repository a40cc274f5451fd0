#include <common/flags.hpp>

#include <cxxopts.hpp>
#include <fmt/format.h>

#include <algorithm>

namespace pitot::tools {

namespace {

constexpr flag common_flags[] = {
    {"help", 'h', "", "show this help"},
    {"version", 0, "", "show the version"},
    {"log-level", 0, "LEVEL", "debug, info, warn or error", false, "info"},
    {"log-format", 0, "FORMAT", "logfmt or json", false, "logfmt"},
};

std::vector<flag> all_flags(const command& what)
{
    std::vector<flag> all(what.flags.begin(), what.flags.end());
    for (const flag& f : common_flags)
        if (std::none_of(all.begin(), all.end(), [&](const flag& g) { return g.name == f.name; })) all.push_back(f);
    return all;
}

std::size_t edit_distance(std::string_view a, std::string_view b)
{
    std::vector<std::size_t> row(b.size() + 1);
    for (std::size_t j = 0; j <= b.size(); ++j) row[j] = j;
    for (std::size_t i = 1; i <= a.size(); ++i) {
        std::size_t corner = row[0];
        row[0] = i;
        for (std::size_t j = 1; j <= b.size(); ++j) {
            const std::size_t above = row[j];
            row[j] = std::min({row[j] + 1, row[j - 1] + 1, corner + (a[i - 1] == b[j - 1] ? 0U : 1U)});
            corner = above;
        }
    }
    return row[b.size()];
}

std::string unknown_flag(const std::vector<flag>& known, std::string_view given)
{
    std::string_view name = given.substr(std::min(given.find_first_not_of('-'), given.size()));
    name = name.substr(0, name.find('='));
    std::string_view best;
    std::size_t distance = 4;
    for (const flag& f : known) {
        const std::size_t d = edit_distance(name, f.name);
        if (d < distance) {
            distance = d;
            best = f.name;
        }
    }
    std::string text = fmt::format("unknown flag {}", given);
    if (!best.empty()) text += fmt::format("; did you mean --{}?", best);
    return text;
}

std::string left_column(const flag& f)
{
    std::string text = f.letter != 0 ? fmt::format("-{}, --{}", f.letter, f.name) : fmt::format("    --{}", f.name);
    if (!f.value.empty()) text += fmt::format(" {}", f.value);
    return text;
}

}  // namespace

std::string arguments::get(std::string_view flag) const
{
    if (const auto at = values_.find(flag); at != values_.end()) return at->second.back();
    if (const auto at = initial_.find(flag); at != initial_.end()) return at->second;
    return {};
}

std::vector<std::string> arguments::all(std::string_view flag) const
{
    const auto at = values_.find(flag);
    return at == values_.end() ? std::vector<std::string>{} : at->second;
}

result<arguments> parse(const command& what, std::span<char* const> argv)
{
    const std::vector<flag> known = all_flags(what);
    arguments out;
    const auto cut = std::find_if(argv.begin(), argv.end(), [](const char* a) { return std::string_view(a) == "--"; });
    if (cut != argv.end()) out.rest.assign(cut + 1, argv.end());

    // cxxopts wants a program name first, splits lists at commas (values are read as plain strings here, so that it
    // does not), takes "-x=1" apart itself, and stumbles over a lone "-": that one travels under another name.
    const std::string dash = "\x01";
    const auto restored = [&dash](std::string word) { return word == dash ? std::string("-") : word; };
    std::string program(what.name);
    std::vector<const char*> args{program.c_str()};
    for (auto at = argv.begin(); at != cut; ++at) args.push_back(std::string_view(*at) == "-" ? dash.c_str() : *at);
    cxxopts::Options options(program);
    options.allow_unrecognised_options();
    for (const flag& f : known) {
        const std::string name = f.letter != 0 ? fmt::format("{},{}", f.letter, f.name) : std::string(f.name);
        if (f.value.empty())
            options.add_options()(name, std::string(f.help));
        else
            options.add_options()(name, std::string(f.help), cxxopts::value<std::string>());
    }
    try {
        const auto parsed = options.parse(static_cast<int>(args.size()), args.data());
        for (const std::string& word : parsed.unmatched()) {
            if (word.size() > 1 && word.front() == '-')
                return unexpected(errc::invalid_value, unknown_flag(known, word));
            out.positional.push_back(restored(word));
        }
        for (const auto& given : parsed.arguments()) {
            const auto f = std::find_if(known.begin(), known.end(),
                                        [&](const flag& k) { return k.name == given.key(); });
            auto& values = out.values_[given.key()];
            if (!values.empty() && f != known.end() && !f->repeat && !f->value.empty())
                return unexpected(errc::duplicate, fmt::format("--{} is given twice", given.key()));
            values.push_back(restored(given.value()));
        }
    } catch (const std::exception& e) {
        std::string text = e.what();
        for (const std::string_view quote : {"‘", "’"})
            for (std::size_t at = text.find(quote); at != std::string::npos; at = text.find(quote))
                text.replace(at, quote.size(), "'");
        return unexpected(errc::invalid_value, std::move(text));
    }
    for (const flag& f : known)
        if (!f.initial.empty()) out.initial_.emplace(f.name, f.initial);
    return out;
}

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

std::string man_page(const command& what)
{
    const auto roff = [](std::string_view text) {
        std::string out;
        for (const char c : text) {
            if (c == '-' || c == '\\') out += '\\';
            out += c;
        }
        if (!out.empty() && (out.front() == '.' || out.front() == '\'')) out.insert(0, "\\&");
        return out;
    };
    std::string text = fmt::format(
        ".TH \"{0}\" 1\n.SH NAME\n{0} \\- {1}\n.SH SYNOPSIS\n.B {0}\n[FLAG…] {2}\n.SH OPTIONS\n", roff(what.name),
        roff(what.summary), roff(what.arguments));
    for (const flag& f : all_flags(what)) {
        text += fmt::format(".TP\n.B {}\n{}", roff(left_column(f)), roff(f.help));
        if (!f.initial.empty()) text += fmt::format(" (default {})", roff(f.initial));
        text += '\n';
    }
    if (!what.details.empty()) text += fmt::format(".SH DETAILS\n.nf\n{}\n.fi\n", roff(what.details));
    return text;
}

std::string completion(const command& what, std::string_view shell)
{
    std::string words;
    std::string text;
    for (const flag& f : all_flags(what)) {
        words += fmt::format("{}--{}", words.empty() ? "" : " ", f.name);
        if (shell == "fish")
            text += fmt::format("complete -c {} -l {}{} -d '{}'\n", what.name, f.name, f.value.empty() ? "" : " -r",
                                f.help);
    }
    if (shell == "fish") return text;
    if (shell == "zsh") return fmt::format("#compdef {0}\n_arguments {1}\n", what.name, words);
    return fmt::format("complete -o default -W '{1}' {0}\n", what.name, words);
}

}  // namespace pitot::tools
