#pragma once
// Reads text 0.0.4 and OpenMetrics 1.0 into a batch.

#include <pitot/expo/error_list.hpp>
#include <pitot/expo/fast_line.hpp>
#include <pitot/expo/metadata_words.hpp>
#include <pitot/expo/openmetrics_rules.hpp>
#include <pitot/expo/parse_options.hpp>
#include <pitot/expo/roles.hpp>

#include <algorithm>  // std::min
#include <cstddef>
#include <deque>
#include <string>
#include <string_view>
#include <unordered_map>
#include <unordered_set>
#include <utility>
#include <vector>

namespace pitot::expo {

namespace detail {

class text_parser {
public:
    text_parser(std::string_view text, batch& out, const parse_options& options)
        : text_(text), out_(out), options_(options), om_(options.format == text_format::openmetrics_1_0),
          line_(text, out.texts(), options.format)
    {}

    std::vector<error> run()
    {
        if (text_.size() > options_.max_bytes) {
            report(errc::too_large, text_.data(), 0,
                   concat("the text is larger than ", std::to_string(options_.max_bytes), " bytes"));
            return errors_.take(text_.size());
        }
        const char* at = text_.data();
        const char* const end = at + text_.size();
        if (text_.starts_with("\xEF\xBB\xBF")) {
            report(errc::syntax, at, 3, "a byte order mark stands before the text");
            at += 3;
        }
        const std::size_t last = text_.rfind('\n');
        const fast_line fast(last == std::string_view::npos ? nullptr : text_.data() + last, end);
        while (at != end && !stop_) {
            if (!eof_) {
                if (const char* newline = fast.parse(at, sample_)) {
                    if (*newline == ' ') {
                        const char* const blank = newline;
                        newline = static_cast<const char*>(
                            std::memchr(blank, '\n', static_cast<std::size_t>(end - blank)));
                        if (auto done = line_.tail(blank, newline, sample_))
                            accept({at, static_cast<std::size_t>(newline - at)});
                        else
                            report(std::move(done.error()));
                    } else {
                        accept({at, static_cast<std::size_t>(newline - at)});
                    }
                    at = newline + 1;
                    if (samples_ == 1000) make_room(static_cast<std::size_t>(at - text_.data()));
                    continue;
                }
            }
            const char* newline = static_cast<const char*>(std::memchr(at, '\n', static_cast<std::size_t>(end - at)));
            if (newline == nullptr) newline = end;
            one_line({at, static_cast<std::size_t>(newline - at)});
            at = newline == end ? end : newline + 1;
        }
        close_family();
        if (om_ && !eof_ && !stop_) report(errc::unexpected_end, end, 0, "the text must end with \"# EOF\"");
        if (!om_ && options_.strict && !stop_ && at != text_.data() && at[-1] != '\n')
            report(errc::unexpected_end, end, 0, "the last line must end in a newline");
        for (auto& family : families_) family.points.close();
        out_.finish();
        return errors_.take(text_.size());
    }

private:
    struct family_state {
        std::string_view name;  ///< as metadata lines call it
        metric_type type;
        point_assembler points;
        std::optional<openmetrics_rules> rules;
        bool has_type = false;
        bool has_help = false;
        bool has_unit = false;
        bool has_samples = false;
        bool broken = false;         ///< its metadata was refused: its samples have no place
        const char* line = nullptr;  ///< of its first line
    };

    void report(errc code, const char* at, std::size_t length, std::string message)
    {
        report({code, std::move(message), {static_cast<std::size_t>(at - text_.data()), length}});
    }
    void report(error e)
    {
        e.where.length = std::min(e.where.length, text_.size() - e.where.offset);
        errors_.add(std::move(e));
        if (options_.strict) stop_ = true;
    }

