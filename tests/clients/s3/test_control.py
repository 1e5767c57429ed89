"""S3 Control: what accounts block of public access, access points and requests through them, tags of resources."""
import json
import re

import boto3
import pytest
import urllib3
from botocore import UNSIGNED
from botocore.config import Config
from botocore.exceptions import ClientError

from conftest import OTHER, OTHER_ACCOUNT, Lake
from refusals import refused


pytestmark = pytest.mark.usefixtures("names_of_this_machine")

ACCOUNT = Lake.account
ALL = {"BlockPublicAcls": True, "IgnorePublicAcls": True, "BlockPublicPolicy": True, "RestrictPublicBuckets": True}
NONE = dict.fromkeys(ALL, False)


@pytest.fixture
def control(two):
    return two.client("s3control")


@pytest.fixture
def s3(two):
    return two.client("s3")


@pytest.fixture
def pond(s3, name):
    s3.create_bucket(Bucket=name)
    return name


def unsigned(url):
    answer = urllib3.request("GET", url, retries=False)
    return answer.status, answer.data


def policy_of(point_arn, actions, principal, effect="Allow", condition=None):
    statement = {"Effect": effect, "Principal": principal, "Action": actions,
                 "Resource": [point_arn, point_arn + "/object/*"]}
    if condition:
        statement["Condition"] = condition
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]})


# --- the account's block of public access

def test_the_accounts_block_is_kept_for_all_regions(two, control):
    with pytest.raises(ClientError) as caught:
        control.get_public_access_block(AccountId=ACCOUNT)
    answer = caught.value.response
    assert answer["ResponseMetadata"]["HTTPStatusCode"] == 404
    assert answer["Error"]["Code"] == "NoSuchPublicAccessBlockConfiguration"
    assert answer["Error"]["AccountId"] == ACCOUNT
    control.put_public_access_block(AccountId=ACCOUNT, PublicAccessBlockConfiguration={"BlockPublicPolicy": True})
    for region in ("us-east-1", "eu-central-1"):
        answer = two.client("s3control", region=region).get_public_access_block(AccountId=ACCOUNT)
        assert answer["PublicAccessBlockConfiguration"] == dict(NONE, BlockPublicPolicy=True)
    control.delete_public_access_block(AccountId=ACCOUNT)
    assert refused(control.get_public_access_block, AccountId=ACCOUNT)[0] == 404


def test_another_accounts_block_is_closed(control):
    assert refused(control.get_public_access_block, AccountId=OTHER_ACCOUNT) == (403, "AccessDenied")
    assert refused(control.put_public_access_block, AccountId=OTHER_ACCOUNT,
                   PublicAccessBlockConfiguration=ALL) == (403, "AccessDenied")
    assert refused(control.delete_public_access_block, AccountId=OTHER_ACCOUNT) == (403, "AccessDenied")


def test_an_empty_block_is_refused(control):
    with pytest.raises(ClientError) as caught:
        control.put_public_access_block(AccountId=ACCOUNT, PublicAccessBlockConfiguration={})
    assert caught.value.response["Error"]["Code"] == "InvalidRequest"
    assert caught.value.response["Error"]["Message"] == "Must specify at least one configuration."


def test_the_accounts_block_acts_with_the_buckets(two, control, s3, pond):
    s3.put_object(Bucket=pond, Key="k", Body=b"open")
    s3.put_public_access_block(Bucket=pond, PublicAccessBlockConfiguration=NONE)
    policy = json.dumps({"Version": "2012-10-17", "Statement": [
        {"Effect": "Allow", "Principal": "*", "Action": "s3:GetObject", "Resource": f"arn:aws:s3:::{pond}/*"}]})
    s3.put_bucket_policy(Bucket=pond, Policy=policy)
    assert unsigned(f"{two.endpoint}/{pond}/k") == (200, b"open")
    control.put_public_access_block(AccountId=ACCOUNT, PublicAccessBlockConfiguration=ALL)
    try:
        assert unsigned(f"{two.endpoint}/{pond}/k")[0] == 403
        assert refused(s3.put_bucket_policy, Bucket=pond, Policy=policy) == (403, "AccessDenied")
        # The bucket's own settings are shown as they are.
        assert s3.get_public_access_block(Bucket=pond)["PublicAccessBlockConfiguration"] == NONE
        assert s3.get_object(Bucket=pond, Key="k")["Body"].read() == b"open"
    finally:
        control.delete_public_access_block(AccountId=ACCOUNT)
    assert unsigned(f"{two.endpoint}/{pond}/k") == (200, b"open")


