#include <vault-env/healthcheck.hpp>

#include <pitot/base/text.hpp>
#include <pitot/connect/http.hpp>
#include <pitot/vault/options.hpp>

#include <fmt/format.h>

#include <cstdio>
#include <cstdlib>

namespace pitot::tools::vault_env {

namespace {
constexpr flag flags[] = {
    {"timeout", 't', "TIME", "give up after that", false, "5s"},
    {"ca-file", 0, "FILE", "the authorities that are trusted, as PEM"},
    {"tls-skip-verify", 0, "", "trust whoever answers"},
    {"quiet", 'q', "", "say nothing"},
};
}  // namespace

const command healthcheck_command{"vault-env healthcheck", "URL", "Asks a URL whether it is well.", flags,
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

}  // namespace pitot::tools::vault_env
