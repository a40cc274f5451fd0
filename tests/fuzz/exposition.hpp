#pragma once
// What all fuzz targets of expositions hold: what was read can be written, and reads again as the same.

#include <pitot/expo/parse.hpp>
#include <pitot/expo/write.hpp>

#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <string_view>

namespace fuzz {

inline void fail(const char* what, const std::string& first, const std::string& second)
{
    std::fprintf(stderr, "%s\n--- first\n%s\n--- second\n%s\n", what, first.c_str(), second.c_str());
    std::abort();
}

inline void check_spans(std::string_view text, const pitot::expo::parsed& read)
{
    for (const pitot::error& e : read.errors)
        if (e.where.offset > text.size() || e.where.length > text.size() - e.where.offset || e.message.empty())
            fail("a span is not in the text", std::string(text), e.message);
}

/// strict readings only: a lenient one may keep what no format could hold (a counter called like a histogram's count).
inline void round_trip(const std::uint8_t* data, std::size_t size, pitot::expo::format form)
{
    const std::string_view text(reinterpret_cast<const char*>(data), size);
    pitot::expo::parse_options options;
    options.strict = false;
    pitot::batch lenient;
    check_spans(text, pitot::expo::parse(text, lenient, form, options));
    static_cast<void>(pitot::expo::write(lenient, {form, pitot::expo::escaping::values, true}));

    pitot::batch strict;
    const auto read = pitot::expo::parse(text, strict, form);
    check_spans(text, read);
    if (!read) return;
    const pitot::expo::write_options all{form, pitot::expo::escaping::allow_utf8, true};
    const std::string first = pitot::expo::write(strict, all);
    pitot::batch again;
    const auto reread = pitot::expo::parse(first, again, form);
    if (!reread) fail(reread.errors.front().message.c_str(), std::string(text), first);
    const std::string second = pitot::expo::write(again, all);
    if (second != first) fail("another reading", first, second);
}

}  // namespace fuzz
