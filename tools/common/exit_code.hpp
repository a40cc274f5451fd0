#pragma once
// What the tools' exit status says (vault-env passes its child's on instead).

namespace pitot::tools {

enum class exit_code : int {
    clean = 0,        ///< nothing found; info findings and "not verified" included, unless --strict
    findings = 1,     ///< findings, or tests that failed
    usage = 2,        ///< wrong arguments, unreadable files, an error in one's own configuration
    unreachable = 3,  ///< what was to be verified against could not be reached
};

[[nodiscard]] constexpr int to_int(exit_code code) noexcept { return static_cast<int>(code); }

}  // namespace pitot::tools
