"""Directory buckets: made, shared out by sessions, appended to, renamed in; and what is refused there or elsewhere."""
import concurrent.futures
import datetime
import json

import pytest
from botocore.exceptions import ClientError

from s3.directory_buckets import NO_SESSIONS, PATH_STYLE, ZONE, make, place, refused, session_client


@pytest.fixture
def s3(lake):
    return lake.client("s3", config=PATH_STYLE)


@pytest.fixture
def plain(lake):
    """A client that signs every request with its own key instead of a session's."""
    return lake.client("s3", config=NO_SESSIONS)


@pytest.fixture
def directory(s3, name):
    return make(s3, name)


def test_directory_buckets_tell_where_they_are(s3, directory):
    told = s3.head_bucket(Bucket=directory)
    assert (told["BucketLocationType"], told["BucketLocationName"]) == ("AvailabilityZone", ZONE)
    assert told["BucketRegion"] == "us-east-1" and told["AccessPointAlias"] is False
    assert told["BucketArn"] == f"arn:aws:s3express:us-east-1:000000000000:bucket/{directory}"
    listed = s3.list_directory_buckets()["Buckets"]
    assert directory in [row["Name"] for row in listed]
    assert directory not in [row["Name"] for row in s3.list_buckets()["Buckets"]]
    pages = s3.get_paginator("list_directory_buckets").paginate(PaginationConfig={"PageSize": 1})
    assert [row["Name"] for page in pages for row in page["Buckets"]] == [row["Name"] for row in listed]
    refused(s3.create_bucket, "BucketAlreadyOwnedByYou", 409, Bucket=directory, CreateBucketConfiguration=place())
    s3.delete_bucket(Bucket=directory)
    assert directory not in [row["Name"] for row in s3.list_directory_buckets()["Buckets"]]


def test_a_local_zone_has_one_copy_of_its_own_kind(s3, name):
    zone = "usw2-lax1-az1"
    bucket = f"{name}--{zone}--x-s3"
    refused(s3.create_bucket, "InvalidBucketName", 400, Bucket=bucket, CreateBucketConfiguration=place(zone=zone))
    s3.create_bucket(Bucket=bucket, CreateBucketConfiguration=place("LocalZone", zone))
    assert s3.head_bucket(Bucket=bucket)["BucketLocationType"] == "LocalZone"
    s3.put_object(Bucket=bucket, Key="k", Body=b"1")
    assert s3.head_object(Bucket=bucket, Key="k")["StorageClass"] == "ONEZONE_IA"


def test_names_and_configurations_must_agree(s3, name):
    bucket = f"{name}--{ZONE}--x-s3"
    refused(s3.create_bucket, "MalformedXML", 400, Bucket=bucket)
    refused(s3.create_bucket, "MalformedXML", 400, Bucket=bucket,
            CreateBucketConfiguration={**place(), "LocationConstraint": "us-west-2"})
    refused(s3.create_bucket, "InvalidBucketName", 400, Bucket=bucket, CreateBucketConfiguration=place(zone="use1-az5"))
    refused(s3.create_bucket, "InvalidBucketName", 400, Bucket=name, CreateBucketConfiguration=place())
    refused(s3.create_bucket, "InvalidRequest", 400, Bucket=bucket, CreateBucketConfiguration={
        **place(), "Bucket": {"Type": "Directory", "DataRedundancy": "SingleLocalZone"}})
    told = refused(s3.create_bucket, Bucket=bucket, CreateBucketConfiguration=place(), ACL="private")
    assert told["Header"] == "x-amz-acl"
    refused(s3.head_bucket, "404", 404, Bucket=bucket)


def test_objects_have_the_one_class_and_no_versions(s3, directory):
    put = s3.put_object(Bucket=directory, Key="a/k", Body=b"first", Metadata={"m": "1"})
    assert "VersionId" not in put and put["ChecksumCRC32"]
    got = s3.get_object(Bucket=directory, Key="a/k")
    assert (got["Body"].read(), got["StorageClass"], got["Metadata"]) == (b"first", "EXPRESS_ONEZONE", {"m": "1"})
    listed = s3.list_objects_v2(Bucket=directory, Prefix="a/", Delimiter="/")["Contents"]
    assert [(row["Key"], row["StorageClass"]) for row in listed] == [("a/k", "EXPRESS_ONEZONE")]
    refused(s3.put_object, "InvalidStorageClass", 400, Bucket=directory, Key="k", Body=b"", StorageClass="STANDARD")
    s3.put_object(Bucket=directory, Key="a/k", Body=b"second", StorageClass="EXPRESS_ONEZONE")
    assert s3.get_object(Bucket=directory, Key="a/k")["Body"].read() == b"second"
    refused(s3.delete_bucket, "BucketNotEmpty", 409, Bucket=directory)


