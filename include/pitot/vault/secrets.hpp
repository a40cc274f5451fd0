#pragma once
// Secrets by reference: key-value engines of both versions, and everything else that answers with data.

#include <pitot/base/result.hpp>
#include <pitot/base/text.hpp>
#include <pitot/vault/client.hpp>
#include <pitot/vault/reference.hpp>

#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace pitot::vault {

/// Which key-value engine stands behind a path. `detect` asks Vault, and looks at what comes when it may not ask.
enum class kv_version : unsigned char { detect, one, two };

/// kind  of the JSON value
/// text  of a string, its characters; of everything else, its JSON as it came (numbers keep their digits)
struct field {
    std::string name;
    json::kind kind = json::kind::null;
    std::string text;
};

/// One answer's data. lease_id is empty for what does not expire.
struct secret {
    std::vector<field> fields;
    std::string lease_id;
    long lease = 0;  ///< seconds
    bool renewable = false;

    secret() = default;
    secret(secret&&) = default;
    secret& operator=(secret&&) = default;
    ~secret()
    {
        for (field& f : fields) wipe(f.text);
    }
    [[nodiscard]] const field* find(std::string_view name) const noexcept
    {
        for (const field& f : fields)
            if (f.name == name) return &f;
        return nullptr;
    }
};

/// Reads each secret once, so that the user and the password of a dynamic secret belong to each other.
class secrets {
public:
    /// mount  that relative paths are below
    explicit secrets(client& vault, std::string mount = "secret", kv_version kv = kv_version::detect)
        : vault_(vault), mount_(std::move(mount)), told_(kv), kv_(kv)
    {}

    /// What stands at a reference's path; valid until forget().
    /// error  not_found: nothing there, deleted (with the time) or destroyed; permission, with the path that a policy
    ///        must allow; those of client::ask
    [[nodiscard]] result<const secret*> get(const reference& at)
    {
        const std::string id = concat(at.absolute ? "/" : "", at.path, "?", std::to_string(at.version));
        if (const auto known = read_.find(id); known != read_.end()) return &known->second;
        auto fresh = at.absolute ? read_full(at) : read_below_mount(at);
        if (!fresh) return unexpected(std::move(fresh.error()));
        return &read_.emplace(id, std::move(*fresh)).first->second;
    }

    /// Reads what has no lease anew from now on; what has one would be made anew by Vault.
    void forget_static()
    {
        std::erase_if(read_, [](const auto& known) { return known.second.lease_id.empty(); });
    }
    /// Fetches the secret of that lease anew when it is wanted next.
    void forget_lease(std::string_view id)
    {
        std::erase_if(read_, [id](const auto& known) { return known.second.lease_id == id; });
    }
    /// Fetches everything with a lease anew: leases end with the token that they were made by.
    void forget_leases()
    {
        std::erase_if(read_, [](const auto& known) { return !known.second.lease_id.empty(); });
    }
    [[nodiscard]] const std::map<std::string, secret, std::less<>>& all() const noexcept { return read_; }

private:
    static std::string with_version(const std::string& path, unsigned version)
    {
        return version == 0 ? path : concat(path, "?version=", std::to_string(version));
    }

    static bool is_kv2(json::value data) noexcept
    {
        const json::value about = data["metadata"];
        return data.size() == 2 && (data["data"].is_object() || data["data"].is_null()) &&
               about["version"].is_number() && about["created_time"].is_string();
    }

    result<secret> read_full(const reference& at)
    {
        auto got = ask(at.path, at.version);
        if (!got) return unexpected(std::move(got.error()));
        const bool two = told_ == kv_version::two || (told_ == kv_version::detect && is_kv2(got->data()));
        return take(*got, at, two && got->root()["lease_id"].text().empty());  // what has a lease is no key-value
    }

    result<secret> read_below_mount(const reference& at)
    {
        if (kv_ == kv_version::detect) kv_ = ask_for_version();
        if (kv_ != kv_version::detect) {
            const bool two = kv_ == kv_version::two;
            auto got = ask(concat(mount_, two ? "/data/" : "/", at.path), two ? at.version : 0);
            if (!got) return unexpected(std::move(got.error()));
            return take(*got, at, two);
        }
        // Vault would not tell: what answers under data/ with metadata is version 2.
        auto second = ask(concat(mount_, "/data/", at.path), at.version);
        if (second && is_kv2(second->data())) {
            kv_ = kv_version::two;
            return take(*second, at, true);
        }
        const bool undecided = second || second.error().code == errc::permission ||
                               second.error().code == errc::not_found;
        if (!undecided) return unexpected(std::move(second.error()));
        auto first = ask(concat(mount_, "/", at.path), 0);
        if (!first) return unexpected(std::move(second ? first.error() : second.error()));
        kv_ = kv_version::one;
        return take(*first, at, false);
    }

    /// source  Vault, what `vault kv` asks first; any token may that can reach a path of the mount
    kv_version ask_for_version()
    {
        auto got = vault_.ask({.path = concat("sys/internal/ui/mounts/", percent_path(mount_)), .retry = false});
        if (!got || !got->success()) return kv_version::detect;
        const json::value data = got->data();
        if (data["type"].text() != "kv" && data["type"].text() != "generic") return kv_version::one;
        return data["options"]["version"].text() == "2" ? kv_version::two : kv_version::one;
    }

    result<answer> ask(const std::string& path, unsigned version)
    {
        auto got = vault_.ask({.path = with_version(percent_path(path), version)});
        if (!got || got->success()) return got;
        error why = vault_.refusal(*got, path);
        if (got->status() == 404) {  // a deleted version comes with its metadata
            const json::value about = got->data()["metadata"];
            if (about["destroyed"].as_bool().value_or(false))
                why.message = concat(path, ": version ", about["version"].raw(), " was destroyed");
            else if (!about["deletion_time"].text().empty())
                why.message = concat(path, ": version ", about["version"].raw(), " was deleted at ",
                                     about["deletion_time"].text());
        }
        if (why.code == errc::permission)
            why.message = concat(why.message, "; the token's policy must allow \"read\" on ", path);
        return unexpected(std::move(why));
    }

    static result<secret> take(const answer& from, const reference& at, bool two)
    {
        const json::value data = two ? from.data()["data"] : from.data();
        if (!data.is_object())
            return unexpected(errc::not_found,
                              concat(to_text(at), ": there is no data", two ? " in this version" : ""));
        secret out;
        out.lease_id = from.root()["lease_id"].text();
        out.lease = static_cast<long>(from.root()["lease_duration"].as_int().value_or(0));
        out.renewable = from.root()["renewable"].as_bool().value_or(false);
        for (const json::value v : data)
            out.fields.push_back(
                {std::string(v.key().text()), v.type(), std::string(v.is_string() ? v.text() : v.raw())});
        return out;
    }

    client& vault_;
    std::string mount_;
    const kv_version told_;
    kv_version kv_;  ///< of the mount, once it is known
    std::map<std::string, secret, std::less<>> read_;
};

}  // namespace pitot::vault
