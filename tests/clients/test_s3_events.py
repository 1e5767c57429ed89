"""Event notifications: every change reaches the webhook behind its ARN, in order, also after kill -9."""
import http.server
import json
import subprocess
import threading
import time

import pytest
import urllib3
from botocore.exceptions import ClientError
from conftest import Lake

QUEUE = "arn:aws:sqs:us-east-1:000000000000:changes"


class Receiver:
    """A webhook: keeps the records it got; `status` is what it answers."""

    def __init__(self):
        receiver = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_POST(self):
                body = self.rfile.read(int(self.headers["Content-Length"]))
                if receiver.status == 200:
                    message = json.loads(body)
                    receiver.records += message.get("Records", [])
                    receiver.tests += [message] if "Records" not in message else []
                self.send_response(receiver.status)
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, *_):
                pass

        self.status = 200
        self.records = []
        self.tests = []
        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_address[1]}/changes"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def wait(self, count):
        deadline = time.monotonic() + 30
        while len(self.records) < count and time.monotonic() < deadline:
            time.sleep(0.02)
        return [(record["eventName"], record["s3"]["object"]["key"]) for record in self.records]


@pytest.fixture
def receiver():
    running = Receiver()
    yield running
    running.server.shutdown()


@pytest.fixture
def lake_with_webhook(tmp_path, receiver):
    config = tmp_path / "lake.toml"
    config.write_text(f'[[webhook]]\narn = "{QUEUE}"\nurl = "{receiver.url}"\n')
    running = Lake(tmp_path / "data", "--config", str(config))
    yield running
    running.stop()


def notify(s3, bucket, events, **key_filter):
    rule = {"Id": "rule", "QueueArn": QUEUE, "Events": events}
    if key_filter:
        rule["Filter"] = {"Key": {"FilterRules": [{"Name": n, "Value": v} for n, v in key_filter.items()]}}
    s3.put_bucket_notification_configuration(Bucket=bucket, NotificationConfiguration={"QueueConfigurations": [rule]})


def test_changes_reach_the_webhook_in_order(lake_with_webhook, receiver):
    s3 = lake_with_webhook.client("s3")
    s3.create_bucket(Bucket="events")
    notify(s3, "events", ["s3:ObjectCreated:*", "s3:ObjectRemoved:*"], prefix="raw/", suffix=".csv")
    etag = s3.put_object(Bucket="events", Key="raw/a b.csv", Body=b"12345")["ETag"].strip('"')
    s3.put_object(Bucket="events", Key="raw/other.json", Body=b"1")
    s3.copy_object(Bucket="events", Key="raw/c.csv", CopySource="events/raw/a b.csv")
    upload = s3.create_multipart_upload(Bucket="events", Key="raw/m.csv")["UploadId"]
    part = s3.upload_part(Bucket="events", Key="raw/m.csv", UploadId=upload, PartNumber=1, Body=b"x")
    s3.complete_multipart_upload(Bucket="events", Key="raw/m.csv", UploadId=upload,
                                 MultipartUpload={"Parts": [{"PartNumber": 1, "ETag": part["ETag"]}]})
    s3.delete_object(Bucket="events", Key="raw/c.csv")
    assert receiver.wait(4) == [("ObjectCreated:Put", "raw/a+b.csv"), ("ObjectCreated:Copy", "raw/c.csv"),
                                ("ObjectCreated:CompleteMultipartUpload", "raw/m.csv"),
                                ("ObjectRemoved:Delete", "raw/c.csv")]
    first = receiver.records[0]
    assert first["s3"]["object"]["size"] == 5 and first["s3"]["object"]["eTag"] == etag
    assert first["s3"]["bucket"]["name"] == "events" and first["s3"]["configurationId"] == "rule"
    assert first["awsRegion"] == "us-east-1" and first["requestParameters"]["sourceIPAddress"] == "127.0.0.1"
    assert receiver.records[3]["s3"]["object"]["sequencer"] > receiver.records[1]["s3"]["object"]["sequencer"]


def test_a_new_configuration_sends_a_test_event(lake_with_webhook, receiver):
    s3 = lake_with_webhook.client("s3")
    s3.create_bucket(Bucket="events")
    notify(s3, "events", ["s3:ObjectCreated:*"])
    s3.put_object(Bucket="events", Key="k", Body=b"1")
    receiver.wait(1)
    assert [(test["Event"], test["Bucket"], test["Service"]) for test in receiver.tests] == [
        ("s3:TestEvent", "events", "Amazon S3")]
    rules = {"QueueConfigurations": [{"Id": "rule", "QueueArn": QUEUE, "Events": ["s3:ObjectCreated:*"]}]}
    s3.put_bucket_notification_configuration(Bucket="events", NotificationConfiguration=rules,
                                             SkipDestinationValidation=True)
    s3.put_object(Bucket="events", Key="k", Body=b"1")
    receiver.wait(2)
    assert len(receiver.tests) == 1


