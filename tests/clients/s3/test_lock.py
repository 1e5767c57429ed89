"""Object lock: what it forbids, to whom, and what its requests answer."""
import datetime

import botocore.exceptions
import pytest

UTC = datetime.timezone.utc
LATER = datetime.datetime(2040, 1, 1, tzinfo=UTC)
MUCH_LATER = datetime.datetime(2041, 1, 1, tzinfo=UTC)


@pytest.fixture
def s3(lake):
    return lake.client("s3")


@pytest.fixture
def vault(s3, name):
    s3.create_bucket(Bucket=name, ObjectLockEnabledForBucket=True)
    return name


def refusal(call, **arguments):
    with pytest.raises(botocore.exceptions.ClientError) as raised:
        call(**arguments)
    answer = raised.value.response
    return answer["ResponseMetadata"]["HTTPStatusCode"], answer["Error"]["Code"], answer["Error"]["Message"]


def retention(mode="GOVERNANCE", until=LATER):
    return {"Mode": mode, "RetainUntilDate": until}


LOCKED = (403, "AccessDenied", "Access Denied because object protected by object lock.")


def test_a_lock_bucket_keeps_its_versioning(s3, vault):
    assert s3.get_bucket_versioning(Bucket=vault)["Status"] == "Enabled"
    assert s3.get_object_lock_configuration(Bucket=vault)["ObjectLockConfiguration"] == {"ObjectLockEnabled": "Enabled"}
    assert refusal(s3.put_bucket_versioning, Bucket=vault,
                   VersioningConfiguration={"Status": "Suspended"})[:2] == (409, "InvalidBucketState")


def test_governance_gives_way_to_the_bypass_alone(s3, vault):
    version = s3.put_object(Bucket=vault, Key="k", Body=b"x", ObjectLockMode="GOVERNANCE",
                            ObjectLockRetainUntilDate=LATER)["VersionId"]
    assert refusal(s3.delete_object, Bucket=vault, Key="k", VersionId=version) == LOCKED
    assert refusal(s3.put_object_retention, Bucket=vault, Key="k",
                   Retention=retention(until=LATER - datetime.timedelta(days=1))) == LOCKED
    s3.put_object_retention(Bucket=vault, Key="k", Retention=retention(until=MUCH_LATER))
    assert s3.get_object_retention(Bucket=vault, Key="k")["Retention"] == retention(until=MUCH_LATER)
    s3.delete_object(Bucket=vault, Key="k", VersionId=version, BypassGovernanceRetention=True)


def test_compliance_is_only_extended(s3, vault):
    soon = datetime.datetime.now(UTC) + datetime.timedelta(hours=1)
    version = s3.put_object(Bucket=vault, Key="k", Body=b"x")["VersionId"]
    s3.put_object_retention(Bucket=vault, Key="k", Retention=retention("COMPLIANCE", soon))
    for change in (retention("GOVERNANCE", LATER), retention("COMPLIANCE", soon - datetime.timedelta(minutes=9)), {}):
        assert refusal(s3.put_object_retention, Bucket=vault, Key="k", Retention=change,
                       BypassGovernanceRetention=True) == LOCKED
    assert refusal(s3.delete_object, Bucket=vault, Key="k", VersionId=version,
                   BypassGovernanceRetention=True) == LOCKED
    s3.put_object_retention(Bucket=vault, Key="k", Retention=retention("COMPLIANCE", LATER))


def test_a_legal_hold_holds_until_it_is_lifted(s3, vault):
    version = s3.put_object(Bucket=vault, Key="k", Body=b"x")["VersionId"]
    assert refusal(s3.get_object_legal_hold, Bucket=vault, Key="k")[:2] == (404, "NoSuchObjectLockConfiguration")
    s3.put_object_legal_hold(Bucket=vault, Key="k", LegalHold={"Status": "ON"})
    assert s3.head_object(Bucket=vault, Key="k")["ObjectLockLegalHoldStatus"] == "ON"
    assert refusal(s3.delete_object, Bucket=vault, Key="k", VersionId=version, BypassGovernanceRetention=True) == LOCKED
    answer = s3.delete_objects(Bucket=vault, Delete={"Objects": [{"Key": "k", "VersionId": version}, {"Key": "none"}]})
    assert [(e["Key"], e["Code"], e["Message"]) for e in answer["Errors"]] == [("k", "AccessDenied", LOCKED[2])]
    assert [d["Key"] for d in answer["Deleted"]] == ["none"]
    s3.delete_object(Bucket=vault, Key="k")  # hiding it is allowed
    s3.put_object_legal_hold(Bucket=vault, Key="k", VersionId=version, LegalHold={"Status": "OFF"})
    s3.delete_object(Bucket=vault, Key="k", VersionId=version)


