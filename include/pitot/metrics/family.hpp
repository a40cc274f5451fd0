#pragma once
// A family: a name, its labels as types, and its series.

#include <pitot/base/utf8.hpp>
#include <pitot/metrics/cell_array.hpp>
#include <pitot/metrics/direct_text.hpp>
#include <pitot/metrics/family_base.hpp>
#include <pitot/metrics/histogram_kinds.hpp>
#include <pitot/metrics/histogram_text.hpp>
#include <pitot/metrics/kinds.hpp>
#include <pitot/metrics/labels.hpp>
#include <pitot/metrics/series.hpp>
#include <pitot/metrics/series_map.hpp>

#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

namespace pitot {

namespace detail {

/// Stands in for the operations of a family that has labels: they belong to its series.
template <class Self>
struct no_ops {};

template <class Kind, class Self, std::size_t Labels>
struct family_ops_of {
    using type = no_ops<Self>;
};
template <class Kind, class Self>
struct family_ops_of<Kind, Self, 0> {
    using type = typename Kind::template ops<Self>;
};

}  // namespace detail

/// A family of series. Without labels it is its only series itself: `jobs.inc()`. With labels:
///     requests.with(method::get, path).inc();                  // find or make, write, forget
///     auto get = requests.handle(method::get, "/");            // keep, for what is written often
/// All functions may be called from any thread. with(), handle() and what is done to their results are noexcept; they
/// allocate only to make a series that is not there yet.
/// A label value that is no UTF-8 has its bad bytes replaced by U+FFFD. Values of more than 16 KiB in all, an enum
/// value without a text, and a series beyond max_series are dropped: the write goes nowhere and is counted.
template <class Kind, class... L>
class family : public detail::family_base, public detail::family_ops_of<Kind, family<Kind, L...>, sizeof...(L)>::type {
    using labels = detail::label_set<L...>;
    static constexpr bool dense = detail::is_dense<Kind, L...>;
    static constexpr bool counts = Kind::type == metric_type::counter || Kind::type == metric_type::histogram ||
                                   Kind::type == metric_type::summary;  // from when on matters to who reads it
    using map_type = detail::series_map<labels, typename Kind::cell, typename Kind::settings, counts>;
    using record = typename map_type::record;
    struct nothing {
        template <class Settings>
        nothing(std::string_view, const Settings&) noexcept
        {}
    };

public:
    using kind = Kind;
    using handle_type = pitot::handle<Kind>;

    family(std::string_view name, std::string_view help, std::string_view unit, family_options options,
           typename Kind::settings how)
        : family_base(name, Kind::type, help, unit, std::move(options)), how_(std::move(how)), storage_(how_),
          sink_(how_), lines_(name_, how_)
    {
        pieces_ = detail::label_pieces(this->options().constant_labels, labels::names);
        for (const auto& [label_name, value] : this->options().constant_labels)
            if (!value.empty()) constant_.push_back({label_name, value});
    }

    /// The series with these label values, for one statement; made when it is not there.
    template <class... A>
    [[nodiscard, gnu::always_inline]] auto with(const A&... values) const noexcept
    {
        labels::template check_arguments<A...>();
        if constexpr (dense) {
            const std::size_t i = labels::index(values...);
            if (i < labels::combinations()) [[likely]]
                return detail::fixed_series<Kind>(*this, storage_.at(i));
            count_dropped();
            return detail::fixed_series<Kind>(*this, sink_.at(0));
        } else {
            return detail::pinned_series<Kind>(*this, [&](void*& held) -> typename Kind::cell& {
                record* const r = lookup(values...);
                if (r == nullptr) [[unlikely]]
                    return sink_.at(0);
                held = r;
                return r->cell;
            });
        }
    }

    /// The series with these label values, to keep.
    template <class... A>
    [[nodiscard]] handle_type handle(const A&... values) const noexcept
    {
        return with(values...).keep();
    }
    [[nodiscard]] handle_type keep() const
        requires(sizeof...(L) == 0)
    {
        return {shared_from_this(), cell(), nullptr};
    }

    /// Takes a series out of the exposition; false when there is none. What is written through handles of it, or in
    /// the same moment by another thread, goes with it.
    /// Not for families whose labels are all enums: their series are always there.
    template <class... A>
    bool remove(const A&... values) noexcept
    {
        labels::template check_arguments<A...>();
        static_assert(!dense,
                      "the series of a family with only enum labels are always there: none is added or removed");
        if constexpr (!dense && sizeof...(A) == sizeof...(L)) {
            unsigned char key[detail::max_key * 3 + 64];
            const std::size_t bytes = clean_key(key, values...);
            return bytes != 0 && storage_.remove(key, bytes);
        }
        return false;
    }

