#include "tables/types.h"

#include <gtest/gtest.h>

#include <string>

#include "iceberg/errors.h"

namespace tarn::tables {
namespace {

TEST(Types, NestedOnesComeBackWithIdsInOrder) {
  const auto hive = engine::ParseHiveType("map<string,array<struct<a:int,b:decimal(10,2)>>>");
  ASSERT_TRUE(hive.ok());
  int32_t next = 5;
  const auto type = FromEngine(*hive, next);
  ASSERT_TRUE(type.ok());
  EXPECT_EQ(next, 10);
  EXPECT_EQ(type->fields()[1].type.fields()[0].id, 7);
  EXPECT_EQ(type->fields()[1].type.fields()[0].type.fields()[1].id, 9);
  const auto back = ToEngine(*type);
  ASSERT_TRUE(back.ok());
  EXPECT_EQ(*back, *hive);
}

TEST(Types, WhatNoEngineHoldsIsRefusedByName) {
  const auto refused = ToEngine(iceberg::Type(iceberg::TypeId::kVariant));
  EXPECT_TRUE(refused.Is(iceberg::kUnsupported));
  EXPECT_NE(refused.error().message.find("variant"), std::string::npos);
}

}  // namespace
}  // namespace tarn::tables
