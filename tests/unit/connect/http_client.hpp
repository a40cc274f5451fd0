#pragma once
// A client that can misbehave: raw bytes over a socket, with a time limit on everything.

#include <chrono>
#include <cstring>
#include <string>
#include <string_view>
#include <utility>

#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

namespace pitot_test {

class raw_client {
public:
    explicit raw_client(std::uint16_t port, int receive_buffer = 0)
    {
        fd_ = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
        if (receive_buffer > 0) ::setsockopt(fd_, SOL_SOCKET, SO_RCVBUF, &receive_buffer, sizeof receive_buffer);
        sockaddr_in at = {};
        at.sin_family = AF_INET;
        at.sin_port = htons(port);
        at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        connected_ = ::connect(fd_, reinterpret_cast<const sockaddr*>(&at), sizeof at) == 0;
    }
    explicit raw_client(const std::string& path)
    {
        fd_ = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
        sockaddr_un at = {};
        at.sun_family = AF_UNIX;
        std::memcpy(at.sun_path, path.c_str(), path.size() + 1);
        connected_ = ::connect(fd_, reinterpret_cast<const sockaddr*>(&at), sizeof at) == 0;
    }
    raw_client(const raw_client&) = delete;
    raw_client& operator=(const raw_client&) = delete;
    ~raw_client() { close(); }

    [[nodiscard]] bool connected() const { return connected_; }
    void close()
    {
        if (fd_ >= 0) ::close(fd_);
        fd_ = -1;
    }

    bool send(std::string_view text) const
    {
        while (!text.empty()) {
            const ssize_t n = ::send(fd_, text.data(), text.size(), MSG_NOSIGNAL);
            if (n <= 0) return false;
            text.remove_prefix(static_cast<std::size_t>(n));
        }
        return true;
    }

    /// One whole answer: header and the body that Content-Length promises (none for HEAD). What came if the peer closes
    /// or the time is over.
    std::string answer(bool head = false, std::chrono::milliseconds limit = std::chrono::seconds(10))
    {
        const auto end = std::chrono::steady_clock::now() + limit;
        while (true) {
            const std::size_t blank = got_.find("\r\n\r\n");
            if (blank != std::string::npos) {
                const std::size_t whole = blank + 4 + (head ? 0 : content_length(got_.substr(0, blank)));
                if (got_.size() >= whole) {
                    std::string out = got_.substr(0, whole);
                    got_.erase(0, whole);
                    return out;
                }
            }
            if (!read_some(end)) return std::exchange(got_, {});
        }
    }

    /// Whether the peer closes within the time; what it still sends is thrown away.
    bool closes(std::chrono::milliseconds limit)
    {
        const auto end = std::chrono::steady_clock::now() + limit;
        while (read_some(end)) got_.clear();
        return closed_;
    }

    std::string get(std::string_view path, std::string_view headers = "")
    {
        send("GET " + std::string(path) + " HTTP/1.1\r\nHost: x\r\n" + std::string(headers) + "\r\n");
        return answer();
    }

private:
    static std::size_t content_length(std::string_view header)
    {
        const std::size_t at = header.find("Content-Length: ");
        return at == std::string_view::npos ? 0 : std::stoul(std::string(header.substr(at + 16)));
    }

    bool read_some(std::chrono::steady_clock::time_point end)
    {
        const auto left =
            std::chrono::duration_cast<std::chrono::milliseconds>(end - std::chrono::steady_clock::now()).count();
        pollfd one{fd_, POLLIN, 0};
        if (left <= 0 || ::poll(&one, 1, static_cast<int>(left)) != 1) return false;
        char buffer[65536];
        const ssize_t n = ::recv(fd_, buffer, sizeof buffer, 0);
        closed_ = n <= 0;
        if (n > 0) got_.append(buffer, static_cast<std::size_t>(n));
        return n > 0;
    }

    int fd_ = -1;
    bool connected_ = false;
    bool closed_ = false;
    std::string got_;
};

inline int status_of(std::string_view answer)
{
    return answer.size() < 12 ? 0 : std::stoi(std::string(answer.substr(9, 3)));
}
inline std::string body_of(std::string_view answer)
{
    const std::size_t blank = answer.find("\r\n\r\n");
    return blank == std::string_view::npos ? std::string() : std::string(answer.substr(blank + 4));
}
inline bool has_header(std::string_view answer, std::string_view line)
{
    return answer.substr(0, answer.find("\r\n\r\n") + 2).find("\r\n" + std::string(line) + "\r\n") !=
           std::string_view::npos;
}

}  // namespace pitot_test
