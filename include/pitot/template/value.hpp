#pragma once
// Values of templates, and how Go prints them.

#include <pitot/base/number.hpp>
#include <pitot/base/text.hpp>

#include <cmath>
#include <cstdint>
#include <map>
#include <memory>
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

/// Nothing, a truth, a whole number, a number, a text, a map, a list or a sample.
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
    [[nodiscard]] static value of(const text_map& from)
    {
        value_map out;
        for (const auto& [key, v] : from) out.emplace(key, value(v));
        return value(std::move(out));
    }

    [[nodiscard]] bool is_nil() const noexcept { return data_.index() == 0; }
    [[nodiscard]] const bool* boolean() const noexcept { return std::get_if<bool>(&data_); }
    [[nodiscard]] const std::int64_t* integer() const noexcept { return std::get_if<std::int64_t>(&data_); }
    [[nodiscard]] const double* number() const noexcept { return std::get_if<double>(&data_); }
    [[nodiscard]] const std::string* text() const noexcept { return std::get_if<std::string>(&data_); }
    [[nodiscard]] const value_map* map() const noexcept { return pointer<value_map>(); }
    [[nodiscard]] const value_list* list() const noexcept { return pointer<value_list>(); }
    [[nodiscard]] const templates::sample* one_sample() const noexcept { return pointer<templates::sample>(); }

    /// What `if` and `and` take for true.
    [[nodiscard]] bool is_true() const noexcept
    {
        if (const auto* const b = boolean()) return *b;
        if (const auto* const i = integer()) return *i != 0;
        if (const auto* const n = number()) return *n != 0;
        if (const auto* const t = text()) return !t->empty();
        if (const auto* const m = map()) return !m->empty();
        if (const auto* const l = list()) return !l->empty();
        return one_sample() != nullptr;
    }

private:
    template <class T>
    [[nodiscard]] const T* pointer() const noexcept
    {
        const auto* const p = std::get_if<std::shared_ptr<const T>>(&data_);
        return p == nullptr ? nullptr : p->get();
    }

    std::variant<std::monostate, bool, std::int64_t, double, std::string, std::shared_ptr<const value_map>,
                 std::shared_ptr<const value_list>, std::shared_ptr<const templates::sample>>
        data_;
};

[[nodiscard]] inline std::string go_float(double v)
{
    char room[number_size];
    return {room, static_cast<std::size_t>(write_go_number(room, v) - room)};
}

/// Go's %v.
[[nodiscard]] inline std::string to_text(const value& v)
{
    if (const auto* const b = v.boolean()) return *b ? "true" : "false";
    if (const auto* const i = v.integer()) return std::to_string(*i);
    if (const auto* const n = v.number()) return go_float(*n);
    if (const auto* const t = v.text()) return *t;
    if (const auto* const m = v.map()) {
        std::string out = "map[";
        for (const auto& [key, item] : *m) out += concat(out.size() > 4 ? " " : "", key, ":", to_text(item));
        return out + ']';
    }
    if (const auto* const l = v.list()) {
        std::string out = "[";
        for (const value& item : *l) out += concat(out.size() > 1 ? " " : "", to_text(item));
        return out + ']';
    }
    if (const auto* const s = v.one_sample())
        return concat("{", to_text(value::of(s->labels)), " ", s->text.empty() ? go_float(s->number) : s->text, "}");
    return "<no value>";
}

}  // namespace pitot::templates
