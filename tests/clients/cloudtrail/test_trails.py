"""Trails: made, changed, started and stopped; what they select; their tags; and the refusals that AWS gives."""
import datetime
import json

import pytest
from botocore import UNSIGNED
from botocore.config import Config
from botocore.exceptions import ClientError

from conftest import OTHER_ACCOUNT, OTHER, lake_of_two


def refused(call, **arguments):
    with pytest.raises(ClientError) as caught:
        call(**arguments)
    error = caught.value.response["Error"]
    return error["Code"], error["Message"]


def policy_of(bucket, account, service="cloudtrail.amazonaws.com", prefix=""):
    return json.dumps({"Version": "2012-10-17", "Statement": [
        {"Effect": "Allow", "Principal": {"Service": service}, "Action": "s3:GetBucketAcl",
         "Resource": f"arn:aws:s3:::{bucket}"},
        {"Effect": "Allow", "Principal": {"Service": service}, "Action": "s3:PutObject",
         "Resource": f"arn:aws:s3:::{bucket}/{prefix}AWSLogs/{account}/*",
         "Condition": {"StringEquals": {"s3:x-amz-acl": "bucket-owner-full-control"}}}]})


@pytest.fixture
def cloudtrail(lake):
    client = lake.client("cloudtrail")
    yield client
    for trail in client.describe_trails(includeShadowTrails=False)["trailList"]:
        client.delete_trail(Name=trail["Name"])


@pytest.fixture
def trail(cloudtrail, lake, bucket, name):
    lake.client("s3").put_bucket_policy(Bucket=bucket, Policy=policy_of(bucket, lake.account))
    return cloudtrail.create_trail(Name=name, S3BucketName=bucket)


def test_a_new_trail_has_awss_defaults(trail, lake, bucket, name):
    del trail["ResponseMetadata"]
    assert trail == {"Name": name, "S3BucketName": bucket, "IncludeGlobalServiceEvents": True,
                     "IsMultiRegionTrail": False, "LogFileValidationEnabled": False, "IsOrganizationTrail": False,
                     "TrailARN": f"arn:aws:cloudtrail:us-east-1:{lake.account}:trail/{name}"}


@pytest.mark.parametrize("wrong, message", [
    ("a", "Trail name too short. Minimum allowed length: 3 characters. Specified name length: 1 characters."),
    ("aa", "Trail name too short. Minimum allowed length: 3 characters. Specified name length: 2 characters."),
    ("a" * 129, "Trail name too long. Maximum allowed length: 128 characters. Specified name length: 129 characters."),
    ("trail!", "Trail name or ARN can only contain uppercase letters, lowercase letters, numbers, periods (.), "
               "hyphens (-), and underscores (_)."),
    ("my#trail", "Trail name or ARN can only contain uppercase letters, lowercase letters, numbers, periods (.), "
                 "hyphens (-), and underscores (_)."),
    ("-trail", "Trail name must starts with a letter or number."),
    ("trail_", "Trail name must ends with a letter or number."),
])
def test_names_follow_awss_rules(cloudtrail, bucket, wrong, message):
    assert refused(cloudtrail.create_trail, Name=wrong, S3BucketName=bucket) == ("InvalidTrailNameException", message)


def test_the_bucket_must_exist(cloudtrail, name):
    assert refused(cloudtrail.create_trail, Name=name, S3BucketName="no-such-bucket-" + name) == (
        "S3BucketDoesNotExistException", f"S3 bucket no-such-bucket-{name} does not exist!")


def test_the_buckets_policy_must_let_cloudtrail_write(lake, cloudtrail, bucket, name):
    s3 = lake.client("s3")
    for policy in (policy_of(bucket, lake.account, service="config.amazonaws.com"),
                   policy_of(bucket, "999999999999"), policy_of(bucket, lake.account, prefix="other/")):
        s3.put_bucket_policy(Bucket=bucket, Policy=policy)
        assert refused(cloudtrail.create_trail, Name=name, S3BucketName=bucket) == (
            "InsufficientS3BucketPolicyException", f"Incorrect S3 bucket policy is detected for bucket: {bucket}")
    s3.put_bucket_policy(Bucket=bucket, Policy=policy_of(bucket, lake.account, prefix="logs/"))
    assert cloudtrail.create_trail(Name=name, S3BucketName=bucket, S3KeyPrefix="logs")["S3KeyPrefix"] == "logs"


