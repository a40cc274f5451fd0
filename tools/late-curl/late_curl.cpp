// libcurl, opened when the first request is made. With the thirty libraries behind it, it takes longer to load than
// most runs take, and most runs read files alone. Linked instead of libcurl; what is used and missing here fails to
// link.

#define CURL_DISABLE_TYPECHECK  // its checking macros would stand where functions are defined here
#include <curl/curl.h>
#include <dlfcn.h>

#include <cstdarg>
#include <cstdio>

namespace {

void* library()
{
    static void* const opened = [] {
        void* const found = ::dlopen("libcurl.so.4", RTLD_NOW | RTLD_LOCAL);
        if (found == nullptr)
            std::fprintf(stderr, "requests need libcurl: %s; install it (Debian: libcurl4)\n", ::dlerror());
        return found;
    }();
    return opened;
}

/// null  there is no libcurl, or an older one without this function
template <typename Function>
Function* named(const char* name)
{
    return library() == nullptr ? nullptr : reinterpret_cast<Function*>(::dlsym(library(), name));
}

}  // namespace

// NAME(ARGUMENTS) as libcurl declares it; a call without libcurl gives `otherwise`.
#define PITOT_LATE(type, name, parameters, arguments, otherwise)                                                       \
    extern "C" type name parameters                                                                                    \
    {                                                                                                                  \
        static auto* const real = named<type parameters>(#name);                                                       \
        return real == nullptr ? otherwise : real arguments;                                                           \
    }

PITOT_LATE(CURLcode, curl_global_init, (long flags), (flags), CURLE_FAILED_INIT)
PITOT_LATE(CURL*, curl_easy_init, (), (), nullptr)
PITOT_LATE(CURLcode, curl_easy_perform, (CURL * easy), (easy), CURLE_FAILED_INIT)
PITOT_LATE(void, curl_easy_reset, (CURL * easy), (easy), void())
PITOT_LATE(void, curl_easy_cleanup, (CURL * easy), (easy), void())
PITOT_LATE(const char*, curl_easy_strerror, (CURLcode code), (code), "libcurl is missing")
PITOT_LATE(curl_slist*, curl_slist_append, (curl_slist * list, const char* text), (list, text), nullptr)
PITOT_LATE(void, curl_slist_free_all, (curl_slist * list), (list), void())
PITOT_LATE(CURLU*, curl_url, (), (), nullptr)
PITOT_LATE(void, curl_url_cleanup, (CURLU * url), (url), void())
PITOT_LATE(CURLUcode, curl_url_set, (CURLU * url, CURLUPart what, const char* part, unsigned flags),
           (url, what, part, flags), CURLUE_OUT_OF_MEMORY)
PITOT_LATE(const char*, curl_url_strerror, (CURLUcode code), (code), "libcurl is missing")
PITOT_LATE(void, curl_free, (void* memory), (memory), void())

// Some releases take a const CURLU*, some do not: a name of its own, and the symbol.
extern "C" CURLUcode pitot_curl_url_get(const CURLU* url, CURLUPart what, char** part,
                                        unsigned flags) __asm__("curl_url_get");
extern "C" CURLUcode pitot_curl_url_get(const CURLU* url, CURLUPart what, char** part, unsigned flags)
{
    static auto* const real = named<CURLUcode(const CURLU*, CURLUPart, char**, unsigned)>("curl_url_get");
    return real == nullptr ? CURLUE_OUT_OF_MEMORY : real(url, what, part, flags);
}

// One argument of the type that the option's number tells: CURLOPTTYPE_… in curl.h.
extern "C" CURLcode curl_easy_setopt(CURL* easy, CURLoption option, ...)
{
    static auto* const real = named<CURLcode(CURL*, CURLoption, ...)>("curl_easy_setopt");
    if (real == nullptr) return CURLE_FAILED_INIT;
    va_list values;
    va_start(values, option);
    CURLcode done;
    if (option < CURLOPTTYPE_OBJECTPOINT)
        done = real(easy, option, va_arg(values, long));
    else if (option >= CURLOPTTYPE_OFF_T && option < CURLOPTTYPE_BLOB)
        done = real(easy, option, va_arg(values, curl_off_t));
    else
        done = real(easy, option, va_arg(values, void*));
    va_end(values);
    return done;
}

extern "C" CURLcode curl_easy_getinfo(CURL* easy, CURLINFO what, ...)
{
    static auto* const real = named<CURLcode(CURL*, CURLINFO, ...)>("curl_easy_getinfo");
    if (real == nullptr) return CURLE_FAILED_INIT;
    va_list places;
    va_start(places, what);
    const CURLcode done = real(easy, what, va_arg(places, void*));
    va_end(places);
    return done;
}
