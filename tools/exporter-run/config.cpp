#include <exporter-run/config.hpp>

#include <pitot/base/nearest.hpp>
#include <pitot/base/text.hpp>
#include <pitot/collect/host.hpp>
#include <pitot/connect/serve_listen.hpp>
#include <pitot/connect/yaml.hpp>

#include <algorithm>
#include <chrono>
#include <optional>
#include <tuple>
#include <utility>

namespace pitot::tools::exporter_run {

namespace {

std::string one_of(std::string_view what, std::string_view given, std::span<const std::string_view> known)
{
    std::string text = concat("there is no ", what, " '", given, "'");
    const std::string_view near = nearest(given, known);
    if (!near.empty()) return concat(text, "; did you mean '", near, "'?");
    text += "; there are:";
    for (const std::string_view k : known) text += concat(" ", k);
    return text;
}

std::vector<std::string_view> part_names()
{
    std::vector<std::string_view> all;
    for (const collect::part_kind& kind : collect::host_parts) all.push_back(kind.table.name);
    return all;
}

/// Reads values of one map into their places; the first error stays and is the result.
class section {
public:
    explicit section(yaml::node from) : from_(std::move(from)) {}

    template <class T>
    void read(std::string_view key, T& to)
    {
        known_.push_back(key);
        if (problem_) return;
        result<T> value = from_.get<T>(key, to);
        if (value)
            to = std::move(*value);
        else
            problem_ = std::move(value.error());
    }
    void read(std::string_view key, std::chrono::milliseconds& to, bool zero_allowed = false)
    {
        duration_ms value{to.count()};
        read(key, value);
        to = std::chrono::milliseconds(value.count);
        if (value.count == 0 && !zero_allowed) refuse(key, errc::out_of_range, "a time longer than 0 is expected");
    }
    void read(std::string_view key, collect::name_filter& to)
    {
        const std::optional<yaml::node> inner = open(key);
        if (!inner) return;
        section part(*inner);
        part.read("include", to.include);
        part.read("exclude", to.exclude);
        take(part.done());
    }

    /// The map below a key; nothing when it is missing or an error stands.
    [[nodiscard]] std::optional<yaml::node> open(std::string_view key)
    {
        known_.push_back(key);
        if (problem_) return std::nullopt;
        return from_.find(key);
    }

    /// Makes an error of a value that was read, unless one stands.
    void refuse(std::string_view key, errc code, std::string_view why)
    {
        if (problem_) return;
        problem_ = from_.find(key).value_or(from_).refuse(code, why).value;
    }
    void take(result<void> outcome)
    {
        if (!problem_ && !outcome.has_value()) problem_ = std::move(outcome.error());
    }

