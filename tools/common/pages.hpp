#pragma once
// What a tool tells about itself: help, version, man page and shell completions, all from its tables of flags.

#include <common/exit_code.hpp>
#include <common/flags.hpp>

#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace pitot::tools {

/// A whole program: one command of the same name, or several subcommands.
struct program {
    std::string_view name;
    std::string_view summary;
    std::span<const command* const> commands;
};

[[nodiscard]] std::string help(const command& what);
[[nodiscard]] std::string man_page(const program& whole);
/// shell  bash, zsh or fish
[[nodiscard]] std::string completion(const program& whole, std::string_view shell);

/// Prints what --help, --version or --generate ask for; nothing when none of them was given.
[[nodiscard]] std::optional<exit_code> answer(const program& whole, const command& what, const arguments& given);
/// The same for --generate and --version before any subcommand: words are all of the command line.
[[nodiscard]] std::optional<exit_code> answer(const program& whole, std::span<char* const> words);

}  // namespace pitot::tools
