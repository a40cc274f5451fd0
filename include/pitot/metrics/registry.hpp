#pragma once
// Families by name, and whatever else adds to a scrape.

#include <pitot/base/text.hpp>
#include <pitot/metrics/family.hpp>
#include <pitot/metrics/registration.hpp>
#include <pitot/metrics/spec.hpp>
#include <pitot/model/batch.hpp>
#include <pitot/model/collector.hpp>
#include <pitot/model/direct.hpp>

#include <algorithm>
#include <cstdint>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace pitot {

/// Holds families and collectors; is a collector itself.
///
///     pitot::registry metrics;
///     auto& requests = metrics.counter<"http_requests_total", pitot::label<"method", method>,
///     pitot::label<"path">>("Requests.");
///
/// The template arguments after the name are labels in order, and at any place unit<"seconds">, sharded<N>, exemplars.
/// A name registered again with the same type, labels, unit, bounds and constant labels gives the same family (its
/// help and limits stay); with any other, registration_error is thrown. Where exceptions are off, or by try_…, see
/// registration.hpp. References to families live as long as the registry, or until unregister.
/// All functions may be called from any thread.
///
/// fork: the child has a copy with the values of that moment and may go on using it. As with malloc, fork while
/// another thread registers, adds a series or scrapes leaves a mutex taken in the child: fork before starting threads,
/// or only exec after it.
class PITOT_SHARED registry {
public:
    registry() = default;
    registry(const registry&) = delete;
    registry& operator=(const registry&) = delete;

    /// Counts whole numbers. The name ends in _total.
    template <fixed_string Name, class... Args>
    auto& counter(std::string_view help, family_options options = {})
    {
        using kind =
            detail::counter_kind<std::uint64_t, detail::spec<Args...>::shards, detail::spec<Args...>::keeps_exemplars>;
        return made(make<kind, Name, Args...>(help, std::move(options), {}));
    }
    /// Counts fractions: seconds, joules. The name ends in _total.
    template <fixed_string Name, class... Args>
    auto& real_counter(std::string_view help, family_options options = {})
    {
        using kind =
            detail::counter_kind<double, detail::spec<Args...>::shards, detail::spec<Args...>::keeps_exemplars>;
        return made(make<kind, Name, Args...>(help, std::move(options), {}));
    }
    template <fixed_string Name, class... Args>
    auto& gauge(std::string_view help, family_options options = {})
    {
        return made(make<detail::gauge_kind<double>, Name, Args...>(help, std::move(options), {}));
    }
    /// Holds whole numbers; inc() and dec() are one instruction.
    template <fixed_string Name, class... Args>
    auto& integer_gauge(std::string_view help, family_options options = {})
    {
        return made(make<detail::gauge_kind<std::int64_t>, Name, Args...>(help, std::move(options), {}));
    }
    /// Counts values in buckets. Wrong bounds are an error of registration (invalid_value).
    template <fixed_string Name, class... Args>
    auto& histogram(std::string_view help, const buckets& bounds = buckets::standard(), family_options options = {})
    {
        using kind = detail::histogram_kind<detail::spec<Args...>::shards, detail::spec<Args...>::keeps_exemplars>;
        return made(make<kind, Name, Args...>(help, std::move(options), {bounds.bounds()}, bounds.check()));
    }

    /// Counts values in exponential buckets, exposed by protobuf only (the text formats show its count and sum).
    template <fixed_string Name, class... Args>
    auto& native_histogram(std::string_view help, const native_buckets& how = {}, family_options options = {})
    {
        return made(make<detail::native_kind, Name, Args...>(
            help, std::move(options), {how, {}, detail::fraction_bounds(how.schema)}, how.check()));
    }
    /// Counts each value in exponential and in classic buckets: every format has something to show.
    template <fixed_string Name, class... Args>
    auto& native_histogram(std::string_view help, const native_buckets& how, const buckets& bounds,
                           family_options options = {})
    {
        auto checked = how.check();
        if (checked) checked = bounds.check();
        return made(make<detail::native_kind, Name, Args...>(
            help, std::move(options), {how, bounds.bounds(), detail::fraction_bounds(how.schema)}, std::move(checked)));
    }
    /// A histogram of what is there now: values enter and leave.
    template <fixed_string Name, class... Args>
    auto& gauge_histogram(std::string_view help, const buckets& bounds = buckets::standard(),
                          family_options options = {})
    {
        return made(make<detail::gauge_histogram_kind, Name, Args...>(help, std::move(options), {bounds.bounds()},
                                                                      bounds.check()));
    }
    template <fixed_string Name, class... Args>
    auto& summary(std::string_view help, const quantiles& wanted = {}, family_options options = {})
    {
        return made(make<detail::summary_kind, Name, Args...>(help, std::move(options), {wanted}, wanted.check()));
    }
    /// Facts as labels, with the value 1: `metrics.info<"app_build_info", label<"version">>("…").replace("1.0")`.
    template <fixed_string Name, class... Args>
    auto& info(std::string_view help, family_options options = {})
    {
        return made(make<detail::info_kind, Name, Args...>(help, std::move(options), {}));
    }
    /// Which of the enum E's states hold: `metrics.state_set<"job_state", state>("…").set(state::running)`.
    template <fixed_string Name, class E, class... Args>
    auto& state_set(std::string_view help, family_options options = {})
    {
        static_assert(!detail::spec<Args...>::has_label(Name), "the name of a state set is the name of its own label");
        return made(make<detail::state_set_kind<E>, Name, Args...>(help, std::move(options), {}));
    }

