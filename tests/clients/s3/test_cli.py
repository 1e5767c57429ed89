"""The AWS CLI over every area of docs/s3.md. It runs inside the test's process, which saves its start; one test
starts it as a program."""
import base64
import json
import os
import socket
import subprocess
import sys
import urllib.request
from pathlib import Path

import awscli
import botocore.loaders
import botocore.session
import pytest

from conftest import contents

MODELS = botocore.loaders.Loader(extra_search_paths=[str(Path(awscli.__file__).parent / "data")])  # read once for all commands


class Cli:
    """`cli("s3api", "head-object", …)` answers with the parsed document, or the text that is none."""

    def __init__(self, capfd):
        self.capfd = capfd

    def run(self, *arguments):
        from awscli.clidriver import create_clidriver
        self.capfd.readouterr()
        try:
            status = create_clidriver().main([str(argument) for argument in arguments])
        except SystemExit as ended:
            status = ended.code
        said = self.capfd.readouterr()
        return status, said.out, said.err

    def __call__(self, *arguments):
        status, out, err = self.run(*arguments)
        assert status == 0, f"aws {' '.join(map(str, arguments))}: {status}\n{out}\n{err}"
        try:
            return json.loads(out)
        except ValueError:
            return out

    def refused(self, *arguments):
        status, out, err = self.run(*arguments)
        assert status, f"aws {' '.join(map(str, arguments))} was not refused: {out}"
        return err


@pytest.fixture
def cli(lake, monkeypatch, tmp_path, capfd):
    for variable in [v for v in os.environ if v.startswith("AWS_")]:
        monkeypatch.delenv(variable)
    for variable, value in {**lake.environment(), "HOME": str(tmp_path), "AWS_MAX_ATTEMPTS": "1"}.items():
        monkeypatch.setenv(variable, value)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(botocore.session, "create_loader", lambda *_: MODELS)
    return Cli(capfd)


@pytest.fixture
def api(cli, bucket):
    """`api("head-object", …)` is `aws s3api head-object --bucket BUCKET …`."""
    def call(operation, *arguments):
        return cli("s3api", operation, "--bucket", bucket, *arguments)
    call.refused = lambda operation, *arguments: cli.refused("s3api", operation, "--bucket", bucket, *arguments)
    return call


def put(api, key, text="text", *arguments):
    Path("body").write_text(text)
    return api("put-object", "--key", key, "--body", "body", *arguments)


def test_sync_both_ways(cli, name, files):
    cli("s3", "mb", f"s3://{name}")
    cli("s3", "sync", files, f"s3://{name}/in")
    assert "upload" not in cli("s3", "sync", files, f"s3://{name}/in")
    cli("s3", "sync", f"s3://{name}/in", "back")
    assert contents(Path("back")) == contents(files)
    (files / "plain.txt").unlink()
    (files / "new.txt").write_text("new")
    cli("s3", "sync", files, f"s3://{name}/in", "--delete")
    cli("s3", "sync", f"s3://{name}/in", "back", "--delete")
    assert contents(Path("back")) == contents(files)
    cli("s3", "sync", f"s3://{name}/in", f"s3://{name}/twin", "--exclude", "*", "--include", "*.bin")
    assert "large.bin" in cli("s3", "ls", f"s3://{name}/twin/")
    assert "PRE in/" in cli("s3", "ls", f"s3://{name}")
    assert "Total Objects" in cli("s3", "ls", f"s3://{name}", "--recursive", "--human-readable", "--summarize")
    assert "BucketNotEmpty" in cli.refused("s3", "rb", f"s3://{name}")
    cli("s3", "rb", f"s3://{name}", "--force")
    assert "NoSuchBucket" in cli.refused("s3", "ls", f"s3://{name}")


