#include "tables/transform_sql.h"

#include <fmt/format.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <string>
#include <utility>
#include <vector>

#include "engine/memory_lake.h"

namespace tarn::tables {
namespace {

using iceberg::TypeId;
using iceberg::Value;

// One column's values as DuckDB's texts and as values.
struct Case {
  iceberg::Type type;
  std::string duckdb;
  std::vector<std::pair<std::string, Value>> values;
  std::vector<std::string> transforms;
};

std::vector<Case> Cases() {
  const std::vector<std::string> days = {"identity", "year", "month", "day", "bucket[7]"};
  const std::vector<std::string> times = {"identity", "year", "month", "day", "hour", "bucket[7]"};
  const std::vector<std::pair<std::string, Value>> instants = {
      {"'1969-12-31 23:59:59.999999'", Value(int64_t{-1})},
      {"'1970-01-01 00:00:00'", Value(int64_t{0})},
      {"'1969-12-31 23:00:00'", Value(int64_t{-3'600'000'000})},
      {"'1900-02-28 12:34:56.7'", Value(int64_t{-2'203'932'303'300'000})},
      {"'2026-11-21 05:06:07.000008'", Value(int64_t{1'795'237'567'000'008})}};
  return {
      {TypeId::kInt,
       "INTEGER",
       {{"0", Value(0)}, {"-1", Value(-1)}, {"34", Value(34)}, {"-2147483648", Value(INT32_MIN)}},
       {"identity", "bucket[16]"}},
      {TypeId::kInt,
       "INTEGER",
       {{"0", Value(0)}, {"-1", Value(-1)}, {"-10", Value(-10)}, {"19", Value(19)}},
       {"truncate[10]"}},
      {TypeId::kLong,
       "BIGINT",
       {{"-1", Value(int64_t{-1})}, {"9223372036854775807", Value(INT64_MAX)}, {"34", Value(int64_t{34})}},
       {"identity", "bucket[16]", "truncate[7]"}},
      {iceberg::Type::Decimal(9, 2),
       "DECIMAL(9, 2)",
       {{"14.20", Value(iceberg::Int128{1420})},
        {"-0.05", Value(iceberg::Int128{-5})},
        {"0", Value(iceberg::Int128{0})}},
       {"identity", "bucket[16]", "truncate[50]"}},
      {iceberg::Type::Decimal(38, 10),
       "DECIMAL(38, 10)",
       {{"-12345678901234567890.0000000001",
         Value(-(iceberg::Int128{1234567890} * 10'000'000'000 + 1234567890) * 10'000'000'000 - 1)}},
       {"identity", "bucket[16]", "truncate[3]"}},
      {TypeId::kString,
       "VARCHAR",
       {{"'iceberg'", Value("iceberg")}, {"''", Value("")}, {"'日本語 text'", Value("日本語 text")}},
       {"identity", "bucket[16]", "truncate[3]"}},
      {TypeId::kBinary,
       "BLOB",
       {{R"('\x00\x01\xFF\xAA')", Value(std::string("\x00\x01\xff\xaa", 4))}},
       {"identity", "bucket[16]", "truncate[3]"}},
      {TypeId::kUuid,
       "UUID",
       {{"'f79c3e09-677c-4bbd-a479-3f349cb785e7'",
         Value(std::string("\xf7\x9c\x3e\x09\x67\x7c\x4b\xbd\xa4\x79\x3f\x34\x9c\xb7\x85\xe7"))}},
       {"identity", "bucket[16]"}},
      {TypeId::kDate,
       "DATE",
       {{"'1969-12-31'", Value(-1)},
        {"'1970-01-01'", Value(0)},
        {"'2017-11-16'", Value(17486)},
        {"'1900-02-28'", Value(-25509)}},
       days},
      {TypeId::kTime, "TIME", {{"'22:31:08'", Value(int64_t{81'068'000'000})}}, {"identity", "bucket[16]"}},
      {TypeId::kTimestamp, "TIMESTAMP", instants, times},
      {TypeId::kTimestampTz, "TIMESTAMPTZ", instants, times},
      {TypeId::kBoolean, "BOOLEAN", {{"true", Value(true)}, {"false", Value(false)}}, {"identity"}},
      {TypeId::kDouble, "DOUBLE", {{"1.5e300", Value(1.5e300)}, {"-0.1", Value(-0.1)}}, {"identity"}},
      {TypeId::kFloat, "FLOAT", {{"0.1", Value(0.1F)}}, {"identity"}},
  };
}

TEST(TransformSql, GivesWhatTheFormatsOwnTransformsGive) {
  engine::Pool::Options options;
  options.spill_directory = testing::TempDir() + "/tarn-transform-" + std::to_string(getpid());
  options.threads = 1;
  auto pool = engine::Pool::Create(options);
  ASSERT_TRUE(pool.ok());
  for (const Case& one : Cases()) {
    for (const std::string& text : one.transforms) {
      const auto transform = iceberg::ParseTransform(text);
      ASSERT_TRUE(transform.ok());
      for (const auto& [literal, value] : one.values) {
        SCOPED_TRACE(text + " of " + literal + " as " + one.duckdb);
        const auto key = KeySql(*transform, one.type, "v");
        ASSERT_TRUE(key.ok());
        auto sink = std::make_shared<engine::TextSink>();
        engine::Query query;
        query.sql =
            fmt::format("SELECT CAST({} AS VARCHAR) FROM (SELECT CAST({} AS {}) AS v)", *key, literal, one.duckdb);
        query.resolver = std::make_shared<engine::MemoryLake>();
        query.sink = sink;
        const auto execution = (*pool)->Start(std::move(query));
        ASSERT_TRUE(execution.ok());
        const engine::Outcome& outcome = (*execution)->Wait();
        ASSERT_TRUE(outcome.status.ok()) << outcome.status.error().message;
        ASSERT_EQ(sink->rows.size(), 1U);
        const auto got = KeyValue(*transform, one.type, sink->rows[0]);
        ASSERT_TRUE(got.ok());
        const auto expected = iceberg::ApplyTransform(*transform, one.type, value);
        ASSERT_TRUE(expected.ok());
        EXPECT_EQ(*got, *expected) << sink->rows[0];
      }
    }
  }
  *pool = nullptr;
  std::filesystem::remove_all(options.spill_directory);
}

TEST(TransformSql, WhatCannotBeWrittenIsRefused) {
  const auto unknown = iceberg::ParseTransform("zorder(a,b)");
  ASSERT_TRUE(unknown.ok());
  EXPECT_FALSE(KeySql(*unknown, TypeId::kInt, "v").ok());
}

}  // namespace
}  // namespace tarn::tables
