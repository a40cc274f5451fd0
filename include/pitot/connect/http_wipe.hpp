#pragma once
// For programs that carry secrets: what libcurl frees is overwritten first, as they do with what C++ frees.

#include <curl/curl.h>  // curl_global_init_mem

#include <algorithm>  // std::min
#include <cstdlib>
#include <cstring>
#include <malloc.h>  // malloc_usable_size
#include <string.h>  // explicit_bzero

namespace pitot::http {

namespace detail {

inline void wipe_and_free(void* at) noexcept
{
    if (at == nullptr) return;
    ::explicit_bzero(at, ::malloc_usable_size(at));
    std::free(at);
}

inline void* wipe_and_move(void* at, std::size_t size) noexcept
{
    void* const to = std::malloc(size != 0 ? size : 1);
    if (to == nullptr || at == nullptr) return to;
    std::memcpy(to, at, std::min(size, ::malloc_usable_size(at)));
    wipe_and_free(at);
    return to;
}

}  // namespace detail

/// Once, before the first client and while there is one thread. False when libcurl cannot be started.
/// Buffers of the TLS library are its own, and are not covered; nor is what a living client holds: see
/// client::release().
[[nodiscard]] inline bool wipe_freed_memory() noexcept
{
    return curl_global_init_mem(CURL_GLOBAL_DEFAULT, &std::malloc, &detail::wipe_and_free, &detail::wipe_and_move,
                                &::strdup, &std::calloc) == CURLE_OK;
}

}  // namespace pitot::http
