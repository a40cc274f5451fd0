#pragma once
// Values of templates, and how Go prints them.

#include <pitot/base/number.hpp>
#include <pitot/base/text.hpp>
#include <pitot/base/time_text.hpp>

#include <cmath>
#include <cstdint>
#include <map>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

namespace pitot::templates {

class value;
using text_map = std::map<std::string, std::string, std::less<>>;
using value_map = std::map<std::string, value, std::less<>>;
using value_list = std::vector<value>;

/// A sample of a query. text  of a histogram; empty for a float
struct sample {
    text_map labels;
    double number = 0;
    std::string text;
};

/// A moment, in milliseconds since 1970.
struct moment {
    std::int64_t milliseconds = 0;
};
/// A time that passes, in nanoseconds.
struct span_of_time {
    std::int64_t nanoseconds = 0;
};

/// A struct of Go's. type  as Go writes it
struct record {
    std::string type;
    std::vector<std::pair<std::string, value>> fields;
};

/// Nothing, a truth, a whole number, a number, a text, a map, a list, a sample, a time or a struct.
class value {
public:
    value() = default;
    value(bool v) : data_(v) {}                                                          // NOLINT
    value(std::int64_t v) : data_(v) {}                                                  // NOLINT
    value(double v) : data_(v) {}                                                        // NOLINT
    value(std::string v) : data_(std::move(v)) {}                                        // NOLINT
    value(std::string_view v) : data_(std::string(v)) {}                                 // NOLINT
    value(const char* v) : data_(std::string(v)) {}                                      // NOLINT
    value(value_map v) : data_(std::make_shared<const value_map>(std::move(v))) {}       // NOLINT
    value(value_list v) : data_(std::make_shared<const value_list>(std::move(v))) {}     // NOLINT
    value(sample v) : data_(std::make_shared<const templates::sample>(std::move(v))) {}  // NOLINT
    value(record v) : data_(std::make_shared<const templates::record>(std::move(v))) {}  // NOLINT
    value(moment v) : data_(v) {}                                                        // NOLINT
    value(span_of_time v) : data_(v) {}                                                  // NOLINT
    [[nodiscard]] static value of(const text_map& from)
    {
        value_map out;
        for (const auto& [key, v] : from) out.emplace(key, value(v));
        value made(std::move(out));
        made.texts_ = true;
        return made;
    }

    [[nodiscard]] bool is_nil() const noexcept { return data_.index() == 0; }
    [[nodiscard]] const bool* boolean() const noexcept { return std::get_if<bool>(&data_); }
    [[nodiscard]] const std::int64_t* integer() const noexcept { return std::get_if<std::int64_t>(&data_); }
    [[nodiscard]] const double* number() const noexcept { return std::get_if<double>(&data_); }
    [[nodiscard]] const std::string* text() const noexcept { return std::get_if<std::string>(&data_); }
    [[nodiscard]] const value_map* map() const noexcept { return pointer<value_map>(); }
    [[nodiscard]] const value_list* list() const noexcept { return pointer<value_list>(); }
    [[nodiscard]] const templates::sample* one_sample() const noexcept { return pointer<templates::sample>(); }
    [[nodiscard]] const templates::record* fields() const noexcept { return pointer<templates::record>(); }
    [[nodiscard]] const moment* time() const noexcept { return std::get_if<moment>(&data_); }
    [[nodiscard]] const span_of_time* duration() const noexcept { return std::get_if<span_of_time>(&data_); }
    /// A map of texts: what it does not have is an empty text there, in other maps it is nothing.
    [[nodiscard]] bool has_texts() const noexcept { return texts_; }

    /// What `if` and `and` take for true.
    [[nodiscard]] bool is_true() const noexcept
    {
        if (const auto* const b = boolean()) return *b;
        if (const auto* const i = integer()) return *i != 0;
        if (const auto* const n = number()) return *n != 0;
        if (const auto* const t = text()) return !t->empty();
        if (const auto* const m = map()) return !m->empty();
        if (const auto* const l = list()) return !l->empty();
        return !is_nil();
    }

private:
    template <class T>
    [[nodiscard]] const T* pointer() const noexcept
    {
        const auto* const p = std::get_if<std::shared_ptr<const T>>(&data_);
        return p == nullptr ? nullptr : p->get();
    }

