#pragma once
// gzip by zlib: in chunks for servers, in one go for expo::serialize.

#include <zlib.h>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

namespace pitot {

/// A sink of chunks that passes them on compressed: call it like any sink, then finish().
/// Memory: zlib's 256 KiB and a chunk of output, whatever goes through.
template <class Sink>
class gzip_sink {
public:
    /// sink   takes (const char*, std::size_t)
    /// level  1 (fast) to 9; expositions shrink to about a tenth already at 1
    explicit gzip_sink(Sink sink, int level = 1)
        : sink_(std::move(sink)), room_(new char[room_size]), stream_(new z_stream{})
    {
        constexpr int gzip_window = 15 + 16;
        good_ = deflateInit2(stream_.get(), level, Z_DEFLATED, gzip_window, 8, Z_DEFAULT_STRATEGY) == Z_OK;
        ended_ = !good_;
    }
    gzip_sink(const gzip_sink&) = delete;
    gzip_sink& operator=(const gzip_sink&) = delete;
    ~gzip_sink()
    {
        if (!ended_) deflateEnd(stream_.get());
    }

    void operator()(const char* data, std::size_t size)
    {
        constexpr std::size_t most = std::size_t{1} << 30U;  // zlib counts in 32 bits
        while (size > 0) {
            const std::size_t part = size < most ? size : most;
            run(data, part, Z_NO_FLUSH);
            data += part;
            size -= part;
        }
    }

    /// Passes on what is left. Call it once, behind the last chunk.
    /// returns  false when zlib had no memory; what was passed on is then not complete
    bool finish()
    {
        run(nullptr, 0, Z_FINISH);
        if (!ended_) deflateEnd(stream_.get());
        ended_ = true;
        return good_;
    }

private:
    static constexpr std::size_t room_size = std::size_t{32} << 10U;

    void run(const char* data, std::size_t size, int flush)
    {
        if (!good_ || ended_) return;
        stream_->next_in = reinterpret_cast<Bytef*>(const_cast<char*>(data));  // zlib does not write there
        stream_->avail_in = static_cast<uInt>(size);
        int state = Z_OK;
        do {
            stream_->next_out = reinterpret_cast<Bytef*>(room_.get());
            stream_->avail_out = static_cast<uInt>(room_size);
            state = deflate(stream_.get(), flush);
            if (state == Z_STREAM_ERROR) {
                good_ = false;
                return;
            }
            const std::size_t made = room_size - stream_->avail_out;
            if (made > 0) sink_(static_cast<const char*>(room_.get()), made);
        } while (stream_->avail_out == 0 || (flush == Z_FINISH && state != Z_STREAM_END));
    }

    Sink sink_;
    std::unique_ptr<char[]> room_;
    std::unique_ptr<z_stream> stream_;
    bool good_ = false;
    bool ended_ = false;
};

/// Compresses a whole text: the hook of expo::serialize.
/// returns  false when zlib had no memory; `out` is then empty
[[nodiscard]] inline bool gzip(std::string_view text, std::string& out)
{
    out.clear();
    gzip_sink sink([&out](const char* data, std::size_t size) { out.append(data, size); });
    sink(text.data(), text.size());
    if (sink.finish()) return true;
    out.clear();
    return false;
}

/// Decompresses a gzip text: one member, or several behind each other, as RFC 1952 has them.
/// most     bytes of plain text at most: a small body may unpack to gigabytes
/// returns  false when it is no gzip, is cut off, is larger, or has something else behind it
[[nodiscard]] inline bool gunzip(std::string_view packed, std::string& out, std::size_t most = std::size_t{1} << 30U)
{
    out.clear();
    z_stream stream{};
    if (packed.size() > UINT32_MAX || inflateInit2(&stream, 15 + 16) != Z_OK) return false;
    stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(packed.data()));
    stream.avail_in = static_cast<uInt>(packed.size());
    constexpr std::size_t room_size = std::size_t{32} << 10U;
    const std::unique_ptr<char[]> room(new char[room_size]);
    int state = Z_OK;
    while (state == Z_OK) {
        stream.next_out = reinterpret_cast<Bytef*>(room.get());
        stream.avail_out = static_cast<uInt>(room_size);
        state = inflate(&stream, Z_NO_FLUSH);
        const std::size_t made = room_size - stream.avail_out;
        if (made > most - out.size())
            state = Z_MEM_ERROR;
        else
            out.append(room.get(), made);
        if (state == Z_STREAM_END && stream.avail_in > 0) state = inflateReset(&stream);  // another member
    }
    inflateEnd(&stream);
    if (state != Z_STREAM_END) out.clear();
    return state == Z_STREAM_END;
}

}  // namespace pitot
