#pragma once
// Reads JSON (RFC 8259) into a document; strict, without recursion, in one pass over the text.

#include <pitot/base/result.hpp>
#include <pitot/base/text.hpp>
#include <pitot/json/document.hpp>
#include <pitot/json/limits.hpp>
#include <pitot/json/scan.hpp>

#include <algorithm>  // std::copy_n, std::sort
#include <array>
#include <cstring>  // std::memcpy
#include <limits>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace pitot::json {

namespace detail {

/// Appends into an arena's room of known size what unescape() gives.
class arena_text {
public:
    explicit arena_text(char* room) noexcept : first_(room), at_(room) {}
    void append(const char* text, std::size_t size) noexcept
    {
        if (size != 0) std::memcpy(at_, text, size);
        at_ += size;
    }
    void push_back(char c) noexcept { *at_++ = c; }
    [[nodiscard]] std::string_view view() const noexcept { return {first_, static_cast<std::size_t>(at_ - first_)}; }

private:
    char* first_;
    char* at_;
};

/// One run over one text. The stack of open arrays and objects is the table itself: each node knows its parent.
class builder {
public:
    builder(std::string_view text, const limits& allowed) : text_(text), allowed_(allowed) { out_.text_ = text; }

    [[nodiscard]] result<document> run()
    {
        if (text_.size() > allowed_.size || text_.size() >= std::numeric_limits<std::uint32_t>::max())
            return unexpected(errc::too_large, concat("the text has ", std::to_string(text_.size()),
                                                      " bytes, the limit is ", std::to_string(allowed_.size)));
        make_room(text_.size() / 16 + 8);
        if (text_.starts_with("\xEF\xBB\xBF")) at_ = 3;  // a byte order mark says nothing, and editors write it
        if (!read_all()) return unexpected(std::move(failure_));
        std::sort(out_.duplicates_.begin(), out_.duplicates_.end(),
                  [](const duplicate_key& a, const duplicate_key& b) { return a.again.offset < b.again.offset; });
        out_.count_ = count_;
        return std::move(out_);
    }

private:
    [[nodiscard]] bool read_all()
    {
        skip_blanks();
        for (;;) {  // a value is expected
            const char c = peek();
            if (c == '{' || c == '[') {
                if (!open(c == '{')) return false;
                skip_blanks();
                if (peek() != closing_) {
                    if (closing_ == '}' && !read_key()) return false;
                    continue;
                }
                close();
            } else if (c == '"' ? !read_string(false) : !read_plain(c)) {
                return false;
            }
            for (;;) {  // a value is complete
                skip_blanks();
                if (depth_ == 0)
                    return at_ == text_.size() || fail(errc::syntax, "nothing may follow the document's value");
                ++members_;
                const char separator = peek();
                if (separator == ',') break;
                if (separator != closing_) return no_separator();
                close();
            }
            ++at_;
            skip_blanks();
            if (closing_ == '}' && !read_key()) return false;
        }
    }

    /// A value without parts that is no string.
    [[nodiscard]] bool read_plain(char first)
    {
        switch (first) {
        case 't': return read_word("true", kind::boolean, 1);
        case 'f': return read_word("false", kind::boolean, 0);
        case 'n': return read_word("null", kind::null, 0);
        case '-':
        case '0':
        case '1':
        case '2':
        case '3':
        case '4':
        case '5':
        case '6':
        case '7':
        case '8':
        case '9': return read_number();
        default: return no_value();
        }
    }

    /// Up to the value behind it.
    [[nodiscard]] bool read_key()
    {
        if (peek() != '"') return no_key();
        if (!read_string(true)) return false;
        skip_blanks();
        if (peek() != ':') return at_ == text_.size() ? ended() : fail(errc::syntax, "':' is expected after a key");
        ++at_;
        skip_blanks();
        return true;
    }

    [[nodiscard]] bool open(bool object)
    {
        if (depth_ == allowed_.depth)
            return fail(errc::too_deep, concat("nested deeper than ", std::to_string(allowed_.depth), " levels"));
        const std::uint32_t index = count_;
        if (!add(object ? kind::object : kind::array, at_, 1, 0)) return false;
        ++at_;
        ++depth_;
        out_.nodes_[open_].extra = members_;
        open_ = index;
        members_ = 0;
        closing_ = object ? '}' : ']';
        return true;
    }

