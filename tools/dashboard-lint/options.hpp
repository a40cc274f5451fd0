#pragma once
// dashboard-lint's flags, and what they mean together with the configuration file.

#include <common/flags.hpp>
#include <common/pages.hpp>
#include <dashboard-lint/config.hpp>
#include <dashboard-lint/datasources.hpp>
#include <dashboard-lint/loki.hpp>

#include <pitot/base/result.hpp>
#include <pitot/catalog/labelled_source.hpp>
#include <pitot/connect/http_options.hpp>
#include <pitot/dashboard/interpolate.hpp>
#include <pitot/json/limits.hpp>
#include <pitot/lint/finding.hpp>

#include <string>
#include <vector>

namespace pitot::tools::dashboard_lint {

extern const command dashboard_lint_command;
extern const program dashboard_lint;

/// How to report; the names are those of --format.
enum class report_form : unsigned char { text, json, sarif, junit, github, html };

/// The flags, understood.
struct settings {
    file_config file;
    std::vector<catalog::labelled_source> sources;
    std::string prometheus_config;
    std::vector<std::string> catalogs;
    std::string prometheus;
    loki_settings loki;
    grafana_settings grafana;
    dashboard::variable_values values;
    http::options http;
    lint::severity fail_on = lint::severity::warning;
    bool strict = false;
    bool verbose = false;
    bool live = false;
    report_form form = report_form::text;
    json::limits limits;
};

/// error  invalid_value naming the flag and what it may be; of the configuration file with its place
[[nodiscard]] result<settings> understand(const arguments& given);

}  // namespace pitot::tools::dashboard_lint
