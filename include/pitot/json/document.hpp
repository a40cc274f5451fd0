#pragma once
// A JSON document that knows where everything stands: one flat table of nodes over the user's own text.

#include <pitot/base/arena.hpp>
#include <pitot/base/number.hpp>
#include <pitot/base/span.hpp>
#include <pitot/json/string.hpp>

#include <charconv>  // std::from_chars
#include <cstdint>
#include <iterator>
#include <memory>
#include <optional>
#include <span>
#include <string_view>
#include <utility>
#include <vector>

namespace pitot::json {

enum class kind : unsigned char { null, boolean, number, string, array, object };

/// A key that its object has more than once. Both stay in the document; lookup finds the last, as Go and JavaScript do.
/// first, again  spans of the two keys in the text, quotes included
/// node          index of the later value, for document::at
struct duplicate_key {
    text_span first;
    text_span again;
    std::uint32_t node = 0;
};

namespace detail {

/// A value or a key, in the order of the text. In an object every value is preceded by its key. Without initializers,
/// so that room for many costs nothing.
struct node {
    std::uint32_t offset;  ///< of the first byte, quote or bracket included
    std::uint32_t length;
    std::uint32_t parent;  ///< the array or object it stands in; itself for the root
    std::uint32_t after;   ///< index behind its last descendant
    std::uint32_t place;   ///< members that its array or object has before it
    std::uint32_t extra;   ///< array, object: members; true: 1; string with escapes: 1 + index of its decoded text
    kind type;
    bool is_key;
};

class builder;

}  // namespace detail

class document;

/// A value in a document: two words, cheap to copy, valid while the document stays where it is.
/// One that is absent (a missing key, an index past the end) is false and answers every question with "nothing", so
/// that a path can be walked without a check at each step.
class value {
public:
    value() noexcept = default;
    value(const document& in, std::uint32_t index) noexcept : document_(&in), index_(index) {}

    explicit operator bool() const noexcept { return document_ != nullptr; }
    friend bool operator==(const value&, const value&) noexcept = default;

    /// kind::null when absent.
    [[nodiscard]] kind type() const noexcept;
    [[nodiscard]] bool is_null() const noexcept { return *this && type() == kind::null; }
    [[nodiscard]] bool is_bool() const noexcept { return type() == kind::boolean; }
    [[nodiscard]] bool is_number() const noexcept { return type() == kind::number; }
    [[nodiscard]] bool is_string() const noexcept { return type() == kind::string; }
    [[nodiscard]] bool is_array() const noexcept { return type() == kind::array; }
    [[nodiscard]] bool is_object() const noexcept { return type() == kind::object; }

    /// Where it stands: strings with their quotes, arrays and objects with their brackets.
    [[nodiscard]] text_span span() const noexcept;
    /// What stands there; a number's own digits.
    [[nodiscard]] std::string_view raw() const noexcept;

    /// A string's decoded text; empty for everything else. Lives as long as the document and its text.
    [[nodiscard]] std::string_view text() const noexcept;
    [[nodiscard]] std::optional<bool> as_bool() const noexcept;
    /// The nearest double; beyond the largest ±Inf, below the smallest ±0.
    [[nodiscard]] std::optional<double> as_double() const;
    /// Only for numbers written without point and exponent that an int64 holds.
    [[nodiscard]] std::optional<std::int64_t> as_int() const noexcept;

    /// The byte in the file that a byte of text() comes from: an escape's backslash, the closing quote for the end.
    [[nodiscard]] std::size_t source_offset(std::size_t offset) const noexcept;
    /// The bytes in the file that a part of text() comes from.
    [[nodiscard]] text_span source_span(text_span part) const noexcept
    {
        const std::size_t first = source_offset(part.offset);
        return {first, source_offset(part.end()) - first};
    }

    /// Members of an array or object.
    [[nodiscard]] std::size_t size() const noexcept;
    /// The member of that name (the last one if there are several).
    [[nodiscard]] value operator[](std::string_view key) const noexcept;
    /// The element of that index.
    [[nodiscard]] value operator[](std::size_t index) const noexcept;

    /// The key of a member of an object; absent for everything else.
    [[nodiscard]] value key() const noexcept;
    /// Members that its array or object has before it: an element's index. 0 for the root.
    [[nodiscard]] std::size_t place() const noexcept;
    /// The array or object around it; absent for the root.
    [[nodiscard]] value parent() const noexcept;

    class iterator;
    /// The elements of an array, the values of an object (their keys by key()); nothing for other values.
    [[nodiscard]] iterator begin() const noexcept;
    [[nodiscard]] iterator end() const noexcept;

    /// Its place in the document's table.
    [[nodiscard]] std::uint32_t index() const noexcept { return index_; }

private:
    [[nodiscard]] const detail::node& node() const noexcept;
    [[nodiscard]] std::string_view body() const noexcept;

    const document* document_ = nullptr;
    std::uint32_t index_ = 0;
};

/// A parsed text. It refers to the text, which must outlive it unchanged; values refer to the document.
class document {
public:
    [[nodiscard]] value root() const noexcept { return {*this, 0}; }
    [[nodiscard]] std::string_view text() const noexcept { return text_; }
    [[nodiscard]] std::span<const duplicate_key> duplicates() const noexcept { return duplicates_; }
    /// Values and keys.
    [[nodiscard]] std::size_t node_count() const noexcept { return count_; }
    [[nodiscard]] value at(std::uint32_t index) const noexcept { return {*this, index}; }
    /// Bytes held beside the text.
    [[nodiscard]] std::size_t memory() const noexcept
    {
        return room_ * sizeof(detail::node) + decoded_.capacity() * sizeof(std::string_view) +
               duplicates_.capacity() * sizeof(duplicate_key) + strings_.capacity();
    }

private:
    friend class value;
    friend class value::iterator;
    friend class detail::builder;

