"""Who may call: signatures in headers, in URLs and in chunked bodies; wrong, late, tampered or missing ones."""
import base64
import datetime
import hashlib
import hmac
import http.client
import json
import re
import socket
import zlib
from unittest import mock

import boto3
import botocore.auth
import pytest
import urllib3
from botocore.auth import S3SigV4Auth, SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.config import Config
from botocore.credentials import Credentials
from botocore.exceptions import ClientError
from refusals import refused


EMPTY = hashlib.sha256(b"").hexdigest()


def signed(lake, method, path, body=b"", headers=None, service="s3", secret=None, key=None, payload=None, at=None):
    """A request's headers as botocore signs them; `payload` overrides x-amz-content-sha256."""
    host = lake.endpoint.split("//")[1]
    request = AWSRequest(method=method, url=f"http://{host}{path}", data=body, headers={"Host": host, **(headers or {})})
    credentials = Credentials(key or lake.access_key, secret or lake.secret_key)
    auth = (S3SigV4Auth if service == "s3" else SigV4Auth)(credentials, service, "us-east-1")
    if payload:
        auth.payload = lambda _request: payload
    now = at or datetime.datetime.now(datetime.timezone.utc).replace(tzinfo=None)
    with mock.patch.object(botocore.auth, "get_current_datetime", lambda *a, **k: now):
        auth.add_auth(request)
    return dict(request.headers.items())


def send(lake, method, path, body=b"", headers=None):
    host, port = lake.endpoint.split("//")[1].split(":")
    connection = http.client.HTTPConnection(host, int(port), timeout=30)
    connection.putrequest(method, path, skip_host=True, skip_accept_encoding=True)
    for name, value in (headers or {}).items():
        connection.putheader(name, value)
    if "Content-Length" not in (headers or {}):
        connection.putheader("Content-Length", str(len(body)))
    connection.endheaders(body)
    answer = connection.getresponse()
    text = answer.read().decode()
    code = re.search(r"<Code>(.*?)</Code>", text)
    return answer.status, code[1] if code else text


def call(lake, method, path, body=b"", **kwargs):
    return send(lake, method, path, body, signed(lake, method, path, body, **kwargs))


def test_a_wrong_secret_and_an_unknown_key_are_refused_in_each_services_words(lake, bucket):
    wrong = {"aws_secret_access_key": "wrong"}
    unknown = {"aws_access_key_id": "AKIANOBODY"}
    assert refused(lake.client("s3", **wrong).list_buckets) == (403, "SignatureDoesNotMatch")
    assert refused(lake.client("s3", **unknown).list_buckets) == (403, "InvalidAccessKeyId")
    assert refused(lake.client("glue", **wrong).get_databases) == (400, "InvalidSignatureException")
    assert refused(lake.client("glue", **unknown).get_databases) == (400, "UnrecognizedClientException")
    assert refused(lake.client("athena", **wrong).list_work_groups) == (400, "InvalidSignatureException")
    assert refused(lake.client("sts", **wrong).get_caller_identity) == (403, "SignatureDoesNotMatch")
    assert refused(lake.client("sts", **unknown).get_caller_identity) == (403, "InvalidClientTokenId")
    assert refused(lake.client("s3", aws_session_token="t").list_buckets) == (400, "InvalidToken")
    assert refused(lake.client("glue", aws_session_token="t").get_databases) == (400, "UnrecognizedClientException")


def test_a_request_of_another_time_is_refused(lake, bucket):
    now = datetime.datetime.now(datetime.timezone.utc).replace(tzinfo=None)
    for minutes in (-20, 20):
        at = now + datetime.timedelta(minutes=minutes)
        assert call(lake, "GET", "/", at=at) == (403, "RequestTimeTooSkewed")
    assert call(lake, "GET", "/", at=now - datetime.timedelta(minutes=10))[0] == 200


