"""Details of S3's wire that no feature owns: repeated headers, conditions, checksums, requests that name nothing."""
import base64
import hashlib
import http.client
import json
import re

import boto3
import botocore.handlers
import pytest
import urllib3
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


def test_metadata_is_text_that_mail_words_carry(lake, s3, bucket):
    """What cannot stand in a header goes as RFC 2047 words, which are read; other bytes of a header are Latin-1."""
    sent = {"words": "=?utf-8?b?w4RNw4Raw5XDkSBTMw==?=", "ascii": "=?UTF-8?Q?actually-ascii?=", "broken": "=?UTF-8?B?=GGG?=",
            "plain": "a  b"}
    s3.put_object(Bucket=bucket, Key="k", Body=b"", Metadata=sent)
    shown = {**sent, "words": "=?UTF-8?Q?=C3=84M=C3=84Z=C3=95=C3=91_S3?=", "ascii": "actually-ascii"}
    assert s3.head_object(Bucket=bucket, Key="k")["Metadata"] == shown
    s3.copy_object(Bucket=bucket, Key="c", CopySource=f"{bucket}/k")
    assert s3.get_object(Bucket=bucket, Key="c")["Metadata"] == shown

    raw = lake.client("s3")
    raw.meta.events.register("before-call.s3.PutObject", lambda params, **kwargs: params["headers"].update({"x-amz-meta-raw": "café!"}))
    raw.put_object(Bucket=bucket, Key="r", Body=b"")
    assert s3.head_object(Bucket=bucket, Key="r")["Metadata"] == {"raw": "=?UTF-8?Q?caf=C3=83=C2=A9!?="}, "UTF-8 taken for Latin-1"

    queried = lake.client("s3", config=Config(signature_version="s3"))
    queried.meta.events.unregister("before-parameter-build.s3.PutObject", botocore.handlers.validate_ascii_metadata)
    url = queried.generate_presigned_url("put_object", Params={"Bucket": bucket, "Key": "q", "Metadata": {"raw": "café!"}})
    assert urllib3.request("PUT", url).status == 200
    assert s3.head_object(Bucket=bucket, Key="q")["Metadata"] == {"raw": "=?UTF-8?Q?caf=C3=A9!?="}


def test_no_object_has_a_torrent(s3, bucket):
    s3.put_object(Bucket=bucket, Key="k", Body=b"1")
    status, error = refused(s3.get_object_torrent, Bucket=bucket, Key="k")
    assert (status, error["Code"], error["Key"]) == (404, "NoSuchKey", "k")


def test_requests_that_name_no_operation_are_told_so(lake, bucket):
    status, error = plain(lake, "PUT", f"/{bucket}/k?partNumber=1")
    assert (status, error["Code"], error["ArgumentName"]) == (400, "InvalidArgument", "partNumber")
    status, error = plain(lake, "PUT", f"/{bucket}/k?uploadId=x")
    assert (status, error["Code"], error["ResourceType"]) == (405, "MethodNotAllowed", "UPLOAD")
    assert plain(lake, "GET", f"/{bucket}/k?versions")[1]["Code"] == "InvalidRequest"
    for method, path in (("GET", f"/{bucket}/k"), ("POST", f"/{bucket}/k?uploadId=x")):
        status, error = plain(lake, method, path, {"x-amz-copy-source": "a/b"})
        assert (status, error["ArgumentName"]) == (400, "x-amz-copy-source")


def test_a_list_may_come_in_several_lines(lake, s3, bucket):
    """As the SDK for Go sends it."""
    s3.put_object(Bucket=bucket, Key="k", Body=b"123")
    signer = lake.client("s3", config=Config(signature_version="s3v4", s3={"addressing_style": "path"}))
    url = signer.generate_presigned_url("get_object_attributes", Params={
        "Bucket": bucket, "Key": "k", "ObjectAttributes": ["ETag", "ObjectSize"]})
    connection = http.client.HTTPConnection(lake.endpoint.split("//")[1], timeout=30)
    connection.putrequest("GET", url.removeprefix(lake.endpoint))
    for attribute in ("ETag", "ObjectSize"):
        connection.putheader("x-amz-object-attributes", attribute)
    connection.endheaders()
    told = connection.getresponse().read().decode()
    assert "<ETag>202cb962ac59075b964b07152d234b70</ETag>" in told and "<ObjectSize>3</ObjectSize>" in told


