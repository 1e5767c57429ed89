"""Every generated operation, both ways, against botocore: what it serialises we decode, what we encode it parses.

Values are random but seeded per operation; TARN_CODEC_ROUNDS (default 3) is the number of values per operation,
protocol and direction.
"""
import base64
import os
import random
import urllib.parse

import botocore.awsrequest
import botocore.loaders
import botocore.model
import botocore.parsers
import botocore.serialize
import pytest
from probe import Probe, find_probe
from shapes import Maker, canonical, without_empty

ROUNDS = int(os.environ.get("TARN_CODEC_ROUNDS", "3"))
LOADER = botocore.loaders.Loader()
# The probe's protocol names and botocore's; x-amz-cbor-1.1 is unknown to botocore.
BOTOCORE = {"query": "query", "json10": "json", "json11": "json", "rest-json": "rest-json", "rest-xml": "rest-xml",
            "rpc-cbor": "smithy-rpc-v2-cbor"}


def botocore_name(service):
    return service.removeprefix("model_")


def service_model(service, protocol):
    raw = LOADER.load_service_model(botocore_name(service), "service-2")
    raw["metadata"]["protocol"] = BOTOCORE[protocol]
    if protocol in ("json10", "json11"):
        raw["metadata"]["jsonVersion"] = protocol[4] + "." + protocol[5]
    return botocore.model.ServiceModel(raw, service)


@pytest.fixture(scope="module")
def probe():
    binary = find_probe()
    if binary is None:
        pytest.skip("codec_probe is not built")
    talker = Probe(binary)
    yield talker
    talker.close()


@pytest.fixture(scope="module")
def services(probe):
    return {row["name"]: row for row in probe.ask("services")["services"]}


def request_of(operation, protocol, params):
    """The request that botocore would send: method, path, query, headers, body."""
    serialized = botocore.serialize.create_serializer(protocol, include_validation=False).serialize_to_request(params, operation)
    botocore.awsrequest.prepare_request_dict(serialized, endpoint_url="http://localhost")
    prepared = botocore.awsrequest.create_request_object(serialized).prepare()
    url = urllib.parse.urlsplit(prepared.url)
    body = prepared.body or b""
    if isinstance(body, str):
        body = body.encode()
    headers = [[name, value.decode() if isinstance(value, bytes) else str(value)]
               for name, value in prepared.headers.items()
               if name.lower() != "content-length" or name in serialized["headers"]]  # HTTP's, not the model's
    return {"method": prepared.method, "path": url.path,
            "query": [list(pair) for pair in urllib.parse.parse_qsl(url.query, keep_blank_values=True)],
            "headers": headers, "body": base64.b64encode(body).decode()}


def rounds_of(services, direction):
    for service, row in services.items():
        for protocol in row["protocols"]:
            if protocol not in BOTOCORE:
                continue
            model = service_model(service, protocol)
            for name in row["operations"]:
                for i in range(ROUNDS):
                    yield service, protocol, model.operation_model(name), random.Random(
                        f"{direction}/{service}/{protocol}/{name}/{i}"), i


def unfilled(shape, sent, decoded):
    """The decoded value without the idempotency tokens that we made."""
    for name, member in shape.members.items():
        if member.metadata.get("idempotencyToken") and name not in sent:
            decoded.pop(name, None)
    return decoded


SUPERSEDED = {"GetBucketLifecycle", "PutBucketLifecycle", "GetBucketNotification", "PutBucketNotification"}
# ListBuckets sends the same to another host, under another service's signature; test_directory.py asks for both.
TOLD_BY_ENDPOINT = {"ListDirectoryBuckets"}


def test_what_botocore_serialises_is_decoded_to_the_same_values(probe, services):
    assert services, "the probe knows no services"
    problems, count = [], 0
    for service, protocol, operation, rng, i in rounds_of(services, "in"):
        if operation.name in TOLD_BY_ENDPOINT:
            continue
        shape = operation.input_shape
        params = Maker(rng, protocol).structure(shape, full=i == 0) if shape is not None else {}
        request = request_of(operation, BOTOCORE[protocol], params)
        answer = probe.ask("decode", service=service, **request)
        count += 1
        if answer.get("operation") != operation.name and operation.name not in SUPERSEDED:
            problems.append(f"{service}/{protocol}/{operation.name}: taken for {answer}: {request}")
            continue
        expected = canonical(params, shape) if shape is not None else {}
        actual = answer.get("value")
        if actual is None:
            problems.append(f"{service}/{protocol}/{operation.name}: {answer}\n  {request}")
            continue
        actual = unfilled(shape, params, actual) if shape is not None else actual
        if protocol in ("query", "rest-xml", "rest-json"):
            expected, actual = without_empty(expected), without_empty(actual)
        if expected != actual:
            problems.append(f"{service}/{protocol}/{operation.name}:\n  sent    {expected}\n  decoded {actual}")
    print(f"{count} requests")
    assert not problems, f"{len(problems)} of {count}:\n" + "\n".join(problems[:10])


def versions_apart(expected, shape):
    """S3's two lists of versions stand as one; what has no ETag there is a delete marker."""
    marker = set(shape.members["DeleteMarkers"].member.members)
    kept = [each for each in expected.get("Versions", []) if "ETag" in each]
    moved = [{name: value for name, value in each.items() if name in marker}
             for each in expected.get("Versions", []) if "ETag" not in each]
    lists = {"Versions": kept, "DeleteMarkers": moved + expected.get("DeleteMarkers", [])}
    return {name: value for name, value in (expected | lists).items() if value != []}