    /// Also refuses what nobody asked for.
    [[nodiscard]] result<void> done()
    {
        if (result<void> keys = from_.only_keys(known_); !keys)
            return keys;  // a misspelt key explains more than what follows
        if (problem_) return unexpected(std::move(*problem_));
        return {};
    }

private:
    yaml::node from_;
    std::vector<std::string_view> known_;
    std::optional<error> problem_;
};

result<void> read_host(const yaml::node& from, collect::host_options& to)
{
    section s(from);
    s.read("procfs", to.proc);
    s.read("sysfs", to.sys);
    s.read("rootfs", to.root);
    s.read("hostname", to.hostname);
    s.read("vector_prefix", to.vector_prefix);
    s.read("vector_bug_compatible", to.vector_bug_compatible);
    const std::vector<std::string_view> parts = part_names();
    for (auto [key, list] : {std::pair{"enable", &to.enable}, std::pair{"disable", &to.disable}}) {
        s.read(key, *list);
        for (const std::string& name : *list)
            if (name != "none" && std::find(parts.begin(), parts.end(), name) == parts.end())
                s.refuse(key, errc::not_found, one_of("part", name, parts));
    }
    s.read("disk_devices", to.disk_devices);
    s.read("network_devices", to.network_devices);
    s.read("mount_points", to.mount_points);
    s.read("filesystem_types", to.filesystem_types);
    s.read("netstat_fields", to.netstat_fields);
    s.read("vmstat_fields", to.vmstat_fields);
    s.read("hwmon_chips", to.hwmon_chips);
    s.read("cgroups", to.cgroups);
    s.read("mount_timeout", to.mount_timeout);
    s.read("textfile_folder", to.textfile_folder);
    s.read("cgroup_levels", to.cgroup_levels);
    return s.done();
}

result<void> read_web(const yaml::node& from, serve_options& to)
{
    section s(from);
    s.read("path", to.path);
    if (to.path.size() < 2 || to.path.front() != '/' || to.path.starts_with("/-/"))
        s.refuse("path", errc::invalid_value, "a path like /metrics is expected, not below /-/");
    s.read("title", to.title);
    s.read("max_connections", to.max_connections);
    if (to.max_connections == 0) s.refuse("max_connections", errc::out_of_range, "at least 1 is expected");
    s.read("max_header_bytes", to.max_header_bytes);
    if (to.max_header_bytes < 2048 || to.max_header_bytes > (std::size_t{16} << 20U))
        s.refuse("max_header_bytes", errc::out_of_range, "from 2048 to 16777216 bytes are expected");
    s.read("max_unsent_bytes", to.max_unsent_bytes);
    std::string mode;
    s.read("unix_mode", mode);
    if (!mode.empty()) {
        const auto [end, problem] = std::from_chars(mode.data(), mode.data() + mode.size(), to.unix_mode, 8);
        if (problem != std::errc{} || end != mode.data() + mode.size() || to.unix_mode > 0777)
            s.refuse("unix_mode", errc::invalid_value, "permissions in octal like 0660 are expected");
    }
    s.read("header_timeout", to.header_timeout);
    s.read("idle_timeout", to.idle_timeout);
    s.read("send_timeout", to.send_timeout);
    s.read("stop_timeout", to.stop_timeout);
    s.read("scrape_timeout", to.scrape_timeout);
    s.read("timeout_offset", to.timeout_offset, true);
    s.read("gzip", to.gzip);
    s.read("created", to.created);
    return s.done();
}

result<void> read_collectors(const yaml::node& from, config& to)
{
    to.collectors.clear();
    section s(from);
    for (const std::string_view name : collector_names) {
        const std::optional<yaml::node> settings = s.open(name);
        if (!settings) continue;
        to.collectors.emplace_back(name);
        s.take(name == "host" ? read_host(*settings, to.host) : settings->only_keys({}));
    }
    if (result<void> read = s.done(); !read) return read;
    if (to.collectors.empty())
        return from.refuse(errc::invalid_value, "at least one collector is expected; there are: host process");
    return {};
}

}  // namespace

result<collect::profile> profile_of(std::string_view name)
{
    static constexpr std::string_view names[] = {"exporter", "vector", "both"};
    for (const collect::profile p : {collect::profile::exporter, collect::profile::vector, collect::profile::both})
        if (to_string(p) == name) return p;
    return unexpected(errc::invalid_value, one_of("profile", name, names));
}

result<std::vector<std::string>> collectors_of(std::string_view list)
{
    std::vector<std::string> all;
    while (true) {
        const std::string_view name = list.substr(0, list.find(','));
        if (std::find(std::begin(collector_names), std::end(collector_names), name) == std::end(collector_names))
            return unexpected(errc::invalid_value, one_of("collector", name, collector_names));
        if (std::find(all.begin(), all.end(), name) != all.end())
            return unexpected(errc::duplicate, concat("collector '", name, "' is given twice"));
        all.emplace_back(name);
        if (name.size() == list.size()) return all;
        list.remove_prefix(name.size() + 1);
    }
}

bool same_serving(const config& a, const config& b)
{
    const auto web = [](const serve_options& o) {
        return std::tie(o.path, o.title, o.max_connections, o.max_header_bytes, o.max_unsent_bytes, o.unix_mode,
                        o.header_timeout, o.idle_timeout, o.send_timeout, o.stop_timeout, o.scrape_timeout,
                        o.timeout_offset, o.gzip, o.created);
    };
    return a.listen == b.listen && web(a.serve) == web(b.serve);
}

result<config> read_config(const std::string& path, config base)
{
    result<yaml::node> file = yaml::read_file(path);
    if (!file) return unexpected(std::move(file.error()));
    section s(*file);
    s.read("listen", base.listen);
    if (base.listen.empty()) s.refuse("listen", errc::invalid_value, "at least one address is expected");
    for (const std::string& address : base.listen) {
        if (address.starts_with("unix:")) continue;
        if (const result<tcp_address> good = parse_tcp_address(address); !good)
            s.refuse("listen", good.error().code, good.error().message);
    }
    std::string profile(to_string(base.host.profile));
    s.read("profile", profile);
    if (const result<collect::profile> known = profile_of(profile))
        base.host.profile = *known;
    else
        s.refuse("profile", known.error().code, known.error().message);
    if (const auto web = s.open("web")) s.take(read_web(*web, base.serve));
    if (const auto collectors = s.open("collectors")) s.take(read_collectors(*collectors, base));
    if (result<void> read = s.done(); !read) return unexpected(std::move(read.error()));
    return base;
}

}  // namespace pitot::tools::exporter_run