def test_a_name_is_given_once(cloudtrail, trail, lake, bucket, name):
    assert refused(cloudtrail.create_trail, Name=name, S3BucketName=bucket) == (
        "TrailAlreadyExistsException", f"Trail {name} already exists for customer: {lake.account}")


def test_a_trail_of_all_regions_includes_global_events(cloudtrail, bucket, name):
    assert refused(cloudtrail.create_trail, Name=name, S3BucketName=bucket, IsMultiRegionTrail=True,
                   IncludeGlobalServiceEvents=False) == (
        "InvalidParameterCombinationException", "Multi-Region trail must include global service events.")


def test_topics_do_not_exist(cloudtrail, bucket, name):
    assert refused(cloudtrail.create_trail, Name=name, S3BucketName=bucket, SnsTopicName="nope") == (
        "InsufficientSnsTopicPolicyException", "SNS Topic does not exist or the topic policy is incorrect!")


def test_unknown_trails_are_named(cloudtrail, lake):
    assert refused(cloudtrail.get_trail, Name="unknowntrail") == (
        "TrailNotFoundException", f"Unknown trail: unknowntrail for the user: {lake.account}")
    arn = f"arn:aws:cloudtrail:us-east-1:{lake.account}:trail/unknowntrail"
    for call in (cloudtrail.get_trail_status, cloudtrail.start_logging, cloudtrail.stop_logging,
                 cloudtrail.delete_trail):
        assert refused(call, Name="unknowntrail") == (
            "TrailNotFoundException", f"Unknown trail: {arn} for the user: {lake.account}")
    assert refused(cloudtrail.get_trail, Name="?")[0] == "InvalidTrailNameException"
    assert refused(cloudtrail.get_trail, Name="arn:aws:iam::1:x")[0] == "CloudTrailARNInvalidException"


def test_get_trail_tells_all(cloudtrail, trail, name):
    told = cloudtrail.get_trail(Name=name)["Trail"]
    assert told["HomeRegion"] == "us-east-1"
    assert told["HasCustomEventSelectors"] is False and told["HasInsightSelectors"] is False
    assert cloudtrail.get_trail(Name=trail["TrailARN"])["Trail"] == told


def test_logging_starts_and_stops(cloudtrail, trail, name):
    status = cloudtrail.get_trail_status(Name=name)
    assert status["IsLogging"] is False and "StartLoggingTime" not in status
    assert status["LatestDeliveryAttemptTime"] == "" and status["TimeLoggingStarted"] == ""
    cloudtrail.start_logging(Name=name)
    status = cloudtrail.get_trail_status(Name=trail["TrailARN"])
    assert status["IsLogging"] is True and status["TimeLoggingStarted"] and status["TimeLoggingStopped"] == ""
    assert isinstance(status["StartLoggingTime"], datetime.datetime)
    assert isinstance(status["LatestDeliveryTime"], datetime.datetime)
    cloudtrail.stop_logging(Name=name)
    status = cloudtrail.get_trail_status(Name=name)
    assert status["IsLogging"] is False and status["TimeLoggingStopped"]
    assert isinstance(status["StopLoggingTime"], datetime.datetime)


def test_other_regions_see_trails_of_all_regions(lake, cloudtrail, bucket, name):
    europe = lake.client("cloudtrail", region="eu-west-1")
    cloudtrail.create_trail(Name=name + "-a", S3BucketName=bucket)
    assert name + "-a" not in [each["Name"] for each in europe.list_trails()["Trails"]]
    made = cloudtrail.create_trail(Name=name + "-b", S3BucketName=bucket, IsMultiRegionTrail=True)
    assert {"TrailARN": made["TrailARN"], "Name": name + "-b", "HomeRegion": "us-east-1"} in \
        europe.list_trails()["Trails"]
    assert name + "-b" in [each["Name"] for each in europe.describe_trails()["trailList"]]
    assert europe.describe_trails(includeShadowTrails=False)["trailList"] == []
    code, _ = refused(europe.update_trail, Name=made["TrailARN"], IsMultiRegionTrail=False)
    assert code == "InvalidHomeRegionException"


def test_an_update_changes_what_it_names(cloudtrail, trail, bucket, name):
    changed = cloudtrail.update_trail(Name=name, EnableLogFileValidation=True, IsMultiRegionTrail=True)
    assert changed["LogFileValidationEnabled"] and changed["IsMultiRegionTrail"]
    assert changed["S3BucketName"] == bucket
    assert cloudtrail.get_trail(Name=name)["Trail"]["LogFileValidationEnabled"] is True


