// A part of the table of the policies of AWS's service-linked roles, in order of names.
#include "iam/policies/aws/tables.h"

namespace tarn::iam {

// clang-format off
const AwsPolicy kServicePolicies2[] = {
    {"/aws-service-role/", "AWSApplicationAutoscalingKafkaClusterPolicy", "ANPAINYKO7WI55W676FTX",
     "Lets kafka.application-autoscaling.amazonaws.com act for the account.",
     "2020-08-24T18:36:01Z", 1,
     R"({"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":["kafka:DescribeCluster","kafka:Describe)"
     R"(ClusterOperation","kafka:UpdateBrokerStorage","cloudwatch:PutMetricAlarm","cloudwatch:DescribeAlarms","c)"
     R"(loudwatch:DeleteAlarms"],"Resource":["*"]}]})"},
    {"/aws-service-role/", "AWSApplicationAutoscalingLambdaConcurrencyPolicy", "ANPAIRJHV2YJM7CITN2GM",
     "Lets lambda.application-autoscaling.amazonaws.com act for the account.",
     "2019-10-21T20:04:17Z", 1,
     R"({"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":["lambda:PutProvisionedConcurrencyConfig)"
     R"(","lambda:GetProvisionedConcurrencyConfig","lambda:DeleteProvisionedConcurrencyConfig","cloudwatch:PutMe)"
     R"(tricAlarm","cloudwatch:DescribeAlarms","cloudwatch:DeleteAlarms"],"Resource":["*"]}]})"},
    {"/aws-service-role/", "AWSApplicationAutoscalingNeptuneClusterPolicy", "ANPAIWDKJ4VDDJWPFL2U2",
     "Lets neptune.application-autoscaling.amazonaws.com act for the account.",
     "2021-09-02T21:14:55Z", 1,
     R"({"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":["rds:ListTagsForResource","rds:Describe)"
     R"(DBInstances","rds:DescribeDBClusters","rds:DescribeDBClusterParameters","cloudwatch:DescribeAlarms"],"Re)"
     R"(source":["*"]},{"Effect":"Allow","Action":"rds:AddTagsToResource","Resource":["arn:aws:rds:*:*:db:autosc)"
     R"(aled-reader*"],"Condition":{"StringEquals":{"rds:DatabaseEngine":"neptune"}}},{"Effect":"Allow","Action")"
     R"(:"rds:CreateDBInstance","Resource":["arn:aws:rds:*:*:db:autoscaled-reader*","arn:aws:rds:*:*:cluster:*"])"
     R"(,"Condition":{"StringEquals":{"rds:DatabaseEngine":"neptune"}}},{"Effect":"Allow","Action":["rds:DeleteD)"
     R"(BInstance"],"Resource":["arn:aws:rds:*:*:db:autoscaled-reader*"]},{"Effect":"Allow","Action":["cloudwatc)"
     R"(h:PutMetricAlarm","cloudwatch:DeleteAlarms"],"Resource":["arn:aws:cloudwatch:*:*:alarm:TargetTracking*"])"
     R"(}]})"},
    {"/aws-service-role/", "AWSApplicationAutoscalingRDSClusterPolicy", "ANPAIXZP2KBKGYRR2R44J",
     "Lets rds.application-autoscaling.amazonaws.com act for the account.",
     "2017-10-17T17:46:56Z", 3,
     R"({"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":["rds:AddTagsToResource","rds:CreateDBIn)"
     R"(stance","rds:DeleteDBInstance","rds:DescribeDBClusters","rds:DescribeDBInstances","rds:ModifyDBCluster",)"
     R"("cloudwatch:PutMetricAlarm","cloudwatch:DescribeAlarms","cloudwatch:DeleteAlarms"],"Resource":"*"},{"Eff)"
     R"(ect":"Allow","Action":["iam:PassRole"],"Resource":"*","Condition":{"StringLike":{"iam:PassedToService":")"
     R"(rds.amazonaws.com"}}}]})"},
    {"/aws-service-role/", "AWSApplicationAutoscalingSageMakerEndpointPolicy", "ANPAI6THOLWGV3O72HBQP",
     "Lets sagemaker.application-autoscaling.amazonaws.com act for the account.",
     "2018-02-06T19:58:21Z", 2,
     R"({"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":["sagemaker:DescribeEndpoint","sagemaker)"
     R"(:DescribeEndpointConfig","sagemaker:DescribeInferenceComponent","sagemaker:UpdateEndpointWeightsAndCapac)"
     R"(ities","sagemaker:UpdateInferenceComponentRuntimeConfig","cloudwatch:DescribeAlarms","cloudwatch:GetMetr)"
     R"(icData"],"Resource":["*"]},{"Effect":"Allow","Action":["cloudwatch:PutMetricAlarm","cloudwatch:DeleteAla)"
     R"(rms"],"Resource":["arn:aws:cloudwatch:*:*:alarm:TargetTracking*"]}]})"},
    {"/aws-service-role/", "AWSApplicationAutoscalingWorkSpacesPoolPolicy", "ANPAI7JRXT2Z3BQ2OUXWS",
     "Lets workspaces.application-autoscaling.amazonaws.com act for the account.",
     "2024-06-17T18:39:07Z", 1,
     R"({"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":["workspaces:DescribeWorkspacesPools","w)"
     R"(orkspaces:UpdateWorkspacesPool"],"Resource":["*"],"Condition":{"StringEquals":{"aws:ResourceAccount":"${)"
     R"(aws:PrincipalAccount}"}}},{"Effect":"Allow","Action":["cloudwatch:DescribeAlarms"],"Resource":["arn:aws:)"
     R"(cloudwatch:*:*:alarm:*"],"Condition":{"StringEquals":{"aws:ResourceAccount":"${aws:PrincipalAccount}"}}})"
     R"(,{"Effect":"Allow","Action":["cloudwatch:PutMetricAlarm","cloudwatch:DeleteAlarms"],"Resource":["arn:aws)"
     R"(:cloudwatch:*:*:alarm:TargetTracking*"],"Condition":{"StringEquals":{"aws:ResourceAccount":"${aws:Princi)"
     R"(palAccount}"}}}]})"},
    {"/aws-service-role/", "AWSAppMeshServiceRolePolicy", "ANPAIMIYEJGO5QLKNW4IE",
     "Lets appmesh.amazonaws.com act for the account.",
     "2019-06-03T18:30:51Z", 3,
     R"({"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":["servicediscovery:DiscoverInstances","s)"
     R"(ervicediscovery:DiscoverInstancesRevision"],"Resource":"*"},{"Effect":"Allow","Action":["acm:DescribeCer)"
     R"(tificate"],"Resource":"*"}]})"},
    {"/aws-service-role/", "AWSAutoScalingPlansEC2AutoScalingPolicy", "ANPAIDPWRQHYT65EQHNKK",
     "Lets autoscaling-plans.amazonaws.com act for the account.",
     "2018-08-23T22:46:59Z", 1,
     R"({"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":["cloudwatch:GetMetricData","autoscaling)"
     R"(:DescribeAutoScalingGroups","autoscaling:DescribeScheduledActions","autoscaling:BatchPutScheduledUpdateG)"
     R"(roupAction","autoscaling:BatchDeleteScheduledAction"],"Resource":"*"}]})"},
    {"/aws-service-role/", "AWSBackupServiceLinkedRolePolicyForBackup", "ANPAIDUZB24KNSS4XFQMM",
     "Lets backup.amazonaws.com act for the account.",
     "2020-06-02T23:08:40Z", 31,
     R"({"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":["s3:ListAllMyBuckets","s3:GetBucketTagg)"
     R"(ing"],"Resource":"*"},{"Effect":"Allow","Action":["kms:DescribeKey"],"Resource":"*"},{"Effect":"Allow",")"
     R"(Action":["kms:ListGrants","kms:ReEncryptFrom","kms:GenerateDataKeyWithoutPlaintext"],"Resource":"*","Con)"
     R"(dition":{"StringLike":{"kms:ViaService":["ec2.*.amazonaws.com","rds.*.amazonaws.com","fsx.*.amazonaws.co)"
     R"(m"]}}},{"Effect":"Allow","Action":["kms:CreateGrant"],"Resource":"*","Condition":{"Bool":{"kms:GrantIsFo)"
     R"(rAWSResource":"true"},"StringLike":{"kms:ViaService":["ec2.*.amazonaws.com","rds.*.amazonaws.com","fsx.*)"
     R"(.amazonaws.com"]}}},{"Effect":"Allow","Action":["organizations:ListDelegatedAdministrators"],"Resource":)"
     R"("*","Condition":{"StringEquals":{"organizations:ServicePrincipal":["backup.amazonaws.com"]}}}]})"},
    {"/aws-service-role/", "AWSCloudFrontLogger", "ANPAI3RBFCENUMSNVZ63Q",
     "Lets logger.cloudfront.amazonaws.com act for the account.",
     "2018-06-12T20:15:23Z", 2,
     R"({"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":["logs:CreateLogGroup","logs:CreateLogSt)"
     R"(ream","logs:PutLogEvents"],"Resource":"arn:aws:logs:*:*:log-group:/aws/cloudfront/*"}]})"},
    {"/aws-service-role/", "AWSCloudFrontVPCOriginServiceRolePolicy", "ANPAIKIUBMYATCBVE6ZN3",
     "Lets vpcorigin.cloudfront.amazonaws.com act for the account.",
     "2024-10-24T17:45:25Z", 1,
     R"({"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":["ec2:CreateNetworkInterface"],"Resource)"
     R"(":"arn:aws:ec2:*:*:network-interface/*","Condition":{"StringEquals":{"aws:RequestTag/aws.cloudfront.vpco)"
     R"(rigin":"enabled"}}},{"Effect":"Allow","Action":["ec2:CreateNetworkInterface"],"Resource":["arn:aws:ec2:*)"
     R"(:*:subnet/*","arn:aws:ec2:*:*:security-group/*"]},{"Effect":"Allow","Action":["ec2:CreateSecurityGroup"])"
     R"(,"Resource":["arn:aws:ec2:*:*:security-group/*"],"Condition":{"StringEquals":{"aws:RequestTag/aws.cloudf)"
     R"(ront.vpcorigin":"enabled"}}},{"Effect":"Allow","Action":["ec2:CreateSecurityGroup"],"Resource":["arn:aws)"
     R"(:ec2:*:*:vpc/*"]},{"Effect":"Allow","Action":["ec2:DescribeNetworkInterfaces","ec2:DescribeSecurityGroup)"
     R"(s","ec2:DescribeInstances","ec2:DescribeInternetGateways","ec2:DescribeSubnets","ec2:DescribeRegions","e)"
     R"(c2:DescribeAddresses"],"Resource":"*"}]})"},
    {"/aws-service-role/", "AWSCodeStarNotificationsServiceRolePolicy", "ANPAIUIEYNEX7OV63T75O",
     "Lets codestar-notifications.amazonaws.com act for the account.",
     "2019-11-05T16:10:21Z", 4,
     R"({"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":["events:PutTargets","events:PutRule","e)"
     R"(vents:DescribeRule"],"Resource":"arn:aws:events:*:*:rule/awscodestarnotifications-*"},{"Effect":"Allow",)"
     R"("Action":["sns:CreateTopic"],"Resource":"arn:aws:sns:*:*:CodeStarNotifications-*"},{"Effect":"Allow","Ac)"
     R"(tion":["codecommit:GetCommentsForPullRequest","codecommit:GetCommentsForComparedCommit","chatbot:Describ)"
     R"(eSlackChannelConfigurations","chatbot:UpdateSlackChannelConfiguration","codecommit:GetDifferences","code)"
     R"(pipeline:ListActionExecutions"],"Resource":"*"},{"Effect":"Allow","Action":["codecommit:GetFile"],"Resou)"
     R"(rce":"*","Condition":{"StringNotEquals":{"aws:ResourceTag/ExcludeFileContentFromNotifications":"true"}}})"
     R"(]})"},
    {"/aws-service-role/", "AWSConfigMultiAccountSetupPolicy", "ANPAICRM2LW5JHRK4M7B2",
     "Lets config-multiaccountsetup.amazonaws.com act for the account.",
     "2019-06-17T18:03:16Z", 5,
     R"({"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":["organizations:ListAccounts","organizat)"
     R"(ions:DescribeOrganization","organizations:ListAWSServiceAccessForOrganization","organizations:DescribeAc)"
     R"(count"],"Resource":"*"},{"Effect":"Allow","Action":["iam:GetRole"],"Resource":"arn:aws:iam::*:role/aws-s)"
     R"(ervice-role/config-conforms.amazonaws.com/AWSServiceRoleForConfigConforms"},{"Effect":"Allow","Action":[)"
     R"("iam:CreateServiceLinkedRole"],"Resource":"arn:aws:iam::*:role/aws-service-role/config-conforms.amazonaw)"
     R"(s.com/AWSServiceRoleForConfigConforms","Condition":{"StringLike":{"iam:AWSServiceName":"config-conforms.)"
     R"(amazonaws.com"}}},{"Effect":"Allow","Action":["iam:PassRole"],"Resource":"*","Condition":{"StringEquals")"
     R"(:{"iam:PassedToService":"ssm.amazonaws.com"}}}]})"},
    {"/aws-service-role/", "AWSConfigServiceRolePolicy", "ANPAIHMPMHZITHB26R2BP",
     "Lets config.amazonaws.com act for the account.",
     "2018-05-30T23:31:46Z", 96,
     R"({"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":["s3:Describe*","s3:List*","s3tables:Des)"
     R"(cribe*","s3tables:List*","glue:Describe*","glue:List*","athena:Describe*","athena:List*","kinesis:Descri)"
     R"(be*","kinesis:List*","firehose:Describe*","firehose:List*","iam:Describe*","iam:List*","sts:Describe*",")"
     R"(sts:List*","lakeformation:Describe*","lakeformation:List*","cloudtrail:Describe*","cloudtrail:List*","or)"
     R"(ganizations:Describe*","organizations:List*","ram:Describe*","ram:List*","kms:Describe*","kms:List*","cl)"
     R"(oudwatch:Describe*","cloudwatch:List*","s3-object-lambda:Describe*","s3-object-lambda:List*"],"Resource")"
     R"(:"*"}]})"},
    {"/aws-service-role/", "AWSDMSFleetAdvisorServiceRolePolicy", "ANPAI4M5UCRX6THUN7BJA",
     "Lets dms-fleet-advisor.amazonaws.com act for the account.",
     "2023-03-06T09:10:42Z", 1,
     R"({"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"cloudwatch:PutMetricData","Resource":"*)"
     R"(","Condition":{"StringEquals":{"cloudwatch:namespace":"AWS/DMS/FleetAdvisor"}}}]})"},
    {"/aws-service-role/", "AWSDMSServerlessServiceRolePolicy", "ANPAIDJCTQ6MNDN2EQND3",
     "Lets dms.amazonaws.com act for the account.",
     "2023-05-18T20:28:05Z", 10,
     R"({"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":["s3:PutObject","s3:DeleteObject","s3:Ge)"
     R"(tObject","s3:PutObjectTagging"],"Resource":["arn:aws:s3:::dms-serverless-premigration-results-*","arn:aw)"
     R"(s:s3:::dms-premigration-results-*"],"Condition":{"StringEquals":{"s3:ResourceAccount":"${aws:PrincipalAc)"
     R"(count}"}}},{"Effect":"Allow","Action":["s3:PutBucketPolicy","s3:ListBucket","s3:GetBucketLocation","s3:C)"
     R"(reateBucket"],"Resource":["arn:aws:s3:::dms-serverless-premigration-results-*","arn:aws:s3:::dms-premigr)"
     R"(ation-results-*"],"Condition":{"StringEquals":{"s3:ResourceAccount":"${aws:PrincipalAccount}"}}}]})"},
    {"/aws-service-role/", "AWSEC2SpotFleetServiceRolePolicy", "ANPAICZGK6R3BBIAMD3XC",
     "Lets spotfleet.amazonaws.com act for the account.",
     "2017-10-23T19:13:06Z", 4,
     R"({"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":["ec2:DescribeImages","ec2:DescribeSubne)"
     R"(ts","ec2:RequestSpotInstances","ec2:DescribeInstanceStatus","ec2:RunInstances"],"Resource":["*"]},{"Effe)"
     R"(ct":"Allow","Action":["iam:PassRole"],"Resource":["*"],"Condition":{"StringEquals":{"iam:PassedToService)"
     R"(":["ec2.amazonaws.com","ec2.amazonaws.com.cn"]}}},{"Effect":"Allow","Action":["ec2:CreateTags"],"Resourc)"
     R"(e":["arn:aws:ec2:*:*:instance/*","arn:aws:ec2:*:*:spot-instances-request/*","arn:aws:ec2:*:*:spot-fleet-)"
     R"(request/*","arn:aws:ec2:*:*:volume/*"]},{"Effect":"Allow","Action":["ec2:TerminateInstances"],"Resource")"
     R"(:"*","Condition":{"StringLike":{"ec2:ResourceTag/aws:ec2spot:fleet-request-id":"*"}}},{"Effect":"Allow",)"
     R"("Action":["elasticloadbalancing:RegisterInstancesWithLoadBalancer"],"Resource":["arn:aws:elasticloadbala)"
     R"(ncing:*:*:loadbalancer/*"]},{"Effect":"Allow","Action":["elasticloadbalancing:RegisterTargets"],"Resourc)"
     R"(e":["arn:aws:elasticloadbalancing:*:*:*/*"]}]})"},
    {"/aws-service-role/", "AWSEC2SpotServiceRolePolicy", "ANPAINE4LYQB5XDTRTPLB",
     "Lets spot.amazonaws.com act for the account.",
     "2017-09-18T18:51:54Z", 4,
     R"({"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":["ec2:DescribeInstances","ec2:StartInsta)"
     R"(nces","ec2:StopInstances","ec2:RunInstances"],"Resource":["*"]},{"Effect":"Deny","Action":["ec2:RunInsta)"
     R"(nces"],"Resource":["arn:aws:ec2:*:*:instance/*"],"Condition":{"StringNotEquals":{"ec2:InstanceMarketType)"
     R"(":"spot"}}},{"Effect":"Allow","Action":["iam:PassRole"],"Resource":["*"],"Condition":{"StringEquals":{"i)"
     R"(am:PassedToService":["ec2.amazonaws.com","ec2.amazonaws.com.cn"]}}},{"Effect":"Allow","Action":["ec2:Cre)"
     R"(ateTags"],"Resource":"*","Condition":{"StringEquals":{"ec2:CreateAction":"RunInstances"}}}]})"},
    {"/aws-service-role/", "AWSECRPullThroughCache_ServiceRolePolicy", "ANPAIDXPJVAFSL2TQLKHK",
     "Lets pullthroughcache.ecr.amazonaws.com act for the account.",
     "2021-11-26T21:51:09Z", 4,
     R"({"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":["ecr:GetAuthorizationToken","ecr:BatchC)"
     R"(heckLayerAvailability","ecr:InitiateLayerUpload","ecr:UploadLayerPart","ecr:CompleteLayerUpload","ecr:Pu)"
     R"(tImage","ecr:BatchGetImage","ecr:BatchImportUpstreamImage","ecr:GetDownloadUrlForLayer","ecr:GetImageCop)"
     R"(yStatus"],"Resource":"*","Condition":{"StringEquals":{"aws:ResourceAccount":"${aws:PrincipalAccount}"}}})"
     R"(,{"Effect":"Allow","Action":["secretsmanager:GetSecretValue"],"Resource":"arn:aws:secretsmanager:*:*:sec)"
     R"(ret:ecr-pullthroughcache/*","Condition":{"StringEquals":{"aws:ResourceAccount":"${aws:PrincipalAccount}")"
     R"(}}}]})"},
    {"/aws-service-role/", "AWSElasticBeanstalkServiceRolePolicy", "ANPAIXYM75J5E5FQZP7QF",
     "Lets elasticbeanstalk.amazonaws.com act for the account.",
     "2017-09-13T23:46:37Z", 8,
     R"({"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":["iam:GetRole"],"Resource":"*","Conditio)"
     R"(n":{"StringEquals":{"aws:ResourceAccount":"${aws:PrincipalAccount}"}}},{"Effect":"Allow","Action":["iam:)"
     R"(CreateServiceLinkedRole"],"Resource":"*","Condition":{"StringEquals":{"aws:ResourceAccount":"${aws:Princ)"
     R"(ipalAccount}","iam:AWSServiceName":"eks.amazonaws.com"}}},{"Effect":"Allow","Action":["iam:PassRole"],"R)"
     R"(esource":"*","Condition":{"StringEquals":{"aws:ResourceAccount":"${aws:PrincipalAccount}","iam:PassedToS)"
     R"(ervice":["codebuild.amazonaws.com","eks.amazonaws.com","ec2.amazonaws.com","pods.eks.amazonaws.com","ela)"
     R"(sticbeanstalk.amazonaws.com"]}}},{"Effect":"Allow","Action":["s3:CreateBucket","s3:GetObjectVersion","s3)"
     R"(:GetObject","s3:ListBucket","s3:PutObject","s3:PutObjectAcl"],"Resource":["arn:aws:s3:::elasticbeanstalk)"
     R"(-*","arn:aws:s3:::elasticbeanstalk-*/*"],"Condition":{"StringEquals":{"aws:ResourceAccount":"${aws:Princ)"
     R"(ipalAccount}"}}},{"Effect":"Allow","Action":["cloudwatch:PutDashboard"],"Resource":"arn:aws:cloudwatch::)"
     R"(*:dashboard/ElasticBeanstalk-Observability-*","Condition":{"StringEquals":{"aws:ResourceAccount":"${aws:)"
     R"(PrincipalAccount}"}}}]})"},
    {"/aws-service-role/", "AWSElasticLoadBalancingServiceRolePolicy", "ANPAIO6H3R4ZKBK6MG4KK",
     "Lets elasticloadbalancing.amazonaws.com act for the account.",
     "2017-09-19T22:19:04Z", 14,
     R"({"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":["ec2:DescribeAddresses","ec2:DescribeCo)"
     R"(ipPools","ec2:DescribeInstances","ec2:DescribeNetworkInterfaces","ec2:DescribeSubnets","ec2:DescribeSecu)"
     R"(rityGroups","ec2:DescribeVpcs","ec2:DescribeInternetGateways","ec2:DescribeAccountAttributes","ec2:Descr)"
     R"(ibeClassicLinkInstances","ec2:DescribeVpcClassicLink","ec2:CreateSecurityGroup"],"Resource":"*"}]})"},
    {"/aws-service-role/", "AWSGitSyncServiceRolePolicy", "ANPAIFF37BJYJ4JEIAV42",
     "Lets repository.sync.codeconnections.amazonaws.com act for the account.",
     "2023-11-16T17:05:42Z", 2,
     R"({"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":["codestar-connections:UseConnection","c)"
     R"(odeconnections:UseConnection"],"Resource":["arn:aws:codestar-connections:*:*:connection/*","arn:aws:code)"
     R"(connections:*:*:connection/*"],"Condition":{"StringEquals":{"aws:ResourceAccount":"${aws:PrincipalAccoun)"
     R"(t}"}}}]})"},
    {"/aws-service-role/", "AWSHealth_EventProcessorServiceRolePolicy", "ANPAIWSJ7UYORN3TY3WHX",
     "Lets event-processor.health.amazonaws.com act for the account.",
     "2023-01-13T19:24:56Z", 1,
     R"({"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":["events:DeleteRule","events:PutTargets")"
     R"(,"events:PutRule","events:RemoveTargets"],"Resource":"*","Condition":{"StringEquals":{"events:ManagedBy")"
     R"(:"event-processor.health.amazonaws.com"}}},{"Effect":"Allow","Action":["events:DescribeRule","events:Lis)"
     R"(tTargetsByRule"],"Resource":"*"}]})"},
    {"/aws-service-role/", "AWSIncidentManagerServiceRolePolicy", "ANPAI7O3A4C5LD5Y54LBQ",
     "Lets ssm-incidents.amazonaws.com act for the account.",
     "2021-05-10T03:34:45Z", 3,
     R"({"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":["ssm-incidents:ListIncidentRecords","ss)"
     R"(m-incidents:CreateTimelineEvent"],"Resource":"*"},{"Effect":"Allow","Action":["ssm:CreateOpsItem","ssm:A)"
     R"(ssociateOpsItemRelatedItem"],"Resource":"*"},{"Effect":"Allow","Action":"ssm-contacts:StartEngagement",")"
     R"(Resource":"*"},{"Effect":"Allow","Action":["cloudwatch:PutMetricData"],"Resource":"*","Condition":{"Stri)"
     R"(ngEquals":{"cloudwatch:namespace":["AWS/IncidentManager","AWS/Usage"]}}}]})"},
    {"/aws-service-role/", "AWSIoTManagedIntegrationsRolePolicy", "ANPAIVGAHT3YZNXPKZZA2",
     "Lets iotmanagedintegrations.amazonaws.com act for the account.",
     "2025-03-05T21:22:06Z", 1,
     R"({"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":["logs:CreateLogGroup"],"Resource":["arn)"
     R"(:aws:logs:*:*:log-group:/aws/iotmanagedintegrations/*"],"Condition":{"StringEquals":{"aws:PrincipalAccou)"
     R"(nt":"${aws:ResourceAccount}"}}},{"Effect":"Allow","Action":["logs:CreateLogStream","logs:PutLogEvents"],)"
     R"("Resource":["arn:aws:logs:*:*:log-group:/aws/iotmanagedintegrations/*:log-stream:*"],"Condition":{"Strin)"
     R"(gEquals":{"aws:PrincipalAccount":"${aws:ResourceAccount}"}}},{"Effect":"Allow","Action":["cloudwatch:Put)"
     R"(MetricData"],"Resource":"*","Condition":{"StringEquals":{"cloudwatch:namespace":["AWS/IoTManagedIntegrat)"
     R"(ions","AWS/Usage"]}}}]})"},
    {"/aws-service-role/", "AWSKeyManagementServiceCustomKeyStoresServiceRolePolicy", "ANPAIPUO6VFTFBQW3WMQQ",
     "Lets cks.kms.amazonaws.com act for the account.",
     "2018-11-14T20:10:53Z", 2,
     R"({"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":["cloudhsm:Describe*","ec2:CreateNetwork)"
     R"(Interface","ec2:AuthorizeSecurityGroupIngress","ec2:CreateSecurityGroup","ec2:DescribeSecurityGroups","e)"
     R"(c2:RevokeSecurityGroupEgress","ec2:DeleteSecurityGroup","ec2:DescribeVpcs","ec2:DescribeNetworkAcls","ec)"
     R"(2:DescribeNetworkInterfaces"],"Resource":"*"}]})"},
    {"/aws-service-role/", "AWSKeyManagementServiceMultiRegionKeysServiceRolePolicy", "ANPAISQ5NPDIMWABEO63W",
     "Lets mrk.kms.amazonaws.com act for the account.",
     "2021-06-16T15:37:37Z", 2,
     R"({"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":["kms:SynchronizeMultiRegionKey"],"Resou)"
     R"(rce":"*"}]})"},
    {"/aws-service-role/", "AWSM2ServicePolicy", "ANPAILIBK2MYHOCHTNZFN",
     "Lets m2.amazonaws.com act for the account.",
     "2022-06-07T20:26:39Z", 1,
     R"({"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":["ec2:DescribeSubnets","ec2:CreateNetwor)"
     R"(kInterface","ec2:DeleteNetworkInterface","ec2:DescribeNetworkInterfaces","ec2:CreateNetworkInterfacePerm)"
     R"(ission","ec2:ModifyNetworkInterfaceAttribute"],"Resource":"*"},{"Effect":"Allow","Action":["elasticfiles)"
     R"(ystem:DescribeMountTargets"],"Resource":"*"},{"Effect":"Allow","Action":["elasticloadbalancing:RegisterT)"
     R"(argets","elasticloadbalancing:DeregisterTargets"],"Resource":"*"},{"Effect":"Allow","Action":["fsx:Descr)"
     R"(ibeFileSystems"],"Resource":"*"},{"Effect":"Allow","Action":["cloudwatch:PutMetricData"],"Resource":"*",)"
     R"("Condition":{"StringEquals":{"cloudwatch:namespace":["AWS/M2"]}}}]})"},
    {"/aws-service-role/", "AWSOrganizationsServiceTrustPolicy", "ANPAI7YYVQOCMJRGSKGDH",
     "Lets organizations.amazonaws.com act for the account.",
     "2017-10-10T23:04:07Z", 3,
     R"({"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":["iam:DeleteRole"],"Resource":["arn:aws:)"
     R"(iam::*:role/aws-service-role/organizations.amazonaws.com/*"]},{"Effect":"Allow","Action":["iam:CreateSer)"
     R"(viceLinkedRole"],"Resource":"*"},{"Effect":"Allow","Action":"iam:ListRoles","Resource":"arn:aws:iam::*:r)"
     R"(ole/aws-service-role/*"}]})"},
    {"/aws-service-role/", "AWSResourceAccessManagerServiceRolePolicy", "ANPAI5EVZDW6TANLV4HKV",
     "Lets ram.amazonaws.com act for the account.",
     "2018-11-14T19:28:28Z", 1,
     R"({"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":["organizations:DescribeAccount","organi)"
     R"(zations:DescribeOrganization","organizations:DescribeOrganizationalUnit","organizations:ListAccounts","o)"
     R"(rganizations:ListAccountsForParent","organizations:ListChildren","organizations:ListOrganizationalUnitsF)"
     R"(orParent","organizations:ListParents","organizations:ListRoots"],"Resource":"*"},{"Effect":"Allow","Acti)"
     R"(on":["iam:DeleteRole"],"Resource":["arn:aws:iam::*:role/aws-service-role/ram.amazonaws.com/*"]}]})"},
    {"/aws-service-role/", "AWSResourceExplorerServiceRolePolicy", "ANPAITTMT5H6VSSBKGINR",
     "Lets resource-explorer-2.amazonaws.com act for the account.",
     "2022-10-25T20:35:29Z", 55,
     R"({"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":["s3:Describe*","s3:List*","s3tables:Des)"
     R"(cribe*","s3tables:List*","glue:Describe*","glue:List*","athena:Describe*","athena:List*","kinesis:Descri)"
     R"(be*","kinesis:List*","firehose:Describe*","firehose:List*","iam:Describe*","iam:List*","sts:Describe*",")"
     R"(sts:List*","lakeformation:Describe*","lakeformation:List*","cloudtrail:Describe*","cloudtrail:List*","or)"
     R"(ganizations:Describe*","organizations:List*","ram:Describe*","ram:List*","kms:Describe*","kms:List*","cl)"
     R"(oudwatch:Describe*","cloudwatch:List*","s3-object-lambda:Describe*","s3-object-lambda:List*"],"Resource")"
     R"(:"*"}]})"},
    {"/aws-service-role/", "AWSRolesAnywhereServicePolicy", "ANPAIRERILIO776BV7EBK",
     "Lets rolesanywhere.amazonaws.com act for the account.",
     "2022-07-05T15:26:11Z", 1,
     R"({"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":["cloudwatch:PutMetricData"],"Resource":)"
     R"("*","Condition":{"StringEquals":{"cloudwatch:namespace":["AWS/RolesAnywhere","AWS/Usage"]}}},{"Effect":")"
     R"(Allow","Action":["acm-pca:GetCertificateAuthorityCertificate","acm-pca:DescribeCertificateAuthority"],"R)"
     R"(esource":"arn:aws:acm-pca:*:*:*"}]})"},
    {"/aws-service-role/", "AWSS3OnOutpostsServiceRolePolicy", "ANPAIP2J3RRKHQEJ5VLHO",
     "Lets s3-outposts.amazonaws.com act for the account.",
     "2023-10-03T20:32:36Z", 1,
     R"({"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":["ec2:DescribeSubnets","ec2:DescribeSecu)"
     R"(rityGroups","ec2:DescribeNetworkInterfaces","ec2:DescribeVpcs","ec2:DescribeCoipPools","ec2:GetCoipPoolU)"
     R"(sage","ec2:DescribeAddresses","ec2:DescribeLocalGatewayRouteTableVpcAssociations"],"Resource":"*"},{"Eff)"
     R"(ect":"Allow","Action":["ec2:CreateNetworkInterface"],"Resource":["arn:aws:ec2:*:*:subnet/*","arn:aws:ec2)"
     R"(:*:*:security-group/*"]},{"Effect":"Allow","Action":["ec2:CreateNetworkInterface"],"Resource":["arn:aws:)"
     R"(ec2:*:*:network-interface/*"],"Condition":{"StringEquals":{"aws:RequestTag/CreatedBy":"S3 On Outposts"}})"
     R"(},{"Effect":"Allow","Action":["ec2:AllocateAddress"],"Resource":["arn:aws:ec2:*:*:ipv4pool-ec2/*"]},{"Ef)"
     R"(fect":"Allow","Action":["ec2:AllocateAddress"],"Resource":["arn:aws:ec2:*:*:elastic-ip/*"],"Condition":{)"
     R"("StringEquals":{"aws:RequestTag/CreatedBy":"S3 On Outposts"}}}]})"},
    {"/aws-service-role/", "AWSSecurityHubServiceRolePolicy", "ANPAIK5URS3FOIKVRT36F",
     "Lets securityhub.amazonaws.com act for the account.",
     "2018-11-27T23:47:51Z", 16,
     R"({"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":["cloudtrail:DescribeTrails","cloudtrail)"
     R"(:GetTrailStatus","cloudtrail:GetEventSelectors","cloudwatch:DescribeAlarms","cloudwatch:DescribeAlarmsFo)"
     R"(rMetric","iam:GenerateCredentialReport","organizations:ListAccounts","iam:GetCredentialReport","organiza)"
     R"(tions:DescribeAccount","organizations:DescribeOrganization","organizations:ListChildren","organizations:)"
     R"(ListAWSServiceAccessForOrganization","organizations:DescribeOrganizationalUnit"],"Resource":"*"},{"Effec)"
     R"(t":"Allow","Action":["organizations:ListDelegatedAdministrators"],"Resource":"*","Condition":{"StringEqu)"
     R"(als":{"organizations:ServicePrincipal":["securityhub.amazonaws.com"]}}},{"Effect":"Allow","Action":["iam)"
     R"(:CreateServiceLinkedRole"],"Resource":"arn:aws:iam::*:role/aws-service-role/config.amazonaws.com/AWSServ)"
     R"(iceRoleForConfig","Condition":{"StringEquals":{"iam:AWSServiceName":"config.amazonaws.com"}}},{"Effect":)"
     R"("Allow","Action":["cloudwatch:GetMetricData"],"Resource":"*"}]})"},
};
// clang-format on

const std::span<const AwsPolicy> kServicePart2 = kServicePolicies2;

}  // namespace tarn::iam
