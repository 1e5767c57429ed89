"""Uploads by browser forms (POST object): policies, signatures of both versions, and what the form asks for."""
import base64
import datetime
import hashlib
import hmac
import json
import re
import xml.etree.ElementTree as ElementTree

import pytest
import urllib3
from botocore.config import Config

http = urllib3.PoolManager()


def send(url, fields, file=b"content", filename="file.txt", **headers):
    """Posts the fields in order, then the file (none for None)."""
    parts = [(name, value) for name, value in fields.items()]
    if file is not None:
        parts.append(("file", (filename, file) if filename else file))
    return http.request("POST", url, fields=parts, headers=headers, redirect=False)


def error(response):
    tree = ElementTree.fromstring(response.data)
    return {child.tag: child.text for child in tree}


def post(client, bucket, key, fields=None, conditions=None, expires=60):
    made = client.generate_presigned_post(bucket, key, fields, conditions, expires)
    return made["url"], made["fields"]


@pytest.fixture(params=["s3", "s3v4"])
def s3(lake, request):
    """A client that signs forms by SigV2 or SigV4, and everything else by SigV4."""
    client = lake.client("s3", config=Config(signature_version="s3v4", s3={"addressing_style": "path"}))
    signer = lake.client("s3", config=Config(signature_version=request.param, s3={"addressing_style": "path"}))
    client.generate_presigned_post = signer.generate_presigned_post
    return client


def signed(lake, bucket, conditions, expiration=None, **policy):
    """The fields of a SigV2 form with this policy."""
    until = datetime.datetime.now(datetime.timezone.utc) + datetime.timedelta(minutes=10)
    document = {"expiration": expiration or until.strftime("%Y-%m-%dT%H:%M:%SZ"), "conditions": conditions, **policy}
    document = {name: value for name, value in document.items() if value is not None}
    text = base64.b64encode(json.dumps(document).encode())
    signature = base64.b64encode(hmac.new(lake.secret_key.encode(), text, hashlib.sha1).digest())
    return {"AWSAccessKeyId": lake.access_key, "signature": signature.decode(), "policy": text.decode()}


BASE = [["starts-with", "$key", "foo"], {"acl": "bucket-owner-full-control"}, ["starts-with", "$Content-Type", "text/plain"]]


def base_form(lake, bucket, *conditions, **policy):
    fields = signed(lake, bucket, [{"bucket": bucket}, *BASE, *conditions], **policy)
    return {"key": "foo.txt", "acl": "bucket-owner-full-control", "Content-Type": "text/plain", **fields}


def test_presigned_posts_store_objects(s3, bucket):
    url, fields = post(s3, bucket, "a/b c.txt")
    answer = send(url, fields, b"x" * 3_000_000)
    assert answer.status == 204 and answer.data == b""
    found = s3.get_object(Bucket=bucket, Key="a/b c.txt")
    assert found["Body"].read() == b"x" * 3_000_000
    assert found["ContentType"] == "binary/octet-stream"
    assert answer.headers["ETag"] == found["ETag"]
    assert answer.headers["x-amz-checksum-type"] == "FULL_OBJECT"
    assert answer.headers["Location"].endswith(f"/{bucket}/a%2Fb%20c.txt")


def test_the_answer_is_the_one_asked_for(lake, s3, bucket):
    for status, expected in (("200", 200), ("201", 201), ("204", 204), ("404", 204)):
        url, fields = post(s3, bucket, "k", {"success_action_status": status}, [{"success_action_status": status}])
        answer = send(url, fields)
        assert answer.status == expected
        if expected == 201:
            told = error(answer)
            assert told == {"Bucket": bucket, "Key": "k", "ETag": answer.headers["ETag"],
                            "Location": answer.headers["Location"]}
            assert answer.headers["Content-Type"] == "application/xml"
        else:
            assert answer.data == b""
    target = "http://example.test/done?x=1"
    url, fields = post(s3, bucket, "k", {"success_action_redirect": target}, [{"success_action_redirect": target}])
    answer = send(url, fields)
    assert answer.status == 303
    etag = answer.headers["ETag"].strip('"')
    assert answer.headers["Location"] == f"{target}&bucket={bucket}&key=k&etag=%22{etag}%22"
    for ignored in ("/relative", "javascript:alert(1)"):
        url, fields = post(s3, bucket, "k", {"success_action_redirect": ignored}, [{"success_action_redirect": ignored}])
        assert send(url, fields).status == 204


