"""Requests that mean harm: smuggled ones, paths that would leave the store, floods of failed sign-ins."""
import socket

import pytest
from botocore.exceptions import ClientError

from conftest import Lake


def raw(lake, request, wait=3):
    """Everything that the lake answers to these bytes until it closes the connection or falls silent."""
    with socket.create_connection(("127.0.0.1", lake.port), timeout=wait) as connection:
        connection.sendall(request)
        answer = b""
        try:
            while piece := connection.recv(65536):
                answer += piece
        except TimeoutError:
            pass
        return answer


SMUGGLED = b"GET /smuggled-bucket/ HTTP/1.1\r\nHost: h\r\n\r\n"


@pytest.mark.parametrize("head", [
    b"POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
    b"POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 0\r\nContent-Length: 44\r\n\r\n",
    b"POST / HTTP/1.1\r\nHost: h\r\nContent-Length: +0\r\n\r\n",
    b"POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: xchunked\r\n\r\n",
    b"POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked, identity\r\n\r\n0\r\n\r\n",
    b"POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding : chunked\r\n\r\n0\r\n\r\n",
    b"GET / HTTP/1.1\r\nHost: h\r\n X-Folded: yes\r\n\r\n",
], ids=["both lengths", "two lengths", "signed length", "unknown coding", "chunked not last", "space before colon", "folded"])
def test_nothing_behind_a_doubtful_request_is_answered(lake, head):
    answer = raw(lake, head + SMUGGLED)
    assert answer.count(b"HTTP/1.1 ") <= 1, answer[:2000]
    assert b"smuggled-bucket" not in answer


@pytest.mark.parametrize("key", ["../../kv/CURRENT", "/../master-key", "a/../../master-key", "..", "%2e%2e/master-key",
                                 "..\\..\\master-key", "a\x01b/../c"])
def test_keys_that_look_like_paths_are_only_names(lake, bucket, key):
    s3 = lake.client("s3")
    try:
        s3.put_object(Bucket=bucket, Key=key, Body=b"mine")
    except ClientError as refused:
        assert refused.response["ResponseMetadata"]["HTTPStatusCode"] in (400, 404)
        return
    assert s3.get_object(Bucket=bucket, Key=key)["Body"].read() == b"mine"


@pytest.mark.parametrize("path", ["/../master-key", "/%2e%2e/master-key", "/..%2fmaster-key", "/_tarn/../master-key",
                                  "//master-key", "/bucket/../../root-credentials", "/%00", "/iceberg/v1/../../kv/CURRENT"])
def test_paths_reach_no_file(lake, path):
    answer = raw(lake, f"GET {path} HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n".encode())
    assert answer.startswith(b"HTTP/1.1 4"), answer[:300]
    key = (lake.folder / "master-key").read_bytes().strip()
    assert key not in answer


def test_a_flood_of_failed_sign_ins_is_throttled_and_the_owner_passes(tmp_path):
    lake = Lake(tmp_path / "data")
    try:
        glue = lake.client("glue", aws_secret_access_key="wrong" * 8)
        codes = set()
        for _ in range(1000):  # five a second are told off one by one, however slow the machine
            with pytest.raises(ClientError) as caught:
                glue.get_databases()
            codes.add(caught.value.response["Error"]["Code"])
            if "ThrottlingException" in codes:
                break
        assert codes == {"InvalidSignatureException", "ThrottlingException"}
        s3, told = lake.client("s3", aws_secret_access_key="wrong" * 8), set()
        for _ in range(200):  # a few failures became possible again while the client was made
            with pytest.raises(ClientError) as caught:
                s3.list_buckets()
            told.add((caught.value.response["ResponseMetadata"]["HTTPStatusCode"], caught.value.response["Error"]["Code"]))
            if (503, "SlowDown") in told:
                break
        assert (503, "SlowDown") in told and told <= {(503, "SlowDown"), (403, "SignatureDoesNotMatch")}
        lake.client("glue").get_databases()  # the same key, rightly signed, from the same address
    finally:
        lake.stop()
