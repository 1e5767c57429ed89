"""Objects through boto3: bytes, headers, ranges, conditions, checksums, copies, deletes, tags."""
import base64
import concurrent.futures
import datetime
import hashlib
import os
import socket
import zlib

import boto3
import pytest
import urllib3
from botocore.config import Config
from botocore.exceptions import ClientError
from refusals import refused


@pytest.fixture
def s3(lake):
    return lake.client("s3")


def fetch(method, url, body=None):
    return urllib3.request(method, url, body=body, retries=False)


def status(response):
    return response["ResponseMetadata"]["HTTPStatusCode"]


def test_a_put_object_is_read_back_with_its_headers(s3, bucket):
    body = os.urandom(100_000)
    put = s3.put_object(Bucket=bucket, Key="a/b c+d%.bin", Body=body, ContentType="text/x-test", CacheControl="no-cache",
                        ContentDisposition="attachment", ContentLanguage="de", Metadata={"Colour": "blue", "n": "1"})
    assert put["ETag"] == f'"{hashlib.md5(body).hexdigest()}"'
    assert put["ServerSideEncryption"] == "AES256"
    assert "VersionId" not in put
    got = s3.get_object(Bucket=bucket, Key="a/b c+d%.bin")
    assert got["Body"].read() == body
    assert got["ETag"] == put["ETag"] and got["ContentLength"] == len(body)
    assert got["ContentType"] == "text/x-test" and got["CacheControl"] == "no-cache"
    assert got["ContentDisposition"] == "attachment" and got["ContentLanguage"] == "de"
    assert got["Metadata"] == {"colour": "blue", "n": "1"}
    assert got["AcceptRanges"] == "bytes" and got["ServerSideEncryption"] == "AES256"
    head = s3.head_object(Bucket=bucket, Key="a/b c+d%.bin")
    assert head["ContentLength"] == len(body) and head["Metadata"] == got["Metadata"] and head["ETag"] == put["ETag"]
    assert abs((head["LastModified"] - datetime.datetime.now(datetime.timezone.utc)).total_seconds()) < 60


def test_the_default_content_type_is_that_of_aws(lake, bucket):
    s3 = lake.client("s3", config=Config(signature_version="s3v4"))
    url = s3.generate_presigned_url("put_object", Params={"Bucket": bucket, "Key": "k"})
    assert fetch("PUT", url, b"x").status == 200
    assert s3.head_object(Bucket=bucket, Key="k")["ContentType"] == "binary/octet-stream"


def test_expires_is_kept_as_it_came(s3, bucket):
    s3.put_object(Bucket=bucket, Key="k", Body=b"x", Expires=datetime.datetime(2030, 1, 2, tzinfo=datetime.timezone.utc))
    assert s3.get_object(Bucket=bucket, Key="k")["ExpiresString"] == "Wed, 02 Jan 2030 00:00:00 GMT"


def test_an_empty_object_is_an_object(s3, bucket):
    s3.put_object(Bucket=bucket, Key="empty", Body=b"")
    got = s3.get_object(Bucket=bucket, Key="empty")
    assert got["Body"].read() == b"" and got["ContentLength"] == 0
    assert got["ETag"] == '"d41d8cd98f00b204e9800998ecf8427e"'
    assert refused(s3.get_object, Bucket=bucket, Key="empty", Range="bytes=0-0") == (416, "InvalidRange")


@pytest.mark.parametrize("size", [1, 4096, 65535, 65536, 65537, 600_000, 5_300_001])
def test_every_size_comes_back_whole(s3, bucket, size):
    body = os.urandom(size)
    s3.put_object(Bucket=bucket, Key="k", Body=body)
    assert s3.get_object(Bucket=bucket, Key="k")["Body"].read() == body


def test_overwriting_replaces(s3, bucket):
    s3.put_object(Bucket=bucket, Key="k", Body=b"one", Metadata={"a": "1"})
    s3.put_object(Bucket=bucket, Key="k", Body=b"second")
    got = s3.get_object(Bucket=bucket, Key="k")
    assert got["Body"].read() == b"second" and got["Metadata"] == {}