def test_a_bucket_gives_new_versions_its_default_retention(s3, vault):
    s3.put_object_lock_configuration(Bucket=vault, ObjectLockConfiguration={
        "ObjectLockEnabled": "Enabled", "Rule": {"DefaultRetention": {"Mode": "GOVERNANCE", "Days": 3}}})
    before = datetime.datetime.now(UTC)
    s3.put_object(Bucket=vault, Key="put", Body=b"x")
    s3.copy_object(Bucket=vault, Key="copy", CopySource={"Bucket": vault, "Key": "put"})
    upload = s3.create_multipart_upload(Bucket=vault, Key="parts")["UploadId"]
    part = s3.upload_part(Bucket=vault, Key="parts", UploadId=upload, PartNumber=1, Body=b"x")["ETag"]
    s3.complete_multipart_upload(Bucket=vault, Key="parts", UploadId=upload,
                                 MultipartUpload={"Parts": [{"PartNumber": 1, "ETag": part}]})
    for key in ("put", "copy", "parts"):
        head = s3.head_object(Bucket=vault, Key=key)
        assert head["ObjectLockMode"] == "GOVERNANCE", key
        days = (head["ObjectLockRetainUntilDate"] - before) / datetime.timedelta(days=1)
        assert 2.99 < days < 3.01
        assert refusal(s3.delete_object, Bucket=vault, Key=key, VersionId=head["VersionId"]) == LOCKED


@pytest.mark.parametrize("configuration, code", [
    ({"ObjectLockEnabled": "Disabled"}, "MalformedXML"),
    ({"ObjectLockEnabled": "Enabled", "Rule": {}}, "MalformedXML"),
    ({"ObjectLockEnabled": "Enabled", "Rule": {"DefaultRetention": {"Mode": "GOVERNANCE"}}}, "MalformedXML"),
    ({"ObjectLockEnabled": "Enabled", "Rule": {"DefaultRetention": {"Mode": "GOVERNANCE", "Days": 1, "Years": 1}}},
     "MalformedXML"),
    ({"ObjectLockEnabled": "Enabled", "Rule": {"DefaultRetention": {"Mode": "governance", "Days": 1}}}, "MalformedXML"),
    ({"ObjectLockEnabled": "Enabled", "Rule": {"DefaultRetention": {"Mode": "GOVERNANCE", "Days": 0}}},
     "InvalidArgument"),
    ({"ObjectLockEnabled": "Enabled", "Rule": {"DefaultRetention": {"Mode": "COMPLIANCE", "Years": 101}}},
     "InvalidArgument"),
])
def test_configurations_that_are_refused(s3, vault, configuration, code):
    assert refusal(s3.put_object_lock_configuration, Bucket=vault,
                   ObjectLockConfiguration=configuration)[:2] == (400, code)
    assert "Rule" not in s3.get_object_lock_configuration(Bucket=vault)["ObjectLockConfiguration"]


def test_a_bucket_without_object_lock(s3, bucket):
    s3.put_object(Bucket=bucket, Key="k", Body=b"x")
    assert refusal(s3.get_object_lock_configuration, Bucket=bucket)[:2] == (404, "ObjectLockConfigurationNotFoundError")
    missing = (400, "InvalidRequest", "Bucket is missing Object Lock Configuration")
    assert refusal(s3.put_object_retention, Bucket=bucket, Key="k", Retention=retention()) == missing
    assert refusal(s3.get_object_legal_hold, Bucket=bucket, Key="k") == missing
    assert refusal(s3.put_object, Bucket=bucket, Key="k", Body=b"x", ObjectLockLegalHoldStatus="ON")[:2] == missing[:2]
    configuration = {"ObjectLockEnabled": "Enabled", "Rule": {"DefaultRetention": {"Mode": "GOVERNANCE", "Years": 1}}}
    assert refusal(s3.put_object_lock_configuration, Bucket=bucket,
                   ObjectLockConfiguration=configuration)[:2] == (409, "InvalidBucketState")
    s3.put_bucket_versioning(Bucket=bucket, VersioningConfiguration={"Status": "Enabled"})
    s3.put_object_lock_configuration(Bucket=bucket, ObjectLockConfiguration=configuration)
    assert s3.get_object_lock_configuration(Bucket=bucket)["ObjectLockConfiguration"] == configuration


def test_headers_that_are_refused(s3, vault):
    def put(**headers):
        return refusal(s3.put_object, Bucket=vault, Key="k", Body=b"x", **headers)[:2]

    past = datetime.datetime(2020, 1, 1, tzinfo=UTC)
    assert put(ObjectLockMode="GOVERNANCE") == (400, "InvalidArgument")
    assert put(ObjectLockRetainUntilDate=LATER) == (400, "InvalidArgument")
    assert put(ObjectLockMode="governance", ObjectLockRetainUntilDate=LATER) == (400, "InvalidArgument")
    assert put(ObjectLockMode="GOVERNANCE", ObjectLockRetainUntilDate=past) == (400, "InvalidArgument")
    assert put(ObjectLockLegalHoldStatus="on") == (400, "InvalidArgument")
    assert "Contents" not in s3.list_objects_v2(Bucket=vault)


def test_locks_outlive_a_crash(own_lake, name):
    s3 = own_lake.client("s3")
    s3.create_bucket(Bucket=name, ObjectLockEnabledForBucket=True)
    version = s3.put_object(Bucket=name, Key="k", Body=b"x", ObjectLockMode="COMPLIANCE",
                            ObjectLockRetainUntilDate=LATER)["VersionId"]
    own_lake.restart(kill=True)
    s3 = own_lake.client("s3")
    assert refusal(s3.delete_object, Bucket=name, Key="k", VersionId=version) == LOCKED
    assert refusal(s3.delete_bucket, Bucket=name)[:2] == (409, "BucketNotEmpty")
