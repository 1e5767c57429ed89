#include "ram/model.h"

#include <algorithm>

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

}  // namespace

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
