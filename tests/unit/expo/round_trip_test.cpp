// What a format can hold survives writing and reading: random batches, seeded.

#include <pitot/expo/parse.hpp>
#include <pitot/expo/write.hpp>

#include <catch.hpp>

#include <cmath>
#include <limits>
#include <random>
#include <string>
#include <vector>

using namespace pitot;
using expo::format;

namespace {

class generator {
public:
    generator(unsigned seed, format form) : random_(seed), form_(form) {}

    void fill(batch& b)
    {
        const int families = pick(1, 6);
        for (int i = 0; i < families; ++i) family(b, i);
        b.finish();
    }

private:
    int pick(int first, int last) { return std::uniform_int_distribution<int>(first, last)(random_); }
    bool chance(int percent) { return pick(1, 100) <= percent; }

    std::string_view text(batch& b)
    {
        static const char* const pieces[] = {
            "a", "B", "\"", "\\", "\n", "\xc3\xa9", "{", "}", ",", "=", "#", " ", "\xf0\x9f\x98\x80", "\\n", "0"};
        std::string out;
        for (int n = pick(0, 20); n > 0; --n) out += pieces[pick(0, 14)];
        return b.intern(out);
    }

    /// Blanks before a help text belong to nobody in 0.0.4.
    std::string_view help(batch& b) { return chance(20) ? std::string_view{} : b.intern("H" + std::string(text(b))); }

    double number()
    {
        switch (pick(0, 6)) {
        case 0: return pick(-1000, 1000);
        case 1: return std::ldexp(static_cast<double>(random_()), pick(-100, 100));
        case 2: return std::numeric_limits<double>::infinity() * (chance(50) ? 1 : -1);
        case 3: return std::numeric_limits<double>::quiet_NaN();
        case 4: return static_cast<double>(random_()) / 1000;
        case 5: return std::numeric_limits<double>::denorm_min();
        default: return -0.0;
        }
    }

