"""Kinesis below its clients: what it refuses before it asks who calls, in whose words, and what browsers are told."""
import base64
import http.client
import json

import pytest
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials

JSON = "application/x-amz-json-1.1"
CBOR = "application/x-amz-cbor-1.1"
LIST = "Kinesis_20131202.ListStreams"
DEPRECATED = "com.amazon.coral.service#"
INCOMPLETE = ("Authorization header requires 'Credential' parameter. Authorization header requires 'Signature' parameter. "
              "Authorization header requires 'SignedHeaders' parameter. Authorization header requires existence of either "
              "a 'X-Amz-Date' or a 'Date' header. Authorization=X")
QUERY = ("AWS query-string parameters must include 'X-Amz-Algorithm'. AWS query-string parameters must include "
         "'X-Amz-Credential'. AWS query-string parameters must include 'X-Amz-Signature'. AWS query-string parameters must "
         "include 'X-Amz-SignedHeaders'. AWS query-string parameters must include 'X-Amz-Date'. Re-examine the "
         "query-string parameters.")


@pytest.fixture
def ask(lake):
    def ask(method="POST", path="/", body=b"", sign=True, **headers):
        headers = {name.replace("_", "-"): value for name, value in headers.items() if value is not None}
        if sign:
            request = AWSRequest(method, lake.endpoint + path, headers=headers, data=body)
            SigV4Auth(Credentials(lake.access_key, lake.secret_key), "kinesis", "us-east-1").add_auth(request)
            headers = dict(request.headers.items())
        connection = http.client.HTTPConnection(lake.endpoint.removeprefix("http://"), timeout=30)
        try:
            connection.request(method, path, body=body, headers=headers)
            answer = connection.getresponse()
            return answer.status, {k.lower(): v for k, v in answer.getheaders()}, answer.read()
        finally:
            connection.close()
    return ask


def call(ask, target, body, **headers):
    status, head, text = ask(body=json.dumps(body).encode(), Content_Type=JSON,
                             X_Amz_Target="Kinesis_20131202." + target, **headers)
    return status, head, json.loads(text) if text else None


@pytest.mark.parametrize("method", ["GET", "PUT", "DELETE"])
def test_other_methods_name_no_operation(ask, method):
    status, head, text = ask(method)
    assert (status, text.decode()) == (
        403, "<AccessDeniedException>\n  <Message>Unable to determine service/operation name to be authorized</Message>\n"
        "</AccessDeniedException>\n")
    assert "content-type" not in head and 64 <= len(base64.b64decode(head["x-amz-id-2"])) <= 80


@pytest.mark.parametrize("headers, body, status, answer", [
    ({"Content_Type": JSON}, b"", 400, {"__type": "UnknownOperationException"}),
    ({"Content_Type": JSON, "X_Amz_Target": LIST}, b"", 400, {"__type": "SerializationException"}),
    ({"Content_Type": JSON, "X_Amz_Target": LIST}, b"hello", 400, {"__type": "SerializationException"}),
    ({"Content_Type": JSON, "X_Amz_Target": "Kinesis_20131202.Whatever"}, b"{}", 400,
     {"__type": "UnknownOperationException"}),
    ({"Content_Type": "application/json", "X_Amz_Target": LIST}, b"{}", 404,
     {"Output": {"__type": DEPRECATED + "UnknownOperationException"}, "Version": "1.0"}),
    ({"Content_Type": "  application/json  ;", "X_Amz_Target": LIST}, b"hello", 400,
     {"Output": {"__type": DEPRECATED + "SerializationException"}, "Version": "1.0"}),
])
def test_what_is_no_request_is_refused_whoever_asks(ask, headers, body, status, answer):
    for sign in (True, False):
        if not sign and "X_Amz_Target" not in headers:
            continue  # nothing says that it is for Kinesis
        told, head, text = ask(body=body, sign=sign, **headers)
        assert (told, json.loads(text)) == (status, answer)
        assert head["content-type"] == (JSON if "Output" not in answer else "application/json")


def test_bodies_of_no_type_are_answered_in_cbor_or_xml(ask):
    status, head, text = ask(X_Amz_Target=LIST)
    assert (status, head["content-type"]) == (400, CBOR) and b"SerializationException" in text
    status, head, text = ask(Content_Type="application/x-amz-json-1.0")
    assert (status, head["content-type"]) == (400, CBOR) and b"UnknownOperationException" in text
    assert ask(body=b"{}")[0] == 403
    assert ask(body=b"{}", X_Amz_Target="Whatever.Whatever")[::2] == (404, b"<UnknownOperationException/>\n")


