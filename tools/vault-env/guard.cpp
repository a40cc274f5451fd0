#include <vault-env/guard.hpp>

#include <pitot/base/text.hpp>

#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <cstring>
#include <fcntl.h>
#include <malloc.h>  // malloc_usable_size
#include <new>
#include <sys/prctl.h>
#include <unistd.h>

// Whatever C++ frees is overwritten first: passwords pass through many small strings, and nobody can wipe them all.
void operator delete(void* at) noexcept
{
    if (at == nullptr) return;
    ::explicit_bzero(at, ::malloc_usable_size(at));
    std::free(at);
}
void operator delete(void* at, std::size_t) noexcept { operator delete(at); }
void* operator new(std::size_t size)
{
    if (void* const at = std::malloc(size != 0 ? size : 1)) return at;
    throw std::bad_alloc();
}
// std::stable_sort's buffer comes from here, and must fit the delete above wherever else new is replaced.
void* operator new(std::size_t size, const std::nothrow_t&) noexcept { return std::malloc(size != 0 ? size : 1); }

namespace pitot::tools::vault_env {

namespace {

constexpr int ending[] = {SIGTERM, SIGINT, SIGHUP, SIGQUIT};

void end_now(int signal) { ::_exit(128 + signal); }

}  // namespace

before guard_process(std::vector<std::string>& warnings)
{
    before was;
    for (int fd = 0; fd <= 2; ++fd)
        if (::fcntl(fd, F_GETFD) == -1 && errno == EBADF && ::open("/dev/null", fd == 0 ? O_RDONLY : O_WRONLY) != fd)
            ::_exit(125);  // a secret's file would become standard output
    ::getrlimit(RLIMIT_CORE, &was.core);
    const rlimit none{0, was.core.rlim_max};
    if (::setrlimit(RLIMIT_CORE, &none) != 0)
        warnings.push_back(concat("core files cannot be forbidden: ", std::strerror(errno)));
    if (::prctl(PR_SET_DUMPABLE, 0) != 0)
        warnings.push_back(concat("debuggers cannot be kept out: ", std::strerror(errno)));
    struct sigaction hangup {};
    was.hangup_ignored = ::sigaction(SIGHUP, nullptr, &hangup) == 0 && hangup.sa_handler == SIG_IGN;
    std::signal(SIGPIPE, SIG_IGN);
    return was;
}

void end_on_signals()
{
    struct sigaction how {};
    how.sa_handler = &end_now;
    for (const int signal : ending) {
        struct sigaction was {};
        if (::sigaction(signal, nullptr, &was) == 0 && was.sa_handler == SIG_IGN && signal == SIGHUP)
            continue;  // nohup
        ::sigaction(signal, &how, nullptr);
    }
    sigset_t none;
    sigemptyset(&none);
    ::sigprocmask(SIG_SETMASK, &none, nullptr);
}

void restore(const before& was) noexcept
{
    ::setrlimit(RLIMIT_CORE, &was.core);
    struct sigaction how {};
    how.sa_handler = SIG_DFL;
    for (int signal = 1; signal < NSIG; ++signal)
        if (signal != SIGHUP || !was.hangup_ignored) ::sigaction(signal, &how, nullptr);
    sigset_t none;
    sigemptyset(&none);
    ::sigprocmask(SIG_SETMASK, &none, nullptr);
}

void scrub_stack() noexcept
{
    char below[256U << 10U];
    ::explicit_bzero(below, sizeof below);
}

signals_blocked::signals_blocked() noexcept
{
    sigset_t all;
    sigfillset(&all);
    ::pthread_sigmask(SIG_BLOCK, &all, &before_);
}

signals_blocked::~signals_blocked() { ::pthread_sigmask(SIG_SETMASK, &before_, nullptr); }

}  // namespace pitot::tools::vault_env
