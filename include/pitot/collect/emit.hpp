#pragma once
// From table rows to a batch: families by row, label sets for each profile, the first problem kept.

#include <pitot/base/error.hpp>
#include <pitot/base/result.hpp>
#include <pitot/base/text.hpp>
#include <pitot/base/utf8.hpp>
#include <pitot/collect/table.hpp>
#include <pitot/model/batch.hpp>

#include <algorithm>  // std::binary_search
#include <cstdint>
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace pitot::collect {

/// A label set in both profiles.
struct label_ids {
    labels_id exporter = labels_id::none;
    labels_id vector = labels_id::none;
};

/// What outlives a scrape: the table and its names in Vector's profile.
class emit_plan {
public:
    /// taken  every exporter name of all tables that go out together, sorted: in profile both, Vector's names, which
    /// have
    ///        two labels more, give way to them
    emit_plan(const metric_table& table, const naming& names, std::span<const std::string_view> taken)
        : table_(table), names_(&names), ids_(2 * table.metrics.size(), no_family)
    {
        if (!names.vector_on()) return;
        vector_names_.reserve(table.metrics.size());
        for (const metric& m : table.metrics) {
            std::string full;
            if (!m.vector.empty())
                full = names.vector_prefix.empty() ? std::string(m.vector) : concat(names.vector_prefix, "_", m.vector);
            if (names.exporter_on() && std::binary_search(taken.begin(), taken.end(), std::string_view(full)))
                full.clear();
            vector_names_.push_back(std::move(full));
        }
    }

    [[nodiscard]] const metric_table& table() const noexcept { return table_; }
    [[nodiscard]] const naming& names() const noexcept { return *names_; }

    /// Whether any row has a name in the profile.
    [[nodiscard]] bool has_output() const noexcept
    {
        for (std::size_t i = 0; i < table_.metrics.size(); ++i)
            if ((names_->exporter_on() && !table_.metrics[i].name.empty()) || has_vector(i)) return true;
        return false;
    }
    [[nodiscard]] bool has_vector(std::size_t row) const noexcept
    {
        return row < vector_names_.size() && !vector_names_[row].empty();
    }
    [[nodiscard]] std::string_view vector_name(std::size_t row) const noexcept { return vector_names_[row]; }

private:
    friend class emitter;
    static constexpr std::uint32_t no_family = UINT32_MAX;

    metric_table table_;
    const naming* names_;
    std::vector<std::string> vector_names_;
    std::vector<std::uint32_t> ids_;  ///< of the running scrape: exporter's, then Vector's
};

/// Adds the values of one collector to one batch. Cheap to make; one at a time for a plan.
class emitter {
public:
    emitter(emit_plan& plan, batch& out) noexcept : plan_(plan), out_(out)
    {
        for (std::uint32_t& id : plan.ids_) id = emit_plan::no_family;
    }
    emitter(const emitter&) = delete;
    emitter& operator=(const emitter&) = delete;

    [[nodiscard]] batch& out() noexcept { return out_; }
    [[nodiscard]] bool exporter_on() const noexcept { return plan_.names_->exporter_on(); }
    [[nodiscard]] bool vector_on() const noexcept { return plan_.names_->vector_on(); }
    [[nodiscard]] bool has_vector(std::size_t row) const noexcept { return plan_.has_vector(row); }

    /// Copies text that does not outlive the batch; bytes that are no UTF-8 become U+FFFD.
    [[nodiscard]] std::string_view keep(std::string_view text)
    {
        std::size_t bad = utf8_error(text);
        if (bad == text.size()) return out_.intern(text);
        std::string clean;
        while (!text.empty()) {
            clean += text.substr(0, bad);
            text.remove_prefix(bad);
            if (text.empty()) break;
            clean += "\xEF\xBF\xBD";
            text.remove_prefix(1);
            bad = utf8_error(text);
        }
        return out_.intern(clean);
    }

    /// A label set with the same names and values in both profiles; texts must outlive the batch.
    label_ids labels(std::initializer_list<label_view> set) { return {exporter_labels(set), vector_labels(set)}; }
    label_ids no_labels() { return {labels_id::none, vector_labels({})}; }

    labels_id exporter_labels(std::initializer_list<label_view> set)
    {
        return exporter_on() ? out_.labels(set) : labels_id::none;
    }
    /// Vector's collector and host come in front.
    labels_id vector_labels(std::initializer_list<label_view> set)
    {
        if (!vector_on()) return labels_id::none;
        if (set.size() == 0 && bare_vector_ != labels_id::none) return bare_vector_;
        if (host_.data() == nullptr) host_ = keep(plan_.names_->host);
        label_view all[10];
        std::size_t count = 0;
        all[count++] = {"collector", plan_.table_.vector_name};
        all[count++] = {"host", host_};
        for (const label_view& l : set)
            if (count < std::size(all)) all[count++] = l;
        const labels_id id = out_.labels(labels_view{all, count});
        if (set.size() == 0) bare_vector_ = id;
        return id;
    }

    /// One value under every name that its row has in the profile.
    void add(std::size_t row, const label_ids& labels, double value)
    {
        add_exporter(row, labels.exporter, value);
        if (plan_.has_vector(row)) add_vector(row, labels.vector, value);
    }
    void add(std::size_t row, double value)
    {
        add_exporter(row, labels_id::none, value);
        if (plan_.has_vector(row)) add_vector(row, vector_labels({}), value);
    }
    void add_exporter(std::size_t row, labels_id labels, double value)
    {
        const metric& m = plan_.table_.metrics[row];
        if (!exporter_on() || m.name.empty()) return;
        std::uint32_t& id = plan_.ids_[row];
        if (id == emit_plan::no_family)
            id = static_cast<std::uint32_t>(out_.family(m.name, m.type, m.help, unit_of_name(m.name, m.unit)));
        out_.add(family_id{id}, labels, value);
    }
    void add_vector(std::size_t row, labels_id labels, double value)
    {
        if (!plan_.has_vector(row)) return;
        const metric& m = plan_.table_.metrics[row];
        std::uint32_t& id = plan_.ids_[plan_.table_.metrics.size() + row];
        if (id == emit_plan::no_family) {
            const std::string_view name = keep(plan_.vector_names_[row]);
            id = static_cast<std::uint32_t>(out_.family(name, m.type, m.help, unit_of_name(name, m.unit)));
        }
        out_.add(family_id{id}, labels, value);
    }

    /// A value under a name that the machine gives, in the exporter profile: a row with '*' stands for it in the table.
    /// name must outlive the batch.
    void add_named(std::string_view name, std::size_t row, labels_id labels, double value)
    {
        if (!exporter_on()) return;
        const metric& m = plan_.table_.metrics[row];
        out_.add(out_.family(name, m.type, m.help, unit_of_name(name, m.unit)), labels, value);
    }

    /// Remembers what went wrong; collecting goes on. The first problem is the one that is returned.
    void problem(errc code, std::string message)
    {
        ++problems_;
        if (!first_) first_.emplace(code, std::move(message));
    }

    /// Success, or the first problem and how many more there were.
    [[nodiscard]] result<void> finish()
    {
        if (!first_) return {};
        if (problems_ > 1) first_->message += concat(" (and ", std::to_string(problems_ - 1), " more)");
        return unexpected(std::move(*first_));
    }

private:
    emit_plan& plan_;
    batch& out_;
    std::string_view host_;
    labels_id bare_vector_ = labels_id::none;
    std::optional<error> first_;
    std::size_t problems_ = 0;
};

}  // namespace pitot::collect
