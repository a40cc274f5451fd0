// Reads one exposition strictly: exit 0 when it is accepted, 1 with the place and the reason when not, 2 on misuse.
// usage: expo-reader text|openmetrics|protobuf|auto FILE [text|openmetrics|protobuf]   (the last: write it again)

#include <pitot/base/span.hpp>
#include <pitot/expo/parse.hpp>
#include <pitot/expo/write.hpp>

#include <cstdio>
#include <fstream>
#include <iterator>
#include <optional>
#include <string>
#include <string_view>

namespace {

std::optional<pitot::expo::format> format_named(std::string_view name)
{
    using pitot::expo::format;
    for (const format f : {format::text, format::openmetrics, format::protobuf})
        if (pitot::expo::to_string(f) == name) return f;
    return std::nullopt;
}

}  // namespace

int main(int count, char** arguments)
{
    if (count < 3) return 2;
    std::ifstream file(arguments[2], std::ios::binary);
    if (!file) return 2;
    const std::string bytes{std::istreambuf_iterator<char>(file), {}};
    pitot::batch batch;
    const auto read = pitot::expo::parse(bytes, batch, format_named(arguments[1]));
    for (const pitot::error& e : read.errors) {
        const auto at = pitot::position_of(bytes, e.where.offset);
        std::fprintf(stderr, "%s:%zu:%zu: %s\n", arguments[2], at.line, at.column, e.message.c_str());
    }
    if (!read) return 1;
    if (count > 3) {
        const auto to = format_named(arguments[3]);
        if (!to) return 2;
        const std::string text = pitot::expo::write(batch, {*to, pitot::expo::escaping::allow_utf8, true});
        std::fwrite(text.data(), 1, text.size(), stdout);
    }
    return 0;
}
