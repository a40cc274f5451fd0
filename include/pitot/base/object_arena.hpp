#pragma once
// Objects of all types that stay where they are: one container where each std::deque of another type is 60 functions
// to compile.

#include <pitot/base/arena.hpp>

#include <memory>  // std::destroy_at
#include <new>
#include <string_view>
#include <type_traits>
#include <utility>

namespace pitot {

/// An arena that destroys what it holds, the newest first. References into it stay valid when it grows or moves.
class object_arena {
public:
    object_arena() = default;
    object_arena(const object_arena&) = delete;
    object_arena& operator=(const object_arena&) = delete;
    object_arena(object_arena&& other) noexcept
        : memory_(std::move(other.memory_)), newest_(std::exchange(other.newest_, nullptr))
    {}
    object_arena& operator=(object_arena&& other) noexcept
    {
        if (this == &other) return *this;
        destroy();
        memory_ = std::move(other.memory_);
        newest_ = std::exchange(other.newest_, nullptr);
        return *this;
    }
    ~object_arena() { destroy(); }

    template <class T>
    T& add(T value)
    {
        static_assert(std::is_nothrow_move_constructible_v<T>);
        void* const behind = std::is_trivially_destructible_v<T> ? nullptr
                                                                 : memory_.allocate(sizeof(held), alignof(held));
        T* const at = ::new (static_cast<void*>(memory_.allocate(sizeof(T), alignof(T)))) T(std::move(value));
        if constexpr (!std::is_trivially_destructible_v<T>)
            newest_ = ::new (behind) held{newest_, at, [](void* what) { std::destroy_at(static_cast<T*>(what)); }};
        return *at;
    }
    /// A copy of text.
    [[nodiscard]] std::string_view copy(std::string_view text) { return memory_.copy(text); }

private:
    struct held {
        held* before;
        void* what;
        void (*destroy)(void*);
    };
    void destroy() noexcept
    {
        for (; newest_ != nullptr; newest_ = newest_->before) newest_->destroy(newest_->what);
    }

    arena memory_;
    held* newest_ = nullptr;
};

}  // namespace pitot
