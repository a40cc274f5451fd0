// dashboard-lint's whole way: the bytes as a dashboard file, and as one query of a dashboard. No crash, and every place
// lies in the text it is said of.

#include <pitot/expo/parse.hpp>
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

/// What exists: a counter and a gauge of one job.
struct known {
    pitot::catalog::listing names;
    pitot::catalog::inventory series;

    known()
    {
        pitot::batch families;
        (void)pitot::expo::parse(
            "# TYPE a_total counter\na_total{x=\"1\",le=\"0.5\"} 1\n# TYPE b gauge\nb{y=\"2\"} 1\n", families, {}, {});
        names.add(families, {"j", {}});
        series.add(families, series.job("j"));
    }
};

void judge(std::string text)
{
    static const known all;
    const pitot::lint::dashboards::world sources{&all.names, &all.series, {}};
    const pitot::lint::source file("f", std::move(text));
    pitot::lint::dashboards::verdicts found;
    (void)pitot::lint::dashboards::check(file, sources, {}, found);
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