    /// The rest of the text is likely as its beginning: columns that grow by doubling cost more than the reading.
    void make_room(std::size_t read)
    {
        if (out_.point_count() < samples_ / 2) return;  // histograms and summaries: several lines a point
        const std::size_t most = text_.size() / 16;     // whatever the beginning looks like
        const auto all = [&](std::size_t so_far) {
            const double expected = static_cast<double>(so_far) * static_cast<double>(text_.size()) /
                                    static_cast<double>(read) * 1.05;
            return expected < static_cast<double>(most) ? static_cast<std::size_t>(expected) : most;
        };
        out_.reserve(all(out_.point_count()), all(out_.label_count()));
    }

    void one_line(std::string_view line)
    {
        if (om_) {
            if (eof_) return report(errc::syntax, line.data(), line.size(), "nothing may follow \"# EOF\"");
            if (line.empty()) return report(errc::syntax, line.data(), 0, "OpenMetrics has no empty lines");
            if (line == "# EOF") {
                eof_ = true;
                return;
            }
            if (line.front() == '#') return openmetrics_metadata(line);
        } else {
            if (!line.empty() && line.back() == '\r') {
                if (options_.strict)
                    return report(errc::syntax, &line.back(), 1,
                                  "a line ends in a newline alone, without a carriage return");
                line.remove_suffix(1);
            }
            const std::size_t first = line.find_first_not_of(" \t");
            if (first == std::string_view::npos) return;
            if (line[first] == '#') return text_comment(line.substr(first));
        }
        sample(line);
    }

    // --- metadata

    /// The name of a metadata line, which may be quoted; `rest` then begins behind the blank after it.
    bool metadata_name(std::string_view& rest, std::string_view& name, bool& good)
    {
        good = true;
        if (!rest.empty() && rest.front() == '"') {
            const char* at = rest.data();
            auto text = line_.quoted(at, rest.data() + rest.size());
            if (!text) {
                report(std::move(text.error()));
                good = false;
                return false;
            }
            name = *text;
            rest.remove_prefix(static_cast<std::size_t>(at - rest.data()));
            return !name.empty();
        }
        std::size_t n = 0;
        while (n < rest.size() && rest[n] != ' ' && (om_ || rest[n] != '\t')) ++n;
        name = rest.substr(0, n);
        rest.remove_prefix(n);
        return is_legacy_metric_name(name);
    }

    void text_comment(std::string_view line)
    {
        std::string_view rest = line.substr(1);
        const auto skip = [&rest] {
            const std::size_t n = rest.find_first_not_of(" \t");
            rest.remove_prefix(n == std::string_view::npos ? rest.size() : n);
        };
        skip();
        const bool is_type = rest.substr(0, 4) == "TYPE" && rest.size() > 4 && (rest[4] == ' ' || rest[4] == '\t');
        const bool is_help = rest.substr(0, 4) == "HELP" && rest.size() > 4 && (rest[4] == ' ' || rest[4] == '\t');
        if (!is_type && !is_help) return;  // an ordinary comment
        rest.remove_prefix(4);
        skip();
        if (rest.empty()) return;  // says nothing, and is no error upstream either
        std::string_view name;
        const char* const at = rest.data();
        bool good = true;
        if (!metadata_name(rest, name, good)) {
            if (good) report(errc::invalid_name, at, name.size(), concat("'", name, "' is not a metric name"));
            return;
        }
        skip();
        family_state& family = text_family(name, line.data());
        if (is_help) {
            if (family.has_help)
                return report(errc::duplicate, line.data(), line.size(), concat("a second HELP line for ", name));
            family.has_help = true;
            if (const std::size_t wrong = utf8_error(rest); wrong != rest.size())
                return report(errc::invalid_utf8, rest.data() + wrong, 1, "the help text is not UTF-8");
            if (auto help = help_of(rest)) out_.row(family.points.family()).help = *help;
            return;
        }
        if (rest.empty()) return;
        const std::string_view word = options_.strict ? rest : rest.substr(0, rest.find_first_of(" \t"));
        const auto type = metadata_type(word, om_, options_.strict);
        if (!type)
            return report(
                errc::invalid_value, word.data(), word.size(),
                concat("'", word, "' is not a metric type: counter, gauge, histogram, summary and untyped are"));
        if (family.has_type)
            return report(errc::duplicate, line.data(), line.size(), concat("a second TYPE line for ", name));
        if (family.has_samples)
            return report(errc::syntax, line.data(), line.size(),
                          concat("the TYPE line of ", name, " stands behind its samples"));
        family.has_type = true;
        set_type(family, *type);
    }

