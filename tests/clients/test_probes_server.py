"""What an operator would try on the running program: kills, drains, TLS, limits, tools, what lies on the disk."""
import concurrent.futures
import json
import os
import pathlib
import re
import shutil
import socket
import ssl
import subprocess
import threading
import time
import urllib.error
import urllib.parse
import urllib.request

import boto3
import pytest
import urllib3
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.config import Config
from botocore.credentials import Credentials
from botocore.exceptions import BotoCoreError, ClientError

from conftest import BINARY, Lake


class ProbeLake(Lake):
    """A lake whose console can be asked too."""

    def start(self):
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.console = free.getsockname()[1]
        self.arguments = [*[a for a in self.arguments if not str(a).startswith("--console=")], f"--console=127.0.0.1:{self.console}"]
        env = {k: v for k, v in os.environ.items() if not k.startswith(("TARN_", "AWS_"))}
        env.update(TARN_ROOT_ACCESS_KEY_ID=self.access_key, TARN_ROOT_SECRET_ACCESS_KEY=self.secret_key, **self.env)
        self.log = open(self.folder.parent / (self.folder.name + ".log"), "ab")
        self.process = subprocess.Popen(
            [str(BINARY), "serve", "--data", str(self.folder), "--listen", f"127.0.0.1:{self.port}", *self.arguments],
            env=env, stdout=subprocess.PIPE, stderr=self.log, text=True)
        for line in self.process.stdout:
            if match := re.search(r"tarn ready on (https?)://(\S+):(\d+)", line):
                self.endpoint = f"http://127.0.0.1:{match[3]}"
                self.port = int(match[3])
                break
        else:
            raise RuntimeError("tarn did not start")
        threading.Thread(target=lambda: self.process.stdout.read(), daemon=True).start()


def memory_peak(lake):
    status = pathlib.Path(f"/proc/{lake.process.pid}/status").read_text()
    return int(re.search(r"VmHWM:\s+(\d+) kB", status)[1]) << 10


def refused(call, **kwargs):
    with pytest.raises(ClientError) as caught:
        call(**kwargs)
    response = caught.value.response
    return response["Error"]["Code"], response["ResponseMetadata"]["HTTPStatusCode"]


def wait_query(athena, key, seconds=30):
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        execution = athena.get_query_execution(QueryExecutionId=key)["QueryExecution"]
        if execution["Status"]["State"] in ("SUCCEEDED", "FAILED", "CANCELLED"):
            return execution
        time.sleep(0.01)
    raise AssertionError(f"the query is still {execution['Status']}")


LONG = "SELECT count(*) FROM UNNEST(sequence(1, 9000)) a(x), UNNEST(sequence(1, 9000)) b(y), UNNEST(sequence(1, 9000)) c(z) WHERE (x * y + z) % 7 = 3"


def test_a_kill_right_after_the_answer_loses_nothing(own_lake):
    s3, glue, athena = (own_lake.client(s) for s in ("s3", "glue", "athena"))
    s3.create_bucket(Bucket="keep")
    body = os.urandom(5 << 20)
    upload = s3.create_multipart_upload(Bucket="keep", Key="big")["UploadId"]
    parts = [{"PartNumber": n, "ETag": s3.upload_part(Bucket="keep", Key="big", UploadId=upload, PartNumber=n, Body=body)["ETag"]}
             for n in (1, 2)]
    s3.complete_multipart_upload(Bucket="keep", Key="big", UploadId=upload, MultipartUpload={"Parts": parts})
    own_lake.restart()
    assert s3.get_object(Bucket="keep", Key="big")["Body"].read() == body * 2
    s3.put_object(Bucket="keep", Key="small", Body=b"acknowledged")
    own_lake.restart()
    assert s3.get_object(Bucket="keep", Key="small")["Body"].read() == b"acknowledged"
    glue.create_database(DatabaseInput={"Name": "keep"})
    glue.create_table(DatabaseName="keep", TableInput={"Name": "t", "StorageDescriptor": {"Columns": [{"Name": "a", "Type": "int"}]}})
    own_lake.restart()
    assert glue.get_table(DatabaseName="keep", Name="t")["Table"]["StorageDescriptor"]["Columns"][0]["Name"] == "a"
    key = athena.start_query_execution(QueryString=LONG, ResultConfiguration={"OutputLocation": "s3://keep/r/"})["QueryExecutionId"]
    own_lake.restart()
    status = wait_query(athena, key, 5)["Status"]
    assert status["State"] == "FAILED" and status["StateChangeReason"], status
    s3.delete_object(Bucket="keep", Key="small")
    own_lake.restart()
    assert [o["Key"] for o in s3.list_objects_v2(Bucket="keep")["Contents"]] == ["big"]


