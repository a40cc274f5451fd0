#pragma once
// The labels of log streams, asked of a live Loki.
// source  Grafana Loki 3, HTTP API: /loki/api/v1/labels, /loki/api/v1/label/NAME/values

#include <pitot/base/text.hpp>
#include <pitot/catalog/api_client.hpp>
#include <pitot/catalog/log_labels.hpp>
#include <pitot/model/name.hpp>

#include <chrono>
#include <functional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace pitot::catalog {

/// url      of the server, without /loki
/// matters  of this label the values are asked for; of the others it is known that they exist. None: of every label
/// now      of the server's clock
/// back     how far back a stream counts as existing
struct loki_query {
    std::string url;
    std::function<bool(std::string_view label)> matters;
    std::chrono::sys_seconds now;
    std::chrono::seconds back = std::chrono::hours(24);
};

namespace detail {

/// One server, asked several times under one deadline.
class loki_reader {
public:
    loki_reader(const loki_query& what, http::options how) : what_(what), server_(what.url, std::move(how), "Loki")
    {
        server_.share_timeout();
    }

    result<log_labels> read()
    {
        const auto names = ask("/loki/api/v1/labels");
        if (!names) return unexpected(names.error());
        log_labels out;
        for (const std::string& name : *names) {
            log_label& label = out[name];
            if (!is_legacy_label_name(name) || (what_.matters && !what_.matters(name))) continue;
            auto values = ask(concat("/loki/api/v1/label/", name, "/values"));
            if (!values) return unexpected(std::move(values.error()));
            label.values.insert(values->begin(), values->end());
            label.complete = !label.values.empty();
        }
        return out;
    }

private:
    /// The answer's "data", which Loki leaves out when there is none.
    result<std::vector<std::string>> ask(std::string_view path)
    {
        const auto now = what_.now.time_since_epoch().count();
        const auto answer = server_.get(path, concat("start=", std::to_string(now - what_.back.count()),
                                                     "000000000&end=", std::to_string(now), "000000000"));
        if (!answer) return unexpected(answer.error());
        std::vector<std::string> all;
        for (const json::value v : answer->data()) {
            if (!v.is_string())
                return unexpected(errc::protocol, concat(server_.shown(), path, " does not answer as Loki does"));
            all.emplace_back(v.text());
        }
        return all;
    }

    const loki_query& what_;
    api_client server_;
};

}  // namespace detail

/// how    its timeout is the deadline for all questions together
/// error  of api_client::get()
[[nodiscard]] inline result<log_labels> read_loki(const loki_query& what, http::options how)
{
    return detail::loki_reader(what, std::move(how)).read();
}

}  // namespace pitot::catalog
