// YAML reader: whatever the bytes, an error with a place or a document in which every value has its place, no key
// stands twice, and every conversion ends in a value or an error. yaml-cpp itself is not instrumented.

#include <pitot/connect/yaml.hpp>

#include <cstdint>
#include <cstdlib>
#include <set>
#include <string>
#include <vector>

namespace {

void require(bool holds)
{
    if (!holds) std::abort();
}

template <class T>
void convert(const pitot::yaml::node& from)
{
    const auto read = from.as<T>();
    require(read.has_value() || read.error().message.starts_with("f.yml:"));
}

void walk(const pitot::yaml::node& at, std::size_t size, std::size_t depth)
{
    using pitot::yaml::kind;
    require(depth <= pitot::yaml::max_depth);
    require(at.span().offset <= size);
    require(at.place().starts_with("f.yml:"));
    convert<bool>(at);
    convert<int>(at);
    convert<unsigned char>(at);
    convert<double>(at);
    convert<std::string>(at);
    convert<pitot::duration_ms>(at);
    convert<std::vector<std::string>>(at);
    const auto keys = at.only_keys({"listen", "profile"});
    require(keys.has_value() || keys.error().message.starts_with("f.yml:"));
    const auto items = at.items();
    require(items.has_value() == (at.kind() == kind::list || at.is_null()));
    const auto members = at.members();
    require(members.has_value() == (at.kind() == kind::map || at.is_null()));
    if (at.kind() == kind::list)
        for (const pitot::yaml::node& item : *items) walk(item, size, depth + 1);
    if (at.kind() != kind::map) return;
    std::set<std::string> seen;
    for (const auto& member : *members) {
        require(seen.insert(member.name).second);
        require(at.find(member.name).has_value());
        walk(member.value, size, depth + 1);
    }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    const auto read = pitot::yaml::read(std::string(reinterpret_cast<const char*>(data), size), "f.yml");
    if (read) {
        if (size < 2000) walk(*read, size, 0);
    } else {
        require(read.error().message.starts_with("f.yml:") && read.error().where.offset <= size);
    }
    return 0;
}
