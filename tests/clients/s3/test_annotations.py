"""Object annotations: kept with a version, copied with it, deleted with it."""
import base64
import hashlib

import pytest
from botocore.exceptions import ClientError

ENABLED = {"VersioningConfiguration": {"Status": "Enabled"}}


@pytest.fixture
def s3(lake):
    return lake.client("s3")


def annotate(s3, bucket, key, name, text, **more):
    return s3.put_object_annotation(Bucket=bucket, Key=key, AnnotationName=name, AnnotationPayload=text, **more)


def read(s3, bucket, key, name, **more):
    return s3.get_object_annotation(Bucket=bucket, Key=key, AnnotationName=name, **more)


def names(s3, bucket, key, **more):
    return [row["AnnotationName"] for row in s3.list_object_annotations(Bucket=bucket, Key=key, **more)["Annotations"]]


def test_texts_are_kept_replaced_and_deleted(s3, bucket):
    s3.put_object(Bucket=bucket, Key="k", Body=b"x")
    text = "größer".encode()
    made = annotate(s3, bucket, "k", "summary", text)
    assert made["ETag"] == f'"{hashlib.md5(text).hexdigest()}"' and made["AnnotationName"] == "summary"
    found = read(s3, bucket, "k", "summary", ChecksumMode="ENABLED")
    assert found["AnnotationPayload"].read() == text and found["ContentLength"] == len(text)
    assert found["ETag"] == made["ETag"] and found["ServerSideEncryption"] == "AES256"
    annotate(s3, bucket, "k", "summary", b"other")
    assert read(s3, bucket, "k", "summary")["AnnotationPayload"].read() == b"other"
    for name in ("b", "a/1", "a/2", "a/3"):
        annotate(s3, bucket, "k", name, name.encode())
    listed = s3.list_object_annotations(Bucket=bucket, Key="k")
    assert [row["AnnotationName"] for row in listed["Annotations"]] == ["a/1", "a/2", "a/3", "b", "summary"]
    assert listed["AnnotationCount"] == 5 and listed["Annotations"][0]["Size"] == 3
    first = s3.list_object_annotations(Bucket=bucket, Key="k", AnnotationPrefix="a/", MaxAnnotationResults=2)
    assert [row["AnnotationName"] for row in first["Annotations"]] == ["a/1", "a/2"]
    assert names(s3, bucket, "k", AnnotationPrefix="a/", ContinuationToken=first["NextContinuationToken"]) == ["a/3"]
    for _ in range(2):
        s3.delete_object_annotation(Bucket=bucket, Key="k", AnnotationName="summary")
    with pytest.raises(ClientError, match="NoSuchAnnotation") as error:
        read(s3, bucket, "k", "summary")
    assert error.value.response["ResponseMetadata"]["HTTPStatusCode"] == 404


def test_they_belong_to_one_version(s3, bucket):
    s3.put_bucket_versioning(Bucket=bucket, **ENABLED)
    old = s3.put_object(Bucket=bucket, Key="k", Body=b"1")["VersionId"]
    assert annotate(s3, bucket, "k", "n", b"old")["ObjectVersionId"] == old
    new = s3.put_object(Bucket=bucket, Key="k", Body=b"2")["VersionId"]
    assert names(s3, bucket, "k") == [] and names(s3, bucket, "k", VersionId=old) == ["n"]
    annotate(s3, bucket, "k", "n", b"newer", VersionId=old)
    found = read(s3, bucket, "k", "n", VersionId=old)
    assert found["AnnotationPayload"].read() == b"newer" and found["ObjectVersionId"] == old
    marker = s3.delete_object(Bucket=bucket, Key="k")["VersionId"]
    with pytest.raises(ClientError, match="NoSuchKey"):
        annotate(s3, bucket, "k", "n", b"x")
    s3.delete_object(Bucket=bucket, Key="k", VersionId=marker)
    s3.delete_object(Bucket=bucket, Key="k", VersionId=new)
    assert read(s3, bucket, "k", "n")["AnnotationPayload"].read() == b"newer"
    s3.delete_object(Bucket=bucket, Key="k", VersionId=old)
    s3.put_object(Bucket=bucket, Key="k", Body=b"3")
    assert names(s3, bucket, "k") == []


def test_copies_take_them_along_unless_told_not_to(s3, bucket):
    s3.put_object(Bucket=bucket, Key="k", Body=b"x")
    annotate(s3, bucket, "k", "n", b"text")
    source = {"Bucket": bucket, "Key": "k"}
    s3.copy_object(Bucket=bucket, Key="with", CopySource=source)
    s3.copy_object(Bucket=bucket, Key="without", CopySource=source, AnnotationDirective="EXCLUDE")
    s3.copy_object(Bucket=bucket, Key="k", CopySource=source, MetadataDirective="REPLACE")
    s3.delete_object(Bucket=bucket, Key="k")
    assert read(s3, bucket, "with", "n")["AnnotationPayload"].read() == b"text"
    assert names(s3, bucket, "without") == []


def test_objects_in_place_keep_them(s3, bucket):
    s3.put_object(Bucket=bucket, Key="k", Body=b"x")
    annotate(s3, bucket, "k", "n", b"text")
    s3.copy_object(Bucket=bucket, Key="k", CopySource={"Bucket": bucket, "Key": "k"}, MetadataDirective="REPLACE")
    assert read(s3, bucket, "k", "n")["AnnotationPayload"].read() == b"text"
    s3.put_object_tagging(Bucket=bucket, Key="k", Tagging={"TagSet": [{"Key": "a", "Value": "b"}]})
    assert names(s3, bucket, "k") == ["n"]
    s3.put_object(Bucket=bucket, Key="k", Body=b"y")
    assert names(s3, bucket, "k") == []


def test_bad_requests_are_refused(s3, bucket):
    etag = s3.put_object(Bucket=bucket, Key="k", Body=b"x")["ETag"]
    for name, text, code in (("aws-x", b"t", "InvalidAnnotationName"), ("S3:x", b"t", "InvalidAnnotationName"),
                             ("n" * 513, b"t", "AnnotationNameTooLong"), ("n", b"", "InvalidRequest"),
                             ("n", b"x" * ((1 << 20) + 1), "EntityTooLarge"), ("n", b"\xff\xfe", "UnsupportedMediaType")):
        with pytest.raises(ClientError, match=code):
            annotate(s3, bucket, "k", name, text)
    with pytest.raises(ClientError, match="NoSuchKey"):
        annotate(s3, bucket, "missing", "n", b"t")
    with pytest.raises(ClientError, match="PreconditionFailed"):
        annotate(s3, bucket, "k", "n", b"t", ObjectIfMatch='"other"')
    annotate(s3, bucket, "k", "n", b"t", ObjectIfMatch=etag)
    with pytest.raises(ClientError, match="BadDigest"):
        annotate(s3, bucket, "k", "n", b"t", ChecksumSHA256=base64.b64encode(bytes(32)).decode())
    annotate(s3, bucket, "k", "n", b"x" * (1 << 20))
    assert names(s3, bucket, "k") == ["n"]
    s3.delete_object(Bucket=bucket, Key="k")
    s3.delete_bucket(Bucket=bucket)


def test_a_crash_loses_none(own_lake, name):
    s3 = own_lake.client("s3")
    s3.create_bucket(Bucket=name)
    s3.put_object(Bucket=name, Key="k", Body=b"x")
    annotate(s3, name, "k", "n", b"text")
    own_lake.restart(kill=True)
    assert read(own_lake.client("s3"), name, "k", "n")["AnnotationPayload"].read() == b"text"