def test_the_disk_holds_no_plaintext_and_a_flipped_byte_is_an_error(own_lake):
    s3 = own_lake.client("s3")
    s3.create_bucket(Bucket="secret")
    marker = b"the-quick-brown-plaintext-marker-0123456789"
    s3.put_object(Bucket="secret", Key="small", Body=marker * 50)
    s3.put_object(Bucket="secret", Key="large", Body=marker * 200_000)
    own_lake.stop(kill=True)
    blobs = []
    for path in own_lake.folder.rglob("*"):
        if path.is_file():
            data = path.read_bytes()
            assert marker not in data, path
            if "blob" in str(path) and len(data) > 1000:
                blobs.append(path)
    assert blobs
    for path in blobs:
        data = bytearray(path.read_bytes())
        for at in range(min(700, len(data) // 2), len(data), 4096):
            data[at] ^= 1
        path.write_bytes(data)
    own_lake.start()
    for key in ("small", "large"):
        with pytest.raises((ClientError, BotoCoreError, urllib3.exceptions.HTTPError)):  # refused, or the stream is cut
            s3.get_object(Bucket="secret", Key=key)["Body"].read()
    s3.put_object(Bucket="secret", Key="new", Body=b"still writable")
    assert s3.get_object(Bucket="secret", Key="new")["Body"].read() == b"still writable"


def test_accounts_do_not_see_each_other(tmp_path):
    config = tmp_path / "tarn.toml"
    config.write_text('[[account]]\nid = "222222222222"\nname = "sales"\naccess_key_id = "AKIASALESROOT000001"\n'
                      'secret_access_key = "sales-secret-of-at-least-forty-characters"\n')
    other = dict(aws_access_key_id="AKIASALESROOT000001", aws_secret_access_key="sales-secret-of-at-least-forty-characters")
    lake = Lake(tmp_path / "data", "--config", str(config))
    try:
        assert lake.client("sts", **other).get_caller_identity()["Account"] == "222222222222"
        lake.client("s3").create_bucket(Bucket="mine")
        lake.client("s3").put_object(Bucket="mine", Key="t/a.csv", Body=b"1\n2\n")
        lake.client("glue").create_database(DatabaseInput={"Name": "mine"})
        athena = lake.client("athena")
        key = athena.start_query_execution(QueryString="SELECT 42", ResultConfiguration={"OutputLocation": "s3://mine/r/"})["QueryExecutionId"]
        assert wait_query(athena, key)["Status"]["State"] == "SUCCEEDED"
        s3, glue, athena = (lake.client(s, **other) for s in ("s3", "glue", "athena"))
        assert s3.list_buckets()["Buckets"] == []
        assert refused(s3.get_object, Bucket="mine", Key="t/a.csv") == ("AccessDenied", 403)
        assert refused(s3.put_object, Bucket="mine", Key="x", Body=b"") == ("AccessDenied", 403)
        assert refused(s3.list_objects_v2, Bucket="mine") == ("AccessDenied", 403)
        assert glue.get_databases()["DatabaseList"] == [] or all(d["Name"] != "mine" for d in glue.get_databases()["DatabaseList"])
        assert refused(glue.get_database, Name="mine")[0] == "EntityNotFoundException"
        assert key not in athena.list_query_executions()["QueryExecutionIds"]
        assert refused(athena.get_query_execution, QueryExecutionId=key)[0] == "InvalidRequestException"
        assert refused(athena.get_query_results, QueryExecutionId=key)[0] == "InvalidRequestException"
        # Its own table over my bucket reads nothing, and results cannot be written into my bucket.
        s3.create_bucket(Bucket="theirs")
        glue.create_database(DatabaseInput={"Name": "d"})
        glue.create_table(DatabaseName="d", TableInput={"Name": "stolen", "StorageDescriptor": {
            "Columns": [{"Name": "a", "Type": "string"}], "Location": "s3://mine/t/",
            "InputFormat": "org.apache.hadoop.mapred.TextInputFormat",
            "SerdeInfo": {"SerializationLibrary": "org.apache.hadoop.hive.serde2.lazy.LazySimpleSerDe"}}})
        key = athena.start_query_execution(QueryString="SELECT * FROM d.stolen", ResultConfiguration={"OutputLocation": "s3://theirs/r/"})["QueryExecutionId"]
        status = wait_query(athena, key)["Status"]
        assert status["State"] == "FAILED", status
        try:
            key = athena.start_query_execution(QueryString="SELECT 1", ResultConfiguration={"OutputLocation": "s3://mine/r/"})["QueryExecutionId"]
            assert wait_query(athena, key)["Status"]["State"] == "FAILED"
        except ClientError:
            pass
        for sql in ("CREATE EXTERNAL TABLE d.x (a string) LOCATION 's3://mine/t/'", "CREATE TABLE d.y WITH (external_location = 's3://mine/y/') AS SELECT 1 a"):
            key = athena.start_query_execution(QueryString=sql, ResultConfiguration={"OutputLocation": "s3://theirs/r/"})["QueryExecutionId"]
            wait_query(athena, key)
        assert {o["Key"].split("/")[0] for o in lake.client("s3").list_objects_v2(Bucket="mine")["Contents"]} == {"t", "r"}
    finally:
        lake.stop()


def test_a_gibibyte_passes_through_in_bounded_memory(tmp_path):
    lake = Lake(tmp_path / "data")
    try:
        s3 = lake.client("s3", config=Config(request_checksum_calculation="when_required", response_checksum_validation="when_required", max_pool_connections=10))
        s3.create_bucket(Bucket="large")
        idle = memory_peak(lake)
        part = os.urandom(64 << 20)
        upload = s3.create_multipart_upload(Bucket="large", Key="o")["UploadId"]
        with concurrent.futures.ThreadPoolExecutor(4) as pool:
            etags = list(pool.map(lambda n: s3.upload_part(Bucket="large", Key="o", UploadId=upload, PartNumber=n, Body=part)["ETag"], range(1, 17)))
        s3.complete_multipart_upload(Bucket="large", Key="o", UploadId=upload, MultipartUpload={
            "Parts": [{"PartNumber": n + 1, "ETag": e} for n, e in enumerate(etags)]})
        body = s3.get_object(Bucket="large", Key="o")["Body"]
        size = 0
        first = body.read(64 << 20)
        assert first == part
        size = len(first)
        while chunk := body.read(16 << 20):
            size += len(chunk)
        assert size == 1 << 30
        assert memory_peak(lake) - idle < 250 << 20, (idle, memory_peak(lake))
    finally:
        lake.stop()
        shutil.rmtree(lake.folder)


def test_an_upload_under_way_is_finished_by_sigterm(own_lake):
    s3 = own_lake.client("s3")
    s3.create_bucket(Bucket="slow")
    url = s3.generate_presigned_url("put_object", Params={"Bucket": "slow", "Key": "late"})
    parts = urllib.parse.urlsplit(url)
    body = b"x" * 200_000
    wire = socket.create_connection(("127.0.0.1", own_lake.port))
    wire.sendall(f"PUT {parts.path}?{parts.query} HTTP/1.1\r\nHost: {parts.netloc}\r\nContent-Length: {len(body)}\r\n\r\n".encode() + body[:100_000])
    time.sleep(0.3)
    own_lake.process.terminate()
    time.sleep(0.5)
    assert own_lake.process.poll() is None
    wire.sendall(body[100_000:])
    answer = wire.recv(65536)
    assert b" 200 " in answer.split(b"\r\n")[0], answer[:400]
    wire.close()
    assert own_lake.process.wait(25) == 0
    own_lake.start()
    assert s3.get_object(Bucket="slow", Key="late")["Body"].read() == body


@pytest.mark.skipif(not shutil.which("openssl"), reason="makes its certificate with the openssl command")
def test_both_ports_speak_tls_and_cleartext(tmp_path):
    subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2", "-subj",
                    "/CN=localhost", "-addext", "subjectAltName=DNS:localhost,IP:127.0.0.1", "-keyout", tmp_path / "key.pem", "-out",
                    tmp_path / "cert.pem"], check=True, capture_output=True)
    lake = ProbeLake(tmp_path / "data", "--tls-cert", str(tmp_path / "cert.pem"), "--tls-key", str(tmp_path / "key.pem"))
    try:
        secure = boto3.client("s3", endpoint_url=f"https://127.0.0.1:{lake.port}", verify=str(tmp_path / "cert.pem"), region_name="us-east-1",
                              aws_access_key_id=lake.access_key, aws_secret_access_key=lake.secret_key)
        secure.create_bucket(Bucket="over-tls")
        secure.put_object(Bucket="over-tls", Key="a", Body=b"a" * 3_000_000)
        assert lake.client("s3").get_object(Bucket="over-tls", Key="a")["Body"].read() == b"a" * 3_000_000
        secure.put_bucket_policy(Bucket="over-tls", Policy=json.dumps({"Version": "2012-10-17", "Statement": [
            {"Effect": "Deny", "Principal": "*", "Action": "s3:GetObject", "Resource": "arn:aws:s3:::over-tls/*",
             "Condition": {"NumericGreaterThanEquals": {"s3:TlsVersion": "1.2"}}}]}))
        with pytest.raises(ClientError, match="AccessDenied"):
            secure.get_object(Bucket="over-tls", Key="a")
        assert lake.client("s3").head_object(Bucket="over-tls", Key="a")["ContentLength"] == 3_000_000
        context = ssl.create_default_context(cafile=str(tmp_path / "cert.pem"))
        for base, ctx in ((f"https://127.0.0.1:{lake.console}", context), (f"http://127.0.0.1:{lake.console}", None)):
            assert urllib.request.urlopen(f"{base}/healthz", context=ctx).status == 200
            assert b"tarn_" in urllib.request.urlopen(f"{base}/metrics", context=ctx).read()
    finally:
        lake.stop()


