#pragma once
// Exemplars: one concrete observation, with the labels (a trace id) that lead to it.

#include <pitot/base/utf8.hpp>
#include <pitot/metrics/classic_cell.hpp>
#include <pitot/metrics/timer.hpp>  // now_instant
#include <pitot/model/batch.hpp>
#include <pitot/model/label.hpp>
#include <pitot/model/name.hpp>

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <initializer_list>
#include <new>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

namespace pitot {

/// Labels of an exemplar: {{"trace_id", id}}. Names and values have 128 code points together at most (OpenMetrics).
using exemplar_labels = std::initializer_list<label_view>;

namespace detail {

/// The newest exemplar of a counter or bucket. Setting it never waits: who finds another setting it lets that one win.
class exemplar_slot {
public:
    static constexpr std::size_t most_points = 128;
    static constexpr std::size_t most_bytes = 240;
    static constexpr std::size_t most_labels = 8;

    /// False when the labels are too long, too many, no legal names or no UTF-8.
    [[nodiscard]] static bool fits(exemplar_labels labels) noexcept
    {
        std::size_t points = 0;
        std::size_t bytes = 0;
        for (const label_view& l : labels) {
            if (!is_legacy_label_name(l.name) || !is_utf8(l.value)) return false;
            points += l.name.size() + utf8_length(l.value);
            bytes += l.name.size() + l.value.size();
        }
        return points <= most_points && bytes <= most_bytes && labels.size() <= most_labels;
    }

    void set(double value, exemplar_labels labels) noexcept
    {
        if (exchange<acquire>(taken_, 1U) != 0) return;
        when_ = now_instant();
        value_ = value;
        count_ = 0;
        char* at = text_;
        for (const label_view& l : labels) {
            std::memcpy(at, l.name.data(), l.name.size());
            at += l.name.size();
            if (!l.value.empty()) std::memcpy(at, l.value.data(), l.value.size());
            at += l.value.size();
            sizes_[count_][0] = static_cast<std::uint8_t>(l.name.size());
            sizes_[count_++][1] = static_cast<std::uint8_t>(l.value.size());
        }
        set_ = true;
        store<release>(taken_, 0U);
    }

    /// The exemplar as a row of a batch.
    [[nodiscard]] std::optional<exemplar_row> read(batch& out, std::uint32_t bucket)
    {
        if (!wait_until([&] { return exchange<acquire>(taken_, 1U) == 0; })) return std::nullopt;
        std::optional<exemplar_row> row;
        char text[most_bytes];
        label_view labels[most_labels];
        std::size_t count = 0;
        if (set_) {
            std::memcpy(text, text_, most_bytes);
            count = count_;
            const char* at = text;
            for (std::size_t i = 0; i < count; ++i) {
                labels[i].name = {at, sizes_[i][0]};
                labels[i].value = {at + sizes_[i][0], sizes_[i][1]};
                at += sizes_[i][0] + sizes_[i][1];
            }
            row = exemplar_row{labels_id::none, value_, when_, bucket};
        }
        store<release>(taken_, 0U);
        if (!row) return row;
        for (std::size_t i = 0; i < count; ++i) labels[i] = {out.intern(labels[i].name), out.intern(labels[i].value)};
        row->labels = out.labels(labels_view{labels, count});
        return row;
    }

private:
    std::uint32_t taken_ = 0;
    bool set_ = false;
    std::uint8_t count_ = 0;
    std::uint8_t sizes_[most_labels][2] = {};
    double value_ = 0;
    instant when_;
    char text_[most_bytes];
};

/// A counter's cell with its newest exemplar; the memory for it is there from the start.
template <class Cell>
class exemplar_cell : public Cell {
public:
    exemplar_cell() noexcept : slot_(new(std::nothrow) exemplar_slot) {}
    ~exemplar_cell() { delete slot_; }
    [[nodiscard]] static bool fits(exemplar_labels labels) noexcept { return exemplar_slot::fits(labels); }
    void set_exemplar(double value, exemplar_labels labels) noexcept { slot_->set(value, labels); }
    [[nodiscard]] bool usable() const noexcept
    {
        if constexpr (requires(const Cell& c) { c.usable(); })
            return Cell::usable() && slot_ != nullptr;
        else
            return slot_ != nullptr;
    }
    void read_exemplars(batch& out, std::vector<exemplar_row>& rows)
    {
        if (const auto row = slot_->read(out, exemplar_row::no_bucket)) rows.push_back(*row);
    }

private:
    exemplar_slot* slot_;
};

/// A classic histogram's cell with an exemplar for each bucket.
template <unsigned Lanes>
class exemplar_histogram_cell : public classic_cell<Lanes> {
public:
    explicit exemplar_histogram_cell(std::span<const double> bounds) noexcept
        : classic_cell<Lanes>(bounds), slots_(new(std::nothrow) exemplar_slot[bounds.size() + 1])
    {}
    ~exemplar_histogram_cell() { delete[] slots_; }
    [[nodiscard]] static bool fits(exemplar_labels labels) noexcept { return exemplar_slot::fits(labels); }
    void set_exemplar(double value, exemplar_labels labels) noexcept
    {
        slots_[this->bucket_of(value)].set(value, labels);
    }
    [[nodiscard]] bool usable() const noexcept { return classic_cell<Lanes>::usable() && slots_ != nullptr; }
    void read_exemplars(batch& out, std::vector<exemplar_row>& rows)
    {
        for (std::size_t i = 0; i <= this->bounds().size(); ++i)
            if (const auto row = slots_[i].read(out, static_cast<std::uint32_t>(i))) rows.push_back(*row);
    }

private:
    exemplar_slot* slots_;
};

}  // namespace detail
}  // namespace pitot
