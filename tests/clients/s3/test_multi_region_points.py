"""Multi-Region Access Points: made for buckets of several regions, given policies, failed over, and removed."""
import json
import re

import pytest
from botocore.exceptions import ClientError

from conftest import OTHER, OTHER_ACCOUNT, Lake
from refusals import refused as refused_call

pytestmark = pytest.mark.usefixtures("names_of_this_machine")

ACCOUNT = Lake.account
NONE = dict.fromkeys(("BlockPublicAcls", "IgnorePublicAcls", "BlockPublicPolicy", "RestrictPublicBuckets"), False)


@pytest.fixture
def control(two):
    return two.client("s3control", region="us-west-2")


@pytest.fixture
def west(two, name):
    s3 = two.client("s3", region="us-west-2")
    s3.create_bucket(Bucket=f"{name}-west", CreateBucketConfiguration={"LocationConstraint": "us-west-2"})
    return s3


@pytest.fixture
def east(two, name):
    s3 = two.client("s3", region="eu-central-1")
    s3.create_bucket(Bucket=f"{name}-east", CreateBucketConfiguration={"LocationConstraint": "eu-central-1"})
    return s3


def refused(call, *positional, **arguments):
    """The HTTP status and the code of the error that the call answers with."""
    return refused_call(lambda: call(*positional, **arguments))


def make(control, name, *buckets, token="1", **more):
    made = control.create_multi_region_access_point(
        AccountId=ACCOUNT, ClientToken=token, Details={"Name": name, "Regions": [{"Bucket": b} for b in buckets], **more})
    shown = control.get_multi_region_access_point(AccountId=ACCOUNT, Name=name)["AccessPoint"]
    return shown, made["RequestTokenARN"]


def policy_of(alias, principal, actions="s3:*"):
    arn = f"arn:aws:s3::{ACCOUNT}:accesspoint/{alias}"
    return json.dumps({"Version": "2012-10-17", "Statement": [
        {"Effect": "Allow", "Principal": principal, "Action": actions, "Resource": [arn, arn + "/object/*"]}]})


def test_a_point_is_made_shown_listed_and_removed(control, west, east, name):
    shown, token = make(control, name, f"{name}-west", f"{name}-east", token=name)
    assert re.fullmatch(r"[a-z][a-z0-9]{12}\.mrap", shown["Alias"]) and shown["Status"] == "READY" and shown["CreatedAt"]
    assert [(r["Bucket"], r["Region"], r["BucketAccountId"]) for r in shown["Regions"]] == [
        (f"{name}-west", "us-west-2", ACCOUNT), (f"{name}-east", "eu-central-1", ACCOUNT)]
    assert all(shown["PublicAccessBlock"].values())
    assert token.startswith(f"arn:aws:s3:us-west-2:{ACCOUNT}:async-request/mrap/createmultiregionaccesspoint/")
    asked = control.describe_multi_region_access_point_operation(AccountId=ACCOUNT, RequestTokenARN=token)["AsyncOperation"]
    assert (asked["Operation"], asked["RequestStatus"]) == ("CreateMultiRegionAccessPoint", "SUCCEEDED")
    assert asked["RequestParameters"]["CreateMultiRegionAccessPointRequest"]["Name"] == name
    assert asked["ResponseDetails"]["MultiRegionAccessPointDetails"]["Regions"] == [
        {"Name": "us-west-2", "RequestStatus": "SUCCEEDED"}, {"Name": "eu-central-1", "RequestStatus": "SUCCEEDED"}]
    assert shown in control.list_multi_region_access_points(AccountId=ACCOUNT)["AccessPoints"]
    removed = control.delete_multi_region_access_point(AccountId=ACCOUNT, ClientToken="x" + name, Details={"Name": name})
    assert "/deletemultiregionaccesspoint/" in removed["RequestTokenARN"]
    with pytest.raises(ClientError) as caught:
        control.get_multi_region_access_point(AccountId=ACCOUNT, Name=name)
    error = caught.value.response["Error"]
    assert (error["Code"], error["Name"]) == ("NoSuchMultiRegionAccessPoint", name)
    assert refused(west.list_objects_v2, Bucket=shown["Alias"]) == (404, "NoSuchAccessPoint")


