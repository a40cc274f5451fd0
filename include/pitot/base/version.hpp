#pragma once
// The version, as User-Agent, --version and build_info say it.

#include <string_view>

namespace pitot {

/// Semantic version; the same as in the top meson.build.
inline constexpr std::string_view version = "0.1.0";

}  // namespace pitot
