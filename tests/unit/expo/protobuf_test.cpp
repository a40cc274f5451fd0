#include <pitot/expo/parse.hpp>
#include <pitot/expo/write.hpp>

#include <catch.hpp>

#include <cmath>
#include <string>
#include <vector>

using namespace pitot;
using expo::format;

namespace {

std::string bytes_of(batch& b)
{
    b.finish();
    return expo::write(b, {format::protobuf});
}

template <std::size_t N>
std::string raw(const char (&text)[N])
{
    return {text, N - 1};
}

/// One family called "h" of a type, with one metric that has these bytes.
std::string family_message(char type, const std::string& metric)
{
    const std::string body = raw("\x0A\x01h\x18") + type + "\x22" + static_cast<char>(metric.size()) + metric;
    return static_cast<char>(body.size()) + body;
}

/// A histogram metric of these fields.
std::string histogram(const std::string& fields)
{
    return family_message(4, raw("\x3A") + static_cast<char>(fields.size()) + fields);
}

std::string refusal(const std::string& bytes)
{
    batch b;
    const auto read = expo::parse(bytes, b, format::protobuf);
    return read ? "" : read.errors[0].message;
}

}  // namespace

TEST_CASE("E17: a message is the bytes that protobuf's own library writes")
{
    batch b;
    const auto p = b.add(b.family("a_total", metric_type::counter, "h", "u"), b.labels({{"x", "y"}}), 3);
    b.set_timestamp(p, instant::from_milliseconds(5));
    CHECK(bytes_of(b) ==
          raw("\x28\x0A\x07"
              "a_total\x12\x01h\x18\x00\x22\x15\x0A\x06\x0A\x01x\x12\x01y\x1A\x09\x09\x00\x00\x00\x00\x00\x00\x08@"
              "\x30\x05\x2A\x01u"));
}

TEST_CASE("native histograms of whole counts are deltas behind spans")
{
    batch b;
    histogram_row row;
    row.count.integer = 9;
    row.sum = 3;
    row.schema = 3;
    row.zero_threshold = 1e-128;
    row.zero_count.integer = 1;
    const bucket_span spans[] = {{-2, 2}, {3, 1}};
    row.positive_spans = b.add_spans(spans);
    count_cell counts[3];
    counts[0].integer = 1;
    counts[1].integer = 5;
    counts[2].integer = 2;
    row.positive = b.add_counts(counts);
    const auto p = b.add(b.family("h", metric_type::histogram), labels_id::none, row);
    b.set_created(p, instant{1700000000, 5});
    const exemplar_row e{b.labels({{"id", "1"}}), 0.5, instant{1700000001, 0}, exemplar_row::no_bucket};
    b.set_exemplars(p, {&e, 1});
    const std::string bytes = bytes_of(b);
    CHECK(bytes.find(raw("\x6A\x03\x02\x08\x05")) != std::string::npos);  // +1 +4 -3, packed
    batch again;
    const auto read = expo::parse(bytes, again);
    REQUIRE(read);
    CHECK(read.form == format::protobuf);
    const auto point = again[0][0];
    const histogram_row& h = *point.histogram();
    CHECK(h.schema == 3);
    CHECK(h.zero_threshold == 1e-128);
    CHECK(h.zero_count.integer == 1);
    REQUIRE(again.spans(h.positive_spans).size() == 2);
    CHECK(again.spans(h.positive_spans)[1] == bucket_span{3, 1});
    CHECK(again.counts(h.positive)[1].integer == 5);
    CHECK(h.classic.count == 0);
    CHECK(point.created() == instant{1700000000, 5});
    REQUIRE(point.exemplars().size() == 1);
    CHECK(point.exemplars()[0].timestamp == instant{1700000001, 0});
    CHECK(expo::write(again, {format::protobuf}) == bytes);
}

TEST_CASE("native histograms of float counts are absolute")
{
    batch b;
    histogram_row row;
    row.float_counts = true;
    row.count.real = 2.5;
    row.schema = 0;
    row.zero_count.real = 0;
    const bucket_span span[] = {{0, 2}};
    row.negative_spans = b.add_spans(span);
    count_cell counts[2];
    counts[0].real = 0.5;
    counts[1].real = 2;
    row.negative = b.add_counts(counts);
    b.add(b.family("h", metric_type::gauge_histogram), labels_id::none, row);
    const std::string bytes = bytes_of(b);
    batch again;
    REQUIRE(expo::parse(bytes, again));
    const histogram_row& h = *again[0][0].histogram();
    CHECK(again[0].type() == metric_type::gauge_histogram);
    CHECK(h.float_counts);
    CHECK(h.count.real == 2.5);
    CHECK(again.counts(h.negative)[1].real == 2);
    CHECK(expo::write(again, {format::protobuf}) == bytes);
}

TEST_CASE("an empty native histogram has a span of nothing, and stays native")
{
    batch b;
    histogram_row row;
    row.schema = 0;
    b.add(b.family("h", metric_type::histogram), labels_id::none, row);
    const std::string bytes = bytes_of(b);
    CHECK(bytes.find(raw("\x62\x04\x08\x00\x10\x00")) != std::string::npos);
    batch again;
    REQUIRE(expo::parse(bytes, again));
    CHECK(again[0][0].histogram()->has_native());
    CHECK(again[0][0].histogram()->positive_spans.count == 0);
    CHECK(expo::write(again, {format::protobuf}) == bytes);
}

