// A part of the table of AWS's managed policies, in order of names.
#include "iam/policies/aws/tables.h"

namespace tarn::iam {

// clang-format off
const AwsPolicy kAwsPolicies3[] = {
    {"/", "AWSStepFunctionsFullAccess", "ANPAIMLMLWZ24OUIDHROC",
     "An access policy for providing a user/role/etc access to the AWS StepFunctions API. For full access, in a"
     "ddition to this policy, a user MUST have iam:PassRole permission on at least one IAM role that can be ass"
     "umed by the service.",
     "2017-01-11T21:51:32Z", 1,
     R"({"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"states:*","Resource":"*"}]})"},
    {"/job-function/", "Billing", "ANPAI7MKFS46JYRBNVHG4",
     "Grants permissions for billing and cost management. This includes viewing account usage and viewing and m"
     "odifying budgets and payment methods.",
     "2016-11-10T17:33:18Z", 30,
     R"({"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":["account:GetAccountInformation","aws-portal)"
     R"(:*Billing","aws-portal:*PaymentMethods","aws-portal:*Usage","billing:*","budgets:*","ce:*","cur:*","invoicin)"
     R"(g:*","payments:*","purchase-orders:*","tax:*"],"Resource":"*"}]})"},
    {"/", "CloudWatchFullAccess", "ANPAIIO73WH46N2XFHUPC",
     "Provides full access to CloudWatch.",
     "2015-02-06T18:40:00Z", 4,
     R"({"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":["autoscaling:Describe*","cloudwatch:*","log)"
     R"(s:*","sns:*","iam:GetPolicy","iam:GetPolicyVersion","iam:GetRole","oam:ListSinks"],"Resource":"*"},{"Effect")"
     R"(:"Allow","Action":"iam:CreateServiceLinkedRole","Resource":"arn:aws:iam::*:role/aws-service-role/events.amaz)"
     R"(onaws.com/AWSServiceRoleForCloudWatchEvents*","Condition":{"StringLike":{"iam:AWSServiceName":"events.amazon)"
     R"(aws.com"}}},{"Effect":"Allow","Action":["oam:ListAttachedLinks"],"Resource":"arn:aws:oam:*:*:sink/*"}]})"},
    {"/", "CloudWatchFullAccessV2", "ANPAIY5KOKRXXUZPVXJMA",
     "Provides full access to CloudWatch.",
     "2023-08-01T11:32:57Z", 17,
     R"({"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":["application-autoscaling:DescribeScalingPol)"
     R"(icies","autoscaling:DescribeAutoScalingGroups","autoscaling:DescribePolicies","cloudwatch:*","logs:*","sns:C)"
     R"(reateTopic","sns:ListSubscriptions","sns:ListSubscriptionsByTopic","sns:ListTopics","sns:Subscribe","iam:Get)"
     R"(Policy","iam:GetPolicyVersion","iam:GetRole","oam:ListSinks","rum:*","synthetics:*","xray:*"],"Resource":"*")"
     R"(}]})"},
    {"/", "CloudWatchLogsFullAccess", "ANPAIKNZT5G7AOUXEPCPV",
     "Provides full access to CloudWatch Logs",
     "2015-02-06T18:40:02Z", 8,
     R"({"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":["logs:*","cloudwatch:GenerateQuery"],"Resou)"
     R"(rce":"*"}]})"},
    {"/", "CloudWatchLogsReadOnlyAccess", "ANPAIQZP4Z6ODGFYKFQVI",
     "Provides read only access to CloudWatch Logs",
     "2015-02-06T18:40:03Z", 12,
     R"({"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":["logs:Describe*","logs:Get*","logs:List*",")"
     R"(logs:StartQuery","logs:StopQuery","logs:TestMetricFilter","logs:FilterLogEvents","logs:StartLiveTail","logs:)"
     R"(StopLiveTail","cloudwatch:GenerateQuery"],"Resource":"*"}]})"},
    {"/", "CloudWatchReadOnlyAccess", "ANPAIYBXADBOKI6WGNO6Y",
     "Provides read only access to CloudWatch.",
     "2015-02-06T18:40:01Z", 25,
     R"({"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":["application-autoscaling:DescribeScalingPol)"
     R"(icies","autoscaling:Describe*","cloudwatch:BatchGet*","cloudwatch:Describe*","cloudwatch:GenerateQuery","clo)"
     R"(udwatch:Get*","cloudwatch:List*","logs:Get*","logs:List*","logs:StartQuery","logs:StopQuery","logs:Describe*)"
     R"(","logs:TestMetricFilter","logs:FilterLogEvents","logs:StartLiveTail","logs:StopLiveTail","oam:ListSinks","s)"
     R"(ns:Get*","sns:List*"],"Resource":"*"},{"Effect":"Allow","Action":["oam:ListAttachedLinks"],"Resource":"arn:a)"
     R"(ws:oam:*:*:sink/*"}]})"},
    {"/job-function/", "DatabaseAdministrator", "ANPAIYUFC6YIC3IP4AFK2",
     "Grants full access permissions to AWS services and actions required to set up and configure AWS database "
     "services.",
     "2016-11-10T17:25:43Z", 5,
     R"({"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":["cloudwatch:DeleteAlarms","cloudwatch:Descr)"
     R"(ibe*","cloudwatch:DisableAlarmActions","cloudwatch:EnableAlarmActions","cloudwatch:Get*","cloudwatch:List*",)"
     R"("cloudwatch:PutMetricAlarm","dynamodb:*","elasticache:*","iam:ListRoles","iam:GetRole","kms:ListKeys","lambd)"
     R"(a:CreateEventSourceMapping","lambda:CreateFunction","lambda:DeleteEventSourceMapping","lambda:DeleteFunction)"
     R"(","lambda:GetFunctionConfiguration","lambda:ListEventSourceMappings","lambda:ListFunctions","logs:DescribeLo)"
     R"(gGroups","logs:DescribeLogStreams","logs:FilterLogEvents","logs:GetLogEvents","logs:Create*","logs:PutLogEve)"
     R"(nts","logs:PutMetricFilter","rds:*","redshift:*","s3:CreateBucket","sns:CreateTopic","sns:DeleteTopic","sns:)"
     R"(Get*","sns:List*","sns:SetTopicAttributes","sns:Subscribe","sns:Unsubscribe"],"Resource":"*"},{"Effect":"All)"
     R"(ow","Action":["s3:AbortMultipartUpload","s3:DeleteObject*","s3:Get*","s3:List*","s3:PutAccelerateConfigurati)"
     R"(on","s3:PutBucketTagging","s3:PutBucketVersioning","s3:PutBucketWebsite","s3:PutLifecycleConfiguration","s3:)"
     R"(PutReplicationConfiguration","s3:PutObject*","s3:Replicate*","s3:RestoreObject"],"Resource":["*"]},{"Effect")"
     R"(:"Allow","Action":["iam:PassRole"],"Resource":["arn:aws:iam::*:role/rds-monitoring-role","arn:aws:iam::*:rol)"
     R"(e/rdbms-lambda-access","arn:aws:iam::*:role/lambda_exec_role","arn:aws:iam::*:role/lambda-dynamodb-*","arn:a)"
     R"(ws:iam::*:role/lambda-vpc-execution-role","arn:aws:iam::*:role/DataPipelineDefaultRole","arn:aws:iam::*:role)"
     R"(/DataPipelineDefaultResourceRole"]}]})"},
    {"/job-function/", "DataScientist", "ANPAIJ2ZMQUC4BH5JMYWY",
     "Grants permissions to AWS data analytics services.",
     "2016-11-10T17:28:48Z", 6,
     R"({"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":["athena:*","cloudwatch:*","dynamodb:*","ec2)"
     R"(:Describe*","elasticmapreduce:*","es:*","firehose:*","glue:*","iam:GetInstanceProfile","iam:GetPolicy","iam:)"
     R"(GetPolicyVersion","iam:GetRole","iam:ListRoles","kinesis:*","kms:List*","kms:Describe*","lambda:Create*","la)"
     R"(mbda:Delete*","lambda:Get*","lambda:InvokeFunction","lambda:PublishVersion","lambda:Update*","lambda:List*",)"
     R"("machinelearning:*","rds:*","redshift:*","s3:CreateBucket","sns:CreateTopic","sns:Get*","sns:List*","logs:De)"
     R"(scribe*","logs:Get*","sagemaker:*"],"Resource":"*"},{"Effect":"Allow","Action":["s3:Abort*","s3:DeleteObject)"
     R"(","s3:Get*","s3:List*","s3:PutAccelerateConfiguration","s3:PutBucketCors","s3:PutBucketLogging","s3:PutBucke)"
     R"(tNotification","s3:PutBucketTagging","s3:PutObject","s3:Replicate*","s3:RestoreObject"],"Resource":"*"}]})"},
    {"/", "IAMFullAccess", "ANPAI57OQCK5ZLHUZ5D5Z",
     "Provides full access to IAM via the AWS Management Console.",
     "2015-02-06T18:40:38Z", 2,
     R"({"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":["iam:*","organizations:DescribeAccount","or)"
     R"(ganizations:DescribeOrganization","organizations:DescribeOrganizationalUnit","organizations:DescribePolicy",)"
     R"("organizations:ListChildren","organizations:ListParents","organizations:ListPoliciesForTarget","organization)"
     R"(s:ListRoots","organizations:ListPolicies","organizations:ListTargetsForPolicy"],"Resource":"*"}]})"},
    {"/", "IAMReadOnlyAccess", "ANPAIKTVWBSLMUAL3TRON",
     "Provides read only access to IAM via the AWS Management Console.",
     "2015-02-06T18:40:39Z", 4,
     R"({"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":["iam:GenerateCredentialReport","iam:Generat)"
     R"(eServiceLastAccessedDetails","iam:Get*","iam:List*","iam:SimulateCustomPolicy","iam:SimulatePrincipalPolicy")"
     R"(],"Resource":"*"}]})"},
    {"/", "IAMUserChangePassword", "ANPAIWW4TAKPXL6GXZ5NI",
     "Provides the ability for an IAM user to change their own password.",
     "2016-11-15T00:25:16Z", 5,
     R"({"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":["iam:ChangePassword"],"Resource":["arn:aws:)"
     R"(iam::*:user/${aws:username}"]},{"Effect":"Allow","Action":["iam:GetAccountPasswordPolicy"],"Resource":"*"}]})"},
    {"/aws-service-role/", "LakeFormationDataAccessServiceRolePolicy", "ANPAIWXQ7HH3NJLMARGLO",
     "Policy to grant temporary data access to Lake Formation resources",
     "2019-06-20T20:46:19Z", 2,
     R"({"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":["s3:ListAllMyBuckets"],"Resource":["arn:aws)"
     R"(:s3:::*"]}]})"},
    {"/job-function/", "NetworkAdministrator", "ANPAIQBO4OV2KOPV2CLH5",
     "Grants full access permissions to AWS services and actions required to set up and configure AWS network r"
     "esources.",
     "2016-11-10T17:31:35Z", 16,
     R"({"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":["autoscaling:Describe*","cloudfront:ListDis)"
     R"(tributions","cloudwatch:DeleteAlarms","cloudwatch:DescribeAlarms","cloudwatch:GetMetricStatistics","cloudwat)"
     R"(ch:PutMetricAlarm","directconnect:*","ec2:*","elasticloadbalancing:*","iam:GetRole","iam:ListRoles","logs:De)"
     R"(scribeLogGroups","logs:DescribeLogStreams","logs:GetLogEvents","route53:*","route53domains:*","s3:GetBucketL)"
     R"(ocation","s3:ListAllMyBuckets","sns:CreateTopic","sns:ListSubscriptionsByTopic","sns:ListTopics"],"Resource")"
     R"(:"*"}]})"},
    {"/", "PowerUserAccess", "ANPAIZZANPGX3EWJSDYKC",
     "Provides full access to AWS services and resources, but does not allow management of Users and groups.",
     "2015-02-06T18:39:47Z", 12,
     R"({"Version":"2012-10-17","Statement":[{"Effect":"Allow","NotAction":["iam:*","organizations:*","account:*"],")"
     R"(Resource":"*"},{"Effect":"Allow","Action":["account:GetAccountInformation","account:GetGovCloudAccountInform)"
     R"(ation","account:GetPrimaryEmail","account:ListRegions","iam:CreateServiceLinkedRole","iam:DeleteServiceLinke)"
     R"(dRole","iam:ListRoles","organizations:DescribeOrganization","organizations:DescribeEffectivePolicy"],"Resour)"
     R"(ce":"*"}]})"},
    {"/", "ReadOnlyAccess", "ANPAIPYJRV3OCHSS7PE4G",
     "Provides read-only access to AWS services and resources.",
     "2015-02-06T18:39:48Z", 190,
     R"({"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":["athena:BatchGet*","athena:Describe*","athe)"
     R"(na:Get*","athena:List*","cloudtrail:Describe*","cloudtrail:Get*","cloudtrail:List*","cloudtrail:LookupEvents)"
     R"(","cloudwatch:Describe*","cloudwatch:Get*","cloudwatch:List*","datazone:Get*","datazone:List*","datazone:Sea)"
     R"(rch*","dynamodb:BatchGet*","dynamodb:Describe*","dynamodb:Get*","dynamodb:List*","dynamodb:Query","dynamodb:)"
     R"(Scan","ec2:Describe*","ec2:Get*","ec2:List*","ecs:Describe*","ecs:Get*","ecs:List*","elasticmapreduce:Descri)"
     R"(be*","elasticmapreduce:Get*","elasticmapreduce:List*","events:Describe*","events:Get*","events:List*","fireh)"
     R"(ose:Describe*","firehose:Get*","firehose:List*","glue:BatchGet*","glue:CheckSchemaVersionValidity","glue:Des)"
     R"(cribe*","glue:Get*","glue:List*","glue:QuerySchemaVersionMetadata","glue:Search*","iam:GenerateCredentialRep)"
     R"(ort","iam:GenerateServiceLastAccessedDetails","iam:Get*","iam:List*","iam:SimulateCustomPolicy","iam:Simulat)"
     R"(ePrincipalPolicy","kinesis:Describe*","kinesis:Get*","kinesis:List*","kinesis:SubscribeToShard","kinesisanal)"
     R"(ytics:Describe*","kinesisanalytics:Get*","kinesisanalytics:List*","kinesisvideo:Describe*","kinesisvideo:Get)"
     R"(*","kinesisvideo:List*","kms:Describe*","kms:GetKeyPolicy","kms:GetKeyRotationStatus","kms:GetParametersForI)"
     R"(mport","kms:GetPublicKey","kms:List*","lakeformation:Describe*","lakeformation:GetDataCellsFilter","lakeform)"
     R"(ation:GetDataLakeSettings","lakeformation:GetEffectivePermissionsForPath","lakeformation:GetLFTag","lakeform)"
     R"(ation:GetLFTagExpression","lakeformation:GetQueryState","lakeformation:GetQueryStatistics","lakeformation:Ge)"
     R"(tResourceLFTags","lakeformation:GetTableObjects","lakeformation:GetWorkUnitResults","lakeformation:GetWorkUn)"
     R"(its","lakeformation:List*","lakeformation:Search*","lambda:Get*","lambda:List*","logs:Describe*","logs:Filte)"
     R"(rLogEvents","logs:Get*","logs:List*","logs:StartQuery","logs:StopQuery","logs:TestMetricFilter","organizatio)"
     R"(ns:Describe*","organizations:Get*","organizations:List*","ram:Describe*","ram:Get*","ram:List*","redshift:De)"
     R"(scribe*","redshift:Get*","redshift:List*","resource-groups:Describe*","resource-groups:Get*","resource-group)"
     R"(s:List*","s3:Describe*","s3:Get*","s3:List*","s3tables:Describe*","s3tables:Get*","s3tables:List*","s3vector)"
     R"(s:Describe*","s3vectors:Get*","s3vectors:List*","secretsmanager:Describe*","secretsmanager:GetResourcePolicy)"
     R"(","secretsmanager:List*","sns:Describe*","sns:Get*","sns:List*","sqs:Describe*","sqs:Get*","sqs:List*","stat)"
     R"(es:Describe*","states:Get*","states:List*","sts:GetAccessKeyInfo","sts:GetCallerIdentity","sts:GetSessionTok)"
     R"(en","tag:Describe*","tag:Get*","tag:List*"],"Resource":"*"}]})"},
    {"/", "SecurityAudit", "ANPAIQYJMUELVXVARBABP",
     "The security audit template grants access to read security configuration metadata. It is useful for softw"
     "are that audits the configuration of an AWS account.",
     "2015-02-06T18:41:01Z", 94,
     R"({"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":["athena:GetWorkGroup","athena:List*","cloud)"
     R"(trail:Describe*","cloudtrail:GetEventSelectors","cloudtrail:GetTrail","cloudtrail:GetTrailStatus","cloudtrai)"
     R"(l:List*","cloudtrail:LookupEvents","cloudwatch:Describe*","cloudwatch:List*","datazone:List*","events:Descri)"
     R"(be*","events:List*","firehose:Describe*","firehose:List*","glue:Describe*","glue:GetCrawlers","glue:GetDataC)"
     R"(atalogEncryptionSettings","glue:GetDatabases","glue:GetDevEndpoints","glue:GetJobs","glue:GetResourcePolicie)"
     R"(s","glue:GetResourcePolicy","glue:GetSecurityConfiguration","glue:GetSecurityConfigurations","glue:List*","i)"
     R"(am:GenerateCredentialReport","iam:GenerateServiceLastAccessedDetails","iam:Get*","iam:List*","iam:SimulateCu)"
     R"(stomPolicy","iam:SimulatePrincipalPolicy","kinesis:Describe*","kinesis:List*","kinesisanalytics:Describe*",")"
     R"(kinesisanalytics:List*","kms:Describe*","kms:GetKeyPolicy","kms:GetKeyRotationStatus","kms:List*","lakeforma)"
     R"(tion:GetDataLakeSettings","lakeformation:ListPermissions","lakeformation:ListResources","lambda:GetFunctionC)"
     R"(onfiguration","lambda:GetPolicy","lambda:List*","logs:Describe*","logs:List*","organizations:Describe*","org)"
     R"(anizations:List*","ram:List*","s3:GetAccelerateConfiguration","s3:GetAccessPoint","s3:GetAccessPointPolicy",)"
     R"("s3:GetAccessPointPolicyStatus","s3:GetAccountPublicAccessBlock","s3:GetAnalyticsConfiguration","s3:GetBucke)"
     R"(t*","s3:GetEncryptionConfiguration","s3:GetInventoryConfiguration","s3:GetLifecycleConfiguration","s3:GetMet)"
     R"(ricsConfiguration","s3:GetObjectAcl","s3:GetObjectVersionAcl","s3:GetReplicationConfiguration","s3:ListAcces)"
     R"(sPoints","s3:ListAllMyBuckets","s3tables:GetTableBucketPolicy","s3tables:GetTablePolicy","s3tables:List*","s)"
     R"(ns:GetTopicAttributes","sns:List*","sqs:GetQueueAttributes","sqs:List*","states:Describe*","states:List*"],")"
     R"(Resource":"*"}]})"},
    {"/job-function/", "SupportUser", "ANPAINT3XU6VI7JF3JLRL",
     "This policy grants permissions to troubleshoot and resolve issues in an AWS account. This policy also ena"
     "bles the user to contact AWS support to create and manage cases.",
     "2016-11-10T17:21:53Z", 11,
     R"({"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":["support:*","athena:List*","athena:Get*","c)"
     R"(loudtrail:DescribeTrails","cloudtrail:LookupEvents","cloudtrail:ListTags","cloudwatch:Describe*","cloudwatch)"
     R"(:Get*","cloudwatch:List*","firehose:Describe*","firehose:List*","glue:GetCrawlers","glue:GetJobs","iam:Gener)"
     R"(ateCredentialReport","iam:Get*","iam:List*","kinesis:Describe*","kinesis:Get*","kinesis:List*","kms:Describe)"
     R"(*","kms:Get*","kms:List*","lambda:Get*","lambda:List*","logs:Describe*","logs:TestMetricFilter","s3:List*",")"
     R"(sns:Get*","sns:List*","sqs:GetQueueAttributes","sqs:GetQueueUrl","sqs:List*"],"Resource":"*"}]})"},
    {"/job-function/", "SystemAdministrator", "ANPAIU7X5AOVRNQVD66EF",
     "Grants full access permissions necessary for resources required for application and development operation"
     "s.",
     "2016-11-10T17:23:56Z", 12,
     R"({"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":["cloudtrail:*","cloudwatch:*","config:*","d)"
     R"(irectconnect:*","ec2:*","elasticloadbalancing:*","iam:GetAccountPasswordPolicy","iam:GetAccountSummary","iam)"
     R"(:GetRole","iam:ListRoles","kms:Describe*","kms:List*","lambda:Get*","lambda:List*","logs:*","rds:Describe*",)"
     R"("s3:CreateBucket","s3:ListAllMyBuckets","s3:GetBucket*","s3:ListBucket","sns:*","sqs:*"],"Resource":"*"}]})"},
    {"/job-function/", "ViewOnlyAccess", "ANPAI3VMCEVV57KET75KY",
     "This policy grants permissions to view resources and basic metadata across all AWS services.",
     "2016-11-10T17:20:15Z", 46,
     R"({"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":["athena:GetWorkGroup","athena:List*","cloud)"
     R"(trail:DescribeTrails","cloudtrail:List*","cloudtrail:LookupEvents","cloudwatch:DescribeAlarms","cloudwatch:G)"
     R"(et*","cloudwatch:List*","firehose:DescribeDeliveryStream","firehose:List*","glue:GetCrawlers","glue:GetDatab)"
     R"(ases","glue:GetJobs","glue:GetTriggers","glue:List*","iam:GetAccountSummary","iam:GetLoginProfile","iam:List)"
     R"(*","kinesis:DescribeStream","kinesis:List*","kinesisanalytics:List*","kms:List*","lakeformation:ListPermissi)"
     R"(ons","lakeformation:ListResources","lambda:List*","logs:Describe*","logs:List*","organizations:List*","ram:L)"
     R"(ist*","s3:ListAllMyBuckets","s3:ListBucket","sns:List*","sqs:List*","states:List*","states:ListActivities"],)"
     R"("Resource":"*"}]})"},
};
// clang-format on

const std::span<const AwsPolicy> kAwsPart3 = kAwsPolicies3;

}  // namespace tarn::iam
