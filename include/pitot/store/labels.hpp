#pragma once
// The labels of a series, its name among them as __name__.

#include <pitot/base/numbering.hpp>
#include <pitot/base/order.hpp>
#include <pitot/base/vectors.hpp>

#include <algorithm>
#include <bit>
#include <compare>
#include <cstdint>
#include <initializer_list>
#include <string>
#include <string_view>
#include <vector>

namespace pitot::store {

inline constexpr std::string_view name_label = "__name__";

/// Labels that say what a metric is: its name, and with another feature its type and unit. Operations drop them.
[[nodiscard]] constexpr bool is_metadata_label(std::string_view name) noexcept
{
    return name == name_label || name == "__type__" || name == "__unit__";
}

struct label {
    std::string_view name;
    std::string_view value;
    friend auto operator<=>(const label&, const label&) = default;
};

/// By name, each once, none empty. Views of texts that someone else keeps.
class label_set {
public:
    label_set() = default;
    /// A later one of the same name wins.
    explicit label_set(std::vector<label> all) : all_(std::move(all))
    {
        const auto sorted = [](const label& a, const label& b) { return a.name < b.name; };
        if (!std::is_sorted(all_.begin(), all_.end(), sorted)) {
            const std::vector<label> given = all_;
            std::size_t to = 0;
            for (const std::uint32_t i : order_of(
                     given.size(), [&](std::uint32_t a, std::uint32_t b) { return given[a].name < given[b].name; }))
                all_[to++] = given[i];
        }
        std::size_t n = 0;
        for (const label& l : all_) {
            if (n > 0 && all_[n - 1].name == l.name) --n;
            all_[n++] = l;
        }
        all_.resize(n);
        drop_if(all_, [](const label& l) { return l.value.empty(); });
    }

    label_set(std::initializer_list<label> all) : label_set(std::vector<label>(all)) {}

    [[nodiscard]] auto begin() const noexcept { return all_.begin(); }
    [[nodiscard]] auto end() const noexcept { return all_.end(); }
    [[nodiscard]] std::size_t size() const noexcept { return all_.size(); }
    [[nodiscard]] bool empty() const noexcept { return all_.empty(); }

    /// Empty when it is not there.
    [[nodiscard]] std::string_view get(std::string_view name) const noexcept
    {
        for (const label& l : all_)
            if (l.name == name) return l.value;
        return {};
    }
    [[nodiscard]] std::string_view metric_name() const noexcept { return get(name_label); }

    /// An empty value takes it away.
    void set(std::string_view name, std::string_view value)
    {
        std::size_t at = 0;
        while (at < all_.size() && all_[at].name < name) ++at;
        const bool there = at < all_.size() && all_[at].name == name;
        if (value.empty()) {
            if (there) erase_if([name](std::string_view n) { return n == name; });
        } else if (there) {
            all_[at].value = value;
        } else {
            insert_at(all_, at, {name, value});
        }
    }
    template <class F>
    void erase_if(F&& f)
    {
        drop_if(all_, [&](const label& l) { return f(l.name); });
    }
    void drop_metadata()
    {
        erase_if([](std::string_view name) { return is_metadata_label(name); });
    }

    friend bool operator==(const label_set&, const label_set&) = default;
    friend auto operator<=>(const label_set& a, const label_set& b)
    {
        return std::lexicographical_compare_three_way(a.all_.begin(), a.all_.end(), b.all_.begin(), b.all_.end());
    }

    /// Appends what tells this set from others: names and values, each with its length before it.
    void append_key(std::string& out) const
    {
        for (const label& l : all_) append_key(out, l);
    }
    [[gnu::noinline]] static void append_key(std::string& out, const label& l)
    {
        for (const std::string_view text : {l.name, l.value}) {
            const auto size = static_cast<std::uint32_t>(text.size());
            out.append(reinterpret_cast<const char*>(&size), sizeof size);
            out += text;
        }
    }

private:
    std::vector<label> all_;
};

/// Label sets numbered as they first come.
class label_numbering {
public:
    /// The number of a set, the next one when it is new.
    std::uint32_t add(const label_set& labels)
    {
        key_.clear();
        labels.append_key(key_);
        return numbers_.add(key_);
    }
    [[nodiscard]] std::size_t size() const noexcept { return numbers_.size(); }

private:
    numbering numbers_;
    std::string key_;
};

namespace detail {

/// source  Yann Collet, xxHash: XXH64 with seed 0
[[nodiscard]] inline std::uint64_t xxhash64(std::string_view text) noexcept
{
    constexpr std::uint64_t p1 = 0x9E3779B185EBCA87U;
    constexpr std::uint64_t p2 = 0xC2B2AE3D27D4EB4FU;
    constexpr std::uint64_t p3 = 0x165667B19E3779F9U;
    constexpr std::uint64_t p4 = 0x85EBCA77C2B2AE63U;
    constexpr std::uint64_t p5 = 0x27D4EB2F165667C5U;
    const auto read = [text](std::size_t at, std::size_t bytes) {
        std::uint64_t v = 0;
        for (std::size_t i = bytes; i-- > 0;) v = v << 8U | static_cast<unsigned char>(text[at + i]);
        return v;
    };
    const auto round = [](std::uint64_t lane, std::uint64_t input) { return std::rotl(lane + input * p2, 31) * p1; };
    std::size_t at = 0;
    std::uint64_t h = p5;
    if (text.size() >= 32) {
        std::uint64_t lanes[4] = {p1 + p2, p2, 0, 0 - p1};
        for (; at + 32 <= text.size(); at += 32)
            for (std::size_t i = 0; i < 4; ++i) lanes[i] = round(lanes[i], read(at + 8 * i, 8));
        h = std::rotl(lanes[0], 1) + std::rotl(lanes[1], 7) + std::rotl(lanes[2], 12) + std::rotl(lanes[3], 18);
        for (const std::uint64_t lane : lanes) h = (h ^ round(0, lane)) * p1 + p4;
    }
    h += text.size();
    for (; at + 8 <= text.size(); at += 8) h = std::rotl(h ^ round(0, read(at, 8)), 27) * p1 + p4;
    if (at + 4 <= text.size()) {
        h = std::rotl(h ^ read(at, 4) * p1, 23) * p2 + p3;
        at += 4;
    }
    for (; at < text.size(); ++at) h = std::rotl(h ^ static_cast<unsigned char>(text[at]) * p5, 11) * p1;
    h = (h ^ h >> 33U) * p2;
    h = (h ^ h >> 29U) * p3;
    return h ^ h >> 32U;
}

}  // namespace detail

/// The hash that Prometheus gives the labels, so that limit_ratio takes the same series.
/// source  Prometheus, model/labels: texts one after the other, each with its length before it
[[nodiscard]] inline std::uint64_t hash(const label_set& labels)
{
    std::string bytes;
    for (const label& l : labels)
        for (const std::string_view text : {l.name, l.value}) {
            const std::size_t n = text.size();
            if (n < 255) {
                bytes += static_cast<char>(n);
            } else {
                bytes += '\xFF';
                for (unsigned shift = 0; shift < 24; shift += 8) bytes += static_cast<char>(n >> shift & 255U);
            }
            bytes += text;
        }
    return detail::xxhash64(bytes);
}

}  // namespace pitot::store