    /// Adds what fills a batch at each scrape: a collector, a registry, a metric by itself. It is asked until the
    /// guard goes away; the guard waits for a scrape that is using it (so it may not go away inside that collector).
    template <class C>
        requires collector<C>
    [[nodiscard]] registration add(C& from)
    {
        return add_source(std::make_shared<detail::source_of<C*>>(&from));
    }
    /// The same by a function: `registry.add_function([](pitot::batch& out) { … })`.
    template <class F>
    [[nodiscard]] registration add_function(F fill)
    {
        return add_source(std::make_shared<detail::source_of<F>>(std::move(fill)));
    }
    /// A gauge whose value is asked for at each scrape.
    template <fixed_string Name, class F>
    [[nodiscard]] registration gauge_function(std::string_view help, F value)
    {
        detail::check_name<Name, metric_type::gauge>();
        return add_function([text = std::string(help), value = std::move(value)](batch& out) mutable {
            out.add(out.family(Name.view(), metric_type::gauge, out.intern(text)), labels_id::none,
                    static_cast<double>(value()));
        });
    }
    /// A counter whose value is asked for at each scrape; it must not go down.
    template <fixed_string Name, class F>
    [[nodiscard]] registration counter_function(std::string_view help, F value)
    {
        detail::check_name<Name, metric_type::counter>();
        return add_function([text = std::string(help), value = std::move(value)](batch& out) mutable {
            out.add(out.family(Name.view(), metric_type::counter, out.intern(text)), labels_id::none,
                    static_cast<double>(value()));
        });
    }

    /// Takes a family out when the guard goes away. References to it end then; handles stay valid.
    template <class F>
    [[nodiscard]] registration scoped(F& family)
    {
        return registration([this, name = std::string(family.name())] { unregister(name); });
    }
    /// Takes a family out; false when there is none of the name.
    bool unregister(std::string_view name)
    {
        std::shared_ptr<detail::family_base> gone;  // destroyed outside the lock
        const std::lock_guard lock(mutex_);
        const auto at = place(name);
        if (at == families_.end() || (*at)->name() != name) return false;
        gone = std::move(*at);
        families_.erase(at);
        return true;
    }

    /// Adds all families to a batch. What this registry dropped or ignored is there too, when there is any:
    /// pitot_dropped_series_total{family}, pitot_ignored_values_total{family}, pitot_conflicting_series_total (series
    /// of collectors that have a family's name and another type), pitot_registration_errors_total.
    void collect(batch& out) const
    {
        expire();
        const auto families = snapshot();
        for (const auto& f : families) f->collect(out);
        collect_sources(out);
        collect_health(families, out);
    }

    /// See direct_text_source (model/direct.hpp).
    template <class Sink>
    void write_text(direct_format format, batch& rest, Sink&& out) const
    {
        expire();
        const auto families = snapshot();
        collect_sources(rest);
        collect_health(families, rest);
        constexpr std::size_t chunk = std::size_t{64} << 10U;
        const std::unique_ptr<char[]> memory(new char[chunk + 64]);
        char* at = memory.get();
        char* const end = memory.get() + chunk;
        const auto flush = [&] {
            if (at != memory.get())
                out(static_cast<const char*>(memory.get()), static_cast<std::size_t>(at - memory.get()));
            at = memory.get();
        };
        for (const auto& f : families) {
            if (!f->has_direct(format) || rest.find(f->name())) {
                f->collect(rest);
                continue;
            }
            detail::text_cursor cursor;
            cursor.chunk = memory.get();
            for (bool done = false; !done;) {
                done = f->write_direct(format, cursor, at, end);
                if (!done || !cursor.large.empty()) flush();
                for (std::size_t i = 0; i < cursor.large.size(); i += chunk)
                    out(static_cast<const char*>(cursor.large.data() + i), std::min(chunk, cursor.large.size() - i));
                cursor.large.clear();
            }
        }
        flush();
    }

    /// Removes series that expired, and gives memory back; every scrape does it.
    void expire() const noexcept
    {
        const double now = detail::monotonic_seconds();
        for (const auto& f : snapshot()) f->expire(now);
    }

    /// The family of a name, or null.
    [[nodiscard]] std::shared_ptr<const detail::family_base> find(std::string_view name) const
    {
        const std::lock_guard lock(mutex_);
        const auto at = place(name);
        if (at == families_.end() || (*at)->name() != name) return nullptr;
        return *at;
    }

    /// The last registration that was refused; empty when none was.
    [[nodiscard]] std::string last_error() const
    {
        const std::lock_guard lock(mutex_);
        return last_error_;
    }

private:
    using family_list = std::vector<std::shared_ptr<detail::family_base>>;

