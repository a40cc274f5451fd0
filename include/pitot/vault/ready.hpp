#pragma once
// Waiting for Vault: until it answers requests, with a growing pause, saying why whenever the reason changes.

#include <pitot/base/result.hpp>
#include <pitot/base/text.hpp>
#include <pitot/vault/client.hpp>

#include <algorithm>  // std::min
#include <cstdint>
#include <string>
#include <string_view>

namespace pitot::vault {

/// What a status of sys/health means.
/// ready   can secrets be read here
/// source  Vault, API documentation of /sys/health
struct health {
    int status;
    bool ready;
    std::string_view meaning;
};

inline constexpr health healths[] = {
    {200, true, "active"},
    {429, true, "standby"},
    {472, false, "a disaster recovery secondary"},
    {473, true, "performance standby"},
    {474, false, "a standby that cannot reach its active node"},
    {501, false, "not initialised"},
    {503, false, "sealed"},
    {530, false, "an active node that cannot be reached"},
};

/// Waits until Vault can be asked.
/// say    hears a reason once, not at every try
/// error  at the client's deadline: unreachable, with the last reason; at once: tls, invalid_value
template <class Say>
[[nodiscard]] result<void> wait_until_ready(client& vault, Say&& say)
{
    constexpr std::int64_t first_pause = 100;
    constexpr std::int64_t longest_pause = 5000;
    std::string reason;
    for (std::int64_t pause = first_pause;; pause = std::min(pause * 2, longest_pause)) {
        std::string now;
        auto got = vault.ask({.path = "sys/health?standbyok=true&perfstandbyok=true", .bare = true, .retry = false});
        if (got) {
            now = concat(vault.shown_address(), ": status ", std::to_string(got->status()));
            for (const health& h : healths) {
                if (h.status != got->status()) continue;
                if (h.ready) return {};
                now = concat(vault.shown_address(), " is ", h.meaning);
            }
        } else {
            const errc code = got.error().code;
            if (code == errc::tls || code == errc::invalid_value || code == errc::not_found || code == errc::permission)
                return unexpected(std::move(got.error()));
            now = got.error().message;
        }
        if (now != reason) {
            reason = now;
            say(reason);
        }
        if (!vault.rest(vault.jittered(pause)) || vault.expired())
            return unexpected(errc::unreachable, concat(reason, "; Vault was not ready in time"));
    }
}

}  // namespace pitot::vault
