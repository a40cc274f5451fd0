#pragma once
// A collector seen with other names and labels.

#include <pitot/model/batch.hpp>
#include <pitot/model/collector.hpp>

#include <functional>  // std::function
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace pitot {

/// A label in the hands of a relabelling function, which may change or (by an empty value) drop it.
struct owned_label {
    std::string name;
    std::string value;
    friend bool operator==(const owned_label&, const owned_label&) = default;
};

/// Collects another collector's families under other names and labels; is a collector itself. The other one outlives
/// the view. All steps are optional, and run in this order for each scrape:
/// keep     which families stay, by name
/// prefix   before every name
/// labels   put in front of every series' own; one that the series has itself stays the series'
/// relabel  changes the labels of a series; false drops the series. Two series made equal are both exposed, which a
///          scraper refuses: it is up to the function not to
template <class C>
    requires collector<C>
class view {
public:
    explicit view(C& of) noexcept : of_(&of) {}

    view& keep(std::function<bool(std::string_view name)> family)
    {
        keep_ = std::move(family);
        return *this;
    }
    view& prefix(std::string text)
    {
        prefix_ = std::move(text);
        return *this;
    }
    view& label(std::string name, std::string value)
    {
        labels_.push_back({std::move(name), std::move(value)});
        return *this;
    }
    view& relabel(std::function<bool(std::string_view family, std::vector<owned_label>& labels)> change)
    {
        relabel_ = std::move(change);
        return *this;
    }

    void collect(batch& out) const
    {
        batch from;
        static_cast<void>(of_->collect(from));
        from.finish();
        batch changed;
        for (std::size_t f = 0; f < from.size(); ++f) {
            const family_view family = from[f];
            if (keep_ && !keep_(family.name())) continue;
            const family_id id = changed.family(changed.intern(prefix_ + std::string(family.name())), family.type(),
                                                changed.intern(family.help()), changed.intern(family.unit()));
            for (std::size_t i = 0; i < family.size(); ++i) {
                if (const auto labels = labels_of(family[i], changed, family)) copy(family[i], id, *labels, changed);
            }
        }
        changed.finish();
        out.merge(changed);
    }

private:
    std::optional<labels_id> labels_of(const point_view& point, batch& out, const family_view& family) const
    {
        std::vector<owned_label> labels;
        for (const owned_label& l : labels_)
            if (label_value(point.labels(), l.name).empty()) labels.push_back(l);
        for (const label_view& l : point.labels()) {
            // The label of a state set is named like the family, and stays so.
            const bool state = family.type() == metric_type::state_set && l.name == family.name();
            labels.push_back({state ? prefix_ + std::string(l.name) : std::string(l.name), std::string(l.value)});
        }
        if (relabel_ && !relabel_(family.name(), labels)) return std::nullopt;
        std::vector<label_view> views;
        for (const owned_label& l : labels)
            if (!l.value.empty()) views.push_back({out.intern(l.name), out.intern(l.value)});
        return out.labels(views);
    }

    static void copy(const point_view& p, family_id family, labels_id labels, batch& out)
    {
        const batch& from = p.owner();
        point_id point{};
        if (const histogram_row* h = p.histogram()) {
            histogram_row row = *h;
            row.classic = out.add_buckets(from.buckets(h->classic));
            row.positive_spans = out.add_spans(from.spans(h->positive_spans));
            row.negative_spans = out.add_spans(from.spans(h->negative_spans));
            row.positive = out.add_counts(from.counts(h->positive));
            row.negative = out.add_counts(from.counts(h->negative));
            row.custom_bounds = out.add_bounds(from.bounds(h->custom_bounds));
            point = out.add(family, labels, row);
        } else if (const summary_row* s = p.summary()) {
            summary_row row = *s;
            row.quantiles = out.add_quantiles(from.quantiles(s->quantiles));
            point = out.add(family, labels, row);
        } else {
            point = out.add(family, labels, p.value());
        }
        if (const auto when = p.timestamp()) out.set_timestamp(point, *when);
        if (const auto when = p.created()) out.set_created(point, *when);
        std::vector<exemplar_row> exemplars(p.exemplars().begin(), p.exemplars().end());
        for (exemplar_row& e : exemplars) {
            std::vector<label_view> views;
            for (const label_view& l : from.labels(e.labels))
                views.push_back({out.intern(l.name), out.intern(l.value)});
            e.labels = out.labels(views);
        }
        if (!exemplars.empty()) out.set_exemplars(point, exemplars);
    }

    C* of_;
    std::function<bool(std::string_view)> keep_;
    std::string prefix_;
    std::vector<owned_label> labels_;
    std::function<bool(std::string_view, std::vector<owned_label>&)> relabel_;
};

}  // namespace pitot