def test_the_same_client_token_makes_one_point(control, west, name):
    first, token = make(control, name, f"{name}-west", token=name)
    again, same = make(control, name, f"{name}-west", token=name)
    assert (again["Alias"], same) == (first["Alias"], token)
    assert refused(make, control, f"{name}-2", f"{name}-west", token=name) == (400, "IdempotencyException")
    assert refused(make, control, name, f"{name}-west", token=f"{name}-2") == (400, "InvalidRequest")


def test_points_are_listed_by_pages(control, west, name):
    for n in range(3):
        make(control, f"{name}-{n}", f"{name}-west", token=f"{name}-{n}")
    first = control.list_multi_region_access_points(AccountId=ACCOUNT, MaxResults=2)
    assert len(first["AccessPoints"]) == 2
    rest = control.list_multi_region_access_points(AccountId=ACCOUNT, NextToken=first["NextToken"])
    names = [p["Name"] for p in first["AccessPoints"] + rest["AccessPoints"]]
    assert {f"{name}-{n}" for n in range(3)} <= set(names) and names == sorted(names)


def test_impossible_points_are_refused(control, west, two, name):
    two.client("s3", region="us-west-2").create_bucket(
        Bucket=f"{name}-second", CreateBucketConfiguration={"LocationConstraint": "us-west-2"})
    assert refused(make, control, name, f"{name}-none", token="a") == (400, "InvalidRequest")
    assert refused(make, control, name, f"{name}-west", f"{name}-second", token="b") == (400, "InvalidRequest")
    assert refused(make, control, "Upper_Case", f"{name}-west", token="c") == (400, "InvalidRequest")
    stranger = two.client("s3control", region="us-west-2", **OTHER)
    assert refused(stranger.get_multi_region_access_point, AccountId=ACCOUNT, Name=name) == (403, "AccessDenied")
    assert refused(stranger.create_multi_region_access_point, AccountId=OTHER_ACCOUNT, ClientToken="d",
                   Details={"Name": name, "Regions": [{"Bucket": f"{name}-west"}]}) == (400, "InvalidRequest")
    assert refused(control.delete_multi_region_access_point, AccountId=ACCOUNT, ClientToken=name,
                   Details={"Name": name}) == (404, "NoSuchMultiRegionAccessPoint")
    with pytest.raises(ClientError) as caught:
        control.describe_multi_region_access_point_operation(
            AccountId=ACCOUNT, RequestTokenARN=f"arn:aws:s3:us-west-2:{ACCOUNT}:async-request/mrap/none/at-all")
    assert caught.value.response["Error"]["Code"] == "NoSuchAsyncRequest"


def test_requests_go_to_the_callers_region_and_fail_over(control, west, east, name):
    alias = make(control, name, f"{name}-west", f"{name}-east", token=name)[0]["Alias"]
    west.put_object(Bucket=alias, Key="k", Body=b"from the west")
    east.put_object(Bucket=alias, Key="k", Body=b"from the east")
    assert west.get_object(Bucket=f"{name}-west", Key="k")["Body"].read() == b"from the west"
    assert west.get_object(Bucket=f"{name}-east", Key="k")["Body"].read() == b"from the east"
    assert west.get_object(Bucket=alias, Key="k")["Body"].read() == b"from the west"
    routes = control.get_multi_region_access_point_routes(AccountId=ACCOUNT, Mrap=alias)
    assert routes["Mrap"] == f"arn:aws:s3::{ACCOUNT}:accesspoint/{alias}"
    assert [r["TrafficDialPercentage"] for r in routes["Routes"]] == [100, 100]
    control.submit_multi_region_access_point_routes(AccountId=ACCOUNT, Mrap=alias, RouteUpdates=[
        {"Bucket": f"{name}-west", "Region": "us-west-2", "TrafficDialPercentage": 0}])
    assert west.get_object(Bucket=alias, Key="k")["Body"].read() == b"from the east"
    off = [{"Region": "eu-central-1", "TrafficDialPercentage": 0}]
    assert refused(control.submit_multi_region_access_point_routes, AccountId=ACCOUNT, Mrap=alias,
                   RouteUpdates=off) == (400, "InvalidRequest")
    # A copy's source may be named by the point's ARN.
    west.copy_object(Bucket=f"{name}-west", Key="copied",
                     CopySource=f"arn:aws:s3::{ACCOUNT}:accesspoint/{alias}/object/k")
    assert west.get_object(Bucket=f"{name}-west", Key="copied")["Body"].read() == b"from the east"


