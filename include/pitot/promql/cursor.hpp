#pragma once
// Where a text is read: byte by byte, rune by rune, word by word.

#include <pitot/base/utf8.hpp>
#include <pitot/promql/characters.hpp>

#include <algorithm>  // std::max
#include <cstdint>
#include <string_view>

namespace pitot::promql::detail {

class cursor {
public:
    explicit cursor(std::string_view text) noexcept : text_(text) {}
    /// The first byte that is not read yet.
    [[nodiscard]] std::size_t at() const noexcept { return at_; }

protected:
    static constexpr bool is_digit(std::int32_t c) noexcept { return c >= '0' && c <= '9'; }
    static constexpr bool is_alpha(std::int32_t c) noexcept
    {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
    }

    /// The first byte at or behind one that is not of the classes.
    [[nodiscard]] std::size_t behind(std::size_t at, unsigned char any) const noexcept
    {
        while (at < text_.size() && classes.is(text_[at], any)) ++at;
        return at;
    }
    [[nodiscard]] std::size_t behind_word(std::size_t at) const noexcept
    {
        while (at + 16 <= text_.size()) {
            const std::size_t some = word_bytes(text_.data() + at);
            at += some;
            if (some < 16) return at;
        }
        return behind(at, class_alpha | class_digit);
    }
    [[nodiscard]] std::int32_t peek() const noexcept
    {
        if (at_ >= text_.size()) return end_of_text;
        const auto c = static_cast<unsigned char>(text_[at_]);
        if (c < 0x80) return c;
        const auto decoded = utf8_decode(text_, at_);
        return decoded.length == 0 ? 0xFFFD : static_cast<std::int32_t>(decoded.value);
    }
    std::int32_t read() noexcept
    {
        const std::int32_t c = peek();
        if (c < 0) return c;
        at_ += c < 0x80 ? 1 : std::max<std::size_t>(utf8_decode(text_, at_).length, 1);
        return c;
    }
    bool accept(char c) noexcept
    {
        if (at_ >= text_.size() || text_[at_] != c) return false;
        ++at_;
        return true;
    }
    bool accept(std::string_view any) noexcept
    {
        if (at_ >= text_.size() || any.find(text_[at_]) == std::string_view::npos) return false;
        ++at_;
        return true;
    }
    [[nodiscard]] bool is(char c) const noexcept { return at_ < text_.size() && text_[at_] == c; }
    [[nodiscard]] bool is(std::string_view any) const noexcept
    {
        return at_ < text_.size() && any.find(text_[at_]) != std::string_view::npos;
    }

    std::string_view text_;
    std::size_t at_ = 0;
};

}  // namespace pitot::promql::detail
