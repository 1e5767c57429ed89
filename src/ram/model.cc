#include "ram/model.h"

#include <algorithm>
#include <tuple>

#include "base/strings.h"

namespace tarn::ram {
namespace {

constexpr std::string_view kAwsPrefix = "arn:aws:ram::aws:permission/";
constexpr std::string_view kWithHistory = "AWSRAMPermissionSSMParameterReadOnlyWithHistory";
constexpr std::string_view kReadsCatalog =
    "GetDatabase GetDatabases GetTable GetTables GetTableVersion GetTableVersions GetPartition GetPartitions "
    "BatchGetPartition GetPartitionIndexes GetColumnStatisticsForTable GetColumnStatisticsForPartition "
    "GetUnfilteredTableMetadata SearchTables";
constexpr std::string_view kUsesMesh =
    "CreateGatewayRoute CreateRoute CreateVirtualGateway CreateVirtualNode CreateVirtualRouter CreateVirtualService "
    "DeleteGatewayRoute DeleteRoute DeleteVirtualGateway DeleteVirtualNode DeleteVirtualRouter DeleteVirtualService "
    "DescribeGatewayRoute DescribeMesh DescribeRoute DescribeVirtualGateway DescribeVirtualNode DescribeVirtualRouter "
    "DescribeVirtualService ListGatewayRoutes ListMeshes ListRoutes ListTagsForResource ListVirtualGateways "
    "ListVirtualNodes ListVirtualRouters ListVirtualServices TagResource UntagResource UpdateGatewayRoute UpdateRoute "
    "UpdateVirtualGateway UpdateVirtualNode UpdateVirtualRouter UpdateVirtualService";

// The actions are those that the services' own guides tell of their shared resources.
constexpr ResourceType kTypes[] = {
    {"appmesh:Mesh", "appmesh", "mesh", "AppMesh", kUsesMesh, 3},
    {"backup:BackupVault", "backup", "backup-vault", "BackupVault"},
    {"codebuild:Project", "codebuild", "project", "CodeBuildProject",
     "BatchGetBuilds BatchGetProjects ListBuildsForProject"},
    {"codebuild:ReportGroup", "codebuild", "report-group", "CodeBuildReportGroup",
     "BatchGetReportGroups BatchGetReports DescribeTestCases ListReportsForReportGroup"},
    {"datazone:Domain", "datazone", "domain", "AmazonDataZoneDomain"},
    {"dynamodb:Table", "dynamodb", "table", "DynamoDBTable"},
    {"ec2:PrefixList", "ec2", "prefix-list", "PrefixList"},
    {"ec2:Subnet", "ec2", "subnet", "Subnet"},
    {"ec2:TransitGateway", "ec2", "transit-gateway", "TransitGateway"},
    {"ec2:TransitGatewayMulticastDomain", "ec2", "transit-gateway-multicast-domain", "TransitGatewayMulticastDomain"},
    {"glue:Catalog", "glue", "catalog", "GlueCatalog", kReadsCatalog},
    {"glue:Database", "glue", "database", "GlueDatabase", kReadsCatalog},
    {"glue:Table", "glue", "table", "GlueTable", kReadsCatalog},
    {"imagebuilder:Component", "imagebuilder", "component", "ImageBuilderComponent", "GetComponent ListComponents"},
    {"imagebuilder:Image", "imagebuilder", "image", "ImageBuilderImage", "GetImage ListImages"},
    {"imagebuilder:ImageRecipe", "imagebuilder", "image-recipe", "ImageBuilderImageRecipe",
     "GetImageRecipe ListImageRecipes"},
    {"license-manager:LicenseConfiguration", "license-manager", "license-configuration", "LicenseConfiguration"},
    {"networkmanager:CoreNetwork", "networkmanager", "core-network", "sNetworkManagerCoreNetwork", "", 3, true},
    {"rds:Cluster", "rds", "cluster", "RDSCluster", "DescribeDBClusters RestoreDBClusterToPointInTime"},
    {"resource-groups:Group", "resource-groups", "group", "ResourceGroup"},
    {"route53resolver:ResolverRule", "route53resolver", "resolver-rule", "ResolverRule",
     "AssociateResolverRule DisassociateResolverRule GetResolverRule ListResolverRuleAssociations ListResolverRules"},
    {"sagemaker:FeatureGroup", "sagemaker", "feature-group", "SageMakerFeatureGroup"},
    {"ssm:Parameter", "ssm", "parameter", "SSMParameterReadOnly", "DescribeParameters GetParameter GetParameters"},
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
    {"AWSRAMTransitGatewayPermissionsNetworkManagerCoreNetwork", "networkmanager:CoreNetwork", 1},
    {"AWSRAMVPCPermissionsNetworkManagerCoreNetwork", "networkmanager:CoreNetwork", 1},
    {"AWSRAMPermissionSSMParameterReadOnlyWithHistory", "ssm:Parameter", 1},
};

}  // namespace

const PermissionVersion* Permission::Version(int64_t number) const {
  const auto found = std::ranges::find(versions, number, &PermissionVersion::number);
  return found == versions.end() ? nullptr : &*found;
}

std::string ManagedPermission::Arn() const { return std::string(kAwsPrefix) + name; }

std::string ManagedPermission::Template() const {
  const ResourceType* const of = TypeNamed(type);
  const std::string service(type.substr(0, type.find(':')));
  if (of == nullptr || of->actions.empty()) return R"({"Effect":"Allow","Action":")" + service + R"(:*"})";
  std::string text = R"({"Effect":"Allow","Action":[)";
  for (const std::string_view action : Split(of->actions, ' ')) {
    text.append("\"").append(service).append(":").append(action).append("\",");
  }
  if (name == kWithHistory) text.append(R"("ssm:GetParameterHistory",)");
  text.back() = ']';
  return text + "}";
}

const ManagedPermission* ManagedOf(std::string_view arn, std::string_view type) {
  if (const ManagedPermission* const named = ManagedNamed(arn)) return named;
  if (!arn.starts_with(kAwsPrefix)) return nullptr;
  for (const ManagedPermission& each : ManagedPermissions()) {
    if (each.type == type && each.is_default) return &each;
  }
  return nullptr;
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
      all.push_back(
          {.name = arn.substr(arn.rfind('/') + 1), .type = type.name, .version = type.version, .is_default = true});
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
  return std::string(kAwsPrefix).append("AWSRAMDefaultPermission").append(permission);
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
