#include <pitot/lint/dashboard/table.hpp>

#include <catch.hpp>

#include <string>

namespace dashboards = pitot::lint::dashboards;

TEST_CASE("a table has a heading for each file and a line for each query, cut to its width")
{
    dashboards::verdicts found;
    found.judged = {{"a.json", "Load", "node_load1", {3, 14}, dashboards::verdict::ok, {}},
                    {"a.json", "", std::string(100, 'x'), {12, 9}, dashboards::verdict::broken, {}},
                    {"b.json", "\x1b[2J\nq", "$m", {1, 1}, dashboards::verdict::not_verified, "variable metric name"}};
    std::string text;
    dashboards::append_table(text, found, {false, 80});
    const std::string cut = pitot::concat(std::string(48, 'x'), "…");
    CHECK(text == pitot::concat("a.json\n"
                                "  place  verdict       panel   query\n"
                                "  3:14   ok            Load    node_load1\n"
                                "  12:9   broken                ",
                                cut,
                                "\n\n"
                                "b.json\n"
                                "  place  verdict       panel   query\n"
                                "  1:1    not verified  \xEF\xBF\xBD[2J q  $m (variable metric name)\n\n"));
    std::string coloured;
    dashboards::append_table(coloured, found, {true, 80});
    CHECK(coloured.find("\x1b[1;31mbroken\x1b[0m ") != std::string::npos);
    std::string none;
    dashboards::append_table(none, {});
    CHECK(none.empty());
}
