"""Bucket policies, conditions, public policies and requester pays, between two accounts and strangers."""
import json
import urllib.error
import urllib.request
import uuid

import pytest
from botocore import UNSIGNED
from botocore.config import Config

from conftest import OTHER, OTHER_ACCOUNT, Lake, lake_of_two
from refusals import refused


DENIED = (403, "AccessDenied")


@pytest.fixture(scope="module")
def shared(tmp_path_factory):
    running = lake_of_two(tmp_path_factory.mktemp("policies"))
    yield running
    running.stop()


@pytest.fixture(scope="module")
def mine(shared):
    return shared.client("s3")


@pytest.fixture(scope="module")
def theirs(shared):
    return shared.client("s3", **OTHER)


@pytest.fixture(scope="module")
def nobody(shared):
    return shared.client("s3", config=Config(signature_version=UNSIGNED))


@pytest.fixture
def closed(mine):
    """A bucket of today: it takes no access lists and blocks public policies."""
    name = "t" + uuid.uuid4().hex[:12]
    mine.create_bucket(Bucket=name)
    return name


@pytest.fixture
def unblocked(mine, closed):
    mine.delete_public_access_block(Bucket=closed)
    return closed


def status_of(url, headers=None):
    """The status of a GET that nobody signed, or that the URL signs."""
    try:
        with urllib.request.urlopen(urllib.request.Request(url, headers=headers or {})) as answer:
            return answer.status
    except urllib.error.HTTPError as error:
        return error.code


def put(client, bucket, action, resource="/*", effect="Allow", principal="*", condition=None, more=()):
    statement = {"Effect": effect, "Principal": principal, "Action": action, "Resource": f"arn:aws:s3:::{bucket}{resource}"}
    if condition:
        statement["Condition"] = condition
    text = json.dumps({"Version": "2012-10-17", "Statement": [statement, *more]})
    client.put_bucket_policy(Bucket=bucket, Policy=text)
    return text


def test_a_policy_is_kept_as_it_was_sent(mine, theirs, closed):
    none = (404, "NoSuchBucketPolicy")
    assert refused(mine.get_bucket_policy, Bucket=closed) == none
    assert refused(mine.get_bucket_policy_status, Bucket=closed) == none
    text = put(mine, closed, "s3:GetObject", principal={"AWS": OTHER_ACCOUNT})
    assert mine.get_bucket_policy(Bucket=closed)["Policy"] == text
    assert mine.get_bucket_policy_status(Bucket=closed)["PolicyStatus"] == {"IsPublic": False}
    assert refused(theirs.get_bucket_policy, Bucket=closed) == DENIED
    for bad in ("{", "[]", "{}", '{"Statement": []}', text.replace("GetObject", "FlyObject"), text.replace(closed, "elsewhere"),
                text.replace("Allow", "Perhaps"), text.replace(OTHER_ACCOUNT, "12"), json.dumps({**json.loads(text), "Pad": "x" * 20480})):
        assert refused(mine.put_bucket_policy, Bucket=closed, Policy=bad) == (400, "MalformedPolicy"), bad[:60]
    assert mine.get_bucket_policy(Bucket=closed)["Policy"] == text
    mine.delete_bucket_policy(Bucket=closed)
    mine.delete_bucket_policy(Bucket=closed)
    assert refused(mine.get_bucket_policy, Bucket=closed) == none


def test_another_account_may_what_the_policy_says(mine, theirs, nobody, closed):
    mine.put_object(Bucket=closed, Key="in/k", Body=b"x")
    mine.put_object(Bucket=closed, Key="out/k", Body=b"x")
    assert refused(theirs.get_object, Bucket=closed, Key="in/k") == DENIED
    put(mine, closed, ["s3:GetObject", "s3:PutObject"], "/in/*", principal={"AWS": f"arn:aws:iam::{OTHER_ACCOUNT}:root"})
    assert theirs.get_object(Bucket=closed, Key="in/k")["Body"].read() == b"x"
    theirs.put_object(Bucket=closed, Key="in/new", Body=b"y")
    # What they write is the bucket owner's.
    assert mine.get_object_acl(Bucket=closed, Key="in/new")["Owner"] == mine.get_bucket_acl(Bucket=closed)["Owner"]
    for call, more in [(theirs.get_object, {"Key": "out/k"}), (theirs.delete_object, {"Key": "in/k"}), (theirs.list_objects_v2, {}),
                       (nobody.get_object, {"Key": "in/k"}), (theirs.get_object, {"Key": "in/none"}),
                       (theirs.put_object, {"Key": "in/t", "Body": b"x", "Tagging": "a=b"}), (theirs.get_object_tagging, {"Key": "in/k"})]:
        assert refused(call, Bucket=closed, **more) == DENIED, (call, more)
    # A part copy reads there and writes here.
    own = "t" + uuid.uuid4().hex[:12]
    theirs.create_bucket(Bucket=own)
    theirs.copy_object(Bucket=own, Key="k", CopySource={"Bucket": closed, "Key": "in/k"})
    assert refused(theirs.copy_object, Bucket=own, Key="k", CopySource={"Bucket": closed, "Key": "out/k"}) == DENIED
    upload = theirs.create_multipart_upload(Bucket=own, Key="m")["UploadId"]
    assert refused(theirs.upload_part_copy, Bucket=own, Key="m", UploadId=upload, PartNumber=1, CopySource=f"{closed}/out/k") == DENIED
    # Whoever began an upload may end it.
    upload = theirs.create_multipart_upload(Bucket=closed, Key="in/m")["UploadId"]
    theirs.abort_multipart_upload(Bucket=closed, Key="in/m", UploadId=upload)