def test_a_deleted_trail_is_gone(cloudtrail, trail, name):
    cloudtrail.delete_trail(Name=name)
    assert name not in [each["Name"] for each in cloudtrail.describe_trails()["trailList"]]


def test_event_selectors_are_kept(cloudtrail, trail, name):
    given = [{"ReadWriteType": "WriteOnly", "IncludeManagementEvents": True,
              "DataResources": [{"Type": "AWS::S3::Object", "Values": ["arn:aws:s3:::b/"]}],
              "ExcludeManagementEventSources": ["kms.amazonaws.com"]}]
    default = cloudtrail.get_event_selectors(TrailName=name)
    assert default["EventSelectors"] == [{"ReadWriteType": "All", "IncludeManagementEvents": True, "DataResources": [],
                                          "ExcludeManagementEventSources": []}]
    put = cloudtrail.put_event_selectors(TrailName=name, EventSelectors=given)
    assert put["TrailARN"] == trail["TrailARN"] and put["EventSelectors"] == given
    assert "AdvancedEventSelectors" not in put
    assert cloudtrail.get_event_selectors(TrailName=name)["EventSelectors"] == given
    assert cloudtrail.get_trail(Name=name)["Trail"]["HasCustomEventSelectors"] is True


def test_advanced_selectors_replace_basic_ones(cloudtrail, trail, name):
    given = [{"Name": "objects", "FieldSelectors": [{"Field": "eventCategory", "Equals": ["Data"]},
                                                    {"Field": "resources.type", "Equals": ["AWS::S3::Object"]},
                                                    {"Field": "resources.ARN", "StartsWith": ["arn:aws:s3:::b/"]}]}]
    assert cloudtrail.put_event_selectors(TrailName=name, AdvancedEventSelectors=given)["AdvancedEventSelectors"] == given
    kept = cloudtrail.get_event_selectors(TrailName=trail["TrailARN"])
    assert kept["AdvancedEventSelectors"] == given and "EventSelectors" not in kept


@pytest.mark.parametrize("selectors", [
    dict(), dict(EventSelectors=[], AdvancedEventSelectors=[]),
    dict(EventSelectors=[{"ReadWriteType": "All", "DataResources": [{"Type": "AWS::X", "Values": ["arn:aws:s3"]}]}]),
    dict(EventSelectors=[{"ReadWriteType": "All", "DataResources": [{"Type": "AWS::S3::Object", "Values": ["b/"]}]}]),
    dict(EventSelectors=[{"ExcludeManagementEventSources": ["s3.amazonaws.com"]}]),
    dict(AdvancedEventSelectors=[{"FieldSelectors": [{"Field": "nope", "Equals": ["x"]}]}]),
    dict(AdvancedEventSelectors=[{"FieldSelectors": [{"Field": "readOnly", "Equals": ["true"]}]}]),
    dict(AdvancedEventSelectors=[{"FieldSelectors": [{"Field": "eventCategory", "Equals": ["Data"]}]}]),
])
def test_selectors_that_select_nothing_are_refused(cloudtrail, trail, name, selectors):
    assert refused(cloudtrail.put_event_selectors, TrailName=name, **selectors)[0] == "InvalidEventSelectorsException"


def test_insights_are_asked_for_and_no_more(cloudtrail, trail, name):
    assert refused(cloudtrail.get_insight_selectors, TrailName=name)[0] == "InsightNotEnabledException"
    both = [{"InsightType": "ApiCallRateInsight"}, {"InsightType": "ApiErrorRateInsight"}]
    answer = cloudtrail.put_insight_selectors(TrailName=name, InsightSelectors=both)
    assert answer["TrailARN"] == trail["TrailARN"] and answer["InsightSelectors"] == both
    assert cloudtrail.get_insight_selectors(TrailName=trail["TrailARN"])["InsightSelectors"] == both
    assert cloudtrail.get_trail(Name=name)["Trail"]["HasInsightSelectors"]
    assert cloudtrail.lookup_events(EventCategory="insight")["Events"] == []
    assert cloudtrail.put_insight_selectors(TrailName=name, InsightSelectors=[])["InsightSelectors"] == []
    assert not cloudtrail.get_trail(Name=name)["Trail"]["HasInsightSelectors"]
    assert refused(cloudtrail.get_insight_selectors, TrailName=name)[0] == "InsightNotEnabledException"


