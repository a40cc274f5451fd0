// A collector of one's own: asked at each scrape, it adds families to a batch. Anything with collect(batch&) is one.
#include <pitot/pitot.hpp>

#include <cstdio>
#include <map>
#include <string>

class stock {
public:
    void put(const std::string& article, int pieces) { pieces_[article] += pieces; }

    void collect(pitot::batch& out) const
    {
        const auto family = out.family("stock_pieces", pitot::metric_type::gauge, "What lies in the store.");
        for (const auto& [article, pieces] : pieces_) {
            const pitot::label_view labels[] = {{"article", article}};
            out.add(family, out.labels(labels), pieces);
        }
    }

private:
    std::map<std::string, int> pieces_;
};

int main()
{
    stock store;
    store.put("nut", 12);
    store.put("bolt", 7);

    pitot::registry metrics;
    const auto guard = metrics.add(store);  // until the guard goes away

    std::fputs(pitot::expo::serialize(metrics, "").body.c_str(), stdout);
}
