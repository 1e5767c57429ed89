"""How S3 of early 2026 answers what it refuses, and what it lists: codes, sentences and the fields beside them."""
import datetime
import hashlib
import http.client

import pytest
from botocore.auth import S3SigV4QueryAuth
from botocore.awsrequest import AWSRequest
from botocore.config import Config
from botocore.credentials import Credentials

from refusals import refusal as refused

FORGED = "HPniJFCxqTsMuIH9KX8K8wEjNUgmABCD"  # 32 characters, as S3's ids have, of no store


@pytest.fixture
def s3(lake):
    return lake.client("s3")


@pytest.fixture
def free(lake):
    """A client that sends what it is given."""
    return lake.client("s3", config=Config(parameter_validation=False))


def begun(s3, bucket, key, body=b"part"):
    upload = s3.create_multipart_upload(Bucket=bucket, Key=key)["UploadId"]
    part = s3.upload_part(Bucket=bucket, Key=key, UploadId=upload, PartNumber=1, Body=body)
    return upload, [{"PartNumber": 1, "ETag": part["ETag"]}]


def test_an_owner_that_is_no_account_is_named(s3, bucket):
    error = refused(s3.get_bucket_policy, Bucket=bucket, ExpectedBucketOwner="abcd")
    assert (error["status"], error["Code"]) == (400, "InvalidBucketOwnerAWSAccountID")
    assert error["Message"] == "The value of the expected bucket owner parameter must be an AWS Account ID... [abcd]"


def test_versions_that_were_never_given(s3, bucket):
    s3.put_object(Bucket=bucket, Key="k", Body=b"x")
    invalid = {"status": 400, "Code": "InvalidArgument", "Message": "Invalid version id specified",
               "ArgumentName": "versionId", "ArgumentValue": FORGED}
    assert refused(s3.get_object, Bucket=bucket, Key="k", VersionId=FORGED) == invalid
    assert refused(s3.delete_object, Bucket=bucket, Key="k", VersionId=FORGED) == invalid
    [error] = s3.delete_objects(Bucket=bucket, Delete={"Objects": [{"Key": "k", "VersionId": FORGED}]})["Errors"]
    assert error == {"Key": "k", "VersionId": FORGED, "Code": "NoSuchVersion",
                     "Message": "The specified version does not exist."}
    s3.put_bucket_versioning(Bucket=bucket, VersioningConfiguration={"Status": "Enabled"})
    given = s3.put_object(Bucket=bucket, Key="k", Body=b"y")["VersionId"]
    altered = given[:-4] + ("AAAA" if given[-4:] != "AAAA" else "BBBB")
    assert refused(s3.delete_object, Bucket=bucket, Key="k", VersionId=altered)["Code"] == "InvalidArgument"
    s3.delete_object(Bucket=bucket, Key="k", VersionId=given)
    assert refused(s3.get_object, Bucket=bucket, Key="k", VersionId=given)["Code"] == "NoSuchVersion"
    s3.delete_object(Bucket=bucket, Key="k", VersionId=given)  # once more


def test_uploads_that_are_not_and_parts_that_do_not_fit(s3, bucket):
    gone = refused(s3.upload_part, Bucket=bucket, Key="k", UploadId="fake", PartNumber=1, Body=b"x")
    assert (gone["status"], gone["Code"], gone["UploadId"]) == (404, "NoSuchUpload", "fake")
    gone = refused(s3.complete_multipart_upload, Bucket=bucket, Key="k", UploadId="fake")
    assert (gone["status"], gone["Code"], gone["UploadId"]) == (404, "NoSuchUpload", "fake")
    upload, parts = begun(s3, bucket, "k")
    asked = dict(Bucket=bucket, Key="k", UploadId=upload)
    none = refused(s3.complete_multipart_upload, **asked)
    assert (none["Code"], none["Message"]) == ("InvalidRequest", "You must specify at least one part")
    second = s3.upload_part(**asked, PartNumber=2, Body=b"part")["ETag"]
    small = refused(s3.complete_multipart_upload, **asked,
                    MultipartUpload={"Parts": [*parts, {"PartNumber": 2, "ETag": second}]})
    assert (small["Code"], small["PartNumber"], small["ProposedSize"], small["MinSizeAllowed"], small["ETag"]) == (
        "EntityTooSmall", "1", "4", "5242880", hashlib.md5(b"part").hexdigest())
    wrong = refused(s3.complete_multipart_upload, **asked, MultipartUpload={"Parts": [{"PartNumber": 3, "ETag": second}]})
    assert (wrong["Code"], wrong["PartNumber"], wrong["ETag"], wrong["UploadId"]) == (
        "InvalidPart", "3", second.strip('"'), upload)


