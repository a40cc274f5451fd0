#include <pitot/expo/negotiate.hpp>

#include <catch.hpp>

using namespace pitot::expo;

TEST_CASE("what scrapers ask for is what they get (E14)")
{
    const char* const text = "text/plain; version=0.0.4; charset=utf-8";
    const char* const om = "application/openmetrics-text; version=1.0.0; charset=utf-8";
    const char* const old_om = "application/openmetrics-text; version=0.0.1; charset=utf-8";
    const char* const proto =
        "application/vnd.google.protobuf; proto=io.prometheus.client.MetricFamily; encoding=delimited";
    struct row {
        const char* accept;
        const char* type;
    };
    const row rows[] = {
        {"", text},
        {"*/*", text},
        {"text/*", text},
        {"application/*", om},
        {"text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8", text},
        {"application/json", text},
        {"application/openmetrics-text", old_om},
        {"application/openmetrics-text; version=0.0.1", old_om},
        {"application/openmetrics-text;version=1.0.0", om},
        {"application/openmetrics-text;version=\"1.0.0\"", om},
        {"application/openmetrics-text;version=2.0.0", text},
        {"application/openmetrics-text;version=2.0.0,application/openmetrics-text;version=1.0.0;q=0.5", om},
        {"text/plain;version=0.0.4;q=0.9,application/openmetrics-text;version=1.0.0;q=0.5", text},
        {"text/plain;q=0.5,application/openmetrics-text;version=1.0.0;q=0.75", om},
        {"application/openmetrics-text;version=1.0.0;q=0,text/plain;q=0.1", text},
        {"text/plain;version=1.0.0", text},
        {"*/*,application/openmetrics-text;version=1.0.0", om},  // of equal weight the exact one
        {"application/vnd.google.protobuf;proto=io.prometheus.client.MetricFamily;encoding=delimited", proto},
        {"application/vnd.google.protobuf;proto=io.prometheus.client.MetricFamily;encoding=text", text},
        {"application/vnd.google.protobuf;proto=other.Message;encoding=delimited", text},
        {"Application/OpenMetrics-Text ; Version=1.0.0 ; q=1", om},
        {";;,,;q=", text},
        {"text/plain;q=bogus", text},
        // Prometheus 2.42
        {"application/openmetrics-text;version=1.0.0,application/openmetrics-text;version=0.0.1;q=0.75,text/"
         "plain;version=0.0.4;q=0.5,*/*;q=0.1",
         om},
    };
    for (const row& r : rows) {
        CAPTURE(r.accept);
        CHECK(negotiate(r.accept).content_type == r.type);
        CHECK(negotiate(r.accept).scheme == escaping::underscores);
    }
}

TEST_CASE("escaping is honoured and echoed when asked for (E15)")
{
    const auto prometheus3 = negotiate(
        "application/openmetrics-text;version=1.0.0;escaping=allow-utf-8;q=0.5,application/"
        "openmetrics-text;version=0.0.1;q=0.4,"
        "text/plain;version=1.0.0;escaping=allow-utf-8;q=0.3,text/plain;version=0.0.4;q=0.2,*/*;q=0.1");
    CHECK(prometheus3.form == format::openmetrics);
    CHECK(prometheus3.scheme == escaping::allow_utf8);
    CHECK(prometheus3.content_type ==
          "application/openmetrics-text; version=1.0.0; charset=utf-8; escaping=allow-utf-8");
    const auto native = negotiate(
        "application/"
        "vnd.google.protobuf;proto=io.prometheus.client.MetricFamily;encoding=delimited;escaping=values;q=0.6,"
        "application/openmetrics-text;version=1.0.0;escaping=allow-utf-8;q=0.5");
    CHECK(native.form == format::protobuf);
    CHECK(native.scheme == escaping::values);
    CHECK(negotiate("text/plain;escaping=dots").content_type ==
          "text/plain; version=0.0.4; charset=utf-8; escaping=dots");
    CHECK(negotiate("text/plain;escaping=rot13").content_type == "text/plain; version=0.0.4; charset=utf-8");
}

TEST_CASE("gzip is sent only to those who allow it")
{
    CHECK(accepts_gzip("gzip"));
    CHECK(accepts_gzip("deflate, GZIP;q=0.5"));
    CHECK(accepts_gzip("*"));
    CHECK_FALSE(accepts_gzip("gzip;q=0, *"));
    CHECK_FALSE(accepts_gzip(""));
    CHECK_FALSE(accepts_gzip("identity"));
    CHECK_FALSE(accepts_gzip("*;q=0"));
    CHECK_FALSE(accepts_gzip("br, zstd"));
}

TEST_CASE("a header of any length is read in bounded time")
{
    std::string long_header;
    for (int i = 0; i < 10000; ++i) long_header += "a/b;c=d,";
    CHECK(negotiate(long_header).form == format::text);
}
