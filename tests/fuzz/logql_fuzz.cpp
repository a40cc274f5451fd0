// LogQL: whatever the bytes, an error with its place in the text, or streams that lie in it.

#include <pitot/logql/parse.hpp>

#include <cstdint>
#include <cstdlib>
#include <string_view>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    const std::string_view text(reinterpret_cast<const char*>(data), size);
    const auto read = pitot::logql::parse(text);
    const auto require = [](bool holds) {
        if (!holds) std::abort();
    };
    if (!read) {
        require(!read.error().message.empty() && read.error().where.end() <= size);
        return 0;
    }
    for (const auto& s : read->streams) {
        require(s.span.length >= 2 && s.span.end() <= size && text[s.span.offset] == '{');
        for (const auto& m : s.matchers) require(m.span.end() <= size && !m.name.empty());
    }
    return 0;
}