def test_what_we_encode_is_parsed_by_botocore_to_the_same_values(probe, services):
    problems, count = [], 0
    for service, protocol, operation, rng, i in rounds_of(services, "out"):
        shape = operation.output_shape
        if shape is not None and shape.event_stream_name:
            continue
        if operation.name == "GetBucketLocation":  # botocore reads this one by hand
            continue
        params = Maker(rng, protocol, answer=True).structure(shape, full=i == 0) if shape is not None else {}
        expected = canonical(params, shape) if shape is not None else {}
        response = probe.response("encode", service=service, operation=operation.name, protocol=protocol,
                                  value=expected)
        if operation.name == "ListObjectVersions":
            expected = versions_apart(expected, shape)
        count += 1
        parser = botocore.parsers.create_parser(BOTOCORE[protocol])
        try:
            parsed = parser.parse(response, shape)
        except Exception as error:  # the report names the operation
            problems.append(f"{service}/{protocol}/{operation.name}: {error!r}\n  {response}")
            continue
        if shape is None:
            continue
        request_id = parsed["ResponseMetadata"].get("RequestId")
        if protocol != "rpc-cbor" and request_id != "req-1":
            problems.append(f"{service}/{protocol}/{operation.name}: request id {request_id}")
        actual = canonical({name: value for name, value in parsed.items()
                            if name in params or (name in shape.members and value not in ({}, [], "", b""))}, shape)
        if protocol in ("query", "rest-xml", "rest-json"):
            expected, actual = without_empty(expected), without_empty(actual)
        if expected != actual:
            problems.append(f"{service}/{protocol}/{operation.name}:\n  encoded {expected}\n  parsed  {actual}\n"
                            f"  {response}")
    print(f"{count} answers")
    assert not problems, f"{len(problems)} of {count}:\n" + "\n".join(problems[:10])


def parse(protocol, response, shape=None):
    return botocore.parsers.create_parser(protocol).parse(response, shape)


def test_errors_reach_botocore_with_code_message_and_fields(probe, services):
    for service, protocol, code, seen in [
            ("glue", "json11", "EntityNotFoundException", "EntityNotFoundException"),
            ("athena", "json11", "InvalidRequestException", "InvalidRequestException"),
            ("cloudwatch", "query", "InvalidParameterValueException", "InvalidParameterValue"),
            ("cloudwatch", "json10", "InvalidParameterValueException", "InvalidParameterValue"),
            ("cloudwatch", "rpc-cbor", "InvalidParameterValueException", "InvalidParameterValue"),
            ("model_iam", "query", "NoSuchEntityException", "NoSuchEntity"),
            ("model_iam", "query", "NoSuchEntity", "NoSuchEntity"),
            ("model_lakeformation", "rest-json", "EntityNotFoundException", "EntityNotFoundException"),
            ("model_kinesis", "json11", "ResourceNotFoundException", "ResourceNotFoundException"),
            ("s3", "rest-xml", "NoSuchBucket", "NoSuchBucket")]:
        if service not in services:
            continue
        response = probe.response("failure", service=service, protocol=protocol, code=code, message="no <such> é thing",
                                  status=404, fields=[["BucketName", "b"]])
        parsed = parse(BOTOCORE[protocol], response)
        assert parsed["Error"]["Code"] == seen, (service, protocol, parsed)
        assert parsed["Error"]["Message"] == "no <such> é thing", (service, protocol, response)
        assert parsed["ResponseMetadata"]["HTTPStatusCode"] == 404
        assert parsed["ResponseMetadata"]["RequestId"] == "req-1", (service, protocol)
        if protocol == "rest-xml":
            assert parsed["Error"]["BucketName"] == "b"


def test_modelled_error_fields_keep_their_types(probe, services):
    model = service_model("athena", "json11")
    shape = model.shape_for("InvalidRequestException")
    response = probe.response("failure", service="athena", protocol="json11", code="InvalidRequestException",
                              message="bad", fields=[["AthenaErrorCode", "MALFORMED_QUERY"]])
    assert parse("json", response, shape)["AthenaErrorCode"] == "MALFORMED_QUERY"


def test_event_streams_are_read_by_botocore(probe):
    from botocore.eventstream import EventStreamBuffer
    model = service_model("model_kinesis", "json11")
    operation = model.operation_model("SubscribeToShard")
    union = operation.output_shape.members["EventStream"]
    event = {"Records": [{"SequenceNumber": "1", "Data": base64.b64encode(b"x\x00y").decode(), "PartitionKey": "p"}],
             "ContinuationSequenceNumber": "2", "MillisBehindLatest": 0}
    answer = probe.ask("events", service="model_kinesis", operation="SubscribeToShard", protocol="json11",
                       events=[["SubscribeToShardEvent", event]] * 3)
    buffer = EventStreamBuffer()
    raw = base64.b64decode(answer["body"])
    for at in range(0, len(raw), 7):
        buffer.add_data(raw[at:at + 7])
    parser = botocore.parsers.EventStreamJSONParser()
    seen = [parser.parse(message.to_response_dict(), union) for message in buffer]
    assert len(seen) == 3
    for parsed in seen:
        assert canonical(parsed["SubscribeToShardEvent"], union.members["SubscribeToShardEvent"]) == event
