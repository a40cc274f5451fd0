#pragma once
// The subcommands of promcheck: each is a row here and a file beside this one.

#include <common/exit_code.hpp>
#include <common/flags.hpp>
#include <common/pages.hpp>

#include <span>

namespace pitot::tools::promcheck {

/// Runs with the arguments behind the subcommand's name.
struct subcommand {
    const command* what;
    exit_code (*run)(std::span<char* const> argv);
};

/// promcheck with all its subcommands.
[[nodiscard]] const program& whole_program();

extern const command metrics_command;
exit_code run_metrics(std::span<char* const> argv);
extern const command fmt_command;
exit_code run_fmt(std::span<char* const> argv);
extern const command explain_command;
exit_code run_explain(std::span<char* const> argv);
extern const command catalog_command;
exit_code run_catalog(std::span<char* const> argv);
extern const command rules_command;
exit_code run_rules(std::span<char* const> argv);
extern const command query_command;
exit_code run_query(std::span<char* const> argv);
extern const command test_command;
exit_code run_test(std::span<char* const> argv);

}  // namespace pitot::tools::promcheck
