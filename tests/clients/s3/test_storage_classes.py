"""Storage classes: kept and shown, archives that must be restored, Intelligent-Tiering configurations."""
import time

import botocore.exceptions
import pytest

from conftest import Lake

SERVED = ["STANDARD", "REDUCED_REDUNDANCY", "STANDARD_IA", "ONEZONE_IA", "INTELLIGENT_TIERING", "GLACIER_IR", "GLACIER",
          "DEEP_ARCHIVE"]
LARGE = 5 << 20


@pytest.fixture(scope="module")
def quick(tmp_path_factory):
    """A lake whose days last two seconds, so that a retrieval takes a blink."""
    running = Lake(tmp_path_factory.mktemp("quick") / "data", "--lifecycle-day", "2s")
    yield running
    running.stop()


@pytest.fixture
def s3(lake):
    return lake.client("s3")


def refusal(call, **arguments):
    with pytest.raises(botocore.exceptions.ClientError) as raised:
        call(**arguments)
    answer = raised.value.response
    return answer["ResponseMetadata"]["HTTPStatusCode"], answer["Error"]["Code"], answer["Error"]


def wait_for(condition, seconds=20):
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "it did not happen in time"
        time.sleep(0.05)


def test_every_class_is_kept_and_shown(s3, bucket):
    for name in SERVED:
        s3.put_object(Bucket=bucket, Key=name, Body=b"x", StorageClass=name)
        head = s3.head_object(Bucket=bucket, Key=name)
        assert head.get("StorageClass", "STANDARD") == name
        assert ("StorageClass" in head) == (name != "STANDARD")
        attributes = s3.get_object_attributes(Bucket=bucket, Key=name, ObjectAttributes=["StorageClass"])
        assert attributes["StorageClass"] == name
    for listed in (s3.list_objects(Bucket=bucket)["Contents"], s3.list_objects_v2(Bucket=bucket)["Contents"],
                   s3.list_object_versions(Bucket=bucket)["Versions"]):
        assert {row["Key"]: row["StorageClass"] for row in listed} == {name: name for name in SERVED}


@pytest.mark.parametrize("storage_class", ["standard", "COLD", "OUTPOSTS", "SNOW", "EXPRESS_ONEZONE"])
def test_other_classes_are_refused(s3, bucket, storage_class):
    assert refusal(s3.put_object, Bucket=bucket, Key="k", Body=b"x", StorageClass=storage_class)[:2] == (
        400, "InvalidStorageClass")
    assert refusal(s3.create_multipart_upload, Bucket=bucket, Key="k", StorageClass=storage_class)[1] == "InvalidStorageClass"


def test_an_upload_has_its_class_from_the_start(s3, bucket):
    upload = s3.create_multipart_upload(Bucket=bucket, Key="k", StorageClass="STANDARD_IA")["UploadId"]
    assert s3.list_multipart_uploads(Bucket=bucket)["Uploads"][0]["StorageClass"] == "STANDARD_IA"
    parts = []
    for number, size in ((1, LARGE), (2, 7)):
        etag = s3.upload_part(Bucket=bucket, Key="k", UploadId=upload, PartNumber=number, Body=b"p" * size)["ETag"]
        parts.append({"PartNumber": number, "ETag": etag})
    assert s3.list_parts(Bucket=bucket, Key="k", UploadId=upload)["StorageClass"] == "STANDARD_IA"
    s3.complete_multipart_upload(Bucket=bucket, Key="k", UploadId=upload, MultipartUpload={"Parts": parts})
    assert s3.get_object(Bucket=bucket, Key="k")["StorageClass"] == "STANDARD_IA"


def test_a_copy_onto_itself_changes_the_class(s3, bucket):
    body = b"bytes" * 100_000
    s3.put_object(Bucket=bucket, Key="k", Body=body, Metadata={"a": "b"})
    s3.copy_object(Bucket=bucket, Key="k", CopySource={"Bucket": bucket, "Key": "k"}, StorageClass="ONEZONE_IA")
    got = s3.get_object(Bucket=bucket, Key="k")
    assert got["StorageClass"] == "ONEZONE_IA" and got["Metadata"] == {"a": "b"} and got["Body"].read() == body
    s3.copy_object(Bucket=bucket, Key="copy", CopySource={"Bucket": bucket, "Key": "k"})
    assert "StorageClass" not in s3.head_object(Bucket=bucket, Key="copy")


@pytest.mark.parametrize("storage_class", ["GLACIER", "DEEP_ARCHIVE"])
def test_archived_bytes_are_not_read(s3, bucket, storage_class):
    s3.put_object(Bucket=bucket, Key="k", Body=b"cold", StorageClass=storage_class)
    assert s3.head_object(Bucket=bucket, Key="k")["ContentLength"] == 4
    status, code, error = refusal(s3.get_object, Bucket=bucket, Key="k")
    assert (status, code, error["StorageClass"]) == (403, "InvalidObjectState", storage_class)
    source = {"Bucket": bucket, "Key": "k"}
    assert refusal(s3.copy_object, Bucket=bucket, Key="c", CopySource=source)[:2] == (403, "InvalidObjectState")
    upload = s3.create_multipart_upload(Bucket=bucket, Key="c")["UploadId"]
    assert refusal(s3.upload_part_copy, Bucket=bucket, Key="c", UploadId=upload, PartNumber=1,
                   CopySource=source)[1] == "InvalidObjectState"


