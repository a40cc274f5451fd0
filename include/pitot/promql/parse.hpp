#pragma once
// PromQL text to a checked tree: `auto tree = pitot::promql::parse("sum by (job) (rate(x[5m]))");`

#include <pitot/base/result.hpp>
#include <pitot/promql/ast.hpp>
#include <pitot/promql/check.hpp>
#include <pitot/promql/parse_options.hpp>
#include <pitot/promql/parser.hpp>

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace pitot::promql {

/// An expression and its memory, a copy of its source included.
class tree {
public:
    tree(tree_arena memory, node* root) noexcept : memory_(std::move(memory)), root_(root) {}
    [[nodiscard]] const node* root() const noexcept { return root_; }
    [[nodiscard]] node* root() noexcept { return root_; }

private:
    tree_arena memory_;
    node* root_;
};

/// For many expressions, one after the other: memory is the caller's, and so is the text, which the tree has views of.
/// Types are looked at when the syntax is right.
/// errors   all that is wrong, cleared first; their messages are in that memory too
/// returns  the tree; one to use only when there are no errors
inline node* parse_into(tree_arena& memory, std::string_view text, const parse_options& how,
                        std::vector<parse_error>& errors)
{
    errors.clear();
    node* const root = parser(text, memory, how, errors).expression();
    if (root != nullptr && errors.empty()) checker(text, memory, errors).check(root);
    return root;
}

/// error  syntax, with the first thing that is wrong, in Prometheus's words, and its place
[[nodiscard]] inline result<tree> parse(std::string_view text, const parse_options& how = {})
{
    tree_arena memory;
    std::vector<parse_error> errors;
    node* const root = parse_into(memory, memory.copy(text), how, errors);
    if (!errors.empty()) return unexpected(errc::syntax, std::string(errors.front().message), errors.front().span());
    return tree(std::move(memory), root);
}

/// A series selector by itself: match[] of the API, label_values(…) of a dashboard.
[[nodiscard]] inline result<tree> parse_selector(std::string_view text, const parse_options& how = {})
{
    tree_arena memory;
    std::vector<parse_error> errors;
    text = memory.copy(text);
    node* const root = parser(text, memory, how, errors).selector();
    if (root != nullptr && errors.empty()) checker(text, memory, errors).check(root);
    if (!errors.empty()) return unexpected(errc::syntax, std::string(errors.front().message), errors.front().span());
    return tree(std::move(memory), root);
}

}  // namespace pitot::promql
