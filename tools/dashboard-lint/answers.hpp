#pragma once
// Who answers queries: the engine over expositions, or a server.

#include <pitot/base/result.hpp>
#include <pitot/catalog/api_client.hpp>
#include <pitot/connect/http_options.hpp>
#include <pitot/lint/report.hpp>
#include <pitot/promql/engine/query.hpp>
#include <pitot/store/series.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace pitot::tools::dashboard_lint {

/// Errors of all members: the server does not answer. What it refuses is an answer.
class answers {
public:
    virtual ~answers() = default;

    /// An instant query: how many series, and the first one's value.
    virtual result<void> query(const std::string& expr, lint::answered& to) = 0;

    // What fills a variable; nothing where it is refused.
    using texts = std::optional<std::vector<std::string>>;
    /// selector  empty: of all series
    virtual result<texts> label_values(const std::string& selector, const std::string& label) = 0;
    /// The same.
    virtual result<texts> label_names(const std::string& selector) = 0;
    /// name{label="value"}
    virtual result<texts> series(const std::string& selector) = 0;
    /// name{label="value"} VALUE TIME, as Grafana's query_result() has it
    virtual result<texts> lines(const std::string& expr) = 0;
};

/// As if it were `now`.
class engine_answers final : public answers {
public:
    /// data  outlives this
    engine_answers(const store::series_store& data, std::int64_t now);

    result<void> query(const std::string& expr, lint::answered& to) override;
    result<texts> label_values(const std::string& selector, const std::string& label) override;
    result<texts> label_names(const std::string& selector) override;
    result<texts> series(const std::string& selector) override;
    result<texts> lines(const std::string& expr) override;

private:
    [[nodiscard]] result<promql::query_result> run(const std::string& expr) const;
    [[nodiscard]] result<promql::query_result> select(const std::string& selector) const;
    const store::series_store& data_;
    std::int64_t now_;
    promql::engine_options how_;
};

class server_answers final : public answers {
public:
    /// now  in milliseconds: of what was there in the hours before it variables are made
    server_answers(const std::string& url, const http::options& how, std::int64_t now);

    result<void> query(const std::string& expr, lint::answered& to) override;
    result<texts> label_values(const std::string& selector, const std::string& label) override;
    result<texts> label_names(const std::string& selector) override;
    result<texts> series(const std::string& selector) override;
    result<texts> lines(const std::string& expr) override;

private:
    result<texts> list(const std::string& path, const std::string& selector);
    catalog::api_client server_;
    std::string hours_;  ///< start=…&end=…
};

}  // namespace pitot::tools::dashboard_lint