def test_the_last_bytes_of_an_empty_object_are_all_of_it(s3, bucket):
    s3.put_object(Bucket=bucket, Key="empty", Body=b"")
    got = s3.get_object(Bucket=bucket, Key="empty", Range="bytes=-1")
    assert got["ResponseMetadata"]["HTTPStatusCode"] == 200 and "ContentRange" not in got
    for outside in ("bytes=-0", "bytes=0-"):
        assert refused(s3.get_object, Bucket=bucket, Key="empty", Range=outside)[0] == 416


def test_what_needs_a_signature_says_so(lake, bucket):
    for method, path, words in (
            ("PUT", f"/new-{bucket}", "Anonymous users cannot invoke this API. Please authenticate."),
            ("PUT", f"/{bucket}?acl", "Anonymous users cannot invoke this API. Please authenticate."),
            ("PUT", f"/{bucket}/k?acl", "Anonymous users cannot invoke this API. Please authenticate."),
            ("GET", f"/{bucket}?ownershipControls", "s3:GetBucketOwnershipControls does not support Anonymous requests!"),
            ("POST", f"/{bucket}/k?uploads", "Anonymous users cannot initiate multipart uploads. Please authenticate."),
            ("GET", f"/{bucket}/k", "Access Denied")):
        status, error = plain(lake, method, path, {"Content-MD5": "1B2M2Y8AsgTpgAmY7PhCfg=="})
        assert (status, error["Code"], error["Message"]) == (403, "AccessDenied", words), path


def test_a_part_that_is_named_twice_counts_as_it_was_uploaded_last(s3, bucket):
    upload = {"Bucket": bucket, "Key": "k", "UploadId": s3.create_multipart_upload(Bucket=bucket, Key="k")["UploadId"]}
    parts = [{"PartNumber": 1, "ETag": s3.upload_part(PartNumber=1, Body=body, **upload)["ETag"]} for body in (b"a", b"b")]
    assert refused(s3.complete_multipart_upload, MultipartUpload={"Parts": parts[::-1]}, **upload)[1]["Code"] == "InvalidPart"
    s3.complete_multipart_upload(MultipartUpload={"Parts": parts}, **upload)
    assert s3.get_object(Bucket=bucket, Key="k")["Body"].read() == b"b"


@pytest.mark.parametrize("declared", [{}, {"ChecksumAlgorithm": "CRC32", "ChecksumType": "FULL_OBJECT"}])
def test_parts_have_checksums_where_the_upload_declared_one(s3, bucket, declared):
    upload = {"Bucket": bucket, "Key": "k"}
    upload["UploadId"] = s3.create_multipart_upload(**upload, **declared)["UploadId"]
    etag = s3.upload_part(PartNumber=1, Body=b"a", **upload)["ETag"]
    s3.complete_multipart_upload(MultipartUpload={"Parts": [{"PartNumber": 1, "ETag": etag}]}, **upload)
    name = "ChecksumCRC32" if declared else "ChecksumCRC64NVME"
    assert name in s3.head_object(Bucket=bucket, Key="k", ChecksumMode="ENABLED")
    part = s3.head_object(Bucket=bucket, Key="k", ChecksumMode="ENABLED", PartNumber=1)
    assert (name in part) == bool(declared)


def test_a_locks_headers_are_judged_before_its_bucket(lake, s3, bucket):
    status, error = refused(s3.put_object, Bucket=bucket, Key="k", ObjectLockMode="COMPLIANCE")
    assert (status, error["Code"]) == (400, "InvalidArgument")
    status, error = plain(lake, "PUT", f"/{bucket}/k", {"x-amz-object-lock-retain-until-date": "tomorrow"})
    assert error["Message"] == "The retain until date must be provided in ISO 8601 format"
    until = "2020-01-01T00:00:00Z"
    status, error = refused(s3.create_multipart_upload, Bucket=bucket, Key="k", ObjectLockMode="GOVERNANCE",
                            ObjectLockRetainUntilDate=until)
    assert error["Message"] == "The retain until date must be in the future!"


