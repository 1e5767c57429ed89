"""What S3 was recorded to answer where its documentation is silent: order, fields, conditions, forms of a copy's source."""
import base64
import hashlib
import re
import zlib

import pytest
import urllib3
from botocore.auth import S3SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.config import Config
from botocore.credentials import Credentials

from conftest import Lake
from refusals import refusal as refused


@pytest.fixture
def s3(lake):
    return lake.client("s3")


@pytest.fixture
def free(lake):
    """A client that sends what it is given."""
    return lake.client("s3", config=Config(parameter_validation=False))


def raw(lake, method, path, **headers):
    """A signed request as it is: the answer's status and text."""
    request = AWSRequest(method, lake.endpoint + path, headers=headers)
    S3SigV4Auth(Credentials(lake.access_key, lake.secret_key), "s3", lake.region).add_auth(request)
    answer = urllib3.request(method, request.url, headers=dict(request.headers.items()), retries=False)
    return answer.status, answer.data.decode()


def test_the_bucket_is_missed_before_its_configuration_is_checked(free, name):
    error = refused(free.put_bucket_encryption, Bucket=name, ServerSideEncryptionConfiguration={"Rules": []})
    assert (error["status"], error["Code"], error["BucketName"]) == (404, "NoSuchBucket", name)


def test_tagging_that_holds_nothing_takes_tags_away(free, bucket):
    tagging = {"TagSet": [{"Key": "a", "Value": "b"}]}
    free.put_bucket_tagging(Bucket=bucket, Tagging=tagging)
    assert free.put_bucket_tagging(Bucket=bucket, Tagging={"TagSet": None})["ResponseMetadata"]["HTTPStatusCode"] == 204
    assert refused(free.get_bucket_tagging, Bucket=bucket)["Code"] == "NoSuchTagSet"
    free.put_object(Bucket=bucket, Key="k", Body=b"", Tagging="a=b")
    free.put_object_tagging(Bucket=bucket, Key="k", Tagging={"TagSet": None})
    assert free.get_object_tagging(Bucket=bucket, Key="k")["TagSet"] == []


def test_tags_of_a_missing_key_name_the_bucket_too(s3, bucket):
    assert refused(s3.get_object_tagging, Bucket=bucket, Key="none")["Key"] == f"{bucket}/none"
    assert refused(s3.delete_object_tagging, Bucket=bucket, Key="none")["Key"] == "none"


def test_the_owner_comes_before_the_buckets(lake, bucket):
    status, text = raw(lake, "GET", "/")
    assert status == 200
    assert re.search(r"<ListAllMyBucketsResult[^>]*><Owner>.*</Owner><Buckets>", text, re.S), text[:300]


def test_a_region_is_one_of_aws_or_of_ones_own(lake, s3, name):
    error = refused(s3.list_buckets, BucketRegion="eu-east-1")
    assert (error["status"], error["Message"]) == (400, "Argument value eu-east-1 is not a valid AWS Region")
    assert s3.list_buckets(BucketRegion="mx-central-1")["Buckets"] == []
    lake.client("s3", region="xx-home-1").create_bucket(
        Bucket=name, CreateBucketConfiguration={"LocationConstraint": "xx-home-1"})
    assert [b["Name"] for b in s3.list_buckets(BucketRegion="xx-home-1")["Buckets"]] == [name]


def test_dates_at_fault_are_told(s3, name):
    s3.create_bucket(Bucket=name, ObjectLockEnabledForBucket=True)
    error = refused(s3.put_bucket_lifecycle_configuration, Bucket=name, LifecycleConfiguration={"Rules": [
        {"ID": "r", "Status": "Enabled", "Filter": {"Prefix": ""}, "Expiration": {"Date": "2030-01-01T06:00:00Z"}}]})
    assert (error["Message"], error["ArgumentName"]) == ("'Date' must be at midnight GMT", "Date")
    assert error["ArgumentValue"].startswith("2030-01-01T06:00:00")
    s3.put_object(Bucket=name, Key="k", Body=b"")
    for date, told in (("2020-01-01T00:00:00Z", "Tue Dec 31 16:00:00 PST 2019"),
                       ("2020-03-08T09:59:59Z", "Sun Mar 08 01:59:59 PST 2020"),
                       ("2020-03-08T10:00:00Z", "Sun Mar 08 03:00:00 PDT 2020"),
                       ("2020-11-01T09:00:00Z", "Sun Nov 01 01:00:00 PST 2020")):
        error = refused(s3.put_object_retention, Bucket=name, Key="k",
                        Retention={"Mode": "GOVERNANCE", "RetainUntilDate": date})
        assert (error["ArgumentName"], error["ArgumentValue"]) == ("RetainUntilDate", told)


