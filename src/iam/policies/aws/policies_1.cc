// A part of the table of AWS's managed policies, in order of names.
#include "iam/policies/aws/tables.h"

namespace tarn::iam {

// clang-format off
const AwsPolicy kAwsPolicies1[] = {
    {"/", "AdministratorAccess", "ANPAIRFXNR5ZQ22TT4TVH",
     "Provides full access to AWS services and resources.",
     "2015-02-06T18:39:46Z", 1,
     R"({"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"*","Resource":"*"}]})"},
    {"/", "AmazonAthenaFullAccess", "ANPAIBID3MJEKKACITOMU",
     "Provide full access to Amazon Athena and scoped access to the dependencies needed to enable querying, wri"
     "ting results, and data management.",
     "2016-11-30T16:46:01Z", 15,
     R"({"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":["athena:*"],"Resource":"*"},{"Effect":"Allo)"
     R"(w","Action":["glue:CreateDatabase","glue:DeleteDatabase","glue:GetCatalog","glue:GetCatalogs","glue:GetDatab)"
     R"(ase","glue:GetDatabases","glue:UpdateDatabase","glue:CreateTable","glue:DeleteTable","glue:BatchDeleteTable")"
     R"(,"glue:UpdateTable","glue:GetTable","glue:GetTables","glue:BatchCreatePartition","glue:CreatePartition","glu)"
     R"(e:DeletePartition","glue:BatchDeletePartition","glue:UpdatePartition","glue:GetPartition","glue:GetPartition)"
     R"(s","glue:BatchGetPartition","glue:StartColumnStatisticsTaskRun","glue:GetColumnStatisticsTaskRun","glue:GetC)"
     R"(olumnStatisticsTaskRuns","glue:GetCatalogImportStatus"],"Resource":"*"},{"Effect":"Allow","Action":["s3:GetB)"
     R"(ucketLocation","s3:GetObject","s3:ListBucket","s3:ListBucketMultipartUploads","s3:ListMultipartUploadParts",)"
     R"("s3:AbortMultipartUpload","s3:CreateBucket","s3:PutObject","s3:PutBucketPublicAccessBlock"],"Resource":["arn)"
     R"(:aws:s3:::aws-athena-query-results-*"]},{"Effect":"Allow","Action":["s3:GetObject","s3:ListBucket"],"Resourc)"
     R"(e":["arn:aws:s3:::athena-examples*"]},{"Effect":"Allow","Action":["s3:ListBucket","s3:GetBucketLocation","s3)"
     R"(:ListAllMyBuckets"],"Resource":"*"},{"Effect":"Allow","Action":["sns:ListTopics","sns:GetTopicAttributes"],")"
     R"(Resource":"*"},{"Effect":"Allow","Action":["cloudwatch:PutMetricAlarm","cloudwatch:DescribeAlarms","cloudwat)"
     R"(ch:DeleteAlarms","cloudwatch:GetMetricData"],"Resource":"*"},{"Effect":"Allow","Action":["lakeformation:GetD)"
     R"(ataAccess"],"Resource":"*"},{"Effect":"Allow","Action":["datazone:ListDomains","datazone:ListProjects","data)"
     R"(zone:ListAccountEnvironments"],"Resource":"*"},{"Effect":"Allow","Action":["pricing:GetProducts"],"Resource")"
     R"(:"*"}]})"},
    {"/", "AmazonDataZoneFullAccess", "ANPAIIZIADC3XS2ZZ35QS",
     "Provides full access to Amazon DataZone via the AWS Management Console.",
     "2023-09-22T20:06:52Z", 13,
     R"({"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":["datazone:*"],"Resource":["*"]},{"Effect":")"
     R"(Allow","Action":["kms:DescribeKey","kms:ListAliases","iam:ListRoles","s3:ListAllMyBuckets","redshift:Describ)"
     R"(eClusters","secretsmanager:ListSecrets","glue:GetConnection","codewhisperer:ListProfiles","lakeformation:Get)"
     R"(DataLakeSettings"],"Resource":["*"]},{"Effect":"Allow","Action":["s3:ListBucket","s3:CreateBucket"],"Resourc)"
     R"(e":["arn:aws:s3:::amazon-datazone*"]}]})"},
    {"/", "AmazonDynamoDBFullAccess", "ANPAIQTCFU36VPW3LD6OB",
     "Provides full access to Amazon DynamoDB via the AWS Management Console.",
     "2015-02-06T18:40:11Z", 15,
     R"({"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":["dynamodb:*","dax:*","cloudwatch:DeleteAlar)"
     R"(ms","cloudwatch:DescribeAlarms","cloudwatch:GetMetricStatistics","cloudwatch:ListMetrics","cloudwatch:PutMet)"
     R"(ricAlarm","cloudwatch:GetMetricData","iam:GetRole","iam:ListRoles","kms:DescribeKey","kms:ListAliases","kine)"
     R"(sis:ListStreams","kinesis:DescribeStream","kinesis:DescribeStreamSummary"],"Resource":"*"}]})"},
    {"/", "AmazonDynamoDBReadOnlyAccess", "ANPAIZAYJZJXXS2NNDLYW",
     "Provides read only access to Amazon DynamoDB via the AWS Management Console.",
     "2015-02-06T18:40:12Z", 15,
     R"({"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":["dynamodb:BatchGetItem","dynamodb:Describe*)"
     R"(","dynamodb:Get*","dynamodb:List*","dynamodb:PartiQLSelect","dynamodb:Query","dynamodb:Scan"],"Resource":"*")"
     R"(}]})"},
    {"/", "AmazonEC2FullAccess", "ANPAIORUNHVGNSRXYRAEN",
     "Provides full access to Amazon EC2 via the AWS Management Console.",
     "2015-02-06T18:40:15Z", 5,
     R"({"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"ec2:*","Resource":"*"},{"Effect":"Allow","A)"
     R"(ction":"elasticloadbalancing:*","Resource":"*"},{"Effect":"Allow","Action":"cloudwatch:*","Resource":"*"},{")"
     R"(Effect":"Allow","Action":"autoscaling:*","Resource":"*"},{"Effect":"Allow","Action":"iam:CreateServiceLinked)"
     R"(Role","Resource":"*","Condition":{"StringEquals":{"iam:AWSServiceName":["autoscaling.amazonaws.com","ec2sche)"
     R"(duled.amazonaws.com","elasticloadbalancing.amazonaws.com","spot.amazonaws.com","spotfleet.amazonaws.com","tr)"
     R"(ansitgateway.amazonaws.com"]}}}]})"},
    {"/", "AmazonEC2ReadOnlyAccess", "ANPAIVJWCWRBK2B5ZDRLB",
     "Provides read only access to Amazon EC2 via the AWS Management Console.",
     "2015-02-06T18:40:17Z", 5,
     R"({"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":["ec2:Describe*","ec2:GetSecurityGroupsForVp)"
     R"(c"],"Resource":"*"},{"Effect":"Allow","Action":"elasticloadbalancing:Describe*","Resource":"*"},{"Effect":"A)"
     R"(llow","Action":["cloudwatch:ListMetrics","cloudwatch:GetMetricStatistics","cloudwatch:Describe*"],"Resource")"
     R"(:"*"},{"Effect":"Allow","Action":"autoscaling:Describe*","Resource":"*"}]})"},
    {"/service-role/", "AmazonEC2RoleforDataPipelineRole", "ANPAIGMRA4VFUEMQJDQ6U",
     "Default policy for the Amazon EC2 Role for Data Pipeline service role.",
     "2015-02-06T18:41:25Z", 3,
     R"({"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":["cloudwatch:*","datapipeline:*","dynamodb:*)"
     R"(","ec2:Describe*","elasticmapreduce:AddJobFlowSteps","elasticmapreduce:Describe*","elasticmapreduce:ListInst)"
     R"(ance*","rds:Describe*","redshift:DescribeClusters","s3:*","sdb:*","sns:*","sqs:*"],"Resource":"*"}]})"},
    {"/service-role/", "AmazonElasticMapReduceforEC2Role", "ANPAIFCL3ULSUL6MORGWL",
     "Default policy for the Amazon Elastic MapReduce for EC2 service role.",
     "2015-02-06T18:41:21Z", 3,
     R"({"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":["cloudwatch:*","dynamodb:*","ec2:Describe*")"
     R"(,"elasticmapreduce:Describe*","elasticmapreduce:ListBootstrapActions","elasticmapreduce:ListClusters","elast)"
     R"(icmapreduce:ListInstanceGroups","elasticmapreduce:ListInstances","elasticmapreduce:ListSteps","kinesis:Creat)"
     R"(eStream","kinesis:DeleteStream","kinesis:DescribeStream","kinesis:GetRecords","kinesis:GetShardIterator","ki)"
     R"(nesis:MergeShards","kinesis:PutRecord","kinesis:SplitShard","rds:Describe*","s3:*","sdb:*","sns:*","sqs:*",")"
     R"(glue:CreateDatabase","glue:UpdateDatabase","glue:DeleteDatabase","glue:GetDatabase","glue:GetDatabases","glu)"
     R"(e:CreateTable","glue:UpdateTable","glue:DeleteTable","glue:GetTable","glue:GetTables","glue:GetTableVersions)"
     R"(","glue:CreatePartition","glue:BatchCreatePartition","glue:UpdatePartition","glue:DeletePartition","glue:Bat)"
     R"(chDeletePartition","glue:GetPartition","glue:GetPartitions","glue:BatchGetPartition","glue:CreateUserDefined)"
     R"(Function","glue:UpdateUserDefinedFunction","glue:DeleteUserDefinedFunction","glue:GetUserDefinedFunction","g)"
     R"(lue:GetUserDefinedFunctions"],"Resource":"*"}]})"},
    {"/", "AmazonKinesisAnalyticsFullAccess", "ANPAIK7RYUIYZUGK2ZHG2",
     "Provides full access to Amazon Kinesis Analytics via the AWS Management Console.",
     "2016-09-21T19:01:14Z", 1,
     R"({"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"kinesisanalytics:*","Resource":"*"},{"Effec)"
     R"(t":"Allow","Action":["kinesis:CreateStream","kinesis:DeleteStream","kinesis:DescribeStream","kinesis:ListStr)"
     R"(eams","kinesis:PutRecord","kinesis:PutRecords"],"Resource":"*"},{"Effect":"Allow","Action":["firehose:Descri)"
     R"(beDeliveryStream","firehose:ListDeliveryStreams"],"Resource":"*"},{"Effect":"Allow","Action":["cloudwatch:Ge)"
     R"(tMetricStatistics","cloudwatch:ListMetrics"],"Resource":"*"},{"Effect":"Allow","Action":"logs:GetLogEvents",)"
     R"("Resource":"*"},{"Effect":"Allow","Action":["iam:ListPolicyVersions","iam:ListRoles"],"Resource":"*"},{"Effe)"
     R"(ct":"Allow","Action":"iam:PassRole","Resource":"arn:aws:iam::*:role/service-role/kinesis-analytics*"}]})"},
    {"/", "AmazonKinesisFirehoseFullAccess", "ANPAIK2U7375AZ4YLI3BA",
     "Provides full access to all Amazon Kinesis Firehose Delivery Streams.",
     "2015-10-07T18:45:26Z", 1,
     R"({"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":["firehose:*"],"Resource":"*"}]})"},
    {"/", "AmazonKinesisFirehoseReadOnlyAccess", "ANPAIUV2NA2PB4L4XR4EI",
     "Provides read only access to all Amazon Kinesis Firehose Delivery Streams.",
     "2015-10-07T18:43:39Z", 1,
     R"({"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":["firehose:Describe*","firehose:List*"],"Res)"
     R"(ource":"*"}]})"},
    {"/", "AmazonKinesisFullAccess", "ANPAI2CPV7BZNRXHPCEB6",
     "Provides full access to all streams via the AWS Management Console.",
     "2015-02-06T18:40:29Z", 1,
     R"({"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"kinesis:*","Resource":"*"}]})"},
    {"/", "AmazonKinesisReadOnlyAccess", "ANPAIVA3ZK6SFLNSHP4CN",
     "Provides read only access to all streams via the AWS Management Console.",
     "2015-02-06T18:40:30Z", 1,
     R"({"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":["kinesis:Get*","kinesis:List*","kinesis:Des)"
     R"(cribe*"],"Resource":"*"}]})"},
    {"/", "AmazonRedshiftFullAccess", "ANPAIYCNKP2ZDQOK3FBNN",
     "Provides full access to Amazon Redshift via the AWS Management Console.",
     "2015-02-06T18:40:50Z", 5,
     R"({"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":["redshift:*","redshift-serverless:*","sns:C)"
     R"(reateTopic","sns:Get*","sns:List*","cloudwatch:Describe*","cloudwatch:Get*","cloudwatch:List*","cloudwatch:P)"
     R"(utMetricAlarm","redshift-data:*"],"Resource":"*"}]})"},
    {"/", "AmazonS3FullAccess", "ANPAII6HQ2RVL2F3T36GQ",
     "Provides full access to all buckets via the AWS Management Console.",
     "2015-02-06T18:40:58Z", 2,
     R"({"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":["s3:*","s3-object-lambda:*"],"Resource":"*")"
     R"(}]})"},
    {"/", "AmazonS3ReadOnlyAccess", "ANPAI4LKLK3U5C2ICRQQJ",
     "Provides read only access to all buckets via the AWS Management Console.",
     "2015-02-06T18:40:59Z", 3,
     R"({"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":["s3:Get*","s3:List*","s3:Describe*","s3-obj)"
     R"(ect-lambda:Get*","s3-object-lambda:List*"],"Resource":"*"}]})"},
    {"/", "AmazonS3TablesFullAccess", "ANPAIPYCT3EU4JZHV3FY5",
     "Provides full access to all S3 table buckets.",
     "2024-12-03T15:21:07Z", 6,
     R"({"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":["s3tables:*"],"Resource":"*"}]})"},
    {"/", "AmazonS3TablesReadOnlyAccess", "ANPAINX7YDOH67PABBEFT",
     "Provides read only access to all S3 table buckets.",
     "2024-12-03T15:21:06Z", 3,
     R"({"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":["s3tables:Get*","s3tables:List*"],"Resource)"
     R"(":"*"}]})"},
    {"/", "AmazonSageMakerFullAccess", "ANPAIHIR4EHJ2MSPFVXHW",
     "Provides full access to Amazon SageMaker via the AWS Management Console and SDK. Also provides select acc"
     "ess to related services (e.g., S3, ECR, CloudWatch Logs).",
     "2017-11-29T13:07:59Z", 29,
     R"({"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":["sagemaker:*"],"Resource":"*"},{"Effect":"A)"
     R"(llow","Action":["s3:GetObject","s3:PutObject","s3:DeleteObject","s3:AbortMultipartUpload"],"Resource":["arn:)"
     R"(aws:s3:::*SageMaker*","arn:aws:s3:::*Sagemaker*","arn:aws:s3:::*sagemaker*","arn:aws:s3:::*aws-glue*"]},{"Ef)"
     R"(fect":"Allow","Action":["s3:CreateBucket","s3:GetBucketLocation","s3:ListBucket","s3:ListAllMyBuckets","s3:G)"
     R"(etBucketCors","s3:PutBucketCors"],"Resource":"*"}]})"},
    {"/", "AmazonSNSFullAccess", "ANPAIT76XYRIZVMLEP5A3",
     "Provides full access to Amazon SNS via the AWS Management Console.",
     "2015-02-06T18:41:05Z", 2,
     R"({"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":["sns:*"],"Resource":"*"}]})"},
};
// clang-format on

const std::span<const AwsPolicy> kAwsPart1 = kAwsPolicies1;

}  // namespace tarn::iam