def test_a_condition_holds_since_the_upload_began(s3, bucket):
    first = s3.put_object(Bucket=bucket, Key="k", Body=b"first")["ETag"]
    upload, parts = begun(s3, bucket, "k")
    asked = dict(Bucket=bucket, Key="k", UploadId=upload, MultipartUpload={"Parts": parts})
    second = s3.put_object(Bucket=bucket, Key="k", Body=b"second")["ETag"]
    assert refused(s3.complete_multipart_upload, **asked, IfMatch=first)["Code"] == "PreconditionFailed"
    conflict = refused(s3.complete_multipart_upload, **asked, IfMatch=second)
    assert (conflict["status"], conflict["Code"], conflict["Condition"], conflict["Key"]) == (
        409, "ConditionalRequestConflict", "If-Match", "k")
    upload, parts = begun(s3, bucket, "k")
    s3.complete_multipart_upload(Bucket=bucket, Key="k", UploadId=upload, MultipartUpload={"Parts": parts}, IfMatch=second)


def test_the_last_page_of_uploads_tells_where_it_ends(s3, bucket):
    first, _ = begun(s3, bucket, "a")
    last, _ = begun(s3, bucket, "b")
    page = s3.list_multipart_uploads(Bucket=bucket)
    assert (page["IsTruncated"], page["NextKeyMarker"], page["NextUploadIdMarker"]) == (False, "b", last)
    assert "Prefix" not in page and page["Uploads"][0]["Initiator"]["DisplayName"]
    error = refused(s3.list_multipart_uploads, Bucket=bucket, KeyMarker="b", UploadIdMarker=first)
    assert (error["Message"], error["ArgumentName"]) == ("Invalid uploadId marker", "upload-id-marker")


def test_listings_tell_the_region_and_know_one_encoding(free, bucket):
    headers = free.list_objects_v2(Bucket=bucket)["ResponseMetadata"]["HTTPHeaders"]
    assert headers["x-amz-bucket-region"] == "us-east-1"
    for call in (free.list_objects, free.list_objects_v2, free.list_object_versions, free.list_multipart_uploads):
        for value in ("value", ""):
            error = refused(call, Bucket=bucket, EncodingType=value)
            assert (error["Message"], error["ArgumentName"]) == ("Invalid Encoding Method specified in Request",
                                                                 "encoding-type")


def test_a_number_that_is_empty_is_not_told(free, bucket):
    upload, _ = begun(free, bucket, "k")
    page = free.list_parts(Bucket=bucket, Key="k", UploadId=upload, PartNumberMarker="", MaxParts="")
    assert (page["PartNumberMarker"], page["MaxParts"], len(page["Parts"])) == (0, 1000, 1)


def test_regions_that_are_not(lake, s3, name):
    error = refused(s3.list_buckets, BucketRegion="somewhere")
    assert (error["Message"], error["ArgumentName"]) == ("Argument value somewhere is not a valid AWS Region", "bucket-region")
    error = refused(s3.create_bucket, Bucket=name, CreateBucketConfiguration={"LocationConstraint": "foo"})
    assert (error["Code"], error["LocationConstraint"], "BucketName" in error) == ("InvalidLocationConstraint", "foo", False)
    error = refused(lake.client("s3", region="eu-west-1").create_bucket, Bucket=name,
                    CreateBucketConfiguration={"LocationConstraint": "bar"})
    assert (error["Code"], "BucketName" in error) == ("IllegalLocationConstraintException", False)
    assert error["Message"].startswith("The bar location constraint is incompatible")


def test_a_bucket_of_the_old_europe_stays_one(lake, name):
    west = lake.client("s3", region="eu-west-1")
    west.create_bucket(Bucket=name, CreateBucketConfiguration={"LocationConstraint": "EU"})
    assert west.get_bucket_location(Bucket=name)["LocationConstraint"] == "EU"
    assert west.head_bucket(Bucket=name)["BucketRegion"] == "eu-west-1"


