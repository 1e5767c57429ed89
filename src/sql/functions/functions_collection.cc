#include "sql/internal/functions.h"

namespace tarn::sql {
namespace {

constexpr Function kCollection[] = {
    // Arrays
    {"cardinality", "a", "bigint", "len({0})"},
    {"cardinality", "m", "bigint", "!cardinality({0})"},
    {"element_at", "ai", "$e0", "list_extract({0}, {1})"},
    {"element_at", "mx", "$v0", "map_extract_value({0}, {1})"},
    {"contains", "ax", "boolean", "tarn_contains({*})"},
    {"array_position", "ax", "bigint",
     "CASE WHEN {0} IS NOT NULL AND {1} IS NOT NULL THEN coalesce(list_position({0}, {1}), 0) END"},
    {"array_join", "as", "varchar", "array_to_string({text0}, {1})"},
    {"array_join", "ass", "varchar",
     "array_to_string(list_transform({text0}, lambda tarn_e: coalesce(tarn_e, {2})), {1})"},
    {"array_distinct", "a", "$0", "tarn_array_distinct({0})"},
    {"array_sort", "a", "$0", "list_sort({0}, 'ASC', 'NULLS LAST')"},
    {"array_max", "a", "$e0",
     "CASE WHEN len(list_filter({0}, lambda tarn_e: tarn_e IS NULL)) = 0 THEN list_max({0}) END"},
    {"array_min", "a", "$e0",
     "CASE WHEN len(list_filter({0}, lambda tarn_e: tarn_e IS NULL)) = 0 THEN list_min({0}) END"},
    {"array_union", "aa", "$u", "tarn_array_distinct(list_concat({*}))"},
    {"array_intersect", "aa", "$u", "tarn_array_intersect({*})"},
    {"array_except", "aa", "$0", "tarn_array_except({*})"},
    {"arrays_overlap", "aa", "boolean", "list_has_any({*})"},
    {"array_remove", "ax", "$0", "list_filter({0}, lambda tarn_e: coalesce(tarn_e <> {1}, true))"},
    {"repeat", "xi", "[$0]", "list_transform(range({1}), lambda tarn_e: {0})"},
    {"sequence", "ii", "[$seq]",
     "!CASE WHEN {0} <= {1} THEN generate_series({0}, {1}) ELSE generate_series({0}, {1}, -1) END"},
    {"sequence", "iii", "[$seq]", "!generate_series({*})"},
    {"sequence", "tt", "[$0]", "!generate_series(CAST({0} AS TIMESTAMP), CAST({1} AS TIMESTAMP), INTERVAL 1 DAY)"},
    {"sequence", "ttx", "[$0]", "!generate_series(CAST({0} AS TIMESTAMP), CAST({1} AS TIMESTAMP), {2})"},
    {"slice", "aii", "$0", "tarn_slice({*})"},
    {"trim_array", "ai", "$0", "list_slice({0}, 1, len({0}) - {1})"},
    {"reverse", "a", "$0", "list_reverse({0})"},
    {"flatten", "a", "$e0", "flatten({0})"},
    {"zip", "aa", "[$zip]", "@zip"},
    {"zip", "aaa", "[$zip]", "@zip"},
    {"transform", "af", "[$lambda1]", "list_transform({*})"},
    {"filter", "af", "$0", "list_filter({*})"},
    {"reduce", "axff", "$lambda3", "@reduce"},
    {"any_match", "af", "boolean", "tarn_any(list_transform({*}))"},
    {"all_match", "af", "boolean", "tarn_all(list_transform({*}))"},
    {"none_match", "af", "boolean", "NOT tarn_any(list_transform({*}))"},
    {"zip_with", "aaf", "[$lambda2]", "@zip_with"},
    {"array_histogram", "a", "{$e0,bigint}", "!list_histogram({0})"},
    // Maps
    {"map", "", "{unknown,unknown}", "MAP {{}}"},
    {"map", "aa", "{$e0,$e1}", "map({*})"},
    {"map_keys", "m", "[$k0]", ""},
    {"map_values", "m", "[$v0]", ""},
    {"map_entries", "m", "[$entry]",
     "list_transform(map_entries({0}), lambda tarn_e: struct_pack(field0 := tarn_e.key, field1 := tarn_e.value))"},
    {"map_from_entries", "a", "$fromentries", "!map_from_entries({0})"},
    {"map_concat", "mm*", "$u", "map_concat({*})"},
    {"map_filter", "mf", "$0", "@map_filter"},
    {"transform_keys", "mf", "{$lambda1,$v0}", "@transform_keys"},
    {"transform_values", "mf", "{$k0,$lambda1}", "@transform_values"},
};

}  // namespace

std::span<const Function> CollectionFunctions() { return kCollection; }

}  // namespace tarn::sql