    /// Takes out every series whose label values match: `gone(values)` gets one std::string_view a label, in order.
    /// `gone` runs under the family's lock: it may not use the family.
    template <class F>
    std::size_t remove_if(F&& gone)
    {
        static_assert(!dense,
                      "the series of a family with only enum labels are always there: none is added or removed");
        if constexpr (!dense) {
            return storage_.remove_if([&](const record& r) {
                std::array<std::string_view, sizeof...(L)> values;
                std::array<std::string, sizeof...(L)> numbers;
                labels::decode(r.key(), [&](std::size_t i, std::string_view v) {
                    values[i] = labels::is_integer[i] ? std::string_view(numbers[i] = v) : v;
                });
                return gone(values);
            });
        }
        return 0;
    }
    /// For infos: these values, and no others from now on.
    template <class... A>
    void replace(const A&... values)
        requires(Kind::type == metric_type::info && sizeof...(L) > 0)
    {
        const auto now = handle(values...);
        storage_.remove_if([&](const record& r) { return &r.cell != &now.cell(); });
    }
    /// Takes out every series.
    void clear()
    {
        remove_if([](const auto&) { return true; });
    }

    /// Series there are now.
    [[nodiscard]] std::size_t size() const noexcept
    {
        if constexpr (dense)
            return labels::combinations();
        else
            return storage_.size();
    }

    [[nodiscard]] const typename Kind::settings& settings() const noexcept { return how_; }

    // The registry's side.
    void collect(batch& out) const override
    {
        const std::string_view name = out.intern(name_);
        const family_id id = out.family(name, Kind::type, out.intern(help_), out.intern(unit_));
        std::vector<label_view> set;
        set.reserve(constant_.size() + labels::names.size());
        for (const label_view& l : constant_) set.push_back({out.intern(l.name), out.intern(l.value)});
        const std::size_t fixed = set.size();
        detail::scrape_scratch scratch;
        each([&](auto&& decode, typename Kind::cell& from, instant since) {
            set.resize(fixed);
            decode([&](std::size_t i, std::string_view value) {
                if (!value.empty()) set.push_back({labels::names[i], out.intern(value)});
            });
            Kind::add(out, {id, set, name, since}, from, how_, scratch);
        });
    }

    [[nodiscard]] bool has_direct(direct_format format) const noexcept override
    {
        return Kind::lines != detail::direct_lines::none &&
               !(Kind::has_exemplars && format == direct_format::openmetrics);
    }

    bool write_direct(direct_format format, detail::text_cursor& cursor, char*& at, char* end) const override
    {
        if constexpr (Kind::lines == detail::direct_lines::none) {
            return true;
        } else {
            if (!cursor.started && !start(format, cursor, at, end)) return false;
            if constexpr (Kind::lines == detail::direct_lines::number)
                return write_numbers(cursor, at, end);
            else
                return write_histograms(format, cursor, at, end);
        }
    }

    void expire(double now) noexcept override
    {
        if constexpr (!dense) {
            const double idle = options().expire_after;
            if (!(idle > 0)) {
                storage_.collect_garbage();
                return;
            }
            constexpr unsigned steps = 50;
            const double before = detail::load(last_tick_);
            const double ticks = (now - before) * steps / idle;
            double expected = before;
            if (before != 0 && ticks < 1) return;
            if (!detail::compare_exchange(last_tick_, expected, now) || before == 0) return;
            const auto add = static_cast<std::uint8_t>(ticks < 100 ? ticks : 100);
            storage_.remove_if([&](record& r) {
                std::uint8_t age = detail::load(r.age);
                if (detail::load(r.references) > 1) {  // somebody holds it
                    detail::store(r.age, std::uint8_t{0});
                    return false;
                }
                const auto older = static_cast<std::uint8_t>(age + add > 200 ? 200 : age + add);
                // A lookup in between sets the age to 0; then the series stays.
                return detail::compare_exchange(r.age, age, older) && older > steps;
            });
        }
    }

