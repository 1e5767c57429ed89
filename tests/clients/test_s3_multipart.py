"""Multipart uploads: ETags, checksums, rules of parts, part copies, listings."""
import base64
import hashlib
import os
import zlib

import pytest
from boto3.s3.transfer import TransferConfig
from botocore.config import Config
from refusals import refused


MIB = 1 << 20
PART = os.urandom(5 * MIB)
TAIL = os.urandom(12_345)


@pytest.fixture
def s3(lake):
    return lake.client("s3")


@pytest.fixture
def plain(lake):
    """A client that adds no checksums of its own."""
    return lake.client("s3", config=Config(request_checksum_calculation="when_required"))


def upload(s3, bucket, key, bodies, part_checksum=None, **create):
    """Uploads parts 1… and returns the upload's id with the list that completes it."""
    upload_id = s3.create_multipart_upload(Bucket=bucket, Key=key, **create)["UploadId"]
    parts = []
    more = {"ChecksumAlgorithm": part_checksum} if part_checksum else {}
    for number, body in enumerate(bodies, 1):
        answer = s3.upload_part(Bucket=bucket, Key=key, UploadId=upload_id, PartNumber=number, Body=body, **more)
        part = {"PartNumber": number, "ETag": answer["ETag"]}
        part.update({k: v for k, v in answer.items() if k.startswith("Checksum")})
        parts.append(part)
    return upload_id, parts


def etag_of(bodies):
    return f'"{hashlib.md5(b"".join(hashlib.md5(b).digest() for b in bodies)).hexdigest()}-{len(bodies)}"'


def test_parts_become_one_object(plain, bucket):
    bodies = [PART, PART[::-1], TAIL]
    upload_id, parts = upload(plain, bucket, "dir/k", bodies, ContentType="x/y", Metadata={"a": "b"}, Tagging="t=1")
    assert refused(plain.get_object, Bucket=bucket, Key="dir/k") == (404, "NoSuchKey")
    done = plain.complete_multipart_upload(Bucket=bucket, Key="dir/k", UploadId=upload_id, MultipartUpload={"Parts": parts})
    assert done["ETag"] == etag_of(bodies) and done["Bucket"] == bucket and done["Key"] == "dir/k"
    assert done["Location"].endswith(f"/{bucket}/dir/k") and done["ChecksumType"] == "FULL_OBJECT"
    got = plain.get_object(Bucket=bucket, Key="dir/k")
    assert got["Body"].read() == b"".join(bodies)
    assert got["ETag"] == done["ETag"] and got["ContentType"] == "x/y" and got["Metadata"] == {"a": "b"} and got["TagCount"] == 1
    begin, end = 5 * MIB - 100, 10 * MIB + 100
    got = plain.get_object(Bucket=bucket, Key="dir/k", Range=f"bytes={begin}-{end - 1}")
    assert got["Body"].read() == b"".join(bodies)[begin:end]
    # The same completion again is answered alike; the upload itself is gone.
    again = plain.complete_multipart_upload(Bucket=bucket, Key="dir/k", UploadId=upload_id, MultipartUpload={"Parts": parts})
    assert again["ETag"] == done["ETag"]
    assert refused(plain.list_parts, Bucket=bucket, Key="dir/k", UploadId=upload_id) == (404, "NoSuchUpload")
    assert refused(plain.upload_part, Bucket=bucket, Key="dir/k", UploadId=upload_id, PartNumber=1, Body=b"x") == (404, "NoSuchUpload")


def test_single_parts_are_read_by_number(plain, bucket):
    bodies = [PART, TAIL]
    upload_id, parts = upload(plain, bucket, "k", bodies)
    plain.complete_multipart_upload(Bucket=bucket, Key="k", UploadId=upload_id, MultipartUpload={"Parts": parts})
    for number, body in enumerate(bodies, 1):
        got = plain.get_object(Bucket=bucket, Key="k", PartNumber=number)
        assert got["Body"].read() == body and got["PartsCount"] == 2
        assert got["ResponseMetadata"]["HTTPStatusCode"] == 206
        assert plain.head_object(Bucket=bucket, Key="k", PartNumber=number)["ContentLength"] == len(body)
    assert refused(plain.get_object, Bucket=bucket, Key="k", PartNumber=3) == (416, "InvalidPartNumber")
    plain.put_object(Bucket=bucket, Key="one", Body=b"abc")
    assert plain.get_object(Bucket=bucket, Key="one", PartNumber=1)["Body"].read() == b"abc"
    assert refused(plain.get_object, Bucket=bucket, Key="one", PartNumber=2)[0] == 416