# --- access points

def test_an_access_point_is_made_shown_listed_and_removed(control, pond, name):
    made = control.create_access_point(AccountId=ACCOUNT, Name=f"p-{name}", Bucket=pond,
                                       VpcConfiguration={"VpcId": "vpc-1a"}, Tags=[{"Key": "team", "Value": "a"}])
    arn = f"arn:aws:s3:us-east-1:{ACCOUNT}:accesspoint/p-{name}"
    assert made["AccessPointArn"] == arn
    assert re.fullmatch(r"p-t[0-9a-f]+-[a-z0-9]{34}-s3alias", made["Alias"]) and len(made["Alias"]) <= 63
    shown = control.get_access_point(AccountId=ACCOUNT, Name=f"p-{name}")
    assert (shown["Name"], shown["Bucket"], shown["BucketAccountId"]) == (f"p-{name}", pond, ACCOUNT)
    assert (shown["NetworkOrigin"], shown["VpcConfiguration"]) == ("VPC", {"VpcId": "vpc-1a"})
    assert shown["PublicAccessBlockConfiguration"] == ALL
    assert (shown["Alias"], shown["AccessPointArn"]) == (made["Alias"], arn)
    assert shown["Endpoints"]["ipv4"] == "s3-accesspoint.us-east-1.amazonaws.com" and shown["CreationDate"]
    listed = control.list_access_points(AccountId=ACCOUNT, Bucket=pond)["AccessPointList"]
    assert [(p["Name"], p["Alias"], p["NetworkOrigin"]) for p in listed] == [(f"p-{name}", made["Alias"], "VPC")]
    control.delete_access_point(AccountId=ACCOUNT, Name=f"p-{name}")
    with pytest.raises(ClientError) as caught:
        control.get_access_point(AccountId=ACCOUNT, Name=f"p-{name}")
    error = caught.value.response["Error"]
    assert (error["Code"], error["Message"]) == ("NoSuchAccessPoint", "The specified accesspoint does not exist")
    assert error["AccessPointName"] == f"p-{name}"
    assert refused(control.delete_access_point, AccountId=ACCOUNT, Name=f"p-{name}") == (404, "NoSuchAccessPoint")


def test_what_an_access_point_blocks_is_its_own(control, pond, name):
    control.create_access_point(AccountId=ACCOUNT, Name=name, Bucket=pond, PublicAccessBlockConfiguration=NONE)
    shown = control.get_access_point(AccountId=ACCOUNT, Name=name)
    assert shown["PublicAccessBlockConfiguration"] == NONE and shown["NetworkOrigin"] == "Internet"
    control.create_access_point(AccountId=ACCOUNT, Name=f"{name}-part", Bucket=pond,
                                PublicAccessBlockConfiguration={"BlockPublicPolicy": True})
    shown = control.get_access_point(AccountId=ACCOUNT, Name=f"{name}-part")
    assert shown["PublicAccessBlockConfiguration"] == dict(NONE, BlockPublicPolicy=True)


