#pragma once
// The short way from a registry to text: past the batch, for what the registry can write itself.

#include <pitot/model/batch.hpp>

#include <cstddef>

namespace pitot {

/// text: 0.0.4. openmetrics: 1.0, without the closing "# EOF" and without _created lines.
enum class direct_format : unsigned char { text, openmetrics };

/// A collector that writes part of its families as text itself, and collects all others into `rest` (which it neither
/// clears nor finishes); no family is in both. `out(const char*, std::size_t)` takes chunks of whole lines, at most
/// 64 KiB each; no lock is held while it runs. What is written has legacy names only, so that no escaping scheme
/// matters. The caller finishes `rest`, writes it behind the chunks, and closes the exposition.
template <class S, class Sink>
concept direct_text_source = requires(const S& from, direct_format format, batch& rest, Sink& out) {
    {
        from.write_text(format, rest, out)
    };
};

}  // namespace pitot