def test_changes_of_tags_access_and_annotations_are_told(lake_with_webhook, receiver):
    s3 = lake_with_webhook.client("s3")
    s3.create_bucket(Bucket="events", ObjectOwnership="ObjectWriter")
    s3.put_object(Bucket="events", Key="k", Body=b"1")
    notify(s3, "events", ["s3:ObjectTagging:*", "s3:ObjectAcl:Put", "s3:ObjectAnnotation:*"])
    s3.put_object_tagging(Bucket="events", Key="k", Tagging={"TagSet": [{"Key": "a", "Value": "b"}]})
    s3.delete_object_tagging(Bucket="events", Key="k")
    s3.put_object_acl(Bucket="events", Key="k", ACL="bucket-owner-full-control")
    s3.put_object_annotation(Bucket="events", Key="k", AnnotationName="n", AnnotationPayload=b"text")
    s3.delete_object_annotation(Bucket="events", Key="k", AnnotationName="n")
    assert [name for name, _ in receiver.wait(5)] == ["ObjectTagging:Put", "ObjectTagging:Delete", "ObjectAcl:Put",
                                                      "ObjectAnnotation:Put", "ObjectAnnotation:Delete"]
    assert {record["eventVersion"] for record in receiver.records} == {"2.3"}


def test_archives_tell_of_themselves(tmp_path, receiver):
    config = tmp_path / "lake.toml"
    config.write_text(f'[[webhook]]\narn = "{QUEUE}"\nurl = "{receiver.url}"\n')
    lake = Lake(tmp_path / "data", "--config", str(config), "--lifecycle-day", "500ms")
    try:
        s3 = lake.client("s3")
        s3.create_bucket(Bucket="events")
        notify(s3, "events", ["s3:LifecycleTransition", "s3:ObjectRestore:*", "s3:LifecycleExpiration:*"])
        s3.put_object(Bucket="events", Key="k", Body=b"x" * 200_000)
        rule = {"ID": "r", "Status": "Enabled", "Filter": {}, "Transitions": [{"Days": 1, "StorageClass": "GLACIER"}]}
        s3.put_bucket_lifecycle_configuration(Bucket="events", LifecycleConfiguration={"Rules": [rule]})
        receiver.wait(1)
        s3.restore_object(Bucket="events", Key="k", RestoreRequest={"Days": 1})
        receiver.wait(4)
        rule["Expiration"] = {"Days": 2}
        s3.put_bucket_lifecycle_configuration(Bucket="events", LifecycleConfiguration={"Rules": [rule]})
        assert [name for name, _ in receiver.wait(5)] == [
            "LifecycleTransition", "ObjectRestore:Post", "ObjectRestore:Completed", "ObjectRestore:Delete",
            "LifecycleExpiration:Delete"]
        moved, _, restored = receiver.records[:3]
        assert moved["lifecycleEventData"] == {"transitionEventData": {"destinationStorageClass": "GLACIER"}}
        assert restored["glacierEventData"]["restoreEventData"]["lifecycleRestoreStorageClass"] == "GLACIER"
    finally:
        lake.stop()


def test_what_a_webhook_refused_is_sent_again_after_a_crash(lake_with_webhook, receiver):
    s3 = lake_with_webhook.client("s3")
    s3.create_bucket(Bucket="events")
    s3.put_bucket_versioning(Bucket="events", VersioningConfiguration={"Status": "Enabled"})
    notify(s3, "events", ["s3:ObjectCreated:Put", "s3:ObjectRemoved:DeleteMarkerCreated"])
    receiver.status = 503
    version = s3.put_object(Bucket="events", Key="k", Body=b"1")["VersionId"]
    marker = s3.delete_object(Bucket="events", Key="k")["VersionId"]
    lake_with_webhook.restart(kill=True)
    receiver.status = 200
    assert receiver.wait(2) == [("ObjectCreated:Put", "k"), ("ObjectRemoved:DeleteMarkerCreated", "k")]
    assert [record["s3"]["object"]["versionId"] for record in receiver.records] == [version, marker]


def test_a_configuration_is_checked_kept_and_removed(lake, bucket):
    s3 = lake.client("s3")
    for rule, message in [
            ({"QueueArn": "not-an-arn", "Events": ["s3:ObjectCreated:*"]}, "The ARN is not well formed"),
            ({"QueueArn": QUEUE.replace("us-east-1", "eu-west-1"), "Events": ["s3:ObjectCreated:*"]},
             "The notification destination service region is not valid for the bucket location constraint"),
            ({"QueueArn": QUEUE, "Events": ["s3:Nonsense"]}, "The event 's3:Nonsense' is not supported")]:
        with pytest.raises(ClientError, match=message) as refused:
            s3.put_bucket_notification_configuration(Bucket=bucket,
                                                     NotificationConfiguration={"QueueConfigurations": [rule]})
        assert refused.value.response["Error"]["Code"] == "InvalidArgument"
    assert "QueueConfigurations" not in s3.get_bucket_notification_configuration(Bucket=bucket)
    notify(s3, bucket, ["s3:ObjectCreated:*"], prefix="a/")
    kept = s3.get_bucket_notification_configuration(Bucket=bucket)["QueueConfigurations"]
    assert kept[0]["QueueArn"] == QUEUE and kept[0]["Filter"]["Key"]["FilterRules"] == [{"Name": "prefix", "Value": "a/"}]
    s3.put_bucket_notification_configuration(Bucket=bucket, NotificationConfiguration={})
    assert "QueueConfigurations" not in s3.get_bucket_notification_configuration(Bucket=bucket)


