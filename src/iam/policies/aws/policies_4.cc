// A part of the table of AWS's managed policies, in order of names.
#include "iam/policies/aws/tables.h"

namespace tarn::iam {

// clang-format off
const AwsPolicy kAwsPolicies4[] = {
    {"/", "AmazonEC2ContainerRegistryFullAccess", "ANPAIKEUIVFRDUGJ4EY2U",
     "Provides administrative access to Amazon ECR resources",
     "2015-12-21T17:06:48Z", 3,
     R"({"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":["ecr:*","cloudtrail:LookupEvents"],"Re)"
     R"(source":"*"}]})"},
    {"/", "AmazonEC2ContainerRegistryReadOnly", "ANPAIAK23LSNNGA4WW2M6",
     "Provides read-only access to Amazon EC2 Container Registry repositories.",
     "2015-12-21T17:04:15Z", 3,
     R"({"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":["ecr:GetAuthorizationToken","ecr:Batch)"
     R"(CheckLayerAvailability","ecr:GetDownloadUrlForLayer","ecr:GetRepositoryPolicy","ecr:DescribeRepositorie)"
     R"(s","ecr:ListImages","ecr:DescribeImages","ecr:BatchGetImage","ecr:GetLifecyclePolicy","ecr:GetLifecycle)"
     R"(PolicyPreview","ecr:ListTagsForResource","ecr:DescribeImageScanFindings"],"Resource":"*"}]})"},
    {"/service-role/", "AmazonECSTaskExecutionRolePolicy", "ANPAIQF62Q5LPX2AATHTP",
     "Provides access to other AWS service resources that are required to run Amazon ECS tasks",
     "2017-11-16T18:48:22Z", 1,
     R"({"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":["ecr:GetAuthorizationToken","ecr:Batch)"
     R"(CheckLayerAvailability","ecr:GetDownloadUrlForLayer","ecr:BatchGetImage","logs:CreateLogStream","logs:P)"
     R"(utLogEvents"],"Resource":"*"}]})"},
    {"/", "AmazonRDSFullAccess", "ANPAIOHNEP4L6LYG3MDSS",
     "Provides full access to Amazon RDS via the AWS Management Console.",
     "2015-02-06T18:40:52Z", 14,
     R"({"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":["rds:*","cloudwatch:DescribeAlarms","c)"
     R"(loudwatch:GetMetricStatistics","cloudwatch:ListMetrics","cloudwatch:GetMetricData","sns:ListSubscriptio)"
     R"(ns","sns:ListTopics","sns:Publish","logs:DescribeLogStreams","logs:GetLogEvents"],"Resource":"*"}]})"},
    {"/", "AmazonRDSReadOnlyAccess", "ANPAI5RRFQXF6CYBKZL2U",
     "Provides read only access to Amazon RDS via the AWS Management Console.",
     "2015-02-06T18:40:53Z", 7,
     R"({"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":["rds:Describe*","rds:ListTagsForResour)"
     R"(ce","cloudwatch:GetMetricStatistics","cloudwatch:ListMetrics","cloudwatch:GetMetricData","logs:Describe)"
     R"(LogStreams","logs:GetLogEvents"],"Resource":"*"}]})"},
    {"/", "AmazonRoute53FullAccess", "ANPAIYDCMRORKRW2HZL6K",
     "Provides full access to all Amazon Route 53 via the AWS Management Console.",
     "2015-02-06T18:40:54Z", 7,
     R"({"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":["route53:*","route53domains:*","cloudf)"
     R"(ront:ListDistributions","s3:ListBucket","s3:GetBucketLocation","s3:GetBucketWebsite","sns:ListTopics",")"
     R"(sns:ListSubscriptionsByTopic","cloudwatch:DescribeAlarms","cloudwatch:GetMetricStatistics"],"Resource":)"
     R"("*"}]})"},
    {"/", "AmazonSNSReadOnlyAccess", "ANPAIG4BYK73J352VHPPX",
     "Provides read only access to Amazon SNS via the AWS Management Console.",
     "2015-02-06T18:41:06Z", 2,
     R"({"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":["sns:GetTopicAttributes","sns:List*"],)"
     R"("Resource":"*"}]})"},
    {"/", "AmazonSQSReadOnlyAccess", "ANPAIDLE4N43VAY5U655D",
     "Provides read only access to Amazon SQS via the AWS Management Console.",
     "2015-02-06T18:41:08Z", 4,
     R"({"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":["sqs:GetQueueAttributes","sqs:GetQueue)"
     R"(Url","sqs:ListDeadLetterSourceQueues","sqs:ListQueues","sqs:ListMessageMoveTasks","sqs:ListQueueTags"],)"
     R"("Resource":"*"}]})"},
    {"/", "AmazonSSMManagedInstanceCore", "ANPAIQ4JPGVHNEYL7LMXR",
     "The policy for Amazon EC2 Role to enable AWS Systems Manager service core functionality.",
     "2019-03-15T17:22:12Z", 2,
     R"({"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":["ssm:DescribeAssociation","ssm:GetDepl)"
     R"(oyablePatchSnapshotForInstance","ssm:GetDocument","ssm:DescribeDocument","ssm:GetManifest","ssm:GetPara)"
     R"(meter","ssm:GetParameters","ssm:ListAssociations","ssm:ListInstanceAssociations","ssm:PutInventory","ss)"
     R"(m:PutComplianceItems","ssm:PutConfigurePackageResult","ssm:UpdateAssociationStatus","ssm:UpdateInstance)"
     R"(AssociationStatus","ssm:UpdateInstanceInformation"],"Resource":"*"},{"Effect":"Allow","Action":["ssmmes)"
     R"(sages:CreateControlChannel","ssmmessages:CreateDataChannel","ssmmessages:OpenControlChannel","ssmmessag)"
     R"(es:OpenDataChannel"],"Resource":"*"},{"Effect":"Allow","Action":["ec2messages:AcknowledgeMessage","ec2m)"
     R"(essages:DeleteMessage","ec2messages:FailMessage","ec2messages:GetEndpoint","ec2messages:GetMessages","e)"
     R"(c2messages:SendReply"],"Resource":"*"}]})"},
    {"/", "AmazonSSMReadOnlyAccess", "ANPAIZDNZAAMFYJRM2JRA",
     "Provides read only access to Amazon SSM.",
     "2015-05-29T17:44:19Z", 1,
     R"({"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":["ssm:Describe*","ssm:Get*","ssm:List*")"
     R"(],"Resource":"*"}]})"},
    {"/", "AWSLambda_ReadOnlyAccess", "ANPAIR44TMLATBRE7LUPT",
     "Grants read-only access to AWS Lambda service, AWS Lambda console features, and other related AWS servi"
     "ces.",
     "2020-11-17T21:10:32Z", 5,
     R"({"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":["lambda:Get*","lambda:List*","cloudwat)"
     R"(ch:GetMetricData","cloudwatch:ListMetrics","iam:GetPolicy","iam:GetPolicyVersion","iam:GetRole","iam:Ge)"
     R"(tRolePolicy","iam:ListAttachedRolePolicies","iam:ListRolePolicies","iam:ListRoles","logs:DescribeLogGro)"
     R"(ups","states:DescribeStateMachine","states:ListStateMachines","tag:GetResources"],"Resource":"*"}]})"},
    {"/service-role/", "AWSLambdaDynamoDBExecutionRole", "ANPAISLHFOMHVG7AQEIG4",
     "Provides list and read access to DynamoDB streams and write permissions to CloudWatch logs.",
     "2015-04-09T15:09:29Z", 1,
     R"({"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":["dynamodb:DescribeStream","dynamodb:Ge)"
     R"(tRecords","dynamodb:GetShardIterator","dynamodb:ListStreams","logs:CreateLogGroup","logs:CreateLogStrea)"
     R"(m","logs:PutLogEvents"],"Resource":"*"}]})"},
    {"/", "AWSLambdaExecute", "ANPAIZB4LFHRIPD3LB534",
     "Provides Put, Get access to S3 and full access to CloudWatch Logs.",
     "2015-02-06T18:40:46Z", 1,
     R"({"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":["logs:*"],"Resource":"arn:aws:logs:*:*)"
     R"(:*"},{"Effect":"Allow","Action":["s3:GetObject","s3:PutObject"],"Resource":"arn:aws:s3:::*"}]})"},
    {"/service-role/", "AWSLambdaSQSQueueExecutionRole", "ANPAI5JE6VNKIKGNUHGVR",
     "Provides receive message, delete message, and read attribute access to SQS queues, and write permission"
     "s to CloudWatch logs.",
     "2018-06-14T21:50:45Z", 1,
     R"({"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":["sqs:ReceiveMessage","sqs:DeleteMessag)"
     R"(e","sqs:GetQueueAttributes","logs:CreateLogGroup","logs:CreateLogStream","logs:PutLogEvents"],"Resource)"
     R"(":"*"}]})"},
    {"/", "AWSSupportAccess", "ANPAIHPHRG2NNDCV6ZSZ5",
     "Allows users to access the AWS Support Center.",
     "2015-02-06T18:41:11Z", 4,
     R"({"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":["support:*"],"Resource":"*"}]})"},
    {"/", "AWSXRayDaemonWriteAccess", "ANPAIAHQUIDSANTJNEPMH",
     "Allow the AWS X-Ray Daemon to relay raw trace segments data to the service's API and retrieve sampling "
     "data (rules, targets, etc.) to be used by the X-Ray SDK.",
     "2018-08-28T23:00:33Z", 2,
     R"({"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":["xray:PutTraceSegments","xray:PutTelem)"
     R"(etryRecords","xray:GetSamplingRules","xray:GetSamplingTargets","xray:GetSamplingStatisticSummaries"],"R)"
     R"(esource":"*"}]})"},
    {"/", "CloudWatchAgentServerPolicy", "ANPAIJPZNW6C4AWRJ4K74",
     "Permissions required to use AmazonCloudWatchAgent on servers",
     "2018-03-07T01:06:44Z", 3,
     R"({"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":["cloudwatch:PutMetricData","ec2:Descri)"
     R"(beVolumes","ec2:DescribeTags","logs:PutLogEvents","logs:PutRetentionPolicy","logs:DescribeLogStreams",")"
     R"(logs:DescribeLogGroups","logs:CreateLogStream","logs:CreateLogGroup","xray:PutTraceSegments"],"Resource)"
     R"(":"*"},{"Effect":"Allow","Action":["ssm:GetParameter"],"Resource":"arn:aws:ssm:*:*:parameter/AmazonClou)"
     R"(dWatch-*"}]})"},
    {"/", "IAMAccessAnalyzerReadOnlyAccess", "ANPAIUW7FRCFZ43J7GV7F",
     "Provides read-only access to IAM Access Analyzer resources",
     "2019-12-02T17:12:53Z", 4,
     R"({"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":["access-analyzer:Get*","access-analyze)"
     R"(r:List*","access-analyzer:ValidatePolicy"],"Resource":"*"}]})"},
    {"/", "SecretsManagerReadWrite", "ANPAINQKBOFIMREJPPQTG",
     "Provides read/write access to AWS Secrets Manager via the AWS Management Console.",
     "2018-04-04T18:05:29Z", 6,
     R"({"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":["secretsmanager:*","kms:DescribeKey",")"
     R"(kms:ListAliases","kms:ListKeys","lambda:ListFunctions","rds:DescribeDBClusters","rds:DescribeDBInstance)"
     R"(s","tag:GetResources"],"Resource":"*"}]})"},
};
// clang-format on

const std::span<const AwsPolicy> kAwsPart4 = kAwsPolicies4;

}  // namespace tarn::iam
