#pragma once
// os, selinux, time, timex: the distribution and the clock.

#include <pitot/collect/host/folder.hpp>
#include <pitot/collect/host/part.hpp>

#include <cmath>  // std::floor
#include <ctime>
#include <string>
#include <string_view>

#include <sys/timex.h>  // adjtimex

namespace pitot::collect {

// clang-format off: one row, one line
inline constexpr metric os_metrics[] = {
    {.name = "node_os_info",
     .labels = "build_id,id,id_like,image_id,image_version,name,pretty_name,variant,variant_id,version,version_"
               "codename,version_id",
     .help = "The distribution; always 1.",
     .source = "/etc/os-release"},
    {.name = "node_os_version",
     .labels = "id,id_like,name",
     .help = "Major and minor version of the distribution as a number.",
     .source = "/etc/os-release VERSION_ID"},
    {.name = "node_os_support_end_timestamp_seconds",
     .unit = "seconds",
     .help = "When support for the distribution ends, in Unix time.",
     .source = "/etc/os-release SUPPORT_END"},
};
// clang-format on
inline constexpr metric_table os_table = {"os", "", os_metrics};

/// The value of a shell assignment: quotes taken off, a backslash gives the next character.
inline std::string unquote(std::string_view text)
{
    text = trim(text);
    char quote = 0;
    if (text.size() >= 2 && (text.front() == '"' || text.front() == '\'') && text.back() == text.front()) {
        quote = text.front();
        text = text.substr(1, text.size() - 2);
    }
    std::string out;
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (text[i] == '\\' && quote != '\'' && i + 1 < text.size()) ++i;
        out += text[i];
    }
    return out;
}

class os_part final : public host_part {
public:
    explicit os_part(const host_context& host)
        : etc_(host.root("/etc/os-release")), usr_(host.root("/usr/lib/os-release"))
    {}

    void collect(host_context& host, emitter& out) override
    {
        // An upgrade replaces the file, so it is opened by its path each time.
        file_text file = read_once(etc_.c_str(), host.buffer);
        if (!file) file = read_once(usr_.c_str(), host.buffer);
        if (!usable(file, etc_, out)) return;
        static constexpr std::string_view keys[] = {
            "BUILD_ID", "ID",         "ID_LIKE", "IMAGE_ID",         "IMAGE_VERSION", "NAME",       "PRETTY_NAME",
            "VARIANT",  "VARIANT_ID", "VERSION", "VERSION_CODENAME", "VERSION_ID",    "SUPPORT_END"};
        enum : std::size_t {
            build_id,
            id,
            id_like,
            image_id,
            image_version,
            name,
            pretty_name,
            variant,
            variant_id,
            version,
            codename,
            version_id,
            support_end,
            count
        };
        std::string_view values[count];
        std::string_view rest = file.text;
        std::string_view line;
        while (next_line(rest, line)) {
            if (line.empty() || line.front() == '#') continue;
            const std::string_view key = trim(next_until(line, '='));
            for (std::size_t i = 0; i < count; ++i)
                if (keys[i] == key) values[i] = out.keep(unquote(line));
        }
        out.add_exporter(0,
                         out.exporter_labels({{"build_id", values[build_id]},
                                              {"id", values[id]},
                                              {"id_like", values[id_like]},
                                              {"image_id", values[image_id]},
                                              {"image_version", values[image_version]},
                                              {"name", values[name]},
                                              {"pretty_name", values[pretty_name]},
                                              {"variant", values[variant]},
                                              {"variant_id", values[variant_id]},
                                              {"version", values[version]},
                                              {"version_codename", values[codename]},
                                              {"version_id", values[version_id]}}),
                         1);
        double number = 0;
        if (major_minor(values[version_id], number) && number > 0)
            out.add_exporter(
                1, out.exporter_labels({{"id", values[id]}, {"id_like", values[id_like]}, {"name", values[name]}}),
                number);
        tm day = {};
        if (!values[support_end].empty() &&
            ::strptime(std::string(values[support_end]).c_str(), "%Y-%m-%d", &day) != nullptr)
            out.add(2, static_cast<double>(::timegm(&day)));
    }

private:
    /// "22.04.1" is 22.04
    static bool major_minor(std::string_view text, double& value) noexcept
    {
        std::size_t end = 0;
        int points = 0;
        while (end < text.size() && ((text[end] >= '0' && text[end] <= '9') || (text[end] == '.' && points++ == 0)))
            ++end;
        if (end > 0 && text[end - 1] == '.') --end;
        return to_number(text.substr(0, end), value);
    }

