"""What trails deliver: files of events, digests that `aws cloudtrail validate-logs` accepts, and tarn_system.audit."""
import gzip
import json
import pathlib
import sys
import time

import pytest
from botocore.exceptions import ClientError

from conftest import Lake, run

AWS = pathlib.Path(sys.executable).parent / "aws"


def eventually(condition, seconds=40):
    until = time.monotonic() + seconds
    while True:
        found = condition()
        if found or time.monotonic() > until:
            return found
        time.sleep(0.1)


@pytest.fixture(scope="module")
def quick(tmp_path_factory):
    """A lake that delivers every second, with a bucket and a trail of all regions that logs objects of bucket `data`."""
    running = Lake(tmp_path_factory.mktemp("audit") / "data", "--audit-seconds", "1", "--audit-digest-seconds", "2")
    s3, cloudtrail = running.client("s3"), running.client("cloudtrail")
    for name in ("logs", "data", "quiet"):
        s3.create_bucket(Bucket=name + "-bucket")
    cloudtrail.create_trail(Name="all", S3BucketName="logs-bucket", IsMultiRegionTrail=True,
                            EnableLogFileValidation=True)
    cloudtrail.put_event_selectors(TrailName="all", EventSelectors=[
        {"ReadWriteType": "All", "IncludeManagementEvents": True,
         "DataResources": [{"Type": "AWS::S3::Object", "Values": ["arn:aws:s3:::data-bucket/"]}]}])
    cloudtrail.start_logging(Name="all")
    yield running
    running.stop()


def keys(lake, prefix):
    pages = lake.client("s3").get_paginator("list_objects_v2").paginate(Bucket="logs-bucket", Prefix=prefix)
    return [item["Key"] for page in pages for item in page.get("Contents", []) if item["Key"].endswith(".gz")]


def delivered(lake, region="us-east-1"):
    s3 = lake.client("s3")
    records = []
    for key in keys(lake, f"AWSLogs/{lake.account}/CloudTrail/{region}/"):
        records += json.loads(gzip.decompress(s3.get_object(Bucket="logs-bucket", Key=key)["Body"].read()))["Records"]
    return records


def test_management_events_come_as_gzip_files(quick):
    quick.client("glue").create_database(DatabaseInput={"Name": "delivered"})
    found = eventually(lambda: [record for record in delivered(quick) if record["eventName"] == "CreateDatabase"])
    assert len(found) == 1 and found[0]["requestParameters"]["databaseInput"]["name"] == "delivered"
    key = keys(quick, f"AWSLogs/{quick.account}/CloudTrail/us-east-1/")[0]
    date = time.gmtime()
    assert key.split("/")[4:5] == [str(date.tm_year)] and f"{quick.account}_CloudTrail_us-east-1_" in key
    status = quick.client("cloudtrail").get_trail_status(Name="all")
    assert status["LatestDeliveryTime"] and "LatestDeliveryError" not in status


def test_files_are_encrypted_under_the_trails_key(quick):
    s3, cloudtrail, kms = quick.client("s3"), quick.client("cloudtrail"), quick.client("kms")
    key = kms.create_key()["KeyMetadata"]["Arn"]
    s3.create_bucket(Bucket="sealed-bucket")
    cloudtrail.create_trail(Name="sealed", S3BucketName="sealed-bucket", KmsKeyId=key)
    cloudtrail.start_logging(Name="sealed")
    found = eventually(lambda: [item["Key"] for item in s3.list_objects_v2(Bucket="sealed-bucket").get("Contents", [])
                                if item["Key"].endswith(".gz")])
    head = s3.head_object(Bucket="sealed-bucket", Key=found[0])
    assert (head["ServerSideEncryption"], head["SSEKMSKeyId"]) == ("aws:kms", key)
    cloudtrail.delete_trail(Name="sealed")


