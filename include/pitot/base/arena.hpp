#pragma once
// Text and small arrays that live and die together.

#include <cstddef>
#include <cstdint>  // std::uintptr_t
#include <cstring>  // std::memcpy
#include <initializer_list>
#include <memory>
#include <string_view>
#include <utility>

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
        if (this == &other) return *this;
        free_from(blocks_);
        blocks_ = std::exchange(other.blocks_, nullptr);
        at_ = std::exchange(other.at_, nullptr);
        end_ = std::exchange(other.end_, nullptr);
        next_size_ = other.next_size_;
        return *this;
    }
    ~arena() { free_from(blocks_); }

    /// `bytes` of uninitialised memory for chars.
    [[nodiscard]] char* allocate(std::size_t bytes)
    {
        if (bytes > static_cast<std::size_t>(end_ - at_)) grow(bytes);
        char* const out = at_;
        at_ += bytes;
        return out;
    }

    /// `bytes` of uninitialised memory for what has an alignment, a power of two.
    [[nodiscard]] char* allocate(std::size_t bytes, std::size_t alignment)
    {
        const std::size_t gap = (0 - reinterpret_cast<std::uintptr_t>(at_)) & (alignment - 1);
        if (bytes + gap > static_cast<std::size_t>(end_ - at_)) return allocate_anew(bytes, alignment);
        char* const out = at_ + gap;
        at_ = out + bytes;
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

    /// Texts put together, to one that lives as long as the arena.
    [[nodiscard]] std::string_view joined(std::initializer_list<std::string_view> parts)
    {
        char* const out = at_;
        char* at = out;
        for (const std::string_view part : parts) {
            if (part.size() > static_cast<std::size_t>(end_ - at)) return joined_anew(parts);
            if (!part.empty()) std::memcpy(at, part.data(), part.size());
            at += part.size();
        }
        at_ = at;
        return {out, static_cast<std::size_t>(at - out)};
    }

    /// Takes over a whole buffer (a scraped body): views into it stay valid without copying it.
    [[nodiscard]] std::string_view adopt(std::unique_ptr<char[]> buffer, std::size_t size)
    {
        const std::string_view view{buffer.get(), size};
        // Behind the block that is being filled.
        block*& behind = at_ == nullptr ? blocks_ : blocks_->next;
        behind = new block{behind, buffer.get(), size};
        (void)buffer.release();
        return view;
    }

    /// Forgets all text; keeps the newest block for reuse.
    void clear() noexcept
    {
        block*& rest = at_ == nullptr ? blocks_ : blocks_->next;
        free_from(std::exchange(rest, nullptr));
        if (at_ == nullptr) return;
        at_ = blocks_->memory;
        end_ = at_ + blocks_->size;
    }

    /// Bytes held, used or not.
    [[nodiscard]] std::size_t capacity() const noexcept
    {
        std::size_t sum = 0;
        for (const block* b = blocks_; b != nullptr; b = b->next) sum += b->size;
        return sum;
    }

private:
    struct block {
        block* next;
        char* memory;
        std::size_t size;
    };
    static void free_from(block* b) noexcept
    {
        while (b != nullptr) {
            block* const next = b->next;
            delete[] b->memory;
            delete b;
            b = next;
        }
    }

    [[gnu::noinline]] char* allocate_anew(std::size_t bytes, std::size_t alignment)
    {
        grow(bytes + alignment - 1);
        return allocate(bytes, alignment);
    }
    [[gnu::noinline]] std::string_view joined_anew(std::initializer_list<std::string_view> parts)
    {
        std::size_t size = 0;
        for (const std::string_view part : parts) size += part.size();
        grow(size);
        return joined(parts);
    }
    [[gnu::noinline]] void grow(std::size_t bytes)
    {
        const std::size_t size = bytes > next_size_ ? bytes : next_size_;
        std::unique_ptr<char[]> memory(new char[size]);
        blocks_ = new block{blocks_, memory.get(), size};
        at_ = memory.release();
        end_ = at_ + size;
        if (next_size_ < (std::size_t{1} << 20U)) next_size_ *= 2;
    }

    block* blocks_ = nullptr;  ///< the newest first: it is being filled, unless at_ is null
    char* at_ = nullptr;
    char* end_ = nullptr;  ///< of the block that is being filled
    std::size_t next_size_ = 4096;
};

}  // namespace pitot
