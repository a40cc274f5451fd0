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

/// One alternative of a regular expression.
/// text    as it is written
/// inside  the alternative of the whole expression that it stands in, or is
/// whole   the expression with this one alone
struct regex_branch {
    std::string_view text;
    std::string_view inside;
    std::string whole;
};

/// Most are never held against anything, and of most regular expressions it is seen what they match: only the others
/// are compiled, when they are asked first. Not for several threads at once.
/// positive  = or =~
/// numbers   the label's values are: "1.0" selects 1, but "1" not 1.0
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
    [[nodiscard]] bool has_numbers() const noexcept { return numbers_; }
    [[nodiscard]] const std::string& value() const noexcept { return value_; }

    /// What a regular expression names one by one: "a|b|c", "(a|b)", "^(a|b)$", "(a)|(b)"; empty when it is none such,
    /// or has one only.
    [[nodiscard]] std::vector<std::string_view> alternatives() const&& = delete;  // views of the matcher
    [[nodiscard]] std::vector<std::string_view> alternatives() const&
    {
        if (!is_regex_) return {};
        const std::string_view text = bare(value_);
        std::vector<std::string_view> all;
        each_part(text,
                  [&](std::size_t first, std::size_t end) { all.push_back(bare(text.substr(first, end - first))); });
        if (all.size() < 2) all.clear();
        return all;
    }

    /// The alternatives, and those of groups that stand in them: of "a(b|c)" b and c. Not of groups that may be missing
    /// or stand there several times, nor of more than most_branches.
    [[nodiscard]] std::vector<regex_branch> branches() const&& = delete;
    [[nodiscard]] std::vector<regex_branch> branches() const&
    {
        std::vector<regex_branch> all;
        if (changes_its_reading(value_)) return all;
        std::vector<std::string_view> tops = alternatives();
        all.reserve(tops.size());
        for (const std::string_view one : tops) all.push_back({one, one, std::string(one)});
        if (tops.empty() && is_regex_) tops.push_back(bare(value_));
        for (const std::string_view one : tops) add_branches_of_groups(one, all);
        return all;
    }
    static constexpr std::size_t most_branches = 200;

private:
    /// Has it flags that hold from their place on, as (?i), or \Q, from which on nothing is special?
    [[nodiscard]] static bool changes_its_reading(std::string_view text) noexcept
    {
        if (text.find("\\Q") != std::string_view::npos) return true;
        for (std::size_t at = text.find("(?"); at != std::string_view::npos; at = text.find("(?", at + 1)) {
            const std::size_t end = text.find_first_not_of("imsU-", at + 2);
            if (end != at + 2 && end != std::string_view::npos && text[end] == ')') return true;
        }
        return false;
    }
    /// Where the class that begins at a bracket ends: ] is one of its own at its beginning, and in [:alpha:].
    [[nodiscard]] static std::size_t end_of_class(std::string_view text, std::size_t open) noexcept
    {
        std::size_t i = open + 1;
        if (i < text.size() && text[i] == '^') ++i;
        if (i < text.size() && text[i] == ']') ++i;
        for (; i < text.size() && text[i] != ']'; ++i) {
            if (text[i] == '\\') ++i;
            if (text.substr(i, 2) != "[:") continue;
            if (const std::size_t end = text.find(":]", i + 2); end != std::string_view::npos) i = end + 1;
        }
        return i;
    }
    /// Calls f(first, end) for each part of a text between bars outside of groups and classes.
    template <class F>
    static void each_part(std::string_view text, F&& f)
    {
        std::size_t first = 0;
        std::size_t depth = 0;
        for (std::size_t i = 0; i < text.size(); ++i) {
            const char c = text[i];
            if (c == '\\')
                ++i;
            else if (c == '[')
                i = end_of_class(text, i);
            else if (c == '(')
                ++depth;
            else if (c == ')')
                depth -= depth > 0 ? 1U : 0U;
            else if (c == '|' && depth == 0)
                f(std::exchange(first, i + 1), i);
        }
        f(first, text.size());
    }
    static void add_branches_of_groups(std::string_view text, std::vector<regex_branch>& to)
    {
        std::size_t open = 0;
        std::size_t depth = 0;
        for (std::size_t i = 0; i < text.size(); ++i) {
            const char c = text[i];
            if (c == '\\') {
                ++i;
            } else if (c == '[') {
                i = end_of_class(text, i);
            } else if (c == '(') {
                if (depth++ == 0) open = i;
            } else if (c == ')' && depth > 0 && --depth == 0) {
                const std::string_view behind = text.substr(i + 1);
                std::string_view inside = text.substr(open + 1, i - open - 1);
                if (inside.starts_with("?:")) inside.remove_prefix(2);
                if (inside.starts_with('?') || behind.find_first_of("?*+{") == 0) continue;
                std::size_t parts = 0;
                each_part(inside, [&parts](std::size_t, std::size_t) { ++parts; });
                if (parts < 2 || to.size() + parts > most_branches) continue;
                each_part(inside, [&](std::size_t first, std::size_t end) {
                    const std::string_view part = inside.substr(first, end - first);
                    to.push_back({part, text, concat(text.substr(0, open), "(?:", part, ")", behind)});
                });
            }
        }
    }

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
        if (text.ends_with(".0") && !value_.ends_with(".0")) return false;                   // nobody takes it off
        if (value_.find('.') != std::string::npos && !value_.ends_with(".0")) return false;  // 0.50
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
