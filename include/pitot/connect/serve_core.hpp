#pragma once
// The server behind its handle: one libmicrohttpd daemon for each listening socket, one thread that scrapes.

#include <pitot/base/result.hpp>
#include <pitot/base/text.hpp>
#include <pitot/connect/serve_connections.hpp>
#include <pitot/connect/serve_http.hpp>
#include <pitot/connect/serve_listen.hpp>
#include <pitot/connect/serve_scrapes.hpp>

#include <microhttpd.h>  // the HTTP server

#include <algorithm>  // std::min
#include <chrono>
#include <condition_variable>
#include <csignal>
#include <exception>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <fcntl.h>
#include <unistd.h>

namespace pitot::detail {

/// Threads made while it lives take no signals: those are the program's.
class signals_blocked {
public:
    signals_blocked()
    {
        sigset_t all;
        sigfillset(&all);
        ::pthread_sigmask(SIG_SETMASK, &all, &before_);
    }
    signals_blocked(const signals_blocked&) = delete;
    signals_blocked& operator=(const signals_blocked&) = delete;
    ~signals_blocked() { ::pthread_sigmask(SIG_SETMASK, &before_, nullptr); }

private:
    sigset_t before_{};
};

class serve_core {
public:
    serve_core(std::unique_ptr<serve_source> source, serve_options options)
        : options_(std::move(options)), source_(source.get()), scrapes_(std::move(source), options_),
          connections_(std::min({options_.header_timeout, options_.idle_timeout, options_.send_timeout}))
    {}
    serve_core(const serve_core&) = delete;
    serve_core& operator=(const serve_core&) = delete;
    ~serve_core() { stop(); }

    result<void> start(std::vector<listen_socket> sockets)
    {
        const signals_blocked quiet;
        sockets_ = std::move(sockets);
        for (const listen_socket& s : sockets_) addresses_.push_back(s.address());
        try {
            connections_.start();
        } catch (const std::system_error& e) {
            return unexpected(errc::io, concat("cannot start a thread: ", e.code().message()));
        }
        if (result<void> started = scrapes_.start(); !started) return started;
        for (const listen_socket& s : sockets_) {
            const int fd = ::fcntl(s.fd(), F_DUPFD_CLOEXEC,
                                   0);  // the daemon closes what it is given, or not, by its version
            const auto idle = std::chrono::ceil<std::chrono::seconds>(options_.idle_timeout).count();
            MHD_Daemon* const daemon = MHD_start_daemon(
                MHD_USE_EPOLL_INTERNAL_THREAD | MHD_ALLOW_SUSPEND_RESUME, 0, nullptr, nullptr, &serve_core::on_request,
                this, MHD_OPTION_LISTEN_SOCKET, static_cast<MHD_socket>(fd), MHD_OPTION_CONNECTION_LIMIT,
                options_.max_connections, MHD_OPTION_CONNECTION_TIMEOUT, static_cast<unsigned>(idle),
                MHD_OPTION_CONNECTION_MEMORY_LIMIT, options_.max_header_bytes, MHD_OPTION_NOTIFY_CONNECTION,
                &serve_core::on_connection, this, MHD_OPTION_NOTIFY_COMPLETED, &serve_core::on_completed, this,
                MHD_OPTION_END);
            if (daemon == nullptr)
                return unexpected(errc::io, concat("cannot serve on ", s.address(), ": libmicrohttpd does not start"));
            daemons_.push_back(daemon);
        }
        return {};
    }

    [[nodiscard]] const std::vector<std::string>& addresses() const noexcept { return addresses_; }
    [[nodiscard]] std::uint16_t port() const noexcept
    {
        return sockets_.empty() ? std::uint16_t{0} : sockets_.front().port();
    }
    [[nodiscard]] std::size_t connections() const { return connections_.size(); }

