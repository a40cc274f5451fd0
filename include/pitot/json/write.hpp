#pragma once
// Writes JSON: compact, or indented for people.

#include <pitot/base/number.hpp>
#include <pitot/base/utf8.hpp>
#include <pitot/json/scan.hpp>

#include <cmath>  // std::isfinite
#include <concepts>
#include <cstring>  // std::memcpy
#include <string>
#include <string_view>
#include <vector>

namespace pitot::json {

/// Appends a string with its quotes. Control characters become escapes; bytes that are no UTF-8 become U+FFFD each.
/// behind  what goes behind it, as it stands
inline void append_string(std::string& out, std::string_view text, std::string_view behind = {})
{
    constexpr std::string_view hex = "0123456789abcdef";
    const char* const last = text.data() + text.size();
    const auto plain = static_cast<std::size_t>(detail::skip_plain(text.data(), last) - text.data());
    const std::size_t before = out.size();
    if (plain == text.size()) {  // nearly always
        out.resize(before + text.size() + 2 + behind.size(), '"');
        if (!text.empty()) std::memcpy(out.data() + before + 1, text.data(), text.size());
        if (!behind.empty()) std::memcpy(out.data() + before + text.size() + 2, behind.data(), behind.size());
        return;
    }
    out += '"';
    for (std::size_t i = 0; i < text.size();) {
        const char* const first = text.data() + i;
        const char* const end = detail::skip_plain(first, last);
        out.append(first, end);
        i += static_cast<std::size_t>(end - first);
        if (i == text.size()) break;
        const char c = text[i];
        const auto byte = static_cast<unsigned char>(c);
        if (byte >= 0x80) {
            const std::size_t length = utf8_decode(text, i).length;
            if (length == 0)
                out += "\xEF\xBF\xBD";
            else
                out.append(text, i, length);
            i += length == 0 ? 1 : length;
            continue;
        }
        ++i;
        switch (c) {
        case '"': out += "\\\""; break;
        case '\\': out += "\\\\"; break;
        case '\b': out += "\\b"; break;
        case '\f': out += "\\f"; break;
        case '\n': out += "\\n"; break;
        case '\r': out += "\\r"; break;
        case '\t': out += "\\t"; break;
        default:
            out += "\\u00";
            out += hex[byte >> 4U];
            out += hex[byte & 0x0FU];
        }
    }
    out += '"';
    out += behind;
}

/// Writes one document in order: begin_object(), key("a"), value(1), end_object(). Commas and blanks are its task; that
/// keys and values alternate and that what is opened is closed, the caller's.
class writer {
public:
    /// indent  blanks a level; 0 writes everything on one line
    explicit writer(std::size_t indent = 0) : indent_(indent) {}

    writer& begin_object() { return open('{'); }
    writer& end_object() { return close('}'); }
    writer& begin_array() { return open('['); }
    writer& end_array() { return close(']'); }

    writer& key(std::string_view name)
    {
        separate();
        append_string(text_, name, indent_ == 0 ? ":" : ": ");
        after_key_ = true;
        return *this;
    }

    writer& value(std::string_view text)
    {
        separate();
        append_string(text_, text);
        return *this;
    }
    writer& value(const char* text) { return value(std::string_view(text)); }
    template <std::same_as<bool> Bool>
    writer& value(Bool truth)
    {
        return raw(truth ? "true" : "false");
    }
    template <std::integral Integer>
        requires(!std::same_as<Integer, bool> && !std::same_as<Integer, char>)
    writer& value(Integer number)
    {
        return raw(std::to_string(number));
    }
    /// JSON has neither NaN nor infinities: they are written as the strings "NaN", "+Inf", "-Inf", as Prometheus does.
    writer& value(double number)
    {
        return std::isfinite(number) ? raw(to_text(number)) : value(std::string_view(to_text(number)));
    }
    writer& null() { return raw("null"); }
    /// Something that is JSON already.
    writer& raw(std::string_view json)
    {
        separate();
        text_ += json;
        return *this;
    }

    /// Members that another writer wrote at the same depth, with the commas and line breaks between them and the line
    /// break before them; nothing for none.
    writer& members(std::string_view written)
    {
        if (written.empty()) return *this;
        if (!empty_.back()) text_ += ',';
        empty_.back() = false;
        text_ += written;
        return *this;
    }

    template <class T>
    writer& member(std::string_view name, const T& what)
    {
        key(name);
        return value(what);
    }

    /// Hands what was written so far to sink(std::string_view) once it is as much as pays, and goes on without it.
    /// returns  true when it did
    template <class Sink>
    bool drain(Sink&& sink, std::size_t most = std::size_t{64} << 10U)
    {
        if (text_.size() < most) return false;
        sink(std::string_view(text_));
        text_.clear();
        return true;
    }

    [[nodiscard]] const std::string& text() const& noexcept { return text_; }
    [[nodiscard]] std::string text() && noexcept { return std::move(text_); }

private:
    writer& open(char bracket)
    {
        separate();
        text_ += bracket;
        empty_.push_back(true);
        return *this;
    }

    writer& close(char bracket)
    {
        const bool empty = empty_.back();
        empty_.pop_back();
        if (!empty) new_line(false);
        text_ += bracket;
        return *this;
    }

    void separate()
    {
        if (after_key_) {
            after_key_ = false;
            return;
        }
        if (empty_.empty()) return;
        new_line(!empty_.back());
        empty_.back() = false;
    }

    /// comma  before it
    void new_line(bool comma)
    {
        std::size_t at = text_.size();
        text_.resize(at + (comma ? 1 : 0) + (indent_ == 0 ? 0 : 1 + indent_ * empty_.size()), ' ');
        if (comma) text_[at++] = ',';
        if (indent_ != 0) text_[at] = '\n';
    }

    std::string text_;
    std::vector<bool> empty_;  // for each open bracket: nothing inside yet?
    std::size_t indent_;
    bool after_key_ = false;
};

}  // namespace pitot::json
