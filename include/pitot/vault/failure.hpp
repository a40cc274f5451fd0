#pragma once
// What went wrong, as a class that an operator acts on. Every error of this layer belongs to one.

#include <pitot/base/error.hpp>

#include <string_view>

namespace pitot::vault {

/// The numbers are those of the BSD sysexits where one fits; they stand in messages, not in exit codes.
enum class failure : unsigned char {
    usage = 2,            ///< the command line, a reference or a configuration
    authentication = 65,  ///< Vault refuses the login or the token
    missing = 66,         ///< no such secret, version or key
    unavailable = 67,     ///< not reachable, not ready, or the deadline passed
    bad_answer = 68,      ///< not what Vault answers
    tls = 69,             ///< no trusted connection
};

[[nodiscard]] constexpr failure failure_of(errc code) noexcept
{
    switch (code) {
    case errc::permission: return failure::authentication;
    case errc::not_found: return failure::missing;
    case errc::unreachable:
    case errc::timeout: return failure::unavailable;
    case errc::tls: return failure::tls;
    case errc::syntax:
    case errc::invalid_utf8:
    case errc::duplicate:
    case errc::too_large:
    case errc::too_deep:
    case errc::too_many:
    case errc::unexpected_end:
    case errc::out_of_range:
    case errc::protocol: return failure::bad_answer;
    case errc::invalid_name:
    case errc::invalid_value:
    case errc::type_conflict:
    case errc::unsupported:
    case errc::io: break;
    }
    return failure::usage;
}

[[nodiscard]] constexpr std::string_view to_string(failure what) noexcept
{
    switch (what) {
    case failure::usage: return "configuration";
    case failure::authentication: return "authentication";
    case failure::missing: return "secret missing";
    case failure::unavailable: return "Vault unavailable";
    case failure::bad_answer: return "bad answer";
    case failure::tls: return "TLS";
    }
    return "unknown";
}

}  // namespace pitot::vault
