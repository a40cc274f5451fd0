#include <common/flags.hpp>
#include <common/log.hpp>

#include <pitot/base/nearest.hpp>

#include <cxxopts.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <string>
#include <string_view>

namespace pitot::tools {

namespace {

constexpr flag common_flags[] = {
    {"help", 'h', "", "show this help"},
    {"version", 0, "", "show the version"},
    {"log-level", 0, "debug|info|warn|error", "say what is at least as grave", false, "info"},
    {"log-format", 0, "logfmt|json", "how the log is written", false, "logfmt"},
    {"generate", 0, "man|bash|zsh|fish", "print the man page or a shell's completions"},
};

std::string unknown_flag(const std::vector<flag>& known, std::string_view given)
{
    std::string_view name = given.substr(std::min(given.find_first_not_of('-'), given.size()));
    name = name.substr(0, name.find('='));
    std::vector<std::string_view> names;
    for (const flag& f : known) names.push_back(f.name);
    const std::string_view near = nearest(name, names);
    return near.empty() ? fmt::format("unknown flag {}", given)
                        : fmt::format("unknown flag {}; did you mean --{}?", given, near);
}

}  // namespace

std::vector<flag> all_flags(const command& what)
{
    std::vector<flag> all(what.flags.begin(), what.flags.end());
    for (const flag& f : common_flags)
        if (std::none_of(all.begin(), all.end(), [&](const flag& g) { return g.name == f.name; })) all.push_back(f);
    return all;
}

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
    // does not), takes "-x=1" apart itself, and stumbles over a lone "-", also with labels behind it: "-,job=app". That
    // one travels under another name.
    constexpr char dash = '\x01';
    const auto restored = [](std::string word) {
        if (word.starts_with(dash)) word.front() = '-';
        return word;
    };
    std::string program(what.name);
    std::vector<std::string> words{program};
    for (auto at = argv.begin(); at != cut; ++at) {
        words.emplace_back(*at);
        if (words.back() == "-" || words.back().starts_with("-,")) words.back().front() = dash;
    }
    std::vector<const char*> args;
    args.reserve(words.size());
    for (const std::string& word : words) args.push_back(word.c_str());
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
    if (auto understood = log::from_flags(out.get("log-level"), out.get("log-format")); !understood)
        return unexpected(std::move(understood.error()));
    return out;
}

exit_code refuse(const command& what, std::string_view why)
{
    std::string shown;  // a server's words may be in it
    for (const char c : why) {
        const auto byte = static_cast<unsigned char>(c);
        shown += (byte < 0x20 && c != '\n' && c != '\t') || byte == 0x7F ? std::string_view("\xEF\xBF\xBD")
                                                                         : std::string_view(&c, 1);
    }
    fmt::print(stderr, "{}: {}\n", what.name, shown);
    return exit_code::usage;
}

}  // namespace pitot::tools
