// A part of the table of AWS's managed policies, in order of names.
#include "iam/policies/aws/tables.h"

namespace tarn::iam {

// clang-format off
const AwsPolicy kAwsPolicies2[] = {
    {"/", "AmazonSQSFullAccess", "ANPAIXONDMP2KO64HVRHB",
     "Provides full access to Amazon SQS via the AWS Management Console.",
     "2015-02-06T18:41:07Z", 1,
     R"({"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":["sqs:*"],"Resource":"*"}]})"},
    {"/", "AWSCloudTrail_FullAccess", "ANPAIJIU5EGG3ADFATUOK",
     "Provides full access to AWS CloudTrail.",
     "2020-10-08T23:41:15Z", 3,
     R"({"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":["sns:AddPermission","sns:CreateTopic","sns:)"
     R"(SetTopicAttributes","sns:GetTopicAttributes"],"Resource":["arn:aws:sns:*:*:aws-cloudtrail-logs*"]},{"Effect")"
     R"(:"Allow","Action":["sns:ListTopics"],"Resource":"*"},{"Effect":"Allow","Action":["s3:CreateBucket","s3:PutBu)"
     R"(cketPolicy","s3:PutBucketPublicAccessBlock"],"Resource":["arn:aws:s3:::aws-cloudtrail-logs*"]},{"Effect":"Al)"
     R"(low","Action":["s3:ListAllMyBuckets","s3:GetBucketLocation","s3:GetBucketPolicy"],"Resource":"*"},{"Effect":)"
     R"("Allow","Action":"cloudtrail:*","Resource":"*"},{"Effect":"Allow","Action":["logs:CreateLogGroup"],"Resource)"
     R"(":["arn:aws:logs:*:*:log-group:aws-cloudtrail-logs*"]},{"Effect":"Allow","Action":["iam:ListRoles","iam:GetR)"
     R"(olePolicy","iam:GetUser"],"Resource":"*"},{"Effect":"Allow","Action":["iam:PassRole"],"Resource":"*","Condit)"
     R"(ion":{"StringEquals":{"iam:PassedToService":"cloudtrail.amazonaws.com"}}},{"Effect":"Allow","Action":["kms:C)"
     R"(reateKey","kms:CreateAlias","kms:ListKeys","kms:ListAliases"],"Resource":"*"},{"Effect":"Allow","Action":["l)"
     R"(ambda:ListFunctions"],"Resource":"*"},{"Effect":"Allow","Action":["dynamodb:ListGlobalTables","dynamodb:List)"
     R"(Tables"],"Resource":"*"}]})"},
    {"/", "AWSCloudTrail_ReadOnlyAccess", "ANPAIX7HQ2HL4XALBDH2E",
     "Provides read only access to AWS CloudTrail.",
     "2022-06-14T17:19:05Z", 1,
     R"({"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":["cloudtrail:Get*","cloudtrail:Describe*","c)"
     R"(loudtrail:List*","cloudtrail:LookupEvents"],"Resource":"*"}]})"},
    {"/", "AWSGlueConsoleFullAccess", "ANPAIKZCCMB5FAFXCJDWX",
     "Provides full access to AWS Glue via the AWS Management Console",
     "2017-08-14T13:37:39Z", 15,
     R"({"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":["glue:*","redshift:DescribeClusters","redsh)"
     R"(ift:DescribeClusterSubnetGroups","iam:ListRoles","iam:ListUsers","iam:ListGroups","iam:ListRolePolicies","ia)"
     R"(m:GetRole","iam:GetRolePolicy","iam:ListAttachedRolePolicies","ec2:DescribeSecurityGroups","ec2:DescribeSubn)"
     R"(ets","ec2:DescribeVpcs","ec2:DescribeVpcEndpoints","ec2:DescribeRouteTables","ec2:DescribeVpcAttribute","ec2)"
     R"(:DescribeKeyPairs","ec2:DescribeInstances","ec2:DescribeImages","rds:DescribeDBInstances","rds:DescribeDBClu)"
     R"(sters","rds:DescribeDBSubnetGroups","s3:ListAllMyBuckets","s3:ListBucket","s3:GetBucketAcl","s3:GetBucketLoc)"
     R"(ation","cloudformation:ListStacks","cloudformation:DescribeStacks","cloudformation:GetTemplateSummary","dyna)"
     R"(modb:ListTables","kms:ListAliases","kms:DescribeKey","cloudwatch:GetMetricData","cloudwatch:ListDashboards",)"
     R"("databrew:ListRecipes","databrew:ListRecipeVersions","databrew:DescribeRecipe"],"Resource":["*"]},{"Effect":)"
     R"("Allow","Action":["s3:GetObject","s3:PutObject"],"Resource":["arn:aws:s3:::aws-glue-*/*","arn:aws:s3:::*/*aw)"
     R"(s-glue-*/*","arn:aws:s3:::aws-glue-*"]},{"Effect":"Allow","Action":["tag:GetResources"],"Resource":["*"]},{")"
     R"(Effect":"Allow","Action":["s3:CreateBucket","s3:PutBucketPublicAccessBlock"],"Resource":["arn:aws:s3:::aws-g)"
     R"(lue-*"]},{"Effect":"Allow","Action":["logs:GetLogEvents"],"Resource":["arn:aws:logs:*:*:/aws-glue/*"]},{"Eff)"
     R"(ect":"Allow","Action":["cloudformation:CreateStack","cloudformation:DeleteStack"],"Resource":"arn:aws:cloudf)"
     R"(ormation:*:*:stack/aws-glue*/*"},{"Effect":"Allow","Action":["iam:PassRole"],"Resource":"arn:aws:iam::*:role)"
     R"(/AWSGlueServiceRole*","Condition":{"StringLike":{"iam:PassedToService":["glue.amazonaws.com"]}}},{"Effect":")"
     R"(Allow","Action":["iam:PassRole"],"Resource":["arn:aws:iam::*:role/service-role/AWSGlueServiceRole*"],"Condit)"
     R"(ion":{"StringLike":{"iam:PassedToService":["glue.amazonaws.com"]}}}]})"},
    {"/", "AWSGlueSchemaRegistryFullAccess", "ANPAIB6WE7WUP6LC7TEAL",
     "Provides full access to the AWS Glue Schema Registry Service",
     "2020-11-20T00:19:00Z", 1,
     R"({"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":["glue:CreateRegistry","glue:UpdateRegistry")"
     R"(,"glue:DeleteRegistry","glue:GetRegistry","glue:ListRegistries","glue:CreateSchema","glue:UpdateSchema","glu)"
     R"(e:DeleteSchema","glue:GetSchema","glue:ListSchemas","glue:RegisterSchemaVersion","glue:DeleteSchemaVersions")"
     R"(,"glue:GetSchemaByDefinition","glue:GetSchemaVersion","glue:GetSchemaVersionsDiff","glue:ListSchemaVersions")"
     R"(,"glue:CheckSchemaVersionValidity","glue:PutSchemaVersionMetadata","glue:RemoveSchemaVersionMetadata","glue:)"
     R"(QuerySchemaVersionMetadata"],"Resource":["*"]},{"Effect":"Allow","Action":["glue:GetTags","glue:TagResource")"
     R"(,"glue:UnTagResource"],"Resource":["arn:aws:glue:*:*:schema/*","arn:aws:glue:*:*:registry/*"]}]})"},
    {"/", "AWSGlueSchemaRegistryReadonlyAccess", "ANPAIOCIPJIZFO4NUOEJG",
     "Provides readonly access to the AWS Glue Schema Registry Service",
     "2020-11-20T00:20:06Z", 1,
     R"({"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":["glue:GetRegistry","glue:ListRegistries","g)"
     R"(lue:GetSchema","glue:ListSchemas","glue:GetSchemaByDefinition","glue:GetSchemaVersion","glue:ListSchemaVersi)"
     R"(ons","glue:GetSchemaVersionsDiff","glue:CheckSchemaVersionValidity","glue:QuerySchemaVersionMetadata","glue:)"
     R"(GetTags"],"Resource":["*"]}]})"},
    {"/service-role/", "AWSGlueServiceRole", "ANPAIZKOZKSAE7G52SOLO",
     "Policy for AWS Glue service role which allows access to related services including EC2, S3, and Cloudwatc"
     "h Logs",
     "2017-08-14T13:37:21Z", 5,
     R"({"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":["glue:*","s3:GetBucketLocation","s3:ListBuc)"
     R"(ket","s3:ListAllMyBuckets","s3:GetBucketAcl","ec2:DescribeVpcEndpoints","ec2:DescribeRouteTables","ec2:Creat)"
     R"(eNetworkInterface","ec2:DeleteNetworkInterface","ec2:DescribeNetworkInterfaces","ec2:DescribeSecurityGroups")"
     R"(,"ec2:DescribeSubnets","ec2:DescribeVpcAttribute","iam:ListRolePolicies","iam:GetRole","iam:GetRolePolicy",")"
     R"(cloudwatch:PutMetricData"],"Resource":["*"]},{"Effect":"Allow","Action":["s3:CreateBucket","s3:PutBucketPubl)"
     R"(icAccessBlock"],"Resource":["arn:aws:s3:::aws-glue-*"]},{"Effect":"Allow","Action":["s3:GetObject","s3:PutOb)"
     R"(ject","s3:DeleteObject"],"Resource":["arn:aws:s3:::aws-glue-*/*","arn:aws:s3:::*/*aws-glue-*/*"]},{"Effect":)"
     R"("Allow","Action":["s3:GetObject"],"Resource":["arn:aws:s3:::crawler-public*","arn:aws:s3:::aws-glue-*"]},{"E)"
     R"(ffect":"Allow","Action":["logs:CreateLogGroup","logs:CreateLogStream","logs:PutLogEvents"],"Resource":["arn:)"
     R"(aws:logs:*:*:*:/aws-glue/*"]},{"Effect":"Allow","Action":["ec2:CreateTags","ec2:DeleteTags"],"Resource":["ar)"
     R"(n:aws:ec2:*:*:network-interface/*","arn:aws:ec2:*:*:security-group/*","arn:aws:ec2:*:*:instance/*"],"Conditi)"
     R"(on":{"ForAllValues:StringEquals":{"aws:TagKeys":["aws-glue-service-resource"]}}}]})"},
    {"/", "AWSKeyManagementServicePowerUser", "ANPAINAANJHZDQB7ZX4J6",
     "Provides access to AWS Key Management Service (KMS).",
     "2015-02-06T18:40:40Z", 2,
     R"({"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":["kms:CreateAlias","kms:CreateKey","kms:Dele)"
     R"(teAlias","kms:Describe*","kms:GenerateRandom","kms:Get*","kms:List*","kms:TagResource","kms:UntagResource",")"
     R"(iam:ListGroups","iam:ListRoles","iam:ListUsers"],"Resource":"*"}]})"},
    {"/", "AWSLakeFormationCrossAccountManager", "ANPAI6GKC42IOEK4VNXFS",
     "Provides cross account access to Glue resources via Lake Formation. Also grants read access to other requ"
     "ired services such as organizations and resource access manager",
     "2020-08-04T20:59:46Z", 9,
     R"({"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":["ram:CreateResourceShare"],"Resource":"*",")"
     R"(Condition":{"StringLikeIfExists":{"ram:RequestedResourceType":["glue:Table","glue:Database","glue:Catalog"]})"
     R"(}},{"Effect":"Allow","Action":["ram:UpdateResourceShare","ram:DeleteResourceShare","ram:AssociateResourceSha)"
     R"(re","ram:DisassociateResourceShare","ram:GetResourceShares"],"Resource":"*","Condition":{"StringLike":{"ram:)"
     R"(ResourceShareName":["LakeFormation*"]}}},{"Effect":"Allow","Action":["ram:AssociateResourceSharePermission"])"
     R"(,"Resource":"*","Condition":{"ArnLike":{"ram:PermissionArn":["arn:aws:ram::aws:permission/AWSRAMLFEnabled*"])"
     R"(}}},{"Effect":"Allow","Action":["glue:PutResourcePolicy","glue:DeleteResourcePolicy","organizations:Describe)"
     R"(Organization","organizations:DescribeAccount","ram:Get*","ram:List*"],"Resource":"*"},{"Effect":"Allow","Act)"
     R"(ion":["organizations:ListRoots","organizations:ListAccountsForParent","organizations:ListOrganizationalUnits)"
     R"(ForParent"],"Resource":"*"}]})"},
    {"/", "AWSLakeFormationDataAdmin", "ANPAIEEUG2C4QXBXLMK52",
     "Grants administrative access to AWS Lake Formation and related services, such as AWS Glue, to manage data"
     " lakes",
     "2019-08-08T17:33:44Z", 6,
     R"({"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":["lakeformation:*","cloudtrail:DescribeTrail)"
     R"(s","cloudtrail:LookupEvents","glue:GetDatabase","glue:GetDatabases","glue:CreateDatabase","glue:UpdateDataba)"
     R"(se","glue:DeleteDatabase","glue:GetConnections","glue:SearchTables","glue:GetTable","glue:CreateTable","glue)"
     R"(:UpdateTable","glue:DeleteTable","glue:GetTableVersions","glue:GetPartitions","glue:GetTables","glue:ListWor)"
     R"(kflows","glue:BatchGetWorkflows","glue:DeleteWorkflow","glue:GetWorkflowRuns","glue:StartWorkflowRun","glue:)"
     R"(GetWorkflow","s3:ListBucket","s3:GetBucketLocation","s3:ListAllMyBuckets","s3:GetBucketAcl","iam:ListUsers",)"
     R"("iam:ListRoles","iam:GetRole","iam:GetRolePolicy"],"Resource":"*"},{"Effect":"Deny","Action":["lakeformation)"
     R"(:PutDataLakeSettings"],"Resource":"*"}]})"},
    {"/", "AWSLambda_FullAccess", "ANPAIRYHHEPBKBST3O5YY",
     "Grants full access to AWS Lambda service, AWS Lambda console features, and other related AWS services.",
     "2020-11-17T21:14:08Z", 7,
     R"({"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":["cloudformation:DescribeStacks","cloudforma)"
     R"(tion:ListStackResources","cloudwatch:ListMetrics","cloudwatch:GetMetricData","ec2:DescribeSecurityGroups","e)"
     R"(c2:DescribeSubnets","ec2:DescribeVpcs","kms:ListAliases","iam:GetPolicy","iam:GetPolicyVersion","iam:GetRole)"
     R"(","iam:GetRolePolicy","iam:ListAttachedRolePolicies","iam:ListRolePolicies","iam:ListRoles","lambda:*","logs)"
     R"(:DescribeLogGroups","states:DescribeStateMachine","states:ListStateMachines","tag:GetResources","xray:GetTra)"
     R"(ceSummaries","xray:BatchGetTraces"],"Resource":"*"},{"Effect":"Allow","Action":"iam:PassRole","Resource":"*")"
     R"(,"Condition":{"StringEquals":{"iam:PassedToService":"lambda.amazonaws.com"}}},{"Effect":"Allow","Action":["l)"
     R"(ogs:DescribeLogStreams","logs:GetLogEvents","logs:FilterLogEvents","logs:StartLiveTail","logs:StopLiveTail"])"
     R"(,"Resource":"arn:aws:logs:*:*:log-group:/aws/lambda/*"}]})"},
    {"/service-role/", "AWSLambdaBasicExecutionRole", "ANPAI54AXNLPOXG3YTKWO",
     "Provides write permissions to CloudWatch Logs.",
     "2015-04-09T15:03:43Z", 1,
     R"({"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":["logs:CreateLogGroup","logs:CreateLogStream)"
     R"(","logs:PutLogEvents"],"Resource":"*"}]})"},
    {"/service-role/", "AWSLambdaKinesisExecutionRole", "ANPAIBPTEXC74HUOXWOKK",
     "Provides list and read access to Kinesis streams and write permissions to CloudWatch Logs.",
     "2015-04-09T15:14:16Z", 2,
     R"({"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":["kinesis:DescribeStream","kinesis:DescribeS)"
     R"(treamSummary","kinesis:GetRecords","kinesis:GetShardIterator","kinesis:ListShards","kinesis:ListStreams","ki)"
     R"(nesis:SubscribeToShard","logs:CreateLogGroup","logs:CreateLogStream","logs:PutLogEvents"],"Resource":"*"}]})"},
    {"/aws-service-role/", "AWSLambdaReplicator", "ANPAIT3TQ5LPTN4JUH4FE",
     "Grants Lambda Replicator necessary permissions to replicate functions across AWS regions",
     "2017-05-23T17:53:03Z", 3,
     R"({"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":["lambda:CreateFunction","lambda:DeleteFunct)"
     R"(ion","lambda:DisableReplication"],"Resource":["arn:aws:lambda:*:*:function:*"]},{"Effect":"Allow","Action":[)"
     R"("iam:PassRole"],"Resource":["*"],"Condition":{"StringLikeIfExists":{"iam:PassedToService":"lambda.amazonaws.)"
     R"(com"}}},{"Effect":"Allow","Action":["cloudfront:ListDistributionsByLambdaFunction"],"Resource":["*"]}]})"},
    {"/service-role/", "AWSLambdaRole", "ANPAIW5CLRG64HI6CPRS6",
     "Default policy for AWS Lambda service role.",
     "2015-02-06T18:41:28Z", 1,
     R"({"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":["lambda:InvokeFunction"],"Resource":["*"]}])"
     R"(})"},
    {"/service-role/", "AWSLambdaVPCAccessExecutionRole", "ANPAID3IIUXXYMOHSR3C2",
     "Provides minimum permissions for a Lambda function to execute while accessing a resource within a VPC - c"
     "reate, describe, delete network interfaces and write permissions to CloudWatch Logs. ",
     "2016-02-11T23:15:26Z", 3,
     R"({"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":["logs:CreateLogGroup","logs:CreateLogStream)"
     R"(","logs:PutLogEvents","ec2:CreateNetworkInterface","ec2:DescribeNetworkInterfaces","ec2:DescribeSubnets","ec)"
     R"(2:DeleteNetworkInterface","ec2:AssignPrivateIpAddresses","ec2:UnassignPrivateIpAddresses"],"Resource":"*"}]})"},
    {"/", "AWSOrganizationsFullAccess", "ANPAISIMMA6BMQDTYD4FQ",
     "Provides full access to AWS Organizations.",
     "2018-11-06T20:31:57Z", 9,
     R"({"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"organizations:*","Resource":"*"},{"Effect":)"
     R"("Allow","Action":["account:PutAlternateContact","account:DeleteAlternateContact","account:GetAlternateContac)"
     R"(t","account:GetContactInformation","account:PutContactInformation","account:ListRegions","account:EnableRegi)"
     R"(on","account:DisableRegion"],"Resource":"*"},{"Effect":"Allow","Action":"iam:CreateServiceLinkedRole","Resou)"
     R"(rce":"*","Condition":{"StringEquals":{"iam:AWSServiceName":"organizations.amazonaws.com"}}}]})"},
    {"/", "AWSOrganizationsReadOnlyAccess", "ANPAI6DC6EO63NKSUYB23",
     "Provides read-only access to AWS Organizations.",
     "2018-11-06T20:32:38Z", 6,
     R"({"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":["organizations:Describe*","organizations:Li)"
     R"(st*"],"Resource":"*"},{"Effect":"Allow","Action":["account:GetAlternateContact","account:GetContactInformati)"
     R"(on","account:ListRegions","account:GetRegionOptStatus","account:GetPrimaryEmail"],"Resource":"*"}]})"},
    {"/service-role/", "AWSQuicksightAthenaAccess", "ANPAIGXGRZENFWG4XJPJ2",
     "Quicksight access to Athena API and S3 buckets used for Athena query results",
     "2016-12-09T02:31:03Z", 13,
     R"({"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":["athena:BatchGetQueryExecution","athena:Can)"
     R"(celQueryExecution","athena:GetCatalogs","athena:GetExecutionEngine","athena:GetExecutionEngines","athena:Get)"
     R"(Namespace","athena:GetNamespaces","athena:GetQueryExecution","athena:GetQueryExecutions","athena:GetQueryRes)"
     R"(ults","athena:GetQueryResultsStream","athena:GetTable","athena:GetTables","athena:ListQueryExecutions","athe)"
     R"(na:RunQuery","athena:StartQueryExecution","athena:StopQueryExecution","athena:ListWorkGroups","athena:ListEn)"
     R"(gineVersions","athena:GetWorkGroup","athena:GetDataCatalog","athena:GetDatabase","athena:GetTableMetadata",")"
     R"(athena:ListDataCatalogs","athena:ListDatabases","athena:ListTableMetadata"],"Resource":"*"},{"Effect":"Allow)"
     R"(","Action":["glue:CreateDatabase","glue:DeleteDatabase","glue:GetDatabase","glue:GetDatabases","glue:UpdateD)"
     R"(atabase","glue:CreateTable","glue:DeleteTable","glue:BatchDeleteTable","glue:UpdateTable","glue:GetTable","g)"
     R"(lue:GetTables","glue:BatchCreatePartition","glue:CreatePartition","glue:DeletePartition","glue:BatchDeletePa)"
     R"(rtition","glue:UpdatePartition","glue:GetPartition","glue:GetPartitions","glue:BatchGetPartition"],"Resource)"
     R"(":"*"},{"Effect":"Allow","Action":["s3:GetBucketLocation","s3:GetObject","s3:ListBucket","s3:ListBucketMulti)"
     R"(partUploads","s3:ListMultipartUploadParts","s3:AbortMultipartUpload","s3:CreateBucket","s3:PutObject","s3:Pu)"
     R"(tBucketPublicAccessBlock"],"Resource":["arn:aws:s3:::aws-athena-query-results-*"]},{"Effect":"Allow","Action)"
     R"(":["lakeformation:GetDataAccess"],"Resource":"*"}]})"},
    {"/", "AWSResourceAccessManagerFullAccess", "ANPAIAXCFBPTZUOZ44BMN",
     "Provides full access to AWS Resource Access Manager",
     "2019-06-04T17:28:22Z", 1,
     R"({"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"ram:*","Resource":"*"}]})"},
    {"/", "AWSResourceAccessManagerReadOnlyAccess", "ANPAIOG4WRTE7TGEGNMHT",
     "Provides read only access to AWS Resource Access Manager",
     "2019-12-09T20:58:37Z", 1,
     R"({"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":["ram:Get*","ram:List*"],"Resource":"*"}]})"},
};
// clang-format on

const std::span<const AwsPolicy> kAwsPart2 = kAwsPolicies2;

}  // namespace tarn::iam