def test_insights_are_found_in_what_the_trail_logs(cloudtrail, trail, name):
    cloudtrail.put_event_selectors(TrailName=name, EventSelectors=[
        {"ReadWriteType": "ReadOnly", "IncludeManagementEvents": True, "DataResources": []}])
    assert refused(cloudtrail.put_insight_selectors, TrailName=name,
                   InsightSelectors=[{"InsightType": "ApiCallRateInsight"}])[0] == "InvalidInsightSelectorsException"
    cloudtrail.put_insight_selectors(TrailName=name, InsightSelectors=[{"InsightType": "ApiErrorRateInsight"}])


def test_a_trail_may_have_a_kms_key(cloudtrail, lake, bucket, name):
    lake.client("s3").put_bucket_policy(Bucket=bucket, Policy=policy_of(bucket, lake.account))
    kms = lake.client("kms")
    key = kms.create_key()["KeyMetadata"]["Arn"]
    kms.create_alias(AliasName=f"alias/{name}", TargetKeyId=key)
    made = cloudtrail.create_trail(Name=name, S3BucketName=bucket, KmsKeyId=f"alias/{name}")
    assert made["KmsKeyId"] == key and cloudtrail.get_trail(Name=name)["Trail"]["KmsKeyId"] == key
    assert "KmsKeyId" not in cloudtrail.update_trail(Name=name, KmsKeyId="")
    assert cloudtrail.update_trail(Name=name, KmsKeyId=key)["KmsKeyId"] == key
    unknown = key[:-12] + "000000000000"
    assert refused(cloudtrail.update_trail, Name=name, KmsKeyId=unknown)[0] == "KmsKeyNotFoundException"
    assert refused(cloudtrail.update_trail, Name=name, KmsKeyId="a key")[0] == "InvalidKmsKeyIdException"
    kms.disable_key(KeyId=key)
    assert refused(cloudtrail.update_trail, Name=name, KmsKeyId=key)[0] == "KmsKeyDisabledException"
    assert cloudtrail.get_trail(Name=name)["Trail"]["KmsKeyId"] == key


def test_tags_are_added_listed_and_removed(cloudtrail, lake, bucket, name):
    arn = cloudtrail.create_trail(Name=name, S3BucketName=bucket,
                                  TagsList=[{"Key": "a", "Value": "1"}])["TrailARN"]
    cloudtrail.add_tags(ResourceId=arn, TagsList=[{"Key": "b", "Value": "2"}, {"Key": "c", "Value": "3"}])
    cloudtrail.remove_tags(ResourceId=arn, TagsList=[{"Key": "a", "Value": "1"}, {"Key": "b"}])
    assert cloudtrail.list_tags(ResourceIdList=[arn])["ResourceTagList"] == [
        {"ResourceId": arn, "TagsList": [{"Key": "c", "Value": "3"}]}]
    assert refused(cloudtrail.add_tags, ResourceId=arn, TagsList=[{"Key": "aws:x", "Value": "1"}])[0] == \
        "InvalidTagParameterException"
    assert refused(cloudtrail.list_tags, ResourceIdList=[arn + "x"])[0] == "ResourceNotFoundException"


def test_five_trails_are_the_most_of_a_region(cloudtrail, lake, bucket, name):
    for i in range(5):
        cloudtrail.create_trail(Name=f"{name}-{i}", S3BucketName=bucket)
    assert refused(cloudtrail.create_trail, Name=f"{name}-6", S3BucketName=bucket) == (
        "MaximumNumberOfTrailsExceededException", f"User: {lake.account} already has 5 trails in us-east-1.")


def test_another_accounts_trails_and_buckets_are_its_own(tmp_path):
    lake = lake_of_two(tmp_path)
    try:
        lake.client("s3").create_bucket(Bucket="central")
        own, other = lake.client("cloudtrail"), lake.client("cloudtrail", **OTHER)
        arn = own.create_trail(Name="trail", S3BucketName="central")["TrailARN"]
        assert refused(other.get_trail, Name=arn)[0] in ("TrailNotFoundException", "AccessDeniedException")
        assert other.describe_trails()["trailList"] == []
        assert refused(other.create_trail, Name="trail", S3BucketName="central")[0] == \
            "InsufficientS3BucketPolicyException"
        lake.client("s3").put_bucket_policy(Bucket="central", Policy=policy_of("central", OTHER_ACCOUNT))
        assert other.create_trail(Name="trail", S3BucketName="central")["Name"] == "trail"
        denials_are_told_where_they_belong(lake, own, other)
    finally:
        lake.stop()


