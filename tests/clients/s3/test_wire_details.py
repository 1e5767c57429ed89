"""Details of S3's wire that no feature owns: repeated headers, conditions, checksums, requests that name nothing."""
import base64
import hashlib
import http.client
import re

import boto3
import pytest
from botocore.config import Config
from botocore.exceptions import ClientError


@pytest.fixture
def s3(lake):
    return lake.client("s3")


def refused(call, **kwargs):
    with pytest.raises(ClientError) as caught:
        call(**kwargs)
    return caught.value.response["ResponseMetadata"]["HTTPStatusCode"], caught.value.response["Error"]


def plain(lake, method, path, headers=None):
    """An unsigned request: its status and the error's fields."""
    connection = http.client.HTTPConnection(lake.endpoint.split("//")[1], timeout=30)
    connection.request(method, path, headers=headers or {})
    answer = connection.getresponse()
    return answer.status, dict(re.findall(r"<(\w+)>([^<]*)</", answer.read().decode()))


def test_if_none_match_of_a_write_takes_an_etag(s3, bucket):
    etag = s3.put_object(Bucket=bucket, Key="k", Body=b"one")["ETag"]
    assert refused(s3.put_object, Bucket=bucket, Key="k", Body=b"two", IfNoneMatch=etag)[0] == 412
    s3.put_object(Bucket=bucket, Key="k", Body=b"two", IfNoneMatch='"another"')
    assert s3.get_object(Bucket=bucket, Key="k")["Body"].read() == b"two"
    status, error = refused(s3.put_object, Bucket=bucket, Key="k", Body=b"x", IfNoneMatch="*", IfMatch=etag)
    assert (status, error["Code"]) == (501, "NotImplemented")


def test_requests_that_name_no_operation_are_told_so(lake, bucket):
    status, error = plain(lake, "PUT", f"/{bucket}/k?partNumber=1")
    assert (status, error["Code"], error["ArgumentName"]) == (400, "InvalidArgument", "partNumber")
    status, error = plain(lake, "PUT", f"/{bucket}/k?uploadId=x")
    assert (status, error["Code"], error["ResourceType"]) == (405, "MethodNotAllowed", "UPLOAD")
    assert plain(lake, "GET", f"/{bucket}/k?versions")[1]["Code"] == "InvalidRequest"
    status, error = plain(lake, "GET", f"/{bucket}/k", {"x-amz-copy-source": "a/b"})
    assert (status, error["ArgumentName"]) == (400, "x-amz-copy-source")


@pytest.mark.parametrize("algorithm,digest", [("SHA512", hashlib.sha512), ("MD5", hashlib.md5)])
def test_every_digest_is_a_checksum(s3, bucket, algorithm, digest):
    value = base64.b64encode(digest(b"body").digest()).decode()
    name = f"Checksum{algorithm}"
    assert s3.put_object(Bucket=bucket, Key="k", Body=b"body", **{name: value})[name] == value
    assert s3.head_object(Bucket=bucket, Key="k", ChecksumMode="ENABLED")[name] == value
    wrong = base64.b64encode(digest(b"other").digest()).decode()
    assert refused(s3.put_object, Bucket=bucket, Key="k", Body=b"body", **{name: wrong})[1]["Code"] == "BadDigest"


def test_xxhash_is_the_published_one(s3, bucket):
    """Of the empty text, from the specification: EF46DB3751D8E999, 2D06800538D394C2, 99AA06D3014798D86001C324468D497F."""
    published = {"XXHASH64": "EF46DB3751D8E999", "XXHASH3": "2D06800538D394C2",
                 "XXHASH128": "99AA06D3014798D86001C324468D497F"}
    for algorithm, value in published.items():
        sent = base64.b64encode(bytes.fromhex(value)).decode()
        name = f"Checksum{algorithm}"
        assert s3.put_object(Bucket=bucket, Key=algorithm, Body=b"", **{name: sent})[name] == sent


def test_older_signatures_of_headers_are_taken(lake, bucket):
    older = boto3.client("s3", endpoint_url=lake.endpoint, aws_access_key_id=lake.access_key, region_name="us-east-1",
                         aws_secret_access_key=lake.secret_key, config=Config(signature_version="s3"))
    older.put_object(Bucket=bucket, Key="a b", Body=b"older")
    assert older.get_object(Bucket=bucket, Key="a b")["Body"].read() == b"older"
    assert [row["Key"] for row in older.list_objects_v2(Bucket=bucket)["Contents"]] == ["a b"]


def test_versions_of_other_stores_are_unknown_not_malformed(s3, bucket):
    s3.put_object(Bucket=bucket, Key="k", Body=b"x")
    assert refused(s3.get_object, Bucket=bucket, Key="k", VersionId="01ARZ3NDEKTSV4RRFFQ69G5FAV")[1]["Code"] == "NoSuchVersion"
    assert refused(s3.get_object, Bucket=bucket, Key="k", VersionId="nonsense")[1]["Code"] == "InvalidArgument"


def test_headers_that_presigning_moved_into_the_query_are_headers(lake, bucket):
    client = boto3.client("s3", endpoint_url=lake.endpoint, aws_access_key_id=lake.access_key, region_name="us-east-1",
                          aws_secret_access_key=lake.secret_key, config=Config(signature_version="s3"))
    url = client.generate_presigned_url("put_object", {"Bucket": bucket, "Key": "k", "Metadata": {"venue": "123"}})
    connection = http.client.HTTPConnection(lake.endpoint.split("//")[1], timeout=30)
    connection.request("PUT", url.split(lake.endpoint)[1], body=b"x")
    assert connection.getresponse().status == 200
    assert lake.client("s3").head_object(Bucket=bucket, Key="k")["Metadata"] == {"venue": "123"}
