"""POST /ingest/<stream>: JSON into data streams and delivery streams, by keys and by signatures."""
import gzip
import http.client
import json
import os
import subprocess
import time
import urllib.error
import urllib.request

import botocore.auth
import botocore.awsrequest
import botocore.credentials
import pytest

from conftest import BINARY, Lake


def tarn(lake, *words, check=True):
    env = {"PATH": os.environ["PATH"], **lake.environment()}
    done = subprocess.run([str(BINARY), *words, "--endpoint", lake.endpoint], env=env, capture_output=True, text=True,
                          timeout=60)
    assert not check or done.returncode == 0, done.stderr
    return done


def send(lake, path, body, headers=None, method="POST"):
    """Status, headers and the decoded answer."""
    request = urllib.request.Request(lake.endpoint + path, data=body, headers=headers or {}, method=method)
    try:
        with urllib.request.urlopen(request, timeout=30) as answer:
            return answer.status, answer.headers, json.load(answer)
    except urllib.error.HTTPError as error:
        return error.code, error.headers, json.loads(error.read() or b"null")


def signed(lake, path, body, service="kinesis", access_key=None, secret_key=None):
    request = botocore.awsrequest.AWSRequest("POST", lake.endpoint + path, data=body)
    credentials = botocore.credentials.Credentials(access_key or lake.access_key, secret_key or lake.secret_key)
    botocore.auth.SigV4Auth(credentials, service, lake.region).add_auth(request)
    return send(lake, path, body, dict(request.headers))


def records_of(kinesis, stream):
    found = []
    for shard in kinesis.list_shards(StreamName=stream)["Shards"]:
        iterator = kinesis.get_shard_iterator(StreamName=stream, ShardId=shard["ShardId"],
                                              ShardIteratorType="TRIM_HORIZON")["ShardIterator"]
        while True:
            answer = kinesis.get_records(ShardIterator=iterator)
            if not answer["Records"]:
                break
            found += answer["Records"]
            iterator = answer["NextShardIterator"]
    return found


@pytest.fixture
def stream(lake, name):
    kinesis = lake.client("kinesis")
    kinesis.create_stream(StreamName=name, ShardCount=1)
    kinesis.get_waiter("stream_exists").wait(StreamName=name, WaiterConfig={"Delay": 1, "MaxAttempts": 30})
    kinesis.add_tags_to_stream(StreamName=name, Tags={"tarn:shard-limits": "off"})
    yield name
    kinesis.delete_stream(StreamName=name)


@pytest.fixture
def key(lake, stream):
    text = tarn(lake, "ingest-key", "create", "--stream", stream).stdout.strip()
    yield text
    tarn(lake, "ingest-key", "delete", text.split("_")[1], check=False)


def test_lines_are_put_by_a_key_at_the_places_that_the_answer_tells(lake, stream, key):
    body = b'{"user": "a", "n": 1.50}\n\n{"user": "b", "n": 2}\r\n'
    status, _, answer = send(lake, f"/ingest/{stream}?partition-key=user", body, {"x-api-key": key})
    assert (status, answer["records"], answer["failed"]) == (200, 2, 0)
    records = records_of(lake.client("kinesis"), stream)
    assert [(r["Data"], r["PartitionKey"]) for r in records] == [
        (b'{"user": "a", "n": 1.50}', "a"), (b'{"user": "b", "n": 2}', "b")]
    assert [(r["line"], r["sequenceNumber"]) for r in answer["results"]] == [
        (1, records[0]["SequenceNumber"]), (3, records[1]["SequenceNumber"])]


def test_arrays_objects_gzip_and_bearer_tokens_are_taken(lake, stream, key):
    bearer = {"Authorization": f"Bearer {key}"}
    assert send(lake, f"/ingest/{stream}", b'[{"n":1},\n {"n":2}]', bearer)[2]["records"] == 2
    assert send(lake, f"/ingest/{stream}", b'{\n  "n": 3\n}', bearer)[2]["records"] == 1
    packed = gzip.compress(b'{"n":4}\n{"n":5}')
    assert send(lake, f"/ingest/{stream}", packed, {**bearer, "Content-Encoding": "gzip"})[2]["records"] == 2
    found = records_of(lake.client("kinesis"), stream)
    assert [json.loads(r["Data"])["n"] for r in found] == [1, 2, 3, 4, 5]
    assert len({r["PartitionKey"] for r in found}) == 5


def test_a_body_of_thousands_of_lines_is_split(lake, stream, key):
    body = b"\n".join(json.dumps({"n": n}).encode() for n in range(1201))
    status, _, answer = send(lake, f"/ingest/{stream}?partition-key=n", body, {"x-api-key": key})
    assert (status, answer["records"], len(answer["results"])) == (200, 1201, 1201)
    assert [json.loads(r["Data"])["n"] for r in records_of(lake.client("kinesis"), stream)] == list(range(1201))