    template <class Kind, class... Args>
    using family_of = typename detail::spec<Args...>::template family<Kind>;

    template <class Kind, fixed_string Name, class... Args>
    result<std::shared_ptr<family_of<Kind, Args...>>> make(std::string_view help, family_options options,
                                                           typename Kind::settings how, result<void> checked = {})
    {
        using spec = detail::spec<Args...>;
        using family = family_of<Kind, Args...>;
        detail::check_name<Name, Kind::type>();
        spec::template check<Name, Kind>();
        if (checked) checked = detail::check_options(options, spec::names(), help);
        if (!checked) return unexpected(checked.error().code, concat(Name.view(), ": ", checked.error().message));
        const std::lock_guard lock(mutex_);
        const auto at = place(Name.view());
        if (at != families_.end() && (*at)->name() == Name.view()) {
            if ((*at)->signature() == detail::signature_of<family>()) {
                const auto same = std::static_pointer_cast<family>(*at);
                if (same->settings() == how && same->unit() == spec::unit_text() &&
                    same->options().constant_labels == options.constant_labels)
                    return same;
            }
            return unexpected(errc::type_conflict,
                              concat(Name.view(), " is registered already as another type, or with "
                                                  "other labels, unit or bounds"));
        }
        auto made = std::make_shared<family>(Name.view(), help, spec::unit_text(), std::move(options), std::move(how));
        families_.insert(at, made);
        return made;
    }

    /// The family, or the error as this build reports it.
    template <class F>
    F& made(result<std::shared_ptr<F>> made)
    {
        if (made) return **made;
        {
            const std::lock_guard lock(mutex_);
            last_error_ = made.error().message;
            ++errors_;
        }
        return detail::refuse<F>(std::move(made).error());
    }

    [[nodiscard]] family_list::const_iterator place(std::string_view name) const noexcept
    {
        return std::lower_bound(families_.begin(), families_.end(), name,
                                [](const auto& f, std::string_view n) { return f->name() < n; });
    }
    [[nodiscard]] family_list::iterator place(std::string_view name) noexcept
    {
        return std::lower_bound(families_.begin(), families_.end(), name,
                                [](const auto& f, std::string_view n) { return f->name() < n; });
    }

    [[nodiscard]] family_list snapshot() const
    {
        const std::lock_guard lock(mutex_);
        return families_;
    }

    registration add_source(const std::shared_ptr<detail::source>& from)
    {
        {
            const std::lock_guard lock(mutex_);
            std::erase_if(sources_, [](const auto& s) { return !s->alive(); });
            sources_.push_back(from);
        }
        return registration([from] { from->end(); });
    }

    void collect_sources(batch& out) const
    {
        std::vector<std::shared_ptr<detail::source>> sources;
        {
            const std::lock_guard lock(mutex_);
            sources = sources_;
        }
        for (const auto& s : sources) {
            batch part;
            s->collect(part);
            part.finish();
            const std::size_t left_out = out.merge(part);
            if (left_out != 0) detail::fetch_add(conflicts_, std::uint64_t{left_out});
        }
    }

    void collect_health(const family_list& families, batch& out) const
    {
        const auto by_family = [&](std::string_view name, std::string_view help, auto&& count) {
            for (const auto& f : families) {
                if (count(*f) == 0) continue;
                const family_id id = out.family(name, metric_type::counter, help);
                out.add(id, out.labels({{"family", out.intern(f->name())}}), static_cast<double>(count(*f)));
            }
        };
        by_family("pitot_dropped_series_total", "Writes to series beyond the family's limit, or that cannot be.",
                  [](const auto& f) { return f.dropped_series(); });
        by_family("pitot_ignored_values_total", "Values refused: NaN or below 0 into a counter, exemplars too long.",
                  [](const auto& f) { return f.ignored_values(); });
        const std::uint64_t conflicts = detail::load(conflicts_);
        if (conflicts != 0)
            out.add(out.family("pitot_conflicting_series_total", metric_type::counter,
                               "Series of collectors left out because their family has another type."),
                    labels_id::none, static_cast<double>(conflicts));
        std::uint64_t errors = 0;
        {
            const std::lock_guard lock(mutex_);
            errors = errors_;
        }
        if (errors != 0)
            out.add(out.family("pitot_registration_errors_total", metric_type::counter, "Families that were refused."),
                    labels_id::none, static_cast<double>(errors));
    }

    family_list families_;  ///< by name
    std::vector<std::shared_ptr<detail::source>> sources_;
    std::string last_error_;
    std::uint64_t errors_ = 0;
    mutable std::uint64_t conflicts_ = 0;
    mutable std::mutex mutex_;
};

/// The registry for metrics of libraries and of whoever has no other. One in the process, whatever shared objects use
/// it; never destroyed, so that what runs at exit may still count.
[[nodiscard]] PITOT_SHARED inline registry& default_registry()
{
    static registry& the_one = *new registry;
    return the_one;
}

}  // namespace pitot
