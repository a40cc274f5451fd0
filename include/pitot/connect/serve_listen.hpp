#pragma once
// Listening sockets from addresses as people write them.

#include <pitot/base/result.hpp>
#include <pitot/base/text.hpp>

#include <cerrno>
#include <charconv>  // std::from_chars
#include <cstdint>
#include <cstring>  // std::memcpy
#include <memory>
#include <string>
#include <string_view>
#include <system_error>  // std::generic_category
#include <utility>

#include <netdb.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

namespace pitot {

/// host  without brackets; empty: all interfaces
struct tcp_address {
    std::string host;
    std::string port;
};

/// Takes HOST:PORT, [IPV6]:PORT or :PORT apart; nothing is looked up.
/// error  invalid_value naming the address and what is expected
[[nodiscard]] inline result<tcp_address> parse_tcp_address(std::string_view address)
{
    const auto wrong = [&](std::string_view why) {
        return unexpected(errc::invalid_value, concat("cannot listen on '", address, "': ", why,
                                                      "; HOST:PORT, [IPV6]:PORT, :PORT or unix:PATH is expected"));
    };
    const std::size_t colon = address.rfind(':');
    if (colon == std::string_view::npos) return wrong("there is no port");
    std::string_view host = address.substr(0, colon);
    const std::string_view port = address.substr(colon + 1);
    if (host.starts_with('[')) {
        if (!host.ends_with(']')) return wrong("the bracket is not closed");
        host = host.substr(1, host.size() - 2);
        if (host.empty()) return wrong("the brackets are empty");
    } else if (host.find(':') != std::string_view::npos) {
        return wrong("an IPv6 address stands in brackets");
    }
    std::uint16_t number = 0;
    const auto [end, problem] = std::from_chars(port.data(), port.data() + port.size(), number);
    if (port.empty() || problem != std::errc{} || end != port.data() + port.size())
        return wrong("the port is no number from 0 to 65535");
    return tcp_address{std::string(host), std::string(port)};
}

/// A socket that listens; closes it, and removes the file of a unix socket that is still its own.
class listen_socket {
public:
    listen_socket() = default;
    listen_socket(listen_socket&& other) noexcept { *this = std::move(other); }
    listen_socket& operator=(listen_socket&& other) noexcept
    {
        std::swap(fd_, other.fd_);
        std::swap(address_, other.address_);
        std::swap(path_, other.path_);
        std::swap(device_, other.device_);
        std::swap(inode_, other.inode_);
        std::swap(port_, other.port_);
        return *this;
    }
    ~listen_socket() { close(); }

    [[nodiscard]] int fd() const noexcept { return fd_; }
    /// With the port that the system chose: "127.0.0.1:43121", "[::1]:8080", "unix:/run/x.sock".
    [[nodiscard]] const std::string& address() const noexcept { return address_; }
    /// 0 for a unix socket.
    [[nodiscard]] std::uint16_t port() const noexcept { return port_; }

    void close() noexcept
    {
        if (fd_ < 0) return;
        struct stat now = {};
        if (!path_.empty() && ::lstat(path_.c_str(), &now) == 0 && now.st_dev == device_ && now.st_ino == inode_)
            ::unlink(path_.c_str());
        ::close(fd_);
        fd_ = -1;
    }

private:
    friend result<listen_socket> listen_at(std::string_view address, unsigned unix_mode);

    static unexpected<error> failed(std::string_view address, int code)
    {
        const errc kind = code == EACCES || code == EPERM ? errc::permission
                          : code == EADDRNOTAVAIL         ? errc::not_found
                          : code == EAFNOSUPPORT          ? errc::unsupported
                                                          : errc::io;
        return unexpected(kind, concat("cannot listen on ", address, ": ", std::generic_category().message(code)));
    }

    result<void> open_unix(std::string_view address, unsigned mode);
    result<void> open_tcp(std::string_view address);
    result<void> bind_tcp(std::string_view address, const addrinfo& at, bool any);

