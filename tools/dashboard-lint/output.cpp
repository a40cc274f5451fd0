#include <common/junit.hpp>
#include <dashboard-lint/output.hpp>
#include <dashboard-lint/target.hpp>
#include <dashboard-lint/threads.hpp>

#include <pitot/lint/dashboard/table.hpp>
#include <pitot/lint/report_github.hpp>
#include <pitot/lint/report_html.hpp>
#include <pitot/lint/report_json.hpp>
#include <pitot/lint/report_sarif.hpp>
#include <pitot/lint/report_text.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <atomic>
#include <cstdio>
#include <cstdlib>
#include <map>
#include <new>  // std::bad_alloc
#include <set>
#include <span>
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

lint::report report_of(lint::dashboards::verdicts& found, std::optional<std::vector<lint::answered>> answers)
{
    lint::report out;
    out.summary = {
        {"queries", found.queries}, {"ok", found.ok()}, {"broken", found.broken}, {"not_verified", found.not_verified}};
    out.findings = std::move(found.findings);
    out.not_verified = std::move(found.unknown);
    out.live = std::move(answers);
    return out;
}

/// The report with its findings written on all processors: with tens of thousands of them that is a quarter of the run.
void write_json(lint::dashboards::verdicts& found, std::optional<std::vector<lint::answered>> answers)
{
    constexpr std::size_t some = 512;
    lint::report all = report_of(found, std::move(answers));
    std::vector<std::string> parts((all.findings.size() + some - 1) / some);
    std::atomic<std::size_t> next{0};
    std::atomic<bool> failed{false};
    on_threads(parts.size(), [&] {
        const std::span<const lint::finding> findings(all.findings);
        try {
            for (std::size_t n = 0; (n = next++) < parts.size();)
                parts[n] = lint::to_json_members(
                    findings.subspan(n * some, std::min(some, findings.size() - n * some)));
        } catch (const std::bad_alloc&) {
            failed = true;
        }
    });
    if (failed) throw std::bad_alloc();
    all.findings.clear();
    lint::write_json(all, print, 2, parts);
}

std::string sarif(lint::dashboards::verdicts& found)
{
    std::vector<lint::rule> rules;
    for (const lint::dashboards::dashboard_rule& r : lint::dashboards::rules) rules.push_back(r.about);
    return lint::to_sarif(report_of(found, {}), "dashboard-lint", rules);
}

/// Is a finding for people's eyes?
bool is_shown(const settings& how, const lint::finding& f)
{
    return f.level != lint::severity::info || how.fail_on == lint::severity::info;
}

/// A test for each query, failed when something is wrong with it; what is wrong elsewhere is a failed test of its own.
std::string junit(const settings& how, const lint::dashboards::verdicts& found)
{
    using place = std::pair<std::string_view, std::string_view>;  // a file, and what tells queries of it apart
    std::map<place, std::size_t> by_target;
    std::map<place, std::size_t> by_query;
    std::vector<test_outcome> all;
    for (const lint::dashboards::judgement& j : found.judged) {
        by_target.emplace(place(j.file, around(j.pointer)), all.size());
        by_query.emplace(place(j.file, j.query), all.size());
        all.push_back({j.file, fmt::format("{}:{} {}", j.at.line, j.at.column, j.panel), {}, {}, j.reason});
    }
    for (const lint::finding& f : found.findings) {
        if (!is_shown(how, f)) continue;
        const auto target = by_target.find(place(f.file, around(f.pointer)));
        const auto query = by_query.find(place(f.file, f.query));
        const bool known = target != by_target.end() || query != by_query.end();
        if (!known) all.push_back({f.file, fmt::format("{}:{}", f.begin.line, f.begin.column), {}, {}});
        test_outcome& to = !known ? all.back() : all[target != by_target.end() ? target->second : query->second];
        to.skipped.clear();
        if (to.why.empty()) to.why = fmt::format("{} [{}]", f.message, f.rule);
        std::string whole;
        lint::append_text(whole, f);
        to.notes.push_back(std::move(whole));
    }
    return to_junit("dashboard-lint", all);
}

std::string github(const settings& how, const lint::dashboards::verdicts& found)
{
    std::string text;
    for (const lint::finding& f : found.findings)
        if (is_shown(how, f)) lint::append_github(text, f);
    return text + summary_line(found);
}

std::string html(const settings& how, lint::dashboards::verdicts& found)
{
    std::erase_if(found.findings, [&how](const lint::finding& f) { return !is_shown(how, f); });
    return lint::to_html(report_of(found, {}), "dashboard-lint");
}

void write_text(const settings& how, const lint::dashboards::verdicts& found)
{
    std::string text;
    const lint::text_style style{isatty(STDOUT_FILENO) == 1 && std::getenv("NO_COLOR") == nullptr, 160};
    if (how.verbose) lint::dashboards::append_table(text, found, {style.colour, terminal_width()});
    for (const lint::finding& f : found.findings)
        if (is_shown(how, f)) lint::append_text(text, f, style);
    std::set<std::pair<std::string_view, std::string_view>> queries;
    for (const lint::dashboards::judgement& j : found.judged) queries.emplace(j.file, j.pointer);
    for (const lint::unverified& u : found.unknown)  // of queries the summary tells
        if (how.strict || !queries.contains({u.file, u.pointer}))
            text += fmt::format("{}: not verified: {} at {}\n", u.file, u.reason, u.pointer);
    text += summary_line(found);
    print(text);
}

}  // namespace

void write_report(const settings& how, lint::dashboards::verdicts& found,
                  std::optional<std::vector<lint::answered>> answers, bool all_asked)
{
    switch (how.form) {
    case report_form::json: return write_json(found, std::move(answers));
    case report_form::sarif: return print(sarif(found));
    case report_form::junit: return print(junit(how, found));
    case report_form::github: return print(github(how, found));
    case report_form::html: return print(html(how, found));
    case report_form::text: break;
    }
    write_text(how, found);
    if (all_asked) print(asked_line(*answers));
}

}  // namespace pitot::tools::dashboard_lint