def test_missing_things_have_awss_errors(s3, bucket, name):
    assert refused(s3.get_object, Bucket=bucket, Key="nope") == (404, "NoSuchKey")
    assert refused(s3.head_object, Bucket=bucket, Key="nope") == (404, "404")
    assert refused(s3.get_object, Bucket=name + "x", Key="k") == (404, "NoSuchBucket")
    assert refused(s3.put_object, Bucket=name + "x", Key="k", Body=b"x") == (404, "NoSuchBucket")
    assert refused(s3.put_object, Bucket=bucket, Key="k" * 1025, Body=b"x") == (400, "KeyTooLongError")
    s3.put_object(Bucket=bucket, Key="k" * 1024, Body=b"x")
    assert status(s3.delete_object(Bucket=bucket, Key="nope")) == 204
    with pytest.raises(ClientError) as caught:
        s3.get_object(Bucket=bucket, Key="nope")
    assert caught.value.response["Error"]["Key"] == "nope"
    assert caught.value.response["ResponseMetadata"]["RequestId"]


@pytest.mark.parametrize("spec,begin,end", [
    ("bytes=0-0", 0, 1), ("bytes=4-7", 4, 8), ("bytes=90-", 90, 100), ("bytes=-10", 90, 100), ("bytes=50-1000", 50, 100),
    ("bytes=-1000", 0, 100)])
def test_ranges(s3, bucket, spec, begin, end):
    body = bytes(range(100))
    s3.put_object(Bucket=bucket, Key="k", Body=body)
    got = s3.get_object(Bucket=bucket, Key="k", Range=spec)
    assert got["Body"].read() == body[begin:end]
    assert status(got) == 206 and got["ContentRange"] == f"bytes {begin}-{end - 1}/100"
    head = s3.head_object(Bucket=bucket, Key="k", Range=spec)
    assert status(head) == 206 and head["ContentLength"] == end - begin


def test_ranges_that_cannot_be_met_or_read(s3, bucket):
    s3.put_object(Bucket=bucket, Key="k", Body=b"0123456789")
    assert refused(s3.get_object, Bucket=bucket, Key="k", Range="bytes=10-") == (416, "InvalidRange")
    assert refused(s3.get_object, Bucket=bucket, Key="k", Range="bytes=-0") == (416, "InvalidRange")
    for odd in ["bytes=5-2", "bytes=a-b", "lines=1-2", "bytes=0-1,4-5", "bytes=-"]:
        got = s3.get_object(Bucket=bucket, Key="k", Range=odd)
        assert status(got) == 200 and got["Body"].read() == b"0123456789"


def test_a_range_across_frames_and_big_objects(s3, bucket):
    body = os.urandom(3_000_000)
    s3.put_object(Bucket=bucket, Key="k", Body=body)
    for begin, end in [(0, 1), (65530, 65545), (131072, 131072 * 2), (2_999_990, 3_000_000), (1, 2_999_999)]:
        got = s3.get_object(Bucket=bucket, Key="k", Range=f"bytes={begin}-{end - 1}")
        assert got["Body"].read() == body[begin:end]


def test_conditional_reads(s3, bucket):
    etag = s3.put_object(Bucket=bucket, Key="k", Body=b"x")["ETag"]
    now = datetime.datetime.now(datetime.timezone.utc)
    past, future = now - datetime.timedelta(days=1), now + datetime.timedelta(days=1)
    for call in (s3.get_object, s3.head_object):
        assert status(call(Bucket=bucket, Key="k", IfMatch=etag)) == 200
        assert status(call(Bucket=bucket, Key="k", IfNoneMatch='"other"')) == 200
        assert status(call(Bucket=bucket, Key="k", IfModifiedSince=past)) == 200
        assert status(call(Bucket=bucket, Key="k", IfUnmodifiedSince=future)) == 200
        assert status(call(Bucket=bucket, Key="k", IfModifiedSince=future)) == 200  # a date to come is none
        written = call(Bucket=bucket, Key="k")["LastModified"]
        assert refused(call, Bucket=bucket, Key="k", IfModifiedSince=written)[0] == 304
        assert refused(call, Bucket=bucket, Key="k", IfMatch='"other"')[0] == 412
        assert refused(call, Bucket=bucket, Key="k", IfNoneMatch=etag)[0] == 304
        assert refused(call, Bucket=bucket, Key="k", IfUnmodifiedSince=past)[0] == 412
        # A matching If-Match outweighs If-Unmodified-Since, If-None-Match outweighs If-Modified-Since.
        assert status(call(Bucket=bucket, Key="k", IfMatch=etag, IfUnmodifiedSince=past)) == 200
        assert refused(call, Bucket=bucket, Key="k", IfNoneMatch=etag, IfModifiedSince=past)[0] == 304
    assert refused(s3.get_object, Bucket=bucket, Key="k", IfMatch='"other"') == (412, "PreconditionFailed")


