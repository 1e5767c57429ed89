"""Directory buckets: their keys, lifecycle rules, tags and policies; who else asks those policies."""
import datetime
import json
import subprocess
import time

import pytest

from conftest import Lake
from s3.directory_buckets import NO_SESSIONS, PATH_STYLE, arn_of, make, refused

pytestmark = pytest.mark.usefixtures("names_of_this_machine")


@pytest.fixture
def s3(lake):
    return lake.client("s3", config=PATH_STYLE)


@pytest.fixture
def directory(s3, name):
    return make(s3, name)


def under(algorithm, key=None, **more):
    rule = {"SSEAlgorithm": algorithm}
    if key:
        rule["KMSMasterKeyID"] = key
    return {"Rules": [{"ApplyServerSideEncryptionByDefault": rule, **more}]}


def user_of(lake, user, *statements):
    iam = lake.client("iam")
    iam.create_user(UserName=user)
    iam.put_user_policy(UserName=user, PolicyName="p", PolicyDocument=document(*statements))
    key = iam.create_access_key(UserName=user)["AccessKey"]
    return {"aws_access_key_id": key["AccessKeyId"], "aws_secret_access_key": key["SecretAccessKey"]}


def document(*statements):
    return json.dumps({"Version": "2012-10-17", "Statement": list(statements)})


def allow(action, resource="*", **more):
    return {"Effect": "Allow", "Action": action, "Resource": resource, **more}


# Encryption

def test_a_bucket_has_one_key_for_its_life(lake, s3, directory):
    kms = lake.client("kms")
    first, second = (kms.create_key()["KeyMetadata"] for _ in range(2))

    def put(configuration):
        s3.put_bucket_encryption(Bucket=directory, ServerSideEncryptionConfiguration=configuration)

    def told():
        return s3.get_bucket_encryption(Bucket=directory)["ServerSideEncryptionConfiguration"]["Rules"][0]

    for wrong in (under("aws:kms"), under("aws:kms:dsse", first["Arn"]), under("aws:kms", "alias/aws/s3")):
        refused(put, "InvalidRequest", 400, configuration=wrong)
    with pytest.raises(Exception, match="NotFoundException"):
        put(under("aws:kms", first["Arn"][:-12] + "000000000000"))
    put(under("aws:kms", first["KeyId"], BucketKeyEnabled=False))
    assert told() == {"ApplyServerSideEncryptionByDefault": {"SSEAlgorithm": "aws:kms", "KMSMasterKeyID": first["KeyId"]},
                      "BucketKeyEnabled": True}
    put(under("aws:kms", first["Arn"]))
    refused(put, "InvalidRequest", 400, configuration=under("aws:kms", second["Arn"]))
    s3.delete_bucket_encryption(Bucket=directory)
    assert told()["ApplyServerSideEncryptionByDefault"] == {"SSEAlgorithm": "AES256"}
    refused(put, "InvalidRequest", 400, configuration=under("aws:kms", second["Arn"]))
    put(under("aws:kms", first["Arn"]))


def test_requests_may_repeat_what_the_bucket_says_of_encryption(lake, s3, directory):
    plain = lake.client("s3", config=NO_SESSIONS)
    key, other = (lake.client("kms").create_key()["KeyMetadata"] for _ in range(2))
    asks = {"Bucket": directory, "Key": "k"}
    refused(plain.put_object, "InvalidRequest", 400, ServerSideEncryption="aws:kms", SSEKMSKeyId=key["Arn"], **asks)
    plain.put_object(ServerSideEncryption="AES256", **asks)
    s3.put_bucket_encryption(Bucket=directory, ServerSideEncryptionConfiguration=under("aws:kms", key["Arn"]))
    refused(plain.put_object, "InvalidRequest", 400, ServerSideEncryption="AES256", **asks)
    refused(plain.put_object, "InvalidRequest", 400, ServerSideEncryption="aws:kms", SSEKMSKeyId=other["Arn"], **asks)
    refused(plain.create_multipart_upload, "InvalidRequest", 400, ServerSideEncryption="AES256", **asks)
    refused(s3.create_session, "InvalidRequest", 400, Bucket=directory, ServerSideEncryption="AES256")
    assert s3.create_session(Bucket=directory, ServerSideEncryption="aws:kms")["SSEKMSKeyId"] == key["Arn"]
    for named in ({}, {"SSEKMSKeyId": key["Arn"]}, {"SSEKMSKeyId": key["KeyId"]}):
        put = plain.put_object(ServerSideEncryption="aws:kms", **asks, **named)
        assert (put["SSEKMSKeyId"], put["BucketKeyEnabled"]) == (key["Arn"], True)


