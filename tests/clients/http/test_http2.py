"""HTTP/2 with curl: in cleartext by prior knowledge, over TLS by ALPN and without it, beside HTTP/1.1 on one port."""
import hashlib
import json
import select
import socket
import ssl
import subprocess

import pytest
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials

from conftest import Lake

CLEARTEXT = ["--http2-prior-knowledge"]


def curl(*arguments, body=None):
    """Status, version of HTTP and body of one request."""
    done = subprocess.run(["curl", "-sS", "--max-time", "60", "-w", "\n%{http_code} %{http_version}", *arguments],
                          input=body, capture_output=True, timeout=90)
    assert done.returncode == 0, done.stderr
    answer, _, told = done.stdout.rpartition(b"\n")
    return *told.decode().split(), answer


@pytest.fixture(scope="module")
def secured(tmp_path_factory):
    folder = tmp_path_factory.mktemp("tls")
    subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes",
                    "-days", "2", "-subj", "/CN=localhost", "-addext", "subjectAltName=IP:127.0.0.1",
                    "-keyout", folder / "key.pem", "-out", folder / "cert.pem"],
                   check=True, capture_output=True)
    running = Lake(folder / "data", "--tls-cert", str(folder / "cert.pem"), "--tls-key", str(folder / "key.pem"))
    running.certificate = str(folder / "cert.pem")
    yield running
    running.stop()


def signed(lake, service, target, body, content_type="application/x-amz-json-1.1"):
    """curl's arguments for one call of a JSON service."""
    request = AWSRequest("POST", lake.endpoint + "/", data=body,
                         headers={"Content-Type": content_type, "X-Amz-Target": target})
    SigV4Auth(Credentials(lake.access_key, lake.secret_key), service, lake.region).add_auth(request)
    return [argument for name, value in request.headers.items() for argument in ("-H", f"{name}: {value}")]


def test_objects_go_both_ways(lake, bucket):
    s3 = lake.client("s3")
    content = hashlib.shake_128(b"http2").digest(5_000_000)
    put = s3.generate_presigned_url("put_object", {"Bucket": bucket, "Key": "a"})
    assert curl(*CLEARTEXT, "-T", "-", put, body=content)[:2] == ("200", "2")
    assert s3.get_object(Bucket=bucket, Key="a")["Body"].read() == content
    get = s3.generate_presigned_url("get_object", {"Bucket": bucket, "Key": "a"})
    assert curl(*CLEARTEXT, get) == ("200", "2", content)
    assert curl(*CLEARTEXT, "-r", "10-19", get) == ("206", "2", content[10:20])
    status, version, told = curl(*CLEARTEXT, "-I", s3.generate_presigned_url("head_object", {"Bucket": bucket, "Key": "a"}))
    assert (status, version) == ("200", "2")
    assert b"content-length: 5000000" in told
    status, version, refusal = curl(*CLEARTEXT, get.replace("Signature=", "Signature=0"))
    assert (status, version) == ("403", "2")
    assert b"SignatureDoesNotMatch" in refusal


def test_many_requests_share_a_connection(secured, name, tmp_path):
    s3 = secured.client("s3", verify=secured.certificate)
    s3.create_bucket(Bucket=name)
    for number in range(20):
        s3.put_object(Bucket=name, Key=f"k{number}", Body=str(number) * 1000)
    config = tmp_path / "urls"
    config.write_text("".join(
        f'url = "{s3.generate_presigned_url("get_object", {"Bucket": name, "Key": f"k{number}"})}"\n'
        f'output = "{tmp_path}/{number}"\n' for number in range(20)))
    told = subprocess.run(["curl", "-sS", "--cacert", secured.certificate, "--parallel", "-w", "%{num_connects} ", "-K", config],
                          capture_output=True, text=True, timeout=90, check=True).stdout
    assert sum(map(int, told.split())) == 1, told
    for number in range(20):
        assert (tmp_path / str(number)).read_text() == str(number) * 1000


def test_json_services_answer(lake):
    body = json.dumps({"Name": "h2"})
    told = curl(*CLEARTEXT, *signed(lake, "athena", "AmazonAthena.GetDataCatalog", '{"Name":"AwsDataCatalog"}'),
                "-d", '{"Name":"AwsDataCatalog"}', lake.endpoint + "/")
    assert told[:2] == ("200", "2"), told
    assert json.loads(told[2])["DataCatalog"]["Name"] == "AwsDataCatalog"
    told = curl(*CLEARTEXT, *signed(lake, "glue", "AWSGlue.GetDatabase", body), "-d", body, lake.endpoint + "/")
    assert told[:2] == ("400", "2")
    assert json.loads(told[2])["__type"] == "EntityNotFoundException"


def test_upgrades_of_http1_are_answered_in_http1(lake, bucket):
    url = lake.client("s3").generate_presigned_url("list_objects_v2", {"Bucket": bucket})
    assert curl("--http2", url)[:2] == ("200", "1.1")


@pytest.mark.parametrize("how, version", [(["--http2"], "2"), (["--http2", "--no-alpn"], "1.1"),
                                          (["--http2-prior-knowledge", "--no-alpn"], "2"), (["--http1.1"], "1.1")],
                         ids=["ALPN", "no ALPN", "preface alone", "HTTP/1.1"])
def test_tls_speaks_what_the_client_does(secured, how, version):
    url = f"https://127.0.0.1:{secured.port}/"
    assert curl("--cacert", secured.certificate, *how, url)[:2] == ("403", version)


@pytest.mark.parametrize("secure", [False, True], ids=["cleartext", "tls"])
def test_who_sends_a_large_body_reads_why_it_is_refused(secured, secure):
    """HTTP/1.1: the answer comes before the body was sent, and the connection ends only when the peer had time to read it."""
    host, port = secured.endpoint.split("//")[1].split(":")
    plain = socket.create_connection((host, int(port)), timeout=30)
    context = ssl.create_default_context(cafile=secured.certificate)
    peer = context.wrap_socket(plain, server_hostname=host) if secure else plain
    with peer:
        peer.sendall(b"PUT /there-is-no-such-bucket/k HTTP/1.1\r\nHost: a\r\nContent-Length: 3000000\r\n\r\n" + b"x" * 100_000)
        assert select.select([peer], [], [], 30)[0], "refused by its head alone"
        peer.sendall(b"x" * 2_900_000)
        answer = b""
        while more := peer.recv(65536):
            answer += more
    assert answer.startswith(b"HTTP/1.1 404 ") and b"NoSuchBucket" in answer
