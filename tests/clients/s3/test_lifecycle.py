"""Lifecycle rules: what they do to objects (in a lake whose days last two seconds) and what answers tell of them."""
import datetime
import re
import time

import botocore.exceptions
import pytest

from conftest import Lake

DAY = 2
GLACIER = {"Days": 0, "StorageClass": "GLACIER"}


@pytest.fixture(scope="module")
def quick(tmp_path_factory):
    running = Lake(tmp_path_factory.mktemp("quick") / "data", "--lifecycle-day", f"{DAY}s")
    yield running
    running.stop()


@pytest.fixture
def s3(quick):
    return quick.client("s3")


@pytest.fixture
def fast(s3, name):
    s3.create_bucket(Bucket=name)
    return name


def wait_for(condition, seconds=30):
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "it did not happen in time"
        time.sleep(0.1)


def keys(s3, bucket):
    return {row["Key"] for row in s3.list_objects_v2(Bucket=bucket).get("Contents", [])}


def versions(s3, bucket):
    listed = s3.list_object_versions(Bucket=bucket)
    return len(listed.get("Versions", [])), len(listed.get("DeleteMarkers", []))


def set_rules(s3, bucket, *rules, **arguments):
    numbered = [{"ID": f"rule{i}", "Status": "Enabled", **rule} for i, rule in enumerate(rules)]
    s3.put_bucket_lifecycle_configuration(Bucket=bucket, LifecycleConfiguration={"Rules": numbered}, **arguments)


def refusal(call, **arguments):
    with pytest.raises(botocore.exceptions.ClientError) as raised:
        call(**arguments)
    answer = raised.value.response
    return answer["ResponseMetadata"]["HTTPStatusCode"], answer["Error"]["Code"]


def test_filters_choose_what_expires(s3, fast):
    gone = {"prefix/a", "old/a", "tagged", "both/tagged", "large", "middle/1500"}
    kept = {"other", "both/untagged", "untagged", "middle/500", "middle/5000", "disabled/a"}
    sizes = {"large": 10_000, "middle/500": 500, "middle/1500": 1500, "middle/5000": 5000}
    for key in sorted(gone | kept):
        tagging = "temp=yes" if key.endswith("/tagged") or key == "tagged" else "temp=no"
        s3.put_object(Bucket=fast, Key=key, Body=b"x" * sizes.get(key, 10), Tagging=tagging)
    day = {"Expiration": {"Days": 1}}
    set_rules(
        s3, fast, {"Filter": {"Prefix": "prefix/"}, **day}, {"Prefix": "old/", **day},
        {"Filter": {"And": {"Prefix": "both/", "Tags": [{"Key": "temp", "Value": "yes"}]}}, **day},
        {"Filter": {"Tag": {"Key": "temp", "Value": "yes"}}, **day},
        {"Filter": {"ObjectSizeGreaterThan": 9000}, **day},
        {"Filter": {"And": {"Prefix": "middle/", "ObjectSizeGreaterThan": 1000, "ObjectSizeLessThan": 2000}}, **day},
        {"Filter": {"Prefix": "disabled/"}, "Status": "Disabled", **day})
    wait_for(lambda: keys(s3, fast) == kept)
    time.sleep(DAY)
    assert keys(s3, fast) == kept


def test_what_is_due_later_stays(s3, fast):
    s3.put_object(Bucket=fast, Key="now", Body=b"x")
    s3.put_object(Bucket=fast, Key="later", Body=b"x")
    past, future = datetime.datetime(2020, 1, 1), datetime.datetime(2040, 1, 1)
    set_rules(s3, fast, {"Filter": {"Prefix": "now"}, "Expiration": {"Date": past}},
              {"Filter": {"Prefix": "later"}, "Expiration": {"Date": future}})
    wait_for(lambda: keys(s3, fast) == {"later"})


def test_versions_end_with_their_marker(s3, fast):
    s3.put_bucket_versioning(Bucket=fast, VersioningConfiguration={"Status": "Enabled"})
    for body in (b"1", b"2", b"3"):
        s3.put_object(Bucket=fast, Key="k", Body=body)
    set_rules(s3, fast, {"Filter": {}, "Expiration": {"Days": 1}, "NoncurrentVersionExpiration": {"NoncurrentDays": 1}})
    wait_for(lambda: versions(s3, fast) == (0, 0))


def test_newer_noncurrent_versions_stay(s3, fast):
    s3.put_bucket_versioning(Bucket=fast, VersioningConfiguration={"Status": "Enabled"})
    for body in range(6):
        s3.put_object(Bucket=fast, Key="k", Body=str(body).encode())
    set_rules(s3, fast, {"Filter": {}, "NoncurrentVersionExpiration": {"NoncurrentDays": 1,
                                                                       "NewerNoncurrentVersions": 2}})
    wait_for(lambda: versions(s3, fast) == (3, 0))
    assert s3.get_object(Bucket=fast, Key="k")["Body"].read() == b"5"


