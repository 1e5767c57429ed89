#include "sql/internal/functions.h"

namespace tarn::sql {
namespace {

constexpr Function kTime[] = {
    {"now", "", "timestamp(3) with time zone", "@now"},
    {"date", "t", "date", "CAST({0} AS DATE)"},
    {"date", "s", "date", "CAST({0} AS DATE)"},
    {"date_trunc", "st", "$1", "!date_trunc({*})"},
    {"date_add", "sit", "$2", "@date_add"},
    {"date_diff", "stt", "bigint", "date_sub({*})"},
    {"date_parse", "ss", "timestamp(3)", "@date_parse"},
    {"date_format", "ts", "varchar", "@date_format"},
    {"format_datetime", "ts", "varchar", "@format_datetime"},
    {"parse_datetime", "ss", "timestamp(3) with time zone", "@parse_datetime"},
    {"from_unixtime", "n", "timestamp(3) with time zone", "to_timestamp({0})"},
    {"from_unixtime", "ns", "timestamp(3)", "timezone({1}, to_timestamp({0}))"},
    {"from_unixtime_nanos", "n", "timestamp(9) with time zone", "to_timestamp({0} / 1e9)"},
    {"to_unixtime", "t", "double", "epoch({0})"},
    {"from_iso8601_timestamp", "s", "timestamp(3) with time zone", "CAST({0} AS TIMESTAMP WITH TIME ZONE)"},
    {"from_iso8601_date", "s", "date", "CAST({0} AS DATE)"},
    {"to_iso8601", "t", "varchar", "@to_iso8601"},
    {"at_timezone", "ts", "timestamp(3)", "@at_timezone"},
    {"with_timezone", "ts", "timestamp(3) with time zone", "timezone({1}, CAST({0} AS TIMESTAMP))"},
    {"year", "t", "bigint", ""},
    {"quarter", "t", "bigint", ""},
    {"month", "t", "bigint", ""},
    {"week", "t", "bigint", "weekofyear({0})"},
    {"week_of_year", "t", "bigint", "weekofyear({0})"},
    {"day", "t", "bigint", ""},
    {"day", "d", "bigint", "day({0})"},
    {"hour", "d", "bigint", "hour({0})"},
    {"minute", "d", "bigint", "minute({0})"},
    {"second", "d", "bigint", "second({0})"},
    {"day_of_month", "t", "bigint", "day({0})"},
    {"day_of_week", "t", "bigint", "isodow({0})"},
    {"dow", "t", "bigint", "isodow({0})"},
    {"day_of_year", "t", "bigint", "dayofyear({0})"},
    {"doy", "t", "bigint", "dayofyear({0})"},
    {"year_of_week", "t", "bigint", "isoyear({0})"},
    {"yow", "t", "bigint", "isoyear({0})"},
    {"hour", "t", "bigint", ""},
    {"minute", "t", "bigint", ""},
    {"second", "t", "bigint", ""},
    {"millisecond", "t", "bigint", "(millisecond({0}) % 1000)"},
    {"last_day_of_month", "t", "date", "last_day({0})"},
    {"to_milliseconds", "d", "bigint", "CAST(epoch_ms({0}) AS BIGINT)"},
    {"extract", "x", "bigint", "@extract"},
};

}  // namespace

std::span<const Function> TimeFunctions() { return kTime; }

}  // namespace tarn::sql
