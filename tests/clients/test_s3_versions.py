"""Versioned buckets: ids, delete markers, null versions, listings, other accounts' buckets, restarts."""
import concurrent.futures
import os

import pytest
from botocore.config import Config
from botocore.exceptions import ClientError
from refusals import refused


@pytest.fixture
def s3(lake):
    return lake.client("s3")


@pytest.fixture
def versioned(s3, bucket):
    switch(s3, bucket, "Enabled")
    return bucket


def switch(s3, bucket, state):
    s3.put_bucket_versioning(Bucket=bucket, VersioningConfiguration={"Status": state})


def read(s3, bucket, key, **version):
    return s3.get_object(Bucket=bucket, Key=key, **version)["Body"].read()


def put(s3, bucket, key, body, **more):
    return s3.put_object(Bucket=bucket, Key=key, Body=body, **more).get("VersionId")


def test_the_state_is_told(s3, bucket):
    assert "Status" not in s3.get_bucket_versioning(Bucket=bucket)
    switch(s3, bucket, "Enabled")
    assert s3.get_bucket_versioning(Bucket=bucket)["Status"] == "Enabled"
    switch(s3, bucket, "Suspended")
    assert s3.get_bucket_versioning(Bucket=bucket)["Status"] == "Suspended"


def test_every_version_stays_readable(s3, versioned):
    ids = [put(s3, versioned, "k", f"v{i}".encode()) for i in range(5)]
    assert len(set(ids)) == 5
    assert read(s3, versioned, "k") == b"v4"
    for i, version in enumerate(ids):
        got = s3.get_object(Bucket=versioned, Key="k", VersionId=version)
        assert got["Body"].read() == f"v{i}".encode() and got["VersionId"] == version
    assert s3.head_object(Bucket=versioned, Key="k")["VersionId"] == ids[4]
    listed = s3.list_object_versions(Bucket=versioned)["Versions"]
    assert [v["VersionId"] for v in listed] == ids[::-1]
    assert [v["IsLatest"] for v in listed] == [True, False, False, False, False]


def test_a_delete_marker_hides_and_its_removal_restores(s3, versioned):
    version = put(s3, versioned, "k", b"x")
    deleted = s3.delete_object(Bucket=versioned, Key="k")
    assert deleted["DeleteMarker"] is True and deleted["VersionId"] != version
    with pytest.raises(ClientError) as caught:
        s3.get_object(Bucket=versioned, Key="k")
    assert caught.value.response["Error"]["Code"] == "NoSuchKey"
    headers = caught.value.response["ResponseMetadata"]["HTTPHeaders"]
    assert headers["x-amz-delete-marker"] == "true" and headers["x-amz-version-id"] == deleted["VersionId"]
    assert "Contents" not in s3.list_objects_v2(Bucket=versioned)
    assert refused(s3.get_object, Bucket=versioned, Key="k", VersionId=deleted["VersionId"]) == (405, "MethodNotAllowed")
    assert read(s3, versioned, "k", VersionId=version) == b"x"
    page = s3.list_object_versions(Bucket=versioned)
    assert [m["VersionId"] for m in page["DeleteMarkers"]] == [deleted["VersionId"]] and page["DeleteMarkers"][0]["IsLatest"]
    assert page["Versions"][0]["IsLatest"] is False
    assert refused(s3.delete_bucket, Bucket=versioned) == (409, "BucketNotEmpty")
    gone = s3.delete_object(Bucket=versioned, Key="k", VersionId=deleted["VersionId"])
    assert gone["DeleteMarker"] is True and gone["VersionId"] == deleted["VersionId"]
    assert read(s3, versioned, "k") == b"x"


