#pragma once
// The labels of a series, its name among them as __name__.

#include <algorithm>
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
        std::stable_sort(all_.begin(), all_.end(), [](const label& a, const label& b) { return a.name < b.name; });
        std::size_t n = 0;
        for (const label& l : all_) {
            if (n > 0 && all_[n - 1].name == l.name) --n;
            all_[n++] = l;
        }
        all_.resize(n);
        std::erase_if(all_, [](const label& l) { return l.value.empty(); });
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
        const auto at = std::lower_bound(all_.begin(), all_.end(), name,
                                         [](const label& l, std::string_view n) { return l.name < n; });
        const bool there = at != all_.end() && at->name == name;
        if (value.empty()) {
            if (there) all_.erase(at);
        } else if (there) {
            at->value = value;
        } else {
            all_.insert(at, {name, value});
        }
    }
    template <class F>
    void erase_if(F&& f)
    {
        std::erase_if(all_, [&](const label& l) { return f(l.name); });
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
    static void append_key(std::string& out, const label& l)
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

/// FNV-1a, finished as in splitmix64, so that all bits count.
[[nodiscard]] inline std::uint64_t hash(const label_set& labels) noexcept
{
    std::uint64_t h = 14695981039346656037U;
    const auto mix = [&h](std::string_view text) {
        for (const char c : text) h = (h ^ static_cast<unsigned char>(c)) * 1099511628211U;
        h = (h ^ 0xFFU) * 1099511628211U;
    };
    for (const label& l : labels) {
        mix(l.name);
        mix(l.value);
    }
    h = (h ^ (h >> 30U)) * 0xBF58476D1CE4E5B9U;
    h = (h ^ (h >> 27U)) * 0x94D049BB133111EBU;
    return h ^ (h >> 31U);
}

}  // namespace pitot::store
