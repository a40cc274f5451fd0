#include <catch.hpp>

#include <pitot/base/decimal.hpp>

#include <cmath>
#include <string_view>

namespace {

struct reading {
    std::size_t length;
    std::errc code;
    double value;
};

reading read(std::string_view text)
{
    double value = -1;
    const auto [end, code] = pitot::detail::read_decimal(text.data(), text.data() + text.size(), value);
    return {static_cast<std::size_t>(end - text.data()), code, value};
}

}  // namespace

TEST_CASE("a decimal ends where its grammar ends", "[decimal]")
{
    CHECK(read("1.5 x").length == 3);
    CHECK(read("1.5 x").value == 1.5);
    CHECK(read(".5").value == 0.5);
    CHECK(read("5.").value == 5);
    CHECK(read("1e").length == 1);
    CHECK(read("1e+").length == 1);
    CHECK(read("2E-3").value == 0.002);
    CHECK(read("0x10").length == 1);
    CHECK(std::isinf(read("Infinity").value));
    CHECK(read("Infinit").length == 3);
    CHECK(std::isnan(read("NAN").value));
    CHECK(read("9007199254740993").value == 9007199254740992.0);
    CHECK(read("4.9e-324").value > 0);
}

TEST_CASE("what is no decimal is refused, what is too large is said", "[decimal]")
{
    for (const std::string_view text : {"", ".", "e5", " 1", "x", "+1", ".e1"}) {
        CAPTURE(text);
        CHECK(read(text).code == std::errc::invalid_argument);
    }
    CHECK(read("1e999").code == std::errc::result_out_of_range);
    CHECK(read("1e-999").code == std::errc::result_out_of_range);
    CHECK(read("1e-999").length == 6);
}
