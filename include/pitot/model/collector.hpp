#pragma once
// The two ends of the flow: whatever fills a batch is a collector, whatever reads one is a sink.

#include <pitot/base/result.hpp>
#include <pitot/model/batch.hpp>

#include <concepts>

namespace pitot {

/// Fills a batch with what it knows now. It adds; it neither clears nor finishes the batch. Returns nothing, or
/// result<void> whose error says why families are missing; what it could gather is in the batch all the same.
template <class C>
concept collector = requires(C& from, batch& out) {
    {
        from.collect(out)
    };
};

/// Reads a finished batch.
template <class S>
concept sink = requires(S& to, const batch& in) {
    {
        to.consume(in)
    };
};

}  // namespace pitot