def test_a_copys_source_may_be_a_url(lake, s3, bucket):
    s3.put_object(Bucket=bucket, Key="from here", Body=b"x")
    for source in (f"{lake.endpoint}/{bucket}/from%20here", f"https://s3.us-east-1.amazonaws.com/{bucket}/from%20here"):
        status, text = raw(lake, "PUT", f"/{bucket}/to", **{"x-amz-copy-source": source})
        assert status == 200 and "<CopyObjectResult" in text, text
    assert s3.get_object(Bucket=bucket, Key="to")["Body"].read() == b"x"


def test_an_altered_id_is_known_when_its_version_is_gone(s3, bucket):
    s3.put_bucket_versioning(Bucket=bucket, VersioningConfiguration={"Status": "Enabled"})
    given = s3.put_object(Bucket=bucket, Key="k", Body=b"y")["VersionId"]
    s3.delete_object(Bucket=bucket, Key="k", VersionId=given)
    assert s3.delete_object(Bucket=bucket, Key="k", VersionId=given)["VersionId"] == given
    assert refused(s3.get_object, Bucket=bucket, Key="k", VersionId=given)["Code"] == "NoSuchVersion"
    altered = given[:-4] + ("ABCD" if given[-4:] != "ABCD" else "BCDE")
    error = refused(s3.delete_object, Bucket=bucket, Key="k", VersionId=altered)
    assert (error["Code"], error["ArgumentValue"]) == ("InvalidArgument", altered)


def test_a_delete_is_in_the_way_of_an_upload_with_a_condition(s3, bucket):
    s3.put_object(Bucket=bucket, Key="k", Body=b"first")

    def begin():
        upload = s3.create_multipart_upload(Bucket=bucket, Key="k")["UploadId"]
        part = s3.upload_part(Bucket=bucket, Key="k", UploadId=upload, PartNumber=1, Body=b"part")
        return dict(Bucket=bucket, Key="k", UploadId=upload,
                    MultipartUpload={"Parts": [{"PartNumber": 1, "ETag": part["ETag"]}]})

    asked, other = begin(), begin()
    s3.delete_object(Bucket=bucket, Key="k")
    conflict = refused(s3.complete_multipart_upload, **asked, IfNoneMatch="*")
    assert (conflict["status"], conflict["Code"], conflict["Condition"], conflict["Key"]) == (
        409, "ConditionalRequestConflict", "If-None-Match", "k")
    s3.complete_multipart_upload(**begin(), IfNoneMatch="*")
    s3.complete_multipart_upload(**other)  # without a condition nothing is in the way


def test_a_listing_goes_on_where_its_marker_was(s3, bucket):
    s3.put_bucket_versioning(Bucket=bucket, VersioningConfiguration={"Status": "Enabled"})
    for n in range(5):
        s3.put_object(Bucket=bucket, Key="k", Body=b"%d" % n)
    ids = [v["VersionId"] for v in s3.list_object_versions(Bucket=bucket)["Versions"]]
    page = s3.list_object_versions(Bucket=bucket, MaxKeys=3)
    assert [v["VersionId"] for v in page["Versions"]] == ids[:3]
    for version in ids[:3]:
        s3.delete_object(Bucket=bucket, Key="k", VersionId=version)
    rest = s3.list_object_versions(Bucket=bucket, KeyMarker=page["NextKeyMarker"],
                                   VersionIdMarker=page["NextVersionIdMarker"])["Versions"]
    assert [(v["VersionId"], v["IsLatest"]) for v in rest] == [(ids[3], True), (ids[4], False)]