def test_objects_come_when_a_selector_takes_them(quick):
    s3 = quick.client("s3")
    for bucket in ("data-bucket", "quiet-bucket"):
        s3.put_object(Bucket=bucket, Key="k", Body=b"12345")
        s3.get_object(Bucket=bucket, Key="k")["Body"].read()
    found = eventually(lambda: [record for record in delivered(quick) if record["eventName"] == "GetObject"
                                and record["requestParameters"]["bucketName"] == "data-bucket"])
    assert found[0]["eventCategory"] == "Data" and found[0]["readOnly"] is True
    assert found[0]["additionalEventData"]["bytesTransferredOut"] == 5
    assert {"type": "AWS::S3::Object", "ARN": "arn:aws:s3:::data-bucket/k", "accountId": quick.account} in \
        found[0]["resources"]
    names = {(record["eventName"], record["requestParameters"]["bucketName"]) for record in delivered(quick)
             if record["eventCategory"] == "Data"}
    assert ("PutObject", "data-bucket") in names and ("GetObject", "quiet-bucket") not in names


def test_other_regions_have_files_of_their_own(quick):
    quick.client("glue", region="eu-west-1").create_database(DatabaseInput={"Name": "abroad"})
    assert eventually(lambda: [record for record in delivered(quick, "eu-west-1")
                               if record["eventName"] == "CreateDatabase"])


def test_the_aws_cli_finds_the_digests_valid(quick):
    quick.client("glue").create_database(DatabaseInput={"Name": "digested"})
    s3 = quick.client("s3")

    def digests_with_files():
        quick.client("glue").get_databases()  # so that each digest has something to tell
        found = []
        for key in keys(quick, f"AWSLogs/{quick.account}/CloudTrail-Digest/us-east-1/"):
            answer = s3.get_object(Bucket="logs-bucket", Key=key)
            assert answer["Metadata"]["signature-algorithm"] == "SHA256withRSA"
            digest = json.loads(gzip.decompress(answer["Body"].read()))
            found += [digest] if digest["logFiles"] else []
        return found if len(found) > 1 else []

    chain = eventually(digests_with_files)
    assert chain and chain[-1]["previousDigestS3Object"] and chain[-1]["digestSignatureAlgorithm"] == "SHA256withRSA"
    key, = quick.client("cloudtrail").list_public_keys()["PublicKeyList"]
    assert key["Fingerprint"] == chain[-1]["digestPublicKeyFingerprint"]
    out = run([AWS, "cloudtrail", "validate-logs", "--trail-arn",
               f"arn:aws:cloudtrail:us-east-1:{quick.account}:trail/all", "--start-time", "2020-01-01T00:00:00Z",
               "--verbose"], quick.environment(), "/")
    assert "INVALID" not in out and "digest files valid" in out and "log files valid" in out, out


def test_the_table_can_be_queried(quick):
    quick.client("glue").create_database(DatabaseInput={"Name": "in_the_table"})
    athena = quick.client("athena")

    def rows():
        started = athena.start_query_execution(
            QueryString="SELECT event_name, principal, error_code FROM tarn_system.audit "
                        "WHERE resources = 'in_the_table' AND event_name = 'CreateDatabase'",
            ResultConfiguration={"OutputLocation": "s3://quiet-bucket/results/"})["QueryExecutionId"]
        state = eventually(lambda: (lambda told: told if told["State"] not in ("QUEUED", "RUNNING") else None)(
            athena.get_query_execution(QueryExecutionId=started)["QueryExecution"]["Status"]))
        if state["State"] != "SUCCEEDED":
            return None
        found = athena.get_query_results(QueryExecutionId=started)["ResultSet"]["Rows"][1:]
        return [[value.get("VarCharValue", "") for value in row["Data"]] for row in found]

    assert eventually(rows) == [["CreateDatabase", "arn:aws:iam::000000000000:root", ""]]


def test_a_bucket_that_went_away_is_told(quick):
    s3, cloudtrail = quick.client("s3"), quick.client("cloudtrail")
    s3.create_bucket(Bucket="leaving-bucket")
    cloudtrail.create_trail(Name="leaving", S3BucketName="leaving-bucket")
    s3.delete_bucket(Bucket="leaving-bucket")
    cloudtrail.start_logging(Name="leaving")
    assert cloudtrail.get_trail_status(Name="leaving")["LatestDeliveryError"] == "NoSuchBucket"
    s3.create_bucket(Bucket="leaving-bucket")
    assert eventually(lambda: "LatestDeliveryError" not in cloudtrail.get_trail_status(Name="leaving"))
    with pytest.raises(ClientError):
        cloudtrail.create_trail(Name="leaving", S3BucketName="leaving-bucket")
    cloudtrail.delete_trail(Name="leaving")
