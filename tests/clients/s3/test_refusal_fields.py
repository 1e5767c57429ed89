"""What S3's refusals tell besides their code: the tag, marker or argument at fault, and nothing that AWS leaves out."""
import base64
import hashlib

import pytest
import urllib3
from botocore.auth import S3SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials
from botocore.exceptions import ClientError


@pytest.fixture
def s3(lake):
    return lake.client("s3")


def error_of(call, **arguments):
    with pytest.raises(ClientError) as caught:
        call(**arguments)
    answer = caught.value.response
    return answer["ResponseMetadata"]["HTTPStatusCode"], answer["Error"]


def tags(*pairs):
    return {"TagSet": [{"Key": key, "Value": value} for key, value in pairs]}


def test_errors_name_no_resource(s3, bucket):
    status, error = error_of(s3.get_object, Bucket=bucket, Key="none")
    assert status == 404
    assert error == {"Code": "NoSuchKey", "Message": "The specified key does not exist.", "Key": "none"}
    unsigned = urllib3.request("GET", f"{s3.meta.endpoint_url}/{bucket}/none", retries=False)
    assert unsigned.status == 403 and b"<Resource>" not in unsigned.data and b"<RequestId>" in unsigned.data


@pytest.mark.parametrize("pairs, fields", [
    ((("good", "v"), ("a,b", "v")), {"TagKey": "a,b", "Message": "The TagKey you have provided is invalid"}),
    ((("k", "a,b"),), {"TagKey": "k", "TagValue": "a,b", "Message": "The TagValue you have provided is invalid"}),
    ((("k", "1"), ("k", "2")), {"TagKey": "k", "Message": "Cannot provide multiple Tags with the same key"}),
    ((("aws:k", "v"),), {"TagKey": "aws:k", "Message": "System tags cannot be added/updated by requester"}),
])
def test_a_refused_tag_of_a_bucket_is_named(s3, bucket, pairs, fields):
    status, error = error_of(s3.put_bucket_tagging, Bucket=bucket, Tagging=tags(*pairs))
    assert (status, error) == (400, {"Code": "InvalidTag", **fields})


def test_a_refused_tag_of_an_object_is_named(s3, bucket):
    s3.put_object(Bucket=bucket, Key="k", Body=b"v")
    status, error = error_of(s3.put_object_tagging, Bucket=bucket, Key="k", Tagging=tags(("aws:k", "v")))
    assert (status, error) == (400, {"Code": "InvalidTag", "TagKey": "aws:k",
                                     "Message": "Your TagKey cannot be prefixed with aws:"})
    status, error = error_of(s3.put_object_tagging, Bucket=bucket, Key="k", Tagging=tags(("k", "1"), ("k", "2")))
    assert (status, error["TagKey"]) == (400, "k") and "TagValue" not in error


def test_tags_of_a_delete_marker_are_no_allowed_method(s3, bucket):
    s3.put_bucket_versioning(Bucket=bucket, VersioningConfiguration={"Status": "Enabled"})
    s3.put_object(Bucket=bucket, Key="k", Body=b"v")
    s3.delete_object(Bucket=bucket, Key="k")
    for method, call, more in (("GET", s3.get_object_tagging, {}), ("DELETE", s3.delete_object_tagging, {}),
                               ("PUT", s3.put_object_tagging, {"Tagging": tags(("a", "b"))})):
        status, error = error_of(call, Bucket=bucket, Key="k", **more)
        assert (status, error["Code"]) == (405, "MethodNotAllowed")
        assert (error["Method"], error["ResourceType"]) == (method, "DeleteMarker")
    assert error_of(s3.get_object_tagging, Bucket=bucket, Key="none")[1]["Code"] == "NoSuchKey"


def test_a_listing_that_goes_on_tells_no_start(s3, bucket):
    for key in ("a", "b", "c"):
        s3.put_object(Bucket=bucket, Key=key, Body=b"")
    first = s3.list_objects_v2(Bucket=bucket, StartAfter="a", MaxKeys=1)
    assert first["StartAfter"] == "a"
    rest = s3.list_objects_v2(Bucket=bucket, StartAfter="a", ContinuationToken=first["NextContinuationToken"])
    assert [o["Key"] for o in rest["Contents"]] == ["c"] and "StartAfter" not in rest
    status, error = error_of(s3.list_objects_v2, Bucket=bucket, ContinuationToken="none")
    assert (status, error["Code"], error["ArgumentName"]) == (400, "InvalidArgument", "continuation-token")


def test_listed_buckets_tell_their_arns(s3, bucket):
    paged = s3.list_buckets(Prefix=bucket, MaxBuckets=5)["Buckets"]
    assert [(b["BucketArn"], b["BucketRegion"]) for b in paged] == [(f"arn:aws:s3:::{bucket}", "us-east-1")]
    assert f"arn:aws:s3:::{bucket}" in [b["BucketArn"] for b in s3.list_buckets()["Buckets"]]


