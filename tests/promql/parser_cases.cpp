// The parser held against the cases of shared/promql/parser: trees, canonical and pretty forms, error texts and ranges.

#include <pitot/json/reader.hpp>
#include <pitot/promql/parse.hpp>
#include <pitot/promql/print.hpp>

#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>
#include <string_view>

namespace {

namespace fs = std::filesystem;
namespace json = pitot::json;
namespace promql = pitot::promql;
using pitot::concat;

int passed = 0;
int failed = 0;

void report(bool good, const std::string& id, const std::string& input, const std::string& what,
            const std::string& wanted, const std::string& got)
{
    if (good) {
        ++passed;
        return;
    }
    ++failed;
    std::printf("FAILED %s %.300s\n  %s: wanted %.600s\n  got    %.600s\n", id.c_str(), input.c_str(), what.c_str(),
                wanted.c_str(), got.c_str());
}

void list(std::string& out, std::string_view name, std::span<const promql::label_name> labels)
{
    out += concat(" ", name, "[");
    for (std::size_t i = 0; i < labels.size(); ++i) out += concat(i > 0 ? "," : "", labels[i].text);
    out += "]";
}

/// The cases' notation of a tree.
std::string form(const promql::node* n)
{
    using promql::as;
    if (const auto* p = as<promql::number_node>(n)) { return concat("(num ", promql::plain_number(p->value), ")"); }
    if (as<promql::string_node>(n) != nullptr) return concat("(str ", promql::to_text(n), ")");
    if (as<promql::vector_selector>(n) != nullptr)
        return concat("(vec ", promql::detail::quote(promql::to_text(n)), ")");
    if (as<promql::matrix_selector>(n) != nullptr)
        return concat("(mat ", promql::detail::quote(promql::to_text(n)), ")");
    if (const auto* p = as<promql::subquery>(n))
        return concat("(subq ", promql::detail::quote(promql::printer::tail(*p)), " ", form(p->of), ")");
    if (const auto* p = as<promql::paren_node>(n)) return concat("(paren ", form(p->of), ")");
    if (const auto* p = as<promql::unary_node>(n))
        return concat("(unary ", promql::operator_text(p->op), " ", form(p->of), ")");
    if (const auto* p = as<promql::aggregation>(n)) {
        std::string out = concat("(agg ", promql::to_string(p->op));
        list(out, p->without ? "without " : "by ", p->grouping);
        if (p->parameter != nullptr) out += concat(" ", form(p->parameter));
        return concat(out, " ", form(p->of), ")");
    }
    if (const auto* p = as<promql::call_node>(n)) {
        std::string out = concat("(call ", p->name);
        for (const promql::node* a : p->arguments) out += concat(" ", form(a));
        return concat(out, p->arguments.empty() ? " )" : ")");
    }
    if (const auto* p = as<promql::binary_node>(n)) {
        std::string out = concat("(bin ", promql::operator_text(p->op), p->return_bool ? " bool" : "");
        if (p->matching != nullptr) {
            constexpr std::string_view cards[] = {"one-to-one", "many-to-one", "one-to-many", "many-to-many"};
            out += concat(" <", cards[static_cast<unsigned>(p->matching->card)]);
            list(out, p->matching->on ? "on" : "ignoring", p->matching->labels);
            list(out, "include", p->matching->include);
            out += ">";
        }
        return concat(out, " ", form(p->left), " ", form(p->right), ")");
    }
    return "?";
}

std::string text_of(json::value v) { return std::string(v.text()); }

promql::parse_options options()
{
    promql::parse_options all = promql::parse_options::everything();
    all.max_operators = 100'000;
    return all;
}

void one(json::value c, bool pretty_file)
{
    const std::string input = text_of(c["input"]);
    const std::string id = text_of(c["id"]);
    const promql::parse_options how = options();
    promql::tree_arena memory;
    std::vector<promql::parse_error> errors;
    const promql::node* const root = promql::parse_into(memory, input, how, errors);
    const bool good = !c["ok"].is_bool() || c["ok"].as_bool().value_or(false);
    std::string messages;
    for (const auto& e : errors)
        messages += concat(std::to_string(e.begin), "-", std::to_string(e.end), " ", e.message, "; ");
    if (!good) {
        if (input.find("\xEF\xBF\xBD") != std::string::npos)
            return;  // the case's own bytes are not in the file any more
        if (errors.empty()) return report(false, id, input, "error", text_of(c["error"]), promql::to_text(root));
        report(promql::to_text(errors.front(), input) == c["error"].text(), id, input, "error", text_of(c["error"]),
               promql::to_text(errors.front(), input));
        std::string wanted;
        std::string got;
        std::size_t i = 0;
        for (const json::value e : c["errors"]) {
            wanted += concat(e["start"].raw(), "-", e["end"].raw(), " ", e["msg"].text(), "; ");
            if (i < errors.size())
                got += concat(std::to_string(errors[i].begin), "-", std::to_string(errors[i].end), " ",
                              errors[i].message, "; ");
            ++i;
        }
        const auto total = c["errors_total"].is_number()
                               ? static_cast<std::size_t>(c["errors_total"].as_int().value_or(0))
                               : i;
        return report(wanted == got && errors.size() == total, id, input, "errors",
                      concat(std::to_string(total), ": ", wanted),
                      concat(std::to_string(errors.size()), ": ", messages.substr(0, 600)));
    }
    if (!errors.empty()) return report(false, id, input, "parse", "a tree", messages);
    report(promql::to_text(root) == c["canonical"].text(), id, input, "canonical", text_of(c["canonical"]),
           promql::to_text(root));
    if (c["tree"].is_string())
        report(form(root) == c["tree"].text(), id, input, "tree", text_of(c["tree"]), form(root));
    if (c["type"].is_string()) {
        constexpr std::string_view names[] = {"none", "scalar", "vector", "matrix", "string"};
        const std::string type(names[static_cast<unsigned>(promql::type_of(root))]);
        report(type == c["type"].text(), id, input, "type", text_of(c["type"]), type);
    }
    if (pretty_file) {
        const std::string got = promql::pretty(root, static_cast<std::size_t>(c["max_line"].as_int().value_or(100)));
        report(got == c["pretty"].text(), id, input, "pretty", text_of(c["pretty"]), got);
    }
    const auto again = promql::parse(promql::to_text(root), how);
    report(again.has_value() && promql::to_text(again->root()) == promql::to_text(root), id, input, "read back",
           promql::to_text(root), again ? promql::to_text(again->root()) : again.error().message);
}

void functions(json::value c)
{
    const promql::function* const f = promql::find_function(c["name"].text());
    if (f == nullptr) return report(false, "function", text_of(c["name"]), "exists", "", "");
    constexpr std::string_view names[] = {"none", "scalar", "vector", "matrix", "string"};
    std::size_t i = 0;
    bool same = f->experimental == c["experimental"].as_bool().value_or(false) &&
                f->variadic == c["variadic"].as_int().value_or(99) &&
                names[static_cast<unsigned>(f->returns)] == c["returns"].text();
    for (const json::value a : c["args"])
        same = same && i < f->arguments.size() && names[static_cast<unsigned>(f->argument(i++))] == a.text();
    report(same && i == f->arguments.size(), "function", std::string(f->name), "signature", "", "");
}

}  // namespace

int main()
{
    const char* given = std::getenv("PITOT_SHARED");
    if (given == nullptr || *given == 0) given = std::getenv("PITOT_SHARED_DEFAULT");
    const fs::path folder = fs::path(given != nullptr ? given : "../shared") / "promql" / "parser";
    if (!fs::exists(folder)) {
        std::printf("SKIPPED: there is no %s\n", folder.c_str());
        return 77;
    }
    for (const std::string_view name : {"parse_cases", "probe_cases", "printer_cases", "pretty_cases", "functions"}) {
        std::ifstream file(folder / concat(name, ".jsonl"));
        for (std::string line; std::getline(file, line);) {
            const auto read = json::parse(line);
            if (!read) {
                std::printf("%s: %s\n", std::string(name).c_str(), read.error().message.c_str());
                return 1;
            }
            if (name == "functions")
                functions(read->root());
            else
                one(read->root(), name == "pretty_cases");
        }
    }
    std::printf("%d passed, %d failed\n", passed, failed);
    return failed == 0 && passed > 1000 ? 0 : 1;
}
