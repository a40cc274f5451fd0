#pragma once
// What can go wrong with text, files and the network: one code, one place, one sentence.

#include <pitot/base/span.hpp>

#include <string>
#include <string_view>
#include <utility>

namespace pitot {

enum class errc : unsigned char {
    syntax,          ///< the text does not follow its grammar
    invalid_utf8,    ///< bytes that are no UTF-8
    invalid_name,    ///< a metric or label name that its naming scheme does not allow
    invalid_value,   ///< a well-formed value that is not allowed at this place
    duplicate,       ///< a key, series or metadata line given twice
    type_conflict,   ///< the same name with another type
    out_of_range,    ///< a number beyond what its type or limit holds
    too_large,       ///< more bytes than the limit
    too_deep,        ///< nested deeper than the limit
    too_many,        ///< more items than the limit
    unexpected_end,  ///< the text ends in the middle of something
    unsupported,     ///< understood, but not available here
    not_found,       ///< a file, host or name that does not exist
    permission,      ///< the system refuses access
    io,              ///< reading or writing failed
    timeout,         ///< the deadline passed
    unreachable,     ///< no connection: refused, no route, no such host
    protocol,        ///< the peer answered something else than expected
    tls,             ///< no trusted encrypted connection: certificate, name, version
};

/// The code's name as programs see it ("syntax", "invalid_utf8", …).
[[nodiscard]] constexpr std::string_view to_string(errc code) noexcept
{
    switch (code) {
    case errc::syntax: return "syntax";
    case errc::invalid_utf8: return "invalid_utf8";
    case errc::invalid_name: return "invalid_name";
    case errc::invalid_value: return "invalid_value";
    case errc::duplicate: return "duplicate";
    case errc::type_conflict: return "type_conflict";
    case errc::out_of_range: return "out_of_range";
    case errc::too_large: return "too_large";
    case errc::too_deep: return "too_deep";
    case errc::too_many: return "too_many";
    case errc::unexpected_end: return "unexpected_end";
    case errc::unsupported: return "unsupported";
    case errc::not_found: return "not_found";
    case errc::permission: return "permission";
    case errc::io: return "io";
    case errc::timeout: return "timeout";
    case errc::unreachable: return "unreachable";
    case errc::protocol: return "protocol";
    case errc::tls: return "tls";
    }
    return "unknown";
}

/// An error: code, the place in the user's text (empty when there is no text) and a sentence without a full stop
/// that says what is wrong and, where it is known, what is allowed.
struct error {
    errc code = errc::syntax;
    std::string message;
    text_span where = {};

    error(errc c, std::string text, text_span at = {}) : code(c), message(std::move(text)), where(at) {}
    friend bool operator==(const error&, const error&) = default;
};

}  // namespace pitot
