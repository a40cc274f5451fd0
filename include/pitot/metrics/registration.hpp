#pragma once
// What registering gives back: guards, and errors.

#include <pitot/base/result.hpp>
#include <pitot/base/text.hpp>
#include <pitot/metrics/family_base.hpp>
#include <pitot/model/batch.hpp>
#include <pitot/model/name.hpp>

#include <exception>
#include <functional>  // std::function
#include <memory>
#include <mutex>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>

namespace pitot {

/// Undoes a registration when it goes away. Movable. What it was registered with must outlive it.
class [[nodiscard]] registration {
public:
    registration() = default;
    explicit registration(std::function<void()> undo) : undo_(std::move(undo)) {}
    registration(registration&& other) noexcept : undo_(std::exchange(other.undo_, nullptr)) {}
    registration& operator=(registration&& other) noexcept
    {
        end();
        undo_ = std::exchange(other.undo_, nullptr);
        return *this;
    }
    ~registration() { end(); }

    /// Undoes it now.
    void end()
    {
        if (undo_) std::exchange(undo_, nullptr)();
    }
    /// Never undoes it: for what lives as long as the process.
    void forget() noexcept { undo_ = nullptr; }

private:
    std::function<void()> undo_;
};

/// A family that cannot be registered: its code is type_conflict (the name is taken by another type, labels, unit or
/// bounds) or invalid_value, invalid_name, duplicate, too_many, … (bounds, constant labels).
class registration_error : public std::exception {
public:
    explicit registration_error(error why) : why_(std::move(why)) {}
    [[nodiscard]] const char* what() const noexcept override { return why_.message.c_str(); }
    [[nodiscard]] const error& why() const noexcept { return why_; }

private:
    error why_;
};

namespace detail {

/// Throws the error. Without exceptions: a family that works and is not exposed; the registry keeps the message
/// (last_error) and exposes pitot_registration_errors_total.
template <class F>
F& refuse(error why)
{
#if defined(__cpp_exceptions)
    throw registration_error(std::move(why));
#else
    static_cast<void>(why);
    static auto& nowhere = *new std::shared_ptr<F>(
        std::make_shared<F>("refused", "", "", family_options{}, F::kind::spare()));
    return *nowhere;
#endif
}

[[nodiscard]] inline result<void> check_options(const family_options& options, std::span<const std::string_view> names,
                                                std::string_view help)
{
    if (help.size() > 16384) return unexpected(errc::too_large, "the help is longer than 16 KiB");
    if (!is_utf8(help)) return unexpected(errc::invalid_utf8, "the help is not UTF-8");
    std::size_t sum = 0;
    for (std::size_t i = 0; i < options.constant_labels.size(); ++i) {
        const auto& [name, value] = options.constant_labels[i];
        sum += name.size() + value.size();
        if (!is_legacy_label_name(name) || is_reserved_label_name(name) || name == "le" || name == "quantile")
            return unexpected(errc::invalid_name, concat("'", name, "' cannot be a constant label"));
        if (!is_utf8(value))
            return unexpected(errc::invalid_utf8, concat("the value of the constant label ", name, " is not UTF-8"));
        for (const std::string_view other : names)
            if (other == name)
                return unexpected(errc::duplicate, concat(name, " is a constant label and one of the family's own"));
        for (std::size_t j = 0; j < i; ++j)
            if (options.constant_labels[j].first == name)
                return unexpected(errc::duplicate, concat(name, " is given twice"));
    }
    if (sum > 2048) return unexpected(errc::too_large, "the constant labels are longer than 2 KiB");
    return {};
}

/// A collector in a registry: asked by one scrape at a time, never after end().
class source {
public:
    source() = default;
    source(const source&) = delete;
    source& operator=(const source&) = delete;
    virtual ~source() = default;
    void collect(batch& out)
    {
        const std::lock_guard lock(mutex_);
        if (alive_) fill(out);
    }
    void end()
    {
        const std::lock_guard lock(mutex_);
        alive_ = false;
    }
    [[nodiscard]] bool alive()
    {
        const std::lock_guard lock(mutex_);
        return alive_;
    }

protected:
    virtual void fill(batch& out) = 0;

private:
    std::mutex mutex_;
    bool alive_ = true;
};

template <class F>
class source_of final : public source {
public:
    explicit source_of(F from) : from_(std::move(from)) {}

protected:
    void fill(batch& out) override
    {
        if constexpr (std::is_pointer_v<F>)
            static_cast<void>(from_->collect(out));
        else
            static_cast<void>(from_(out));
    }

private:
    F from_;
};

}  // namespace detail
}  // namespace pitot
