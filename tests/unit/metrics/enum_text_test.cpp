#include <pitot/metrics/enum_text.hpp>

#include <catch.hpp>

namespace {
enum class hidden { one, two = 5, _three };
enum class chosen { low = -3, high = 1000 };
}  // namespace
namespace outer::inner {
enum class seen : unsigned char { first = 1 };
enum plain : int { alpha, beta };
}  // namespace outer::inner

template <>
struct pitot::enum_text<chosen> {
    static constexpr pitot::enum_entry<chosen> entries[] = {{chosen::low, "LOW"}, {chosen::high, "HIGH"}};
};

using namespace pitot::detail;

TEST_CASE("enumerators are read from the compiler's spelling, wherever the enum is declared")
{
    using h = enum_values<hidden>;
    STATIC_REQUIRE(h::count == 3);
    CHECK(h::text(0) == "one");
    CHECK(h::text(1) == "two");
    CHECK(h::text(2) == "_three");
    CHECK(h::index(hidden::two) == 1);
    CHECK(h::index(static_cast<hidden>(1)) == 3);
    STATIC_REQUIRE(enum_values<outer::inner::seen>::count == 1);
    CHECK(enum_values<outer::inner::seen>::text(0) == "first");
    STATIC_REQUIRE(enum_values<outer::inner::plain>::count == 2);
    CHECK(enum_values<outer::inner::plain>::text(1) == "beta");
    CHECK(enum_values<outer::inner::plain>::index(outer::inner::beta) == 1);
}

TEST_CASE("texts can be chosen, for values of any size")
{
    using c = enum_values<chosen>;
    STATIC_REQUIRE(c::count == 2);
    CHECK(c::text(c::index(chosen::high)) == "HIGH");
    CHECK(c::text(c::index(chosen::low)) == "LOW");
    CHECK(c::index(static_cast<chosen>(0)) == 2);
}
