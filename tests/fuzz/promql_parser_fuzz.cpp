// PromQL's parser: whatever the bytes, errors with places in the text, or a tree whose parts lie in it and whose
// canonical form reads back as the same.

#include <pitot/promql/parse.hpp>
#include <pitot/promql/print.hpp>

#include <cstdint>
#include <cstdlib>
#include <string>
#include <vector>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    namespace promql = pitot::promql;
    const std::string_view text(reinterpret_cast<const char*>(data), size);
    const auto require = [](bool holds) {
        if (!holds) std::abort();
    };
    const promql::parse_options how = promql::parse_options::everything();
    promql::tree_arena memory;
    std::vector<promql::parse_error> errors;
    const promql::node* const root = promql::parse_into(memory, text, how, errors);
    for (const promql::parse_error& e : errors) require(e.begin <= size && e.end <= size && !e.message.empty());
    if (!errors.empty()) return 0;
    require(root != nullptr && root->span.end() <= size);
    const std::string printed = promql::to_text(root);
    // What is shorter than a millisecond is printed as 0s, which is another thing, and decades lose milliseconds in a
    // double; so it is upstream.
    for (const std::string_view tiny : {"[0s", ":0s", " offset 0s", " offset -0s", "ms"})
        if (printed.find(tiny) != std::string::npos) return 0;
    const auto again = promql::parse(printed, how);
    require(again.has_value() && promql::to_text(again->root()) == printed);
    require(promql::type_of(root) == promql::type_of(again->root()) && !promql::pretty(root, 20).empty());
    return 0;
}
