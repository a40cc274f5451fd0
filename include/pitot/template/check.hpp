#pragma once
// What of a template cannot be carried out whatever the data: Go refuses it when it reads it.

#include <pitot/template/functions.hpp>
#include <pitot/template/parse.hpp>

#include <string>
#include <string_view>
#include <vector>

namespace pitot::templates {

namespace detail {

using knows_function = bool (*)(std::string_view);

[[nodiscard]] inline const operand* unknown_function(const pipeline& in, knows_function knows)
{
    for (const auto& command : in.commands)
        for (const operand& o : command) {
            if (o.is == operand::kind::function && !knows(o.name)) return &o;
            if (o.inner != nullptr)
                if (const operand* const found = unknown_function(*o.inner, knows)) return found;
        }
    return nullptr;
}
[[nodiscard]] inline const operand* unknown_function(const node_list& in, knows_function knows)
{
    for (const node& n : in) {
        if (const operand* const found = unknown_function(n.pipe, knows)) return found;
        for (const node_list* const inside : {&n.body, &n.otherwise})
            if (const operand* const found = unknown_function(*inside, knows)) return found;
    }
    return nullptr;
}

}  // namespace detail

/// Nothing when the template can be read and knows all functions it calls.
/// known  variables that are there from the start, with their $; null: variables are not looked at
/// knows  its functions; those of Prometheus's rules
[[nodiscard]] inline result<void> check(std::string_view text, const std::vector<std::string>* known = nullptr,
                                        bool (*knows)(std::string_view) = is_function)
{
    const auto read = parse(text, known);
    if (!read) return unexpected(read.error());
    const operand* found = detail::unknown_function(read->nodes, knows);
    for (const auto& [name, body] : read->defined)
        if (found == nullptr) found = detail::unknown_function(body, knows);
    if (found == nullptr) return {};
    return unexpected(errc::syntax, concat("function \"", found->name, "\" not defined"), found->where);
}

}  // namespace pitot::templates
