#include <pitot/connect/gzip.hpp>
#include <pitot/expo/serialize.hpp>

#include <catch.hpp>

#include <string>

using namespace pitot;

TEST_CASE("what is compressed comes back, whatever its size")
{
    for (const std::size_t size : {std::size_t{0}, std::size_t{1}, std::size_t{1000}, std::size_t{300'000}}) {
        std::string text;
        for (std::size_t i = 0; i < size; ++i) text.push_back(static_cast<char>('a' + i * i % 23));
        std::string packed;
        std::string plain;
        REQUIRE(gzip(text, packed));
        REQUIRE(gunzip(packed, plain));
        CHECK(plain == text);
    }
}

TEST_CASE("chunks make one stream, passed on in bounded pieces")
{
    std::string packed;
    std::size_t largest = 0;
    gzip_sink sink([&](const char* data, std::size_t size) {
        packed.append(data, size);
        largest = size > largest ? size : largest;
    });
    std::string text;
    unsigned state = 1;
    for (int i = 0; i < 200'000; ++i) {
        state = state * 1664525U + 1013904223U;  // hardly compressible
        text.push_back(static_cast<char>(state >> 24U));
    }
    for (std::size_t at = 0; at < text.size(); at += 70'000) {
        const std::string part = text.substr(at, 70'000);
        sink(part.data(), part.size());
    }
    REQUIRE(sink.finish());
    CHECK(largest <= 32768);
    std::string plain;
    REQUIRE(gunzip(packed, plain));
    CHECK(plain == text);
}

TEST_CASE("what is no gzip, cut off or too large is refused, and leaves nothing")
{
    std::string packed;
    REQUIRE(gzip(std::string(100'000, 'x'), packed));
    std::string plain = "old";
    CHECK_FALSE(gunzip("", plain));
    CHECK_FALSE(gunzip("a 1\n", plain));
    CHECK_FALSE(gunzip(std::string_view(packed).substr(0, packed.size() - 1), plain));
    CHECK_FALSE(gunzip(packed, plain, 99'999));
    CHECK(plain.empty());
    CHECK(gunzip(packed, plain, 100'000));
    packed[packed.size() - 6] = static_cast<char>(packed[packed.size() - 6] ^ 1);  // its checksum
    CHECK_FALSE(gunzip(packed, plain));
}

TEST_CASE("members behind each other are one text, and anything else behind them is an error")
{
    std::string first;
    std::string second;
    REQUIRE(gzip("a 1\n", first));
    REQUIRE(gzip("b 2\n", second));
    std::string plain;
    REQUIRE(gunzip(first + second + first, plain));
    CHECK(plain == "a 1\nb 2\na 1\n");
    CHECK_FALSE(gunzip(first + second, plain, 7));
    CHECK_FALSE(gunzip(first + "x", plain));
    CHECK_FALSE(gunzip(first + second.substr(0, 12), plain));
    CHECK(plain.empty());
}

TEST_CASE("it fits the hook of serialize")
{
    struct one {
        void collect(batch& out) const { out.add(out.family("a", metric_type::gauge), labels_id::none, 1); }
    };
    const expo::response r = expo::serialize(one{}, "", "gzip", gzip);
    CHECK(r.content_encoding == "gzip");
    std::string plain;
    REQUIRE(gunzip(r.body, plain));
    CHECK(plain == "# TYPE a gauge\na 1\n");
}