def test_copies_moves_and_removals(cli, api, bucket, files):
    cli("s3", "cp", files / "large.bin", f"s3://{bucket}/large.bin", "--metadata", "colour=blue", "--storage-class",
        "STANDARD_IA", "--content-type", "application/x-large")
    told = api("head-object", "--key", "large.bin")
    assert told["ETag"].endswith('-2"') and told["Metadata"] == {"colour": "blue"} and told["StorageClass"] == "STANDARD_IA"
    cli("s3", "cp", f"s3://{bucket}/large.bin", f"s3://{bucket}/copied ü+.bin")
    cli("s3", "mv", f"s3://{bucket}/copied ü+.bin", "moved.bin")
    assert Path("moved.bin").read_bytes() == (files / "large.bin").read_bytes()
    cli("s3", "mv", "moved.bin", f"s3://{bucket}/again/moved.bin")
    assert not Path("moved.bin").exists()
    cli("s3", "cp", files, f"s3://{bucket}/tree", "--recursive", "--exclude", "*.bin")
    cli("s3", "rm", f"s3://{bucket}/tree", "--recursive")
    assert api("list-objects-v2", "--prefix", "tree/", "--query", "Contents") is None
    link = cli("s3", "presign", f"s3://{bucket}/large.bin", "--expires-in", "60").strip()
    assert urllib.request.urlopen(link).read() == (files / "large.bin").read_bytes()
    assert "404" in cli.refused("s3", "cp", f"s3://{bucket}/none", "none")


def test_the_program_streams(lake, cli, bucket):
    program = [sys.executable, str(Path(sys.executable).parent / "aws")]
    body = os.urandom(9 << 20)
    subprocess.run([*program, "s3", "cp", "-", f"s3://{bucket}/piped"], input=body, check=True, timeout=120)
    got = subprocess.run([*program, "s3", "cp", f"s3://{bucket}/piped", "-"], capture_output=True, check=True, timeout=120)
    assert got.stdout == body


def test_objects_conditions_checksums_and_attributes(api):
    first = put(api, "k", "hello lake", "--checksum-algorithm", "SHA256", "--content-encoding", "identity")
    assert len(first["ChecksumSHA256"]) == 44
    assert api("get-object", "--key", "k", "--range", "bytes=6-", "out")["ContentRange"] == "bytes 6-9/10"
    assert Path("out").read_text() == "lake"
    assert "PreconditionFailed" in api.refused("put-object", "--key", "k", "--if-none-match", "*")
    assert "PreconditionFailed" in api.refused("put-object", "--key", "k", "--if-match", '"0123456789abcdef0123456789abcdef"')
    put(api, "k", "hello lake", "--if-match", first["ETag"], "--checksum-algorithm", "CRC32")
    assert "304" in api.refused("get-object", "--key", "k", "--if-none-match", first["ETag"], "out")
    assert "BadDigest" in api.refused("put-object", "--key", "bad", "--body", "body", "--checksum-crc32", "AAAAAA==")
    told = api("get-object-attributes", "--key", "k", "--object-attributes", "ETag", "Checksum", "ObjectSize", "StorageClass")
    assert told["ObjectSize"] == 10 and told["Checksum"]["ChecksumType"] == "FULL_OBJECT"
    assert "PreconditionFailed" in api.refused("delete-object", "--key", "k", "--if-match", '"x"')
    for key in ("a/1", "a/2", "b"):
        put(api, key)
    assert api("list-objects-v2", "--delimiter", "/", "--query", "CommonPrefixes[].Prefix") == ["a/"]
    assert api("list-objects", "--page-size", "1", "--query", "Contents[].Key") == ["a/1", "a/2", "b", "k"]
    done = api("delete-objects", "--delete", json.dumps({"Objects": [{"Key": "a/1"}, {"Key": "a/2"}]}))
    assert len(done["Deleted"]) == 2
    assert "NotImplemented" in api.refused("rename-object", "--key", "renamed", "--rename-source", "b")


def test_multipart_uploads_by_hand(api, bucket):
    Path("part").write_bytes(os.urandom(5 << 20))
    upload = ("--key", "k", "--upload-id", api("create-multipart-upload", "--key", "k", "--checksum-algorithm", "CRC32",
                                              "--checksum-type", "FULL_OBJECT")["UploadId"])
    etags = [api("upload-part", *upload, "--part-number", "1", "--body", "part")["ETag"]]
    put(api, "source", "tail")
    etags.append(api("upload-part-copy", *upload, "--part-number", "2", "--copy-source", f"{bucket}/source")["CopyPartResult"]["ETag"])
    assert len(api("list-parts", *upload)["Parts"]) == 2
    assert len(api("list-multipart-uploads")["Uploads"]) == 1
    done = api("complete-multipart-upload", *upload, "--multipart-upload",
               json.dumps({"Parts": [{"PartNumber": n + 1, "ETag": etag} for n, etag in enumerate(etags)]}))
    assert done["ETag"].endswith('-2"') and done["ChecksumType"] == "FULL_OBJECT"
    assert api("get-object", "--key", "k", "--part-number", "2", "out")["PartsCount"] == 2
    assert Path("out").read_text() == "tail"
    left = api("create-multipart-upload", "--key", "left")["UploadId"]
    api("abort-multipart-upload", "--key", "left", "--upload-id", left)
    assert "Uploads" not in (api("list-multipart-uploads") or {})


