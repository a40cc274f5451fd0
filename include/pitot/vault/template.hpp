#pragma once
// Text with secrets in it: "redis://:{{redis-1#password | urlencode}}@redis:6379", and what stands in variables:
// "vault:secret/data/redis-1#password", "…${vault:secret/data/redis-1#password}…".

#include <pitot/base/result.hpp>
#include <pitot/base/span.hpp>
#include <pitot/base/text.hpp>
#include <pitot/vault/filter.hpp>
#include <pitot/vault/reference.hpp>
#include <pitot/vault/secrets.hpp>

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace pitot::vault {

/// Literal text, or one secret and its filters in order.
/// where  in the template
struct piece {
    std::string literal = {};
    reference secret = {};
    std::vector<const filter*> filters = {};
    text_span where = {};
    [[nodiscard]] bool is_secret() const noexcept { return !secret.path.empty(); }
};

using text_template = std::vector<piece>;

[[nodiscard]] inline bool has_secrets(const text_template& in) noexcept
{
    for (const piece& p : in)
        if (p.is_secret()) return true;
    return false;
}

namespace detail {

/// PATH#KEY [| FILTER]…
[[nodiscard]] inline result<piece> parse_piece(std::string_view inside, text_span where)
{
    piece out;
    out.where = where;
    std::size_t bar = inside.find('|');
    auto at = parse_reference(trimmed(inside.substr(0, bar)));
    if (!at) return unexpected(at.error().code, at.error().message, where);
    out.secret = std::move(*at);
    if (out.secret.key.empty())
        return unexpected(errc::invalid_value,
                          concat("'", trimmed(inside), "': #KEY says which value of the secret is meant"), where);
    while (bar != std::string_view::npos) {
        const std::size_t next = inside.find('|', bar + 1);
        const std::string_view name = trimmed(inside.substr(bar + 1, next - bar - 1));
        const filter* const f = find_filter(name);
        if (f == nullptr) {
            std::string known;
            for (const filter& k : filters) known = concat(known, known.empty() ? "" : ", ", k.name);
            return unexpected(errc::invalid_value, concat("'", name, "' is no filter; there are ", known), where);
        }
        out.filters.push_back(f);
        bar = next;
    }
    return out;
}

[[nodiscard]] inline result<text_template> parse_between(std::string_view text, std::string_view open,
                                                         std::string_view close, std::string_view prefix)
{
    text_template out;
    for (std::size_t at = 0; at < text.size();) {
        const std::size_t first = text.find(open, at);
        if (first != at) {
            piece literal;
            literal.literal = text.substr(at, first - at);
            literal.where = {at, literal.literal.size()};
            out.push_back(std::move(literal));
            if (first == std::string_view::npos) break;
        }
        const std::size_t inside = first + open.size();
        const std::size_t last = text.find(close, inside);
        if (last == std::string_view::npos)
            return unexpected(errc::syntax, concat("'", open, "' is not closed by '", close, "'"),
                              text_span{first, text.size() - first});
        const text_span where{first, last + close.size() - first};
        auto parsed = parse_piece(concat(prefix, text.substr(inside, last - inside)), where);
        if (!parsed) return unexpected(std::move(parsed.error()));
        out.push_back(std::move(*parsed));
        at = where.end();
    }
    return out;
}

}  // namespace detail

/// A template of the command line or the configuration.
/// error  syntax for {{ without }}; those of parse_reference, and an unknown filter, with their span
[[nodiscard]] inline result<text_template> parse_template(std::string_view text)
{
    return detail::parse_between(text, "{{", "}}", "");
}

/// The value of an inherited variable: all of it when it begins with "vault:", else what stands in ${vault:…}.
/// Text without either is one literal.
[[nodiscard]] inline result<text_template> parse_inherited(std::string_view text)
{
    if (text.substr(0, 6) != "vault:") return detail::parse_between(text, "${vault:", "}", "vault:");
    auto whole = detail::parse_piece(text, {0, text.size()});
    if (!whole) return unexpected(std::move(whole.error()));
    text_template out;
    out.push_back(std::move(*whole));
    return out;
}

/// A secret's value as text.
/// json_first   the first filter is json: objects and lists are let through
/// allow_empty  an empty string is a value
/// error        not_found: no such key (the keys that are there are named), null, or an empty string; type_conflict for
///              an object or a list
[[nodiscard]] inline result<std::string> value_of(const secret& from, const reference& at, bool json_first,
                                                  bool allow_empty)
{
    const field* const f = from.find(at.key);
    if (f == nullptr) {
        std::string keys;
        for (const field& k : from.fields) keys = concat(keys, keys.empty() ? "" : ", ", k.name);
        return unexpected(errc::not_found, concat(to_text(at), ": the secret has no such key; it has ",
                                                  keys.empty() ? std::string_view("none") : std::string_view(keys)));
    }
    switch (f->kind) {
    case json::kind::null: return unexpected(errc::not_found, concat(to_text(at), ": the value is null"));
    case json::kind::array:
    case json::kind::object:
        if (!json_first)
            return unexpected(errc::type_conflict,
                              concat(to_text(at), ": the value is an object or a list; the filter json passes it on"));
        break;
    case json::kind::string:
        if (f->text.empty() && !allow_empty)
            return unexpected(errc::not_found, concat(to_text(at), ": the value is empty; --allow-empty accepts that"));
        break;
    case json::kind::boolean:
    case json::kind::number: break;
    }
    return f->text;
}

/// The text with every secret in its place.
/// error  those of secrets::get and value_of, and a filter's, naming the reference
[[nodiscard]] inline result<std::string> expand(const text_template& what, secrets& from, bool allow_empty)
{
    std::string out;
    for (const piece& p : what) {
        if (!p.is_secret()) {
            out += p.literal;
            continue;
        }
        const auto got = from.get(p.secret);
        if (!got) return unexpected(got.error());
        const bool json_first = !p.filters.empty() && p.filters.front()->name == "json";
        auto value = value_of(**got, p.secret, json_first, allow_empty);
        if (!value) return value;
        const field& f = *(*got)->find(p.secret.key);
        const bool is_json = f.kind != json::kind::string;  // and stands there as JSON already
        for (std::size_t i = is_json && json_first ? 1 : 0; i < p.filters.size(); ++i) {
            auto next = p.filters[i]->apply(*value);
            wipe(*value);
            if (!next)
                return unexpected(next.error().code,
                                  concat(to_text(p.secret), " | ", p.filters[i]->name, ": ", next.error().message));
            value = std::move(next);
        }
        out += *value;
        wipe(*value);
    }
    return out;
}

}  // namespace pitot::vault
