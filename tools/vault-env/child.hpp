#pragma once
// The program that is started: its variables, its arguments, and execve.

#include <vault-env/guard.hpp>
#include <vault-env/plan.hpp>
#include <vault-env/status.hpp>

#include <pitot/base/result.hpp>
#include <pitot/vault/secrets.hpp>

#include <string>
#include <string_view>
#include <vector>

namespace pitot::tools::vault_env {

/// Everything as the kernel takes it.
/// set          names that were set, with where each came from: for the log, values never
/// overwritten  those among them that the child would have inherited otherwise
struct child {
    std::vector<std::string> arguments;
    std::vector<std::string> environment;
    std::vector<std::string> set;
    std::vector<std::string> overwritten;
    std::vector<std::string> missing;  ///< optional ones that are not there
};

/// Where the command is, by the child's PATH (the usual one when that is empty); the command itself when it has a
/// slash. error  not_found, permission: exit codes 127 and 126
[[nodiscard]] result<std::string> find_program(std::string_view command, std::string_view path);

/// Puts the secrets in their places.
/// error  those of vault::expand; invalid_value for a NUL in a value, too_large for what the kernel would not take
[[nodiscard]] result<child> make_child(const plan& what, vault::secrets& from);

/// The contents of every file, then the files. Nothing is written when one of the contents cannot be had.
[[nodiscard]] result<void> write_files(const plan& what, vault::secrets& from);

/// Becomes the child. Returns only when that is not possible.
/// text  why
[[nodiscard]] status become(const child& what, const before& was, std::string& text);

}  // namespace pitot::tools::vault_env
