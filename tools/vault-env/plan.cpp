#include <vault-env/plan.hpp>

#include <vault-env/presets.hpp>

#include <pitot/base/nearest.hpp>
#include <pitot/base/text.hpp>

#include <algorithm>
#include <csignal>
#include <cstdlib>
#include <utility>

namespace pitot::tools::vault_env {

namespace {

using environment = std::vector<std::string>;

std::string_view value_of(std::string_view entry)
{
    const std::size_t sign = entry.find('=');
    return sign == std::string_view::npos ? std::string_view() : entry.substr(sign + 1);
}

/// "*" stands for any characters.
bool matches(std::string_view pattern, std::string_view text)
{
    std::size_t star = std::string_view::npos;
    std::size_t back = 0;
    std::size_t p = 0;
    for (std::size_t t = 0; t < text.size();) {
        if (p < pattern.size() && pattern[p] == '*') {
            star = p++;
            back = t;
        } else if (p < pattern.size() && pattern[p] == text[t]) {
            ++p;
            ++t;
        } else if (star != std::string_view::npos) {
            p = star + 1;
            t = ++back;
        } else {
            return false;
        }
    }
    while (p < pattern.size() && pattern[p] == '*') ++p;
    return p == pattern.size();
}

bool matches_any(const std::vector<std::string>& patterns, std::string_view name)
{
    return std::any_of(patterns.begin(), patterns.end(), [&](const std::string& p) { return matches(p, name); });
}

bool is_vaults_own(std::string_view name)
{
    for (const std::string_view prefix : {"VAULT_", "BAO_"})
        if (name.substr(0, prefix.size()) == prefix)
            for (const std::string_view known : vault::variables)
                if (name.substr(prefix.size()) == known) return true;
    return false;
}

result<void> check_name(std::string_view name, std::string_view asked)
{
    if (name.empty()) return unexpected(errc::invalid_value, concat(asked, ": a variable needs a name: NAME=PATH#KEY"));
    if (name.find('=') != std::string_view::npos || name.find('\0') != std::string_view::npos)
        return unexpected(errc::invalid_value, concat(asked, ": '", name, "' cannot be a variable's name"));
    return {};
}

/// PATH#KEY, or text with {{PATH#KEY}} in it.
result<vault::text_template> parse_value(std::string_view text, std::string_view asked)
{
    const bool is_template = text.find("{{") != std::string_view::npos;
    auto parsed = is_template ? vault::parse_template(text) : vault::parse_template(concat("{{", text, "}}"));
    if (!parsed) return unexpected(errc::invalid_value, concat(asked, ": ", parsed.error().message));
    return parsed;
}

class maker {
public:
    maker(const arguments& given, const char* const* inherited) : given_(given)
    {
        for (const char* const* at = inherited; *at != nullptr; ++at) all_.emplace_back(*at);
    }

    result<plan> make()
    {
        using step = result<void> (maker::*)();
        for (const step s : {&maker::server, &maker::login, &maker::limits, &maker::inherit, &maker::secrets,
                             &maker::preset_of, &maker::variables, &maker::conditions, &maker::files, &maker::command})
            if (auto done = (this->*s)(); !done) return unexpected(std::move(done.error()));
        return std::move(plan_);
    }

private:
    [[nodiscard]] const char* variable_of(std::string_view name) const
    {
        const char* found = nullptr;
        for (const std::string& entry : all_)
            if (name_of(entry) == name && entry.size() > name.size()) found = entry.c_str() + name.size() + 1;
        return found;
    }
    /// VAULT_X or BAO_X, when it is not empty.
    [[nodiscard]] std::string own_variable(std::string_view name) const
    {
        for (const std::string_view prefix : {"BAO_", "VAULT_"})
            if (const char* const value = variable_of(concat(prefix, name)); value != nullptr && *value != '\0')
                return value;
        return {};
    }

    static result<void> bad(std::string text) { return unexpected(errc::invalid_value, std::move(text)); }

    void take(std::string_view flag, std::string& to) const
    {
        if (given_.has(flag)) to = given_.get(flag);
    }

