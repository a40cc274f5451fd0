#pragma once
// What can be set on the metrics server.

#include <pitot/base/result.hpp>

#include <chrono>
#include <cstddef>
#include <functional>
#include <string>

namespace pitot {

struct serve_options {
    std::string path = "/metrics";
    std::string title = "Pitot";  ///< of the landing page
    std::string about = {};       ///< one sentence for the landing page

    unsigned max_connections = 256;                         ///< of each listener; more wait in the kernel's queue
    std::size_t max_header_bytes = std::size_t{32} << 10U;  ///< of one request; more is answered with 431
    std::size_t max_unsent_bytes = std::size_t{64}
                                   << 20U;  ///< of answers that clients are slow to take; beyond it scrapes get 503
    unsigned unix_mode = 0660;              ///< permissions of unix sockets

    std::chrono::milliseconds header_timeout{10'000};  ///< from connecting to the end of the first request's header
    std::chrono::milliseconds idle_timeout{120'000};   ///< from an answer to the end of the next request's header
    std::chrono::milliseconds send_timeout{30'000};    ///< for taking an answer, however busy the client looks
    std::chrono::milliseconds stop_timeout{5'000};     ///< the longest time that stop() and the destructor take

    std::chrono::milliseconds scrape_timeout{10'000};  ///< of a scrape whose client does not say its own
    std::chrono::milliseconds timeout_offset{
        500};  ///< taken off X-Prometheus-Scrape-Timeout-Seconds, at most half of it

    bool gzip = true;      ///< compress for clients that accept it
    bool created = false;  ///< OpenMetrics: write _created samples

    /// What POST (or PUT) /-/reload does; its error is the answer. Empty: that is answered with 403. Called by the
    /// thread that scrapes, between scrapes
    std::function<result<void>()> reload = {};
    std::function<bool()> ready = {};  ///< answers /-/ready; empty: ready while it runs. Must not block
    std::function<void(const error&)> on_problem =
        {};  ///< told what a scrape's source could not gather; called by its thread
};

}  // namespace pitot