@pytest.mark.parametrize("body, line", [(b'{"n":1}\n{"n":', 2), (b"\n{]\n", 2), (b'[{"k":1},{"n":2}]', 2)])
def test_what_is_malformed_is_refused_as_a_whole_with_its_line(lake, stream, key, body, line):
    status, _, answer = send(lake, f"/ingest/{stream}?partition-key=k" if b"k" in body else f"/ingest/{stream}", body,
                             {"x-api-key": key})
    assert (status, answer["line"]) == (400, line)
    assert records_of(lake.client("kinesis"), stream) == []


def test_a_body_beyond_the_limit_is_refused(lake, stream, key):
    headers = {"x-api-key": key}
    assert send(lake, f"/ingest/{stream}", b'"' + b"x" * (1 << 20) + b'"', headers)[0] == 400
    large = b"\n".join([b'"' + b"x" * 1_000_000 + b'"'] * 11)
    asked = http.client.HTTPConnection("127.0.0.1", lake.port, timeout=30)  # refused by its head
    asked.putrequest("POST", f"/ingest/{stream}")
    for field, value in {**headers, "Content-Length": len(large)}.items():
        asked.putheader(field, value)
    asked.endheaders()
    assert asked.getresponse().status == 413
    asked.close()
    assert send(lake, f"/ingest/{stream}", gzip.compress(large), {**headers, "Content-Encoding": "gzip"})[0] == 400
    assert records_of(lake.client("kinesis"), stream) == []


def test_a_key_is_good_for_its_streams_until_it_is_deleted_or_expires(lake, stream, key, name):
    other = name + "-other"
    lake.client("kinesis").create_stream(StreamName=other, ShardCount=1)
    assert send(lake, f"/ingest/{other}", b"{}", {"x-api-key": key})[0] == 403
    assert send(lake, f"/ingest/{stream}", b"{}", {"x-api-key": key[:-1] + ("x" if key[-1] != "x" else "y")})[0] == 403
    listed = tarn(lake, "ingest-key", "list").stdout
    assert key.split("_")[1] in listed and key not in listed
    tarn(lake, "ingest-key", "delete", key.split("_")[1])
    assert send(lake, f"/ingest/{stream}", b"{}", {"x-api-key": key})[0] == 403
    gone = tarn(lake, "ingest-key", "create", "--stream", name + "-none", check=False)
    assert gone.returncode == 1 and "no stream" in gone.stderr
    lake.client("kinesis").delete_stream(StreamName=other)


