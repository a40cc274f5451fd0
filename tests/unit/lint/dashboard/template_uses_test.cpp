#include <pitot/lint/dashboard/template_uses.hpp>

#include <catch.hpp>

#include <string>
#include <string_view>

namespace lint = pitot::lint;

namespace {

/// The labels that a template reads, each with a blank behind it.
std::string labels(std::string_view text)
{
    const lint::dashboards::located in{text, "/x", [](pitot::text_span part) { return part; }};
    std::string out;
    for (const lint::dashboards::label_use& use : lint::dashboards::uses_of_template(in).labels) {
        CHECK(text.substr(use.where.offset, use.where.length) == use.label);
        CHECK(use.in == &in);
        out += pitot::concat(use.label, " ");
    }
    return out;
}

/// The queries that a template asks, with their quotes.
std::string queries(std::string_view text)
{
    const lint::dashboards::located in{text, "/x", [](pitot::text_span part) { return part; }};
    std::string out;
    for (const pitot::text_span where : lint::dashboards::uses_of_template(in).queries)
        out += text.substr(where.offset, where.length);
    return out;
}

}  // namespace

TEST_CASE("labels of an alert's template")
{
    CHECK(labels("no action, $labels.a").empty());
    CHECK(labels("{{ $labels.a }} {{ .Labels.b }} {{$.Labels.c}} {{ $value }} {{ .Value }} {{ $externalLabels.d }}") ==
          "a b c ");
    CHECK(labels("{{ $labels.a | toUpper }} {{ printf \"%s\" .Labels.b }} {{ ($labels.c) }} {{ ($labels).d }}") ==
          "a b c d ");
    CHECK(labels("{{ $labels.a").empty());  // cannot be read
}

TEST_CASE("labels by index")
{
    CHECK(labels("{{ index $labels \"a\" }} {{ index .Labels `b.c` }} {{ \"d\" | index $labels }}") == "a b.c d ");
    CHECK(labels("{{ (index $labels \"a\") }} {{ if eq (index $labels \"b\") \"x\" }}{{ end }}") == "a b ");
    CHECK(labels("{{ index $labels $labels.a }} {{ index $externalLabels \"b\" }} {{ index $labels \"\" }}") == "a ");
    CHECK(labels("{{ index (index $labels \"a\") 0 }}") == "a ");
}

TEST_CASE("labels by way of with, variables and templates")
{
    CHECK(labels("{{ with $labels }}{{ .a }}{{ $labels.b }}{{ index . \"c\" }}{{ end }}{{ .d }}") == "a b c ");
    CHECK(labels("{{ with .Labels.a }}{{ .b }}{{ end }}{{ with .Labels }}{{ with .Value }}{{ .Labels.c }}{{ end }}"
                 "{{ else }}{{ .Labels.d }}{{ end }}") == "d ");
    CHECK(labels("{{ $l := $labels }}{{ $l.a }}{{ with $x := .Labels }}{{ $x.b }}{{ else }}{{ $x.c }}{{ end }}"
                 "{{ $x.d }}") == "a b c ");
    CHECK(labels("{{ $l := $labels }}{{ if $value }}{{ $l = $value }}{{ end }}{{ $l.a }}").empty());
    CHECK(labels("{{ with $labels := \"x\" }}{{ $labels.a }}{{ end }}{{ $labels.b }}") == "b ");
    CHECK(labels("{{ define \"t\" }}{{ .Labels.a }}{{ $labels.b }}{{ $.Labels.c }}{{ template \"t\" . }}{{ end }}"
                 "{{ template \"t\" . }}{{ template \"u\" . }}") == "a c ");
}

TEST_CASE("labels of other series are none of the alert's")
{
    CHECK(labels("{{ range query \"up\" }}{{ .Labels.a }}{{ $labels.b }}{{ end }}{{ .Labels.c }}") == "b c ");
    CHECK(labels("{{ with query \"up\" | first }}{{ .Labels.a }}{{ else }}{{ .Labels.b }}{{ end }}") == "b ");
    CHECK(labels("{{ range $name, $text := $labels }}{{ $name.a }}{{ .b }}{{ end }}").empty());
    CHECK(labels("{{ query (printf \"up{a='%s'}\" $labels.a) | first | label \"b\" }}") == "a ");
}

TEST_CASE("a label that the template asks for first may be missing")
{
    CHECK(labels("{{ if $labels.a }}on {{ $labels.a }}, {{ $labels.b }}{{ end }}{{ $labels.c }}") == "b c ");
    CHECK(labels("{{ with $labels.a }}on {{ . }}{{ else }}{{ $labels.a }}{{ end }}") == "a ");
    CHECK(labels("{{ if and $labels.a (index $labels \"b\") }}{{ $labels.a }}{{ .Labels.b }}{{ end }}").empty());
    CHECK(labels("{{ if eq $labels.a \"x\" }}{{ $labels.a }}{{ end }}") == "a a ");
}

TEST_CASE("queries that a template asks")
{
    CHECK(queries("{{ query \"up\" | first | value }} {{ range query `a{b=\"c\"}` }}{{ .Value }}{{ end }}") ==
          "\"up\"`a{b=\"c\"}`");
    CHECK(
        queries("{{ with \"up\" | query }}{{ end }}{{ if (query \"a\") }}{{ else }}{{ len (query \"b\") }}{{ end }}") ==
        "\"up\"\"a\"\"b\"");
    CHECK(
        queries("{{ printf \"up{a='%s'}\" $labels.a | query }} {{ query $x }} {{ \"up\" | toUpper | query }}").empty());
}
