#pragma once
// The batch: what a collector fills and a sink reads. Plain columns, no template, no tree of objects.
//
// A family has one row, a series one point. A point carries its number directly (counter, gauge, unknown, info, one
// state of a state set) or names a row of the histogram or summary column. Text lives in an arena; label sets are
// stored once and named by an id, so that twenty families of one device share one set.

#include <pitot/base/arena.hpp>
#include <pitot/model/views.hpp>

#include <algorithm>  // std::sort
#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <optional>
#include <span>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace pitot {

/// Families of samples. Fill it with family(), labels() and the add functions in any order, call finish(), read it.
/// Exceptions: the add functions throw std::bad_alloc; what was added before stays valid. Reading never throws.
class batch {
public:
    struct family_row {
        std::string_view name;
        std::string_view help;
        std::string_view unit;
        metric_type type = metric_type::unknown;
        slice points;       ///< after finish()
        bool used = false;  ///< has points, finished or not
    };

    batch() = default;
    batch(const batch&) = delete;
    batch& operator=(const batch&) = delete;
    batch(batch&&) noexcept = default;
    batch& operator=(batch&&) noexcept = default;

    /// Copies text into the arena; the view lives as long as the batch. Text already in the arena, or in storage that
    /// outlives the batch (literals, a parsed buffer that is kept), need not be copied.
    [[nodiscard]] std::string_view intern(std::string_view text) { return arena_.copy(text); }

    /// The arena itself, for producers that build their texts in place or hand over a whole buffer.
    [[nodiscard]] arena& texts() noexcept { return arena_; }

    /// Finds a family by name or adds it; the texts must outlive the batch (intern them if not). A family found keeps
    /// its metadata, but an empty help or unit is filled in, and so is the type unknown while it has no points.
    family_id family(std::string_view name, metric_type type, std::string_view help = {}, std::string_view unit = {})
    {
        const auto [at, added] = by_name_.try_emplace(name, static_cast<std::uint32_t>(families_.size()));
        if (added) {
            families_.push_back({name, help, unit, type, {}, false});
        } else {
            family_row& row = families_[at->second];
            if (row.help.empty()) row.help = help;
            if (row.unit.empty()) row.unit = unit;
            if (row.type == metric_type::unknown && !row.used) row.type = type;
        }
        return family_id{at->second};
    }

    [[nodiscard]] std::optional<family_id> find(std::string_view name) const noexcept
    {
        const auto at = by_name_.find(name);
        if (at == by_name_.end()) return std::nullopt;
        return family_id{at->second};
    }

    [[nodiscard]] const family_row& row(family_id id) const noexcept { return families_[index(id)]; }
    [[nodiscard]] family_row& row(family_id id) noexcept { return families_[index(id)]; }

    /// Stores a label set and returns its id; the texts must outlive the batch. Reuse the id for every series that has
    /// the same set. Order is kept as given.
    labels_id labels(labels_view set)
    {
        if (set.empty()) return labels_id::none;
        const auto first = static_cast<std::uint32_t>(labels_.size());
        labels_.insert(labels_.end(), set.begin(), set.end());
        return close_labels(first);
    }
    labels_id labels(std::initializer_list<label_view> set) { return labels(labels_view{set.begin(), set.size()}); }

    [[nodiscard]] labels_view labels(labels_id id) const noexcept
    {
        const slice at = label_sets_[index(id)];
        return {labels_.data() + at.first, at.count};
    }

    /// Makes room for that many series and that many labels of them, for producers that can tell.
    void reserve(std::size_t points, std::size_t labels)
    {
        points_.reserve(points);
        label_sets_.reserve(points + 1);
        labels_.reserve(labels);
    }
    [[nodiscard]] std::size_t label_count() const noexcept { return labels_.size(); }

    /// Adds a series with one number.
    point_id add(family_id family, labels_id labels, double value)
    {
        points_.push_back({value, family, labels, point_row::none, point_row::none});
        return last_point();
    }

    /// Adds a histogram; its slices must already lie in this batch's columns (classic_bucket columns below).
    point_id add(family_id family, labels_id labels, const histogram_row& row)
    {
        points_.push_back({0, family, labels, static_cast<std::uint32_t>(histograms_.size()), point_row::none});
        histograms_.push_back(row);
        return last_point();
    }

    point_id add(family_id family, labels_id labels, const summary_row& row)
    {
        points_.push_back({0, family, labels, static_cast<std::uint32_t>(summaries_.size()), point_row::none});
        summaries_.push_back(row);
        return last_point();
    }