    /// Takes no more connections, lets scrapes and answers end up to the bound, then closes what is left.
    void stop()
    {
        const auto half = options_.stop_timeout / 2;
        {
            std::unique_lock lock(mutex_);
            if (stopped_) return;
            stopped_ = true;
            stopping_ = true;
        }
        std::vector<int> quiesced;
        quiesced.reserve(daemons_.size());
        for (MHD_Daemon* const daemon : daemons_) quiesced.push_back(MHD_quiesce_daemon(daemon));
        for (const listen_socket& s : sockets_) ::shutdown(s.fd(), SHUT_RDWR);  // who connects from now on is refused
        const auto started = std::chrono::steady_clock::now();
        scrapes_.stop(half);
        {
            std::unique_lock lock(mutex_);
            for (const std::weak_ptr<exchange>& weak : exchanges_)  // what the scrape that hangs would have answered
                if (const std::shared_ptr<exchange> e = weak.lock()) e->settle(text_answer(503, "Stopping.\n"));
            idle_.wait_until(lock, started + options_.stop_timeout, [&] { return in_flight_ == 0; });
        }
        for (MHD_Daemon* const daemon : daemons_) MHD_stop_daemon(daemon);
        for (const int fd : quiesced)
            if (fd >= 0) ::close(fd);
        daemons_.clear();
        sockets_.clear();
        connections_.stop();
    }

private:
    /// One request and its answer. Its connection sleeps until settle().
    struct exchange {
        std::mutex mutex;
        MHD_Connection* connection = nullptr;
        bool waits = false;  ///< suspended
        bool begun = false;  ///< only its daemon's thread looks
        bool answered = false;
        serve_answer answer;

        void settle(serve_answer given)
        {
            const std::scoped_lock lock(mutex);
            if (answered) return;
            answered = true;
            answer = std::move(given);
            if (waits) MHD_resume_connection(connection);  // the connection cannot go before it is resumed
        }
    };

    static MHD_Result on_request(void* self, MHD_Connection* connection, const char* url, const char* method,
                                 const char*, const char*, size_t* upload_size, void** state) noexcept
    {
        try {
            auto* const core = static_cast<serve_core*>(self);
            const std::string_view verb(method);
            if (*state == nullptr) {  // the header is read; an answer now would close the connection
                *state = new std::shared_ptr<exchange>(core->admit(connection));  // on_completed() takes it back
                if (verb == "GET" || verb == "HEAD" || (url == reload_path && core->options_.reload)) return MHD_YES;
            }
            if (*upload_size != 0) {  // a body that nobody asked for
                *upload_size = 0;
                return MHD_YES;
            }
            const std::shared_ptr<exchange> now = *static_cast<std::shared_ptr<exchange>*>(*state);
            return now->begun ? core->answer(connection, *now) : core->begin(now, url, verb);
        } catch (const std::exception&) {
            return MHD_NO;  // no memory: the connection is closed
        }
    }

    std::shared_ptr<exchange> admit(MHD_Connection* connection)
    {
        auto made = std::make_shared<exchange>();
        made->connection = connection;
        const std::scoped_lock lock(mutex_);
        std::erase_if(exchanges_, [](const std::weak_ptr<exchange>& e) { return e.expired(); });
        exchanges_.push_back(made);
        ++in_flight_;
        return made;
    }

    MHD_Result begin(const std::shared_ptr<exchange>& now, std::string_view path, std::string_view method)
    {
        MHD_Connection* const connection = now->connection;
        now->begun = true;
        const auto header = [&](const char* name) -> std::string_view {
            const char* const value = MHD_lookup_connection_value(connection, MHD_HEADER_KIND, name);
            return value == nullptr ? std::string_view{} : std::string_view(value);
        };
        serve_request request{
            method, path, header("Accept"), header("Accept-Encoding"), header("X-Prometheus-Scrape-Timeout-Seconds"),
            {}};
        const std::vector<std::string> names = source_->names();
        if (!names.empty())
            MHD_get_connection_values(connection, MHD_GET_ARGUMENT_KIND, &serve_core::on_argument, &request.filter);
        if (auto* const place = place_of(connection)) connections_.no_due(place);
        if (std::unique_ptr<serve_answer> direct = answer_directly(request, options_, is_stopping(), names)) {
            now->settle(std::move(*direct));
            return answer(connection, *now);
        }
        scrape_job job{plan_scrape(request, options_),
                       scrape_job::clock::now() + scrape_time(request.scrape_timeout, options_),
                       [now](serve_answer given) { now->settle(std::move(given)); }, path == reload_path};
        {
            const std::scoped_lock lock(now->mutex);
            if (!now->answered) {
                MHD_suspend_connection(connection);
                now->waits = true;
            }
        }
        if (!now->waits) return answer(connection, *now);  // the server stops and has answered for it
        scrapes_.add(std::move(job));
        return MHD_YES;
    }

    [[nodiscard]] bool is_stopping()
    {
        const std::scoped_lock lock(mutex_);
        return stopping_;
    }

