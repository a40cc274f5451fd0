// The reader against nlohmann/json on generated and mutated documents: the same verdict, the same values, and spans
// that hold what they say. Two intended differences: a surrogate escape without its partner and a number beyond the
// largest double are errors there.

#include <pitot/json/pointer.hpp>
#include <pitot/json/reader.hpp>
#include <pitot/json/write.hpp>

#include <nlohmann/json.hpp>

#include <cstdio>
#include <cstdlib>
#include <random>
#include <string>
#include <string_view>

namespace {

namespace json = pitot::json;
using random_source = std::mt19937_64;

std::size_t below(random_source& random, std::size_t n) { return static_cast<std::size_t>(random() % n); }

void blanks(random_source& random, std::string& out)
{
    static constexpr std::string_view kinds[] = {"", "", "", " ", "\n", "\t", "\r\n", "            "};
    out += kinds[below(random, std::size(kinds))];
}

void generate_string(random_source& random, std::string& out)
{
    static constexpr std::string_view parts[] = {"a",
                                                 "expr",
                                                 "rate(x{a=",
                                                 "\\\"",
                                                 "\\\\",
                                                 "\\n",
                                                 "\\/",
                                                 "\\u00e4",
                                                 "\\u20AC",
                                                 "\\u0000",
                                                 "\\ud83d\\ude00",
                                                 "\xC3\xA4",
                                                 "\xE2\x82\xAC",
                                                 "\xF0\x9F\x98\x80",
                                                 "0123456789abcdef",
                                                 " ",
                                                 "\x7F"};
    out += '"';
    for (std::size_t n = below(random, 6); n > 0; --n) out += parts[below(random, std::size(parts))];
    out += '"';
}

void generate_number(random_source& random, std::string& out)
{
    static constexpr std::string_view special[] = {
        "0", "-0", "1e5", "1E+2", "-1.5e-3", "0.1", "12345678901234567890", "1e300", "9007199254740993", "5e-324"};
    if (below(random, 2) == 0) {
        out += special[below(random, std::size(special))];
        return;
    }
    out += std::to_string(static_cast<std::int64_t>(random()) >> below(random, 60));
    if (below(random, 2) == 0) out.append(".").append(std::to_string(below(random, 1000)));
}

void generate(random_source& random, std::string& out, int depth)
{
    blanks(random, out);
    switch (below(random, depth > 5 ? 5 : 8)) {
    case 0: out += "null"; break;
    case 1: out += below(random, 2) == 0 ? "true" : "false"; break;
    case 2: generate_number(random, out); break;
    case 3:
    case 4: generate_string(random, out); break;
    case 5: {
        out += '[';
        const std::size_t n = below(random, 5);
        for (std::size_t i = 0; i < n; ++i) {
            if (i > 0) out += ',';
            generate(random, out, depth + 1);
        }
        blanks(random, out);
        out += ']';
        break;
    }
    default: {
        out += '{';
        const std::size_t n = below(random, 5);
        for (std::size_t i = 0; i < n; ++i) {
            if (i > 0) out += ',';
            blanks(random, out);
            generate_string(random, out);
            blanks(random, out);
            out += ':';
            generate(random, out, depth + 1);
        }
        blanks(random, out);
        out += '}';
    }
    }
    blanks(random, out);
}

void mutate(random_source& random, std::string& text)
{
    static constexpr std::string_view bytes = "{}[]\",:\\u0123456789eE+-.truefalsn \n\t/'\x01\x80\xC3\xED\xFF";
    for (std::size_t n = 1 + below(random, 3); n > 0 && !text.empty(); --n) {
        const std::size_t at = below(random, text.size());
        switch (below(random, 4)) {
        case 0: text.erase(at, 1 + below(random, 4)); break;
        case 1: text.insert(at, 1, bytes[below(random, bytes.size())]); break;
        case 2: text[at] = bytes[below(random, bytes.size())]; break;
        default: text.resize(at); break;
        }
    }
}

enum class verdict { accepted, refused, stricter };

/// stricter: refused for one of the intended differences, so that nothing follows
verdict ask_oracle(const std::string& text, nlohmann::json& out)
{
    try {
        out = nlohmann::json::parse(text);
        return verdict::accepted;
    } catch (const nlohmann::json::out_of_range&) {
        return verdict::stricter;
    } catch (const nlohmann::json::parse_error& e) {
        return std::string_view(e.what()).find("surrogate") != std::string_view::npos ? verdict::stricter
                                                                                      : verdict::refused;
    }
}

bool same(json::value ours, const nlohmann::json& theirs)
{
    switch (theirs.type()) {
    case nlohmann::json::value_t::null: return ours.is_null();
    case nlohmann::json::value_t::boolean: return ours.as_bool() == theirs.get<bool>();
    case nlohmann::json::value_t::string:
        return ours.is_string() && ours.text() == theirs.get_ref<const std::string&>();
    case nlohmann::json::value_t::array: {
        if (!ours.is_array() || ours.size() != theirs.size()) return false;
        std::size_t i = 0;
        for (const json::value element : ours)
            if (!same(element, theirs[i++])) return false;
        return true;
    }
    case nlohmann::json::value_t::object: {
        if (!ours.is_object()) return false;
        std::size_t keys = 0;
        for (const json::value member : ours) {
            const auto at = theirs.find(std::string(member.key().text()));
            if (at == theirs.end()) return false;
            if (ours[member.key().text()] != member) continue;  // a duplicate: theirs keeps the last, too
            ++keys;
            if (!same(member, *at)) return false;
        }
        return keys == theirs.size();
    }
    default: return ours.is_number() && ours.as_double() == theirs.get<double>();
    }
}

bool spans_hold(const json::document& in, json::value at)
{
    const auto part = json::parse(at.raw());
    if (!part || part->root().type() != at.type() || part->root().raw() != at.raw()) return false;
    if (at.is_string() && part->root().text() != at.text()) return false;
    if (!at.parent() || at.parent()[at.key().text()] == at || !at.key())
        if (json::find(in.root(), json::pointer_of(at)) != at && in.duplicates().empty()) return false;
    for (const json::value child : at)
        if (!spans_hold(in, child)) return false;
    return true;
}

}  // namespace

int main(int argc, char** argv)
{
    const long rounds = argc > 1 ? std::strtol(argv[1], nullptr, 10) : 40'000;
    random_source random(20261123);
    long accepted = 0;
    long refused = 0;
    for (long round = 0; round < rounds; ++round) {
        std::string text;
        generate(random, text, 0);
        if (round % 2 == 1) mutate(random, text);
        const auto ours = json::parse(text);
        nlohmann::json theirs;
        const verdict said = ask_oracle(text, theirs);
        const char* wrong = nullptr;
        if (said != verdict::stricter && ours.has_value() != (said == verdict::accepted))
            wrong = ours ? "accepted here, refused there" : "refused here, accepted there";
        else if (said == verdict::accepted && !same(ours->root(), theirs))
            wrong = "another value";
        else if (ours && !spans_hold(*ours, ours->root()))
            wrong = "a span does not hold";
        if (wrong != nullptr) {
            std::string shown;
            json::append_string(shown, text);
            std::printf("FAILED round %ld: %s%s%s\n%s\n", round, wrong, ours ? "" : ": ",
                        ours ? "" : ours.error().message.c_str(), shown.c_str());
            return 1;
        }
        ++(ours ? accepted : refused);
    }
    std::printf("%ld documents accepted and %ld refused, as nlohmann/json does\n", accepted, refused);
    return accepted > rounds / 4 && refused > rounds / 8 ? 0 : 1;
}
