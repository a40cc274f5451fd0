#pragma once
// statvfs that cannot hang a scrape: a dead server behind NFS or FUSE blocks the call for ever, and every path that
// leads through it, so all calls are made by a thread that may be left behind.

#include <algorithm>  // std::max
#include <cerrno>
#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <memory>
#include <mutex>
#include <string>
#include <system_error>  // std::system_error: no more threads
#include <thread>
#include <utility>
#include <vector>

#include <sys/statvfs.h>

namespace pitot::collect {

/// What statvfs said of one mount.
struct mount_answer {
    enum class state : unsigned char { unasked, answered, failed, stuck };
    state got = state::unasked;
    int error = 0;                             ///< errno when failed
    double size = 0, free = 0, available = 0;  ///< bytes
    double files = 0, files_free = 0;
};

/// Asks mounts one after the other in one thread, which is kept for the next time. When a call does not return, the
/// thread is left to it, the mount is remembered as stuck and not asked again before that call returns, and another
/// thread goes on: so there are never more threads than stuck mounts and one, nor more than max_left_behind and one.
class mount_worker {
public:
    using call = int (*)(const char* path, struct statvfs* into);
    static constexpr std::size_t max_left_behind = 16;

    /// with  what to call instead of statvfs, for tests
    explicit mount_worker(call with = &::statvfs) noexcept : ask_(with) {}
    mount_worker(const mount_worker&) = delete;
    mount_worker& operator=(const mount_worker&) = delete;
    ~mount_worker()
    {
        if (!now_) return;
        {
            const std::lock_guard guard(now_->lock);
            now_->stop = true;
        }
        now_->changed.notify_all();
        thread_.join();
    }

    /// Asks for all paths.
    /// patience  how long one may take, from when the thread calls; when one has, the others get a quarter of it
    /// returns   an answer for each path, in order; valid until the next call
    const std::vector<mount_answer>& ask(const std::vector<std::string>& paths, std::chrono::milliseconds patience)
    {
        answers_.assign(paths.size(), {});
        forget_returned();
        std::size_t next = 0;
        while (next < paths.size()) {
            if (is_stuck(paths[next])) {
                answers_[next++].got = mount_answer::state::stuck;
                continue;
            }
            if (!now_ && (left_.size() >= max_left_behind || !start())) {
                answers_[next++].got = mount_answer::state::stuck;
                continue;
            }
            std::size_t last = next;
            std::unique_lock guard(now_->lock);
            now_->paths.clear();
            while (last < paths.size() && !is_stuck(paths[last])) now_->paths.push_back(paths[last++]);
            now_->answers.assign(now_->paths.size(), {});
            now_->done = 0;
            now_->begun = 0;
            now_->busy = true;
            now_->changed.notify_all();
            // One wake-up for all mounts; only when patience ends does it matter how far the thread has come. A mount
            // is late by the time of its own call: a machine under load may let the thread begin late.
            auto until = std::chrono::steady_clock::now() + patience;
            while (!now_->changed.wait_until(guard, until, [&] { return !now_->busy; })) {
                const auto now = std::chrono::steady_clock::now();
                until = (now_->begun == 0 ? now : now_->since) + patience;
                if (until <= now) break;
            }
            for (std::size_t i = 0; i < now_->done; ++i) answers_[next + i] = now_->answers[i];
            next += now_->done;
            if (!now_->busy) continue;
            answers_[next].got = mount_answer::state::stuck;
            ++next;
            patience = std::max(patience / 4, std::chrono::milliseconds(1));
            now_->abandoned = true;
            guard.unlock();
            left_.emplace_back(paths[next - 1], std::move(now_));
            now_.reset();
            thread_.detach();
        }
        return answers_;
    }

    /// Threads that wait for a mount.
    [[nodiscard]] std::size_t left_behind() const noexcept { return left_.size(); }

private:
    /// What the thread and its owner share; it outlives both.
    struct job {
        std::mutex lock;
        std::condition_variable changed;
        std::vector<std::string> paths;
        std::vector<mount_answer> answers;
        std::size_t begun = 0;  ///< calls; one more than done while one runs
        std::size_t done = 0;
        std::chrono::steady_clock::time_point since;  ///< when the last call began
        bool busy = false;
        bool stop = false;
        bool abandoned = false;  ///< the thread ends when its call returns
    };

    bool start()
    {
        try {
            auto shared = std::make_shared<job>();
            thread_ = std::thread([shared, ask = ask_] { work(*shared, ask); });
            now_ = std::move(shared);
            return true;
        } catch (const std::system_error&) {
            return false;
        }
    }

    static void work(job& shared, call ask)
    {
        std::unique_lock guard(shared.lock);
        for (;;) {
            shared.changed.wait(guard, [&] { return shared.busy || shared.stop; });
            if (shared.stop) return;
            while (shared.done < shared.paths.size()) {
                const std::string path = shared.paths[shared.done];
                shared.begun = shared.done + 1;
                shared.since = std::chrono::steady_clock::now();
                guard.unlock();
                mount_answer answer = one(path, ask);
                guard.lock();
                if (shared.abandoned) {
                    shared.busy = false;
                    return;
                }
                shared.answers[shared.done++] = answer;
            }
            shared.busy = false;
            shared.changed.notify_all();
        }
    }

    static mount_answer one(const std::string& path, call ask)
    {
        struct statvfs raw = {};
        mount_answer answer;
        if (ask(path.c_str(), &raw) != 0) {
            answer.got = mount_answer::state::failed;
            answer.error = errno;
            return answer;
        }
        const auto block = static_cast<double>(raw.f_frsize != 0 ? raw.f_frsize : raw.f_bsize);
        answer.got = mount_answer::state::answered;
        answer.size = static_cast<double>(raw.f_blocks) * block;
        answer.free = static_cast<double>(raw.f_bfree) * block;
        answer.available = static_cast<double>(raw.f_bavail) * block;
        answer.files = static_cast<double>(raw.f_files);
        answer.files_free = static_cast<double>(raw.f_ffree);
        return answer;
    }

    void forget_returned()
    {
        std::erase_if(left_, [](const auto& left) {
            const std::lock_guard guard(left.second->lock);
            return !left.second->busy;
        });
    }
    [[nodiscard]] bool is_stuck(const std::string& path) const noexcept
    {
        for (const auto& l : left_)
            if (l.first == path) return true;
        return false;
    }

    call ask_;
    std::shared_ptr<job> now_;
    std::thread thread_;
    std::vector<std::pair<std::string, std::shared_ptr<job>>> left_;
    std::vector<mount_answer> answers_;
};

}  // namespace pitot::collect