    std::variant<std::monostate, bool, std::int64_t, double, std::string, std::shared_ptr<const value_map>,
                 std::shared_ptr<const value_list>, std::shared_ptr<const templates::sample>,
                 std::shared_ptr<const templates::record>, moment, span_of_time>
        data_;
    bool texts_ = false;
};

/// Go's time.Time in UTC: "2001-02-03 04:05:06.5 +0000 UTC".
[[nodiscard]] inline std::string to_text(moment at)
{
    std::string out = date_time_text(at.milliseconds, ' ');
    if (const std::int64_t rest = (at.milliseconds % 1000 + 1000) % 1000; rest != 0) {
        out += concat(".", std::to_string(1000 + rest).substr(1));
        while (out.back() == '0') out.pop_back();
    }
    return out + " +0000 UTC";
}

/// Go's time.Duration: "1h1m1.25s", "1.5ms".
[[nodiscard]] inline std::string to_text(span_of_time d)
{
    if (d.nanoseconds == 0) return "0s";
    const bool minus = d.nanoseconds < 0;
    const std::uint64_t all = minus ? std::uint64_t{0} - static_cast<std::uint64_t>(d.nanoseconds)
                                    : static_cast<std::uint64_t>(d.nanoseconds);
    const auto with_fraction = [](std::uint64_t n, std::uint64_t unit) {
        std::string out = std::to_string(n / unit);
        if (n % unit == 0) return out;
        out += concat(".", std::to_string(unit + n % unit).substr(1));
        while (out.back() == '0') out.pop_back();
        return out;
    };
    std::string out = minus ? "-" : "";
    if (all < 1000) return concat(out, std::to_string(all), "ns");
    if (all < 1'000'000) return concat(out, with_fraction(all, 1000), "µs");
    if (all < 1'000'000'000) return concat(out, with_fraction(all, 1'000'000), "ms");
    const std::uint64_t minute = 60'000'000'000;
    if (all >= 60 * minute) out += concat(std::to_string(all / (60 * minute)), "h");
    if (all >= minute) out += concat(std::to_string(all / minute % 60), "m");
    return concat(out, with_fraction(all % minute, 1'000'000'000), "s");
}

[[nodiscard]] inline std::string go_float(double v)
{
    char room[number_size];
    return {room, static_cast<std::size_t>(write_go_number(room, v) - room)};
}

/// Go's name of the type.
[[nodiscard]] inline std::string type_of(const value& v)
{
    if (v.boolean() != nullptr) return "bool";
    if (v.integer() != nullptr) return "int";
    if (v.number() != nullptr) return "float64";
    if (v.text() != nullptr) return "string";
    if (v.map() != nullptr) return v.has_texts() ? "map[string]string" : "map[string]interface {}";
    if (v.list() != nullptr) return "template.queryResult";
    if (v.one_sample() != nullptr) return "*template.sample";
    if (v.fields() != nullptr) return v.fields()->type;
    if (v.time() != nullptr) return "*time.Time";
    if (v.duration() != nullptr) return "*time.Duration";
    return "nil";
}

/// Go's %v. nothing  how a value that is none is written: as an action's result so
[[nodiscard]] inline std::string to_text(const value& v, std::string_view nothing = "<no value>")
{
    if (const auto* const t = v.time()) return to_text(*t);
    if (const auto* const d = v.duration()) return to_text(*d);
    if (const auto* const r = v.fields()) {
        std::string out = "{";
        for (const auto& [name, field] : r->fields) out += concat(out.size() > 1 ? " " : "", to_text(field, "<nil>"));
        return out + '}';
    }
    if (const auto* const b = v.boolean()) return *b ? "true" : "false";
    if (const auto* const i = v.integer()) return std::to_string(*i);
    if (const auto* const n = v.number()) return go_float(*n);
    if (const auto* const t = v.text()) return *t;
    if (const auto* const m = v.map()) {
        std::string out = "map[";
        for (const auto& [key, item] : *m) out += concat(out.size() > 4 ? " " : "", key, ":", to_text(item, "<nil>"));
        return out + ']';
    }
    if (const auto* const l = v.list()) {
        std::string out = "[";
        for (const value& item : *l) out += concat(out.size() > 1 ? " " : "", to_text(item));
        return out + ']';
    }
    if (const auto* const s = v.one_sample())
        return concat("{", to_text(value::of(s->labels)), " ", s->text.empty() ? go_float(s->number) : s->text, "}");
    return std::string(nothing);
}

namespace detail {

using arguments = std::span<const value>;

}  // namespace detail

}  // namespace pitot::templates
