#pragma once
// The tree of a PromQL expression. Nodes lie in an arena and are never destroyed one by one; text is a view of the
// source, or of the arena where escapes were resolved.

#include <pitot/base/arena.hpp>
#include <pitot/base/span.hpp>
#include <pitot/promql/functions.hpp>
#include <pitot/promql/token.hpp>

#include <cstdint>
#include <new>  // placement
#include <span>
#include <string_view>
#include <type_traits>
#include <vector>

namespace pitot::promql {

enum class node_kind : unsigned char {
    number,
    string,
    vector_selector,
    matrix_selector,
    subquery,
    aggregation,
    call,
    binary,
    unary,
    paren,
    duration,  ///< arithmetic of durations: in brackets and after offset
};

/// span  in the source, with everything that belongs to it
struct node {
    node_kind kind;
    text_span span;
};

/// is_duration  it was written with units; then the value is in seconds
struct number_node : node {
    double value;
    bool is_duration;
};

struct string_node : node {
    std::string_view value;
};

enum class match_op : unsigned char { equal, not_equal, regex, not_regex };

[[nodiscard]] constexpr std::string_view to_string(match_op op) noexcept
{
    constexpr std::string_view all[] = {"=", "!=", "=~", "!~"};
    return all[static_cast<unsigned>(op)];
}

/// One matcher between braces. A metric's name alone between quotes is __name__="…" without a place for name and op.
/// name_span, value_span  with their quotes
struct label_matcher {
    std::string_view name;
    match_op op;
    std::string_view value;
    text_span name_span;
    text_span value_span;
};

struct duration_node;

enum class at_kind : unsigned char { none, time, start, end };

/// `offset` and `@`.
struct time_shift {
    std::int64_t offset = 0;  ///< nanoseconds, when there is no expression
    const duration_node* offset_expr = nullptr;
    std::int64_t at_time = 0;  ///< milliseconds
    at_kind at = at_kind::none;
    bool has_offset = false;
};

/// name      before the braces; empty when there is none
/// matchers  between the braces, in their order
struct vector_selector : node {
    std::string_view name;
    text_span name_span;
    std::span<const label_matcher> matchers;
    time_shift shift;
    bool anchored = false;
    bool smoothed = false;
    bool for_info = false;  ///< second argument of info(): need not exclude anything
};

/// of     a vector selector in a tree without errors; its shift is the one that was written after the range
/// range  nanoseconds, when there is no expression
struct matrix_selector : node {
    node* of;
    std::int64_t range;
    const duration_node* range_expr;
};

/// step  nanoseconds; 0 without an expression: the engine's default
struct subquery : node {
    node* of;
    std::int64_t range;
    const duration_node* range_expr;
    std::int64_t step;
    const duration_node* step_expr;
    time_shift shift;
};

enum class aggregator : unsigned char {
    sum,
    avg,
    count,
    min,
    max,
    group,
    stddev,
    stdvar,
    topk,
    bottomk,
    count_values,
    quantile,
    limitk,
    limit_ratio,
};

namespace detail {

/// Keywords list the aggregations in the order of their enumerators.
constexpr aggregator aggregator_of(std::string_view word) noexcept
{
    return static_cast<aggregator>(keyword_row(word) - keyword_row("sum"));
}
static_assert(aggregator_of("sum") == aggregator::sum && aggregator_of("limit_ratio") == aggregator::limit_ratio);

}  // namespace detail

/// A label's name where it is listed. span with its quotes.
struct label_name {
    std::string_view text;
    text_span span;
};

[[nodiscard]] inline bool contains(std::span<const label_name> names, std::string_view label) noexcept
{
    for (const label_name& n : names)
        if (n.text == label) return true;
    return false;
}

/// parameter  of topk and others; null when there is none
struct aggregation : node {
    aggregator op;
    text_span op_span;
    node* of;
    node* parameter;
    std::span<const label_name> grouping;
    text_span grouping_span;  ///< of by (…) or without (…); empty when there is none
    bool without;
};

/// of  null for a name that is unknown, which was an error
struct call_node : node {
    const function* of;
    std::string_view name;
    text_span name_span;
    std::span<node* const> arguments;
};

enum class cardinality : unsigned char { one_to_one, many_to_one, one_to_many, many_to_many };

/// How series of both sides are paired.
/// on       the listed labels only; otherwise all but them
/// include  labels that group_left or group_right takes over
struct vector_matching {
    cardinality card = cardinality::one_to_one;
    bool on = false;
    std::span<const label_name> labels;
    std::span<const label_name> include;
    bool has_fill_left = false;
    bool has_fill_right = false;
    double fill_left = 0;
    double fill_right = 0;
    text_span span;  ///< of on (…) or ignoring (…)
};

/// matching  null unless both sides are vectors
struct binary_node : node {
    token_kind op;
    text_span op_span;
    node* left;
    node* right;
    bool return_bool;
    vector_matching* matching;
};

struct unary_node : node {
    token_kind op;
    node* of;
};

struct paren_node : node {
    node* of;
};

/// op     step and range stand alone, max_of and min_of have both sides, add and subtract may have the right one only
/// left, right  number or duration
struct duration_node : node {
    token_kind op;
    node* left;
    node* right;
    bool wrapped;  ///< in parentheses
};

/// Memory for a tree, and what the parser lays aside while it reads: reused, nothing is allocated for the next one.
class tree_arena {
public:
    struct work {
        std::vector<label_matcher> matchers;
        std::vector<label_name> labels;
        std::vector<node*> arguments;
        std::vector<node*> spine;
    };
    [[nodiscard]] work& scratch() noexcept { return work_; }

