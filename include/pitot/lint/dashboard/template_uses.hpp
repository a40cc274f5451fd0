#pragma once
// What a rule's template reads: labels of the alert, as $labels.x, {{ .Labels.x }}, index $labels "x", and through
// with, variables, pipes and templates of its own; queries, as query "up" and "up" | query. source  Go's text/template;
// Prometheus 3.14, template: $labels is .Labels of the alert's data

#include <pitot/lint/dashboard/context.hpp>
#include <pitot/template/parse.hpp>

#include <algorithm>  // std::all_of, std::find
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace pitot::lint::dashboards {

/// labels   each as often as it is read
/// queries  constants, with their quotes: spans of the text
struct template_uses {
    std::vector<label_use> labels;
    std::vector<text_span> queries;
};

namespace detail {

class template_reader {
public:
    template_reader(const located& in, const templates::tree& read, template_uses& into)
        : in_(in), tree_(read), into_(into.labels), queries_(into.queries)
    {}

    void run()
    {
        variables_ = {{"$", is::alert}, {"$labels", is::labels}};
        walk(tree_.nodes, is::alert);
    }

private:
    /// What a value is, as far as it matters: the alert's data, its labels, a label's value, anything else.
    enum class is : unsigned char { alert, labels, label, other };
    using operand = templates::operand;
    using pipeline = templates::pipeline;
    using node = templates::node;

    void walk(const templates::node_list& nodes, is dot)
    {
        const std::size_t outside = variables_.size();
        for (const node& n : nodes) walk(n, dot);
        variables_.resize(outside);
    }
    void walk(const node& n, is dot)
    {
        const std::size_t outside = variables_.size();
        switch (n.is) {
        case node::kind::action: static_cast<void>(value(n.pipe, dot)); return;
        case node::kind::call: call(n.text, value(n.pipe, dot)); return;
        case node::kind::branch:
        case node::kind::with: {
            const std::size_t told = into_.size();
            const std::size_t asked = asked_for_.size();
            const is what = value(n.pipe, dot);
            if (asks_only(n.pipe)) {  // {{ if $labels.x }}: a text for alerts without the label, too
                for (std::size_t i = told; i < into_.size(); ++i) asked_for_.push_back(into_[i].label);
                into_.resize(told);
            }
            walk(n.body, n.is == node::kind::with ? what : dot);
            asked_for_.resize(asked);
            break;
        }
        case node::kind::range: {
            const is all = value(n.pipe, dot);
            for (std::size_t i = outside; i < variables_.size(); ++i) variables_[i].second = is::other;
            walk(n.body, all == is::labels ? is::label : is::other);
            break;
        }
        default: return;
        }
        walk(n.otherwise, dot);  // variables of the condition are there too
        variables_.resize(outside);
    }

    /// {{ template "name" . }}: there the dot and $ are what it was given.
    void call(const std::string& name, is given)
    {
        const auto body = tree_.defined.find(name);
        if (body == tree_.defined.end() || given == is::other || called_.size() > 20 ||
            std::find(called_.begin(), called_.end(), name) != called_.end())
            return;
        called_.push_back(name);
        auto outside = std::exchange(variables_, {{"$", given}});
        walk(body->second, given);
        variables_ = std::move(outside);
        called_.pop_back();
    }

    /// Is a condition nothing but a label that may be there?
    [[nodiscard]] static bool asks_only(const pipeline& p)
    {
        if (p.commands.size() != 1) return false;
        const auto& words = p.commands.front();
        const operand& first = words.front();
        if (words.size() == 1 && first.is == operand::kind::parens && first.fields.empty())
            return asks_only(*first.inner);
        if (words.size() == 1 || (first.is == operand::kind::function && first.name == "index")) return true;
        if (first.is != operand::kind::function || (first.name != "and" && first.name != "or" && first.name != "not"))
            return false;
        return std::all_of(words.begin() + 1, words.end(), [](const operand& word) {
            return word.is != operand::kind::parens || asks_only(*word.inner);
        });
    }

    is value(const pipeline& p, is dot)
    {
        is result = is::other;
        const operand* piped = nullptr;  // its only word, when a constant goes through the pipe
        for (std::size_t i = 0; i < p.commands.size(); ++i) {
            const auto& words = p.commands[i];
            const is made = value(words, i == 0 ? nullptr : piped, dot);
            result = words.size() == 1 || words.front().name == "index" ? made : is::other;
            piped = words.size() == 1 && words.front().is == operand::kind::constant ? &words.front() : nullptr;
        }
        for (const std::string& name : p.variables) set(name, p.variables.size() == 1 ? result : is::other, p.assigns);
        return result;
    }
    is value(const std::vector<operand>& words, const operand* piped, is dot)
    {
        is first = is::other;
        const std::size_t told = into_.size();
        for (std::size_t i = 0; i < words.size(); ++i) {
            const is one = value(words[i], dot);
            if (i == 0 || (i == 1 && words[0].is == operand::kind::function)) first = one;
        }
        if (words.front().is == operand::kind::function && words.front().name == "or")
            into_.resize(told);  // one of them, whichever there is
        if (words.front().is != operand::kind::function) return first;
        if (words.front().name == "query")
            if (const operand* const text = words.size() == 2 ? &words[1] : piped;
                text != nullptr && text->is == operand::kind::constant)
                queries_.push_back(text->where);
        if (words.front().name != "index") return first;
        const operand* const key = words.size() == 3 ? &words[2] : words.size() == 2 ? piped : nullptr;
        if (first != is::labels || key == nullptr || key->is != operand::kind::constant) return is::other;
        use_quoted(key->where);
        return is::label;
    }
    is value(const operand& o, is dot)
    {
        is what = is::other;
        switch (o.is) {
        case operand::kind::dot: what = dot; break;
        case operand::kind::parens: what = value(*o.inner, dot); break;
        case operand::kind::variable:
            for (const auto& [name, is_what] : variables_)
                if (name == o.name) what = is_what;
            break;
        default: break;
        }
        for (std::size_t i = 0; i < o.fields.size(); ++i) {
            if (what == is::labels) use(o.field_spans[i]);
            what = what == is::labels                             ? is::label
                   : what == is::alert && o.fields[i] == "Labels" ? is::labels
                                                                  : is::other;
        }
        return what;
    }

    void set(const std::string& name, is what, bool assigns)
    {
        if (!assigns) return variables_.emplace_back(name, what), void();
        for (auto& [known, is_what] : variables_)
            if (known == name && is_what != what) is_what = is::other;
    }

    void use_quoted(text_span quoted)
    {
        if (quoted.length < 3) return;
        const text_span inside{quoted.offset + 1, quoted.length - 2};
        if (in_.text.substr(inside.offset, inside.length).find('\\') == std::string_view::npos) use(inside);
    }
    void use(text_span where)
    {
        const std::string_view label = in_.text.substr(where.offset, where.length);
        if (std::find(asked_for_.begin(), asked_for_.end(), label) == asked_for_.end())
            into_.push_back({label, where, &in_});
    }

    const located& in_;
    const templates::tree& tree_;
    std::vector<label_use>& into_;
    std::vector<text_span>& queries_;
    std::vector<std::pair<std::string, is>> variables_;  ///< the innermost last
    std::vector<std::string_view> asked_for_;            ///< labels that the text around has asked for
    std::vector<std::string> called_;
};

}  // namespace detail

/// What a template reads. Labels that it asks for first, with {{ if $labels.x }}, are left out; of a template that
/// cannot be read everything is.
[[nodiscard]] inline template_uses uses_of_template(const located& in)
{
    template_uses out;
    if (in.text.find("{{") == std::string_view::npos) return out;
    if (const auto read = templates::parse(in.text)) detail::template_reader(in, *read, out).run();
    return out;
}

}  // namespace pitot::lint::dashboards