    void close()
    {
        ++at_;
        node& closed = out_.nodes_[open_];
        closed.length = static_cast<std::uint32_t>(at_ - closed.offset);
        closed.after = count_;
        closed.extra = members_;
        if (closing_ == '}' && members_ > 1) find_duplicates(open_);
        --depth_;
        open_ = closed.parent;
        const node& around = out_.nodes_[open_];
        members_ = around.extra;
        closing_ = around.type == kind::object ? '}' : ']';
    }

    [[nodiscard]] bool add(kind type, std::size_t offset, std::size_t length, std::uint32_t extra, bool is_key = false)
    {
        if (count_ >= most_ && !grow()) return false;
        out_.nodes_[count_] = {static_cast<std::uint32_t>(offset),
                               static_cast<std::uint32_t>(length),
                               open_,
                               count_ + 1,
                               members_,
                               extra,
                               type,
                               is_key};
        ++count_;
        return true;
    }

    [[nodiscard]] bool grow()
    {
        if (count_ >= allowed_.count)
            return fail(errc::too_many, concat("more than ", std::to_string(allowed_.count), " values and keys"));
        make_room(2 * out_.room_);
        return true;
    }

    void make_room(std::size_t nodes)
    {
        auto more = std::make_unique_for_overwrite<node[]>(nodes);
        std::copy_n(out_.nodes_.get(), count_, more.get());
        out_.nodes_ = std::move(more);
        out_.room_ = nodes;
        most_ = std::min(nodes, allowed_.count);
    }

    [[nodiscard]] bool read_word(std::string_view word, kind type, std::uint32_t extra)
    {
        if (text_.substr(at_, word.size()) != word) return no_value();
        if (!add(type, at_, word.size(), extra)) return false;
        at_ += word.size();
        return true;
    }

    [[nodiscard]] bool read_number()
    {
        const std::size_t first = at_;
        const auto digits = [this](std::string_view where) {
            const std::size_t from = at_;
            while (at_ < text_.size() && text_[at_] >= '0' && text_[at_] <= '9') ++at_;
            if (at_ != from) return true;
            return at_ == text_.size() ? ended() : fail(errc::syntax, concat("a digit is expected ", where));
        };
        if (text_[at_] == '-') ++at_;
        if (peek() == '0') {
            ++at_;
            if (peek() >= '0' && peek() <= '9')
                return fail(errc::syntax, "a number may not begin with a zero", at_ - 1);
        } else if (!digits("after '-'")) {
            return false;
        }
        if (peek() == '.') {
            ++at_;
            if (!digits("after the point")) return false;
        }
        if (peek() == 'e' || peek() == 'E') {
            ++at_;
            if (peek() == '+' || peek() == '-') ++at_;
            if (!digits("in the exponent")) return false;
        }
        return add(kind::number, first, at_ - first, 0);
    }

    [[nodiscard]] bool read_string(bool is_key)
    {
        const std::size_t first = at_++;
        at_ = offset_of(skip_plain(text_.data() + at_, end()));
        if (peek() != '"') return read_rich_string(first, is_key);
        ++at_;
        return add(kind::string, first, at_ - first, 0, is_key);
    }

    /// A string from the first byte on that is more than a plain one.
    [[gnu::noinline]] bool read_rich_string(std::size_t first, bool is_key)
    {
        bool escaped = false;
        for (;; at_ = offset_of(skip_plain(text_.data() + at_, end()))) {
            if (at_ == text_.size()) return fail(errc::unexpected_end, "this string has no closing quote", first);
            const auto c = static_cast<unsigned char>(text_[at_]);
            if (c == '"') break;
            if (c == '\\') {
                escaped = true;
                if (!skip_escape()) return false;
            } else if (c < 0x20) {
                return fail(errc::syntax, c == '\n' ? "a string may not span lines: write \\n"
                                                    : "a control character in a string is written as an escape");
            } else {
                const std::size_t length = utf8_decode(text_, at_).length;
                if (length == 0) return fail(errc::invalid_utf8, "this byte is no UTF-8");
                at_ += length;
            }
        }
        const std::string_view body = text_.substr(first + 1, at_ - first - 1);
        ++at_;
        std::uint32_t extra = 0;
        if (escaped) {
            arena_text room(out_.strings_.allocate(body.size()));
            unescape(body, room);
            out_.decoded_.push_back(room.view());
            extra = static_cast<std::uint32_t>(out_.decoded_.size());
        }
        return add(kind::string, first, at_ - first, extra, is_key);
    }