    slice add_buckets(std::span<const classic_bucket> buckets) { return append(classic_, buckets); }
    slice add_spans(std::span<const bucket_span> spans) { return append(spans_, spans); }
    slice add_counts(std::span<const count_cell> counts) { return append(counts_, counts); }
    slice add_bounds(std::span<const double> bounds) { return append(bounds_, bounds); }
    slice add_quantiles(std::span<const summary_quantile> quantiles) { return append(quantiles_, quantiles); }

    /// Appends one row to a slice; cheap while the slice is the column's last, else the slice moves to the end.
    void extend(slice& at, const classic_bucket& bucket) { extend(classic_, at, bucket); }
    void extend(slice& at, const summary_quantile& quantile) { extend(quantiles_, at, quantile); }

    /// Before finish(): the point just added is still where its id says.
    void set_timestamp(point_id point, instant when) { extra(point).timestamp = when; }
    void set_created(point_id point, instant when) { extra(point).created = when; }
    /// All exemplars of a point, in one call.
    void set_exemplars(point_id point, std::span<const exemplar_row> rows)
    {
        extra(point).exemplars = append(exemplars_, rows);
    }

    [[nodiscard]] std::optional<instant> timestamp(point_id point) const noexcept
    {
        const std::uint32_t at = points_[index(point)].extra;
        return at == point_row::none ? std::nullopt : extras_[at].timestamp;
    }
    [[nodiscard]] bool has_exemplars() const noexcept { return !exemplars_.empty(); }
    /// One more exemplar of a point.
    void add_exemplar(point_id point, const exemplar_row& row) { extend(exemplars_, extra(point).exemplars, row); }

    /// Before finish(): the row of a point, for producers that build a series from several lines.
    [[nodiscard]] point_row& point(point_id id) noexcept { return points_[index(id)]; }
    [[nodiscard]] histogram_row& histogram(point_id id) noexcept { return histograms_[point(id).detail]; }
    [[nodiscard]] summary_row& summary(point_id id) noexcept { return summaries_[point(id).detail]; }

    /// Groups the points by family, each family's in the order they were added. Families keep their order.
    inline void finish();
    /// Orders the families by name; with_series orders the series of each by their labels too. Calls finish().
    inline void sort(bool with_series = false);
    /// Appends every family of another batch: same name, same family (the type of the first stays; a point of a
    /// family of another type is left out and counted). Texts are shared when `other` lives on, else pass copy.
    /// returns  points left out because their family has another type here
    inline std::size_t merge(const batch& other, bool copy_texts = true);
    /// The same, asking about every point of a family that was here before.
    /// keep     called as keep(family_id here, const family_row& theirs, labels_view labels); false leaves the point
    /// out.
    ///          Asked for a family of another type, too, whose points are left out whatever it answers
    /// returns  points left out
    template <class Keep>
    std::size_t merge(const batch& other, bool copy_texts, Keep&& keep);

    /// Says that samples were there and could not be put in; a scrape counts them. Forgotten by clear().
    void leave_out(std::size_t samples) noexcept { left_out_ += samples; }
    [[nodiscard]] std::size_t left_out() const noexcept { return left_out_; }

    /// Forgets everything and keeps the memory for the next scrape.
    inline void clear() noexcept;

    [[nodiscard]] std::size_t size() const noexcept { return families_.size(); }
    [[nodiscard]] bool empty() const noexcept { return families_.empty(); }
    [[nodiscard]] family_view operator[](std::size_t i) const noexcept
    {
        return {*this, order_.empty() ? family_id{static_cast<std::uint32_t>(i)} : order_[i]};
    }
    /// Series in all families.
    [[nodiscard]] std::size_t point_count() const noexcept { return points_.size(); }

    [[nodiscard]] std::span<const point_row> points() const noexcept { return points_; }
    [[nodiscard]] std::span<const histogram_row> histograms() const noexcept { return histograms_; }
    [[nodiscard]] std::span<const summary_row> summaries() const noexcept { return summaries_; }
    [[nodiscard]] std::span<const classic_bucket> buckets(slice at) const noexcept { return part(classic_, at); }
    [[nodiscard]] std::span<const bucket_span> spans(slice at) const noexcept { return part(spans_, at); }
    [[nodiscard]] std::span<const count_cell> counts(slice at) const noexcept { return part(counts_, at); }
    [[nodiscard]] std::span<const double> bounds(slice at) const noexcept { return part(bounds_, at); }
    [[nodiscard]] std::span<const summary_quantile> quantiles(slice at) const noexcept { return part(quantiles_, at); }

private:
    friend class point_view;

    struct extra_row {
        std::optional<instant> timestamp;
        std::optional<instant> created;
        slice exemplars;
    };

    template <class Id>
    static constexpr std::uint32_t index(Id id) noexcept
    {
        return static_cast<std::uint32_t>(id);
    }

