#include <pitot/expo/serialize.hpp>

#include <catch.hpp>

#include <string>

using namespace pitot;
using namespace pitot::expo;

namespace {

struct two_families {
    void collect(batch& out) const
    {
        out.add(out.family("a.b", metric_type::gauge, "One."), labels_id::none, 1);
        out.add(out.family("c_total", metric_type::counter, "Two."), out.labels({{"x", "y"}}), 2);
    }
};

/// Writes its counter itself and leaves the gauge.
struct direct_source {
    mutable int direct_calls = 0;
    void collect(batch& out) const
    {
        out.add(out.family("c_total", metric_type::counter), labels_id::none, 2);
        out.add(out.family("g", metric_type::gauge), labels_id::none, 1);
    }
    template <class Sink>
    void write_text(direct_format format, batch& rest, Sink& out) const
    {
        ++direct_calls;
        const std::string text = format == direct_format::text ? "# TYPE c_total counter\nc_total 2\n"
                                                               : "# TYPE c counter\nc_total 2\n";
        out(text.data(), text.size());
        rest.add(rest.family("g", metric_type::gauge), labels_id::none, 1);
    }
};

}  // namespace

TEST_CASE("a scrape gets its format, names and content type")
{
    const two_families source;
    const response plain = serialize(source, "");
    CHECK(plain.content_type == "text/plain; version=0.0.4; charset=utf-8");
    CHECK(plain.content_encoding.empty());
    CHECK(
        plain.body ==
        "# HELP a_b One.\n# TYPE a_b gauge\na_b 1\n# HELP c_total Two.\n# TYPE c_total counter\nc_total{x=\"y\"} 2\n");
    const response om = serialize(source, "application/openmetrics-text;version=1.0.0;escaping=allow-utf-8");
    CHECK(om.body == "# TYPE \"a.b\" gauge\n# HELP \"a.b\" One.\n{\"a.b\"} 1\n# TYPE c counter\n# HELP c "
                     "Two.\nc_total{x=\"y\"} 2\n# EOF\n");
}

TEST_CASE("a compressor is used when it is allowed and succeeds")
{
    const two_families source;
    const auto pack = [](std::string_view in, std::string& out) {
        out = "packed " + std::to_string(in.size());
        return true;
    };
    const response packed = serialize(source, "", "gzip", pack);
    CHECK(packed.content_encoding == "gzip");
    CHECK(packed.body.substr(0, 7) == "packed ");
    CHECK(serialize(source, "", "identity", pack).content_encoding.empty());
    const response failed = serialize(source, "", "gzip", [](std::string_view, std::string&) { return false; });
    CHECK(failed.content_encoding.empty());
    CHECK(failed.body == serialize(source, "").body);
}

TEST_CASE("a collector's own way to text is taken where it says the same")
{
    const direct_source source;
    const response text = serialize(source, "");
    CHECK(source.direct_calls == 1);
    CHECK(text.body == "# TYPE c_total counter\nc_total 2\n# TYPE g gauge\ng 1\n");
    CHECK(serialize(source, "application/openmetrics-text;version=1.0.0").body ==
          "# TYPE c counter\nc_total 2\n# TYPE g gauge\ng 1\n# EOF\n");
    CHECK(source.direct_calls == 2);
    CHECK(serialize(source, "text/plain;escaping=dots").body ==
          "# TYPE c__total counter\nc__total 2\n# TYPE g gauge\ng 1\n");
    static_cast<void>(serialize(source, content_type(format::protobuf)));
    CHECK(source.direct_calls == 2);
}

TEST_CASE("a family that collides when escaped is left out and said (E16)")
{
    struct colliding {
        void collect(batch& out) const
        {
            out.add(out.family("a.b", metric_type::gauge), labels_id::none, 1);
            out.add(out.family("a_b", metric_type::gauge), labels_id::none, 2);
        }
    };
    const response r = serialize(colliding{}, "");
    CHECK(r.body == "# TYPE a_b gauge\na_b 1\n");
    REQUIRE(r.problems.size() == 1);
}
