#include <pitot/expo/chunk.hpp>

#include <catch.hpp>

#include <string>

using namespace pitot::expo;

TEST_CASE("chunks are no larger than the buffer, but for one text that is")
{
    std::string all;
    std::size_t largest = 0;
    {
        chunk_writer out(
            [&](const char* data, std::size_t size) {
                all.append(data, size);
                largest = size > largest ? size : largest;
            },
            64);
        for (int i = 0; i < 100; ++i) out.append("0123456789");
        out.append('x');
        CHECK(largest <= 64);
        out.append(std::string(200, 'y'));
        out.append(std::string_view{});
        out.finish();
    }
    std::string expected;
    for (int i = 0; i < 100; ++i) expected += "0123456789";
    CHECK(all == expected + "x" + std::string(200, 'y'));
    CHECK(largest == 200);
}
