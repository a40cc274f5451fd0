#pragma once
// Requests to Vault: retried as Vault's own client does, redirected once and safely, every refusal explained.

#include <pitot/base/result.hpp>
#include <pitot/base/text.hpp>
#include <pitot/connect/http.hpp>
#include <pitot/vault/answer.hpp>
#include <pitot/vault/options.hpp>
#include <pitot/vault/reference.hpp>

#include <algorithm>  // std::min, std::find
#include <chrono>
#include <cstdint>
#include <cstdlib>  // std::strtoll
#include <functional>
#include <random>  // jitter
#include <string>
#include <string_view>
#include <thread>  // std::this_thread::sleep_for
#include <utility>
#include <vector>

namespace pitot::vault {

/// A point in time that the clock on the wall does not move.
using steady_time = std::chrono::steady_clock::time_point;

/// What one request asks for.
/// path   of the API, without /v1/
/// body   JSON; wiped after use
/// token  sent instead of the client's own; "" with bare sends none
/// bare   neither token nor namespace: health
struct call {
    http::method how = http::method::get;
    std::string path = {};
    std::string body = {};
    std::string token = {};
    bool bare = false;
    bool retry = true;
};

/// One thread at a time. Messages never hold a token, a body or a secret.
class client {
public:
    /// say  hears why something is tried again, or nothing
    explicit client(options how, std::function<void(const std::string&)> say = {})
        : how_(std::move(how)), say_(std::move(say)), transport_(transport_options(how_))
    {
        while (!how_.address.empty() && how_.address.back() == '/') how_.address.pop_back();
    }

    /// Keeps no connection, and nothing that was received, until the next question.
    void release() noexcept { transport_.release(); }

    /// Everything that is asked from now on must be answered before that time.
    void set_deadline(steady_time until) { deadline_ = until; }
    [[nodiscard]] steady_time deadline() const noexcept { return deadline_; }
    [[nodiscard]] bool expired() const { return std::chrono::steady_clock::now() >= deadline_; }

    void set_token(std::string token)
    {
        wipe(how_.token);
        how_.token = std::move(token);
    }
    [[nodiscard]] const std::string& token() const noexcept { return how_.token; }
    [[nodiscard]] const std::string& address() const noexcept { return how_.address; }
    [[nodiscard]] const options& how() const noexcept { return how_; }

    /// Sends, and gives whatever Vault answers with a status below 500; of those above only 501 and what retries left.
    /// error  unreachable, timeout, tls, and those of answer::read
    [[nodiscard]] result<answer> ask(call what)
    {
        auto out = with_retries(what);
        wipe(what.body);
        wipe(what.token);
        return out;
    }

    /// The same, for when anything but success is a failure.
    /// error  also permission (400, 401 or 403), not_found (404), unreachable (5xx: sealed, standby), protocol
    [[nodiscard]] result<answer> ask_for_success(call what)
    {
        const std::string path = what.path;
        auto out = ask(std::move(what));
        if (out && !out->success()) return unexpected(refusal(*out, path));
        return out;
    }

    /// Why Vault said no.
    [[nodiscard]] error refusal(const answer& from, std::string_view path) const
    {
        const std::string words = from.errors();
        const std::string said = words.empty() ? concat("status ", std::to_string(from.status()))
                                               : without_secrets(words);
        const std::string where = concat(shown_address(), "/v1/", path, ": ");
        switch (from.status()) {
        case 400:
        case 401:
        case 403: return {errc::permission, concat(where, said)};
        case 404:
            return {errc::not_found, concat(where, "there is nothing", words.empty() ? "" : concat(" (", said, ")"))};
        case 501: return {errc::unreachable, concat(where, "Vault is not initialised")};
        case 503: return {errc::unreachable, concat(where, words.empty() ? "Vault is sealed" : said)};
        default: break;
        }
        if (from.status() >= 500 || from.status() == 429 || from.status() == 412)
            return {errc::unreachable, concat(where, "status ", std::to_string(from.status()),
                                              words.empty() ? "" : ": ", words.empty() ? "" : said)};
        return {errc::protocol, concat(where, said)};
    }

    /// A wait that ends at the deadline at the latest. False when that has passed.
    [[nodiscard]] bool rest(std::chrono::milliseconds how_long) const
    {
        const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(deadline_ -
                                                                                std::chrono::steady_clock::now());
        if (left.count() <= 0) return false;
        std::this_thread::sleep_for(std::min(how_long, left));
        return true;
    }
    /// A wait that must be over before the deadline. False when there is no time for it.
    [[nodiscard]] bool wait(std::chrono::milliseconds how_long) const
    {
        if (std::chrono::steady_clock::now() + how_long >= deadline_) return false;
        std::this_thread::sleep_for(how_long);
        return true;
    }
    /// n milliseconds and up to half as much again, so that a hundred containers do not return at once.
    [[nodiscard]] std::chrono::milliseconds jittered(std::int64_t n)
    {
        return std::chrono::milliseconds(n + std::uniform_int_distribution<std::int64_t>(0, n / 2)(random_));
    }

    [[nodiscard]] std::string shown_address() const { return http::without_credentials(how_.address); }

private:
    static http::options transport_options(const options& how)
    {
        http::options out = how.http;
        out.follow_redirects = false;  // we look where they lead first
        out.compression = false;
        out.http2 = false;
        out.max_body = answer_limits.size;
        return out;
    }