def test_a_directory_bucket(cli, name):
    bucket = f"{name}--use1-az4--x-s3"
    cli("s3api", "create-bucket", "--bucket", bucket, "--create-bucket-configuration",
        "Location={Type=AvailabilityZone,Name=use1-az4},Bucket={DataRedundancy=SingleAvailabilityZone,Type=Directory}")
    Path("line").write_text("hello\n")
    cli("s3", "cp", "line", f"s3://{bucket}/a/x.txt")
    assert cli("s3", "ls", f"s3://{bucket}/a/").split()[-2:] == ["6", "x.txt"]
    cli("s3api", "put-object", "--bucket", bucket, "--key", "a/x.txt", "--body", "line", "--write-offset-bytes", "6")
    cli("s3api", "rename-object", "--bucket", bucket, "--key", "a/y.txt", "--rename-source", "a/x.txt")
    assert cli("s3", "cp", f"s3://{bucket}/a/y.txt", "-") == "hello\nhello\n"
    cli("s3", "rm", f"s3://{bucket}/a/y.txt")
    cli("s3api", "delete-bucket", "--bucket", bucket)


def test_versions_tags_and_locks(cli, name):
    cli("s3api", "create-bucket", "--bucket", name, "--object-lock-enabled-for-bucket")
    api = lambda operation, *rest: cli("s3api", operation, "--bucket", name, *rest)  # noqa: E731
    refused = lambda operation, *rest: cli.refused("s3api", operation, "--bucket", name, *rest)  # noqa: E731
    assert api("get-bucket-versioning") == {"Status": "Enabled"}
    version = put(api, "k", "1", "--tagging", "stage=raw")["VersionId"]
    put(api, "k", "2")
    api("delete-object", "--key", "k")
    assert len(api("list-object-versions")["Versions"]) == 2
    assert api("get-object-tagging", "--key", "k", "--version-id", version)["TagSet"] == [{"Key": "stage", "Value": "raw"}]
    api("put-object-tagging", "--key", "k", "--version-id", version, "--tagging", "TagSet=[{Key=stage,Value=clean}]")
    api("delete-object-tagging", "--key", "k", "--version-id", version)
    api("put-object-legal-hold", "--key", "k", "--version-id", version, "--legal-hold", "Status=ON")
    assert "AccessDenied" in refused("delete-object", "--key", "k", "--version-id", version)
    api("put-object-legal-hold", "--key", "k", "--version-id", version, "--legal-hold", "Status=OFF")
    api("put-object-retention", "--key", "k", "--version-id", version, "--retention",
        "Mode=GOVERNANCE,RetainUntilDate=2090-01-01T00:00:00Z")
    assert api("get-object-retention", "--key", "k", "--version-id", version)["Retention"]["Mode"] == "GOVERNANCE"
    assert "AccessDenied" in refused("delete-object", "--key", "k", "--version-id", version)
    api("delete-object", "--key", "k", "--version-id", version, "--bypass-governance-retention")
    rule = {"ObjectLockEnabled": "Enabled", "Rule": {"DefaultRetention": {"Mode": "GOVERNANCE", "Days": 1}}}
    api("put-object-lock-configuration", "--object-lock-configuration", json.dumps(rule))
    assert api("get-object-lock-configuration")["ObjectLockConfiguration"] == rule
    assert "AccessDenied" in refused("put-bucket-versioning", "--mfa", "serial 123456", "--versioning-configuration",
                                     "Status=Enabled,MFADelete=Enabled")