def test_the_encryption_context_is_the_buckets_arn(lake, s3, directory, name):
    kms = lake.client("kms")
    key = kms.create_key()["KeyMetadata"]["Arn"]
    s3.put_bucket_encryption(Bucket=directory, ServerSideEncryptionConfiguration=under("aws:kms", key))
    keys = user_of(lake, name, allow("s3express:*"),
                   allow(["kms:GenerateDataKey", "kms:Decrypt"], key,
                         Condition={"StringEquals": {"kms:EncryptionContext:aws:s3:arn": arn_of(lake, directory)}}))
    user = lake.client("s3", config=PATH_STYLE, **keys)
    user.put_object(Bucket=directory, Key="deep/k", Body=b"sealed")
    assert user.get_object(Bucket=directory, Key="deep/k")["Body"].read() == b"sealed"


# Lifecycle

@pytest.fixture(scope="module")
def quick(tmp_path_factory):
    running = Lake(tmp_path_factory.mktemp("quick") / "data", "--lifecycle-day", "1s")
    yield running
    running.stop()


def test_rules_know_no_tags_versions_or_classes(s3, directory):
    def put(**rule):
        s3.put_bucket_lifecycle_configuration(Bucket=directory, LifecycleConfiguration={"Rules": [{"Status": "Enabled", **rule}]})

    days = {"Expiration": {"Days": 1}}
    every = {"Filter": {"Prefix": ""}}
    midnight = datetime.datetime(2030, 1, 1, tzinfo=datetime.timezone.utc)
    for wrong in ({**days, "Filter": {"Tag": {"Key": "a", "Value": "b"}}}, {**days, "Prefix": ""},
                  {**days, "Filter": {"And": {"Prefix": "a/", "Tags": [{"Key": "a", "Value": "b"}]}}},
                  {**every, "Expiration": {"Date": midnight}}, {**every, "Expiration": {"ExpiredObjectDeleteMarker": True}},
                  {**every, "Transitions": [{"Days": 30, "StorageClass": "GLACIER"}]},
                  {**every, "NoncurrentVersionExpiration": {"NoncurrentDays": 1}}):
        refused(put, "InvalidRequest", 400, **wrong)
    rules = [{"ID": "r", "Status": "Enabled", "Expiration": {"Days": 3},
              "Filter": {"And": {"Prefix": "a/", "ObjectSizeGreaterThan": 10, "ObjectSizeLessThan": 99}}},
             {"ID": "a", "Status": "Enabled", "AbortIncompleteMultipartUpload": {"DaysAfterInitiation": 2},
              "Filter": {"Prefix": ""}}]
    answer = s3.put_bucket_lifecycle_configuration(Bucket=directory, LifecycleConfiguration={"Rules": rules})
    assert "TransitionDefaultMinimumObjectSize" not in answer
    told = s3.get_bucket_lifecycle_configuration(Bucket=directory)
    assert told["Rules"] == rules and "TransitionDefaultMinimumObjectSize" not in told
    s3.delete_bucket_lifecycle(Bucket=directory)
    refused(s3.get_bucket_lifecycle_configuration, "NoSuchLifecycleConfiguration", 404, Bucket=directory)


def test_rules_act_where_the_policy_lets_the_service(quick, name):
    s3 = quick.client("s3", config=PATH_STYLE)
    open_bucket, closed = make(s3, name), make(s3, name + "2")
    arn = arn_of(quick, open_bucket)
    s3.put_bucket_policy(Bucket=open_bucket, Policy=document(allow(
        "s3express:CreateSession", arn, Principal={"Service": "lifecycle.s3.amazonaws.com"},
        Condition={"StringEquals": {"s3express:SessionMode": "ReadWrite", "aws:SourceAccount": quick.account, "aws:SourceArn": arn}})))
    for bucket in (closed, open_bucket):
        for key in ("old/k", "kept"):
            s3.put_object(Bucket=bucket, Key=key, Body=b"1")
        s3.put_bucket_lifecycle_configuration(Bucket=bucket, LifecycleConfiguration={"Rules": [
            {"Status": "Enabled", "Filter": {"Prefix": "old/"}, "Expiration": {"Days": 1}}]})

    def keys(bucket):
        return [row["Key"] for row in s3.list_objects_v2(Bucket=bucket).get("Contents", [])]
    deadline = time.monotonic() + 60
    while keys(open_bucket) != ["kept"]:
        assert time.monotonic() < deadline, "it did not expire in time"
        time.sleep(0.1)
    assert keys(closed) == ["kept", "old/k"]


# Tags

def test_tags_of_the_bucket_go_by_s3_control_and_decide(lake, s3, directory, name):
    control = lake.client("s3control")
    arn = arn_of(lake, directory)
    asks = {"AccountId": lake.account, "ResourceArn": arn}
    control.tag_resource(Tags=[{"Key": "team", "Value": "blue"}, {"Key": "old", "Value": "1"}], **asks)
    control.untag_resource(TagKeys=["old"], **asks)
    assert control.list_tags_for_resource(**asks)["Tags"] == [{"Key": "team", "Value": "blue"}]
    refused(control.list_tags_for_resource, "InvalidRequest", 400, AccountId=lake.account,
            ResourceArn=f"arn:aws:s3:::{directory}")
    keys = user_of(lake, name, allow("s3express:CreateSession",
                                     Condition={"StringEquals": {"aws:ResourceTag/team": "blue"}}),
                   allow("s3express:ListTagsForResource", arn))
    user = lake.client("s3", config=PATH_STYLE, **keys)
    user.put_object(Bucket=directory, Key="k", Body=b"1")
    refused(user.put_object, "AccessDenied", 403, Bucket=make(s3, name + "2"), Key="k", Body=b"1")
    theirs = lake.client("s3control", **keys)
    assert theirs.list_tags_for_resource(**asks)["Tags"]
    refused(theirs.tag_resource, "AccessDenied", 403, Tags=[{"Key": "a", "Value": "b"}], **asks)