@pytest.mark.parametrize("path, headers, code, message", [
    ("/", {}, "MissingAuthenticationTokenException", "Missing Authentication Token"),
    ("/?X-Amz-Credential=a&X-Amz-Signature=b&X-Amz-SignedHeaders=c&X-Amz-Date=d", {},
     "MissingAuthenticationTokenException", "Missing Authentication Token"),
    ("/", {"Authorization": "X"}, "IncompleteSignatureException", INCOMPLETE),
    ("/", {"Authorization": "AWS4- Signature=b, Credential=a", "Date": "a"}, "IncompleteSignatureException",
     "Authorization header requires 'SignedHeaders' parameter. Authorization=AWS4- Signature=b, Credential=a"),
    ("/?X-Amz-Algorithm", {"Authorization": "X"}, "InvalidSignatureException",
     "Found both 'X-Amz-Algorithm' as a query-string param and 'Authorization' as HTTP header."),
    ("/?X-Amz-Algorithm", {}, "IncompleteSignatureException", QUERY),
])
def test_signatures_that_lack_parts_are_told_of(ask, path, headers, code, message):
    status, head, text = ask(path=path, body=b"{}", sign=False, Content_Type=JSON, X_Amz_Target=LIST, **headers)
    assert (status, json.loads(text)) == (400, {"__type": code, "message": message})
    assert head["content-type"] == JSON


def test_browsers_may_call(ask):
    status, head, text = ask("OPTIONS", Origin="https://app", Access_Control_Request_Headers="a, b",
                             Access_Control_Request_Method="POST")
    assert (status, text) == (200, b"") and head["content-length"] == "0"
    assert head["access-control-allow-origin"] == "*" and head["access-control-max-age"] == "172800"
    assert head["access-control-allow-headers"] == "a, b" and head["access-control-allow-methods"] == "POST"
    status, head, _ = call(ask, "ListStreams", {}, Origin="https://app")
    assert status == 200 and head["access-control-allow-origin"] == "*"
    assert "x-amzn-RequestId" in head["access-control-expose-headers"]


def test_values_are_refused_in_kinesis_words(ask):
    status, _, answer = call(ask, "PutRecord", {"StreamName": "s", "Data": "+/+="})
    assert (status, answer) == (400, {"__type": "SerializationException",
                                      "Message": "'+/+=' can not be converted to a Blob: Invalid last non-pad Base64 "
                                                 "character dectected"})
    answer = call(ask, "PutRecord", {"StreamName": "s", "Data": ""})[2]
    assert answer == {"__type": "ValidationException",
                      "message": "1 validation error detected: Value null at 'partitionKey' failed to satisfy "
                                 "constraint: Member must not be null"}
    answer = call(ask, "CreateStream", {})[2]
    assert answer["message"].startswith("2 validation errors detected: ") and "'shardCount'" in answer["message"]
    answer = call(ask, "PutRecords", {"StreamName": "", "Records": [{"PartitionKey": "", "Data": ""}] * 501})[2]
    entry = "com.amazonaws.kinesis.v20131202.PutRecordsRequestEntry@c965e310"
    assert answer["message"].startswith("10 validation errors detected: ")
    assert f"Value '[{', '.join([entry] * 501)}]' at 'records' failed" in answer["message"]


PATTERN = "failed to satisfy constraint: Member must satisfy regular expression pattern: "
NULL = " failed to satisfy constraint: Member must not be null"


