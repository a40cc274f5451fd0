#include <pitot/lint/report_html.hpp>

#include <catch.hpp>

#include <string>

namespace lint = pitot::lint;

TEST_CASE("a report as a page")
{
    const lint::source first("a<b>.json", "up{job=\"x\"} > 1");
    const lint::source second("c.json", "x");
    lint::report what;
    what.summary = {{"queries", 3}, {"ok", 1}};
    what.findings = {lint::finding_at(first, {3, 3}, "r", lint::severity::error, "wrong <script>", "write \"b\""),
                     lint::finding_at(first, {0, 2}, "r", lint::severity::info, "m"),
                     lint::finding_at(second, {0, 1}, "r", lint::severity::warning, "m")};
    lint::without_lines(what.findings[2]);
    what.not_verified.push_back({"c.json", "/b", "variable metric name"});
    const std::string page = lint::to_html(what, "dashboard-lint");
    const auto count = [&page](std::string_view part) {
        std::size_t n = 0;
        for (std::size_t at = page.find(part); at != std::string::npos; at = page.find(part, at + 1)) ++n;
        return n;
    };
    CHECK(count("<h2>a&lt;b&gt;.json</h2>") == 1);
    CHECK(count("<h2>c.json</h2>") == 1);
    CHECK(count("<table>") == 3);
    CHECK(count("</table>") == 3);
    CHECK(count("<script>") == 0);
    CHECK(count("<pre>up{<mark>job</mark>=&quot;x&quot;} &gt; 1</pre>write &quot;b&quot;") == 1);
    CHECK(count("<tr class=\"error\"><td>1:4<td>error<td><code>r</code>") == 1);
    CHECK(count("<td>byte 0<td>warning") == 1);
    CHECK(count("<p>3 queries, 1 ok</p>") == 1);
    CHECK(count("variable metric name") == 1);
    CHECK(lint::to_html({}, "t").find("<table>") == std::string::npos);
}
