#pragma once
// The three ways to name one series: for a statement, for as long as the family lives, and for good.

#include <pitot/metrics/family_base.hpp>
#include <pitot/metrics/thread_slot.hpp>

#include <memory>
#include <utility>

namespace pitot {

/// A series to keep: cheap to write to, counted references, copyable, usable from any thread.
///
/// When its series is removed or expires, or its family or registry goes away, the handle stays valid: what is
/// written through it goes to the removed series, is never exposed, and its memory comes back when the last handle
/// goes. with() for the same labels then makes a new series from zero. A series with a handle does not expire.
template <class Kind>
class handle : public Kind::template ops<handle<Kind>> {
public:
    handle(const handle& other) noexcept : family_(other.family_), cell_(other.cell_), record_(other.record_)
    {
        if (record_ != nullptr) detail::fetch_add(*static_cast<std::uint32_t*>(record_), 1U);
    }
    handle(handle&& other) noexcept
        : family_(std::move(other.family_)), cell_(other.cell_), record_(std::exchange(other.record_, nullptr))
    {}
    handle& operator=(handle other) noexcept
    {
        family_.swap(other.family_);
        std::swap(cell_, other.cell_);
        std::swap(record_, other.record_);
        return *this;
    }
    ~handle()
    {
        if (record_ != nullptr) family_->release(record_);
    }

    /// Takes over a reference that was counted for it (record may be null: a series that is never removed).
    handle(std::shared_ptr<const detail::family_base> family, typename Kind::cell& cell, void* record) noexcept
        : family_(std::const_pointer_cast<detail::family_base>(std::move(family))), cell_(&cell), record_(record)
    {}

    [[nodiscard]] const handle* operator->() const noexcept { return this; }
    [[nodiscard]] handle keep() const { return *this; }
    [[nodiscard]] typename Kind::cell& cell() const noexcept { return *cell_; }
    void ignored() const noexcept { family_->count_ignored(); }

private:
    std::shared_ptr<detail::family_base> family_;
    typename Kind::cell* cell_;
    void* record_;
};

namespace detail {

/// A series that lives as long as its family: one of a fixed set.
template <class Kind>
class fixed_series : public Kind::template ops<fixed_series<Kind>> {
public:
    fixed_series(const family_base& family, typename Kind::cell& cell) noexcept : family_(&family), cell_(&cell) {}
    [[nodiscard]] handle<Kind> keep() const { return {family_->shared_from_this(), *cell_, nullptr}; }
    [[nodiscard]] typename Kind::cell& cell() const noexcept { return *cell_; }
    void ignored() const noexcept { family_->count_ignored(); }

private:
    const family_base* family_;
    typename Kind::cell* cell_;
};

/// A series for the length of a statement, `requests.with("/").inc()`: nothing is reclaimed in the process while it
/// lives. It stays on its thread and is not copied; to keep the series, keep().
template <class Kind>
class [[nodiscard]] pinned_series : public Kind::template ops<pinned_series<Kind>> {
public:
    /// find(record) returns the cell and stores the record's address (null: nothing to hold a reference of)
    template <class Find>
    [[gnu::always_inline]] pinned_series(const family_base& family, Find&& find) noexcept
        : family_(&family), cell_(&find(record_))
    {}
    pinned_series(const pinned_series&) = delete;
    pinned_series& operator=(const pinned_series&) = delete;

    [[nodiscard]] handle<Kind> keep() const
    {
        auto family = family_->shared_from_this();
        if (record_ != nullptr) fetch_add(*static_cast<std::uint32_t*>(record_), 1U);
        return {std::move(family), *cell_, record_};
    }
    [[nodiscard]] typename Kind::cell& cell() const noexcept { return *cell_; }
    void ignored() const noexcept { family_->count_ignored(); }

private:
    pin reading_;
    const family_base* family_;
    void* record_ = nullptr;
    typename Kind::cell* cell_;
};

}  // namespace detail
}  // namespace pitot
