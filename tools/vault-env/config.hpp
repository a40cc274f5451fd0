#pragma once
// A configuration file: the flags' own names as keys, so that there is one table and one meaning.

#include <common/flags.hpp>

#include <pitot/base/result.hpp>

#include <string>

namespace pitot::tools::vault_env {

/// Adds a file's values to what was given: single ones where the command line has none, repeatable ones before the
/// command line's. Maps (env, file, default) become NAME=VALUE; `command` is a list and stands when none was given.
/// error  of class "usage", with the place: an unknown key (and the nearest known), a key given twice, a wrong type
[[nodiscard]] result<void> add_config(const command& what, const std::string& path, arguments& given);

}  // namespace pitot::tools::vault_env
