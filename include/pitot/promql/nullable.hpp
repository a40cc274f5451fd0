#pragma once
// Does a regular expression match the empty text? A selector must exclude something, so the parser has to know; it
// needs no engine for that.

#include <cstddef>
#include <string_view>

namespace pitot::promql {

namespace detail {

/// One pass over the pattern, without building anything. What is no regular expression gives any answer.
class nullable_scan {
public:
    constexpr explicit nullable_scan(std::string_view pattern) noexcept : text_(pattern) {}
    constexpr bool run() noexcept { return alternation(0); }

private:
    static constexpr int max_depth = 250;

    [[nodiscard]] constexpr bool more() const noexcept { return at_ < text_.size(); }

    constexpr bool alternation(int depth) noexcept
    {
        bool any = false;
        for (;;) {
            any = sequence(depth) || any;
            if (!more() || text_[at_] != '|') return any;
            ++at_;
        }
    }

    constexpr bool sequence(int depth) noexcept
    {
        bool all = true;
        while (more() && text_[at_] != '|' && text_[at_] != ')') all = piece(depth) && all;
        return all;
    }

    constexpr bool piece(int depth) noexcept
    {
        bool empty = atom(depth);
        while (more()) {
            const char c = text_[at_];
            if (c == '*' || c == '?') {
                empty = true;
                ++at_;
            } else if (c == '+') {
                ++at_;
            } else if (c == '{' && is_repeat()) {
                if (text_[at_ + 1] == '0' && (text_[at_ + 2] == ',' || text_[at_ + 2] == '}')) empty = true;
                at_ = text_.find('}', at_) + 1;
            } else {
                break;
            }
        }
        return empty;
    }

    /// {2}, {2,} or {2,5}; else the brace is itself.
    [[nodiscard]] constexpr bool is_repeat() const noexcept
    {
        std::size_t i = at_ + 1;
        const std::size_t first = i;
        while (i < text_.size() && text_[i] >= '0' && text_[i] <= '9') ++i;
        if (i == first) return false;
        if (i < text_.size() && text_[i] == ',')
            for (++i; i < text_.size() && text_[i] >= '0' && text_[i] <= '9';) ++i;
        return i < text_.size() && text_[i] == '}';
    }

    constexpr bool atom(int depth) noexcept
    {
        switch (const char c = text_[at_++]) {
        case '^':
        case '$': return true;
        case '(': {
            if (more() && text_[at_] == '?') {  // (?:…), (?i), (?P<name>…)
                while (more() && text_[at_] != ':' && text_[at_] != '>' && text_[at_] != ')') ++at_;
                if (!more()) return true;
                if (text_[at_++] == ')') return true;
            }
            const bool inside = depth >= max_depth || alternation(depth + 1);
            if (more()) ++at_;
            return inside;
        }
        case '[': skip_class(); return false;
        case '\\': return escape();
        default: static_cast<void>(c); return false;
        }
    }

    constexpr bool escape() noexcept
    {
        if (!more()) return false;
        const char c = text_[at_++];
        if (c == 'Q') {
            const std::size_t end = text_.find("\\E", at_);
            const bool empty = end == at_;
            at_ = end == std::string_view::npos ? text_.size() : end + 2;
            return empty;
        }
        if ((c == 'p' || c == 'P' || c == 'x') && more() && text_[at_] == '{') {
            const std::size_t end = text_.find('}', at_);
            at_ = end == std::string_view::npos ? text_.size() : end + 1;
        }
        return c == 'A' || c == 'z' || c == 'B';
    }

    constexpr void skip_class() noexcept
    {
        if (more() && text_[at_] == '^') ++at_;
        if (more() && text_[at_] == ']') ++at_;
        while (more() && text_[at_] != ']') {
            if (text_[at_] == '\\') ++at_;
            if (text_.substr(at_, 2) == "[:") {
                const std::size_t end = text_.find(":]", at_);
                if (end != std::string_view::npos) at_ = end + 1;
            }
            ++at_;
        }
        if (more()) ++at_;
    }

    std::string_view text_;
    std::size_t at_ = 0;
};

}  // namespace detail

/// pattern  in RE2's syntax, taken as anchored at both ends
[[nodiscard]] constexpr bool matches_empty(std::string_view pattern) noexcept
{
    return detail::nullable_scan(pattern).run();
}

}  // namespace pitot::promql
