// PromQL's words and selectors: whatever the bytes, no crash, and every place lies in the text.

#include <pitot/promql/selector.hpp>

#include <cstdint>
#include <cstdlib>
#include <string_view>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    const std::string_view text(reinterpret_cast<const char*>(data), size);
    const auto require = [](bool holds) {
        if (!holds) std::abort();
    };
    const auto found = pitot::promql::find_selectors(text);
    if (!found) {
        require(found.error().where.end() <= text.size());
        return 0;
    }
    for (const auto& s : found->selectors) {
        require(s.operand < found->operands.size() && s.span.length > 0 && s.span.end() <= text.size());
        require(s.name_span.end() <= s.span.end() && (s.name.empty() || s.name_span.offset >= s.span.offset));
    }
    for (std::size_t i = 0; i < found->operands.size(); ++i) require(found->operands[i].parent <= i);
    return 0;
}
