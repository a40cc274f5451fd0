#pragma once
// One query while it is answered: its data, its settings, what it has to say, the memory of its results.

#include <pitot/base/numbering.hpp>
#include <pitot/base/object_arena.hpp>
#include <pitot/base/text.hpp>
#include <pitot/promql/ast.hpp>
#include <pitot/promql/engine/annotations.hpp>
#include <pitot/promql/engine/matrix.hpp>
#include <pitot/promql/engine/regex_source.hpp>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <exception>  // std::uncaught_exceptions
#include <string>
#include <string_view>
#include <time.h>  // clock_gettime
#include <utility>
#include <vector>

namespace pitot::promql {

/// Durations in milliseconds.
/// max_samples            that may be held at a time, a histogram by its weight
/// delayed_name_removal   Prometheus's promql-delayed-name-removal
/// use_start_timestamps   Prometheus's use-start-timestamps
/// deadline               of one query
/// at_modifier, negative_offset  off: a query that uses them is refused, as Prometheus did before 2.33
struct engine_options {
    std::int64_t lookback = 300'000;
    std::int64_t subquery_step = 60'000;
    std::size_t max_samples = 50'000'000;
    bool delayed_name_removal = false;
    bool use_start_timestamps = false;
    bool at_modifier = true;
    bool negative_offset = true;
    std::int64_t deadline = 120'000;
    regex_source regex = nullptr;
};

/// Ends an evaluation; query() makes an error of it.
struct evaluation_error {
    error why;
};

class evaluation {
public:
    static constexpr std::size_t max_steps = 11'000'000;  ///< of a query, and of a subquery

    const store::series_store& data;
    const engine_options& how;
    std::int64_t start;  ///< of the query, milliseconds
    std::int64_t end;
    std::int64_t step;  ///< 0: instant
    annotations said;

    evaluation(const store::series_store& of, const engine_options& with, std::int64_t first, std::int64_t last,
               std::int64_t every)
        : data(of), how(with), start(first), end(last), step(every)
    {}

    [[noreturn, gnu::cold, gnu::noinline]] void fail(std::string text, text_span where = {},
                                                     errc code = errc::invalid_value) const
    {
        throw evaluation_error{{code, std::move(text), where}};
    }

    /// Counts how deep the evaluation is: each level costs stack. What fails below is to blame, the innermost first.
    class deeper {
    public:
        deeper(evaluation& in, const time_grid& grid, text_span where)
            : in_(in), where_(where), outer_(std::exchange(in.instant_, grid.is_instant()))
        {
            if (++in_.depth_ > 1500)
                in_.fail("the expression is nested too deep to be evaluated", where, errc::too_deep);
        }
        ~deeper()
        {
            --in_.depth_;
            in_.instant_ = outer_;
            if (in_.blamed_.length == 0 && std::uncaught_exceptions() > 0) in_.blamed_ = where_;
        }
        deeper(const deeper&) = delete;
        deeper& operator=(const deeper&) = delete;

    private:
        evaluation& in_;
        text_span where_;
        bool outer_;
    };
    /// The part of the query that failed, for an error that names none.
    [[nodiscard]] text_span blamed() const noexcept { return blamed_; }
    /// Is it one moment that is evaluated?
    [[nodiscard]] bool is_instant() const noexcept { return instant_; }

    /// What is put there stays as long as the result.
    [[nodiscard]] object_arena& memory() noexcept { return kept_; }
    const label_set* keep(label_set labels) { return &kept_.add(std::move(labels)); }
    /// A histogram that stays, with anything in it: memory of one that was given back, perhaps.
    histogram* place()
    {
        if (placed_ == histograms_.size()) histograms_.push_back(&kept_.add(histogram()));
        return histograms_[placed_++];
    }
    histogram* keep(histogram h)
    {
        histogram* const at = place();
        *at = std::move(h);
        return at;
    }
    [[nodiscard]] std::size_t placed() const noexcept { return placed_; }
    /// Those beyond a number that placed() told are needed no more.
    void give_back(std::size_t placed) noexcept { placed_ = placed; }
    const store::series* keep(store::series s) { return &kept_.add(std::move(s)); }
    /// An empty vector that stays.
    std::vector<histogram>& keep_room() { return kept_.add(std::vector<histogram>()); }
    std::string_view keep(std::string_view text)
    {
        check_text(text.size());
        kept_text_ += text.size();
        return kept_.copy(text);
    }
    /// Before a text is made: those of one query may take as much room as its samples, 64 MB at least.
    void check_text(std::size_t size) const
    {
        if (size > std::max<std::size_t>(how.max_samples * 16, std::size_t{64} << 20U) - kept_text_)
            fail("the query makes too much text of labels", {}, errc::too_many);
    }
    [[nodiscard]] const label_set* no_labels() const noexcept { return &none_; }

    /// A row whose name goes: now, or at the end with delayed removal.
    row without_name(const row& from)
    {
        if (how.delayed_name_removal) return {from.labels, true};
        for (const store::label& l : *from.labels)
            if (store::is_metadata_label(l.name)) {
                label_set own = *from.labels;
                own.drop_metadata();
                return {keep(std::move(own)), true};
            }
        return {from.labels, true};
    }

