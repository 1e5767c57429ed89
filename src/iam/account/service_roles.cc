// The service-linked roles of AWS's services. A static table.
#include "iam/account/service_roles.h"

#include <algorithm>
#include <iterator>

#include "base/strings.h"

namespace tarn::iam {
namespace {

constexpr std::string_view kDomain = ".amazonaws.com";

// clang-format off
constexpr ServiceRole kRoles[] = {
    {"access-analyzer", "AccessAnalyzer", "AccessAnalyzerServiceRolePolicy"},
    {"accountdiscovery.ssm", "AmazonSSM_AccountDiscovery", "AWSSystemsManagerAccountDiscoveryServicePolicy"},
    {"acm", "CertificateManager", "CertificateManagerServiceRolePolicy"},
    {"appmesh", "AppMesh", "AWSAppMeshServiceRolePolicy"},
    {"autoscaling", "AutoScaling", "AutoScalingServiceRolePolicy", "", true},
    {"autoscaling-plans", "AutoScalingPlans_EC2AutoScaling", "AWSAutoScalingPlansEC2AutoScalingPolicy"},
    {"backup", "Backup", "AWSBackupServiceLinkedRolePolicyForBackup"},
    {"batch", "Batch", "BatchServiceRolePolicy"},
    {"cassandra.application-autoscaling", "ApplicationAutoScaling_CassandraTable", "AWSApplicationAutoscalingCassandraTablePolicy"},
    {"cks.kms", "KeyManagementServiceCustomKeyStores", "AWSKeyManagementServiceCustomKeyStoresServiceRolePolicy"},
    {"cloudtrail", "CloudTrail", "CloudTrailServiceRolePolicy"},
    {"codestar-notifications", "CodeStarNotifications", "AWSCodeStarNotificationsServiceRolePolicy"},
    {"config", "Config", "AWSConfigServiceRolePolicy"},
    {"connect", "AmazonConnect", "AmazonConnectServiceLinkedRolePolicy", "", true},
    {"dms", "DMSServerless", "AWSDMSServerlessServiceRolePolicy"},
    {"dms-fleet-advisor", "DMSFleetAdvisor", "AWSDMSFleetAdvisorServiceRolePolicy"},
    {"docdb-elastic", "DocDB-Elastic", "AmazonDocDB-ElasticServiceRolePolicy"},
    {"dynamodb.application-autoscaling", "ApplicationAutoScaling_DynamoDBTable", "AWSApplicationAutoscalingDynamoDBTablePolicy"},
    {"ec2-instance-connect", "Ec2InstanceConnect", "Ec2InstanceConnectEndpoint"},
    {"ec2.application-autoscaling", "ApplicationAutoScaling_EC2SpotFleetRequest", "AWSApplicationAutoscalingEC2SpotFleetRequestPolicy"},
    {"ecr", "ECRTemplate", "ECRTemplateServiceRolePolicy"},
    {"ecs", "ECS", "AmazonECSServiceRolePolicy"},
    {"ecs.application-autoscaling", "ApplicationAutoScaling_ECSService", "AWSApplicationAutoscalingECSServicePolicy"},
    {"eks", "AmazonEKS", "AmazonEKSServiceRolePolicy"},
    {"eks-connector", "AmazonEKSConnector", "AmazonEKSConnectorServiceRolePolicy"},
    {"eks-fargate", "AmazonEKSForFargate", "AmazonEKSForFargateServiceRolePolicy"},
    {"eks-nodegroup", "AmazonEKSNodegroup", "AWSServiceRoleForAmazonEKSNodegroup"},
    {"elasticache", "ElastiCache", "ElastiCacheServiceRolePolicy"},
    {"elasticbeanstalk", "ElasticBeanstalk", "AWSElasticBeanstalkServiceRolePolicy"},
    {"elasticfilesystem", "AmazonElasticFileSystem", "AmazonElasticFileSystemServiceRolePolicy"},
    {"elasticloadbalancing", "ElasticLoadBalancing", "AWSElasticLoadBalancingServiceRolePolicy"},
    {"elasticmapreduce", "EMRCleanup", "AmazonEMRCleanupPolicy"},
    {"email.cognito-idp", "AmazonCognitoIdpEmailService", "AmazonCognitoIdpEmailServiceRolePolicy"},
    {"emr-containers", "AmazonEMRContainers", "AmazonEMRContainersServiceRolePolicy"},
    {"emrwal", "EMRWAL", "EMRDescribeClusterPolicyForEMRWAL"},
    {"es", "AmazonElasticsearchService", "AmazonElasticsearchServiceRolePolicy"},
    {"fis", "FIS", "AmazonFISServiceRolePolicy"},
    {"grafana", "AmazonGrafana", "AmazonGrafanaServiceLinkedRolePolicy"},
    {"guardduty", "AmazonGuardDuty", "AmazonGuardDutyServiceRolePolicy"},
    {"imagebuilder", "ImageBuilder", "AWSServiceRoleForImageBuilder"},
    {"inspector", "AmazonInspector", "AmazonInspectorServiceRolePolicy"},
    {"inspector2", "AmazonInspector2", "AmazonInspector2ServiceRolePolicy"},
    {"iotmanagedintegrations", "IoTManagedIntegrations", "AWSIoTManagedIntegrationsRolePolicy"},
    {"kafka", "Kafka", "KafkaServiceRolePolicy"},
    {"kafka.application-autoscaling", "ApplicationAutoScaling_KafkaCluster", "AWSApplicationAutoscalingKafkaClusterPolicy"},
    {"kafkaconnect", "KafkaConnect", "KafkaConnectServiceRolePolicy"},
    {"lakeformation", "LakeFormationDataAccess", "LakeFormationDataAccessServiceRolePolicy"},
    {"lambda.application-autoscaling", "ApplicationAutoScaling_LambdaConcurrency", "AWSApplicationAutoscalingLambdaConcurrencyPolicy"},
    {"lex", "LexBots", "AmazonLexBotPolicy"},
    {"lexv2", "LexV2Bots", "AmazonLexV2BotPolicy", "", true},
    {"lightsail", "Lightsail", "LightsailExportAccess"},
    {"logger.cloudfront", "CloudFrontLogger", "AWSCloudFrontLogger"},
    {"m2", "AWSM2", "AWSM2ServicePolicy"},
    {"macie", "AmazonMacie", "AmazonMacieServiceRolePolicy"},
    {"memorydb", "MemoryDB", "MemoryDBServiceRolePolicy"},
    {"mq", "AmazonMQ", "AmazonMQServiceRolePolicy"},
    {"mrk.kms", "KeyManagementServiceMultiRegionKeys", "AWSKeyManagementServiceMultiRegionKeysServiceRolePolicy"},
    {"notifications", "AwsUserNotifications", "AWSUserNotificationsServiceLinkedRolePolicy"},
    {"observability.aoss", "AmazonOpenSearchServerless", "AmazonOpenSearchServerlessServiceRolePolicy"},
    {"opensearchservice", "AmazonOpenSearchService", "AmazonOpenSearchServiceRolePolicy"},
    {"ops.apigateway", "APIGateway", "APIGatewayServiceRolePolicy"},
    {"ops.emr-serverless", "AmazonEMRServerless", "AmazonEMRServerlessServiceRolePolicy"},
    {"opsdatasync.ssm", "SystemsManagerOpsDataSync", "AWSSystemsManagerOpsDataSyncServiceRolePolicy"},
    {"opsinsights.ssm", "AmazonSSM_OpsInsights", "AWSSSMOpsInsightsServiceRolePolicy"},
    {"organizations", "Organizations", "AWSOrganizationsServiceTrustPolicy"},
    {"pullthroughcache.ecr", "ECRPullThroughCache", "AWSECRPullThroughCache_ServiceRolePolicy"},
    {"ram", "ResourceAccessManager", "AWSResourceAccessManagerServiceRolePolicy"},
    {"rds", "RDS", "AmazonRDSServiceRolePolicy", "Allows Amazon RDS to manage AWS resources on your behalf"},
    {"rds.application-autoscaling", "ApplicationAutoScaling_RDSCluster", "AWSApplicationAutoscalingRDSClusterPolicy"},
    {"redshift", "Redshift", "AmazonRedshiftServiceLinkedRolePolicy"},
    {"replication.cassandra", "KeyspacesReplication", "KeyspacesReplicationServiceRolePolicy"},
    {"replication.ecr", "ECRReplication", "ECRReplicationServiceRolePolicy"},
    {"replicator.lambda", "LambdaReplicator", "AWSLambdaReplicator"},
    {"repository.sync.codeconnections", "GitSync", "AWSGitSyncServiceRolePolicy"},
    {"resource-explorer-2", "ResourceExplorer", "AWSResourceExplorerServiceRolePolicy"},
    {"rolesanywhere", "RolesAnywhere", "AWSRolesAnywhereServicePolicy"},
    {"s3-tables", "S3Tables", ""},
    {"s3-outposts", "S3OnOutposts", "AWSS3OnOutpostsServiceRolePolicy"},
    {"sagemaker.application-autoscaling", "ApplicationAutoScaling_SageMakerEndpoint", "AWSApplicationAutoscalingSageMakerEndpointPolicy"},
    {"securityhub", "SecurityHub", "AWSSecurityHubServiceRolePolicy"},
    {"ses", "AmazonSES", "AmazonSESServiceRolePolicy"},
    {"shield", "AWSShield", "AWSShieldServiceRolePolicy"},
    {"spot", "EC2Spot", "AWSEC2SpotServiceRolePolicy"},
    {"spotfleet", "EC2SpotFleet", "AWSEC2SpotFleetServiceRolePolicy"},
    {"ssm", "AmazonSSM", "AmazonSSMServiceRolePolicy", "Provides access to AWS Resources managed or used by Amazon SSM."},
    {"ssm-incidents", "IncidentManager", "AWSIncidentManagerServiceRolePolicy"},
    {"ssm-quicksetup", "SSMQuickSetup", "SSMQuickSetupRolePolicy"},
    {"sso", "SSO", "AWSSSOServiceRolePolicy", "Service-linked role used by AWS SSO to manage AWS resources, including IAM roles, policies and SAML IdP on your behalf."},
    {"support", "Support", "AWSSupportServiceRolePolicy"},
    {"transitgateway", "VPCTransitGateway", "AWSVPCTransitGatewayServiceRolePolicy"},
    {"trustedadvisor", "TrustedAdvisor", "AWSTrustedAdvisorServiceRolePolicy"},
    {"vpcorigin.cloudfront", "CloudFrontVPCOrigin", "AWSCloudFrontVPCOriginServiceRolePolicy"},
    {"waf", "WAFLogging", "WAFLoggingServiceRolePolicy"},
    {"wafv2", "WAFV2Logging", "WAFV2LoggingServiceRolePolicy"},
};
// clang-format on

}  // namespace

const ServiceRole* FindServiceRole(std::string_view service) {
  if (!service.ends_with(kDomain)) return nullptr;
  service.remove_suffix(kDomain.size());
  const auto* const found = std::ranges::find(kRoles, service, &ServiceRole::service);
  return found == std::end(kRoles) ? nullptr : found;
}

std::string ServiceRoleName(std::string_view service) {
  if (const ServiceRole* known = FindServiceRole(service)) return "AWSServiceRoleFor" + std::string(known->name);
  const auto parts = Split(service, '.');
  const std::string_view first = parts[0];
  const std::string_view main = parts.size() >= 3 ? parts[parts.size() - 3] : first;
  std::string name(main);
  if (main == first) return "AWSServiceRoleFor" + name;
  name += "_";
  for (const std::string_view word : Split(first, '-')) {
    if (!word.empty()) name += AsciiUpper(word.substr(0, 1)) + std::string(word.substr(1));
  }
  return "AWSServiceRoleFor" + name;
}

}  // namespace tarn::iam
