#pragma once
// What vault-env's exit status says: its child's own, or why there is no child. As env, timeout and docker do.

namespace pitot::tools::vault_env {

enum class status : int {
    clean = 0,
    unhealthy = 1,         ///< of healthcheck alone
    failed = 125,          ///< vault-env itself: arguments, Vault, a secret; the message names the class
    not_executable = 126,  ///< the command is there and cannot be run
    not_found = 127,       ///< there is no such command
    signalled = 128,       ///< plus the signal's number: it ended the child, or vault-env while it waited
};

[[nodiscard]] constexpr int to_int(status code) noexcept { return static_cast<int>(code); }

}  // namespace pitot::tools::vault_env