    void release(void* held) noexcept override
    {
        if constexpr (!dense) storage_.release_reference(static_cast<record*>(held));
    }
    [[nodiscard]] std::string_view signature() const noexcept override { return detail::signature_of<family>(); }
    [[nodiscard]] std::size_t memory() const noexcept override
    {
        if constexpr (dense)
            return labels::combinations() * decltype(storage_)::stride;
        else
            return storage_.memory();
    }
    [[nodiscard]] bool usable() const noexcept
    {
        if constexpr (dense)
            return storage_.usable() && sink_.usable();
        else
            return sink_.usable();
    }

    // The only series of a family without labels.
    [[nodiscard]] typename Kind::cell& cell() const noexcept
        requires(sizeof...(L) == 0)
    {
        return storage_.at(0);
    }
    void ignored() const noexcept { count_ignored(); }

private:
    template <class... A>
    [[gnu::always_inline]] record* lookup(const A&... values) const noexcept
    {
        record* const r = storage_.find(values...);
        if (r == nullptr) [[unlikely]]
            return lookup_slowly(values...);
        if (detail::load(r->age) != 0) detail::store(r->age, std::uint8_t{0});
        return r;
    }

    template <class... A>
    [[gnu::noinline]] record* lookup_slowly(const A&... values) const noexcept
    {
        unsigned char key[detail::max_key * 3 + 64];
        const std::size_t bytes = clean_key(key, values...);
        if (bytes != 0) {
            bool escaped = false;
            labels::decode(key, [&](std::size_t, std::string_view v) { escaped = escaped || detail::needs_escape(v); });
            const auto found = storage_.find_or_add(
                key, bytes, escaped ? detail::record_state::live_escaped : detail::record_state::live,
                options().max_series);
            if (found.at != nullptr) {
                detail::store(found.at->age, std::uint8_t{0});
                return found.at;
            }
        }
        count_dropped();
        return nullptr;
    }

    /// The key with bad UTF-8 replaced; 0 when the values make no key.
    template <class... A>
    [[gnu::noinline]] static std::size_t clean_key(unsigned char (&key)[detail::max_key * 3 + 64],
                                                   const A&... values) noexcept
    {
        if (!labels::known(values...) || labels::bound(values...) > detail::max_key) return 0;
        const std::size_t bytes = labels::encode(key, values...);
        if (is_utf8({reinterpret_cast<const char*>(key), bytes})) return bytes;  // lengths over 127 bytes look bad, too
        unsigned char raw[detail::max_key + 64];
        std::memcpy(raw, key, bytes);
        const unsigned char* from = raw;
        unsigned char* to = key;
        const auto one = [&]<class Label>() {
            if constexpr (detail::form_of<Label> == detail::label_form::number) {
                to = detail::put_length(to, detail::get_length(from));
            } else if constexpr (detail::form_of<Label> == detail::label_form::integer) {
                std::memcpy(to, from, 8);
                from += 8;
                to += 8;
            } else {
                const std::size_t n = detail::get_length(from);
                const std::string_view value(reinterpret_cast<const char*>(from), n);
                from += n;
                std::size_t clean = 0;
                for (std::size_t i = 0; i < n;) {
                    const std::size_t length = detail::utf8_sequence(value.data() + i, n - i);
                    clean += length != 0 ? length : 3;
                    i += length != 0 ? length : 1;
                }
                if (clean > detail::max_key) return false;
                to = detail::put_length(to, clean);
                for (std::size_t i = 0; i < n;) {
                    const std::size_t length = detail::utf8_sequence(value.data() + i, n - i);
                    std::memcpy(to, length != 0 ? value.data() + i : "\xEF\xBF\xBD", length != 0 ? length : 3);
                    to += length != 0 ? length : 3;
                    i += length != 0 ? length : 1;
                }
            }
            return true;
        };
        const bool fits = (one.template operator()<L>() && ...);
        std::memset(to, 0, 8);
        const std::size_t size = detail::to_words(static_cast<std::size_t>(to - key));
        return fits && size <= detail::max_key ? size : 0;
    }

    /// Calls f(decode, cell, since when it counts) for every series.
    template <class F>
    void each(F&& f) const
    {
        detail::text_cursor all;
        resume(all, [&](auto&& decode, typename Kind::cell& from, bool, std::size_t, instant since) {
            f(decode, from, since);
            return true;
        });
    }

