#pragma once
// The open connections of a server and until when each may take for what it is doing.

#include <algorithm>  // std::min
#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <list>
#include <mutex>
#include <thread>

#include <sys/socket.h>

namespace pitot::detail {

/// Cuts connections off that are late: libmicrohttpd's own timeout only sees silence, and a client that sends or takes
/// a byte now and then would keep its place forever.
class connection_table {
public:
    using clock = std::chrono::steady_clock;

    struct entry {
        int fd = -1;
        clock::time_point due = clock::time_point::max();
        std::list<entry>::iterator self = {};
    };

    /// shortest  of all times that set_due() is called with: how often to look
    explicit connection_table(std::chrono::milliseconds shortest) : shortest_(shortest) {}
    connection_table(const connection_table&) = delete;
    connection_table& operator=(const connection_table&) = delete;
    ~connection_table() { stop(); }

    /// error  std::system_error when the system has no more threads
    void start()
    {
        watcher_ = std::thread([this] { watch(); });
    }

    void stop()
    {
        {
            const std::scoped_lock lock(mutex_);
            stopping_ = true;
            wake_.notify_all();
        }
        if (watcher_.joinable()) watcher_.join();
    }

    [[nodiscard]] entry* add(int fd, std::chrono::milliseconds time)
    {
        const std::scoped_lock lock(mutex_);
        const auto at = entries_.insert(entries_.end(), entry{fd, clock::now() + time, {}});
        at->self = at;
        if (entries_.size() == 1) wake_.notify_all();
        return &*at;
    }
    void remove(entry* which)
    {
        const std::scoped_lock lock(mutex_);
        entries_.erase(which->self);
    }
    void set_due(entry* which, std::chrono::milliseconds time)
    {
        const std::scoped_lock lock(mutex_);
        which->due = clock::now() + time;
    }
    void no_due(entry* which)
    {
        const std::scoped_lock lock(mutex_);
        which->due = clock::time_point::max();
    }
    [[nodiscard]] std::size_t size() const
    {
        const std::scoped_lock lock(mutex_);
        return entries_.size();
    }

private:
    void watch()
    {
        std::unique_lock lock(mutex_);
        while (!stopping_) {
            if (entries_.empty()) {
                wake_.wait(lock, [&] { return stopping_ || !entries_.empty(); });
                continue;
            }
            const clock::time_point now = clock::now();
            clock::time_point next = now + shortest_;  // what is set while this sleeps is due no earlier
            for (entry& e : entries_) {
                if (e.due <= now) {
                    ::shutdown(
                        e.fd, SHUT_RDWR);  // its thread sees the end and closes it; it cannot be closed before remove()
                    e.due = clock::time_point::max();
                }
                next = std::min(next, e.due);
            }
            wake_.wait_until(lock, next, [&] { return stopping_; });
        }
    }

    const std::chrono::milliseconds shortest_;
    mutable std::mutex mutex_;
    std::condition_variable wake_;
    std::list<entry> entries_;
    std::thread watcher_;
    bool stopping_ = false;
};

}  // namespace pitot::detail
