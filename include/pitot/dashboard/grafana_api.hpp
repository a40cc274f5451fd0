#pragma once
// The datasources of a live Grafana.
// source  Grafana 12, HTTP API: GET /api/datasources

#include <pitot/base/text.hpp>
#include <pitot/connect/http.hpp>
#include <pitot/dashboard/datasources.hpp>

#include <string>
#include <string_view>
#include <utility>

namespace pitot::dashboard {

/// url    of the server, without /api
/// error  of http::client::send(); protocol for another status, and for what is no such answer
[[nodiscard]] inline result<datasources> ask_grafana(std::string_view url, http::options how)
{
    while (url.ends_with('/')) url.remove_suffix(1);
    http::client client(std::move(how));
    http::request what;
    what.url = concat(url, "/api/datasources");
    what.accept = "application/json";
    const auto answer = client.send(what);
    if (!answer) return unexpected(answer.error());
    if (!answer->success()) {
        error why = http::client::status_error(*answer);
        if (answer->status == 401 || answer->status == 403)
            why.message += "; the HTTP configuration must hold the token of a service account that may read "
                           "datasources (datasources:read), as authorization: {credentials: TOKEN}";
        return unexpected(std::move(why));
    }
    auto read = read_datasources_json(answer->body);
    if (read) return read;
    return unexpected(errc::protocol, concat(http::without_credentials(what.url),
                                             " does not answer as Grafana does: ", read.error().message));
}

}  // namespace pitot::dashboard
