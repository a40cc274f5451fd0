#pragma once
// What the well-known exporters want to be told, and how: one row a variable or argument.

#include <span>
#include <string_view>

namespace pitot::tools::vault_env {

/// name      a variable, or an argument that begins with --; an argument is left out when the command has it already
/// value     a template; PATH stands for the secret's path, HOST for the server
/// optional  nothing is set when the secret has no such key
struct preset_row {
    std::string_view name;
    std::string_view value;
    bool optional = false;
};

/// path  of the secret, unless --preset NAME=PATH gives another
/// host  of the server, unless --preset-host gives another
struct preset {
    std::string_view name;
    std::string_view path;
    std::string_view host;
    std::span<const preset_row> rows;
};

inline constexpr preset_row redis_rows[] = {
    {"REDIS_PASSWORD", "{{PATH#password}}"},
    {"REDIS_USER", "{{PATH#user}}", true},
};
inline constexpr preset_row postgres_rows[] = {
    {"DATA_SOURCE_USER", "{{PATH#user}}"},
    {"DATA_SOURCE_PASS", "{{PATH#password}}"},
    {"DATA_SOURCE_URI", "HOST/{{PATH#database | urlencode}}?sslmode=disable", true},
};
inline constexpr preset_row mongodb_rows[] = {
    {"MONGODB_URI", "mongodb://{{PATH#user | urlencode}}:{{PATH#password | urlencode}}@HOST/admin"},
};
// Since 0.15 mysqld_exporter no longer reads DATA_SOURCE_NAME and ends with "no user specified in section or parent";
// the user is an argument now, the password a variable.
inline constexpr preset_row mysql_rows[] = {
    {"MYSQLD_EXPORTER_PASSWORD", "{{PATH#password}}"},
    {"--mysqld.username", "{{PATH#user}}"},
    {"--mysqld.address", "HOST"},
};
inline constexpr preset_row rabbitmq_rows[] = {
    {"RABBIT_USER", "{{PATH#user}}"},
    {"RABBIT_PASSWORD", "{{PATH#password}}"},
};
inline constexpr preset_row vector_rows[] = {
    {"POSTGRES_USER", "{{postgres#user}}"},       {"POSTGRES_PASSWORD", "{{postgres#password}}"},
    {"POSTGRES_DB", "{{postgres#database}}"},     {"MONGO_USER", "{{mongodb#user}}"},
    {"MONGO_PASSWORD", "{{mongodb#password}}"},   {"REDIS_1_PASSWORD", "{{redis-1#password}}"},
    {"REDIS_2_PASSWORD", "{{redis-2#password}}"}, {"REDIS_3_PASSWORD", "{{redis-3#password}}"},
};

inline constexpr preset presets[] = {
    {"redis", "redis", "redis:6379", redis_rows},
    {"postgres", "postgres", "postgres:5432", postgres_rows},
    {"mongodb", "mongodb", "mongodb:27017", mongodb_rows},
    {"mysql", "mysql", "mysql:3306", mysql_rows},
    {"rabbitmq", "rabbitmq", "rabbitmq:15672", rabbitmq_rows},
    {"vector", "", "", vector_rows},
};

}  // namespace pitot::tools::vault_env