def test_metrics_move_with_what_happens(tmp_path):
    lake = ProbeLake(tmp_path / "data")

    def metrics():
        return urllib.request.urlopen(f"http://127.0.0.1:{lake.console}/metrics").read().decode()
    try:
        before = metrics()
        s3, athena = lake.client("s3"), lake.client("athena")
        s3.create_bucket(Bucket="meter")
        for n in range(3):
            s3.put_object(Bucket="meter", Key=f"k{n}", Body=b"12345")
        refused(s3.get_object, Bucket="meter", Key="none")
        key = athena.start_query_execution(QueryString="SELECT 1", ResultConfiguration={"OutputLocation": "s3://meter/r/"})["QueryExecutionId"]
        wait_query(athena, key)
        after = metrics()
        assert after != before
        lines = [line for line in after.splitlines() if "PutObject" in line]
        assert any(line.endswith(" 3") and "200" in line for line in lines), lines
        assert any("GetObject" in line and "404" in line for line in after.splitlines())
        assert "quer" in after
        assert after.count("# TYPE") > 3
    finally:
        lake.stop()


def raw(lake, data, seconds=10):
    with socket.create_connection(("127.0.0.1", lake.port), seconds) as wire:
        wire.settimeout(seconds)
        wire.sendall(data)
        got = b""
        try:
            while chunk := wire.recv(65536):
                got += chunk
                if b"\r\n\r\n" in got:
                    break
        except (TimeoutError, ConnectionResetError):
            pass
        return got