def test_listings_know_one_delimiter_and_whole_prefixes(s3, directory):
    for key in ("a/1", "a/2", "b/1", "top"):
        s3.put_object(Bucket=directory, Key=key, Body=b"")
    page = s3.list_objects_v2(Bucket=directory, Delimiter="/")
    assert [row["Prefix"] for row in page["CommonPrefixes"]] == ["a/", "b/"]
    assert refused(s3.list_objects_v2, "InvalidArgument", 400, Bucket=directory, Prefix="a")["ArgumentName"] == "prefix"
    refused(s3.list_objects_v2, "InvalidArgument", 400, Bucket=directory, Delimiter="1")
    refused(s3.list_objects_v2, "InvalidArgument", 400, Bucket=directory, StartAfter="a/1")
    pages = s3.get_paginator("list_objects_v2").paginate(Bucket=directory, PaginationConfig={"PageSize": 1})
    assert [row["Key"] for page in pages for row in page["Contents"]] == ["a/1", "a/2", "b/1", "top"]


def test_what_directory_buckets_lack_is_refused(s3, directory):
    s3.put_object(Bucket=directory, Key="k", Body=b"1")
    refused(s3.put_bucket_versioning, "InvalidArgument", 400, Bucket=directory, VersioningConfiguration={"Status": "Enabled"})
    told = refused(s3.put_bucket_cors, "InvalidArgument", 400, Bucket=directory, CORSConfiguration={
        "CORSRules": [{"AllowedMethods": ["GET"], "AllowedOrigins": ["*"]}]})
    assert told["Message"] == "CORSConfiguration is not valid, expected CreateBucketConfiguration"
    for call in (s3.get_bucket_versioning, s3.get_bucket_acl, s3.get_bucket_tagging, s3.get_bucket_location,
                 s3.get_public_access_block, s3.list_objects, s3.list_object_versions, s3.delete_bucket_website):
        refused(call, "MethodNotAllowed", 405, Bucket=directory)
    refused(s3.put_object_tagging, Bucket=directory, Key="k", Tagging={"TagSet": [{"Key": "a", "Value": "b"}]})
    refused(s3.get_object_acl, Bucket=directory, Key="k")
    refused(s3.put_object_legal_hold, Bucket=directory, Key="k", LegalHold={"Status": "ON"})
    for header, value in (("ACL", "private"), ("Tagging", "a=b"), ("WebsiteRedirectLocation", "/x"),
                          ("ObjectLockLegalHoldStatus", "ON")):
        refused(s3.put_object, Bucket=directory, Key="k", Body=b"2", **{header: value})
    assert s3.get_object(Bucket=directory, Key="k")["Body"].read() == b"1"


def test_uploads_have_consecutive_parts_and_keep_their_bucket(s3, directory):
    upload = s3.create_multipart_upload(Bucket=directory, Key="big")["UploadId"]
    refused(s3.delete_bucket, "BucketNotEmpty", 409, Bucket=directory)
    part = s3.upload_part(Bucket=directory, Key="big", UploadId=upload, PartNumber=2, Body=b"x")
    refused(s3.complete_multipart_upload, "InvalidPart", 400, Bucket=directory, Key="big", UploadId=upload,
            MultipartUpload={"Parts": [{"PartNumber": 2, "ETag": part["ETag"]}]})
    begun = s3.list_multipart_uploads(Bucket=directory)["Uploads"][0]["Initiated"]
    refused(s3.abort_multipart_upload, "PreconditionFailed", 412, Bucket=directory, Key="big", UploadId=upload,
            IfMatchInitiatedTime=begun - datetime.timedelta(seconds=9))
    s3.abort_multipart_upload(Bucket=directory, Key="big", UploadId=upload, IfMatchInitiatedTime=begun)
    s3.delete_bucket(Bucket=directory)


