#include <pitot/expo/parse.hpp>
#include <pitot/expo/write.hpp>

#include <catch.hpp>

#include <string>
#include <vector>

using namespace pitot;
using expo::format;
using expo::parse_options;

TEST_CASE("0.0.4 is read as widely as upstream does")
{
    const std::string text =
        "# HELP a_total Some \\\\ help\\n.\n#TYPE a_total counter\n# TYPE a_total counter\n  # a comment\n\n"
        "a_total { x = \"y\\\"\\n\\\\\" , z=\"\xc3\xa9\", } 1e3 -5\na_total 0x\n";
    batch b;
    parse_options lenient;
    lenient.strict = false;
    const auto read = expo::parse(text, b, format::text, lenient);
    REQUIRE(read.errors.size() == 2);  // the second TYPE line and the number
    CHECK(read.errors[1].code == errc::invalid_value);
    CHECK(position_of(text, read.errors[1].where.offset) == text_position{7, 9});
    REQUIRE(b.size() == 1);
    CHECK(b[0].help() == "Some \\ help\n.");
    REQUIRE(b[0].size() == 1);
    CHECK(b[0][0].value() == 1000);
    CHECK(b[0][0].timestamp() == instant::from_milliseconds(-5));
    CHECK(b[0][0].labels()[0] == label_view{"x", "y\"\n\\"});
    CHECK(b[0][0].labels()[1] == label_view{"z", "\xc3\xa9"});
}

TEST_CASE("flat samples become histograms and summaries")
{
    const std::string text =
        "# TYPE h histogram\nh_bucket{x=\"1\",le=\"1\"} 1\nh_bucket{x=\"1\",le=\"+Inf\"} 3\nh_sum{x=\"1\"} "
        "4\nh_count{x=\"1\"} 3\n"
        "h_bucket{x=\"2\",le=\"1\"} 0\nh_bucket{x=\"2\",le=\"+Inf\"} 0\nh_sum{x=\"2\"} 0\nh_count{x=\"2\"} 0\n"
        "# TYPE s summary\ns{quantile=\"0.5\"} NaN\ns{quantile=\"0.9\"} 7\ns_sum 7\ns_count 1\n";
    batch b;
    REQUIRE(expo::parse(text, b, format::text));
    REQUIRE(b.size() == 2);
    REQUIRE(b[0].size() == 2);
    const auto first = b[0][0];
    REQUIRE(first.histogram() != nullptr);
    CHECK(first.labels().size() == 1);
    CHECK(first.histogram()->count.integer == 3);
    CHECK(first.histogram()->sum == 4);
    CHECK(b.buckets(first.histogram()->classic).size() == 2);
    REQUIRE(b[1][0].summary() != nullptr);
    CHECK(b.quantiles(b[1][0].summary()->quantiles)[1].value == 7);
    CHECK(expo::write(b) == text);
}

TEST_CASE("samples of a family need not stand together in 0.0.4")
{
    batch b;
    REQUIRE(
        expo::parse("h_bucket{le=\"1\"} 1\nb 2\n# TYPE a counter\na 1\nb{x=\"y\"} 3\na{x=\"y\"} 2\n", b, format::text));
    REQUIRE(b.size() == 3);
    CHECK(b[1].size() == 2);
    CHECK(b[2].type() == metric_type::counter);
    CHECK(b[2].size() == 2);
}

