#pragma once
// Listing folders of sysfs without allocating a name for each entry.

#include <pitot/collect/host/reader.hpp>

#include <algorithm>  // std::sort
#include <cstring>
#include <string>
#include <string_view>
#include <vector>

#include <dirent.h>    // opendir
#include <sys/stat.h>  // stat

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

    /// The names in it, sorted, without . and ..
    [[nodiscard]] std::vector<std::string> names() const
    {
        std::vector<std::string> found;
        const int copy = ::openat(fd_, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
        DIR* const stream = copy >= 0 ? ::fdopendir(copy) : nullptr;
        if (stream == nullptr) {
            if (copy >= 0) ::close(copy);
            return found;
        }
        while (const dirent* entry = ::readdir(stream)) {
            const std::string_view name = entry->d_name;
            if (name != "." && name != "..") found.emplace_back(name);
        }
        ::closedir(stream);
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