def test_a_tampered_body_changes_nothing(lake, bucket):
    s3 = lake.client("s3")
    path = f"/{bucket}/tampered"
    headers = signed(lake, "PUT", path, b"good")
    assert send(lake, "PUT", path, b"evil", headers) == (400, "XAmzContentSHA256Mismatch")
    assert s3.list_objects_v2(Bucket=bucket)["KeyCount"] == 0
    document = b"<Tagging><TagSet/></Tagging>"
    headers = signed(lake, "PUT", f"/{bucket}?tagging", document)
    assert send(lake, "PUT", f"/{bucket}?tagging", document.replace(b"/>", b" />"), headers) == \
        (400, "XAmzContentSHA256Mismatch")
    glue = {"X-Amz-Target": "AWSGlue.GetDatabases", "Content-Type": "application/x-amz-json-1.1"}
    headers = signed(lake, "POST", "/", b"{}", glue, service="glue")
    status, text = send(lake, "POST", "/", b"{ }", headers)
    assert status == 400 and "InvalidSignatureException" in text


def test_the_catalog_hashes_bodies_itself(lake, name):
    """As Iceberg's Java client signs: x-amz-content-sha256 is Base64 there, and no authority."""
    body = json.dumps({"namespace": [name]}).encode()
    hashed = {"Content-Type": "application/json", "x-amz-content-sha256": base64.b64encode(hashlib.sha256(body).digest()).decode()}
    canonical = SigV4Auth.canonical_request
    with mock.patch.object(SigV4Auth, "canonical_request", lambda self, request: canonical(self, request).rpartition("\n")[0]
                           + "\n" + hashlib.sha256(body).hexdigest()):
        headers = signed(lake, "POST", "/iceberg/v1/namespaces", body, hashed, service="glue")
    assert send(lake, "POST", "/iceberg/v1/namespaces", body.replace(b"]", b"] "), headers)[0] == 403
    assert send(lake, "POST", "/iceberg/v1/namespaces", body, headers)[0] == 200
    hashed["x-amz-content-sha256"] = hashlib.sha256(body).hexdigest()
    headers = signed(lake, "POST", "/iceberg/v1/namespaces", body, hashed, service="glue", payload=hashed["x-amz-content-sha256"])
    assert send(lake, "POST", "/iceberg/v1/namespaces", body.replace(b"]", b"] "), headers)[0] == 403


def test_unsigned_amz_headers_and_bad_hashes_are_refused(lake, bucket):
    headers = signed(lake, "PUT", f"/{bucket}/k", b"x")
    assert send(lake, "PUT", f"/{bucket}/k", b"x", {**headers, "x-amz-meta-a": "b"}) == (403, "AccessDenied")
    assert call(lake, "PUT", f"/{bucket}/k", b"x", payload="nonsense") == (400, "InvalidArgument")
    without = {name: value for name, value in headers.items() if name.lower() != "x-amz-content-sha256"}
    assert send(lake, "PUT", f"/{bucket}/k", b"x", without)[0] in (400, 403)
    assert call(lake, "PUT", f"/{bucket}/k", b"x", payload="UNSIGNED-PAYLOAD")[0] == 200


def test_a_date_header_may_tell_when(lake, bucket):
    """Botocore signs the Date that a caller sets, in the words of e-mail: "… -0000"."""
    headers = signed(lake, "PUT", f"/{bucket}/k", b"dated", headers={"Date": "now"})
    assert "X-Amz-Date" not in headers
    assert send(lake, "PUT", f"/{bucket}/k", b"dated", headers)[0] == 200
    late = signed(lake, "PUT", f"/{bucket}/k", b"late", headers={"Date": "now"}, at=datetime.datetime(2020, 1, 1))
    assert send(lake, "PUT", f"/{bucket}/k", b"late", late) == (403, "RequestTimeTooSkewed")


def test_other_signatures_are_refused_by_name(lake):
    host = lake.endpoint.split("//")[1]
    answer = send(lake, "GET", "/", headers={"Host": host, "Authorization": "AWS AKIA:c2lnbmF0dXJl"})
    assert answer == (403, "InvalidAccessKeyId")
    answer = send(lake, "GET", "/", headers={"Host": host, "Authorization": "AWS4-ECDSA-P256-SHA256 Credential=a"})
    assert answer == (400, "InvalidRequest")
    answer = send(lake, "GET", "/", headers={"Host": host, "Authorization": "AWS4-HMAC-SHA256 nonsense"})
    assert answer == (400, "AuthorizationHeaderMalformed")


