#pragma once
// --supervise: stays with the program, keeps its secrets fresh, and behaves as the first process of a container must.

#include <common/log.hpp>
#include <vault-env/child.hpp>
#include <vault-env/guard.hpp>
#include <vault-env/plan.hpp>

#include <pitot/vault/client.hpp>
#include <pitot/vault/login.hpp>
#include <pitot/vault/secrets.hpp>

namespace pitot::tools::vault_env {

/// Runs the child and looks after it until it ends; then gives leases back.
/// One thread asks Vault: it prolongs token and leases in good time, reads static secrets every `interval`, and reports
/// what has changed. The other one starts and stops the child, passes signals on and collects the dead.
/// first    what make_child gave; its files are written
/// session  what the login gave
/// returns  the exit status: the child's own, 128 + the signal that ended it, 125 to 127
[[nodiscard]] int supervise(const plan& what, child first, vault::client& server, vault::secrets& from,
                            const vault::session& session, const log& out, const before& was);

}  // namespace pitot::tools::vault_env
