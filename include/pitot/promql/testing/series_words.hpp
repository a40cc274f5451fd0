#pragma once
// The words of a described series: what stands at a place, numbers and quoted texts, and how it is told that they do
// not fit. source  Prometheus, promql/parser, series descriptions

#include <pitot/base/result.hpp>
#include <pitot/base/text.hpp>
#include <pitot/base/utf8.hpp>
#include <pitot/promql/literal.hpp>
#include <pitot/promql/quote.hpp>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <string>
#include <string_view>
#include <utility>

namespace pitot::promql::detail {

class series_words {
protected:
    explicit series_words(std::string_view text) : text_(text) {}

    [[nodiscard]] bool at_end() const noexcept { return at_ >= text_.size(); }
    [[nodiscard]] char peek(std::size_t ahead = 0) const noexcept
    {
        return at_ + ahead < text_.size() ? text_[at_ + ahead] : '\0';
    }
    static bool is_blank(char c) noexcept { return c == ' ' || c == '\t'; }
    static bool is_digit(char c) noexcept { return c >= '0' && c <= '9'; }
    static bool is_letter(char c) noexcept { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_'; }
    void skip_blanks() noexcept
    {
        while (!at_end() && is_blank(peek())) ++at_;
    }
    [[nodiscard]] unexpected<error> bad(std::string why, errc code = errc::syntax) const
    {
        return unexpected(code, std::move(why), text_span{at_, at_ < text_.size() ? std::size_t{1} : 0});
    }
    /// What stands here does not fit; in Prometheus's words.
    /// context  " in series values"; empty when it fits nowhere
    [[nodiscard]] unexpected<error> misplaced(std::string_view context, std::string_view expected = {}) const
    {
        std::string what = "end of input";
        std::size_t end = at_;
        while (end < text_.size() && (is_letter(text_[end]) || is_digit(text_[end]))) ++end;
        const std::string_view word = text_.substr(at_, end - at_);
        if (!word.empty())
            what = concat(is_digit(word[0]) ? "number " : "identifier ", detail::quote(word));
        else if (!at_end() && std::string_view("+-*/%^=!<>").find(peek()) != std::string_view::npos)
            what = concat("<op:", text_.substr(at_, 1), ">");
        else if (!at_end())
            what = detail::quote(text_.substr(at_, std::max<std::size_t>(utf8_decode(text_, at_).length, 1)));
        return bad(concat("unexpected ", what, context, expected.empty() ? "" : ", expected ", expected));
    }
    static constexpr std::string_view in_values = " in series values";
    [[nodiscard]] std::string_view word() noexcept
    {
        const std::size_t first = at_;
        while (!at_end() && (is_letter(peek()) || is_digit(peek()) || peek() == ':')) ++at_;
        return text_.substr(first, at_ - first);
    }
    result<std::string> quoted()
    {
        const char quote = peek();
        std::size_t end = at_ + 1;
        while (end < text_.size() && text_[end] != quote) end += text_[end] == '\\' && quote != '`' ? 2 : 1;
        if (end >= text_.size()) return bad("unterminated quoted string");
        auto out = unquote(text_.substr(at_, end + 1 - at_));
        if (!out) return bad(out.error().message);
        at_ = end + 1;
        return out;
    }
    static bool is_quote(char c) noexcept { return c == '"' || c == '\'' || c == '`'; }
    [[nodiscard]] std::string_view word_without_colon() noexcept
    {
        const std::size_t first = at_;
        while (is_letter(peek()) || is_digit(peek())) ++at_;
        return text_.substr(first, at_ - first);
    }

    /// A float as queries write it, but never hexadecimal: x repeats.
    result<double> number()
    {
        const std::size_t first = at_;
        const bool minus = peek() == '-';
        if (minus || peek() == '+') ++at_;
        const std::size_t begin = at_;
        const bool named = is_letter(peek());
        if (named) {
            (void)word();
        } else {
            while (is_digit(peek()) || peek() == '.' || peek() == '_') ++at_;
            if (peek() == 'e' || peek() == 'E') {
                at_ += peek(1) == '+' || peek(1) == '-' ? 2 : 1;
                while (is_digit(peek()) || peek() == '_') ++at_;
            }
        }
        const std::string_view literal = text_.substr(begin, at_ - begin);
        const auto value = number_value(literal);
        if (!value || (named && !std::isinf(*value) && !std::isnan(*value))) {
            at_ = first;
            return misplaced(in_values);
        }
        if (!named && std::isinf(*value)) {
            at_ = first;
            return bad(concat("error parsing number: strconv.ParseFloat: parsing ", detail::quote(literal),
                              ": value out of range"));
        }
        return minus ? -*value : *value;
    }

    std::string_view text_;
    std::size_t at_ = 0;
};

}  // namespace pitot::promql::detail
