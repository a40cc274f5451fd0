#pragma once
// One hash table for all who group by a key: each std::unordered_map of another type is 120 functions to compile.

#include <pitot/base/arena.hpp>

#include <algorithm>  // std::fill
#include <cstddef>
#include <cstdint>
#include <string_view>  // std::hash
#include <vector>

namespace pitot {

/// Keys numbered 0, 1, 2, … as they first come. What belongs to a key stands in a vector at its number, and a key is
/// new when that vector is not longer than its number. Keys are copied.
class numbering {
public:
    static constexpr std::uint32_t none = UINT32_MAX;

    /// The number of a key, the next one when it is new.
    std::uint32_t add(std::string_view key)
    {
        if (2 * (keys_.size() + 1) > slots_.size()) grow();
        const std::uint64_t upper = upper_hash(key);
        std::uint64_t& slot = slots_[slot_of(key, upper)];
        if (slot == 0) {
            keys_.push_back(memory_.copy(key));
            slot = upper << 32U | keys_.size();
        }
        return number_in(slot);
    }
    std::uint32_t add(std::uint64_t key) { return add({reinterpret_cast<const char*>(&key), sizeof key}); }

    /// none when it has not come yet.
    [[nodiscard]] std::uint32_t find(std::uint64_t key) const noexcept
    {
        return find({reinterpret_cast<const char*>(&key), sizeof key});
    }
    [[nodiscard]] std::uint32_t find(std::string_view key) const noexcept
    {
        if (keys_.empty()) return none;
        const std::uint64_t slot = slots_[slot_of(key, upper_hash(key))];
        return slot == 0 ? none : number_in(slot);
    }

    /// A view that stays until clear().
    [[nodiscard]] std::string_view key(std::uint32_t number) const noexcept { return keys_[number]; }
    [[nodiscard]] std::size_t size() const noexcept { return keys_.size(); }
    /// Keeps the room.
    void clear() noexcept
    {
        keys_.clear();
        memory_.clear();
        std::fill(slots_.begin(), slots_.end(), 0);
    }

private:
    /// Multiplied, since a hash may have 32 bits.
    [[nodiscard]] static std::uint64_t upper_hash(std::string_view key) noexcept
    {
        return std::uint64_t{std::hash<std::string_view>()(key)} * 0x9E3779B97F4A7C15U >> 32U;
    }
    [[nodiscard]] static std::uint32_t number_in(std::uint64_t slot) noexcept
    {
        return static_cast<std::uint32_t>(slot) - 1;
    }

    /// Where a key stands, or would stand.
    [[nodiscard]] std::size_t slot_of(std::string_view key, std::uint64_t upper) const noexcept
    {
        const std::size_t mask = slots_.size() - 1;
        std::size_t at = upper & mask;
        while (slots_[at] != 0 && (slots_[at] >> 32U != upper || keys_[number_in(slots_[at])] != key))
            at = (at + 1) & mask;
        return at;
    }
    void grow()
    {
        std::vector<std::uint64_t> more(slots_.empty() ? 16 : 4 * slots_.size());
        const std::size_t mask = more.size() - 1;
        for (const std::uint64_t slot : slots_) {
            if (slot == 0) continue;
            std::size_t at = (slot >> 32U) & mask;
            while (more[at] != 0) at = (at + 1) & mask;
            more[at] = slot;
        }
        slots_.swap(more);
    }

    std::vector<std::uint64_t> slots_;  ///< a key's number plus one, above it the upper half of its hash; 0: free
    std::vector<std::string_view> keys_;
    arena memory_{256};
};

}  // namespace pitot
