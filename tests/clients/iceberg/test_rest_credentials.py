"""Access to a table's files handed to clients: vended credentials and remote signing."""
import datetime
import json
import urllib.error
import urllib.request

import boto3
import botocore.exceptions
import pytest
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials
from pyiceberg.catalog.rest import RestCatalog

from test_rest_catalog import ROWS, SCHEMA, ask, token_of


def connect(lake, **properties):
    """A catalog that has no keys for files of its own."""
    return RestCatalog("lake", uri=lake.endpoint + "/iceberg", credential=f"{lake.access_key}:{lake.secret_key}",
                       **properties)


@pytest.fixture
def table(lake, name):
    catalog = connect(lake)
    catalog.create_namespace(name)
    table = catalog.create_table(f"{name}.cities", SCHEMA)
    table.append(ROWS)
    return table


def send(lake, method, path, body=None, **headers):
    request = urllib.request.Request(lake.endpoint + "/iceberg/v1/" + path, body, headers, method=method)
    request.add_header("Authorization", "Bearer " + token_of(lake))
    with urllib.request.urlopen(request) as answer:
        return json.loads(answer.read()), answer.headers


def path(table, rest=""):
    space, name = table.name()
    return f"namespaces/{space}/tables/{name}{rest}"


def vended(lake, table):
    answer, headers = send(lake, "GET", path(table, "/credentials"))
    assert "no-store" in headers["Cache-Control"]
    [credential] = answer["storage-credentials"]
    return credential


def s3(lake, config):
    return boto3.client("s3", endpoint_url=lake.endpoint, region_name="us-east-1",
                        aws_access_key_id=config["s3.access-key-id"],
                        aws_secret_access_key=config["s3.secret-access-key"],
                        aws_session_token=config["s3.session-token"])


def place(table):
    bucket, _, key = table.location().removeprefix("s3://").partition("/")
    return bucket, key


def refused(call, **arguments):
    with pytest.raises(botocore.exceptions.ClientError) as failed:
        call(**arguments)
    return failed.value.response["Error"]["Code"]


def test_pyiceberg_writes_and_reads_with_what_it_is_lent(lake, table):
    """It holds a token for the catalog and nothing for S3."""
    again = connect(lake).load_table(table.name())
    assert again.io.properties["s3.session-token"]
    again.append(ROWS)
    assert again.scan().to_arrow().num_rows == 4
    again.delete("id = 1")
    assert connect(lake).load_table(table.name()).scan().to_arrow().num_rows == 2


def test_loading_a_table_lends_keys_only_when_asked(lake, table):
    plain, _ = send(lake, "GET", path(table))
    assert "storage-credentials" not in plain and "s3.session-token" not in plain["config"]
    lent, _ = send(lake, "GET", path(table), **{"X-Iceberg-Access-Delegation": "remote-signing, vended-credentials"})
    [credential] = lent["storage-credentials"]
    assert credential["prefix"] == table.location()
    for config in (lent["config"], credential["config"]):
        assert config["s3.access-key-id"].startswith("ASIA") and config["s3.secret-access-key"]
        assert config["client.refresh-credentials-endpoint"] == f"v1/{path(table)}/credentials"
        left = int(config["s3.session-token-expires-at-ms"]) / 1000 - datetime.datetime.now().timestamp()
        assert 0 < left <= 3600