def test_a_crc_that_is_not_said_to_be_the_wholes_is_of_parts(s3, bucket):
    body = b"abc"
    upload = s3.create_multipart_upload(Bucket=bucket, Key="k", ChecksumAlgorithm="CRC32",
                                        ChecksumType="FULL_OBJECT")["UploadId"]
    part = s3.upload_part(Bucket=bucket, Key="k", UploadId=upload, PartNumber=1, Body=body, ChecksumAlgorithm="CRC32")
    crc = base64.b64encode(zlib.crc32(body).to_bytes(4, "big")).decode()
    asked = dict(Bucket=bucket, Key="k", UploadId=upload, ChecksumCRC32=crc,
                 MultipartUpload={"Parts": [{"PartNumber": 1, "ETag": part["ETag"]}]})
    error = refused(s3.complete_multipart_upload, **asked)
    assert (error["Code"], error["Message"]) == ("BadDigest", "The crc32 you specified did not match the calculated checksum.")
    assert s3.complete_multipart_upload(**asked, ChecksumType="FULL_OBJECT")["ChecksumCRC32"] == crc


def test_an_upload_without_a_checksum_has_no_mode_of_one(s3, bucket):
    upload = s3.create_multipart_upload(Bucket=bucket, Key="k")["UploadId"]
    part = s3.upload_part(Bucket=bucket, Key="k", UploadId=upload, PartNumber=1, Body=b"x")
    error = refused(s3.complete_multipart_upload, Bucket=bucket, Key="k", UploadId=upload, ChecksumType="FULL_OBJECT",
                    MultipartUpload={"Parts": [{"PartNumber": 1, "ETag": part["ETag"]}]})
    assert (error["Code"], "using the null checksum mode" in error["Message"]) == ("InvalidRequest", True)


def test_customers_keys(tmp_path):
    """A key of another size is a wrong one to read with; an upload under a customer's key has the checksum it asked for."""
    lake = Lake(tmp_path / "data", "--advertise", "https://lake.example")
    try:
        s3 = lake.client("s3")
        s3.create_bucket(Bucket="kept")
        key = dict(SSECustomerAlgorithm="AES256", SSECustomerKey=base64.b64encode(b"k" * 32).decode(),
                   SSECustomerKeyMD5=base64.b64encode(hashlib.md5(b"k" * 32).digest()).decode())
        s3.put_object(Bucket="kept", Key="k", Body=b"x", **key)
        wrong = {**key, "SSECustomerKey": base64.b64encode(b"k" * 44).decode(),
                 "SSECustomerKeyMD5": base64.b64encode(hashlib.md5(b"k" * 44).digest()).decode()}
        error = refused(s3.get_object, Bucket="kept", Key="k", **wrong)
        assert (error["status"], error["Code"]) == (403, "AccessDenied")
        assert refused(s3.put_object, Bucket="kept", Key="k", Body=b"x", **wrong)["Code"] == "InvalidArgument"
        upload = s3.create_multipart_upload(Bucket="kept", Key="m", **key)["UploadId"]
        part = s3.upload_part(Bucket="kept", Key="m", UploadId=upload, PartNumber=1, Body=b"x", **key)
        s3.complete_multipart_upload(Bucket="kept", Key="m", UploadId=upload,
                                     MultipartUpload={"Parts": [{"PartNumber": 1, "ETag": part["ETag"]}]})
        told = s3.get_object(Bucket="kept", Key="m", ChecksumMode="ENABLED", **key)
        assert told["Body"].read() == b"x" and "ChecksumType" not in told and "ChecksumCRC64NVME" not in told
    finally:
        lake.stop()


def test_a_scope_without_a_region_is_told_one(lake):
    signed = f"AWS4-HMAC-SHA256 Credential={lake.access_key}/20261122//s3/aws4_request, SignedHeaders=host, Signature={'0' * 64}"
    answer = urllib3.request("GET", lake.endpoint + "/some-bucket", headers={"Authorization": signed}, retries=False)
    text = answer.data.decode()
    assert answer.status == 400 and "<Code>AuthorizationHeaderMalformed</Code>" in text, text
    assert "the region '' is wrong; expecting 'us-east-1'" in text.replace("&apos;", "'") and "<Region>us-east-1</Region>" in text
