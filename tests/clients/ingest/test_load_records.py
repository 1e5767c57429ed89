"""The lake's own requests, /_tarn/…, are in the audit trail: who, what, how it ended."""
import json
import time

import requests
from botocore.auth import S3SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials

from ingest.test_ingest_files import database, tarn  # noqa: F401


def records(lake, name, wanted):
    until = time.monotonic() + 20
    while True:
        pages = lake.client("cloudtrail").get_paginator("lookup_events").paginate(
            LookupAttributes=[{"AttributeKey": "EventName", "AttributeValue": name}])
        found = [json.loads(event["CloudTrailEvent"]) for page in pages for event in page["Events"]]
        found = [event for event in found if wanted(event)]
        if found or time.monotonic() > until:
            return found
        time.sleep(0.05)


def ask(lake, method, path, key, secret):
    request = AWSRequest(method=method, url=lake.endpoint + path, data=b"", headers={})
    S3SigV4Auth(Credentials(key, secret), "s3", "us-east-1").add_auth(request)
    return requests.request(method, lake.endpoint + path, headers=dict(request.headers.items()), data=b"", timeout=30)


def test_a_load_is_recorded_with_its_change(lake, database, tmp_path):  # noqa: F811
    lake.client("glue").create_database(DatabaseInput={"Name": database})
    (tmp_path / "people.csv").write_text("id,name\n1,ada\n")
    tarn(lake, "ingest", tmp_path / "people.csv", "--table", f"{database}.people")
    found = records(lake, "AppendRows", lambda event: event["requestParameters"].get("table") == f"{database}.people")
    assert found, "no record"
    event = found[0]
    assert event["userIdentity"]["type"] == "Root" and event["readOnly"] is False
    assert event["requestParameters"]["file"] == "people.csv" and "errorCode" not in event
    assert event["eventSource"] == "tarn.amazonaws.com" and event["sourceIPAddress"] == "127.0.0.1"
    assert "outcome" not in event.get("additionalEventData", {})


def test_a_refused_load_is_recorded(lake, database):  # noqa: F811
    lake.client("glue").create_database(DatabaseInput={"Name": database})
    iam = lake.client("iam")
    iam.create_user(UserName=database)
    key = iam.create_access_key(UserName=database)["AccessKey"]
    try:
        path = f"/_tarn/load?source={'0' * 64}&table={database}.mine"
        answer = ask(lake, "GET", path, key["AccessKeyId"], key["SecretAccessKey"])
        assert answer.status_code == 403, answer.text
        event = records(lake, "GetLoad", lambda each: each["requestParameters"].get("table") == f"{database}.mine")[0]
        assert event["errorCode"] == "AccessDenied" and event["userIdentity"]["userName"] == database
        assert "glue:GetTable" in event["errorMessage"]
        # And what only root may.
        assert ask(lake, "POST", "/_tarn/verify", key["AccessKeyId"], key["SecretAccessKey"]).status_code == 403
        assert records(lake, "CheckObjects", lambda each: each["userIdentity"].get("userName") == database)
    finally:
        iam.delete_access_key(UserName=database, AccessKeyId=key["AccessKeyId"])
        iam.delete_user(UserName=database)