def test_lent_keys_reach_the_tables_location_alone(lake, table, bucket):
    lake.client("s3").put_object(Bucket=bucket, Key="a", Body=b"x")
    home, prefix = place(table)
    lake.client("s3").put_object(Bucket=home, Key=prefix + "2/a", Body=b"x")
    keys = s3(lake, vended(lake, table)["config"])
    keys.put_object(Bucket=home, Key=prefix + "/data/mine", Body=b"mine")
    assert keys.get_object(Bucket=home, Key=prefix + "/data/mine")["Body"].read() == b"mine"
    assert keys.list_objects_v2(Bucket=home, Prefix=prefix + "/data/")["KeyCount"] == 2
    upload = keys.create_multipart_upload(Bucket=home, Key=prefix + "/data/parts")["UploadId"]
    tag = keys.upload_part(Bucket=home, Key=prefix + "/data/parts", UploadId=upload, PartNumber=1, Body=b"p")["ETag"]
    keys.complete_multipart_upload(Bucket=home, Key=prefix + "/data/parts", UploadId=upload,
                                   MultipartUpload={"Parts": [{"PartNumber": 1, "ETag": tag}]})
    keys.delete_object(Bucket=home, Key=prefix + "/data/parts")
    for outside in (dict(Bucket=bucket, Key="a"), dict(Bucket=home, Key=prefix + "2/a")):
        assert refused(keys.get_object, **outside) == "AccessDenied"
        assert refused(keys.put_object, **outside, Body=b"y") == "AccessDenied"
        assert refused(keys.delete_object, **outside) == "AccessDenied"
        assert refused(keys.copy_object, CopySource=outside, Bucket=home, Key=prefix + "/stolen") == "AccessDenied"
    assert refused(keys.list_objects_v2, Bucket=home) == "AccessDenied"
    assert refused(keys.list_objects_v2, Bucket=home, Prefix=prefix + "2/") == "AccessDenied"
    assert refused(keys.list_buckets) == "AccessDenied"
    assert refused(keys.get_bucket_policy, Bucket=home) == "AccessDenied"
    assert refused(keys.put_bucket_policy, Bucket=home, Policy="{}") == "AccessDenied"
    assert refused(keys.delete_bucket, Bucket=home) == "AccessDenied"
    gone = keys.delete_objects(Bucket=home, Delete={"Objects": [{"Key": prefix + "/data/mine"}, {"Key": prefix + "2/a"}]})
    assert [each["Key"] for each in gone["Deleted"]] == [prefix + "/data/mine"]
    assert [each["Code"] for each in gone["Errors"]] == ["AccessDenied"]
    link = keys.generate_presigned_url("get_object", Params={"Bucket": bucket, "Key": "a"})
    with pytest.raises(urllib.error.HTTPError) as denied:
        urllib.request.urlopen(link)
    assert denied.value.code == 403


def test_lent_keys_open_no_other_service(lake, table):
    config = vended(lake, table)["config"]
    keys = dict(aws_access_key_id=config["s3.access-key-id"], aws_secret_access_key=config["s3.secret-access-key"],
                aws_session_token=config["s3.session-token"])
    assert lake.client("sts", **keys).get_caller_identity()["Account"] == lake.account
    assert refused(lake.client("glue", **keys).get_databases) == "AccessDeniedException"
    assert refused(lake.client("athena", **keys).list_work_groups) == "AccessDeniedException"
    kms = lake.client("kms", **keys)
    assert refused(kms.list_keys) == "AccessDeniedException"
    assert refused(kms.create_key) == "AccessDeniedException"
    # Nor the catalog, and they make no further keys.
    signer = Credentials(keys["aws_access_key_id"], keys["aws_secret_access_key"], keys["aws_session_token"])
    for rest in ("", "/credentials"):
        request = AWSRequest("GET", f"{lake.endpoint}/iceberg/v1/{path(table, rest)}")
        SigV4Auth(signer, "s3", "us-east-1").add_auth(request)
        with pytest.raises(urllib.error.HTTPError) as denied:
            urllib.request.urlopen(urllib.request.Request(request.url, headers=dict(request.headers)))
        assert denied.value.code == 403
    request = AWSRequest("POST", f"{lake.endpoint}/_tarn/verify")
    SigV4Auth(signer, "tarn", "us-east-1").add_auth(request)
    with pytest.raises(urllib.error.HTTPError) as denied:
        urllib.request.urlopen(urllib.request.Request(request.url, b"", dict(request.headers)))
    assert denied.value.code == 403