    void openmetrics_metadata(std::string_view line)
    {
        const auto bad = [&](std::string why) { report(errc::syntax, line.data(), line.size(), std::move(why)); };
        std::string_view rest = line;
        enum class kind : unsigned char { none, help, type, unit } what = kind::none;
        if (rest.substr(0, 7) == "# HELP ")
            what = kind::help;
        else if (rest.substr(0, 7) == "# TYPE ")
            what = kind::type;
        else if (rest.substr(0, 7) == "# UNIT ")
            what = kind::unit;
        if (what == kind::none)
            return bad("a line that begins with # is # HELP, # TYPE, # UNIT or # EOF, with single blanks");
        rest.remove_prefix(7);
        std::string_view name;
        bool good = true;
        if (!metadata_name(rest, name, good)) {
            if (good)
                report(errc::invalid_name, line.data() + 7, name.size(), concat("'", name, "' is not a metric name"));
            return;
        }
        if (rest.empty() || rest.front() != ' ') return bad("a blank and the text are expected behind the name");
        rest.remove_prefix(1);
        if (current_ != nullptr && current_->name == name && current_->has_samples)
            return bad(concat("metadata of ", name, " stands behind its samples"));
        if (current_ == nullptr || current_->name != name) {
            close_family();
            if (stop_) return;
            open_family(name, line.data());
            if (stop_) return;
        }
        switch (what) {
        case kind::help: {
            if (current_->has_help) return bad(concat("a second HELP line for ", name));
            current_->has_help = true;
            if (const std::size_t wrong = utf8_error(rest); wrong != rest.size())
                return report(errc::invalid_utf8, rest.data() + wrong, 1, "the help text is not UTF-8");
            if (auto help = help_of(rest)) help_ = *help;
            break;
        }
        case kind::type: {
            if (current_->has_type) return bad(concat("a second TYPE line for ", name));
            const auto type = metadata_type(rest, om_, options_.strict);
            if (!type)
                return report(errc::invalid_value, rest.data(), rest.size(),
                              concat("'", rest,
                                     "' is not a metric type of OpenMetrics: counter, gauge, histogram, "
                                     "gaugehistogram, stateset, info, summary and unknown are"));
            current_->has_type = true;
            current_->type = *type;
            break;
        }
        default:
            if (current_->has_unit) return bad(concat("a second UNIT line for ", name));
            current_->has_unit = true;
            unit_ = rest;
            break;
        }
    }

    /// Nothing, and the error told, when it has an escape that it may not have.
    std::optional<std::string_view> help_of(std::string_view text)
    {
        auto help = unescape_help(text, out_.texts(), om_, options_.strict);
        if (help) return *help;
        report(errc::syntax, text.data() + help.error().where.offset, 1, std::move(help.error().message));
        return std::nullopt;
    }

    // --- families

    family_state& add_state(std::string_view name, metric_type type, family_id id, const char* line)
    {
        return families_.emplace_back(
            family_state{name, type, point_assembler(out_, id, type), {}, false, false, false, false, false, line});
    }

    void set_type(family_state& family, metric_type type)
    {
        family.type = type;
        out_.row(family.points.family()).type = type;
        family.points = point_assembler(out_, family.points.family(), type);
    }

    family_state& text_family(std::string_view name, const char* line)
    {
        const auto at = by_name_.find(name);
        if (at != by_name_.end()) return *at->second;
        family_state& state = add_state(name, metric_type::unknown, out_.family(name, metric_type::unknown), line);
        by_name_.emplace(name, &state);
        return state;
    }

