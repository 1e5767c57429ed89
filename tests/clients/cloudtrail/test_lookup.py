"""What LookupEvents tells of the calls made: who, what, from where, how it ended."""
import datetime
import json
import time

import pytest
from botocore.config import Config
from botocore.exceptions import ClientError

ROOT = "arn:aws:iam::000000000000:root"


def events(lake, wanted=1, client=None, **attribute):
    """The events of one attribute, newest first; waits until there are as many as wanted."""
    client = client or lake.client("cloudtrail")
    (key, value), = attribute.items()
    until = time.monotonic() + 20
    while True:
        pages = client.get_paginator("lookup_events").paginate(
            LookupAttributes=[{"AttributeKey": key, "AttributeValue": value}])
        found = [event for page in pages for event in page["Events"]]
        if len(found) >= wanted or time.monotonic() > until:
            return found
        time.sleep(0.05)


def told(event):
    return json.loads(event["CloudTrailEvent"])


def test_tells_of_a_bucket_made(lake, bucket):
    event, = events(lake, ResourceName=bucket)
    assert event["EventName"] == "CreateBucket"
    assert event["EventSource"] == "s3.amazonaws.com"
    assert event["Username"] == "root"
    assert event["ReadOnly"] == "false"
    assert event["AccessKeyId"] == lake.access_key
    assert {"ResourceType": "AWS::S3::Bucket", "ResourceName": bucket} in event["Resources"]
    whole = told(event)
    assert whole["eventVersion"] == "1.11"
    assert whole["userIdentity"] == {"type": "Root", "principalId": lake.account, "arn": ROOT,
                                     "accountId": lake.account, "accessKeyId": lake.access_key}
    assert whole["eventName"] == "CreateBucket" and whole["awsRegion"] == "us-east-1"
    assert whole["sourceIPAddress"] == "127.0.0.1" and "Boto3" in whole["userAgent"]
    assert whole["requestParameters"]["bucketName"] == bucket
    assert whole["eventID"] == event["EventId"] and whole["eventType"] == "AwsApiCall"
    assert whole["managementEvent"] is True and whole["eventCategory"] == "Management"
    assert whole["recipientAccountId"] == lake.account and "errorCode" not in whole
    assert "outcome" not in whole.get("additionalEventData", {})


def test_reads_are_told_as_read_only(lake, bucket):
    lake.client("s3").get_bucket_location(Bucket=bucket)
    newest = events(lake, 2, ResourceName=bucket)[0]
    assert newest["EventName"] == "GetBucketLocation" and newest["ReadOnly"] == "true"
    assert told(newest)["responseElements"] is None


def test_failures_carry_their_code_and_message(lake, name):
    with pytest.raises(ClientError):
        lake.client("glue").get_database(Name=name)
    event, = events(lake, ResourceName=name)
    whole = told(event)
    assert whole["errorCode"] == "EntityNotFoundException" and name in whole["errorMessage"]
    assert whole["eventSource"] == "glue.amazonaws.com"


def test_the_request_id_is_the_answers(lake, name):
    answer = lake.client("glue").create_database(DatabaseInput={"Name": name})
    event, = events(lake, ResourceName=name)
    assert told(event)["requestID"] == answer["ResponseMetadata"]["RequestId"]


def test_objects_are_data_events_and_not_looked_up(lake, bucket):
    s3 = lake.client("s3")
    s3.put_object(Bucket=bucket, Key="k", Body=b"x")
    s3.get_object(Bucket=bucket, Key="k")
    s3.list_objects_v2(Bucket=bucket)
    assert [event["EventName"] for event in events(lake, ResourceName=bucket)] == ["CreateBucket"]


def test_a_failed_sign_in_is_told(lake, name):
    glue = lake.client("glue", aws_secret_access_key="wrong" * 8)
    with pytest.raises(ClientError):
        glue.create_database(DatabaseInput={"Name": name})
    known = [told(event) for event in events(lake, EventName="CreateDatabase") if "errorCode" in told(event)]
    refused = [event for event in known if event["errorCode"] == "InvalidSignatureException"]
    assert refused and refused[0]["userIdentity"]["type"] == "Unknown"


def test_secrets_are_hidden(lake, name):
    lake.client("glue").create_connection(ConnectionInput={
        "Name": name, "ConnectionType": "JDBC",
        "ConnectionProperties": {"JDBC_CONNECTION_URL": "jdbc:postgresql://h/d", "USERNAME": "u",
                                 "PASSWORD": "planted-password-1"}})
    event, = events(lake, ResourceName=name)
    assert "planted-password-1" not in event["CloudTrailEvent"]
    assert "jdbc:postgresql" in event["CloudTrailEvent"]


def test_pages_of_one_go_through_all(lake, bucket):
    s3 = lake.client("s3")
    for _ in range(4):
        s3.get_bucket_location(Bucket=bucket)
    ours = [{"AttributeKey": "ResourceName", "AttributeValue": bucket}]
    client, seen, token = lake.client("cloudtrail"), [], {}
    while True:
        page = client.lookup_events(LookupAttributes=ours, MaxResults=1, **token)
        seen += page["Events"]
        if "NextToken" not in page:
            break
        token = {"NextToken": page["NextToken"]}
    assert [event["EventName"] for event in seen] == ["GetBucketLocation"] * 4 + ["CreateBucket"]
    times = [event["EventTime"] for event in seen]
    assert times == sorted(times, reverse=True)


def test_a_time_range_bounds_the_events(lake, bucket):
    past = datetime.datetime.now(datetime.timezone.utc) - datetime.timedelta(hours=1)
    client = lake.client("cloudtrail")
    ours = [{"AttributeKey": "ResourceName", "AttributeValue": bucket}]
    assert client.lookup_events(LookupAttributes=ours, EndTime=past)["Events"] == []
    assert len(client.lookup_events(LookupAttributes=ours, StartTime=past)["Events"]) == 1


def test_a_regions_events_stay_in_it(lake, name):
    lake.client("glue", region="eu-west-1").create_database(DatabaseInput={"Name": name})
    assert events(lake, client=lake.client("cloudtrail", region="eu-west-1"), ResourceName=name)
    assert not lake.client("cloudtrail").lookup_events(
        LookupAttributes=[{"AttributeKey": "ResourceName", "AttributeValue": name}])["Events"]


@pytest.mark.parametrize("arguments, code", [
    (dict(NextToken="?"), "InvalidNextTokenException"),
    (dict(StartTime=2_000_000_000, EndTime=1_000_000_000), "InvalidTimeRangeException"),
    (dict(MaxResults=51), "ValidationException"),
])
def test_refuses_what_makes_no_sense(lake, arguments, code):
    client = lake.client("cloudtrail", config=Config(parameter_validation=False))
    with pytest.raises(ClientError) as caught:
        client.lookup_events(**arguments)
    assert caught.value.response["Error"]["Code"] == code


def test_a_mutation_is_told_after_a_kill(own_lake, name):
    own_lake.client("glue").create_database(DatabaseInput={"Name": name})
    own_lake.restart(kill=True)
    event, = events(own_lake, ResourceName=name)
    assert event["EventName"] == "CreateDatabase"