def test_locked_versions_stay(s3, name):
    s3.create_bucket(Bucket=name, ObjectLockEnabledForBucket=True)
    held = s3.put_object(Bucket=name, Key="held", Body=b"x", ObjectLockLegalHoldStatus="ON")["VersionId"]
    s3.put_object(Bucket=name, Key="loose", Body=b"x")
    set_rules(s3, name, {"Filter": {}, "Expiration": {"Days": 1}, "NoncurrentVersionExpiration": {"NoncurrentDays": 1}})
    wait_for(lambda: versions(s3, name) == (1, 1))
    assert s3.get_object(Bucket=name, Key="held", VersionId=held)["Body"].read() == b"x"


def test_objects_move_to_other_classes(s3, fast):
    s3.put_object(Bucket=fast, Key="large", Body=b"x" * 200_000, Metadata={"a": "b"})
    s3.put_object(Bucket=fast, Key="small", Body=b"x")
    before = s3.head_object(Bucket=fast, Key="large")
    set_rules(s3, fast, {"Filter": {}, "Transitions": [{"Days": 1, "StorageClass": "GLACIER_IR"}]})
    wait_for(lambda: s3.head_object(Bucket=fast, Key="large").get("StorageClass") == "GLACIER_IR")
    after = s3.get_object(Bucket=fast, Key="large")
    assert after["Body"].read() == b"x" * 200_000
    for field in ("ETag", "LastModified", "Metadata", "ContentLength"):
        assert after[field] == before[field]
    assert "StorageClass" not in s3.head_object(Bucket=fast, Key="small")  # smaller than 128 KiB
    set_rules(s3, fast, {"Filter": {}, "Transitions": [GLACIER]},
              TransitionDefaultMinimumObjectSize="varies_by_storage_class")
    wait_for(lambda: s3.head_object(Bucket=fast, Key="small").get("StorageClass") == "GLACIER")
    assert refusal(s3.get_object, Bucket=fast, Key="small") == (403, "InvalidObjectState")


def test_noncurrent_versions_move(s3, fast):
    s3.put_bucket_versioning(Bucket=fast, VersioningConfiguration={"Status": "Enabled"})
    old = s3.put_object(Bucket=fast, Key="k", Body=b"old")["VersionId"]
    s3.put_object(Bucket=fast, Key="k", Body=b"new")
    set_rules(s3, fast, {"Filter": {"ObjectSizeGreaterThan": 1}, "NoncurrentVersionTransitions": [
        {"NoncurrentDays": 1, "StorageClass": "GLACIER"}]})
    wait_for(lambda: s3.head_object(Bucket=fast, Key="k", VersionId=old).get("StorageClass") == "GLACIER")
    assert s3.get_object(Bucket=fast, Key="k")["Body"].read() == b"new"


def test_uploads_are_aborted(s3, fast):
    s3.create_multipart_upload(Bucket=fast, Key="keep/a")
    set_rules(s3, fast, {"Filter": {"Prefix": "abort/"}, "AbortIncompleteMultipartUpload": {"DaysAfterInitiation": 1}})
    begun = s3.create_multipart_upload(Bucket=fast, Key="abort/a")
    assert begun["AbortRuleId"] == "rule0" and "AbortDate" in begun
    wait_for(lambda: [row["Key"] for row in s3.list_multipart_uploads(Bucket=fast)["Uploads"]] == ["keep/a"])


def test_answers_tell_the_expiry(lake, bucket):
    s3 = lake.client("s3")
    set_rules(s3, bucket, {"Filter": {"Prefix": "a"}, "Expiration": {"Days": 5}},
              {"Filter": {"Tag": {"Key": "t", "Value": "v"}}, "Expiration": {"Days": 2}})
    put = s3.put_object(Bucket=bucket, Key="a", Body=b"x")
    text, rule = re.fullmatch(r'expiry-date="(.+)", rule-id="(.+)"', put["Expiration"]).groups()
    date = datetime.datetime.strptime(text, "%a, %d %b %Y %H:%M:%S GMT")
    assert rule == "rule0" and (date.hour, date.minute, date.second) == (0, 0, 0)
    assert 5 <= (date - datetime.datetime.now(datetime.timezone.utc).replace(tzinfo=None)).total_seconds() / 86400 <= 6
    assert s3.head_object(Bucket=bucket, Key="a")["Expiration"] == put["Expiration"]
    assert s3.get_object(Bucket=bucket, Key="a")["Expiration"] == put["Expiration"]
    assert "Expiration" not in s3.put_object(Bucket=bucket, Key="b", Body=b"x")
    s3.put_object_tagging(Bucket=bucket, Key="a", Tagging={"TagSet": [{"Key": "t", "Value": "v"}]})
    assert 'rule-id="rule1"' in s3.head_object(Bucket=bucket, Key="a")["Expiration"]
    s3.delete_bucket_lifecycle(Bucket=bucket)
    assert "Expiration" not in s3.head_object(Bucket=bucket, Key="a")


