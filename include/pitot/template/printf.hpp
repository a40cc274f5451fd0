#pragma once
// Go's printf, for the values that templates have.

#include <pitot/base/text.hpp>
#include <pitot/base/utf8.hpp>
#include <pitot/template/value.hpp>
#include <pitot/template/words.hpp>

#include <algorithm>
#include <bit>  // std::bit_cast
#include <cmath>
#include <cstdint>
#include <cstdio>
#include <cstdlib>  // std::atoi
#include <string>
#include <string_view>
#include <vector>

namespace pitot::templates::detail {

/// precision  -1: none given
struct verb_form {
    bool plus = false;
    bool minus = false;
    bool sharp = false;
    bool blank = false;
    bool zero = false;
    int width = 0;
    int precision = -1;
};

/// Go's default form of a value as an argument, which says <nil> of nothing.
[[nodiscard]] inline std::string argument_text(const value& v) { return to_text(v, "<nil>"); }

[[nodiscard]] inline std::string padded(std::string text, const verb_form& how, bool zeros)
{
    std::size_t length = 0;
    for (const char c : text) length += (static_cast<unsigned char>(c) & 0xC0U) != 0x80U ? 1 : 0;
    const auto width = static_cast<std::size_t>(how.width);
    if (length >= width) return text;
    if (how.minus) return text + std::string(width - length, ' ');
    if (!zeros) return std::string(width - length, ' ') + text;
    const std::size_t sign = text.starts_with('-') || text.starts_with('+') || text.starts_with(' ') ? 1 : 0;
    return text.insert(sign, width - length, '0');
}
[[nodiscard]] inline std::string bad_verb(char verb, const value& v)
{
    if (v.is_nil()) return concat("%!", std::string_view(&verb, 1), "(<nil>)");
    return concat("%!", std::string_view(&verb, 1), "(", type_of(v), "=", to_text(v), ")");
}
/// how  blank: bytes apart; sharp: 0x before them
[[nodiscard]] inline std::string hexadecimal(std::string_view bytes, bool upper_case, const verb_form& how)
{
    const std::string_view digits = upper_case ? "0123456789ABCDEF" : "0123456789abcdef";
    const std::string_view prefix = !how.sharp ? "" : upper_case ? "0X" : "0x";
    std::string out;
    for (const char c : bytes) {
        const auto byte = static_cast<unsigned char>(c);
        out += concat(how.blank && !out.empty() ? " " : "", how.blank || out.empty() ? prefix : "",
                      digits.substr(byte >> 4U, 1), digits.substr(byte & 15U, 1));
    }
    return out;
}

/// As Go quotes one character: with its escapes, in single quotes.
[[nodiscard]] inline std::string quoted_rune(std::string_view one)
{
    if (one == "'") return "'\\''";
    if (one == "\"") return "'\"'";
    const std::string text = detail::quoted(one);
    return concat("'", std::string_view(text).substr(1, text.size() - 2), "'");
}

[[nodiscard]] inline std::string format_whole(std::int64_t n, char verb, const verb_form& how)
{
    if (verb == 'c' || verb == 'q' || verb == 'U') {
        std::string one;
        utf8_append(one, n >= 0 && n <= 0x10FFFF ? static_cast<std::uint32_t>(n) : 0xFFFDU);
        if (verb == 'q') one = quoted_rune(one);
        if (verb == 'U') {
            char room[24];
            std::snprintf(room, sizeof room, "U+%04llX", static_cast<unsigned long long>(n));
            const bool is_shown = how.sharp && n >= 0 && n <= 0x10FFFF &&
                                  detail::quoted(one) == concat("\"", one, "\"");
            one = is_shown ? concat(room, " '", one, "'") : std::string(room);
        }
        return padded(std::move(one), how, false);
    }
    const unsigned base = verb == 'b' ? 2 : verb == 'o' || verb == 'O' ? 8 : verb == 'x' || verb == 'X' ? 16 : 10;
    std::uint64_t left = n < 0 ? std::uint64_t{0} - static_cast<std::uint64_t>(n) : static_cast<std::uint64_t>(n);
    const std::string_view letters = verb == 'X' ? "0123456789ABCDEF" : "0123456789abcdef";
    std::string digits;
    do {
        digits.insert(digits.begin(), letters[left % base]);
        left /= base;
    } while (left != 0);
    while (static_cast<int>(digits.size()) < std::min(how.precision, 1000)) digits.insert(digits.begin(), '0');
    if (verb == 'O') digits.insert(0, "0o");
    if (how.sharp && verb != 'O' && base != 10)
        digits.insert(0, base == 2 ? "0b" : base == 8 ? "0" : verb == 'X' ? "0X" : "0x");
    const char* const sign = n < 0 ? "-" : how.plus ? "+" : how.blank ? " " : "";
    return padded(concat(sign, digits), how, how.zero && how.precision < 0);
}

[[nodiscard]] inline std::string format_number(double d, char verb, const verb_form& how)
{
    const char* const sign = std::signbit(d) && !std::isnan(d) ? "" : how.plus ? "+" : how.blank ? " " : "";
    if (std::isnan(d) || std::isinf(d)) {
        std::string text = go_float(d);
        if (how.blank && !how.plus && text.starts_with('+')) text.front() = ' ';
        return padded(text.starts_with('+') && !how.plus ? text : concat(std::isnan(d) ? sign : "", text), how, false);
    }
    std::string text;
    if ((verb == 'v' || verb == 'g' || verb == 'G') && how.precision < 0) {
        text = go_float(d);
        if (verb == 'G') std::replace(text.begin(), text.end(), 'e', 'E');
    } else if (verb == 'b') {  // the bits as a whole number, and the power of two that it counts
        const auto bits = std::bit_cast<std::uint64_t>(d);
        const auto power = static_cast<int>((bits >> 52U) & 0x7FFU);
        const std::uint64_t whole = (bits & ((std::uint64_t{1} << 52U) - 1)) |
                                    (power != 0 ? std::uint64_t{1} << 52U : 0);
        const int exponent = std::max(power, 1) - 1075;
        text = concat((bits >> 63U) != 0 ? "-" : "", std::to_string(whole), "p", exponent < 0 ? "" : "+",
                      std::to_string(exponent));
    } else if ((verb == 'x' || verb == 'X') && how.precision < 0) {
        int exponent = 0;
        char room[64];
        std::snprintf(room, sizeof room, "%a", d);
        text = room;
        const std::size_t p = text.find('p');
        exponent = p == std::string::npos ? 0 : std::atoi(text.c_str() + p + 1);
        std::snprintf(room, sizeof room, "p%c%02d", exponent < 0 ? '-' : '+', std::abs(exponent));
        text = text.substr(0, p) + room;
        if (verb == 'X')
            std::transform(text.begin(), text.end(), text.begin(),
                           [](char c) { return c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c; });
    } else {
        const char c_verb = verb == 'v' ? 'g' : verb == 'F' ? 'f' : verb;
        const std::string form = concat(how.sharp ? "%#" : "%", ".*", std::string_view(&c_verb, 1));
        std::vector<char> room(1500);
        const int n = std::snprintf(room.data(), room.size(), form.c_str(),
                                    how.precision < 0 ? 6 : std::min(how.precision, 1000), d);
        text.assign(room.data(), static_cast<std::size_t>(std::clamp<int>(n, 0, 1499)));
    }
    return padded(concat(sign, text), how, how.zero);
}

/// Other characters as \u and \U, as %+q has them.
[[nodiscard]] inline std::string ascii_of(std::string_view quoted_text)
{
    std::string out;
    for (std::size_t i = 0; i < quoted_text.size();) {
        const code_point c = utf8_decode(quoted_text, i);
        if (c.length == 0 || c.value < 0x80) {
            out += quoted_text[i++];
            continue;
        }
        char room[16];
        std::snprintf(room, sizeof room, c.value > 0xFFFF ? "\\U%08x" : "\\u%04x", static_cast<unsigned>(c.value));
        out += room;
        i += c.length;
    }
    return out;
}

[[nodiscard]] inline std::string format_text(std::string_view text, char verb, const verb_form& how)
{
    if (how.precision >= 0) {
        std::size_t end = 0;
        for (int n = 0; end < text.size() && n < how.precision; ++n)
            end += std::max<std::size_t>(utf8_decode(text, end).length, 1);
        text = text.substr(0, end);
    }
    std::string out(text);
    if (verb == 'q')
        out = how.sharp && text.find('`') == std::string_view::npos ? concat("`", text, "`") : quoted(text);
    if (verb == 'q' && how.plus && !out.starts_with('`')) out = ascii_of(out);
    if (verb == 'x' || verb == 'X') out = hexadecimal(text, verb == 'X', how);
    return padded(std::move(out), how, how.zero);
}

[[nodiscard]] inline std::string format_one(const value& v, char verb, const verb_form& how)
{
    const std::string_view allowed = v.boolean() != nullptr    ? "tv"
                                     : v.integer() != nullptr  ? "dvboOxXcqU"
                                     : v.number() != nullptr   ? "vbgGfFeExX"
                                     : v.text() != nullptr     ? "vsqxX"
                                     : v.duration() != nullptr ? "vsqd"
                                     : v.is_nil()              ? "v"
                                                               : "vsqdxXtfge";
    if (verb == 'T') return padded(v.is_nil() ? "<nil>" : type_of(v), how, false);
    if (allowed.find(verb) == std::string_view::npos) return bad_verb(verb, v);
    if (v.integer() != nullptr) return format_whole(*v.integer(), verb == 'v' ? 'd' : verb, how);
    if (v.number() != nullptr) return format_number(*v.number(), verb, how);
    if (v.text() != nullptr) return format_text(*v.text(), verb, how);
    if (v.duration() != nullptr && verb == 'd') return format_whole(v.duration()->nanoseconds, 'd', how);
    if (v.map() != nullptr && verb != 'v') {
        std::string out;
        for (const auto& [key, item] : *v.map())
            out += concat(out.empty() ? "" : " ", format_text(key, verb, how), ":", format_one(item, verb, how));
        return concat("map[", out, "]");
    }
    if (v.time() != nullptr || v.duration() != nullptr) return format_text(to_text(v), verb, how);
    return padded(argument_text(v), how, false);
}

[[nodiscard]] inline std::string format(std::string_view form, arguments a)
{
    std::string out;
    std::size_t next = 0;
    bool reordered = false;
    for (std::size_t i = 0; i < form.size(); ++i) {
        if (form[i] != '%') {
            out += form[i];
            continue;
        }
        verb_form how;
        ++i;
        for (; i < form.size() && std::string_view("+-# 0").find(form[i]) != std::string_view::npos; ++i) {
            how.plus = how.plus || form[i] == '+';
            how.minus = how.minus || form[i] == '-';
            how.sharp = how.sharp || form[i] == '#';
            how.blank = how.blank || form[i] == ' ';
            how.zero = how.zero || form[i] == '0';
        }
        how.zero = how.zero && !how.minus;
        const auto index = [&] {  // [2]: which argument comes next
            if (i >= form.size() || form[i] != '[') return;
            std::size_t n = 0;
            for (++i; i < form.size() && form[i] != ']'; ++i) n = n * 10 + static_cast<std::size_t>(form[i] - '0') % 10;
            ++i;
            reordered = true;
            next = n == 0 || n > a.size() ? a.size() : n - 1;
        };
        const auto amount = [&](int& to) {
            index();
            if (i < form.size() && form[i] == '*') {
                ++i;
                if (next < a.size() && a[next].integer() != nullptr)
                    to = static_cast<int>(std::clamp<std::int64_t>(*a[next].integer(), -1000, 1000));
                ++next;
                return;
            }
            int n = 0;
            bool any = false;
            for (; i < form.size() && form[i] >= '0' && form[i] <= '9'; ++i, any = true)
                n = std::min(n * 10 + (form[i] - '0'), 1000);
            if (any) to = n;
        };
        amount(how.width);
        if (how.width < 0) {
            how.minus = true;
            how.width = -how.width;
        }
        if (i < form.size() && form[i] == '.') {
            ++i;
            how.precision = 0;
            amount(how.precision);
        }
        index();
        if (i >= form.size()) {
            out += "%!(NOVERB)";
            break;
        }
        const char verb = form[i];
        if (verb == 'v') how.plus = false;  // asks for the names of fields there
        if (verb == '%')
            out += '%';
        else if (next >= a.size())
            out += concat("%!", std::string_view(&verb, 1), reordered ? "(BADINDEX)" : "(MISSING)");
        else
            out += format_one(a[next++], verb, how);
    }
    if (next < a.size() && !reordered) {
        out += "%!(EXTRA ";
        for (std::size_t i = next; i < a.size(); ++i)
            out += concat(i > next ? ", " : "", a[i].is_nil() ? "" : concat(type_of(a[i]), "="), argument_text(a[i]));
        out += ')';
    }
    return out;
}

}  // namespace pitot::templates::detail
