#pragma once
// A matcher of a selector, held against label values.

#include <pitot/base/decimal.hpp>
#include <pitot/base/text.hpp>
#include <pitot/connect/regex.hpp>

#include <algorithm>  // std::all_of, std::min
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <system_error>  // std::errc
#include <utility>
#include <vector>

namespace pitot::catalog {

/// Has a label numbers, which sources write in several ways: 1, 1.0? An exposition that was read has them as Go does.
[[nodiscard]] constexpr bool holds_numbers(std::string_view label) noexcept
{
    return label == "le" || label == "quantile";
}

/// Most are never held against anything, and of most regular expressions it is seen what they match: only the others
/// are compiled, when they are asked first. Not for several threads at once.
/// positive  = or =~
/// numbers   the label's values are: "1.0" selects 1
class matcher {
public:
    matcher(std::string_view value, bool positive, bool is_regex, bool numbers = false)
        : value_(value), positive_(positive), is_regex_(is_regex), numbers_(numbers),
          read_(is_regex ? reading_of(value) : reading::words)
    {}

    /// True for whatever is held against what is no regular expression.
    [[nodiscard]] bool operator()(std::string_view text) const
    {
        if (!is_regex_) return (text == value_ || (numbers_ && is_same_number(text))) == positive_;
        const bool whole = numbers_ && !text.empty() && text.find_first_not_of("0123456789") == std::string_view::npos;
        if (read_ == reading::pattern && compiled() == nullptr) return true;
        return (fits(text) || (whole && fits(concat(text, ".0")))) == positive_;
    }
    [[nodiscard]] bool is_regex() const noexcept { return is_regex_; }
    [[nodiscard]] bool is_positive() const noexcept { return positive_; }
    [[nodiscard]] const std::string& value() const noexcept { return value_; }

    /// What a regular expression names one by one: "a|b|c", "(a|b)", "^(a|b)$", "(a)|(b)"; empty when it is none such,
    /// or has one only.
    [[nodiscard]] std::vector<std::string_view> alternatives() const
    {
        if (!is_regex_) return {};
        const std::string_view text = bare(value_);
        std::vector<std::string_view> all;
        int depth = 0;
        std::size_t first = 0;
        for (std::size_t i = 0; i <= text.size(); ++i) {
            if (i == text.size() || (text[i] == '|' && depth == 0)) {
                all.push_back(bare(text.substr(first, i - first)));
                first = i + 1;
            } else if (text[i] == '\\') {
                ++i;
            } else if (text[i] == '(' || text[i] == '[') {
                ++depth;
            } else if (text[i] == ')' || text[i] == ']') {
                if (--depth < 0) return {};
            }
        }
        if (all.size() < 2) all.clear();
        return all;
    }

private:
    /// ^ and $ at its ends, which matchers have anyway.
    [[nodiscard]] static std::string_view without_anchors(std::string_view text) noexcept
    {
        if (text.starts_with('^')) text.remove_prefix(1);
        if (text.ends_with('$') && !text.ends_with("\\$")) text.remove_suffix(1);
        return text;
    }
    /// Does the parenthesis at its beginning end at its end?
    [[nodiscard]] static bool is_one_group(std::string_view text) noexcept
    {
        if (text.size() < 2 || text.front() != '(' || text.back() != ')') return false;
        int depth = 0;
        for (std::size_t i = 0; i < text.size(); ++i) {
            if (text[i] == '\\')
                ++i;
            else if (text[i] == '(')
                ++depth;
            else if (text[i] == ')' && --depth == 0)
                return i + 1 == text.size();
        }
        return false;
    }
    [[nodiscard]] static std::string_view bare(std::string_view text) noexcept
    {
        text = without_anchors(text);
        while (is_one_group(text)) {
            text = text.substr(text.starts_with("(?:") ? 3 : 1);
            text.remove_suffix(1);
            text = without_anchors(text);
        }
        return text;
    }
    [[nodiscard]] bool is_same_number(std::string_view text) const
    {
        double other = 0;
        double wanted = 0;
        for (const auto& [from, to] : {std::pair{text, &other}, std::pair{std::string_view(value_), &wanted}})
            if (const auto [end, code] = pitot::detail::read_decimal(from.data(), from.data() + from.size(), *to);
                code != std::errc() || end != from.data() + from.size())
                return false;
        return other == wanted;
    }

    /// Does the regular expression match?
    [[nodiscard]] bool fits(std::string_view text) const
    {
        if (read_ == reading::words) return is_one_of_words(text);
        if (read_ != reading::pattern && is_ascii(text)) return read_ == reading::anything || !text.empty();
        return compiled() != nullptr && compiled()->matches(text);
    }
    [[nodiscard]] const regex* compiled() const
    {
        if (!is_compiled_) {
            if (auto made = regex::compile(value_)) pattern_ = std::move(*made);
            is_compiled_ = true;
        }
        return pattern_ ? &*pattern_ : nullptr;
    }

    /// What a regular expression is: "a|b", ".*", ".+", or more.
    enum class reading : unsigned char { words, anything, something, pattern };

    [[nodiscard]] static reading reading_of(std::string_view text) noexcept
    {
        constexpr std::size_t longest = 4096;
        if (text == ".*") return reading::anything;
        if (text == ".+") return reading::something;
        const auto is_plain = [](char c) {
            return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '-' ||
                   c == '/' || c == ':' || c == '|';
        };
        return text.size() <= longest && std::all_of(text.begin(), text.end(), is_plain) ? reading::words
                                                                                         : reading::pattern;
    }

    [[nodiscard]] bool is_one_of_words(std::string_view text) const noexcept
    {
        const std::string_view all = value_;
        for (std::size_t first = 0;;) {
            const std::size_t end = std::min(all.find('|', first), all.size());
            if (all.substr(first, end - first) == text) return true;
            if (end == all.size()) return false;
            first = end + 1;
        }
    }

    /// For the dot of RE2 bytes that are no UTF-8 are nothing.
    [[nodiscard]] static bool is_ascii(std::string_view text) noexcept
    {
        return std::all_of(text.begin(), text.end(), [](char c) { return static_cast<unsigned char>(c) < 0x80; });
    }

    std::string value_;
    bool positive_;
    bool is_regex_;
    bool numbers_;
    reading read_;
    mutable bool is_compiled_ = false;
    mutable std::optional<regex> pattern_;  ///< null, too, when the text is no regular expression
};

}  // namespace pitot::catalog