def test_anonymous_may_do_nothing(lake, bucket):
    from botocore import UNSIGNED
    anonymous = lake.client("s3", config=Config(signature_version=UNSIGNED))
    lake.client("s3").put_object(Bucket=bucket, Key="k", Body=b"x")
    assert refused(anonymous.get_object, Bucket=bucket, Key="k") == (403, "AccessDenied")
    assert refused(anonymous.put_object, Bucket=bucket, Key="k2", Body=b"x") == (403, "AccessDenied")
    assert refused(anonymous.list_buckets) == (403, "AccessDenied")
    glue = lake.client("glue", config=Config(signature_version=UNSIGNED))
    assert refused(glue.get_databases) == (400, "MissingAuthenticationTokenException")
    sts = lake.client("sts", config=Config(signature_version=UNSIGNED))
    assert refused(sts.get_caller_identity) == (403, "MissingAuthenticationToken")


def test_presigned_urls_work_until_they_expire_and_only_as_signed(lake, bucket):
    s3 = lake.client("s3", config=Config(signature_version="s3v4"))
    key = "a b/ü+%&.txt"
    put = s3.generate_presigned_url("put_object", {"Bucket": bucket, "Key": key})
    assert urllib3.request("PUT", put, body=b"signed").status == 200
    get = s3.generate_presigned_url("get_object", {"Bucket": bucket, "Key": key, "ResponseContentType": "text/x"})
    answer = urllib3.request("GET", get)
    assert (answer.status, answer.data, answer.headers["Content-Type"]) == (200, b"signed", "text/x")
    assert urllib3.request("DELETE", get).status == 403
    assert urllib3.request("GET", get.replace("text%2Fx", "text%2Fy")).status == 403
    expired = s3.generate_presigned_url("get_object", {"Bucket": bucket, "Key": key}, ExpiresIn=0)
    answer = urllib3.request("GET", re.sub(r"X-Amz-Date=\d{8}T\d{6}Z", "X-Amz-Date=20200101T000000Z", expired))
    assert answer.status in (400, 403)
    too_long = s3.generate_presigned_url("get_object", {"Bucket": bucket, "Key": key}, ExpiresIn=604801)
    answer = urllib3.request("GET", too_long)
    assert answer.status == 400 and b"AuthorizationQueryParametersError" in answer.data


def chunk_signature(lake, key, stamp, scope, previous, data):
    text = "\n".join(["AWS4-HMAC-SHA256-PAYLOAD", stamp, scope, previous, EMPTY, hashlib.sha256(data).hexdigest()])
    return hmac.new(key, text.encode(), hashlib.sha256).hexdigest()


def signing_key(lake, day):
    key = ("AWS4" + lake.secret_key).encode()
    for part in (day, "us-east-1", "s3", "aws4_request"):
        key = hmac.new(key, part.encode(), hashlib.sha256).digest()
    return key


def chunked_put(lake, path, pieces, spoil=None, headers=None):
    """Puts `pieces` as signed chunks; `spoil` changes the framed bytes."""
    framed = b""
    length = sum(map(len, pieces))
    extra = {"Content-Encoding": "aws-chunked", "x-amz-decoded-content-length": str(length), **(headers or {})}
    sent = signed(lake, "PUT", path, b"", extra, payload="STREAMING-AWS4-HMAC-SHA256-PAYLOAD")
    stamp = sent["X-Amz-Date"]
    previous = re.search(r"Signature=(\w+)", sent["Authorization"])[1]
    key, scope = signing_key(lake, stamp[:8]), f"{stamp[:8]}/us-east-1/s3/aws4_request"
    for piece in [*pieces, b""]:
        previous = chunk_signature(lake, key, stamp, scope, previous, piece)
        framed += f"{len(piece):x};chunk-signature={previous}\r\n".encode() + piece + b"\r\n"
    if spoil:
        framed = spoil(framed)
    return send(lake, "PUT", path, framed, {**sent, "Content-Length": str(len(framed))})


def test_signed_chunks_are_checked_one_by_one(lake, bucket):
    s3 = lake.client("s3")
    pieces = [b"a" * 65536, b"b" * 65536, b"c" * 100]
    assert chunked_put(lake, f"/{bucket}/chunked", pieces)[0] == 200
    stored = s3.get_object(Bucket=bucket, Key="chunked")
    assert stored["Body"].read() == b"".join(pieces)
    assert "ContentEncoding" not in stored
    assert chunked_put(lake, f"/{bucket}/gz", [b"z"], headers={"Content-Encoding": "aws-chunked,gzip"})[0] == 200
    assert s3.head_object(Bucket=bucket, Key="gz")["ContentEncoding"] == "gzip"

    spoiled = f"/{bucket}/spoiled"
    assert chunked_put(lake, spoiled, pieces, lambda b: b.replace(b"bbbb", b"bbbx", 1)) == (403, "SignatureDoesNotMatch")
    assert chunked_put(lake, spoiled, pieces, lambda b: b[:-200]) == (400, "IncompleteBody")
    assert "spoiled" not in {row["Key"] for row in s3.list_objects_v2(Bucket=bucket)["Contents"]}