def test_conditional_writes(s3, bucket):
    etag = s3.put_object(Bucket=bucket, Key="k", Body=b"one", IfNoneMatch="*")["ETag"]
    assert refused(s3.put_object, Bucket=bucket, Key="k", Body=b"two", IfNoneMatch="*") == (412, "PreconditionFailed")
    assert s3.get_object(Bucket=bucket, Key="k")["Body"].read() == b"one"
    assert refused(s3.put_object, Bucket=bucket, Key="k", Body=b"two", IfMatch='"bad"') == (412, "PreconditionFailed")
    s3.put_object(Bucket=bucket, Key="k", Body=b"two", IfMatch=etag)
    assert refused(s3.put_object, Bucket=bucket, Key="new", Body=b"x", IfMatch=etag) == (404, "NoSuchKey")
    assert refused(s3.delete_object, Bucket=bucket, Key="k", IfMatch=etag) == (412, "PreconditionFailed")
    s3.delete_object(Bucket=bucket, Key="k", IfMatch=f'"{hashlib.md5(b"two").hexdigest()}"')
    assert refused(s3.get_object, Bucket=bucket, Key="k")[0] == 404


def test_one_of_many_racing_creators_wins(lake, bucket):
    s3 = lake.client("s3", config=Config(max_pool_connections=16))

    def create(i):
        try:
            s3.put_object(Bucket=bucket, Key="lock", Body=str(i).encode(), IfNoneMatch="*")
            return i
        except ClientError as error:
            assert error.response["Error"]["Code"] in ("PreconditionFailed", "ConditionalRequestConflict")
            return None
    with concurrent.futures.ThreadPoolExecutor(16) as pool:
        winners = [i for i in pool.map(create, range(48)) if i is not None]
    assert len(winners) == 1
    assert s3.get_object(Bucket=bucket, Key="lock")["Body"].read() == str(winners[0]).encode()


CRC32 = base64.b64encode(zlib.crc32(b"hello").to_bytes(4, "big")).decode()


def test_checksums_are_kept_and_told(s3, bucket):
    put = s3.put_object(Bucket=bucket, Key="k", Body=b"hello")
    assert put["ChecksumCRC32"] == CRC32 and put["ChecksumType"] == "FULL_OBJECT"
    got = s3.get_object(Bucket=bucket, Key="k", ChecksumMode="ENABLED")
    assert got["ChecksumCRC32"] == CRC32 and got["ChecksumType"] == "FULL_OBJECT" and got["Body"].read() == b"hello"
    sha = base64.b64encode(hashlib.sha256(b"hello").digest()).decode()
    put = s3.put_object(Bucket=bucket, Key="s", Body=b"hello", ChecksumAlgorithm="SHA256")
    assert put["ChecksumSHA256"] == sha
    assert s3.head_object(Bucket=bucket, Key="s", ChecksumMode="ENABLED")["ChecksumSHA256"] == sha
    sha1 = base64.b64encode(hashlib.sha1(b"hello").digest()).decode()
    assert s3.put_object(Bucket=bucket, Key="s1", Body=b"hello", ChecksumSHA1=sha1)["ChecksumSHA1"] == sha1


def test_without_a_checksum_crc64nvme_is_kept(lake, bucket):
    plain = lake.client("s3", config=Config(request_checksum_calculation="when_required"))
    plain.put_object(Bucket=bucket, Key="k", Body=b"123456789")
    assert plain.head_object(Bucket=bucket, Key="k", ChecksumMode="ENABLED")["ChecksumCRC64NVME"] == "rosUhgp5mIg="


