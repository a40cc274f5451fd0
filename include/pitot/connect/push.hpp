#pragma once
// Pushing a batch to a Pushgateway: for jobs that end before anybody could scrape them. Not for services: a pushed
// series stays until it is deleted, and `up` says nothing about who pushed it.

#include <pitot/base/result.hpp>
#include <pitot/base/text.hpp>
#include <pitot/connect/http.hpp>
#include <pitot/expo/write.hpp>
#include <pitot/model/batch.hpp>
#include <pitot/model/collector.hpp>
#include <pitot/model/name.hpp>

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace pitot {

namespace detail {

/// base64 with the URL's alphabet, without padding; "=" for nothing, as the Pushgateway wants it.
[[nodiscard]] inline std::string base64_url(std::string_view text)
{
    constexpr std::string_view alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    if (text.empty()) return "=";
    std::string out;
    for (std::size_t i = 0; i < text.size(); i += 3) {
        const std::size_t n = text.size() - i < 3 ? text.size() - i : 3;
        std::uint32_t bits = 0;
        for (std::size_t k = 0; k < 3; ++k)
            bits = (bits << 8U) | (k < n ? static_cast<unsigned char>(text[i + k]) : 0U);
        for (std::size_t k = 0; k <= n; ++k) out += alphabet[(bits >> (18U - 6U * k)) & 0x3FU];
    }
    return out;
}

/// "/name/value", the value as it is when a path can hold it, else in base64.
[[nodiscard]] inline std::string grouping_step(std::string_view name, std::string_view value)
{
    bool plain = !value.empty() && value != "." && value != "..";
    for (const char c : value)
        plain = plain && ((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' ||
                          c == '_' || c == '.' || c == '~');
    return plain ? concat("/", name, "/", value) : concat("/", name, "@base64/", base64_url(value));
}

}  // namespace detail

/// One group of a Pushgateway: what has the same job and grouping labels is replaced and deleted together.
/// The Pushgateway answers when it has checked and taken the metrics; nothing is sent in the background.
class push_group {
public:
    /// gateway  "http://pushgateway:9091", with its path prefix if it has one
    /// job      not empty
    push_group(std::string gateway, std::string job, http::options how = {})
        : gateway_(std::move(gateway)), job_(std::move(job)), client_(std::move(how))
    {
        while (gateway_.ends_with('/')) gateway_.pop_back();
    }

    /// Adds a label to the group's key; before the first request. Values may be any UTF-8 text, empty too.
    push_group& label(std::string name, std::string value)
    {
        labels_.emplace_back(std::move(name), std::move(value));
        return *this;
    }

    /// What is sent: text (default), or protobuf, which native histograms need.
    push_group& format(expo::format form)
    {
        form_ = form == expo::format::protobuf ? form : expo::format::text;
        return *this;
    }

    /// Replaces those families of the group that have the same names (POST).
    /// error  as replace()
    [[nodiscard]] result<void> push(const batch& what) { return send(http::method::post, &what); }

    /// Replaces everything in the group (PUT).
    /// what   finished
    /// error  invalid_value for a bad job or label, or a batch with timestamps, which a Pushgateway refuses; protocol
    /// with
    ///        the Pushgateway's own words when it refuses the metrics; else as http::client::send()
    [[nodiscard]] result<void> replace(const batch& what) { return send(http::method::put, &what); }

    /// Deletes the group.
    [[nodiscard]] result<void> remove() { return send(http::method::delete_, nullptr); }

    /// The same for whatever fills a batch (a registry).
    template <collector C>
    [[nodiscard]] result<void> push(C& from)
    {
        return push(collect(from));
    }
    template <collector C>
    [[nodiscard]] result<void> replace(C& from)
    {
        return replace(collect(from));
    }

    /// The group's URL.
    /// error  invalid_value
    [[nodiscard]] result<std::string> url() const
    {
        if (job_.empty()) return unexpected(errc::invalid_value, "a push needs a job");
        if (!is_utf8(job_)) return unexpected(errc::invalid_value, "the job is not UTF-8");
        std::string text = concat(
            gateway_, gateway_.starts_with("unix:") && gateway_.find(":/", 5) == std::string::npos ? ":" : "",
            "/metrics", detail::grouping_step("job", job_));
        for (std::size_t i = 0; i < labels_.size(); ++i) {
            const auto& [name, value] = labels_[i];
            if (!is_legacy_label_name(name) || name == "job" || is_reserved_label_name(name))
                return unexpected(errc::invalid_value, concat("'", name, "' cannot be a grouping label"));
            for (std::size_t k = 0; k < i; ++k)
                if (labels_[k].first == name)
                    return unexpected(errc::invalid_value, concat("the grouping label ", name, " is given twice"));
            if (!is_utf8(value)) return unexpected(errc::invalid_value, concat("the value of ", name, " is not UTF-8"));
            text += detail::grouping_step(name, value);
        }
        return text;
    }

private:
    template <class C>
    static batch collect(C& from)
    {
        batch all;
        from.collect(all);
        all.finish();
        return all;
    }

    [[nodiscard]] result<void> send(http::method how, const batch* what)
    {
        auto target = url();
        if (!target) return unexpected(std::move(target.error()));
        http::request request;
        request.url = std::move(*target);
        request.how = how;
        if (what != nullptr) {
            for (std::size_t i = 0; i < what->size(); ++i)
                for (std::size_t p = 0; p < (*what)[i].size(); ++p)
                    if ((*what)[i][p].timestamp())
                        return unexpected(errc::invalid_value,
                                          concat((*what)[i].name(), " has a timestamp, which a Pushgateway refuses"));
            request.content_type = expo::content_type(form_);
            request.body = expo::write(*what, expo::write_options{form_, expo::escaping::allow_utf8, false});
        }
        auto answer = client_.send(request);
        if (!answer) return unexpected(std::move(answer.error()));
        if (!answer->success()) return unexpected(http::client::status_error(*answer));
        return {};
    }

    std::string gateway_;
    std::string job_;
    std::vector<std::pair<std::string, std::string>> labels_;
    expo::format form_ = expo::format::text;
    http::client client_;
};

}  // namespace pitot