def test_rules_of_completion(plain, bucket):
    upload_id, parts = upload(plain, bucket, "k", [b"small", b"also small"])

    def complete(parts):
        return refused(plain.complete_multipart_upload, Bucket=bucket, Key="k", UploadId=upload_id, MultipartUpload={"Parts": parts})
    assert complete(parts) == (400, "EntityTooSmall")
    assert complete(parts[::-1]) == (400, "InvalidPartOrder")
    assert complete([{**parts[0], "ETag": '"0123456789abcdef0123456789abcdef"'}]) == (400, "InvalidPart")
    assert complete([{**parts[0], "PartNumber": 7}]) == (400, "InvalidPart")
    assert complete([]) == (400, "InvalidRequest")
    assert refused(plain.complete_multipart_upload, Bucket=bucket, Key="k", UploadId="nope",
                   MultipartUpload={"Parts": parts}) == (404, "NoSuchUpload")
    assert refused(plain.get_object, Bucket=bucket, Key="k")[0] == 404
    # Nothing of this ended the upload; one small part alone is fine, the other one is dropped.
    plain.complete_multipart_upload(Bucket=bucket, Key="k", UploadId=upload_id, MultipartUpload={"Parts": parts[1:]})
    assert plain.get_object(Bucket=bucket, Key="k")["Body"].read() == b"also small"


def test_part_numbers_have_bounds(plain, bucket):
    upload_id = plain.create_multipart_upload(Bucket=bucket, Key="k")["UploadId"]
    for number in (0, 10_001):
        assert refused(plain.upload_part, Bucket=bucket, Key="k", UploadId=upload_id, PartNumber=number, Body=b"x") == (400, "InvalidArgument")
    plain.upload_part(Bucket=bucket, Key="k", UploadId=upload_id, PartNumber=10_000, Body=b"x")


def test_a_part_sent_twice_counts_once(plain, bucket):
    upload_id, _ = upload(plain, bucket, "k", [b"first"])
    second = plain.upload_part(Bucket=bucket, Key="k", UploadId=upload_id, PartNumber=1, Body=b"second")
    plain.complete_multipart_upload(Bucket=bucket, Key="k", UploadId=upload_id,
                                    MultipartUpload={"Parts": [{"PartNumber": 1, "ETag": second["ETag"]}]})
    assert plain.get_object(Bucket=bucket, Key="k")["Body"].read() == b"second"


def test_composite_checksums(s3, bucket):
    bodies = [PART, TAIL]
    upload_id, parts = upload(s3, bucket, "k", bodies, part_checksum="SHA256", ChecksumAlgorithm="SHA256")
    listed = s3.list_parts(Bucket=bucket, Key="k", UploadId=upload_id)
    assert listed["ChecksumAlgorithm"] == "SHA256" and listed["ChecksumType"] == "COMPOSITE"
    done = s3.complete_multipart_upload(Bucket=bucket, Key="k", UploadId=upload_id, MultipartUpload={"Parts": parts})
    digests = [hashlib.sha256(b).digest() for b in bodies]
    expected = base64.b64encode(hashlib.sha256(b"".join(digests)).digest()).decode()
    assert done["ChecksumSHA256"] == f"{expected}-2" and done["ChecksumType"] == "COMPOSITE"
    assert s3.head_object(Bucket=bucket, Key="k", ChecksumMode="ENABLED")["ChecksumSHA256"] == f"{expected}-2"
    told = s3.get_object_attributes(Bucket=bucket, Key="k", ObjectAttributes=["Checksum", "ObjectParts"])
    assert told["Checksum"]["ChecksumSHA256"] == expected and told["ObjectParts"]["TotalPartsCount"] == 2
    assert [p["ChecksumSHA256"] for p in told["ObjectParts"]["Parts"]] == [base64.b64encode(d).decode() for d in digests]


