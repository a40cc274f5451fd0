#pragma once
// Go's text/template, read: actions between {{ and }}.

#include <pitot/base/result.hpp>
#include <pitot/base/text.hpp>
#include <pitot/template/value.hpp>

#include <charconv>
#include <cstdlib>  // std::strtod
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace pitot::templates {

struct pipeline;

/// One word of a command.
/// fields  what follows: .a.b; where each stands is in `field_spans`
struct operand {
    enum class kind : unsigned char { dot, variable, function, constant, parens } is = kind::dot;
    std::string name = {};
    value constant = {};
    std::shared_ptr<pipeline> inner = {};
    std::vector<std::string> fields = {};
    std::vector<text_span> field_spans = {};
    text_span where = {};
};

/// a | b: the first word is a function, or the only one.
struct pipeline {
    std::vector<std::string> variables;  ///< $x := …
    bool assigns = false;                ///< $x = …
    std::vector<std::vector<operand>> commands;
    text_span where;
};

struct node;
using node_list = std::vector<node>;

struct node {
    enum class kind : unsigned char { text, action, branch, range, with, call, leave, again } is = kind::text;
    std::string text = {};  ///< or the called template's name
    pipeline pipe = {};
    node_list body = {};
    node_list otherwise = {};
};

/// defined  by {{define "name"}}
struct tree {
    node_list nodes;
    std::map<std::string, node_list, std::less<>> defined;
};

namespace detail {

class template_reader {
public:
    static constexpr unsigned max_depth = 100;

    explicit template_reader(std::string_view text) : text_(text) {}

    result<tree> read()
    {
        std::string end;
        if (!list(tree_.nodes, end, 0)) return unexpected(std::move(why_));
        if (!end.empty()) return unexpected(errc::syntax, concat("unexpected {{", end, "}}"), text_span{at_, 0});
        return std::move(tree_);
    }

private:
    bool fail(std::string why, std::size_t at)
    {
        why_ = {errc::syntax, std::move(why), {at, at < text_.size() ? std::size_t{1} : 0}};
        return false;
    }
    static bool is_space(char c) noexcept { return c == ' ' || c == '\t' || c == '\n' || c == '\r'; }
    static bool is_word(char c) noexcept
    {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
               static_cast<unsigned char>(c) >= 0x80;
    }
    [[nodiscard]] char peek(std::size_t ahead = 0) const noexcept
    {
        return at_ + ahead < text_.size() ? text_[at_ + ahead] : '\0';
    }
    void skip()
    {
        while (at_ < text_.size() && is_space(text_[at_])) ++at_;
    }
    [[nodiscard]] bool at_close() const noexcept
    {
        return text_.substr(at_, 2) == "}}" || (peek() == '-' && text_.substr(at_ + 1, 2) == "}}");
    }
    std::string_view word()
    {
        const std::size_t first = at_;
        while (at_ < text_.size() && is_word(text_[at_])) ++at_;
        return text_.substr(first, at_ - first);
    }
    bool close()
    {
        skip();
        bool trim = false;
        if (peek() == '-' && text_.substr(at_ + 1, 2) == "}}") {
            trim = true;
            ++at_;
        }
        if (text_.substr(at_, 2) != "}}") return fail("}} is expected", at_);
        at_ += 2;
        if (trim) skip();
        return true;
    }

    /// Nodes up to {{end}}, {{else…}} or the text's end; `end` is "end", "else" (the reader stands behind the word) or
    /// "".
    bool list(node_list& to, std::string& end, unsigned depth)
    {
        if (depth > max_depth) return fail("the template is nested too deep", at_);
        for (;;) {
            const std::size_t open = text_.find("{{", at_);
            std::string_view plain = text_.substr(at_, open == std::string_view::npos ? open : open - at_);
            if (open == std::string_view::npos) {
                if (!plain.empty()) to.push_back({node::kind::text, std::string(plain), {}, {}, {}});
                at_ = text_.size();
                end.clear();
                return true;
            }
            at_ = open + 2;
            if (peek() == '-' && is_space(peek(1))) {
                ++at_;
                while (!plain.empty() && is_space(plain.back())) plain.remove_suffix(1);
            }
            if (!plain.empty()) to.push_back({node::kind::text, std::string(plain), {}, {}, {}});
            skip();
            if (text_.substr(at_, 2) == "/*") {
                const std::size_t stop = text_.find("*/", at_ + 2);
                if (stop == std::string_view::npos) return fail("the comment is not closed", at_);
                at_ = stop + 2;
                if (!close()) return false;
                continue;
            }
            const std::size_t first = at_;
            const std::string keyword(word());
            if (keyword == "end") {
                end = keyword;
                return close();
            }
            if (keyword == "else") {
                end = keyword;
                return true;
            }
            node n;
            if (keyword == "if" || keyword == "range" || keyword == "with") {
                n.is = keyword == "if" ? node::kind::branch : keyword == "range" ? node::kind::range : node::kind::with;
                if (!control(n, depth)) return false;
            } else if (keyword == "define" || keyword == "block" || keyword == "template") {
                if (!named(keyword, n, depth)) return false;
                if (keyword == "define") continue;
            } else if (keyword == "break" || keyword == "continue") {
                n.is = keyword == "break" ? node::kind::leave : node::kind::again;
                if (!close()) return false;
            } else {
                at_ = first;
                n.is = node::kind::action;
                if (!pipe(n.pipe, depth) || !close()) return false;
            }
            to.push_back(std::move(n));
        }
    }
    bool control(node& n, unsigned depth)
    {
        if (!pipe(n.pipe, depth) || !close()) return false;
        std::string end;
        if (!list(n.body, end, depth + 1)) return false;
        if (end == "else") {
            skip();
            const std::size_t first = at_;
            const std::string_view again = word();
            if (again == "if" || again == "with") {
                node inner;
                inner.is = again == "if" ? node::kind::branch : node::kind::with;
                if (depth > max_depth) return fail("the template is nested too deep", at_);
                if (!control(inner, depth + 1)) return false;
                n.otherwise.push_back(std::move(inner));
                return true;
            }
            at_ = first;
            if (!close() || !list(n.otherwise, end, depth + 1)) return false;
        }
        if (end != "end") return fail("{{end}} is missing", at_);
        return true;
    }
    bool named(std::string_view keyword, node& n, unsigned depth)
    {
        skip();
        operand name;
        if (!quoted(name)) return false;
        n.is = node::kind::call;
        n.text = name.constant.text() != nullptr ? *name.constant.text() : std::string();
        skip();
        if (keyword != "define" && !at_close() && !pipe(n.pipe, depth)) return false;
        if (!close()) return false;
        if (keyword == "template") return true;
        std::string end;
        node_list body;
        if (!list(body, end, depth + 1)) return false;
        if (end != "end") return fail("{{end}} is missing", at_);
        tree_.defined[n.text] = std::move(body);
        return true;
    }

    bool pipe(pipeline& to, unsigned depth)
    {
        if (depth > max_depth) return fail("the template is nested too deep", at_);
        skip();
        const std::size_t first = at_;
        std::vector<std::string> names;
        while (peek() == '$') {
            ++at_;
            names.push_back(concat("$", word()));
            skip();
            if (peek() == ',' && names.size() == 1) {
                ++at_;
                skip();
                continue;
            }
            break;
        }
        if (!names.empty() && (text_.substr(at_, 2) == ":=" || (peek() == '=' && names.size() == 1))) {
            to.assigns = peek() == '=';
            at_ += to.assigns ? 1 : 2;
            to.variables = std::move(names);
        } else {
            at_ = first;
        }
        for (;;) {
            std::vector<operand> command;
            for (;;) {
                skip();
                if (at_close() || peek() == '|' || peek() == ')' || at_ >= text_.size()) break;
                operand one;
                if (!word_of_command(one, depth)) return false;
                command.push_back(std::move(one));
            }
            if (command.empty()) return fail("missing value for command", at_);
            to.commands.push_back(std::move(command));
            if (peek() != '|') break;
            ++at_;
        }
        to.where = {first, at_ - first};
        return true;
    }

    bool word_of_command(operand& to, unsigned depth)
    {
        const std::size_t first = at_;
        const char c = peek();
        if (c == '"' || c == '`') {
            if (!quoted(to)) return false;
        } else if (c == '\'') {
            return character(to);
        } else if (c == '(') {
            ++at_;
            to.is = operand::kind::parens;
            to.inner = std::make_shared<pipeline>();
            if (!pipe(*to.inner, depth + 1)) return false;
            if (peek() != ')') return fail(") is missing", at_);
            ++at_;
        } else if (c == '$') {
            ++at_;
            to.is = operand::kind::variable;
            to.name = concat("$", word());
        } else if (c == '.') {
            if (!is_word(peek(1))) ++at_;
        } else if ((c >= '0' && c <= '9') ||
                   ((c == '-' || c == '+') && ((peek(1) >= '0' && peek(1) <= '9') || peek(1) == '.'))) {
            if (!number(to)) return false;
        } else if (is_word(c)) {
            to.name = word();
            to.is = operand::kind::constant;
            if (to.name == "true" || to.name == "false")
                to.constant = to.name == "true";
            else if (to.name != "nil")
                to.is = operand::kind::function;
        } else {
            return fail(concat("unexpected '", text_.substr(at_, 1), "'"), at_);
        }
        while (peek() == '.' && is_word(peek(1))) {
            ++at_;
            const std::size_t begin = at_;
            to.fields.emplace_back(word());
            to.field_spans.push_back({begin, at_ - begin});
        }
        to.where = {first, at_ - first};
        if (to.is == operand::kind::constant && !to.fields.empty()) return fail("a constant has no fields", first);
        if (at_ < text_.size() && !is_space(peek()) && !at_close() && peek() != '|' && peek() != ')')
            return fail(concat("unexpected '", text_.substr(at_, 1), "'"), at_);
        return true;
    }

    bool number(operand& to)
    {
        to.is = operand::kind::constant;
        const std::size_t first = at_;
        ++at_;
        while (is_word(peek()) || peek() == '.' ||
               ((peek() == '-' || peek() == '+') && (text_[at_ - 1] == 'e' || text_[at_ - 1] == 'E')))
            ++at_;
        std::string text(text_.substr(first, at_ - first));
        std::erase(text, '_');
        std::int64_t whole = 0;
        const char* const begin = text.c_str() + (text[0] == '+' ? 1 : 0);
        const auto [end, code] = std::from_chars(begin, text.c_str() + text.size(), whole);
        if (code == std::errc() && end == text.c_str() + text.size()) {
            to.constant = whole;
            return true;
        }
        char* stop = nullptr;
        const double v = std::strtod(text.c_str(), &stop);
        if (stop != text.c_str() + text.size()) return fail(concat("bad number syntax: ", text), first);
        if (text.starts_with("0x"))
            to.constant = static_cast<std::int64_t>(v);
        else
            to.constant = v;
        return true;
    }
    bool character(operand& to)
    {
        const std::size_t end = text_.find('\'', at_ + 2);
        if (end == std::string_view::npos) return fail("unterminated character constant", at_);
        to.is = operand::kind::constant;
        to.constant = static_cast<std::int64_t>(static_cast<unsigned char>(text_[at_ + 1]));
        at_ = end + 1;
        return true;
    }
    bool quoted(operand& to)
    {
        const char quote = peek();
        if (quote != '"' && quote != '`') return fail("a quoted text is expected", at_);
        std::string out;
        std::size_t i = at_ + 1;
        for (; i < text_.size() && text_[i] != quote; ++i) {
            if (quote == '`' || text_[i] != '\\') {
                if (quote == '"' && text_[i] == '\n') break;
                out += text_[i];
                continue;
            }
            if (++i >= text_.size()) break;
            switch (text_[i]) {
            case 'n': out += '\n'; break;
            case 't': out += '\t'; break;
            case 'r': out += '\r'; break;
            case 'a': out += '\a'; break;
            case 'b': out += '\b'; break;
            case 'f': out += '\f'; break;
            case 'v': out += '\v'; break;
            case '\\':
            case '"':
            case '\'': out += text_[i]; break;
            default: return fail("unknown escape in a text", i);
            }
        }
        if (i >= text_.size() || text_[i] != quote) return fail("unterminated quoted string", at_);
        at_ = i + 1;
        to.is = operand::kind::constant;
        to.constant = std::move(out);
        return true;
    }

    std::string_view text_;
    std::size_t at_ = 0;
    tree tree_;
    error why_{errc::syntax, {}};
};

}  // namespace detail

/// error  syntax, with the place
[[nodiscard]] inline result<tree> parse(std::string_view text) { return detail::template_reader(text).read(); }

}  // namespace pitot::templates