    MHD_Result answer(MHD_Connection* connection, exchange& from)
    {
        serve_answer given;
        {
            const std::scoped_lock lock(from.mutex);
            if (!from.answered) return MHD_NO;
            given = std::move(from.answer);
        }
        if (!given.body) given.body = std::make_shared<serve_body>();
        std::vector<MHD_IoVec> parts(given.body->chunks());
        for (std::size_t i = 0; i < parts.size(); ++i)
            parts[i] = {given.body->chunk_at(i).data(), given.body->chunk_at(i).size()};
        auto held = std::make_unique<std::shared_ptr<const serve_body>>(given.body);
        MHD_Response* response = nullptr;
        if (parts.empty())
            response = MHD_create_response_from_buffer(0, nullptr, MHD_RESPMEM_PERSISTENT);
        else
            response = MHD_create_response_from_iovec(parts.data(), static_cast<unsigned>(parts.size()),
                                                      &serve_core::on_sent, held.get());
        if (response == nullptr) return MHD_NO;
        if (!parts.empty()) static_cast<void>(held.release());  // on_sent() takes it back
        MHD_add_response_header(response, MHD_HTTP_HEADER_CONTENT_TYPE, given.content_type.c_str());
        if (!given.content_encoding.empty())
            MHD_add_response_header(response, MHD_HTTP_HEADER_CONTENT_ENCODING, given.content_encoding.c_str());
        if (!given.allow.empty()) MHD_add_response_header(response, MHD_HTTP_HEADER_ALLOW, given.allow.c_str());
        if (given.close || is_stopping()) MHD_add_response_header(response, MHD_HTTP_HEADER_CONNECTION, "close");
        const MHD_Result queued = MHD_queue_response(connection, given.status, response);
        MHD_destroy_response(response);
        if (auto* const place = place_of(connection)) connections_.set_due(place, options_.send_timeout);
        return queued;
    }

    static void on_sent(void* held) noexcept { delete static_cast<std::shared_ptr<const serve_body>*>(held); }

    static MHD_Result on_argument(void* to, MHD_ValueKind, const char* key, const char* value) noexcept
    {
        try {
            auto& filter = *static_cast<collect::scrape_filter*>(to);
            const std::string_view name(key);
            if (name == "collect[]") filter.only.emplace_back(value == nullptr ? "" : value);
            if (name == "exclude[]") filter.without.emplace_back(value == nullptr ? "" : value);
            return MHD_YES;
        } catch (const std::exception&) {
            return MHD_NO;
        }
    }

    static void on_completed(void* self, MHD_Connection* connection, void** state, MHD_RequestTerminationCode) noexcept
    {
        auto* const core = static_cast<serve_core*>(self);
        auto* const kept = static_cast<std::shared_ptr<exchange>*>(*state);
        *state = nullptr;
        if (kept == nullptr) return;
        delete kept;
        if (auto* const place = place_of(connection)) core->connections_.set_due(place, core->options_.idle_timeout);
        const std::scoped_lock lock(core->mutex_);
        if (--core->in_flight_ == 0) core->idle_.notify_all();
    }

    static void on_connection(void* self, MHD_Connection* connection, void** place,
                              MHD_ConnectionNotificationCode what) noexcept
    {
        auto* const core = static_cast<serve_core*>(self);
        if (what == MHD_CONNECTION_NOTIFY_STARTED) {
            const MHD_ConnectionInfo* const info = MHD_get_connection_info(connection,
                                                                           MHD_CONNECTION_INFO_CONNECTION_FD);
            try {
                *place = info == nullptr ? nullptr
                                         : core->connections_.add(info->connect_fd, core->options_.header_timeout);
            } catch (const std::exception&) {
                *place = nullptr;  // no memory: libmicrohttpd's own timeout has to do
            }
        } else if (*place != nullptr) {
            core->connections_.remove(static_cast<connection_table::entry*>(*place));
            *place = nullptr;
        }
    }

    static connection_table::entry* place_of(MHD_Connection* connection)
    {
        const MHD_ConnectionInfo* const info = MHD_get_connection_info(connection, MHD_CONNECTION_INFO_SOCKET_CONTEXT);
        return info == nullptr ? nullptr : static_cast<connection_table::entry*>(info->socket_context);
    }

    serve_options options_;
    const serve_source* source_;  // scrapes_ owns it
    scrape_thread scrapes_;
    connection_table connections_;
    std::vector<listen_socket> sockets_;
    std::vector<std::string> addresses_;
    std::vector<MHD_Daemon*> daemons_;

    std::mutex mutex_;
    std::condition_variable idle_;
    std::vector<std::weak_ptr<exchange>> exchanges_;
    std::size_t in_flight_ = 0;
    bool stopping_ = false;
    bool stopped_ = false;
};

}  // namespace pitot::detail