def test_a_signer_needs_the_right_to_put_records(lake, stream, name):
    assert signed(lake, f"/ingest/{stream}", b'{"n":1}')[0] == 200
    assert signed(lake, f"/ingest/{stream}", b'{"n":1}', service="execute-api")[0] == 200
    assert signed(lake, f"/ingest/{stream}", b'{"n":1}', service="s3")[0] == 403
    assert send(lake, f"/ingest/{stream}", b'{"n":1}')[0] == 401
    assert send(lake, f"/ingest/{stream}", None, method="GET")[0] == 405
    iam = lake.client("iam")
    iam.create_user(UserName=name)
    made = iam.create_access_key(UserName=name)["AccessKey"]
    who = dict(access_key=made["AccessKeyId"], secret_key=made["SecretAccessKey"])
    status, _, answer = signed(lake, f"/ingest/{stream}", b'{"n":1}', **who)
    assert (status, answer["code"]) == (403, "AccessDeniedException")
    arn = f"arn:aws:kinesis:{lake.region}:{lake.account}:stream/{stream}"
    iam.put_user_policy(UserName=name, PolicyName="put", PolicyDocument=json.dumps({
        "Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "kinesis:PutRecords", "Resource": arn}]}))
    assert signed(lake, f"/ingest/{stream}", b'{"n":1}', **who)[0] == 200
    status, _, answer = signed(lake, f"/ingest/{name}-none", b"{}")
    assert (status, answer["code"]) == (404, "ResourceNotFoundException")


def test_a_full_shard_answers_429_and_tells_what_was_not_taken(lake, name):
    kinesis = lake.client("kinesis")
    kinesis.create_stream(StreamName=name, ShardCount=1)
    kinesis.get_waiter("stream_exists").wait(StreamName=name, WaiterConfig={"Delay": 1, "MaxAttempts": 30})
    body = b"\n".join([b'"' + b"x" * 900_000 + b'"'] * 8)
    status, headers, answer = signed(lake, f"/ingest/{name}", body)
    assert (status, headers["Retry-After"]) == (429, "1")
    assert answer["code"] == "ProvisionedThroughputExceededException"
    taken = [r for r in answer["results"] if "sequenceNumber" in r]
    assert len(taken) == 8 - answer["failed"] == len(records_of(kinesis, name))
    kinesis.delete_stream(StreamName=name)


def test_a_key_over_its_limits_is_told_when_to_come_again(tmp_path):
    lake = Lake(tmp_path / "data")
    kinesis = lake.client("kinesis")
    kinesis.create_stream(StreamName="clicks", ShardCount=1)
    kinesis.add_tags_to_stream(StreamName="clicks", Tags={"tarn:shard-limits": "off"})
    made = tarn(lake, "ingest-key", "create", "--stream", "clicks", "--bytes-per-second", "1K").stdout.strip()
    name = made.split("_")[1]
    body = b'"' + b"x" * 900_000 + b'"'
    assert send(lake, "/ingest/clicks", body, {"x-api-key": made})[0] == 200
    status, headers, answer = send(lake, "/ingest/clicks", b"{}", {"x-api-key": made})
    assert (status, answer["code"]) == (429, "TooManyRequestsException")
    assert 300 < int(headers["Retry-After"]) < 880  # 900,000 bytes at 1,024 a second
    assert tarn(lake, "ingest-key", "set", name, "--bytes-per-second", "0", check=False).returncode == 2
    changed = tarn(lake, "ingest-key", "set", name, "--bytes-per-second", "none", "--requests-per-second", "1").stdout
    assert "requests/s 1\tbytes/s -" in changed
    answers = [send(lake, "/ingest/clicks", b"{}", {"x-api-key": made})[0] for _ in range(40)]
    assert answers[0] == 200 and set(answers) <= {200, 429}
    assert len(records_of(kinesis, "clicks")) == 1 + answers.count(200)
    lake.stop()
    lake = Lake(tmp_path / "data")
    assert "requests/s 1\tbytes/s -" in tarn(lake, "ingest-key", "list").stdout
    tarn(lake, "ingest-key", "set", name, "--requests-per-second", "none")
    assert {send(lake, "/ingest/clicks", b"{}", {"x-api-key": made})[0] for _ in range(40)} == {200}
    lake.stop()


def test_a_delivery_stream_takes_lines_too(lake, bucket, name):
    firehose, iam = lake.client("firehose"), lake.client("iam")
    trust = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "sts:AssumeRole",
                                                     "Principal": {"Service": "firehose.amazonaws.com"}}]}
    role = iam.create_role(RoleName=name, AssumeRolePolicyDocument=json.dumps(trust))["Role"]["Arn"]
    iam.put_role_policy(RoleName=name, PolicyName="s3", PolicyDocument=json.dumps({
        "Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "s3:*", "Resource": "*"}]}))
    firehose.create_delivery_stream(DeliveryStreamName=name, ExtendedS3DestinationConfiguration={
        "RoleARN": role, "BucketARN": f"arn:aws:s3:::{bucket}", "BufferingHints": {"IntervalInSeconds": 0, "SizeInMBs": 1}})
    made = tarn(lake, "ingest-key", "create", "--stream", name, "--expires", "1h").stdout.strip()
    status, _, answer = send(lake, f"/ingest/{name}", b'{"n":1}\n{"n":2}', {"x-api-key": made})
    assert (status, answer["records"], len(answer["results"][0]["recordId"])) == (200, 2, 216)
    s3 = lake.client("s3")
    listed = {}
    while not listed.get("Contents"):
        listed = s3.list_objects_v2(Bucket=bucket)
    assert s3.get_object(Bucket=bucket, Key=listed["Contents"][0]["Key"])["Body"].read() == b'{"n":1}\n{"n":2}\n'
    firehose.delete_delivery_stream(DeliveryStreamName=name)


def test_puts_by_a_key_are_in_the_trail_that_takes_the_stream(tmp_path):
    lake = Lake(tmp_path / "data", "--audit-seconds", "1")
    kinesis, s3, trail = (lake.client(service) for service in ("kinesis", "s3", "cloudtrail"))
    s3.create_bucket(Bucket="logs-of-puts")
    kinesis.create_stream(StreamName="clicks", ShardCount=1)
    trail.create_trail(Name="puts", S3BucketName="logs-of-puts")
    trail.put_event_selectors(TrailName="puts", AdvancedEventSelectors=[{"FieldSelectors": [
        {"Field": "eventCategory", "Equals": ["Data"]}, {"Field": "resources.type", "Equals": ["AWS::Kinesis::Stream"]}]}])
    trail.start_logging(Name="puts")
    made = tarn(lake, "ingest-key", "create", "--stream", "clicks").stdout.strip()
    assert send(lake, "/ingest/clicks", b'{"n":1}', {"x-api-key": made})[0] == 200
    events, until = [], time.monotonic() + 40
    while not events and time.monotonic() < until:
        for item in s3.list_objects_v2(Bucket="logs-of-puts").get("Contents", []):
            if item["Key"].endswith(".gz"):
                packed = s3.get_object(Bucket="logs-of-puts", Key=item["Key"])["Body"].read()
                events += json.loads(gzip.decompress(packed))["Records"]
        time.sleep(0.1)
    lake.stop()
    event, = events
    assert (event["eventName"], event["userIdentity"]["accessKeyId"]) == ("PutRecords", made.split("_")[1])
    assert event["requestParameters"]["streamName"] == "clicks"