def test_rules_that_overlap_are_refused(lake, bucket):
    s3 = lake.client("s3")
    rules = [{"QueueArn": QUEUE, "Events": ["s3:ObjectCreated:Put"]},
             {"QueueArn": QUEUE, "Events": ["s3:ObjectCreated:*"],
              "Filter": {"Key": {"FilterRules": [{"Name": "prefix", "Value": "a/"}]}}}]
    with pytest.raises(ClientError, match="ambiguously defined"):
        s3.put_bucket_notification_configuration(Bucket=bucket,
                                                 NotificationConfiguration={"QueueConfigurations": rules})


def test_requests_are_logged_into_the_target_bucket(tmp_path):
    subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2",
                    "-subj", "/CN=localhost", "-addext", "subjectAltName=IP:127.0.0.1", "-keyout", tmp_path / "key",
                    "-out", tmp_path / "cert"], check=True, capture_output=True)
    lake = Lake(tmp_path / "data", "--access-log-seconds", "1", "--tls-cert", str(tmp_path / "cert"), "--tls-key", str(tmp_path / "key"))
    try:
        s3 = lake.client("s3", verify=str(tmp_path / "cert"))
        for bucket in "source", "logs":
            s3.create_bucket(Bucket=bucket)
        with pytest.raises(ClientError) as refused:
            s3.put_bucket_logging(Bucket="source", BucketLoggingStatus={
                "LoggingEnabled": {"TargetBucket": "nowhere", "TargetPrefix": ""}})
        assert refused.value.response["Error"]["Code"] == "InvalidTargetBucketForLogging"
        enabled = {"TargetBucket": "logs", "TargetPrefix": "access/"}
        s3.put_bucket_logging(Bucket="source", BucketLoggingStatus={"LoggingEnabled": enabled})
        assert s3.get_bucket_logging(Bucket="source")["LoggingEnabled"] == enabled
        s3.put_object(Bucket="source", Key="a/b", Body=b"12345")
        s3.get_object(Bucket="source", Key="a/b")["Body"].read()
        with pytest.raises(ClientError):
            s3.get_object(Bucket="source", Key="missing", VersionId="v\nforged line")
        upload = s3.create_multipart_upload(Bucket="source", Key="copied")["UploadId"]
        s3.upload_part_copy(Bucket="source", Key="copied", UploadId=upload, PartNumber=1, CopySource="source/a/b")
        cleartext = s3.generate_presigned_url("get_object", {"Bucket": "source", "Key": "a/b"}).replace("https://", "http://")
        assert urllib3.request("GET", cleartext).data == b"12345"
        s3.put_bucket_ownership_controls(Bucket="source", OwnershipControls={"Rules": [{"ObjectOwnership": "ObjectWriter"}]})
        s3.delete_public_access_block(Bucket="source")
        s3.put_object(Bucket="source", Key="open", Body=b"to all", ACL="public-read")
        assert urllib3.request("GET", f"http://127.0.0.1:{lake.port}/source/open").data == b"to all"
        lines = []
        deadline = time.monotonic() + 30
        while len([line for line in lines if "REST.GET.OBJECT" in line]) < 4 and time.monotonic() < deadline:
            time.sleep(0.1)
            keys = [o["Key"] for o in s3.list_objects_v2(Bucket="logs", Prefix="access/").get("Contents", [])]
            lines = [line for key in keys
                     for line in s3.get_object(Bucket="logs", Key=key)["Body"].read().decode().splitlines()]
        got = [line for line in lines if " REST.GET.OBJECT a/b " in line]
        secured, plain = sorted(got, key=lambda line: "QueryString" in line)
        assert '"GET /source/a/b HTTP/1.1" 200 - 5 5 ' in secured
        assert " SigV4 TLS AuthHeader " in secured and secured.endswith(" TLSv1.3 - -")
        assert " - QueryString " in plain and plain.endswith(" - - -")
        assert [line.split()[-1] for line in lines if " REST.GET.OBJECT open " in line] == ["Yes"], "by its access list"
        assert [line.split()[-1] for line in lines if " REST.PUT.OBJECT open " in line] == ["-"]
        missed = [line for line in lines if " REST.GET.OBJECT missing " in line]
        assert len(missed) == 1 and " 400 InvalidArgument " in missed[0] and " v%0Aforged%20line " in missed[0]
        assert any(" REST.PUT.OBJECT a/b " in line and ' HTTP/1.1" 200 - - 5 ' in line for line in lines)
        assert any(" REST.COPY.PART copied " in line for line in lines)
    finally:
        lake.stop()
