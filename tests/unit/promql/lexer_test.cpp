#include <pitot/promql/lexer.hpp>

#include <catch.hpp>

#include <string>

namespace promql = pitot::promql;
using promql::token_kind;

namespace {

std::vector<token_kind> kinds(std::string_view text)
{
    std::vector<token_kind> out;
    const auto tokens = promql::lex(text);
    INFO(text);
    REQUIRE(tokens);
    for (const auto& t : *tokens) out.push_back(t.kind);
    out.pop_back();
    return out;
}

using list = std::vector<token_kind>;

}  // namespace

TEST_CASE("words, numbers, durations")
{
    CHECK(kinds("a a:b :c _x1") == list{token_kind::identifier, token_kind::metric_identifier,
                                        token_kind::metric_identifier, token_kind::identifier});
    CHECK(kinds("1 0x1F 1_000 .5 5. 1e3 2e-3 Inf nan") == list(9, token_kind::number));
    CHECK(kinds("5m 1h30m 1w3d 250ms") == list(4, token_kind::duration));
    CHECK(kinds("infinity") == list{token_kind::identifier});
    CHECK(kinds("SUM Sum sum") == list(3, token_kind::aggregator));
    CHECK(kinds("and OR unless atan2") ==
          list{token_kind::and_, token_kind::or_, token_kind::unless, token_kind::atan2});
    CHECK(kinds("offset by group_left bool @ start end") ==
          list{token_kind::offset, token_kind::by, token_kind::group_left, token_kind::bool_, token_kind::at,
               token_kind::start, token_kind::end_of_range});
}

TEST_CASE("operators take the longest form")
{
    CHECK(kinds("+ - * / % ^ == != <= < >= > </ >/ =") ==
          list{token_kind::add, token_kind::subtract, token_kind::multiply, token_kind::divide, token_kind::modulo,
               token_kind::power, token_kind::equal, token_kind::not_equal, token_kind::less_equal, token_kind::less,
               token_kind::greater_equal, token_kind::greater, token_kind::trim_upper, token_kind::trim_lower,
               token_kind::assign});
}

TEST_CASE("braces make names of keywords, square brackets part the colon")
{
    CHECK(kinds("{by=\"a\",sum!~'b',on=~`c`}") ==
          list{token_kind::left_brace, token_kind::identifier, token_kind::assign, token_kind::string,
               token_kind::comma, token_kind::identifier, token_kind::regex_not_match, token_kind::string,
               token_kind::comma, token_kind::identifier, token_kind::regex_match, token_kind::string,
               token_kind::right_brace});
    CHECK(kinds("[5m:1m]") == list{token_kind::left_bracket, token_kind::duration, token_kind::colon,
                                   token_kind::duration, token_kind::right_bracket});
    CHECK(kinds("[step():]") == list{token_kind::left_bracket, token_kind::step, token_kind::left_paren,
                                     token_kind::right_paren, token_kind::colon, token_kind::right_bracket});
}

TEST_CASE("comments end with the line and may hold anything")
{
    CHECK(kinds("a # ) \" $x\n+ b # end") == list{token_kind::identifier, token_kind::add, token_kind::identifier});
    CHECK(kinds("'#' # x") == list{token_kind::string});
    CHECK(kinds("#").empty());
}

TEST_CASE("every token knows its bytes")
{
    const std::string_view text = "rate( x{a=\"\\\"\"}[5m] )";
    const auto tokens = promql::lex(text);
    REQUIRE(tokens);
    std::string all;
    for (const auto& t : *tokens) all += text.substr(t.span.offset, t.span.length);
    CHECK(all == "rate(x{a=\"\\\"\"}[5m])");
    CHECK(tokens->back().span == pitot::text_span{text.size(), 0});
}

TEST_CASE("what is no token is refused at its place")
{
    struct wrong {
        std::string_view text;
        std::size_t offset;
        std::size_t length;
        std::string_view message;
    };
    const wrong cases[] = {
        {"sum(a", 5, 0, "unclosed left parenthesis"},
        {"a)", 2, 0, "unexpected right parenthesis ')'"},
        {"(a]", 2, 1, "unexpected right bracket ']'"},
        {"a{b=\"c\"", 7, 0, "unexpected end of input inside braces"},
        {"\"abc", 0, 4, "unterminated quoted string"},
        {"\"a\nb\"", 0, 5, "unterminated quoted string"},
        {"a $x", 2, 2, "unexpected character: '$'"},
        {"1e", 0, 2, "bad number or duration syntax: \"1e\""},
        {"0b11", 0, 4, "bad number or duration syntax: \"0\""},
        {"a ! b", 2, 3, "unexpected character after '!': ' '"},
        {"a \xFF", 2, 1, "unexpected character: "},
        {"\"\xFF\"", 0, 3, "invalid UTF-8 rune"},
        {"a \xE2\x82\xAC", 2, 3, "unexpected character: '\xE2\x82\xAC'"},
        {"a{(", 2, 1, "unexpected character inside braces: '('"},
        {"[[", 1, 1, "unexpected character in duration expression: '['"},
        {"a[5m [", 5, 1, "unexpected left bracket '['"},
        {"\"\\q\"", 0, 4, "unknown escape sequence U+0071 'q'"},
        {"a \x01", 2, 1, "unexpected character: '\\x01'"},
        {"\"\\", 0, 2, "escape sequence not terminated"},
        {"5mm", 0, 3, "bad number or duration syntax: \"5mm\""},
        {"`", 0, 1, "unterminated raw string"},
        {"[:5m]", 2, 3, "unexpected colon before duration"},
        {"[5m:1m:]", 6, 2, "unexpected colon ':'"},
        {"[5m x]", 4, 2, "unexpected character: 'x', expected ':'"},
    };
    for (const wrong& c : cases) {
        const auto tokens = promql::lex(c.text);
        INFO(c.text);
        REQUIRE_FALSE(tokens.has_value());
        INFO(tokens.error().message);
        CHECK(tokens.error().where == pitot::text_span{c.offset, c.length});
        CHECK(tokens.error().message.find(c.message) != std::string::npos);
    }
}

TEST_CASE("a word ends at the first byte that is not of one, wherever that is")
{
    for (unsigned byte = 0; byte < 256; ++byte) {
        const char c = static_cast<char>(byte);
        const bool goes_on = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
        for (std::size_t i = 0; i < 16; ++i) {
            std::string text = "aZ_z09AbcdefghiJ";
            text[i] = c;
            CAPTURE(byte, i);
            CHECK(promql::detail::word_bytes(text.data()) == (goes_on ? 16 : i));
        }
    }
    for (std::size_t length = 1; length < 70; ++length)
        for (const std::string_view behind : {"", " ", "{", "/", " + a_long_word_to_the_end"}) {
            const std::string text = std::string(length, 'w') + std::string(behind);
            pitot::arena messages;
            promql::lexer words(text, messages);
            CHECK(words.next().span == pitot::text_span{0, length});
        }
}

TEST_CASE("comments stand between tokens, many in a row too")
{
    std::string text = "a";
    for (int i = 0; i < 100'000; ++i) text += "#x\n \r\n";
    CHECK(kinds(text + "{#y\nb#}\n}#end") ==
          list{token_kind::identifier, token_kind::left_brace, token_kind::identifier, token_kind::right_brace});
}
