#pragma once
// What the map of a family's series is made of: the record of a series, the slab it lies in, the table that finds it.

#include <pitot/metrics/timer.hpp>  // now_instant
#include <pitot/model/instant.hpp>

#include <cstddef>
#include <cstdint>

namespace pitot::detail {

/// live_escaped: a label value holds a character that text formats escape.
enum class record_state : std::uint8_t { free, live, live_escaped, removed };

[[nodiscard]] constexpr bool is_live(record_state s) noexcept
{
    return s == record_state::live || s == record_state::live_escaped;
}

/// The moment a series began to count, in nanoseconds since 1970; nothing for what does not count.
template <bool Stamped>
struct stamp {
    std::uint64_t nanos = 0;
    void set() noexcept
    {
        const instant now = now_instant();
        nanos = static_cast<std::uint64_t>(now.seconds) * 1'000'000'000U + static_cast<std::uint64_t>(now.nanos);
    }
    [[nodiscard]] instant when() const noexcept
    {
        return {static_cast<std::int64_t>(nanos / 1'000'000'000U), static_cast<std::int32_t>(nanos % 1'000'000'000U)};
    }
};
template <>
struct stamp<false> {
    void set() noexcept {}
    [[nodiscard]] instant when() const noexcept { return {}; }
};

/// A series in its slab; the key (the label values) lies behind it.
template <class Cell, bool Stamped>
struct series_record {
    static_assert(alignof(Cell) <= 8);

    std::uint32_t references;  ///< the table's, and one for each handle
    std::uint16_t units;       ///< size in 8 bytes, once and for all
    record_state state;
    std::uint8_t age;  ///< expiry periods since it was last looked up
    alignas(8) Cell cell;
    [[no_unique_address]] stamp<Stamped> created;

    [[nodiscard]] unsigned char* key() noexcept { return reinterpret_cast<unsigned char*>(this + 1); }
    [[nodiscard]] const unsigned char* key() const noexcept { return reinterpret_cast<const unsigned char*>(this + 1); }
};

/// Records one behind the other.
template <class Record>
struct record_slab {
    std::size_t room = 0;    ///< units
    std::size_t used = 0;    ///< units handed out; stored with release, behind it records are whole
    std::size_t in_use = 0;  ///< records not free
    [[nodiscard]] Record* at(std::size_t unit) noexcept
    {
        return reinterpret_cast<Record*>(reinterpret_cast<unsigned char*>(this + 1) + unit * 8);
    }
    [[nodiscard]] const Record* at(std::size_t unit) const noexcept
    {
        return reinterpret_cast<const Record*>(reinterpret_cast<const unsigned char*>(this + 1) + unit * 8);
    }
};

/// Slots hold a record's address with three bits of the hash below, 0 (empty) or 1 (removed; no record has it).
struct slot_table {
    std::size_t size;
    [[nodiscard]] std::uintptr_t* slots() noexcept { return reinterpret_cast<std::uintptr_t*>(this + 1); }
    [[nodiscard]] const std::uintptr_t* slots() const noexcept
    {
        return reinterpret_cast<const std::uintptr_t*>(this + 1);
    }
};

}  // namespace pitot::detail
