#include <pitot/template/check.hpp>
#include <pitot/template/expand.hpp>

#include <catch.hpp>

using namespace pitot;
using templates::value;

namespace {

templates::context surroundings()
{
    templates::context in;
    in.now = 1'500'000;
    in.external_url = "http://prometheus:9090/path";
    in.data = templates::value_map{{"Labels", value::of({{"instance", "a:9100"}, {"job", "x"}})},
                                   {"Value", value(0.5)}};
    in.query = [](std::string_view expr) -> result<std::vector<templates::sample>> {
        if (expr != "up") return unexpected(errc::syntax, "no such query");
        return std::vector<templates::sample>{{{{"job", "b"}}, 2, {}}, {{{"job", "a"}}, 1, {}}};
    };
    return in;
}
std::string expanded(std::string_view text)
{
    const auto out = templates::expand(
        text, surroundings(), {{"$labels", value::of({{"instance", "a:9100"}, {"job", "x"}})}, {"$value", value(0.5)}});
    return out ? *out : "error: " + out.error().message;
}

}  // namespace

TEST_CASE("labels, values and pipes")
{
    CHECK(expanded("{{ $labels.instance }} is {{ $value }}") == "a:9100 is 0.5");
    CHECK(expanded("{{ .Labels.job | toUpper | printf \"%s!\" }}") == "X!");
    CHECK(expanded("[{{ $labels.nothing }}]") == "[]");
    CHECK(expanded("a {{- /* c */ -}} b") == "ab");
    CHECK(expanded("{{ index $labels \"job\" }}{{ (index .Labels \"job\") }}") == "xx");
}

TEST_CASE("control")
{
    CHECK(expanded("{{ if gt $value 0.4 }}high{{ else if gt $value 0.1 }}middle{{ else }}low{{ end }}") == "high");
    CHECK(expanded("{{ range query \"up\" | sortByLabel \"job\" }}{{ .Labels.job }}={{ .Value }};{{ end }}") ==
          "a=1;b=2;");
    CHECK(expanded("{{ range $i, $s := query \"up\" }}{{ if $i }}, {{ end }}{{ $s.Labels.job }}{{ end }}") == "b, a");
    CHECK(expanded(
              "{{ range query \"up\" }}{{ break }}{{ end }}{{ with query \"up\" }}{{ . | first | value }}{{ end }}") ==
          "2");
    CHECK(expanded("{{ $x := 1 }}{{ if true }}{{ $x = 2 }}{{ end }}{{ $x }}") == "2");
    CHECK(expanded("{{ define \"t\" }}<{{ . }}>{{ end }}{{ template \"t\" $value }}") == "<0.5>");
    CHECK(expanded("{{ and true $labels.job }}{{ or \"\" \"z\" }}{{ not true }}") == "xzfalse");
}

TEST_CASE("Prometheus's functions")
{
    CHECK(expanded("{{ humanize 1234567 }} {{ humanize 0.00012 }} {{ humanize1024 1048576 }}") == "1.235M 120u 1Mi");
    CHECK(expanded("{{ humanizeDuration 93784 }} {{ humanizeDuration 0.0123 }} {{ humanizePercentage 0.1234 }}") ==
          "1d 2h 3m 4s 12.3ms 12.34%");
    CHECK(expanded("{{ humanizeTimestamp 1435065584.128 }}") == "2015-06-23 13:19:44.128 +0000 UTC");
    CHECK(expanded("{{ stripPort \"a.b:80\" }} {{ stripDomain \"a.b.c:80\" }} {{ stripDomain \"1.2.3.4:80\" }}") ==
          "a.b a:80 1.2.3.4:80");
    CHECK(expanded("{{ title \"aa bB\" }} {{ pathPrefix }} {{ parseDuration \"1h30m\" }} {{ now }}") ==
          "Aa BB /path 5400 1500");
    CHECK(expanded("{{ printf \"%.2f %5.1f %d %v %q %%\" 1.5 2.25 3 true \"t\" }}") == "1.50   2.2 3 true \"t\" %");
    CHECK(expanded("{{ printf \"%d\" 1.5 }}") == "%!d(float64=1.5)");
}

TEST_CASE("a template is refused before it is carried out")
{
    CHECK(templates::check("{{ range query \"up\" }}{{ .Value | humanize }}{{ end }}"));
    const auto wrong = templates::check("{{ if true }}{{ (printf \"%v\" (nope 1)) }}{{ end }}");
    REQUIRE_FALSE(wrong);
    CHECK(wrong.error().message == "function \"nope\" not defined");
    CHECK(wrong.error().where.offset == 30);
    CHECK_FALSE(templates::check("{{ define \"x\" }}{{ nope }}{{ end }}"));
}

TEST_CASE("what is wrong is said")
{
    CHECK(expanded("{{ $nope }}") == "error: undefined variable \"$nope\"");
    CHECK(expanded("{{ nope 1 }}") == "error: function \"nope\" not defined");
    CHECK(expanded("{{ if }}x{{ end }}") == "error: missing value for command");
    CHECK(expanded("{{ if true }}") == "error: {{end}} is missing");
    CHECK(expanded("{{ first (query \"nothing\") }}") == "error: error calling query: no such query");
    CHECK(expanded("{{ \"open }}") == "error: unterminated quoted string");
    CHECK(expanded("{{ end }}") == "error: unexpected {{end}}");
    CHECK(expanded("{{ define \"r\" }}{{ template \"r\" }}{{ end }}{{ template \"r\" }}") ==
          "error: exceeded maximum template depth");
    std::string deep;
    for (int i = 0; i < 5000; ++i) deep += "{{ if true }}";
    CHECK(expanded(deep) == "error: the template is nested too deep");
}
