// How clients name registries, schemas and versions: by ARN, by names, by id; and the checks of names that the schema
// registry words in its own way.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "api/glue/gen/shapes.h"
#include "base/result.h"
#include "base/scope.h"
#include "registry/registry.h"

namespace tarn::api::glue {

// "registry/orders" and "schema/orders/placed": what policies name. The default registry when none is given; ids that
// are not sound give "*", and the handler refuses them.
std::string RegistryResource(const std::optional<gen::RegistryId>& id);
std::string SchemaResource(const std::optional<gen::SchemaId>& id);

std::string RegistryArn(const Scope& scope, std::string_view registry);
std::string SchemaArn(const Scope& scope, const registry::SchemaName& name);

// Errors of all: glue.InvalidInput.
// Nothing when there is no id, or an empty one.
Result<std::optional<std::string>> RegistryNameOf(const std::optional<gen::RegistryId>& id);
Result<std::string> RequiredRegistryName(const std::optional<gen::RegistryId>& id);
Result<registry::SchemaName> SchemaNameOf(const std::optional<gen::SchemaId>& id);
Result<registry::VersionName> VersionNameOf(const std::optional<gen::SchemaId>& id,
                                            const std::optional<std::string>& version_id,
                                            const std::optional<gen::SchemaVersionNumber>& number);
// The number, or nothing for the latest.
Result<std::optional<int64_t>> NumberOf(const std::optional<gen::SchemaVersionNumber>& number);

Result<registry::DataFormat> DataFormatOf(std::string_view text);
Result<registry::Compatibility> CompatibilityOf(std::string_view text);
std::string ToText(registry::DataFormat format);
std::string ToText(registry::Compatibility compatibility);
std::string ToText(registry::VersionStatus status);

// `parameter` is as the messages write it: "registryName".
Status CheckRegistryName(const std::string& name, std::string_view parameter);
Status CheckDescription(const std::optional<std::string>& description);
Status CheckDefinition(const std::string& definition);
Status CheckMetadata(const gen::MetadataKeyValuePair& pair);
Result<registry::Tags> NewTags(const std::optional<registry::Tags>& tags);

}  // namespace tarn::api::glue
