#pragma once

#include <pitot/base/text.hpp>
#include <pitot/dashboard/datasources.hpp>

#include <string>

/// "name/uid/type" of each, * for the default one.
inline std::string shown(const pitot::dashboard::datasources& all)
{
    std::string out;
    for (const auto& one : all.all())
        out += pitot::concat(one.name, "/", one.uid, "/", one.type, one.is_default ? "*" : "", " ");
    return out;
}
