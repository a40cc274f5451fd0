#pragma once
#include <pitot/lint/dashboard/context.hpp>
#include <pitot/lint/dashboard/look.hpp>

namespace pitot::lint::dashboards {

inline constexpr dashboard_rule vector_matching_impossible{
    {"vector-matching-impossible", severity::warning, "the two sides of an operator can never match",
     "Series are paired when the labels that are compared are equal. Here one side always has a label that the other "
     "never has, or\n"
     "the two have it with other values, so nothing is paired and the result is empty.",
     "rate(a_total[5m]) / sum by (job) (b)", "sum by (job) (rate(a_total[5m])) / sum by (job) (b)"},
    [](const context& in, const rule& about, remarks& out) {
        if (in.sources.series == nullptr) return;
        promql::walk(in.root, [&](const promql::node* n, const std::vector<const promql::node*>&) {
            const auto* const b = promql::as<promql::binary_node>(n);
            if (b == nullptr || b->matching == nullptr || b->op == promql::token_kind::or_ ||
                b->op == promql::token_kind::unless)
                return;
            for (const promql::label_name& l : b->matching->labels)
                if (in.readable.is_variable(l.span)) return;  // nobody knows what is compared
            for (const std::string& label : compared_labels(in, *b)) {
                if (have_nothing_in_common(in, *b, label)) {
                    out.findings.push_back(
                        in.at(b->op_span, about, about.level,
                              concat("no value of ", label, " is on both sides: nothing is paired"),
                              b->matching->on ? "" : concat("pair without it: ignoring (", label, ")")));
                    return;
                }
                const auto left = in.presence(b->left, label);
                const auto right = in.presence(b->right, label);
                using promql::presence;
                if (!((left == presence::always && right == presence::never) ||
                      (left == presence::never && right == presence::always)))
                    continue;
                out.findings.push_back(in.at(b->op_span, about, about.level,
                                             concat("only the ", left == presence::always ? "left" : "right",
                                                    " side has the label ", label, ": nothing is paired"),
                                             b->matching->on ? "" : "name the common labels with on (…)"));
                return;
            }
        });
    }};

}  // namespace pitot::lint::dashboards