def test_wrong_checksums_change_nothing(s3, bucket):
    wrong = base64.b64encode(b"\0\0\0\0").decode()
    assert refused(s3.put_object, Bucket=bucket, Key="k", Body=b"hello", ChecksumCRC32=wrong) == (400, "BadDigest")
    md5 = base64.b64encode(hashlib.md5(b"other").digest()).decode()
    assert refused(s3.put_object, Bucket=bucket, Key="k", Body=b"hello", ContentMD5=md5) == (400, "BadDigest")
    assert refused(s3.put_object, Bucket=bucket, Key="k", Body=b"hello", ContentMD5="zzz") == (400, "InvalidDigest")
    assert refused(s3.put_object, Bucket=bucket, Key="k", Body=b"hello", ChecksumCRC32="!!")[1] == "InvalidRequest"
    assert refused(s3.get_object, Bucket=bucket, Key="k")[0] == 404
    good = base64.b64encode(hashlib.md5(b"hello").digest()).decode()
    s3.put_object(Bucket=bucket, Key="k", Body=b"hello", ContentMD5=good)


def test_streams_of_unknown_kind_upload_in_chunks(s3, bucket, tmp_path):
    body = os.urandom(1_000_001)
    path = tmp_path / "f"
    path.write_bytes(body)
    s3.upload_file(str(path), bucket, "k")
    s3.download_file(bucket, "k", str(tmp_path / "g"))
    assert (tmp_path / "g").read_bytes() == body


@pytest.mark.parametrize("signature", [None, "s3v4"])  # botocore's default here is the second version
def test_presigned_urls(lake, bucket, signature):
    s3 = lake.client("s3", config=Config(signature_version=signature) if signature else None)
    put = s3.generate_presigned_url("put_object", Params={"Bucket": bucket, "Key": "p q/ü"}, ExpiresIn=60)
    assert fetch("PUT", put, b"via url").status == 200
    get = s3.generate_presigned_url("get_object", Params={"Bucket": bucket, "Key": "p q/ü", "ResponseContentType": "a/b",
                                                          "ResponseContentDisposition": "attachment; filename=x"})
    answer = fetch("GET", get)
    assert answer.data == b"via url" and answer.headers["Content-Type"] == "a/b"
    assert answer.headers["Content-Disposition"] == "attachment; filename=x"
    assert fetch("GET", get.replace("Signature=", "Signature=0")).status == 403
    assert fetch("GET", get.split("?")[0]).status == 403


def test_copies(s3, bucket):
    s3.put_object(Bucket=bucket, Key="a b/ü", Body=b"content", Metadata={"m": "1"}, ContentType="text/a", Tagging="t=1")
    copied = s3.copy_object(Bucket=bucket, Key="copy", CopySource={"Bucket": bucket, "Key": "a b/ü"})
    assert copied["CopyObjectResult"]["ETag"] == f'"{hashlib.md5(b"content").hexdigest()}"'
    got = s3.get_object(Bucket=bucket, Key="copy")
    assert got["Body"].read() == b"content" and got["Metadata"] == {"m": "1"} and got["ContentType"] == "text/a"
    assert s3.get_object_tagging(Bucket=bucket, Key="copy")["TagSet"] == [{"Key": "t", "Value": "1"}]
    s3.copy_object(Bucket=bucket, Key="copy", CopySource={"Bucket": bucket, "Key": "a b/ü"}, MetadataDirective="REPLACE",
                   Metadata={"n": "2"}, ContentType="text/b", TaggingDirective="REPLACE", Tagging="u=2")
    got = s3.get_object(Bucket=bucket, Key="copy")
    assert got["Metadata"] == {"n": "2"} and got["ContentType"] == "text/b"
    assert s3.get_object_tagging(Bucket=bucket, Key="copy")["TagSet"] == [{"Key": "u", "Value": "2"}]
    # The bytes are shared: the source may go.
    s3.delete_object(Bucket=bucket, Key="a b/ü")
    assert s3.get_object(Bucket=bucket, Key="copy")["Body"].read() == b"content"


