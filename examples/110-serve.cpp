// A program that serves its metrics in three lines. Here it asks itself once and ends.
#include <pitot/connect/http.hpp>
#include <pitot/connect/serve.hpp>
#include <pitot/pitot.hpp>

#include <cstdio>

int main()
{
    pitot::registry metrics;
    metrics.counter<"visits_total">("Visits.").inc();

    const auto server = pitot::serve(metrics, "127.0.0.1:0");  // port 0: one that is free
    if (!server) {
        std::fprintf(stderr, "%s\n", server.error().message.c_str());
        return 1;
    }

    pitot::http::client client;
    const auto answer = client.send({"http://" + server->addresses().front() + "/metrics"});
    if (!answer) return 1;
    std::printf("%d %s\n%s", answer->status, answer->content_type.c_str(), answer->body.c_str());
}