    result<void> server()
    {
        auto read = vault::read_environment([this](const char* name) { return variable_of(name); });
        if (!read) return unexpected(std::move(read.error()));
        plan_.server = std::move(*read);
        http::tls_options& tls = plan_.server.http.tls;
        take("address", plan_.server.address);
        take("namespace", plan_.server.space);
        take("ca-file", tls.ca.file);
        take("ca-folder", tls.ca_folder);
        take("client-cert", tls.certificate.file);
        take("client-key", tls.key.file);
        take("tls-server-name", tls.server_name);
        if (given_.has("tls-skip-verify")) tls.insecure_skip_verify = true;
        plan_.server.redirect_hosts = given_.all("redirect-host");
        if (tls.certificate.empty() != tls.key.empty())
            return bad("a client certificate and its key belong together: one of them is missing");
        if (!http::is_url(plan_.server.address))
            return bad(concat("the address '", http::without_credentials(plan_.server.address),
                              "' is none: http://…, https://… or unix:PATH"));
        if (plan_.server.address.substr(0, 8) == "https://") {
            const auto probed = vault::find_authorities(tls, [this](const char* name) { return variable_of(name); });
            if (!probed.empty()) {
                std::string text = "no authorities are trusted: give --ca-file; looked for";
                for (const std::string& path : probed) text += concat(" ", path);
                return unexpected(errc::tls, std::move(text));
            }
        }
        return {};
    }

    /// By flag, else by what is there: an AppRole folder, ids, a token, a token's file, a role in Kubernetes.
    result<void> login()
    {
        vault::login& to = plan_.login;
        const auto source = [&](std::string_view flag, std::string_view variable) {
            http::text_source from;
            if (given_.has(flag))
                from.file = given_.get(flag);
            else
                from.value = own_variable(variable);
            return from;
        };
        to.role_id = source("role-id-file", "ROLE_ID");
        to.secret_id = source("secret-id-file", "SECRET_ID");
        if (const std::string text = own_variable("WRAPPED_SECRET_ID");
            !text.empty() || given_.has("wrapped-secret-id-file")) {
            to.secret_id = source("wrapped-secret-id-file", "WRAPPED_SECRET_ID");
            to.wrapped = true;
        }
        std::string folder = own_variable("APPROLE_DIR");
        take("approle-dir", folder);
        if (!folder.empty() && (given_.has("approle-dir") || vault::detail::exists(folder))) {
            if (to.role_id.empty()) to.role_id.file = concat(folder, "/role-id");
            if (to.secret_id.empty()) to.secret_id.file = concat(folder, "/secret-id");
        }
        to.token = source("token-file", "TOKEN");
        if (to.token.empty()) to.token.file = own_variable("TOKEN_FILE");
        if (auto wrapping = source("wrapped-token-file", "WRAPPED_TOKEN"); !wrapping.empty()) {
            to.token = std::move(wrapping);
            to.wrapped_token = true;
        }
        to.look_up = given_.has("supervise");
        if (const char* const home = variable_of("HOME"); to.token.empty() && home != nullptr && *home != '\0') {
            const std::string file = concat(home, "/.vault-token");
            if (vault::detail::exists(file)) to.token.file = file;
        }
        to.jwt.file = given_.get("jwt-file");
        to.user = given_.get("user");
        to.password.file = given_.get("password-file");
        to.role = given_.get("role");
        to.mount = given_.get("auth-mount");

        if (!given_.has("auth")) {
            to.how = !to.role_id.empty()    ? vault::method::approle
                     : !to.user.empty()     ? vault::method::userpass
                     : !to.token.empty()    ? vault::method::token
                     : !to.jwt.file.empty() ? vault::method::jwt
                     : !to.role.empty() && vault::detail::exists(std::string(vault::service_account_file))
                         ? vault::method::kubernetes
                     : !plan_.server.http.tls.certificate.empty() ? vault::method::cert
                                                                  : vault::method::token;
            return {};
        }
        const std::string name = given_.get("auth");
        std::vector<std::string_view> known;
        for (const vault::method_row& row : vault::methods) {
            known.push_back(row.name);
            if (row.name != name) continue;
            to.how = row.how;
            return {};
        }
        const std::string_view near = nearest(name, known);
        return bad(concat("--auth ", name, ": there is no such method",
                          near.empty() ? "" : concat("; did you mean ", near, "?")));
    }

