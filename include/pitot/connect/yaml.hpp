#pragma once
// Configuration files in YAML: every value knows its place, duplicate and unknown keys are refused. The only place
// that includes yaml-cpp.

#include <pitot/base/duration.hpp>
#include <pitot/base/nearest.hpp>
#include <pitot/base/result.hpp>
#include <pitot/base/text.hpp>
#include <pitot/base/utf8.hpp>

#include <yaml-cpp/depthguard.h>    // YAML::DeepRecursion
#include <yaml-cpp/eventhandler.h>  // counting documents
#include <yaml-cpp/yaml.h>          // the parser; gives start marks only and lets duplicate keys through

#include <algorithm>  // std::min
#include <cerrno>
#include <charconv>  // std::from_chars
#include <concepts>
#include <cstddef>
#include <cstdio>  // std::fopen
#include <initializer_list>
#include <limits>
#include <memory>
#include <optional>
#include <sstream>  // what YAML::Parser reads from
#include <string>
#include <string_view>
#include <system_error>  // std::generic_category
#include <utility>
#include <vector>

namespace pitot::yaml {

inline constexpr std::size_t max_bytes = std::size_t{4} << 20U;  ///< of one file
inline constexpr std::size_t max_depth = 64;
inline constexpr std::size_t max_values = 200'000;  ///< in one file, aliases followed

enum class kind : unsigned char { null, scalar, list, map };

/// one    a second document is an error
/// first  what follows the first document is not looked at
enum class documents : unsigned char { one, first };

namespace detail {
template <class T>
inline constexpr bool is_vector = false;
template <class T>
inline constexpr bool is_vector<std::vector<T>> = true;

/// Notes where documents begin and looks at nothing else.
class document_starts final : public YAML::EventHandler {
public:
    std::vector<YAML::Mark> at;

    void OnDocumentStart(const YAML::Mark& mark) override { at.push_back(mark); }
    void OnDocumentEnd() override {}
    void OnNull(const YAML::Mark&, YAML::anchor_t) override {}
    void OnAlias(const YAML::Mark&, YAML::anchor_t) override {}
    void OnScalar(const YAML::Mark&, const std::string&, YAML::anchor_t, const std::string&) override {}
    void OnSequenceStart(const YAML::Mark&, const std::string&, YAML::anchor_t, YAML::EmitterStyle::value) override {}
    void OnSequenceEnd() override {}
    void OnMapStart(const YAML::Mark&, const std::string&, YAML::anchor_t, YAML::EmitterStyle::value) override {}
    void OnMapEnd() override {}
};
}  // namespace detail

/// One value of a document, which it keeps alive. Every error's message begins with FILE:LINE:COLUMN and says what is
/// allowed; its span is the place in the text.
class node {
public:
    [[nodiscard]] yaml::kind kind() const
    {
        switch (value_.Type()) {
        case YAML::NodeType::Scalar: return yaml::kind::scalar;
        case YAML::NodeType::Sequence: return yaml::kind::list;
        case YAML::NodeType::Map: return yaml::kind::map;
        default: return yaml::kind::null;
        }
    }
    [[nodiscard]] bool is_null() const { return kind() == yaml::kind::null; }

    /// Is it a single value without quotes and tags, which YAML gives a type?
    [[nodiscard]] bool is_plain() const { return kind() == yaml::kind::scalar && value_.Tag() == "?"; }
    /// The tag that is written in front of it, as "tag:yaml.org,2002:float".
    [[nodiscard]] const std::string& tag() const { return value_.Tag(); }

    /// Where the value begins.
    [[nodiscard]] text_span span() const
    {
        return {offset_, kind() == yaml::kind::scalar ? value_.Scalar().size() : 1};
    }
    /// "FILE:LINE:COLUMN"
    [[nodiscard]] std::string place() const { return place_of(*source_, offset_); }
    [[nodiscard]] const std::string& file() const { return source_->file; }

    /// An error at this value; message without a full stop.
    [[nodiscard]] unexpected<error> refuse(errc code, std::string_view message) const
    {
        return unexpected(code, concat(place(), ": ", message), span());
    }

