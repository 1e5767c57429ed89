"""Buckets through boto3: names, regions, settings, lifecycle rules, other accounts."""
import pytest
from botocore import handlers
from botocore.exceptions import ClientError
from refusals import refused


@pytest.fixture
def s3(lake):
    return lake.client("s3")


def test_a_bucket_is_made_found_listed_and_deleted(s3, name):
    made = s3.create_bucket(Bucket=name)
    assert made["Location"] == f"/{name}"
    head = s3.head_bucket(Bucket=name)
    assert head["BucketRegion"] == "us-east-1"
    assert name in [b["Name"] for b in s3.list_buckets()["Buckets"]]
    s3.create_bucket(Bucket=name)  # one's own, again, in us-east-1
    s3.put_object(Bucket=name, Key="k", Body=b"x")
    assert refused(s3.delete_bucket, Bucket=name) == (409, "BucketNotEmpty")
    s3.delete_object(Bucket=name, Key="k")
    s3.delete_bucket(Bucket=name)
    assert refused(s3.head_bucket, Bucket=name) == (404, "404")
    assert refused(s3.delete_bucket, Bucket=name) == (404, "NoSuchBucket")
    assert name not in [b["Name"] for b in s3.list_buckets()["Buckets"]]


def test_regions(lake, s3, name):
    west = lake.client("s3", region="eu-west-1")
    to_west = {"LocationConstraint": "eu-west-1"}
    made = west.create_bucket(Bucket=name, CreateBucketConfiguration=to_west)
    assert name in made["Location"]
    assert west.get_bucket_location(Bucket=name)["LocationConstraint"] == "eu-west-1"
    assert s3.head_bucket(Bucket=name)["BucketRegion"] == "eu-west-1"
    assert refused(west.create_bucket, Bucket=name, CreateBucketConfiguration=to_west) == (409, "BucketAlreadyOwnedByYou")
    assert refused(west.create_bucket, Bucket=name + "b") == (400, "IllegalLocationConstraintException")
    assert refused(west.create_bucket, Bucket=name + "b", CreateBucketConfiguration={"LocationConstraint": "eu-north-1"}) == (
        400, "IllegalLocationConstraintException")
    assert refused(s3.create_bucket, Bucket=name + "b", CreateBucketConfiguration={"LocationConstraint": "nowhere"}) == (
        400, "InvalidLocationConstraint")
    assert refused(s3.create_bucket, Bucket=name + "b", CreateBucketConfiguration={"LocationConstraint": "us-east-1"}) == (
        400, "InvalidLocationConstraint")
    s3.create_bucket(Bucket=name + "b", CreateBucketConfiguration={"LocationConstraint": "ap-south-1"})
    assert s3.get_bucket_location(Bucket=name + "b")["LocationConstraint"] == "ap-south-1"
    s3.create_bucket(Bucket=name + "c")
    assert s3.get_bucket_location(Bucket=name + "c")["LocationConstraint"] is None
    assert [b["Name"] for b in s3.list_buckets(Prefix=name, BucketRegion="eu-west-1")["Buckets"]] == [name]


def test_an_accounts_own_namespace_is_its_own(lake, s3, name):
    mine = f"{name}-{lake.account}-us-east-1-an"
    made = s3.create_bucket(Bucket=mine, BucketNamespace="account-regional")
    assert made["BucketArn"] == f"arn:aws:s3:::{mine}"
    s3.put_object(Bucket=mine, Key="k", Body=b"v")
    west = lake.client("s3", region="eu-west-1")
    west.create_bucket(Bucket=f"{name}-{lake.account}-eu-west-1-an", BucketNamespace="account-regional",
                       CreateBucketConfiguration={"LocationConstraint": "eu-west-1"})
    s3.create_bucket(Bucket=f"{name}-global", BucketNamespace="global")
    s3.create_bucket(Bucket=f"{name}-an")
    for wrong in (name, f"{name}-{lake.account}-eu-west-1-an", f"{name}-999999999999-us-east-1-an"):
        assert refused(s3.create_bucket, Bucket=wrong, BucketNamespace="account-regional") == (400, "InvalidNamespaceHeader")
    for account in (lake.account, "999999999999"):
        with pytest.raises(ClientError) as caught:
            s3.create_bucket(Bucket=f"{name}b-{account}-us-east-1-an")
        error = caught.value.response["Error"]
        assert (error["Code"], error["Header"]) == ("MissingNamespaceHeader", "x-amz-bucket-namespace")


