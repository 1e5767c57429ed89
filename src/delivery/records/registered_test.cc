#include "delivery/records/registered.h"

#include <gtest/gtest.h>

#include "delivery/errors.h"
#include "kv/memory_store.h"
#include "registry/definition.h"

namespace tarn::delivery {
namespace {

constexpr const char* kSchema =
    R"({"type":"record","name":"r","fields":[{"name":"id","type":"long"},{"name":"name","type":["null","string"]},)"
    R"({"name":"tags","type":{"type":"array","items":"string"}},)"
    R"({"name":"kind","type":{"type":"enum","name":"k","symbols":["A","B"]}},{"name":"raw","type":"bytes"}]})";
// id 3, name "ab", tags ["x"], kind B, raw ff.
const std::string kDatum(
    "\x06\x02\x04"
    "ab\x02\x02x\x00\x02\x02\xff",
    12);

std::string Json(std::string_view bytes) {
  const auto json = AvroToJson(kSchema, bytes);
  return json.ok() ? *json : json.error().message;
}

TEST(AvroToJson, GivesTheValues) {
  EXPECT_EQ(Json(kDatum), "{\"id\":3,\"name\":\"ab\",\"tags\":[\"x\"],\"kind\":\"B\",\"raw\":\"\xc3\xbf\"}");
}

TEST(AvroToJson, RefusesWhatDoesNotFit) {
  for (size_t cut = 0; cut < kDatum.size(); ++cut) {
    EXPECT_EQ(Json(kDatum.substr(0, cut)), "The record's data does not fit its schema.") << cut;
  }
  EXPECT_EQ(Json(kDatum + "x"), "The record's data does not fit its schema.");
}

class RealClock : public Clock {
 public:
  Timestamp Now() const override { return {1'800'000'000'000'000}; }
};

TEST(ToJson, FindsTheVersionThatTheHeaderNames) {
  const Scope scope{"000000000001", "us-east-1"};
  const RealClock clock;
  const auto store = kv::MakeMemoryStore();
  registry::SchemaRegistry schemas(*store, clock);
  ASSERT_TRUE(schemas.CreateRegistry(scope, "r", std::nullopt, {}).ok());
  registry::NewSchema schema;
  schema.name = {"r", "s"};
  schema.format = registry::DataFormat::kAvro;
  schema.compatibility = registry::Compatibility::kNone;
  schema.definition = kSchema;
  const auto made = schemas.CreateSchema(scope, schema);
  ASSERT_TRUE(made.ok()) << made.error().message;
  std::string id;
  for (size_t i = 0; i < made->version->id.size(); i += 2) {
    if (made->version->id[i] == '-') ++i;
    id += static_cast<char>(std::stoi(made->version->id.substr(i, 2), nullptr, 16));
  }
  const std::string record = std::string("\x03\x00", 2) + id + kDatum;
  EXPECT_TRUE(IsRegistered(record));
  const auto version = VersionOf(schemas, scope, record);
  ASSERT_TRUE(version.ok()) << version.error().message;
  EXPECT_EQ(version->schema.schema, "s");
  EXPECT_EQ(ToJson(*version, record).value(), Json(kDatum));
  EXPECT_TRUE(VersionOf(schemas, scope, std::string("\x03\x00", 2) + std::string(16, 'x')).Is(kBadRecord));
  EXPECT_FALSE(IsRegistered("{\"id\": 1, \"name\": \"long enough\"}"));
}

}  // namespace
}  // namespace tarn::delivery
