// What connect/ does, driven by the tests beside this file.
//   probe get URL [--config FILE] [--timeout MS] [--limit BYTES] [--accept TYPE]
//   probe push|replace|remove GATEWAY JOB [--label NAME=VALUE]… [--protobuf] < exposition
// Prints "ok STATUS CONTENT-TYPE BYTES" and the body, or "ERRC MESSAGE".
#include <pitot/catalog/source.hpp>
#include <pitot/connect/http_config.hpp>
#include <pitot/connect/push.hpp>

#include <cstdio>
#include <cstdlib>
#include <string>
#include <string_view>
#include <vector>

namespace {

int say(const pitot::error& e)
{
    std::printf("%s %s\n", std::string(pitot::to_string(e.code)).c_str(), e.message.c_str());
    return 1;
}

int get(const std::vector<std::string>& args)
{
    pitot::http::options how;
    std::string accept;
    for (std::size_t i = 2; i + 1 < args.size(); i += 2) {
        if (args[i] == "--config") {
            auto read = pitot::http::read_config_file(args[i + 1]);
            if (!read) return say(read.error());
            how = std::move(*read);
        }
        if (args[i] == "--timeout") how.timeout.count = std::atol(args[i + 1].c_str());
        if (args[i] == "--limit") how.max_body = static_cast<std::size_t>(std::atol(args[i + 1].c_str()));
        if (args[i] == "--accept") accept = args[i + 1];
    }
    pitot::http::client client(how);
    const auto answer = client.get(args[1], accept);
    if (!answer) return say(answer.error());
    std::printf("ok %d %s %zu\n%s", answer->status, answer->content_type.c_str(), answer->body.size(),
                answer->body.c_str());
    return 0;
}

int push(const std::vector<std::string>& args)
{
    pitot::push_group group(args[1], args[2]);
    for (std::size_t i = 3; i < args.size(); ++i) {
        if (args[i] == "--protobuf") group.format(pitot::expo::format::protobuf);
        if (args[i] == "--label") {
            const std::size_t cut = args[i + 1].find('=');
            group.label(args[i + 1].substr(0, cut), args[i + 1].substr(cut + 1));
            ++i;
        }
    }
    pitot::result<void> done;
    if (args[0] == "remove") {
        done = group.remove();
    } else {
        const auto in = pitot::catalog::load_source("-");
        if (!in) return say(in.error());
        done = args[0] == "push" ? group.push(in->families) : group.replace(in->families);
    }
    if (!done) return say(done.error());
    std::printf("ok %s\n", group.url()->c_str());
    return 0;
}

}  // namespace

int main(int argc, char** argv)
{
    const std::vector<std::string> args(argv + 1, argv + argc);
    if (args.size() >= 2 && args[0] == "get") return get(args);
    if (args.size() >= 3) return push(args);
    return 2;
}
