#pragma once
// The series of a family with text labels: a map that is read without a lock, in about 16 bytes a series beside the
// label values themselves.
//
// A record holds the number and the key (the label values). Records lie in slabs, one behind the other, so that a
// scrape walks them in order. A table of pointers, open addressing, finds them by key. Under the mutex: adding,
// removing, growing, giving back. Without: finding (with the epoch pinned) and walking.
//
// Life of a record: written in full, then published by a store into the table and by state = live (release). Removing
// takes it out of the table and sets state = removed; a thread that found it before may still write to it, and the
// write goes with the series. Two epochs later no thread is looking at it. The table's reference is then dropped, and
// with the last handle's the record becomes free for another key of the same size. Its size never changes, so that
// a scrape can always step over it. Slabs with no record left in use go back to the system.

#include <pitot/metrics/labels.hpp>
#include <pitot/metrics/series_record.hpp>
#include <pitot/metrics/thread_slot.hpp>
#include <pitot/model/instant.hpp>

#include <algorithm>  // std::upper_bound
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <mutex>
#include <new>
#include <type_traits>
#include <vector>

#include <time.h>  // clock_gettime

namespace pitot::detail {

/// Labels: the label_set whose keys it holds. Stamped: each series knows when it began.
template <class Labels, class Cell, class Settings, bool Stamped>
class series_map {
public:
    using record = series_record<Cell, Stamped>;

    /// settings  what a cell is made from; outlives the map
    explicit series_map(const Settings& settings) noexcept : settings_(settings), seed_(make_seed(this)) {}
    series_map(const series_map&) = delete;
    series_map& operator=(const series_map&) = delete;
    ~series_map()
    {
        for (slab* s : slabs_) {
            if (s == nullptr) continue;
            for (std::size_t at = 0; at < s->used;) {
                record* r = s->at(at);
                if (r->state != record_state::free) r->cell.~Cell();
                at += r->units;
            }
            ::operator delete(s);
        }
        for (const retired& r : retired_)
            if (r.what == retired::is_table)
                delete_table(static_cast<table*>(r.memory));
            else if (r.what == retired::is_slab)
                ::operator delete(r.memory);
        delete_table(table_);
    }

    /// The record of these label values, or null. The epoch must be pinned.
    template <class... A>
    [[gnu::always_inline]] record* find(const A&... values) const noexcept
    {
        const table* const t = load<seq_cst>(table_);
        if (t == nullptr) return nullptr;
        return find_in(*t, Labels::hash(seed_, values...),
                       [&](const record& r) { return Labels::matches(r.key(), values...); });
    }

    enum class outcome : unsigned char { found, full, no_memory };
    struct found_record {
        record* at = nullptr;
        outcome what = outcome::found;
    };

    /// Finds or adds. The epoch must be pinned.
    /// state  live or live_escaped, of a new record
    /// limit  most series; 0 is none
    found_record find_or_add(const unsigned char* key, std::size_t bytes, record_state state,
                             std::size_t limit) noexcept
    {
        const std::lock_guard lock(mutex_);
        const std::uint64_t hash = Labels::hash_key(seed_, key);
        if (table_ != nullptr)
            if (record* r = find_in(*table_, hash, same_key(key, bytes))) return {r};
        reclaim();
        if (limit != 0 && live_ >= limit) return {nullptr, outcome::full};
        if (!make_place()) return {nullptr, outcome::no_memory};
        record* const r = allocate(sizeof(record) / 8 + bytes / 8);
        if (r == nullptr) return {nullptr, outcome::no_memory};
        new (&r->cell) Cell(make_cell());
        if constexpr (requires(const Cell& c) { c.usable(); }) {
            if (!r->cell.usable()) {
                r->cell.~Cell();
                give_back(r);
                return {nullptr, outcome::no_memory};
            }
        }
        new (&r->created) stamp<Stamped>;
        r->created.set();
        std::memcpy(r->key(), key, bytes);
        store(r->references, 1U);
        store(r->age, std::uint8_t{0});
        store<release>(r->state, state);
        put(*table_, hash, r);
        ++used_slots_;
        store(live_, live_ + 1);
        return {r};
    }

    /// Takes a series out; false when there is none.
    bool remove(const unsigned char* key, std::size_t bytes) noexcept
    {
        const std::lock_guard lock(mutex_);
        if (table_ == nullptr) return false;
        record* const r = find_in(*table_, Labels::hash_key(seed_, key), same_key(key, bytes));
        if (r == nullptr) return false;
        unlink(r);
        reclaim();
        return true;
    }