def test_deletions_may_be_bound_to_time_and_size(s3, directory):
    s3.put_object(Bucket=directory, Key="k", Body=b"12345")
    modified = s3.head_object(Bucket=directory, Key="k")["LastModified"]
    refused(s3.delete_object, "PreconditionFailed", 412, Bucket=directory, Key="k", IfMatchSize=4)
    refused(s3.delete_object, "PreconditionFailed", 412, Bucket=directory, Key="k",
            IfMatchLastModifiedTime=modified - datetime.timedelta(days=1))
    s3.delete_object(Bucket=directory, Key="k", IfMatchSize=5, IfMatchLastModifiedTime=modified)
    refused(s3.head_object, "404", 404, Bucket=directory, Key="k")


# Appending

def test_appends_grow_an_object(s3, directory):
    refused(s3.put_object, "InvalidWriteOffset", 400, Bucket=directory, Key="log", Body=b"x", WriteOffsetBytes=3)
    first = s3.put_object(Bucket=directory, Key="log", Body=b"one ", WriteOffsetBytes=0, Metadata={"by": "me"})
    assert first["Size"] == 4
    second = s3.put_object(Bucket=directory, Key="log", Body=b"two ", WriteOffsetBytes=4)
    assert second["Size"] == 8 and second["ETag"] != first["ETag"]
    refused(s3.put_object, "InvalidWriteOffset", 400, Bucket=directory, Key="log", Body=b"x", WriteOffsetBytes=4)
    refused(s3.put_object, "PreconditionFailed", 412, Bucket=directory, Key="log", Body=b"x", WriteOffsetBytes=8,
            IfMatch=first["ETag"])
    got = s3.get_object(Bucket=directory, Key="log", ChecksumMode="ENABLED")
    assert (got["Body"].read(), got["ETag"], got["Metadata"]) == (b"one two ", second["ETag"], {"by": "me"})
    assert (got["ChecksumCRC32"], got["ChecksumType"]) == (second["ChecksumCRC32"], "FULL_OBJECT")
    s3.put_object(Bucket=directory, Key="same", Body=b"one two ")
    same = s3.head_object(Bucket=directory, Key="same", ChecksumMode="ENABLED")
    assert same["ChecksumCRC32"] == got["ChecksumCRC32"]
    part = s3.get_object(Bucket=directory, Key="log", PartNumber=2)
    assert (part["Body"].read(), part["PartsCount"]) == (b"two ", 2)
    assert s3.get_object(Bucket=directory, Key="log", Range="bytes=2-5")["Body"].read() == b"e tw"


def test_an_append_must_be_of_its_objects_kind(s3, directory):
    s3.put_object(Bucket=directory, Key="k", Body=b"1", ChecksumAlgorithm="SHA256")
    told = refused(s3.put_object, "InvalidRequest", 400, Bucket=directory, Key="k", Body=b"2", WriteOffsetBytes=1,
                   ChecksumAlgorithm="SHA1")
    assert "expected checksum Type: sha256, actual checksum Type: sha1" in told["Message"]
    refused(s3.put_object, "InvalidRequest", 400, Bucket=directory, Key="k", Body=b"2", WriteOffsetBytes=1,
            ChecksumAlgorithm="SHA256", Metadata={"a": "b"})
    refused(s3.put_object, "InvalidRequest", 400, Bucket=directory, Key="k", Body=b"", WriteOffsetBytes=1,
            ChecksumAlgorithm="SHA256")
    refused(s3.put_object, "BadDigest", 400, Bucket=directory, Key="k", Body=b"2", WriteOffsetBytes=1,
            ChecksumSHA256="47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=")
    done = s3.put_object(Bucket=directory, Key="k", Body=b"2", WriteOffsetBytes=1, ChecksumAlgorithm="SHA256")
    assert done["Size"] == 2 and done["ChecksumType"] == "COMPOSITE"
    assert s3.get_object(Bucket=directory, Key="k")["Body"].read() == b"12"