    int fd_ = -1;
    std::string address_;
    std::string path_;
    dev_t device_ = 0;
    ino_t inode_ = 0;
    std::uint16_t port_ = 0;
};

inline result<void> listen_socket::open_unix(std::string_view address, unsigned mode)
{
    const std::string path(address.substr(5));
    sockaddr_un at = {};
    at.sun_family = AF_UNIX;
    if (path.empty())
        return unexpected(errc::invalid_value, "cannot listen on 'unix:': a path is expected behind the colon");
    if (path.size() >= sizeof at.sun_path) {
        return unexpected(errc::too_large, concat("cannot listen on ", address, ": a socket's path has at most ",
                                                  std::to_string(sizeof at.sun_path - 1), " bytes"));
    }
    std::memcpy(at.sun_path, path.c_str(), path.size() + 1);
    const auto* const any = reinterpret_cast<const sockaddr*>(&at);
    struct stat there = {};
    if (::lstat(path.c_str(), &there) == 0) {
        if (!S_ISSOCK(there.st_mode))
            return unexpected(errc::duplicate,
                              concat("cannot listen on ", address, ": the file is there and is no socket"));
        const int probe = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
        if (probe < 0) return failed(address, errno);
        const int code = ::connect(probe, any, sizeof at) == 0 ? 0 : errno;
        ::close(probe);
        if (code != ECONNREFUSED) return failed(address, code == 0 || code == EAGAIN ? EADDRINUSE : code);
        if (::unlink(path.c_str()) != 0 && errno != ENOENT)
            return failed(address, errno);  // nobody listens: left by a crash
    }
    fd_ = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (fd_ < 0) return failed(address, errno);
    static_cast<void>(::fchmod(fd_, 0600));  // what bind gives the file, so that nobody slips in before chmod
    if (::bind(fd_, any, sizeof at) != 0) return failed(address, errno);
    if (::lstat(path.c_str(), &there) == 0) {
        path_ = path;
        device_ = there.st_dev;
        inode_ = there.st_ino;
    }
    if (::chmod(path.c_str(), static_cast<mode_t>(mode)) != 0 || ::listen(fd_, 128) != 0) return failed(address, errno);
    address_ = address;
    return {};
}

inline result<void> listen_socket::bind_tcp(std::string_view address, const addrinfo& at, bool any)
{
    fd_ = ::socket(at.ai_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (fd_ < 0) return failed(address, errno);
    const int on = 1;
    const int off = 0;
    static_cast<void>(::setsockopt(fd_, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on));
    if (at.ai_family == AF_INET6)
        static_cast<void>(::setsockopt(fd_, IPPROTO_IPV6, IPV6_V6ONLY, any ? &off : &on, sizeof on));
    if (::bind(fd_, at.ai_addr, at.ai_addrlen) != 0 || ::listen(fd_, 128) != 0) {
        const int code = errno;
        ::close(fd_);
        fd_ = -1;
        return failed(address, code);
    }
    sockaddr_storage bound = {};
    socklen_t size = sizeof bound;
    char host[256] = {};
    char port[16] = {};
    auto* const name = reinterpret_cast<sockaddr*>(&bound);
    if (::getsockname(fd_, name, &size) != 0) return failed(address, errno);
    if (::getnameinfo(name, size, host, sizeof host, port, sizeof port, NI_NUMERICHOST | NI_NUMERICSERV) != 0)
        return failed(address, EINVAL);
    static_cast<void>(std::from_chars(port, port + std::char_traits<char>::length(port), port_));
    address_ = at.ai_family == AF_INET6 ? concat("[", host, "]:", port) : concat(host, ":", port);
    return {};
}

inline result<void> listen_socket::open_tcp(std::string_view address)
{
    result<tcp_address> read = parse_tcp_address(address);
    if (!read) return unexpected(std::move(read.error()));
    const std::string& name = read->host;
    const std::string& port = read->port;
    const bool any = name.empty();
    addrinfo hints = {};
    hints.ai_socktype = SOCK_STREAM;
    hints.ai_flags = AI_NUMERICSERV | (any ? AI_PASSIVE : 0);
    addrinfo* list = nullptr;
    if (const int code = ::getaddrinfo(any ? nullptr : name.c_str(), port.c_str(), &hints, &list); code != 0)
        return unexpected(errc::not_found, concat("cannot listen on ", address, ": ", ::gai_strerror(code)));
    const std::unique_ptr<addrinfo, void (*)(addrinfo*)> found(list, &::freeaddrinfo);
    // All interfaces: one IPv6 socket that takes IPv4 too, where there is IPv6. A name: its IPv4 address first, as Go
    // does.
    result<void> outcome = unexpected(errc::not_found, concat("cannot listen on ", address, ": no address"));
    for (const int family : {any ? AF_INET6 : AF_INET, any ? AF_INET : AF_INET6})
        for (const addrinfo* at = list; at != nullptr; at = at->ai_next) {
            if (at->ai_family != family) continue;
            outcome = bind_tcp(address, *at, any);
            if (outcome.has_value() ||
                (outcome.error().code != errc::unsupported && outcome.error().code != errc::not_found))
                return outcome;
        }
    return outcome;
}

/// Opens a listening socket.
/// address    HOST:PORT, [IPV6]:PORT, :PORT (all interfaces) or unix:PATH; port 0: one that is free.
///            A unix socket's file that nobody listens on is replaced
/// unix_mode  permissions of a unix socket's file
/// error      names the address and the reason: invalid_value, not_found, permission, duplicate or io
[[nodiscard]] inline result<listen_socket> listen_at(std::string_view address, unsigned unix_mode = 0660)
{
    listen_socket out;
    result<void> opened = address.starts_with("unix:") ? out.open_unix(address, unix_mode) : out.open_tcp(address);
    if (!opened) return unexpected(std::move(opened.error()));
    return out;
}

}  // namespace pitot
