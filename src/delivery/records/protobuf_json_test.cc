#include "delivery/records/protobuf_json.h"

#include <gtest/gtest.h>

namespace tarn::delivery {
namespace {

constexpr const char* kSchema = R"(
syntax = "proto3";
package shop;
message Order {
  int64 id = 1;
  string who = 2;
  repeated sint32 deltas = 3;
  map<string, double> by_name = 4;
  Kind kind = 5;
  oneof paid { bool cash = 6; Card card = 7; }
  bytes raw = 8;
  optional uint64 large = 9;
  message Card { string number = 1; fixed32 pin = 2; }
  enum Kind { NONE = 0; GIFT = 1; }
}
message Another { float f = 1; }
)";

std::string Json(std::string_view bytes) {
  const auto json = ProtobufToJson(kSchema, bytes);
  return json.ok() ? *json : json.error().message;
}

template <size_t N>
std::string_view Bytes(const char (&text)[N]) {
  return {text, N - 1};
}

TEST(ProtobufToJson, CountsMessagesByTheirNamesWithTheEntriesOfMaps) {
  // shop.Another, shop.Order, shop.Order.ByNameEntry, shop.Order.Card
  EXPECT_EQ(Json(Bytes("\x00\x0d\x00\x00\xc0\x3f")), R"({"f":1.5})");
  EXPECT_EQ(Json(Bytes("\x03\x0a\x01"
                       "7\x15\x04\x00\x00\x00")),
            R"({"number":"7","pin":4})");
  EXPECT_EQ(Json(Bytes("\x02")), "The record's schema has no message of the record's number.");
  EXPECT_EQ(Json(Bytes("\x04")), "The record's schema has no message of the record's number.");
  EXPECT_EQ(Json(Bytes("")), "The record's schema has no message of the record's number.");
}

TEST(ProtobufToJson, GivesTheValues) {
  const std::string_view order = Bytes(
      "\x01\x08\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01\x12\x02"
      "ab\x1a\x02\x01\x02\x18\x03\x22\x0c\x0a\x01k\x11\x00\x00\x00\x00\x00\x00\xf0\x3f\x28\x01\x30\x01"
      "\x3a\x03\x0a\x01"
      "4\x42\x01\xff\x48\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01\x3a\x05\x15\x04\x00\x00\x00\x98\x06\x05");
  EXPECT_EQ(Json(order),
            R"({"id":-1,"who":"ab","deltas":[-1,1,-2],"by_name":{"k":1.0},"kind":"GIFT","card":{"number":"4","pin":4},)"
            R"("raw":"/w==","large":18446744073709551615})");
  EXPECT_EQ(Json(Bytes("\x01\x28\x07")), R"({"id":0,"who":"","deltas":[],"by_name":{},"kind":7,"raw":""})");
}

TEST(ProtobufToJson, RefusesWhatDoesNotFit) {
  for (const std::string_view bytes :
       {Bytes("\x01\x08"),
        Bytes("\x01\x12\x05"
              "ab"),
        Bytes("\x01\x3a\x02\x0a\x01"), Bytes("\x01\x1a\x01\x80"), Bytes("\x01\x0b\x08\x01")}) {
    EXPECT_EQ(Json(bytes), "The record's data does not fit its schema.");
  }
}

}  // namespace
}  // namespace tarn::delivery
