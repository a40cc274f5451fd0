#include <dashboard-lint/datasources.hpp>

#include <pitot/catalog/source.hpp>
#include <pitot/dashboard/datasource_files.hpp>
#include <pitot/dashboard/grafana_api.hpp>

#include <fmt/format.h>

#include <string_view>
#include <utility>

namespace pitot::tools::dashboard_lint {

std::optional<dashboard::datasources> load_datasources(const grafana_settings& from, const http::options& http,
                                                       const notes& say, exit_code& code)
{
    dashboard::datasources out;
    bool failed = false;
    const auto take = [&](std::string_view flag, exit_code otherwise, result<dashboard::datasources> read) {
        if (read) return out.add(std::move(*read));
        say.error(fmt::format("dashboard-lint: {}: {}", flag, read.error().message));
        failed = true;
        if (to_int(otherwise) > to_int(code)) code = otherwise;
    };
    for (const std::string& path : from.files) {
        const auto text = catalog::read_file(path, std::size_t{64} << 20U);
        take("--datasources", exit_code::usage,
             text ? dashboard::read_datasources(*text, path)
                  : result<dashboard::datasources>(unexpected(text.error())));
    }
    if (!from.url.empty()) take("--grafana", exit_code::unreachable, dashboard::ask_grafana(from.url, http));
    if (failed || (from.files.empty() && from.url.empty())) return std::nullopt;  // one not read may be the one asked
    return out;
}

}  // namespace pitot::tools::dashboard_lint