def test_a_deny_wins_over_the_owner_but_for_the_policy_itself(mine, closed):
    mine.put_object(Bucket=closed, Key="k", Body=b"x")
    everything = {"Effect": "Deny", "Principal": "*", "Action": "s3:*", "Resource": f"arn:aws:s3:::{closed}"}
    put(mine, closed, "s3:*", effect="Deny", more=[everything])
    for call, more in [(mine.get_object, {"Key": "k"}), (mine.put_object, {"Key": "k", "Body": b"y"}), (mine.list_objects_v2, {}),
                       (mine.get_bucket_tagging, {}), (mine.delete_bucket, {}), (mine.put_public_access_block, {"PublicAccessBlockConfiguration": {"BlockPublicAcls": True}})]:
        assert refused(call, Bucket=closed, **more) == DENIED, call
    errors = mine.delete_objects(Bucket=closed, Delete={"Objects": [{"Key": "k"}]})["Errors"]
    assert [e["Code"] for e in errors] == ["AccessDenied"]
    assert mine.get_bucket_policy(Bucket=closed)["Policy"]
    mine.delete_bucket_policy(Bucket=closed)
    assert mine.get_object(Bucket=closed, Key="k")["Body"].read() == b"x"


def test_keys_of_a_batch_are_judged_one_by_one(mine, theirs, closed):
    for key in ("a/1", "a/2", "b/1"):
        mine.put_object(Bucket=closed, Key=key, Body=b"x")
    put(mine, closed, "s3:DeleteObject", "/a/*", principal={"AWS": OTHER_ACCOUNT})
    done = theirs.delete_objects(Bucket=closed, Delete={"Objects": [{"Key": k} for k in ("a/1", "b/1", "a/2")]})
    assert {d["Key"] for d in done["Deleted"]} == {"a/1", "a/2"} and [e["Key"] for e in done["Errors"]] == ["b/1"]
    assert [o["Key"] for o in mine.list_objects_v2(Bucket=closed)["Contents"]] == ["b/1"]


def test_public_policies_can_be_blocked_and_restricted(mine, theirs, nobody, closed):
    mine.put_object(Bucket=closed, Key="k", Body=b"x")
    assert refused(put, client=mine, bucket=closed, action="s3:GetObject") == DENIED
    mine.put_public_access_block(Bucket=closed, PublicAccessBlockConfiguration={"IgnorePublicAcls": True})
    put(mine, closed, "s3:GetObject")
    assert mine.get_bucket_policy_status(Bucket=closed)["PolicyStatus"] == {"IsPublic": True}
    assert nobody.get_object(Bucket=closed, Key="k")["Body"].read() == b"x"
    theirs.get_object(Bucket=closed, Key="k")
    mine.put_public_access_block(Bucket=closed, PublicAccessBlockConfiguration={"RestrictPublicBuckets": True})
    for client in (nobody, theirs):
        assert refused(client.get_object, Bucket=closed, Key="k") == DENIED
    mine.get_object(Bucket=closed, Key="k")


@pytest.mark.parametrize("condition, good, bad", [
    ({"StringLike": {"aws:Referer": "http://good.example/*"}}, {"Referer": "http://good.example/x"}, {"Referer": "http://bad.example/"}),
    ({"StringEquals": {"aws:UserAgent": "me"}}, {"User-Agent": "me"}, {"User-Agent": "you"}),
    ({"IpAddress": {"aws:SourceIp": "127.0.0.0/8"}, "StringEquals": {"aws:Referer": "a"}}, {"Referer": "a"}, {}),
    ({"Bool": {"aws:SecureTransport": "false"}, "StringEquals": {"aws:Referer": "a"}}, {"Referer": "a"}, {"Referer": "b"}),
    ({"DateGreaterThan": {"aws:CurrentTime": "2020-01-01T00:00:00Z"}, "StringEquals": {"aws:Referer": "a"}}, {"Referer": "a"}, {}),
    ({"StringEquals": {"s3:x-amz-content-sha256": "UNSIGNED-PAYLOAD"}}, {"x-amz-content-sha256": "UNSIGNED-PAYLOAD"}, {}),
    ({"Null": {"aws:PrincipalArn": "true"}, "StringEquals": {"aws:Referer": "a"}}, {"Referer": "a"}, {})])
