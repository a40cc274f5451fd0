#pragma once
// A family's lines, put together from pieces that were rendered when the family was made.

#include <pitot/base/number.hpp>
#include <pitot/metrics/labels.hpp>
#include <pitot/model/direct.hpp>
#include <pitot/model/type.hpp>

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

namespace pitot::detail {

/// Appends a text with \ and newline escaped, and " where `quote`.
template <class Out>
void escape_into(Out& out, std::string_view text, bool quote)
{
    for (const char c : text) {
        if (c == '\\' || c == '\n' || (quote && c == '"')) out.push_back('\\');
        out.push_back(c == '\n' ? 'n' : c);
    }
}

[[nodiscard]] inline bool needs_escape(std::string_view text) noexcept
{
    return text.find_first_of("\\\n\"") != std::string_view::npos;
}

/// A text that is copied often: 32 bytes at a time, beyond its end, into room that is large enough.
class piece {
public:
    static constexpr std::size_t slack = 32;
    piece() = default;
    explicit piece(std::string text) : text_(std::move(text)), size_(text_.size()) { text_.append(slack, '\0'); }
    [[gnu::always_inline]] char* put(char* to) const noexcept
    {
        const char* const from = text_.data();
        std::memcpy(to, from, slack);
        if (size_ > slack) std::memcpy(to + slack, from + slack, size_ - slack);
        return to + size_;
    }
    [[nodiscard]] std::size_t size() const noexcept { return size_; }

private:
    std::string text_;
    std::size_t size_ = 0;
};

/// Pieces of the label part of a family's lines: constant labels, names, quotes and commas.
class label_pieces {
public:
    label_pieces() = default;
    label_pieces(const std::vector<std::pair<std::string, std::string>>& constant,
                 std::span<const std::string_view> names)
    {
        std::string lead;
        for (const auto& [name, value] : constant) {
            if (value.empty()) continue;
            lead += lead.empty() ? "" : ",";
            lead += name;
            lead += "=\"";
            escape_into(lead, value, true);
            lead += '"';
        }
        constant_ = lead;
        for (std::size_t i = 0; i < names.size(); ++i) {
            names_.emplace_back(names[i]);
            lead += i > 0 ? "\"," : lead.empty() ? "" : ",";
            lead += names[i];
            lead += "=\"";
            pieces_.emplace_back(lead);
            lead.clear();
        }
        has_constant_ = !constant_.empty();
        for (const piece& p : pieces_) fixed_ += p.size();
        fixed_ += constant_.size() + 2;
        constant_piece_ = piece(constant_);
    }

    [[nodiscard]] bool none() const noexcept { return pieces_.empty() && !has_constant_; }
    /// Bytes of everything but the values.
    [[nodiscard]] std::size_t fixed() const noexcept { return fixed_; }

    /// Writes the labels without braces. decode(f) calls f(position, value) for each label.
    /// plain  no value is known to need escaping
    template <class Decode>
    [[gnu::always_inline]] char* put(char* to, bool plain, Decode&& decode) const
    {
        if (pieces_.empty()) return has_constant_ ? constant_piece_.put(to) : to;
        if (__builtin_expect(plain, 1) != 0) {
            bool empty = false;
            char* at = to;
            decode([&](std::size_t i, std::string_view value) {
                empty = empty || value.empty();
                at = pieces_[i].put(at);
                at = reinterpret_cast<char*>(
                    copy_short(reinterpret_cast<unsigned char*>(at), value.data(), value.size()));
            });
            if (!empty) {
                *at = '"';
                return at + 1;
            }
        }
        return put_slowly(to, decode);
    }

private:
    template <class Decode>
    [[gnu::noinline]] char* put_slowly(char* to, Decode& decode) const
    {
        struct writer {
            char* at;
            void push_back(char c) noexcept { *at++ = c; }
        } out{has_constant_ ? constant_piece_.put(to) : to};
        decode([&](std::size_t i, std::string_view value) {
            if (value.empty()) return;  // the same as no label
            if (out.at != to) out.push_back(',');
            for (const char c : names_[i]) out.push_back(c);
            out.push_back('=');
            out.push_back('"');
            escape_into(out, value, true);
            out.push_back('"');
        });
        return out.at;
    }

    std::vector<piece> pieces_;
    std::vector<std::string> names_;
    std::string constant_;
    piece constant_piece_;
    std::size_t fixed_ = 0;
    bool has_constant_ = false;
};

/// HELP, TYPE and UNIT of a family with a legacy name.
[[nodiscard]] inline std::string metadata_text(direct_format format, std::string_view name, metric_type type,
                                               std::string_view help, std::string_view unit)
{
    const bool om = format == direct_format::openmetrics;
    if (om && type == metric_type::counter) name.remove_suffix(6);
    std::string text;
    const auto line = [&](std::string_view word, std::string_view rest, bool escape) {
        text.append("# ").append(word).append(" ").append(name).append(" ");
        if (escape)
            escape_into(text, rest, om);
        else
            text += rest;
        text += '\n';
    };
    if (!om && !help.empty()) line("HELP", help, true);
    line("TYPE", to_string(type), false);
    if (om && !unit.empty()) line("UNIT", unit, false);
    if (om && !help.empty()) line("HELP", help, true);
    return text;
}

template <class T>
[[gnu::always_inline]] inline char* put_number(char* to, T value) noexcept
{
    if constexpr (std::is_integral_v<T>)
        return std::to_chars(to, to + number_size, value).ptr;
    else
        return write_number(to, value);
}

}  // namespace pitot::detail
