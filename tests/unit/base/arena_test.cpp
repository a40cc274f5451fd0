#include <pitot/base/arena.hpp>

#include <catch.hpp>

#include <cstdint>
#include <cstring>
#include <string>

TEST_CASE("views stay valid when the arena grows and moves")
{
    pitot::arena a(16);
    const auto small = a.copy("small");
    const std::string big(100'000, 'x');
    const auto large = a.copy(big);
    pitot::arena b = std::move(a);
    for (int i = 0; i < 1000; ++i) (void)b.copy("filling blocks");
    CHECK(small == "small");
    CHECK(large == big);
}

TEST_CASE("an adopted buffer is read where it lies")
{
    pitot::arena a;
    auto buffer = std::make_unique<char[]>(3);
    char* const at = buffer.get();
    const auto view = a.adopt(std::move(buffer), 3);
    CHECK(view.data() == at);
    a.clear();
    CHECK(a.capacity() == 0);
    CHECK(a.copy("again") == "again");
}

TEST_CASE("clearing keeps one block for the next round")
{
    pitot::arena a(64);
    for (int i = 0; i < 100; ++i) (void)a.copy("0123456789");
    a.clear();
    const auto kept = a.capacity();
    CHECK(kept > 0);
    (void)a.copy("0123456789");
    CHECK(a.capacity() == kept);
}

TEST_CASE("memory is aligned as it is asked for, behind text and in a new block")
{
    pitot::arena a(64);
    for (std::size_t i = 1; i < 200; ++i) {
        (void)a.copy(std::string(i % 5, 'x'));
        char* const at = a.allocate(i, 16);
        CHECK(reinterpret_cast<std::uintptr_t>(at) % 16 == 0);
        std::memset(at, 1, i);
    }
}

TEST_CASE("texts are put together without a break, whatever is left of a block")
{
    pitot::arena a(8);
    CHECK(a.joined({}).empty());
    CHECK(a.joined({"", ""}).empty());
    for (std::size_t i = 0; i < 100; ++i) {
        const std::string some(i % 7, 'x');
        CHECK(a.joined({"<", some, "", ">"}) == "<" + some + ">");
    }
}