    explicit tree_arena(std::size_t first_block = 2048) noexcept : memory_(first_block) {}

    template <class T>
    [[nodiscard]] T* make(const T& from)
    {
        static_assert(std::is_trivially_destructible_v<T>, "nodes are not destroyed");
        return new (memory_.allocate(sizeof(T), alignof(T))) T(from);
    }
    template <class T>
    [[nodiscard]] std::span<T> copy(const T* first, std::size_t count)
    {
        static_assert(std::is_trivially_copyable_v<T>, "moved as bytes");
        if (count == 0) return {};
        T* const out = reinterpret_cast<T*>(memory_.allocate(sizeof(T) * count, alignof(T)));
        for (std::size_t i = 0; i < count; ++i) new (out + i) T(first[i]);
        return {out, count};
    }
    [[nodiscard]] std::string_view copy(std::string_view text) { return memory_.copy(text); }
    /// For text that lives as long as the tree.
    [[nodiscard]] arena& texts() noexcept { return memory_; }
    void clear() noexcept { memory_.clear(); }
    [[nodiscard]] std::size_t capacity() const noexcept { return memory_.capacity(); }

private:
    arena memory_;
    work work_;
};

/// The node as what its kind says; null for another kind.
template <class T>
[[nodiscard]] const T* as(const node* n) noexcept
{
    constexpr node_kind kind = std::is_same_v<T, number_node>       ? node_kind::number
                               : std::is_same_v<T, string_node>     ? node_kind::string
                               : std::is_same_v<T, vector_selector> ? node_kind::vector_selector
                               : std::is_same_v<T, matrix_selector> ? node_kind::matrix_selector
                               : std::is_same_v<T, subquery>        ? node_kind::subquery
                               : std::is_same_v<T, aggregation>     ? node_kind::aggregation
                               : std::is_same_v<T, call_node>       ? node_kind::call
                               : std::is_same_v<T, binary_node>     ? node_kind::binary
                               : std::is_same_v<T, unary_node>      ? node_kind::unary
                               : std::is_same_v<T, paren_node>      ? node_kind::paren
                                                                    : node_kind::duration;
    return n != nullptr && n->kind == kind ? static_cast<const T*>(n) : nullptr;
}
template <class T>
[[nodiscard]] T* as(node* n) noexcept
{
    return const_cast<T*>(as<T>(static_cast<const node*>(n)));
}

/// What is inside all parentheses.
[[nodiscard]] inline const node* without_parens(const node* n) noexcept
{
    while (const auto* const p = as<paren_node>(n)) n = p->of;
    return n;
}

}  // namespace pitot::promql