def test_conditions_on_the_requests_head(shared, mine, unblocked, condition, good, bad):
    mine.put_object(Bucket=unblocked, Key="k", Body=b"x")
    put(mine, unblocked, "s3:GetObject", condition=condition)
    assert status_of(f"{shared.endpoint}/{unblocked}/k", good) == 200
    assert status_of(f"{shared.endpoint}/{unblocked}/k", bad) == 403


def test_conditions_on_listings(mine, theirs, closed):
    mine.put_object(Bucket=closed, Key="public/k", Body=b"x")
    put(mine, closed, "s3:ListBucket", "", principal={"AWS": OTHER_ACCOUNT}, condition={"StringLike": {"s3:prefix": "public/*"}, "NumericLessThanEquals": {"s3:max-keys": "10"}})
    assert theirs.list_objects_v2(Bucket=closed, Prefix="public/", MaxKeys=5)["KeyCount"] == 1
    assert refused(theirs.list_objects_v2, Bucket=closed, Prefix="public/", MaxKeys=50) == DENIED
    assert refused(theirs.list_objects_v2, Bucket=closed, Prefix="secret/", MaxKeys=5) == DENIED
    assert refused(theirs.list_objects_v2, Bucket=closed, MaxKeys=5) == DENIED
    # Whether a key is there follows the same words.
    put(mine, closed, "s3:ListBucket", "", principal={"AWS": OTHER_ACCOUNT}, condition={"StringLike": {"s3:prefix": "public/*"}})
    assert refused(theirs.head_object, Bucket=closed, Key="public/none")[0] == 404
    assert refused(theirs.head_object, Bucket=closed, Key="public/k")[0] == 403
    assert refused(theirs.head_object, Bucket=closed, Key="secret/none")[0] == 403


def test_conditions_on_writes(mine, theirs, closed):
    def only(condition, action=("s3:PutObject", "s3:PutObjectTagging")):
        put(mine, closed, action, principal={"AWS": OTHER_ACCOUNT}, condition=condition)

    def may(**more):
        theirs.put_object(Bucket=closed, Key="k", Body=b"x", **more)

    def may_not(**more):
        assert refused(theirs.put_object, Bucket=closed, Key="k", Body=b"x", **more) == DENIED, more

    only({"StringEquals": {"s3:x-amz-acl": "bucket-owner-full-control"}}, "s3:PutObject")
    may(ACL="bucket-owner-full-control")
    may_not()
    only({"StringEquals": {"s3:x-amz-server-side-encryption": "AES256"}}, "s3:PutObject")
    may(ServerSideEncryption="AES256")
    may_not()
    only({"StringEquals": {"s3:RequestObjectTag/team": "blue"}})
    may(Tagging="team=blue&x=y")
    may_not(Tagging="team=red")
    may_not()
    only({"ForAllValues:StringEquals": {"s3:RequestObjectTagKeys": ["team", "x"]}})
    may(Tagging="team=red")
    may_not(Tagging="team=red&other=1")
    only({"StringEquals": {"s3:if-none-match": "*"}}, "s3:PutObject")
    may_not()
    own = "t" + uuid.uuid4().hex[:12]
    theirs.create_bucket(Bucket=own)
    for key in ("a/k", "b/k"):
        theirs.put_object(Bucket=own, Key=key, Body=b"x")
    only({"StringLike": {"s3:x-amz-copy-source": f"{own}/a/*"}}, "s3:PutObject")
    theirs.copy_object(Bucket=closed, Key="k", CopySource={"Bucket": own, "Key": "a/k"})
    assert refused(theirs.copy_object, Bucket=closed, Key="k", CopySource={"Bucket": own, "Key": "b/k"}) == DENIED
    may_not()


def test_conditions_on_tags_that_are_there(mine, theirs, closed):
    for key, value in (("open", "public"), ("shut", "private")):
        mine.put_object(Bucket=closed, Key=key, Body=b"x", Tagging=f"security={value}")
    put(mine, closed, ["s3:GetObject", "s3:PutObjectTagging"], principal={"AWS": OTHER_ACCOUNT},
        condition={"StringEquals": {"s3:ExistingObjectTag/security": "public"}})
    theirs.get_object(Bucket=closed, Key="open")
    assert refused(theirs.get_object, Bucket=closed, Key="shut") == DENIED
    theirs.put_object_tagging(Bucket=closed, Key="open", Tagging={"TagSet": [{"Key": "security", "Value": "private"}]})
    assert refused(theirs.get_object, Bucket=closed, Key="open") == DENIED


