#pragma once
// Reading the kernel's small text files: one buffer for all, descriptors that stay open, words and numbers in place.

#include <pitot/base/error.hpp>

#include <cerrno>
#include <charconv>  // std::from_chars
#include <cstddef>
#include <cstdint>
#include <cstring>  // std::memchr, std::memcpy
#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include <fcntl.h>   // open
#include <unistd.h>  // pread, close

namespace pitot::collect {

constexpr bool is_blank(char c) noexcept { return c == ' ' || c == '\t' || c == '\n' || c == '\r' || c == '\0'; }

constexpr std::string_view trim(std::string_view text) noexcept
{
    while (!text.empty() && is_blank(text.front())) text.remove_prefix(1);
    while (!text.empty() && is_blank(text.back())) text.remove_suffix(1);
    return text;
}

/// What a read gave: the text, or the errno that stands in its place.
struct file_text {
    std::string_view text = {};
    int error = 0;

    explicit operator bool() const noexcept { return error == 0; }
    [[nodiscard]] bool missing() const noexcept { return error == ENOENT || error == ENOTDIR || error == ENODEV; }
};

/// The errc of a failed system call.
[[nodiscard]] constexpr errc errc_of(int error_number) noexcept
{
    switch (error_number) {
    case ENOENT:
    case ENOTDIR:
    case ENODEV: return errc::not_found;
    case EACCES:
    case EPERM: return errc::permission;
    case EFBIG: return errc::too_large;
    default: return errc::io;
    }
}

/// A buffer that grows to what was read and is used again. Views into it live until the next read.
class read_buffer {
public:
    /// limit  bytes; a longer file is refused (EFBIG): what the kernel gives is far below, a planted file may not be
    explicit read_buffer(std::size_t first = 16384, std::size_t limit = std::size_t{16} << 20U) noexcept
        : first_(first), limit_(limit)
    {}

    /// The whole file from its start.
    file_text fill(int fd)
    {
        if (!memory_) grow(first_);
        std::size_t used = 0;
        for (;;) {
            const ssize_t got = ::pread(fd, memory_.get() + used, size_ - used, static_cast<off_t>(used));
            if (got < 0) {
                if (errno == EINTR) continue;
                return {{}, errno};
            }
            used += static_cast<std::size_t>(got);
            if (got == 0) return {{memory_.get(), used}, 0};
            if (used == size_) {
                if (size_ >= limit_) return {{}, EFBIG};
                grow(2 * size_, used);
            }
        }
    }

    /// The first `first` bytes of a file, by one call: enough for an attribute of sysfs, which is a page at most.
    file_text fill_once(int fd)
    {
        if (!memory_) grow(first_);
        for (;;) {
            const ssize_t got = ::pread(fd, memory_.get(), size_, 0);
            if (got >= 0) return {{memory_.get(), static_cast<std::size_t>(got)}, 0};
            if (errno != EINTR) return {{}, errno};
        }
    }

private:
    void grow(std::size_t size, std::size_t used = 0)
    {
        std::unique_ptr<char[]> larger(new char[size]);
        if (used != 0) std::memcpy(larger.get(), memory_.get(), used);
        memory_ = std::move(larger);
        size_ = size;
    }

