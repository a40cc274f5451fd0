#pragma once
// A value or an error, named like std::expected so that it becomes an alias in C++23.

#include <pitot/base/error.hpp>

#include <memory>  // std::construct_at
#include <optional>
#include <type_traits>
#include <utility>

namespace pitot {

/// Wraps an error so that a function returning result<T> can `return unexpected(errc::syntax, "…", span)`.
template <class E = error>
struct unexpected {
    E value;

    explicit unexpected(E e) : value(std::move(e)) {}
    template <class... Args>
        requires(std::is_constructible_v<E, errc, Args...>)
    explicit unexpected(errc code, Args&&... args) : value(code, std::forward<Args>(args)...)
    {}
};
unexpected(errc, std::string) -> unexpected<error>;
unexpected(errc, const char*) -> unexpected<error>;
unexpected(errc, std::string, text_span) -> unexpected<error>;
unexpected(errc, const char*, text_span) -> unexpected<error>;

/// A T, or the error that stands in its place.
/// Reading value() of an error, or error() of a value, is a defect of the caller and undefined: test first.
template <class T, class E = error>
class [[nodiscard]] result {
public:
    using value_type = T;
    using error_type = E;

    result(T value) : value_(std::move(value)) {}
    template <class G>
    result(unexpected<G> e) : has_value_(false), error_(std::move(e.value))
    {}
    result(const result& other)
        requires(std::is_copy_constructible_v<T>)
        : has_value_(other.has_value_)
    {
        has_value_ ? (void)std::construct_at(&value_, other.value_) : (void)std::construct_at(&error_, other.error_);
    }
    result(result&& other) noexcept : has_value_(other.has_value_) { take(other); }
    result& operator=(result other) noexcept
    {
        clear();
        has_value_ = other.has_value_;
        take(other);
        return *this;
    }
    ~result() { clear(); }

    [[nodiscard]] bool has_value() const noexcept { return has_value_; }
    explicit operator bool() const noexcept { return has_value(); }

    [[nodiscard]] T& value() & noexcept { return value_; }
    [[nodiscard]] const T& value() const& noexcept { return value_; }
    [[nodiscard]] T&& value() && noexcept { return std::move(value_); }
    [[nodiscard]] T& operator*() & noexcept { return value_; }
    [[nodiscard]] const T& operator*() const& noexcept { return value_; }
    [[nodiscard]] T&& operator*() && noexcept { return std::move(value_); }
    [[nodiscard]] T* operator->() noexcept { return &value_; }
    [[nodiscard]] const T* operator->() const noexcept { return &value_; }

    [[nodiscard]] E& error() & noexcept { return error_; }
    [[nodiscard]] const E& error() const& noexcept { return error_; }
    [[nodiscard]] E&& error() && noexcept { return std::move(error_); }

    template <class U>
    [[nodiscard]] T value_or(U&& other) const&
    {
        return has_value() ? value_ : static_cast<T>(std::forward<U>(other));
    }

    /// f(value) -> result<U>; an error passes through.
    template <class F>
    auto and_then(F&& f) && -> std::invoke_result_t<F, T>
    {
        if (has_value()) return std::forward<F>(f)(std::move(value_));
        return unexpected<E>(std::move(error_));
    }

    /// f(value) -> U; an error passes through.
    template <class F>
    auto transform(F&& f) && -> result<std::invoke_result_t<F, T>, E>
    {
        if (has_value()) return std::forward<F>(f)(std::move(value_));
        return unexpected<E>(std::move(error_));
    }

private:
    void take(result& from) noexcept
    {
        has_value_ ? (void)std::construct_at(&value_, std::move(from.value_))
                   : (void)std::construct_at(&error_, std::move(from.error_));
    }
    void clear() noexcept { has_value_ ? std::destroy_at(&value_) : std::destroy_at(&error_); }

    // Two std::optional would do, and be 30 functions to compile for each T.
    bool has_value_ = true;
    union {
        T value_;
        E error_;
    };
};

/// Success without a value, or an error.
template <class E>
class [[nodiscard]] result<void, E> {
public:
    using value_type = void;
    using error_type = E;

    result() = default;
    template <class G>
    result(unexpected<G> e) : error_(std::move(e.value))
    {}

    [[nodiscard]] bool has_value() const noexcept { return !error_.has_value(); }
    explicit operator bool() const noexcept { return has_value(); }
    void value() const noexcept {}
    [[nodiscard]] E& error() & noexcept { return *error_; }
    [[nodiscard]] const E& error() const& noexcept { return *error_; }
    [[nodiscard]] E&& error() && noexcept { return std::move(*error_); }

    template <class F>
    auto and_then(F&& f) && -> std::invoke_result_t<F>
    {
        if (has_value()) return std::forward<F>(f)();
        return unexpected<E>(std::move(*error_));
    }

private:
    std::optional<E> error_;
};

}  // namespace pitot