def test_removing_versions_one_by_one(s3, versioned):
    ids = [put(s3, versioned, "k", f"v{i}".encode()) for i in range(3)]
    s3.delete_object(Bucket=versioned, Key="k", VersionId=ids[1])
    assert refused(s3.get_object, Bucket=versioned, Key="k", VersionId=ids[1]) == (404, "NoSuchVersion")
    s3.delete_object(Bucket=versioned, Key="k", VersionId=ids[2])
    assert read(s3, versioned, "k") == b"v0"
    assert s3.list_object_versions(Bucket=versioned)["Versions"][0]["IsLatest"] is True
    s3.delete_object(Bucket=versioned, Key="k", VersionId=ids[0])
    assert refused(s3.get_object, Bucket=versioned, Key="k") == (404, "NoSuchKey")
    assert "Versions" not in s3.list_object_versions(Bucket=versioned)
    s3.delete_bucket(Bucket=versioned)


def test_what_was_there_before_is_the_null_version(s3, bucket):
    assert put(s3, bucket, "k", b"before") is None
    switch(s3, bucket, "Enabled")
    assert s3.head_object(Bucket=bucket, Key="k")["VersionId"] == "null"
    version = put(s3, bucket, "k", b"after")
    assert read(s3, bucket, "k", VersionId="null") == b"before" and read(s3, bucket, "k") == b"after"
    switch(s3, bucket, "Suspended")
    put(s3, bucket, "k", b"suspended")
    assert read(s3, bucket, "k") == b"suspended" and read(s3, bucket, "k", VersionId="null") == b"suspended"
    assert sorted(v["VersionId"] for v in s3.list_object_versions(Bucket=bucket)["Versions"]) == sorted([version, "null"])
    put(s3, bucket, "k", b"again")
    assert len(s3.list_object_versions(Bucket=bucket)["Versions"]) == 2
    marker = s3.delete_object(Bucket=bucket, Key="k")
    assert marker["DeleteMarker"] is True and marker["VersionId"] == "null"
    page = s3.list_object_versions(Bucket=bucket)
    assert [v["VersionId"] for v in page["Versions"]] == [version] and len(page["DeleteMarkers"]) == 1
    s3.delete_object(Bucket=bucket, Key="k", VersionId="null")
    assert read(s3, bucket, "k") == b"after"
    switch(s3, bucket, "Enabled")
    put(s3, bucket, "k", b"newer")
    s3.delete_object(Bucket=bucket, Key="k", VersionId=version)
    assert [v["IsLatest"] for v in s3.list_object_versions(Bucket=bucket)["Versions"]] == [True]


def test_ids_that_are_not(s3, versioned):
    put(s3, versioned, "k", b"x")
    assert refused(s3.get_object, Bucket=versioned, Key="k", VersionId="nonsense") == (400, "InvalidArgument")
    other = put(s3, versioned, "other", b"x")
    assert refused(s3.get_object, Bucket=versioned, Key="k", VersionId=other) == (404, "NoSuchVersion")
    assert refused(s3.get_object, Bucket=versioned, Key="k", VersionId="null") == (404, "NoSuchVersion")
    s3.delete_object(Bucket=versioned, Key="k", VersionId=other)
    assert read(s3, versioned, "k") == b"x"


def test_versions_are_listed_in_pages(s3, versioned):
    expected = []
    for key in ("a", "b/1", "b/2", "c"):
        ids = [put(s3, versioned, key, str(i).encode()) for i in range(3)]
        expected += [(key, i) for i in reversed(ids)]
    s3.delete_object(Bucket=versioned, Key="c")
    for max_keys in (1, 2, 3, 5, 100):
        seen, markers = [], {}
        while True:
            page = s3.list_object_versions(Bucket=versioned, MaxKeys=max_keys, **markers)
            seen += [(v["Key"], v["VersionId"]) for v in page.get("Versions", [])]
            if not page["IsTruncated"]:
                break
            markers = {"KeyMarker": page["NextKeyMarker"], "VersionIdMarker": page["NextVersionIdMarker"]}
        assert seen == expected
    page = s3.list_object_versions(Bucket=versioned, Delimiter="/")
    assert [p["Prefix"] for p in page["CommonPrefixes"]] == ["b/"]
    assert {v["Key"] for v in page["Versions"]} == {"a", "c"}
    assert {v["Key"] for v in s3.list_object_versions(Bucket=versioned, Prefix="b/")["Versions"]} == {"b/1", "b/2"}