def test_a_plus_in_the_name_of_a_source_is_a_space(s3, bucket):
    """As s5cmd sends it."""
    s3.put_object(Bucket=bucket, Key="a b", Body=b"space")
    s3.put_object(Bucket=bucket, Key="c+d", Body=b"plus")
    source = {}
    s3.meta.events.register("before-call.s3.CopyObject", lambda params, **kwargs: params["headers"].update(source))
    for name, content in (("a+b", b"space"), ("a%20b", b"space"), ("c%2Bd", b"plus")):
        source["x-amz-copy-source"] = f"{bucket}/{name}"
        s3.copy_object(Bucket=bucket, Key="copy", CopySource="bucket/key")
        assert s3.get_object(Bucket=bucket, Key="copy")["Body"].read() == content
    source["x-amz-copy-source"] = f"{bucket}/c+d"
    assert refused(s3.copy_object, Bucket=bucket, Key="copy", CopySource="bucket/key") == (404, "NoSuchKey")


def test_copies_onto_themselves_must_change_something(s3, bucket):
    s3.put_object(Bucket=bucket, Key="k", Body=b"content")
    source = {"Bucket": bucket, "Key": "k"}
    assert refused(s3.copy_object, Bucket=bucket, Key="k", CopySource=source) == (400, "InvalidRequest")
    s3.copy_object(Bucket=bucket, Key="k", CopySource=source, MetadataDirective="REPLACE", Metadata={"x": "y"})
    got = s3.get_object(Bucket=bucket, Key="k")
    assert got["Body"].read() == b"content" and got["Metadata"] == {"x": "y"}


def test_conditional_copies(s3, bucket):
    etag = s3.put_object(Bucket=bucket, Key="k", Body=b"content")["ETag"]
    source = {"Bucket": bucket, "Key": "k"}
    assert refused(s3.copy_object, Bucket=bucket, Key="c", CopySource=source, CopySourceIfMatch='"x"')[0] == 412
    assert refused(s3.copy_object, Bucket=bucket, Key="c", CopySource=source, CopySourceIfNoneMatch=etag)[0] == 412
    s3.copy_object(Bucket=bucket, Key="c", CopySource=source, CopySourceIfMatch=etag)
    assert refused(s3.copy_object, Bucket=bucket, Key="c", CopySource={"Bucket": bucket, "Key": "no"}) == (404, "NoSuchKey")
    assert refused(s3.copy_object, Bucket=bucket, Key="c", CopySource={"Bucket": bucket + "no", "Key": "no"})[1] == "NoSuchBucket"


def test_deleting_many(s3, bucket):
    keys = [f"k{i}" for i in range(30)]
    for key in keys:
        s3.put_object(Bucket=bucket, Key=key, Body=b"x")
    done = s3.delete_objects(Bucket=bucket, Delete={"Objects": [{"Key": k} for k in keys[:10] + ["missing"]]})
    assert {d["Key"] for d in done["Deleted"]} == set(keys[:10] + ["missing"])
    done = s3.delete_objects(Bucket=bucket, Delete={"Objects": [{"Key": k} for k in keys[10:20]], "Quiet": True})
    assert "Deleted" not in done and "Errors" not in done
    assert [o["Key"] for o in s3.list_objects_v2(Bucket=bucket)["Contents"]] == sorted(keys[20:])
    assert refused(s3.delete_objects, Bucket=bucket, Delete={"Objects": [{"Key": str(i)} for i in range(1001)]}) == (400, "MalformedXML")


def test_object_tags(s3, bucket):
    s3.put_object(Bucket=bucket, Key="k", Body=b"x", Tagging="a=1&b=x%20y")
    assert s3.get_object_tagging(Bucket=bucket, Key="k")["TagSet"] == [{"Key": "a", "Value": "1"}, {"Key": "b", "Value": "x y"}]
    assert s3.head_object(Bucket=bucket, Key="k")["TagCount"] == 2
    s3.put_object_tagging(Bucket=bucket, Key="k", Tagging={"TagSet": [{"Key": "c", "Value": ""}]})
    assert s3.get_object_tagging(Bucket=bucket, Key="k")["TagSet"] == [{"Key": "c", "Value": ""}]
    s3.delete_object_tagging(Bucket=bucket, Key="k")
    assert s3.get_object_tagging(Bucket=bucket, Key="k")["TagSet"] == []
    twice = {"TagSet": [{"Key": "c", "Value": "1"}, {"Key": "c", "Value": "2"}]}
    assert refused(s3.put_object_tagging, Bucket=bucket, Key="k", Tagging=twice) == (400, "InvalidTag")
    eleven = {"TagSet": [{"Key": f"c{i}", "Value": "1"} for i in range(11)]}
    assert refused(s3.put_object_tagging, Bucket=bucket, Key="k", Tagging=eleven) == (400, "BadRequest")
    assert refused(s3.get_object_tagging, Bucket=bucket, Key="no") == (404, "NoSuchKey")


