#pragma once
// What may stand between the angle brackets of `registry.counter<…>`, checked while compiling.

#include <pitot/metrics/family.hpp>
#include <pitot/metrics/labels.hpp>
#include <pitot/metrics/name.hpp>
#include <pitot/model/name.hpp>
#include <pitot/model/type.hpp>

#include <array>
#include <span>
#include <string_view>
#include <type_traits>

namespace pitot {

/// The unit of a family's values, a suffix of its name: unit<"seconds">.
template <fixed_string Text>
struct unit {};

/// One cache line a thread (for up to N threads) instead of one number: counting and observing scale with the cores,
/// at N × 64 bytes a series (histograms: N times their buckets). For the few series that many threads write to.
template <unsigned N = 16>
struct sharded {
    static_assert(N >= 2 && (N & (N - 1)) == 0 && N <= 1024, "the number of shards is a power of two from 2 to 1024");
};

/// Keeps the newest exemplar of each counter, or of each bucket of a classic histogram: about 300 bytes each.
struct exemplars {};

namespace detail {

template <class... T>
struct list {};

template <class Kind, class List>
struct family_from;
template <class Kind, class... L>
struct family_from<Kind, list<L...>> {
    using type = family<Kind, L...>;
};

template <class A>
inline constexpr bool is_unit = false;
template <fixed_string Text>
inline constexpr bool is_unit<unit<Text>> = true;
template <class A>
inline constexpr unsigned shards_of = 0;
template <unsigned N>
inline constexpr unsigned shards_of<sharded<N>> = N;
template <class A>
inline constexpr std::string_view unit_of{};
template <fixed_string Text>
inline constexpr std::string_view unit_of<unit<Text>> = Text;

template <class Done, class... Rest>
struct pick_labels {
    using type = Done;
};
template <class... Done, class First, class... Rest>
struct pick_labels<list<Done...>, First, Rest...>
    : pick_labels<std::conditional_t<is_label<First>, list<Done..., First>, list<Done...>>, Rest...> {};

template <class L>
struct label_names;
template <class... L>
struct label_names<list<L...>> {
    static constexpr std::array<std::string_view, sizeof...(L)> names{L::name()...};
};

template <fixed_string Name, metric_type Type>
consteval void check_name()
{
    constexpr std::string_view name = Name;
    static_assert(is_legacy_metric_name(name),
                  "a metric name has letters, digits, underscores and colons, and starts with no digit");
    constexpr bool total = name.ends_with("_total");
    static_assert(Type != metric_type::counter || (total && name.size() > 6), "a counter's name ends in _total");
    static_assert(Type == metric_type::counter || !total, "only a counter's name ends in _total");
    static_assert(Type != metric_type::info || (name.ends_with("_info") && name.size() > 5),
                  "an info's name ends in _info");
    constexpr bool has_parts = Type == metric_type::histogram || Type == metric_type::summary ||
                               Type == metric_type::gauge_histogram;
    static_assert(!has_parts || !(name.ends_with("_bucket") || name.ends_with("_count") || name.ends_with("_sum")),
                  "the name of a histogram or summary does not end in _bucket, _count or _sum");
}

template <class... Args>
struct spec {
    static_assert(((is_label<Args> || is_unit<Args> || shards_of<Args> != 0 || std::is_same_v<Args, exemplars>)&&...),
                  "after the name stand label<...>, unit<...>, sharded<...> or exemplars");
    static_assert(((is_unit<Args> ? 1 : 0) + ... + 0) <= 1, "a family has one unit");
    static_assert(((shards_of<Args> != 0 ? 1 : 0) + ... + 0) <= 1, "a family is sharded once");

    using labels = typename pick_labels<list<>, Args...>::type;
    template <class Kind>
    using family = typename family_from<Kind, labels>::type;
    static constexpr unsigned shards = (shards_of<Args> + ... + 0U) == 0 ? 1 : (shards_of<Args> + ... + 0U);

    static constexpr bool keeps_exemplars = (std::is_same_v<Args, exemplars> || ...);

    static constexpr std::span<const std::string_view> names() noexcept { return label_names<labels>::names; }
    static constexpr std::string_view unit_text() noexcept
    {
        std::string_view text;
        ((text = is_unit<Args> ? unit_of<Args> : text), ...);
        return text;
    }

    static consteval bool has_label(std::string_view name)
    {
        for (const std::string_view n : names())
            if (n == name) return true;
        return false;
    }

    template <fixed_string Name, class Kind>
    static consteval void check()
    {
        constexpr metric_type Type = Kind::type;
        static_assert(!keeps_exemplars || Kind::has_exemplars, "only counters and classic histograms keep exemplars");
        static_assert(shards == 1 || Kind::type == metric_type::counter || Kind::lines == direct_lines::histogram,
                      "only counters and classic histograms can be sharded");
        constexpr bool legal = [] {
            for (const std::string_view n : names())
                if (!is_legacy_label_name(n)) return false;
            return true;
        }();
        static_assert(legal, "a label name has letters, digits and underscores, and starts with no digit");
        constexpr bool reserved = [] {
            for (const std::string_view n : names())
                if (is_reserved_label_name(n) || n == "le" || n == "quantile") return true;
            return false;
        }();
        static_assert(!reserved, "le, quantile and names that begin with __ are reserved: no label has them");
        constexpr bool twice = [] {
            const auto n = names();
            for (std::size_t i = 0; i < n.size(); ++i)
                for (std::size_t j = 0; j < i; ++j)
                    if (n[i] == n[j]) return true;
            return false;
        }();
        static_assert(!twice, "a family has each label once");
        static_assert(unit_text().empty() || ends_with_unit(Name, unit_text()),
                      "the unit is a suffix of the family's name: request_duration_seconds has unit<\"seconds\">");
        static_assert(unit_text().empty() || (Type != metric_type::info && Type != metric_type::state_set),
                      "an info or state set has no unit");
    }
};

}  // namespace detail
}  // namespace pitot
