#pragma once
// Files that hold a credential: read with suspicion, because what stands there opens everything else.

#include <pitot/base/result.hpp>
#include <pitot/base/text.hpp>

#include <cerrno>
#include <cstring>  // std::strerror
#include <fcntl.h>
#include <string>
#include <string_view>
#include <sys/stat.h>
#include <unistd.h>

namespace pitot::vault {

/// text      without a byte order mark and without the blanks and newlines around it
/// too_open  the file's group or others may read it
struct credential {
    std::string text;
    bool too_open = false;
};

/// A token, an id or a key as it was given: trimmed.
/// what   its name, for the error
/// error  invalid_value for a control character inside it, and for nothing at all
[[nodiscard]] inline result<std::string> trimmed_credential(std::string_view text, std::string_view what)
{
    if (text.substr(0, 3) == "\xef\xbb\xbf") text.remove_prefix(3);
    text = trimmed(text);
    if (text.empty()) return unexpected(errc::invalid_value, concat(what, " is empty"));
    for (const char c : text)
        if (static_cast<unsigned char>(c) < 0x20 || c == 0x7f)
            return unexpected(errc::invalid_value, concat(what, " holds a control character"));
    return std::string(text);
}

/// error  not_found; permission, naming path and user; invalid_value for what is no regular file, larger than 64 KiB,
///        or no credential
[[nodiscard]] inline result<credential> read_credential(const std::string& path, std::string_view what)
{
    constexpr off_t limit = 64 << 10;
    struct closer {
        int fd;
        ~closer()
        {
            if (fd >= 0) ::close(fd);
        }
    };
    const closer file{::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY)};  // a FIFO must not hold us
    if (file.fd < 0) {
        const int code = errno;
        const std::string where = concat(what, ": cannot read '", path, "' as user ", std::to_string(::geteuid()), ": ",
                                         std::strerror(code));
        return unexpected(code == ENOENT || code == ENOTDIR ? errc::invalid_value : errc::permission, where);
    }
    struct stat about {};
    if (::fstat(file.fd, &about) != 0) return unexpected(errc::io, concat(what, ": ", std::strerror(errno)));
    if (!S_ISREG(about.st_mode))
        return unexpected(errc::invalid_value, concat(what, ": '", path, "' is no regular file"));
    if (about.st_size > limit)
        return unexpected(errc::invalid_value, concat(what, ": '", path, "' is larger than 64 KiB"));
    std::string text(static_cast<std::size_t>(limit) + 1, '\0');
    std::size_t size = 0;
    while (size < text.size()) {
        const ssize_t n = ::read(file.fd, text.data() + size, text.size() - size);
        if (n < 0 && errno == EINTR) continue;
        if (n < 0) return unexpected(errc::io, concat(what, ": cannot read '", path, "': ", std::strerror(errno)));
        if (n == 0) break;
        size += static_cast<std::size_t>(n);
    }
    if (size == text.size())
        return unexpected(errc::invalid_value, concat(what, ": '", path, "' is larger than 64 KiB"));
    auto trimmed = trimmed_credential(std::string_view(text).substr(0, size), concat(what, ": '", path, "'"));
    if (!trimmed) return unexpected(std::move(trimmed.error()));
    return credential{std::move(*trimmed), (about.st_mode & (S_IRGRP | S_IROTH)) != 0};
}

}  // namespace pitot::vault