    result<void> limits()
    {
        take("mount", plan_.mount);
        while (!plan_.mount.empty() && plan_.mount.back() == '/') plan_.mount.pop_back();
        while (!plan_.mount.empty() && plan_.mount.front() == '/') plan_.mount.erase(0, 1);
        if (plan_.mount.empty()) return bad("--mount must not be empty");
        const std::string kv = given_.get("kv");
        if (kv == "1")
            plan_.kv = vault::kv_version::one;
        else if (kv == "2")
            plan_.kv = vault::kv_version::two;
        else if (kv != "auto")
            return bad(concat("--kv ", kv, ": auto, 1 and 2 are known"));
        const auto timeout = parse_duration(given_.get("timeout"));
        if (!timeout || timeout->count == 0)
            return bad(concat("--timeout '", given_.get("timeout"), "' is no time; 60s is one"));
        plan_.timeout = *timeout;
        plan_.wait = !given_.has("no-wait");
        plan_.supervise = given_.has("supervise");
        for (const auto& [flag, to] : {std::pair{"interval", &plan_.interval}, std::pair{"grace", &plan_.grace}}) {
            const auto time = parse_duration(given_.get(flag));
            if (!time || time->count == 0)
                return bad(concat("--", flag, " '", given_.get(flag), "' is no time; 30s is one"));
            *to = *time;
        }
        plan_.on_change = given_.get("on-change");
        if (auto done = change(); !done) return done;
        plan_.metrics_address = given_.get("metrics");
        if (!plan_.metrics_address.empty() && !plan_.supervise)
            return bad("--metrics needs --supervise: without it vault-env is gone when the command runs");
        plan_.allow_empty = given_.has("allow-empty");
        plan_.prefix = given_.get("prefix");
        plan_.upper = given_.has("upper");
        return {};
    }

    result<void> change()
    {
        constexpr std::pair<std::string_view, int> signals[] = {
            {"HUP", SIGHUP},   {"INT", SIGINT},   {"TERM", SIGTERM},  {"USR1", SIGUSR1},
            {"USR2", SIGUSR2}, {"QUIT", SIGQUIT}, {"WINCH", SIGWINCH}};
        if (plan_.on_change == "restart" || plan_.on_change == "files") return {};
        if (plan_.on_change.substr(0, 7) == "signal:")
            for (const auto& [name, number] : signals)
                if (plan_.on_change.substr(7) == name) plan_.change_signal = number;
        if (plan_.change_signal == 0)
            return bad(concat("--on-change ", plan_.on_change,
                              ": restart, files and signal:HUP (INT, TERM, USR1, USR2, QUIT, WINCH) are known"));
        return {};
    }

    /// What the child inherits, and the references that stand in it.
    result<void> inherit()
    {
        const std::vector<std::string> keep = given_.all("keep-env");
        const std::vector<std::string> drop = given_.all("drop-env");
        for (const std::string& entry : all_) {
            const std::string name(name_of(entry));
            if (is_vaults_own(name) && !given_.has("keep-vault-env")) continue;
            if (!keep.empty() && !matches_any(keep, name)) continue;
            if (matches_any(drop, name)) continue;
            // Of a name that stands twice programs see the one or the other: the last is kept.
            std::erase_if(plan_.inherited, [&](const std::string& other) { return name_of(other) == name; });
            auto parsed = vault::parse_inherited(value_of(entry));
            if (!parsed)
                return unexpected(errc::invalid_value, concat("the inherited ", name, ": ", parsed.error().message));
            if (vault::has_secrets(*parsed))
                plan_.variables.push_back({name, std::move(*parsed), concat("the inherited ", name), false, {}});
            else
                plan_.inherited.push_back(entry);
        }
        return {};
    }

    result<void> secrets()
    {
        for (const std::string& path : given_.all("secret")) {
            auto at = vault::parse_reference(path);
            if (!at) return unexpected(at.error().code, concat("--secret ", at.error().message));
            if (!at->key.empty())
                return bad(concat("--secret ", path, ": takes a whole secret; --env NAME=", path, " takes one value"));
            plan_.whole.push_back({std::move(*at), false});
        }
        return {};
    }

    result<void> preset_of()
    {
        for (const std::string& text : given_.all("preset")) {
            const std::string_view name = name_of(text);
            std::vector<std::string_view> known;
            const preset* chosen = nullptr;
            for (const preset& p : presets) {
                known.push_back(p.name);
                if (p.name == name) chosen = &p;
            }
            if (chosen == nullptr) {
                std::string all;
                for (const std::string_view k : known) all += concat(" ", k);
                return bad(concat("--preset ", name, ": there is no such preset; there are", all));
            }
            const std::string path(text.size() > name.size() ? value_of(text) : chosen->path);
            const std::string host = given_.has("preset-host") ? given_.get("preset-host") : std::string(chosen->host);
            for (const preset_row& row : chosen->rows)
                if (auto done = preset_value(row, path, host, concat("--preset ", name)); !done) return done;
        }
        return {};
    }