@pytest.mark.parametrize("bad", ["ab", "a" * 64, "Upper-case", "under_score", "-begin", "end-", "192.168.5.4", "a..b",
                                 "a-.b", "xn--name", "name-s3alias", "iceberg", "ingest"])
def test_names_that_are_refused(s3, bad):
    # Not botocore's opinion is asked here.
    s3.meta.events.unregister("before-parameter-build.s3", handlers.validate_bucket_name)
    assert refused(s3.create_bucket, Bucket=bad) == (400, "InvalidBucketName")


def test_buckets_are_listed_in_pages(s3, name):
    names = [f"{name}-{i}" for i in range(5)]
    for one in names:
        s3.create_bucket(Bucket=one)
    page = s3.list_buckets(Prefix=name, MaxBuckets=2)
    assert [b["Name"] for b in page["Buckets"]] == names[:2] and page["ContinuationToken"]
    rest = s3.list_buckets(Prefix=name, ContinuationToken=page["ContinuationToken"])
    assert [b["Name"] for b in rest["Buckets"]] == names[2:] and "ContinuationToken" not in rest


def test_bucket_tags(s3, bucket):
    assert refused(s3.get_bucket_tagging, Bucket=bucket) == (404, "NoSuchTagSet")
    tags = [{"Key": "team", "Value": "x y"}, {"Key": "z", "Value": ""}]
    s3.put_bucket_tagging(Bucket=bucket, Tagging={"TagSet": tags})
    assert s3.get_bucket_tagging(Bucket=bucket)["TagSet"] == tags
    s3.delete_bucket_tagging(Bucket=bucket)
    assert refused(s3.get_bucket_tagging, Bucket=bucket) == (404, "NoSuchTagSet")
    assert refused(s3.put_bucket_tagging, Bucket=bucket, Tagging={"TagSet": [{"Key": "aws:x", "Value": "y"}]}) == (400, "InvalidTag")


def test_encryption_is_aes256_from_the_start(s3, bucket):
    def algorithm():
        rules = s3.get_bucket_encryption(Bucket=bucket)["ServerSideEncryptionConfiguration"]["Rules"]
        return rules[0]["ApplyServerSideEncryptionByDefault"]["SSEAlgorithm"]
    assert algorithm() == "AES256"
    s3.put_bucket_encryption(Bucket=bucket, ServerSideEncryptionConfiguration={
        "Rules": [{"ApplyServerSideEncryptionByDefault": {"SSEAlgorithm": "AES256"}}]})
    assert algorithm() == "AES256"
    kms = {"Rules": [{"ApplyServerSideEncryptionByDefault": {"SSEAlgorithm": "aws:kms"}}]}
    s3.put_bucket_encryption(Bucket=bucket, ServerSideEncryptionConfiguration=kms)
    assert algorithm() == "aws:kms"
    s3.delete_bucket_encryption(Bucket=bucket)
    assert algorithm() == "AES256"


def test_fixed_settings_tell_the_truth(s3, bucket):
    acl = s3.get_bucket_acl(Bucket=bucket)
    assert [g["Permission"] for g in acl["Grants"]] == ["FULL_CONTROL"]
    assert acl["Grants"][0]["Grantee"]["ID"] == acl["Owner"]["ID"] and acl["Grants"][0]["Grantee"]["Type"] == "CanonicalUser"
    rules = s3.get_bucket_ownership_controls(Bucket=bucket)["OwnershipControls"]["Rules"]
    assert rules == [{"ObjectOwnership": "BucketOwnerEnforced"}]
    assert set(s3.get_public_access_block(Bucket=bucket)["PublicAccessBlockConfiguration"].values()) == {True}
    assert refused(s3.get_bucket_policy, Bucket=bucket) == (404, "NoSuchBucketPolicy")
    assert refused(s3.get_bucket_cors, Bucket=bucket) == (404, "NoSuchCORSConfiguration")
    assert refused(s3.get_bucket_website, Bucket=bucket) == (404, "NoSuchWebsiteConfiguration")
    assert refused(s3.get_bucket_replication, Bucket=bucket) == (404, "ReplicationConfigurationNotFoundError")
    assert refused(s3.get_object_lock_configuration, Bucket=bucket) == (404, "ObjectLockConfigurationNotFoundError")
    assert "LoggingEnabled" not in s3.get_bucket_logging(Bucket=bucket)
    assert s3.get_bucket_request_payment(Bucket=bucket)["Payer"] == "BucketOwner"
    s3.get_bucket_notification_configuration(Bucket=bucket)
    s3.get_bucket_accelerate_configuration(Bucket=bucket)


