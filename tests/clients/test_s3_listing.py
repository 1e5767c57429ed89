"""Listing objects: order, prefixes, delimiters, pages, odd keys."""
import pytest
from botocore.exceptions import ClientError


@pytest.fixture
def s3(lake):
    return lake.client("s3")


def fill(s3, bucket, keys):
    for key in keys:
        s3.put_object(Bucket=bucket, Key=key, Body=key.encode())


def keys_of(page):
    return [o["Key"] for o in page.get("Contents", [])]


def prefixes_of(page):
    return [p["Prefix"] for p in page.get("CommonPrefixes", [])]


def test_an_empty_bucket(s3, bucket):
    page = s3.list_objects_v2(Bucket=bucket)
    assert page["KeyCount"] == 0 and page["IsTruncated"] is False and page["MaxKeys"] == 1000 and page["Name"] == bucket
    assert "Contents" not in page
    assert "Contents" not in s3.list_objects(Bucket=bucket)


def test_rows_tell_size_etag_and_class(s3, bucket):
    put = s3.put_object(Bucket=bucket, Key="k", Body=b"12345")
    row = s3.list_objects_v2(Bucket=bucket, FetchOwner=True)["Contents"][0]
    head = s3.head_object(Bucket=bucket, Key="k")
    assert row["Size"] == 5 and row["ETag"] == put["ETag"] and row["StorageClass"] == "STANDARD"
    assert row["LastModified"] == head["LastModified"] and row["Owner"]["ID"]
    assert row["ChecksumAlgorithm"] == ["CRC32"] and row["ChecksumType"] == "FULL_OBJECT"
    assert "Owner" not in s3.list_objects_v2(Bucket=bucket)["Contents"][0]
    assert s3.list_objects(Bucket=bucket)["Contents"][0]["Owner"]["ID"]


def test_keys_come_in_byte_order(s3, bucket):
    keys = ["b", "a", "a/", "a/b", "a0", "A", "ü", "z", "~", " lead", "a b", "a+b", "%41", "日本", "a&b<c>\"'", "x" * 900]
    fill(s3, bucket, keys)
    assert keys_of(s3.list_objects_v2(Bucket=bucket)) == sorted(keys, key=lambda k: k.encode())
    assert keys_of(s3.list_objects(Bucket=bucket)) == sorted(keys, key=lambda k: k.encode())
    for key in keys:
        assert s3.get_object(Bucket=bucket, Key=key)["Body"].read() == key.encode()


def test_pages_join_without_gap_or_double(s3, bucket):
    keys = sorted(f"k{i:03}" for i in range(25))
    fill(s3, bucket, keys)
    seen, token = [], {}
    while True:
        page = s3.list_objects_v2(Bucket=bucket, MaxKeys=7, **token)
        seen += keys_of(page)
        assert page["KeyCount"] == len(keys_of(page)) <= 7
        if not page["IsTruncated"]:
            assert "NextContinuationToken" not in page
            break
        token = {"ContinuationToken": page["NextContinuationToken"]}
    assert seen == keys
    assert keys_of(s3.list_objects_v2(Bucket=bucket, StartAfter="k010", MaxKeys=3)) == keys[11:14]
    assert keys_of(s3.list_objects_v2(Bucket=bucket, StartAfter="k0105")) == keys[11:]
    assert keys_of(s3.list_objects(Bucket=bucket, Marker="k022")) == keys[23:]
    assert keys_of(s3.list_objects_v2(Bucket=bucket, MaxKeys=0)) == []
    page = s3.list_objects(Bucket=bucket, MaxKeys=25)
    assert page["IsTruncated"] is False
    assert s3.list_objects_v2(Bucket=bucket, MaxKeys=5000)["MaxKeys"] == 1000


