#pragma once
// How much of a stranger's document is read.

#include <cstddef>

namespace pitot::json {

/// size   bytes of the text; never more than 4 GiB - 1, the table's offsets have 32 bits
/// depth  arrays and objects inside each other
/// count  values and keys; each costs 28 bytes
struct limits {
    std::size_t size = std::size_t{64} << 20U;
    std::size_t depth = 1000;
    std::size_t count = 8'000'000;
};

}  // namespace pitot::json
