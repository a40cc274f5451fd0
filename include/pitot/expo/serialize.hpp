#pragma once
// A collector's answer to one scrape, for programs that have an HTTP server of their own.

#include <pitot/expo/collisions.hpp>
#include <pitot/expo/negotiate.hpp>
#include <pitot/expo/write.hpp>
#include <pitot/model/collector.hpp>
#include <pitot/model/direct.hpp>

#include <cstddef>
#include <string>
#include <string_view>
#include <type_traits>  // std::remove_reference_t
#include <utility>
#include <vector>

namespace pitot::expo {

/// One answer; content_encoding is empty or "gzip".
/// problems  what could not be exposed as collected, to be logged: names that collide when escaped,
///           exemplars that are too long
struct response {
    std::string content_type;
    std::string content_encoding;
    std::string body;
    std::vector<error> problems;
};

/// What of a batch does not reach the reader of a format: names that collide when escaped, exemplars that are too long.
[[nodiscard]] inline std::vector<error> writing_problems(const batch& in, const write_options& options)
{
    std::vector<error> problems = escaping_collisions(in, options.scheme);
    if (options.form == format::openmetrics)
        for (error& e : oversized_exemplars(in)) problems.push_back(std::move(e));
    return problems;
}

/// Collects once and writes in bounded chunks: sink(const char*, std::size_t). A collector that writes its text itself
/// (direct_text_source) does so; only what it leaves goes through a batch.
/// returns  what could not be exposed as collected: names that collide when escaped, exemplars that are too long
template <class Source, class Sink>
    requires collector<std::remove_reference_t<Source>>
std::vector<error> write_exposition(Source&& source, Sink sink, const write_options& options = {})
{
    batch rest;
    constexpr bool direct = direct_text_source<std::remove_reference_t<Source>, Sink>;
    bool collected = false;
    if constexpr (direct) {
        // dots rewrites legacy names too, and _created lines are the batch's
        if (options.form != format::protobuf && options.scheme != escaping::dots && !options.created) {
            source.write_text(options.form == format::text ? direct_format::text : direct_format::openmetrics, rest,
                              sink);
            collected = true;
        }
    }
    if (!collected) static_cast<void>(source.collect(rest));
    rest.finish();
    chunk_writer out([&sink](const char* data, std::size_t size) { sink(data, size); });
    write(rest, out, options);
    out.finish();
    return writing_problems(rest, options);
}

/// The answer to a scrape.
/// accept           the request's Accept header, empty when there is none
/// accept_encoding  its Accept-Encoding header
/// compress         bool(std::string_view body, std::string& gzipped); connect/gzip.hpp has one. Called when gzip is
///                  allowed; when it answers false the body goes out as it is
template <class Source, class Compress>
    requires collector<std::remove_reference_t<Source>>
[[nodiscard]] response serialize(Source&& source, std::string_view accept, std::string_view accept_encoding,
                                 Compress&& compress)
{
    agreement agreed = negotiate(accept);
    response out{std::move(agreed.content_type), {}, {}, {}};
    out.problems = write_exposition(source, [&out](const char* data, std::size_t size) { out.body.append(data, size); },
                                    {agreed.form, agreed.scheme});
    std::string packed;
    if (accepts_gzip(accept_encoding) && std::forward<Compress>(compress)(std::string_view(out.body), packed)) {
        out.body = std::move(packed);
        out.content_encoding = "gzip";
    }
    return out;
}

/// The answer to a scrape, not compressed.
template <class Source>
    requires collector<std::remove_reference_t<Source>>
[[nodiscard]] response serialize(Source&& source, std::string_view accept)
{
    return serialize(source, accept, {}, [](std::string_view, std::string&) { return false; });
}

}  // namespace pitot::expo