def test_access_lists_are_read_before_they_are_refused(s3, bucket):
    error = refused(s3.put_bucket_acl, Bucket=bucket, ACL="private", GrantRead='id="x"')
    assert error["Message"] == "Specifying both Canned ACLs and Header Grants is not allowed"
    error = refused(s3.put_bucket_acl, Bucket=bucket, GrantRead='id="wrong-id"')
    assert (error["Message"], error["ArgumentName"], error["ArgumentValue"]) == ("Invalid id", "id", "wrong-id")
    error = refused(s3.put_bucket_acl, Bucket=bucket, GrantRead='uri="http://nobody"')
    assert (error["Message"], error["ArgumentName"], error["ArgumentValue"]) == ("Invalid group uri", "uri", "http://nobody")
    assert refused(s3.put_bucket_acl, Bucket=bucket, ACL="private")["Code"] == "AccessControlListNotSupported"


def test_the_owner_comes_first_in_a_list(s3, bucket):
    s3.put_bucket_ownership_controls(Bucket=bucket, OwnershipControls={"Rules": [{"ObjectOwnership": "ObjectWriter"}]})
    s3.delete_public_access_block(Bucket=bucket)
    s3.put_bucket_acl(Bucket=bucket, ACL="authenticated-read")
    assert [(g["Grantee"]["Type"], g["Permission"]) for g in s3.get_bucket_acl(Bucket=bucket)["Grants"]] == [
        ("CanonicalUser", "FULL_CONTROL"), ("Group", "READ")]


def test_a_delete_marker_has_no_access_list(s3, bucket):
    s3.put_bucket_versioning(Bucket=bucket, VersioningConfiguration={"Status": "Enabled"})
    s3.put_object(Bucket=bucket, Key="k", Body=b"x")
    s3.delete_object(Bucket=bucket, Key="k")
    error = refused(s3.put_object_acl, Bucket=bucket, Key="k", ACL="private")
    assert (error["status"], error["Code"], error["ResourceType"]) == (405, "MethodNotAllowed", "DeleteMarker")


def test_a_date_to_come_is_no_condition(s3, bucket):
    s3.put_object(Bucket=bucket, Key="k", Body=b"data")
    tomorrow = datetime.datetime.now(datetime.timezone.utc) + datetime.timedelta(days=1)
    assert s3.get_object(Bucket=bucket, Key="k", IfModifiedSince=tomorrow)["Body"].read() == b"data"
    s3.copy_object(Bucket=bucket, Key="copy", CopySource=f"{bucket}/k", CopySourceIfModifiedSince=tomorrow)


def test_copies_onto_themselves_that_change_the_encryption(lake, s3, bucket):
    s3.put_object(Bucket=bucket, Key="k", Body=b"data")
    asked = dict(Bucket=bucket, Key="k", CopySource=f"{bucket}/k")
    assert refused(s3.copy_object, **asked)["Code"] == "InvalidRequest"
    assert s3.copy_object(**asked, ServerSideEncryption="aws:kms")["ServerSideEncryption"] == "aws:kms"
    assert s3.copy_object(**asked)["ServerSideEncryption"] == "AES256"  # from KMS back to the default
    s3.put_bucket_encryption(Bucket=bucket, ServerSideEncryptionConfiguration={
        "Rules": [{"ApplyServerSideEncryptionByDefault": {"SSEAlgorithm": "AES256"}}]})
    s3.copy_object(**asked)
    s3.put_bucket_versioning(Bucket=bucket, VersioningConfiguration={"Status": "Suspended"})
    copied = s3.copy_object(**asked, MetadataDirective="REPLACE")
    assert copied["VersionId"] == "null" and "CopySourceVersionId" not in copied


def test_a_plus_in_a_copys_source_is_a_space(lake, bucket):
    s3 = lake.client("s3")
    s3.put_object(Bucket=bucket, Key="a b", Body=b"data")

    def as_told(request, **_):
        request.headers.replace_header("x-amz-copy-source", f"{bucket}/a+b")
    s3.meta.events.register("before-sign.s3.CopyObject", as_told)
    s3.copy_object(Bucket=bucket, Key="copy", CopySource=f"{bucket}/none")
    assert s3.get_object(Bucket=bucket, Key="copy")["Body"].read() == b"data"


def test_conditions_may_be_signed_into_a_url(lake, bucket):
    keys = Credentials(lake.access_key, lake.secret_key)

    def put(condition):
        request = AWSRequest(method="PUT", url=f"{lake.endpoint}/{bucket}/k", data=b"", params=condition)
        S3SigV4QueryAuth(keys, "s3", "us-east-1").add_auth(request)
        connection = http.client.HTTPConnection(lake.endpoint.split("//")[1], timeout=30)
        connection.request("PUT", request.url.split(lake.endpoint)[1])
        return connection.getresponse().status

    assert put({"If-None-Match": "*"}) == 200
    assert put({"If-None-Match": "*"}) == 412
    assert put({"If-Match": "0123456789abcdef0123456789abcdef"}) == 412