    void open_family(std::string_view name, const char* line)
    {
        current_ = &add_state(name, metric_type::unknown, family_id{}, line);
        help_ = unit_ = {};
        begun_ = false;
    }

    /// The metadata is complete: name, type and unit are checked and the family enters the batch.
    void begin_family()
    {
        if (begun_ || current_ == nullptr) return;
        begun_ = true;
        family_state& family = *current_;
        const auto bad = [&](std::string why) {
            family.broken = true;
            report(errc::syntax, family.line, line_at(text_, offset(family.line)).size(), std::move(why));
        };
        for (const std::string_view suffix : sample_suffixes(family.type)) {
            std::string taken = concat(family.name, suffix);
            if (seen_names_.contains(taken)) return bad(concat("the name ", taken, " is taken by another family"));
            seen_names_.insert(std::move(taken));
        }
        if (!unit_.empty()) {
            if (!has_suffix(family.name, concat("_", unit_)))
                return bad(concat("the name ", family.name, " must end in its unit, _", unit_));
            if (family.type == metric_type::info || family.type == metric_type::state_set)
                return bad("infos and state sets have no unit");
        }
        const std::string_view suffix = batch_suffix(family.type);
        const std::string_view name = suffix.empty() ? family.name : out_.intern(concat(family.name, suffix));
        const family_id id = out_.family(name, family.type, help_, unit_);
        family.points = point_assembler(out_, id, family.type);
        family.rules.emplace(family.name, family.type);
    }

    void close_family()
    {
        if (!om_ || current_ == nullptr) return;
        begin_family();
        if (!stop_ && current_->rules) {
            if (std::string why = current_->rules->close(); !why.empty())
                report(errc::invalid_value, last_line_.data(), last_line_.size(), concat(current_->name, ": ", why));
        }
        current_->points.close();
        current_->rules.reset();
        current_ = nullptr;
    }

    // --- samples

    struct place {
        family_state* family;
        sample_role role;
        std::string_view suffix;
    };

    place text_place(std::string_view name, const char* line)
    {
        if (name.data() == last_name_.data() && name.size() == last_name_.size()) return last_place_;
        if (name == last_name_) return last_place_;
        last_name_ = name;
        for (const std::string_view suffix :
             {std::string_view{}, std::string_view{"_bucket"}, std::string_view{"_sum"}, std::string_view{"_count"}}) {
            if (!suffix.empty() && !has_suffix(name, suffix)) continue;
            const auto at = by_name_.find(name.substr(0, name.size() - suffix.size()));
            if (at == by_name_.end()) continue;
            if (const auto role = role_of(at->second->type, suffix, false))
                return last_place_ = {at->second, *role, suffix};
        }
        // A family of another type that happens to have the name cannot hold this sample: it stays apart, untyped.
        const auto taken = by_name_.find(name);
        if (taken != by_name_.end()) return last_place_ = {taken->second, sample_role::value, {}};
        return last_place_ = {&text_family(name, line), sample_role::value, {}};
    }

    place openmetrics_place(std::string_view name, const char* line)
    {
        if (current_ != nullptr && name.substr(0, current_->name.size()) == current_->name) {
            const std::string_view suffix = name.substr(current_->name.size());
            if (const auto role = role_of(current_->type, suffix, true)) {
                begin_family();
                return {current_->broken ? nullptr : current_, *role, suffix};
            }
        }
        close_family();
        if (stop_) return {nullptr, sample_role::value, {}};
        open_family(name, line);
        begin_family();
        return {current_->broken ? nullptr : current_, sample_role::value, {}};
    }

    void sample(std::string_view line)
    {
        if (auto done = line_.parse(line, sample_))
            accept(line);
        else
            report(std::move(done.error()));
        // fast_line expects the next line to have these names, and takes names without quotes only
        if (!is_legacy_metric_name(sample_.name)) sample_.name = {};
        for (const label_view& label : sample_.labels)
            if (!is_legacy_label_name(label.name)) {
                sample_.labels.clear();
                break;
            }
    }

