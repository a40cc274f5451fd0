#pragma once
// SOURCE → batch: a file, "-" for standard input, or a URL.

#include <pitot/catalog/exposition.hpp>
#include <pitot/connect/gzip.hpp>
#include <pitot/connect/http.hpp>

#include <algorithm>  // std::min
#include <cerrno>
#include <cstdint>
#include <cstdio>
#include <cstring>     // std::strerror
#include <filesystem>  // a file's size
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>

namespace pitot::catalog {

/// format     nothing: by Content-Type or by the text
/// prefer     what to ask a server for first, when format leaves it open
/// strict     stop at the first error of the exposition
/// max_bytes  of the text, after decompression
/// http       for URLs; its max_body is ignored in favour of max_bytes
struct source_options {
    std::optional<expo::format> format;
    std::optional<expo::format> prefer;
    bool strict = false;
    std::size_t max_bytes = std::size_t{100} << 20U;
    http::options http;
};

/// Did the error say that something remote is not there or answers badly (a tool's exit code 3), rather than that a
/// file or one's own configuration is at fault (2)?
[[nodiscard]] inline bool is_unreachable(std::string_view source, const error& why) noexcept
{
    switch (why.code) {
    case errc::unreachable:
    case errc::timeout:
    case errc::tls:
    case errc::protocol: return true;
    case errc::unexpected_end:
    case errc::too_large: return http::is_url(source);
    default: return false;
    }
}

/// What to ask a server for. The plain text comes first: it is what the server's author wrote, while OpenMetrics calls
/// a counter without _total unknown.
[[nodiscard]] constexpr std::string_view accept_for(std::optional<expo::format> format) noexcept
{
    if (format == expo::format::openmetrics)
        return "application/openmetrics-text;version=1.0.0;escaping=allow-utf-8,text/plain;version=0.0.4;q=0.5,*/"
               "*;q=0.1";
    if (format == expo::format::protobuf)
        return "application/"
               "vnd.google.protobuf;proto=io.prometheus.client.MetricFamily;encoding=delimited;escaping=allow-utf-8,"
               "text/plain;version=0.0.4;q=0.5,*/*;q=0.1";
    return "text/plain;version=0.0.4;escaping=allow-utf-8,application/"
           "openmetrics-text;version=1.0.0;escaping=allow-utf-8;q=0.8,"
           "application/vnd.google.protobuf;proto=io.prometheus.client.MetricFamily;encoding=delimited;q=0.5,*/*;q=0.1";
}

/// A whole file, or standard input for "-".
/// error  not_found, permission, io (a directory too), too_large beyond max_bytes
[[nodiscard]] inline result<std::string> read_file(std::string_view path, std::size_t max_bytes)
{
    const std::string name(path);
    const auto fail = [&](int code) {
        const errc kind = code == ENOENT ? errc::not_found : code == EACCES ? errc::permission : errc::io;
        return unexpected(kind, concat("cannot read '", name, "': ", std::strerror(code)));
    };
    const auto close = [](std::FILE* f) {
        if (f != stdin) std::fclose(f);
    };
    const std::unique_ptr<std::FILE, decltype(close)> file(name == "-" ? stdin : std::fopen(name.c_str(), "rb"), close);
    if (!file) return fail(errno);
    std::string text;
    if (file.get() != stdin) {
        std::setvbuf(file.get(), nullptr, _IONBF, 0);  // what is read goes to `room` at once
        std::error_code no_file;
        if (const auto size = std::filesystem::file_size(name, no_file); !no_file)
            text.reserve(static_cast<std::size_t>(std::min<std::uintmax_t>(size, max_bytes)));
    }
    char room[std::size_t{64} << 10U];
    for (;;) {
        errno = 0;
        const std::size_t n = std::fread(room, 1, sizeof room, file.get());
        if (n == 0) break;
        if (n > max_bytes - text.size())
            return unexpected(errc::too_large,
                              concat("'", name, "' is larger than ", std::to_string(max_bytes), " bytes"));
        text.append(room, n);
    }
    if (std::ferror(file.get()) != 0) return fail(errno != 0 ? errno : EIO);
    return text;
}

/// What is packed with gzip is unpacked, whatever its name or Content-Type; all else stays as it is.
/// error  invalid_value for what is no whole gzip text or is larger than max_bytes unpacked
[[nodiscard]] inline result<std::string> unpack(std::string text, std::string_view name, std::size_t max_bytes)
{
    if (!text.starts_with("\x1F\x8B")) return text;
    std::string plain;
    if (!gunzip(text, plain, max_bytes))
        return unexpected(errc::invalid_value, concat("'", name, "' is no complete gzip text, or larger than ",
                                                      std::to_string(max_bytes), " bytes unpacked"));
    return plain;
}

/// Reads a SOURCE. A malformed exposition is a value with errors(); an error means that there was nothing to read.
/// source  a path, "-", or a URL (http, https, unix:PATH[:/URL-PATH])
/// error   of files as read_file(), of URLs as http::client::get(); is_unreachable() tells them apart
[[nodiscard]] inline result<exposition> load_source(std::string_view source, const source_options& how = {})
{
    if (!http::is_url(source)) {
        auto text = read_file(source, how.max_bytes);
        if (!text) return unexpected(std::move(text.error()));
        std::string name = source == "-" ? "<stdin>" : std::string(source);
        text = unpack(std::move(*text), name, how.max_bytes);
        if (!text) return unexpected(std::move(text.error()));
        return read_exposition(std::move(name), std::move(*text), how.format, {}, how.strict);
    }
    http::options settings = how.http;
    settings.max_body = how.max_bytes;
    settings.unpack = false;  // unpack() sees what is cut off
    http::client client(std::move(settings));
    auto answer = client.get(source, accept_for(how.format ? how.format : how.prefer));
    if (!answer) return unexpected(std::move(answer.error()));
    std::string name = http::without_credentials(source);
    const bool is_gzip = answer->body.starts_with("\x1F\x8B");
    if (!is_gzip && equal_fold(answer->header("Content-Encoding"), "gzip"))
        return unexpected(errc::protocol, concat(name, ": the answer is called gzip, and is none"));
    auto text = unpack(std::move(answer->body), name, how.max_bytes);
    if (!text) return unexpected(errc::protocol, std::move(text.error().message));
    return read_exposition(std::move(name), std::move(*text), how.format, answer->content_type, how.strict);
}

}  // namespace pitot::catalog
