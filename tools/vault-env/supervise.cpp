#include <vault-env/supervise.hpp>
#include <vault-env/vital_signs.hpp>

#include <pitot/base/text.hpp>
#include <pitot/json/write.hpp>
#include <pitot/vault/template.hpp>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <condition_variable>
#include <csignal>
#include <cstring>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <thread>
#include <unistd.h>
#include <utility>
#include <vector>

namespace pitot::tools::vault_env {

namespace {

using clock = std::chrono::steady_clock;
using std::chrono::milliseconds;
using std::chrono::seconds;

/// A lease or token is prolonged when a third of its life is left.
clock::time_point due(long lease_seconds)
{
    if (lease_seconds <= 0) return clock::time_point::max();
    return clock::now() + milliseconds(std::max(lease_seconds * 1000L * 2 / 3, 500L));
}

/// Asks Vault in a thread of its own, and wakes the other one by a signal when there is something new.
class keeper {
public:
    keeper(const plan& what, const child& first, vault::client& server, vault::secrets& from,
           const vault::session& session, const log& out, vital_signs& signs)
        : plan_(what), server_(server), from_(from), out_(out), signs_(signs), main_(::pthread_self()),
          session_(session), seen_{first.arguments, first.environment}
    {
        files_ = contents();
        remember_leases();
        token_due_ = due(session.lease);
        signs_.token_lives(session.lease);
        next_read_ = clock::now() + milliseconds(what.interval.count);
        forget();
        thread_ = std::thread([this] { run(); });
    }
    keeper(const keeper&) = delete;
    keeper& operator=(const keeper&) = delete;
    ~keeper() { stop(); }

    void stop()
    {
        {
            const std::lock_guard lock(mutex_);
            stopping_ = true;
        }
        wake_.notify_all();
        if (thread_.joinable()) thread_.join();
    }

    /// What has changed since the last call, once.
    [[nodiscard]] std::optional<child> take()
    {
        const std::lock_guard lock(mutex_);
        return std::exchange(news_, std::nullopt);
    }

    /// Gives back what the child does not need any more. After stop().
    void revoke()
    {
        server_.set_deadline(clock::now() + seconds(5));
        std::vector<std::string_view> left;
        for (const auto& [id, known] : leases_) {
            json::writer body;
            body.begin_object().member("lease_id", id).end_object();
            auto done = server_.ask({.how = http::method::put,
                                     .path = "sys/leases/revoke",
                                     .body = std::move(body).text(),
                                     .retry = false});
            if (!done || !done->success()) left.push_back(id);
        }
        if (plan_.login.how != vault::method::token && !server_.token().empty()) {
            auto done = server_.ask(
                {.how = http::method::post, .path = "auth/token/revoke-self", .body = "{}", .retry = false});
            // A token takes its leases with it: the default policy does not allow sys/leases/revoke, but this.
            if (done && done->success()) left.clear();
        }
        for (const std::string_view id : left)
            out_.warn("a lease could not be revoked; it will expire", {{"lease", id}});
    }

private:
    struct lease {
        clock::time_point due;
        long seconds;
        bool renewable;
    };

    void run()
    {
        std::unique_lock lock(mutex_);
        while (!stopping_) {
            clock::time_point next = std::min(next_read_, token_due_);
            for (const auto& [id, l] : leases_) next = std::min(next, l.due);
            if (wake_.wait_until(lock, next, [this] { return stopping_; })) return;
            lock.unlock();
            look();
            forget();
            lock.lock();
        }
    }

    /// Until the next look no more is remembered than what tells whether something has changed.
    void forget()
    {
        from_.forget_static();
        server_.release();
        scrub_stack();
    }

