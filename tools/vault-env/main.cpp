#include <common/log.hpp>
#include <common/pages.hpp>
#include <vault-env/child.hpp>
#include <vault-env/config.hpp>
#include <vault-env/guard.hpp>
#include <vault-env/plan.hpp>
#include <vault-env/presets.hpp>
#include <vault-env/status.hpp>
#include <vault-env/subcommands.hpp>
#include <vault-env/supervise.hpp>

#include <pitot/base/nearest.hpp>
#include <pitot/connect/http_wipe.hpp>
#include <pitot/vault/failure.hpp>
#include <pitot/vault/login.hpp>
#include <pitot/vault/ready.hpp>
#include <pitot/vault/secrets.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <exception>
#include <optional>
#include <string>
#include <string_view>
#include <unistd.h>
#include <vector>

namespace pitot::tools::vault_env {
namespace {

constexpr flag flags[] = {
    {"env", 'e', "NAME=PATH#KEY",
     "set a variable to a secret's value, or to a template: 'NAME=…{{PATH#KEY | FILTER}}…'", true},
    {"secret", 's', "PATH", "set a variable for every key of a secret", true},
    {"prefix", 0, "TEXT", "before the names that --secret sets"},
    {"upper", 0, "", "names that --secret sets in capitals, with _ for - and ."},
    {"file", 'f', "PATH=TEMPLATE", "write a file before the command starts", true},
    {"file-mode", 0, "MODE", "of the files", false, "0600"},
    {"file-owner", 0, "USER[:GROUP]", "of the files"},
    {"expand-args", 0, "", "put secrets into the command's arguments, where every user of the machine can read them"},
    {"preset", 'p', "NAME[=PATH]", "what an exporter wants: redis, postgres, mongodb, mysql, rabbitmq, vector", true},
    {"preset-host", 0, "HOST:PORT", "the server that the preset's exporter watches"},
    {"optional", 0, "NAME", "start without this variable, or secret, when Vault has it not", true},
    {"default", 0, "NAME=TEXT", "the variable's value when Vault has none", true},
    {"allow-empty", 0, "", "an empty value is one"},
    {"config", 'c', "FILE", "YAML with these flags' names as keys"},
    {"address", 'a', "URL", "of Vault or OpenBao (VAULT_ADDR): http://, https:// or unix:PATH"},
    {"namespace", 0, "NAME", "of Vault (VAULT_NAMESPACE)"},
    {"mount", 'm', "PATH", "that secrets' paths are below; a path that begins with / is a full path of the API", false,
     "secret"},
    {"kv", 0, "auto|1|2", "the version of the mount's key-value engine", false, "auto"},
    {"timeout", 't', "TIME", "for everything before the command starts", false, "60s"},
    {"no-wait", 0, "", "do not wait until Vault is ready"},
    {"auth", 0, "token|approle|kubernetes|jwt|userpass|cert", "how to log in (by what is given)"},
    {"auth-mount", 0, "PATH", "where the method is mounted, when it is not its name"},
    {"approle-dir", 0, "DIR", "holds role-id and secret-id (VAULT_APPROLE_DIR)"},
    {"role-id-file", 0, "FILE", "the role id (VAULT_ROLE_ID)"},
    {"secret-id-file", 0, "FILE", "the secret id (VAULT_SECRET_ID)"},
    {"wrapped-secret-id-file", 0, "FILE", "a wrapping token with the secret id (VAULT_WRAPPED_SECRET_ID)"},
    {"token-file", 0, "FILE", "a token (VAULT_TOKEN, then ~/.vault-token)"},
    {"wrapped-token-file", 0, "FILE", "a wrapping token with the token (VAULT_WRAPPED_TOKEN)"},
    {"role", 0, "NAME", "for kubernetes, jwt and cert"},
    {"jwt-file", 0, "FILE", "the JWT; in Kubernetes the service account's"},
    {"user", 0, "NAME", "for userpass"},
    {"password-file", 0, "FILE", "for userpass"},
    {"ca-file", 0, "FILE", "the authorities that are trusted, as PEM (VAULT_CACERT, SSL_CERT_FILE, then the system's)"},
    {"ca-folder", 0, "DIR", "authorities under their hashes (VAULT_CAPATH, SSL_CERT_DIR)"},
    {"client-cert", 0, "FILE", "our certificate (VAULT_CLIENT_CERT)"},
    {"client-key", 0, "FILE", "its key (VAULT_CLIENT_KEY)"},
    {"tls-server-name", 0, "NAME", "that Vault's certificate has (VAULT_TLS_SERVER_NAME)"},
    {"tls-skip-verify", 0, "", "trust whoever answers: for trying things out"},
    {"redirect-host", 0, "HOST", "another host that Vault may send us to, with the token; * for any", true},
    {"supervise", 0, "",
     "stay, keep secrets and leases fresh, act when one changes; as the first process collect the dead"},
    {"interval", 0, "TIME", "supervised: between two looks at secrets without a lease", false, "60s"},
    {"on-change", 0, "restart|signal:NAME|files", "supervised: what to do when a secret has changed", false, "restart"},
    {"metrics", 0, "HOST:PORT", "supervised: serve vault-env's own metrics there, under /metrics"},
    {"grace", 0, "TIME", "supervised: from SIGTERM to SIGKILL", false, "10s"},
    {"keep-env", 0, "NAME", "pass on these variables only (* for any characters)", true},
    {"drop-env", 0, "NAME", "do not pass on these variables", true},
    {"keep-vault-env", 0, "", "pass on Vault's own variables, token included"},
    {"dry-run", 0, "", "say what would be set, and where from; ask nobody"},
    {"check", 0, "", "fetch everything, start nothing"},
};

constexpr command run_command{
    "vault-env", "-- COMMAND [ARG…]", "Starts a program with its secrets from Vault.", flags,
    "Variables that hold vault:PATH#KEY, or ${vault:PATH#KEY} inside a text, are replaced too; there PATH is a full "
    "path\n"
    "of the API (vault:secret/data/redis-1#password).\n"
    "PATH?version=3#KEY is an older version of a key-value 2 secret.\n"
    "Filters: urlencode, json, base64, unbase64, mycnf, shell.\n"
    "A variable that is set overwrites an inherited one, also an empty one. Vault's own variables are not passed on.\n"
    "vault-env healthcheck URL asks a server whether it is well, where an image has no wget;\n"
    "vault-env install PATH copies this program, where it has no cp.\n\n"
    "Exit codes: the command's own; 128+n when signal n ended it; 125 vault-env failed; 126 the command cannot be "
    "run;\n"
    "127 there is no such command.\n\n"
    "Examples:\n"
    "  vault-env --env REDIS_PASSWORD=redis-1#password -- redis_exporter\n"
    "  vault-env --env 'URI=redis://:{{redis-1#password | urlencode}}@redis:6379' -- app\n"
    "  vault-env --preset mysql --preset-host db:3306 -- mysqld_exporter"};

int refuse(std::string_view why)
{
    fmt::print(stderr, "vault-env: {}\n", why);
    return to_int(status::failed);
}

int failed(const log& out, const error& why)
{
    const vault::failure what = vault::failure_of(why.code);
    out.error(why.message, {{"class", vault::to_string(what)}, {"code", static_cast<int>(what)}});
    return to_int(status::failed);
}

void describe(const plan& what)
{
    const auto sources = [](const vault::text_template& in) {
        std::string text;
        for (const vault::piece& p : in) {
            if (!p.is_secret()) continue;
            text += fmt::format("{}{}", text.empty() ? "" : ", ", vault::to_text(p.secret));
            for (const vault::filter* f : p.filters) text += fmt::format(" | {}", f->name);
        }
        return text.empty() ? std::string("no secret") : text;
    };
    fmt::print("Vault      {} ({} login, paths below {})\n", http::without_credentials(what.server.address),
               vault::methods[static_cast<std::size_t>(what.login.how)].name, what.mount);
    for (const whole_secret& w : what.whole) fmt::print("variables  every key of {}\n", vault::to_text(w.from));
    for (const variable& v : what.variables) fmt::print("variable   {} from {}\n", v.name, sources(v.value));
    for (const file_target& f : what.files)
        fmt::print("file       {} (mode {:04o}) from {}\n", f.path, f.mode, sources(f.content));
    for (const argument& a : what.command)
        if (vault::has_secrets(a.value)) fmt::print("argument   from {}\n", sources(a.value));
}

/// Ready, logged in.
result<vault::session> reach(vault::client& to, const plan& what, const log& out)
{
    const auto warn = [&](const std::string& text) { out.warn(text); };
    if (what.wait) {
        const auto waiting = [&](const std::string& why) { out.info("waiting for Vault", {{"reason", why}}); };
        if (auto ready = vault::wait_until_ready(to, waiting); !ready) return unexpected(std::move(ready.error()));
    }
    return vault::log_in(to, what.login, warn);
}

void tell(const child& made, const log& out)
{
    for (const std::string& text : made.set) out.debug("set", {{"variable", text}});
    for (const std::string& name : made.overwritten) out.info("overwritten", {{"variable", name}});
    for (const std::string& name : made.missing) out.warn("not in Vault", {{"name", name}});
}

int start(const arguments& given, const plan& what, const log& out, const before& was)
{
    for (const std::string& text : what.warnings) out.warn(text);
    std::optional<child> made;
    {
        vault::client server(what.server, [&](const std::string& why) { out.debug(why); });
        server.set_deadline(std::chrono::steady_clock::now() + std::chrono::milliseconds(what.timeout.count));
        vault::secrets from(server, what.mount, what.kv);
        vault::session session;
        if (what.needs_vault()) {
            auto reached = reach(server, what, out);
            if (!reached) return failed(out, reached.error());
            session = *reached;
        }
        auto ready = make_child(what, from);
        if (!ready && ready.error().code == errc::permission && !server.token().empty()) {
            if (what.login.how == vault::method::token) {
                if (vault::token_is_refused(server))
                    ready.error().message +=
                        "; or the token is not valid: it has expired, its uses are spent, or it was revoked";
            } else if (auto again = vault::log_in(server, what.login, [](const std::string&) {}); again) {
                session = *again;  // the token died on the way: once more
                from.forget_leases();
                ready = make_child(what, from);
            }
        }
        if (!ready) return failed(out, ready.error());
        if (given.has("check")) {
            fmt::print("{} variables and {} files can be had\n", ready->set.size(), what.files.size());
            return 0;
        }
        if (auto done = write_files(what, from); !done) return failed(out, done.error());
        made = std::move(*ready);
        tell(*made, out);
        if (!what.supervise)
            for (const auto& [path, s] : from.all())
                if (!s.lease_id.empty())
                    out.warn("nobody will prolong this lease; --supervise does",
                             {{"secret", path}, {"lease_seconds", s.lease}});
        scrub_stack();
        if (what.supervise) return supervise(what, std::move(*made), server, from, session, out, was);
    }
    std::string why;
    const status code = become(*made, was, why);
    out.error(why);
    return to_int(code);
}
int run(std::span<char* const> argv)
{
    if (!argv.empty() && std::string_view(argv[0]) == "healthcheck") return run_healthcheck(argv.subspan(1));
    if (!argv.empty() && std::string_view(argv[0]) == "install") return run_install(argv.subspan(1));
    auto given = parse(run_command, argv);
    if (!given) return refuse(given.error().message);
    if (const auto done = answer(whole_program(), run_command, *given))
        return to_int(*done) == 0 ? 0 : to_int(status::failed);
    const auto out = log::from_flags(given->get("log-level"), given->get("log-format"));
    if (!out) return refuse(out.error().message);
    if (!given->positional.empty())
        return refuse(fmt::format("'{}' stands before --; the command comes after it: vault-env … -- COMMAND",
                                  given->positional.front()));
    if (given->has("config"))
        if (auto done = add_config(run_command, given->get("config"), *given); !done)
            return refuse(done.error().message);

    std::vector<std::string> warnings;
    const before was = guard_process(warnings);
    if (!http::wipe_freed_memory()) return refuse("libcurl does not start");
    end_on_signals();
    for (const std::string& text : warnings) out->warn(text);
    auto what = make_plan(*given, environ);
    if (!what) return failed(*out, what.error());
    if (given->has("dry-run")) {
        describe(*what);
        return 0;
    }
    if (what->command.empty() && !given->has("check") && what->files.empty())
        return refuse("there is no command: vault-env … -- COMMAND [ARG…]");
    if (!what->command.empty()) {  // before waiting for Vault
        std::string_view path;
        for (const std::string& entry : what->inherited)
            if (std::string_view(entry).substr(0, 5) == "PATH=") path = std::string_view(entry).substr(5);
        const auto program = find_program(what->command.front().value.front().literal, path);
        const bool path_is_set = std::any_of(what->variables.begin(), what->variables.end(),
                                             [](const variable& v) { return v.name == "PATH"; });
        if (!program && !path_is_set) {
            out->error(program.error().message);
            return to_int(program.error().code == errc::permission ? status::not_executable : status::not_found);
        }
    }
    return start(*given, *what, *out, was);
}

}  // namespace

const program& whole_program()
{
    static const command* const commands[] = {&healthcheck_command, &install_command, &run_command};
    static const program whole{"vault-env", run_command.summary, commands};
    return whole;
}

}  // namespace pitot::tools::vault_env

int main(int argc, char** argv)
{
    try {
        return pitot::tools::vault_env::run({argv + 1, argv + (argc > 0 ? argc : 1)});
    } catch (const std::exception& e) {
        std::fprintf(stderr, "vault-env: %s\n", e.what());
        return 125;
    }
}
