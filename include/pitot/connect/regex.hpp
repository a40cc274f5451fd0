#pragma once
// Regular expressions as Prometheus reads them: RE2's syntax, anchored at both ends, the dot matches newlines too. The
// only place that includes RE2.

#include <pitot/base/result.hpp>
#include <pitot/base/text.hpp>

#include <re2/re2.h>

#include <algorithm>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace pitot {

/// Compiled once, matched often; may be shared between threads.
class regex {
public:
    static constexpr std::size_t max_pattern = 1'000'000;  ///< bytes

    /// anchored  at both ends, as matchers and relabelling are; else it is searched for
    /// error     syntax; the message says what is wrong. too_large beyond max_pattern: what it takes grows with it
    [[nodiscard]] static result<regex> compile(std::string_view pattern, bool anchored = true)
    {
        if (pattern.size() > max_pattern)
            return unexpected(errc::too_large, concat("expression too large: ", std::to_string(pattern.size()),
                                                      " bytes, ", std::to_string(max_pattern), " at most"));
        std::string text = anchored ? concat("^(?s:", translated(pattern), ")$") : translated(pattern);
        RE2::Options how;
        how.set_log_errors(false);
        how.set_max_mem(std::int64_t{8} << 20U);
        auto made = std::make_shared<const RE2>(text, how);
        if (pattern.find("\\C") != std::string_view::npos && has_any_byte(pattern))
            return unexpected(errc::syntax, "invalid escape sequence: `\\C`");
        if (!made->ok()) return unexpected(errc::syntax, made->error());
        return regex(std::move(made));
    }

    [[nodiscard]] bool matches(std::string_view text) const
    {
        return RE2::PartialMatch(re2::StringPiece(text.data(), text.size()), *compiled_);
    }

    /// Groups that capture.
    [[nodiscard]] int groups() const { return compiled_->NumberOfCapturingGroups(); }

    /// What relabelling makes of a text that matches: $1, ${name} from the pattern's groups. False when it does not.
    [[nodiscard]] bool expand(std::string_view text, std::string_view replacement, std::string& out) const
    {
        return expand_from(text, 0, replacement, out).has_value();
    }

    /// The same of the first match from a byte on.
    /// returns  the byte of the text behind the match; behind an empty one, the next
    [[nodiscard]] std::optional<std::size_t> expand_from(std::string_view text, std::size_t first,
                                                         std::string_view replacement, std::string& out) const
    {
        const int groups = compiled_->NumberOfCapturingGroups() + 1;
        std::vector<re2::StringPiece> found(static_cast<std::size_t>(groups));
        const re2::StringPiece in(text.data(), text.size());
        if (!compiled_->Match(in, first, in.size(), RE2::UNANCHORED, found.data(), groups)) return {};
        out.clear();
        append_expanded(found, replacement, out);
        const auto begin = static_cast<std::size_t>(found[0].data() - text.data());
        return begin + std::max<std::size_t>(found[0].size(), 1);
    }

    /// Every place that matches, replaced by what the replacement's $1 and ${name} make of it. As in Go an empty match
    /// right behind another one is none.
    [[nodiscard]] std::string replace_all(std::string_view text, std::string_view replacement) const
    {
        const int groups = compiled_->NumberOfCapturingGroups() + 1;
        std::vector<re2::StringPiece> found(static_cast<std::size_t>(groups));
        const re2::StringPiece in(text.data(), text.size());
        std::string out;
        std::size_t copied = 0;
        for (std::size_t at = 0; at <= text.size();) {
            if (!compiled_->Match(in, at, in.size(), RE2::UNANCHORED, found.data(), groups)) break;
            const auto begin = static_cast<std::size_t>(found[0].data() - text.data());
            const std::size_t end = begin + found[0].size();
            out += text.substr(copied, begin - copied);
            if (end > copied || begin == 0) append_expanded(found, replacement, out);
            copied = end;
            at = std::max(end, at + 1);
            while (at < text.size() && (static_cast<unsigned char>(text[at]) & 0xC0U) == 0x80U && at > end) ++at;
        }
        return out.append(text.substr(copied));
    }

