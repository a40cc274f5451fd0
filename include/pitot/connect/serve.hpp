#pragma once
// Serves metrics over HTTP: `auto server = pitot::serve(metrics, "127.0.0.1:8080");`
// Needs libmicrohttpd and zlib. TLS and authentication are a reverse proxy's for now.

#include <pitot/base/result.hpp>
#include <pitot/connect/serve_core.hpp>
#include <pitot/connect/serve_options.hpp>
#include <pitot/connect/serve_source.hpp>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace pitot {

/// A running server; stops when it goes out of scope.
class server {
public:
    server(server&&) noexcept = default;
    server& operator=(server&&) noexcept = default;

    /// Where it listens, with the ports that the system chose: "127.0.0.1:43121", "unix:/run/app.sock".
    [[nodiscard]] const std::vector<std::string>& addresses() const noexcept { return core_->addresses(); }
    /// Of the first address; 0 when that is a unix socket.
    [[nodiscard]] std::uint16_t port() const noexcept { return core_->port(); }
    /// Open connections.
    [[nodiscard]] std::size_t connections() const { return core_->connections(); }

    /// Takes no more connections, lets what runs end, answers the rest with 503, closes. At most stop_timeout and a
    /// little; a collector that hangs longer is left to its thread, so what it uses must outlive it.
    void stop() { core_->stop(); }

private:
    explicit server(std::unique_ptr<detail::serve_core> core) : core_(std::move(core)) {}
    friend result<server> serve(std::unique_ptr<serve_source>, const std::vector<std::string>&, serve_options);

    std::unique_ptr<detail::serve_core> core_;
};

/// Serves a source of one's own.
/// addresses  each HOST:PORT, [IPV6]:PORT, :PORT (all interfaces) or unix:PATH; port 0: one that is free
/// error      names the address that could not be had and why; nothing is served then
[[nodiscard]] inline result<server> serve(std::unique_ptr<serve_source> source,
                                          const std::vector<std::string>& addresses, serve_options options = {})
{
    if (addresses.empty()) return unexpected(errc::invalid_value, "an address to listen on is needed");
    if (!options.path.starts_with('/') || options.path == "/")
        return unexpected(errc::invalid_value, "the metrics' path must begin with / and be longer");
    std::vector<listen_socket> sockets;
    for (const std::string& address : addresses) {
        result<listen_socket> opened = listen_at(address, options.unix_mode);
        if (!opened) return unexpected(std::move(opened.error()));
        sockets.push_back(std::move(*opened));
    }
    auto core = std::make_unique<detail::serve_core>(std::move(source), std::move(options));
    if (result<void> started = core->start(std::move(sockets)); !started) return unexpected(std::move(started.error()));
    return server(std::move(core));
}

/// Serves a registry or any other collector, which must outlive the server. Collecting is done by one thread of the
/// server's, one scrape at a time; requests that wait for the same get the same answer.
template <class Source>
    requires(collector<Source> || collect::deadline_collector<Source>)
[[nodiscard]] result<server> serve(Source& from, const std::vector<std::string>& addresses, serve_options options = {})
{
    return serve(std::make_unique<detail::collector_source<Source>>(from), addresses, std::move(options));
}
template <class Source>
    requires(collector<Source> || collect::deadline_collector<Source>)
[[nodiscard]] result<server> serve(Source& from, std::string_view address, serve_options options = {})
{
    return serve(from, std::vector<std::string>{std::string(address)}, std::move(options));
}

/// Serves many collectors, with ?collect[]= and ?exclude[]= to choose among them; the scraper must outlive the server.
[[nodiscard]] inline result<server> serve(collect::scraper& from, const std::vector<std::string>& addresses,
                                          serve_options options = {})
{
    return serve(std::make_unique<detail::scraper_source>(from), addresses, std::move(options));
}

}  // namespace pitot
