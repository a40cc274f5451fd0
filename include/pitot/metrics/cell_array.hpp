#pragma once
// The series of a family whose labels are all enums: an array.

#include <pitot/metrics/labels.hpp>
#include <pitot/model/type.hpp>

#include <cstddef>
#include <new>
#include <type_traits>

namespace pitot::detail {

/// The cells of a family whose labels are fixed sets, one for each combination, all there from the start.
template <class Kind, std::size_t N>
class cell_array {
public:
    using cell = typename Kind::cell;
    /// Few cells lie a cache line apart, so that threads that write to different ones don't disturb each other.
    static constexpr std::size_t stride = N > 1 && N <= 64 ? (sizeof(cell) + 63) / 64 * 64 : (sizeof(cell) + 7) / 8 * 8;

    explicit cell_array(const typename Kind::settings& how)
        : memory_(static_cast<unsigned char*>(::operator new(N* stride + 64, std::align_val_t{64})))
    {
        for (std::size_t i = 0; i < N; ++i) {
            if constexpr (std::is_constructible_v<cell, const typename Kind::settings&>)
                new (memory_ + i * stride) cell(how);
            else
                new (memory_ + i * stride) cell();
        }
    }
    cell_array(const cell_array&) = delete;
    cell_array& operator=(const cell_array&) = delete;
    ~cell_array()
    {
        for (std::size_t i = 0; i < N; ++i) at(i).~cell();
        ::operator delete(memory_, std::align_val_t{64});
    }
    [[nodiscard]] cell& at(std::size_t i) const noexcept
    {
        return *std::launder(reinterpret_cast<cell*>(memory_ + i * stride));
    }
    [[nodiscard]] bool usable() const noexcept
    {
        if constexpr (requires(const cell& c) { c.usable(); }) {
            for (std::size_t i = 0; i < N; ++i)
                if (!at(i).usable()) return false;
        }
        return true;
    }

private:
    unsigned char* memory_;
};

/// Most series that lie in an array; more combinations than that are looked up like texts.
inline constexpr std::size_t most_dense = 4096;

template <class Kind, class... L>
inline constexpr bool is_dense = label_set<L...>::all_dense && label_set<L...>::combinations() <= most_dense &&
                                 !(Kind::type == metric_type::info &&
                                   sizeof...(L) > 0);  // an info is there when it is set

}  // namespace pitot::detail
