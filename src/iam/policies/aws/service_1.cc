// A part of the table of the policies of AWS's service-linked roles, in order of names.
#include "iam/policies/aws/tables.h"

namespace tarn::iam {

// clang-format off
const AwsPolicy kServicePolicies1[] = {
    {"/aws-service-role/", "AccessAnalyzerServiceRolePolicy", "ANPAIWQ6OQLBIN46VWSGO",
     "Lets access-analyzer.amazonaws.com act for the account.",
     "2019-12-02T17:13:10Z", 23,
     R"({"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":["iam:GetRole","iam:ListEntitiesForPolic)"
     R"(y","iam:ListRoles","iam:ListUsers","iam:ListRoleTags","iam:ListUserTags","iam:GetAccountAuthorizationDet)"
     R"(ails","iam:GetUser","iam:GetGroup","iam:GenerateServiceLastAccessedDetails","iam:GetServiceLastAccessedD)"
     R"(etails","iam:ListAccessKeys","iam:GetLoginProfile","iam:GetAccessKeyLastUsed","iam:ListRolePolicies","ia)"
     R"(m:GetRolePolicy","iam:ListAttachedRolePolicies","iam:ListUserPolicies","iam:GetUserPolicy","iam:ListAtta)"
     R"(chedUserPolicies","iam:GetPolicy","iam:GetPolicyVersion","iam:ListGroupsForUser","kms:DescribeKey","kms:)"
     R"(GetKeyPolicy","kms:ListGrants","kms:ListKeyPolicies","kms:ListKeys","organizations:DescribeAccount","org)"
     R"(anizations:DescribeOrganization","organizations:DescribeOrganizationalUnit","organizations:ListAccounts")"
     R"(,"organizations:ListAccountsForParent","organizations:ListAWSServiceAccessForOrganization","organization)"
     R"(s:ListChildren","organizations:ListDelegatedAdministrators","organizations:ListOrganizationalUnitsForPar)"
     R"(ent","organizations:ListParents","organizations:ListRoots","s3:DescribeMultiRegionAccessPointOperation",)"
     R"("s3:GetAccessPoint","s3:GetAccessPointPolicy","s3:GetAccessPointPolicyStatus","s3:GetAccountPublicAccess)"
     R"(Block","s3:GetBucketAcl","s3:GetBucketLocation","s3:GetBucketPolicyStatus","s3:GetBucketPolicy","s3:GetB)"
     R"(ucketPublicAccessBlock","s3:GetMultiRegionAccessPoint","s3:GetMultiRegionAccessPointPolicy","s3:GetMulti)"
     R"(RegionAccessPointPolicyStatus","s3:ListAccessPoints","s3:ListAllMyBuckets","s3:ListMultiRegionAccessPoin)"
     R"(ts"],"Resource":"*"}]})"},
    {"/aws-service-role/", "AmazonCognitoIdpEmailServiceRolePolicy", "ANPAIHEPURZ3SZ6CVNBFN",
     "Lets email.cognito-idp.amazonaws.com act for the account.",
     "2019-03-21T21:32:25Z", 1,
     R"({"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":["ses:SendEmail","ses:SendRawEmail"],"Re)"
     R"(source":"*"},{"Effect":"Deny","Action":["ses:List*"],"Resource":"*"}]})"},
    {"/aws-service-role/", "AmazonConnectServiceLinkedRolePolicy", "ANPAIAYGLQ7MHPBMIWYUJ",
     "Lets connect.amazonaws.com act for the account.",
     "2018-09-07T00:21:43Z", 55,
     R"({"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":["iam:DeleteRole"],"Resource":"arn:aws:i)"
     R"(am::*:role/aws-service-role/connect.amazonaws.com/AWSServiceRoleForAmazonConnect_*"},{"Effect":"Allow",")"
     R"(Action":["s3:GetObject","s3:GetObjectAcl","s3:PutObject","s3:PutObjectAcl","s3:DeleteObject"],"Resource")"
     R"(:["arn:aws:s3:::amazon-connect-*/*"]},{"Effect":"Allow","Action":["s3:GetBucketLocation","s3:GetBucketAc)"
     R"(l"],"Resource":["arn:aws:s3:::amazon-connect-*"]},{"Effect":"Allow","Action":["kms:ListRetirableGrants"])"
     R"(,"Resource":"*","Condition":{"StringEquals":{"aws:ResourceAccount":"${aws:PrincipalAccount}"}}},{"Effect)"
     R"(":"Allow","Action":["cloudwatch:PutMetricData"],"Resource":"*","Condition":{"StringEquals":{"cloudwatch:)"
     R"(namespace":"AWS/Connect"}}},{"Effect":"Allow","Action":["iam:PassRole"],"Resource":["arn:aws:iam::*:role)"
     R"(/service-role/AmazonConnectEmailSESAccessRole"],"Condition":{"StringLike":{"iam:PassedToService":"ses.am)"
     R"(azonaws.com"}}}]})"},
    {"/aws-service-role/", "AmazonDocDB-ElasticServiceRolePolicy", "ANPAIPP5RGGN4DBZDKVIE",
     "Lets docdb-elastic.amazonaws.com act for the account.",
     "2022-11-30T14:17:05Z", 1,
     R"({"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":["cloudwatch:PutMetricData"],"Resource":)"
     R"("*","Condition":{"StringEquals":{"cloudwatch:namespace":["AWS/DocDB-Elastic"]}}}]})"},
    {"/aws-service-role/", "AmazonECSServiceRolePolicy", "ANPAI75Q7NZQ7VVPOWBY3",
     "Lets ecs.amazonaws.com act for the account.",
     "2017-10-14T01:18:58Z", 24,
     R"({"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":["cloudwatch:DeleteAlarms","cloudwatch:D)"
     R"(escribeAlarms","cloudwatch:PutMetricAlarm"],"Resource":"arn:aws:cloudwatch:*:*:alarm:*"}]})"},
    {"/aws-service-role/", "AmazonEKSConnectorServiceRolePolicy", "ANPAIWYABU2S3J57DK5OL",
     "Lets eks-connector.amazonaws.com act for the account.",
     "2021-09-04T20:31:08Z", 2,
     R"({"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":["ssm:CreateActivation","ssm:DescribeIns)"
     R"(tanceInformation","ssm:DeleteActivation"],"Resource":"*"},{"Effect":"Allow","Action":["ssm:StartSession")"
     R"(],"Resource":["arn:aws:eks:*:*:cluster/*","arn:aws:ssm:*::document/AmazonEKS-ExecuteNonInteractiveComman)"
     R"(d"]},{"Effect":"Allow","Action":["ssm:DeregisterManagedInstance"],"Resource":["arn:aws:eks:*:*:cluster/*)"
     R"("]},{"Effect":"Allow","Action":["iam:PassRole"],"Resource":"*","Condition":{"StringEquals":{"iam:PassedT)"
     R"(oService":["ssm.amazonaws.com"]}}},{"Effect":"Allow","Action":"events:PutRule","Resource":"*","Condition)"
     R"(":{"ForAllValues:StringEquals":{"events:source":"aws.ssm"},"StringEquals":{"events:ManagedBy":"eks-conne)"
     R"(ctor.amazonaws.com"}}},{"Effect":"Allow","Action":"events:PutTargets","Resource":"*","Condition":{"Strin)"
     R"(gEquals":{"events:ManagedBy":"eks-connector.amazonaws.com"}}},{"Effect":"Allow","Action":["ssmmessages:O)"
     R"(penDataChannel"],"Resource":"arn:aws:ssm:*:*:session/*"}]})"},
    {"/aws-service-role/", "AmazonEKSForFargateServiceRolePolicy", "ANPAISQPUJBQDHEBOTYA6",
     "Lets eks-fargate.amazonaws.com act for the account.",
     "2019-11-22T04:36:25Z", 1,
     R"({"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":["ec2:CreateNetworkInterface","ec2:Creat)"
     R"(eNetworkInterfacePermission","ec2:DeleteNetworkInterface","ec2:DescribeNetworkInterfaces","ec2:DescribeS)"
     R"(ecurityGroups","ec2:DescribeSubnets","ec2:DescribeVpcs","ec2:DescribeDhcpOptions","ec2:DescribeRouteTabl)"
     R"(es"],"Resource":"*"}]})"},
    {"/aws-service-role/", "AmazonEKSServiceRolePolicy", "ANPAI5QDWENYW2MF3CHUP",
     "Lets eks.amazonaws.com act for the account.",
     "2020-02-21T20:10:47Z", 27,
     R"({"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":["iam:ListAttachedRolePolicies"],"Resour)"
     R"(ce":"*"},{"Effect":"Allow","Action":["cloudwatch:PutMetricData"],"Resource":"*","Condition":{"StringLike)"
     R"(":{"cloudwatch:namespace":"AWS/EKS"}}},{"Effect":"Allow","Action":["iam:CreateInstanceProfile","iam:Dele)"
     R"(teInstanceProfile","iam:RemoveRoleFromInstanceProfile","iam:ListInstanceProfiles"],"Resource":"arn:aws:i)"
     R"(am::*:instance-profile/eks*"},{"Effect":"Allow","Action":["iam:GetInstanceProfile"],"Resource":"arn:aws:)"
     R"(iam::*:instance-profile/*"}]})"},
    {"/aws-service-role/", "AmazonElasticFileSystemServiceRolePolicy", "ANPAICC36AOWMTDB63BHY",
     "Lets elasticfilesystem.amazonaws.com act for the account.",
     "2019-11-05T16:52:41Z", 5,
     R"({"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":["kms:DescribeKey"],"Resource":"arn:aws:)"
     R"(kms:*:*:key/*"},{"Effect":"Allow","Action":["iam:CreateServiceLinkedRole"],"Resource":"*","Condition":{")"
     R"(StringEquals":{"iam:AWSServiceName":["backup.amazonaws.com"]}}},{"Effect":"Allow","Action":["iam:PassRol)"
     R"(e"],"Resource":["arn:aws:iam::*:role/aws-service-role/backup.amazonaws.com/AWSServiceRoleForBackup"],"Co)"
     R"(ndition":{"StringLike":{"iam:PassedToService":"backup.amazonaws.com"}}}]})"},
    {"/aws-service-role/", "AmazonElasticsearchServiceRolePolicy", "ANPAIHO3JQVHJHZZ4YJQ5",
     "Lets es.amazonaws.com act for the account.",
     "2017-07-07T00:15:31Z", 8,
     R"({"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":["cloudwatch:PutMetricData"],"Resource":)"
     R"("*","Condition":{"StringEquals":{"cloudwatch:namespace":"AWS/ES"}}}]})"},
    {"/aws-service-role/", "AmazonEMRCleanupPolicy", "ANPAIDNG5ZXNR7WEUARPP",
     "Lets elasticmapreduce.amazonaws.com act for the account.",
     "2017-09-26T23:54:19Z", 3,
     R"({"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":["ec2:DescribeInstances","ec2:DescribeLa)"
     R"(unchTemplates","ec2:DescribeSpotInstanceRequests","ec2:DeleteLaunchTemplate","ec2:ModifyInstanceAttribut)"
     R"(e","ec2:TerminateInstances","ec2:CancelSpotInstanceRequests","ec2:DeleteNetworkInterface","ec2:DescribeI)"
     R"(nstanceAttribute","ec2:DescribeVolumeStatus","ec2:DescribeVolumes","ec2:DetachVolume","ec2:DeleteVolume")"
     R"(,"ec2:DescribePlacementGroups","ec2:DeletePlacementGroup"],"Resource":"*"}]})"},
    {"/aws-service-role/", "AmazonEMRContainersServiceRolePolicy", "ANPAICLJ2664JTOCFUJGY",
     "Lets emr-containers.amazonaws.com act for the account.",
     "2020-12-09T00:38:19Z", 6,
     R"({"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":["cloudwatch:PutMetricData"],"Resource":)"
     R"(["*"],"Condition":{"StringEquals":{"cloudwatch:namespace":["AWS/EMRContainers"]}}}]})"},
    {"/aws-service-role/", "AmazonEMRServerlessServiceRolePolicy", "ANPAIL5Y36YNBLHNVMX7Y",
     "Lets ops.emr-serverless.amazonaws.com act for the account.",
     "2022-05-20T23:15:42Z", 3,
     R"({"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":["ec2:CreateNetworkInterface","ec2:Delet)"
     R"(eNetworkInterface","ec2:DescribeNetworkInterfaces","ec2:DescribeSecurityGroups","ec2:DescribeSubnets","e)"
     R"(c2:DescribeVpcs","ec2:DescribeDhcpOptions","ec2:DescribeRouteTables"],"Resource":"*"},{"Effect":"Allow",)"
     R"("Action":["cloudwatch:PutMetricData"],"Resource":["*"],"Condition":{"StringEquals":{"cloudwatch:namespac)"
     R"(e":["AWS/EMRServerless","AWS/Usage"]}}}]})"},
    {"/aws-service-role/", "AmazonFISServiceRolePolicy", "ANPAIECYSWYX36QNTZ6Y3",
     "Lets fis.amazonaws.com act for the account.",
     "2020-12-21T21:18:19Z", 7,
     R"({"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":["events:PutRule","events:DeleteRule","e)"
     R"(vents:PutTargets","events:RemoveTargets"],"Resource":"*","Condition":{"StringEquals":{"events:ManagedBy")"
     R"(:"fis.amazonaws.com"}}},{"Effect":"Allow","Action":["events:DescribeRule"],"Resource":"*"},{"Effect":"Al)"
     R"(low","Action":["tag:GetResources"],"Resource":"*"},{"Effect":"Allow","Action":["cloudwatch:DescribeAlarm)"
     R"(s","cloudwatch:DescribeAlarmHistory"],"Resource":"*"},{"Effect":"Allow","Action":["ec2:DescribeInstances)"
     R"(","ec2:DescribeSubnets","iam:GetUser","iam:GetRole","iam:ListUsers","iam:ListRoles","rds:DescribeDBClust)"
     R"(ers","rds:DescribeDBInstances","ecs:DescribeClusters","ecs:DescribeTasks","ecs:ListTasks","eks:DescribeN)"
     R"(odegroup","eks:DescribeCluster"],"Resource":"*"}]})"},
    {"/aws-service-role/", "AmazonGrafanaServiceLinkedRolePolicy", "ANPAIIIBLE5JZBA7DA56S",
     "Lets grafana.amazonaws.com act for the account.",
     "2022-11-08T23:10:33Z", 1,
     R"({"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":["ec2:DescribeNetworkInterfaces","ec2:De)"
     R"(scribeVpcs","ec2:DescribeDhcpOptions","ec2:DescribeSubnets","ec2:DescribeSecurityGroups"],"Resource":"*")"
     R"(},{"Effect":"Allow","Action":"ec2:CreateNetworkInterface","Resource":"*","Condition":{"ForAllValues:Stri)"
     R"(ngEquals":{"aws:TagKeys":["AmazonGrafanaManaged"]}}},{"Effect":"Allow","Action":"ec2:CreateTags","Resour)"
     R"(ce":"arn:aws:ec2:*:*:network-interface/*","Condition":{"Null":{"aws:RequestTag/AmazonGrafanaManaged":"fa)"
     R"(lse"},"StringEquals":{"ec2:CreateAction":"CreateNetworkInterface"}}},{"Effect":"Allow","Action":"ec2:Del)"
     R"(eteNetworkInterface","Resource":"*","Condition":{"Null":{"ec2:ResourceTag/AmazonGrafanaManaged":"false"})"
     R"(}}]})"},
    {"/aws-service-role/", "AmazonGuardDutyServiceRolePolicy", "ANPAIFDSYCZ5YUR2Q7RUL",
     "Lets guardduty.amazonaws.com act for the account.",
     "2017-11-28T20:12:59Z", 13,
     R"({"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":["organizations:ListAccounts","organizat)"
     R"(ions:DescribeAccount","organizations:DescribeOrganization","s3:GetBucketPublicAccessBlock","s3:GetEncryp)"
     R"(tionConfiguration","s3:GetBucketTagging","s3:GetAccountPublicAccessBlock","s3:ListAllMyBuckets","s3:List)"
     R"(Bucket","s3:GetBucketAcl","s3:GetBucketPolicy","s3:GetBucketPolicyStatus"],"Resource":"*"},{"Effect":"Al)"
     R"(low","Action":["iam:CreateServiceLinkedRole"],"Resource":"*","Condition":{"StringEquals":{"iam:AWSServic)"
     R"(eName":"malware-protection.guardduty.amazonaws.com"}}},{"Effect":"Allow","Action":["cloudtrail:CreateSer)"
     R"(viceLinkedChannel"],"Resource":"arn:aws:cloudtrail:*:*:channel/aws-service-channel/guardduty/*","Conditi)"
     R"(on":{"StringEquals":{"aws:ResourceAccount":"${aws:PrincipalAccount}"}}}]})"},
    {"/aws-service-role/", "AmazonInspector2ServiceRolePolicy", "ANPAI4Y3DM76WLIJA6PUH",
     "Lets inspector2.amazonaws.com act for the account.",
     "2021-11-16T20:27:48Z", 27,
     R"({"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":["organizations:DescribeAccount","organi)"
     R"(zations:DescribeOrganization","organizations:ListAccounts"],"Resource":"*"},{"Effect":"Allow","Action":[)"
     R"("cloudwatch:GetMetricData"],"Resource":"*"},{"Effect":"Allow","Action":["iam:GetRole","iam:GetRolePolicy)"
     R"(","iam:GetPolicy","iam:GetPolicyVersion","iam:ListAttachedRolePolicies","iam:ListPolicies","iam:ListPoli)"
     R"(cyVersions","iam:ListRolePolicies"],"Resource":["*"],"Condition":{"ForAnyValue:StringEquals":{"aws:Calle)"
     R"(dVia":["codeguru-security.amazonaws.com"]}}},{"Effect":"Allow","Action":["cloudtrail:CreateServiceLinked)"
     R"(Channel","cloudtrail:DeleteServiceLinkedChannel"],"Resource":["arn:aws:cloudtrail:*:*:channel/aws-servic)"
     R"(e-channel/inspector2/*"],"Condition":{"StringEquals":{"aws:ResourceAccount":"${aws:PrincipalAccount}"}}})"
     R"(,{"Effect":"Allow","Action":["cloudtrail:ListServiceLinkedChannels"],"Resource":["*"],"Condition":{"Stri)"
     R"(ngEquals":{"aws:ResourceAccount":"${aws:PrincipalAccount}"}}},{"Effect":"Allow","Action":["cloudwatch:Pu)"
     R"(tMetricData"],"Resource":["*"],"Condition":{"StringEquals":{"cloudwatch:namespace":"AWS/Inspector2"}}},{)"
     R"("Effect":"Allow","Action":["organizations:ListDelegatedAdministrators"],"Resource":"*","Condition":{"Str)"
     R"(ingLikeIfExists":{"organizations:ServicePrincipal":["agentless.inspector2.amazonaws.com","inspector2.ama)"
     R"(zonaws.com"]}}}]})"},
    {"/aws-service-role/", "AmazonInspectorServiceRolePolicy", "ANPAITUXY5NJQLP7LADJW",
     "Lets inspector.amazonaws.com act for the account.",
     "2017-11-21T15:48:27Z", 5,
     R"({"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":["directconnect:DescribeConnections","di)"
     R"(rectconnect:DescribeDirectConnectGateways","directconnect:DescribeDirectConnectGatewayAssociations","dir)"
     R"(ectconnect:DescribeDirectConnectGatewayAttachments","directconnect:DescribeVirtualGateways","directconne)"
     R"(ct:DescribeVirtualInterfaces","directconnect:DescribeTags","ec2:DescribeAvailabilityZones","ec2:Describe)"
     R"(CustomerGateways","ec2:DescribeInstances","ec2:DescribeTags","ec2:DescribeInternetGateways"],"Resource":)"
     R"("*"}]})"},
    {"/aws-service-role/", "AmazonLexBotPolicy", "ANPAIO7UMZIWMRRN5WBHY",
     "Lets lex.amazonaws.com act for the account.",
     "2017-02-17T22:18:13Z", 1,
     R"({"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":["polly:SynthesizeSpeech"],"Resource":"*)"
     R"("}]})"},
    {"/aws-service-role/", "AmazonLexV2BotPolicy", "ANPAIKVFDEFZ3PTMSJMIS",
     "Lets lexv2.amazonaws.com act for the account.",
     "2021-01-13T20:10:29Z", 1,
     R"({"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":["polly:SynthesizeSpeech"],"Resource":[")"
     R"(*"]}]})"},
    {"/aws-service-role/", "AmazonMacieServiceRolePolicy", "ANPAI2HUMZ4WBPCI7LHDS",
     "Lets macie.amazonaws.com act for the account.",
     "2018-06-19T22:17:38Z", 6,
     R"({"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":["iam:ListAccountAliases","organizations)"
     R"(:DescribeAccount","organizations:ListAccounts","s3:GetAccountPublicAccessBlock","s3:ListAllMyBuckets","s)"
     R"(3:GetBucketAcl","s3:GetBucketLocation","s3:GetBucketLogging","s3:GetBucketPolicy","s3:GetBucketPolicySta)"
     R"(tus","s3:GetBucketPublicAccessBlock","s3:GetBucketTagging","s3:GetBucketVersioning","s3:GetBucketWebsite)"
     R"(","s3:GetEncryptionConfiguration","s3:GetLifecycleConfiguration","s3:GetReplicationConfiguration","s3:Li)"
     R"(stBucket","s3:GetObject","s3:GetObjectAcl","s3:GetObjectTagging"],"Resource":"*"},{"Effect":"Allow","Act)"
     R"(ion":["logs:CreateLogGroup"],"Resource":["arn:aws:logs:*:*:log-group:/aws/macie/*"]},{"Effect":"Allow",")"
     R"(Action":["logs:CreateLogStream","logs:PutLogEvents","logs:DescribeLogStreams"],"Resource":["arn:aws:logs)"
     R"(:*:*:log-group:/aws/macie/*:log-stream:*"]}]})"},
    {"/aws-service-role/", "AmazonMQServiceRolePolicy", "ANPAIPHLPUEPVTX265YCD",
     "Lets mq.amazonaws.com act for the account.",
     "2020-11-04T16:07:17Z", 1,
     R"({"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":["ec2:DescribeVpcEndpoints"],"Resource":)"
     R"("*"},{"Effect":"Allow","Action":["ec2:CreateVpcEndpoint"],"Resource":["arn:aws:ec2:*:*:vpc/*","arn:aws:e)"
     R"(c2:*:*:subnet/*","arn:aws:ec2:*:*:security-group/*"]},{"Effect":"Allow","Action":["ec2:CreateVpcEndpoint)"
     R"("],"Resource":["arn:aws:ec2:*:*:vpc-endpoint/*"],"Condition":{"StringEquals":{"aws:RequestTag/AMQManaged)"
     R"(":"true"}}},{"Effect":"Allow","Action":["ec2:CreateTags"],"Resource":"arn:aws:ec2:*:*:vpc-endpoint/*","C)"
     R"(ondition":{"StringEquals":{"ec2:CreateAction":"CreateVpcEndpoint"}}},{"Effect":"Allow","Action":["ec2:De)"
     R"(leteVpcEndpoints"],"Resource":"arn:aws:ec2:*:*:vpc-endpoint/*","Condition":{"StringEquals":{"ec2:Resourc)"
     R"(eTag/AMQManaged":"true"}}},{"Effect":"Allow","Action":["logs:PutLogEvents","logs:DescribeLogStreams","lo)"
     R"(gs:DescribeLogGroups","logs:CreateLogStream","logs:CreateLogGroup"],"Resource":["arn:aws:logs:*:*:log-gr)"
     R"(oup:/aws/amazonmq/*"]}]})"},
    {"/aws-service-role/", "AmazonOpenSearchServerlessServiceRolePolicy", "ANPAII26F4IUXASFP3KCI",
     "Lets observability.aoss.amazonaws.com act for the account.",
     "2022-11-24T19:50:12Z", 2,
     R"({"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"cloudwatch:PutMetricData","Resource":"*)"
     R"(","Condition":{"StringEquals":{"cloudwatch:namespace":"AWS/AOSS"}}}]})"},
    {"/aws-service-role/", "AmazonOpenSearchServiceRolePolicy", "ANPAIFUSEMMQA3TXHGTL6",
     "Lets opensearchservice.amazonaws.com act for the account.",
     "2021-08-26T09:27:09Z", 9,
     R"({"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":["cloudwatch:PutMetricData"],"Resource":)"
     R"("*","Condition":{"StringEquals":{"cloudwatch:namespace":["AWS/ES","AWS/OpenSearch"]}}}]})"},
    {"/aws-service-role/", "AmazonRDSServiceRolePolicy", "ANPAIWU4HUSX4RGIQFBND",
     "Lets rds.amazonaws.com act for the account.",
     "2018-01-08T18:17:46Z", 14,
     R"({"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":["kinesis:CreateStream","kinesis:PutReco)"
     R"(rd","kinesis:PutRecords","kinesis:DescribeStream","kinesis:SplitShard","kinesis:MergeShards","kinesis:De)"
     R"(leteStream","kinesis:UpdateShardCount"],"Resource":["arn:aws:kinesis:*:*:stream/aws-rds-das-*"]},{"Effec)"
     R"(t":"Allow","Action":["cloudwatch:PutMetricData"],"Resource":"*","Condition":{"StringEquals":{"cloudwatch)"
     R"(:namespace":["AWS/DocDB","AWS/Neptune","AWS/RDS","AWS/Usage"]}}}]})"},
    {"/aws-service-role/", "AmazonRedshiftServiceLinkedRolePolicy", "ANPAII22RYSO66VKSO4UG",
     "Lets redshift.amazonaws.com act for the account.",
     "2017-09-18T19:19:45Z", 15,
     R"({"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":["cloudwatch:PutMetricData"],"Resource":)"
     R"("*","Condition":{"StringEquals":{"cloudwatch:namespace":["AWS/Redshift-Serverless","AWS/Redshift"]}}},{")"
     R"(Effect":"Allow","Action":["glue:GetCatalog","glue:GetCatalogs"],"Resource":["arn:aws:glue:*:*:catalog",")"
     R"(arn:aws:glue:*:*:catalog/*"],"Condition":{"Bool":{"glue:EnabledForRedshiftAutoDiscovery":"true"},"String)"
     R"(Equals":{"aws:ResourceAccount":"${aws:PrincipalAccount}"}}},{"Effect":"Allow","Action":["lakeformation:G)"
     R"(etDataAccess"],"Resource":["*"],"Condition":{"Bool":{"lakeformation:EnabledOnlyForMetaDataAccess":"true")"
     R"(},"ForAnyValue:StringEquals":{"aws:CalledVia":"glue.amazonaws.com"},"StringEquals":{"aws:ResourceAccount)"
     R"(":"${aws:PrincipalAccount}"}}}]})"},
    {"/aws-service-role/", "AmazonSESServiceRolePolicy", "ANPAIFT2YSFQKPI66YFCO",
     "Lets ses.amazonaws.com act for the account.",
     "2024-05-21T16:02:20Z", 1,
     R"({"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"cloudwatch:PutMetricData","Resource":"*)"
     R"(","Condition":{"StringLike":{"cloudwatch:namespace":["AWS/SES","AWS/SES/MailManager","AWS/SES/Addons"]}})"
     R"(}]})"},
    {"/aws-service-role/", "AmazonSSMServiceRolePolicy", "ANPAIPJ22MVSRRIHJHHIU",
     "Lets ssm.amazonaws.com act for the account.",
     "2017-11-13T19:20:08Z", 17,
     R"({"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":["cloudwatch:DescribeAlarms"],"Resource")"
     R"(:"*"},{"Effect":"Allow","Action":["iam:PassRole"],"Resource":"*","Condition":{"StringEquals":{"iam:Passe)"
     R"(dToService":["ssm.amazonaws.com"]}}},{"Effect":"Allow","Action":["organizations:DescribeOrganization"],")"
     R"(Resource":"*"}]})"},
    {"/aws-service-role/", "APIGatewayServiceRolePolicy", "ANPAI4R22HFFQJN4XWF63",
     "Lets ops.apigateway.amazonaws.com act for the account.",
     "2017-10-20T17:23:10Z", 9,
     R"({"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":["firehose:DescribeDeliveryStream","fire)"
     R"(hose:PutRecord","firehose:PutRecordBatch"],"Resource":"arn:aws:firehose:*:*:deliverystream/amazon-apigat)"
     R"(eway-*"}]})"},
    {"/aws-service-role/", "AutoScalingServiceRolePolicy", "ANPAIP3RPXKUU7ML7W7EQ",
     "Lets autoscaling.amazonaws.com act for the account.",
     "2018-01-08T23:10:55Z", 10,
     R"({"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":["iam:PassRole"],"Resource":"*","Conditi)"
     R"(on":{"StringLike":{"iam:PassedToService":"ec2.amazonaws.com*"}}},{"Effect":"Allow","Action":["iam:Create)"
     R"(ServiceLinkedRole"],"Resource":"*","Condition":{"StringEquals":{"iam:AWSServiceName":"spot.amazonaws.com)"
     R"("}}},{"Effect":"Allow","Action":["cloudwatch:DeleteAlarms","cloudwatch:DescribeAlarms","cloudwatch:GetMe)"
     R"(tricData","cloudwatch:PutMetricAlarm"],"Resource":"*"}]})"},
    {"/aws-service-role/", "AWSApplicationAutoscalingAppStreamFleetPolicy", "ANPAI7NTRFOYBVHRPPMMB",
     "Lets appstream.application-autoscaling.amazonaws.com act for the account.",
     "2017-10-20T19:04:06Z", 1,
     R"({"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":["appstream:UpdateFleet","appstream:Desc)"
     R"(ribeFleets","cloudwatch:PutMetricAlarm","cloudwatch:DescribeAlarms","cloudwatch:DeleteAlarms"],"Resource)"
     R"(":["*"]}]})"},
    {"/aws-service-role/", "AWSApplicationAutoscalingCassandraTablePolicy", "ANPAICUXDDI4JSZDCYPTY",
     "Lets cassandra.application-autoscaling.amazonaws.com act for the account.",
     "2020-03-18T22:49:23Z", 1,
     R"({"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"cassandra:Select","Resource":["arn:*:ca)"
     R"(ssandra:*:*:/keyspace/system/table/*","arn:*:cassandra:*:*:/keyspace/system_schema/table/*","arn:*:cassa)"
     R"(ndra:*:*:/keyspace/system_schema_mcs/table/*"]},{"Effect":"Allow","Action":["cassandra:Alter","cloudwatc)"
     R"(h:PutMetricAlarm","cloudwatch:DescribeAlarms","cloudwatch:DeleteAlarms"],"Resource":"*"}]})"},
    {"/aws-service-role/", "AWSApplicationAutoscalingComprehendEndpointPolicy", "ANPAIIB3WKXXLZBDDSZ2P",
     "Lets comprehend.application-autoscaling.amazonaws.com act for the account.",
     "2019-11-14T18:39:07Z", 1,
     R"({"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":["comprehend:UpdateEndpoint","comprehend)"
     R"(:DescribeEndpoint","cloudwatch:PutMetricAlarm","cloudwatch:DescribeAlarms","cloudwatch:DeleteAlarms"],"R)"
     R"(esource":["*"]}]})"},
    {"/aws-service-role/", "AWSApplicationAutoScalingCustomResourcePolicy", "ANPAIQYKLSJGMCNKLCZCW",
     "Lets custom-resource.application-autoscaling.amazonaws.com act for the account.",
     "2018-06-04T23:22:44Z", 1,
     R"({"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":["execute-api:Invoke","cloudwatch:PutMet)"
     R"(ricAlarm","cloudwatch:DescribeAlarms","cloudwatch:DeleteAlarms"],"Resource":["*"]}]})"},
    {"/aws-service-role/", "AWSApplicationAutoscalingDynamoDBTablePolicy", "ANPAIASRZ7ZZZE7YQAHUM",
     "Lets dynamodb.application-autoscaling.amazonaws.com act for the account.",
     "2017-10-20T21:34:57Z", 1,
     R"({"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":["dynamodb:DescribeTable","dynamodb:Upda)"
     R"(teTable","cloudwatch:PutMetricAlarm","cloudwatch:DescribeAlarms","cloudwatch:DeleteAlarms"],"Resource":")"
     R"(*"}]})"},
    {"/aws-service-role/", "AWSApplicationAutoscalingEC2SpotFleetRequestPolicy", "ANPAIJMV4RCBCGJ45TOSG",
     "Lets ec2.application-autoscaling.amazonaws.com act for the account.",
     "2017-10-25T18:23:27Z", 1,
     R"({"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":["ec2:DescribeSpotFleetRequests","ec2:Mo)"
     R"(difySpotFleetRequest","cloudwatch:PutMetricAlarm","cloudwatch:DescribeAlarms","cloudwatch:DeleteAlarms"])"
     R"(,"Resource":["*"]}]})"},
    {"/aws-service-role/", "AWSApplicationAutoscalingECSServicePolicy", "ANPAIZPID6OOB6YEEZK6Z",
     "Lets ecs.application-autoscaling.amazonaws.com act for the account.",
     "2017-10-25T23:53:08Z", 3,
     R"({"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":["ecs:DescribeServices","ecs:DescribeSer)"
     R"(viceRevisions","ecs:UpdateService","cloudwatch:PutMetricAlarm","cloudwatch:DescribeAlarms","cloudwatch:G)"
     R"(etMetricData","cloudwatch:DeleteAlarms"],"Resource":["*"]}]})"},
    {"/aws-service-role/", "AWSApplicationAutoscalingElastiCacheRGPolicy", "ANPAIXG653XMQVMP76PQB",
     "Lets elasticache.application-autoscaling.amazonaws.com act for the account.",
     "2021-08-17T23:41:42Z", 2,
     R"({"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":["elasticache:DescribeReplicationGroups")"
     R"(,"elasticache:ModifyCacheCluster","elasticache:ModifyReplicationGroupShardConfiguration","elasticache:In)"
     R"(creaseReplicaCount","elasticache:DecreaseReplicaCount","elasticache:DescribeCacheClusters","elasticache:)"
     R"(DescribeCacheParameters"],"Resource":["*"]},{"Effect":"Allow","Action":["cloudwatch:DescribeAlarms"],"Re)"
     R"(source":["arn:aws:cloudwatch:*:*:alarm:*"]},{"Effect":"Allow","Action":["cloudwatch:PutMetricAlarm","clo)"
     R"(udwatch:DeleteAlarms"],"Resource":["arn:aws:cloudwatch:*:*:alarm:TargetTracking*"]}]})"},
};
// clang-format on

const std::span<const AwsPolicy> kServicePart1 = kServicePolicies1;

}  // namespace tarn::iam