def test_full_object_checksums_are_combined(s3, bucket):
    bodies = [PART, PART, TAIL]
    whole = base64.b64encode(zlib.crc32(b"".join(bodies)).to_bytes(4, "big")).decode()
    upload_id, parts = upload(s3, bucket, "k", bodies, ChecksumAlgorithm="CRC32", ChecksumType="FULL_OBJECT")
    assert refused(s3.complete_multipart_upload, Bucket=bucket, Key="k", UploadId=upload_id, ChecksumType="FULL_OBJECT",
                   ChecksumCRC32="AAAAAA==", MultipartUpload={"Parts": parts}) == (400, "BadDigest")
    assert refused(s3.complete_multipart_upload, Bucket=bucket, Key="k", UploadId=upload_id, MpuObjectSize=3,
                   MultipartUpload={"Parts": parts}) == (400, "InvalidRequest")
    done = s3.complete_multipart_upload(Bucket=bucket, Key="k", UploadId=upload_id, ChecksumCRC32=whole,
                                        ChecksumType="FULL_OBJECT", MultipartUpload={"Parts": parts},
                                        MpuObjectSize=sum(map(len, bodies)))
    assert done["ChecksumCRC32"] == whole and done["ChecksumType"] == "FULL_OBJECT"
    assert s3.get_object(Bucket=bucket, Key="k", ChecksumMode="ENABLED")["Body"].read() == b"".join(bodies)


def test_parts_with_the_clients_default_checksums(s3, bucket):
    # The client adds CRC32 to each part, though the upload was begun without an algorithm.
    upload_id, parts = upload(s3, bucket, "k", [PART, TAIL])
    assert parts[1]["ChecksumCRC32"] == base64.b64encode(zlib.crc32(TAIL).to_bytes(4, "big")).decode()
    done = s3.complete_multipart_upload(Bucket=bucket, Key="k", UploadId=upload_id, MultipartUpload={"Parts": parts})
    assert done["ChecksumType"] == "FULL_OBJECT" and done["ChecksumCRC64NVME"]
    assert s3.get_object(Bucket=bucket, Key="k")["Body"].read() == PART + TAIL


def test_checksum_types_that_do_not_go_together(s3, bucket):
    create = dict(Bucket=bucket, Key="k")
    assert refused(s3.create_multipart_upload, **create, ChecksumAlgorithm="SHA1", ChecksumType="FULL_OBJECT") == (400, "InvalidRequest")
    assert refused(s3.create_multipart_upload, **create, ChecksumAlgorithm="CRC64NVME", ChecksumType="COMPOSITE") == (400, "InvalidRequest")
    upload_id = s3.create_multipart_upload(**create, ChecksumAlgorithm="SHA1")["UploadId"]
    assert refused(s3.upload_part, **create, UploadId=upload_id, PartNumber=1, Body=b"x", ChecksumAlgorithm="CRC32") == (400, "InvalidRequest")


def test_aborting_leaves_nothing(plain, bucket):
    upload_id, _ = upload(plain, bucket, "k", [b"x"])
    plain.abort_multipart_upload(Bucket=bucket, Key="k", UploadId=upload_id)
    assert refused(plain.abort_multipart_upload, Bucket=bucket, Key="k", UploadId=upload_id) == (404, "NoSuchUpload")
    assert "Uploads" not in plain.list_multipart_uploads(Bucket=bucket)
    # Uploads in progress do not keep a bucket alive.
    upload(plain, bucket, "k", [b"x"])
    plain.delete_bucket(Bucket=bucket)


def test_parts_and_uploads_are_listed_in_pages(plain, bucket):
    upload_id, _ = upload(plain, bucket, "k", [bytes([i]) * 10 for i in range(5)])
    page = plain.list_parts(Bucket=bucket, Key="k", UploadId=upload_id, MaxParts=2)
    assert [p["PartNumber"] for p in page["Parts"]] == [1, 2] and page["IsTruncated"] and page["NextPartNumberMarker"] == 2
    page = plain.list_parts(Bucket=bucket, Key="k", UploadId=upload_id, PartNumberMarker=2)
    assert [p["PartNumber"] for p in page["Parts"]] == [3, 4, 5] and not page["IsTruncated"]
    assert page["Parts"][0]["Size"] == 10 and page["Parts"][0]["ETag"] == f'"{hashlib.md5(bytes([2]) * 10).hexdigest()}"'
    other = plain.create_multipart_upload(Bucket=bucket, Key="k")["UploadId"]
    plain.create_multipart_upload(Bucket=bucket, Key="a/b")
    plain.create_multipart_upload(Bucket=bucket, Key="z")
    page = plain.list_multipart_uploads(Bucket=bucket, MaxUploads=2)
    assert [u["Key"] for u in page["Uploads"]] == ["a/b", "k"] and page["IsTruncated"]
    rest = plain.list_multipart_uploads(Bucket=bucket, KeyMarker=page["NextKeyMarker"], UploadIdMarker=page["NextUploadIdMarker"])
    assert [u["Key"] for u in rest["Uploads"]] == ["k", "z"] and rest["Uploads"][0]["UploadId"] == other
    assert page["Uploads"][1]["UploadId"] == upload_id
    page = plain.list_multipart_uploads(Bucket=bucket, Delimiter="/")
    assert [p["Prefix"] for p in page["CommonPrefixes"]] == ["a/"] and len(page["Uploads"]) == 3
    assert len(plain.list_multipart_uploads(Bucket=bucket, Prefix="k")["Uploads"]) == 2