def test_the_files_name_goes_into_the_key(s3, bucket):
    url, fields = post(s3, bucket, "in/${filename}")
    assert send(url, fields, filename="C:\\dir\\name.txt").status == 204
    assert send(url, fields, filename=None).status == 204
    keys = [row["Key"] for row in s3.list_objects_v2(Bucket=bucket)["Contents"]]
    assert keys == ["in/${filename}", "in/name.txt"]


def test_fields_become_headers_metadata_and_tags(s3, bucket):
    tagging = "<Tagging><TagSet><Tag><Key>a</Key><Value>b c</Value></Tag></TagSet></Tagging>"
    given = {"Content-Type": "text/css", "Cache-Control": "no-cache", "x-amz-meta-Color": "ÄMÄZÕÑ S3", "tagging": tagging,
             "x-amz-website-redirect-location": "/other", "x-amz-server-side-encryption": "AES256",
             "Expires": "Wed, 21 Oct 2037 07:28:00 GMT"}
    url, fields = post(s3, bucket, "k", given, [{name: value} for name, value in given.items()])
    assert send(url, fields).status == 204
    head = s3.head_object(Bucket=bucket, Key="k")
    assert head["ContentType"] == "text/css" and head["CacheControl"] == "no-cache"
    assert head["Metadata"] == {"color": "=?UTF-8?Q?=C3=84M=C3=84Z=C3=95=C3=91_S3?="}
    assert head["WebsiteRedirectLocation"] == "/other"
    assert s3.get_object_tagging(Bucket=bucket, Key="k")["TagSet"] == [{"Key": "a", "Value": "b c"}]
    url, fields = post(s3, bucket, "j", {"tagging": "not-xml"}, [{"tagging": "not-xml"}])
    answer = send(url, fields)
    assert answer.status == 400 and error(answer)["Code"] == "MalformedXML"


def test_no_field_can_smuggle_headers(lake, s3, bucket):
    value = "a\r\nx-injected: 1"
    url, fields = post(s3, bucket, "k", {"x-amz-meta-a": value}, [{"x-amz-meta-a": value}])
    assert send(url, fields).status == 204
    raw = http.request("HEAD", s3.generate_presigned_url("head_object", {"Bucket": bucket, "Key": "k"}))
    assert raw.status == 200 and "x-injected" not in raw.headers
    body = (f"--b\r\nContent-Disposition: form-data; name=\"key\"\r\n\r\nk\r\n"
            f"--b\r\nContent-Disposition: form-data; name=\"x-amz-meta-a b\"\r\n\r\nk\r\n"
            f"--b\r\nContent-Disposition: form-data; name=\"file\"\r\n\r\nk\r\n--b--\r\n")
    answer = http.request("POST", url, body=body, headers={"Content-Type": "multipart/form-data; boundary=b"})
    assert answer.status in (400, 403)


def test_checksums_are_compared(lake, s3, bucket):
    digest = base64.b64encode(hashlib.sha256(b"content").digest()).decode()
    url, fields = post(s3, bucket, "k")
    assert send(url, {**fields, "x-amz-checksum-sha256": digest}).status == 204
    wrong = base64.b64encode(hashlib.sha256(b"other").digest()).decode()
    answer = send(url, {**fields, "x-amz-checksum-sha256": wrong})
    assert answer.status == 400 and error(answer)["Code"] == "BadDigest"
    told = error(send(url, {**fields, "x-amz-checksum-sha256": "sailorjerry"}))
    assert (told["Code"], told["Message"]) == ("InvalidRequest", "Value for x-amz-checksum-sha256 header is invalid.")
    told = error(send(url, {**fields, "x-amz-checksum-nonsense": digest}))
    assert told["Message"] == "The algorithm type you specified in x-amz-checksum- header is invalid."
    assert s3.get_object(Bucket=bucket, Key="k")["Body"].read() == b"content"


