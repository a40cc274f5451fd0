#pragma once
// The words of PromQL (Prometheus 3.14, its optional features included).

#include <pitot/base/span.hpp>
#include <pitot/base/text.hpp>
#include <pitot/base/word_table.hpp>

#include <optional>
#include <string_view>
#include <utility>

namespace pitot::promql {

enum class token_kind : unsigned char {
    end,
    error,
    identifier,         ///< a metric, label or function name without ':'
    metric_identifier,  ///< a name with ':', which only a metric can have
    string,             ///< with its quotes
    number,
    duration,
    left_paren,
    right_paren,
    left_brace,
    right_brace,
    left_bracket,
    right_bracket,
    comma,
    colon,
    at,
    // operators
    assign,  ///< =, in matchers
    add,
    subtract,
    multiply,
    divide,
    modulo,
    power,
    equal,
    not_equal,
    less,
    less_equal,
    greater,
    greater_equal,
    regex_match,
    regex_not_match,
    trim_upper,  ///< </
    trim_lower,  ///< >/
    and_,
    or_,
    unless,
    atan2,
    // keywords; in any case, and most of them are names as well
    aggregator,  ///< sum, avg, topk, …
    by,
    without,
    on,
    ignoring,
    group_left,
    group_right,
    bool_,
    offset,
    anchored,
    smoothed,
    fill,
    fill_left,
    fill_right,
    start,
    end_of_range,  ///< end
    step,
    range,
    max_of,
    min_of,
};

struct token {
    token_kind kind = token_kind::end;
    text_span span;
};

namespace detail {

struct keyword {
    std::string_view text;
    token_kind kind;
};

inline constexpr keyword keywords[] = {
    {"and", token_kind::and_},
    {"or", token_kind::or_},
    {"unless", token_kind::unless},
    {"atan2", token_kind::atan2},
    {"sum", token_kind::aggregator},
    {"avg", token_kind::aggregator},
    {"count", token_kind::aggregator},
    {"min", token_kind::aggregator},
    {"max", token_kind::aggregator},
    {"group", token_kind::aggregator},
    {"stddev", token_kind::aggregator},
    {"stdvar", token_kind::aggregator},
    {"topk", token_kind::aggregator},
    {"bottomk", token_kind::aggregator},
    {"count_values", token_kind::aggregator},
    {"quantile", token_kind::aggregator},
    {"limitk", token_kind::aggregator},
    {"limit_ratio", token_kind::aggregator},
    {"by", token_kind::by},
    {"without", token_kind::without},
    {"on", token_kind::on},
    {"ignoring", token_kind::ignoring},
    {"group_left", token_kind::group_left},
    {"group_right", token_kind::group_right},
    {"bool", token_kind::bool_},
    {"offset", token_kind::offset},
    {"anchored", token_kind::anchored},
    {"smoothed", token_kind::smoothed},
    {"fill", token_kind::fill},
    {"fill_left", token_kind::fill_left},
    {"fill_right", token_kind::fill_right},
    {"start", token_kind::start},
    {"end", token_kind::end_of_range},
    {"step", token_kind::step},
    {"range", token_kind::range},
    {"max_of", token_kind::max_of},
    {"min_of", token_kind::min_of},
    {"inf", token_kind::number},
    {"nan", token_kind::number},
};

/// Characters that are a token wherever they stand, outside braces; end for the others.
struct alone {
    token_kind at[256];
    [[nodiscard]] constexpr token_kind of(char c) const noexcept { return at[static_cast<unsigned char>(c)]; }
};
consteval alone make_tokens_alone()
{
    constexpr std::pair<char, token_kind> all[] = {
        {',', token_kind::comma},  {'+', token_kind::add},    {'-', token_kind::subtract}, {'*', token_kind::multiply},
        {'/', token_kind::divide}, {'%', token_kind::modulo}, {'^', token_kind::power},    {'@', token_kind::at}};
    alone out{};
    for (const auto& [c, kind] : all) out.at[static_cast<unsigned char>(c)] = kind;
    return out;
}
inline constexpr alone tokens_alone = make_tokens_alone();

inline constexpr word_places keyword_places(keywords, [](const keyword& k) { return k.text; });

/// Of letters, digits and _, in any case.
[[nodiscard]] constexpr bool is_keyword(std::string_view word, std::string_view keyword) noexcept
{
    return word.size() == keyword.size() && same_word(word.data(), keyword.data(), word.size(), 0x2020'2020'2020'2020U);
}

/// The row of `keywords` that a word is, in any case; word_places::none when it is none.
/// word  two letters or more, digits and _
[[nodiscard]] constexpr unsigned char keyword_row(std::string_view word) noexcept
{
    return keyword_places.find(word, [word](unsigned char row) { return is_keyword(word, keywords[row].text); });
}

}  // namespace detail

/// The keyword that a word is, in any case.
[[nodiscard]] constexpr std::optional<token_kind> keyword_of(std::string_view word) noexcept
{
    if (!detail::keyword_places.may_have(word)) return std::nullopt;
    const unsigned char row = detail::keyword_row(word);
    if (row == word_places::none) return std::nullopt;
    return detail::keywords[row].kind;
}

/// Operators between two operands, and/or/unless/atan2 among them.
[[nodiscard]] constexpr bool is_operator(token_kind kind) noexcept
{
    return kind >= token_kind::add && kind <= token_kind::atan2 && kind != token_kind::regex_match &&
           kind != token_kind::regex_not_match;
}

/// Comparisons of a matcher: = != =~ !~
[[nodiscard]] constexpr bool is_match_operator(token_kind kind) noexcept
{
    return kind == token_kind::assign || kind == token_kind::not_equal || kind == token_kind::regex_match ||
           kind == token_kind::regex_not_match;
}

/// Words that also are metric names where an operand stands: all keywords but those whose place is there.
[[nodiscard]] constexpr bool can_be_metric(token_kind kind) noexcept
{
    switch (kind) {
    case token_kind::identifier:
    case token_kind::metric_identifier:
    case token_kind::and_:
    case token_kind::or_:
    case token_kind::unless:
    case token_kind::aggregator:
    case token_kind::by:
    case token_kind::without:
    case token_kind::offset:
    case token_kind::anchored:
    case token_kind::smoothed:
    case token_kind::fill:
    case token_kind::fill_left:
    case token_kind::fill_right:
    case token_kind::start:
    case token_kind::end_of_range:
    case token_kind::step:
    case token_kind::range:
    case token_kind::max_of:
    case token_kind::min_of: return true;
    default: return false;
    }
}

/// Words that are label names where one stands in parentheses, after by, on and the like: all keywords.
[[nodiscard]] constexpr bool can_be_label(token_kind kind) noexcept
{
    switch (kind) {
    case token_kind::atan2:
    case token_kind::bool_:
    case token_kind::on:
    case token_kind::ignoring:
    case token_kind::group_left:
    case token_kind::group_right: return true;
    default: return can_be_metric(kind);
    }
}

}  // namespace pitot::promql
