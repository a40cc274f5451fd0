#pragma once
// statvfs that cannot hang the scrape: a dead NFS or FUSE server blocks the call for ever, so it is made by a thread
// that may be left behind.

#include <chrono>
#include <condition_variable>
#include <cstring>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <thread>

#include <cerrno>
#include <sys/statvfs.h>

namespace pitot::collect::host {

enum class mount_state : unsigned char { good, failed, hung };

/// Sizes in bytes, files in inodes.
/// error  empty, or what the system said ("stale NFS file handle"); "timeout" for a hung one
struct mount_figures {
    mount_state state = mount_state::good;
    std::string_view error;
    double size = 0;
    double free = 0;
    double available = 0;
    double files = 0;
    double files_free = 0;
};

/// Measures mounts. One whose call does not return is not asked again until it does, so that at most one thread a
/// mount waits for it, and at most max_left_behind in all.
class mount_probe {
public:
    static constexpr std::size_t max_left_behind = 16;

    /// Filesystems that live in this machine's memory or on its own disks are asked directly; those that depend on
    /// another machine or another program, by a thread.
    [[nodiscard]] mount_figures measure(const std::string& path, std::string_view type, std::chrono::milliseconds timeout)
    {
        if (!depends_on_others(type)) return ask(path);
        if (const auto at = left_.find(path); at != left_.end()) {
            const std::lock_guard guard(at->second->lock);
            if (!at->second->done) return {mount_state::hung, "timeout"};
        }
        left_.erase(path);
        if (left_.size() >= max_left_behind) return {mount_state::hung, "timeout"};
        auto call = std::make_shared<pending>();
        std::thread([call, path] {
            const mount_figures figures = ask(path);
            const std::lock_guard guard(call->lock);
            call->figures = figures;
            call->done = true;
            call->ready.notify_all();
        }).detach();
        std::unique_lock guard(call->lock);
        if (call->ready.wait_for(guard, timeout, [&call] { return call->done; })) return call->figures;
        guard.unlock();
        left_.emplace(path, std::move(call));
        return {mount_state::hung, "timeout"};
    }

    [[nodiscard]] static bool depends_on_others(std::string_view type) noexcept
    {
        for (const std::string_view prefix : {"nfs", "cifs", "smb", "fuse", "ceph", "glusterfs", "9p", "afs", "lustre", "gpfs", "beegfs", "virtiofs", "ocfs2", "gfs2", "davfs"})
            if (type.substr(0, prefix.size()) == prefix) return true;
        return false;
    }

private:
    struct pending {
        std::mutex lock;
        std::condition_variable ready;
        bool done = false;
        mount_figures figures;
    };

    static mount_figures ask(const std::string& path) noexcept
    {
        struct statvfs raw {};
        if (::statvfs(path.c_str(), &raw) != 0) {
            const int number = errno;
            const char* const text = number == ESTALE ? "stale NFS file handle" : number == EACCES ? "permission denied" : number == ENOENT ? "no such file or directory" : number == EIO ? "input/output error" : "error";
            return {mount_state::failed, text};
        }
        const auto block = static_cast<double>(raw.f_frsize != 0 ? raw.f_frsize : raw.f_bsize);
        mount_figures out;
        out.size = static_cast<double>(raw.f_blocks) * block;
        out.free = static_cast<double>(raw.f_bfree) * block;
        out.available = static_cast<double>(raw.f_bavail) * block;
        out.files = static_cast<double>(raw.f_files);
        out.files_free = static_cast<double>(raw.f_ffree);
        return out;
    }

    std::map<std::string, std::shared_ptr<pending>> left_;
};

}  // namespace pitot::collect::host
