#pragma once
// What the metrics server answers to which request: everything but sockets.

#include <pitot/base/text.hpp>
#include <pitot/base/version.hpp>
#include <pitot/collect/scrape.hpp>
#include <pitot/connect/serve_body.hpp>
#include <pitot/connect/serve_options.hpp>
#include <pitot/expo/negotiate.hpp>
#include <pitot/expo/write.hpp>

#include <algorithm>  // std::find, std::min
#include <charconv>   // std::from_chars
#include <chrono>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace pitot {

/// The parts of a request that matter here.
struct serve_request {
    std::string_view method;
    std::string_view path;  ///< decoded, without the query
    std::string_view accept;
    std::string_view accept_encoding;
    std::string_view scrape_timeout;  ///< header X-Prometheus-Scrape-Timeout-Seconds
    collect::scrape_filter filter;    ///< ?collect[]= and ?exclude[]=
};

struct serve_answer {
    unsigned status = 200;
    std::string content_type = "text/plain; charset=utf-8";
    std::string content_encoding = {};
    std::string allow = {};
    std::shared_ptr<const serve_body> body = {};
    bool close = false;  ///< the connection, behind the answer
};

/// What a scrape's answer depends on: requests that wait with the same plan share one answer.
struct scrape_plan {
    expo::write_options writing;
    std::string content_type;
    bool gzip = false;
    collect::scrape_filter filter;

    [[nodiscard]] bool same_as(const scrape_plan& other) const
    {
        return writing.form == other.writing.form && writing.scheme == other.writing.scheme &&
               content_type == other.content_type && gzip == other.gzip && filter.only == other.filter.only &&
               filter.without == other.filter.without;
    }
};

namespace detail {

[[nodiscard]] inline serve_answer text_answer(unsigned status, std::string_view text)
{
    auto body = std::make_shared<serve_body>();
    body->append(text);
    serve_answer out;
    out.status = status;
    out.body = std::move(body);
    return out;
}

[[nodiscard]] inline std::string escape_html(std::string_view text)
{
    std::string out;
    for (const char c : text) {
        switch (c) {
        case '&': out += "&amp;"; break;
        case '<': out += "&lt;"; break;
        case '>': out += "&gt;"; break;
        case '"': out += "&quot;"; break;
        default: out += c;
        }
    }
    return out;
}

}  // namespace detail

inline constexpr std::string_view reload_path = "/-/reload";

/// How long a scrape may take.
/// asked  the header's text: seconds, a decimal number; what is no positive number counts as not sent
[[nodiscard]] inline std::chrono::milliseconds scrape_time(std::string_view asked, const serve_options& options)
{
    double seconds = 0;
    const auto [end, problem] = std::from_chars(asked.data(), asked.data() + asked.size(), seconds);
    if (asked.empty() || problem != std::errc{} || end != asked.data() + asked.size() || !(seconds > 0))
        return options.scrape_timeout;
    constexpr double longest = 3600;
    const std::chrono::milliseconds whole(
        static_cast<std::chrono::milliseconds::rep>(std::min(seconds, longest) * 1000));
    return whole - std::min(options.timeout_offset, whole / 2);
}

[[nodiscard]] inline serve_answer landing_page(const serve_options& options)
{
    const std::string title = detail::escape_html(options.title);
    const std::string path = detail::escape_html(options.path);
    serve_answer out = detail::text_answer(
        200,
        concat("<!DOCTYPE html>\n<html lang=\"en\">\n<head><meta charset=\"utf-8\"><title>", title,
               "</title></head>\n<body>\n<h1>", title, "</h1>\n<p>", detail::escape_html(options.about),
               "</p>\n<ul>\n<li><a href=\"", path,
               "\">Metrics</a></li>\n"
               "<li><a href=\"/-/healthy\">Healthy</a></li>\n<li><a href=\"/-/ready\">Ready</a></li>\n</ul>\n<p>Pitot ",
               version, "</p>\n</body>\n</html>\n"));
    out.content_type = "text/html; charset=utf-8";
    return out;
}

/// The plan of a scrape.
[[nodiscard]] inline scrape_plan plan_scrape(const serve_request& request, const serve_options& options)
{
    expo::agreement agreed = expo::negotiate(request.accept);
    return {{agreed.form, agreed.scheme, options.created && agreed.form == expo::format::openmetrics},
            std::move(agreed.content_type),
            options.gzip && expo::accepts_gzip(request.accept_encoding),
            request.filter};
}

/// Everything but a scrape and a reload: answered at once. Null when the request is one of those and may be done.
/// stopping  both are then refused, and /-/ready too
/// names     the collectors that a filter may name
[[nodiscard]] inline std::unique_ptr<serve_answer> answer_directly(const serve_request& request,
                                                                   const serve_options& options, bool stopping,
                                                                   const std::vector<std::string>& names)
{
    const auto text = [](unsigned status, std::string_view what) {
        return std::make_unique<serve_answer>(detail::text_answer(status, what));
    };
    const bool scrape = request.path == options.path;
    const bool known = scrape || request.path == "/" || request.path == "/-/healthy" || request.path == "/-/ready";
    if (request.path == reload_path) {
        if (!options.reload) return text(403, "Reloading over HTTP is not enabled.\n");
        if (request.method == "POST" || request.method == "PUT") return stopping ? text(503, "Stopping.\n") : nullptr;
        auto out = text(405, "Only POST and PUT are allowed here.\n");
        out->allow = "POST, PUT";
        return out;
    }
    if (!known)
        return text(404, concat("There is nothing here. There are: / ", options.path, " /-/healthy /-/ready\n"));
    if (request.method != "GET" && request.method != "HEAD") {
        auto out = text(405, "Only GET and HEAD are allowed here.\n");
        out->allow = "GET, HEAD";
        return out;
    }
    if (request.path == "/-/healthy") return text(200, "Healthy.\n");
    if (request.path == "/-/ready") {
        if (stopping) return text(503, "Stopping.\n");
        return !options.ready || options.ready() ? text(200, "Ready.\n") : text(503, "Not ready.\n");
    }
    if (!scrape) return std::make_unique<serve_answer>(landing_page(options));
    if (stopping) return text(503, "Stopping.\n");
    for (const auto* list : {&request.filter.only, &request.filter.without})
        for (const std::string& name : *list) {
            if (std::find(names.begin(), names.end(), name) != names.end()) continue;
            std::string why = concat("There is no collector '", name, "'. There are:");
            for (const std::string& n : names) why += concat(" ", n);
            return text(400, why + "\n");
        }
    return nullptr;
}

}  // namespace pitot