def test_of_many_appends_at_one_offset_one_wins(s3, directory):
    s3.put_object(Bucket=directory, Key="k", Body=b"start")

    def append(number):
        try:
            s3.put_object(Bucket=directory, Key="k", Body=b"%05d" % number, WriteOffsetBytes=5)
            return number
        except ClientError as error:
            assert error.response["Error"]["Code"] == "InvalidWriteOffset"
            return None
    with concurrent.futures.ThreadPoolExecutor(8) as pool:
        won = [number for number in pool.map(append, range(16)) if number is not None]
    assert len(won) == 1
    assert s3.get_object(Bucket=directory, Key="k")["Body"].read() == b"start%05d" % won[0]


def test_appends_survive_a_kill(own_lake):
    s3 = own_lake.client("s3", config=PATH_STYLE)
    bucket = f"kept--{ZONE}--x-s3"
    s3.create_bucket(Bucket=bucket, CreateBucketConfiguration=place())
    body = b""
    for number in range(20):
        piece = b"%d," % number * 1000
        s3.put_object(Bucket=bucket, Key="log", Body=piece, WriteOffsetBytes=len(body))
        body += piece
    s3.rename_object(Bucket=bucket, Key="kept", RenameSource="log")
    own_lake.restart(kill=True)
    assert s3.get_object(Bucket=bucket, Key="kept")["Body"].read() == body
    refused(s3.head_object, "404", 404, Bucket=bucket, Key="log")


def test_appends_go_under_the_objects_own_key(lake, s3, directory):
    kms = lake.client("kms")
    key = kms.create_key()["KeyMetadata"]["Arn"]
    s3.put_bucket_encryption(Bucket=directory, ServerSideEncryptionConfiguration={"Rules": [
        {"ApplyServerSideEncryptionByDefault": {"SSEAlgorithm": "aws:kms", "KMSMasterKeyID": key}, "BucketKeyEnabled": True}]})
    assert s3.put_object(Bucket=directory, Key="k", Body=b"sealed ", WriteOffsetBytes=0)["SSEKMSKeyId"] == key
    assert s3.put_object(Bucket=directory, Key="k", Body=b"more", WriteOffsetBytes=7)["ServerSideEncryption"] == "aws:kms"
    refused(s3.put_object, "EncryptionTypeMismatch", 400, Bucket=directory, Key="k", Body=b"x", WriteOffsetBytes=11,
            ServerSideEncryption="AES256")
    s3.rename_object(Bucket=directory, Key="other", RenameSource="k")
    assert s3.get_object(Bucket=directory, Key="other")["Body"].read() == b"sealed more"
    kms.disable_key(KeyId=key)
    refused(s3.get_object, "KMS.DisabledException", 400, Bucket=directory, Key="other")


# Renaming

def test_a_rename_moves_the_object_as_it_is(s3, directory):
    s3.put_object(Bucket=directory, Key="from", Body=b"moved", Metadata={"m": "1"}, ContentType="text/x")
    before = s3.head_object(Bucket=directory, Key="from")
    s3.put_object(Bucket=directory, Key="to dir/ä", Body=b"replaced")
    s3.rename_object(Bucket=directory, Key="to dir/ä", RenameSource="from")
    after = s3.head_object(Bucket=directory, Key="to dir/ä")
    for field in ("ETag", "LastModified", "Metadata", "ContentType", "ContentLength"):
        assert after[field] == before[field]
    refused(s3.head_object, "404", 404, Bucket=directory, Key="from")
    s3.rename_object(Bucket=directory, Key="again", RenameSource=f"{directory}/to%20dir/%C3%A4")
    assert s3.get_object(Bucket=directory, Key="again")["Body"].read() == b"moved"
    refused(s3.rename_object, "NoSuchKey", 404, Bucket=directory, Key="x", RenameSource="from")
    refused(s3.rename_object, "InvalidRequest", 400, Bucket=directory, Key="dir/", RenameSource="again")
    refused(s3.rename_object, "InvalidRequest", 400, Bucket=directory, Key="again", RenameSource="again")


