#pragma once
// Output in bounded chunks: writers fill a buffer, and a callback takes it away when it is full.

#include <cstddef>
#include <cstring>  // std::memcpy
#include <memory>
#include <string>
#include <string_view>
#include <utility>

namespace pitot::expo {

/// A buffer that is flushed to `sink(const char*, std::size_t)` whenever it is full, and at finish().
/// Memory is bounded by its size whatever is written through it.
template <class Sink>
class chunk_writer {
public:
    static constexpr std::size_t default_size = std::size_t{64} << 10U;

    explicit chunk_writer(Sink sink, std::size_t size = default_size)
        : buffer_(new char[size]), at_(buffer_.get()), end_(at_ + size), sink_(std::move(sink))
    {}

    /// Room for n bytes (n at most the buffer's size): write there, then commit the end.
    [[nodiscard]] char* room(std::size_t n)
    {
        if (static_cast<std::size_t>(end_ - at_) < n) flush();
        return at_;
    }
    void commit(char* end) noexcept { at_ = end; }

    void append(std::string_view text)
    {
        if (static_cast<std::size_t>(end_ - at_) < text.size()) {
            flush();
            if (static_cast<std::size_t>(end_ - at_) < text.size()) {  // longer than the whole buffer
                sink_(text.data(), text.size());
                return;
            }
        }
        if (text.empty()) return;  // its data may be null, which memcpy must not see
        std::memcpy(at_, text.data(), text.size());
        at_ += text.size();
    }
    void append(char c)
    {
        if (at_ == end_) flush();
        *at_++ = c;
    }

    void finish() { flush(); }

private:
    void flush()
    {
        if (at_ != buffer_.get()) sink_(buffer_.get(), static_cast<std::size_t>(at_ - buffer_.get()));
        at_ = buffer_.get();
    }

    std::unique_ptr<char[]> buffer_;
    char* at_;
    char* end_;
    Sink sink_;
};

/// Runs write(chunk_writer&) into a string.
template <class Write>
[[nodiscard]] std::string to_string_with(Write&& write)
{
    std::string text;
    chunk_writer out([&text](const char* data, std::size_t size) { text.append(data, size); });
    write(out);
    out.finish();
    return text;
}

}  // namespace pitot::expo