    /// Refuses every key that is not listed, and what is no map (nothing at all is an empty map).
    [[nodiscard]] result<void> only_keys(std::initializer_list<std::string_view> allowed) const
    {
        return only_keys(std::vector<std::string_view>(allowed));
    }
    [[nodiscard]] result<void> only_keys(const std::vector<std::string_view>& allowed) const
    {
        if (is_null()) return {};
        if (kind() != yaml::kind::map)
            return refuse(errc::invalid_value, concat("a map is expected here, not ", what()));
        for (const auto& entry : value_) {
            const std::string& key = entry.first.Scalar();
            bool known = false;
            for (const std::string_view a : allowed) known = known || a == key;
            if (known) continue;
            const std::string_view near = nearest(key, allowed);
            std::string message = concat("unknown key '", key, "'");
            if (!near.empty()) {
                message += concat("; did you mean '", near, "'?");
            } else {
                message += "; allowed here:";
                for (const std::string_view a : allowed) message += concat(" ", a);
            }
            return at_key(entry.first).refuse(errc::invalid_name, message);
        }
        return {};
    }

    /// The value of a key of a map; nothing when the key is missing (or this is no map), a null value when it is empty.
    [[nodiscard]] std::optional<node> find(std::string_view key) const
    {
        if (kind() != yaml::kind::map) return std::nullopt;
        for (const auto& entry : value_)
            if (entry.first.Scalar() == key) return child(entry.second, entry.first);
        return std::nullopt;
    }

    /// The items of a list, in order; of null none.
    [[nodiscard]] result<std::vector<node>> items() const
    {
        std::vector<node> all;
        if (is_null()) return all;
        if (kind() != yaml::kind::list)
            return refuse(errc::invalid_value, concat("a list is expected here, not ", what()));
        for (const auto& item : value_) all.push_back(child(item, value_));
        return all;
    }

    struct member;
    /// The keys and values of a map, in the order of the file; of null none.
    [[nodiscard]] result<std::vector<member>> members() const;

    /// The value as T: bool, an integer or floating-point type, std::string, duration_ms, or a std::vector of those (a
    /// single value stands for a list of one).
    template <class T>
    [[nodiscard]] result<T> as() const
    {
        if constexpr (detail::is_vector<T>)
            return list<typename T::value_type>();
        else if constexpr (std::same_as<T, bool>)
            return boolean();
        else if constexpr (std::same_as<T, std::string>)
            return text();
        else if constexpr (std::same_as<T, duration_ms>)
            return duration();
        else
            return number<T>();
    }

    /// The value of a key as T, or what stands when the key is missing or its value empty.
    template <class T>
    [[nodiscard]] result<T> get(std::string_view key, T otherwise) const
    {
        const std::optional<node> value = find(key);
        if (!value || value->is_null()) return otherwise;
        return value->as<T>();
    }

private:
    struct source {
        std::string file;
        std::string text;
    };

    friend result<node> read(std::string text, std::string file, documents wanted);

    node(std::shared_ptr<const source> from, const YAML::Node& value, std::size_t offset)
        : source_(std::move(from)), value_(value), offset_(offset)
    {}

    static std::string place_of(const source& from, std::size_t offset)
    {
        const text_position at = position_of(from.text, offset);
        return concat(from.file, ":", std::to_string(at.line), ":", std::to_string(at.column));
    }

    /// A value without a mark of its own (an empty one) stands where its key does.
    [[nodiscard]] node child(const YAML::Node& value, const YAML::Node& key) const
    {
        const YAML::Mark own = value.Mark();
        const bool marked = own.pos >= 0 && !value.IsNull();
        const YAML::Mark at = marked ? own : key.Mark();
        return {source_, value, at.pos >= 0 ? static_cast<std::size_t>(at.pos) : offset_};
    }
    [[nodiscard]] node at_key(const YAML::Node& key) const { return child(key, key); }

    [[nodiscard]] std::string_view what() const
    {
        switch (kind()) {
        case yaml::kind::null: return "nothing";
        case yaml::kind::scalar: return "a single value";
        case yaml::kind::list: return "a list";
        case yaml::kind::map: return "a map";
        }
        return "nothing";
    }

    [[nodiscard]] result<std::string> text() const
    {
        if (kind() != yaml::kind::scalar)
            return refuse(errc::invalid_value, concat("a text is expected here, not ", what()));
        return value_.Scalar();
    }

    [[nodiscard]] result<bool> boolean() const
    {
        const bool plain = kind() == yaml::kind::scalar && value_.Tag() != "!";  // "!" marks a quoted one
        if (plain && (value_.Scalar() == "true" || value_.Scalar() == "false")) return value_.Scalar() == "true";
        return refuse(errc::invalid_value, "true or false is expected here");
    }

    [[nodiscard]] result<duration_ms> duration() const
    {
        result<std::string> written = text();
        if (!written) return unexpected(std::move(written.error()));
        result<duration_ms> read = parse_duration(*written);
        if (!read) return refuse(read.error().code, read.error().message);
        return read;
    }

