#pragma once
// Which format, names and compression a scraper gets: Accept and Accept-Encoding as Prometheus 3 sends them.

#include <pitot/base/text.hpp>
#include <pitot/expo/format.hpp>

#include <algorithm>  // std::stable_sort
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace pitot::expo {

/// What was agreed.
/// scheme        how names beyond the legacy alphabet are written; underscores when nobody asked
/// content_type  the exact header, with the scheme when the scraper named one
struct agreement {
    format form = format::text;
    escaping scheme = escaping::underscores;
    std::string content_type{expo::content_type(format::text)};
};

[[nodiscard]] constexpr std::optional<escaping> escaping_of(std::string_view text) noexcept
{
    for (const escaping scheme : {escaping::allow_utf8, escaping::underscores, escaping::dots, escaping::values})
        if (to_string(scheme) == text) return scheme;
    return std::nullopt;
}

namespace detail {

struct accept_parameter {
    std::string_view name;
    std::string_view value;
};

/// One clause of Accept or Accept-Encoding: "type/subtype;name=value;q=0.5".
struct accept_clause {
    std::string_view what;
    std::vector<accept_parameter> parameters;
    int quality = 1000;  ///< thousandths

    [[nodiscard]] std::string_view get(std::string_view name) const noexcept;
};

inline std::string_view trim(std::string_view text) noexcept
{
    while (!text.empty() && (text.front() == ' ' || text.front() == '\t')) text.remove_prefix(1);
    while (!text.empty() && (text.back() == ' ' || text.back() == '\t')) text.remove_suffix(1);
    return text;
}

inline std::string_view accept_clause::get(std::string_view name) const noexcept
{
    for (const accept_parameter& p : parameters)
        if (equal_fold(p.name, name)) return p.value;
    return {};
}

/// "0.5" as 500; anything that is no quality counts as 1000, as Go's parser takes it.
inline int parse_quality(std::string_view text) noexcept
{
    if (text.empty() || text[0] < '0' || text[0] > '9') return 1000;
    int value = (text[0] - '0') * 1000;
    std::size_t i = 1;
    if (i < text.size() && text[i] != '.') return 1000;
    int place = 100;
    for (++i; i < text.size(); ++i, place /= 10) {
        if (text[i] < '0' || text[i] > '9') return 1000;
        value += (text[i] - '0') * place;
    }
    return value > 1000 ? 1000 : value;
}

/// Cuts off the text up to a separator outside of quotes.
inline std::string_view take_until(std::string_view& rest, char separator) noexcept
{
    bool quoted = false;
    std::size_t i = 0;
    for (; i < rest.size() && (quoted || rest[i] != separator); ++i)
        if (rest[i] == '"') quoted = !quoted;
    const std::string_view part = rest.substr(0, i);
    rest.remove_prefix(i == rest.size() ? i : i + 1);
    return part;
}

/// The clauses by falling quality; of equal ones the order given, wildcards last.
inline std::vector<accept_clause> parse_accept(std::string_view header)
{
    constexpr std::size_t most = 64;  // a header is as long as its sender likes
    std::vector<accept_clause> clauses;
    while (!header.empty() && clauses.size() < most) {
        std::string_view rest = take_until(header, ',');
        accept_clause clause;
        clause.what = trim(take_until(rest, ';'));
        while (!rest.empty()) {
            std::string_view value = take_until(rest, ';');
            const std::string_view name = trim(take_until(value, '='));
            value = trim(value);
            if (value.size() >= 2 && value.front() == '"' && value.back() == '"')
                value = value.substr(1, value.size() - 2);
            if (equal_fold(name, "q"))
                clause.quality = parse_quality(value);
            else
                clause.parameters.push_back({name, value});
        }
        if (!clause.what.empty()) clauses.push_back(std::move(clause));
    }
    const auto wild = [](const accept_clause& c) {
        return c.what == "*/*" || c.what == "*"                                ? 2
               : c.what.size() > 2 && c.what.substr(c.what.size() - 2) == "/*" ? 1
                                                                               : 0;
    };
    std::stable_sort(clauses.begin(), clauses.end(), [&wild](const accept_clause& a, const accept_clause& b) {
        return a.quality != b.quality ? a.quality > b.quality : wild(a) < wild(b);
    });
    return clauses;
}

}  // namespace detail

/// The format for an Accept header (empty: none was sent). What nobody asks for or knows becomes text 0.0.4.
/// OpenMetrics without a version is 0.0.1, which is answered with the same text under that version.
/// source  prometheus/common, expfmt/encode.go, NegotiateIncludingOpenMetrics
[[nodiscard]] inline agreement negotiate(std::string_view accept)
{
    std::optional<escaping> asked;
    const auto answer = [&asked](format form, std::string_view type) {
        agreement out{form, asked.value_or(escaping::underscores), std::string(type)};
        if (asked) {
            out.content_type += "; escaping=";
            out.content_type += to_string(*asked);
        }
        return out;
    };
    for (const detail::accept_clause& clause : detail::parse_accept(accept)) {
        if (clause.quality == 0) continue;
        if (const auto scheme = escaping_of(clause.get("escaping"))) asked = scheme;  // an unknown one is ignored
        const std::string_view version = clause.get("version");
        if (equal_fold(clause.what, "application/vnd.google.protobuf") &&
            clause.get("proto") == "io.prometheus.client.MetricFamily" && clause.get("encoding") == "delimited")
            return answer(format::protobuf, content_type(format::protobuf));
        if (equal_fold(clause.what, "application/openmetrics-text")) {
            if (version == "1.0.0") return answer(format::openmetrics, content_type(format::openmetrics));
            if (version.empty() || version == "0.0.1")
                return answer(format::openmetrics, "application/openmetrics-text; version=0.0.1; charset=utf-8");
        }
        if (equal_fold(clause.what, "text/plain") && (version.empty() || version == "0.0.4" || version == "1.0.0"))
            return answer(format::text, content_type(format::text));
        if (clause.what == "*/*" || equal_fold(clause.what, "text/*"))
            return answer(format::text, content_type(format::text));
        if (equal_fold(clause.what, "application/*"))
            return answer(format::openmetrics, content_type(format::openmetrics));
    }
    return answer(format::text, content_type(format::text));
}

/// Does an Accept-Encoding header allow gzip? (Empty or none: no.)
[[nodiscard]] inline bool accepts_gzip(std::string_view accept_encoding)
{
    std::optional<bool> gzip;
    bool any = false;
    for (const detail::accept_clause& clause : detail::parse_accept(accept_encoding)) {
        if (equal_fold(clause.what, "gzip") || equal_fold(clause.what, "x-gzip"))
            gzip = gzip.value_or(false) || clause.quality > 0;
        else if (clause.what == "*")
            any = clause.quality > 0;
    }
    return gzip.value_or(any);
}

}  // namespace pitot::expo
