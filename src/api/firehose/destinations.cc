// Destinations: of the generated shapes, in canonical JSON under the names that a description has.
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <utility>

#include "api/firehose/firehose_service.h"
#include "api/firehose/gen/tables.h"
#include "api/protocol/codec.h"
#include "base/strings.h"
#include "delivery/errors.h"
#include "delivery/plan/plan.h"
#include "json/json.h"

namespace tarn::api::firehose {
namespace {

constexpr std::string_view kOneDestination = "Exactly one destination configuration is supported for a Firehose";
constexpr std::array<std::string_view, 4> kServed = {"S3", "ExtendedS3", "Iceberg", "HttpEndpoint"};

// A destination as a request gives it.
struct Given {
  std::string kind;   // "ExtendedS3"
  json::Value value;  // as its description says it
};

// What descriptions call the destinations inside of a destination.
void Rename(json::Value& value) {
  for (auto& [key, member] : *value.AsObject()) {
    if (key == "S3Configuration" || key == "S3Update") key = "S3DestinationDescription";
    if (key == "S3BackupConfiguration" || key == "S3BackupUpdate") key = "S3BackupDescription";
  }
}

// The destinations of a request: its members with that ending.
Result<std::vector<Given>> Read(const protocol::TypeShape& shape, const void* in, std::string_view ending) {
  std::vector<Given> given;
  for (const protocol::Member& member : shape.members) {
    if (!member.name.ends_with(ending)) continue;
    const void* value = member.ref.type->optional.get(static_cast<const char*>(in) + member.offset);
    if (value == nullptr) continue;
    TARN_TRY(json::Value parsed, json::Parse(protocol::CanonicalJson(*member.ref.type, value)));
    Rename(parsed);
    given.push_back({std::string(member.name.substr(0, member.name.size() - ending.size())), std::move(parsed)});
  }
  return given;
}

Result<Given> ReadOne(const protocol::TypeShape& shape, const void* in, std::string_view ending) {
  TARN_TRY(auto given, Read(shape, in, ending));
  if (given.size() != 1) return Fail(delivery::kInvalid, std::string(kOneDestination));
  if (std::ranges::find(kServed, given[0].kind) == kServed.end()) {
    return Fail(delivery::kInvalid,
                fmt::format("The destination type {} is not served by this lake; it serves ExtendedS3, S3, Iceberg and "
                            "HttpEndpoint.",
                            given[0].kind));
  }
  return std::move(given[0]);
}

std::string DescriptionName(std::string_view kind) { return fmt::format("{}DestinationDescription", kind); }

// Of an extended destination, what the plain one can say.
json::Value PlainOf(const json::Value& extended) {
  json::Value plain = json::Object{};
  for (const char* key : {"BucketARN", "BufferingHints", "CloudWatchLoggingOptions", "CompressionFormat",
                          "EncryptionConfiguration", "ErrorOutputPrefix", "Prefix", "RoleARN"}) {
    if (const json::Value* found = extended.Find(key)) plain.Set(key, *found);
  }
  return plain;
}

// Whoever hands a role to the delivery must be allowed to.
Status CheckRoles(const protocol::Call& call, const json::Value& value) {
  if (!value.is_object()) return Ok();
  for (const auto& [key, member] : *value.AsObject()) {
    if (key == "RoleARN" && member.is_string()) TARN_CHECK(call.Allow("iam:PassRole", *member.AsString()));
    TARN_CHECK(CheckRoles(call, member));
  }
  return Ok();
}

Result<std::string> Checked(const protocol::Call& call, const json::Value& destination) {
  TARN_CHECK(CheckRoles(call, destination));
  std::string text = json::Write(destination);
  TARN_CHECK(delivery::ReadPlan(text, call.scope));
  return text;
}

}  // namespace

Status CheckOneDestination(const gen::UpdateDestinationInput& in) {
  TARN_CHECK(ReadOne(gen::kT_UpdateDestinationInput, &in, "DestinationUpdate"));
  return Ok();
}

Result<std::string> DestinationOf(const protocol::Call& call, const gen::CreateDeliveryStreamInput& in) {
  TARN_TRY(const Given given, ReadOne(gen::kT_CreateDeliveryStreamInput, &in, "DestinationConfiguration"));
  TARN_TRY(json::Value full, json::Parse(delivery::WithDefaults(given.kind, json::Write(given.value))));
  json::Value destination = json::Object{};
  if (given.kind == "ExtendedS3") destination.Set(DescriptionName("S3"), PlainOf(full));
  destination.Set(DescriptionName(given.kind), std::move(full));
  return Checked(call, destination);
}

Result<std::string> DestinationOf(const protocol::Call& call, const gen::UpdateDestinationInput& in,
                                  const std::string& present) {
  TARN_TRY(const Given given, ReadOne(gen::kT_UpdateDestinationInput, &in, "DestinationUpdate"));
  TARN_TRY(json::Value destination, json::Parse(present));
  const bool to_s3 = given.kind == "S3" || given.kind == "ExtendedS3";
  const bool from_s3 = destination.Find(DescriptionName("S3")) != nullptr;
  const json::Value* same = destination.Find(DescriptionName(given.kind));
  if (to_s3 != from_s3 || (!to_s3 && same == nullptr)) {
    return Fail(delivery::kInvalid,
                fmt::format("Changing the destination type to or from {} is not supported at this time.",
                            to_s3 ? "S3" : given.kind));
  }
  const bool extended = destination.Find(DescriptionName("ExtendedS3")) != nullptr;
  const json::Value* base = same != nullptr ? same : destination.Find(DescriptionName("S3"));
  const std::string merged = delivery::Merged(json::Write(*base), json::Write(given.value));
  TARN_TRY(json::Value full, json::Parse(delivery::WithDefaults(given.kind, merged)));
  if (given.kind == "ExtendedS3") destination.Set(DescriptionName("S3"), PlainOf(full));
  if (given.kind == "S3" && extended) {
    const json::Value* old = destination.Find(DescriptionName("ExtendedS3"));
    TARN_TRY(json::Value both, json::Parse(delivery::Merged(json::Write(*old), json::Write(full))));
    destination.Set(DescriptionName("ExtendedS3"), std::move(both));
  }
  destination.Set(DescriptionName(given.kind), std::move(full));
  return Checked(call, destination);
}

}  // namespace tarn::api::firehose
