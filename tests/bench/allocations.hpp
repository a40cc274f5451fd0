#pragma once
// Counts what goes through operator new.

#include <cstdint>

namespace bench::allocations {

void reset() noexcept;
[[nodiscard]] std::uint64_t count() noexcept;

}  // namespace bench::allocations