    template <class T>
    static slice append(std::vector<T>& column, std::span<const T> rows)
    {
        const auto first = static_cast<std::uint32_t>(column.size());
        column.insert(column.end(), rows.begin(), rows.end());
        return {first, static_cast<std::uint32_t>(rows.size())};
    }
    template <class T>
    static std::span<const T> part(const std::vector<T>& column, slice at) noexcept
    {
        return {column.data() + at.first, at.count};
    }
    template <class T>
    static void extend(std::vector<T>& column, slice& at, const T& row)
    {
        if (at.count == 0) {
            at.first = static_cast<std::uint32_t>(column.size());
        } else if (at.first + at.count != column.size()) {
            const auto first = static_cast<std::uint32_t>(column.size());
            column.reserve(column.size() + at.count + 1);
            for (std::uint32_t i = 0; i < at.count; ++i) column.push_back(column[at.first + i]);
            at.first = first;
        }
        column.push_back(row);
        ++at.count;
    }
    labels_id close_labels(std::uint32_t first)
    {
        label_sets_.push_back({first, static_cast<std::uint32_t>(labels_.size()) - first});
        return labels_id{static_cast<std::uint32_t>(label_sets_.size() - 1)};
    }
    point_id last_point() noexcept
    {
        families_[index(points_.back().family)].used = true;
        return point_id{static_cast<std::uint32_t>(points_.size() - 1)};
    }
    extra_row& extra(point_id id)
    {
        point_row& row = points_[index(id)];
        if (row.extra == point_row::none) {
            row.extra = static_cast<std::uint32_t>(extras_.size());
            extras_.emplace_back();
        }
        return extras_[row.extra];
    }

    arena arena_;
    std::unordered_map<std::string_view, std::uint32_t> by_name_;
    std::vector<family_row> families_;
    std::vector<family_id> order_;
    std::vector<label_view> labels_;
    std::vector<slice> label_sets_ = std::vector<slice>(1);  // the empty set is id 0
    std::vector<point_row> points_;
    std::vector<extra_row> extras_;
    std::vector<exemplar_row> exemplars_;
    std::vector<histogram_row> histograms_;
    std::vector<summary_row> summaries_;
    std::vector<classic_bucket> classic_;
    std::vector<bucket_span> spans_;
    std::vector<count_cell> counts_;
    std::vector<double> bounds_;
    std::vector<summary_quantile> quantiles_;
    std::size_t left_out_ = 0;
};

inline labels_view point_view::labels() const noexcept { return batch_->labels(row_->labels); }
inline std::optional<instant> point_view::timestamp() const noexcept
{
    if (row_->extra == point_row::none) return std::nullopt;
    return batch_->extras_[row_->extra].timestamp;
}
inline std::optional<instant> point_view::created() const noexcept
{
    if (row_->extra == point_row::none) return std::nullopt;
    return batch_->extras_[row_->extra].created;
}
inline std::span<const exemplar_row> point_view::exemplars() const noexcept
{
    if (row_->extra == point_row::none) return {};
    return batch::part(batch_->exemplars_, batch_->extras_[row_->extra].exemplars);
}
inline const histogram_row* point_view::histogram() const noexcept
{
    const metric_type type = batch_->row(row_->family).type;
    if (type != metric_type::histogram && type != metric_type::gauge_histogram) return nullptr;
    return row_->detail == point_row::none ? nullptr : &batch_->histograms_[row_->detail];
}
inline const summary_row* point_view::summary() const noexcept
{
    if (batch_->row(row_->family).type != metric_type::summary) return nullptr;
    return row_->detail == point_row::none ? nullptr : &batch_->summaries_[row_->detail];
}

inline std::string_view family_view::name() const noexcept { return batch_->row(id_).name; }
inline std::string_view family_view::help() const noexcept { return batch_->row(id_).help; }
inline std::string_view family_view::unit() const noexcept { return batch_->row(id_).unit; }
inline metric_type family_view::type() const noexcept { return batch_->row(id_).type; }
inline point_view family_view::operator[](std::size_t i) const noexcept { return {*batch_, points()[i]}; }
inline std::size_t family_view::size() const noexcept { return points().size(); }
inline std::span<const point_row> family_view::points() const noexcept
{
    const slice at = batch_->row(id_).points;
    return batch_->points().subspan(at.first, at.count);
}

