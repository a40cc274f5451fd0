#include <common/notes.hpp>
#include <promcheck/commands.hpp>
#include <promcheck/features.hpp>

#include <pitot/catalog/source.hpp>
#include <pitot/json/write.hpp>
#include <pitot/lint/finding.hpp>
#include <pitot/lint/report_text.hpp>
#include <pitot/promql/infer.hpp>
#include <pitot/promql/parse.hpp>
#include <pitot/promql/print.hpp>
#include <pitot/promql/walk.hpp>

#include <fmt/format.h>

#include <charconv>
#include <cstdlib>
#include <string>
#include <string_view>
#include <unistd.h>  // isatty
#include <vector>

namespace pitot::tools::promcheck {
namespace {

constexpr flag fmt_flags[] = {
    {"width", 0, "N", "break what is longer than N bytes over several lines", false, "100"},
    {"compact", 0, "", "one line, however long"},
    {"check", 0, "", "print nothing; exit with 1 when an expression is not in its canonical form"},
    {"experimental", 0, "", "experimental functions, limitk, limit_ratio and fill are allowed"},
};

constexpr flag explain_flags[] = {
    {"format", 0, "text|json", "how to print", false, "text"},
    {"experimental", 0, "", "experimental functions, limitk, limit_ratio and fill are allowed"},
};

}  // namespace

const command fmt_command{
    "promcheck fmt", "EXPR…", "Prints PromQL expressions in their canonical form.", fmt_flags,
    "EXPR is an expression, or - for one on standard input.\n\n"
    "Exit codes: 0 clean; 1 an expression is no PromQL, or with --check not in its form; 2 wrong arguments.\n\n"
    "Examples:\n"
    "  promcheck fmt 'sum(rate(x[5m])) by (job)'\n"
    "  promcheck fmt --check - < query.promql"};

const command explain_command{"promcheck explain", "EXPR", "Prints the typed syntax tree of a PromQL expression.",
                              explain_flags,
                              "EXPR is an expression, or - for one on standard input.\n\n"
                              "Exit codes: 0 clean; 1 the expression is no PromQL; 2 wrong arguments.\n\n"
                              "Examples:\n"
                              "  promcheck explain 'histogram_quantile(0.9, sum by (le) (rate(x_bucket[5m])))'"};

namespace {

using promql::as;

result<std::string> text_of(const std::string& argument)
{
    if (argument != "-") return argument;
    return catalog::read_file("-", std::size_t{16} << 20U);
}

promql::parse_options options_of(const arguments& given)
{
    promql::parse_options how = given.has("experimental") ? promql::parse_options::everything()
                                                          : promql::parse_options{};
    how.regex_error = regex_error;
    return how;
}

/// Shows what is wrong with an expression, under the line at fault.
void show(const lint::source& in, const std::vector<promql::parse_error>& errors)
{
    std::string text;
    const lint::text_style style{isatty(STDERR_FILENO) == 1 && std::getenv("NO_COLOR") == nullptr, 160};
    for (const promql::parse_error& e : errors) {
        std::string message(e.message);  // tells Prometheus's flag
        constexpr std::string_view flag = "--enable-feature=promql-experimental-functions";
        if (const std::size_t at = message.find(flag); at != std::string::npos)
            message.replace(at, flag.size(), "--experimental");
        lint::append_text(
            text, lint::finding_at(in, e.span(), "promql-parse", lint::severity::error, std::move(message)), style);
    }
    fmt::print(stderr, "{}", text);
}

std::string kind_of(const promql::node* n)
{
    switch (n->kind) {
    case promql::node_kind::number: return "number";
    case promql::node_kind::string: return "string";
    case promql::node_kind::vector_selector: return "selector";
    case promql::node_kind::matrix_selector: return "range selector";
    case promql::node_kind::subquery: return "subquery";
    case promql::node_kind::aggregation: return "aggregation";
    case promql::node_kind::call: return "call";
    case promql::node_kind::binary: return "binary operation";
    case promql::node_kind::unary: return "sign";
    case promql::node_kind::paren: return "parentheses";
    case promql::node_kind::duration: return "duration";
    }
    return "";
}

std::string list(std::span<const promql::label_name> names)
{
    std::string out;
    for (const auto& n : names) out += fmt::format("{}{}", out.empty() ? "" : ", ", n.text);
    return out.empty() ? "nothing" : out;
}

/// What is known without any source: a label that a selector wants to be there, or not.
promql::presence of_selector(const promql::vector_selector& v, std::string_view label)
{
    promql::presence is = promql::presence::maybe;
    for (const promql::label_matcher& m : v.matchers)
        if (m.name == label && m.op == promql::match_op::equal)
            is = m.value.empty() ? promql::presence::never : promql::presence::always;
    return is;
}

/// "the labels a, b remain"; those that nothing below has are told apart.
std::string remaining(const promql::aggregation& a)
{
    std::string there;
    std::string gone;
    std::size_t count = 0;
    for (const promql::label_name& l : a.grouping) {
        const bool never = promql::label_presence(&a, l.text, of_selector, [](const promql::label_name&) {
                               return false;
                           }) == promql::presence::never;
        std::string& to = never ? gone : there;
        to += fmt::format("{}{}", to.empty() ? "" : ", ", l.text);
        count += never ? 0 : 1;
    }
    const std::string lost = gone.empty() ? gone : fmt::format("; {}: on nothing below", gone);
    return there.empty()
               ? fmt::format("no label remains{}", lost)
               : fmt::format("the label{} {} remain{}{}", count == 1 ? "" : "s", there, count == 1 ? "s" : "", lost);
}

/// What a node does, in words; empty when its text says all.
std::string about(const promql::node* n)
{
    if (const auto* const s = as<promql::subquery>(n))
        return fmt::format("evaluated anew {}", promql::printer::tail(*s));
    if (const auto* const a = as<promql::aggregation>(n)) {
        if (a->op == promql::aggregator::topk || a->op == promql::aggregator::bottomk ||
            a->op == promql::aggregator::limitk || a->op == promql::aggregator::limit_ratio)
            return a->grouping_span.length == 0 ? "picks series, with all their labels"
                                                : fmt::format("picks series in groups {} {}, with all their labels",
                                                              a->without ? "without" : "by", list(a->grouping));
        const auto* const made = a->op == promql::aggregator::count_values ? as<promql::string_node>(a->parameter)
                                                                           : nullptr;
        const std::string beside = made == nullptr ? std::string() : fmt::format(", and {} is the value", made->value);
        if (a->without) return fmt::format("all labels but {} remain{}", list(a->grouping), beside);
        return a->grouping.empty()
                   ? (made == nullptr ? "no label remains" : fmt::format("{} is the value", made->value))
                   : fmt::format("{}{}", remaining(*a), beside);
    }
    if (const auto* const c = as<promql::call_node>(n))
        return c->of == nullptr                        ? ""
               : c->of->of == promql::wants::counter   ? "for counters"
               : c->of->of == promql::wants::gauge     ? "for gauges"
               : c->of->of == promql::wants::histogram ? "for histograms"
                                                       : "";
    if (const auto* const b = as<promql::binary_node>(n)) {
        if (b->matching == nullptr)
            return promql::is_comparison(b->op) && !b->return_bool ? "drops what does not satisfy it" : "";
        const auto& how = *b->matching;
        constexpr std::string_view cards[] = {"one to one", "many to one", "one to many", "many to many"};
        const std::string labels = how.on               ? fmt::format("by {}", list(how.labels))
                                   : how.labels.empty() ? "by all labels"
                                                        : fmt::format("by all labels but {}", list(how.labels));
        return fmt::format("paired {} {}", cards[static_cast<unsigned>(how.card)], labels);
    }
    return "";
}

void print_tree(std::string& out, const promql::node* n, std::size_t depth)
{
    const std::string words = about(n);
    fmt::format_to(std::back_inserter(out), "{:{}}{}: {}  ({}{}{})\n", "", depth * 2, kind_of(n), promql::to_text(n),
                   promql::to_string(promql::type_of(n)), words.empty() ? "" : "; ", words);
    if (n->kind == promql::node_kind::matrix_selector) return;
    promql::for_each_child(n, [&](const promql::node* child) { print_tree(out, child, depth + 1); });
}

void write_tree(json::writer& w, const promql::node* n)
{
    w.begin_object()
        .member("kind", kind_of(n))
        .member("text", promql::to_text(n))
        .member("type", promql::to_string(promql::type_of(n)));
    if (const std::string words = about(n); !words.empty()) w.member("about", words);
    if (promql::type_of(n) == promql::value_type::vector) w.member("can_be_empty", promql::can_be_empty(n));
    w.key("span").begin_object().member("offset", n->span.offset).member("length", n->span.length).end_object();
    w.key("children").begin_array();
    promql::for_each_child(n, [&](const promql::node* child) { write_tree(w, child); });
    w.end_array().end_object();
}

}  // namespace

exit_code run_fmt(std::span<char* const> argv)
{
    const auto given = parse(fmt_command, argv);
    if (!given) return refuse(fmt_command, given.error().message);
    if (const auto code = answer(whole_program(), fmt_command, *given)) return *code;
    std::vector<std::string> all = given->positional;
    all.insert(all.end(), given->rest.begin(), given->rest.end());
    if (all.empty())
        return refuse(fmt_command, "an expression is missing: promcheck fmt EXPR, or - for standard input");
    const std::string width_text = given->get("width");
    std::size_t width = 0;
    const auto [end, code] = std::from_chars(width_text.data(), width_text.data() + width_text.size(), width);
    if (code != std::errc() || end != width_text.data() + width_text.size())
        return refuse(fmt_command, fmt::format("--width {}: a number of bytes is expected", width_text));
    const promql::parse_options how = options_of(*given);
    exit_code worst = exit_code::clean;
    for (std::size_t i = 0; i < all.size(); ++i) {
        auto text = text_of(all[i]);
        if (!text) return refuse(fmt_command, text.error().message);
        while (!text->empty() && (text->back() == '\n' || text->back() == '\r')) text->pop_back();
        promql::tree_arena memory;
        std::vector<promql::parse_error> errors;
        const promql::node* const root = promql::parse_into(memory, *text, how, errors);
        if (!errors.empty()) {
            show(lint::source(all[i] == "-" ? "<stdin>" : fmt::format("argument {}", i + 1), *text), errors);
            worst = exit_code::findings;
            continue;
        }
        const std::string made = given->has("compact") ? promql::to_text(root) : promql::pretty(root, width);
        if (!given->has("check")) {
            fmt::print("{}\n", made);
        } else if (made != *text) {
            fmt::print(stderr, "{}: not in its canonical form\n",
                       all[i] == "-" ? "<stdin>" : fmt::format("argument {}", i + 1));
            worst = exit_code::findings;
        }
    }
    return worst;
}

exit_code run_explain(std::span<char* const> argv)
{
    const auto given = parse(explain_command, argv);
    if (!given) return refuse(explain_command, given.error().message);
    if (const auto code = answer(whole_program(), explain_command, *given)) return *code;
    const std::string format = given->get("format");
    if (format != "text" && format != "json")
        return refuse(explain_command, fmt::format("--format {}: text and json are known", format));
    if (given->positional.size() + given->rest.size() != 1)
        return refuse(explain_command, "one expression is expected: promcheck explain EXPR");
    auto text = text_of(given->positional.empty() ? given->rest.front() : given->positional.front());
    if (!text) return refuse(explain_command, text.error().message);
    promql::tree_arena memory;
    std::vector<promql::parse_error> errors;
    const promql::node* const root = promql::parse_into(memory, *text, options_of(*given), errors);
    if (!errors.empty()) {
        show(lint::source("expression", *text), errors);
        return exit_code::findings;
    }
    if (format == "json") {
        json::writer w(2);
        write_tree(w, root);
        fmt::print("{}\n", w.text());
        return exit_code::clean;
    }
    std::string out;
    print_tree(out, root, 0);
    fmt::print("{}", out);
    return exit_code::clean;
}

}  // namespace pitot::tools::promcheck
