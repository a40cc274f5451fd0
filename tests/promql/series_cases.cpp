// Series descriptions held against the upstream parser's own cases: labels, values, error texts with their places.

#include <pitot/json/reader.hpp>
#include <pitot/promql/print.hpp>
#include <pitot/promql/testing/series_text.hpp>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace {

namespace fs = std::filesystem;
namespace json = pitot::json;
namespace promql = pitot::promql;
using pitot::concat;
using pitot::reset_hint;

void numbers(std::string& out, std::string_view name, const std::vector<double>& values)
{
    if (values.empty()) return;
    out += concat(" ", name, ":[");
    for (std::size_t i = 0; i < values.size(); ++i) out += concat(i > 0 ? " " : "", promql::plain_number(values[i]));
    out += ']';
}
void buckets(std::string& out, std::string_view prefix, std::span<const pitot::store::bucket> all)
{
    if (!all.empty() && all.front().index != 0)
        out += concat(" ", prefix, "offset:", std::to_string(all.front().index));
    std::vector<double> counts;
    for (const pitot::store::bucket& b : all) counts.push_back(b.count);
    numbers(out, concat(prefix, "buckets"), counts);
}

/// A histogram in the language of the scripts.
std::string form(const pitot::store::histogram& h)
{
    constexpr std::string_view hints[] = {"unknown", "reset", "not_reset", "gauge"};
    std::string out;
    const auto member = [&out](std::string_view name, double value) {
        if (value != 0) out += concat(" ", name, ":", promql::plain_number(value));
    };
    member("schema", h.schema);
    member("count", h.count);
    member("sum", h.sum);
    member("z_bucket", h.zero_count);
    member("z_bucket_w", h.zero_threshold);
    numbers(out, "custom_values", h.bounds);
    if (h.hint != reset_hint::unknown) out += concat(" counter_reset_hint:", hints[static_cast<unsigned>(h.hint)]);
    buckets(out, "", h.positive);
    buckets(out, "n_", h.negative);
    return concat("{{", out.empty() ? out : out.substr(1), "}}");
}

std::string wanted_of(json::value c)
{
    if (!c["ok"].as_bool().value_or(false)) return std::string(c["error"].text());
    std::string out;
    std::vector<std::string> labels;
    for (const json::value v : c["labels"]) labels.push_back(concat(v.key().text(), "=", v.text(), " "));
    std::sort(labels.begin(), labels.end());
    for (const std::string& l : labels) out += l;
    for (const json::value v : c["values"]) out += concat("| ", v.text(), " ");
    return out;
}

std::string got_of(std::string_view input)
{
    const auto read = promql::read_series(input);
    if (!read)
        return concat("1:", std::to_string(read.error().where.offset + 1), ": parse error: ", read.error().message);
    std::string out;
    std::vector<std::string> labels;
    for (const auto& [name, value] : read->labels) labels.push_back(concat(name, "=", value, " "));
    std::sort(labels.begin(), labels.end());
    for (const std::string& l : labels) out += l;
    for (const promql::described_sample& s : read->samples)
        out += concat("| ",
                      s.missing                         ? std::string("_")
                      : s.hist != nullptr               ? form(*s.hist)
                      : pitot::store::is_stale(s.value) ? std::string("stale")
                                                        : promql::plain_number(s.value),
                      " ");
    return out;
}

}  // namespace

int main()
{
    const char* given = std::getenv("PITOT_SHARED");
    if (given == nullptr || *given == 0) given = std::getenv("PITOT_SHARED_DEFAULT");
    const fs::path path = fs::path(given != nullptr ? given : "../shared") / "promql" / "parser" /
                          "series_desc_cases.jsonl";
    if (!fs::exists(path)) {
        std::printf("SKIPPED: there is no %s\n", path.c_str());
        return 77;
    }
    int passed = 0;
    int failed = 0;
    std::ifstream file(path);
    for (std::string line; std::getline(file, line);) {
        const auto read = json::parse(line);
        if (!read) {
            std::printf("%s: %s\n", path.c_str(), read.error().message.c_str());
            return 1;
        }
        const json::value c = read->root();
        const std::string wanted = wanted_of(c);
        const std::string got = got_of(c["input"].text());
        if (wanted == got) {
            ++passed;
            continue;
        }
        ++failed;
        std::printf("FAILED %s\n  wanted %s\n  got    %s\n", std::string(c["input"].text()).c_str(), wanted.c_str(),
                    got.c_str());
    }
    std::printf("%d passed, %d failed\n", passed, failed);
    return failed == 0 && passed > 30 ? 0 : 1;
}
