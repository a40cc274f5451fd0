#pragma once
// What a server answers scrapes from: a registry, any collector, or a scraper with its collectors.

#include <pitot/base/result.hpp>
#include <pitot/base/text.hpp>
#include <pitot/collect/collector.hpp>
#include <pitot/collect/scrape.hpp>
#include <pitot/connect/serve_body.hpp>
#include <pitot/expo/chunk.hpp>
#include <pitot/expo/serialize.hpp>  // writing_problems
#include <pitot/expo/write.hpp>
#include <pitot/model/batch.hpp>
#include <pitot/model/collector.hpp>
#include <pitot/model/direct.hpp>

#include <cstddef>
#include <functional>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

namespace pitot {

/// Where an answer's bytes go while they are made.
using serve_sink = std::function<void(const char*, std::size_t)>;

/// write() is called by the server's scraping thread, one at a time; names() by any thread at any time.
class serve_source {
public:
    serve_source() = default;
    serve_source(const serve_source&) = delete;
    serve_source& operator=(const serve_source&) = delete;
    virtual ~serve_source() = default;

    /// Gathers and writes one exposition.
    /// error  what could not be gathered; what could is written all the same
    virtual result<void> write(const expo::write_options& options, const collect::scrape_context& context,
                               const collect::scrape_filter& filter, const serve_sink& sink) = 0;

    /// The names that ?collect[]= and ?exclude[]= may give; none when the source cannot be filtered.
    [[nodiscard]] virtual std::vector<std::string> names() const { return {}; }
};

namespace detail {

/// error  what does not reach the reader, all of it in one message; the rest is written
inline result<void> write_batch(const batch& from, const expo::write_options& options, const serve_sink& sink)
{
    expo::chunk_writer out([&sink](const char* data, std::size_t size) { sink(data, size); });
    expo::write(from, out, options);
    out.finish();
    const std::vector<error> problems = expo::writing_problems(from, options);
    if (problems.empty()) return {};
    std::string all;
    for (const error& e : problems) all += all.empty() ? e.message : concat("; ", e.message);
    return unexpected(problems.front().code, std::move(all));
}

/// A collector that the program keeps.
template <class C>
class collector_source final : public serve_source {
public:
    explicit collector_source(C& from) noexcept : from_(from) {}

    result<void> write(const expo::write_options& options, const collect::scrape_context& context,
                       const collect::scrape_filter&, const serve_sink& sink) override
    {
        rest_.clear();
        result<void> outcome;
        if constexpr (direct_text_source<C, const serve_sink>) {
            // dots rewrites legacy names too, and _created lines are the batch's
            if (options.form != expo::format::protobuf && options.scheme != expo::escaping::dots && !options.created) {
                from_.write_text(options.form == expo::format::text ? direct_format::text : direct_format::openmetrics,
                                 rest_, sink);
                rest_.finish();
                return write_batch(rest_, options, sink);
            }
        }
        if constexpr (collect::deadline_collector<C>)
            outcome = as_result([&] { return from_.collect(rest_, context); });
        else
            outcome = as_result([&] { return from_.collect(rest_); });
        rest_.finish();
        auto written = write_batch(rest_, options, sink);
        return outcome ? written : outcome;
    }

private:
    template <class F>
    static result<void> as_result(F&& run)
    {
        if constexpr (std::is_void_v<std::invoke_result_t<F>>) {
            run();
            return {};
        } else {
            return run();
        }
    }

    C& from_;
    batch rest_;
};

/// A scraper: its collectors' errors go to its own on_change.
class scraper_source final : public serve_source {
public:
    explicit scraper_source(collect::scraper& from) noexcept : from_(from) {}

    result<void> write(const expo::write_options& options, const collect::scrape_context& context,
                       const collect::scrape_filter& filter, const serve_sink& sink) override
    {
        return write_batch(from_.run(context, filter), options, sink);
    }
    [[nodiscard]] std::vector<std::string> names() const override { return from_.names(); }

private:
    collect::scraper& from_;
};

}  // namespace detail
}  // namespace pitot