def test_access_points_are_listed_by_pages(two, name):
    region = two.client("s3control", region="ap-south-1")
    assert not region.list_access_points(AccountId=ACCOUNT).get("AccessPointList")
    s3 = two.client("s3")
    for bucket, points in ((f"{name}-a", ("x-1", "x-2")), (f"{name}-b", ("x-3",))):
        s3.create_bucket(Bucket=bucket)
        for point in points:
            region.create_access_point(AccountId=ACCOUNT, Name=point, Bucket=bucket)
    first = region.list_access_points(AccountId=ACCOUNT, MaxResults=2)
    assert [p["Name"] for p in first["AccessPointList"]] == ["x-1", "x-2"]
    rest = region.list_access_points(AccountId=ACCOUNT, NextToken=first["NextToken"])
    assert [p["Name"] for p in rest["AccessPointList"]] == ["x-3"] and "NextToken" not in rest
    assert len(region.list_access_points(AccountId=ACCOUNT, Bucket=f"{name}-a")["AccessPointList"]) == 2
    assert refused(region.list_access_points, AccountId=OTHER_ACCOUNT) == (403, "AccessDenied")


@pytest.mark.parametrize("point, code", [("ab-", "InvalidRequest"), ("a.b.c", "InvalidRequest"),
                                         ("My-Point", "InvalidURI"), ("a_point", "InvalidURI"),
                                         ("p" * 51, "InvalidURI"), ("abc-s3alias", "InvalidRequest")])
def test_names_that_break_the_rules_are_refused(control, pond, point, code):
    assert refused(control.create_access_point, AccountId=ACCOUNT, Name=point, Bucket=pond) == (400, code)


def test_impossible_access_points_are_refused(control, pond, name):
    assert refused(control.create_access_point, AccountId=ACCOUNT, Name=name,
                   Bucket=f"{name}-none") == (400, "InvalidRequest")
    assert refused(control.create_access_point, AccountId=ACCOUNT, Name=name, Bucket=pond,
                   BucketAccountId=OTHER_ACCOUNT) == (400, "InvalidRequest")
    assert refused(control.create_access_point, AccountId=OTHER_ACCOUNT, Name=name, Bucket=pond) == (403, "AccessDenied")
    control.create_access_point(AccountId=ACCOUNT, Name=name, Bucket=pond)
    assert refused(control.create_access_point, AccountId=ACCOUNT, Name=name,
                   Bucket=pond) == (409, "AccessPointAlreadyOwnedByYou")
    assert refused(control.put_access_point_scope, AccountId=ACCOUNT, Name=name,
                   Scope={"Prefixes": ["a/"]}) == (400, "InvalidRequest")


def test_a_bucket_with_access_points_is_not_deleted(control, s3, pond, name):
    control.create_access_point(AccountId=ACCOUNT, Name=name, Bucket=pond)
    assert refused(s3.delete_bucket, Bucket=pond) == (400, "BucketHasAccessPointsAttached")
    control.delete_access_point(AccountId=ACCOUNT, Name=name)
    s3.delete_bucket(Bucket=pond)


def test_access_points_and_blocks_outlive_a_restart(own_lake, name):
    control, s3 = own_lake.client("s3control"), own_lake.client("s3")
    s3.create_bucket(Bucket=name)
    alias = control.create_access_point(AccountId=ACCOUNT, Name="kept", Bucket=name)["Alias"]
    arn = f"arn:aws:s3:us-east-1:{ACCOUNT}:accesspoint/kept"
    policy = policy_of(arn, "s3:GetObject", {"AWS": f"arn:aws:iam::{ACCOUNT}:root"})
    control.put_access_point_policy(AccountId=ACCOUNT, Name="kept", Policy=policy)
    control.put_public_access_block(AccountId=ACCOUNT, PublicAccessBlockConfiguration=ALL)
    own_lake.restart(kill=True)
    assert control.get_access_point(AccountId=ACCOUNT, Name="kept")["Alias"] == alias
    assert control.get_access_point_policy(AccountId=ACCOUNT, Name="kept")["Policy"] == policy
    assert control.get_public_access_block(AccountId=ACCOUNT)["PublicAccessBlockConfiguration"] == ALL
    s3.put_object(Bucket=alias, Key="k", Body=b"v")
    assert s3.get_object(Bucket=name, Key="k")["Body"].read() == b"v"


# --- their policies

