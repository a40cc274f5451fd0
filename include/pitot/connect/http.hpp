#pragma once
// HTTP out: one request, one deadline for all of it, a limit on what comes back, and errors that name what failed.

#include <pitot/base/result.hpp>
#include <pitot/base/text.hpp>
#include <pitot/base/version.hpp>
#include <pitot/connect/http_options.hpp>
#include <pitot/connect/http_target.hpp>
#include <pitot/connect/oauth2.hpp>

#include <curl/curl.h>  // the transport; link with libcurl

#include <algorithm>  // std::min
#include <chrono>     // the deadline
#include <cstring>
#include <memory>
#include <new>  // std::bad_alloc
#include <string>
#include <string_view>
#include <utility>

namespace pitot::http {

namespace detail {

struct easy_delete {
    void operator()(CURL* handle) const noexcept { curl_easy_cleanup(handle); }
};

inline bool start_curl()
{
    static const bool good = curl_global_init(CURL_GLOBAL_DEFAULT) == CURLE_OK;
    return good;
}

class header_list {
public:
    header_list() = default;
    header_list(header_list&& o) noexcept : list_(std::exchange(o.list_, nullptr)) {}
    header_list& operator=(header_list&& o) noexcept
    {
        std::swap(list_, o.list_);
        return *this;
    }
    ~header_list() { clear(); }
    void clear() noexcept { curl_slist_free_all(std::exchange(list_, nullptr)); }

    /// error  invalid_value for what would break out of its line; the value is not shown
    [[nodiscard]] result<void> add(std::string_view name, std::string_view value)
    {
        if (name.empty() || name.find_first_of("\r\n\t :", 0) != std::string_view::npos)
            return unexpected(errc::invalid_value, concat("'", name, "' is no header name"));
        if (value.find_first_of(std::string_view("\r\n\0", 3)) != std::string_view::npos)
            return unexpected(errc::invalid_value,
                              concat("the value of header ", name, " must not contain line breaks"));
        // libcurl sends a header without a value only in the form "Name;"
        append(value.empty() ? concat(name, ";") : concat(name, ": ", value));
        return {};
    }
    void append(const std::string& line)
    {
        if (curl_slist* const longer = curl_slist_append(list_, line.c_str())) list_ = longer;
    }
    [[nodiscard]] curl_slist* get() const noexcept { return list_; }

private:
    curl_slist* list_ = nullptr;
};

/// What the callbacks of one transfer share.
struct transfer {
    static constexpr std::size_t head_limit = std::size_t{1} << 20U;

    std::string body;
    std::string head;
    std::size_t limit = 0;
    bool head_too_large = false;
    bool too_large = false;

    static std::size_t write(char* data, std::size_t size, std::size_t n, void* self) noexcept
    {
        auto& to = *static_cast<transfer*>(self);
        const std::size_t bytes = size * n;
        if (bytes > to.limit - to.body.size()) {
            to.too_large = true;
            return 0;
        }
        try {
            to.body.append(data, bytes);
        } catch (...) {
            to.too_large = true;
            return 0;
        }
        return bytes;
    }
    static std::size_t take_head(char* data, std::size_t size, std::size_t n, void* self) noexcept
    {
        auto& to = *static_cast<transfer*>(self);
        const std::size_t bytes = size * n;
        to.head_too_large = bytes > head_limit - to.head.size();
        if (to.head_too_large) return 0;
        try {
            if (std::string_view(data, bytes).substr(0, 5) == "HTTP/") to.head.clear();  // after 100 Continue, a proxy
            to.head.append(data, bytes);
        } catch (...) {
            to.head_too_large = true;
            return 0;
        }
        return bytes;
    }
};

}  // namespace detail

/// Makes requests; keeps connections open between them. One thread at a time; move-only.
class client {
public:
    explicit client(options how = {}) : options_(std::move(how)) {}

    /// Closes the kept connections and gives their buffers back, with what was received last in them. The next
    /// request connects anew.
    void release() noexcept { easy_.reset(); }

