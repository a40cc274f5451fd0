#include <dashboard-lint/loki.hpp>

#include <pitot/base/span.hpp>
#include <pitot/catalog/loki_api.hpp>
#include <pitot/catalog/source.hpp>

#include <fmt/format.h>

#include <chrono>
#include <utility>

namespace pitot::tools::dashboard_lint {

std::optional<catalog::log_labels> load_log_labels(const loki_settings& from, const file_config& config,
                                                   const http::options& http,
                                                   std::function<bool(std::string_view)> matters, const notes& say,
                                                   exit_code& code)
{
    std::optional<catalog::log_labels> out;
    const auto add = [&out](catalog::log_labels more) {
        if (!out) out.emplace();
        catalog::merge(*out, std::move(more));
    };
    bool failed = false;
    const auto fail = [&](exit_code why, std::string text) {
        say.error(text);
        failed = true;
        if (to_int(why) > to_int(code)) code = why;
    };
    if (!config.loki_labels.empty()) add(config.loki_labels);
    std::vector<std::string> files = config.loki_label_files;
    files.insert(files.end(), from.files.begin(), from.files.end());
    for (const std::string& path : files) {
        const auto text = catalog::read_file(path, std::size_t{64} << 20U);
        if (!text) {
            fail(exit_code::usage, fmt::format("dashboard-lint: --loki-labels: {}", text.error().message));
            continue;
        }
        auto labels = catalog::load_log_labels(*text);
        if (!labels) {
            const text_position at = position_of(*text, labels.error().where.offset);
            fail(exit_code::usage, fmt::format("dashboard-lint: --loki-labels: {}:{}:{}: {}", path, at.line, at.column,
                                               labels.error().message));
            continue;
        }
        add(std::move(*labels));
    }
    if (from.url.empty()) return failed ? std::nullopt : out;
    catalog::loki_query what;
    what.url = from.url;
    what.matters = std::move(matters);
    what.now = std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now());
    auto live = catalog::read_loki(what, http);
    if (live)
        add(std::move(*live));
    else
        fail(exit_code::unreachable, fmt::format("dashboard-lint: --loki: {}", live.error().message));
    if (failed) out.reset();  // of labels that were not read nobody can say that they do not exist
    return out;
}

}  // namespace pitot::tools::dashboard_lint