    /// Takes out every series for which f(record) holds; returns how many.
    template <class F>
    std::size_t remove_if(F&& f)
    {
        const std::lock_guard lock(mutex_);
        std::size_t removed = 0;
        for (slab* s : slabs_) {
            if (s == nullptr) continue;
            for (std::size_t at = 0; at < s->used;) {
                record* const r = s->at(at);
                at += r->units;
                if (!is_live(r->state) || !f(*r)) continue;
                unlink(r);
                ++removed;
            }
        }
        reclaim();
        return removed;
    }

    /// A reference more for a handle; the epoch pinned, or another reference held.
    static void keep(record* r) noexcept { fetch_add(r->references, 1U); }
    /// Drops a handle's reference.
    void release_reference(record* r) noexcept
    {
        if (drop(r)) {
            const std::lock_guard lock(mutex_);
            recycle(r);
        }
    }

    /// Gives back what no thread can see any more. Called by everything that takes the mutex, and by a scrape.
    void collect_garbage() noexcept
    {
        const std::lock_guard lock(mutex_);
        reclaim();
    }

    [[nodiscard]] std::size_t size() const noexcept { return load(live_); }
    /// Bytes of slabs and table.
    [[nodiscard]] std::size_t memory() const noexcept
    {
        const std::lock_guard lock(mutex_);
        std::size_t bytes = table_ != nullptr ? sizeof(table) + table_->size * sizeof(std::uintptr_t) : 0;
        for (const slab* s : slabs_) bytes += s != nullptr ? sizeof(slab) + s->room * 8 : 0;
        return bytes;
    }

    /// Where a walk over the series is: it goes on there in the next chunk, whatever happens in between.
    struct cursor {
        std::size_t slab = 0;
        std::size_t unit = 0;
    };

    /// Calls f(record&) for each series until it returns false (that series comes again in the next call).
    /// Series that are added or removed meanwhile are seen or not; all others are seen once.
    /// returns  true at the end
    template <class F>
    bool walk(cursor& at, F&& f) const
    {
        for (;; ++at.slab, at.unit = 0) {
            const pin reading;
            slab* s = nullptr;
            {
                const std::lock_guard lock(mutex_);
                if (at.slab >= slabs_.size()) return true;
                s = slabs_[at.slab];  // an empty slab leaves the list two epochs before it is freed
            }
            if (s == nullptr) continue;
            const std::size_t end = load<acquire>(s->used);
            while (at.unit < end) {
                record* const r = s->at(at.unit);
                if (is_live(load<acquire>(r->state)) && !f(*r)) return false;
                at.unit += r->units;
            }
        }
    }

private:
    using slab = record_slab<record>;
    using table = slot_table;
    struct retired {
        enum kind : std::uint8_t { is_record, is_table, is_slab } what;
        std::uint64_t epoch;
        void* memory;
    };

    static constexpr std::uintptr_t tag_bits = 7;
    static constexpr std::uintptr_t tombstone = 1;

    static std::uint64_t make_seed(const void* self) noexcept
    {
        timespec now{};
        clock_gettime(CLOCK_MONOTONIC, &now);
        const std::uint64_t mix = reinterpret_cast<std::uintptr_t>(self) ^
                                  (static_cast<std::uint64_t>(now.tv_nsec) << 32U) ^
                                  (static_cast<std::uint64_t>(now.tv_sec) * 0x9E3779B97F4A7C15U);
        return mix | 1U;
    }

    [[nodiscard]] Cell make_cell() const noexcept
    {
        if constexpr (std::is_constructible_v<Cell, const Settings&>)
            return Cell(settings_);
        else
            return Cell();
    }

    /// The slot where a search begins: the high half of the hash scaled to the size, which is no power of two.
    static std::size_t home(const table& t, std::uint64_t hash) noexcept
    {
        return static_cast<std::size_t>(((hash >> 32U) * t.size) >> 32U);
    }

    template <class Same>
    [[gnu::always_inline]] static record* find_in(const table& t, std::uint64_t hash, Same&& same) noexcept
    {
        const std::uintptr_t tag = hash & tag_bits;
        const std::uintptr_t* const slots = t.slots();
        for (std::size_t i = home(t, hash);;) {
            const std::uintptr_t slot = load<seq_cst>(slots[i]);
            if (slot == 0) return nullptr;
            if (slot > tag_bits && (slot & tag_bits) == tag) {
                auto* const r = reinterpret_cast<record*>(slot - tag);
                if (same(*r)) return r;
            }
            if (++i == t.size) i = 0;
        }
    }