    template <class T>
    [[nodiscard]] result<T> number() const
    {
        static_assert(std::integral<T> || std::floating_point<T>,
                      "bool, numbers, std::string, duration_ms or a vector of those");
        result<std::string> written = text();
        if (!written) return unexpected(std::move(written.error()));
        T value{};
        const char* const last = written->data() + written->size();
        const auto [end, problem] = std::from_chars(written->data(), last, value);
        if (problem == std::errc::result_out_of_range || (end == last && problem != std::errc{}))
            return refuse(errc::out_of_range, concat("'", *written, "' is out of range", range<T>()));
        if (problem != std::errc{} || end != last)
            return refuse(errc::invalid_value, concat("'", *written, "' is not ",
                                                      std::integral<T> ? "a whole number" : "a number", range<T>()));
        return value;
    }

    template <class T>
    static std::string range()
    {
        if constexpr (!std::integral<T>)
            return {};
        else
            return concat(" from ", std::to_string(std::numeric_limits<T>::min()), " to ",
                          std::to_string(std::numeric_limits<T>::max()));
    }

    template <class T>
    [[nodiscard]] result<std::vector<T>> list() const
    {
        std::vector<T> all;
        if (kind() == yaml::kind::scalar) {
            result<T> one = as<T>();
            if (!one) return unexpected(std::move(one.error()));
            all.push_back(std::move(*one));
            return all;
        }
        result<std::vector<node>> parts = items();
        if (!parts) return unexpected(std::move(parts.error()));
        for (const node& part : *parts) {
            result<T> one = part.as<T>();
            if (!one) return unexpected(std::move(one.error()));
            all.push_back(std::move(*one));
        }
        return all;
    }

    /// Looks for duplicate keys, keys that are no texts, and documents that grow by their aliases.
    [[nodiscard]] result<void> check(std::size_t& left, std::size_t depth = 0) const
    {
        if (depth == max_depth)
            return refuse(errc::too_deep, "nested deeper than 64 (or an alias that contains itself)");
        if (left == 0)
            return refuse(errc::too_many,
                          concat("more than ", std::to_string(max_values), " values, aliases followed"));
        --left;
        if (kind() == yaml::kind::list) {
            for (const auto& item : value_)
                if (result<void> good = child(item, value_).check(left, depth + 1); !good) return good;
        } else if (kind() == yaml::kind::map) {
            std::vector<std::pair<std::string, std::size_t>> seen;
            for (const auto& entry : value_) {
                const node key = at_key(entry.first);
                if (key.kind() != yaml::kind::scalar) return key.refuse(errc::invalid_name, "a key must be a text");
                const std::string& name = entry.first.Scalar();
                for (const auto& [other, offset] : seen)
                    if (other == name)
                        return key.refuse(errc::duplicate, concat("key '", name, "' is given twice; first at ",
                                                                  place_of(*source_, offset)));
                if (seen.size() < 1000)
                    seen.emplace_back(name, key.offset_);
                else
                    return key.refuse(errc::too_many, "more than 1000 keys in one map");
                if (result<void> good = child(entry.second, entry.first).check(left, depth + 1); !good) return good;
            }
        }
        return {};
    }

    /// Puts what `<<: *other` names into each map; keys of the map itself go before.
    [[nodiscard]] result<void> merge()
    {
        if (kind() == yaml::kind::list) {
            for (const auto& item : value_)
                if (result<void> good = child(item, value_).merge(); !good) return good;
            return {};
        }
        if (kind() != yaml::kind::map) return {};
        std::vector<node> from;
        for (const auto& entry : value_) {
            node value = child(entry.second, entry.first);
            if (result<void> good = value.merge(); !good) return good;
            if (entry.first.Scalar() != merge_key || entry.first.Tag() == "!") continue;
            if (value.kind() == yaml::kind::list)
                from = *value.items();
            else
                from.push_back(value);
        }
        if (from.empty()) return {};
        for (const node& one : from)
            if (one.kind() != yaml::kind::map)
                return one.refuse(errc::invalid_value, "<< takes a map or a list of maps");
        value_.remove(std::string(merge_key));
        for (const node& one : from)
            for (const auto& entry : one.value_)
                if (!find(entry.first.Scalar())) value_.force_insert(entry.first, entry.second);
        return {};
    }
    static constexpr std::string_view merge_key = "<<";

