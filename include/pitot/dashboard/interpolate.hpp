#pragma once
// A dashboard's query as PromQL: each variable outside of strings gets a stand-in that fits its position.
//
// What stands in is no value of the variable: it lets the query be read, and says which of its words are unknown. In
// strings the reference stays; in comments nothing counts. A variable whose value was told gets it, in strings too.

#include <pitot/base/span.hpp>
#include <pitot/base/text.hpp>
#include <pitot/dashboard/format.hpp>
#include <pitot/dashboard/reference.hpp>
#include <pitot/promql/token.hpp>

#include <algorithm>  // std::any_of, std::binary_search, std::sort
#include <array>
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace pitot::dashboard {

/// A variable and what stands for it.
/// original  bytes of the reference in the query as written
/// replaced  bytes of the stand-in in the text to parse
/// known     it is the variable's value
struct stand_in {
    text_span original;
    text_span replaced;
    bool known = false;
};

struct interpolated {
    std::string text;
    std::vector<stand_in> stand_ins;

    /// The byte of the original query for a byte of `text`: inside a stand-in, the reference's first.
    [[nodiscard]] std::size_t original_offset(std::size_t offset) const noexcept
    {
        const stand_in* const s = last_before(offset + 1);
        if (s == nullptr) return offset;
        return offset < s->replaced.end() ? s->original.offset : offset - s->replaced.end() + s->original.end();
    }
    /// The bytes of the original query for a part of `text`; a reference is taken whole.
    [[nodiscard]] text_span original_span(text_span part) const noexcept
    {
        const std::size_t first = original_offset(part.offset);
        const stand_in* const s = last_before(part.end());
        const std::size_t last = s != nullptr && part.end() < s->replaced.end() ? s->original.end()
                                                                                : original_offset(part.end());
        return {first, last > first ? last - first : 0};
    }
    /// Does a part of `text` come from a variable whose value nobody told, wholly or in part?
    [[nodiscard]] bool is_variable(text_span part) const noexcept
    {
        auto s = std::partition_point(stand_ins.begin(), stand_ins.end(),
                                      [part](const stand_in& one) { return one.replaced.end() <= part.offset; });
        for (; s != stand_ins.end() && s->replaced.offset < part.end(); ++s)
            if (!s->known && s->replaced.length > 0) return true;
        return false;
    }

private:
    /// The last stand-in that begins before a byte; null when none does.
    [[nodiscard]] const stand_in* last_before(std::size_t offset) const noexcept
    {
        const auto behind = std::partition_point(
            stand_ins.begin(), stand_ins.end(), [offset](const stand_in& one) { return one.replaced.offset < offset; });
        return behind == stand_ins.begin() ? nullptr : &*(behind - 1);
    }
};

namespace detail {

/// Bytes that mean something to an interpolation; the others are copied in one go.
inline constexpr auto marks = [] {
    std::array<bool, 256> out{};
    for (const char c : std::string_view("\"'`#$[](){},")) out[static_cast<unsigned char>(c)] = true;
    return out;
}();

class interpolation {
public:
    interpolation(std::string_view text, const variable_values* values, const variable_values* likely)
        : text_(text), values_(values), likely_(likely)
    {}

    [[nodiscard]] interpolated run()
    {
        if (next_possible_reference(text_, 0) == text_.size()) {
            out_.text = text_;
            return std::move(out_);
        }
        out_.text.reserve(text_.size() + 16);
        while (at_ < text_.size()) {
            std::size_t end = at_;
            while (end < text_.size() && !marks[static_cast<unsigned char>(text_[end])]) ++end;
            copy(end - at_);
            if (at_ == text_.size()) break;
            const char c = text_[at_];
            if (c == '"' || c == '\'' || c == '`') {
                string(c);
            } else if (c == '#') {
                copy(std::min(text_.find('\n', at_), text_.size()) - at_);
            } else if (const reference found = reference_at(text_, at_)) {
                replace(found);
            } else {
                if (c == '(' || c == '{' || c == '[') open(c);
                if ((c == ')' || c == '}' || c == ']') && !open_.empty()) open_.pop_back();
                if (c == ',' && !open_.empty()) ++open_.back().argument;
                out_.text += c;
                ++at_;
            }
        }
        return std::move(out_);
    }

private:
    struct bracket {
        char kind;
        bool label_list;
        text_span function;    ///< in what has been written: the word before it
        std::size_t argument;  ///< commas seen
    };

    void open(char kind)
    {
        const std::string_view word = last_word(before());
        const auto first = static_cast<std::size_t>(word.data() - out_.text.data());
        open_.push_back({kind, kind == '(' && opens_label_list(word), {first, word.size()}, 0});
    }

    void copy(std::size_t n)
    {
        out_.text.append(text_.data() + at_, n);
        at_ += n;
    }

    void string(char quote)
    {
        std::size_t end = at_ + 1;
        while (end < text_.size() && text_[end] != quote) {
            const bool may_refer = values_ != nullptr && (text_[end] == '$' || text_[end] == '[');
            const reference found = may_refer ? reference_at(text_, end) : reference{};
            if (found && value_of(found) != nullptr) {
                copy(end - at_);
                replace(found);
                end = at_;
            } else {
                end += text_[end] == '\\' && quote != '`' ? 2 : 1;
            }
        }
        copy(std::min(end + 1, text_.size()) - at_);
    }

    [[nodiscard]] const chosen_value* value_of(const reference& found) const
    {
        if (values_ == nullptr) return nullptr;
        const auto at = values_->find(found.name);
        return at == values_->end() ? nullptr : &at->second;
    }

    [[nodiscard]] const std::string* likely_value_of(const reference& found) const
    {
        if (likely_ == nullptr) return nullptr;
        const auto at = likely_->find(found.name);
        return at == likely_->end() || at->second.values.empty() ? nullptr : &at->second.values.front();
    }
    [[nodiscard]] bool is_in_range() const noexcept { return !open_.empty() && open_.back().kind == '['; }

    void replace(const reference& found)
    {
        const std::size_t first = out_.text.size();
        const chosen_value* const value = value_of(found);
        if (value != nullptr)
            out_.text += formatted(found.name, *value, found.format);
        else if (const auto* const one = likely_value_of(found); one != nullptr && !is_in_range())
            out_.text += *one;
        else
            out_.text += substitute(at_ + found.length);
        out_.stand_ins.push_back({{at_, found.length}, {first, out_.text.size() - first}, value != nullptr});
        at_ += found.length;
    }

    [[nodiscard]] static constexpr bool is_blank(char c) noexcept
    {
        return c == ' ' || c == '\t' || c == '\n' || c == '\r';
    }
    [[nodiscard]] static constexpr bool is_one_of(char c, std::string_view set) noexcept
    {
        return c != '\0' && set.find(c) != std::string_view::npos;
    }

    /// The next byte of the original that is no blank, from `at`; 0 at the end.
    [[nodiscard]] std::size_t skip_blanks(std::size_t at) const noexcept
    {
        while (at < text_.size() && is_blank(text_[at])) ++at;
        return at;
    }
    [[nodiscard]] char byte(std::size_t at) const noexcept { return at < text_.size() ? text_[at] : '\0'; }

    /// What has been written so far, without the blanks at its end.
    [[nodiscard]] std::string_view before() const noexcept
    {
        std::string_view text = out_.text;
        while (!text.empty() && is_blank(text.back())) text.remove_suffix(1);
        return text;
    }
    [[nodiscard]] static std::string_view last_word(std::string_view text) noexcept
    {
        std::size_t first = text.size();
        while (first > 0 && is_word(text[first - 1])) --first;
        return text.substr(first);
    }

    [[nodiscard]] static bool opens_label_list(std::string_view word) noexcept
    {
        for (const std::string_view keyword : {"by", "without", "on", "ignoring", "group_left", "group_right"})
            if (equal_lower(word, keyword)) return true;
        return false;
    }

    /// after  the byte of the original behind the reference
    [[nodiscard]] std::string substitute(std::size_t after)
    {
        const char glued_before = out_.text.empty() ? '\0' : out_.text.back();
        const char glued_after = byte(after);
        const char around = open_.empty() ? '\0' : open_.back().kind;
        const std::string_view written = before();
        const char last = written.empty() ? '\0' : written.back();
        const std::size_t next_at = skip_blanks(after);
        const char next = byte(next_at);

        if (around == '[') {
            if (is_word(glued_before)) return is_one_of(glued_before, "0123456789") ? "m" : "";
            return is_one_of(glued_after, "smhdwy") ? "5" : "5m";
        }
        if (around == '{') return in_braces(after, last);
        if (around == '(' && open_.back().label_list) {
            if (is_word(glued_before) || is_word(glued_after)) return "v";
            std::string label = is_one_of(last, "(,") ? "v" : ", v";
            if (!is_one_of(next, "),") && next != '\0') label += ", ";
            return label;
        }
        const std::string_view word = last_word(written);
        if (equal_lower(word, "offset") || (last == '-' && equal_lower(last_word(trimmed(written)), "offset")))
            return is_one_of(glued_after, "smhdwy") ? "5" : "5m";
        if (is_word(glued_before) || glued_before == ':' || is_word(glued_after) || glued_after == ':' ||
            reference_at(text_, after))
            return word_at(after) == "_over_time" ? over_time() : "v";
        if (next == '(') return takes_range(next_at) ? "rate" : "sum";
        if (const std::string_view follows = word_at(next_at);
            equal_lower(follows, "by") || equal_lower(follows, "without"))
            return "sum";
        if (next == '{' || next == '[') return "v";
        if (is_one_of(last, "+-*/%^<>=@") || is_one_of(next, "+-*/%^<>=!") || equal_lower(word, "bool") ||
            is_number_argument(next))
            return "1";
        return "v";
    }

    /// What fits before _over_time, in LogQL too: a count is of lines, a sum of what is unwrapped.
    [[nodiscard]] std::string over_time() const
    {
        return text_.find("unwrap") == std::string_view::npos ? "count" : "sum";
    }

    /// Is the argument of a call a range?
    /// open  its parenthesis, in the original
    [[nodiscard]] bool takes_range(std::size_t open)
    {
        if (!ranges_) ranges_ = calls_of_ranges();
        return std::binary_search(ranges_->begin(), ranges_->end(), open);
    }
    /// The parentheses of the original in which a bracket stands, none of another parenthesis or brace around it.
    [[nodiscard]] std::vector<std::size_t> calls_of_ranges() const
    {
        std::vector<std::size_t> found;
        std::vector<std::size_t> around;
        char quote = '\0';
        for (std::size_t at = 0; at < text_.size(); ++at) {
            const char c = text_[at];
            if (quote != '\0') {
                if (c == '\\' && quote != '`') ++at;
                if (c == quote) quote = '\0';
            } else if (c == '"' || c == '\'' || c == '`') {
                quote = c;
            } else if (c == '(' || c == '{') {
                around.push_back(at);
            } else if ((c == ')' || c == '}') && !around.empty()) {
                around.pop_back();
            } else if (c == '#') {
                at = std::min(text_.find('\n', at), text_.size());
            } else if (const reference inside = reference_at(text_, at)) {
                at += inside.length - 1;
            } else if (c == '[' && !around.empty() && text_[around.back()] == '(') {
                found.push_back(around.back());
            }
        }
        std::sort(found.begin(), found.end());
        return found;
    }

    /// Does the function around take a number here? (After `topk by (x) (` only the comma tells.)
    [[nodiscard]] bool is_number_argument(char next) const
    {
        if (open_.empty() || open_.back().kind != '(') return false;
        const bracket& call = open_.back();
        const std::string_view function = std::string_view(out_.text).substr(call.function.offset,
                                                                             call.function.length);
        const auto is = [function](std::initializer_list<std::string_view> names) {
            return std::any_of(names.begin(), names.end(),
                               [function](std::string_view n) { return equal_lower(function, n); });
        };
        if (call.argument == 0)
            return is({"topk", "bottomk", "quantile", "limitk", "limit_ratio", "histogram_quantile",
                       "quantile_over_time", "histogram_fraction", "vector"}) ||
                   (function.empty() && next == ',');
        return is({"clamp", "clamp_min", "clamp_max", "round", "predict_linear", "holt_winters",
                   "double_exponential_smoothing"}) ||
               (call.argument == 1 && is({"histogram_fraction"}));
    }

    /// A label, a label's value without quotes, or whole matchers.
    [[nodiscard]] std::string in_braces(std::size_t after, char last) const
    {
        if (is_one_of(last, "=~")) return "\"v\"";
        std::size_t end = after;
        while (end < text_.size()) {  // the rest of a name that the variable is a part of
            if (const reference more = reference_at(text_, end))
                end += more.length;
            else if (is_word(text_[end]))
                ++end;
            else
                break;
        }
        const std::size_t next_at = skip_blanks(end);
        if (byte(next_at) == '=' || (byte(next_at) == '!' && is_one_of(byte(next_at + 1), "=~"))) return "v";
        std::string matcher = is_one_of(last, "{,") ? "v=\"v\"" : ", v=\"v\"";
        const char next = byte(next_at);
        if (next != '\0' && next != '}' && next != ',') matcher += ", ";
        return matcher;
    }

    /// Without its last byte and the blanks before it.
    [[nodiscard]] static std::string_view trimmed(std::string_view text) noexcept
    {
        text.remove_suffix(1);
        while (!text.empty() && is_blank(text.back())) text.remove_suffix(1);
        return text;
    }
    [[nodiscard]] std::string_view word_at(std::size_t at) const noexcept
    {
        return at < text_.size() ? text_.substr(at, word_length(text_, at)) : std::string_view{};
    }

    std::string_view text_;
    const variable_values* values_;
    const variable_values* likely_;
    interpolated out_;
    std::vector<bracket> open_;
    std::optional<std::vector<std::size_t>> ranges_;
    std::size_t at_ = 0;
};

}  // namespace detail

/// A query with stand-ins for its variables. Never fails: what is no PromQL stays so.
/// values  of variables that the user told
/// likely  what may stand in outside of strings and ranges, instead of what fits the place: an operator, a clause, a
///         whole expression
[[nodiscard]] inline interpolated interpolate(std::string_view query, const variable_values* values = nullptr,
                                              const variable_values* likely = nullptr)
{
    return detail::interpolation(query, values, likely).run();
}

}  // namespace pitot::dashboard
