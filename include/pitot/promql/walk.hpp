#pragma once
// Going through a tree.

#include <pitot/promql/ast.hpp>

#include <utility>
#include <vector>

namespace pitot::promql {

/// Calls f(child) for each part of a node, in the order of the text (a parameter before what is aggregated).
template <class F>
void for_each_child(const node* n, F&& f)
{
    switch (n->kind) {
    case node_kind::matrix_selector: f(static_cast<const matrix_selector*>(n)->of); break;
    case node_kind::subquery: f(static_cast<const subquery*>(n)->of); break;
    case node_kind::aggregation: {
        const auto& a = *static_cast<const aggregation*>(n);
        if (a.parameter != nullptr) f(a.parameter);
        if (a.of != nullptr) f(a.of);
        break;
    }
    case node_kind::call:
        for (const node* argument : static_cast<const call_node*>(n)->arguments) f(argument);
        break;
    case node_kind::binary:
        f(static_cast<const binary_node*>(n)->left);
        f(static_cast<const binary_node*>(n)->right);
        break;
    case node_kind::unary: f(static_cast<const unary_node*>(n)->of); break;
    case node_kind::paren: f(static_cast<const paren_node*>(n)->of); break;
    default: break;
    }
}

/// Calls f(node, above) for every node, parents first; `above` are its ancestors, the root first.
/// cost  recursion as deep as the tree (parse_options::max_operators)
template <class F>
void walk(const node* n, F&& f, std::vector<const node*>& above)
{
    f(n, std::as_const(above));
    above.push_back(n);
    for_each_child(n, [&](const node* child) { walk(child, f, above); });
    above.pop_back();
}
template <class F>
void walk(const node* root, F&& f)
{
    std::vector<const node*> above;
    walk(root, f, above);
}

[[nodiscard]] inline bool has_selector(const node* part)
{
    bool found = false;
    walk(part, [&found](const node* n, const std::vector<const node*>&) {
        found = found || n->kind == node_kind::vector_selector;
    });
    return found;
}

}  // namespace pitot::promql
