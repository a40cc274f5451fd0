#pragma once
// Go's text/template, read: actions between {{ and }}.

#include <pitot/base/result.hpp>
#include <pitot/base/text.hpp>
#include <pitot/base/utf8.hpp>
#include <pitot/template/literals.hpp>
#include <pitot/template/value.hpp>

#include <algorithm>
#include <cstdint>
#include <cstdlib>  // std::strtod
#include <map>
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
    std::string written = {};  ///< as Go writes it in messages
};

/// a | b: the first word is a function, or the only one.
struct pipeline {
    std::vector<std::string> variables;  ///< $x := …
    bool assigns = false;                ///< $x = …
    std::vector<std::vector<operand>> commands;
    text_span where;
    std::string written;  ///< as Go writes it in messages
};

/// As Go writes a command in messages.
[[nodiscard]] inline std::string to_text(const std::vector<operand>& command)
{
    std::string out;
    for (const operand& o : command) out += concat(out.empty() ? "" : " ", o.written);
    return out;
}

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

    /// known  variables that are there from the start, with their $; null: they are not looked at
    explicit template_reader(std::string_view text, const std::vector<std::string>* known) : text_(text), known_(known)
    {
        if (known != nullptr) variables_ = *known;
        variables_.emplace_back("$");
    }

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
                at_ += 2;
                while (!plain.empty() && is_space(plain.back())) plain.remove_suffix(1);
            }
            if (!plain.empty()) to.push_back({node::kind::text, std::string(plain), {}, {}, {}});
            if (text_.substr(at_, 2) == "/*") {
                const std::size_t stop = text_.find("*/", at_ + 2);
                if (stop == std::string_view::npos) return fail("unclosed comment", at_);
                at_ = stop + 2;
                const bool trims = is_space(peek()) && text_.substr(at_ + 1, 3) == "-}}";
                if (!trims && text_.substr(at_, 2) != "}}") return fail("comment ends before closing delimiter", at_);
                if (!close()) return false;
                continue;
            }
            skip();
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
            if (keyword == "define" && depth > 0) return fail("unexpected <define> in command", first);
            if ((keyword == "break" || keyword == "continue") && ranges_ == 0)
                return fail(concat("{{", keyword, "}} outside {{range}}"), first);
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
        const std::size_t scope = variables_.size();
        const bool good = branches(n, depth);
        variables_.resize(scope);
        return good;
    }
    bool branches(node& n, unsigned depth)
    {
        if (!pipe(n.pipe, depth, n.is == node::kind::range) || !close()) return false;
        std::string end;
        const std::size_t scope = variables_.size();
        ranges_ += n.is == node::kind::range ? 1 : 0;
        const bool good = list(n.body, end, depth + 1);
        ranges_ -= n.is == node::kind::range ? 1 : 0;
        if (!good) return false;
        variables_.resize(scope);
        if (end == "else") {
            skip();
            const std::size_t first = at_;
            const std::string_view again = word();
            if (again == "if" || again == "with") {
                if ((again == "if" ? node::kind::branch : node::kind::with) != n.is)
                    return fail(concat("unexpected <", again, "> in input"), first);
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
        if (keyword == "block" && at_close()) return fail("missing value for block clause", at_);
        if (keyword != "define" && !at_close() && !pipe(n.pipe, depth)) return false;
        if (!close()) return false;
        if (keyword == "template") return true;
        std::string end;
        node_list body;
        auto outside = std::exchange(variables_, {"$"});
        const int ranges = std::exchange(ranges_, 0);
        const bool good = list(body, end, depth + 1);
        variables_ = std::move(outside);
        ranges_ = ranges;
        if (!good) return false;
        if (end != "end") return fail("{{end}} is missing", at_);
        node_list& there = tree_.defined[n.text];
        if (!is_blank(there) && !is_blank(body))
            return fail(concat("template: multiple definition of template \"", n.text, "\""), at_);
        if (!is_blank(body) || there.empty()) there = std::move(body);
        return true;
    }
    /// Nothing but white space?
    static bool is_blank(const node_list& all)
    {
        for (const node& n : all)
            if (n.is != node::kind::text || n.text.find_first_not_of(" \t\r\n") != std::string::npos) return false;
        return true;
    }

    bool pipe(pipeline& to, unsigned depth, bool in_range = false)
    {
        if (depth > max_depth) return fail("the template is nested too deep", at_);
        skip();
        const std::size_t first = at_;
        std::vector<std::string> names;
        while (peek() == '$') {
            ++at_;
            names.push_back(concat("$", word()));
            skip();
            if (peek() == ',' && names.size() == 1 && in_range) {
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
            for (const std::string& name : to.variables)
                if (to.assigns && !is_known(name)) return undefined(name, first);
        } else {
            if (!names.empty() && peek() == ',' && !in_range) return fail("too many declarations in command", first);
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
            if (command.empty() && (to.commands.empty() || peek() == '|'))
                return fail("missing value for command", at_);
            if (!command.empty()) {
                const operand::kind is = command.front().is;
                if (!to.commands.empty() && (is == operand::kind::constant || is == operand::kind::dot) &&
                    command.front().fields.empty())
                    return fail(
                        concat("non executable command in pipeline stage ", std::to_string(to.commands.size() + 1)),
                        command.front().where.offset);
                to.written += concat(to.commands.empty() ? "" : " | ", to_text(command));
                to.commands.push_back(std::move(command));
            }
            if (peek() != '|') break;
            ++at_;
        }
        if (!to.assigns) variables_.insert(variables_.end(), to.variables.begin(), to.variables.end());
        if (!to.variables.empty()) {
            std::string declared;
            for (const std::string& name : to.variables) declared += concat(declared.empty() ? "" : ", ", name);
            to.written = concat(declared, to.assigns ? " = " : " := ", to.written);
        }
        to.where = {first, at_ - first};
        return true;
    }
    [[nodiscard]] bool is_known(std::string_view variable) const
    {
        return known_ == nullptr || std::find(variables_.begin(), variables_.end(), variable) != variables_.end();
    }
    bool undefined(std::string_view variable, std::size_t at)
    {
        return fail(concat("undefined variable \"", variable, "\""), at);
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
            if (!is_known(to.name)) return undefined(to.name, first);
        } else if (c == '.' && !(peek(1) >= '0' && peek(1) <= '9')) {
            if (!is_word(peek(1))) ++at_;
            if (peek() == '.' && at_ > first) return fail("unexpected . after term \".\"", at_);
        } else if (c == '.' || (c >= '0' && c <= '9') ||
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
        to.written = text_.substr(first, at_ - first);
        if (to.is == operand::kind::parens) {
            to.written = concat("(", to.inner->written, ")");
            for (const std::string& field : to.fields) to.written += concat(".", field);
        }
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
        const std::string as_written = text;
        std::erase(text, '_');
        if (const auto whole = go_integer(text)) {
            to.constant = *whole;
            return true;
        }
        char* stop = nullptr;
        const double v = std::strtod(text.c_str(), &stop);
        if (stop != text.c_str() + text.size()) return fail(concat("bad number syntax: \"", as_written, "\""), first);
        if (text.find_first_of(".eEpP") == std::string::npos)
            return fail(concat("integer overflow: \"", as_written, "\""), first);
        to.constant = v;
        return true;
    }
    bool character(operand& to)
    {
        const std::size_t first = at_;
        std::size_t end = at_ + 1;
        while (end < text_.size() && text_[end] != '\'' && text_[end] != '\n') end += text_[end] == '\\' ? 2 : 1;
        if (end >= text_.size() || text_[end] != '\'') return fail("unterminated character constant", at_);
        to.is = operand::kind::constant;
        to.written = text_.substr(first, end + 1 - first);
        to.where = {first, end + 1 - first};
        const auto text = unescaped(to.written);
        const code_point one = text && !text->empty() ? utf8_decode(*text, 0) : code_point{};
        if (!text || text->empty() || one.length != text->size())
            return fail(concat("malformed character constant: ", to.written), first);
        to.constant = static_cast<std::int64_t>(one.value);
        at_ = end + 1;
        return true;
    }
    bool quoted(operand& to)
    {
        const char quote = peek();
        if (quote != '"' && quote != '`') return fail("a quoted text is expected", at_);
        std::size_t i = at_ + 1;
        while (i < text_.size() && text_[i] != quote && (quote == '`' || text_[i] != '\n'))
            i += text_[i] == '\\' && quote == '"' ? 2 : 1;
        if (i >= text_.size() || text_[i] != quote) return fail("unterminated quoted string", at_);
        const std::string_view literal = text_.substr(at_, i + 1 - at_);
        to.is = operand::kind::constant;
        if (quote == '`') {
            to.constant = std::string(literal.substr(1, literal.size() - 2));
        } else {
            auto text = unescaped(literal);
            if (!text) return fail("invalid syntax", at_);
            to.constant = std::move(*text);
        }
        at_ = i + 1;
        return true;
    }

    std::string_view text_;
    std::size_t at_ = 0;
    const std::vector<std::string>* known_;
    std::vector<std::string> variables_;
    int ranges_ = 0;  ///< that stand around
    tree tree_;
    error why_{errc::syntax, {}};
};

}  // namespace detail

/// known  variables that are there from the start, with their $; null: variables are not looked at
/// error  syntax, with the place
[[nodiscard]] inline result<tree> parse(std::string_view text, const std::vector<std::string>* known = nullptr)
{
    return detail::template_reader(text, known).read();
}

}  // namespace pitot::templates
