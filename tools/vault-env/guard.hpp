#pragma once
// Keeps what vault-env knows inside vault-env: no core files, no debugger, nothing left in freed memory, no stray
// descriptors.

#include <csignal>
#include <sys/resource.h>

#include <string>
#include <vector>

namespace pitot::tools::vault_env {

/// What the child gets back as it was.
struct before {
    rlimit core{};
    bool hangup_ignored = false;
};

/// Opens /dev/null in place of closed standard streams, forbids core files and attaching, ignores SIGPIPE.
/// warnings  what the system did not allow; secrets are less well kept then
[[nodiscard]] before guard_process(std::vector<std::string>& warnings);

/// Signals that end vault-env while it has no child: as PID 1 their default would be to do nothing.
void end_on_signals();

/// What a child inherits is as vault-env found it: limits, mask, handlers. Safe after fork.
void restore(const before& was) noexcept;

/// Overwrites what functions that have returned left below the caller's frame (256 KiB of it).
[[gnu::noinline]] void scrub_stack() noexcept;

/// While it lives, no signal is taken: what has begun is finished.
class signals_blocked {
public:
    signals_blocked() noexcept;
    signals_blocked(const signals_blocked&) = delete;
    signals_blocked& operator=(const signals_blocked&) = delete;
    ~signals_blocked();

private:
    sigset_t before_;
};

}  // namespace pitot::tools::vault_env
