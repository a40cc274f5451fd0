#include <pitot/expo/format.hpp>
#include <pitot/expo/write.hpp>

#include <catch.hpp>

using namespace pitot;
using namespace pitot::expo;

TEST_CASE("content types are exact (E13), and read back")
{
    CHECK(content_type(format::text) == "text/plain; version=0.0.4; charset=utf-8");
    CHECK(content_type(format::openmetrics) == "application/openmetrics-text; version=1.0.0; charset=utf-8");
    CHECK(content_type(format::protobuf) ==
          "application/vnd.google.protobuf; proto=io.prometheus.client.MetricFamily; encoding=delimited");
    for (const format f : {format::text, format::openmetrics, format::protobuf}) CHECK(format_of(content_type(f)) == f);
    CHECK(format_of("TEXT/plain") == format::text);
    CHECK(format_of("application/vnd.google.protobuf;proto=\"io.prometheus.client.MetricFamily\";encoding=delimited") ==
          format::protobuf);
    CHECK(!format_of("application/vnd.google.protobuf; proto=io.prometheus.client.MetricFamily; encoding=text"));
    CHECK(!format_of("text/html"));
    CHECK(!format_of(""));
}

TEST_CASE("the format of bytes is found")
{
    CHECK(detect_format("") == format::text);
    CHECK(detect_format("a 1\n") == format::text);
    CHECK(detect_format("\n\n\na 1\n") == format::text);
    CHECK(detect_format("#\n# TYPE a counter\na 1\n") == format::text);
    CHECK(detect_format("a 1\n# EOF\n") == format::openmetrics);
    CHECK(detect_format("a 1\n# EOF") == format::openmetrics);
    CHECK(detect_format("# TYPE a stateset\na{a=\"x\"} 1\n") == format::openmetrics);
    CHECK(detect_format("# UNIT a_seconds seconds\n") == format::openmetrics);
    CHECK(detect_format("a{x=\"# EOF\"} 1\n") == format::text);

    batch b;
    for (const char* name :
         {"up", "a_name_that_is_longer_than_what_fits_into_one_line_but_still_has_less_than_127_bytes"}) {
        b.clear();
        const auto f = b.family(name, metric_type::gauge, "Help.", "");
        for (int i = 0; i < 1000; ++i) b.add(f, labels_id::none, i);
        b.finish();
        const std::string bytes = write(b, {format::protobuf});
        CHECK(detect_format(bytes) == format::protobuf);
        CHECK(detect_format(std::string_view(bytes).substr(0, 120)) == format::protobuf);
    }
}