def test_trailing_checksums_are_checked(lake, bucket):
    s3 = lake.client("s3")
    body = b"hello trailer"
    headers = {"Content-Encoding": "aws-chunked", "x-amz-decoded-content-length": str(len(body)),
               "x-amz-trailer": "x-amz-checksum-crc32"}

    def put(checksum, name):
        path = f"/{bucket}/{name}"
        framed = f"{len(body):x}\r\n".encode() + body + b"\r\n0\r\nx-amz-checksum-crc32:" + checksum + b"\r\n\r\n"
        sent = signed(lake, "PUT", path, b"", headers, payload="STREAMING-UNSIGNED-PAYLOAD-TRAILER")
        return send(lake, "PUT", path, framed, {**sent, "Content-Length": str(len(framed))})

    right = base64.b64encode(zlib.crc32(body).to_bytes(4, "big"))
    assert put(right, "good")[0] == 200
    assert put(b"AAAAAA==", "bad") == (400, "BadDigest")
    assert [row["Key"] for row in s3.list_objects_v2(Bucket=bucket)["Contents"]] == ["good"]


def test_expect_continue_is_answered_only_when_the_body_is_wanted(lake, bucket):
    host, port = lake.endpoint.split("//")[1].split(":")

    def first_line(path, secret=None):
        headers = signed(lake, "PUT", path, b"body", secret=secret)
        text = f"PUT {path} HTTP/1.1\r\nExpect: 100-continue\r\nContent-Length: 4\r\n"
        text += "".join(f"{name}: {value}\r\n" for name, value in headers.items())
        with socket.create_connection((host, int(port)), timeout=30) as peer:
            peer.sendall(text.encode() + b"\r\n")
            answer = peer.recv(4096).decode()
            if " 100 " in answer:
                peer.sendall(b"body")
                answer += peer.recv(4096).decode()
        return re.findall(r"HTTP/1.1 (\d+)", answer)

    assert first_line(f"/{bucket}/k") == ["100", "200"]
    assert first_line(f"/{bucket}/k", secret="wrong") == ["403"]
    assert first_line(f"/{bucket}-absent/k") == ["404"]


def test_virtual_hosts_name_the_bucket(lake, bucket):
    port = lake.endpoint.rsplit(":", 1)[1]
    lake.client("s3").put_object(Bucket=bucket, Key="dir//k", Body=b"virtual")
    for host in (f"{bucket}.s3.localhost:{port}", f"{bucket}.s3.us-east-1.amazonaws.com", f"{bucket}.localhost:{port}"):
        request = AWSRequest(method="GET", url=f"http://{host}/dir//k", headers={"Host": host})
        S3SigV4Auth(Credentials(lake.access_key, lake.secret_key), "s3", "us-east-1").add_auth(request)
        assert send(lake, "GET", "/dir//k", headers=dict(request.headers.items())) == (200, "virtual"), host


def test_what_is_not_served_is_named(lake):
    s3 = lake.client("s3")
    assert refused(s3.get_bucket_analytics_configuration, Bucket="none", Id="a")[0] == 501
    status, code = refused(lake.client("sts").get_delegated_access_token, TradeInToken="a" * 20)
    assert (status, code) == (400, "InvalidAction")
    with pytest.raises(ClientError, match="dynamodb"):
        lake.client("dynamodb").list_tables()
    with pytest.raises(ClientError, match="sqs"):
        lake.client("sqs").list_queues()


def test_get_caller_identity_is_everyones_first_call(lake):
    me = lake.client("sts").get_caller_identity()
    assert me["Account"] == lake.account and me["Arn"] == f"arn:aws:iam::{lake.account}:root"
    session = boto3.Session(aws_access_key_id=lake.access_key, aws_secret_access_key=lake.secret_key,
                            region_name="eu-central-1")
    assert session.client("sts", endpoint_url=lake.endpoint).get_caller_identity()["UserId"] == lake.account