    /// One request with its redirects.
    /// returns  whatever status the server gave; ask success()
    /// error    unreachable (no such host, refused, no route), timeout, too_large, tls, unexpected_end (an answer that
    ///          breaks off), protocol (a broken answer, too many redirects, a redirect to another scheme or from https
    ///          to http); of one's own configuration: invalid_value, and what read() of a file gives;
    ///          with OAuth what asking for the token gives
    [[nodiscard]] result<response> send(const request& what)
    {
        if (!detail::start_curl()) return unexpected(errc::unsupported, "libcurl does not start");
        if (!easy_) easy_.reset(curl_easy_init());
        if (!easy_) throw std::bad_alloc();
        deadline_ = std::chrono::steady_clock::now() + std::chrono::milliseconds(options_.timeout.count);
        if (auto done = renew_token(); !done) return unexpected(std::move(done.error()));
        auto first = detail::take_apart(what.url);
        if (!first) return unexpected(std::move(first.error()));
        detail::target at = *first;
        method how = what.how;
        for (int hops = 0;; ++hops) {
            auto answer = once(what, how, at, at.same_origin(*first));
            if (!answer) return answer;
            char* location = nullptr;
            curl_easy_getinfo(easy_.get(), CURLINFO_REDIRECT_URL, &location);
            const bool moved = answer->status >= 300 && answer->status < 400 && location != nullptr;
            if (!moved || !options_.follow_redirects) return answer;
            if (hops == options_.max_redirects)
                return unexpected(errc::protocol, concat(first->shown, ": more than ",
                                                         std::to_string(options_.max_redirects), " redirects"));
            auto next = detail::take_apart(location);
            if (!next)
                return unexpected(errc::protocol,
                                  concat(at.shown, " redirects to what cannot be followed: ", next.error().message));
            if (at.scheme == "https" && next->scheme == "http")
                return unexpected(errc::protocol, concat(at.shown, " redirects from https to http: ", next->shown));
            next->has_user = false;  // a server does not choose our credentials
            if (!at.socket.empty() && next->host == "localhost") next->socket = at.socket;
            if (answer->status != 307 && answer->status != 308 && how != method::get) how = method::get;
            at = std::move(*next);
        }
    }

    /// GET, and the status must be 2xx.
    /// error  as send(); protocol for another status
    [[nodiscard]] result<response> get(std::string_view url, std::string_view accept = {})
    {
        request what;
        what.url = url;
        what.accept = accept;
        auto answer = send(what);
        if (answer && !answer->success()) return unexpected(status_error(*answer));
        return answer;
    }

    /// The error that a status other than 2xx is, with the first line of the answer's text.
    [[nodiscard]] static error status_error(const response& answer)
    {
        std::string_view said = answer.body;
        said = said.substr(0, std::min(said.find_first_of("\r\n"), std::size_t{200}));
        const bool plain = !said.empty() && said.front() != '<' &&
                           said.find_first_of(std::string_view("\0\x1b", 2)) == std::string_view::npos;
        return {errc::protocol, concat(answer.url, " answered with status ", std::to_string(answer.status),
                                       plain ? ": " : "", plain ? said : std::string_view())};
    }

    [[nodiscard]] const options& how() const noexcept { return options_; }
    void set_timeout(duration_ms timeout) noexcept { options_.timeout = timeout; }

private:
    template <class T>
    void set(CURLoption option, T value)
    {
        curl_easy_setopt(easy_.get(), option, value);
    }
    void set_blob(CURLoption option, std::string& text)
    {
        text += '\n';
        curl_blob blob{text.data(), text.size(), CURL_BLOB_COPY};
        curl_easy_setopt(easy_.get(), option, &blob);
    }