def test_encryption_and_its_keys(cli, api):
    key = cli("kms", "create-key", "--description", "of the lake", "--query", "KeyMetadata.Arn")
    alias = "alias/" + key.rpartition("/")[2]
    cli("kms", "create-alias", "--alias-name", alias, "--target-key-id", key)
    sealed = cli("kms", "encrypt", "--key-id", alias, "--plaintext", "secret", "--query", "CiphertextBlob")
    Path("sealed").write_bytes(base64.b64decode(sealed))
    opened = cli("kms", "decrypt", "--ciphertext-blob", "fileb://sealed", "--query", "Plaintext")
    assert base64.b64decode(opened) == b"secret"
    assert cli("kms", "generate-data-key", "--key-id", key, "--key-spec", "AES_256")["KeyId"] == key
    assert api("get-bucket-encryption")["ServerSideEncryptionConfiguration"]["Rules"][0][
        "ApplyServerSideEncryptionByDefault"]["SSEAlgorithm"] == "AES256"
    api("put-bucket-encryption", "--server-side-encryption-configuration", json.dumps({"Rules": [{
        "ApplyServerSideEncryptionByDefault": {"SSEAlgorithm": "aws:kms", "KMSMasterKeyID": key}, "BucketKeyEnabled": True}]}))
    told = put(api, "k")
    assert (told["ServerSideEncryption"], told["SSEKMSKeyId"], told["BucketKeyEnabled"]) == ("aws:kms", key, True)
    put(api, "plain", "text", "--server-side-encryption", "AES256")
    cli("kms", "disable-key", "--key-id", key)
    assert "DisabledException" in api.refused("get-object", "--key", "k", "out")
    cli("kms", "enable-key", "--key-id", key)
    cli("kms", "enable-key-rotation", "--key-id", key)
    assert cli("kms", "get-key-rotation-status", "--key-id", key)["KeyRotationEnabled"]
    api("delete-bucket-encryption")
    assert "InvalidRequest" in api.refused("put-object", "--key", "c", "--sse-customer-algorithm", "AES256",
                                           "--sse-customer-key", "k" * 32)  # over plain http


def test_storage_classes_and_lifecycle(api):
    put(api, "k", "text", "--storage-class", "GLACIER")
    assert "InvalidObjectState" in api.refused("get-object", "--key", "k", "out")
    api("restore-object", "--key", "k", "--restore-request", "Days=1,GlacierJobParameters={Tier=Expedited}")
    assert 'ongoing-request="true"' in api("head-object", "--key", "k")["Restore"]
    rules = {"Rules": [{"ID": "logs", "Status": "Enabled", "Filter": {"And": {"Prefix": "logs/", "Tags": [
        {"Key": "a", "Value": "b"}]}}, "Expiration": {"Days": 365}, "Transitions": [
            {"Days": 90, "StorageClass": "GLACIER"}], "NoncurrentVersionExpiration": {"NoncurrentDays": 3}}]}
    api("put-bucket-lifecycle-configuration", "--lifecycle-configuration", json.dumps(rules))
    assert api("get-bucket-lifecycle-configuration")["Rules"] == rules["Rules"]
    api("delete-bucket-lifecycle")
    assert "NoSuchLifecycleConfiguration" in api.refused("get-bucket-lifecycle-configuration")
    tiers = {"Id": "deep", "Status": "Enabled", "Tierings": [{"Days": 180, "AccessTier": "DEEP_ARCHIVE_ACCESS"}]}
    api("put-bucket-intelligent-tiering-configuration", "--id", "deep", "--intelligent-tiering-configuration", json.dumps(tiers))
    assert api("list-bucket-intelligent-tiering-configurations")["IntelligentTieringConfigurationList"] == [tiers]


def test_who_may(cli, lake, api, bucket):
    put(api, "k")
    url = f"{lake.endpoint}/{bucket}/k"
    assert all(api("get-public-access-block")["PublicAccessBlockConfiguration"].values())
    policy = json.dumps({"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Principal": "*", "Action": "s3:GetObject",
                                                                 "Resource": f"arn:aws:s3:::{bucket}/*"}]})
    assert "AccessDenied" in api.refused("put-bucket-policy", "--policy", policy)
    api("delete-public-access-block")
    api("put-bucket-policy", "--policy", policy)
    assert urllib.request.urlopen(url).read() == b"text"
    assert api("get-bucket-policy-status")["PolicyStatus"]["IsPublic"]
    api("delete-bucket-policy")
    assert "AccessControlListNotSupported" in api.refused("put-bucket-acl", "--acl", "public-read")
    api("put-bucket-ownership-controls", "--ownership-controls", "Rules=[{ObjectOwnership=ObjectWriter}]")
    api("put-object-acl", "--key", "k", "--acl", "public-read")
    assert len(api("get-object-acl", "--key", "k")["Grants"]) == 2
    assert urllib.request.urlopen(url).read() == b"text"
    assert urllib.request.urlopen(f"{lake.endpoint}/{bucket}/k").status == 200
    assert "AccessDenied" in cli.refused("s3api", "list-objects-v2", "--bucket", bucket, "--no-sign-request")
    api("put-bucket-request-payment", "--request-payment-configuration", "Payer=Requester")
    assert api("get-bucket-request-payment") == {"Payer": "Requester"}


