// Engine scripts: whatever the bytes, outcomes of evals or an error, in bounded time and memory.

#include <pitot/connect/regex.hpp>
#include <pitot/promql/testing/script.hpp>

#include <chrono>
#include <cstdint>
#include <string_view>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    if (size > 4096) return 0;
    auto how = pitot::promql::script_options::usual();
    how.engine.regex = pitot::promql::regexes_of<pitot::regex>();
    how.engine.deadline = 500;
    how.finds = [](std::string_view text, std::string_view pattern) { return text.find(pattern) != text.npos; };
    (void)pitot::promql::script({reinterpret_cast<const char*>(data), size}, how).run();
    return 0;
}
