#pragma once
// What the user asked for, understood and checked before anything is fetched.

#include <common/flags.hpp>
#include <vault-env/file_target.hpp>

#include <pitot/base/duration.hpp>
#include <pitot/base/result.hpp>
#include <pitot/vault/login.hpp>
#include <pitot/vault/options.hpp>
#include <pitot/vault/secrets.hpp>
#include <pitot/vault/template.hpp>

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace pitot::tools::vault_env {

/// NAME of an environment's entry, NAME=value; also of a flag's NAME=what.
[[nodiscard]] inline std::string_view name_of(std::string_view entry) { return entry.substr(0, entry.find('=')); }

/// One variable of the child.
/// asked     where it was asked for: "--env NAME", "--preset redis", "the inherited NAME"
/// optional  nothing is set when the secret or the key is missing
struct variable {
    std::string name;
    vault::text_template value;
    std::string asked;
    bool optional = false;
    std::optional<std::string> otherwise;
};

/// Every key of a secret as a variable.
struct whole_secret {
    vault::reference from;
    bool optional = false;
};

struct file_target {
    std::string path;
    vault::text_template content;
    mode_t mode = 0600;
    owner who;
    std::string asked;
};

/// One word of the child's command line.
struct argument {
    vault::text_template value;
};

struct plan {
    vault::options server;
    vault::login login;
    std::string mount = "secret";
    vault::kv_version kv = vault::kv_version::detect;
    duration_ms timeout{60'000};
    bool wait = true;

    bool supervise = false;
    duration_ms interval{60'000};  ///< between two looks at static secrets
    duration_ms grace{10'000};     ///< between a signal that should end the child and SIGKILL
    std::string on_change = "restart";
    int change_signal = 0;        ///< of on_change signal:NAME
    std::string metrics_address;  ///< empty: none are served

    std::vector<variable> variables;  ///< in the order in which they are set; the last of a name stands
    std::vector<whole_secret> whole;  ///< set before the variables
    std::string prefix;
    bool upper = false;
    bool allow_empty = false;
    std::vector<file_target> files;
    std::vector<argument> command;
    bool has_secret_arguments = false;

    std::vector<std::string> inherited;  ///< NAME=VALUE, filtered, Vault's own taken out
    std::vector<std::string> warnings;

    /// Is there anything to ask Vault for?
    [[nodiscard]] bool needs_vault() const noexcept;
};

/// given    flags, with a configuration's keys as if they had been given first
/// inherited  NAME=VALUE, ending with a null
/// error    invalid_value and others of class "usage"; names the flag or the place in the file
[[nodiscard]] result<plan> make_plan(const arguments& given, const char* const* inherited);

}  // namespace pitot::tools::vault_env
