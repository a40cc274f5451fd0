// Rule files, dashboards in YAML, and provisioned datasources: whatever the bytes, every finding lies in the text, or
// an error says where.

#include <pitot/dashboard/datasource_files.hpp>
#include <pitot/lint/dashboard/embedded.hpp>
#include <pitot/lint/dashboard/recorded.hpp>
#include <pitot/lint/dashboard/rule_file.hpp>

#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

namespace {

void require(bool holds)
{
    if (!holds) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    const std::string text(reinterpret_cast<const char*>(data), size);
    const auto file = pitot::lint::dashboards::read_rule_file(pitot::lint::source("f.yml", text));
    pitot::lint::dashboards::verdicts found;
    const auto recorded = pitot::lint::dashboards::all_recorded({&file}, {});
    pitot::lint::dashboards::world sources;
    sources.recorded = &recorded;
    (void)pitot::lint::dashboards::check_rule_file(file, sources, found);
    (void)pitot::lint::dashboards::check_embedded(file.file, sources, {}, found);
    for (const auto& f : found.findings) {
        require(f.where.end() <= text.size() && f.begin.line <= f.end.line);
        require(f.mark.end() <= f.excerpt.size());
    }
    require(found.broken + found.not_verified <= found.queries);

    const auto declared = pitot::dashboard::read_datasources(text, "f.yml");
    require(declared.has_value() || declared.error().message.starts_with("f.yml:"));
    return 0;
}
