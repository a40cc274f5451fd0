#pragma once
// Text and small arrays that live and die together.

#include <cstddef>
#include <cstring>  // std::memcpy
#include <memory>
#include <string_view>
#include <utility>
#include <vector>

namespace pitot {

/// Bump allocation in blocks. Views into it stay valid when it grows or moves, until clear() or destruction.
/// Not for one thread to fill while another reads.
class arena {
public:
    /// block_size  bytes of the first block; later ones double up to 1 MiB, larger requests get their own
    explicit arena(std::size_t block_size = 4096) noexcept : next_size_(block_size) {}

    arena(const arena&) = delete;
    arena& operator=(const arena&) = delete;
    arena(arena&& other) noexcept { *this = std::move(other); }
    arena& operator=(arena&& other) noexcept
    {
        blocks_ = std::move(other.blocks_);
        at_ = other.at_;
        left_ = other.left_;
        next_size_ = other.next_size_;
        other.blocks_.clear();
        other.at_ = nullptr;
        other.left_ = 0;
        return *this;
    }

    /// `bytes` of uninitialised memory for chars.
    [[nodiscard]] char* allocate(std::size_t bytes)
    {
        if (bytes > left_) grow(bytes);
        char* const out = at_;
        at_ += bytes;
        left_ -= bytes;
        return out;
    }

    /// A copy of text that lives as long as the arena.
    [[nodiscard]] std::string_view copy(std::string_view text)
    {
        if (text.empty()) return {};
        char* const out = allocate(text.size());
        std::memcpy(out, text.data(), text.size());
        return {out, text.size()};
    }

    /// Takes over a whole buffer (a scraped body): views into it stay valid without copying it.
    [[nodiscard]] std::string_view adopt(std::unique_ptr<char[]> buffer, std::size_t size)
    {
        const std::string_view view{buffer.get(), size};
        blocks_.insert(blocks_.begin(), {std::move(buffer), size});
        return view;
    }

    /// Forgets all text; keeps the newest block for reuse.
    void clear() noexcept
    {
        if (at_ == nullptr || blocks_.empty()) {
            blocks_.clear();
            return;
        }
        block keep = std::move(blocks_.back());
        blocks_.clear();
        at_ = keep.memory.get();
        left_ = keep.size;
        blocks_.push_back(std::move(keep));
    }

    /// Bytes held, used or not.
    [[nodiscard]] std::size_t capacity() const noexcept
    {
        std::size_t sum = 0;
        for (const block& b : blocks_) sum += b.size;
        return sum;
    }

private:
    struct block {
        std::unique_ptr<char[]> memory;
        std::size_t size;
    };

    void grow(std::size_t bytes)
    {
        const std::size_t size = bytes > next_size_ ? bytes : next_size_;
        blocks_.push_back({std::unique_ptr<char[]>(new char[size]), size});
        at_ = blocks_.back().memory.get();
        left_ = size;
        if (next_size_ < (std::size_t{1} << 20U)) next_size_ *= 2;
    }

    std::vector<block> blocks_;
    char* at_ = nullptr;
    std::size_t left_ = 0;
    std::size_t next_size_ = 4096;
};

}  // namespace pitot
