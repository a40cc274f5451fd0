#pragma once
// textfile: the metrics that batch jobs leave behind in *.prom files.

#include <pitot/collect/host/folder.hpp>
#include <pitot/collect/host/part.hpp>
#include <pitot/expo/text_parser.hpp>

#include <algorithm>  // std::binary_search, std::sort
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace pitot::collect {

// clang-format off: one row, one line
inline constexpr metric textfile_metrics[] = {
    {.name = "node_textfile_scrape_error",
     .help = "1 when a file or the folder could not be read, or files contradict each other.",
     .source = "*.prom"},
    {.name = "node_textfile_mtime_seconds",
     .unit = "seconds",
     .labels = "file",
     .help = "When the file was last written, in Unix time.",
     .source = "*.prom"},
};
// clang-format on
inline constexpr metric_table textfile_table = {"textfile", "", textfile_metrics};

/// Adds every *.prom file of a folder (text 0.0.4), in the order of their names. A file is left out as a whole, and the
/// error says why, when it cannot be read, is malformed, has timestamps (they would be stale soon), or contradicts what
/// came before it: a series that is there already, a family of another type, a family of the host's own.
class textfile_part final : public host_part {
public:
    explicit textfile_part(const host_context&) {}

    void collect(host_context& host, emitter& out) override
    {
        const std::string& path = host.options.textfile_folder;
        bool failed = false;
        if (!path.empty()) {
            seen_.clear();
            const folder all(path);
            if (!all) {
                failed = true;
                out.problem(errc_of(errno), concat(path, ": ", std::generic_category().message(errno)));
            } else {
                for (const std::string& name : all.names())
                    if (name.ends_with(".prom") && !add_file(all, name, concat(path, "/", name), host, out))
                        failed = true;
            }
        }
        out.add(0, failed ? 1 : 0);
    }

private:
    /// returns  whether all of it could be used
    bool add_file(const folder& all, const std::string& name, const std::string& path, host_context& host, emitter& out)
    {
        struct stat info = {};
        const int fd = ::openat(all.fd(), name.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
        file_text file{{}, errno};
        if (fd >= 0) {
            file.error = ::fstat(fd, &info) != 0 ? errno : S_ISREG(info.st_mode) ? 0 : EINVAL;
            if (file) file = host.buffer.fill(fd);
            ::close(fd);
        }
        if (!file) {
            out.problem(errc_of(file.error),
                        concat(path, ": ",
                               file.error == EINVAL ? std::string("not a regular file")
                                                    : std::generic_category().message(file.error)));
            return false;
        }
        batch parsed;
        const std::vector<error> errors = expo::parse_text(file.text, parsed);
        if (!errors.empty()) {
            const text_position at = position_of(file.text, errors.front().where.offset);
            out.problem(errors.front().code, concat(path, ":", std::to_string(at.line), ":", std::to_string(at.column),
                                                    ": ", errors.front().message));
            return false;
        }
        for (std::size_t f = 0; f < parsed.size(); ++f)
            for (std::size_t i = 0; i < parsed[f].size(); ++i)
                if (parsed[f][i].timestamp()) {
                    out.problem(errc::invalid_value, concat(path, ": has timestamps, which a textfile may not have"));
                    return false;
                }
        if (std::string why = contradiction(parsed, name, host, out.out()); !why.empty()) {
            out.problem(errc::type_conflict, concat(path, ": left out: ", why));
            out.out().leave_out(parsed.point_count());
            return false;
        }
        if (out.exporter_on()) {
            out.out().merge(parsed);
            out.add_exporter(1, out.exporter_labels({{"file", out.keep(path)}}),
                             static_cast<double>(info.st_mtim.tv_sec));
        }
        return true;
    }

    /// Why a file does not go together with the host's own families and the files before it; empty when it does, and
    /// then its series are remembered.
    std::string contradiction(const batch& parsed, const std::string& name, const host_context& host, const batch& out)
    {
        std::vector<std::string> keys;
        for (std::size_t f = 0; f < parsed.size(); ++f) {
            const family_view family = parsed[f];
            if (std::binary_search(host.taken.begin(), host.taken.end(), family.name()))
                return concat(family.name(), " is the host's own");
            if (const auto known = out.find(family.name()); known && out.row(*known).type != family.type())
                return concat(family.name(), " is ", to_string(family.type()), " here and ",
                              to_string(out.row(*known).type), " in another file");
            for (std::size_t i = 0; i < family.size(); ++i) {
                const labels_view labels = family[i].labels();
                std::vector<label_view> sorted(labels.begin(), labels.end());
                std::sort(sorted.begin(), sorted.end());
                std::string key(family.name());
                for (const label_view& l : sorted) {
                    key += '\n';
                    key += concat(l.name, "=", std::to_string(l.value.size()), ":", l.value);
                }
                if (const auto other = seen_.find(key); other != seen_.end())
                    return concat("a series of ", family.name(), " is in ", other->second, ", too");
                keys.push_back(std::move(key));
            }
        }
        for (std::string& key : keys) seen_.emplace(std::move(key), name);
        return {};
    }

    std::unordered_map<std::string, std::string> seen_;  ///< series, and the file that has it
};

}  // namespace pitot::collect