inline void batch::finish()
{
    bool grouped = true;
    for (std::size_t i = 1; i < points_.size() && grouped; ++i)
        grouped = index(points_[i - 1].family) <= index(points_[i].family);
    for (family_row& row : families_) row.points = {};
    for (const point_row& p : points_) ++families_[index(p.family)].points.count;
    std::uint32_t next = 0;
    for (family_row& row : families_) {
        row.points.first = next;
        next += row.points.count;
    }
    if (grouped) return;
    std::vector<point_row> sorted(points_.size());
    std::vector<std::uint32_t> at(families_.size());
    for (std::size_t f = 0; f < families_.size(); ++f) at[f] = families_[f].points.first;
    for (const point_row& p : points_) sorted[at[index(p.family)]++] = p;
    points_.swap(sorted);
}

inline void batch::sort(bool with_series)
{
    finish();
    order_.resize(families_.size());
    for (std::size_t i = 0; i < order_.size(); ++i) order_[i] = family_id{static_cast<std::uint32_t>(i)};
    std::sort(order_.begin(), order_.end(), [this](family_id a, family_id b) { return row(a).name < row(b).name; });
    if (!with_series) return;
    for (const family_row& row : families_) {
        const auto first = points_.begin() + row.points.first;
        std::stable_sort(first, first + row.points.count, [this](const point_row& a, const point_row& b) {
            const labels_view x = labels(a.labels);
            const labels_view y = labels(b.labels);
            return std::lexicographical_compare(x.begin(), x.end(), y.begin(), y.end());
        });
    }
}

inline std::size_t batch::merge(const batch& other, bool copy_texts)
{
    return merge(other, copy_texts, [](family_id, const family_row&, labels_view) { return true; });
}

template <class Keep>
std::size_t batch::merge(const batch& other, bool copy_texts, Keep&& keep)
{
    left_out_ += other.left_out_;
    const auto text = [&](std::string_view t) { return copy_texts ? intern(t) : t; };
    std::vector<labels_id> label_map(other.label_sets_.size(), labels_id::none);
    std::vector<label_view> set;
    const auto map_labels = [&](labels_id id) {
        if (id == labels_id::none || label_map[index(id)] != labels_id::none) return label_map[index(id)];
        set.clear();
        for (const label_view& l : other.labels(id)) set.push_back({text(l.name), text(l.value)});
        return label_map[index(id)] = labels(set);
    };
    std::size_t left_out = 0;
    for (const family_row& from : other.families_) {
        const auto known = find(from.name);
        const family_id to = known ? family(from.name, from.type, text(from.help), text(from.unit))
                                   : family(text(from.name), from.type, text(from.help), text(from.unit));
        const bool fits = row(to).type == from.type;
        for (std::uint32_t i = 0; i < from.points.count; ++i) {
            const point_row& p = other.points_[from.points.first + i];
            if ((known && !keep(to, from, other.labels(p.labels))) || !fits) {
                ++left_out;
                continue;
            }
            point_row copy = p;
            copy.family = to;
            copy.labels = map_labels(p.labels);
            const bool is_summary = from.type == metric_type::summary;
            if (p.detail != point_row::none && is_summary) {
                summary_row s = other.summaries_[p.detail];
                s.quantiles = add_quantiles(other.quantiles(s.quantiles));
                copy.detail = static_cast<std::uint32_t>(summaries_.size());
                summaries_.push_back(s);
            } else if (p.detail != point_row::none) {
                histogram_row h = other.histograms_[p.detail];
                h.classic = add_buckets(other.buckets(h.classic));
                h.positive_spans = add_spans(other.spans(h.positive_spans));
                h.negative_spans = add_spans(other.spans(h.negative_spans));
                h.positive = add_counts(other.counts(h.positive));
                h.negative = add_counts(other.counts(h.negative));
                h.custom_bounds = add_bounds(other.bounds(h.custom_bounds));
                copy.detail = static_cast<std::uint32_t>(histograms_.size());
                histograms_.push_back(h);
            }
            if (p.extra != point_row::none) {
                extra_row e = other.extras_[p.extra];
                const auto rows = part(other.exemplars_, e.exemplars);
                e.exemplars.first = static_cast<std::uint32_t>(exemplars_.size());
                for (exemplar_row x : rows) {
                    x.labels = map_labels(x.labels);
                    exemplars_.push_back(x);
                }
                copy.extra = static_cast<std::uint32_t>(extras_.size());
                extras_.push_back(e);
            }
            points_.push_back(copy);
            families_[index(to)].used = true;
        }
    }
    return left_out;
}

inline void batch::clear() noexcept
{
    arena_.clear();
    by_name_.clear();
    families_.clear();
    order_.clear();
    labels_.clear();
    label_sets_.resize(1);
    points_.clear();
    extras_.clear();
    exemplars_.clear();
    histograms_.clear();
    summaries_.clear();
    classic_.clear();
    spans_.clear();
    counts_.clear();
    bounds_.clear();
    quantiles_.clear();
    left_out_ = 0;
}

}  // namespace pitot