def test_settings_that_are_not_served_say_so(s3, bucket):
    replication = {"Role": "arn:aws:iam::000000000000:role/r", "Rules": [
        {"Status": "Enabled", "Prefix": "", "Destination": {"Bucket": f"arn:aws:s3:::{bucket}"}}]}
    assert refused(s3.put_bucket_replication, Bucket=bucket, ReplicationConfiguration=replication) == (501, "NotImplemented")
    assert refused(s3.create_bucket, Bucket=bucket + "l", ACL="public-read")[0] == 400


RULE = {"ID": "r", "Status": "Enabled", "Filter": {"Prefix": "logs/"}, "Expiration": {"Days": 30}}


def put_rules(s3, bucket, *rules):
    return s3.put_bucket_lifecycle_configuration(Bucket=bucket, LifecycleConfiguration={"Rules": list(rules)})


def test_lifecycle_rules_are_kept(s3, bucket):
    assert refused(s3.get_bucket_lifecycle_configuration, Bucket=bucket) == (404, "NoSuchLifecycleConfiguration")
    rules = [RULE, {"ID": "t", "Status": "Disabled", "Filter": {"And": {"Prefix": "x/", "Tags": [{"Key": "a", "Value": "b"}]}},
                    "Transitions": [{"Days": 30, "StorageClass": "STANDARD_IA"}, {"Days": 90, "StorageClass": "GLACIER"}],
                    "NoncurrentVersionExpiration": {"NoncurrentDays": 7, "NewerNoncurrentVersions": 3}},
             {"ID": "e", "Status": "Enabled", "Filter": {}, "AbortIncompleteMultipartUpload": {"DaysAfterInitiation": 2}},
             {"ID": "p", "Status": "Enabled", "Prefix": "old", "Expiration": {"ExpiredObjectDeleteMarker": True}}]
    put_rules(s3, bucket, *rules)
    kept = s3.get_bucket_lifecycle_configuration(Bucket=bucket)
    assert kept["Rules"] == rules
    s3.delete_bucket_lifecycle(Bucket=bucket)
    assert refused(s3.get_bucket_lifecycle_configuration, Bucket=bucket) == (404, "NoSuchLifecycleConfiguration")


def without(rule, *keys, **changes):
    return {**{k: v for k, v in rule.items() if k not in keys}, **changes}


@pytest.mark.parametrize("rule,code", [
    (without(RULE, "Filter"), "MalformedXML"),
    (without(RULE, Prefix="x"), "MalformedXML"),
    (without(RULE, "Expiration"), "InvalidRequest"),
    (without(RULE, Expiration={"Days": 0}), "InvalidArgument"),
    (without(RULE, Expiration={"Date": "2030-01-01T10:00:00Z"}), "InvalidArgument"),
    (without(RULE, Expiration={"Date": "2030-01-01T00:00:00Z", "Days": 2}), "MalformedXML"),
    (without(RULE, Status="On"), "MalformedXML"),
    (without(RULE, ID="x" * 256), "InvalidArgument"),
    (without(RULE, Transitions=[{"Days": 10, "StorageClass": "STANDARD_IA"}]), "InvalidArgument"),
    (without(RULE, Transitions=[{"Days": 40, "StorageClass": "GLACIER"}]), "InvalidArgument"),
    (without(RULE, Transitions=[{"Days": 10, "StorageClass": "COLD"}]), "MalformedXML"),
    (without(RULE, Filter={"Prefix": "a", "Tag": {"Key": "a", "Value": "b"}}), "MalformedXML"),
])
def test_lifecycle_rules_that_aws_refuses(s3, bucket, rule, code):
    with pytest.raises(ClientError) as caught:
        put_rules(s3, bucket, rule)
    assert caught.value.response["Error"]["Code"] == code
    assert refused(s3.get_bucket_lifecycle_configuration, Bucket=bucket)[0] == 404


def test_lifecycle_rules_need_ids_of_their_own(s3, bucket):
    with pytest.raises(ClientError) as caught:
        put_rules(s3, bucket, RULE, RULE)
    assert caught.value.response["Error"]["Code"] == "InvalidArgument"
    put_rules(s3, bucket, without(RULE, "ID"))
    assert s3.get_bucket_lifecycle_configuration(Bucket=bucket)["Rules"][0]["ID"]
