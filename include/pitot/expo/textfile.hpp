#pragma once
// Expositions as files: what a batch job leaves for a textfile collector.

#include <pitot/base/text.hpp>
#include <pitot/expo/serialize.hpp>

#include <cerrno>
#include <cstdio>   // std::rename, std::remove
#include <cstring>  // std::strerror
#include <string>
#include <string_view>

#if defined(_WIN32)
#include <fcntl.h>
#include <io.h>
#include <process.h>
#include <sys/stat.h>
#else
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>
#endif

namespace pitot::expo {

namespace detail {

#if defined(_WIN32)
inline int open_new(const char* path)
{
    return _open(path, _O_WRONLY | _O_CREAT | _O_EXCL | _O_BINARY, _S_IREAD | _S_IWRITE);
}
inline long long write_some(int file, const char* data, std::size_t size)
{
    return _write(file, data, static_cast<unsigned>(size < 0x40000000 ? size : 0x40000000));
}
inline bool sync_file(int file) { return _commit(file) == 0; }
inline bool close_file(int file) { return _close(file) == 0; }
inline int process_id() { return _getpid(); }
inline bool replace_file(const char* from, const char* to)
{
    std::remove(to);
    return std::rename(from, to) == 0;
}  // not atomic there
#else
inline int open_new(const char* path)
{
    const int file = ::open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0644);
    if (file >= 0) static_cast<void>(::fchmod(file, 0644));  // whatever the umask: another user reads it
    return file;
}
inline long long write_some(int file, const char* data, std::size_t size) { return ::write(file, data, size); }
inline bool sync_file(int file) { return ::fsync(file) == 0; }
inline bool close_file(int file) { return ::close(file) == 0; }
inline int process_id() { return ::getpid(); }
inline bool replace_file(const char* from, const char* to) { return std::rename(from, to) == 0; }
#endif

inline unexpected<error> file_error(std::string_view what, std::string_view path, int code)
{
    const errc kind = code == ENOENT                                     ? errc::not_found
                      : code == EACCES || code == EPERM || code == EROFS ? errc::permission
                                                                         : errc::io;
    return unexpected(kind, concat(what, " ", path, ": ", std::strerror(code)));
}

}  // namespace detail

/// Replaces a file in one step: a reader sees the old content or the new, never a part. The new content is written to
/// a file of another ending beside it (textfile collectors read *.prom only), synced, and renamed; mode 0644.
/// error  not_found (no such folder), permission, io; the old file is then still there
[[nodiscard]] inline result<void> replace_file(const std::string& path, std::string_view content)
{
    static unsigned count = 0;  // two threads that write the same file meet at O_EXCL and try the next name
    std::string temporary;
    int file = -1;
    for (int tries = 0; tries < 100 && file < 0; ++tries) {
        temporary = concat(path, ".", std::to_string(detail::process_id()), "-",
                           std::to_string(__atomic_fetch_add(&count, 1U, __ATOMIC_RELAXED)), ".tmp");
        file = detail::open_new(temporary.c_str());
        if (file < 0 && errno != EEXIST) return detail::file_error("cannot create", temporary, errno);
    }
    if (file < 0) return detail::file_error("cannot create", temporary, EEXIST);
    int code = 0;
    while (!content.empty() && code == 0) {
        const long long n = detail::write_some(file, content.data(), content.size());
        if (n >= 0)
            content.remove_prefix(static_cast<std::size_t>(n));
        else if (errno != EINTR)
            code = errno;
    }
    if (code == 0 && !detail::sync_file(file)) code = errno;
    if (!detail::close_file(file) && code == 0) code = errno;
    if (code == 0 && !detail::replace_file(temporary.c_str(), path.c_str())) code = errno;
    if (code == 0) return {};
    std::remove(temporary.c_str());
    return detail::file_error("cannot write", path, code);
}

/// Leaves a collector's metrics as text 0.0.4 for a textfile collector.
/// path   of the file, usually *.prom
/// error  of replace_file
template <class Source>
    requires collector<std::remove_reference_t<Source>>
[[nodiscard]] result<void> write_textfile(Source&& source, const std::string& path)
{
    std::string text;
    static_cast<void>(write_exposition(
        source, [&text](const char* data, std::size_t size) { text.append(data, size); }));  // nothing escaped
    return replace_file(path, text);
}

}  // namespace pitot::expo
