#include <dashboard-lint/output.hpp>

#include <pitot/lint/dashboard/table.hpp>
#include <pitot/lint/report_json.hpp>
#include <pitot/lint/report_text.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <string_view>
#include <sys/ioctl.h>  // the terminal's width
#include <unistd.h>     // isatty
#include <utility>

namespace pitot::tools::dashboard_lint {
namespace {

void print(std::string_view text) { std::fwrite(text.data(), 1, text.size(), stdout); }

std::string summary_line(const lint::dashboards::verdicts& found)
{
    std::string text = fmt::format("{} {}: {} ok, {} broken, {} not verified", found.queries,
                                   found.queries == 1 ? "query" : "queries", found.ok(), found.broken,
                                   found.not_verified);
    std::string reasons;
    for (const auto& [reason, n] : found.reasons) {
        if (!reasons.empty()) reasons += ", ";
        if (found.reasons.size() > 1) reasons += fmt::format("{} ", n);
        reasons += reason;
    }
    if (!reasons.empty()) text += fmt::format(" ({})", reasons);
    text += '\n';
    return text;
}

/// Columns of the terminal; 160 where there is none.
std::size_t terminal_width()
{
    ::winsize size{};
    const bool known = isatty(STDOUT_FILENO) == 1 && ::ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0;
    return known && size.ws_col > 0 ? size.ws_col : 160;
}

std::string asked_line(const std::vector<lint::answered>& answers)
{
    const auto n = [&answers](lint::asking status) {
        return std::count_if(answers.begin(), answers.end(),
                             [status](const lint::answered& a) { return a.status == status; });
    };
    return fmt::format("asked: {} with data, {} without, {} refused, {} not asked\n", n(lint::asking::data),
                       n(lint::asking::no_data), n(lint::asking::refused), n(lint::asking::not_asked));
}

void write_json(lint::dashboards::verdicts& found, std::optional<std::vector<lint::answered>> answers)
{
    lint::report out;
    out.summary = {
        {"queries", found.queries}, {"ok", found.ok()}, {"broken", found.broken}, {"not_verified", found.not_verified}};
    out.findings = std::move(found.findings);
    out.not_verified = std::move(found.unknown);
    out.live = std::move(answers);
    print(lint::to_json(out));
}

void write_text(const settings& how, const lint::dashboards::verdicts& found)
{
    std::string text;
    const lint::text_style style{isatty(STDOUT_FILENO) == 1 && std::getenv("NO_COLOR") == nullptr, 160};
    if (how.verbose) lint::dashboards::append_table(text, found, {style.colour, terminal_width()});
    for (const lint::finding& f : found.findings)
        if (f.level != lint::severity::info || how.fail_on == lint::severity::info) lint::append_text(text, f, style);
    if (how.strict)
        for (const lint::unverified& u : found.unknown)
            text += fmt::format("{}: not verified: {} at {}\n", u.file, u.reason, u.pointer);
    text += summary_line(found);
    print(text);
}

}  // namespace

void write_report(const settings& how, lint::dashboards::verdicts& found,
                  std::optional<std::vector<lint::answered>> answers, bool all_asked)
{
    if (how.json) return write_json(found, std::move(answers));
    write_text(how, found);
    if (all_asked) print(asked_line(*answers));
}

}  // namespace pitot::tools::dashboard_lint
