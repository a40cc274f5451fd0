#include <pitot/expo/fast_line.hpp>
#include <pitot/expo/scan.hpp>

#include <catch.hpp>

#include <string>

using namespace pitot;
using namespace pitot::expo;

TEST_CASE("the first special byte is found at every place, whatever stands around it")
{
    for (std::size_t size = 0; size <= 40; ++size) {
        for (std::size_t at = 0; at <= size; ++at) {
            for (const char c : {'"', '\\', '\n'}) {
                for (const char filler : {'a', '\x02', '!', '#', '[', ']', '\x0B', '\x7F'}) {
                    std::string text(size, filler);
                    if (at < size) text[at] = c;
                    if (at + 1 < size) text[at + 1] = '"';
                    bool high = false;
                    CHECK(expo::detail::find_special(text.data(), text.data() + size, high) == text.data() + at);
                    CHECK_FALSE(high);
                    std::string copy(size, '-');
                    CHECK(expo::detail::copy_plain(copy.data(), text.data(), size) == (at == size));
                    if (at == size) CHECK(copy == text);
                }
            }
            std::string wide(size, 'a');
            if (at == size) continue;
            wide[at] = '\xC3';
            bool high = false;
            CHECK(expo::detail::find_special(wide.data(), wide.data() + size, high) == wide.data() + size);
            CHECK(high);
        }
    }
}

TEST_CASE("plain numbers are the doubles that the whole parser reads")
{
    for (const char* text : {"0", "1", "00012", "999999999999999999", "9007199254740993", "0.1", "0.30000000000000004",
                             "123456.789", "1.", "5.000", "123456789012345", "12345678.1234567", "0.000000000000001"}) {
        const std::string line = std::string(text) + "\n";
        const char* at = line.data();
        double value = 0;
        CAPTURE(text);
        if (expo::detail::read_plain_number(at, value)) {
            CHECK(value == parse_number(text).value());
            CHECK(*at == '\n');
        }
    }
    double value = 0;
    const char* const too_long = "1234567890123456789\n";
    const char* at = too_long;
    CHECK_FALSE(expo::detail::read_plain_number(at, value));
    CHECK(at == too_long);
}
