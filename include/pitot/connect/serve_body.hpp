#pragma once
// The body of an answer: bounded chunks of bytes, made once, sent to one or more clients.

#include <algorithm>  // std::min
#include <atomic>
#include <cstddef>
#include <cstring>  // std::memcpy
#include <memory>
#include <string_view>
#include <utility>
#include <vector>

namespace pitot {

/// Chunks of at most 64 KiB. Bytes that live are counted in a counter that all bodies of a server share.
class serve_body {
public:
    static constexpr std::size_t chunk_size = std::size_t{64} << 10U;

    explicit serve_body(std::shared_ptr<std::atomic<std::size_t>> unsent = nullptr) : unsent_(std::move(unsent)) {}
    serve_body(const serve_body&) = delete;
    serve_body& operator=(const serve_body&) = delete;
    ~serve_body()
    {
        if (unsent_) unsent_->fetch_sub(capacity_, std::memory_order_relaxed);
    }

    void append(std::string_view text)
    {
        while (!text.empty()) {
            if (chunks_.empty() || chunks_.back().used == chunks_.back().size) grow(text.size());
            chunk& last = chunks_.back();
            const std::size_t n = std::min(text.size(), last.size - last.used);
            std::memcpy(last.memory.get() + last.used, text.data(), n);
            last.used += n;
            size_ += n;
            text.remove_prefix(n);
        }
    }

    [[nodiscard]] std::size_t size() const noexcept { return size_; }
    [[nodiscard]] std::size_t chunks() const noexcept { return chunks_.size(); }
    [[nodiscard]] std::string_view chunk_at(std::size_t i) const noexcept
    {
        return {chunks_[i].memory.get(), chunks_[i].used};
    }

private:
    struct chunk {
        std::unique_ptr<char[]> memory;
        std::size_t size;
        std::size_t used;
    };

    void grow(std::size_t wanted)
    {
        // The first chunk is as small as a short answer allows; memory that stays untouched is not counted by the
        // kernel.
        const std::size_t size = chunks_.empty() ? std::min(chunk_size, std::max<std::size_t>(wanted, 4096))
                                                 : chunk_size;
        chunks_.push_back({std::unique_ptr<char[]>(new char[size]), size, 0});
        capacity_ += size;
        if (unsent_) unsent_->fetch_add(size, std::memory_order_relaxed);
    }

    std::vector<chunk> chunks_;
    std::size_t size_ = 0;
    std::size_t capacity_ = 0;
    std::shared_ptr<std::atomic<std::size_t>> unsent_;
};

}  // namespace pitot
