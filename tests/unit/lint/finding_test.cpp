#include <pitot/lint/finding.hpp>

#include <catch.hpp>

#include <string>
#include <string_view>
#include <vector>

namespace lint = pitot::lint;

TEST_CASE("a finding knows its place in lines and code points, the end exclusive")
{
    const lint::source file("a.prom", "one\n\xC3\xA4\xC3\xB6 wrong here\nlast");
    const auto f = lint::finding_at(file, {9, 5}, "some-rule", lint::severity::warning, "it is wrong");
    CHECK(f.begin == pitot::text_position{2, 4});
    CHECK(f.end == pitot::text_position{2, 9});
    CHECK(f.excerpt == "\xC3\xA4\xC3\xB6 wrong here");
    CHECK(f.excerpt.substr(f.mark.offset, f.mark.length) == "wrong");
}

TEST_CASE("a span over lines is marked in its first line only")
{
    const lint::source file("a", "ab\ncd\n");
    const auto f = lint::finding_at(file, {1, 4}, "r", lint::severity::error, "m");
    CHECK(f.mark == pitot::text_span{1, 1});
    CHECK(f.end == pitot::text_position{2, 3});
    const auto end = lint::finding_at(file, {6, 0}, "r", lint::severity::error, "m");
    CHECK(end.begin == pitot::text_position{3, 1});
    CHECK(end.excerpt.empty());
}

TEST_CASE("a finding in a query shows the query's line")
{
    const lint::source file("a.json", R"j({"expr":"sum(\n  up{a=\"b\"})"})j");
    const std::string_view query = "sum(\n  up{a=\"b\"})";
    const auto f = lint::finding_in_query(file, {17, 2}, query, {7, 2}, "r", lint::severity::error, "m");
    CHECK(f.query == query);
    CHECK(f.excerpt == "  up{a=\"b\"})");
    CHECK(f.mark == pitot::text_span{2, 2});
    CHECK(file.text().substr(f.where.offset, f.where.length) == "up");
}

TEST_CASE("positions of a source agree with position_of")
{
    for (const std::string_view text :
         {"", "\n", "x\n\n\xE2\x82\xAC y\nz", "\n\n0123456789abcdef\n\n0123456789abcde\n\xE2\x82\xAC\n0123456789\n"}) {
        const lint::source file("a", std::string(text));
        for (std::size_t i = 0; i <= file.text().size() + 1; ++i) {
            CHECK(file.position(i) == pitot::position_of(file.text(), i));
            const pitot::text_span line = file.line(i);
            CHECK(file.text().substr(line.offset, line.length) == pitot::line_at(file.text(), i));
        }
    }
}

TEST_CASE("findings stand in the order of the files")
{
    std::vector<lint::finding> all(5);
    // assign(): of = "b" GCC 12 warns falsely
    all[0].file.assign(1, 'b');
    all[1].file.assign(1, 'a');
    all[1].where.offset = 7;
    all[2].file.assign(1, 'a');
    all[3].file.assign(1, 'b');
    all[3].suggestion.assign(1, '1');
    all[4].file.assign(1, 'b');
    all[4].suggestion.assign(1, '2');
    lint::put_in_order(all);
    CHECK(all[0].where.offset == 0);
    CHECK(all[1].where.offset == 7);
    CHECK(all[2].file == "b");
    CHECK(all[2].suggestion.empty());
    CHECK(all[3].suggestion == "1");  // alike ones as they were
    CHECK(all[4].suggestion == "2");
}

TEST_CASE("a place in a line of megabytes costs no more, and is the same")
{
    std::string text = "first\n";
    for (int i = 0; i < 60'000; ++i) text += "a\u00e9";
    text += "\nlast";
    const pitot::lint::source file("f", text);
    for (const std::size_t offset :
         {std::size_t{0}, std::size_t{7}, std::size_t{4095}, std::size_t{4096}, std::size_t{4097}, std::size_t{8191},
          std::size_t{100'000}, text.size() - 6, text.size() - 2, text.size()}) {
        const auto fast = file.position(offset);
        const auto slow = pitot::position_of(text, offset);
        CHECK(fast.line == slow.line);
        CHECK(fast.column == slow.column);
    }
}

TEST_CASE("a finding in a line of megabytes keeps what stands around its mark")
{
    std::string text;
    for (int i = 0; i < 100'000; ++i) text += "\xC3\xA4";  // two bytes each: a cut must not part them
    const std::size_t at = text.size() + 1;
    text += " wrong" + text;
    const lint::source in("long.json", text);
    const lint::finding f = lint::finding_at(in, {at, 5}, "a-rule", lint::severity::error, "this");
    CHECK(f.begin.column == 100'002);
    CHECK(f.excerpt.size() < 3000);
    CHECK(f.excerpt.capacity() < 6000);
    CHECK(f.excerpt.substr(f.mark.offset, f.mark.length) == "wrong");
    CHECK(pitot::is_utf8(f.excerpt));
    const lint::finding query = lint::finding_in_query(in, {0, text.size()}, text, {at, 5}, "a-rule",
                                                       lint::severity::error, "this");
    CHECK(query.excerpt == f.excerpt);
    CHECK(query.query.size() == text.size());
    const lint::finding whole = lint::finding_at(in, {0, text.size()}, "a-rule", lint::severity::error, "this");
    CHECK(whole.excerpt.size() < 3000);
    CHECK(whole.mark.length == whole.excerpt.size());
}
