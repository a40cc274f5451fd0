#pragma once
// `vault-env healthcheck URL`: what wget is for in images that have a shell.

#include <vault-env/status.hpp>

#include <common/pages.hpp>

#include <span>

namespace pitot::tools::vault_env {

extern const command healthcheck_command;
[[nodiscard]] const program& whole_program();

/// 0 for a status of 2xx or 3xx, else 1: so Docker and others ask.
[[nodiscard]] int run_healthcheck(std::span<char* const> argv);

}  // namespace pitot::tools::vault_env