    result<response> once(const request& what, method how, const detail::target& at, bool own_origin)
    {
        curl_easy_reset(easy_.get());
        const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(deadline_ -
                                                                                std::chrono::steady_clock::now());
        if (left.count() <= 0) return unexpected(timeout_error(at));

        detail::transfer body;
        body.limit = options_.max_body;
        char details[CURL_ERROR_SIZE] = {};
        detail::header_list headers;
        detail::header_list proxy_headers;
        std::string url = at.url;
        set(CURLOPT_ERRORBUFFER, details);
        set(CURLOPT_NOSIGNAL, 1L);
        set(CURLOPT_PROTOCOLS_STR, "http,https");
        set(CURLOPT_TIMEOUT_MS, static_cast<long>(left.count()));
        set(CURLOPT_WRITEFUNCTION, &detail::transfer::write);
        set(CURLOPT_WRITEDATA, static_cast<void*>(&body));
        set(CURLOPT_HEADERFUNCTION, &detail::transfer::take_head);
        set(CURLOPT_HEADERDATA, static_cast<void*>(&body));
        set(CURLOPT_MAXFILESIZE_LARGE, static_cast<curl_off_t>(options_.max_body));
        if (options_.compression) set(CURLOPT_ACCEPT_ENCODING, "gzip");
        if (!options_.unpack) set(CURLOPT_HTTP_CONTENT_DECODING, 0L);
        set(CURLOPT_USERAGENT, concat("pitot/", version).c_str());
        if (!options_.http2) set(CURLOPT_HTTP_VERSION, static_cast<long>(CURL_HTTP_VERSION_1_1));
        if (!at.socket.empty()) set(CURLOPT_UNIX_SOCKET_PATH, at.socket.c_str());

        if (auto done = add_headers(headers, what, how, own_origin); !done) return unexpected(std::move(done.error()));
        if (own_origin)
            if (auto done = set_credentials(headers, at); !done) return unexpected(std::move(done.error()));
        if (at.scheme == "https")
            if (auto done = set_tls(headers, url, at, own_origin); !done) return unexpected(std::move(done.error()));
        if (auto done = set_proxy(proxy_headers, at); !done) return unexpected(std::move(done.error()));
        set(CURLOPT_URL, url.c_str());
        set(CURLOPT_HTTPHEADER, headers.get());
        if (how != method::get) {
            const bool send_body = what.how == how;
            set(CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(send_body ? what.body.size() : 0));
            set(CURLOPT_POSTFIELDS, send_body ? what.body.data() : "");
            if (how == method::put) set(CURLOPT_CUSTOMREQUEST, "PUT");
            if (how == method::delete_) set(CURLOPT_CUSTOMREQUEST, "DELETE");
        }

        const CURLcode code = curl_easy_perform(easy_.get());
        set(CURLOPT_ERRORBUFFER, static_cast<char*>(nullptr));
        set(CURLOPT_HTTPHEADER, static_cast<curl_slist*>(nullptr));
        set(CURLOPT_PROXYHEADER, static_cast<curl_slist*>(nullptr));
        if (code != CURLE_OK) return unexpected(explain(code, details, at, body));
        response answer;
        long status = 0;
        curl_easy_getinfo(easy_.get(), CURLINFO_RESPONSE_CODE, &status);
        answer.status = static_cast<int>(status);
        char* type = nullptr;
        curl_easy_getinfo(easy_.get(), CURLINFO_CONTENT_TYPE, &type);
        if (type != nullptr) answer.content_type = type;
        answer.body = std::move(body.body);
        answer.head = std::move(body.head);
        answer.url = at.shown;
        return answer;
    }

    [[nodiscard]] result<void> add_headers(detail::header_list& to, const request& what, method how,
                                           bool own_origin) const
    {
        to.append("Expect:");  // no waiting for "100 Continue"
        if (!what.accept.empty())
            if (auto done = to.add("Accept", what.accept); !done) return done;
        if (how != method::get && !what.content_type.empty())
            if (auto done = to.add("Content-Type", what.content_type); !done) return done;
        if (!own_origin) return {};
        for (const auto* list : {&options_.headers, &what.headers}) {
            for (const header& h : *list) {
                auto value = read(h.value, concat("header ", h.name));
                if (!value) return unexpected(std::move(value.error()));
                if (auto done = to.add(h.name, *value); !done) return done;
            }
        }
        return {};
    }

    /// Fetches an OAuth token when there is none or it is about to expire. Basic first, then parameters, as Go does.
    [[nodiscard]] result<void> renew_token()
    {
        const oauth2_options& how = options_.oauth2;
        if (how.token_url.empty() || std::chrono::steady_clock::now() < token_until_) return {};
        options through;
        through.tls = how.tls;
        through.proxy = how.proxy;
        through.no_proxy = how.no_proxy;
        through.proxy_from_environment = how.proxy_from_environment;
        through.timeout = options_.timeout;
        through.max_body = std::size_t{1} << 20U;
        client tokens(std::move(through));
        for (const bool in_body : {false, true}) {
            const auto asked = token_request(how, in_body);
            if (!asked) return unexpected(asked.error());
            const auto answer = tokens.send(*asked);
            if (!answer) return unexpected(answer.error());
            if (!in_body && (answer->status == 400 || answer->status == 401)) continue;
            auto token = read_token(*answer);
            if (!token) return unexpected(std::move(token.error()));
            token_ = std::move(token->value);
            constexpr std::chrono::seconds early{10};
            constexpr std::chrono::seconds longest{24 * 3600};
            const std::chrono::seconds life = std::min(token->lifetime, longest);
            token_until_ = std::chrono::steady_clock::now() + (life > 2 * early ? life - early : life / 2);
            break;
        }
        return {};
    }

