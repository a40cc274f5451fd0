#include <pitot/json/scan.hpp>

#include <catch.hpp>

#include <string>

namespace {
using namespace pitot::json::detail;

std::size_t blanks(const std::string& text)
{
    return static_cast<std::size_t>(skip_blanks(text.data(), text.data() + text.size()) - text.data());
}
std::size_t plain(const std::string& text)
{
    return static_cast<std::size_t>(skip_plain(text.data(), text.data() + text.size()) - text.data());
}
}  // namespace

TEST_CASE("every byte stops a blank stretch of any length, or is part of it")
{
    for (std::size_t before = 0; before < 40; ++before)
        for (int c = 0; c < 256; ++c) {
            const char byte = static_cast<char>(c);
            const std::string text = std::string(before, before % 2 == 0 ? ' ' : '\n') + byte;
            INFO(before << " blanks, then byte " << c);
            const bool more = byte == ' ' || byte == '\n' || byte == '\r' || byte == '\t';
            REQUIRE(blanks(text) == before + (more ? 1 : 0));
            REQUIRE(blanks(text + std::string(20, 'x')) == before + (more ? 1 : 0));
        }
    CHECK(blanks("") == 0);
}

TEST_CASE("every byte stops a plain stretch of any length, or is part of it")
{
    for (std::size_t before = 0; before < 40; ++before)
        for (int c = 0; c < 256; ++c) {
            const char byte = static_cast<char>(c);
            const std::string text = std::string(before, before % 2 == 0 ? 'a' : '\x7F') + byte;
            INFO(before << " plain bytes, then byte " << c);
            const bool more = c >= 0x20 && c < 0x80 && byte != '"' && byte != '\\';
            REQUIRE(plain(text) == before + (more ? 1 : 0));
            REQUIRE(plain(text + std::string(20, '"')) == before + (more ? 1 : 0));
        }
    CHECK(plain("") == 0);
}
