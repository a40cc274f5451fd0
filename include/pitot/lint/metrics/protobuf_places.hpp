#pragma once
// Where families stand in a stream of length-delimited protobuf messages.

#include <pitot/base/span.hpp>
#include <pitot/expo/wire.hpp>

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <unordered_map>

namespace pitot::lint::metrics {

/// The bytes of each family's name, of the first message that has it. Ends at the first message that cannot be read.
[[nodiscard]] inline std::unordered_map<std::string_view, text_span> find_families(std::string_view all)
{
    constexpr std::uint32_t name_field = 1;  // MetricFamily.name
    std::unordered_map<std::string_view, text_span> places;
    for (std::string_view rest = all; !rest.empty();) {
        expo::detail::wire_failure failure;
        expo::detail::wire_reader delimiter(rest, failure);
        std::uint64_t length = 0;
        if (!delimiter.read_varint(length) || length > delimiter.rest().size()) break;
        const std::string_view message = delimiter.rest().substr(0, static_cast<std::size_t>(length));
        rest = delimiter.rest().substr(message.size());
        for (expo::detail::wire_reader in(message, failure); in.next();)
            if (in.field == name_field && in.type == expo::detail::wire_type::bytes) {
                places.try_emplace(in.bytes,
                                   text_span{static_cast<std::size_t>(in.bytes.data() - all.data()), in.bytes.size()});
                break;
            }
    }
    return places;
}

}  // namespace pitot::lint::metrics