    [[nodiscard]] result<void> set_credentials(detail::header_list& headers, const detail::target& at)
    {
        auto user = options_.username_file.empty() ? result<std::string>(options_.username)
                                                   : read(options_.username_file, "username_file");
        if (!user) return unexpected(std::move(user.error()));
        auto password = read(options_.password, "password_file");
        if (!password) return unexpected(std::move(password.error()));
        if (at.has_user) {  // as curl and browsers: what stands in the URL wins
            *user = at.user;
            *password = at.password;
        }
        if (at.has_user || !user->empty() || !password->empty()) {
            set(CURLOPT_HTTPAUTH, static_cast<long>(CURLAUTH_BASIC));
            set(CURLOPT_USERNAME, user->c_str());
            set(CURLOPT_PASSWORD, password->c_str());
            return {};
        }
        if (!token_.empty()) return headers.add("Authorization", concat("Bearer ", token_));
        if (options_.credentials.empty()) return {};
        auto secret = read(options_.credentials, "credentials_file");
        if (!secret) return unexpected(std::move(secret.error()));
        const std::string_view type = options_.authorization_type.empty() ? std::string_view("Bearer")
                                                                          : options_.authorization_type;
        return headers.add("Authorization", concat(type, " ", *secret));
    }

    [[nodiscard]] result<void> set_tls(detail::header_list& headers, std::string& url, const detail::target& at,
                                       bool own_origin)
    {
        const tls_options& tls = options_.tls;
        const auto curl_version = [](tls_version v) -> long {
            switch (v) {
            case tls_version::tls_1_0: return CURL_SSLVERSION_TLSv1_0;
            case tls_version::tls_1_1: return CURL_SSLVERSION_TLSv1_1;
            case tls_version::tls_1_2: return CURL_SSLVERSION_TLSv1_2;
            case tls_version::tls_1_3: return CURL_SSLVERSION_TLSv1_3;
            case tls_version::any: break;
            }
            return CURL_SSLVERSION_TLSv1_2;
        };
        const auto curl_max = [&](tls_version v) -> long {
            return v == tls_version::any ? static_cast<long>(CURL_SSLVERSION_MAX_DEFAULT) : curl_version(v) << 16U;
        };
        set(CURLOPT_SSLVERSION, curl_version(tls.min_version) | curl_max(tls.max_version));
        if (tls.insecure_skip_verify) {
            set(CURLOPT_SSL_VERIFYPEER, 0L);
            set(CURLOPT_SSL_VERIFYHOST, 0L);
        }
        if (auto done = set_pem(CURLOPT_CAINFO_BLOB, tls.ca, "tls_config: ca_file"); !done) return done;
        if (!tls.ca_folder.empty()) set(CURLOPT_CAPATH, tls.ca_folder.c_str());
        if (!own_origin) return {};
        if (auto done = set_pem(CURLOPT_SSLCERT_BLOB, tls.certificate, "tls_config: cert_file"); !done) return done;
        if (auto done = set_pem(CURLOPT_SSLKEY_BLOB, tls.key, "tls_config: key_file"); !done) return done;
        if (tls.server_name.empty() || tls.server_name == at.host) return {};
        // The handshake and the check go by the URL's host: put the name there, and connect to where the URL pointed.
        const std::unique_ptr<CURLU, detail::url_delete> parts(curl_url());
        if (!parts) throw std::bad_alloc();
        curl_url_set(parts.get(), CURLUPART_URL, url.c_str(), 0);
        if (curl_url_set(parts.get(), CURLUPART_HOST, tls.server_name.c_str(), 0) != CURLUE_OK)
            return unexpected(errc::invalid_value,
                              concat("tls_config: server_name '", tls.server_name, "' is no host name"));
        char* text = nullptr;
        if (curl_url_get(parts.get(), CURLUPART_URL, &text, 0) == CURLUE_OK) {
            url = text;
            curl_free(text);
        }
        connect_to_.clear();
        connect_to_.append(concat(tls.server_name, ":", at.port, ":", at.host, ":", at.port));
        set(CURLOPT_CONNECT_TO, connect_to_.get());
        return headers.add("Host", at.port == "443" ? at.host : concat(at.host, ":", at.port));
    }

    [[nodiscard]] result<void> set_pem(CURLoption option, const text_source& from, std::string_view what)
    {
        if (from.empty()) return {};
        auto text = read(from, what);
        if (!text) return unexpected(std::move(text.error()));
        set_blob(option, *text);
        return {};
    }

