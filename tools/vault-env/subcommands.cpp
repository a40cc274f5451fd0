#include <vault-env/subcommands.hpp>

#include <vault-env/file_target.hpp>

#include <pitot/base/text.hpp>
#include <pitot/connect/http.hpp>
#include <pitot/vault/options.hpp>

#include <fmt/format.h>

#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <memory>
#include <string>

namespace pitot::tools::vault_env {

namespace {
constexpr flag healthcheck_flags[] = {
    {"timeout", 't', "TIME", "give up after that", false, "5s"},
    {"ca-file", 0, "FILE", "the authorities that are trusted, as PEM"},
    {"tls-skip-verify", 0, "", "trust whoever answers"},
    {"quiet", 'q', "", "say nothing"},
};
}  // namespace

const command healthcheck_command{"vault-env healthcheck", "URL", "Asks a URL whether it is well.", healthcheck_flags,
                                  "http://, https:// and unix:PATH[:/URL-PATH]. A status of 2xx or 3xx is well.\n\n"
                                  "Exit codes: 0 well; 1 not, or no answer; 125 wrong arguments."};

int run_healthcheck(std::span<char* const> argv)
{
    const auto given = parse(healthcheck_command, argv);
    const auto refuse = [](std::string_view why) {
        fmt::print(stderr, "vault-env healthcheck: {}\n", why);
        return to_int(status::failed);
    };
    if (!given) return refuse(given.error().message);
    if (const auto done = answer(whole_program(), healthcheck_command, *given)) return to_int(*done) == 0 ? 0 : 125;
    if (given->positional.size() != 1) return refuse("one URL is expected");
    const auto timeout = parse_duration(given->get("timeout"));
    if (!timeout || timeout->count == 0) return refuse(concat("--timeout '", given->get("timeout"), "' is no time"));
    http::options how;
    how.timeout = *timeout;
    how.compression = false;
    how.follow_redirects = false;
    how.max_body = std::size_t{1} << 20U;
    how.tls.insecure_skip_verify = given->has("tls-skip-verify");
    how.tls.ca.file = given->get("ca-file");
    if (given->positional[0].substr(0, 8) == "https://")
        (void)vault::find_authorities(how.tls, [](const char* name) { return std::getenv(name); });
    http::request request;
    request.url = given->positional[0];
    if (!http::is_url(request.url)) return refuse(concat("'", request.url, "' is no URL"));
    http::client client(how);
    const auto got = client.send(request);
    const bool well = got && got->status >= 200 && got->status < 400;
    if (!well && !given->has("quiet"))
        fmt::print(stderr, "vault-env healthcheck: {}\n",
                   got ? fmt::format("{} answered with status {}", got->url, got->status) : got.error().message);
    return well ? 0 : to_int(status::unhealthy);
}

const command install_command{"vault-env install",
                              "PATH",
                              "Copies vault-env itself to a path.",
                              {},
                              "For an init container that hands it to images of others.\n\n"
                              "Exit codes: 0 done; 125 not."};

int run_install(std::span<char* const> argv)
{
    const auto given = parse(install_command, argv);
    const auto refuse = [](std::string_view why) {
        fmt::print(stderr, "vault-env install: {}\n", why);
        return to_int(status::failed);
    };
    if (!given) return refuse(given.error().message);
    if (const auto done = answer(whole_program(), install_command, *given)) return to_int(*done) == 0 ? 0 : 125;
    if (given->positional.size() != 1) return refuse("one path is expected");
    const auto close = [](std::FILE* f) { std::fclose(f); };
    const std::unique_ptr<std::FILE, decltype(close)> own(std::fopen("/proc/self/exe", "rbe"), close);
    if (!own) return refuse(concat("cannot read /proc/self/exe: ", std::strerror(errno)));
    std::string all;
    std::string room(std::size_t{1} << 16U, '\0');
    for (std::size_t n = 0; (n = std::fread(room.data(), 1, room.size(), own.get())) > 0;) all.append(room, 0, n);
    if (std::ferror(own.get()) != 0) return refuse("cannot read /proc/self/exe");
    constexpr mode_t program_mode = 0755;
    const auto done = write_file(given->positional[0], all, program_mode, {});
    return done ? 0 : refuse(done.error().message);
}

}  // namespace pitot::tools::vault_env
