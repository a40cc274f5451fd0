#pragma once
// A tree as text: the canonical form, which reads back as the same tree, and one over several lines.
// source  Prometheus 3.14, promql/parser/printer.go and prettier.go

#include <pitot/base/text.hpp>
#include <pitot/promql/ast.hpp>
#include <pitot/promql/check.hpp>
#include <pitot/promql/durations.hpp>
#include <pitot/promql/quote.hpp>

#include <algorithm>  // std::sort
#include <cstdio>     // std::snprintf
#include <string>
#include <string_view>
#include <vector>

namespace pitot::promql {

[[nodiscard]] constexpr std::string_view to_string(aggregator op) noexcept
{
    constexpr std::string_view names[] = {"sum",          "avg",      "count",  "min",        "max",
                                          "group",        "stddev",   "stdvar", "topk",       "bottomk",
                                          "count_values", "quantile", "limitk", "limit_ratio"};
    return names[static_cast<unsigned>(op)];
}

/// Can the name stand without quotes?
[[nodiscard]] constexpr bool is_plain_label(std::string_view name) noexcept
{
    if (name.empty() || (name[0] >= '0' && name[0] <= '9')) return false;
    for (const char c : name)
        if (!((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_')) return false;
    return true;
}

class printer {
public:
    [[nodiscard]] static std::string text(const node* n)
    {
        printer p;
        p.expression(n);
        return std::move(p.out_);
    }

    /// What a node says besides its parts.
    [[nodiscard]] static std::string head(const aggregation& a)
    {
        printer p;
        p.aggregation_head(a);
        return std::move(p.out_);
    }
    [[nodiscard]] static std::string head(const binary_node& b)
    {
        printer p;
        p.operator_head(b);
        return std::move(p.out_);
    }
    [[nodiscard]] static std::string tail(const subquery& s)
    {
        printer p;
        p.subquery_tail(s);
        return std::move(p.out_);
    }

private:
    void expression(const node* n)
    {
        if (n == nullptr) return;
        switch (n->kind) {
        case node_kind::number: number(*static_cast<const number_node*>(n)); break;
        case node_kind::string: detail::append_quoted(out_, static_cast<const string_node*>(n)->value, '"'); break;
        case node_kind::vector_selector: {
            const auto& v = *static_cast<const vector_selector*>(n);
            selector(v);
            at(v.shift);
            extension(v);
            offset(v.shift);
            break;
        }
        case node_kind::matrix_selector: {
            const auto& m = *static_cast<const matrix_selector*>(n);
            const auto* const v = as<vector_selector>(m.of);
            if (v != nullptr)
                selector(*v);
            else
                expression(m.of);
            out_ += '[';
            amount(m.range, m.range_expr);
            out_ += ']';
            if (v == nullptr) break;
            extension(*v);
            at(v->shift);
            offset(v->shift);
            break;
        }
        case node_kind::subquery: {
            const auto& s = *static_cast<const subquery*>(n);
            expression(s.of);
            subquery_tail(s);
            break;
        }
        case node_kind::aggregation: {
            const auto& a = *static_cast<const aggregation*>(n);
            aggregation_head(a);
            out_ += '(';
            expression(a.parameter);
            if (a.parameter != nullptr) out_ += ", ";
            expression(a.of);
            out_ += ')';
            break;
        }
        case node_kind::call: {
            const auto& c = *static_cast<const call_node*>(n);
            out_ += c.name;
            out_ += '(';
            for (std::size_t i = 0; i < c.arguments.size(); ++i) {
                if (i > 0) out_ += ", ";
                expression(c.arguments[i]);
            }
            out_ += ')';
            break;
        }
        case node_kind::binary: {
            const auto& b = *static_cast<const binary_node*>(n);
            expression(b.left);
            out_ += ' ';
            operator_head(b);
            out_ += ' ';
            expression(b.right);
            break;
        }
        case node_kind::unary:
            out_ += operator_text(static_cast<const unary_node*>(n)->op);
            expression(static_cast<const unary_node*>(n)->of);
            break;
        case node_kind::paren:
            out_ += '(';
            expression(static_cast<const paren_node*>(n)->of);
            out_ += ')';
            break;
        case node_kind::duration: duration(*static_cast<const duration_node*>(n)); break;
        }
    }

    void number(const number_node& n)
    {
        if (!n.is_duration) {
            out_ += plain_number(n.value);
            return;
        }
        if (n.value < 0) out_ += '-';
        out_ += duration_text(static_cast<std::int64_t>(std::abs(n.value) * 1e9));
    }

    void labels(std::span<const label_name> names)
    {
        for (std::size_t i = 0; i < names.size(); ++i) {
            if (i > 0) out_ += ", ";
            if (is_plain_label(names[i].text))
                out_ += names[i].text;
            else
                detail::append_quoted(out_, names[i].text, '"');
        }
    }

    void selector(const vector_selector& v)
    {
        out_ += v.name;
        std::vector<std::string> all;
        all.reserve(v.matchers.size());
        for (const label_matcher& m : v.matchers) {
            if (m.name == "__name__" && m.op == match_op::equal && m.value == v.name && !m.value.empty()) continue;
            std::string one = is_plain_label(m.name) ? std::string(m.name) : detail::quote(m.name);
            one += to_string(m.op);
            detail::append_quoted(one, m.value, '"');
            all.push_back(std::move(one));
        }
        if (all.empty()) return;
        std::sort(all.begin(), all.end());
        out_ += '{';
        for (std::size_t i = 0; i < all.size(); ++i) {
            if (i > 0) out_ += ',';
            out_ += all[i];
        }
        out_ += '}';
    }

    void extension(const vector_selector& v)
    {
        if (v.anchored)
            out_ += " anchored";
        else if (v.smoothed)
            out_ += " smoothed";
    }

    void at(const time_shift& shift)
    {
        if (shift.at == at_kind::start) out_ += " @ start()";
        if (shift.at == at_kind::end) out_ += " @ end()";
        if (shift.at != at_kind::time) return;
        char text[64];
        const int n = std::snprintf(text, sizeof text, "%.3f", static_cast<double>(shift.at_time) / 1000);
        out_ += " @ ";
        out_.append(text, static_cast<std::size_t>(n));
    }

    void offset(const time_shift& shift)
    {
        if (shift.offset_expr != nullptr) {
            out_ += " offset ";
            duration(*shift.offset_expr);
        } else if (shift.offset != 0) {
            out_ += shift.offset < 0 ? " offset -" : " offset ";
            out_ += duration_text(shift.offset < 0 ? -shift.offset : shift.offset);
        }
    }

    void amount(std::int64_t nanoseconds, const duration_node* expr)
    {
        if (expr != nullptr)
            duration(*expr);
        else
            out_ += duration_text(nanoseconds);
    }

    void subquery_tail(const subquery& s)
    {
        out_ += '[';
        amount(s.range, s.range_expr);
        out_ += ':';
        if (s.step_expr != nullptr || s.step != 0) amount(s.step, s.step_expr);
        out_ += ']';
        at(s.shift);
        offset(s.shift);
    }

    void aggregation_head(const aggregation& a)
    {
        out_ += to_string(a.op);
        if (!a.without && a.grouping.empty()) return;
        out_ += a.without ? " without (" : " by (";
        labels(a.grouping);
        out_ += ") ";
    }

    void operator_head(const binary_node& b)
    {
        out_ += operator_text(b.op);
        if (b.return_bool) out_ += " bool";
        if (b.matching == nullptr) return;
        const vector_matching& how = *b.matching;
        const bool grouped = how.card == cardinality::many_to_one || how.card == cardinality::one_to_many;
        if (!how.labels.empty() || how.on || grouped) {
            out_ += how.on ? " on (" : " ignoring (";
            labels(how.labels);
            out_ += ')';
        }
        if (grouped) {
            out_ += how.card == cardinality::many_to_one ? " group_left (" : " group_right (";
            labels(how.include);
            out_ += ')';
        }
        const auto fill = [this](std::string_view name, double value) {
            char text[64];
            out_ += name;
            out_ += " (";
            out_.append(text, write_go_number(text, value));
            out_ += ')';
        };
        if (how.has_fill_left && how.has_fill_right && how.fill_left == how.fill_right) {
            fill(" fill", how.fill_left);
            return;
        }
        if (how.has_fill_left) fill(" fill_left", how.fill_left);
        if (how.has_fill_right) fill(" fill_right", how.fill_right);
    }

    void duration(const duration_node& d)
    {
        if (d.wrapped) out_ += '(';
        switch (d.op) {
        case token_kind::step: out_ += "step()"; break;
        case token_kind::range: out_ += "range()"; break;
        case token_kind::max_of:
        case token_kind::min_of:
            out_ += d.op == token_kind::max_of ? "max_of(" : "min_of(";
            expression(d.left);
            out_ += ", ";
            expression(d.right);
            out_ += ')';
            break;
        default:
            if (d.left == nullptr) {
                if (d.op == token_kind::subtract) out_ += '-';
            } else {
                expression(d.left);
                out_ += ' ';
                out_ += operator_text(d.op);
                out_ += ' ';
            }
            expression(d.right);
        }
        if (d.wrapped) out_ += ')';
    }

    std::string out_;
};

/// The canonical form.
[[nodiscard]] inline std::string to_text(const node* n) { return printer::text(n); }

/// The same over several lines: a part that is longer than `width` bytes is broken up.
[[nodiscard]] inline std::string pretty(const node* n, std::size_t width = 100, std::size_t level = 0)
{
    const std::string indent(level * 2, ' ');
    const auto deeper = [&](const node* of) { return pretty(of, width, level + 1); };
    switch (n->kind) {
    case node_kind::unary: {
        const auto& u = *static_cast<const unary_node*>(n);
        std::string inside = pretty(u.of, width, level);
        const std::size_t first = inside.find_first_not_of(" \n");
        return concat(indent, operator_text(u.op), first == std::string::npos ? inside : inside.substr(first));
    }
    case node_kind::subquery: {
        const auto& s = *static_cast<const subquery*>(n);
        std::string whole = to_text(n);
        return whole.size() <= width ? whole : concat(pretty(s.of, width, level), printer::tail(s));
    }
    default: break;
    }
    std::string whole = to_text(n);
    if (whole.size() <= width) return indent + whole;
    switch (n->kind) {
    case node_kind::aggregation: {
        const auto& a = *static_cast<const aggregation*>(n);
        return concat(indent, printer::head(a), "(\n", a.parameter != nullptr ? concat(deeper(a.parameter), ",\n") : "",
                      deeper(a.of), "\n", indent, ")");
    }
    case node_kind::binary: {
        const auto& b = *static_cast<const binary_node*>(n);
        return concat(deeper(b.left), "\n", indent, printer::head(b), "\n", deeper(b.right));
    }
    case node_kind::call: {
        const auto& c = *static_cast<const call_node*>(n);
        std::string inside;
        for (std::size_t i = 0; i < c.arguments.size(); ++i)
            inside += concat(i > 0 ? ",\n" : "", deeper(c.arguments[i]));
        return concat(indent, c.name, "(\n", inside, "\n", indent, ")");
    }
    case node_kind::paren:
        return concat(indent, "(\n", deeper(static_cast<const paren_node*>(n)->of), "\n", indent, ")");
    default: return indent + whole;
    }
}

}  // namespace pitot::promql
