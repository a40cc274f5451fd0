#pragma once
// What a parser found wrong: as much as is listed, and how much more there is.

#include <pitot/base/error.hpp>
#include <pitot/base/text.hpp>
#include <pitot/expo/parse_options.hpp>

#include <cstddef>
#include <string>
#include <utility>
#include <vector>

namespace pitot::expo::detail {

class error_list {
public:
    explicit error_list(const parse_options& how) noexcept : most_(how.max_errors) {}

    void add(error e)
    {
        if (all_.size() < most_)
            all_.push_back(std::move(e));
        else
            ++unlisted_;
    }
    /// All of them; behind those that are listed, how many are not.
    /// end  of the text
    [[nodiscard]] std::vector<error> take(std::size_t end)
    {
        if (unlisted_ > 0)
            all_.push_back(
                {errc::too_many, concat(std::to_string(unlisted_), " more errors are not listed"), {end, 0}});
        return std::move(all_);
    }

private:
    std::size_t most_;
    std::vector<error> all_;
    std::size_t unlisted_ = 0;
};

}  // namespace pitot::expo::detail
