"""Deliveries to an HTTPS endpoint: the protocol, repeated requests, what goes to the bucket."""
import base64
import gzip
import http.server
import json
import ssl
import subprocess
import threading

import pytest

from conftest import Lake
from firehose.streams import bodies, make_role, s3_destination, wait_for


@pytest.fixture(scope="module")
def certificate(tmp_path_factory):
    folder = tmp_path_factory.mktemp("tls")
    subprocess.run(["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-keyout", folder / "key", "-out", folder / "cert",
                    "-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost", "-days", "2"],
                   check=True, capture_output=True)
    return folder


@pytest.fixture(scope="module")
def lake(tmp_path_factory, certificate):
    running = Lake(tmp_path_factory.mktemp("endpoints") / "data", "--firehose-seconds-max", "1",
                   env={"SSL_CERT_FILE": str(certificate / "cert")})
    make_role(running)
    yield running
    running.stop()


class Endpoint:
    """Takes Firehose's requests, after refusing the first ones."""

    def __init__(self, certificate, refusals):
        self.requests, self.refusals = [], refusals
        endpoint = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_POST(self):
                raw = self.rfile.read(int(self.headers["Content-Length"]))
                body = json.loads(gzip.decompress(raw) if self.headers.get("Content-Encoding") == "gzip" else raw)
                endpoint.requests.append((dict(self.headers), body))
                refused = len(endpoint.requests) <= endpoint.refusals
                answer = json.dumps({"requestId": body["requestId"], "timestamp": body["timestamp"]}).encode()
                self.send_response(500 if refused else 200)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(answer)))
                self.end_headers()
                self.wfile.write(answer)

            def log_message(self, *_):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(certificate / "cert", certificate / "key")
        self.server.socket = context.wrap_socket(self.server.socket, server_side=True)
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        self.url = f"https://localhost:{self.server.server_port}/in?a=b"


def make(lake, name, bucket, endpoint, **more):
    lake.client("firehose").create_delivery_stream(DeliveryStreamName=name, HttpEndpointDestinationConfiguration={
        "EndpointConfiguration": {"Url": endpoint.url, "Name": "here", "AccessKey": "secret"},
        "RequestConfiguration": {"ContentEncoding": "GZIP", "CommonAttributes": [
            {"AttributeName": "team", "AttributeValue": "lake"}]},
        "S3Configuration": s3_destination(bucket, ErrorOutputPrefix="bad/"), **more})


def test_a_refused_request_comes_again_under_its_id(lake, certificate, bucket, name):
    endpoint = Endpoint(certificate, refusals=1)
    make(lake, name, bucket, endpoint)
    shown = lake.client("firehose").describe_delivery_stream(DeliveryStreamName=name)["DeliveryStreamDescription"]
    described = shown["Destinations"][0]["HttpEndpointDestinationDescription"]
    assert described["EndpointConfiguration"] == {"Url": endpoint.url, "Name": "here"}
    lake.client("firehose").put_record_batch(DeliveryStreamName=name, Records=[{"Data": b"one"}, {"Data": b"two"}])
    wait_for(lambda: len(endpoint.requests) == 2)
    (first, body), (again, _) = endpoint.requests
    assert [base64.b64decode(record["data"]) for record in body["records"]] == [b"one", b"two"]
    headers = {key.lower(): value for key, value in first.items()}
    assert headers["x-amz-firehose-request-id"] == body["requestId"]
    assert headers["x-amz-firehose-protocol-version"] == "1.0" and headers["x-amz-firehose-access-key"] == "secret"
    assert json.loads(headers["x-amz-firehose-common-attributes"]) == {"commonAttributes": {"team": "lake"}}
    assert {k.lower(): v for k, v in again.items()}["x-amz-firehose-request-id"] == body["requestId"]
    lake.client("firehose").put_record(DeliveryStreamName=name, Record={"Data": b"three"})
    wait_for(lambda: len(endpoint.requests) == 3)
    assert bodies(lake, bucket) == {}


def test_what_is_refused_for_too_long_goes_to_the_bucket(lake, certificate, bucket, name):
    endpoint = Endpoint(certificate, refusals=1000)
    make(lake, name, bucket, endpoint, RetryOptions={"DurationInSeconds": 0})
    lake.client("firehose").put_record(DeliveryStreamName=name, Record={"Data": b"lost"})
    (key, body), = wait_for(lambda: bodies(lake, bucket)).items()
    assert key.startswith("bad/http-endpoint-failed/")
    assert base64.b64decode(json.loads(body)["rawData"]) == b"lost"