    /// The sample just read, and the line it stands on.
    void accept(std::string_view line)
    {
        if (line.size() > options_.max_line)
            return report(errc::too_large, line.data(), line.size(),
                          concat("the line is longer than ", std::to_string(options_.max_line), " bytes"));
        if (++samples_ > options_.max_samples) {
            stop_ = true;
            return report(errc::too_many, line.data(), line.size(),
                          concat("more than ", std::to_string(options_.max_samples), " samples"));
        }
        if (sample_.labels.size() > options_.max_labels)
            return report(errc::too_many, line.data(), line.size(),
                          concat("more than ", std::to_string(options_.max_labels), " labels"));
        const place to = om_ ? openmetrics_place(sample_.name, line.data()) : text_place(sample_.name, line.data());
        if (to.family == nullptr) return;
        const std::string_view line_before = std::exchange(last_line_, line);
        to.family->has_samples = true;
        const metric_type type = to.family->type;
        if (to.role == sample_role::value &&
            (type == metric_type::histogram || type == metric_type::summary || type == metric_type::gauge_histogram))
            return report(errc::invalid_value, line.data(), sample_.name.size(),
                          concat("a ", to_string(type), " has no sample called ", sample_.name));
        double bound = 0;
        sample_role role = to.role;
        if (role == sample_role::bucket || role == sample_role::quantile) {
            const std::string_view label = role == sample_role::bucket ? "le" : "quantile";
            const label_view* found = nullptr;
            for (const label_view& l : sample_.labels)
                if (l.name == label) found = &l;
            const auto number = found != nullptr ? parse_number(found->value)
                                                 : result<double>(unexpected(errc::invalid_value, "missing"));
            const bool rank = role == sample_role::bucket || (*number >= 0 && *number <= 1);
            if (!number || std::isnan(*number) || !(rank || !om_) ||
                (om_ && std::isinf(*number) && found->value != (*number > 0 ? "+Inf" : "-Inf")))
                return report(
                    errc::invalid_value, value_in_line(found, line).data(), value_in_line(found, line).size(),
                    concat("the sample needs a label ", label,
                           role == sample_role::bucket ? " with a number or +Inf" : " with a rank between 0 and 1"));
            bound = *number;
        }
        if (om_) {
            std::string why = to.family->rules->check(sample_, role, bound, to.suffix);
            if (std::string late = to.family->rules->take_late(); !late.empty())
                report(errc::invalid_value, line_before.data(), line_before.size(), std::move(late));
            if (stop_) return;
            if (!why.empty()) return report(errc::invalid_value, line.data(), line.size(), std::move(why));
        }
        to.family->points.add(sample_, role, bound);
    }

    std::size_t offset(const char* at) const noexcept { return static_cast<std::size_t>(at - text_.data()); }

    std::string_view text_;
    batch& out_;
    parse_options options_;
    bool om_;
    line_parser line_;
    sample_line sample_;
    error_list errors_{options_};
    bool stop_ = false;
    bool eof_ = false;
    std::size_t samples_ = 0;
    std::deque<family_state> families_;
    std::unordered_map<std::string_view, family_state*> by_name_;
    std::unordered_set<std::string> seen_names_;
    family_state* current_ = nullptr;
    bool begun_ = false;
    std::string_view help_;
    std::string_view unit_;
    std::string_view last_line_;
    std::string_view last_name_;
    place last_place_{};
};

}  // namespace detail

/// Reads a whole exposition. The text must outlive the batch, which holds views into it (or move its buffer into
/// batch::texts() first); the batch is finished afterwards.
/// returns  the errors, by their place in the text: with `strict` at most one, and the samples before it are in `out`;
///          without, every bad line is left out and listed
[[nodiscard]] inline std::vector<error> parse_text(std::string_view text, batch& out, const parse_options& options = {})
{
    return detail::text_parser(text, out, options).run();
}

}  // namespace pitot::expo
