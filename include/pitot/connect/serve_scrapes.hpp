#pragma once
// The thread that scrapes for a server: one scrape at a time, the same answer for all who wait for the same.

#include <pitot/base/text.hpp>
#include <pitot/connect/gzip.hpp>
#include <pitot/connect/serve_http.hpp>
#include <pitot/connect/serve_source.hpp>

#include <algorithm>  // std::max
#include <atomic>
#include <chrono>
#include <condition_variable>
#include <deque>
#include <exception>  // std::exception: what a source throws becomes an answer
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <system_error>
#include <thread>
#include <utility>
#include <vector>

namespace pitot::detail {

/// One request that waits for a scrape. done() is called once, by the scraping thread or by whoever gives up on it.
struct scrape_job {
    using clock = std::chrono::steady_clock;

    scrape_plan plan;
    clock::time_point deadline;
    std::function<void(serve_answer)> done;
    bool reload = false;  ///< serve_options::reload instead of a scrape
};

/// Owned by the server and its thread together, so that a scrape that hangs can be left behind when the server goes.
class scrape_thread {
public:
    scrape_thread(std::unique_ptr<serve_source> source, const serve_options& options)
        : shared_(std::make_shared<shared>(std::move(source), options))
    {}
    scrape_thread(const scrape_thread&) = delete;
    scrape_thread& operator=(const scrape_thread&) = delete;
    ~scrape_thread() { stop(std::chrono::milliseconds(0)); }

    /// error  io when the system has no more threads
    result<void> start()
    {
        shared_->running = true;
        try {
            std::thread(&scrape_thread::serve, shared_).detach();
        } catch (const std::system_error& e) {
            shared_->running = false;
            return unexpected(errc::io, concat("cannot start a thread: ", e.code().message()));
        }
        return {};
    }

    /// Queues a scrape; after stop() it is answered at once.
    void add(scrape_job job)
    {
        {
            const std::scoped_lock lock(shared_->mutex);
            if (!shared_->stopping) {
                shared_->queue.push_back(std::move(job));
                shared_->work.notify_one();
                return;
            }
        }
        job.done(text_answer(503, "Stopping.\n"));
    }

    /// Answers what is queued with 503, waits for the running scrape up to `grace`.
    /// returns  whether the thread has ended
    bool stop(std::chrono::milliseconds grace)
    {
        std::deque<scrape_job> left;
        {
            const std::scoped_lock lock(shared_->mutex);
            shared_->stopping = true;
            left.swap(shared_->queue);
            shared_->work.notify_all();
        }
        for (scrape_job& job : left) job.done(text_answer(503, "Stopping.\n"));
        std::unique_lock lock(shared_->mutex);
        return shared_->ended.wait_for(lock, grace, [&] { return !shared_->running; });
    }

private:
    struct shared {
        shared(std::unique_ptr<serve_source> from, const serve_options& given) : source(std::move(from)), options(given)
        {}

        std::unique_ptr<serve_source> source;
        serve_options options;
        std::shared_ptr<std::atomic<std::size_t>> unsent = std::make_shared<std::atomic<std::size_t>>(0);

        std::mutex mutex;
        std::condition_variable work;
        std::condition_variable ended;
        std::deque<scrape_job> queue;
        bool stopping = false;
        bool running = false;
    };

    static void serve(std::shared_ptr<shared> own)
    {
        std::vector<scrape_job> jobs;
        std::unique_lock lock(own->mutex);
        while (true) {
            own->work.wait(lock, [&] { return own->stopping || !own->queue.empty(); });
            if (own->queue.empty()) break;
            jobs.push_back(std::move(own->queue.front()));
            own->queue.pop_front();
            for (auto at = own->queue.begin(); at != own->queue.end();) {
                if (at->reload == jobs.front().reload && at->plan.same_as(jobs.front().plan)) {
                    jobs.push_back(std::move(*at));
                    at = own->queue.erase(at);
                } else {
                    ++at;
                }
            }
            lock.unlock();
            const serve_answer answer = jobs.front().reload ? reload(*own) : scrape(*own, jobs);
            for (scrape_job& job : jobs) job.done(answer);
            jobs.clear();
            lock.lock();
        }
        own->running = false;
        own->ended.notify_all();
    }

    static serve_answer scrape(shared& own, const std::vector<scrape_job>& jobs)
    {
        scrape_job::clock::time_point deadline =
            jobs.front().deadline;  // the longest: who asked for less hears in time or hangs up
        for (const scrape_job& job : jobs) deadline = std::max(deadline, job.deadline);
        if (scrape_job::clock::now() >= deadline) return text_answer(503, "Other scrapes took until the deadline.\n");
        if (own.unsent->load(std::memory_order_relaxed) > own.options.max_unsent_bytes)
            return text_answer(503, "Too many bytes wait for slow clients.\n");

        const scrape_plan& plan = jobs.front().plan;
        serve_answer out;
        try {
            auto body = std::make_shared<serve_body>(own.unsent);
            const auto keep = [&body](const char* data, std::size_t size) { body->append({data, size}); };
            result<void> outcome;
            if (plan.gzip) {
                gzip_sink pack(keep);
                outcome = own.source->write(plan.writing, {deadline}, plan.filter,
                                            [&pack](const char* data, std::size_t size) { pack(data, size); });
                if (!pack.finish()) return text_answer(500, "No memory to compress the answer.\n");
                out.content_encoding = "gzip";
            } else {
                outcome = own.source->write(plan.writing, {deadline}, plan.filter, keep);
            }
            if (!outcome.has_value() && own.options.on_problem) own.options.on_problem(outcome.error());
            out.content_type = plan.content_type;
            out.body = std::move(body);
            return out;
        } catch (const std::exception& e) {
            return failed(own, e.what());
        } catch (...) {
            return failed(own, "it threw something that is no std::exception");
        }
    }

    static serve_answer reload(const shared& own)
    {
        try {
            const result<void> outcome = own.options.reload();
            return outcome.has_value() ? text_answer(200, "Reloaded.\n")
                                       : text_answer(500, concat("Not reloaded: ", outcome.error().message, "\n"));
        } catch (const std::exception& e) {
            return text_answer(500, concat("Not reloaded: ", e.what(), "\n"));
        }
    }

    static serve_answer failed(const shared& own, std::string_view why)
    {
        if (own.options.on_problem) own.options.on_problem(error(errc::io, concat("a scrape failed: ", why)));
        return text_answer(500, concat("The scrape failed: ", why, "\n"));
    }

    std::shared_ptr<shared> shared_;
};

}  // namespace pitot::detail
