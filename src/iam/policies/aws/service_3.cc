// A part of the table of the policies of AWS's service-linked roles, in order of names.
#include "iam/policies/aws/tables.h"

namespace tarn::iam {

// clang-format off
const AwsPolicy kServicePolicies3[] = {
    {"/aws-service-role/", "AWSServiceRoleForAmazonEKSNodegroup", "ANPAIMLKZAQ3KUTAKLHRM",
     "Lets eks-nodegroup.amazonaws.com act for the account.",
     "2019-11-07T01:34:26Z", 11,
     R"({"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":["iam:CreateServiceLinkedRole"],"Resourc)"
     R"(e":"*","Condition":{"StringEquals":{"iam:AWSServiceName":"autoscaling.amazonaws.com"}}},{"Effect":"Allow)"
     R"(","Action":["iam:PassRole"],"Resource":"*","Condition":{"StringEquals":{"iam:PassedToService":"autoscali)"
     R"(ng.amazonaws.com"}}},{"Effect":"Allow","Action":["iam:PassRole"],"Resource":"*","Condition":{"StringEqua)"
     R"(lsIfExists":{"iam:PassedToService":["ec2.amazonaws.com"]}}},{"Effect":"Allow","Action":["iam:GetRole","i)"
     R"(am:GetInstanceProfile"],"Resource":"*"},{"Effect":"Allow","Action":["iam:CreateInstanceProfile","iam:Del)"
     R"(eteInstanceProfile","iam:RemoveRoleFromInstanceProfile","iam:AddRoleToInstanceProfile"],"Resource":"arn:)"
     R"(aws:iam::*:instance-profile/eks-*"}]})"},
    {"/aws-service-role/", "AWSServiceRoleForImageBuilder", "ANPAILI52NQNIUB6X4G74",
     "Lets imagebuilder.amazonaws.com act for the account.",
     "2019-11-29T22:02:13Z", 28,
     R"({"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":["iam:PassRole"],"Resource":"*","Conditi)"
     R"(on":{"StringEquals":{"iam:PassedToService":["ec2.amazonaws.com","ec2.amazonaws.com.cn","vmie.amazonaws.c)"
     R"(om"]}}},{"Effect":"Allow","Action":["kms:Encrypt","kms:Decrypt","kms:ReEncryptFrom","kms:ReEncryptTo","k)"
     R"(ms:GenerateDataKeyWithoutPlaintext"],"Resource":"*","Condition":{"ForAllValues:StringEquals":{"kms:Encry)"
     R"(ptionContextKeys":["aws:ebs:id"]},"StringLike":{"kms:ViaService":["ec2.*.amazonaws.com"]}}},{"Effect":"A)"
     R"(llow","Action":["kms:DescribeKey"],"Resource":"*","Condition":{"StringLike":{"kms:ViaService":["ec2.*.am)"
     R"(azonaws.com"]}}},{"Effect":"Allow","Action":["kms:CreateGrant"],"Resource":"*","Condition":{"Bool":{"kms)"
     R"(:GrantIsForAWSResource":true},"StringLike":{"kms:ViaService":["ec2.*.amazonaws.com"]}}},{"Effect":"Allow)"
     R"(","Action":["sts:AssumeRole"],"Resource":"arn:aws:iam::*:role/EC2ImageBuilderDistributionCrossAccountRol)"
     R"(e"},{"Effect":"Allow","Action":["iam:CreateServiceLinkedRole"],"Resource":"*","Condition":{"StringEquals)"
     R"(":{"iam:AWSServiceName":["ssm.amazonaws.com","ec2fastlaunch.amazonaws.com"]}}}]})"},
    {"/aws-service-role/", "AWSShieldServiceRolePolicy", "ANPAIQZ2ME6GFLVKKISSK",
     "Lets shield.amazonaws.com act for the account.",
     "2021-11-17T19:17:46Z", 1,
     R"({"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":["wafv2:GetWebACL","wafv2:UpdateWebACL",)"
     R"("wafv2:GetWebACLForResource","wafv2:ListResourcesForWebACL","cloudfront:ListDistributions","cloudfront:G)"
     R"(etDistribution"],"Resource":"*"}]})"},
    {"/aws-service-role/", "AWSSSMOpsInsightsServiceRolePolicy", "ANPAIK4SUQQPU7GVYWF5J",
     "Lets opsinsights.ssm.amazonaws.com act for the account.",
     "2021-06-16T20:12:52Z", 1,
     R"({"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":["ssm:CreateOpsItem","ssm:AddTagsToResou)"
     R"(rce"],"Resource":"*"},{"Effect":"Allow","Action":["ssm:UpdateOpsItem","ssm:GetOpsItem"],"Resource":"*",")"
     R"(Condition":{"StringEquals":{"aws:ResourceTag/SsmOperationalInsight":"true"}}}]})"},
    {"/aws-service-role/", "AWSSSOServiceRolePolicy", "ANPAI6UIU5UWWS35RIZWK",
     "Lets sso.amazonaws.com act for the account.",
     "2017-12-05T18:36:15Z", 18,
     R"({"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":["iam:AttachRolePolicy","iam:CreateRole")"
     R"(,"iam:PutRolePolicy","iam:UpdateRole","iam:UpdateRoleDescription","iam:UpdateAssumeRolePolicy","iam:PutR)"
     R"(olePermissionsBoundary","iam:DeleteRolePermissionsBoundary"],"Resource":["arn:aws:iam::*:role/aws-reserv)"
     R"(ed/sso.amazonaws.com/*"],"Condition":{"StringNotEquals":{"aws:PrincipalOrgMasterAccountId":"${aws:Princi)"
     R"(palAccount}"}}},{"Effect":"Allow","Action":["iam:GetRole","iam:ListRoles"],"Resource":["*"]},{"Effect":")"
     R"(Allow","Action":["iam:DeleteRole","iam:DeleteRolePolicy","iam:DetachRolePolicy","iam:ListRolePolicies",")"
     R"(iam:ListAttachedRolePolicies"],"Resource":["arn:aws:iam::*:role/aws-reserved/sso.amazonaws.com/*"]},{"Ef)"
     R"(fect":"Allow","Action":["iam:DeleteServiceLinkedRole","iam:GetServiceLinkedRoleDeletionStatus","iam:Dele)"
     R"(teRole","iam:GetRole"],"Resource":["arn:aws:iam::*:role/aws-service-role/sso.amazonaws.com/AWSServiceRol)"
     R"(eForSSO"]},{"Effect":"Allow","Action":["iam:CreateSAMLProvider"],"Resource":["arn:aws:iam::*:saml-provid)"
     R"(er/AWSSSO_*"],"Condition":{"StringNotEquals":{"aws:PrincipalOrgMasterAccountId":"${aws:PrincipalAccount})"
     R"("}}},{"Effect":"Allow","Action":["iam:UpdateSAMLProvider"],"Resource":["arn:aws:iam::*:saml-provider/AWS)"
     R"(SSO_*"]},{"Effect":"Allow","Action":["iam:DeleteSAMLProvider","iam:GetSAMLProvider"],"Resource":["arn:aw)"
     R"(s:iam::*:saml-provider/AWSSSO_*"]},{"Effect":"Allow","Action":["organizations:DescribeAccount","organiza)"
     R"(tions:DescribeOrganization","organizations:ListAccounts","organizations:ListDelegatedAdministrators","or)"
     R"(ganizations:ListAWSServiceAccessForOrganization"],"Resource":["*"]}]})"},
    {"/aws-service-role/", "AWSSupportServiceRolePolicy", "ANPAIBEAORBDIJZXEFAUN",
     "Lets support.amazonaws.com act for the account.",
     "2018-04-19T18:04:44Z", 59,
     R"({"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":["s3:Describe*","s3:List*","s3tables:Des)"
     R"(cribe*","s3tables:List*","glue:Describe*","glue:List*","athena:Describe*","athena:List*","kinesis:Descri)"
     R"(be*","kinesis:List*","firehose:Describe*","firehose:List*","iam:Describe*","iam:List*","sts:Describe*",")"
     R"(sts:List*","lakeformation:Describe*","lakeformation:List*","cloudtrail:Describe*","cloudtrail:List*","or)"
     R"(ganizations:Describe*","organizations:List*","ram:Describe*","ram:List*","kms:Describe*","kms:List*","cl)"
     R"(oudwatch:Describe*","cloudwatch:List*","s3-object-lambda:Describe*","s3-object-lambda:List*"],"Resource")"
     R"(:"*"}]})"},
    {"/aws-service-role/", "AWSSystemsManagerAccountDiscoveryServicePolicy", "ANPAIGWLVVJQY47OMRZPN",
     "Lets accountdiscovery.ssm.amazonaws.com act for the account.",
     "2019-10-24T17:21:05Z", 3,
     R"({"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":["organizations:DescribeAccount","organi)"
     R"(zations:DescribeOrganization","organizations:DescribeOrganizationalUnit","organizations:ListRoots","orga)"
     R"(nizations:ListAccounts","organizations:ListAWSServiceAccessForOrganization","organizations:ListChildren")"
     R"(,"organizations:ListParents","organizations:ListDelegatedServicesForAccount","organizations:ListDelegate)"
     R"(dAdministrators"],"Resource":"*"}]})"},
    {"/aws-service-role/", "AWSSystemsManagerOpsDataSyncServiceRolePolicy", "ANPAIS2ILOFR2X7332R2M",
     "Lets opsdatasync.ssm.amazonaws.com act for the account.",
     "2021-04-26T20:42:39Z", 2,
     R"({"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":["ssm:GetOpsItem","ssm:UpdateOpsItem"],")"
     R"(Resource":"*","Condition":{"StringEquals":{"aws:ResourceTag/ExplorerSecurityHubOpsItem":"true"}}},{"Effe)"
     R"(ct":"Allow","Action":["ssm:CreateOpsItem"],"Resource":"*"},{"Effect":"Allow","Action":["ssm:AddTagsToRes)"
     R"(ource"],"Resource":"arn:aws:ssm:*:*:opsitem/*"},{"Effect":"Allow","Action":["ssm:UpdateServiceSetting",")"
     R"(ssm:GetServiceSetting"],"Resource":["arn:aws:ssm:*:*:servicesetting/ssm/opsitem/*","arn:aws:ssm:*:*:serv)"
     R"(icesetting/ssm/opsdata/*"]},{"Effect":"Allow","Action":["securityhub:GetFindings","securityhub:BatchUpda)"
     R"(teFindings"],"Resource":["*"]}]})"},
    {"/aws-service-role/", "AWSTrustedAdvisorServiceRolePolicy", "ANPAINF3LKDXKFA4LV3DV",
     "Lets trustedadvisor.amazonaws.com act for the account.",
     "2018-02-22T21:24:25Z", 15,
     R"({"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":["cloudtrail:DescribeTrails","cloudtrail)"
     R"(:GetTrailStatus","cloudtrail:GetTrail","cloudtrail:ListTrails","cloudtrail:GetEventSelectors","cloudwatc)"
     R"(h:GetMetricStatistics","cloudwatch:ListMetrics","iam:GenerateCredentialReport","iam:GetAccountPasswordPo)"
     R"(licy","iam:GetAccountSummary","iam:GetCredentialReport","iam:GetServerCertificate","iam:ListServerCertif)"
     R"(icates","iam:ListSAMLProviders","kinesis:DescribeLimits","s3:GetAccountPublicAccessBlock","s3:GetBucketA)"
     R"(cl","s3:GetBucketPolicy","s3:GetBucketPolicyStatus","s3:GetBucketLocation","s3:GetBucketLogging","s3:Get)"
     R"(BucketVersioning","s3:GetBucketPublicAccessBlock","s3:GetLifecycleConfiguration","s3:ListBucket","s3:Lis)"
     R"(tAllMyBuckets"],"Resource":"*"}]})"},
    {"/aws-service-role/", "AWSUserNotificationsServiceLinkedRolePolicy", "ANPAIVBHHJEMZ2QC2I7UJ",
     "Lets notifications.amazonaws.com act for the account.",
     "2023-04-19T13:28:34Z", 7,
     R"({"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":["cloudwatch:PutMetricData"],"Resource":)"
     R"("*","Condition":{"StringEquals":{"cloudwatch:namespace":"AWS/Notifications"}}},{"Effect":"Allow","Action)"
     R"(":["organizations:DescribeAccount","organizations:DescribeOrganization","organizations:DescribeOrganizat)"
     R"(ionalUnit","organizations:ListAccounts","organizations:ListAWSServiceAccessForOrganization","organizatio)"
     R"(ns:ListChildren","organizations:ListParents"],"Resource":"*"},{"Effect":"Allow","Action":["organizations)"
     R"(:ListDelegatedAdministrators"],"Resource":"*","Condition":{"StringEquals":{"organizations:ServicePrincip)"
     R"(al":["notifications.amazonaws.com"]}}}]})"},
    {"/aws-service-role/", "AWSVPCTransitGatewayServiceRolePolicy", "ANPAI2J4PUVDPC4MA4BSX",
     "Lets transitgateway.amazonaws.com act for the account.",
     "2018-11-26T16:21:17Z", 2,
     R"({"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":["ec2:CreateNetworkInterface","ec2:Descr)"
     R"(ibeNetworkInterfaces","ec2:ModifyNetworkInterfaceAttribute","ec2:DeleteNetworkInterface","ec2:CreateNetw)"
     R"(orkInterfacePermission","ec2:AssignIpv6Addresses","ec2:UnAssignIpv6Addresses"],"Resource":"*"}]})"},
    {"/aws-service-role/", "BatchServiceRolePolicy", "ANPAIGX6TBFT66R27RGFS",
     "Lets batch.amazonaws.com act for the account.",
     "2021-03-10T06:55:36Z", 8,
     R"({"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":["iam:GetInstanceProfile","iam:GetRole"])"
     R"(,"Resource":"*"},{"Effect":"Allow","Action":["iam:PassRole"],"Resource":["*"],"Condition":{"StringEquals)"
     R"(":{"iam:PassedToService":["ec2.amazonaws.com","ec2.amazonaws.com.cn","ecs.amazonaws.com","ecs-tasks.amaz)"
     R"(onaws.com"]}}},{"Effect":"Allow","Action":["iam:CreateServiceLinkedRole"],"Resource":"*","Condition":{"S)"
     R"(tringEquals":{"iam:AWSServiceName":["spot.amazonaws.com","spotfleet.amazonaws.com","autoscaling.amazonaw)"
     R"(s.com","ecs.amazonaws.com","ecs-compute.amazonaws.com"]}}}]})"},
    {"/aws-service-role/", "CertificateManagerServiceRolePolicy", "ANPAINMZGS7MXQMNRVGJR",
     "Lets acm.amazonaws.com act for the account.",
     "2020-06-25T17:56:49Z", 1,
     R"({"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":["acm-pca:IssueCertificate","acm-pca:Get)"
     R"(Certificate"],"Resource":"*"}]})"},
    {"/aws-service-role/", "CloudTrailServiceRolePolicy", "ANPAISMRRGOMETKKLBPE2",
     "Lets cloudtrail.amazonaws.com act for the account.",
     "2018-10-24T21:21:44Z", 3,
     R"({"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":["cloudtrail:*"],"Resource":"*"},{"Effec)"
     R"(t":"Allow","Action":["organizations:DescribeAccount","organizations:DescribeOrganization","organizations)"
     R"(:ListAccounts","organizations:ListAWSServiceAccessForOrganization"],"Resource":["*"]},{"Effect":"Allow",)"
     R"("Action":"organizations:ListDelegatedAdministrators","Resource":"*","Condition":{"StringEquals":{"organi)"
     R"(zations:ServicePrincipal":["cloudtrail.amazonaws.com"]}}},{"Effect":"Allow","Action":"glue:DeleteTable",)"
     R"("Resource":["arn:*:glue:*:*:catalog","arn:*:glue:*:*:database/aws:cloudtrail","arn:*:glue:*:*:table/aws:)"
     R"(cloudtrail/*"],"Condition":{"StringEquals":{"aws:ResourceAccount":"${aws:PrincipalAccount}"}}},{"Effect")"
     R"(:"Allow","Action":"lakeformation:DeregisterResource","Resource":"*","Condition":{"StringEquals":{"aws:Re)"
     R"(sourceAccount":"${aws:PrincipalAccount}"}}}]})"},
    {"/aws-service-role/", "CloudWatch-CrossAccountAccess", "ANPAITUNPX2XT6UPVXANU",
     "Lets cloudwatch-crossaccount.amazonaws.com act for the account.",
     "2019-07-23T09:59:27Z", 1,
     R"({"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":["sts:AssumeRole"],"Resource":["arn:aws:)"
     R"(iam::*:role/CloudWatch-CrossAccountSharing*"]}]})"},
    {"/aws-service-role/", "CloudWatchEventsServiceRolePolicy", "ANPAIC2VNMMZO7WJ5QHGX",
     "Lets events.amazonaws.com act for the account.",
     "2017-11-17T00:42:04Z", 1,
     R"({"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":["cloudwatch:DescribeAlarms","ec2:Descri)"
     R"(beInstanceStatus","ec2:DescribeInstances","ec2:DescribeSnapshots","ec2:DescribeVolumeStatus","ec2:Descri)"
     R"(beVolumes","ec2:RebootInstances","ec2:StopInstances","ec2:TerminateInstances","ec2:CreateSnapshot"],"Res)"
     R"(ource":"*"}]})"},
    {"/aws-service-role/", "ComputeOptimizerServiceRolePolicy", "ANPAIO6UYRABU2LAMVS4L",
     "Lets compute-optimizer.amazonaws.com act for the account.",
     "2019-12-03T08:45:19Z", 10,
     R"({"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":["organizations:DescribeOrganization","o)"
     R"(rganizations:ListAccounts","organizations:ListAWSServiceAccessForOrganization","organizations:ListDelega)"
     R"(tedAdministrators"],"Resource":["*"]},{"Effect":"Allow","Action":["cloudwatch:GetMetricData","cloudwatch)"
     R"(:DescribeAlarms"],"Resource":"*"}]})"},
    {"/aws-service-role/", "ConfigConformsServiceRolePolicy", "ANPAI3PFQD4Y5G6MJ5Q65",
     "Lets config-conforms.amazonaws.com act for the account.",
     "2019-07-25T21:38:05Z", 6,
     R"({"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":["iam:GetRole"],"Resource":"arn:aws:iam:)"
     R"(:*:role/aws-service-role/config-conforms.amazonaws.com/*"},{"Effect":"Allow","Action":["iam:GetRole"],"R)"
     R"(esource":"arn:aws:iam::*:role/aws-service-role/remediation.config.amazonaws.com/AWSServiceRoleForConfigR)"
     R"(emediation"},{"Effect":"Allow","Action":["iam:CreateServiceLinkedRole"],"Resource":"arn:aws:iam::*:role/)"
     R"(aws-service-role/remediation.config.amazonaws.com/AWSServiceRoleForConfigRemediation","Condition":{"Stri)"
     R"(ngLike":{"iam:AWSServiceName":"remediation.config.amazonaws.com"}}},{"Effect":"Allow","Action":["iam:Pas)"
     R"(sRole"],"Resource":"*","Condition":{"StringEquals":{"iam:PassedToService":"ssm.amazonaws.com"}}},{"Effec)"
     R"(t":"Allow","Action":["s3:PutObject","s3:PutObjectAcl","s3:GetObject","s3:GetBucketAcl"],"Resource":"arn:)"
     R"(aws:s3:::awsconfigconforms*"},{"Effect":"Allow","Action":["cloudwatch:PutMetricData"],"Resource":"*","Co)"
     R"(ndition":{"StringEquals":{"cloudwatch:namespace":"AWS/Config"}}}]})"},
    {"/aws-service-role/", "DynamoDBCloudWatchContributorInsightsServiceRolePolicy", "ANPAIDP353JURIMPD6L32",
     "Lets contributorinsights.dynamodb.amazonaws.com act for the account.",
     "2019-11-15T21:13:58Z", 1,
     R"({"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":["cloudwatch:DeleteInsightRules","cloudw)"
     R"(atch:PutInsightRule"],"Resource":"arn:aws:cloudwatch:*:*:insight-rule/DynamoDBContributorInsights*"},{"E)"
     R"(ffect":"Allow","Action":["cloudwatch:DescribeInsightRules"],"Resource":"*"}]})"},
    {"/aws-service-role/", "DynamoDBKinesisReplicationServiceRolePolicy", "ANPAIGNXJL7R7US3C4RFT",
     "Lets kinesisreplication.dynamodb.amazonaws.com act for the account.",
     "2020-11-12T00:43:25Z", 1,
     R"({"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"kms:GenerateDataKey","Resource":"*","Co)"
     R"(ndition":{"StringLike":{"kms:ViaService":"kinesis.*.amazonaws.com"}}},{"Effect":"Allow","Action":["kines)"
     R"(is:PutRecord","kinesis:PutRecords","kinesis:DescribeStream"],"Resource":"*"}]})"},
    {"/aws-service-role/", "DynamoDBReplicationServiceRolePolicy", "ANPAIKSUSALSEESGI36WF",
     "Lets replication.dynamodb.amazonaws.com act for the account.",
     "2017-11-09T23:55:34Z", 8,
     R"({"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":["dynamodb:GetItem","dynamodb:PutItem",")"
     R"(dynamodb:UpdateItem","dynamodb:DeleteItem","dynamodb:DescribeTable","dynamodb:UpdateTable","dynamodb:Sca)"
     R"(n","dynamodb:DescribeStream","dynamodb:GetRecords","dynamodb:GetShardIterator","dynamodb:DescribeTimeToL)"
     R"(ive","dynamodb:UpdateTimeToLive","dynamodb:DescribeLimits","dynamodb:GetResourcePolicy","application-aut)"
     R"(oscaling:RegisterScalableTarget","application-autoscaling:DescribeScalableTargets","application-autoscal)"
     R"(ing:PutScalingPolicy","application-autoscaling:DescribeScalingPolicies","account:ListRegions"],"Resource)"
     R"(":"*"},{"Effect":"Allow","Action":["iam:CreateServiceLinkedRole"],"Resource":"*","Condition":{"StringEqu)"
     R"(als":{"iam:AWSServiceName":["dynamodb.application-autoscaling.amazonaws.com"]}}}]})"},
    {"/aws-service-role/", "Ec2InstanceConnectEndpoint", "ANPAIIITB3IBFYRGQHGK5",
     "Lets ec2-instance-connect.amazonaws.com act for the account.",
     "2023-01-24T20:19:21Z", 2,
     R"({"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":["ec2:DescribeNetworkInterfaces","ec2:De)"
     R"(scribeAvailabilityZones"],"Resource":"*"},{"Effect":"Allow","Action":["ec2:CreateNetworkInterface"],"Res)"
     R"(ource":"arn:aws:ec2:*:*:subnet/*"},{"Effect":"Allow","Action":["ec2:CreateNetworkInterface"],"Resource":)"
     R"("arn:aws:ec2:*:*:network-interface/*","Condition":{"ForAllValues:StringEquals":{"aws:TagKeys":["Instance)"
     R"(ConnectEndpointId"]},"StringLike":{"aws:RequestTag/InstanceConnectEndpointId":["eice-*"]}}},{"Effect":"A)"
     R"(llow","Action":["ec2:ModifyNetworkInterfaceAttribute"],"Resource":"arn:aws:ec2:*:*:network-interface/*",)"
     R"("Condition":{"StringLike":{"aws:ResourceTag/InstanceConnectEndpointId":["eice-*"]}}},{"Effect":"Allow",")"
     R"(Action":"ec2:ModifyNetworkInterfaceAttribute","Resource":"arn:aws:ec2:*:*:security-group/*"}]})"},
    {"/aws-service-role/", "ECRReplicationServiceRolePolicy", "ANPAILV2CZBIF3QV2GMK4",
     "Lets replication.ecr.amazonaws.com act for the account.",
     "2020-12-04T22:11:28Z", 1,
     R"({"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":["ecr:CreateRepository","ecr:ReplicateIm)"
     R"(age"],"Resource":"*"}]})"},
    {"/aws-service-role/", "ECRTemplateServiceRolePolicy", "ANPAI57WRLESZQOFIIHPY",
     "Lets ecr.amazonaws.com act for the account.",
     "2024-06-19T23:11:37Z", 1,
     R"({"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":["ecr:CreateRepository"],"Resource":"*"})"
     R"(]})"},
    {"/aws-service-role/", "ElastiCacheServiceRolePolicy", "ANPAIJV27ZUWWOFZTWKGP",
     "Lets elasticache.amazonaws.com act for the account.",
     "2017-12-07T17:50:04Z", 4,
     R"({"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":["cloudwatch:PutMetricData"],"Resource":)"
     R"("*"}]})"},
    {"/aws-service-role/", "EMRDescribeClusterPolicyForEMRWAL", "ANPAI3AR3UFJX5WQ27KPQ",
     "Lets emrwal.amazonaws.com act for the account.",
     "2023-06-15T23:30:22Z", 1,
     R"({"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":["elasticmapreduce:DescribeCluster"],"Re)"
     R"(source":"*"}]})"},
    {"/aws-service-role/", "KafkaConnectServiceRolePolicy", "ANPAIQC6JQ6L2SXWPLRVZ",
     "Lets kafkaconnect.amazonaws.com act for the account.",
     "2021-09-07T13:12:44Z", 1,
     R"({"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":["ec2:CreateNetworkInterface"],"Resource)"
     R"(":"arn:aws:ec2:*:*:network-interface/*","Condition":{"ForAllValues:StringEquals":{"aws:TagKeys":"AmazonM)"
     R"(SKConnectManaged"},"StringEquals":{"aws:RequestTag/AmazonMSKConnectManaged":"true"}}},{"Effect":"Allow",)"
     R"("Action":["ec2:CreateNetworkInterface"],"Resource":["arn:aws:ec2:*:*:subnet/*","arn:aws:ec2:*:*:security)"
     R"(-group/*"]},{"Effect":"Allow","Action":["ec2:CreateTags"],"Resource":"arn:aws:ec2:*:*:network-interface/)"
     R"(*","Condition":{"StringEquals":{"ec2:CreateAction":"CreateNetworkInterface"}}},{"Effect":"Allow","Action)"
     R"(":["ec2:DescribeNetworkInterfaces","ec2:CreateNetworkInterfacePermission","ec2:AttachNetworkInterface",")"
     R"(ec2:DetachNetworkInterface","ec2:DeleteNetworkInterface"],"Resource":"arn:aws:ec2:*:*:network-interface/)"
     R"(*","Condition":{"StringEquals":{"ec2:ResourceTag/AmazonMSKConnectManaged":"true"}}}]})"},
    {"/aws-service-role/", "KafkaServiceRolePolicy", "ANPAITXL7NXXEQCB224KU",
     "Lets kafka.amazonaws.com act for the account.",
     "2018-11-15T23:31:48Z", 5,
     R"({"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":["ec2:CreateNetworkInterface","ec2:Descr)"
     R"(ibeNetworkInterfaces","ec2:CreateNetworkInterfacePermission","ec2:AttachNetworkInterface","ec2:DeleteNet)"
     R"(workInterface","ec2:DetachNetworkInterface","ec2:DescribeVpcEndpoints","acm-pca:GetCertificateAuthorityC)"
     R"(ertificate","secretsmanager:ListSecrets"],"Resource":"*"},{"Effect":"Allow","Action":["ec2:ModifyVpcEndp)"
     R"(oint"],"Resource":"arn:*:ec2:*:*:subnet/*"},{"Effect":"Allow","Action":["ec2:DeleteVpcEndpoints","ec2:Mo)"
     R"(difyVpcEndpoint"],"Resource":"arn:*:ec2:*:*:vpc-endpoint/*","Condition":{"StringEquals":{"ec2:ResourceTa)"
     R"(g/AWSMSKManaged":"true"},"StringLike":{"ec2:ResourceTag/ClusterArn":"*"}}}]})"},
    {"/aws-service-role/", "KeyspacesReplicationServiceRolePolicy", "ANPAIWSFAHPLZWW7UVJF3",
     "Lets replication.cassandra.amazonaws.com act for the account.",
     "2023-05-02T16:15:49Z", 2,
     R"({"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":["cloudwatch:DeleteAlarms"],"Resource":")"
     R"(arn:aws:cloudwatch:*:*:alarm:TargetTracking-*"},{"Effect":"Allow","Action":["cloudwatch:DescribeAlarms"])"
     R"(,"Resource":"arn:aws:cloudwatch:*:*:alarm:*"},{"Effect":"Allow","Action":["cloudwatch:PutMetricAlarm"],")"
     R"(Resource":"arn:aws:cloudwatch:*:*:alarm:TargetTracking-*","Condition":{"ForAllValues:StringLike":{"cloud)"
     R"(watch:AlarmActions":["arn:aws:autoscaling:*:*:scalingPolicy:*:resource/cassandra/keyspace/*/table/*:poli)"
     R"(cyName/*:createdBy/*"]}}}]})"},
    {"/aws-service-role/", "LightsailExportAccess", "ANPAIWXLWNNMNQLXWM5DJ",
     "Lets lightsail.amazonaws.com act for the account.",
     "2018-09-28T16:35:54Z", 2,
     R"({"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":["iam:DeleteServiceLinkedRole","iam:GetS)"
     R"(erviceLinkedRoleDeletionStatus"],"Resource":"arn:aws:iam::*:role/aws-service-role/lightsail.amazonaws.co)"
     R"(m/AWSServiceRoleForLightsail*"},{"Effect":"Allow","Action":["ec2:CopySnapshot","ec2:DescribeSnapshots",")"
     R"(ec2:CopyImage","ec2:DescribeImages"],"Resource":"*"},{"Effect":"Allow","Action":["s3:GetAccountPublicAcc)"
     R"(essBlock"],"Resource":"*"}]})"},
    {"/aws-service-role/", "MemoryDBServiceRolePolicy", "ANPAIXMVYUO5RDC4U6SUW",
     "Lets memorydb.amazonaws.com act for the account.",
     "2021-08-17T22:34:59Z", 3,
     R"({"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":["cloudwatch:PutMetricData"],"Resource":)"
     R"("*","Condition":{"StringEquals":{"cloudwatch:namespace":"AWS/MemoryDB"}}}]})"},
    {"/aws-service-role/", "S3StorageLensServiceRolePolicy", "ANPAIME2L76EAIEDMEJLJ",
     "Lets storage-lens.s3.amazonaws.com act for the account.",
     "2020-11-18T18:15:40Z", 1,
     R"({"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":["organizations:DescribeOrganization","o)"
     R"(rganizations:ListAccounts","organizations:ListAWSServiceAccessForOrganization","organizations:ListDelega)"
     R"(tedAdministrators"],"Resource":["*"]}]})"},
    {"/aws-service-role/", "SecurityLakeServiceLinkedRole", "ANPAI7P5564W6SBSL54RW",
     "Lets securitylake.amazonaws.com act for the account.",
     "2022-11-29T14:03:33Z", 4,
     R"({"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":["organizations:ListAccounts","organizat)"
     R"(ions:DescribeOrganization"],"Resource":["*"]},{"Effect":"Allow","Action":["organizations:DescribeAccount)"
     R"("],"Resource":["arn:aws:organizations::*:account/o-*/*"]},{"Effect":"Allow","Action":["cloudtrail:Create)"
     R"(ServiceLinkedChannel","cloudtrail:DeleteServiceLinkedChannel","cloudtrail:GetServiceLinkedChannel","clou)"
     R"(dtrail:UpdateServiceLinkedChannel"],"Resource":"arn:aws:cloudtrail:*:*:channel/aws-service-channel/secur)"
     R"(ity-lake/*"},{"Effect":"Allow","Action":["cloudtrail:ListServiceLinkedChannels"],"Resource":"*"},{"Effec)"
     R"(t":"Allow","Action":["cloudtrail:DescribeTrails","cloudtrail:GetTrailStatus","cloudtrail:GetEventSelecto)"
     R"(rs"],"Resource":"*"},{"Effect":"Allow","Action":["organizations:ListDelegatedAdministrators"],"Resource")"
     R"(:"*","Condition":{"StringEquals":{"organizations:ServicePrincipal":"securitylake.amazonaws.com"}}}]})"},
    {"/aws-service-role/", "SSMQuickSetupRolePolicy", "ANPAIVGNXR3MMZTYESWKC",
     "Lets ssm-quicksetup.amazonaws.com act for the account.",
     "2024-06-25T15:20:04Z", 3,
     R"({"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":["organizations:ListAccounts","organizat)"
     R"(ions:ListRoots","organizations:ListAWSServiceAccessForOrganization","organizations:ListDelegatedAdminist)"
     R"(rators","organizations:ListAccountsForParent","organizations:ListOrganizationalUnitsForParent","organiza)"
     R"(tions:ListDelegatedServicesForAccount"],"Resource":"*"}]})"},
    {"/aws-service-role/", "WAFLoggingServiceRolePolicy", "ANPAILGRJ5AYSA3NHUJTB",
     "Lets waf.amazonaws.com act for the account.",
     "2018-08-24T21:05:47Z", 2,
     R"({"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":["firehose:PutRecord","firehose:PutRecor)"
     R"(dBatch"],"Resource":["arn:aws:firehose:*:*:deliverystream/aws-waf-logs-*"]},{"Effect":"Allow","Action":[)"
     R"("kms:GenerateDataKey","kms:Decrypt"],"Resource":"*","Condition":{"StringLike":{"kms:ViaService":"firehos)"
     R"(e.*.amazonaws.com"}}}]})"},
    {"/aws-service-role/", "WAFV2LoggingServiceRolePolicy", "ANPAI5FC4HS2ZEIKXFHBL",
     "Lets wafv2.amazonaws.com act for the account.",
     "2019-11-07T00:40:56Z", 4,
     R"({"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":["firehose:PutRecord","firehose:PutRecor)"
     R"(dBatch"],"Resource":["arn:aws:firehose:*:*:deliverystream/aws-waf-logs-*"]},{"Effect":"Allow","Action":")"
     R"(organizations:DescribeOrganization","Resource":"*"},{"Effect":"Allow","Action":["kms:GenerateDataKey","k)"
     R"(ms:Decrypt"],"Resource":"*","Condition":{"StringLike":{"kms:ViaService":"firehose.*.amazonaws.com"}}}]})"},
};
// clang-format on

const std::span<const AwsPolicy> kServicePart3 = kServicePolicies3;

}  // namespace tarn::iam