def test_keys_without_their_token_are_nobodys(lake, table):
    config = vended(lake, table)["config"]
    home, prefix = place(table)
    wrong = s3(lake, config | {"s3.session-token": config["s3.session-token"][:-8] + "AAAAAAA="})
    assert refused(wrong.list_objects_v2, Bucket=home, Prefix=prefix) == "InvalidToken"
    none = s3(lake, config | {"s3.session-token": None})
    assert refused(none.list_objects_v2, Bucket=home, Prefix=prefix) == "InvalidAccessKeyId"
    other = s3(lake, config | {"s3.access-key-id": lake.access_key, "s3.secret-access-key": lake.secret_key})
    assert refused(other.list_objects_v2, Bucket=home, Prefix=prefix) == "InvalidToken"
    guessed = s3(lake, config | {"s3.secret-access-key": "guess"})
    assert refused(guessed.list_objects_v2, Bucket=home, Prefix=prefix) == "SignatureDoesNotMatch"


def sign(lake, table, method, uri, headers=None, body=None, region="us-east-1"):
    asked = {"region": region, "uri": uri, "method": method, "headers": headers or {}}
    if body is not None:
        asked["body"] = body
    status, answer, heads = ask(lake, "POST", f"/v1/{path(table, '/sign')}", asked, token_of(lake))
    return status, answer, heads


def test_requests_below_the_location_are_signed(lake, table):
    uri = f"{lake.endpoint}/{'/'.join(place(table))}/data/signed%20one"
    status, answer, heads = sign(lake, table, "PUT", uri, {"x-amz-meta-who": ["me"], "User-Agent": ["x"]})
    assert status == 200 and answer["uri"] == uri and heads["Cache-Control"] == "no-cache"
    headers = {name: ", ".join(values) for name, values in answer["headers"].items()}
    request = urllib.request.Request(uri, b"signed", headers | {"x-amz-meta-who": "me"}, method="PUT")
    assert urllib.request.urlopen(request).status == 200
    status, answer, heads = sign(lake, table, "GET", uri, {"Range": ["bytes=0-2"]})
    assert heads["Cache-Control"] == "private"
    headers = {name: ", ".join(values) for name, values in answer["headers"].items()}
    # A client may use it for another range of the same object.
    part = urllib.request.urlopen(urllib.request.Request(uri, headers=headers | {"Range": "bytes=1-3"}))
    assert part.read() == b"ign"


def test_requests_elsewhere_are_not_signed(lake, table, bucket):
    home, prefix = place(table)
    for method, uri in (("GET", f"{lake.endpoint}/{bucket}/a"), ("PUT", f"{lake.endpoint}/{home}/{prefix}2/a"),
                        ("GET", f"{lake.endpoint}/{home}"), ("DELETE", f"{lake.endpoint}/{home}/"),
                        ("GET", f"{lake.endpoint}/{home}/?list-type=2&prefix=other")):
        status, answer, _ = sign(lake, table, method, uri)
        assert (status, answer["error"]["type"]) == (403, "ForbiddenException"), uri
    many = f"{lake.endpoint}/{home}/?delete"
    inside = f"<Delete><Object><Key>{prefix}/data/a</Key></Object></Delete>"
    assert sign(lake, table, "POST", many, body=inside)[0] == 200
    assert sign(lake, table, "POST", many)[0] == 400
    assert sign(lake, table, "POST", many, body=inside.replace("</Delete>", "<Object><Key>x</Key></Object></Delete>"))[0] == 403
    assert sign(lake, table, "GET", "not an address")[0] == 400
    assert sign(lake, table, "GET", f"{lake.endpoint}/{home}/?list-type=2&prefix={prefix}%2F")[0] == 200


def test_pyiceberg_reads_with_the_lakes_signatures(lake, table):
    pytest.importorskip("s3fs", minversion="2024.1")
    catalog = connect(lake, **{"header.X-Iceberg-Access-Delegation": "remote-signing",
                               "py-io-impl": "pyiceberg.io.fsspec.FsspecFileIO", "token": token_of(lake)})
    again = catalog.load_table(table.name())
    assert again.io.properties["s3.remote-signing-enabled"] == "true" and "s3.session-token" not in again.io.properties
    again.append(ROWS)
    assert again.scan().to_arrow().num_rows == 4
