#pragma once
// Labels as types, checked while compiling, and how their values become the key of a series.
//
// A key is the values one after the other, each self-delimiting (a length of one or two bytes before the text, or the
// number of an enum value), padded with zero bytes to whole words. So no key is the beginning of another.

#include <pitot/metrics/enum_text.hpp>
#include <pitot/model/name.hpp>

#include <array>
#include <charconv>  // std::to_chars
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <cstring>  // std::memcpy
#include <string_view>
#include <type_traits>

namespace pitot {

/// A label of a family. T is an enum or bool (a fixed set: found by index, exposed from the start), an integer, or a
/// text (the default).
template <fixed_string Name, class T = std::string_view>
struct label {
    using type = T;
    static constexpr std::string_view name() noexcept { return Name; }
    static constexpr bool dense = std::is_enum_v<T> || std::is_same_v<T, bool>;
    static_assert(dense || std::integral<T> || std::is_convertible_v<T, std::string_view>,
                  "a label is an enum, a bool, an integer or a text");
};

namespace detail {

/// Most bytes of a key; longer label values are refused and counted.
inline constexpr std::size_t max_key = std::size_t{16} * 1024;

[[nodiscard]] constexpr std::size_t to_words(std::size_t bytes) noexcept { return (bytes + 7) & ~std::size_t{7}; }

/// Copies n bytes and reads none beyond them; faster than a call for short texts.
[[gnu::always_inline]] inline unsigned char* copy_short(unsigned char* to, const char* from, std::size_t n) noexcept
{
    if (n >= 8) {
        if (n > 64) {
            std::memcpy(to, from, n);
            return to + n;
        }
        std::size_t i = 0;
        for (; i + 8 < n; i += 8) std::memcpy(to + i, from + i, 8);
        std::memcpy(to + n - 8, from + n - 8, 8);
        return to + n;
    }
    if (n >= 4) {
        std::memcpy(to, from, 4);
        std::memcpy(to + n - 4, from + n - 4, 4);
        return to + n;
    }
    if (n != 0) {
        to[0] = static_cast<unsigned char>(from[0]);
        to[n / 2] = static_cast<unsigned char>(from[n / 2]);
        to[n - 1] = static_cast<unsigned char>(from[n - 1]);
    }
    return to + n;
}

[[gnu::always_inline]] inline unsigned char* put_length(unsigned char* to, std::size_t n) noexcept
{
    if (n < 0x80) {
        *to = static_cast<unsigned char>(n);
        return to + 1;
    }
    to[0] = static_cast<unsigned char>(0x80U | (n >> 8U));
    to[1] = static_cast<unsigned char>(n);
    return to + 2;
}

[[gnu::always_inline]] inline std::size_t get_length(const unsigned char*& from) noexcept
{
    const std::size_t first = *from++;
    if (first < 0x80) return first;
    return ((first & 0x7FU) << 8U) | *from++;
}

[[gnu::always_inline]] inline std::uint64_t fold(std::uint64_t a, std::uint64_t b) noexcept
{
    __extension__ using wide = unsigned __int128;
    const wide product = static_cast<wide>(a) * b;
    return static_cast<std::uint64_t>(product) ^ static_cast<std::uint64_t>(product >> 64U);
}

template <class T>
[[gnu::always_inline]] inline std::uint64_t read_as(const char* from) noexcept
{
    T value;
    std::memcpy(&value, from, sizeof value);
    return value;
}

/// Hash of one label value: multiply and fold, 16 bytes at a time. It reads the value where it is: putting a key
/// together first and reading it back by words would wait for every byte just stored.
[[gnu::always_inline]] inline std::uint64_t hash_text(const char* p, std::size_t n, std::uint64_t seed) noexcept
{
    constexpr std::uint64_t k = 0x9E3779B97F4A7C15U;
    std::uint64_t a = 0;
    std::uint64_t b = 0;
    std::uint64_t h = seed;
    if (n >= 8) {
        std::size_t i = 0;
        for (; i + 16 < n; i += 16) h = fold(read_as<std::uint64_t>(p + i) ^ h, read_as<std::uint64_t>(p + i + 8) ^ k);
        a = n - i >= 8 ? read_as<std::uint64_t>(p + i) : 0;
        b = read_as<std::uint64_t>(p + n - 8);
    } else if (n >= 4) {
        a = read_as<std::uint32_t>(p);
        b = read_as<std::uint32_t>(p + n - 4);
    } else if (n != 0) {
        a = static_cast<std::uint64_t>(static_cast<unsigned char>(p[0])) << 16U |
            static_cast<std::uint64_t>(static_cast<unsigned char>(p[n / 2])) << 8U |
            static_cast<unsigned char>(p[n - 1]);
    }
    return fold(a ^ h ^ n, b ^ k ^ (seed << 7U));
}

[[gnu::always_inline]] inline bool same_text(const char* p, const char* q, std::size_t n) noexcept
{
    if (n >= 8) {
        if (n > 64) return std::memcmp(p, q, n) == 0;
        std::uint64_t difference = read_as<std::uint64_t>(p + n - 8) ^ read_as<std::uint64_t>(q + n - 8);
        for (std::size_t i = 0; i + 8 < n; i += 8)
            difference |= read_as<std::uint64_t>(p + i) ^ read_as<std::uint64_t>(q + i);
        return difference == 0;
    }
    if (n >= 4)
        return read_as<std::uint32_t>(p) == read_as<std::uint32_t>(q) &&
               read_as<std::uint32_t>(p + n - 4) == read_as<std::uint32_t>(q + n - 4);
    return n == 0 || (p[0] == q[0] && p[n / 2] == q[n / 2] && p[n - 1] == q[n - 1]);
}

template <class L>
inline constexpr bool is_label = false;
template <fixed_string Name, class T>
inline constexpr bool is_label<label<Name, T>> = true;

/// What a label is in a key: a text behind its length, an integer in 8 bytes, or the number of an enum value.
enum class label_form : unsigned char { text, integer, number };

template <class L>
inline constexpr label_form form_of = L::dense                          ? label_form::number
                                      : std::integral<typename L::type> ? label_form::integer
                                                                        : label_form::text;

/// A label value given as an argument.
template <class L, class A>
struct label_argument {
    static constexpr label_form form = form_of<L>;
    const A& value;