def test_parts_are_copied_from_objects(plain, bucket):
    plain.put_object(Bucket=bucket, Key="src", Body=PART + TAIL)
    source = {"Bucket": bucket, "Key": "src"}
    upload_id = plain.create_multipart_upload(Bucket=bucket, Key="k")["UploadId"]
    copy = dict(Bucket=bucket, Key="k", UploadId=upload_id, CopySource=source)
    first = plain.upload_part_copy(**copy, PartNumber=1)["CopyPartResult"]
    assert first["ETag"] == f'"{hashlib.md5(PART + TAIL).hexdigest()}"'
    second = plain.upload_part_copy(**copy, PartNumber=2, CopySourceRange="bytes=100-70099")["CopyPartResult"]
    assert second["ETag"] == f'"{hashlib.md5((PART + TAIL)[100:70100]).hexdigest()}"'
    for bad in ("bytes=5-", "bytes=9-2", "0-5", f"bytes=0-{len(PART + TAIL)}"):
        assert refused(plain.upload_part_copy, **copy, PartNumber=3, CopySourceRange=bad) == (400, "InvalidArgument")
    plain.complete_multipart_upload(Bucket=bucket, Key="k", UploadId=upload_id, MultipartUpload={
        "Parts": [{"PartNumber": 1, "ETag": first["ETag"]}, {"PartNumber": 2, "ETag": second["ETag"]}]})
    plain.delete_object(Bucket=bucket, Key="src")
    assert plain.get_object(Bucket=bucket, Key="k")["Body"].read() == PART + TAIL + (PART + TAIL)[100:70100]


def test_an_object_of_many_parts_is_copied_whole(plain, bucket):
    bodies = [PART, PART, PART, PART, PART, TAIL]
    upload_id, parts = upload(plain, bucket, "many", bodies)
    plain.complete_multipart_upload(Bucket=bucket, Key="many", UploadId=upload_id, MultipartUpload={"Parts": parts})
    copied = plain.copy_object(Bucket=bucket, Key="copy", CopySource={"Bucket": bucket, "Key": "many"})
    assert copied["CopyObjectResult"]["ETag"] == f'"{hashlib.md5(b"".join(bodies)).hexdigest()}"'
    plain.delete_object(Bucket=bucket, Key="many")
    assert plain.get_object(Bucket=bucket, Key="copy")["Body"].read() == b"".join(bodies)


def test_completion_may_be_conditional(plain, bucket):
    plain.put_object(Bucket=bucket, Key="k", Body=b"there")
    upload_id, parts = upload(plain, bucket, "k", [b"new"])
    complete = dict(Bucket=bucket, Key="k", UploadId=upload_id, MultipartUpload={"Parts": parts})
    assert refused(plain.complete_multipart_upload, **complete, IfNoneMatch="*") == (412, "PreconditionFailed")
    assert refused(plain.complete_multipart_upload, **complete, IfMatch='"x"') == (412, "PreconditionFailed")
    plain.complete_multipart_upload(**complete, IfMatch=f'"{hashlib.md5(b"there").hexdigest()}"')
    assert plain.get_object(Bucket=bucket, Key="k")["Body"].read() == b"new"


def test_the_transfer_library_round_trips(s3, bucket, tmp_path):
    body = os.urandom(23 * MIB + 7)
    (tmp_path / "f").write_bytes(body)
    config = TransferConfig(multipart_threshold=5 * MIB, multipart_chunksize=5 * MIB, max_concurrency=4)
    s3.upload_file(str(tmp_path / "f"), bucket, "k", Config=config)
    assert s3.head_object(Bucket=bucket, Key="k")["ETag"].endswith('-5"')
    s3.download_file(bucket, "k", str(tmp_path / "g"), Config=config)
    assert (tmp_path / "g").read_bytes() == body
