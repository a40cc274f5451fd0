#pragma once
// A file under judgement: its name, its text, and quick line numbers.

#include <pitot/base/span.hpp>
#include <pitot/base/utf8.hpp>

#include <algorithm>  // std::upper_bound
#include <bit>        // std::countr_zero
#include <cstddef>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#if defined(__SSE2__)
#include <emmintrin.h>  // part of every x86-64
#endif

namespace pitot::lint {

/// Keeps a text and where its lines begin, so that the thousandth position costs what the first did.
/// Views into text() stay valid when the source is moved, unless the text is short enough to live in the string itself:
/// keep sources where they are (a std::deque, a std::unique_ptr).
class source {
public:
    /// name  as reports print it
    source(std::string name, std::string text) : name_(std::move(name)), text_(std::move(text))
    {
        lines_.push_back(0);
        std::size_t longest = 0;
        each_newline([&](std::size_t at) {
            longest = std::max(longest, at - lines_.back());
            lines_.push_back(at + 1);
        });
        if (std::max(longest, text_.size() - lines_.back()) > long_line)
            for (std::size_t at = 0; at < text_.size(); at += block) {
                marks_.push_back(marks_.empty() ? 0
                                                : marks_.back() + utf8_length(this->text().substr(at - block, block)));
            }
    }

    [[nodiscard]] const std::string& name() const noexcept { return name_; }
    [[nodiscard]] std::string_view text() const noexcept { return text_; }

    /// As position_of(): line and column, 1-based, columns in code points.
    [[nodiscard]] text_position position(std::size_t offset) const noexcept
    {
        offset = std::min(offset, text_.size());
        const std::size_t line = line_index(offset);
        if (marks_.empty()) return {line + 1, 1 + utf8_length(text().substr(lines_[line], offset - lines_[line]))};
        return {line + 1, 1 + points_before(offset) - points_before(lines_[line])};
    }

    /// The line that holds a byte, without its newline.
    [[nodiscard]] text_span line(std::size_t offset) const noexcept
    {
        const std::size_t index = line_index(std::min(offset, text_.size()));
        const std::size_t first = lines_[index];
        const std::size_t last = index + 1 < lines_.size() ? lines_[index + 1] - 1 : text_.size();
        return {first, last - first};
    }

private:
    static constexpr std::size_t long_line = std::size_t{1} << 16U;
    static constexpr std::size_t block = 4096;

    /// Calls f(offset) for every newline. Lines are short: sixteen bytes are looked at together.
    template <class F>
    void each_newline(F&& f) const
    {
        std::size_t at = 0;
#if defined(__SSE2__)
        for (; text_.size() - at >= 16; at += 16) {
            const __m128i bytes = _mm_loadu_si128(reinterpret_cast<const __m128i*>(text_.data() + at));
            auto hits = static_cast<unsigned>(_mm_movemask_epi8(_mm_cmpeq_epi8(bytes, _mm_set1_epi8('\n'))));
            for (; hits != 0; hits &= hits - 1) f(at + static_cast<std::size_t>(std::countr_zero(hits)));
        }
#endif
        for (at = text_.find('\n', at); at != std::string::npos; at = text_.find('\n', at + 1)) f(at);
    }

    /// Code points before a byte.
    [[nodiscard]] std::size_t points_before(std::size_t offset) const noexcept
    {
        const std::size_t mark = std::min(offset / block, marks_.size() - 1);
        return marks_[mark] + utf8_length(text().substr(mark * block, offset - mark * block));
    }
    [[nodiscard]] std::size_t line_index(std::size_t offset) const noexcept
    {
        return static_cast<std::size_t>(std::upper_bound(lines_.begin(), lines_.end(), offset) - lines_.begin()) - 1;
    }

    std::string name_;
    std::string text_;
    std::vector<std::size_t> lines_;
    std::vector<std::size_t> marks_;  ///< code points before each block; only where a line is so long that it pays
};

}  // namespace pitot::lint