    std::string etc_;
    std::string usr_;
};

// clang-format off: one row, one line
inline constexpr metric selinux_metrics[] = {
    {.name = "node_selinux_enabled", .help = "1 when SELinux is on.", .source = "/sys/fs/selinux"},
    {.name = "node_selinux_config_mode",
     .help = "Configured mode: 1 enforcing, 0 permissive, -1 disabled.",
     .source = "/etc/selinux/config SELINUX"},
    {.name = "node_selinux_current_mode",
     .help = "Mode now: 1 enforcing, 0 permissive.",
     .source = "/sys/fs/selinux/enforce"},
};
// clang-format on
inline constexpr metric_table selinux_table = {"selinux", "", selinux_metrics};

class selinux_part final : public host_part {
public:
    explicit selinux_part(const host_context& host)
        : enforce_(host.sys("fs/selinux/enforce")), config_(host.root("/etc/selinux/config"))
    {}

    void collect(host_context& host, emitter& out) override
    {
        const file_text now = read_attribute(enforce_.c_str(), host.small);
        out.add(0, now ? 1 : 0);
        double mode = 0;
        if (!now) return;
        const bool numeric = to_number(now.text, mode);
        const file_text config = read_once(config_.c_str(), host.buffer);
        double configured = -1;
        std::string_view rest = config.text;
        std::string_view line;
        while (next_line(rest, line)) {
            const std::string_view key = trim(next_until(line, '='));
            if (key == "SELINUX") configured = trim(line) == "enforcing" ? 1 : trim(line) == "permissive" ? 0 : -1;
        }
        out.add(1, configured);
        if (numeric) out.add(2, mode);
    }

private:
    std::string enforce_;
    std::string config_;
};

// clang-format off: one row, one line
inline constexpr metric time_metrics[] = {
    {.name = "node_time_seconds",
     .unit = "seconds",
     .help = "The clock, in Unix time.",
     .source = "clock_gettime(CLOCK_REALTIME)"},
    {.name = "node_time_zone_offset_seconds",
     .unit = "seconds",
     .labels = "time_zone",
     .help = "Local time less UTC.",
     .source = "localtime(3)"},
    {.name = "node_time_clocksource_available_info",
     .labels = "clocksource,device",
     .help = "Clock sources there are; always 1.",
     .source = "/sys/devices/system/clocksource/*/available_clocksource"},
    {.name = "node_time_clocksource_current_info",
     .labels = "clocksource,device",
     .help = "The clock source in use; always 1.",
     .source = "/sys/devices/system/clocksource/*/current_clocksource"},
};
// clang-format on
inline constexpr metric_table time_table = {"time", "", time_metrics};

class time_part final : public host_part {
public:
    explicit time_part(const host_context& host) : path_(host.sys("devices/system/clocksource")) {}

    void collect(host_context& host, emitter& out) override
    {
        timespec now = {};
        ::clock_gettime(CLOCK_REALTIME, &now);
        out.add(0, static_cast<double>(static_cast<std::int64_t>(now.tv_sec) * 1000000000 + now.tv_nsec) / 1e9);
        tm local = {};
        if (::localtime_r(&now.tv_sec, &local) != nullptr)
            out.add_exporter(1, out.exporter_labels({{"time_zone", out.keep(local.tm_zone)}}),
                             static_cast<double>(local.tm_gmtoff));
        const folder all(path_);
        if (!all) return;
        for (const std::string& name : all.names()) {
            constexpr std::string_view stem = "clocksource";
            if (!name.starts_with(stem)) continue;
            const std::string_view device = out.keep(std::string_view(name).substr(stem.size()));
            const file_text available = all.attribute(concat(name, "/available_clocksource").c_str(), host.small);
            std::string_view rest = available.text;
            for (std::string_view source = next_word(rest); !source.empty(); source = next_word(rest))
                out.add_exporter(2, out.exporter_labels({{"clocksource", out.keep(source)}, {"device", device}}), 1);
            const file_text current = all.attribute(concat(name, "/current_clocksource").c_str(), host.small);
            if (current && !current.text.empty())
                out.add_exporter(3, out.exporter_labels({{"clocksource", out.keep(current.text)}, {"device", device}}),
                                 1);
        }
    }

private:
    std::string path_;
};