    /// Calls f(decode, cell, plain, bytes of the values as text, since) for every series from the cursor on, until it
    /// returns false.
    template <class F>
    bool resume(detail::text_cursor& cursor, F&& f) const
    {
        if constexpr (dense) {
            for (; cursor.unit < labels::combinations(); ++cursor.unit) {
                const auto decode = [&](auto&& g) { labels::decode_index(cursor.unit, g); };
                if (!f(decode, storage_.at(cursor.unit), false, enum_bytes, created())) return false;
            }
            return true;
        } else {
            typename map_type::cursor at{cursor.slab, cursor.unit};
            const bool done = storage_.walk(at, [&](record& r) {
                const auto decode = [&](auto&& g) { labels::decode(r.key(), g); };
                return f(decode, r.cell, detail::load(r.state) == detail::record_state::live,
                         r.units * std::size_t{16} + enum_bytes + integer_bytes, r.created.when());
            });
            cursor.slab = at.slab;
            cursor.unit = at.unit;
            return done;
        }
    }

    bool write_numbers(detail::text_cursor& cursor, char*& at, char* end) const
    {
        const std::size_t fixed = name_.size() + pieces_.fixed() + 96;
        return resume(cursor,
                      [&](auto&& decode, typename Kind::cell& from, bool plain, std::size_t value_bytes, instant) {
                          if (static_cast<std::size_t>(end - at) < fixed + value_bytes) return false;
                          char* to = open_.put(at);
                          if (!pieces_.none()) {
                              char* const first = to;
                              *to++ = '{';
                              to = pieces_.put(to, plain, decode);
                              if (to == first + 1)
                                  to = first;  // every label is empty
                              else
                                  *to++ = '}';
                          }
                          *to++ = ' ';
                          to = detail::put_number(to, from.value());
                          *to++ = '\n';
                          at = to;
                          return true;
                      });
    }

    bool write_histograms(direct_format format, detail::text_cursor& cursor, char*& at, char* end) const
    {
        return resume(cursor, [&](auto&& decode, typename Kind::cell& from, bool plain, std::size_t value_bytes,
                                  instant) {
            if (!cursor.large.empty()) return false;  // goes out first
            cursor.labels.resize(pieces_.fixed() + value_bytes + 64);
            const char* const last = pieces_.put(cursor.labels.data(), plain, decode);
            const std::string_view text(cursor.labels.data(), static_cast<std::size_t>(last - cursor.labels.data()));
            const std::size_t most = lines_.most(text.size());
            char* to = at;
            if (static_cast<std::size_t>(end - at) < most) {
                if (at != cursor.chunk) return false;
                cursor.large.resize(most);  // a series longer than a chunk
                to = cursor.large.data();
            }
            cursor.counts.assign(how_.bounds.size() + 1, 0);
            const double sum = from.read(cursor.counts);
            char* const after = lines_.put(to, format, text, cursor.counts, sum);
            if (to == at)
                at = after;
            else
                cursor.large.resize(static_cast<std::size_t>(after - to));
            return true;
        });
    }

    bool start(direct_format format, detail::text_cursor& cursor, char*& at, const char* end) const
    {
        const std::string metadata = detail::metadata_text(format, name_, Kind::type, help_, unit_);
        if (metadata.size() > static_cast<std::size_t>(end - at)) return false;
        std::memcpy(at, metadata.data(), metadata.size());
        at += metadata.size();
        cursor.started = true;
        return true;
    }

    /// Most bytes of the enum texts of a line, escaped.
    template <class Label>
    static consteval std::size_t longest_text()
    {
        std::size_t most = 0;
        if constexpr (Label::dense) {
            using domain = detail::enum_values<typename Label::type>;
            for (std::size_t i = 0; i < domain::count; ++i)
                most = most < domain::text(i).size() ? domain::text(i).size() : most;
        }
        return 2 * most;
    }
    static constexpr std::size_t enum_bytes = (longest_text<L>() + ... + 0);
    static constexpr std::size_t integer_bytes = 24 * sizeof...(L);

    typename Kind::settings how_;
    mutable std::conditional_t<dense, detail::cell_array<Kind, dense ? labels::combinations() : 1>, map_type> storage_;
    detail::cell_array<Kind, 1> sink_;  ///< takes what is dropped
    std::vector<label_view> constant_;
    detail::label_pieces pieces_;
    detail::piece open_{std::string(name_)};
    [[no_unique_address]] std::conditional_t<Kind::lines == detail::direct_lines::histogram, detail::histogram_text,
                                             nothing>
        lines_;
    double last_tick_ = 0;
};

}  // namespace pitot
