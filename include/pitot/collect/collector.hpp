#pragma once
// Any collector under one type, with a name and a deadline: what the scrape runner holds.

#include <pitot/base/result.hpp>
#include <pitot/model/batch.hpp>
#include <pitot/model/collector.hpp>

#include <chrono>
#include <concepts>
#include <exception>  // std::exception: what a collector throws becomes its error
#include <memory>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>

namespace pitot::collect {

/// What one scrape allows its collectors.
struct scrape_context {
    using clock = std::chrono::steady_clock;
    clock::time_point deadline = clock::time_point::max();

    [[nodiscard]] static scrape_context within(clock::duration time) { return {clock::now() + time}; }
    [[nodiscard]] bool expired() const { return deadline != clock::time_point::max() && clock::now() >= deadline; }
    /// Never negative; clock::duration::max() without a deadline.
    [[nodiscard]] clock::duration remaining() const
    {
        if (deadline == clock::time_point::max()) return clock::duration::max();
        const clock::time_point now = clock::now();
        return now < deadline ? deadline - now : clock::duration::zero();
    }
};

/// A collector that wants to know how long it may take.
template <class C>
concept deadline_collector = requires(C& from, batch& out, const scrape_context& context) {
    {
        from.collect(out, context)
    };
};

/// Where a collector runs.
enum class run_mode : unsigned char {
    in_line,  ///< in the scraping thread, one after the other: for what reads memory or procfs and cannot hang
    worker,   ///< in a worker thread; left behind when its deadline passes. It must own, or share, all that it uses
};

struct collector_options {
    run_mode mode = run_mode::in_line;
    std::chrono::milliseconds timeout{0};  ///< its own deadline, if that is earlier than the scrape's; 0: none
};

/// A collector with a name. Not for several threads at once; the scrape runner sees to that.
class named_collector {
public:
    /// name  value of the label `collector` in the runner's own metrics, and of ?collect[]=
    /// from  anything with collect(batch&) or collect(batch&, const scrape_context&) that returns nothing or
    ///       result<void>; or a pointer (plain, unique, shared) to such a thing
    template <class C>
    named_collector(std::string name, C from, collector_options options = {})
        : name_(std::move(name)), options_(options), held_(std::make_unique<holder<C>>(std::move(from)))
    {}

    [[nodiscard]] const std::string& name() const noexcept { return name_; }
    [[nodiscard]] const collector_options& options() const noexcept { return options_; }

    /// Adds what the collector knows now; an exception that it throws becomes an error (errc::io, its text).
    [[nodiscard]] result<void> collect(batch& out, const scrape_context& context)
    {
        try {
            return held_->collect(out, context);
        } catch (const std::exception& e) {
            return unexpected(errc::io, std::string(e.what()));
        } catch (...) {
            return unexpected(errc::io, "the collector threw something that is no std::exception");
        }
    }

private:
    struct base {
        base() = default;
        base(const base&) = delete;
        base& operator=(const base&) = delete;
        virtual ~base() = default;
        virtual result<void> collect(batch& out, const scrape_context& context) = 0;
    };

    template <class C>
    struct holder final : base {
        explicit holder(C given) : from(std::move(given)) {}
        result<void> collect(batch& out, const scrape_context& context) override
        {
            if constexpr (deadline_collector<C> || pitot::collector<C>)
                return call(from, out, context);
            else
                return call(*from, out, context);
        }
        C from;
    };

    template <class C>
    static result<void> call(C& from, batch& out, const scrape_context& context)
    {
        if constexpr (deadline_collector<C>)
            return finish([&] { return from.collect(out, context); });
        else
            return finish([&] { return from.collect(out); });
    }

    template <class F>
    static result<void> finish(F&& run)
    {
        if constexpr (std::is_void_v<std::invoke_result_t<F>>) {
            run();
            return {};
        } else {
            return run();
        }
    }

    std::string name_;
    collector_options options_;
    std::unique_ptr<base> held_;
};

}  // namespace pitot::collect