def test_what_does_not_work_through_points_of_several_regions_is_refused(control, west, name):
    alias = make(control, name, f"{name}-west", token=name)[0]["Alias"]
    west.put_object(Bucket=alias, Key="k", Body=b"v")
    assert refused(west.delete_objects, Bucket=alias, Delete={"Objects": [{"Key": "k"}]}) == (405, "MethodNotAllowed")
    assert refused(west.get_bucket_location, Bucket=alias) == (405, "MethodNotAllowed")
    assert [o["Key"] for o in west.list_objects_v2(Bucket=alias)["Contents"]] == ["k"]
    west.delete_object(Bucket=alias, Key="k")


def test_policies_are_kept_and_obeyed(two, control, west, name):
    west.put_object(Bucket=f"{name}-west", Key="k", Body=b"shared")
    alias = make(control, name, f"{name}-west", token=name)[0]["Alias"]
    for call in (control.get_multi_region_access_point_policy, control.get_multi_region_access_point_policy_status):
        assert refused(call, AccountId=ACCOUNT, Name=name) == (404, "NoSuchMultiRegionAccessPointPolicy")
    friend = policy_of(alias, {"AWS": f"arn:aws:iam::{OTHER_ACCOUNT}:root"})
    put = lambda policy, token: control.put_multi_region_access_point_policy(
        AccountId=ACCOUNT, ClientToken=token, Details={"Name": name, "Policy": policy})
    token = put(friend, "1" + name)["RequestTokenARN"]
    asked = control.describe_multi_region_access_point_operation(AccountId=ACCOUNT, RequestTokenARN=token)["AsyncOperation"]
    assert asked["RequestParameters"]["PutMultiRegionAccessPointPolicyRequest"]["Policy"] == friend
    shown = control.get_multi_region_access_point_policy(AccountId=ACCOUNT, Name=name)["Policy"]
    assert shown["Established"]["Policy"] == friend
    status = control.get_multi_region_access_point_policy_status(AccountId=ACCOUNT, Name=name)
    assert status["Established"] == {"IsPublic": False}
    assert refused(put, policy_of(alias, "*"), "2" + name) == (403, "AccessDenied")
    assert refused(put, policy_of(name, "*"), "3" + name) == (400, "MalformedPolicy")
    theirs = two.client("s3", region="us-west-2", **OTHER)
    assert refused(theirs.get_object, Bucket=alias, Key="k") == (403, "AccessDenied")
    west.put_bucket_policy(Bucket=f"{name}-west", Policy=json.dumps({"Version": "2012-10-17", "Statement": [
        {"Effect": "Allow", "Principal": "*", "Action": "s3:*",
         "Resource": [f"arn:aws:s3:::{name}-west", f"arn:aws:s3:::{name}-west/*"],
         "Condition": {"StringEquals": {"s3:DataAccessPointAccount": ACCOUNT}}}]}))
    assert theirs.get_object(Bucket=alias, Key="k")["Body"].read() == b"shared"
    assert refused(theirs.get_object, Bucket=f"{name}-west", Key="k") == (403, "AccessDenied")


def test_a_public_policy_is_told(control, west, name):
    alias = make(control, name, f"{name}-west", token=name, PublicAccessBlock=NONE)[0]["Alias"]
    control.put_multi_region_access_point_policy(AccountId=ACCOUNT, ClientToken="p" + name,
                                                 Details={"Name": name, "Policy": policy_of(alias, "*", "s3:GetObject")})
    status = control.get_multi_region_access_point_policy_status(AccountId=ACCOUNT, Name=name)
    assert status["Established"] == {"IsPublic": True}


def test_points_outlive_a_crash(own_lake, name):
    control, s3 = own_lake.client("s3control"), own_lake.client("s3")
    s3.create_bucket(Bucket=f"{name}-b")
    shown, token = make(control, name, f"{name}-b", token=name)
    own_lake.restart(kill=True)
    assert control.get_multi_region_access_point(AccountId=ACCOUNT, Name=name)["AccessPoint"] == shown
    asked = control.describe_multi_region_access_point_operation(AccountId=ACCOUNT, RequestTokenARN=token)
    assert asked["AsyncOperation"]["RequestStatus"] == "SUCCEEDED"
    s3.put_object(Bucket=shown["Alias"], Key="k", Body=b"v")
    assert s3.get_object(Bucket=f"{name}-b", Key="k")["Body"].read() == b"v"