    [[nodiscard]] bool skip_escape()
    {
        if (at_ + 1 == text_.size()) return ended();
        switch (text_[at_ + 1]) {
        case '"':
        case '\\':
        case '/':
        case 'b':
        case 'f':
        case 'n':
        case 'r':
        case 't': at_ += 2; return true;
        case 'u':
            if (at_ + 6 > text_.size() || hex4(text_.data() + at_ + 2) < 0)
                return fail(errc::syntax, "\\u is followed by four hexadecimal digits", at_, 2);
            at_ += 6;
            return true;
        default:
            return fail(errc::syntax, "unknown escape; known are \\\" \\\\ \\/ \\b \\f \\n \\r \\t \\uXXXX", at_, 2);
        }
    }

    void skip_blanks() noexcept { at_ = offset_of(detail::skip_blanks(text_.data() + at_, end())); }

    /// Are all keys different for sure? Each writes the object's number at a place that its bytes choose; nearly always
    /// they are places apart.
    [[nodiscard]] bool all_differ(std::uint32_t object) noexcept
    {
        const node* const nodes = out_.nodes_.get();
        const std::uint32_t mark = object + 1;  // 0 is nobody's
        const std::uint32_t after = nodes[object].after;
        for (std::uint32_t key = object + 1; key < after; key = nodes[key + 1].after) {
            if (nodes[key].extra != 0) return false;
            const char* const text = text_.data() + nodes[key].offset;
            const std::uint32_t length = nodes[key].length;
            const auto byte = [text](std::uint32_t i) -> std::uint32_t { return static_cast<unsigned char>(text[i]); };
            const std::uint32_t hash = (byte(1) + byte(length - 2) * 31 + byte(length / 2) * 61 + length * 277) & 1023U;
            if (marks_[hash] == mark) return false;
            marks_[hash] = mark;
        }
        return true;
    }

    /// Small objects pairwise, large ones sorted: a hostile object of n keys costs n log n comparisons.
    void find_duplicates(std::uint32_t object)
    {
        if (members_ <= 64 && all_differ(object)) return;
        keys_.clear();
        const node& around = out_.nodes_[object];
        for (std::uint32_t key = object + 1; key < around.after; key = out_.nodes_[key + 1].after)
            keys_.push_back({out_.at(key).text(), key});
        const auto report = [&](std::uint32_t first, std::uint32_t again) {
            out_.duplicates_.push_back({out_.at(first).span(), out_.at(again).span(), again + 1});
        };
        if (keys_.size() <= 16) {
            for (std::size_t i = 1; i < keys_.size(); ++i)
                for (std::size_t j = 0; j < i; ++j)
                    if (keys_[i].text == keys_[j].text) {
                        report(keys_[j].index, keys_[i].index);
                        break;
                    }
            return;
        }
        std::sort(keys_.begin(), keys_.end(), [](const key_place& a, const key_place& b) {
            const int order = a.text.compare(b.text);
            return order != 0 ? order < 0 : a.index < b.index;
        });
        std::size_t first = 0;
        for (std::size_t i = 1; i < keys_.size(); ++i) {
            if (keys_[i].text == keys_[first].text)
                report(keys_[first].index, keys_[i].index);
            else
                first = i;
        }
    }

    /// The next byte; 0, which no grammar rule allows, at the end.
    [[nodiscard]] char peek() const noexcept { return at_ < text_.size() ? text_[at_] : '\0'; }
    [[nodiscard]] const char* end() const noexcept { return text_.data() + text_.size(); }
    [[nodiscard]] std::size_t offset_of(const char* at) const noexcept
    {
        return static_cast<std::size_t>(at - text_.data());
    }