def test_a_part_beyond_its_source_is_refused_as_such(s3, bucket):
    s3.put_object(Bucket=bucket, Key="k", Body=b"0123456789")
    upload = s3.create_multipart_upload(Bucket=bucket, Key="copy")["UploadId"]
    copy = dict(Bucket=bucket, Key="copy", UploadId=upload, PartNumber=1, CopySource=f"{bucket}/k")
    status, error = error_of(s3.upload_part_copy, CopySourceRange="bytes=100-200", **copy)
    assert (status, error) == (400, {"Code": "InvalidRequest",
                                     "Message": "The specified copy range is invalid for the source object size"})
    status, error = error_of(s3.upload_part_copy, CopySourceRange="bytes=0-100", **copy)
    assert (status, error["Code"], error["ArgumentValue"]) == (400, "InvalidArgument", "bytes=0-100")


def test_a_copy_that_must_replace_names_the_key_that_is_missing(s3, bucket):
    etag = s3.put_object(Bucket=bucket, Key="k", Body=b"v")["ETag"]
    status, error = error_of(s3.copy_object, Bucket=bucket, Key="none", CopySource=f"{bucket}/k", IfMatch=etag)
    assert (status, error["Code"], error["Key"]) == (404, "NoSuchKey", "none")


def test_metrics_configurations_are_put_without_an_answer(s3, bucket):
    put = s3.put_bucket_metrics_configuration(Bucket=bucket, Id="m", MetricsConfiguration={"Id": "m"})
    assert put["ResponseMetadata"]["HTTPStatusCode"] == 204


def test_a_refused_tagging_header_is_named(s3, bucket):
    status, error = error_of(s3.put_object, Bucket=bucket, Key="k", Body=b"", Tagging="k=1&k=2")
    assert (status, error["Code"], error["ArgumentName"], error["ArgumentValue"]) == (
        400, "InvalidArgument", "x-amz-tagging", "k=1&k=2")
    status, error = error_of(s3.put_object, Bucket=bucket, Key="k", Body=b"", Tagging="k=a,b")
    assert (status, error["Code"], error["TagKey"], error["TagValue"]) == (400, "InvalidTag", "k", "a,b")


def test_an_expected_owner_is_an_account(s3, bucket):
    for call in (s3.list_objects_v2, s3.delete_bucket):
        status, error = error_of(call, Bucket=bucket, ExpectedBucketOwner="me")
        assert (status, error["Code"]) == (400, "InvalidBucketOwnerAWSAccountID")


def test_the_bucket_is_missed_before_its_configuration_is_read(lake, s3, name):
    body = b"<no xml"
    request = AWSRequest("PUT", f"{s3.meta.endpoint_url}/{name}?encryption", data=body, headers={
        "Content-MD5": base64.b64encode(hashlib.md5(body).digest()).decode()})
    S3SigV4Auth(Credentials(lake.access_key, lake.secret_key), "s3", lake.region).add_auth(request)
    answer = urllib3.request("PUT", request.url, body=body, headers=dict(request.headers.items()), retries=False)
    assert answer.status == 404 and b"<Code>NoSuchBucket</Code>" in answer.data


def test_an_empty_policy_is_malformed(s3, bucket):
    status, error = error_of(s3.put_bucket_policy, Bucket=bucket, Policy="")
    assert (status, error["Code"]) == (400, "MalformedPolicy")


@pytest.mark.parametrize("argument, header", [({"IfMatchSize": 3}, "x-amz-if-match-size"),
                                              ({"IfMatchLastModifiedTime": 1}, "x-amz-if-match-last-modified-time")])
def test_a_condition_of_directory_buckets_is_named(s3, bucket, argument, header):
    status, error = error_of(s3.delete_object, Bucket=bucket, Key="k", **argument)
    assert (status, error) == (501, {"Code": "NotImplemented", "Header": header,
                                     "Message": "A header you provided implies functionality that is not implemented"})


@pytest.mark.parametrize("rule", [{"Name": "prefix"}, {"Value": "a"}])
def test_a_filter_rule_has_a_name_and_a_value(s3, bucket, rule):
    queue = {"QueueArn": "arn:aws:sqs:us-east-1:000000000000:q", "Events": ["s3:ObjectCreated:*"],
             "Filter": {"Key": {"FilterRules": [rule]}}}
    status, error = error_of(s3.put_bucket_notification_configuration, Bucket=bucket,
                             NotificationConfiguration={"QueueConfigurations": [queue]})
    assert (status, error["Code"]) == (400, "MalformedXML")