    std::string_view text_;
    std::unique_ptr<detail::node[]> nodes_;
    std::size_t count_ = 0;
    std::size_t room_ = 0;  ///< nodes that have a place
    std::vector<std::string_view> decoded_;
    std::vector<duplicate_key> duplicates_;
    arena strings_{256};
};

class value::iterator {
public:
    using iterator_concept = std::forward_iterator_tag;
    using difference_type = std::ptrdiff_t;
    using value_type = value;

    iterator() noexcept = default;
    iterator(const document& in, std::uint32_t index, std::uint32_t step) noexcept
        : document_(&in), index_(index), step_(step)
    {}
    value operator*() const noexcept { return {*document_, index_}; }
    iterator& operator++() noexcept
    {
        index_ = document_->nodes_[index_].after + step_;
        return *this;
    }
    iterator operator++(int) noexcept
    {
        const iterator before = *this;
        ++*this;
        return before;
    }
    friend bool operator==(const iterator& a, const iterator& b) noexcept { return a.index_ == b.index_; }

private:
    const document* document_ = nullptr;
    std::uint32_t index_ = 0;
    std::uint32_t step_ = 0;  // 1 in objects, over the key
};

inline const detail::node& value::node() const noexcept { return document_->nodes_[index_]; }

inline kind value::type() const noexcept { return *this ? node().type : kind::null; }

inline text_span value::span() const noexcept { return *this ? text_span{node().offset, node().length} : text_span{}; }

inline std::string_view value::raw() const noexcept
{
    return *this ? document_->text_.substr(node().offset, node().length) : std::string_view{};
}

inline std::string_view value::body() const noexcept
{
    return document_->text_.substr(node().offset + std::size_t{1}, node().length - std::size_t{2});
}

inline std::string_view value::text() const noexcept
{
    if (type() != kind::string) return {};
    return node().extra == 0 ? body() : document_->decoded_[node().extra - 1];
}

inline std::optional<bool> value::as_bool() const noexcept
{
    if (type() != kind::boolean) return std::nullopt;
    return node().extra != 0;
}

inline std::optional<double> value::as_double() const
{
    if (type() != kind::number) return std::nullopt;
    return parse_number(raw()).value_or(0.0);  // every JSON number is one of parse_number's
}

inline std::optional<std::int64_t> value::as_int() const noexcept
{
    if (type() != kind::number) return std::nullopt;
    const std::string_view digits = raw();
    std::int64_t number = 0;
    const auto [end, code] = std::from_chars(digits.data(), digits.data() + digits.size(), number);
    if (code != std::errc{} || end != digits.data() + digits.size()) return std::nullopt;
    return number;
}

inline std::size_t value::source_offset(std::size_t offset) const noexcept
{
    if (type() != kind::string) return span().offset;
    const std::size_t first = node().offset + std::size_t{1};
    const std::string_view in = body();
    if (node().extra == 0) return first + (offset < in.size() ? offset : in.size());
    return first + offset_in_body(in, offset);
}

inline std::size_t value::size() const noexcept { return is_array() || is_object() ? node().extra : 0; }

inline value::iterator value::begin() const noexcept
{
    if (!is_array() && !is_object()) return {};
    const std::uint32_t step = is_object() ? 1 : 0;
    return {*document_, index_ + 1 + step, step};
}

inline value::iterator value::end() const noexcept
{
    if (!is_array() && !is_object()) return {};
    const std::uint32_t step = is_object() ? 1 : 0;
    return {*document_, node().after + step, step};
}

inline value value::operator[](std::string_view key) const noexcept
{
    if (!is_object()) return {};
    const detail::node* const nodes = document_->nodes_.get();
    const char* const text = document_->text_.data();
    const bool first_is_last = document_->duplicates_.empty();
    const char initial = key.empty() ? '"' : key.front();  // in the text a quote stands behind an empty key
    const std::uint32_t after = nodes[index_].after;
    std::uint32_t found = 0;
    for (std::uint32_t at = index_ + 1; at < after; at = nodes[at + 1].after) {
        const detail::node& name = nodes[at];
        if (name.extra != 0 ? document_->decoded_[name.extra - 1] != key
                            : name.length != key.size() + 2 || text[name.offset + 1] != initial ||
                                  std::string_view(text + name.offset + 1, key.size()) != key)
            continue;
        found = at + 1;
        if (first_is_last) break;
    }
    return found == 0 ? value{} : value{*document_, found};
}

inline value value::operator[](std::size_t index) const noexcept
{
    if (!is_array() || index >= size()) return {};
    for (const value element : *this)
        if (index-- == 0) return element;
    return {};
}

inline value value::parent() const noexcept
{
    if (!*this || index_ == 0) return {};
    return {*document_, node().parent};
}

inline std::size_t value::place() const noexcept { return *this ? node().place : 0; }

inline value value::key() const noexcept
{
    if (!*this || node().is_key || !parent().is_object()) return {};
    return {*document_, index_ - 1};
}

}  // namespace pitot::json
