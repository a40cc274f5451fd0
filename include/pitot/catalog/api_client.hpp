#pragma once
// A server that answers as Prometheus's HTTP API does: {"status":"success","data":…} or {"status":"error","error":…}.
// Mimir, Thanos, VictoriaMetrics and Loki do, too.
// source  Prometheus 3.14, web/api/v1; Grafana Loki 3, HTTP API

#include <pitot/base/duration.hpp>
#include <pitot/base/text.hpp>
#include <pitot/connect/http.hpp>
#include <pitot/json/reader.hpp>

#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace pitot::catalog {

/// What a server said. Holds the text that its document looks into.
/// status  of HTTP
class api_answer {
public:
    api_answer(std::unique_ptr<const std::string> text, json::document read, int status)
        : text_(std::move(text)), read_(std::move(read)), status_(status)
    {}

    [[nodiscard]] json::value root() const noexcept { return read_.root(); }
    [[nodiscard]] json::value data() const noexcept { return root()["data"]; }
    [[nodiscard]] bool success() const noexcept { return root()["status"].text() == "success"; }
    /// Why the server refused; empty when it did not.
    [[nodiscard]] std::string_view refusal() const noexcept { return success() ? "" : root()["error"].text(); }
    /// Is the question at fault, rather than the server or who asks it?
    [[nodiscard]] bool is_asked_wrongly() const noexcept { return status_ == 400 || status_ == 422; }
    [[nodiscard]] std::string_view text() const noexcept { return *text_; }

private:
    std::unique_ptr<const std::string> text_;
    json::document read_;
    int status_;
};

class api_client {
public:
    /// url   of the server, without /api
    /// kind  whose API it is, for messages
    explicit api_client(std::string_view url, http::options how, std::string_view kind = "Prometheus")
        : base_(url), kind_(kind), timeout_(how.timeout), client_(std::move(how))
    {
        while (base_.ends_with('/')) base_.pop_back();
    }

    /// From now on all questions together have the time that one had.
    void share_timeout() { end_ = std::chrono::steady_clock::now() + std::chrono::milliseconds(timeout_.count); }

    /// The server's URL as messages may show it.
    [[nodiscard]] std::string shown() const { return http::without_credentials(base_); }

    /// path        "/api/v1/query"
    /// parameters  "query=up&time=10", percent-encoded; may be empty
    /// returns     also what the server refuses in its own form, whatever its status
    /// error       of http::client::send(); timeout; protocol for what is no such answer
    [[nodiscard]] result<api_answer> ask(std::string_view path, std::string_view parameters)
    {
        http::request what;
        what.url = concat(base_, path, parameters.empty() ? "" : "?", parameters);
        return send(std::move(what), path);
    }
    /// The same with the parameters as a form: however long they are, no server or proxy finds its URL too long.
    [[nodiscard]] result<api_answer> post(std::string_view path, std::string_view parameters)
    {
        http::request what;
        what.url = concat(base_, path);
        what.how = http::method::post;
        what.content_type = "application/x-www-form-urlencoded";
        what.body = parameters;
        return send(std::move(what), path);
    }

    /// The same where a refusal is of no use.
    /// error  protocol for a refusal, too
    [[nodiscard]] result<api_answer> get(std::string_view path, std::string_view parameters)
    {
        auto answer = ask(path, parameters);
        if (answer && !answer->success()) {
            const std::string_view why = answer->refusal();
            return unexpected(errc::protocol, why.empty()
                                                  ? concat(shown(), path, " does not answer as ", kind_, " does")
                                                  : concat(shown(), path, " refuses: ", why));
        }
        return answer;
    }

private:
    [[nodiscard]] result<api_answer> send(http::request what, std::string_view path)
    {
        if (end_) {
            const duration_ms left{
                std::chrono::floor<std::chrono::milliseconds>(*end_ - std::chrono::steady_clock::now()).count()};
            if (left.count <= 0)
                return unexpected(errc::timeout, concat(shown(), " took too long to answer (at ", path, ")"));
            client_.set_timeout(left);
        }
        what.accept = "application/json";
        auto answer = client_.send(what);
        if (!answer) return unexpected(std::move(answer.error()));
        auto text = std::make_unique<const std::string>(std::move(answer->body));
        json::limits allowed;
        allowed.size = text->size() + 1;
        auto read = json::parse(*text, allowed);
        if (read && read->root()["status"].is_string())
            return api_answer(std::move(text), std::move(*read), answer->status);
        if (answer->success())
            return unexpected(errc::protocol, concat(shown(), path, " does not answer as ", kind_, " does"));
        answer->body = *text;
        return unexpected(http::client::status_error(*answer));
    }

    std::string base_;
    std::string_view kind_;
    duration_ms timeout_;
    std::optional<std::chrono::steady_clock::time_point> end_;
    http::client client_;
};

}  // namespace pitot::catalog
