#include <common/exit_code.hpp>
#include <common/flags.hpp>
#include <common/join.hpp>
#include <common/log.hpp>
#include <common/pages.hpp>
#include <exporter-run/collectors.hpp>
#include <exporter-run/config.hpp>
#include <exporter-run/live.hpp>

#include <pitot/connect/serve.hpp>
#include <pitot/expo/text_writer.hpp>

#include <fmt/format.h>

#include <malloc.h>  // mallopt
#include <time.h>    // tzset

#include <csignal>
#include <cstdio>
#include <exception>
#include <string>
#include <string_view>
#include <utility>

namespace pitot::tools::exporter_run {
namespace {

constexpr flag flags[] = {
    {"config", 0, "FILE", "read this YAML file; flags win over it"},
    {"listen", 0, "ADDR",
     "HOST:PORT, [IPV6]:PORT, :PORT or unix:PATH; port 0 takes a free one (default 127.0.0.1:9598)", true},
    {"collectors", 0, "LIST", "which to run, with commas between: host, process (default both)"},
    {"profile", 0, "exporter|vector|both", "names of the metrics (default exporter)"},
    {"web.enable-lifecycle", 0, "", "let POST /-/reload read the configuration again, as SIGHUP does"},
    {"once", 0, "", "print one scrape as text 0.0.4 and exit"},
    {"check", 0, "", "check flags and configuration and exit"},
    {"catalog", 0, "", "print what the collectors may give and exit"},
    {"format", 0, "json|md", "how --catalog is written", false, "json"},
    {"path.procfs", 0, "DIR", "where procfs is mounted (default /proc)"},
    {"path.sysfs", 0, "DIR", "where sysfs is mounted (default /sys)"},
    {"path.rootfs", 0, "DIR", "the host's root, for mounts and files (default /)"},
    {"textfile.directory", 0, "DIR", "add the *.prom files of this folder"},
};

constexpr command tool{"exporter-run", "", "Serves metrics of this host, in the formats that Prometheus reads.", flags,
                       "/metrics takes ?collect[]=NAME and ?exclude[]=NAME; / lists what is served. SIGHUP reads the "
                       "configuration again; a wrong one is logged and the old one stays.\n\n"
                       "Exit codes: 0 stopped by SIGTERM or SIGINT, or done; 2 wrong arguments or configuration, or an "
                       "address that cannot be had.\n\n"
                       "Examples:\n"
                       "  exporter-run --listen :9598 --collectors host\n"
                       "  exporter-run --config exporter-run.yml --check\n"
                       "  exporter-run --once | promcheck metrics -"};

const command* const commands[] = {&tool};
constexpr program exporter_run{"exporter-run", tool.summary, commands};

exit_code refuse(std::string_view why)
{
    fmt::print(stderr, "exporter-run: {}\n", why);
    return exit_code::usage;
}

exit_code print(std::string_view text)
{
    const bool whole = std::fwrite(text.data(), 1, text.size(), stdout) == text.size() && std::fflush(stdout) == 0;
    return whole ? exit_code::clean : refuse("cannot write to standard output");
}

/// The file, and the flags over it.
result<config> configure(const arguments& given)
{
    result<config> made = given.has("config") ? read_config(given.get("config")) : result<config>(config{});
    if (!made) return made;
    if (given.has("listen")) made->listen = given.all("listen");
    for (const std::string& address : made->listen) {
        if (address.starts_with("unix:")) continue;
        if (const result<tcp_address> good = parse_tcp_address(address); !good) return unexpected(good.error());
    }
    if (given.has("collectors")) {
        result<std::vector<std::string>> names = collectors_of(given.get("collectors"));
        if (!names) return unexpected(std::move(names.error()));
        made->collectors = std::move(*names);
    }
    if (given.has("profile")) {
        const result<collect::profile> profile = profile_of(given.get("profile"));
        if (!profile) return unexpected(profile.error());
        made->host.profile = *profile;
    }
    if (given.has("path.procfs")) made->host.proc = given.get("path.procfs");
    if (given.has("path.sysfs")) made->host.sys = given.get("path.sysfs");
    if (given.has("path.rootfs")) made->host.root = given.get("path.rootfs");
    if (given.has("textfile.directory")) made->host.textfile_folder = given.get("textfile.directory");
    return made;
}

exit_code serve_until_stopped(config settings, const arguments& given, const log& out)
{
    sigset_t waited;
    sigemptyset(&waited);
    for (const int signal : {SIGTERM, SIGINT, SIGHUP}) sigaddset(&waited, signal);
    ::pthread_sigmask(SIG_BLOCK, &waited, nullptr);  // before any thread is made, so that only sigwait() sees them
    std::signal(SIGPIPE, SIG_IGN);
    ::tzset();  // the time zone's name is made before any thread reads it

    serve_options options = settings.serve;
    const std::vector<std::string> listen = settings.listen;
    live now(
        std::move(settings), [&given] { return configure(given); }, out);
    if (given.has("web.enable-lifecycle")) options.reload = [&now] { return now.reload(); };
    options.on_problem = [&out](const error& problem) {
        out.error("not all of a scrape could be given", {{"error", problem.message}});
    };
    result<server> running = serve(now.source(), listen, options);
    if (!running) return refuse(running.error().message);
    for (const std::string& address : running->addresses())
        out.info("listening", {{"address", address}, {"path", options.path}});

    int signal = SIGHUP;
    while (signal == SIGHUP)
        if (sigwait(&waited, &signal) == 0 && signal == SIGHUP) static_cast<void>(now.reload());  // it logs what fails
    out.info("stopping", {{"signal", signal == SIGTERM ? "SIGTERM" : "SIGINT"}});
    running->stop();
    return exit_code::clean;
}

exit_code run(std::span<char* const> argv)
{
    const result<arguments> given = parse(tool, argv);
    if (!given) return refuse(given.error().message);
    if (const auto code = answer(exporter_run, tool, *given)) return *code;
    if (!given->positional.empty())
        return refuse(fmt::format("'{}' is no flag, and there are no other arguments", given->positional.front()));
    const result<log> out = log::from_flags(given->get("log-level"), given->get("log-format"));
    if (!out) return refuse(out.error().message);
    const std::string format = given->get("format");
    if (format != "json" && format != "md") return refuse(fmt::format("--format '{}' is not one of json, md", format));
    if ((given->has("once") ? 1 : 0) + (given->has("check") ? 1 : 0) + (given->has("catalog") ? 1 : 0) > 1)
        return refuse("only one of --once, --check and --catalog can be given");

    result<config> settings = configure(*given);
    if (!settings) return refuse(settings.error().message);
    if (given->has("check"))
        return print(fmt::format("ok: {} on {}\n", join(settings->collectors, ", "), join(settings->listen, ", ")));
    if (given->has("catalog"))
        return print(catalog_text(*settings, format == "md" ? catalog_format::markdown : catalog_format::json));
    if (given->has("once")) {
        const auto scraper = make_scraper(
            *settings, {.on_change = [&out](std::string_view collector, const error* problem) {
                if (problem != nullptr)
                    out->warn("collector failed", {{"collector", collector}, {"error", problem->message}});
            }});
        const collect::scrape_context context = collect::scrape_context::within(settings->serve.scrape_timeout);
        return print(expo::write_text(scraper->run(context)));
    }
    return serve_until_stopped(std::move(*settings), *given, *out);
}

}  // namespace
}  // namespace pitot::tools::exporter_run

int main(int argc, char** argv)
{
    // A small resident set is a goal: one arena for the few threads, and big buffers go back to the kernel.
    ::mallopt(M_ARENA_MAX, 1);             // few threads, and each arena more would cost resident memory
    ::mallopt(M_MMAP_THRESHOLD, 2 << 20);  // what a scrape frees, the next one needs: giving it back to the kernel
    ::mallopt(M_TRIM_THRESHOLD, 2 << 20);  // and asking again costs page faults at every scrape
    try {
        return to_int(pitot::tools::exporter_run::run({argv + 1, static_cast<std::size_t>(argc > 0 ? argc - 1 : 0)}));
    } catch (const std::exception& e) {
        fmt::print(stderr, "exporter-run: {}\n", e.what());
        return to_int(pitot::tools::exit_code::usage);
    }
}
