#include <pitot/template/check.hpp>
#include <pitot/template/expand.hpp>

#include <catch.hpp>

#include <string>
#include <vector>

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

TEST_CASE("times and durations have Go's methods")
{
    CHECK(expanded("{{ toDuration 3661.25 }} {{ toDuration -0.0015 }} {{ (toDuration 90).Minutes }}") ==
          "1h1m1.25s -1.5ms 1.5");
    CHECK(expanded("{{ (toTime 1435065584.25).Format \"Jan _2 15:04:05.00 2006\" }}") == "Jun 23 13:19:44.24 2015");
    CHECK(expanded("{{ (toTime -1.5).Year }} {{ (toTime 0).Weekday }} {{ (toTime 1.5).Unix }}") == "1969 Thursday 1");
    CHECK(expanded("{{ toTime 1e10 }}") == "error: error calling toTime: 1e+10 cannot be represented as a nanoseconds "
                                           "timestamp since it overflows int64");
}

TEST_CASE("printf as Go has it")
{
    CHECK(expanded("{{ printf \"%x %X %o %b %c %U\" 30 30 8 5 233 233 }}") == "1e 1E 10 101 é U+00E9");
    CHECK(expanded("{{ printf \"%-5s|%5s|%.1s|%x|%q\" \"é\" \"ab\" \"ab\" \"ab\" \"a\\\"\" }}") ==
          "é    |   ab|a|6162|\"a\\\"\"");
    CHECK(expanded("{{ printf \"%#x %# x %#U %#U %q %q\" \"hi\" \"hi\" 228 10 10 39 }}") ==
          "0x6869 0x68 0x69 U+00E4 'ä' U+000A '\\n' '\\''");
    CHECK(expanded("{{ printf \"%[2]d %[1]d|%*d|%.*f\" 1 2 }}").starts_with("2 1|"));
    CHECK(expanded("{{ printf \"%t %d %s %v\" 1 \"x\" true nil }}") == "%!t(int=1) %!d(string=x) %!s(bool=true) <nil>");
    CHECK(expanded("{{ printf \"%08.3f|%+d|% d|%e\" 3.14159 5 5 1500.0 }}") == "0003.142|+5| 5|1.500000e+03");
}

TEST_CASE("words, hosts and literals")
{
    CHECK(expanded("{{ title \"foo.bar 1st o'p éa\" }} {{ toUpper \"ñя\" }} {{ toLower \"ŸΣ\" }}") ==
          "Foo.bar 1St O'p Éa ÑЯ ÿσ");
    CHECK(expanded("{{ stripDomain \"256.1.1.1\" }} {{ stripDomain \"[fe80::1]:80\" }} {{ stripPort \"[a]b:80\" }}") ==
          "256 [fe80::1]:80 [a]b:80");
    CHECK(expanded("{{ 0b11 }} {{ 017 }} {{ .5 }} {{ '\\n' }} {{ \"\\u00e9\\x41\" }}") == "3 15 0.5 10 éA");
    CHECK(expanded("{{ slice \"abcdef\" 1 3 }} {{ js \"a'<\" }} {{ (args 1).arg1 }}") == "bc a\\'\\u003C <no value>");
}

TEST_CASE("what Go refuses to read")
{
    const std::vector<std::string> known{"$labels"};
    for (const char* const wrong :
         {"{{ $label.x }}", "{{ if $x := 1 }}{{ end }}{{ $x }}", "{{ 1 | 2 }}", "{{ break }}", "{{ /* c */ }}",
          "{{ 'ab' }}", "{{ \"\\q\" }}", "{{ $x, $y := 1 }}", "{{ if 0 }}{{ else with 1 }}{{ end }}",
          "{{ define \"a\" }}{{ $labels }}{{ end }}", "{{ block \"a\" }}{{ end }}", "{{ ..x }}", "{{ 08 }}"})
        CHECK_FALSE(templates::check(wrong, &known));
    CHECK(templates::check("{{ $labels.x }}{{ range $i, $l := $labels }}{{ $i }}{{ break }}{{ end }}", &known));
    CHECK(templates::check("{{ $label.x }}"));
}

TEST_CASE("an error says where it is")
{
    auto in = surroundings();
    in.name = "__alert_A";
    in.before = 10;
    const auto out = templates::expand("{{ humanize\n \"x\" }}{{ .Value.y }}", in);
    REQUIRE_FALSE(out);
    CHECK(out.error().message == "template: __alert_A:1:13: executing \"__alert_A\" at <humanize \"x\">: error calling "
                                 "humanize: strconv.ParseFloat: parsing \"x\": invalid syntax");
}