def test_answers_tell_real_days_where_days_are_shortened(s3, fast):
    set_rules(s3, fast, {"Filter": {}, "Expiration": {"Days": 5}, "AbortIncompleteMultipartUpload": {"DaysAfterInitiation": 3}})
    now = datetime.datetime.now(datetime.timezone.utc)
    told = s3.put_object(Bucket=fast, Key="a", Body=b"x")["Expiration"]
    text = re.fullmatch(r'expiry-date="(.+)", rule-id="rule0"', told).group(1)
    date = datetime.datetime.strptime(text, "%a, %d %b %Y %H:%M:%S GMT").replace(tzinfo=datetime.timezone.utc)
    assert (date - now).days == 5
    assert (s3.create_multipart_upload(Bucket=fast, Key="b")["AbortDate"] - now).days == 3


@pytest.mark.parametrize("rule, code", [
    ({"Expiration": {"Days": 1}}, "MalformedXML"),  # neither Prefix nor Filter
    ({"Filter": {}, "Prefix": "", "Expiration": {"Days": 1}}, "MalformedXML"),
    ({"Filter": {"Prefix": "a", "ObjectSizeGreaterThan": 1}, "Expiration": {"Days": 1}}, "MalformedXML"),
    ({"Filter": {}, "Status": "enabled", "Expiration": {"Days": 1}}, "MalformedXML"),
    ({"Filter": {}}, "InvalidRequest"),
    ({"Filter": {}, "Expiration": {"Days": 0}}, "InvalidArgument"),
    ({"Filter": {}, "Expiration": {"Date": datetime.datetime(2040, 1, 1, 5)}}, "InvalidArgument"),
    ({"Filter": {}, "ID": "i" * 256, "Expiration": {"Days": 1}}, "InvalidArgument"),
    ({"Filter": {}, "Transitions": [{"Days": 3, "StorageClass": "STANDARD_IA"}]}, "InvalidArgument"),
    ({"Filter": {}, "Transitions": [{"Days": 9, "StorageClass": "GLACIER"}], "Expiration": {"Days": 9}},
     "InvalidArgument"),
    ({"Filter": {}, "Transitions": [{"Days": 9, "StorageClass": "COLD"}]}, "MalformedXML"),
    ({"Filter": {}, "Transitions": [{"Days": 30, "StorageClass": "STANDARD_IA"}, {"Days": 40, "StorageClass": "GLACIER"}]},
     "InvalidArgument"),
    ({"Filter": {}, "Transitions": [{"Days": 1, "StorageClass": "GLACIER"}, {"Days": 90, "StorageClass": "DEEP_ARCHIVE"}]},
     "InvalidArgument"),
    ({"Filter": {}, "Transitions": [{"Days": 1, "StorageClass": "GLACIER"},
                                    {"Date": datetime.datetime(2040, 1, 1), "StorageClass": "DEEP_ARCHIVE"}]},
     "InvalidRequest"),
    ({"Filter": {}, "NoncurrentVersionTransitions": [{"NoncurrentDays": 9, "StorageClass": "GLACIER"}],
      "NoncurrentVersionExpiration": {"NoncurrentDays": 9}}, "InvalidArgument"),
    ({"Filter": {"Prefix": "p" * 1025}, "Expiration": {"Days": 1}}, "InvalidRequest"),
    ({"Prefix": "", "NoncurrentVersionExpiration": {"NoncurrentDays": 1, "NewerNoncurrentVersions": 2}},
     "InvalidRequest"),
    ({"Filter": {"Tag": {"Key": "a", "Value": "b"}}, "AbortIncompleteMultipartUpload": {"DaysAfterInitiation": 1}},
     "InvalidRequest"),
])
def test_rules_that_are_refused(lake, bucket, rule, code):
    s3 = lake.client("s3")
    rules = {"Rules": [{"Status": "Enabled", **rule}]}
    assert refusal(s3.put_bucket_lifecycle_configuration, Bucket=bucket, LifecycleConfiguration=rules) == (400, code)
    assert refusal(s3.get_bucket_lifecycle_configuration, Bucket=bucket) == (404, "NoSuchLifecycleConfiguration")


@pytest.mark.parametrize("sealed", [{}, {"ServerSideEncryption": "aws:kms"}])
def test_bytes_move_to_where_their_class_lies(tmp_path, name, sealed):
    cold = tmp_path / "cold"
    configuration = tmp_path / "tarn.toml"
    configuration.write_text(f'[[volume]]\nname = "cold"\npath = "{cold}"\n[storage_class.GLACIER_IR]\nvolume = "cold"\n')
    lake = Lake(tmp_path / "data", "--lifecycle-day", f"{DAY}s", "--config", str(configuration))
    try:
        s3 = lake.client("s3")
        s3.create_bucket(Bucket=name)
        body = bytes(range(256)) * 8192  # 2 MiB
        s3.put_object(Bucket=name, Key="k", Body=body, **sealed)

        def stored():
            return sum(file.stat().st_size for file in cold.rglob("*") if file.is_file())

        assert stored() < len(body) / 2
        set_rules(s3, name, {"Filter": {}, "Transitions": [{"Days": 1, "StorageClass": "GLACIER_IR"}]})
        wait_for(lambda: s3.head_object(Bucket=name, Key="k").get("StorageClass") == "GLACIER_IR")
        assert stored() >= len(body)
        assert s3.get_object(Bucket=name, Key="k")["Body"].read() == body
    finally:
        lake.stop()
