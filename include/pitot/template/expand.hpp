#pragma once
// A template with its actions carried out.

#include <pitot/template/functions.hpp>
#include <pitot/template/parse.hpp>
#include <pitot/template/time_methods.hpp>

#include <algorithm>  // std::count, std::find_if
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace pitot::templates {

namespace detail {

class expander {
public:
    static constexpr std::size_t max_output = std::size_t{1} << 20U;
    static constexpr unsigned max_steps = 1'000'000;
    static constexpr unsigned max_depth = 200;

    expander(const tree& of, const context& in) : tree_(of), in_(in) { variables_.emplace_back("$", in.data); }

    std::string run()
    {
        nodes(tree_.nodes, in_.data, 0);
        return std::move(out_);
    }
    /// The template that is carried out; empty: the outermost.
    [[nodiscard]] const std::string& running() const noexcept { return running_; }
    void set(std::string name, value v) { variables_.emplace_back(std::move(name), std::move(v)); }

private:
    enum class flow : unsigned char { on, leave, again };

    flow nodes(const node_list& all, const value& dot, unsigned depth)
    {
        if (depth > max_depth) throw expansion_error{"exceeded maximum template depth"};
        const std::size_t scope = variables_.size();
        for (const node& n : all) {
            if (++steps_ > max_steps) throw expansion_error{"the template takes too many steps"};
            const flow f = one(n, dot, depth);
            if (f != flow::on) {
                variables_.resize(scope);
                return f;
            }
        }
        if (depth > 0) variables_.resize(scope);
        return flow::on;
    }

    flow one(const node& n, const value& dot, unsigned depth)
    {
        switch (n.is) {
        case node::kind::text: write(n.text); break;
        case node::kind::action: {
            const value v = pipe(n.pipe, dot);
            if (n.pipe.variables.empty()) write(to_text(v));
            break;
        }
        case node::kind::branch:
        case node::kind::with: {
            const std::size_t scope = variables_.size();
            const value v = pipe(n.pipe, dot);
            const bool yes = v.is_true();
            const flow f = nodes(yes ? n.body : n.otherwise, yes && n.is == node::kind::with ? v : dot, depth + 1);
            variables_.resize(scope);
            return f;
        }
        case node::kind::range: range(n, dot, depth); break;
        case node::kind::call: {
            const auto at = tree_.defined.find(n.text);
            if (at == tree_.defined.end()) throw expansion_error{concat("template \"", n.text, "\" not defined")};
            const value v = n.pipe.commands.empty() ? value() : pipe(n.pipe, dot);
            auto kept = std::exchange(variables_, {{"$", v}});
            auto outside = std::exchange(running_, n.text);
            nodes(at->second, v, depth + 1);
            running_ = std::move(outside);
            variables_ = std::move(kept);
            break;
        }
        case node::kind::leave: return flow::leave;
        case node::kind::again: return flow::again;
        }
        return flow::on;
    }

    void range(const node& n, const value& dot, unsigned depth)
    {
        const std::size_t scope = variables_.size();
        const value over = commands(n.pipe, dot);
        bool any = false;
        const auto item = [&](const value& key, const value& v) {
            any = true;
            const std::size_t before = variables_.size();
            if (n.pipe.variables.size() == 2) variables_.emplace_back(n.pipe.variables[0], key);
            if (!n.pipe.variables.empty()) variables_.emplace_back(n.pipe.variables.back(), v);
            const flow f = nodes(n.body, v, depth + 1);
            variables_.resize(before);
            return f != flow::leave;
        };
        if (const auto* const l = over.list()) {
            std::int64_t i = 0;
            for (const value& v : *l)
                if (!item(value(i++), v)) break;
        } else if (const auto* const m = over.map()) {
            for (const auto& [key, v] : *m)
                if (!item(value(key), v)) break;
        } else if (const auto* const count = over.integer()) {
            if (n.pipe.variables.size() > 1)
                throw expansion_error{concat("can't use ", to_text(over), " to iterate over more than one variable"),
                                      -1, n.pipe.written, n.pipe.where.offset};
            for (std::int64_t i = 0; i < *count && i < static_cast<std::int64_t>(max_steps); ++i)
                if (!item(value(i), value(i))) break;
        } else if (!over.is_nil()) {
            throw expansion_error{concat("range can't iterate over ", to_text(over)), -1, n.pipe.written,
                                  n.pipe.where.offset};
        }
        if (!any) nodes(n.otherwise, dot, depth + 1);
        variables_.resize(scope);
    }

    value pipe(const pipeline& p, const value& dot)
    {
        value v = commands(p, dot);
        for (const std::string& name : p.variables) {
            if (!p.assigns) {
                variables_.emplace_back(name, v);
                continue;
            }
            value* const at = find(name);
            if (at == nullptr) throw expansion_error{concat("undefined variable: ", name)};
            *at = v;
        }
        return v;
    }
    value commands(const pipeline& p, const value& dot)
    {
        if (++steps_ > max_steps) throw expansion_error{"the template takes too many steps"};
        value v;
        for (std::size_t i = 0; i < p.commands.size(); ++i) v = command(p.commands[i], dot, i > 0 ? &v : nullptr);
        return v;
    }

    /// Says of an error where it is; of one behind parentheses, where the last word in them is.
    [[noreturn]] void fail(const operand& given, std::string why) const
    {
        const operand& at = given.is == operand::kind::parens && last_ != nullptr ? *last_ : given;
        throw expansion_error{std::move(why), -1, at.written, place_of(at)};
    }
    /// A chain of fields stands where its first link is, for Go: .a.b at the second point, $a.b at the first.
    static std::size_t place_of(const operand& o)
    {
        const std::size_t link = o.is == operand::kind::variable ? 0 : 1;
        if (o.is == operand::kind::constant || o.is == operand::kind::function || o.fields.size() <= link)
            return o.where.offset;
        return o.field_spans[link].offset - 1;
    }

    /// piped  the value of the command before, the last argument
    value command(const std::vector<operand>& words, const value& dot, const value* piped)
    {
        const operand& head = words.front();
        if (head.is == operand::kind::function) return fields(head, call(words, dot, piped));
        if (head.is == operand::kind::constant && head.name == "nil") fail(head, "nil is not a command");
        if (words.size() == 1 && piped == nullptr) return evaluate(head, dot);
        if (head.fields.empty()) fail(head, concat("can't give argument to non-function ", head.written));
        std::vector<value> all;
        for (std::size_t i = 1; i < words.size(); ++i) all.push_back(evaluate(words[i], dot));
        if (piped != nullptr) all.push_back(*piped);
        return evaluate(head, dot, &all);
    }
    value call(const std::vector<operand>& words, const value& dot, const value* piped)
    {
        const operand& head = words.front();
        last_ = &head;
        const std::string& name = head.name;
        const std::size_t given = words.size() - 1 + (piped != nullptr ? 1U : 0U);
        const auto count = [&](std::size_t least, bool any) {
            fail(head, concat("wrong number of args for ", name, ": want ", any ? "at least " : "",
                              std::to_string(least), " got ", std::to_string(given)));
        };
        if (name == "and" || name == "or") {
            if (given == 0) count(1, true);
            value v;
            for (std::size_t i = 1; i <= given; ++i) {
                v = i < words.size() ? evaluate(words[i], dot) : *piped;
                if (v.is_true() == (name == "or")) break;
            }
            return v;
        }
        const template_function* const f = function_of(name);
        if (f == nullptr) fail(head, concat("function \"", name, "\" not defined"));
        if (given < f->least || given > f->most) count(f->least, f->most != f->least);
        std::vector<value> all;
        for (std::size_t i = 1; i < words.size(); ++i) all.push_back(evaluate(words[i], dot));
        if (piped != nullptr) all.push_back(*piped);
        try {
            return f->call(in_, all);
        } catch (expansion_error& e) {
            if (!e.node.empty()) throw;
            if (e.argument < 0)
                throw expansion_error{concat("error calling ", name, ": ", e.why), -1, templates::to_text(words),
                                      head.where.offset};
            const auto i = static_cast<std::size_t>(e.argument) + 1;
            if (i >= words.size()) fail(head, e.why);
            const operand& at = words[i];
            if (at.is != operand::kind::constant) fail(at, e.why);
            if (at.name == "nil") fail(at, concat("cannot assign nil to ", e.wanted));
            fail(at, concat("expected ", e.wanted, "; found ", at.written));
        }
    }

    /// given  arguments of what the last field names; null: none
    value evaluate(const operand& o, const value& dot, const std::vector<value>* given = nullptr)
    {
        if (o.is != operand::kind::parens) last_ = &o;
        switch (o.is) {
        case operand::kind::constant: return o.constant;
        case operand::kind::dot: return fields(o, dot, given);
        case operand::kind::parens: return fields(o, pipe(*o.inner, dot), given);
        case operand::kind::function: {
            value v = call({o}, dot, nullptr);
            last_ = &o;
            return fields(o, std::move(v), given);
        }
        case operand::kind::variable: {
            const value* const at = find(o.name);
            if (at == nullptr) fail(o, concat("undefined variable: ", o.name));
            return fields(o, *at, given);
        }
        }
        return {};
    }
    value fields(const operand& o, value v, const std::vector<value>* given = nullptr)
    {
        for (std::size_t i = 0; i < o.fields.size(); ++i) {
            const std::string& name = o.fields[i];
            const auto* const all = i + 1 == o.fields.size() ? given : nullptr;
            if (v.is_nil()) continue;
            if (auto got = method(v, name, all != nullptr && all->size() == 1 ? all->data() : nullptr); got) {
                v = std::move(*got);
                continue;
            }
            if (all != nullptr)
                fail(o, concat(name, field_of(v, name) != nullptr ? " has arguments but cannot be invoked as function"
                                                                  : " is not a method but has arguments"));
            if (const auto* const m = v.map()) {
                const auto at = m->find(name);
                v = at != m->end() ? value(at->second) : v.has_texts() ? value("") : value();
            } else if (const value* const field = field_of(v, name)) {
                v = value(*field);
            } else if (const auto* const s = v.one_sample(); s != nullptr && name == "Labels") {
                v = value::of(s->labels);
            } else if (s != nullptr && name == "Value") {
                v = s->text.empty() ? value(s->number) : value(s->text);
            } else {
                fail(o, concat("can't evaluate field ", name, " in type ", type_of(v)));
            }
        }
        return v;
    }
    static const value* field_of(const value& v, std::string_view name)
    {
        if (v.fields() == nullptr) return nullptr;
        for (const auto& [field, in] : v.fields()->fields)
            if (field == name) return &in;
        return nullptr;
    }
    value* find(std::string_view name)
    {
        const auto at = std::find_if(variables_.rbegin(), variables_.rend(),
                                     [name](const auto& v) { return v.first == name; });
        return at == variables_.rend() ? nullptr : &at->second;
    }
    void write(std::string_view text)
    {
        if (out_.size() + text.size() > max_output) throw expansion_error{"the template's text is too large"};
        out_ += text;
    }

    const tree& tree_;
    const context& in_;
    std::vector<std::pair<std::string, value>> variables_;
    std::string out_;
    std::string running_;
    const operand* last_ = nullptr;  ///< word that was looked at
    unsigned steps_ = 0;
};

}  // namespace detail

/// An error as Go's text/template says it: "template: NAME:1:115: executing "NAME" at <.Nope>: …".
[[nodiscard]] inline std::string located(const expansion_error& e, std::string_view text, const context& in,
                                         std::string_view running)
{
    if (in.name.empty()) return e.why;
    if (e.node.empty()) return concat("template: ", in.name, ": ", e.why);
    const std::string_view before = text.substr(0, e.offset);
    const std::size_t line = before.rfind('\n');
    const std::size_t column = line == std::string_view::npos ? e.offset + in.before : e.offset - line - 1;
    return concat("template: ", in.name, ":", std::to_string(1 + std::count(before.begin(), before.end(), '\n')), ":",
                  std::to_string(column), ": executing \"", running.empty() ? std::string_view(in.name) : running,
                  "\" at <", e.node, ">: ", e.why);
}

/// variables  that are there from the start, with their $
/// error      syntax, or invalid_value for what cannot be carried out
[[nodiscard]] inline result<std::string> expand(std::string_view text, const context& in,
                                                const std::vector<std::pair<std::string, value>>& variables = {})
{
    std::vector<std::string> known;
    known.reserve(variables.size());
    for (const auto& [name, v] : variables) known.push_back(name);
    auto parsed = parse(text, &known);
    if (!parsed) return unexpected(std::move(parsed.error()));
    detail::expander run(*parsed, in);
    for (const auto& [name, v] : variables) run.set(name, v);
    try {
        return run.run();
    } catch (const expansion_error& e) {
        return unexpected(errc::invalid_value, located(e, text, in, run.running()));
    }
}

}  // namespace pitot::templates
