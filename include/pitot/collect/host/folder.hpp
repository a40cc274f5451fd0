#pragma once
// Listing folders of sysfs without allocating a name for each entry.

#include <pitot/collect/host/reader.hpp>

#include <algorithm>  // std::sort
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>
#include <vector>

#include <dirent.h>       // DT_REG
#include <sys/stat.h>     // stat
#include <sys/syscall.h>  // getdents64

namespace pitot::collect {

/// An open folder, as the start of relative paths.
class folder {
public:
    explicit folder(const char* path, int below = AT_FDCWD) noexcept
        : fd_(::openat(below, path, O_RDONLY | O_DIRECTORY | O_CLOEXEC))
    {}
    explicit folder(const std::string& path) noexcept : folder(path.c_str()) {}
    folder(const folder&) = delete;
    folder& operator=(const folder&) = delete;
    ~folder()
    {
        if (fd_ >= 0) ::close(fd_);
    }

    explicit operator bool() const noexcept { return fd_ >= 0; }
    [[nodiscard]] int fd() const noexcept { return fd_; }

    /// An attribute without the blanks around it.
    file_text attribute(const char* name, read_buffer& into) const { return read_attribute(name, into, fd_); }

    /// A numeric attribute; false when it is missing or something else.
    template <class Number>
    bool number(const char* name, read_buffer& into, Number& value) const
    {
        const file_text text = attribute(name, into);
        return text && to_number(text.text, value);
    }

    [[nodiscard]] bool has(const char* name) const noexcept { return ::faccessat(fd_, name, F_OK, 0) == 0; }

    enum class entries : unsigned char { all, folders };

    /// The names in it, sorted, without . and ..; links count as what they are, not as what they lead to.
    [[nodiscard]] std::vector<std::string> names(entries wanted = entries::all) const
    {
        // Not by opendir, which opens the folder again and asks for 32 KiB: a scrape lists some dozen small folders.
        struct entry_head {
            std::uint64_t inode;
            std::int64_t next;
            std::uint16_t size;
            std::uint8_t type;
        };
        constexpr std::size_t name_at = 19;  // of linux_dirent64, which has no padding before its name
        std::vector<std::string> found;
        alignas(entry_head) char room[8192];
        if (::lseek(fd_, 0, SEEK_SET) != 0) return found;
        for (;;) {
            const long got = ::syscall(SYS_getdents64, fd_, room, sizeof room);
            if (got <= 0) break;
            for (long at = 0; at < got;) {
                entry_head head{};
                std::memcpy(&head, room + at, sizeof head);
                const std::string_view name = room + at + name_at;
                at += head.size;
                if (name == "." || name == ".." || (wanted == entries::folders && head.type == DT_REG)) continue;
                found.emplace_back(name);
            }
        }
        std::sort(found.begin(), found.end());
        return found;
    }

private:
    int fd_;
};

/// The last part of a link's target, or of the path itself when it is no link: sysfs says by links what belongs to
/// what.
inline std::string link_target_name(const char* path, int below = AT_FDCWD)
{
    char target[4096];
    const ssize_t size = ::readlinkat(below, path, target, sizeof target);
    if (size <= 0) return {};
    const std::string_view text(target, static_cast<std::size_t>(size));
    const std::size_t slash = text.rfind('/');
    return std::string(slash == std::string_view::npos ? text : text.substr(slash + 1));
}

}  // namespace pitot::collect
