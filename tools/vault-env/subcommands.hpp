#pragma once
// The subcommands for images that have no shell: healthcheck in place of wget, install in place of cp.

#include <vault-env/status.hpp>

#include <common/pages.hpp>

#include <span>

namespace pitot::tools::vault_env {

extern const command healthcheck_command;
[[nodiscard]] const program& whole_program();

/// `vault-env healthcheck URL`: 0 for a status of 2xx or 3xx, else 1: so Docker and others ask.
[[nodiscard]] int run_healthcheck(std::span<char* const> argv);

extern const command install_command;

/// `vault-env install PATH`: copies its own file, for init containers whose image has no cp.
[[nodiscard]] int run_install(std::span<char* const> argv);

}  // namespace pitot::tools::vault_env
