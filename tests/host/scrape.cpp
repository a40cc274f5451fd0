// The host and process collectors as a filter: each line of standard input (its content does not matter) is answered
// by one scrape in text 0.0.4 and a line "# EOF". A test can so take several scrapes from one collector.
//   host-scrape [--profile exporter|vector|both] [--proc DIR] [--sys DIR] [--root DIR] [--textfiles DIR] [--part NAME]…
//   [--also NAME]…
//               [--hostname NAME]; --part: only these, --also: besides the default ones

#include <pitot/collect/host.hpp>
#include <pitot/collect/process.hpp>
#include <pitot/expo/text_writer.hpp>

#include <cstdio>
#include <string>
#include <string_view>

int main(int argc, char** argv)
{
    using namespace pitot;
    collect::host_options options;
    collect::process_options own;
    for (int i = 1; i + 1 < argc; i += 2) {
        const std::string_view flag = argv[i];
        const std::string value = argv[i + 1];
        if (flag == "--proc")
            options.proc = own.proc = value;
        else if (flag == "--sys")
            options.sys = value;
        else if (flag == "--root")
            options.root = value;
        else if (flag == "--textfiles")
            options.textfile_folder = value;
        else if (flag == "--hostname")
            options.hostname = value;
        else if (flag == "--part") {
            if (options.enable.empty()) options.enable.emplace_back("none");
            options.enable.push_back(value);
        } else if (flag == "--also")
            options.enable.push_back(value);
        else if (flag == "--profile" && value == "vector")
            options.profile = collect::profile::vector;
        else if (flag == "--profile" && value == "both")
            options.profile = collect::profile::both;
    }
    collect::host host(options);
    collect::process process(own);
    batch out;
    for (int c = std::getchar(); c != EOF; c = std::getchar()) {
        if (c != '\n') continue;
        out.clear();
        for (collect::host::part& part : host.parts())
            if (const auto done = part.collect(out); !done.has_value())
                std::fprintf(stderr, "%s: %s\n", std::string(part.name()).c_str(), done.error().message.c_str());
        if (options.proc == "/proc")
            if (const auto done = process.collect(out); !done.has_value())
                std::fprintf(stderr, "process: %s\n", done.error().message.c_str());
        out.sort(true);
        const std::string text = expo::write_text(out);
        std::fwrite(text.data(), 1, text.size(), stdout);
        std::fputs("# EOF\n", stdout);
        std::fflush(stdout);
    }
}