TEST_CASE("errors have their place, and lenient reading keeps what is good")
{
    struct row {
        const char* text;
        errc code;
        std::size_t line;
        std::size_t column;
    };
    const row rows[] = {
        {"a 1\nb{x=\"y} 2\n", errc::unexpected_end, 2, 5},
        {"a 1\nb{x=y} 2\n", errc::syntax, 2, 5},
        {"a 1\nb{x=\"\\q\"} 2\n", errc::syntax, 2, 6},
        {"a 1\nb{1x=\"y\"} 2\n", errc::invalid_name, 2, 3},
        {"a 1\n1b 2\n", errc::invalid_name, 2, 1},
        {"a 1\nb\n", errc::unexpected_end, 2, 1},
        {"a 1\nb two\n", errc::invalid_value, 2, 3},
        {"a 1\nb 1_000\n", errc::invalid_value, 2, 3},
        {"a 1\nb 0x10\n", errc::invalid_value, 2, 3},
        {"a 1\nb 2 3.5\n", errc::invalid_value, 2, 5},
        {"a 1\nb 2 3 4\n", errc::syntax, 2, 7},
        {"a 1\nb{x=\"\xff\"} 2\n", errc::invalid_utf8, 2, 6},
        {"a 1\nb{x=\"1\",,y=\"2\"} 2\n", errc::syntax, 2, 9},
        {"a 1\n# TYPE b bogus\n", errc::invalid_value, 2, 10},
        {"a 1\n# TYPE a gauge\n", errc::syntax, 2, 1},
        {"a 1\nb{x=\"1\"", errc::unexpected_end, 2, 2},
        {"a 1\r\n", errc::syntax, 1, 4},
        {"a 1", errc::unexpected_end, 1, 4},
    };
    for (const row& r : rows) {
        CAPTURE(r.text);
        batch b;
        const auto strict = expo::parse(r.text, b, format::text);
        REQUIRE(strict.errors.size() == 1);
        CHECK(strict.errors[0].code == r.code);
        CHECK(position_of(r.text, strict.errors[0].where.offset) == text_position{r.line, r.column});
        batch lenient;
        parse_options options;
        options.strict = false;
        static_cast<void>(expo::parse(r.text, lenient, format::text, options));
        REQUIRE(lenient.size() >= 1);
        CHECK(lenient[0][0].value() == 1);
    }
}

TEST_CASE("limits hold")
{
    const auto code = [](std::string_view text, const parse_options& options) {
        batch b;
        const auto read = expo::parse(text, b, format::text, options);
        return read ? std::string("none") : std::string(to_string(read.errors[0].code));
    };
    parse_options options;
    options.max_samples = 2;
    CHECK(code("a 1\nb 1\n", options) == "none");
    CHECK(code("a 1\nb 1\nc 1\n", options) == "too_many");
    options = {};
    options.max_bytes = 3;
    CHECK(code("a 1\n", options) == "too_large");
    options = {};
    options.max_labels = 1;
    CHECK(code("a{x=\"1\"} 1\n", options) == "none");
    CHECK(code("a{x=\"1\",y=\"2\"} 1\n", options) == "too_many");
    options = {};
    options.max_line = 10;
    CHECK(code("a{x=\"1\"} 1\n", options) == "none");
    CHECK(code("a{x=\"12\"} 1\n", options) == "too_large");
    options = {};
    options.strict = false;
    options.max_errors = 3;
    batch b;
    const auto errors = expo::parse("!\n!\n!\n!\n!\na 1\n", b, format::text, options).errors;
    REQUIRE(errors.size() == 4);
    CHECK(errors.back().message == "2 more errors are not listed");
    CHECK(b.size() == 1);  // what stands behind them is read
}

TEST_CASE("a batch can keep the text it was read from")
{
    batch b;
    {
        const std::string text = "a{x=\"some longer label value\"} 1\n";
        REQUIRE(expo::parse_copy(text, b));
    }
    CHECK(b[0][0].labels()[0].value == "some longer label value");
}

TEST_CASE("series that differ in which label has which value are not taken for one another")
{
    std::string text = "# TYPE g gauge\n";
    constexpr int side = 200;
    for (int x = 0; x < side; ++x)
        for (int y = 0; y < side; ++y)
            text += "g{src=\"" + std::to_string(x) + "\",dst=\"" + std::to_string(y) + "\"} 1\n";
    text += "# EOF\n";
    batch b;
    REQUIRE(expo::parse(text, b));
    CHECK(b.point_count() == side * side);
}

TEST_CASE("a byte order mark is named, and costs no line")
{
    parse_options options;
    options.strict = false;
    batch b;
    const std::string text = "\xEF\xBB\xBF"
                             "a 1\na 2\nb{x=\"y\"} 3\nb";
    const std::vector<char> exact(text.begin(), text.end());  // nothing lies behind it
    const auto read = expo::parse({exact.data(), exact.size()}, b, format::text, options);
    REQUIRE(read.errors.size() == 2);
    CHECK(read.errors[0].message == "a byte order mark stands before the text");
    CHECK(b.size() == 2);
}