    std::shared_ptr<const source> source_;
    YAML::Node value_;
    std::size_t offset_ = 0;
};

struct node::member {
    std::string name;
    node key;
    node value;
};

inline result<std::vector<node::member>> node::members() const
{
    std::vector<member> all;
    if (is_null()) return all;
    if (kind() != yaml::kind::map) return refuse(errc::invalid_value, concat("a map is expected here, not ", what()));
    for (const auto& e : value_) all.push_back({e.first.Scalar(), at_key(e.first), child(e.second, e.first)});
    return all;
}

/// Reads one document. An empty one is a null value. Merge keys (<<) are carried out.
/// text   UTF-8, with or without a byte order mark; at most max_bytes
/// file   its name in messages
/// error  syntax, invalid_utf8, duplicate (a key given twice), too_large, too_many, too_deep
[[nodiscard]] inline result<node> read(std::string text, std::string file, documents wanted = documents::one)
{
    if (text.size() > max_bytes) return unexpected(errc::too_large, concat(file, ": larger than 4 MiB"));
    if (text.starts_with("\xEF\xBB\xBF")) text.erase(0, 3);
    const auto from = std::make_shared<const node::source>(node::source{std::move(file), std::move(text)});
    const auto fail = [&](errc code, std::size_t offset, std::string_view why) {
        offset = std::min(offset, from->text.size());  // yaml-cpp may see an error behind the end
        return unexpected(code, concat(node::place_of(*from, offset), ": ", why), text_span{offset, 0});
    };
    if (!is_utf8(from->text)) return unexpected(errc::invalid_utf8, concat(from->file, ": not UTF-8"));
    if (const std::size_t nul = from->text.find('\0'); nul != std::string::npos)
        return fail(errc::syntax, nul, "a NUL byte");
    detail::document_starts starts;
    const auto more_follow = [&] {
        return starts.at.size() == 2 && starts.at[1].pos >= 0 &&
               std::string_view(from->text)
                   .substr(std::min(static_cast<std::size_t>(starts.at[1].pos), from->text.size()))
                   .starts_with("---");
    };
    try {
        // Not LoadAll(): on a stray comma or bracket it makes documents until memory ends.
        std::istringstream in(from->text);
        YAML::Parser parser(in);
        try {
            while (starts.at.size() < 2 && parser.HandleNextDocument(starts)) {}
        } catch (const YAML::Exception&) {
            if (wanted == documents::one || !more_follow()) throw;
        }
        if (starts.at.size() == 2 && !(wanted == documents::first && more_follow())) {
            const std::size_t second = starts.at[1].pos < 0 ? 0 : static_cast<std::size_t>(starts.at[1].pos);
            if (more_follow()) return fail(errc::too_many, second, "one document is expected, not several");
            return fail(errc::syntax, second, "this belongs to nothing: is a bracket, a comma or an indent wrong?");
        }
        node root(from, YAML::Load(from->text), 0);
        std::size_t left = max_values;
        if (result<void> good = root.check(left); !good) return unexpected(std::move(good.error()));
        if (result<void> good = root.merge(); !good) return unexpected(std::move(good.error()));
        return root;
    } catch (const YAML::DeepRecursion& e) {
        return fail(errc::too_deep, e.mark.pos < 0 ? 0 : static_cast<std::size_t>(e.mark.pos), "nested too deep");
    } catch (const YAML::Exception& e) {
        return fail(errc::syntax, e.mark.pos < 0 ? 0 : static_cast<std::size_t>(e.mark.pos), e.msg);
    }
}

/// Reads a file.
/// error  not_found, permission or io besides those of read()
[[nodiscard]] inline result<node> read_file(const std::string& path, documents wanted = documents::one)
{
    errno = 0;
    const std::unique_ptr<std::FILE, int (*)(std::FILE*)> file(std::fopen(path.c_str(), "rb"), &std::fclose);
    const auto fail = [&](int code) {
        const errc kind = code == ENOENT ? errc::not_found : code == EACCES ? errc::permission : errc::io;
        return unexpected(kind, concat(path, ": ", std::generic_category().message(code)));
    };
    if (!file) return fail(errno);
    std::string text;
    char buffer[16384];
    while (text.size() <= max_bytes) {
        const std::size_t got = std::fread(buffer, 1, sizeof buffer, file.get());
        text.append(buffer, got);
        if (got == sizeof buffer) continue;
        if (std::ferror(file.get()) != 0) return fail(errno);
        break;
    }
    return read(std::move(text), path, wanted);
}

}  // namespace pitot::yaml
