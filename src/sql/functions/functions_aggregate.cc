#include "sql/internal/functions.h"

namespace tarn::sql {
namespace {

constexpr FunctionKind kA = FunctionKind::kAggregate;
constexpr FunctionKind kW = FunctionKind::kWindow;

constexpr Function kAggregates[] = {
    {"count", "x?", "bigint", "", kA},
    {"count_if", "b", "bigint", "!count_if({0}){F}", kA},
    {"sum", "n", "$sum", "!sum({D}{0}){F}", kA},
    {"sum", "x", "$0", "!sum({D}{0}){F}", kA},
    {"avg", "n", "$avg", "!avg({D}{0}){F}", kA},
    {"avg", "x", "$0", "avg({D}{0}){F}", kA},
    {"min", "x", "$0", "", kA},
    {"max", "x", "$0", "", kA},
    {"min", "xi", "[$0]", "", kA},
    {"max", "xi", "[$0]", "", kA},
    {"min_by", "xx", "$0", "arg_min_null({*}){F}", kA},
    {"max_by", "xx", "$0", "arg_max_null({*}){F}", kA},
    {"min_by", "xxi", "[$0]", "arg_min({*}){F}", kA},
    {"max_by", "xxi", "[$0]", "arg_max({*}){F}", kA},
    {"bool_and", "b", "boolean", "", kA},
    {"bool_or", "b", "boolean", "", kA},
    {"every", "b", "boolean", "bool_and({0}){F}", kA},
    {"arbitrary", "x", "$0", "any_value({0}){F}", kA},
    {"any_value", "x", "$0", "any_value({0}){F}", kA},
    {"array_agg", "x", "[$0]", "list({D}{0}{O}){F}", kA},
    {"set_agg", "x", "[$0]", "list(DISTINCT {0}){F}", kA},
    {"listagg", "s", "varchar", "string_agg({D}{0}, ''{O}){F}", kA},
    {"listagg", "ss", "varchar", "string_agg({D}{0}, {1}{O}){F}", kA},
    {"approx_distinct", "xn?", "bigint", "approx_count_distinct({0}){F}", kA},
    {"approx_percentile", "nn", "$0", "!quantile_disc({0}, {1}){F}", kA},
    {"approx_percentile", "na", "[$0]", "!quantile_disc({0}, {1}){F}", kA},
    {"stddev", "n", "double", "", kA},
    {"stddev_samp", "n", "double", "", kA},
    {"stddev_pop", "n", "double", "", kA},
    {"variance", "n", "double", "", kA},
    {"var_samp", "n", "double", "", kA},
    {"var_pop", "n", "double", "", kA},
    {"corr", "nn", "double", "", kA},
    {"covar_pop", "nn", "double", "", kA},
    {"covar_samp", "nn", "double", "", kA},
    {"regr_slope", "nn", "double", "", kA},
    {"regr_intercept", "nn", "double", "", kA},
    {"skewness", "n", "double", "skewness({D}{0}){F}", kA},
    {"kurtosis", "n", "double", "kurtosis({D}{0}){F}", kA},
    {"entropy", "n", "double", "", kA},
    {"geometric_mean", "n", "double", "geomean({D}{0}){F}", kA},
    {"bitwise_and_agg", "i", "bigint", "!bit_and({0}){F}", kA},
    {"bitwise_or_agg", "i", "bigint", "!bit_or({0}){F}", kA},
    {"bitwise_xor_agg", "i", "bigint", "!bit_xor({0}){F}", kA},
    {"histogram", "x", "{$0,bigint}", "!histogram({0}){F}", kA},
    {"map_agg", "xx", "{$0,$1}", "tarn_map_agg(list({{'k': {0}, 'v': {1}}}{O}){F})", kA},
    {"multimap_agg", "xx", "{$0,[$1]}", "tarn_multimap_agg(list({{'k': {0}, 'v': {1}}}{O}){F})", kA},
    {"map_union", "m", "$0", "tarn_map_agg(flatten(list(tarn_pairs({0})){F}))", kA},
    {"grouping", "xx*", "bigint", "grouping({*})", kA},
    {"row_number", "", "bigint", "", kW},
    {"rank", "", "bigint", "", kW},
    {"dense_rank", "", "bigint", "", kW},
    {"percent_rank", "", "double", "", kW},
    {"cume_dist", "", "double", "", kW},
    {"ntile", "i", "bigint", "", kW},
    {"lag", "xi?x?", "$0", "", kW},
    {"lead", "xi?x?", "$0", "", kW},
    {"first_value", "x", "$0", "", kW},
    {"last_value", "x", "$0", "", kW},
    {"nth_value", "xi", "$0", "", kW},
};

}  // namespace

std::span<const Function> AggregateFunctions() { return kAggregates; }

}  // namespace tarn::sql