    [[gnu::cold]] compiled_regex regex(std::string_view pattern)
    {
        if (const std::uint32_t known = patterns_.find(pattern); known != numbering::none) return regexes_[known];
        if (how.regex == nullptr) fail("no regular expressions here");
        auto made = how.regex(pattern, kept_);
        if (!made) fail(std::move(made.error().message));
        patterns_.add(pattern);
        regexes_.push_back(*made);
        return regexes_.back();
    }

    /// Of a selector only counts and sums of its histograms are asked for.
    void mark_counts_only(const node* selector) { counts_only_.add(reinterpret_cast<std::uintptr_t>(selector)); }
    [[nodiscard]] bool is_counts_only(const node* selector) const noexcept
    {
        return counts_only_.find(reinterpret_cast<std::uintptr_t>(selector)) != numbering::none;
    }

    /// Takes samples into account until they are given back.
    void charge(std::size_t samples)
    {
        held_ += samples;
        if (held_ > how.max_samples) refuse_samples();
    }
    [[noreturn, gnu::cold, gnu::noinline]] void refuse_samples() const
    {
        fail("query processing would load too many samples into memory in query execution", {}, errc::too_many);
    }
    void release(std::size_t samples) noexcept { held_ -= samples < held_ ? samples : held_; }
    /// Before a row more: a matrix has room for every step, so that a row of few samples counts whole.
    void check_room(const matrix& m) const { check_room(m.size(), m.steps); }
    void check_room(std::size_t rows, std::size_t steps) const
    {
        if ((rows + 1) * steps > std::max(how.max_samples, max_steps)) refuse_samples();
        if (steps > 64 || rows % 256 == 0) check_time();
    }
    void check_time() const
    {
        if (now() > deadline_) fail("query timed out in expression evaluation", {}, errc::timeout);
    }

    /// For each row the first one with its labels; nothing when all have labels of their own.
    [[nodiscard]] static std::vector<std::uint32_t> same_labels(const std::vector<row>& rows)
    {
        store::label_numbering seen;
        std::vector<std::uint32_t> first;  // the first row with the labels of a number
        std::vector<std::uint32_t> into(rows.size());
        for (std::uint32_t i = 0; i < rows.size(); ++i) {
            const std::uint32_t number = seen.add(*rows[i].labels);
            if (number == first.size()) first.push_back(i);
            into[i] = first[number];
        }
        if (first.size() == rows.size()) into.clear();
        return into;
    }
    /// Rows with the same labels become one; an error where both have a sample.
    void merge_same_labels(matrix& m)
    {
        if (m.size() < 2) return;
        const std::vector<std::uint32_t> into = same_labels(m.rows);
        if (into.empty()) return;
        for (std::size_t i = 0; i < m.size(); ++i) {
            if (into[i] == i) continue;
            if (first_step(m, i) < first_step(m, into[i])) m.rows[into[i]].drop_name = m.rows[i].drop_name;
            for (std::size_t s = 0; s < m.steps; ++s) {
                if (!m.has(i, s)) continue;
                if (m.has(into[i], s)) fail("vector cannot contain metrics with the same labelset");
                m.put(into[i], s, m.floats(i)[s], m.histogram_at(i, s));
                m.floats(i)[s] = no_sample();
                if (!m.histograms.empty()) m.histograms[i * m.steps + s] = nullptr;
            }
        }
        m.drop_empty_rows();
    }
    /// What operators do at their end. An instant query with delayed removal looks at its end only.
    void finish(matrix& m)
    {
        if (m.steps == 1) m.drop_empty_rows();
        if (!instant_ || !how.delayed_name_removal) merge_same_labels(m);
    }

private:
    [[nodiscard]] static std::size_t first_step(const matrix& m, std::size_t row) noexcept
    {
        std::size_t s = 0;
        while (s < m.steps && !m.has(row, s)) ++s;
        return s;
    }
    /// Milliseconds of a clock that nobody sets.
    [[nodiscard]] static std::int64_t now() noexcept
    {
        timespec t{};
        (void)::clock_gettime(CLOCK_MONOTONIC, &t);
        return std::int64_t{t.tv_sec} * 1000 + t.tv_nsec / 1'000'000;
    }

    std::int64_t deadline_ = now() + how.deadline;
    object_arena kept_;
    std::vector<histogram*> histograms_;
    std::size_t placed_ = 0;  ///< of histograms_; the others wait to be used again
    numbering patterns_;
    std::vector<compiled_regex> regexes_;  ///< by the number of the pattern
    numbering counts_only_;
    label_set none_;
    std::size_t held_ = 0;
    std::size_t kept_text_ = 0;
    text_span blamed_;
    unsigned depth_ = 0;
    bool instant_ = true;
};

/// What a part of the query gives on a grid; a scalar is a row without labels. Defined in evaluate.hpp.
[[nodiscard]] matrix evaluate(evaluation& in, const node* n, const time_grid& grid);
/// The same row by row, where the rows can be made so.
void evaluate_rows(evaluation& in, const node* n, const time_grid& grid, row_sink& to);

/// The text of a string argument.
[[nodiscard]] inline std::string_view string_argument(const node* n) noexcept
{
    const auto* const s = as<string_node>(without_parens(n));
    return s == nullptr ? std::string_view() : s->value;
}

}  // namespace pitot::promql
