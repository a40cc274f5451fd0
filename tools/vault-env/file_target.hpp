#pragma once
// Secrets in files: nobody else can read them at any moment, and nobody ever sees half of one.

#include <pitot/base/result.hpp>

#include <string>
#include <string_view>
#include <sys/types.h>

namespace pitot::tools::vault_env {

/// Numbers, or -1 for "as it comes".
struct owner {
    uid_t user = static_cast<uid_t>(-1);
    gid_t group = static_cast<gid_t>(-1);
};

/// USER[:GROUP], names or numbers; names are looked up in /etc/passwd and /etc/group themselves.
/// error  invalid_value, saying where the name was looked for
[[nodiscard]] result<owner> parse_owner(std::string_view text);

/// "0600", "640": octal, without bits for running.
/// error  invalid_value
[[nodiscard]] result<mode_t> parse_mode(std::string_view text);

/// Writes beside the target with mode 0600, gives it owner and mode, and puts it in its place by one rename.
/// error  io, permission, not_found: what failed and what to do; the old file stands, nothing else stays behind
[[nodiscard]] result<void> write_file(const std::string& path, std::string_view content, mode_t mode, const owner& who);

}  // namespace pitot::tools::vault_env
