#pragma once
// What is wrong with an expression, as the parser and the checker of types tell it.

#include <pitot/base/span.hpp>
#include <pitot/promql/ast.hpp>
#include <pitot/promql/parse_options.hpp>
#include <pitot/promql/quote.hpp>

#include <cstddef>
#include <initializer_list>
#include <string_view>
#include <vector>

namespace pitot::promql::detail {

/// Messages are put together in the memory of the tree: a refused expression then needs no allocation of its own.
class complaints {
protected:
    complaints(tree_arena& into, std::vector<parse_error>& errors) noexcept : tree_(into), errors_(errors) {}

    struct range_of {
        std::size_t begin;
        std::size_t end;
    };
    /// message  a literal, or from the tree's memory
    [[gnu::cold, gnu::noinline]] void complain(range_of where, std::string_view message)
    {
        errors_.push_back({where.begin, where.end, message});
    }
    void complain(text_span where, std::string_view message) { complain(range_of{where.offset, where.end()}, message); }

    [[nodiscard]] std::string_view joined(std::initializer_list<std::string_view> parts) const
    {
        return tree_.texts().joined(parts);
    }
    [[nodiscard]] std::string_view quoted(std::string_view text) const { return detail::quoted(tree_.texts(), text); }

    tree_arena& tree_;
    std::vector<parse_error>& errors_;
};

}  // namespace pitot::promql::detail