def test_sizes_out_of_range_store_nothing(lake, s3, bucket):
    url, fields = post(s3, bucket, "k", None, [["content-length-range", 5, "10"]])
    answer = send(url, fields, b"a" * 12)
    assert answer.status == 400
    told = error(answer)
    assert (told["Code"], told["ProposedSize"], told["MaxSizeAllowed"]) == ("EntityTooLarge", "12", "10")
    assert told["Message"] == "Your proposed upload exceeds the maximum allowed size"
    answer = send(url, fields, b"a")
    told = error(answer)
    assert (told["Code"], told["ProposedSize"], told["MinSizeAllowed"]) == ("EntityTooSmall", "1", "5")
    assert told["Message"] == "Your proposed upload is smaller than the minimum allowed size"
    assert s3.list_objects_v2(Bucket=bucket)["KeyCount"] == 0
    for size in (5, 10):
        assert send(url, fields, b"a" * size).status == 204


def test_names_compare_without_case(lake, s3, bucket):
    url, fields = post(s3, bucket, "k")
    upper = {name.upper(): value for name, value in fields.items()}
    assert send(url, upper).status == 204
    fields = signed(lake, bucket, [{"bUcKeT": bucket}, ["StArTs-WiTh", "$KeY", "foo"], {"AcL": "bucket-owner-full-control"}])
    assert send(f"{lake.endpoint}/{bucket}", {"kEy": "foo", "aCl": "bucket-owner-full-control", "x-ignore-this": "1", **fields}).status == 204


REFUSED_POLICIES = [
    (403, "AccessDenied", "Invalid according to Policy: Policy expired.", {"expiration": "2020-01-01T00:00:00Z"}, ()),
    (403, "AccessDenied", 'Invalid according to Policy: Policy Condition failed: ["eq", "$x-amz-meta-a", "b"]', {},
     [{"x-amz-meta-a": "b"}]),
    (403, "AccessDenied", 'Invalid according to Policy: Policy Condition failed: ["content-length-range", "x", "1"]', {},
     [["content-length-range", "x", "1"]]),
    (400, "InvalidPolicyDocument", None, {"expiration": "tomorrow"}, ()),
    (400, "InvalidPolicyDocument", None, {"expiration": 5}, ()),
    (400, "InvalidPolicyDocument", None, {"conditions": None}, ()),
    (400, "InvalidPolicyDocument", None, {"EXPIRATION": "2030-01-01T00:00:00Z"}, ()),
    (400, "InvalidPolicyDocument",
     "Invalid Policy: Invalid Simple-Condition: Simple-Conditions must have exactly one property specified.", {}, [{}]),
    (400, "InvalidPolicyDocument", None, {}, [["content-length-range", 0]]),
    (400, "EntityTooLarge", None, {}, [["content-length-range", -1, 0]]),
]


@pytest.mark.parametrize("status,code,message,policy,conditions", REFUSED_POLICIES)
def test_policies_are_judged(lake, bucket, status, code, message, policy, conditions):
    fields = signed(lake, bucket, **{"conditions": [{"bucket": bucket}, *BASE, *conditions], **policy})
    answer = send(f"{lake.endpoint}/{bucket}",
                  {"key": "foo.txt", "acl": "bucket-owner-full-control", "Content-Type": "text/plain", **fields})
    told = error(answer)
    assert (answer.status, told["Code"]) == (status, code), told
    if message:
        assert told["Message"] == message
    assert lake.client("s3").list_objects_v2(Bucket=bucket)["KeyCount"] == 0


def test_every_field_needs_a_condition(lake, bucket):
    url = f"{lake.endpoint}/{bucket}"
    answer = send(url, {**base_form(lake, bucket), "x-amz-meta-a": "b"})
    assert answer.status == 403
    assert error(answer)["Message"] == "Invalid according to Policy: Extra input fields: x-amz-meta-a"
    fields = signed(lake, bucket, BASE)
    answer = send(url, {"key": "foo", "acl": "bucket-owner-full-control", "Content-Type": "text/plain", **fields})
    assert error(answer)["Message"] == "Invalid according to Policy: Extra input fields: bucket"
    answer = send(f"{lake.endpoint}/another-{bucket}", base_form(lake, bucket))
    assert answer.status == 403 and "$bucket" in error(answer)["Message"]