    instant time()
    {
        const std::int32_t nanos = form_ == format::openmetrics ? pick(0, 999'999'999) : pick(0, 999) * 1'000'000;
        return {pick(0, 2'000'000'000), nanos};
    }

    labels_id labels(batch& b, int series)
    {
        std::vector<label_view> set;
        if (series > 0 || chance(80)) set.push_back({"series", b.intern(std::to_string(series))});
        for (int i = pick(0, 3); i > 0; --i)
            set.push_back({b.intern(i == 3 ? "la.bel" : "label" + std::to_string(i)), text(b)});
        return b.labels(set);
    }

    exemplar_row exemplar(batch& b, std::uint32_t bucket)
    {
        exemplar_row e{b.labels({{"trace", text(b)}}), number(), {}, bucket};
        if (chance(50)) e.timestamp = time();
        return e;
    }

    void family(batch& b, int i)
    {
        static constexpr metric_type all[] = {
            metric_type::unknown, metric_type::counter,         metric_type::gauge, metric_type::histogram,
            metric_type::summary, metric_type::gauge_histogram, metric_type::info};
        const metric_type type = all[pick(0, form_ == format::openmetrics ? 6 : form_ == format::protobuf ? 5 : 4)];
        std::string name = (chance(20) ? "fam.ily_" : "family_") + std::to_string(i);
        std::string unit;
        if (form_ != format::text && type != metric_type::info && chance(30)) name += "_" + (unit = "seconds");
        if (type == metric_type::counter) name += "_total";
        if (type == metric_type::info) name += "_info";
        const family_id f = b.family(b.intern(name), type, help(b), b.intern(unit));
        for (int n = pick(1, 5), s = 0; s < n; ++s) series(b, f, type, s);
    }

    void series(batch& b, family_id f, metric_type type, int s)
    {
        const labels_id set = labels(b, s);
        point_id p{};
        const bool om = form_ == format::openmetrics;
        std::vector<exemplar_row> exemplars;
        if (type == metric_type::histogram || type == metric_type::gauge_histogram) {
            p = b.add(f, set, histogram(b, exemplars));
        } else if (type == metric_type::summary) {
            summary_row row;
            std::vector<summary_quantile> q;
            for (int n = pick(0, 3), k = 0; k < n; ++k) q.push_back({0.25 * (k + 1), om ? pick(0, 99) : number()});
            row.quantiles = b.add_quantiles(q);
            row.count.integer = random_();
            row.sum = pick(0, 1000) / 8.0;
            p = b.add(f, set, row);
        } else {
            const bool positive = om && type == metric_type::counter;
            p = b.add(f, set, type == metric_type::info ? 1 : positive ? pick(0, 1 << 30) / 16.0 : number());
            if (type == metric_type::counter && form_ != format::text && chance(50))
                exemplars.push_back(exemplar(b, exemplar_row::no_bucket));
        }
        if (!exemplars.empty()) b.set_exemplars(p, exemplars);
        if (chance(30) && !(om && type == metric_type::info)) b.set_timestamp(p, time());
        const bool counts = type == metric_type::counter || type == metric_type::histogram ||
                            type == metric_type::summary;
        if (counts && form_ != format::text && chance(50)) b.set_created(p, time());
    }

    histogram_row histogram(batch& b, std::vector<exemplar_row>& exemplars)
    {
        histogram_row row;
        row.sum = pick(0, 1000) / 8.0;
        const bool native = form_ == format::protobuf && chance(50);
        row.float_counts = form_ == format::protobuf && chance(20);
        const auto cell = [&row](double value) {
            count_cell c;
            if (row.float_counts)
                c.real = value;
            else
                c.integer = static_cast<std::uint64_t>(value);
            return c;
        };
        double count = 0;
        if (native) {
            row.schema = pick(-4, 8);
            row.zero_threshold = chance(50) ? 0.001 : 0;
            row.zero_count = cell(pick(0, 5));
            count += row.zero_count.as_double(row.float_counts);
            for (const bool positive : {true, false}) {
                std::vector<bucket_span> spans;
                std::vector<count_cell> counts;
                for (int n = pick(0, 3), k = 0; k < n; ++k) {
                    spans.push_back({k == 0 ? pick(-20, 20) : pick(1, 9), static_cast<std::uint32_t>(pick(1, 4))});
                    for (std::uint32_t j = 0; j < spans.back().length; ++j) {
                        counts.push_back(cell(pick(0, 1000)));
                        count += counts.back().as_double(row.float_counts);
                    }
                }
                (positive ? row.positive_spans : row.negative_spans) = b.add_spans(spans);
                (positive ? row.positive : row.negative) = b.add_counts(counts);
            }
            row.count = cell(count);
            if (chance(30)) exemplars.push_back(exemplar(b, exemplar_row::no_bucket));
        }
        if (native && chance(50)) return row;
        std::vector<classic_bucket> buckets;
        double sum = 0;
        for (int n = pick(0, 5), k = 0; k < n; ++k) {
            if (!native) sum += pick(0, 100);
            buckets.push_back({std::ldexp(1.5, k - 3), cell(sum)});
            if (form_ != format::text && chance(30)) exemplars.push_back(exemplar(b, static_cast<std::uint32_t>(k)));
        }
        if (!native) row.count = cell(sum + pick(0, 9));
        buckets.push_back({std::numeric_limits<double>::infinity(), row.count});
        row.classic = b.add_buckets(buckets);
        return row;
    }

    std::mt19937 random_;
    format form_;
};

bool same(double a, double b)
{
    return (std::isnan(a) && std::isnan(b)) || (a == b && std::signbit(a) == std::signbit(b));
}

bool same(const batch& x, count_cell a, const batch& y, count_cell b, bool is_float)
{
    static_cast<void>(x);
    static_cast<void>(y);
    return is_float ? same(a.real, b.real) : a.integer == b.integer;
}

bool same_labels(labels_view a, labels_view b) { return std::equal(a.begin(), a.end(), b.begin(), b.end()); }

/// The first difference, or "".
std::string difference(const batch& a, const batch& b)
{
    if (a.size() != b.size()) return "another number of families";
    for (std::size_t f = 0; f < a.size(); ++f) {
        const family_view x = a[f];
        const family_view y = b[f];
        const std::string at(x.name());
        if (x.name() != y.name() || x.type() != y.type()) return at + ": name or type";
        if (x.help() != y.help() || x.unit() != y.unit()) return at + ": help or unit";
        if (x.size() != y.size()) return at + ": another number of series";
        for (std::size_t i = 0; i < x.size(); ++i) {
            const point_view p = x[i];
            const point_view q = y[i];
            if (!same_labels(p.labels(), q.labels())) return at + ": labels";
            if (p.timestamp() != q.timestamp()) return at + ": timestamp";
            if (p.created() != q.created()) return at + ": created";
            if (p.exemplars().size() != q.exemplars().size()) return at + ": exemplars";
            if (!p.histogram() && !p.summary() && !same(p.value(), q.value())) return at + ": value";
            for (const exemplar_row& e : p.exemplars()) {
                bool found = false;
                for (const exemplar_row& o : q.exemplars())
                    found = found || (e.bucket == o.bucket && same(e.value, o.value) && e.timestamp == o.timestamp &&
                                      same_labels(a.labels(e.labels), b.labels(o.labels)));
                if (!found) return at + ": an exemplar";
            }
            if (const histogram_row* h = p.histogram()) {
                const histogram_row* o = q.histogram();
                if (o == nullptr || h->float_counts != o->float_counts) return at + ": histogram form";
                if (!same(a, h->count, b, o->count, h->float_counts) || !same(h->sum, o->sum))
                    return at + ": count or sum";
                const auto s = a.buckets(h->classic);
                const auto t = b.buckets(o->classic);
                if (s.size() != t.size()) return at + ": number of buckets";
                for (std::size_t k = 0; k < s.size(); ++k)
                    if (s[k].upper != t[k].upper || !same(a, s[k].cumulative, b, t[k].cumulative, h->float_counts))
                        return at + ": a bucket";
                if (h->schema != o->schema) return at + ": schema";
                if (!h->has_native()) continue;
                if (h->zero_threshold != o->zero_threshold ||
                    !same(a, h->zero_count, b, o->zero_count, h->float_counts))
                    return at + ": zero";
                for (const bool positive : {true, false}) {
                    const auto u = a.spans(positive ? h->positive_spans : h->negative_spans);
                    const auto v = b.spans(positive ? o->positive_spans : o->negative_spans);
                    if (!std::equal(u.begin(), u.end(), v.begin(), v.end())) return at + ": spans";
                    const auto m = a.counts(positive ? h->positive : h->negative);
                    const auto n = b.counts(positive ? o->positive : o->negative);
                    if (m.size() != n.size()) return at + ": number of native buckets";
                    for (std::size_t k = 0; k < m.size(); ++k)
                        if (!same(a, m[k], b, n[k], h->float_counts)) return at + ": a native bucket";
                }
            }
            if (const summary_row* s = p.summary()) {
                const summary_row* o = q.summary();
                if (o == nullptr || s->count.integer != o->count.integer || !same(s->sum, o->sum))
                    return at + ": summary";
                const auto m = a.quantiles(s->quantiles);
                const auto n = b.quantiles(o->quantiles);
                if (m.size() != n.size()) return at + ": quantiles";
                for (std::size_t k = 0; k < m.size(); ++k)
                    if (m[k].rank != n[k].rank || !same(m[k].value, n[k].value)) return at + ": a quantile";
            }
        }
    }
    return {};
}

}  // namespace

TEST_CASE("what a format can hold survives writing and reading")
{
    for (const format form : {format::text, format::openmetrics, format::protobuf}) {
        for (unsigned seed = 1; seed <= 400; ++seed) {
            batch b;
            generator(seed, form).fill(b);
            const std::string text = expo::write(b, {form, expo::escaping::allow_utf8, true});
            batch again;
            const auto read = expo::parse(text, again, form);
            CAPTURE(to_string(form), seed, text);
            REQUIRE((read ? std::string() : read.errors[0].message) == "");
            REQUIRE(difference(b, again) == "");
            if (text.size() > 3) CHECK(expo::detect_format(text) == form);
        }
    }
}

TEST_CASE("small chunks write the same text")
{
    for (const format form : {format::text, format::openmetrics, format::protobuf}) {
        batch b;
        generator(7, form).fill(b);
        const std::string whole = expo::write(b, {form});
        std::string pieces;
        expo::chunk_writer out([&pieces](const char* data, std::size_t size) { pieces.append(data, size); }, 20000);
        expo::write(b, out, {form});
        out.finish();
        CHECK(pieces == whole);
    }
}