def test_copies_of_old_versions(s3, versioned):
    old = put(s3, versioned, "k", b"old", Metadata={"m": "1"})
    put(s3, versioned, "k", b"new")
    source = {"Bucket": versioned, "Key": "k", "VersionId": old}
    copied = s3.copy_object(Bucket=versioned, Key="k", CopySource=source)
    assert copied["CopySourceVersionId"] == old and read(s3, versioned, "k") == b"old"
    assert len(s3.list_object_versions(Bucket=versioned)["Versions"]) == 3
    marker = s3.delete_object(Bucket=versioned, Key="k")["VersionId"]
    assert refused(s3.copy_object, Bucket=versioned, Key="c", CopySource={**source, "VersionId": marker}) == (400, "InvalidRequest")


def test_many_versions_are_deleted_at_once(s3, versioned):
    for i in range(4):
        put(s3, versioned, f"k{i}", b"1")
        put(s3, versioned, f"k{i}", b"2")
    done = s3.delete_objects(Bucket=versioned, Delete={"Objects": [{"Key": "k0"}, {"Key": "k1"}]})["Deleted"]
    assert all(d["DeleteMarker"] and d["DeleteMarkerVersionId"] for d in done)
    page = s3.list_object_versions(Bucket=versioned)
    everything = [{"Key": v["Key"], "VersionId": v["VersionId"]} for v in page["Versions"] + page["DeleteMarkers"]]
    s3.delete_objects(Bucket=versioned, Delete={"Objects": everything})
    s3.delete_bucket(Bucket=versioned)


def test_tags_belong_to_versions(s3, versioned):
    old = put(s3, versioned, "k", b"1", Tagging="a=old")
    put(s3, versioned, "k", b"2", Tagging="a=new")
    s3.put_object_tagging(Bucket=versioned, Key="k", VersionId=old, Tagging={"TagSet": [{"Key": "a", "Value": "changed"}]})
    assert s3.get_object_tagging(Bucket=versioned, Key="k", VersionId=old)["TagSet"][0]["Value"] == "changed"
    assert s3.get_object_tagging(Bucket=versioned, Key="k")["TagSet"][0]["Value"] == "new"


def test_racing_writers_make_one_version_each(lake, versioned):
    s3 = lake.client("s3", config=Config(max_pool_connections=16))
    with concurrent.futures.ThreadPoolExecutor(16) as pool:
        ids = list(pool.map(lambda i: put(s3, versioned, "k", str(i).encode()), range(48)))
    listed = s3.list_object_versions(Bucket=versioned)["Versions"]
    assert sorted(v["VersionId"] for v in listed) == sorted(ids) and sum(v["IsLatest"] for v in listed) == 1
    assert read(s3, versioned, "k") == read(s3, versioned, "k", VersionId=listed[0]["VersionId"])


def test_everything_acknowledged_survives_a_kill(own_lake):
    s3 = own_lake.client("s3")
    s3.create_bucket(Bucket="plain")
    s3.create_bucket(Bucket="versions")
    switch(s3, "versions", "Enabled")
    bodies = {f"k{i}": os.urandom(size) for i, size in enumerate([0, 10, 5000, 70_000, 3_000_000])}
    for key, body in bodies.items():
        s3.put_object(Bucket="plain", Key=key, Body=body)
    ids = [put(s3, "versions", "v", str(i).encode()) for i in range(3)]
    upload = s3.create_multipart_upload(Bucket="plain", Key="multi")["UploadId"]
    part = s3.upload_part(Bucket="plain", Key="multi", UploadId=upload, PartNumber=1, Body=b"part")
    own_lake.restart(kill=True)
    s3 = own_lake.client("s3")
    for key, body in bodies.items():
        assert read(s3, "plain", key) == body
    assert [read(s3, "versions", "v", VersionId=i) for i in ids] == [b"0", b"1", b"2"]
    done = {"PartNumber": 1, "ETag": part["ETag"], "ChecksumCRC32": part["ChecksumCRC32"]}
    s3.complete_multipart_upload(Bucket="plain", Key="multi", UploadId=upload, MultipartUpload={"Parts": [done]})
    assert read(s3, "plain", "multi") == b"part"