    void look()
    {
        server_.set_deadline(clock::now() + milliseconds(std::min<std::int64_t>(plan_.timeout.count, 30'000)));
        if (clock::now() >= token_due_ && prolong_token()) wanting_ = true;
        for (auto at = leases_.begin(); at != leases_.end();) {
            if (clock::now() < at->second.due || prolong(at->first, at->second)) {
                ++at;
                continue;
            }
            from_.forget_lease(at->first);  // it ends soon: the secret is fetched anew
            at = leases_.erase(at);
            wanting_ = true;
        }
        if (!wanting_ && clock::now() < next_read_) return;
        next_read_ = clock::now() + milliseconds(plan_.interval.count);
        if (read())
            wanting_ = false;
        else if (wanting_)  // what the child has ends soon
            next_read_ = std::min(next_read_, clock::now() + server_.jittered(2000));
    }

    /// True when another token took its place, and all that has a lease must be fetched anew.
    bool prolong_token()
    {
        const auto warn = [this](const std::string& text) { out_.warn(text); };
        if (session_.renewable) {
            auto renewed = vault::renew_token(server_);
            // At its longest life a token is prolonged by less and less: then a new one is better.
            if (renewed && renewed->lease > 1 && renewed->lease * 2 > session_.lease) {
                token_due_ = due(renewed->lease);
                signs_.logged_in(outcome::ok);
                signs_.token_lives(renewed->lease);
                out_.debug("token prolonged", {{"seconds", renewed->lease}});
                return false;
            }
        }
        std::string before = server_.token();
        auto fresh = vault::log_in(server_, plan_.login, warn);
        const bool other = before != server_.token();
        vault::wipe(before);
        if (fresh) {
            session_ = *fresh;
            token_due_ = due(fresh->lease);
            signs_.logged_in(outcome::ok);
            signs_.token_lives(fresh->lease);
            out_.info("logged in again", {{"seconds", fresh->lease}});
            if (!other) return false;
            from_.forget_leases();  // however long they would have lived
            const bool had_leases = !leases_.empty();
            leases_.clear();
            return had_leases;
        }
        token_due_ = clock::now() + server_.jittered(5000);
        signs_.logged_in(outcome::failed);
        out_.warn("the token could not be prolonged; trying again", {{"reason", fresh.error().message}});
        return false;
    }

    bool prolong(const std::string& id, lease& l)
    {
        if (!l.renewable) return false;
        json::writer body;
        body.begin_object().member("lease_id", id).member("increment", l.seconds).end_object();
        auto got = server_.ask({.how = http::method::put, .path = "sys/leases/renew", .body = std::move(body).text()});
        if (!got) {  // Vault is away; the lease may live until it is back
            l.due = clock::now() + server_.jittered(2000);
            signs_.renewed(outcome::failed);
            out_.warn("a lease could not be prolonged; trying again", {{"reason", got.error().message}});
            return true;
        }
        const long given = static_cast<long>(got->root()["lease_duration"].as_int().value_or(0));
        if (!got->success() || given * 2 < l.seconds) return false;
        l.due = due(given);
        signs_.renewed(outcome::ok);
        out_.debug("lease prolonged", {{"lease", id}, {"seconds", given}});
        return true;
    }

    /// All secrets once more, those with a lease excepted, which are remembered; news when a value differs.
    bool read()
    {
        auto made = make_child(plan_, from_);
        if (!made && made.error().code == errc::permission) {  // the token died: once more with a new one
            token_due_ = clock::now();
            if (prolong_token()) wanting_ = true;
            made = make_child(plan_, from_);
        }
        signs_.read(made ? outcome::ok : outcome::failed);
        if (!made) {
            out_.warn("secrets could not be read again; the child keeps what it has",
                      {{"reason", made.error().message}});
            return false;
        }
        remember_leases();
        const auto now = contents();
        if (!now || (made->arguments == seen_.first && made->environment == seen_.second && now == files_)) return true;
        seen_ = {made->arguments, made->environment};
        signs_.changed();
        if (now != files_)
            if (auto done = write_files(plan_, from_); !done)
                out_.error("a changed file could not be written", {{"reason", done.error().message}});
        files_ = now;
        {
            const std::lock_guard lock(mutex_);
            news_ = std::move(*made);
        }
        ::pthread_kill(main_, SIGRTMIN);
        return true;
    }

    [[nodiscard]] std::optional<std::vector<std::string>> contents()
    {
        std::vector<std::string> all;
        for (const file_target& f : plan_.files) {
            auto text = vault::expand(f.content, from_, plan_.allow_empty);
            if (!text) return std::nullopt;
            all.push_back(std::move(*text));
        }
        return all;
    }

    void remember_leases()
    {
        for (const auto& [path, s] : from_.all())
            if (!s.lease_id.empty()) leases_.try_emplace(s.lease_id, lease{due(s.lease), s.lease, s.renewable});
        signs_.leases(leases_.size());
    }

    const plan& plan_;
    vault::client& server_;
    vault::secrets& from_;
    const log& out_;
    vital_signs& signs_;
    pthread_t main_;
    vault::session session_;
    std::pair<std::vector<std::string>, std::vector<std::string>> seen_;
    std::optional<std::vector<std::string>> files_;
    std::map<std::string, lease> leases_;
    clock::time_point token_due_;
    bool wanting_ = false;  ///< something with a lease is to be fetched anew
    clock::time_point next_read_;
    std::mutex mutex_;
    std::condition_variable wake_;
    std::optional<child> news_;
    bool stopping_ = false;
    std::thread thread_;
};

class warden {
public:
    warden(const plan& what, const log& out, const before& was, vital_signs& signs)
        : plan_(what), out_(out), was_(was), signs_(signs)
    {
        sigfillset(&all_);
        ::prctl(PR_SET_CHILD_SUBREAPER, 1);  // grandchildren whose parents are gone come to us, as they do to PID 1
    }

    int run(child first, keeper& news)
    {
        current_ = std::move(first);
        start();
        for (;;) {
            const int signal = next_signal();
            if (signal == SIGCHLD) {
                if (const auto code = collect()) return *code;
            } else if (signal == SIGRTMIN) {
                if (auto fresh = news.take()) renew(std::move(*fresh), news);
            } else if (signal > 0) {
                pass_on(signal);
            }
            if (kill_at_ && clock::now() >= *kill_at_) {
                out_.warn("still there after the grace period: killed", {{"pid", pid_}});
                ::kill(-pid_, SIGKILL);
                ::kill(pid_, SIGKILL);
                kill_at_.reset();
            }
        }
    }

private:
    [[nodiscard]] int next_signal() const
    {
        siginfo_t about{};
        if (!kill_at_) return ::sigwaitinfo(&all_, &about);
        const auto left = std::max(std::chrono::duration_cast<milliseconds>(*kill_at_ - clock::now()), milliseconds(0));
        const timespec limit{static_cast<time_t>(left.count() / 1000),
                             static_cast<long>(left.count() % 1000) * 1'000'000};
        return ::sigtimedwait(&all_, &about, &limit);
    }

    void start()
    {
        pid_ = ::fork();
        if (pid_ == 0) {
            ::setpgid(0, 0);
            ::prctl(PR_SET_PDEATHSIG, SIGTERM);  // when we are killed, nobody would look after it
            give_terminal(::getpid());
            std::string why;
            const status code = become(current_, was_, why);
            out_.error(why);
            ::_exit(to_int(code));
        }
        if (pid_ < 0) {
            out_.error("cannot start another process", {{"reason", std::strerror(errno)}});
            ::_exit(to_int(status::failed));
        }
        ::setpgid(pid_, pid_);  // whoever is first
        out_.debug("started", {{"pid", pid_}});
        signs_.started();
    }

    /// The terminal's keys are the child's. Without a terminal nothing happens.
    static void give_terminal(pid_t group)
    {
        if (::isatty(STDIN_FILENO) == 0) return;
        sigset_t old;
        sigset_t stop;
        sigemptyset(&stop);
        sigaddset(&stop, SIGTTOU);
        ::sigprocmask(SIG_BLOCK, &stop, &old);
        ::tcsetpgrp(STDIN_FILENO, group);
        ::sigprocmask(SIG_SETMASK, &old, nullptr);
    }

    /// Everybody who has ended. The exit status when the child is among them and no other is to follow.
    std::optional<int> collect()
    {
        std::optional<int> ended;
        int how = 0;
        for (pid_t who = 0; (who = ::waitpid(-1, &how, WNOHANG | WUNTRACED)) > 0;) {
            if (who != pid_) continue;
            if (WIFSTOPPED(how)) {
                if (::getpid() != 1 && ::isatty(STDIN_FILENO) != 0) {  // Ctrl-Z: the shell gets its terminal back
                    give_terminal(::getpgrp());
                    ::kill(::getpid(), SIGSTOP);
                    give_terminal(pid_);
                    ::kill(-pid_, SIGCONT);
                }
                continue;
            }
            ended = WIFSIGNALED(how) ? 128 + WTERMSIG(how) : WEXITSTATUS(how);
        }
        if (!ended) return std::nullopt;
        signs_.ended();
        kill_at_.reset();
        if (next_ && !stopping_) {
            current_ = std::move(*next_);
            next_.reset();
            start();
            return std::nullopt;
        }
        return ended;
    }

    void renew(child fresh, keeper&)
    {
        out_.info("secrets have changed", {{"action", plan_.on_change}});
        if (plan_.on_change == "restart") {
            if (!kill_at_) ::kill(pid_, SIGTERM);
            next_ = std::move(fresh);
            kill_at_ = clock::now() + milliseconds(plan_.grace.count);
        } else if (plan_.change_signal != 0) {
            ::kill(pid_, plan_.change_signal);
        }
    }

    void pass_on(int signal)
    {
        if (signal == SIGPIPE || signal == SIGTTIN || signal == SIGTTOU || signal == SIGTSTP || signal == SIGCONT)
            return;
        ::kill(pid_, signal);
        if (signal != SIGTERM && signal != SIGINT && signal != SIGQUIT) return;
        stopping_ = true;
        if (!kill_at_) kill_at_ = clock::now() + milliseconds(plan_.grace.count);
    }

    const plan& plan_;
    const log& out_;
    const before& was_;
    vital_signs& signs_;
    sigset_t all_{};
    child current_;
    std::optional<child> next_;
    pid_t pid_ = -1;
    bool stopping_ = false;
    std::optional<clock::time_point> kill_at_;
};

}  // namespace

int supervise(const plan& what, child first, vault::client& server, vault::secrets& from, const vault::session& session,
              const log& out, const before& was)
{
    sigset_t all;
    sigfillset(&all);
    ::pthread_sigmask(SIG_SETMASK, &all, nullptr);  // from here on both threads; one of them waits for signals
    vital_signs signs;
    if (!what.metrics_address.empty()) {
        if (auto served = signs.serve(what.metrics_address); !served) {
            out.error(served.error().message);
            return to_int(status::failed);
        }
        out.info("serving metrics", {{"address", signs.address()}});
    }
    keeper fresh(what, first, server, from, session, out, signs);
    const int code = warden(what, out, was, signs).run(std::move(first), fresh);
    fresh.stop();
    fresh.revoke();
    return code;
}

}  // namespace pitot::tools::vault_env