def test_a_rename_holds_to_conditions(s3, directory):
    etag = s3.put_object(Bucket=directory, Key="a", Body=b"1")["ETag"]
    s3.put_object(Bucket=directory, Key="b", Body=b"2")
    past = datetime.datetime(2020, 1, 1)
    for wrong in ({"DestinationIfNoneMatch": "*"}, {"DestinationIfMatch": etag}, {"SourceIfMatch": '"0"'},
                  {"SourceIfNoneMatch": etag}, {"SourceIfNoneMatch": "*"}, {"SourceIfUnmodifiedSince": past},
                  {"DestinationIfUnmodifiedSince": past}):
        refused(s3.rename_object, "PreconditionFailed", 412, Bucket=directory, Key="b", RenameSource="a", **wrong)
    refused(s3.rename_object, "PreconditionFailed", 412, Bucket=directory, Key="c", RenameSource="a", DestinationIfMatch="*")
    s3.rename_object(Bucket=directory, Key="b", RenameSource="a", SourceIfMatch=etag, SourceIfModifiedSince=past,
                     DestinationIfMatch="*")
    assert s3.get_object(Bucket=directory, Key="b")["Body"].read() == b"1"


def test_a_token_makes_a_rename_once(s3, directory):
    s3.put_object(Bucket=directory, Key="a", Body=b"1")
    s3.rename_object(Bucket=directory, Key="b", RenameSource="a", ClientToken="t")
    s3.put_object(Bucket=directory, Key="a", Body=b"2")
    s3.rename_object(Bucket=directory, Key="b", RenameSource="a", ClientToken="t")
    assert s3.get_object(Bucket=directory, Key="a")["Body"].read() == b"2"
    refused(s3.rename_object, "IdempotencyParameterMismatch", 400, Bucket=directory, Key="c", RenameSource="a", ClientToken="t")
    refused(s3.rename_object, "InvalidArgument", 400, Bucket=directory, Key="c", RenameSource="a", ClientToken="x" * 65)


# Sessions

def test_sessions_are_for_their_bucket_and_mode(lake, s3, directory, name):
    s3.put_object(Bucket=directory, Key="k", Body=b"1")
    told = s3.create_session(Bucket=directory, SessionMode="ReadOnly")
    assert told["ServerSideEncryption"] == "AES256"
    left = told["Credentials"]["Expiration"] - datetime.datetime.now(datetime.timezone.utc)
    assert datetime.timedelta(minutes=4) < left <= datetime.timedelta(minutes=5)
    read = session_client(lake, told["Credentials"], directory)
    assert read("GET", "k").content == b"1"
    assert read("PUT", "k", b"2").status_code == 403 and read("DELETE", "k").status_code == 403
    write = session_client(lake, s3.create_session(Bucket=directory)["Credentials"], directory)
    assert write("PUT", "k", b"2").status_code == 200 and write("GET", "k").content == b"2"
    other = f"{name}-2--{ZONE}--x-s3"
    s3.create_bucket(Bucket=other, CreateBucketConfiguration=place())
    elsewhere = session_client(lake, told["Credentials"], other)
    assert elsewhere("GET", "k").status_code == 403


def test_a_session_signs_nothing_else(lake, s3, directory, bucket):
    made = s3.create_session(Bucket=directory)["Credentials"]
    general = lake.client("s3", config=PATH_STYLE, aws_access_key_id=made["AccessKeyId"],
                          aws_secret_access_key=made["SecretAccessKey"], aws_session_token=made["SessionToken"])
    refused(general.list_objects_v2, "InvalidToken", 400, Bucket=bucket)
    send = session_client(lake, made, directory)
    assert send("GET", "k", header="x-amz-security-token").status_code == 400
    assert session_client(lake, made, bucket)("PUT", "k", b"").status_code == 403
    assert send("GET", "?session").status_code == 403
    refused(s3.create_session, Bucket=bucket)


