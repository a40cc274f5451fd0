#pragma once
// A template with its actions carried out.

#include <pitot/template/functions.hpp>
#include <pitot/template/parse.hpp>

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
            nodes(at->second, v, depth + 1);
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
            for (std::int64_t i = 0; i < *count && i < static_cast<std::int64_t>(max_steps); ++i)
                if (!item(value(i), value(i))) break;
        } else if (!over.is_nil()) {
            throw expansion_error{concat("range can't iterate over ", to_text(over))};
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
            if (at == nullptr) throw expansion_error{concat("undefined variable \"", name, "\"")};
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

    /// piped  the value of the command before, the last argument
    value command(const std::vector<operand>& words, const value& dot, const value* piped)
    {
        const operand& head = words.front();
        if (head.is == operand::kind::function) return fields(head, call(words, dot, piped));
        if (words.size() > 1 || piped != nullptr)
            throw expansion_error{concat("can't give argument to non-function ", head.name)};
        return evaluate(head, dot);
    }
    value call(const std::vector<operand>& words, const value& dot, const value* piped)
    {
        const std::string& name = words.front().name;
        if (name == "and" || name == "or") {
            value v;
            for (std::size_t i = 1; i < words.size() + (piped != nullptr ? 1U : 0U); ++i) {
                v = i < words.size() ? evaluate(words[i], dot) : *piped;
                if (v.is_true() == (name == "or")) break;
            }
            return v;
        }
        const template_function* const f = function_of(name);
        if (f == nullptr) throw expansion_error{concat("function \"", name, "\" not defined")};
        std::vector<value> all;
        for (std::size_t i = 1; i < words.size(); ++i) all.push_back(evaluate(words[i], dot));
        if (piped != nullptr) all.push_back(*piped);
        if (all.size() < f->least || all.size() > f->most)
            throw expansion_error{concat("wrong number of args for ", name, ": want ", std::to_string(f->least),
                                         " got ", std::to_string(all.size()))};
        return f->call(in_, all);
    }

    value evaluate(const operand& o, const value& dot)
    {
        switch (o.is) {
        case operand::kind::constant: return o.constant;
        case operand::kind::dot: return fields(o, dot);
        case operand::kind::parens: return fields(o, pipe(*o.inner, dot));
        case operand::kind::function: return fields(o, call({o}, dot, nullptr));
        case operand::kind::variable: {
            const value* const at = find(o.name);
            if (at == nullptr) throw expansion_error{concat("undefined variable \"", o.name, "\"")};
            return fields(o, *at);
        }
        }
        return {};
    }
    value fields(const operand& o, value v)
    {
        for (const std::string& name : o.fields) {
            if (const auto* const m = v.map()) {
                const auto at = m->find(name);
                v = at == m->end() ? value("") : value(at->second);
            } else if (const auto* const s = v.one_sample(); s != nullptr && name == "Labels") {
                v = value::of(s->labels);
            } else if (s != nullptr && name == "Value") {
                v = s->text.empty() ? value(s->number) : value(s->text);
            } else {
                throw expansion_error{
                    concat("can't evaluate field ", name, " in type ", v.is_nil() ? "nil" : to_text(v))};
            }
        }
        return v;
    }
    value* find(std::string_view name)
    {
        for (auto at = variables_.rbegin(); at != variables_.rend(); ++at)
            if (at->first == name) return &at->second;
        return nullptr;
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
    unsigned steps_ = 0;
};

}  // namespace detail

/// variables  that are there from the start, with their $
/// error      syntax, or invalid_value for what cannot be carried out
[[nodiscard]] inline result<std::string> expand(std::string_view text, const context& in,
                                                const std::vector<std::pair<std::string, value>>& variables = {})
{
    auto parsed = parse(text);
    if (!parsed) return unexpected(std::move(parsed.error()));
    try {
        detail::expander run(*parsed, in);
        for (const auto& [name, v] : variables) run.set(name, v);
        return run.run();
    } catch (expansion_error& e) {
        return unexpected(errc::invalid_value, std::move(e.why));
    }
}

}  // namespace pitot::templates