def test_versions_have_actions_of_their_own(mine, theirs, closed):
    mine.put_bucket_versioning(Bucket=closed, VersioningConfiguration={"Status": "Enabled"})
    first = mine.put_object(Bucket=closed, Key="k", Body=b"1")["VersionId"]
    second = mine.put_object(Bucket=closed, Key="k", Body=b"2")["VersionId"]
    put(mine, closed, "s3:GetObjectVersion", principal={"AWS": OTHER_ACCOUNT}, condition={"StringEquals": {"s3:VersionId": first}})
    assert theirs.get_object(Bucket=closed, Key="k", VersionId=first)["Body"].read() == b"1"
    assert refused(theirs.get_object, Bucket=closed, Key="k", VersionId=second) == DENIED
    assert refused(theirs.get_object, Bucket=closed, Key="k") == DENIED


def test_presigned_urls_can_be_told_by_their_age_and_kind(shared, mine, unblocked):
    mine.put_object(Bucket=unblocked, Key="k", Body=b"x")
    v4 = shared.client("s3", config=Config(signature_version="s3v4"))
    url = v4.generate_presigned_url("get_object", Params={"Bucket": unblocked, "Key": "k"}, ExpiresIn=600)
    assert status_of(url) == 200
    put(mine, unblocked, "s3:GetObject", effect="Deny", condition={"StringEquals": {"s3:authType": "REST-QUERY-STRING"}})
    assert status_of(url) == 403
    mine.get_object(Bucket=unblocked, Key="k")
    put(mine, unblocked, "s3:GetObject", effect="Deny", condition={"NumericGreaterThan": {"s3:signatureAge": "3600000"}})
    assert status_of(url) == 200
    put(mine, unblocked, "s3:GetObject", effect="Deny", condition={"StringEquals": {"s3:signatureversion": "AWS4-HMAC-SHA256"}})
    assert status_of(url) == 403


def test_the_requester_can_be_made_to_pay(mine, theirs, nobody, unblocked):
    assert mine.get_bucket_request_payment(Bucket=unblocked)["Payer"] == "BucketOwner"
    mine.put_object(Bucket=unblocked, Key="k", Body=b"x")
    put(mine, unblocked, "s3:GetObject")
    nobody.get_object(Bucket=unblocked, Key="k")
    mine.put_bucket_request_payment(Bucket=unblocked, RequestPaymentConfiguration={"Payer": "Requester"})
    assert mine.get_bucket_request_payment(Bucket=unblocked)["Payer"] == "Requester"
    assert refused(theirs.get_object, Bucket=unblocked, Key="k") == DENIED
    assert refused(nobody.get_object, Bucket=unblocked, Key="k") == DENIED
    got = theirs.get_object(Bucket=unblocked, Key="k", RequestPayer="requester")
    assert got["RequestCharged"] == "requester"
    assert "RequestCharged" not in mine.get_object(Bucket=unblocked, Key="k")
    assert refused(mine.put_bucket_request_payment, Bucket=unblocked, RequestPaymentConfiguration={"Payer": "Santa"}) == (400, "MalformedXML")
    mine.put_bucket_request_payment(Bucket=unblocked, RequestPaymentConfiguration={"Payer": "BucketOwner"})
    theirs.get_object(Bucket=unblocked, Key="k")


def test_strangers_cannot_choose_the_answers_headers(shared, mine, unblocked):
    mine.put_object(Bucket=unblocked, Key="k", Body=b"x")
    put(mine, unblocked, "s3:GetObject")
    assert status_of(f"{shared.endpoint}/{unblocked}/k") == 200
    assert status_of(f"{shared.endpoint}/{unblocked}/k?response-content-type=text/html") == 400


def test_a_policy_outlives_a_crash(tmp_path):
    lake = Lake(tmp_path / "data")
    try:
        s3 = lake.client("s3")
        s3.create_bucket(Bucket="kept")
        s3.delete_public_access_block(Bucket="kept")
        s3.put_object(Bucket="kept", Key="k", Body=b"x")
        put(s3, "kept", "s3:GetObject")
        lake.restart(kill=True)
        assert status_of(f"{lake.endpoint}/kept/k") == 200
        assert refused(s3.get_public_access_block, Bucket="kept") == (404, "NoSuchPublicAccessBlockConfiguration")
    finally:
        lake.stop()
