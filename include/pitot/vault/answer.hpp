#pragma once
// One answer of Vault: JSON from a stranger, read with limits, and wiped when it is done with.

#include <pitot/base/result.hpp>
#include <pitot/base/text.hpp>
#include <pitot/json/reader.hpp>

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

namespace pitot::vault {

/// Overwrites a text that held a secret; the compiler may not leave it out.
inline void wipe(std::string& text) noexcept
{
    volatile char* at = text.data();
    for (std::size_t n = text.capacity(); n != 0; --n) *at++ = 0;
    text.clear();
}

/// How much of an answer is read. A secret of Vault is 1 MiB at most.
inline constexpr json::limits answer_limits{.size = std::size_t{4} << 20U, .depth = 64, .count = 200'000};

namespace detail {

/// Has the string, as it stands in the text, half of a surrogate pair? It means no character and must not become one.
[[nodiscard]] inline bool has_lone_surrogate(std::string_view raw) noexcept
{
    const auto unit = [raw](std::size_t at) -> unsigned {  // of "\uXXXX" at `at`, else 0
        if (raw.size() < at + 6 || raw[at] != '\\' || raw[at + 1] != 'u') return 0;
        unsigned value = 0;
        for (std::size_t i = at + 2; i < at + 6; ++i) {
            const char c = raw[i];
            const unsigned digit = c <= '9' ? static_cast<unsigned>(c - '0')
                                            : (static_cast<unsigned>(c) | 0x20U) - 'a' + 10;
            value = value << 4U | digit;
        }
        return value;
    };
    for (std::size_t at = raw.find('\\'); at != std::string_view::npos; at = raw.find('\\', at)) {
        const unsigned first = unit(at);
        if (first >= 0xdc00 && first <= 0xdfff) return true;
        if (first >= 0xd800 && first <= 0xdbff) {
            const unsigned second = unit(at + 6);
            if (second < 0xdc00 || second > 0xdfff) return true;
            at += 12;
        } else {
            at += first != 0 ? 6 : 2;
        }
    }
    return false;
}

}  // namespace detail

/// Move-only; values refer to it.
class answer {
public:
    /// status  of HTTP
    /// body    JSON; empty is an answer without data
    /// error   syntax, invalid_utf8, unexpected_end, too_large, too_deep, too_many, duplicate (a key twice: which of
    ///         the two is the secret?); the message names a place, never a text
    [[nodiscard]] static result<answer> read(int status, std::string body)
    {
        answer out;
        out.status_ = status;
        out.text_ = std::make_unique<std::string>(std::move(body));
        auto parsed = json::parse(out.text_->empty() ? std::string_view("null") : std::string_view(*out.text_),
                                  answer_limits);
        const auto bad = [](errc code, std::string_view what, std::size_t at) {
            return unexpected(code,
                              concat("the answer is not what Vault sends: ", what, " at byte ", std::to_string(at)));
        };
        if (!parsed) {
            const errc code = parsed.error().code;
            return bad(code, code == errc::unexpected_end ? "JSON that breaks off" : to_string(code),
                       parsed.error().where.offset);
        }
        out.document_ = std::make_unique<json::document>(std::move(*parsed));
        if (!out.document_->duplicates().empty())
            return bad(errc::duplicate, "a key that stands twice in its object",
                       out.document_->duplicates()[0].again.offset);
        for (std::uint32_t i = 0; i < out.document_->node_count(); ++i) {
            const json::value at = out.document_->at(i);
            if (at.is_string() && detail::has_lone_surrogate(at.raw()))
                return bad(errc::invalid_utf8, "half of a surrogate pair", at.span().offset);
        }
        return out;
    }

    answer(answer&&) noexcept = default;
    answer& operator=(answer&& o) noexcept
    {
        std::swap(status_, o.status_);
        std::swap(text_, o.text_);
        std::swap(document_, o.document_);
        return *this;
    }
    ~answer()
    {
        if (text_) wipe(*text_);
    }

    [[nodiscard]] int status() const noexcept { return status_; }
    [[nodiscard]] bool success() const noexcept { return status_ >= 200 && status_ < 300; }
    [[nodiscard]] json::value root() const noexcept { return document_->root(); }
    [[nodiscard]] json::value data() const noexcept { return root()["data"]; }

    /// Vault's own words: {"errors":["permission denied"]}, joined; at most 300 bytes, control characters out.
    [[nodiscard]] std::string errors() const
    {
        std::string out;
        for (const char* list : {"errors", "warnings"})
            for (const json::value e : root()[list]) {
                if (!e.is_string()) continue;
                if (!out.empty()) out += "; ";
                for (const char c : e.text()) out += static_cast<unsigned char>(c) < 0x20 || c == 0x7f ? ' ' : c;
            }
        if (out.size() > 300) out.resize(300);
        return out;
    }

private:
    answer() = default;

    int status_ = 0;
    std::unique_ptr<std::string> text_;
    std::unique_ptr<json::document> document_;
};

}  // namespace pitot::vault
