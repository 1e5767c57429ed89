#include "api/glue/schemas/schema_ids.h"

#include <fmt/core.h>

#include <algorithm>
#include <vector>

#include "api/glue/convert.h"
#include "api/glue/errors.h"
#include "base/strings.h"

namespace tarn::api::glue {
namespace {

constexpr size_t kNameMax = 255;
constexpr size_t kDescriptionMax = 2048;
constexpr size_t kDefinitionMax = 170'000;
constexpr size_t kMetadataKeyMax = 128;
constexpr size_t kMetadataValueMax = 256;
constexpr size_t kTagsMax = 50;
constexpr std::string_view kFormats[] = {"", "AVRO", "JSON", "PROTOBUF"};
constexpr std::string_view kModes[] = {"",        "NONE",        "DISABLED", "BACKWARD", "BACKWARD_ALL",
                                       "FORWARD", "FORWARD_ALL", "FULL",     "FULL_ALL"};

bool IsAlphanumeric(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9'); }

bool IsMadeOf(std::string_view text, std::string_view others) {
  return std::ranges::all_of(text, [&](char c) { return IsAlphanumeric(c) || others.find(c) != others.npos; });
}

Error BadCharacters(std::string_view parameter) {
  return Fail(kInvalidInput, fmt::format("The parameter value contains one or more characters that are not valid. "
                                         "Parameter Name: {}",
                                         parameter));
}

Error BadLength(std::string_view parameter) {
  return Fail(kInvalidInput, fmt::format("The resource name contains too many or too few characters. "
                                         "Parameter Name: {}",
                                         parameter));
}

Status CheckText(const std::string& text, size_t max, std::string_view others, std::string_view parameter) {
  if (text.empty() || text.size() > max) return BadLength(parameter);
  return IsMadeOf(text, others) ? Ok() : BadCharacters(parameter);
}

// "orders" of ".…:registry/orders", "orders/placed" of "…:schema/orders/placed".
Result<std::string> NameInArn(const std::string& arn, std::string_view kind, std::string_view parameter) {
  const std::vector<std::string_view> parts = Split(arn, ':');
  if (parts.size() != 6 || parts[0] != "arn" || !parts[1].starts_with("aws") || parts[2] != "glue" ||
      !parts[5].starts_with(kind) || parts[5].size() <= kind.size()) {
    return BadCharacters(parameter);
  }
  return std::string(parts[5].substr(kind.size()));
}

}  // namespace

std::string RegistryResource(const std::optional<gen::RegistryId>& id) {
  auto name = RegistryNameOf(id);
  if (!name.ok()) return "*";
  return fmt::format("registry/{}", name->value_or(std::string(registry::kDefaultRegistry)));
}

std::string SchemaResource(const std::optional<gen::SchemaId>& id) {
  auto name = SchemaNameOf(id);
  return name.ok() ? fmt::format("schema/{}/{}", name->registry, name->schema) : "*";
}

std::string RegistryArn(const Scope& scope, std::string_view registry) {
  return fmt::format("arn:aws:glue:{}:{}:registry/{}", scope.region, scope.account, registry);
}

std::string SchemaArn(const Scope& scope, const registry::SchemaName& name) {
  return fmt::format("arn:aws:glue:{}:{}:schema/{}/{}", scope.region, scope.account, name.registry, name.schema);
}

Status CheckRegistryName(const std::string& name, std::string_view parameter) {
  return CheckText(name, kNameMax, "-_$#.", parameter);
}

Status CheckDescription(const std::optional<std::string>& description) {
  return description && description->size() > kDescriptionMax ? BadLength("description") : Ok();
}

Status CheckDefinition(const std::string& definition) {
  if (Trim(definition).empty() || definition.size() > kDefinitionMax) return BadLength("schemaDefinition");
  return Ok();
}

Status CheckMetadata(const gen::MetadataKeyValuePair& pair) {
  constexpr std::string_view kOthers = "+-=._/@";
  TARN_CHECK(CheckText(Text(pair.metadata_key), kMetadataKeyMax, kOthers, "key"));
  return CheckText(Text(pair.metadata_value), kMetadataValueMax, kOthers, "value");
}

Result<registry::Tags> NewTags(const std::optional<registry::Tags>& tags) {
  if (!tags) return registry::Tags{};
  if (tags->size() > kTagsMax) return Fail(kInvalidInput, "New Tags cannot be empty or more than 50");
  return *tags;
}

Result<std::optional<std::string>> RegistryNameOf(const std::optional<gen::RegistryId>& id) {
  if (!id || (!id->registry_name && !id->registry_arn)) return std::optional<std::string>();
  if (id->registry_name && id->registry_arn) {
    return Fail(kInvalidInput, "One of registryName or registryArn has to be provided, both cannot be provided.");
  }
  std::string name = Text(id->registry_name);
  if (id->registry_arn) {
    TARN_TRY(name, NameInArn(*id->registry_arn, "registry/", "registryArn"));
    TARN_CHECK(CheckRegistryName(name, "registryArn"));
  } else {
    TARN_CHECK(CheckRegistryName(name, "registryName"));
  }
  return std::optional<std::string>(std::move(name));
}

Result<std::string> RequiredRegistryName(const std::optional<gen::RegistryId>& id) {
  TARN_TRY(auto name, RegistryNameOf(id));
  if (!name) return Fail(kInvalidInput, "At least one of registryName or registryArn has to be provided.");
  return *name;
}

Result<registry::SchemaName> SchemaNameOf(const std::optional<gen::SchemaId>& id) {
  const bool by_arn = id && id->schema_arn;
  const bool named = id && (id->schema_name || id->registry_name);
  if (by_arn && named) {
    return Fail(kInvalidInput,
                "One of (registryName and schemaName) or schemaArn has to be provided, both cannot be "
                "provided.");
  }
  registry::SchemaName name;
  if (by_arn) {
    TARN_TRY(const std::string path, NameInArn(*id->schema_arn, "schema/", "schemaArn"));
    const size_t slash = path.find('/');
    if (slash == std::string::npos) return BadCharacters("schemaArn");
    name = {path.substr(0, slash), path.substr(slash + 1)};
    TARN_CHECK(CheckRegistryName(name.registry, "schemaArn"));
    TARN_CHECK(CheckRegistryName(name.schema, "schemaArn"));
    return name;
  }
  if (!named || !id->schema_name || !id->registry_name) {
    return Fail(kInvalidInput, "At least one of (registryName and schemaName) or schemaArn has to be provided.");
  }
  name = {*id->registry_name, *id->schema_name};
  TARN_CHECK(CheckRegistryName(name.registry, "registryName"));
  TARN_CHECK(CheckRegistryName(name.schema, "schemaName"));
  return name;
}

Result<std::optional<int64_t>> NumberOf(const std::optional<gen::SchemaVersionNumber>& number) {
  const bool latest = number && number->latest_version.value_or(false);
  if (!latest && (!number || !number->version_number)) {
    return Fail(kInvalidInput, "One of version number (or) latest version is required.");
  }
  if (latest && number->version_number) {
    return Fail(kInvalidInput, "Only one of VersionNumber or LatestVersion is required.");
  }
  if (latest) return std::optional<int64_t>();
  if (*number->version_number < 1) return Fail(kInvalidInput, "The version number is not valid.");
  return number->version_number;
}

Result<registry::VersionName> VersionNameOf(const std::optional<gen::SchemaId>& id,
                                            const std::optional<std::string>& version_id,
                                            const std::optional<gen::SchemaVersionNumber>& number) {
  registry::VersionName name;
  if (version_id) {
    if (id || number) {
      return Fail(kInvalidInput, "No other input parameters can be specified when fetching by SchemaVersionId.");
    }
    const auto sound = [](char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') || c == '-'; };
    if (version_id->size() != 36 || !std::ranges::all_of(*version_id, sound)) return BadCharacters("SchemaVersionId");
    name.id = *version_id;
    return name;
  }
  TARN_TRY(name.schema, SchemaNameOf(id));
  TARN_TRY(name.number, NumberOf(number));
  return name;
}

Result<registry::DataFormat> DataFormatOf(std::string_view text) {
  const auto* found = std::ranges::find(kFormats, text);
  if (text.empty() || found == std::end(kFormats)) return Fail(kInvalidInput, "Data format is not valid.");
  return static_cast<registry::DataFormat>(found - kFormats);
}

Result<registry::Compatibility> CompatibilityOf(std::string_view text) {
  const auto* found = std::ranges::find(kModes, text);
  if (text.empty() || found == std::end(kModes)) return Fail(kInvalidInput, "Compatibility is not valid.");
  return static_cast<registry::Compatibility>(found - kModes);
}

std::string ToText(registry::DataFormat format) { return std::string(kFormats[static_cast<size_t>(format)]); }
std::string ToText(registry::Compatibility mode) { return std::string(kModes[static_cast<size_t>(mode)]); }
std::string ToText(registry::VersionStatus status) {
  return status == registry::VersionStatus::kAvailable ? "AVAILABLE" : "FAILURE";
}

}  // namespace tarn::api::glue