def test_a_policy_is_kept_as_it_was_given(control, pond, name):
    arn = control.create_access_point(AccountId=ACCOUNT, Name=name, Bucket=pond)["AccessPointArn"]
    for call in (control.get_access_point_policy, control.get_access_point_policy_status):
        with pytest.raises(ClientError) as caught:
            call(AccountId=ACCOUNT, Name=name)
        error = caught.value.response["Error"]
        assert (error["Code"], error["Message"]) == ("NoSuchAccessPointPolicy",
                                                     "The specified accesspoint policy does not exist")
        assert error["AccessPointName"] == name
    policy = policy_of(arn, "s3:GetObject", {"AWS": f"arn:aws:iam::{ACCOUNT}:root"})
    control.put_access_point_policy(AccountId=ACCOUNT, Name=name, Policy=policy)
    assert control.get_access_point_policy(AccountId=ACCOUNT, Name=name)["Policy"] == policy
    status = control.get_access_point_policy_status(AccountId=ACCOUNT, Name=name)
    assert status["PolicyStatus"] == {"IsPublic": False}
    control.delete_access_point_policy(AccountId=ACCOUNT, Name=name)
    assert refused(control.get_access_point_policy, AccountId=ACCOUNT, Name=name) == (404, "NoSuchAccessPointPolicy")


def test_policies_that_cannot_be_are_refused(control, pond, name):
    arn = control.create_access_point(AccountId=ACCOUNT, Name=name, Bucket=pond)["AccessPointArn"]
    assert refused(control.put_access_point_policy, AccountId=ACCOUNT, Name=name,
                   Policy="some json policy") == (400, "MalformedPolicy")
    elsewhere = policy_of(f"arn:aws:s3:::{pond}", "s3:GetObject", {"AWS": f"arn:aws:iam::{ACCOUNT}:root"})
    assert refused(control.put_access_point_policy, AccountId=ACCOUNT, Name=name,
                   Policy=elsewhere) == (400, "MalformedPolicy")
    assert refused(control.put_access_point_policy, AccountId=ACCOUNT, Name=name,
                   Policy=policy_of(arn, "s3:GetObject", "*")) == (403, "AccessDenied")
    assert refused(control.put_access_point_policy, AccountId=ACCOUNT, Name=name + "-none",
                   Policy=policy_of(arn, "s3:GetObject", "*")) == (404, "NoSuchAccessPoint")


def test_a_public_policy_is_told(control, pond, name):
    arn = control.create_access_point(AccountId=ACCOUNT, Name=name, Bucket=pond,
                                      PublicAccessBlockConfiguration=NONE)["AccessPointArn"]
    control.put_access_point_policy(AccountId=ACCOUNT, Name=name, Policy=policy_of(arn, "s3:GetObject", "*"))
    status = control.get_access_point_policy_status(AccountId=ACCOUNT, Name=name)
    assert status["PolicyStatus"] == {"IsPublic": True}


# --- requests through access points

def test_objects_are_reached_by_alias_and_by_arn(control, s3, pond, name):
    point = control.create_access_point(AccountId=ACCOUNT, Name=name, Bucket=pond)
    for target in (point["Alias"], point["AccessPointArn"]):
        s3.put_object(Bucket=target, Key="a/one.txt", Body=b"through a point", ContentType="text/plain")
        assert s3.get_object(Bucket=pond, Key="a/one.txt")["Body"].read() == b"through a point"
        assert s3.get_object(Bucket=target, Key="a/one.txt")["Body"].read() == b"through a point"
        assert s3.head_object(Bucket=target, Key="a/one.txt")["ContentType"] == "text/plain"
        assert [o["Key"] for o in s3.list_objects_v2(Bucket=target)["Contents"]] == ["a/one.txt"]
        assert s3.head_bucket(Bucket=target)["AccessPointAlias"] is True
        s3.copy_object(Bucket=target, Key="b", CopySource={"Bucket": target, "Key": "a/one.txt"})
        assert s3.get_object(Bucket=pond, Key="b")["Body"].read() == b"through a point"
        upload = s3.create_multipart_upload(Bucket=target, Key="c")["UploadId"]
        part = s3.upload_part(Bucket=target, Key="c", UploadId=upload, PartNumber=1, Body=b"part")["ETag"]
        s3.complete_multipart_upload(Bucket=target, Key="c", UploadId=upload,
                                     MultipartUpload={"Parts": [{"PartNumber": 1, "ETag": part}]})
        gone = s3.delete_objects(Bucket=target, Delete={"Objects": [{"Key": k} for k in ("a/one.txt", "b", "c")]})
        assert len(gone["Deleted"]) == 3
    assert s3.head_bucket(Bucket=pond)["AccessPointAlias"] is False