    std::unique_ptr<char[]> memory_;
    std::size_t size_ = 0;
    std::size_t first_;
    std::size_t limit_;
};

/// Reads a file once. Devices, pipes and sockets that someone put in its place do not block.
[[nodiscard]] inline file_text read_once(const char* path, read_buffer& into, int folder = AT_FDCWD)
{
    const int fd = ::openat(folder, path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
    if (fd < 0) return {{}, errno};
    const file_text text = into.fill(fd);
    ::close(fd);
    return text;
}

/// The same for an attribute of sysfs: one call, blanks around it cut off.
[[nodiscard]] inline file_text read_attribute(const char* path, read_buffer& into, int folder = AT_FDCWD)
{
    const int fd = ::openat(folder, path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
    if (fd < 0) return {{}, errno};
    file_text text = into.fill_once(fd);
    ::close(fd);
    text.text = trim(text.text);
    return text;
}

/// A file whose descriptor stays open between reads: procfs and sysfs make the content anew for a read from 0.
class kept_file {
public:
    kept_file() = default;
    explicit kept_file(std::string path) noexcept : path_(std::move(path)) {}
    kept_file(const kept_file&) = delete;
    kept_file& operator=(const kept_file&) = delete;
    kept_file(kept_file&& other) noexcept : path_(std::move(other.path_)), fd_(std::exchange(other.fd_, -1)) {}
    kept_file& operator=(kept_file&& other) noexcept
    {
        std::swap(path_, other.path_);
        std::swap(fd_, other.fd_);
        return *this;
    }
    ~kept_file() { close(); }

    [[nodiscard]] const std::string& path() const noexcept { return path_; }

    /// The content now. A descriptor that no longer answers is opened once more by its path.
    file_text read(read_buffer& into) { return read_with(into, &read_buffer::fill); }

    /// The same for an attribute of sysfs or /proc/sys: one call, blanks around it cut off.
    file_text read_attribute(read_buffer& into)
    {
        file_text text = read_with(into, &read_buffer::fill_once);
        text.text = trim(text.text);
        return text;
    }

    void close() noexcept
    {
        if (fd_ >= 0) ::close(fd_);
        fd_ = -1;
    }

private:
    file_text read_with(read_buffer& into, file_text (read_buffer::*fill)(int))
    {
        if (fd_ >= 0) {
            const file_text text = (into.*fill)(fd_);
            const bool gone = text.error == ENODEV || text.error == ENOENT || text.error == ESTALE ||
                              text.error == ESRCH;
            if (!gone) return text;
            close();
        }
        fd_ = ::open(path_.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
        if (fd_ < 0) return {{}, errno};
        return (into.*fill)(fd_);
    }

    std::string path_;
    int fd_ = -1;
};

/// Cuts the next line off; false at the end. A last line without newline counts.
inline bool next_line(std::string_view& rest, std::string_view& line) noexcept
{
    if (rest.empty()) return false;
    const auto* const end = static_cast<const char*>(std::memchr(rest.data(), '\n', rest.size()));
    const std::size_t length = end == nullptr ? rest.size() : static_cast<std::size_t>(end - rest.data());
    line = rest.substr(0, length);
    rest.remove_prefix(end == nullptr ? length : length + 1);
    return true;
}

/// Cuts the next word off; empty at the end.
constexpr std::string_view next_word(std::string_view& rest) noexcept
{
    std::size_t first = 0;
    while (first < rest.size() && is_blank(rest[first])) ++first;
    std::size_t last = first;
    while (last < rest.size() && !is_blank(rest[last])) ++last;
    const std::string_view word = rest.substr(first, last - first);
    rest.remove_prefix(last);
    return word;
}

/// Cuts off what stands before the separator, which goes too; the whole rest when there is none.
constexpr std::string_view next_until(std::string_view& rest, char separator) noexcept
{
    const std::size_t at = rest.find(separator);
    const std::string_view part = rest.substr(0, at);
    rest.remove_prefix(at == std::string_view::npos ? rest.size() : at + 1);
    return part;
}

/// A whole word as an unsigned number; false if it is anything else or above 2^64-1.
inline bool to_number(std::string_view word, std::uint64_t& value, int base = 10) noexcept
{
    const auto [end, code] = std::from_chars(word.data(), word.data() + word.size(), value, base);
    return code == std::errc{} && end == word.data() + word.size() && !word.empty();
}

/// A whole word as a double: integers up to 2^64-1 and decimals, with a sign. No hexadecimal.
inline bool to_number(std::string_view word, double& value) noexcept
{
    std::uint64_t whole = 0;
    if (to_number(word, whole)) {
        value = static_cast<double>(whole);
        return true;
    }
    const auto [end, code] = std::from_chars(word.data(), word.data() + word.size(), value);
    return code == std::errc{} && end == word.data() + word.size() && !word.empty();
}

/// A signed whole number.
inline bool to_number(std::string_view word, std::int64_t& value) noexcept
{
    const auto [end, code] = std::from_chars(word.data(), word.data() + word.size(), value);
    return code == std::errc{} && end == word.data() + word.size() && !word.empty();
}

/// Cuts the next word off and reads it as a number.
template <class Number>
bool next_number(std::string_view& rest, Number& value) noexcept
{
    return to_number(next_word(rest), value);
}

}  // namespace pitot::collect