def test_object_attributes(s3, bucket):
    s3.put_object(Bucket=bucket, Key="k", Body=b"hello")
    got = s3.get_object_attributes(Bucket=bucket, Key="k", ObjectAttributes=["ETag", "Checksum", "ObjectSize", "StorageClass"])
    assert got["ETag"] == hashlib.md5(b"hello").hexdigest() and got["ObjectSize"] == 5
    assert got["StorageClass"] == "STANDARD" and got["Checksum"]["ChecksumCRC32"] == CRC32


def test_a_refused_write_changes_nothing(s3, bucket):
    put = dict(Bucket=bucket, Key="k", Body=b"x")
    assert refused(s3.put_object, **put, ServerSideEncryption="aws:kms", SSEKMSKeyId="alias/none") == (400, "KMS.NotFoundException")
    assert refused(s3.put_object, **put, ACL="public-read") == (400, "AccessControlListNotSupported")
    assert refused(s3.put_object, **put, ObjectLockLegalHoldStatus="ON") == (400, "InvalidRequest")
    assert refused(s3.put_object, **put, StorageClass="WRONG") == (400, "InvalidStorageClass")
    assert refused(s3.get_object, Bucket=bucket, Key="k")[0] == 404
    s3.put_object(**put, ACL="bucket-owner-full-control", StorageClass="STANDARD", ServerSideEncryption="AES256")


def test_user_metadata_has_a_limit(s3, bucket):
    s3.put_object(Bucket=bucket, Key="k", Body=b"x", Metadata={"a": "x" * 2000})
    assert refused(s3.put_object, Bucket=bucket, Key="k", Body=b"x", Metadata={"a": "x" * 2048}) == (400, "MetadataTooLarge")


def test_expected_bucket_owner(lake, s3, bucket):
    s3.put_object(Bucket=bucket, Key="k", Body=b"x", ExpectedBucketOwner=lake.account)
    assert refused(s3.get_object, Bucket=bucket, Key="k", ExpectedBucketOwner="999999999999") == (403, "AccessDenied")


def test_a_body_cut_short_leaves_nothing(lake, bucket):
    s3 = lake.client("s3", config=Config(signature_version="s3v4"))
    url = s3.generate_presigned_url("put_object", Params={"Bucket": bucket, "Key": "cut"})
    path = url.split(lake.endpoint, 1)[1]
    with socket.create_connection(("127.0.0.1", lake.port)) as connection:
        connection.sendall(f"PUT {path} HTTP/1.1\r\nHost: 127.0.0.1:{lake.port}\r\nContent-Length: 1000\r\n\r\n".encode() + b"x" * 500)
        connection.shutdown(socket.SHUT_WR)
        connection.recv(1000)  # an error or the end of the connection
    assert refused(s3.head_object, Bucket=bucket, Key="cut")[0] == 404


def test_a_reader_keeps_its_bytes_while_the_object_is_replaced(s3, bucket):
    body = os.urandom(20_000_000)
    s3.put_object(Bucket=bucket, Key="k", Body=body)
    stream = s3.get_object(Bucket=bucket, Key="k")["Body"]
    first = stream.read(100)
    s3.put_object(Bucket=bucket, Key="k", Body=b"new")
    assert first + stream.read() == body
    assert s3.get_object(Bucket=bucket, Key="k")["Body"].read() == b"new"


def test_the_resource_api_works(lake, bucket):
    resource = boto3.resource("s3", endpoint_url=lake.endpoint, region_name=lake.region,
                              aws_access_key_id=lake.access_key, aws_secret_access_key=lake.secret_key)
    resource.Object(bucket, "x").put(Body=b"y")
    assert [o.key for o in resource.Bucket(bucket).objects.all()] == ["x"]
    resource.Bucket(bucket).objects.delete()
    assert list(resource.Bucket(bucket).objects.all()) == []