def test_what_does_not_work_through_access_points_is_refused(control, s3, pond, name):
    alias = control.create_access_point(AccountId=ACCOUNT, Name=name, Bucket=pond)["Alias"]
    assert refused(s3.delete_bucket, Bucket=alias) == (405, "MethodNotAllowed")
    assert refused(s3.put_bucket_versioning, Bucket=alias,
                   VersioningConfiguration={"Status": "Enabled"}) == (405, "MethodNotAllowed")
    assert refused(s3.list_objects_v2, Bucket="none-abcdefghijklmnopqrstuvwxyz01234567-s3alias")[0] == 404
    control.delete_access_point(AccountId=ACCOUNT, Name=name)
    assert refused(s3.list_objects_v2, Bucket=alias) == (404, "NoSuchAccessPoint")


def test_both_policies_must_allow_another_account(two, control, s3, pond, name):
    s3.put_object(Bucket=pond, Key="k", Body=b"shared")
    point = control.create_access_point(AccountId=ACCOUNT, Name=name, Bucket=pond)
    arn, alias = point["AccessPointArn"], point["Alias"]
    theirs = two.client("s3", **OTHER)
    friend = {"AWS": f"arn:aws:iam::{OTHER_ACCOUNT}:root"}
    assert refused(theirs.get_object, Bucket=alias, Key="k") == (403, "AccessDenied")
    control.put_access_point_policy(AccountId=ACCOUNT, Name=name, Policy=policy_of(arn, "s3:GetObject", friend))
    assert refused(theirs.get_object, Bucket=alias, Key="k") == (403, "AccessDenied")
    # The bucket leaves what comes through its account's points to them.
    s3.put_bucket_policy(Bucket=pond, Policy=json.dumps({"Version": "2012-10-17", "Statement": [
        {"Effect": "Allow", "Principal": "*", "Action": "s3:*", "Resource": [f"arn:aws:s3:::{pond}", f"arn:aws:s3:::{pond}/*"],
         "Condition": {"StringEquals": {"s3:DataAccessPointAccount": ACCOUNT}}}]}))
    assert theirs.get_object(Bucket=alias, Key="k")["Body"].read() == b"shared"
    assert refused(theirs.get_object, Bucket=pond, Key="k") == (403, "AccessDenied")
    assert refused(theirs.put_object, Bucket=alias, Key="k", Body=b"x") == (403, "AccessDenied")
    control.delete_access_point_policy(AccountId=ACCOUNT, Name=name)
    assert refused(theirs.get_object, Bucket=alias, Key="k") == (403, "AccessDenied")


def test_a_denial_of_either_policy_wins(control, s3, pond, name):
    s3.put_object(Bucket=pond, Key="k", Body=b"v")
    point = control.create_access_point(AccountId=ACCOUNT, Name=name, Bucket=pond)
    control.put_access_point_policy(AccountId=ACCOUNT, Name=name,
                                    Policy=policy_of(point["AccessPointArn"], "s3:PutObject", "*", effect="Deny"))
    assert refused(s3.put_object, Bucket=point["Alias"], Key="x", Body=b"") == (403, "AccessDenied")
    assert s3.get_object(Bucket=point["Alias"], Key="k")["Body"].read() == b"v"
    s3.put_bucket_policy(Bucket=pond, Policy=json.dumps({"Version": "2012-10-17", "Statement": [
        {"Effect": "Deny", "Principal": "*", "Action": "s3:GetObject", "Resource": f"arn:aws:s3:::{pond}/*",
         "Condition": {"StringNotEquals": {"s3:DataAccessPointArn": point["AccessPointArn"]}}}]}))
    assert refused(s3.get_object, Bucket=pond, Key="k") == (403, "AccessDenied")
    assert s3.get_object(Bucket=point["Alias"], Key="k")["Body"].read() == b"v"


