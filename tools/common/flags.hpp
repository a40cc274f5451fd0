#pragma once
// A tool's flags are one table: parsing is here, --help, the man page and shell completions are made from it in
// pages.hpp.

#include <common/exit_code.hpp>

#include <pitot/base/result.hpp>

#include <map>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace pitot::tools {

/// One flag.
/// name    long name without dashes
/// letter  short form, 0 for none
/// value   the placeholder of its value ("FILE"), or all that it can be ("text|json"); empty for a switch
/// help    one sentence, without a full stop
/// repeat  may be given several times
/// initial what stands when it is not given (shown in --help)
struct flag {
    std::string_view name;
    char letter = 0;
    std::string_view value;
    std::string_view help;
    bool repeat = false;
    std::string_view initial = {};
};

/// One command: a tool, or a tool's subcommand.
/// name      as typed: "promcheck metrics"
/// arguments the synopsis of what is no flag: "[PATH…]"
/// summary   one sentence for the help's first line
/// details   paragraphs for the help's end: exit codes, examples; may be empty
struct command {
    std::string_view name;
    std::string_view arguments;
    std::string_view summary;
    std::span<const flag> flags;
    std::string_view details = {};
};

/// What the user gave.
class arguments {
public:
    [[nodiscard]] bool has(std::string_view flag) const { return values_.find(flag) != values_.end(); }
    /// The last value given, or the flag's initial value, or "".
    [[nodiscard]] std::string get(std::string_view flag) const;
    /// Every value given, in order.
    [[nodiscard]] std::vector<std::string> all(std::string_view flag) const;

    std::vector<std::string> positional;  ///< before "--", flags taken out
    std::vector<std::string> rest;        ///< after the first "--", untouched

    std::map<std::string, std::vector<std::string>, std::less<>> values_;
    std::map<std::string, std::string, std::less<>> initial_;
};

/// Parses what follows the command's name. Every command also understands --help, --version, --log-level,
/// --log-format and --generate.
/// error  invalid_value naming the flag and, for an unknown one, the nearest known
[[nodiscard]] result<arguments> parse(const command& what, std::span<char* const> argv);

/// The command's own flags, then the common ones that it does not define itself.
[[nodiscard]] std::vector<flag> all_flags(const command& what);

/// Says on standard error why the command does not do what it was asked for; the exit code for that.
exit_code refuse(const command& what, std::string_view why);

}  // namespace pitot::tools