def test_an_etag_may_lack_a_quote(s3, bucket):
    etag = s3.put_object(Bucket=bucket, Key="k", Body=b"one")["ETag"]
    etag = s3.put_object(Bucket=bucket, Key="k", Body=b"two", IfMatch=etag[1:])["ETag"]
    s3.put_object(Bucket=bucket, Key="k", Body=b"three", IfMatch=etag[1:-1])


def test_attributes_tell_a_composite_checksum_without_its_parts(s3, bucket):
    s3.put_object(Bucket=bucket, Key="k", Body=b"some value")
    upload = {"Bucket": bucket, "Key": "copy"}
    upload["UploadId"] = s3.create_multipart_upload(ChecksumAlgorithm="SHA256", **upload)["UploadId"]
    part = s3.upload_part_copy(PartNumber=1, CopySource=f"{bucket}/k", **upload)["CopyPartResult"]
    done = s3.complete_multipart_upload(MultipartUpload={"Parts": [
        {"PartNumber": 1, "ETag": part["ETag"], "ChecksumSHA256": part["ChecksumSHA256"]}]}, **upload)
    told = s3.get_object_attributes(Bucket=bucket, Key="copy", ObjectAttributes=["Checksum"])["Checksum"]
    assert told["ChecksumType"] == "COMPOSITE" and done["ChecksumSHA256"] == told["ChecksumSHA256"] + "-1"


def test_system_tags_are_refused(s3, bucket):
    status, error = refused(s3.put_object, Bucket=bucket, Key="k", Tagging="aws:a=b")
    assert (error["Code"], error["Message"]) == ("InvalidTag", "Your TagKey cannot be prefixed with aws:")


def test_a_page_of_versions_that_ends_with_a_prefix_names_no_version(s3, bucket):
    for key in ("a/1", "b", "c"):
        s3.put_object(Bucket=bucket, Key=key, Body=b"")
    page = s3.list_object_versions(Bucket=bucket, Delimiter="/", MaxKeys=1)
    assert page["NextKeyMarker"] == "a/" and "NextVersionIdMarker" not in page


def test_a_head_of_a_bucket_is_said_to_be_xml(s3, bucket):
    assert s3.head_bucket(Bucket=bucket)["ResponseMetadata"]["HTTPHeaders"]["content-type"] == "application/xml"


def test_the_home_region_is_no_constraint_elsewhere(lake, name):
    status, error = refused(lake.client("s3", region="us-west-2").create_bucket, Bucket=name,
                            CreateBucketConfiguration={"LocationConstraint": "us-east-1"})
    assert error["Code"] == "IllegalLocationConstraintException"


def test_limits_that_are_negative(s3, bucket):
    status, error = refused(s3.list_object_versions, Bucket=bucket, MaxKeys=-1)
    assert (error["Message"], error["ArgumentName"]) == ("max-keys cannot be negative", "maxKeys")


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


def test_settings_that_older_clients_send_without_a_digest(lake, bucket):
    """S3's model asks for digests that the service does not: s3cmd, for one, sends none of these with one."""
    s3 = lake.client("s3", config=Config(request_checksum_calculation="when_required"))
    undigested = ("Content-MD5", "x-amz-checksum-crc32", "x-amz-sdk-checksum-algorithm")

    def strip(request, **_):
        for header in undigested:
            del request.headers[header]
    s3.meta.events.register("before-sign.s3", strip)
    s3.put_object(Bucket=bucket, Key="k", Body=b"x")
    s3.put_object_tagging(Bucket=bucket, Key="k", Tagging={"TagSet": [{"Key": "a", "Value": "b"}]})
    s3.put_bucket_versioning(Bucket=bucket, VersioningConfiguration={"Status": "Enabled"})
    s3.put_bucket_policy(Bucket=bucket, Policy=json.dumps({"Version": "2012-10-17", "Statement": [{
        "Effect": "Deny", "Principal": "*", "Action": "s3:GetObject", "Resource": f"arn:aws:s3:::{bucket}/none"}]}))
    s3.put_bucket_website(Bucket=bucket, WebsiteConfiguration={"IndexDocument": {"Suffix": "i.html"}})
    s3.put_bucket_ownership_controls(Bucket=bucket, OwnershipControls={"Rules": [{"ObjectOwnership": "ObjectWriter"}]})
    s3.put_bucket_acl(Bucket=bucket, ACL="private")
    for asked in (lambda: s3.put_bucket_tagging(Bucket=bucket, Tagging={"TagSet": []}),
                  lambda: s3.delete_objects(Bucket=bucket, Delete={"Objects": [{"Key": "k"}]})):
        with pytest.raises(ClientError, match="Missing required header for this request: Content-MD5"):
            asked()


