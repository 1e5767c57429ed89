#include "ram/model.h"

#include <algorithm>
#include <tuple>

#include "base/strings.h"

namespace tarn::ram {
namespace {

constexpr ResourceType kTypes[] = {
    {"appmesh:Mesh", "appmesh", "mesh"},
    {"backup:BackupVault", "backup", "backup-vault"},
    {"codebuild:Project", "codebuild", "project"},
    {"codebuild:ReportGroup", "codebuild", "report-group"},
    {"datazone:Domain", "datazone", "domain"},
    {"dynamodb:Table", "dynamodb", "table"},
    {"ec2:PrefixList", "ec2", "prefix-list"},
    {"ec2:Subnet", "ec2", "subnet"},
    {"ec2:TransitGateway", "ec2", "transit-gateway"},
    {"glue:Catalog", "glue", "catalog"},
    {"glue:Database", "glue", "database"},
    {"glue:Table", "glue", "table"},
    {"imagebuilder:Component", "imagebuilder", "component"},
    {"imagebuilder:Image", "imagebuilder", "image"},
    {"imagebuilder:ImageRecipe", "imagebuilder", "image-recipe"},
    {"license-manager:LicenseConfiguration", "license-manager", "license-configuration"},
    {"networkmanager:CoreNetwork", "networkmanager", "core-network", true},
    {"rds:Cluster", "rds", "cluster"},
    {"resource-groups:Group", "resource-groups", "group"},
    {"route53resolver:ResolverRule", "route53resolver", "resolver-rule"},
    {"sagemaker:FeatureGroup", "sagemaker", "feature-group"},
    {"ssm:Parameter", "ssm", "parameter"},
};

// Those that are no type's default. Lake Formation's shares carry them.
constexpr std::tuple<std::string_view, std::string_view, int64_t> kOthers[] = {
    {"AWSRAMLFEnabledGlueAllTablesReadWriteForDatabase", "glue:Database", 1},
    {"AWSRAMLFEnabledGlueDatabaseReadWrite", "glue:Database", 1},
    {"AWSRAMPermissionGlueAllTablesReadWriteForDatabase", "glue:Database", 3},
    {"AWSRAMPermissionGlueDatabaseReadWrite", "glue:Database", 3},
    {"AWSRAMPermissionGlueTableReadWriteForDatabase", "glue:Database", 3},
    {"AWSRAMPermissionLFTagGlueDatabaseReadWrite", "glue:Database", 1},
    {"AWSRAMPermissionLFTagGlueTableReadWriteForDatabase", "glue:Database", 1},
    {"AWSRAMLFEnabledGlueDatabaseReadWriteForTable", "glue:Table", 1},
    {"AWSRAMLFEnabledGlueTableReadWrite", "glue:Table", 1},
    {"AWSRAMPermissionGlueDatabaseReadWriteForTable", "glue:Table", 2},
    {"AWSRAMPermissionGlueTableReadWrite", "glue:Table", 2},
    {"AWSRAMPermissionLFTagGlueDatabaseReadWriteForTable", "glue:Table", 1},
    {"AWSRAMPermissionLFTagGlueTableReadWrite", "glue:Table", 1},
    {"AWSRAMPermissionGlueAllTablesReadWriteForCatalog", "glue:Catalog", 3},
    {"AWSRAMPermissionGlueDatabaseReadWriteForCatalog", "glue:Catalog", 3},
    {"AWSRAMPermissionGlueTableReadWriteForCatalog", "glue:Catalog", 3},
    {"AWSRAMPermissionLFTagGlueDatabaseReadWriteForCatalog", "glue:Catalog", 1},
    {"AWSRAMPermissionLFTagGlueTableReadWriteForCatalog", "glue:Catalog", 1},
};

}  // namespace

const PermissionVersion* Permission::Version(int64_t number) const {
  const auto found = std::ranges::find(versions, number, &PermissionVersion::number);
  return found == versions.end() ? nullptr : &*found;
}

std::string ManagedPermission::Arn() const { return "arn:aws:ram::aws:permission/" + name; }

std::string ManagedPermission::Template() const {
  const std::string service(type.substr(0, type.find(':')));
  if (service != "glue") return R"({"Effect":"Allow","Action":")" + service + R"(:*"})";
  constexpr std::string_view kReads[] = {"GetDatabase",
                                         "GetDatabases",
                                         "GetTable",
                                         "GetTables",
                                         "GetTableVersion",
                                         "GetTableVersions",
                                         "GetPartition",
                                         "GetPartitions",
                                         "BatchGetPartition",
                                         "GetPartitionIndexes",
                                         "GetColumnStatisticsForTable",
                                         "GetColumnStatisticsForPartition",
                                         "GetUnfilteredTableMetadata",
                                         "SearchTables"};
  std::string text = R"({"Effect":"Allow","Action":[)";
  for (const std::string_view action : kReads) text.append(R"("glue:)").append(action).append(R"(",)");
  text.back() = ']';
  return text + "}";
}

const ManagedPermission* ManagedNamed(std::string_view arn) {
  for (const ManagedPermission& each : ManagedPermissions()) {
    if (each.Arn() == arn) return &each;
  }
  return nullptr;
}

std::span<const ManagedPermission> ManagedPermissions() {
  static const auto kAll = [] {
    std::vector<ManagedPermission> all;
    all.reserve(std::size(kTypes) + std::size(kOthers));
    for (const ResourceType& type : kTypes) {
      const std::string arn = type.PermissionArn();
      all.push_back({.name = arn.substr(arn.rfind('/') + 1), .type = type.name, .version = 1, .is_default = true});
    }
    for (const auto& [name, type, version] : kOthers) {
      all.push_back({.name = std::string(name), .type = type, .version = version, .is_default = false});
    }
    return all;
  }();
  return kAll;
}

std::span<const ResourceType> ResourceTypes() { return kTypes; }

std::string ResourceType::PermissionArn() const {
  std::string what(name.substr(name.find(':') + 1));
  if (service == "glue") what = "Glue" + what;
  return "arn:aws:ram::aws:permission/AWSRAMDefaultPermission" + what;
}

const ResourceType* TypeOf(std::string_view arn) {
  const auto parts = Split(arn, ':');
  if (parts.size() < 6) return nullptr;
  const std::string_view kind = parts[5].substr(0, parts[5].find('/'));
  const auto* const found = std::ranges::find_if(
      kTypes, [&](const ResourceType& type) { return type.service == parts[2] && type.kind == kind; });
  return found == std::end(kTypes) ? nullptr : found;
}

const ResourceType* TypeNamed(std::string_view name) {
  const auto* const found = std::ranges::find_if(kTypes, [&](const ResourceType& type) { return type.name == name; });
  return found == std::end(kTypes) ? nullptr : found;
}

}  // namespace tarn::ram
