#pragma once
// --http-config: how URLs are asked.

#include <common/flags.hpp>

#include <pitot/connect/http_config.hpp>

#include <utility>

namespace pitot::tools {

/// What the file of --http-config says; without one, the proxy of the environment alone.
[[nodiscard]] inline result<http::options> http_options_of(const arguments& given)
{
    http::options out;
    out.proxy_from_environment = true;
    if (!given.has("http-config")) return out;
    auto config = http::read_config_file(given.get("http-config"));
    if (!config) return unexpected(std::move(config.error()));
    return std::move(*config);
}

}  // namespace pitot::tools
