#pragma once
// Any exposition, whatever its format, into a batch.

#include <pitot/expo/format.hpp>
#include <pitot/expo/protobuf_parser.hpp>
#include <pitot/expo/text_parser.hpp>

#include <cstring>
#include <memory>
#include <optional>
#include <string_view>
#include <vector>

namespace pitot::expo {

/// What came of reading an exposition.
/// form    the format it was read as
/// errors  by their place; with `strict` at most one
struct parsed {
    format form = format::text;
    std::vector<error> errors;

    [[nodiscard]] explicit operator bool() const noexcept { return errors.empty(); }
};

/// Reads a whole exposition into a batch and finishes it. The bytes must outlive the batch, which holds views into
/// them. form  of the bytes; when none is given it is detected
[[nodiscard]] inline parsed parse(std::string_view bytes, batch& out, std::optional<format> form = std::nullopt,
                                  parse_options options = {})
{
    const format chosen = form ? *form : detect_format(bytes);
    if (chosen == format::protobuf) return {chosen, parse_protobuf(bytes, out, options)};
    options.format = chosen == format::text ? text_format::text_0_0_4 : text_format::openmetrics_1_0;
    return {chosen, parse_text(bytes, out, options)};
}

/// The same for bytes that the batch takes over, so that they live as long as it does.
[[nodiscard]] inline parsed parse(std::unique_ptr<char[]> bytes, std::size_t size, batch& out,
                                  std::optional<format> form = std::nullopt, const parse_options& options = {})
{
    return parse(out.texts().adopt(std::move(bytes), size), out, form, options);
}

/// The same for bytes that do not live long: they are copied into the batch first.
[[nodiscard]] inline parsed parse_copy(std::string_view bytes, batch& out, std::optional<format> form = std::nullopt,
                                       const parse_options& options = {})
{
    std::unique_ptr<char[]> copy(new char[bytes.size() + 1]);
    if (!bytes.empty()) std::memcpy(copy.get(), bytes.data(), bytes.size());
    return parse(std::move(copy), bytes.size(), out, form, options);
}

}  // namespace pitot::expo
