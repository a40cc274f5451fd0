#include <atomic>
#include <charconv>
#include <cstdint>
#include <cstdio>
#include <string>
#include <vector>

struct counter {
    std::string name;
    std::string help;
    std::atomic<std::uint64_t> value{0};
};

int main()
{
    std::vector<counter> counters(1);
    counters[0].name = "app_requests_total";
    counters[0].help = "Requests handled.";
    counters[0].value.fetch_add(1, std::memory_order_relaxed);
    std::string text;
    for (const counter& c : counters) {
        char number[24];
        const auto end = std::to_chars(number, number + sizeof number, c.value.load(std::memory_order_relaxed)).ptr;
        text += "# HELP " + c.name + ' ' + c.help + "\n# TYPE " + c.name + " counter\n" + c.name + ' ';
        text.append(number, end);
        text += '\n';
    }
    std::fwrite(text.data(), 1, text.size(), stdout);
}