// clang-format off: one row, one line
inline constexpr metric timex_metrics[] = {
    {.name = "node_timex_sync_status",
     .help = "1 when the clock follows a reliable source.",
     .source = "adjtimex(2) result"},
    {.name = "node_timex_offset_seconds",
     .unit = "seconds",
     .help = "Offset of the clock from its source.",
     .source = "adjtimex(2) offset"},
    {.name = "node_timex_frequency_adjustment_ratio",
     .unit = "ratio",
     .help = "How much faster than its crystal the clock runs.",
     .source = "adjtimex(2) freq"},
    {.name = "node_timex_maxerror_seconds",
     .unit = "seconds",
     .help = "Largest error of the clock.",
     .source = "adjtimex(2) maxerror"},
    {.name = "node_timex_estimated_error_seconds",
     .unit = "seconds",
     .help = "Estimated error of the clock.",
     .source = "adjtimex(2) esterror"},
    {.name = "node_timex_status", .help = "Status bits of the clock (STA_*).", .source = "adjtimex(2) status"},
    {.name = "node_timex_loop_time_constant",
     .help = "Time constant of the phase-locked loop.",
     .source = "adjtimex(2) constant"},
    {.name = "node_timex_tick_seconds",
     .unit = "seconds",
     .help = "Time between ticks of the clock.",
     .source = "adjtimex(2) tick"},
    {.name = "node_timex_pps_frequency_hertz",
     .unit = "hertz",
     .help = "Frequency of the pulse-per-second signal.",
     .source = "adjtimex(2) ppsfreq"},
    {.name = "node_timex_pps_jitter_seconds",
     .unit = "seconds",
     .help = "Jitter of the pulse-per-second signal.",
     .source = "adjtimex(2) jitter"},
    {.name = "node_timex_pps_shift_seconds",
     .unit = "seconds",
     .help = "Length of the pulse-per-second interval.",
     .source = "adjtimex(2) shift"},
    {.name = "node_timex_pps_stability_hertz",
     .unit = "hertz",
     .help = "Stability of the pulse-per-second signal.",
     .source = "adjtimex(2) stabil"},
    {.name = "node_timex_pps_jitter_total",
     .type = metric_type::counter,
     .help = "Times the jitter was above its limit.",
     .source = "adjtimex(2) jitcnt"},
    {.name = "node_timex_pps_calibration_total",
     .type = metric_type::counter,
     .help = "Calibration intervals.",
     .source = "adjtimex(2) calcnt"},
    {.name = "node_timex_pps_error_total",
     .type = metric_type::counter,
     .help = "Calibration errors.",
     .source = "adjtimex(2) errcnt"},
    {.name = "node_timex_pps_stability_exceeded_total",
     .type = metric_type::counter,
     .help = "Times the stability was above its limit.",
     .source = "adjtimex(2) stbcnt"},
    {.name = "node_timex_tai_offset_seconds",
     .unit = "seconds",
     .help = "International atomic time less UTC.",
     .source = "adjtimex(2) tai"},
};
// clang-format on
inline constexpr metric_table timex_table = {"timex", "", timex_metrics};

class timex_part final : public host_part {
public:
    explicit timex_part(const host_context&) {}

    void collect(host_context&, emitter& out) override
    {
        timex now = {};
        const int state = ::adjtimex(&now);
        if (state < 0) {
            if (errno != EPERM && errno != ENOSYS) out.problem(errc_of(errno), "adjtimex(2) failed");
            return;  // some containers may not ask
        }
        constexpr double ppm_fraction = 1000000.0 * 65536.0;  // frequencies are parts per million, 16 bits of fraction
        const double unit = (now.status & STA_NANO) != 0 ? 1e9 : 1e6;
        const double values[] = {state == TIME_ERROR ? 0.0 : 1.0,
                                 static_cast<double>(now.offset) / unit,
                                 1 + static_cast<double>(now.freq) / ppm_fraction,
                                 static_cast<double>(now.maxerror) / 1e6,
                                 static_cast<double>(now.esterror) / 1e6,
                                 static_cast<double>(now.status),
                                 static_cast<double>(now.constant),
                                 static_cast<double>(now.tick) / 1e6,
                                 static_cast<double>(now.ppsfreq) / ppm_fraction,
                                 static_cast<double>(now.jitter) / unit,
                                 static_cast<double>(now.shift),
                                 static_cast<double>(now.stabil) / ppm_fraction,
                                 static_cast<double>(now.jitcnt),
                                 static_cast<double>(now.calcnt),
                                 static_cast<double>(now.errcnt),
                                 static_cast<double>(now.stbcnt),
                                 static_cast<double>(now.tai)};
        for (std::size_t row = 0; row < std::size(values); ++row) out.add(row, values[row]);
    }
};

}  // namespace pitot::collect
