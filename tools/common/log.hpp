#pragma once
// The tools' log: one line an event on stderr, as logfmt or JSON. Never give it a secret: what it is given, it writes.

#include <common/join.hpp>

#include <pitot/base/result.hpp>
#include <pitot/json/write.hpp>

#include <fmt/format.h>

#include <cstdio>
#include <ctime>
#include <initializer_list>
#include <iterator>  // std::size
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>

namespace pitot::tools {

enum class log_level : unsigned char { debug, info, warn, error };
enum class log_format : unsigned char { logfmt, json };

inline constexpr std::string_view log_levels[] = {"debug", "info", "warn", "error"};
inline constexpr std::string_view log_formats[] = {"logfmt", "json"};

/// One more thing to say about an event.
struct log_field {
    std::string_view name;
    std::string value;

    log_field(std::string_view n, std::string_view text) : name(n), value(text) {}
    log_field(std::string_view n, const char* text) : name(n), value(text) {}
    template <class Number>
        requires std::is_arithmetic_v<Number>
    log_field(std::string_view n, Number number) : name(n), value(fmt::format("{}", number))
    {}
};

/// Usable from several threads: a line is written at once.
class log {
public:
    log() = default;
    log(log_level least, log_format format) : least_(least), format_(format) {}

    /// From the values of --log-level and --log-format.
    /// error  invalid_value naming the flag and what it may be
    [[nodiscard]] static result<log> from_flags(std::string_view level, std::string_view format)
    {
        const auto find = [](std::string_view flag, std::string_view given, const auto& known) -> result<std::size_t> {
            for (std::size_t i = 0; i < std::size(known); ++i)
                if (known[i] == given) return i;
            return unexpected(errc::invalid_value,
                              fmt::format("{} '{}' is not one of {}", flag, given, join(known, ", ")));
        };
        const result<std::size_t> least = find("--log-level", level, log_levels);
        if (!least) return unexpected(least.error());
        const result<std::size_t> form = find("--log-format", format, log_formats);
        if (!form) return unexpected(form.error());
        return log(static_cast<log_level>(*least), static_cast<log_format>(*form));
    }

    [[nodiscard]] bool shows(log_level level) const noexcept { return level >= least_; }

    using fields = std::initializer_list<log_field>;
    void debug(std::string_view message, fields more = {}) const { write(log_level::debug, message, more); }
    void info(std::string_view message, fields more = {}) const { write(log_level::info, message, more); }
    void warn(std::string_view message, fields more = {}) const { write(log_level::warn, message, more); }
    void error(std::string_view message, fields more = {}) const { write(log_level::error, message, more); }

    /// The line, for tests.
    [[nodiscard]] std::string line(log_level level, std::string_view message, fields more, std::timespec now) const
    {
        std::tm utc = {};
        ::gmtime_r(&now.tv_sec, &utc);
        const std::string time = fmt::format("{:04}-{:02}-{:02}T{:02}:{:02}:{:02}.{:03}Z", utc.tm_year + 1900,
                                             utc.tm_mon + 1, utc.tm_mday, utc.tm_hour, utc.tm_min, utc.tm_sec,
                                             now.tv_nsec / 1'000'000);
        const std::string_view name = log_levels[static_cast<std::size_t>(level)];
        std::string out;
        const auto add = [&](std::string_view key, std::string_view value) {
            if (format_ == log_format::json) {
                out += out.empty() ? '{' : ',';
                json::append_string(out, key);
                out += ':';
                json::append_string(out, value);
            } else {
                if (!out.empty()) out += ' ';
                out += key;
                out += '=';
                if (is_plain(value))
                    out += value;
                else
                    json::append_string(out, value);
            }
        };
        add("time", time);
        add("level", name);
        add("msg", message);
        for (const log_field& f : more) add(f.name, f.value);
        if (format_ == log_format::json) out += '}';
        out += '\n';
        return out;
    }

private:
    static bool is_plain(std::string_view value)
    {
        for (const char c : value)
            if (static_cast<unsigned char>(c) <= ' ' || c == '"' || c == '=' || c == '\\' || c == 0x7F) return false;
        return !value.empty();
    }

    void write(log_level level, std::string_view message, fields more) const
    {
        if (!shows(level)) return;
        std::timespec now = {};
        std::timespec_get(&now, TIME_UTC);
        const std::string text = line(level, message, more, now);
        std::fwrite(text.data(), 1, text.size(), stderr);
    }

    log_level least_ = log_level::info;
    log_format format_ = log_format::logfmt;
};

}  // namespace pitot::tools
