// JSON reader: whatever the bytes, no crash; what is accepted has spans inside the text, pointers that lead back, and
// strings whose every offset maps into them.

#include <pitot/json/pointer.hpp>
#include <pitot/json/reader.hpp>

#include <cstdint>
#include <cstdlib>
#include <string_view>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    namespace json = pitot::json;
    const std::string_view text(reinterpret_cast<const char*>(data), size);
    const auto require = [](bool holds) {
        if (!holds) std::abort();
    };
    const auto read = json::parse(text);
    if (!read) {
        require(read.error().where.end() <= text.size());
        return 0;
    }
    require(pitot::is_utf8(text));
    for (std::uint32_t i = 0; i < read->node_count(); ++i) {
        const json::value at = read->at(i);
        require(at.span().length > 0 && at.span().end() <= text.size());
        if (at.is_string()) {
            require(pitot::is_utf8(at.text()));
            std::size_t before = at.span().offset + 1;
            for (std::size_t k = 0; k <= at.text().size() && k < 200; ++k) {
                const std::size_t place = at.source_offset(k);
                require(place >= before && place < at.span().end());
                before = place;
            }
            require(at.source_offset(at.text().size()) == at.span().end() - 1);
        }
        if (at.is_number()) require(at.as_double().has_value());
        std::size_t members = 0;
        for (const json::value child : at) {
            require(child.parent() == at && child.span().end() <= at.span().end());
            ++members;
        }
        require(members == at.size());
    }
    if (read->node_count() < 100 && read->duplicates().empty())
        for (std::uint32_t i = 0; i < read->node_count(); ++i) {
            const json::value at = read->at(i);
            const bool is_key = at.parent().is_object() && !at.key();
            if (!is_key) require(json::find(read->root(), json::pointer_of(at)) == at);
        }
    return 0;
}