def test_delimiters_roll_up(s3, bucket):
    fill(s3, bucket, ["asdf", "boo/bar", "boo/baz/xyzzy", "cquux/thud", "cquux/bla", "z"])
    page = s3.list_objects_v2(Bucket=bucket, Delimiter="/")
    assert keys_of(page) == ["asdf", "z"] and prefixes_of(page) == ["boo/", "cquux/"] and page["KeyCount"] == 4
    page = s3.list_objects_v2(Bucket=bucket, Delimiter="/", Prefix="boo/")
    assert keys_of(page) == ["boo/bar"] and prefixes_of(page) == ["boo/baz/"]
    page = s3.list_objects_v2(Bucket=bucket, Delimiter="/", Prefix="boo")
    assert keys_of(page) == [] and prefixes_of(page) == ["boo/"]
    page = s3.list_objects_v2(Bucket=bucket, Prefix="cquux/", Delimiter="a")
    assert keys_of(page) == ["cquux/thud"] and prefixes_of(page) == ["cquux/bla"]


def test_pages_of_rolled_up_prefixes(s3, bucket):
    fill(s3, bucket, ["asdf", "boo/bar", "boo/baz/xyzzy", "cquux/thud", "cquux/bla"])

    def all_of(operation, max_keys):
        rows, arguments = [], {}
        while True:
            page = operation(Bucket=bucket, Delimiter="/", MaxKeys=max_keys, **arguments)
            rows += keys_of(page) + prefixes_of(page)
            if not page["IsTruncated"]:
                return rows
            arguments = ({"ContinuationToken": page["NextContinuationToken"]} if "NextContinuationToken" in page
                         else {"Marker": page["NextMarker"]})
    for max_keys in (1, 2, 3, 4):
        assert all_of(s3.list_objects_v2, max_keys) == ["asdf", "boo/", "cquux/"]
        assert all_of(s3.list_objects, max_keys) == ["asdf", "boo/", "cquux/"]


def test_many_folders_with_many_keys(s3, bucket):
    keys = [f"f{i:02}/k{j}" for i in range(12) for j in range(20)] + ["f03", "top"]
    fill(s3, bucket, keys)
    page = s3.list_objects_v2(Bucket=bucket, Delimiter="/")
    assert prefixes_of(page) == [f"f{i:02}/" for i in range(12)] and keys_of(page) == ["f03", "top"]
    assert keys_of(s3.list_objects_v2(Bucket=bucket, Prefix="f07/")) == sorted(f"f07/k{j}" for j in range(20))


def test_delimiters_of_other_kinds(s3, bucket):
    fill(s3, bucket, ["b\x0aa", "b a", "ba-r", "ba-z", "c%d", "c%e"])
    assert prefixes_of(s3.list_objects_v2(Bucket=bucket, Delimiter="-")) == ["ba-"]
    assert prefixes_of(s3.list_objects_v2(Bucket=bucket, Delimiter="%")) == ["c%"]
    assert prefixes_of(s3.list_objects_v2(Bucket=bucket, Delimiter=" ")) == ["b "]
    assert prefixes_of(s3.list_objects_v2(Bucket=bucket, Delimiter="\x0a")) == ["b\x0a"]
    page = s3.list_objects_v2(Bucket=bucket, Delimiter="")
    assert len(keys_of(page)) == 6 and prefixes_of(page) == []
    assert prefixes_of(s3.list_objects_v2(Bucket=bucket, Delimiter="nothing")) == []


def test_arguments_that_are_refused(s3, bucket):
    def code(**arguments):
        with pytest.raises(ClientError) as caught:
            s3.list_objects_v2(Bucket=bucket, **arguments)
        return caught.value.response["Error"]["Code"]
    assert code(MaxKeys=-1) == "InvalidArgument"
    assert code(EncodingType="base64") == "InvalidArgument"
    assert code(ContinuationToken="!!!") == "InvalidArgument"


def test_deleted_keys_are_gone_from_listings(s3, bucket):
    fill(s3, bucket, ["a", "b", "c"])
    s3.delete_object(Bucket=bucket, Key="b")
    assert keys_of(s3.list_objects_v2(Bucket=bucket)) == ["a", "c"]


def test_the_cli_style_paginator_sees_everything(s3, bucket):
    keys = [f"p/{i:04}" for i in range(1100)]
    for key in keys:
        s3.put_object(Bucket=bucket, Key=key, Body=b"")
    pages = s3.get_paginator("list_objects_v2").paginate(Bucket=bucket, Prefix="p/")
    assert [o["Key"] for page in pages for o in page["Contents"]] == keys