    [[nodiscard]] result<void> set_proxy(detail::header_list& headers, const detail::target& at)
    {
        if (!options_.proxy.empty()) {
            set(CURLOPT_PROXY, options_.proxy.c_str());
            if (!options_.no_proxy.empty()) set(CURLOPT_NOPROXY, options_.no_proxy.c_str());
        } else if (!options_.proxy_from_environment || at.is_loopback()) {
            set(CURLOPT_PROXY, "");
        }
        for (const header& h : options_.proxy_headers) {
            auto value = read(h.value, concat("proxy header ", h.name));
            if (!value) return unexpected(std::move(value.error()));
            if (auto done = headers.add(h.name, *value); !done) return done;
        }
        set(CURLOPT_HEADEROPT, static_cast<long>(CURLHEADER_SEPARATE));
        if (headers.get() != nullptr) set(CURLOPT_PROXYHEADER, headers.get());
        return {};
    }

    [[nodiscard]] error timeout_error(const detail::target& at) const
    {
        return {errc::timeout, concat(at.shown, ": no complete answer within ", to_text(options_.timeout))};
    }

    [[nodiscard]] error explain(CURLcode code, const char* details, const detail::target& at,
                                const detail::transfer& body) const
    {
        const std::string_view said = details[0] != '\0' ? std::string_view(details)
                                                         : std::string_view(curl_easy_strerror(code));
        const auto make = [&](errc kind, std::string_view what) { return error(kind, concat(at.shown, ": ", what)); };
        const auto time_of = [this](CURLINFO info) {
            curl_off_t microseconds = 0;
            curl_easy_getinfo(easy_.get(), info, &microseconds);
            return microseconds;
        };
        if (body.too_large || code == CURLE_FILESIZE_EXCEEDED)
            return make(errc::too_large,
                        concat("the answer is larger than ", std::to_string(options_.max_body), " bytes"));
        switch (code) {
        case CURLE_COULDNT_RESOLVE_HOST:
            return make(errc::unreachable, concat("cannot find host '", at.host, "' (DNS)"));
        case CURLE_COULDNT_RESOLVE_PROXY: return make(errc::unreachable, "cannot find the proxy's host (DNS)");
        case CURLE_COULDNT_CONNECT: {
            long number = 0;
            curl_easy_getinfo(easy_.get(), CURLINFO_OS_ERRNO, &number);
            const std::string to = at.socket.empty() ? concat(at.host, ":", at.port) : concat("socket ", at.socket);
            return make(errc::unreachable,
                        concat("cannot connect to ", to, ": ",
                               number != 0 ? std::string_view(std::strerror(static_cast<int>(number))) : said));
        }
        case CURLE_OPERATION_TIMEDOUT: {
            error e = timeout_error(at);
            std::string_view stage = "receiving the body";
            if (time_of(CURLINFO_NAMELOOKUP_TIME_T) == 0)
                stage = "looking up the name";
            else if (time_of(CURLINFO_CONNECT_TIME_T) == 0)
                stage = "connecting";
            else if (at.scheme == "https" && time_of(CURLINFO_APPCONNECT_TIME_T) == 0)
                stage = "in the TLS handshake";
            else if (time_of(CURLINFO_STARTTRANSFER_TIME_T) == 0)
                stage = "waiting for the answer";
            e.message = concat(e.message, " (", stage,
                               body.body.empty() ? "" : concat(", ", std::to_string(body.body.size()), " bytes so far"),
                               ")");
            return e;
        }
        case CURLE_SSL_CERTPROBLEM:
            return make(errc::invalid_value, concat("tls_config: the client certificate or key does not load: ", said));
        case CURLE_SSL_CACERT_BADFILE:
            return make(errc::invalid_value, concat("tls_config: the authorities do not load: ", said));
        case CURLE_PEER_FAILED_VERIFICATION:
        case CURLE_SSL_CONNECT_ERROR:
        case CURLE_SSL_ISSUER_ERROR:
        case CURLE_SSL_CIPHER: return make(errc::tls, concat("TLS failed: ", said));
        case CURLE_GOT_NOTHING: return make(errc::unexpected_end, "the connection was closed without an answer");
        case CURLE_PARTIAL_FILE: return make(errc::unexpected_end, concat("the answer is incomplete: ", said));
        case CURLE_BAD_CONTENT_ENCODING: return make(errc::protocol, "the answer's compression is damaged");
        case CURLE_WRITE_ERROR:
            return make(errc::protocol,
                        body.head_too_large ? std::string_view("the answer's headers are larger than 1 MiB") : said);
        default: return make(errc::protocol, said);
        }
    }

    options options_;
    std::unique_ptr<CURL, detail::easy_delete> easy_;
    detail::header_list connect_to_;
    std::chrono::steady_clock::time_point deadline_;
    std::string token_;  ///< of OAuth
    std::chrono::steady_clock::time_point token_until_{};
};

}  // namespace pitot::http