def test_events_logs_websites_and_other_settings(cli, lake, api, bucket):
    events = {"QueueConfigurations": [{"Id": "q", "QueueArn": f"arn:aws:sqs:us-east-1:{lake.account}:changes",
                                       "Events": ["s3:ObjectCreated:*"]}], "EventBridgeConfiguration": {}}
    api("put-bucket-notification-configuration", "--notification-configuration", json.dumps(events))
    assert api("get-bucket-notification-configuration") == events
    api("put-bucket-policy", "--policy", json.dumps({"Version": "2012-10-17", "Statement": [{
        "Effect": "Allow", "Principal": {"Service": "logging.s3.amazonaws.com"}, "Action": "s3:PutObject",
        "Resource": f"arn:aws:s3:::{bucket}/logs/*"}]}))
    api("put-bucket-logging", "--bucket-logging-status", json.dumps({"LoggingEnabled": {"TargetBucket": bucket, "TargetPrefix": "logs/"}}))
    assert api("get-bucket-logging")["LoggingEnabled"]["TargetPrefix"] == "logs/"
    rules = {"CORSRules": [{"AllowedOrigins": ["https://*.example.com"], "AllowedMethods": ["GET"], "MaxAgeSeconds": 3}]}
    api("put-bucket-cors", "--cors-configuration", json.dumps(rules))
    assert api("get-bucket-cors") == rules
    cli("s3", "website", f"s3://{bucket}", "--index-document", "i.html", "--error-document", "e.html")
    assert api("get-bucket-website")["IndexDocument"] == {"Suffix": "i.html"}
    for document in ("website", "cors"):
        api(f"delete-bucket-{document}")
    api("put-bucket-tagging", "--tagging", "TagSet=[{Key=team,Value=lake}]")
    assert api("get-bucket-tagging")["TagSet"] == [{"Key": "team", "Value": "lake"}]
    api("put-bucket-accelerate-configuration", "--accelerate-configuration", "Status=Suspended")
    metrics = {"Id": "all"}
    api("put-bucket-metrics-configuration", "--id", "all", "--metrics-configuration", json.dumps(metrics))
    assert api("list-bucket-metrics-configurations")["MetricsConfigurationList"] == [metrics]
    assert cli("s3api", "get-bucket-location", "--bucket", bucket) == {"LocationConstraint": None}
    assert "NotImplemented" in api.refused("list-bucket-inventory-configurations")


def test_access_points_and_the_accounts_block(cli, lake, api, bucket, monkeypatch):
    known = socket.getaddrinfo  # the account stands in front of the endpoint's host
    monkeypatch.setattr(socket, "getaddrinfo", lambda host, *rest, **more: known(
        "127.0.0.1" if str(host).endswith(".127.0.0.1") else host, *rest, **more))
    account = ("--account-id", lake.account)
    point = cli("s3control", "create-access-point", *account, "--name", f"p{bucket}", "--bucket", bucket)
    put(api, "k")
    cli("s3api", "get-object", "--bucket", point["Alias"], "--key", "k", "out")
    assert Path("out").read_text() == "text"
    assert cli("s3control", "list-access-points", *account, "--bucket", bucket)["AccessPointList"][0]["Name"] == f"p{bucket}"
    cli("s3control", "delete-access-point", *account, "--name", f"p{bucket}")
    assert "NotImplemented" in cli.refused("s3control", "list-jobs", *account)


def test_annotations(api):
    put(api, "k")
    Path("note").write_text("three pages")
    api("put-object-annotation", "--key", "k", "--annotation-name", "summary", "--annotation-payload", "note")
    api("get-object-annotation", "--key", "k", "--annotation-name", "summary", "out")
    assert Path("out").read_text() == "three pages"
    assert [entry["AnnotationName"] for entry in api("list-object-annotations", "--key", "k")["Annotations"]] == ["summary"]
    api("delete-object-annotation", "--key", "k", "--annotation-name", "summary")
