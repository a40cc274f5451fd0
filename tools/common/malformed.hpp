#pragma once
// What a reader of expositions says about one that is not well formed throughout.

#include <pitot/catalog/exposition.hpp>
#include <pitot/lint/report_text.hpp>
#include <pitot/lint/source.hpp>

#include <fmt/format.h>

#include <string>
#include <vector>

namespace pitot::tools {

/// A line for each error, with its place: "NAME:LINE:COLUMN: warning: …; what can be read of it is used".
[[nodiscard]] inline std::vector<std::string> malformed_lines(const catalog::exposition& in)
{
    std::vector<std::string> out;
    if (in.errors.empty()) return out;
    const lint::source text(in.name, std::string(in.text()));
    for (const error& e : in.errors) {
        const text_position at = text.position(e.where.offset);
        std::string message = lint::detail::visible(e.message);  // a file's own bytes may be in it
        if (std::size_t most = 300; message.size() > most) {
            while ((static_cast<unsigned char>(message[most]) & 0xC0U) == 0x80U) --most;
            message = concat(message.substr(0, most), "…");
        }
        out.push_back(
            fmt::format("{}:{}:{}: warning: {}; what can be read of it is used", in.name, at.line, at.column, message));
    }
    return out;
}

}  // namespace pitot::tools