def test_a_restored_copy_is_read_until_it_ends(quick, name):
    s3 = quick.client("s3")
    s3.create_bucket(Bucket=name)
    s3.put_object(Bucket=name, Key="k", Body=b"cold", StorageClass="GLACIER")
    request = {"Days": 2, "GlacierJobParameters": {"Tier": "Expedited"}}
    first = s3.restore_object(Bucket=name, Key="k", RestoreRequest=request)
    assert first["ResponseMetadata"]["HTTPStatusCode"] == 202
    wait_for(lambda: 'ongoing-request="false"' in s3.head_object(Bucket=name, Key="k").get("Restore", ""))
    assert s3.get_object(Bucket=name, Key="k")["Body"].read() == b"cold"
    row = s3.list_objects_v2(Bucket=name, OptionalObjectAttributes=["RestoreStatus"])["Contents"][0]
    assert row["RestoreStatus"]["IsRestoreInProgress"] is False and "RestoreExpiryDate" in row["RestoreStatus"]
    again = s3.restore_object(Bucket=name, Key="k", RestoreRequest={"Days": 3})
    assert again["ResponseMetadata"]["HTTPStatusCode"] == 200
    s3.copy_object(Bucket=name, Key="warm", CopySource={"Bucket": name, "Key": "k"})
    assert s3.get_object(Bucket=name, Key="warm")["Body"].read() == b"cold"
    wait_for(lambda: "Restore" not in s3.head_object(Bucket=name, Key="k"))
    assert refusal(s3.get_object, Bucket=name, Key="k")[1] == "InvalidObjectState"


def test_a_retrieval_takes_its_time(s3, bucket):
    s3.put_object(Bucket=bucket, Key="k", Body=b"cold", StorageClass="DEEP_ARCHIVE")
    request = {"Days": 1, "GlacierJobParameters": {"Tier": "Bulk"}}
    s3.restore_object(Bucket=bucket, Key="k", RestoreRequest=request)
    assert s3.head_object(Bucket=bucket, Key="k")["Restore"] == 'ongoing-request="true"'
    assert refusal(s3.get_object, Bucket=bucket, Key="k")[1] == "InvalidObjectState"
    assert refusal(s3.restore_object, Bucket=bucket, Key="k", RestoreRequest=request)[:2] == (
        409, "RestoreAlreadyInProgress")
    row = s3.list_objects_v2(Bucket=bucket, OptionalObjectAttributes=["RestoreStatus"])["Contents"][0]
    assert row["RestoreStatus"] == {"IsRestoreInProgress": True}


def test_restore_requests_that_are_refused(s3, bucket):
    s3.put_object(Bucket=bucket, Key="warm", Body=b"x")
    s3.put_object(Bucket=bucket, Key="deep", Body=b"x", StorageClass="DEEP_ARCHIVE")

    def restore(key, request):
        return refusal(s3.restore_object, Bucket=bucket, Key=key, RestoreRequest=request)[:2]

    assert restore("warm", {"Days": 1}) == (403, "InvalidObjectState")
    assert restore("none", {"Days": 1}) == (404, "NoSuchKey")
    assert restore("deep", {"Days": 0}) == (400, "InvalidArgument")
    assert restore("deep", {"GlacierJobParameters": {"Tier": "Bulk"}}) == (400, "MalformedXML")
    assert restore("deep", {"Days": 1, "GlacierJobParameters": {"Tier": "Expedited"}}) == (400, "InvalidArgument")


def test_intelligent_tiering_configurations_are_kept(s3, bucket):
    def one(name, days=90):
        return {"Id": name, "Status": "Enabled", "Filter": {"Prefix": "logs/"},
                "Tierings": [{"Days": days, "AccessTier": "ARCHIVE_ACCESS"}]}

    for name in ("b", "a"):
        s3.put_bucket_intelligent_tiering_configuration(Bucket=bucket, Id=name, IntelligentTieringConfiguration=one(name))
    got = s3.get_bucket_intelligent_tiering_configuration(Bucket=bucket, Id="a")
    assert got["IntelligentTieringConfiguration"] == one("a")
    listed = s3.list_bucket_intelligent_tiering_configurations(Bucket=bucket)
    assert [row["Id"] for row in listed["IntelligentTieringConfigurationList"]] == ["a", "b"]
    assert refusal(s3.put_bucket_intelligent_tiering_configuration, Bucket=bucket, Id="c",
                   IntelligentTieringConfiguration=one("c", days=30))[:2] == (400, "InvalidArgument")
    assert refusal(s3.put_bucket_intelligent_tiering_configuration, Bucket=bucket, Id="other",
                   IntelligentTieringConfiguration=one("c"))[:2] == (400, "MalformedXML")
    s3.delete_bucket_intelligent_tiering_configuration(Bucket=bucket, Id="a")
    assert refusal(s3.get_bucket_intelligent_tiering_configuration, Bucket=bucket, Id="a")[:2] == (
        404, "NoSuchConfiguration")
