#include "sql/macros.h"

namespace tarn::sql {
namespace {

// No macro raises errors: TRY refuses what contains error(). Arguments may be evaluated more than once.
constexpr std::string_view kMacros[] = {
    "CREATE OR REPLACE MACRO tarn_ln(x) AS CASE WHEN x > 0 THEN ln(CASE WHEN x > 0 THEN x END) WHEN x = 0 THEN "
    "'-inf'::DOUBLE "
    "WHEN x IS NOT NULL THEN 'nan'::DOUBLE END",
    // Java's Double.toString: plain from 1E-3 to below 1E7, else d.dddE±x.
    "CREATE OR REPLACE MACRO tarn_exponent_text(t) AS replace(regexp_replace(regexp_replace(t, '^(-?[0-9])e', "
    "'\\1.0e'), "
    "'e[+]?(-?)0*([0-9]+)$', 'E\\1\\2'), 'e', 'E')",
    "CREATE OR REPLACE MACRO tarn_plain_text(t) AS CASE WHEN t LIKE '%.%' THEN t ELSE t || '.0' END",
    "CREATE OR REPLACE MACRO tarn_digits(t) AS ltrim(replace(replace(replace(t, '-', ''), '.', ''), '+', ''), '0')",
    "CREATE OR REPLACE MACRO tarn_large_text(t) AS (CASE WHEN t LIKE '-%' THEN '-' ELSE '' END) || tarn_digits(t)[1] "
    "|| '.' || "
    "coalesce(nullif(rtrim(substr(tarn_digits(regexp_replace(t, '\\.0$', '')), 2), '0'), ''), '0') || 'E' || "
    "(length(regexp_replace(replace(t, '-', ''), '\\..*$', '')) - 1)",
    "CREATE OR REPLACE MACRO tarn_double_text(x) AS CASE WHEN isnan(x) THEN 'NaN' WHEN isinf(x) THEN CASE WHEN x > 0 "
    "THEN 'Infinity' "
    "ELSE '-Infinity' END WHEN CAST(x AS VARCHAR) LIKE '%e%' THEN tarn_exponent_text(CAST(x AS VARCHAR)) "
    "WHEN abs(x) >= 1e7 THEN tarn_large_text(CAST(x AS VARCHAR)) WHEN abs(x) < 1e-3 AND x <> 0 "
    "THEN tarn_exponent_text(printf('%.16e', x)) ELSE tarn_plain_text(CAST(x AS VARCHAR)) END",
    "CREATE OR REPLACE MACRO tarn_real_text(x) AS CASE WHEN isnan(x) THEN 'NaN' WHEN isinf(x) THEN CASE WHEN x > 0 "
    "THEN 'Infinity' "
    "ELSE '-Infinity' END WHEN CAST(x AS VARCHAR) LIKE '%e%' THEN tarn_exponent_text(CAST(x AS VARCHAR)) "
    "WHEN abs(x) >= 1e7 THEN tarn_large_text(CAST(x AS VARCHAR)) ELSE tarn_plain_text(CAST(x AS VARCHAR)) END",
    "CREATE OR REPLACE MACRO tarn_from_base(s, radix) AS list_reduce(list_transform(string_split(lower(s), ''), lambda "
    "c: "
    "CAST(strpos('0123456789abcdefghijklmnopqrstuvwxyz', c) - 1 AS BIGINT)), lambda a, d: a * radix + d, CAST(0 AS "
    "BIGINT))",
    "CREATE OR REPLACE MACRO tarn_width_bucket(x, lo, hi, n) AS CAST(CASE WHEN lo < hi THEN CASE WHEN x < lo THEN 0 "
    "WHEN x >= hi THEN n + 1 "
    "ELSE floor(n * (CAST(x AS DOUBLE) - lo) / (hi - lo)) + 1 END ELSE CASE WHEN x > lo THEN 0 WHEN x <= hi THEN n + 1 "
    "ELSE floor(n * (CAST(lo AS DOUBLE) - x) / (lo - hi)) + 1 END END AS BIGINT)",
    // Strings. Positions are 1-based, negative ones count from the end, out of range gives ''.
    "CREATE OR REPLACE MACRO tarn_substr(s, start) AS CASE WHEN start = 0 OR -start > length(s) THEN '' ELSE substr(s, "
    "start) END",
    "CREATE OR REPLACE MACRO tarn_substr_length(s, start, len) AS CASE WHEN start = 0 OR len <= 0 OR -start > "
    "length(s) THEN '' "
    "ELSE substr(s, start, len) END",
    "CREATE OR REPLACE MACRO tarn_occurrences(s, part) AS list_filter(range(1, length(s) - length(part) + 2), "
    "lambda i: substr(s, i, length(part)) = part)",
    "CREATE OR REPLACE MACRO tarn_strpos(s, part, n) AS CASE WHEN s IS NOT NULL AND part IS NOT NULL THEN "
    "coalesce(list_extract(tarn_occurrences(s, part), n), 0) END",
    "CREATE OR REPLACE MACRO tarn_split(s, d, n) AS CASE WHEN len(string_split(s, d)) <= n THEN string_split(s, d) "
    "ELSE "
    "list_concat(list_slice(string_split(s, d), 1, n - 1), [array_to_string(list_slice(string_split(s, d), n, "
    "len(string_split(s, d))), d)]) END",
    "CREATE OR REPLACE MACRO tarn_split_to_map(s, entries, pair) AS "
    "map_from_entries(list_transform(list_filter(string_split(s, entries), "
    "lambda e: e <> ''), lambda e: struct_pack(k := split_part(e, pair, 1), v := substr(e, length(split_part(e, pair, "
    "1)) + length(pair) + 1))))",
    "CREATE OR REPLACE MACRO tarn_regexp_position(s, p) AS CAST(CASE WHEN regexp_matches(s, p) THEN "
    "length(regexp_extract(s, '(?s)^(.*?)(?:' || p || ')', 1)) + 1 "
    "WHEN s IS NOT NULL AND p IS NOT NULL THEN -1 END AS INTEGER)",
    "CREATE OR REPLACE MACRO tarn_url_parameter(u, p) AS nullif(url_decode(replace(regexp_extract(u, '[?&]' || "
    "regexp_escape(p) || '=([^&#]*)', 1), '+', ' ')), '')",
    // JSON
    "CREATE OR REPLACE MACRO tarn_json_path(p) AS regexp_replace(p, '\\[[\"'']([^\"'']*)[\"'']\\]', '.\"\\1\"', 'g')",
    "CREATE OR REPLACE MACRO tarn_json_scalar(j) AS CASE WHEN json_type(j) NOT IN ('OBJECT', 'ARRAY', 'NULL') THEN j "
    "->> '$' END",
    "CREATE OR REPLACE MACRO tarn_json_array_length(j) AS CASE WHEN json_type(j) = 'ARRAY' THEN "
    "CAST(json_array_length(j) AS BIGINT) END",
    "CREATE OR REPLACE MACRO tarn_json_size(j) AS CASE json_type(j) WHEN 'ARRAY' THEN CAST(json_array_length(j) AS "
    "BIGINT) "
    "WHEN 'OBJECT' THEN CAST(len(json_keys(j)) AS BIGINT) WHEN NULL THEN NULL ELSE CASE WHEN j IS NOT NULL THEN CAST(0 "
    "AS BIGINT) END END",
    // Arrays
    "CREATE OR REPLACE MACRO tarn_contains(a, x) AS CASE WHEN a IS NULL OR x IS NULL THEN NULL WHEN list_contains(a, "
    "x) THEN true "
    "WHEN len(list_filter(a, lambda e: e IS NULL)) > 0 THEN NULL ELSE false END",
    "CREATE OR REPLACE MACRO tarn_array_distinct(a) AS list_filter(a, lambda e, i: CASE WHEN e IS NULL THEN "
    "len(list_filter(list_slice(a, 1, i - 1), lambda o: o IS NULL)) = 0 ELSE list_position(a, e) = i END)",
    "CREATE OR REPLACE MACRO tarn_has(a, x) AS CASE WHEN x IS NULL THEN len(list_filter(a, lambda o: o IS NULL)) > 0 "
    "ELSE list_contains(a, x) END",
    "CREATE OR REPLACE MACRO tarn_array_intersect(a, b) AS tarn_array_distinct(list_filter(a, lambda e: tarn_has(b, "
    "e)))",
    "CREATE OR REPLACE MACRO tarn_array_except(a, b) AS tarn_array_distinct(list_filter(a, lambda e: NOT tarn_has(b, "
    "e)))",
    "CREATE OR REPLACE MACRO tarn_slice(a, start, n) AS CASE WHEN start > 0 THEN list_slice(a, start, start + n - 1) "
    "WHEN -start > len(a) THEN list_slice(a, 1, 0) ELSE list_slice(a, len(a) + start + 1, len(a) + start + n) END",
    "CREATE OR REPLACE MACRO tarn_any(l) AS CASE WHEN l IS NULL THEN NULL WHEN list_contains(l, true) THEN true "
    "WHEN len(list_filter(l, lambda e: e IS NULL)) > 0 THEN NULL ELSE false END",
    "CREATE OR REPLACE MACRO tarn_all(l) AS CASE WHEN l IS NULL THEN NULL WHEN list_contains(l, false) THEN false "
    "WHEN len(list_filter(l, lambda e: e IS NULL)) > 0 THEN NULL ELSE true END",
    // Maps from pairs {k, v}; NULL keys are left out, the first value of a key counts.
    "CREATE OR REPLACE MACRO tarn_keys(l) AS list_transform(l, lambda e: e.k)",
    "CREATE OR REPLACE MACRO tarn_map_pairs(l) AS CASE WHEN l IS NULL THEN NULL WHEN len(list_distinct(tarn_keys(l))) "
    "= len(l) "
    "THEN map_from_entries(l) ELSE map_from_entries(list_filter(l, lambda e, i: list_position(tarn_keys(l), e.k) = i)) "
    "END",
    "CREATE OR REPLACE MACRO tarn_map_agg(l) AS tarn_map_pairs(list_filter(l, lambda e: e.k IS NOT NULL))",
    "CREATE OR REPLACE MACRO tarn_multimap_agg(l) AS map_from_entries(list_transform(list_distinct(tarn_keys(l)), "
    "lambda q: "
    "struct_pack(k := q, v := list_transform(list_filter(l, lambda e: e.k = q), lambda e: e.v))))",
    "CREATE OR REPLACE MACRO tarn_pairs(m) AS list_transform(map_entries(m), lambda e: struct_pack(k := e.key, v := "
    "e.value))",
    // date_format and date_parse with a format that is no literal
    "CREATE OR REPLACE MACRO tarn_mysql_format(f) AS "
    "replace(replace(replace(replace(replace(replace(replace(replace(f, '%M', '%B'), '%i', '%M'), "
    "'%s', '%S'), '%W', '%A'), '%e', '%-d'), '%c', '%-m'), '%T', '%H:%M:%S'), '%h', '%I')",
};

}  // namespace

std::span<const std::string_view> MacroStatements() { return kMacros; }

}  // namespace tarn::sql