def test_what_conditions_of_copies_take(s3, bucket):
    etag = s3.put_object(Bucket=bucket, Key="k", Body=b"data")["ETag"]
    asked = dict(Bucket=bucket, Key="copy", CopySource=f"{bucket}/k")
    for condition, header in (({"IfMatch": "*"}, "If-Match"), ({"IfNoneMatch": etag}, "If-None-Match")):
        error = refused(s3.copy_object, **asked, **condition)
        assert (error["status"], error["Code"], error["Header"]) == (501, "NotImplemented", header)
    s3.copy_object(**asked, IfNoneMatch="*")


def test_a_checksum_of_the_whole_says_nothing_of_parts(s3, bucket):
    upload = s3.create_multipart_upload(Bucket=bucket, Key="k", ChecksumAlgorithm="CRC32",
                                        ChecksumType="FULL_OBJECT")["UploadId"]
    parts = [{"PartNumber": n, "ETag": s3.upload_part(Bucket=bucket, Key="k", UploadId=upload, PartNumber=n, Body=body,
                                                      ChecksumAlgorithm="CRC32")["ETag"]}
             for n, body in ((1, bytes(5 << 20)), (2, b"tail"))]
    s3.complete_multipart_upload(Bucket=bucket, Key="k", UploadId=upload, MultipartUpload={"Parts": parts})
    told = s3.get_object_attributes(Bucket=bucket, Key="k", ObjectAttributes=["ObjectParts", "Checksum"])
    assert told["ObjectParts"] == {"TotalPartsCount": 2} and told["Checksum"]["ChecksumType"] == "FULL_OBJECT"
    assert "ChecksumType" not in s3.get_object(Bucket=bucket, Key="k", PartNumber=1, ChecksumMode="ENABLED")


def test_tags_at_fault(free, bucket, name):
    made = dict(Bucket=f"{name}-made", CreateBucketConfiguration={"Tags": [{"Key": "a", "Value": "b"}]})
    free.create_bucket(**made)
    assert refused(free.create_bucket, **made)["Code"] == "BucketAlreadyOwnedByYou"
    free.create_bucket(Bucket=made["Bucket"])
    error = refused(free.create_bucket, Bucket=name, CreateBucketConfiguration={"Tags": [{"Key": "aws:x", "Value": "v"}]})
    assert error["Code"] == "InvalidTag" and error["Message"].startswith("User-defined tag keys can't start with")
    error = refused(free.create_bucket, Bucket=name, CreateBucketConfiguration={"Tags": [{"Key": "a", "Value": "b,c"}]})
    assert (error["Message"], error["TagKey"], error["TagValue"]) == ("The TagValue you have provided is invalid", "a", "b,c")
    error = refused(free.put_object, Bucket=bucket, Key="k", Body=b"", Tagging="key1=val1,key2=val2")
    assert (error["Code"], error["ArgumentName"]) == ("InvalidArgument", "x-amz-tagging")


def test_fields_that_name_what_was_asked(lake, s3, bucket, name):
    error = refused(s3.put_object, Bucket=bucket, Key="k", Body=b"", StorageClass="OUTPOSTS")
    assert (error["Code"], error["StorageClassRequested"]) == ("InvalidStorageClass", "OUTPOSTS")
    error = refused(s3.copy_object, Bucket=bucket, Key="k", CopySource="wrongformat")
    assert (error["Message"], error["ArgumentValue"]) == ("Invalid copy source object key", "x-amz-copy-source")
    error = refused(s3.put_object, Bucket=bucket, Key="k", Body=b"", IfMatch="a", IfNoneMatch="*")
    assert (error["status"], error["Header"]) == (501, "If-Match,If-None-Match")
    s3.put_object(Bucket=bucket, Key="k", Body=b"x", ChecksumAlgorithm="SHA256")
    assert s3.get_object(Bucket=bucket, Key="k", ChecksumMode="enabled")["ChecksumSHA256"]
    west = lake.client("s3", region="us-west-2")
    west.create_bucket(Bucket=f"{name}-west", CreateBucketConfiguration={"LocationConstraint": "us-west-2"})
    error = refused(s3.put_bucket_logging, Bucket=bucket, BucketLoggingStatus={
        "LoggingEnabled": {"TargetBucket": f"{name}-west", "TargetPrefix": ""}})
    assert (error["status"], error["Code"], error["TargetBucketLocation"]) == (
        403, "CrossLocationLoggingProhibitted", "us-west-2")