# --- tags

def test_buckets_and_access_points_are_tagged(control, s3, pond, name):
    s3.put_bucket_tagging(Bucket=pond, Tagging={"TagSet": [{"Key": "environment", "Value": "test"}]})
    point = control.create_access_point(AccountId=ACCOUNT, Name=name, Bucket=pond,
                                        Tags=[{"Key": "environment", "Value": "test"}])["AccessPointArn"]
    for arn in (f"arn:aws:s3:::{pond}", point):
        tags = lambda: control.list_tags_for_resource(AccountId=ACCOUNT, ResourceArn=arn)["Tags"]
        assert tags() == [{"Key": "environment", "Value": "test"}]
        made = control.tag_resource(AccountId=ACCOUNT, ResourceArn=arn,
                                    Tags=[{"Key": "t1", "Value": "v"}, {"Key": "environment", "Value": "other"}])
        assert made["ResponseMetadata"]["HTTPStatusCode"] == 204
        assert sorted(t["Value"] for t in tags()) == ["other", "v"]
        control.untag_resource(AccountId=ACCOUNT, ResourceArn=arn, TagKeys=["t1", "environment"])
        assert tags() == []
        assert refused(control.list_tags_for_resource, AccountId=OTHER_ACCOUNT, ResourceArn=arn) == (403, "AccessDenied")
    assert refused(s3.get_bucket_tagging, Bucket=pond) == (404, "NoSuchTagSet")
    asked = dict(AccountId=ACCOUNT, ResourceArn=f"arn:aws:s3:::{pond}")
    for tags in ([{"Key": "aws:x", "Value": "v"}], [{"Key": "a", "Value": "b,c"}], [{"Key": "a", "Value": "1"}] * 2):
        assert refused(control.tag_resource, **asked, Tags=tags) == (400, "InvalidTag")
    assert refused(control.list_tags_for_resource, AccountId=ACCOUNT, ResourceArn=f"arn:aws:s3:::{pond}-none") == (
        404, "NoSuchResource")
    assert refused(control.tag_resource, AccountId=ACCOUNT, ResourceArn=point,
                   Tags=[{"Key": "aws:x", "Value": "v"}]) == (400, "InvalidTag")


# --- the wire

def test_plain_endpoints_work_without_the_account_in_the_host(two, pond, name):
    plain = two.client("s3control", config=Config(inject_host_prefix=False))
    assert plain.create_access_point(AccountId=ACCOUNT, Name=name, Bucket=pond)["AccessPointArn"]
    local = boto3.client("s3control", endpoint_url=f"http://localhost:{two.port}", region_name="us-east-1",
                         aws_access_key_id=two.access_key, aws_secret_access_key=two.secret_key)
    assert local.get_access_point(AccountId=ACCOUNT, Name=name)["Bucket"] == pond


def test_a_bucket_may_be_called_as_the_paths_of_control(s3):
    s3.create_bucket(Bucket="v20180820")
    s3.put_object(Bucket="v20180820", Key="accesspoint/x", Body=b"an object")
    assert s3.get_object(Bucket="v20180820", Key="accesspoint/x")["Body"].read() == b"an object"


def test_unsigned_and_unserved_calls_are_told_so(two, control):
    nobody = two.client("s3control", config=Config(signature_version=UNSIGNED))
    assert refused(nobody.list_access_points, AccountId=ACCOUNT) == (403, "AccessDenied")
    with pytest.raises(ClientError) as caught:
        control.list_jobs(AccountId=ACCOUNT)
    error = caught.value.response["Error"]
    assert error["Code"] == "NotImplemented" and "ListJobs" in error["Message"]