TEST_CASE("the +Inf bucket is optional there and always in the batch")
{
    const std::string count = raw("\x08\x07");
    const std::string one_bucket = raw("\x1A\x0B\x08\x05\x11\x00\x00\x00\x00\x00\x00\xF0\x3F");
    batch b;
    REQUIRE(expo::parse(histogram(count + one_bucket), b, format::protobuf));
    const auto buckets = b.buckets(b[0][0].histogram()->classic);
    REQUIRE(buckets.size() == 2);
    CHECK(buckets[0].cumulative.integer == 5);
    CHECK(std::isinf(buckets[1].upper));
    CHECK(buckets[1].cumulative.integer == 7);
    CHECK(refusal(histogram(raw("\x08\x04") + one_bucket)) == "h: the last bucket differs from the count");
}

TEST_CASE("both wire forms of repeated numbers are read, and unknown fields are skipped")
{
    const std::string span = raw("\x62\x04\x08\x00\x10\x02");
    for (const std::string& deltas : {raw("\x6A\x02\x02\x02"), raw("\x68\x02\x68\x02")}) {
        batch b;
        REQUIRE(expo::parse(histogram(raw("\x08\x03") + span + deltas + raw("\xF8\x01\x2A\xFD\x01\x01\x02\x03\x04")), b,
                            format::protobuf));
        CHECK(b.counts(b[0][0].histogram()->positive)[1].integer == 2);
    }
}

TEST_CASE("what is not well-formed is refused with the byte at fault")
{
    const std::string span = raw("\x62\x04\x08\x00\x10\x02");
    CHECK(refusal(histogram(raw("\x28\x69"))) ==
          "h: native histograms with custom buckets (schema -53) are not part of the format");
    CHECK(refusal(histogram(raw("\x28\x12"))) == "h: the schema of a native histogram is -4 to 8");
    CHECK(refusal(histogram(raw("\x08\x03") + span + raw("\x6A\x01\x02"))) ==
          "h: the spans of a native histogram name another number of buckets");
    CHECK(refusal(histogram(raw("\x08\x03") + span + raw("\x6A\x02\x02\x03"))) ==
          "h: a native bucket's count is below zero or beyond 64 bits");
    CHECK(refusal(histogram(raw("\x08\x04") + span + raw("\x6A\x02\x02\x02"))) ==
          "h: the native buckets do not add up to the count");
    CHECK(refusal(histogram(raw("\x6A\x02\x02\x02"))) == "h: a native histogram has buckets but no spans");
    CHECK(refusal(histogram(raw("\x62\x08\x08\x00\x10\xFF\xFF\xFF\xFF\x0F"))) ==
          "h: the spans of a native histogram name another number of buckets");
    CHECK(refusal(histogram(raw("\x0A\x00"))) == "h: the field has another wire type than its definition");
    CHECK(refusal(family_message(4, raw("\x1A\x00"))) == "h: the metric's value is not of the family's type");
    CHECK(refusal(family_message(9, "")) == "the metric type is none of 0 to 5");
    CHECK(refusal(family_message(1, raw("\x0A\x00\x12\x00"))) == "h: a label without a name");
    CHECK(refusal(family_message(1, raw("\x0A\x03\x0A\x01\xFF\x12\x00"))) == "h: a label is not UTF-8");
    CHECK(refusal(family_message(1, raw("\x0A\x03\x0A\x01x\x0A\x03\x0A\x01x\x12\x00"))) == "h: a label is given twice");
    CHECK(refusal(raw("\x02\x18\x01")) == "a family without a name");
    CHECK(refusal(raw("\x7F\x0A\x01h")) == "a family is longer than what is left");
    CHECK(refusal(raw("\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\x02")) == "a varint has more than 64 bits");
    CHECK(refusal(raw("\x80\x80")) == "a varint is cut off");
    CHECK(refusal(raw("\x03\x0A\x7Fh")) == "a field is longer than what holds it");
    CHECK(refusal(raw("\x03\x0B\x01h")) == "the wire type is not one of varint, 64 bit, bytes and 32 bit");
    CHECK(refusal(raw("\x02\x02\x00")) == "a field's number is 1 to 536870911");
    batch b;
    const auto read = expo::parse(histogram(raw("\x0A\x00")), b, format::protobuf);
    REQUIRE(read.errors.size() == 1);
    CHECK(read.errors[0].where.offset == 10);
}

TEST_CASE("a bad metric spoils itself alone when reading is lenient")
{
    batch b;
    expo::parse_options options;
    options.strict = false;
    const std::string bytes = family_message(1, raw("\x1A\x00")) +
                              raw("\x0B\x0A\x01g\x18\x01\x22\x04\x12\x02\xF8\x01\x01");
    const auto read = expo::parse(bytes.substr(0, bytes.size() - 1) + raw("\x01"), b, format::protobuf, options);
    CHECK(read.errors.size() >= 1);
}

TEST_CASE("every cut of a message is refused or read as what stands before it")
{
    batch b;
    b.add(b.family("a", metric_type::gauge), b.labels({{"x", "y"}}), 1);
    b.add(b.family("b", metric_type::gauge), labels_id::none, 2);
    const std::string bytes = bytes_of(b);
    for (std::size_t n = 0; n < bytes.size(); ++n) {
        batch part;
        const std::string cut = bytes.substr(0, n);
        const auto read = expo::parse(cut, part, format::protobuf);
        const bool boundary = n == 0 || n == static_cast<std::size_t>(static_cast<unsigned char>(bytes[0])) + 1;
        CHECK(read.errors.empty() == boundary);
    }
}
