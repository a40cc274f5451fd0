#include <pitot/base/utf8.hpp>

#include <catch.hpp>

#include <string>

TEST_CASE("what is no UTF-8 is found at its first bad byte")
{
    CHECK(pitot::is_utf8("plain ascii, long enough for the fast path"));
    CHECK(pitot::is_utf8("\xF4\x8F\xBF\xBF"));        // U+10FFFF
    CHECK_FALSE(pitot::is_utf8("\xF4\x90\x80\x80"));  // beyond it
    CHECK_FALSE(pitot::is_utf8("\xC0\x80"));          // overlong
    CHECK_FALSE(pitot::is_utf8("\xE0\x9F\xBF"));      // overlong
    CHECK_FALSE(pitot::is_utf8("\xED\xA0\x80"));      // surrogate
    CHECK(pitot::utf8_error("0123456789\xFFz") == 10);
    CHECK(pitot::utf8_error("abc\xE2\x82") == 3);  // cut off
}

TEST_CASE("code points survive writing and reading")
{
    for (const char32_t c : {U'a', U'\u00E4', U'\u20AC', U'\U0001F600'}) {
        std::string text;
        pitot::utf8_append(text, c);
        const auto back = pitot::utf8_decode(text, 0);
        CHECK(back.value == c);
        CHECK(back.length == text.size());
    }
    CHECK(pitot::utf8_length("a\xC3\xA4\xE2\x82\xAC") == 3);
}

TEST_CASE("code points are counted by words and at their ends alike")
{
    const std::string text = "ab\xC3\xA4\xE2\x82\xAC\xF0\x9F\x98\x80 0123456789 \xC3\xA4\xC3\xA4\xC3\xA4\xC3\xA4";
    for (std::size_t first = 0; first <= text.size(); ++first)
        for (std::size_t size = 0; first + size <= text.size(); ++size) {
            std::size_t wanted = 0;
            for (const char c : text.substr(first, size)) wanted += (static_cast<unsigned char>(c) & 0xC0U) != 0x80U;
            CHECK(pitot::utf8_length(std::string_view(text).substr(first, size)) == wanted);
        }
}