def test_users_need_the_right_to_a_session(lake, s3, directory):
    iam = lake.client("iam")
    user = "reader-" + directory[:8]
    iam.create_user(UserName=user)
    key = iam.create_access_key(UserName=user)["AccessKey"]
    s3.put_object(Bucket=directory, Key="k", Body=b"1")

    def clients():
        own = {"aws_access_key_id": key["AccessKeyId"], "aws_secret_access_key": key["SecretAccessKey"]}
        yield lake.client("s3", config=PATH_STYLE, **own)
        yield lake.client("s3", config=NO_SESSIONS, **own)

    for client in clients():
        refused(client.get_object, "AccessDenied", 403, Bucket=directory, Key="k")
    iam.put_user_policy(UserName=user, PolicyName="p", PolicyDocument=json.dumps({"Version": "2012-10-17", "Statement": [{
        "Effect": "Allow", "Action": "s3express:CreateSession", "Resource": f"arn:aws:s3express:*:*:bucket/{directory}",
        "Condition": {"StringEquals": {"s3express:SessionMode": "ReadOnly"}}}]}))
    for client in clients():
        assert client.get_object(Bucket=directory, Key="k")["Body"].read() == b"1"
        refused(client.put_object, "AccessDenied", 403, Bucket=directory, Key="k", Body=b"2")
        refused(client.create_session, "AccessDenied", 403, Bucket=directory, SessionMode="ReadWrite")
    iam.put_user_policy(UserName=user, PolicyName="p", PolicyDocument=json.dumps({"Version": "2012-10-17", "Statement": [{
        "Effect": "Allow", "Action": "s3express:CreateSession", "Resource": "*"}]}))
    for client in clients():
        client.put_object(Bucket=directory, Key="k", Body=b"2")
        assert client.get_object(Bucket=directory, Key="k")["Body"].read() == b"2"
        refused(client.delete_bucket, "AccessDenied", 403, Bucket=directory)


def test_bucket_policies_speak_of_the_bucket(lake, s3, plain, directory):
    arn = s3.head_bucket(Bucket=directory)["BucketArn"]
    refused(s3.get_bucket_policy, "NoSuchBucketPolicy", 404, Bucket=directory)
    s3.put_object(Bucket=directory, Key="k", Body=b"1")
    policy = json.dumps({"Version": "2012-10-17", "Statement": [{
        "Effect": "Deny", "Principal": "*", "Action": "s3express:CreateSession", "Resource": arn,
        "Condition": {"StringEquals": {"s3express:SessionMode": "ReadWrite"}}}]})
    s3.put_bucket_policy(Bucket=directory, Policy=policy)
    assert s3.get_bucket_policy(Bucket=directory)["Policy"] == policy
    refused(plain.put_object, "AccessDenied", 403, Bucket=directory, Key="k", Body=b"2")
    assert plain.get_object(Bucket=directory, Key="k")["Body"].read() == b"1"
    plain.delete_bucket_policy(Bucket=directory)
    plain.put_object(Bucket=directory, Key="k", Body=b"2")
    refused(s3.put_bucket_policy, "MalformedPolicy", 400, Bucket=directory, Policy=policy.replace("s3express:", "s3:"))


def test_copies_go_both_ways(s3, directory, bucket):
    s3.put_object(Bucket=bucket, Key="k", Body=b"1", Metadata={"a": "b"})
    s3.copy_object(Bucket=directory, Key="k", CopySource={"Bucket": bucket, "Key": "k"})
    s3.put_object(Bucket=directory, Key="k", Body=b"2", WriteOffsetBytes=1, ChecksumAlgorithm="CRC32")
    s3.copy_object(Bucket=bucket, Key="back", CopySource={"Bucket": directory, "Key": "k"})
    got = s3.get_object(Bucket=bucket, Key="back")
    assert (got["Body"].read(), got["Metadata"]) == (b"12", {"a": "b"})
    assert "StorageClass" not in got
    s3.put_object(Bucket=bucket, Key="tagged", Body=b"1", Tagging="a=b")
    refused(s3.copy_object, Bucket=directory, Key="k", CopySource={"Bucket": bucket, "Key": "tagged"})


# Elsewhere

def test_general_purpose_buckets_neither_append_nor_rename(s3, bucket):
    s3.put_object(Bucket=bucket, Key="k", Body=b"first")
    told = refused(s3.put_object, Bucket=bucket, Key="k", Body=b"second", WriteOffsetBytes=5)
    assert told["Header"] == "x-amz-write-offset-bytes"
    refused(s3.rename_object, Bucket=bucket, Key="other", RenameSource=f"{bucket}/k")
    refused(s3.put_object, "InvalidStorageClass", 400, Bucket=bucket, Key="k", Body=b"", StorageClass="EXPRESS_ONEZONE")
    assert s3.get_object(Bucket=bucket, Key="k")["Body"].read() == b"first"
    assert [row["Key"] for row in s3.list_objects_v2(Bucket=bucket)["Contents"]] == ["k"]