    static auto same_key(const unsigned char* key, std::size_t bytes) noexcept
    {
        return [=](const record& r) {
            return r.units * std::size_t{8} == sizeof(record) + bytes && std::memcmp(r.key(), key, bytes) == 0;
        };
    }

    static void put(table& t, std::uint64_t hash, record* r) noexcept
    {
        std::size_t i = home(t, hash);
        while (t.slots()[i] != 0)
            if (++i == t.size) i = 0;
        store<release>(t.slots()[i], reinterpret_cast<std::uintptr_t>(r) | (hash & tag_bits));
    }

    static table* new_table(std::size_t size) noexcept
    {
        void* const memory = ::operator new(sizeof(table) + size * sizeof(std::uintptr_t), std::nothrow);
        if (memory == nullptr) return nullptr;
        auto* const t = new (memory) table{size};
        std::memset(static_cast<void*>(t->slots()), 0, size * sizeof(std::uintptr_t));
        return t;
    }
    static void delete_table(table* t) noexcept { ::operator delete(t); }

    /// Keeps the table at most 7/8 full. Small ones double; large ones grow by a quarter, so that memory follows need.
    bool make_place() noexcept
    {
        if (table_ != nullptr && (used_slots_ + 1) * 8 <= table_->size * 7) return true;
        std::size_t size = table_ == nullptr ? 16 : table_->size;
        while ((live_ + 1) * 8 > size * 6) size = size < 65536 ? size * 2 : size + size / 4;
        return rebuild(size);
    }

    bool rebuild(std::size_t size) noexcept
    {
        if (!reserve_retired(1)) return false;
        table* const fresh = new_table(size);
        if (fresh == nullptr) return false;
        for (slab* s : slabs_) {
            if (s == nullptr) continue;
            for (std::size_t at = 0; at < s->used;) {
                record* const r = s->at(at);
                at += r->units;
                if (is_live(r->state)) put(*fresh, Labels::hash_key(seed_, r->key()), r);
            }
        }
        used_slots_ = live_;
        table* const before = table_;
        store<seq_cst>(table_, fresh);
        if (before != nullptr) retire(retired::is_table, before);
        return true;
    }

    record* allocate(std::size_t units) noexcept
    {
        if (units < free_.size() && free_[units] != nullptr) {
            record* const r = free_[units];
            free_[units] = next_free(r);
            if (slab_of(r)->in_use++ == 0) --empty_slabs_;
            return r;
        }
        slab* s = newest_ < slabs_.size() ? slabs_[newest_] : nullptr;
        if (s == nullptr || s->room - s->used < units) {
            std::size_t room = 64;  // 512 bytes; later slabs double up to 128 KiB
            for (std::size_t i = 0; i < slabs_.size() && room < 16384; ++i) room *= 2;
            if (room < units) room = units;
            if (!reserve_slab()) return nullptr;
            void* const memory = ::operator new(sizeof(slab) + room * 8, std::nothrow);
            if (memory == nullptr) return nullptr;
            s = new (memory) slab{room};
            newest_ = 0;
            while (newest_ < slabs_.size() && slabs_[newest_] != nullptr) ++newest_;
            if (newest_ == slabs_.size())
                slabs_.push_back(s);
            else
                slabs_[newest_] = s;
            by_address_.insert(std::upper_bound(by_address_.begin(), by_address_.end(), s), s);
        }
        record* const r = s->at(s->used);
        r->units = static_cast<std::uint16_t>(units);
        r->state = record_state::free;
        r->references = 0;
        ++s->in_use;
        store<release>(s->used, s->used + units);
        return r;
    }

    [[nodiscard]] slab* slab_of(const record* r) const noexcept
    {
        const auto address = [](const void* p) { return reinterpret_cast<std::uintptr_t>(p); };
        return *--std::upper_bound(by_address_.begin(), by_address_.end(), address(r),
                                   [&](std::uintptr_t a, const slab* s) { return a < address(s); });
    }

    /// A free record holds the next one in place of its number.
    [[nodiscard]] static record* next_free(const record* r) noexcept
    {
        record* next = nullptr;
        std::memcpy(&next, &r->cell, sizeof next);
        return next;
    }
    static void link_free(record* r, record* next) noexcept
    {
        std::memcpy(static_cast<void*>(&r->cell), &next, sizeof next);
    }

