#pragma once
// Is a query that is no PromQL MetricsQL? It says so itself, or the dashboard's other queries do.

#include <pitot/base/function_ref.hpp>
#include <pitot/dashboard/interpolate.hpp>
#include <pitot/promql/dialect.hpp>
#include <pitot/promql/parse.hpp>
#include <pitot/promql/selector.hpp>

#include <optional>
#include <string_view>
#include <vector>

namespace pitot::lint::dashboards::detail {

/// Does a query hold what only MetricsQL has?
[[nodiscard]] inline bool is_metricsql(std::string_view query)
{
    const dashboard::interpolated readable = dashboard::interpolate(query);
    promql::tree_arena memory;
    std::vector<promql::parse_error> errors;
    promql::parse_into(memory, readable.text, promql::parse_options::everything(), errors);
    if (errors.empty()) return false;
    const auto loose = promql::find_selectors(readable.text);
    return (loose && loose->metricsql) || promql::says_metricsql(errors, readable.text);
}

/// The dialect that the queries of a dashboard or a rule file have in common. Asked of a query that is no PromQL; most
/// files have none.
class dialect {
public:
    /// asks  calls what it is given for each query that may be PromQL, until that is true; must outlive this
    /// file  its text
    dialect(function_ref<bool(function_ref<bool(std::string_view)>)> asks, std::string_view file) noexcept
        : asks_(asks), file_(file)
    {}

    /// Does any of them hold what only MetricsQL has?
    [[nodiscard]] bool is_metricsql()
    {
        if (!known_) known_ = asks_([](std::string_view query) { return detail::is_metricsql(query); });
        return *known_;
    }
    /// Is it about VictoriaMetrics or its like, by its words or by what it asks for: vm_rows, vl_rows_ingested_total?
    [[nodiscard]] bool is_of_victoria()
    {
        if (!is_of_victoria_) is_of_victoria_ = names_victoria(file_);
        return *is_of_victoria_;
    }

private:
    [[nodiscard]] static bool names_victoria(std::string_view text) noexcept
    {
        if (text.find("ictoria") != std::string_view::npos) return true;
        for (const std::string_view prefix : {"vm_", "vl_"})
            for (std::size_t at = text.find(prefix); at != std::string_view::npos; at = text.find(prefix, at + 1))
                if (at > 0 && !dashboard::detail::is_word(text[at - 1])) return true;
        return false;
    }

    function_ref<bool(function_ref<bool(std::string_view)>)> asks_;
    std::string_view file_;
    std::optional<bool> known_;
    std::optional<bool> is_of_victoria_;
};

}  // namespace pitot::lint::dashboards::detail
