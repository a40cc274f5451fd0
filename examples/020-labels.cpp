// Labels have names and types while compiling: a wrong name, count or type does not compile.
#include <pitot/pitot.hpp>

#include <cstdio>

enum class method { get, post };  // every combination of enum labels is there from the start, at 0

int main()
{
    pitot::registry metrics;
    auto& requests = metrics.counter<"http_requests_total", pitot::label<"method", method>>("Requests handled.");
    auto& bytes =
        metrics.counter<"http_sent_bytes_total", pitot::label<"path">, pitot::label<"code", int>, pitot::unit<"bytes">>(
            "Bytes of all answers.");

    requests.with(method::get).inc();
    bytes.with("/", 200).inc(1024);          // found or made; kept in the family
    auto missing = bytes.handle("/x", 404);  // kept in the program too: no lookup at each write
    missing.inc(153);
    missing.inc(153);

    std::fputs(pitot::expo::serialize(metrics, "").body.c_str(), stdout);
}