# Policies that others ask

def test_sql_asks_the_policy_of_a_directory_bucket(lake, s3, directory, bucket, name):
    s3.put_object(Bucket=directory, Key="t/a.csv", Body=b"1\n2\n")

    def run(sql, **keys):
        athena = lake.client("athena", **keys)
        started = athena.start_query_execution(QueryString=sql, ResultConfiguration={"OutputLocation": f"s3://{bucket}/results/"})
        deadline = time.monotonic() + 60
        while True:
            execution = athena.get_query_execution(QueryExecutionId=started["QueryExecutionId"])["QueryExecution"]
            if execution["Status"]["State"] not in ("QUEUED", "RUNNING"):
                return execution["Status"]["State"], execution["Status"].get("StateChangeReason", "")
            assert time.monotonic() < deadline
            time.sleep(0.01)

    assert run(f"CREATE DATABASE {name}")[0] == "SUCCEEDED"
    assert run(f"CREATE EXTERNAL TABLE {name}.t (v int) LOCATION 's3://{directory}/t/'")[0] == "SUCCEEDED"
    most = allow(["athena:*", "glue:*"]), allow("s3:*", f"arn:aws:s3:::{bucket}*")
    without = user_of(lake, name + "-0", *most)
    reads = user_of(lake, name + "-1", *most, allow(
        "s3express:CreateSession", arn_of(lake, directory), Condition={"StringEquals": {"s3express:SessionMode": "ReadOnly"}}))
    query = f"SELECT sum(v) FROM {name}.t"
    state, why = run(query, **without)
    assert state == "FAILED" and "s3express:CreateSession" in why
    assert run(query, **reads)[0] == "SUCCEEDED"
    s3.put_bucket_policy(Bucket=directory, Policy=document(
        {"Effect": "Deny", "Principal": {"AWS": f"arn:aws:iam::{lake.account}:user/{name}-1"},
         "Action": "s3express:CreateSession", "Resource": arn_of(lake, directory)}))
    state, why = run(query, **reads)
    assert state == "FAILED" and "explicit deny" in why
    assert run(query)[0] == "SUCCEEDED"


def test_explanations_read_the_policy_of_a_directory_bucket(lake, s3, directory, name):
    user_of(lake, name, allow("s3express:CreateSession"))
    who, arn = f"arn:aws:iam::{lake.account}:user/{name}", arn_of(lake, directory)

    def explain(action, resource, *context):
        done = subprocess.run([str(lake.binary), "explain-access", who, action, resource, *context],
                              env={**lake.environment(), "PATH": "/usr/bin:/bin"}, capture_output=True, text=True, timeout=60)
        return done.stdout + done.stderr

    assert "allows it" in explain("s3express:CreateSession", arn)
    s3.put_bucket_policy(Bucket=directory, Policy=document(
        {"Sid": "NoWriting", "Effect": "Deny", "Principal": "*", "Action": "s3express:CreateSession", "Resource": arn,
         "Condition": {"StringEquals": {"s3express:SessionMode": "ReadWrite"}}}))
    assert "NoWriting" in explain("s3express:CreateSession", arn, "s3express:SessionMode=ReadWrite")
    assert "NoWriting" in explain("s3:PutObject", f"arn:aws:s3:::{directory}/k")
    assert "allows it" in explain("s3:GetObject", f"arn:aws:s3:::{directory}/k")


def test_a_rename_takes_the_right_to_its_source(lake, s3, directory, name):
    """Where Lake Formation governs a folder, nobody moves its files out to read them elsewhere."""
    s3.put_object(Bucket=directory, Key="governed/a", Body=b"secret")
    lake.client("lakeformation").register_resource(
        ResourceArn=f"arn:aws:s3:::{directory}/governed", UseServiceLinkedRole=True)
    user = lake.client("s3", config=PATH_STYLE, **user_of(lake, name, allow("s3express:*")))
    refused(user.get_object, "AccessDenied", 403, Bucket=directory, Key="governed/a")
    refused(user.rename_object, "AccessDenied", 403, Bucket=directory, Key="free", RenameSource="governed/a")
    refused(user.head_object, "404", 404, Bucket=directory, Key="free")
    s3.rename_object(Bucket=directory, Key="free", RenameSource="governed/a")
    assert user.get_object(Bucket=directory, Key="free")["Body"].read() == b"secret"
