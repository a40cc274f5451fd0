#pragma once
// A part of the host collector: one subject (cpu, meminfo, diskstats, …) with its table, collected alone.

#include <pitot/base/error.hpp>
#include <pitot/base/text.hpp>
#include <pitot/collect/emit.hpp>
#include <pitot/collect/host/options.hpp>
#include <pitot/collect/host/reader.hpp>

#include <memory>
#include <string>
#include <string_view>
#include <system_error>  // std::generic_category, for the text of an errno
#include <vector>

namespace pitot::collect {

/// What the parts of one host share. Parts of the same host run one after the other.
struct host_context {
    host_options options;
    naming names;
    read_buffer buffer;                   ///< the file being read
    read_buffer small{4096};              ///< an attribute read while the other buffer is in use
    double ticks_per_second;              ///< of the times in /proc/stat
    double page_size;                     ///< bytes
    std::vector<std::string_view> taken;  ///< every exporter name of the parts' tables, sorted

    [[nodiscard]] std::string proc(std::string_view path) const { return concat(options.proc, "/", path); }
    [[nodiscard]] std::string sys(std::string_view path) const { return concat(options.sys, "/", path); }
    [[nodiscard]] std::string root(std::string_view path) const
    {
        return options.root == "/" ? std::string(path) : concat(options.root, path);
    }
};

class host_part {
public:
    host_part() = default;
    host_part(const host_part&) = delete;
    host_part& operator=(const host_part&) = delete;
    virtual ~host_part() = default;

    /// Adds what the part knows now. What this kernel does not have is no problem and adds nothing.
    virtual void collect(host_context& host, emitter& out) = 0;
};

/// When a part runs that nobody has asked for.
enum class part_default : unsigned char { on, off, in_vector_profile };

/// A part before it is made: the row of the list of parts.
struct part_kind {
    metric_table table;
    part_default by_default;
    std::string_view what;  ///< one line for --help and the reference page
    std::unique_ptr<host_part> (*make)(const host_context&);
};

template <class Part>
std::unique_ptr<host_part> make_part(const host_context& host)
{
    return std::make_unique<Part>(host);
}

/// Says why a file could not be read, unless it is only missing.
/// returns  whether there is a text to read
inline bool usable(const file_text& text, std::string_view path, emitter& out)
{
    if (text) return true;
    if (!text.missing())
        out.problem(errc_of(text.error), concat(path, ": ", std::generic_category().message(text.error)));
    return false;
}

inline void malformed(std::string_view path, std::string_view what, emitter& out)
{
    out.problem(errc::syntax, concat(path, ": ", what));
}

}  // namespace pitot::collect
