#pragma once
// The sample line that almost every line is: name{label="value",…} number, without escapes.
//
// Its grammar is common to text 0.0.4 and OpenMetrics. Whatever looks different is left to line_parser, which also
// finds the words for what is wrong; so this one only ever says "yes, read" or "not mine".

#include <pitot/expo/line.hpp>
#include <pitot/expo/scan.hpp>

#include <cfloat>  // FLT_EVAL_METHOD
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace pitot::expo {

namespace detail {

inline bool is_digit(char c) noexcept { return static_cast<unsigned char>(c - '0') <= 9; }

/// Reads digits with at most one point in them, exactly rounded. Stops behind the last character that it took.
/// at       moves; there must be a byte that is no digit before the end of the buffer
/// returns  false when the number has a form or length that parse_number must see
inline bool read_plain_number(const char*& at, double& value) noexcept
{
    const char* p = at;
    std::uint64_t digits = 0;
    while (is_digit(*p)) digits = digits * 10 + static_cast<unsigned char>(*p++ - '0');
    const auto whole = p - at;
    if (whole == 0 || whole > 18) return false;
    if (*p != '.') {
        value = static_cast<double>(digits);
        at = p;
        return true;
    }
#if FLT_EVAL_METHOD == 0
    static constexpr double powers[] = {1e0, 1e1, 1e2,  1e3,  1e4,  1e5,  1e6,  1e7,
                                        1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15};
    const char* const fraction = ++p;
    while (is_digit(*p)) digits = digits * 10 + static_cast<unsigned char>(*p++ - '0');
    const auto places = p - fraction;
    if (whole + places > 15) return false;  // beyond 2^53 the quotient of two doubles is no longer exactly rounded
    value = static_cast<double>(digits) / powers[places];
    at = p;
    return true;
#else
    return false;
#endif
}

}  // namespace detail

/// Reads plain sample lines. It expects a line to have the name and the label names of the one before it.
class fast_line {
public:
    /// last_newline  of the buffer: lines are read only before it, so that every scan finds an end
    fast_line(const char* last_newline, const char* end) noexcept : last_(last_newline), end_(end) {}

    /// at       the first byte of a line
    /// out      on input the sample before; its labels' names are the expected ones
    /// returns  the newline behind the value, or the blank before a timestamp or exemplar (line_parser::tail reads on);
    ///          null: not a plain line (out.labels may then have been changed)
    [[nodiscard]] const char* parse(const char* at, sample_line& out) const
    {
        if (last_ == nullptr || at >= last_) return nullptr;
        const char* p = at;
        const std::size_t expected = out.name.size();
        if (expected != 0 && static_cast<std::size_t>(last_ - at) > expected &&
            std::memcmp(at, out.name.data(), expected) == 0 && (at[expected] == '{' || at[expected] == ' ')) {
            p += expected;
        } else {
            while (detail::names.metric[static_cast<unsigned char>(*p)]) ++p;
            if (p == at || detail::is_digit(*at) || (*p != '{' && *p != ' ')) return nullptr;
            out.name = {at, static_cast<std::size_t>(p - at)};
        }
        if (*p == '{') {
            p = labels(p + 1, out);
            if (p == nullptr || *p != ' ') return nullptr;
        } else {
            out.labels.clear();
        }
        const char* const number = ++p;
        if (!detail::read_plain_number(p, out.value)) {
            p = number;
            while (*p != ' ' && *p != '\n' && *p != '\t' && *p != '\r') ++p;
            const auto value = parse_number({number, static_cast<std::size_t>(p - number)});
            if (!value) return nullptr;
            out.value = *value;
        }
        if (*p != '\n' && *p != ' ') return nullptr;
        out.value_text = {number, static_cast<std::size_t>(p - number)};
        out.has_exemplar = false;
        out.timestamp.reset();
        return p;
    }

private:
    /// p  behind '{'; returns what follows '}'
    const char* labels(const char* p, sample_line& out) const
    {
        std::size_t n = 0;
        if (*p == '}') {
            out.labels.clear();
            return p + 1;
        }
        for (;;) {
            std::string_view name;
            const std::string_view expected = n < out.labels.size() ? out.labels[n].name : std::string_view{};
            if (!expected.empty() && static_cast<std::size_t>(last_ - p) > expected.size() &&
                p[expected.size()] == '=' && std::memcmp(p, expected.data(), expected.size()) == 0 &&
                detail::names.label[static_cast<unsigned char>(*p)]) {
                name = expected;
                p += name.size();
            } else {
                const char* const first = p;
                while (detail::names.label[static_cast<unsigned char>(*p)]) ++p;
                if (p == first || detail::is_digit(*first) || *p != '=') return nullptr;
                name = {first, static_cast<std::size_t>(p - first)};
                out.labels.resize(n);  // what was expected from here on is not what comes
            }
            if (*++p != '"') return nullptr;
            const char* const value = ++p;
            bool high = false;
            p = detail::find_special(p, end_, high);
            if (p == end_ || *p != '"') return nullptr;
            const std::string_view text{value, static_cast<std::size_t>(p - value)};
            if (high && !is_utf8(text)) return nullptr;
            if (n < out.labels.size()) {
                out.labels[n].value = text;
            } else {
                for (const label_view& known : out.labels)
                    if (known.name == name) return nullptr;
                out.labels.push_back({name, text});
            }
            ++n;
            ++p;
            if (*p == '}') break;
            if (*p != ',' || p[1] == '}') return nullptr;
            ++p;
        }
        out.labels.resize(n);
        return p + 1;
    }

    const char* last_;
    const char* end_;
};

}  // namespace pitot::expo
