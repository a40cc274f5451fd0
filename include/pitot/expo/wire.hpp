#pragma once
// The protobuf wire format: as much of it as metrics need.

#include <pitot/base/error.hpp>

#include <bit>  // std::bit_cast, std::bit_width
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string_view>

namespace pitot::expo {

namespace detail {

enum class wire_type : std::uint8_t { varint = 0, fixed64 = 1, bytes = 2, fixed32 = 5 };

constexpr std::uint64_t zigzag(std::int64_t value) noexcept
{
    return (static_cast<std::uint64_t>(value) << 1U) ^ static_cast<std::uint64_t>(value >> 63);
}
constexpr std::int64_t unzigzag(std::uint64_t value) noexcept
{
    return static_cast<std::int64_t>((value >> 1U) ^ (~(value & 1U) + 1U));
}
constexpr std::size_t varint_size(std::uint64_t value) noexcept
{
    return (static_cast<std::size_t>(std::bit_width(value | 1U)) + 6) / 7;
}

/// Counts what would be written. A message's length stands before it, so every message is measured first.
class wire_size {
public:
    void varint(std::uint32_t field, std::uint64_t value) noexcept { size_ += tag_size(field) + varint_size(value); }
    void real(std::uint32_t field, double) noexcept { size_ += tag_size(field) + 8; }
    void text(std::uint32_t field, std::string_view value) noexcept { sized(field, value.size()); }
    template <class Fill>
    void message(std::uint32_t field, Fill&& fill)
    {
        wire_size inner;
        fill(inner);
        sized(field, inner.size_);
    }
    /// Values of a repeated field in one run: `each(put)` calls put with every varint.
    template <class Each>
    void packed(std::uint32_t field, Each&& each)
    {
        std::size_t n = 0;
        each([&n](std::uint64_t value) { n += varint_size(value); });
        sized(field, n);
    }
    void packed_reals(std::uint32_t field, std::size_t count) noexcept { sized(field, count * 8); }
    void bare_real(double) noexcept {}

    [[nodiscard]] std::size_t size() const noexcept { return size_; }

private:
    static std::size_t tag_size(std::uint32_t field) noexcept { return varint_size(std::uint64_t{field} << 3U); }
    void sized(std::uint32_t field, std::size_t n) noexcept { size_ += tag_size(field) + varint_size(n) + n; }

    std::size_t size_ = 0;
};

/// Writes through a chunk_writer.
template <class Out>
class wire_writer {
public:
    explicit wire_writer(Out& out) noexcept : out_(out) {}

    void varint(std::uint32_t field, std::uint64_t value)
    {
        tag(field, wire_type::varint);
        bare(value);
    }
    void real(std::uint32_t field, double value)
    {
        tag(field, wire_type::fixed64);
        bare_real(value);
    }
    void text(std::uint32_t field, std::string_view value)
    {
        tag(field, wire_type::bytes);
        bare(value.size());
        out_.append(value);
    }
    template <class Fill>
    void message(std::uint32_t field, Fill&& fill)
    {
        wire_size inner;
        fill(inner);
        tag(field, wire_type::bytes);
        bare(inner.size());
        fill(*this);
    }
    template <class Each>
    void packed(std::uint32_t field, Each&& each)
    {
        std::size_t n = 0;
        each([&n](std::uint64_t value) { n += varint_size(value); });
        tag(field, wire_type::bytes);
        bare(n);
        each([this](std::uint64_t value) { bare(value); });
    }
    void packed_reals(std::uint32_t field, std::size_t count)
    {
        tag(field, wire_type::bytes);
        bare(count * 8);
    }
    void bare(std::uint64_t value)
    {
        char* at = out_.room(10);
        for (; value >= 0x80; value >>= 7U) *at++ = static_cast<char>(static_cast<unsigned char>(value | 0x80U));
        *at++ = static_cast<char>(static_cast<unsigned char>(value));
        out_.commit(at);
    }
    void bare_real(double value)
    {
        char* at = out_.room(8);
        auto bits = std::bit_cast<std::uint64_t>(value);
        for (int i = 0; i < 8; ++i, bits >>= 8U) *at++ = static_cast<char>(static_cast<unsigned char>(bits));
        out_.commit(at);
    }

private:
    void tag(std::uint32_t field, wire_type type) { bare((field << 3U) | static_cast<std::uint32_t>(type)); }

