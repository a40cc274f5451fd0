#pragma once
// What is known of a LogQL query once it is read.

#include <pitot/base/span.hpp>

#include <set>
#include <string_view>
#include <utility>
#include <vector>

namespace pitot::logql {

enum class match_op : unsigned char { equal, not_equal, regex, not_regex };

/// One matcher of a stream selector.
/// value       between its quotes, escapes as written
/// value_span  of it, without the quotes
struct matcher {
    std::string_view name;
    match_op op;
    std::string_view value;
    text_span span;
    text_span name_span;
    text_span value_span;
};

/// A label that the pipeline makes: named by json, logfmt, regexp, pattern or label_format.
struct made_label {
    std::string_view name;
    text_span span;
};

/// matchers  of the streams' own labels
/// made      in the order of the pipeline; a name may stand there twice
/// any_made  json, logfmt or unpack without a list: the log lines say which labels there are
struct stream_selector {
    std::vector<matcher> matchers;
    text_span span;
    std::vector<made_label> made = {};
    bool any_made = false;
};

/// The labels that a result may have: those that are named, or all but those.
class result_labels {
public:
    using set = std::set<std::string_view>;

    result_labels() = default;
    /// only  no others; else any but these
    result_labels(bool only, set names) : only_(only), names_(std::move(names)) {}

    [[nodiscard]] bool may_have(std::string_view label) const { return names_.contains(label) == only_; }
    [[nodiscard]] bool are_only() const noexcept { return only_; }
    /// Those that are named.
    [[nodiscard]] const set& names() const noexcept { return names_; }

    void add(std::string_view label) { put(label, only_); }
    void drop(std::string_view label) { put(label, !only_); }
    /// What this or another may have.
    void add(const result_labels& other)
    {
        if (other.only_) {
            for (const std::string_view label : other.names_) add(label);
            return;
        }
        const result_labels before = std::exchange(*this, other);
        std::erase_if(names_, [&before](std::string_view label) { return before.may_have(label); });
    }

private:
    void put(std::string_view label, bool named)
    {
        if (named)
            names_.insert(label);
        else
            names_.erase(label);
    }

    bool only_ = false;
    set names_;
};

/// streams    each selector, in the order of the text
/// metric     its result is numbers; else log lines
/// labels     of a result of numbers, by the aggregations around it; what streams have and pipelines make may be any
/// patterns   every regular expression, with its quotes
/// templates  of line_format and label_format, with their quotes
struct query {
    std::vector<stream_selector> streams;
    bool metric = false;
    result_labels labels = {};
    std::vector<text_span> patterns = {};
    std::vector<text_span> templates = {};
};

}  // namespace pitot::logql
