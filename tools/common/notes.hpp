#pragma once
// What a checking tool says on stderr beside its report: plain lines for people, log lines when --log-format is given.

#include <common/flags.hpp>
#include <common/log.hpp>

#include <fmt/format.h>

#include <cstdio>
#include <string_view>

namespace pitot::tools {

class notes {
public:
    /// error  invalid_value naming the flag and what it may be
    [[nodiscard]] static result<notes> from_flags(const arguments& given)
    {
        const auto level = log::from_flags(given.get("log-level"), given.get("log-format"));
        if (!level) return unexpected(level.error());
        return notes(*level, given.has("log-format"));
    }

    void info(std::string_view text) const { say(log_level::info, text); }
    void warn(std::string_view text) const { say(log_level::warn, text); }
    void error(std::string_view text) const { say(log_level::error, text); }

private:
    notes(const log& to, bool as_log) : log_(to), as_log_(as_log) {}

    void say(log_level level, std::string_view text) const
    {
        if (!log_.shows(level)) return;
        if (!as_log_)
            fmt::print(stderr, "{}\n", text);
        else if (level == log_level::info)
            log_.info(text);
        else if (level == log_level::warn)
            log_.warn(text);
        else
            log_.error(text);
    }

    log log_;
    bool as_log_;
};

}  // namespace pitot::tools
