#pragma once
// A bounded number of threads that run collectors which may hang.

#include <pitot/collect/collector.hpp>

#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <deque>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <system_error>  // what std::thread throws when there are no more threads
#include <thread>
#include <utility>

namespace pitot::collect {

/// One collector and the batch of its latest run. Shared with the thread that runs it, so that either may go first.
struct collector_run {
    enum class state : unsigned char {
        idle,     ///< nobody runs it; the batch and outcome are those of the last run
        queued,   ///< waits for a thread
        running,  ///< a thread is in it: the batch is that thread's
    };

    explicit collector_run(named_collector c) : what(std::move(c)) {}

    named_collector what;
    batch out;
    result<void> outcome;
    scrape_context context;
    scrape_context::clock::time_point asked;  ///< when the pool took it
    scrape_context::clock::duration took{};
    state at = state::idle;  ///< under the pool's mutex while a thread may have it

    /// Runs it here and now.
    void run()
    {
        const scrape_context::clock::time_point first = scrape_context::clock::now();
        out.clear();
        outcome = what.collect(out, context);
        out.finish();
        took = scrape_context::clock::now() - first;
    }
};

/// Threads are made when they are needed, up to the limit, and stay. A run that hangs keeps its thread, never more.
class worker_pool {
public:
    explicit worker_pool(std::size_t most) : shared_(std::make_shared<shared>()) { shared_->most = most; }
    worker_pool(const worker_pool&) = delete;
    worker_pool& operator=(const worker_pool&) = delete;

    /// Waits for running collectors up to `grace`; what hangs longer is left to its thread, which owns what it uses.
    ~worker_pool() { stop(); }

    void stop(std::chrono::milliseconds grace = std::chrono::milliseconds(1000))
    {
        std::unique_lock lock(shared_->mutex);
        shared_->stopping = true;
        shared_->queue.clear();
        shared_->work.notify_all();
        shared_->done.wait_for(lock, grace, [&] { return shared_->threads == 0; });
    }

    /// Queues a run. False when a former run of it has not ended yet.
    [[nodiscard]] bool start(const std::shared_ptr<collector_run>& run, const scrape_context& context)
    {
        const std::scoped_lock lock(shared_->mutex);
        if (run->at != collector_run::state::idle) return false;
        run->context = context;
        run->asked = scrape_context::clock::now();
        run->at = collector_run::state::queued;
        shared_->queue.push_back(run);
        if (shared_->idle < shared_->queue.size() && shared_->threads < shared_->most) {
            try {
                std::thread(&worker_pool::serve, shared_).detach();
                ++shared_->threads;
            } catch (const std::system_error&) {  // no more threads: those that run take it, or its deadline passes
            }
        }
        shared_->work.notify_one();
        return true;
    }

    enum class ended : unsigned char { done, late, never_started };

    /// Waits until the run has ended or its deadline passed. After `done` the run's batch and outcome are the caller's
    /// until it starts the run again.
    [[nodiscard]] ended wait(collector_run& run)
    {
        std::unique_lock lock(shared_->mutex);
        const auto is_done = [&] { return run.at == collector_run::state::idle; };
        if (run.context.deadline == scrape_context::clock::time_point::max())
            shared_->done.wait(lock, is_done);
        else
            shared_->done.wait_until(lock, run.context.deadline, is_done);
        if (is_done()) return ended::done;
        if (run.at == collector_run::state::running) return ended::late;
        for (auto at = shared_->queue.begin(); at != shared_->queue.end(); ++at)
            if (at->get() == &run) {
                shared_->queue.erase(at);
                break;
            }
        run.at = collector_run::state::idle;
        return ended::never_started;
    }

    [[nodiscard]] std::size_t threads() const
    {
        const std::scoped_lock lock(shared_->mutex);
        return shared_->threads;
    }

private:
    struct shared {
        mutable std::mutex mutex;
        std::condition_variable work;
        std::condition_variable done;
        std::deque<std::shared_ptr<collector_run>> queue;
        std::size_t most = 1;
        std::size_t threads = 0;
        std::size_t idle = 0;
        bool stopping = false;
    };

    static void serve(std::shared_ptr<shared> own)
    {
        std::unique_lock lock(own->mutex);
        while (!own->stopping) {
            if (own->queue.empty()) {
                ++own->idle;
                own->work.wait(lock, [&] { return own->stopping || !own->queue.empty(); });
                --own->idle;
                continue;
            }
            std::shared_ptr<collector_run> run = std::move(own->queue.front());
            own->queue.pop_front();
            run->at = collector_run::state::running;
            lock.unlock();
            run->run();
            lock.lock();
            run->at = collector_run::state::idle;
            own->done.notify_all();
            lock.unlock();
            run.reset();  // the last owner of a collector may be this thread
            lock.lock();
        }
        --own->threads;
        own->done.notify_all();
    }

    std::shared_ptr<shared> shared_;
};

}  // namespace pitot::collect