    /// Is it surely a regular expression, as is seen without compiling it? False leaves it open.
    [[nodiscard]] static bool is_surely_valid(std::string_view pattern) noexcept
    {
        constexpr std::size_t longest = 1000;  // bytes; compiled they take no room to speak of
        if (pattern.size() > longest) return false;
        bool repeatable = false;
        int depth = 0;
        for (std::size_t i = 0; i < pattern.size(); ++i) {
            const char c = pattern[i];
            if (c == '*' || c == '+' || c == '?') {
                if (!repeatable) return false;
                repeatable = false;  // ** is none, and *? needs no more
            } else if (c == '(') {
                if (pattern.substr(i, 3) == "(?:") i += 2;
                if (++depth > 20) return false;
                repeatable = false;
            } else if (c == ')') {
                if (--depth < 0) return false;
                repeatable = true;
            } else if (c == '|' || c == '^' || c == '$') {
                repeatable = false;
            } else if (c == '\\') {
                if (++i == pattern.size() ||
                    std::string_view(".-/_|*+?()[]{}$^dDwWsS").find(pattern[i]) == std::string_view::npos)
                    return false;
                repeatable = true;
            } else if (is_word(c) || std::string_view(".-/: ,=@%;#~!&\"'<>").find(c) != std::string_view::npos) {
                repeatable = true;
            } else {
                return false;
            }
        }
        return depth == 0;
    }

private:
    explicit regex(std::shared_ptr<const RE2> compiled) : compiled_(std::move(compiled)) {}

    void append_expanded(const std::vector<re2::StringPiece>& found, std::string_view replacement,
                         std::string& out) const
    {
        for (std::size_t i = 0; i < replacement.size(); ++i) {
            if (replacement[i] != '$' || i + 1 == replacement.size()) {
                out += replacement[i];
                continue;
            }
            if (replacement[i + 1] == '$') {
                out += '$';
                ++i;
                continue;
            }
            const bool braces = replacement[i + 1] == '{';
            std::size_t first = i + (braces ? 2 : 1);
            std::size_t last = first;
            while (last < replacement.size() && is_word(replacement[last])) ++last;
            if (last == first || (braces && (last == replacement.size() || replacement[last] != '}'))) {
                out += replacement[i];
                continue;
            }
            append_group(found, replacement.substr(first, last - first), out);
            i = braces ? last : last - 1;
        }
    }

    static bool is_word(char c) noexcept
    {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
    }

    void append_group(const std::vector<re2::StringPiece>& found, std::string_view name, std::string& out) const
    {
        std::size_t index = 0;
        bool number = true;
        for (const char c : name) {
            number = number && c >= '0' && c <= '9';
            if (number) index = std::min<std::size_t>(index * 10 + static_cast<std::size_t>(c - '0'), 10'000);
        }
        if (!number) {
            const auto at = compiled_->NamedCapturingGroups().find(std::string(name));
            if (at == compiled_->NamedCapturingGroups().end()) return;
            index = static_cast<std::size_t>(at->second);
        }
        if (index < found.size())
            out.append(found[index].data() == nullptr ? "" : found[index].data(), found[index].size());
    }

    /// Debian 12's RE2 does not know (?<name>…), which Go does.
    static std::string translated(std::string_view pattern)
    {
        std::string out;
        bool in_class = false;
        for (std::size_t i = 0; i < pattern.size(); ++i) {
            if (pattern[i] == '\\' && i + 1 < pattern.size()) {
                out += pattern[i++];
            } else if (pattern[i] == '[') {
                in_class = true;
            } else if (pattern[i] == ']') {
                in_class = false;
            } else if (!in_class && pattern.substr(i, 3) == "(?<") {
                out += "(?P<";
                i += 2;
                continue;
            }
            out += pattern[i];
        }
        return out;
    }

    /// \C matches one byte; Go has no such thing.
    static bool has_any_byte(std::string_view pattern)
    {
        for (std::size_t i = 0; i + 1 < pattern.size(); ++i) {
            if (pattern[i] != '\\') continue;
            if (pattern[i + 1] == 'C') return true;
            ++i;
        }
        return false;
    }

    std::shared_ptr<const RE2> compiled_;
};

}  // namespace pitot