    result<void> preset_value(const preset_row& row, const std::string& path, const std::string& host,
                              std::string asked)
    {
        std::string value(row.value);
        const auto fill = [&value](std::string_view word, const std::string& with) {
            for (std::size_t at = value.find(word); at != std::string::npos; at = value.find(word, at + with.size()))
                value.replace(at, word.size(), with);
        };
        fill("PATH", path);
        fill("HOST", host);
        auto parsed = vault::parse_template(value);
        if (!parsed) return unexpected(errc::invalid_value, concat(asked, ": ", parsed.error().message));
        if (row.name.substr(0, 2) != "--") {
            plan_.variables.push_back({std::string(row.name), std::move(*parsed), std::move(asked), row.optional, {}});
            return {};
        }
        const std::string lead = concat(row.name, "=");
        for (const std::string& word : given_.rest)
            if (word == row.name || word.substr(0, lead.size()) == lead) return {};
        vault::piece name;
        name.literal = lead;
        parsed->insert(parsed->begin(), std::move(name));
        more_arguments_.push_back({std::move(*parsed)});
        return {};
    }

    result<void> variables()
    {
        for (const std::string& text : given_.all("env")) {
            const std::string name(name_of(text));
            const std::string asked = concat("--env ", name);
            if (text.size() == name.size()) return bad(concat(asked, ": a value is missing: NAME=PATH#KEY"));
            if (auto done = check_name(name, asked); !done) return done;
            auto value = parse_value(value_of(text), asked);
            if (!value) return unexpected(std::move(value.error()));
            plan_.variables.push_back({name, std::move(*value), asked, false, {}});
        }
        return {};
    }

    result<void> conditions()
    {
        for (const std::string& name : given_.all("optional")) {
            bool known = false;
            for (variable& v : plan_.variables)
                if (v.name == name) known = v.optional = true;
            for (whole_secret& w : plan_.whole)
                if (vault::to_text(w.from) == name) known = w.optional = true;
            if (!known) return bad(concat("--optional ", name, ": no --env, preset or --secret is called so"));
        }
        for (const std::string& text : given_.all("default")) {
            const std::string_view name = name_of(text);
            bool known = false;
            if (text.size() == name.size()) return bad(concat("--default ", name, ": a value is missing: NAME=TEXT"));
            for (variable& v : plan_.variables)
                if (v.name == name) {
                    known = true;
                    v.otherwise = value_of(text);
                }
            if (!known) return bad(concat("--default ", name, ": no --env or preset sets it"));
        }
        return {};
    }

    result<void> files()
    {
        mode_t mode = 0600;
        owner who;
        if (given_.has("file-mode")) {
            const auto parsed = parse_mode(given_.get("file-mode"));
            if (!parsed) return unexpected(errc::invalid_value, concat("--file-mode ", parsed.error().message));
            mode = *parsed;
        }
        if (given_.has("file-owner")) {
            const auto parsed = parse_owner(given_.get("file-owner"));
            if (!parsed) return unexpected(errc::invalid_value, concat("--file-owner ", parsed.error().message));
            who = *parsed;
        }
        for (const std::string& text : given_.all("file")) {
            const std::string path(name_of(text));
            const std::string asked = concat("--file ", path);
            if (text.size() == path.size() || path.empty()) return bad(concat(asked, ": PATH=TEMPLATE is expected"));
            auto content = parse_value(value_of(text), asked);
            if (!content) return unexpected(std::move(content.error()));
            plan_.files.push_back({path, std::move(*content), mode, who, asked});
        }
        return {};
    }

    result<void> command()
    {
        const bool expand = given_.has("expand-args");
        for (const std::string& word : given_.rest) {
            argument out;
            if (expand && !plan_.command.empty()) {
                auto parsed = vault::parse_template(word);
                if (!parsed)
                    return unexpected(parsed.error().code,
                                      concat("the argument '", word, "': ", parsed.error().message));
                out.value = std::move(*parsed);
                if (vault::has_secrets(out.value)) plan_.has_secret_arguments = true;
            } else {
                vault::piece literal;
                literal.literal = word;
                out.value.push_back(std::move(literal));
            }
            plan_.command.push_back(std::move(out));
        }
        for (argument& more : more_arguments_)
            if (!plan_.command.empty()) plan_.command.push_back(std::move(more));
        if (plan_.has_secret_arguments)
            plan_.warnings.emplace_back("--expand-args: every user of the machine can read the arguments of a process");
        return {};
    }

    const arguments& given_;
    environment all_;
    plan plan_;
    std::vector<argument> more_arguments_;
};

}  // namespace

bool plan::needs_vault() const noexcept
{
    const auto asks = [](const auto& with) { return vault::has_secrets(with); };
    return !whole.empty() ||
           std::any_of(variables.begin(), variables.end(), [&](const variable& v) { return asks(v.value); }) ||
           std::any_of(files.begin(), files.end(), [&](const file_target& f) { return asks(f.content); }) ||
           std::any_of(command.begin(), command.end(), [&](const argument& a) { return asks(a.value); });
}

result<plan> make_plan(const arguments& given, const char* const* inherited) { return maker(given, inherited).make(); }

}  // namespace pitot::tools::vault_env
