#pragma once
// The datasources of a Grafana that dashboards are made for, as the user declared them.

#include <pitot/base/result.hpp>
#include <pitot/base/text.hpp>
#include <pitot/json/reader.hpp>

#include <functional>  // std::less<>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace pitot::dashboard {

/// Of name, uid and type an empty one is a text that nobody knows.
/// type        of the plugin: "prometheus", "loki", …
/// is_default  what panels ask that name no datasource
struct datasource {
    std::string name;
    std::string uid;
    std::string type;
    bool is_default = false;
};

/// Does who asks for datasources of one type take those of another?
/// source  Grafana 12, matchPluginId(); aliasIDs in the plugins' plugin.json
[[nodiscard]] inline bool takes_type(std::string_view asked, std::string_view type) noexcept
{
    static constexpr std::string_view same[][3] = {
        {"prometheus", "grafana-amazonprometheus-datasource", "grafana-azureprometheus-datasource"},
        {"postgres", "grafana-postgresql-datasource", ""},
        {"testdata", "grafana-testdata-datasource", ""},
        {"phlare", "grafana-pyroscope-datasource", ""},
    };
    const auto has = [](const auto& row, std::string_view one) {
        return one == row[0] || one == row[1] || (one == row[2] && !one.empty());
    };
    if (asked == type) return true;
    for (const auto& row : same)
        if (has(row, asked) && has(row, type)) return true;
    return false;
}

class datasources {
public:
    void add(datasource one)
    {
        learn(by_uid_, one.uid, one.type);
        learn(by_name_, one.name, one.type);
        if (one.is_default) {
            if (!default_type_) default_type_ = one.type;
            if (!takes_type(*default_type_, one.type)) default_type_->clear();
        }
        open_ = open_ || one.uid.empty() || one.name.empty();
        all_.push_back(std::move(one));
    }
    void add(datasources&& more)
    {
        for (datasource& one : more.all_) add(std::move(one));
    }

    [[nodiscard]] bool empty() const noexcept { return all_.empty(); }
    /// In the order in which they were added.
    [[nodiscard]] const std::vector<datasource>& all() const noexcept { return all_; }

    /// As Grafana looks: by uid, else by name.
    [[nodiscard]] bool has(std::string_view uid_or_name) const
    {
        return by_uid_.contains(uid_or_name) || by_name_.contains(uid_or_name);
    }
    /// May there be one with a uid or name that nobody knows?
    [[nodiscard]] bool is_open() const noexcept { return open_; }

    /// "" when nobody knows it, or two of that uid or name have different ones.
    [[nodiscard]] std::string_view type_of(std::string_view uid_or_name) const
    {
        for (const types* const known : {&by_uid_, &by_name_})
            if (const auto at = known->find(uid_or_name); at != known->end()) return at->second;
        return {};
    }
    /// The same of the default one; "" also when there is none.
    [[nodiscard]] std::string_view default_type() const noexcept
    {
        return default_type_ ? std::string_view(*default_type_) : std::string_view();
    }

private:
    using types = std::map<std::string, std::string, std::less<>>;

    static void learn(types& known, const std::string& key, const std::string& type)
    {
        if (key.empty()) return;
        const auto [at, fresh] = known.try_emplace(key, type);
        if (!fresh && !takes_type(at->second, type)) at->second.clear();
    }

    std::vector<datasource> all_;
    types by_uid_;
    types by_name_;
    std::optional<std::string> default_type_;
    bool open_ = false;
};

/// What Grafana's API answers to GET /api/datasources: [{"name", "uid", "type", "isDefault", …}, …].
/// error  of json::parse(); invalid_value or duplicate with its place
[[nodiscard]] inline result<datasources> read_datasources_json(std::string_view text)
{
    const auto document = json::parse(text);
    if (!document) return unexpected(document.error());
    const auto bad = [](json::value at, std::string why) {
        return unexpected(errc::invalid_value, std::move(why), at.span());
    };
    if (!document->duplicates().empty())
        return unexpected(errc::duplicate, "this key is given twice", document->duplicates().front().again);
    if (!document->root().is_array())
        return bad(document->root(), R"([{"name": …, "uid": …, "type": …}, …] is expected)");
    datasources out;
    for (const json::value one : document->root()) {
        if (!one.is_object()) return bad(one, R"(a datasource, {"name": …, "uid": …, "type": …}, is expected)");
        datasource made;
        for (const auto& [key, to] :
             {std::pair{"name", &made.name}, std::pair{"type", &made.type}, std::pair{"uid", &made.uid}}) {
            const json::value value = one[key];
            if (value && !value.is_string()) return bad(value, concat(key, " is a text"));
            *to = value.text();
            if (to->empty() && to != &made.uid) return bad(one, concat("this datasource has no ", key));
        }
        const json::value is_default = one["isDefault"];
        if (is_default && !is_default.is_bool()) return bad(is_default, "isDefault is true or false");
        made.is_default = is_default.as_bool().value_or(false);
        out.add(std::move(made));
    }
    return out;
}

}  // namespace pitot::dashboard