def denials_are_told_where_they_belong(lake, own, other):
    """A stranger's call is filed with the bucket's owner; each denial tells what decided it."""
    lake.client("s3", **OTHER).create_bucket(Bucket="theirs")
    anonymous = lake.client("s3", config=Config(signature_version=UNSIGNED))
    assert refused(anonymous.get_bucket_policy, Bucket="theirs")[0] == "AccessDenied"
    wanted = dict(LookupAttributes=[{"AttributeKey": "ResourceName", "AttributeValue": "theirs"}])
    event, = [json.loads(found["CloudTrailEvent"]) for found in other.lookup_events(**wanted)["Events"]
              if found["EventName"] == "GetBucketPolicy"]
    assert event["recipientAccountId"] == OTHER_ACCOUNT and event["errorCode"] == "AccessDenied"
    assert event["additionalEventData"]["decidedBy"] == \
        "because no resource-based policy allows the s3:GetBucketPolicy action"
    assert own.lookup_events(**wanted)["Events"] == []

    iam = lake.client("iam")
    arn = iam.create_user(UserName="denied")["User"]["Arn"]
    iam.put_user_policy(UserName="denied", PolicyName="no", PolicyDocument=json.dumps({
        "Version": "2012-10-17", "Statement": [
            {"Effect": "Allow", "Action": "glue:*", "Resource": "*"},
            {"Sid": "Never", "Effect": "Deny", "Action": "glue:CreateDatabase", "Resource": "*"}]}))
    key = iam.create_access_key(UserName="denied")["AccessKey"]
    glue = lake.client("glue", aws_access_key_id=key["AccessKeyId"], aws_secret_access_key=key["SecretAccessKey"])
    message = refused(glue.create_database, DatabaseInput={"Name": "d"})[1]
    assert message.endswith("with an explicit deny in an identity-based policy")
    event = json.loads(own.lookup_events(LookupAttributes=[
        {"AttributeKey": "Username", "AttributeValue": "denied"}])["Events"][0]["CloudTrailEvent"])
    assert event["additionalEventData"]["decidedBy"] == \
        f"with an explicit deny in an identity-based policy: {arn}/no, statement 2 (Never)"


def test_the_organization_names_who_administers_its_trails(tmp_path):
    lake = lake_of_two(tmp_path)
    try:
        cloudtrail, org = lake.client("cloudtrail"), lake.client("organizations")
        register = cloudtrail.register_organization_delegated_admin
        assert refused(register, MemberAccountId=OTHER_ACCOUNT)[0] == "OrganizationsNotInUseException"
        org.create_organization()
        assert refused(register, MemberAccountId=OTHER_ACCOUNT)[0] == "CloudTrailAccessNotEnabledException"
        org.enable_aws_service_access(ServicePrincipal="cloudtrail.amazonaws.com")
        assert refused(register, MemberAccountId=OTHER_ACCOUNT)[0] == "AccountNotFoundException"
        member = org.create_account(AccountName="m", Email="m@example.com")["CreateAccountStatus"]["AccountId"]
        assert refused(register, MemberAccountId=lake.account)[0] == "CannotDelegateManagementAccountException"
        register(MemberAccountId=member)
        assert refused(register, MemberAccountId=member)[0] == "AccountRegisteredException"
        found = org.list_delegated_administrators(ServicePrincipal="cloudtrail.amazonaws.com")["DelegatedAdministrators"]
        assert [each["Id"] for each in found] == [member]
        cloudtrail.deregister_organization_delegated_admin(DelegatedAdminAccountId=member)
        assert refused(cloudtrail.deregister_organization_delegated_admin, DelegatedAdminAccountId=member)[
            0] == "AccountNotRegisteredException"
        lake.client("s3").create_bucket(Bucket="of-all")
        assert refused(cloudtrail.create_trail, Name="of-all", S3BucketName="of-all", IsOrganizationTrail=True)[
            0] == "UnsupportedOperationException"
    finally:
        lake.stop()