    Out& out_;
};

/// Where and why reading stopped.
struct wire_failure {
    const char* at = nullptr;
    errc code = errc::syntax;
    const char* why = nullptr;
};

/// Reads the fields of one message. After next() the field's value is in number, bytes or real, by its type.
/// A failure is kept in the shared wire_failure and ends every reader that shares it.
class wire_reader {
public:
    wire_reader(std::string_view message, wire_failure& failure) noexcept
        : at_(message.data()), end_(at_ + message.size()), failure_(&failure)
    {}

    std::uint32_t field = 0;
    wire_type type = wire_type::varint;
    std::uint64_t number = 0;
    std::string_view bytes;
    const char* start = nullptr;  ///< of the field's tag

    /// Reads the next field; false at the end and after a failure.
    [[nodiscard]] bool next() noexcept
    {
        if (at_ == end_ || failure_->at != nullptr) return false;
        start = at_;
        std::uint64_t key = 0;
        if (!read_varint(key)) return false;
        if (key >> 3U == 0 || key >> 3U > 0x1FFFFFFFU)
            return fail(start, errc::syntax, "a field's number is 1 to 536870911");
        field = static_cast<std::uint32_t>(key >> 3U);
        switch (key & 7U) {
        case 0: type = wire_type::varint; return read_varint(number);
        case 1: type = wire_type::fixed64; return read_fixed(8);
        case 2: {
            type = wire_type::bytes;
            std::uint64_t length = 0;
            if (!read_varint(length)) return false;
            if (length > static_cast<std::uint64_t>(end_ - at_))
                return fail(start, errc::unexpected_end, "a field is longer than what holds it");
            bytes = {at_, static_cast<std::size_t>(length)};
            at_ += length;
            return true;
        }
        case 5: type = wire_type::fixed32; return read_fixed(4);
        default: return fail(start, errc::syntax, "the wire type is not one of varint, 64 bit, bytes and 32 bit");
        }
    }

    [[nodiscard]] double real() const noexcept { return std::bit_cast<double>(number); }
    /// Demands the type of the field just read.
    [[nodiscard]] bool is(wire_type wanted) noexcept
    {
        return type == wanted || fail(start, errc::syntax, "the field has another wire type than its definition");
    }
    bool fail(const char* at, errc code, const char* why) noexcept
    {
        if (failure_->at == nullptr) *failure_ = {at, code, why};
        return false;
    }
    [[nodiscard]] wire_failure& failure() noexcept { return *failure_; }

    /// A varint without a tag (packed fields, delimiters).
    [[nodiscard]] bool read_varint(std::uint64_t& value) noexcept
    {
        value = 0;
        const char* const first = at_;
        for (unsigned shift = 0; at_ != end_; shift += 7) {
            const auto byte = static_cast<unsigned char>(*at_++);
            if (shift == 63 && byte > 1) return fail(first, errc::out_of_range, "a varint has more than 64 bits");
            value |= std::uint64_t{byte & 0x7FU} << shift;
            if (byte < 0x80) return true;
        }
        return fail(first, errc::unexpected_end, "a varint is cut off");
    }
    [[nodiscard]] bool read_fixed(unsigned size) noexcept
    {
        if (static_cast<std::size_t>(end_ - at_) < size) return fail(at_, errc::unexpected_end, "a number is cut off");
        number = 0;
        for (unsigned i = 0; i < size; ++i) number |= std::uint64_t{static_cast<unsigned char>(at_[i])} << (8 * i);
        at_ += size;
        return true;
    }
    [[nodiscard]] bool at_end() const noexcept { return at_ == end_; }
    [[nodiscard]] const char* position() const noexcept { return at_; }
    [[nodiscard]] std::string_view rest() const noexcept { return {at_, static_cast<std::size_t>(end_ - at_)}; }

private:
    const char* at_;
    const char* end_;
    wire_failure* failure_;
};

}  // namespace detail

}  // namespace pitot::expo