    bool fail(errc code, std::string message, std::size_t at, std::size_t length = 1)
    {
        failure_ = error(code, std::move(message), text_span{at, std::min(length, text_.size() - at)});
        return false;
    }
    bool fail(errc code, std::string message) { return fail(code, std::move(message), at_); }

    bool ended()
    {
        if (depth_ == 0) return fail(errc::unexpected_end, "the text ends where a value is expected", text_.size(), 0);
        const node& around = out_.nodes_[open_];
        return fail(errc::unexpected_end,
                    concat("the text ends inside the ", around.type == kind::object ? "object" : "array",
                           " that begins in line ", std::to_string(position_of(text_, around.offset).line)),
                    text_.size(), 0);
    }

    bool no_key()
    {
        if (at_ == text_.size()) return ended();
        return fail(errc::syntax,
                    peek() == '}' ? "no comma may stand before '}'" : "a key in double quotes is expected");
    }

    bool no_separator()
    {
        if (at_ == text_.size()) return ended();
        return fail(errc::syntax, closing_ == '}' ? "',' or '}' is expected after a member of an object"
                                                  : "',' or ']' is expected after an element of an array");
    }

    bool no_value()
    {
        if (at_ >= text_.size()) return ended();
        const char c = text_[at_];
        if (at_ == 0 && (text_.starts_with("\xFF\xFE") || text_.starts_with("\xFE\xFF") ||
                         (text_.size() > 1 && (text_[0] == '\0' || text_[1] == '\0'))))
            return fail(errc::invalid_utf8, "this is UTF-16 or UTF-32; JSON files are UTF-8");
        if (c == ']' || c == '}')
            return fail(errc::syntax, concat(depth_ == 0 ? "nothing is open that '" : "a value is expected before '",
                                             std::string_view(&c, 1), depth_ == 0 ? "' could close" : "'"));
        if (c == '\'') return fail(errc::syntax, "strings stand in double quotes");
        if (c == '/') return fail(errc::syntax, "JSON has no comments");
        if (c == '+' || c == '.') return fail(errc::syntax, "a number begins with a digit or '-'");
        if ((static_cast<unsigned char>(c) & 0x80U) != 0 && utf8_decode(text_, at_).length == 0)
            return fail(errc::invalid_utf8, "this byte is no UTF-8");
        std::size_t end = at_;
        while (end < text_.size() &&
               ((text_[end] >= 'a' && text_[end] <= 'z') || (text_[end] >= 'A' && text_[end] <= 'Z')))
            ++end;
        return fail(errc::syntax, "a value is expected: {, [, a string, a number, true, false or null", at_,
                    end > at_ ? end - at_ : 1);
    }

    struct key_place {
        std::string_view text;
        std::uint32_t index;
    };

    std::string_view text_;
    limits allowed_;
    document out_;
    std::size_t at_ = 0;
    std::size_t depth_ = 0;
    std::uint32_t count_ = 0;    ///< nodes
    std::size_t most_ = 0;       ///< of them before there is room for more, or an error
    std::uint32_t open_ = 0;     ///< the innermost array or object that is open
    std::uint32_t members_ = 0;  ///< of it so far
    char closing_ = '\0';        ///< its other bracket
    error failure_{errc::syntax, {}};
    std::vector<key_place> keys_;
    std::array<std::uint32_t, 1024> marks_{};
};

}  // namespace detail

/// Reads a whole text. A byte order mark is skipped; equal keys are kept and listed in duplicates(); a surrogate
/// escape without its partner reads as U+FFFD.
/// text     must outlive the document
/// error    syntax, invalid_utf8, unexpected_end at the first byte at fault; too_large, too_deep, too_many by `allowed`
/// throws   std::bad_alloc
[[nodiscard]] inline result<document> parse(std::string_view text, const limits& allowed = {})
{
    return detail::builder(text, allowed).run();
}

}  // namespace pitot::json
