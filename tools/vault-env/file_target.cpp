#include <vault-env/file_target.hpp>

#include <pitot/base/text.hpp>

#include <cerrno>
#include <charconv>
#include <cstdio>
#include <cstring>
#include <fcntl.h>
#include <memory>
#include <optional>
#include <sys/stat.h>
#include <unistd.h>

namespace pitot::tools::vault_env {

namespace {

class descriptor {
public:
    explicit descriptor(int fd) : fd_(fd) {}
    descriptor(const descriptor&) = delete;
    descriptor& operator=(const descriptor&) = delete;
    ~descriptor() { close(); }
    [[nodiscard]] int get() const noexcept { return fd_; }
    int close() noexcept
    {
        const int done = fd_ >= 0 ? ::close(fd_) : 0;
        fd_ = -1;
        return done;
    }

private:
    int fd_;
};

/// The number in the third field of the line of that name. A static binary must not ask NSS, which loads libraries.
std::optional<unsigned> look_up(const char* file, std::string_view name)
{
    const auto close = [](std::FILE* f) { std::fclose(f); };
    const std::unique_ptr<std::FILE, decltype(close)> in(std::fopen(file, "re"), close);
    if (!in) return std::nullopt;
    char line[4096];
    while (std::fgets(line, sizeof line, in.get()) != nullptr) {
        const std::string_view text = line;
        const std::size_t first = text.find(':');
        if (first == std::string_view::npos || text.substr(0, first) != name) continue;
        const std::size_t second = text.find(':', first + 1);
        if (second == std::string_view::npos) continue;
        unsigned number = 0;
        const auto [end, code] = std::from_chars(text.data() + second + 1, text.data() + text.size(), number);
        if (code == std::errc() && (*end == ':' || *end == '\n')) return number;
    }
    return std::nullopt;
}

result<unsigned> id_of(std::string_view text, const char* file)
{
    unsigned number = 0;
    const auto [end, code] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (code == std::errc() && end == text.data() + text.size()) return number;
    if (const auto known = look_up(file, text)) return *known;
    return unexpected(errc::invalid_value, concat("'", text, "' is not in ", file, "; a number always works"));
}

unexpected<error> failed(std::string_view what, const std::string& path)
{
    const int code = errno;
    std::string text = concat(what, " '", path, "': ", std::strerror(code));
    if (code == EROFS) text += "; mount a writable folder there (tmpfs keeps it off the disk)";
    if (code == ELOOP || code == ENOTDIR) text += "; a symbolic link to a folder is not followed";
    return unexpected(code == ENOENT                    ? errc::not_found
                      : code == EACCES || code == EPERM ? errc::permission
                                                        : errc::io,
                      std::move(text));
}

}  // namespace

result<owner> parse_owner(std::string_view text)
{
    owner out;
    const std::size_t colon = text.find(':');
    if (colon != 0) {
        const auto user = id_of(text.substr(0, colon), "/etc/passwd");
        if (!user) return unexpected(user.error());
        out.user = *user;
    }
    if (colon != std::string_view::npos) {
        const auto group = id_of(text.substr(colon + 1), "/etc/group");
        if (!group) return unexpected(group.error());
        out.group = *group;
    }
    return out;
}

result<mode_t> parse_mode(std::string_view text)
{
    unsigned mode = 0;
    const auto [end, code] = std::from_chars(text.data(), text.data() + text.size(), mode, 8);
    if (code != std::errc() || end != text.data() + text.size() || mode > 0777 || (mode & 0111U) != 0 || mode == 0)
        return unexpected(errc::invalid_value,
                          concat("'", text, "' is no mode of a file with secrets; 0600 and 0640 are"));
    return static_cast<mode_t>(mode);
}

result<void> write_file(const std::string& path, std::string_view content, mode_t mode, const owner& who)
{
    const std::size_t slash = path.rfind('/');
    const std::string folder_path = slash == std::string::npos ? "." : slash == 0 ? "/" : path.substr(0, slash);
    const std::string name = slash == std::string::npos ? path : path.substr(slash + 1);
    if (name.empty() || name == "." || name == "..")
        return unexpected(errc::invalid_value, concat("'", path, "' names no file"));
    const descriptor folder(::open(folder_path.c_str(), O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC));
    if (folder.get() < 0) return failed("cannot open the folder", folder_path);
    const std::string draft = concat(".", name, ".", std::to_string(::getpid()), ".tmp");
    ::unlinkat(folder.get(), draft.c_str(), 0);  // of a run that was killed
    descriptor file(::openat(folder.get(), draft.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600));
    if (file.get() < 0) return failed("cannot create", path);
    const auto give_up = [&](std::string_view what) {
        auto why = failed(what, path);
        ::unlinkat(folder.get(), draft.c_str(), 0);
        return why;
    };
    if (::fchmod(file.get(), 0600) != 0) return give_up("cannot protect");
    for (std::string_view rest = content; !rest.empty();) {
        const ssize_t n = ::write(file.get(), rest.data(), rest.size());
        if (n < 0 && errno == EINTR) continue;
        if (n <= 0) return give_up("cannot write");
        rest.remove_prefix(static_cast<std::size_t>(n));
    }
    const bool change_owner = who.user != static_cast<uid_t>(-1) || who.group != static_cast<gid_t>(-1);
    if (change_owner && ::fchown(file.get(), who.user, who.group) != 0) return give_up("cannot change the owner of");
    if (::fchmod(file.get(), mode) != 0) return give_up("cannot set the mode of");
    if (::fsync(file.get()) != 0 && errno != EINVAL && errno != ENOSYS) return give_up("cannot write");
    if (file.close() != 0) return give_up("cannot write");
    if (::renameat(folder.get(), draft.c_str(), folder.get(), name.c_str()) != 0) return give_up("cannot replace");
    return {};
}

}  // namespace pitot::tools::vault_env