@pytest.mark.parametrize("target, body, code, message", [
    # Java takes what its type can hold of a number, and nothing behind the point.
    ("MergeShards", {"StreamName": 1e10, "ShardToMerge": "a", "AdjacentShardToMerge": "b"}, "SerializationException",
     "class com.amazon.coral.value.json.numbers.TruncatingBigNumber can not be converted to an String"),
    ("ListStreams", {"Limit": 100_000_000_000}, "ValidationException",
     "1 validation error detected: Value '2147483647' at 'limit' failed to satisfy constraint: Member must have value "
     "less than or equal to 10000"),
    ("ListStreams", {"Limit": -1e300}, "ValidationException",
     "1 validation error detected: Value '-2147483648' at 'limit' failed to satisfy constraint: Member must have value "
     "greater than or equal to 1"),
    ("ListStreams", {"Limit": 0.99}, "ValidationException",
     "1 validation error detected: Value '0' at 'limit' failed to satisfy constraint: Member must have value "
     "greater than or equal to 1"),
    ("ListStreams", {"Limit": "1"}, "SerializationException", "class java.lang.String can not be converted to an Integer"),
    # Patterns without anchors, as Kinesis tells them.
    ("SplitShard", {"StreamName": "s", "ShardToSplit": "s", "NewStartingHashKey": "sth"}, "ValidationException",
     f"1 validation error detected: Value 'sth' at 'newStartingHashKey' {PATTERN}0|([1-9]\\d{{0,38}})"),
    ("GetShardIterator", {"StreamName": "s", "ShardId": "s", "ShardIteratorType": "LATEST", "StartingSequenceNumber": "a"},
     "ValidationException",
     f"1 validation error detected: Value 'a' at 'startingSequenceNumber' {PATTERN}0|([1-9]\\d{{0,128}})"),
    # What only some streams can do without.
    ("CreateStream", {}, "ValidationException",
     f"2 validation errors detected: Value null at 'streamName'{NULL}; Value null at 'shardCount'{NULL}"),
    ("PutRecord", {"StreamName": "absent", "Data": ""}, "ValidationException",
     f"1 validation error detected: Value null at 'partitionKey'{NULL}"),
    ("PutRecords", {"StreamName": "absent", "Records": [{"Data": ""}, {"Data": "", "PartitionKey": "a"}, {"Data": ""}]},
     "ValidationException", f"2 validation errors detected: Value null at 'records.1.member.partitionKey'{NULL}; "
                            f"Value null at 'records.3.member.partitionKey'{NULL}"),
])
def test_requests_are_refused_in_kinesis_words(ask, target, body, code, message):
    status, _, answer = call(ask, target, body)
    assert (status, answer["__type"]) == (400, code)
    assert (answer.get("message") or answer.get("Message")) == message


def test_whole_numbers_are_cut_and_those_of_cbor_must_fit(ask, lake, name):
    assert call(ask, "CreateStream", {"StreamName": name, "ShardCount": 2.9})[0] == 200
    page = call(ask, "DescribeStream", {"StreamName": name, "Limit": 1.5})[2]["StreamDescription"]
    assert len(page["Shards"]) == 1 and page["HasMoreShards"] is True
    text = b"\xa1\x65Limit\x1b\x00\x00\x00\x17\x48\x76\xe8\x00"
    status, head, answer = ask(body=text, Content_Type=CBOR, X_Amz_Target=LIST)
    assert (status, head["content-type"]) == (400, CBOR) and b"SerializationException" in answer


def test_records_and_their_keys_have_the_size_of_a_record(ask, name):
    assert call(ask, "CreateStream", {"StreamName": name, "ShardCount": 1})[0] == 200
    full = base64.b64encode(bytes(2 ** 20 - 3)).decode()
    answer = call(ask, "PutRecord", {"StreamName": name, "PartitionKey": "four", "Data": full})[2]
    assert answer["__type"] == "ValidationException" and answer["message"].endswith("less than or equal to 1048576")
    assert call(ask, "PutRecord", {"StreamName": name, "PartitionKey": "key", "Data": full})[0] == 200


def test_what_names_no_service_is_answered_by_kinesis_where_no_store_is_asked(ask):
    status, head, text = ask(sign=False, Content_Type=JSON)
    assert (status, head["content-type"], json.loads(text)) == (400, JSON, {"__type": "UnknownOperationException"})
    status, head, _ = ask("OPTIONS", sign=False, Origin="https://app")
    assert status == 200 and head["access-control-allow-origin"] == "*"
    assert ask("OPTIONS", "/bucket", sign=False, Origin="https://app")[0] != 200
    assert ask("OPTIONS", sign=False, Origin="https://app", Host="bucket.s3.localhost")[0] != 200


def test_a_listings_token_is_of_its_stream(lake, name):
    kinesis = lake.client("kinesis")
    kinesis.create_stream(StreamName=name, ShardCount=2)
    token = kinesis.list_shards(StreamName=name, MaxResults=1)["NextToken"]
    assert [s["ShardId"] for s in kinesis.list_shards(NextToken=token)["Shards"]] == ["shardId-000000000001"]
    kinesis.delete_stream(StreamName=name)
    kinesis.create_stream(StreamName=name, ShardCount=2)
    with pytest.raises(kinesis.exceptions.InvalidArgumentException):
        kinesis.list_shards(NextToken=token)