    [[nodiscard, gnu::always_inline]] std::uint64_t number() const noexcept
    {
        if constexpr (form == label_form::number)
            return enum_values<typename L::type>::index(value);
        else
            return static_cast<std::uint64_t>(static_cast<typename L::type>(value));
    }
    [[nodiscard, gnu::always_inline]] std::size_t bound() const noexcept
    {
        if constexpr (form == label_form::text)
            return std::string_view(value).size() + 2;
        else
            return 8;
    }
    [[gnu::always_inline]] unsigned char* put(unsigned char* out) const noexcept
    {
        if constexpr (form == label_form::number) {
            return put_length(out, number());
        } else if constexpr (form == label_form::integer) {
            const std::uint64_t n = number();
            std::memcpy(out, &n, 8);
            return out + 8;
        } else {
            const std::string_view text(value);
            return copy_short(put_length(out, text.size()), text.data(), text.size());
        }
    }
    [[nodiscard, gnu::always_inline]] std::uint64_t hash(std::uint64_t seed) const noexcept
    {
        if constexpr (form == label_form::text) {
            const std::string_view text(value);
            return hash_text(text.data(), text.size(), seed);
        } else {
            return fold(number() ^ seed, seed | 1U);
        }
    }
    /// Is this the value in the key? Moves on behind it.
    [[gnu::always_inline]] bool matches(const unsigned char*& key) const noexcept
    {
        if constexpr (form == label_form::number) {
            return get_length(key) == number();
        } else if constexpr (form == label_form::integer) {
            key += 8;
            return read_as<std::uint64_t>(reinterpret_cast<const char*>(key - 8)) == number();
        } else {
            const std::string_view text(value);
            if (get_length(key) != text.size()) return false;
            key += text.size();
            return same_text(reinterpret_cast<const char*>(key - text.size()), text.data(), text.size());
        }
    }
    [[nodiscard]] bool known() const noexcept
    {
        if constexpr (form == label_form::number)
            return number() < enum_values<typename L::type>::count;
        else
            return true;
    }
};

template <class L, class A>
consteval bool accepts_argument()
{
    if constexpr (L::dense)
        return std::is_same_v<A, typename L::type>;
    else if constexpr (std::integral<typename L::type>)
        return std::integral<A> && !std::is_same_v<A, bool>;
    else
        return std::is_convertible_v<const A&, std::string_view>;
}

/// Values of a label with a fixed set of them; 1 for any other.
template <class L>
consteval std::size_t label_count()
{
    if constexpr (L::dense)
        return enum_values<typename L::type>::count;
    else
        return 1;
}

/// All labels of a family.
template <class... L>
struct label_set {
    static constexpr std::size_t size = sizeof...(L);
    static constexpr std::array<std::string_view, size> names{L::name()...};
    static constexpr std::array<bool, size> is_integer{(form_of<L> == label_form::integer)...};
    static constexpr bool all_dense = (L::dense && ...);

    /// Number of series when all labels are fixed sets.
    static consteval std::size_t combinations()
    {
        std::size_t n = 1;
        for (const std::size_t count : {std::size_t{1}, label_count<L>()...}) n = n > 1'000'000 ? n : n * count;
        return n;
    }

