// dashboard-lint's whole way: the bytes as a dashboard file, and as one query of a dashboard. No crash, and every place
// lies in the text it is said of.

#include <pitot/json/write.hpp>
#include <pitot/lint/dashboard/check.hpp>

#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

namespace {

void require(bool holds)
{
    if (!holds) std::abort();
}

void judge(std::string text)
{
    pitot::catalog::metric one;
    one.name = "a_total";
    pitot::catalog::listing names;
    names.add(std::move(one));
    const pitot::lint::source file("f", std::move(text));
    pitot::lint::dashboards::verdicts found;
    (void)pitot::lint::dashboards::check(file, &names, {}, found);
    for (const auto& f : found.findings) {
        require(f.where.end() <= file.text().size() && f.begin.line <= f.end.line);
        require(f.mark.end() <= f.excerpt.size());
    }
    require(found.broken + found.not_verified <= found.queries);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    const std::string_view text(reinterpret_cast<const char*>(data), size);
    judge(std::string(text));

    const auto readable = pitot::dashboard::interpolate(text);
    std::size_t before = 0;
    for (const auto& s : readable.stand_ins) {
        require(s.original.offset >= before && s.original.end() <= text.size() &&
                s.replaced.end() <= readable.text.size());
        before = s.original.end();
    }
    for (std::size_t i = 0; i <= readable.text.size(); ++i) require(readable.original_offset(i) <= text.size());
    require(readable.original_span({0, readable.text.size()}).end() <= text.size());

    pitot::json::writer w;
    w.begin_object().key("panels").begin_array().begin_object().key("targets").begin_array();
    w.begin_object().member("expr", text).end_object().end_array().end_object().end_array().end_object();
    judge(std::move(w).text());
    return 0;
}
