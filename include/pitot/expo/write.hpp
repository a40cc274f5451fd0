#pragma once
// Any batch in any format.

#include <pitot/expo/format.hpp>
#include <pitot/expo/protobuf_writer.hpp>
#include <pitot/expo/text_writer.hpp>

#include <string>
#include <type_traits>

namespace pitot::expo {

/// scheme   how names beyond the legacy alphabet are written
/// created  OpenMetrics: write _created samples (protobuf always has the times, text 0.0.4 never)
struct write_options {
    format form = format::text;
    escaping scheme = escaping::allow_utf8;
    bool created = false;
};

/// Writes a finished batch through a chunk_writer, families in their order.
template <class Out>
    requires(!std::is_same_v<std::remove_const_t<Out>, write_options>)
void write(const batch& in, Out& out, const write_options& options = {})
{
    if (options.form == format::protobuf) {
        write_protobuf(in, out, {options.scheme});
        return;
    }
    const text_format form = options.form == format::text ? text_format::text_0_0_4 : text_format::openmetrics_1_0;
    write_text(in, out, {form, options.scheme, options.created});
}

/// The whole exposition in one string.
[[nodiscard]] inline std::string write(const batch& in, const write_options& options = {})
{
    return to_string_with([&](auto& out) { write(in, out, options); });
}

}  // namespace pitot::expo