    template <class... A>
    static consteval void check_arguments()
    {
        static_assert(sizeof...(A) == size, "with() takes one value for each label of the family, in order");
        if constexpr (sizeof...(A) == size)
            static_assert((accepts_argument<L, A>() && ...),
                          "a label value has another type than its label: an enum label takes its enum, an integer "
                          "label an integer, a text label a text");
    }

    /// Position in the dense array: mixed radix, the last label counts fastest; combinations() when a value has no
    /// text.
    template <class... A>
    [[gnu::always_inline]] static constexpr std::size_t index(const A&... values) noexcept
    {
        std::size_t at = 0;
        bool known = true;
        (
            [&] {
                using domain = enum_values<typename L::type>;
                const std::size_t i = domain::index(values);
                known = known && i < domain::count;
                at = at * domain::count + i;
            }(),
            ...);
        return known ? at : combinations();
    }

    template <class... A>
    [[gnu::always_inline]] static std::size_t bound(const A&... values) noexcept
    {
        return (label_argument<L, A>{values}.bound() + ... + 8);
    }
    template <class... A>
    static bool known(const A&... values) noexcept
    {
        return (label_argument<L, A>{values}.known() && ...);
    }
    /// Writes the padded key; returns its size in bytes, a multiple of 8.
    template <class... A>
    [[gnu::always_inline]] static std::size_t encode(unsigned char* out, const A&... values) noexcept
    {
        unsigned char* at = out;
        ((at = label_argument<L, A>{values}.put(at)), ...);
        std::memset(at, 0, 8);
        return to_words(static_cast<std::size_t>(at - out));
    }

    /// A seed for each label, so that two labels with swapped values differ.
    static constexpr std::uint64_t seed_of(std::size_t i, std::uint64_t seed) noexcept
    {
        return seed + i * 0xD6E8FEB86659FD93U;
    }
    /// seed  differs by family and run: label values chosen by others cannot be chosen to collide
    template <class... A>
    [[gnu::always_inline]] static std::uint64_t hash(std::uint64_t seed, const A&... values) noexcept
    {
        std::size_t i = 0;
        std::uint64_t sum = 0;
        ((sum += label_argument<L, A>{values}.hash(seed_of(i++, seed))), ...);
        return fold(sum, seed);
    }
    static std::uint64_t hash_key(std::uint64_t seed, const unsigned char* key) noexcept
    {
        std::size_t i = 0;
        std::uint64_t sum = 0;
        const auto one = [&]<class Label>() {
            const std::uint64_t s = seed_of(i++, seed);
            if constexpr (form_of<Label> == label_form::text) {
                const std::size_t n = get_length(key);
                sum += hash_text(reinterpret_cast<const char*>(key), n, s);
                key += n;
            } else if constexpr (form_of<Label> == label_form::integer) {
                sum += fold(read_as<std::uint64_t>(reinterpret_cast<const char*>(key)) ^ s, s | 1U);
                key += 8;
            } else {
                sum += fold(get_length(key) ^ s, s | 1U);
            }
        };
        (one.template operator()<L>(), ...);
        return fold(sum, seed);
    }
    template <class... A>
    [[gnu::always_inline]] static bool matches(const unsigned char* key, const A&... values) noexcept
    {
        return (label_argument<L, A>{values}.matches(key) && ...);
    }

    /// Calls f(position, value) for each label of a key.
    template <class F>
    [[gnu::always_inline]] static void decode(const unsigned char* key, F&& f)
    {
        std::size_t i = 0;
        const auto one = [&]<class Label>() {
            if constexpr (form_of<Label> == label_form::number) {
                using domain = enum_values<typename Label::type>;
                const std::size_t n = get_length(key);
                f(i++, n < domain::count ? domain::text(n) : std::string_view{});
            } else if constexpr (form_of<Label> == label_form::integer) {
                char text[24];
                const auto n = static_cast<typename Label::type>(
                    read_as<std::uint64_t>(reinterpret_cast<const char*>(key)));
                key += 8;
                f(i++, std::string_view(text, static_cast<std::size_t>(std::to_chars(text, text + 24, n).ptr - text)));
            } else {
                const std::size_t n = get_length(key);
                f(i++, std::string_view(reinterpret_cast<const char*>(key), n));
                key += n;
            }
        };
        (one.template operator()<L>(), ...);
    }
    /// The same for a position in the dense array.
    template <class F>
    static void decode_index(std::size_t at, F&& f)
    {
        std::array<std::size_t, size + 1> digits{};
        std::size_t i = 0;
        constexpr std::array<std::size_t, size + 1> radix{label_count<L>()...};
        for (i = size; i > 0; --i) {
            digits[i - 1] = at % radix[i - 1];
            at /= radix[i - 1];
        }
        i = 0;
        (
            [&] {
                if constexpr (L::dense) f(i, enum_values<typename L::type>::text(digits[i]));
                ++i;
            }(),
            ...);
    }
};

}  // namespace detail
}  // namespace pitot