def test_signatures_are_checked(lake, s3, bucket):
    url, fields = post(s3, bucket, "k")
    v4 = "x-amz-signature" in fields
    name = "x-amz-signature" if v4 else "signature"
    answer = send(url, {**fields, "policy": fields["policy"][:-2]})
    told = error(answer)
    assert answer.status == 403 and told["Code"] == "SignatureDoesNotMatch"
    assert told["StringToSign"] == fields["policy"][:-2] and told["SignatureProvided"] == fields[name]
    without = {key: value for key, value in fields.items() if key != name}
    told = error(send(url, without))
    shown = "X-Amz-Signature" if v4 else "Signature"
    assert (told["Code"], told["ArgumentName"], told["ArgumentValue"]) == ("InvalidArgument", shown, None)
    assert told["Message"] == (f"Bucket POST must contain a field named '{shown}'.  If it is specified, please check the "
                               "order of the fields.")
    key = "x-amz-credential" if v4 else "AWSAccessKeyId"
    answer = send(url, {**fields, key: fields[key].replace("AKIA", "AKIX")})
    assert answer.status == 403 and error(answer)["Code"] == "InvalidAccessKeyId"
    answer = send(url, {"key": "k", "policy": fields["policy"]})
    assert answer.status == 403 and error(answer)["Message"] == "Access Denied"
    if v4:
        for field, words in (("x-amz-algorithm", "Only AWS4-HMAC-SHA256 is supported"),
                             ("x-amz-date", "X-Amz-Date must be formated via ISO8601 Long format"),
                             ("x-amz-credential", "the Credential is mal-formed; expecting "
                                                  '"<YOUR-AKID>/YYYYMMDD/REGION/SERVICE/aws4_request".')):
            told = error(send(url, {**fields, field: "junk"}))
            assert (told["Code"], told["ArgumentValue"], told["Message"]) == ("InvalidArgument", "junk", words)


def test_anonymous_forms_need_a_bucket_that_lets_them(lake, bucket):
    answer = send(f"{lake.endpoint}/{bucket}", {"key": "k"})
    assert answer.status == 403 and error(answer)["Code"] == "AccessDenied"


def test_what_is_no_form_is_refused(lake, bucket):
    url = f"{lake.endpoint}/{bucket}"
    answer = http.request("POST", url, body=b"a=b", headers={"Content-Type": "text/html"})
    told = error(answer)
    assert answer.status == 412 and told["Code"] == "PreconditionFailed"
    assert told["Condition"] == "Bucket POST must be of the enclosure-type multipart/form-data"
    answer = http.request("POST", url, body=b"junk", headers={"Content-Type": "multipart/form-data"})
    assert answer.status == 400 and error(answer)["Code"] == "MalformedPOSTRequest"
    answer = http.request("POST", url, body=b"--b\r\njunk", headers={"Content-Type": "multipart/form-data; boundary=b"})
    assert answer.status == 400 and error(answer)["Code"] == "MalformedPOSTRequest"
    told = error(send(url, {"key": "k"}, file=None))
    assert (told["Code"], told["ArgumentName"], told["ArgumentValue"]) == ("InvalidArgument", "file", "0")
    assert told["Message"] == "POST requires exactly one file upload per request."
    told = error(send(url, {"acl": "bucket-owner-full-control"}))
    assert told["ArgumentName"] == "key"
    told = error(send(url, {"key": "k", "x-ignore-a": "x" * 21_000}))
    assert told["Code"] == "MaxPostPreDataLengthExceeded"


def test_forms_reach_buckets_by_host(lake, bucket):
    fields = base_form(lake, bucket)
    answer = send(lake.endpoint + "/", fields, Host=f"{bucket}.s3.localhost:{lake.port}")
    assert answer.status == 204
    assert re.fullmatch(rf"http://{bucket}\.s3\.localhost:\d+/foo\.txt", answer.headers["Location"])


def test_versions_are_told(lake, s3, bucket):
    s3.put_bucket_versioning(Bucket=bucket, VersioningConfiguration={"Status": "Enabled"})
    url, fields = post(s3, bucket, "k")
    versions = {send(url, fields).headers["x-amz-version-id"] for _ in range(2)}
    assert len(versions) == 2
