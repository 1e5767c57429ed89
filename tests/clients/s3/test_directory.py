"""What only directory buckets have is refused, and changes nothing."""
import pytest
from botocore.config import Config
from botocore.exceptions import ClientError


@pytest.fixture
def s3(lake):
    return lake.client("s3", config=Config(s3={"addressing_style": "path"}))


def refused(call, code="NotImplemented", status=501, **arguments):
    with pytest.raises(ClientError) as error:
        call(**arguments)
    told = error.value.response
    assert (told["Error"]["Code"], told["ResponseMetadata"]["HTTPStatusCode"]) == (code, status)
    return told["Error"]


def test_directory_buckets_are_not_made(s3, name):
    refused(s3.create_bucket, Bucket=name, CreateBucketConfiguration={
        "Location": {"Type": "AvailabilityZone", "Name": "use1-az4"},
        "Bucket": {"Type": "Directory", "DataRedundancy": "SingleAvailabilityZone"}})
    assert name not in [row["Name"] for row in s3.list_buckets()["Buckets"]]


def test_objects_are_neither_appended_to_nor_renamed(s3, bucket):
    s3.put_object(Bucket=bucket, Key="k", Body=b"first")
    told = refused(s3.put_object, Bucket=bucket, Key="k", Body=b"second", WriteOffsetBytes=5)
    assert told["Header"] == "x-amz-write-offset-bytes"
    refused(s3.rename_object, Bucket=bucket, Key="other", RenameSource=f"{bucket}/k")
    assert s3.get_object(Bucket=bucket, Key="k")["Body"].read() == b"first"
    assert [row["Key"] for row in s3.list_objects_v2(Bucket=bucket)["Contents"]] == ["k"]


def test_there_are_no_sessions(s3, bucket):
    refused(s3.create_session, Bucket=bucket)