    static bool may_pass(int status) { return status == 412 || status == 429 || (status >= 500 && status != 501); }

    [[nodiscard]] result<answer> with_retries(const call& what)
    {
        for (int tries = 0;; ++tries) {
            auto raw = follow(what);
            const bool last = tries >= how_.retries || !what.retry;
            std::chrono::milliseconds pause = jittered(how_.retry_wait.count);
            std::string why;
            if (!raw) {
                const errc code = raw.error().code;
                const bool again = code == errc::unreachable || code == errc::unexpected_end || code == errc::timeout;
                if (!again || last) return unexpected(std::move(raw.error()));
                why = raw.error().message;
            } else if (!may_pass(raw->status) || last) {
                return understand(std::move(*raw));
            } else {
                why = concat(shown_address(), " answered with status ", std::to_string(raw->status));
                const std::string_view after = raw->header("retry-after");
                if (!after.empty() && after.find_first_not_of("0123456789") == std::string_view::npos)
                    pause = std::chrono::seconds(
                        std::min(std::strtoll(std::string(after).c_str(), nullptr, 10), 3600LL));
                wipe(raw->body);
            }
            if (say_) say_(concat(why, "; trying again in ", std::to_string(pause.count()), " ms"));
            if (!wait(pause)) return unexpected(errc::timeout, concat(why, "; no time is left to try again"));
        }
    }

    /// One request, and what a redirect leads to.
    [[nodiscard]] result<http::response> follow(const call& what)
    {
        const std::string url = concat(how_.address, how_.address.substr(0, 5) == "unix:" ? ":" : "", "/v1/",
                                       what.path);
        auto raw = once(what, url);
        if (!raw || raw->status < 300 || raw->status >= 400) return raw;
        const std::string location(raw->header("location"));
        const auto here = http::detail::take_apart(url);
        const auto there = http::detail::take_apart(location);
        if (!here) return unexpected(here.error());
        if (!there) return unexpected(errc::protocol, concat(shown_address(), " redirects to what is no URL"));
        if (here->scheme == "https" && there->scheme == "http")
            return unexpected(errc::tls, concat(shown_address(), " redirects from https to http: ", there->shown));
        const auto allowed = [&](std::string_view host) { return host == "*" || host == there->host; };
        if (there->host != here->host && std::none_of(how_.redirect_hosts.begin(), how_.redirect_hosts.end(), allowed))
            return unexpected(errc::protocol,
                              concat(shown_address(), " redirects to another host, ", there->host,
                                     ", which would be given the token; allow it with --redirect-host ", there->host));
        raw = once(what, location);
        if (raw && raw->status >= 300 && raw->status < 400)
            return unexpected(errc::protocol, concat(shown_address(), " redirects more than once"));
        return raw;
    }

    [[nodiscard]] result<http::response> once(const call& what, const std::string& url)
    {
        const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(deadline_ -
                                                                                std::chrono::steady_clock::now());
        if (left.count() <= 0) return unexpected(errc::timeout, concat(shown_address(), ": the deadline has passed"));
        transport_.set_timeout(duration_ms{std::min<std::int64_t>(left.count(), how_.http.timeout.count)});
        http::request request;
        request.url = url;
        request.how = what.how;
        request.body = what.body;
        request.content_type = "application/json";
        request.accept = "application/json";
        request.headers.push_back({"X-Vault-Request", {"true", ""}});
        if (!what.bare) {
            const std::string& token = what.token.empty() ? how_.token : what.token;
            if (!token.empty()) request.headers.push_back({"X-Vault-Token", {token, ""}});
            if (!how_.space.empty()) request.headers.push_back({"X-Vault-Namespace", {how_.space, ""}});
        }
        auto out = transport_.send(request);
        wipe(request.body);
        for (http::header& h : request.headers) wipe(h.value.value);
        // Only TLS reads files in order to send: one that cannot be read is no missing secret and no refused login.
        if (!out && (out.error().code == errc::not_found || out.error().code == errc::permission ||
                     out.error().code == errc::io))
            out.error().code = errc::tls;
        return out;
    }

    [[nodiscard]] result<answer> understand(http::response raw) const
    {
        const bool is_json = raw.content_type.substr(0, 16) == "application/json";
        if (!is_json && !raw.body.empty()) {
            const int status = raw.status;
            wipe(raw.body);
            if (status >= 200 && status < 300)
                return unexpected(errc::protocol,
                                  concat(shown_address(), " answers with '", raw.content_type,
                                         "' instead of application/json: is it Vault, or a proxy before it?"));
        }
        return answer::read(raw.status, std::move(raw.body));
    }

    /// Vault's words should hold none, but a server in its place could send ours back.
    [[nodiscard]] std::string without_secrets(std::string text) const
    {
        if (how_.token.size() < 4) return text;
        for (std::size_t at = text.find(how_.token); at != std::string::npos; at = text.find(how_.token))
            text.replace(at, how_.token.size(), "(token)");
        return text;
    }

    options how_;
    std::function<void(const std::string&)> say_;
    http::client transport_;
    steady_time deadline_ = steady_time::max();
    std::minstd_rand random_{std::random_device{}()};
};

}  // namespace pitot::vault