def test_a_bucket_made_with_the_private_list_takes_lists(lake, name):
    s3 = lake.client("s3")
    s3.create_bucket(Bucket=name, ACL="private")
    assert s3.get_bucket_ownership_controls(Bucket=name)["OwnershipControls"]["Rules"] == [
        {"ObjectOwnership": "BucketOwnerPreferred"}]


def test_a_composite_checksum_of_an_upload_may_come_without_its_count(lake, bucket):
    s3 = lake.client("s3")
    for right in (False, True):
        upload = dict(Bucket=bucket, Key="k", UploadId=s3.create_multipart_upload(
            Bucket=bucket, Key="k", ChecksumAlgorithm="SHA256")["UploadId"])
        part = s3.upload_part(**upload, PartNumber=1, Body=b"x", ChecksumAlgorithm="SHA256")
        parts = {"Parts": [{"PartNumber": 1, "ETag": part["ETag"], "ChecksumSHA256": part["ChecksumSHA256"]}]}
        of_parts = hashlib.sha256(base64.b64decode(part["ChecksumSHA256"])).digest()
        if right:
            s3.complete_multipart_upload(**upload, MultipartUpload=parts, ChecksumSHA256=base64.b64encode(of_parts).decode())
        else:
            with pytest.raises(ClientError, match="BadDigest"):
                s3.complete_multipart_upload(**upload, MultipartUpload=parts, ChecksumSHA256=part["ChecksumSHA256"])


def test_versions_and_delete_markers_stand_in_one_order(s3, bucket):
    s3.put_bucket_versioning(Bucket=bucket, VersioningConfiguration={"Status": "Enabled"})
    for key in ("a", "b"):
        for _ in range(2):
            s3.put_object(Bucket=bucket, Key=key, Body=b"x")
            s3.delete_object(Bucket=bucket, Key=key)
    seen = []
    s3.meta.events.register("before-parse.s3.ListObjectVersions", lambda response_dict, **_: seen.append(response_dict["body"].decode()))
    page = s3.list_object_versions(Bucket=bucket)
    kind = r"<(Version|DeleteMarker)>.*?<Key>(\w)</Key>"
    assert re.findall(kind, seen[0]) == [(one, key) for key in "ab" for one in ("DeleteMarker", "Version") * 2]
    assert [row["IsLatest"] for row in page["DeleteMarkers"]] == [True, False] * 2
    assert all(row["Owner"]["ID"] and row["VersionId"] and row["LastModified"] for row in page["DeleteMarkers"])
    assert "ETag" not in page["DeleteMarkers"][0] and page["Versions"][0]["Size"] == 1


def test_deleting_many_unsigned_is_refused_as_a_whole(lake, s3, bucket):
    s3.put_object(Bucket=bucket, Key="k", Body=b"x")
    connection = http.client.HTTPConnection(lake.endpoint.split("//")[1], timeout=30)
    body = b"<Delete><Object><Key>k</Key></Object></Delete>"
    connection.request("POST", f"/{bucket}?delete", body=body, headers={"Content-MD5": base64.b64encode(hashlib.md5(body).digest()).decode()})
    answer = connection.getresponse()
    assert answer.status == 403 and b"<Code>AccessDenied</Code>" in answer.read()
    s3.head_object(Bucket=bucket, Key="k")