    /// Under the mutex: out of the table, and into the queue of what is given back later.
    void unlink(record* r) noexcept
    {
        const std::uint64_t hash = Labels::hash_key(seed_, r->key());
        const std::uintptr_t slot = reinterpret_cast<std::uintptr_t>(r) | (hash & tag_bits);
        std::size_t i = home(*table_, hash);
        while (table_->slots()[i] != slot)
            if (++i == table_->size) i = 0;
        store<seq_cst>(table_->slots()[i], tombstone);
        store<seq_cst>(r->state, record_state::removed);
        store(live_, live_ - 1);
        retire(retired::is_record, r);
    }

    bool reserve_retired(std::size_t more) noexcept
    {
        return without_exceptions([&] {
            if (retired_.capacity() < retired_.size() + more) retired_.reserve((retired_.size() + more) * 2);
        });
    }
    bool reserve_slab() noexcept
    {
        return without_exceptions([&] {
            if (slabs_.capacity() > slabs_.size() && by_address_.capacity() > by_address_.size()) return;
            slabs_.reserve(slabs_.size() * 2 + 4);
            by_address_.reserve(slabs_.size() * 2 + 4);
        });
    }
    template <class F>
    static bool without_exceptions(F&& f) noexcept
    {
#if defined(__cpp_exceptions)
        try {
            f();
            return true;
        } catch (const std::bad_alloc&) {
            return false;
        }
#else
        f();
        return true;
#endif
    }

    void retire(typename retired::kind what, void* memory) noexcept
    {
        // Without memory for the queue the thing is never given back; it is still in a slab, so nothing is lost to the
        // map.
        if (reserve_retired(1)) retired_.push_back({what, load<seq_cst>(epochs.epoch), memory});
    }

    void reclaim() noexcept
    {
        if (retired_.empty()) return;
        std::uint64_t now = epochs.advance(own_slot);
        if (retired_.front().epoch + 2 > now) now = epochs.advance(own_slot);
        std::size_t n = 0;
        for (; n < retired_.size() && retired_[n].epoch + 2 <= now; ++n) {
            const retired& r = retired_[n];
            if (r.what == retired::is_table)
                delete_table(static_cast<table*>(r.memory));
            else if (r.what == retired::is_slab)
                ::operator delete(r.memory);
            else if (drop(static_cast<record*>(r.memory)))
                recycle(static_cast<record*>(r.memory));
        }
        retired_.erase(retired_.begin(), retired_.begin() + static_cast<std::ptrdiff_t>(n));
        if (empty_slabs_ * 4 > slabs_.size()) free_slabs();
        if (table_ != nullptr && table_->size > 1024 && live_ < table_->size / 8) rebuild(live_ * 2 + 16);
        if (retired_.empty() && retired_.capacity() > 1024) std::vector<retired>().swap(retired_);
    }

    /// One reference less; true when it was the last.
    static bool drop(record* r) noexcept { return fetch_add<acq_rel>(r->references, ~0U) == 1; }

    void recycle(record* r) noexcept
    {
        r->cell.~Cell();
        store<release>(r->state, record_state::free);
        give_back(r);
    }
    void give_back(record* r) noexcept
    {
        slab* const s = slab_of(r);
        if (--s->in_use == 0) ++empty_slabs_;
        if (r->units >= free_.size() && !without_exceptions([&] { free_.resize(r->units + 1U, nullptr); })) return;
        link_free(r, free_[r->units]);
        free_[r->units] = r;
    }

    /// Takes slabs without a record in use out of the free lists and the list of slabs.
    void free_slabs() noexcept
    {
        if (!reserve_retired(slabs_.size())) return;
        for (record*& head : free_) {
            record* kept = nullptr;
            for (record* r = head; r != nullptr;) {
                record* const next = next_free(r);
                if (slab_of(r)->in_use != 0) {
                    link_free(r, kept);
                    kept = r;
                }
                r = next;
            }
            head = kept;
        }
        for (slab*& s : slabs_) {
            if (s == nullptr || s->in_use != 0) continue;
            by_address_.erase(std::find(by_address_.begin(), by_address_.end(), s));
            retire(retired::is_slab, s);
            s = nullptr;
        }
        empty_slabs_ = 0;
    }

    const Settings& settings_;
    std::uint64_t seed_;
    table* table_ = nullptr;
    std::size_t live_ = 0;
    std::size_t used_slots_ = 0;
    std::size_t newest_ = 0;
    std::size_t empty_slabs_ = 0;
    std::vector<slab*> slabs_;  ///< in the order of a walk; null where one was given back
    std::vector<slab*> by_address_;
    std::vector<record*> free_;  ///< first free record by units
    std::vector<retired> retired_;
    mutable std::mutex mutex_;
};

}  // namespace pitot::detail