def test_malformed_requests_are_answered_and_the_lake_goes_on(lake, bucket):
    assert b" 431 " in raw(lake, b"GET / HTTP/1.1\r\nHost: x\r\nX-Big: " + b"a" * 300_000 + b"\r\n\r\n")[:20]
    assert raw(lake, b"NOT HTTP AT ALL\r\n\r\n")[:12] in (b"HTTP/1.1 400", b"HTTP/1.0 400")
    assert b" 4" in raw(lake, b"GET /" + b"a" * 100_000 + b" HTTP/1.1\r\nHost: x\r\n\r\n")[:20]
    assert raw(lake, b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: -5\r\n\r\n")[9:10] == b"4"
    assert raw(lake, b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n")[9:10] == b"4"
    assert raw(lake, b"POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\nZZZ\r\n")[9:10] == b"4"
    assert lake.client("sts").get_caller_identity()["Account"] == lake.account


def test_a_stranger_gets_no_100_continue(lake, bucket):
    got = raw(lake, f"PUT /{bucket}/k HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 1000000\r\nExpect: 100-continue\r\n"
                    "x-amz-content-sha256: UNSIGNED-PAYLOAD\r\nx-amz-date: 20260101T000000Z\r\n"
                    "Authorization: AWS4-HMAC-SHA256 Credential=AKIATARNTESTROOT0001/20260101/us-east-1/s3/aws4_request, "
                    "SignedHeaders=host;x-amz-content-sha256;x-amz-date, Signature=00\r\n\r\n".encode())
    assert got.startswith(b"HTTP/1.1 403"), got[:100]
    assert b"100 Continue" not in got


def test_sixteen_racing_writers_have_one_winner(lake, bucket):
    s3 = lake.client("s3", config=Config(max_pool_connections=16))
    etag = s3.put_object(Bucket=bucket, Key="swap", Body=b"0")["ETag"]

    def attempt(arguments):
        try:
            s3.put_object(Bucket=bucket, **arguments)
            return 200
        except ClientError as error:
            return error.response["ResponseMetadata"]["HTTPStatusCode"]
    with concurrent.futures.ThreadPoolExecutor(16) as pool:
        for wanted in ([dict(Key="new", Body=b"%d" % n, IfNoneMatch="*") for n in range(16)],
                       [dict(Key="swap", Body=b"%d" % (n + 1), IfMatch=etag) for n in range(16)]):
            answers = list(pool.map(attempt, wanted))
            assert answers.count(200) == 1 and set(answers) <= {200, 409, 412}, answers


def signed(lake, service, body, headers, path="/"):
    request = AWSRequest("POST", lake.endpoint + path, data=body, headers=headers)
    SigV4Auth(Credentials(lake.access_key, lake.secret_key), service, "us-east-1").add_auth(request)
    asked = urllib.request.Request(request.url, body, dict(request.headers), method="POST")
    try:
        with urllib.request.urlopen(asked) as answer:
            return answer.status, answer.read()
    except urllib.error.HTTPError as error:
        return error.code, error.read()


def test_cloudwatch_speaks_cbor_query_and_json(lake, bucket):
    lake.client("s3").put_object(Bucket=bucket, Key="a", Body=b"x" * 1234)
    cloudwatch = lake.client("cloudwatch")
    listed = cloudwatch.list_metrics(Namespace="AWS/S3", Dimensions=[{"Name": "BucketName", "Value": bucket}])["Metrics"]
    assert {m["MetricName"] for m in listed} == {"BucketSizeBytes", "NumberOfObjects"}
    now = time.time()
    points = cloudwatch.get_metric_statistics(
        Namespace="AWS/S3", MetricName="BucketSizeBytes", StartTime=now - 2 * 86400, EndTime=now + 60, Period=86400, Statistics=["Average"],
        Dimensions=[{"Name": "BucketName", "Value": bucket}, {"Name": "StorageType", "Value": "StandardStorage"}])["Datapoints"]
    assert points and points[-1]["Average"] == 1234, points
    status, body = signed(lake, "monitoring", b"Action=ListMetrics&Version=2010-08-01&Namespace=AWS%2FS3",
                          {"Content-Type": "application/x-www-form-urlencoded; charset=utf-8"})
    assert status == 200 and b"<ListMetricsResponse" in body and bucket.encode() in body, body[:300]
    status, body = signed(lake, "monitoring", b'{"Namespace": "AWS/S3"}', {
        "Content-Type": "application/x-amz-json-1.0", "X-Amz-Target": "GraniteServiceVersion20100801.ListMetrics"})
    assert status == 200 and bucket in body.decode() and json.loads(body)["Metrics"], body[:300]
    with pytest.raises(ClientError) as caught:
        cloudwatch.describe_alarms()
    assert "DescribeAlarms" in str(caught.value)


def test_what_is_not_served_names_itself(lake, bucket):
    for service, call, arguments in (
            ("glue", "get_jobs", {}), ("athena", "list_notebook_metadata", {"WorkGroup": "primary"}),
            ("s3", "select_object_content", {"Bucket": bucket, "Key": "k", "Expression": "SELECT 1", "ExpressionType": "SQL",
                                             "InputSerialization": {"CSV": {}}, "OutputSerialization": {"CSV": {}}}),
            ("sts", "assume_role_with_saml", {"RoleArn": "arn:aws:iam::000000000000:role/reader",
                                               "PrincipalArn": "arn:aws:iam::000000000000:saml-provider/idp",
                                               "SAMLAssertion": "assertion"}),
            ("kinesis", "list_queues", {}),
            ("iam", "list_organizations_features", {}), ("dynamodb", "list_tables", {}), ("sqs", "list_queues", {})):
        with pytest.raises(ClientError) as caught:
            getattr(lake.client(service), call)(**arguments)
        message = str(caught.value).replace("calling the", "")
        code = caught.value.response["Error"]
        assert 400 <= caught.value.response["ResponseMetadata"]["HTTPStatusCode"] <= 501
        assert code["Message"], (service, code)


def test_reset_empties_the_lake_and_only_where_allowed(lake, tmp_path):
    assert signed(lake, "s3", b"", {}, "/_tarn/reset")[0] in (400, 403, 404, 405)
    outside = subprocess.run([str(BINARY), "serve", "--data", str(tmp_path / "x"), "--listen", "0.0.0.0:0", "--allow-reset"],
                             capture_output=True, text=True, timeout=10)
    assert outside.returncode != 0 and "loopback" in outside.stderr + outside.stdout, outside
    mine = Lake(tmp_path / "data", "--allow-reset")
    try:
        s3, glue, athena = (mine.client(s) for s in ("s3", "glue", "athena"))
        s3.create_bucket(Bucket="gone")
        s3.put_object(Bucket="gone", Key="a", Body=b"a")
        glue.create_database(DatabaseInput={"Name": "gone"})
        athena.create_work_group(Name="gone")
        glue.create_crawler(Name="gone", Role="r", DatabaseName="gone", Targets={"S3Targets": [{"Path": "s3://gone/"}]})
        key = athena.start_query_execution(QueryString="SELECT 1", ResultConfiguration={"OutputLocation": "s3://gone/r/"})["QueryExecutionId"]
        wait_query(athena, key)
        s3.put_object(Bucket="gone", Key="large", Body=bytes(40_000_000))
        unread = s3.get_object(Bucket="gone", Key="large")  # a client that takes no more of it holds nothing up
        status, body = signed(mine, "s3", b"", {}, "/_tarn/reset")
        if status not in (200, 204):  # unsigned is how test suites ask
            status = urllib.request.urlopen(urllib.request.Request(mine.endpoint + "/_tarn/reset", b"", method="POST")).status
        assert status in (200, 204), (status, body)
        unread["Body"].close()
        assert s3.list_buckets()["Buckets"] == []
        assert all(d["Name"] != "gone" for d in glue.get_databases()["DatabaseList"])
        assert glue.get_crawlers()["Crawlers"] == []
        assert [g["Name"] for g in athena.list_work_groups()["WorkGroups"]] == ["primary"]
        assert athena.list_query_executions()["QueryExecutionIds"] == []
        s3.create_bucket(Bucket="gone")
        s3.put_object(Bucket="gone", Key="b", Body=b"b")
        mine.restart()
        assert [o["Key"] for o in s3.list_objects_v2(Bucket="gone")["Contents"]] == ["b"]
    finally:
        mine.stop()


def test_the_command_line_works_and_fails_helpfully(lake, bucket, tmp_path):
    def tarn(*arguments, code=0, given=None):
        done = subprocess.run([str(BINARY), *arguments, "--endpoint", lake.endpoint] if arguments[0] != "version" else [str(BINARY), "version"],
                              env={**os.environ, **lake.environment()}, input=given, capture_output=True, text=True, timeout=30)
        assert (done.returncode == 0) == (code == 0), (arguments, done)
        return done.stdout if code == 0 else done.stderr
    (tmp_path / "a.txt").write_text("hello\n")
    tarn("cp", str(tmp_path / "a.txt"), f"s3://{bucket}/dir/a.txt")
    assert bucket in tarn("ls")
    assert "dir/" in tarn("ls", f"s3://{bucket}/")
    assert "a.txt" in tarn("ls", f"s3://{bucket}/", "--recursive")
    assert tarn("cp", f"s3://{bucket}/dir/a.txt", "-") == "hello\n"
    tarn("cp", f"s3://{bucket}/dir/a.txt", str(tmp_path / "b.txt"))
    assert (tmp_path / "b.txt").read_text() == "hello\n"
    assert tarn("sql", "SELECT 1 AS one, 'a,b' AS two", "--format", "csv") in ("one,two\n1,\"a,b\"\n", '"one","two"\n"1","a,b"\n')
    assert json.loads(tarn("sql", "SELECT 1 AS one", "--format", "json").strip().splitlines()[0]) in ({"one": 1}, [{"one": 1}])
    assert "one" in tarn("sql", "SELECT 1 AS one")
    assert re.search(r"\d+\.\d+", tarn("version"))
    assert tarn("status")
    tarn("doctor")
    assert "line 1:8" in tarn("sql", "SELECT nothing", code=1)
    assert tarn("sql", "SELECT * FROM no_such", code=1)
    assert "none" in tarn("cp", f"s3://{bucket}/none", "-", code=1)
    assert tarn("ls", "s3://no-such-bucket-anywhere/", code=1)
    lost = subprocess.run([str(BINARY), "status", "--endpoint", "http://127.0.0.1:9"], env={**os.environ, **lake.environment()},
                          capture_output=True, text=True, timeout=30)
    assert lost.returncode != 0 and "127.0.0.1:9" in lost.stderr, lost
    wrong = subprocess.run([str(BINARY), "frobnicate"], capture_output=True, text=True, timeout=30)
    assert wrong.returncode != 0 and "frobnicate" in wrong.stderr + wrong.stdout


def test_a_second_server_on_the_same_data_is_refused(lake):
    second = subprocess.run([str(BINARY), "serve", "--data", str(lake.folder), "--listen", "127.0.0.1:0", "--console", "127.0.0.1:0"],
                            capture_output=True, text=True, timeout=20)
    assert second.returncode != 0 and str(lake.folder) in second.stderr, second


def test_fresh_credentials_are_made_kept_and_private(tmp_path):
    found = []
    for _ in range(2):
        with subprocess.Popen([str(BINARY), "serve", "--data", str(tmp_path / "d"), "--listen", "127.0.0.1:0", "--console", "127.0.0.1:0"],
                              env={"PATH": os.environ["PATH"], "LD_LIBRARY_PATH": os.environ.get("LD_LIBRARY_PATH", "")}, stdout=subprocess.PIPE, text=True) as run:
            lines = []
            for line in run.stdout:
                lines.append(line)
                if "tarn ready" in line:
                    break
            credentials = tmp_path / "d/root-credentials"
            assert credentials.stat().st_mode & 0o777 == 0o600
            found.append(credentials.read_text())
            secret = re.search(r"secret_access_key\s*=\s*(\S+)", found[-1])[1]
            assert secret not in "".join(lines) and str(credentials) in "".join(lines)
            run.terminate()
            assert run.wait(20) == 0
    assert found[0] == found[1]
