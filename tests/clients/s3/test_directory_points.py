"""Access points of directory buckets: named by zone, limited by scopes, used like the bucket."""
import json

import pytest

from s3.directory_buckets import NO_SESSIONS, PATH_STYLE, ZONE, arn_of, make, refused, session_client

pytestmark = pytest.mark.usefixtures("names_of_this_machine")
READ_AND_LIST = ["GetObject", "ListBucket"]


@pytest.fixture
def s3(lake):
    return lake.client("s3", config=PATH_STYLE)


@pytest.fixture
def control(lake):
    return lake.client("s3control")


@pytest.fixture
def directory(s3, name):
    return make(s3, name)


@pytest.fixture
def point(lake, control, directory, name):
    """Makes an access point of the bucket; its name."""
    def create(**more):
        named = f"p-{name}--{ZONE}--xa-s3"
        control.create_access_point(AccountId=lake.account, Name=named, Bucket=directory, **more)
        return named
    return create


def test_a_point_is_made_shown_listed_and_removed(lake, control, directory, point, name):
    named = point(Tags=[{"Key": "team", "Value": "a"}])
    asks = {"AccountId": lake.account, "Name": named}
    arn = f"arn:aws:s3express:{lake.region}:{lake.account}:accesspoint/{named}"
    shown = control.get_access_point(**asks)
    assert (shown["Name"], shown["Bucket"], shown["AccessPointArn"], shown["NetworkOrigin"]) == (named, directory, arn, "Internet")
    assert "Alias" not in shown
    listed = control.list_access_points_for_directory_buckets(AccountId=lake.account, DirectoryBucket=directory)["AccessPointList"]
    assert [(row["Name"], row["AccessPointArn"]) for row in listed] == [(named, arn)]
    assert not control.list_access_points(AccountId=lake.account, Bucket=directory).get("AccessPointList")
    assert control.list_tags_for_resource(AccountId=lake.account, ResourceArn=arn)["Tags"] == [{"Key": "team", "Value": "a"}]
    refused(lake.client("s3").delete_bucket, "BucketHasAccessPointsAttached", 400, Bucket=directory)
    control.delete_access_point(**asks)
    refused(control.get_access_point, "NoSuchAccessPoint", 404, **asks)


def test_names_must_fit_the_bucket(lake, control, directory, bucket, point, name):
    def create(named, of):
        control.create_access_point(AccountId=lake.account, Name=named, Bucket=of)

    for named, of in ((f"p-{name}", directory), (f"p-{name}--use1-az5--xa-s3", directory), (f"p-{name}--{ZONE}--xa-s3", bucket),
                      (f"p-{name}--xa-s3", directory)):
        with pytest.raises(Exception, match="InvalidRequest|Unrecognized S3Express Access Point name"):
            create(named, of)
    refused(create, "AccessPointAlreadyOwnedByYou", 409, named=point(), of=directory)
    refused(control.create_access_point, "InvalidRequest", 400, AccountId=lake.account, Name=f"q-{name}", Bucket=bucket,
            Scope={"Prefixes": ["a/"]})


def test_objects_are_reached_by_the_points_name(s3, directory, point):
    named = point()
    s3.put_object(Bucket=named, Key="a/k", Body=b"through a point")
    assert s3.get_object(Bucket=directory, Key="a/k")["Body"].read() == b"through a point"
    assert s3.head_bucket(Bucket=named)["AccessPointAlias"] is True
    assert [row["Key"] for row in s3.list_objects_v2(Bucket=named)["Contents"]] == ["a/k"]
    s3.put_object(Bucket=named, Key="a/k", Body=b"!", WriteOffsetBytes=15)
    s3.rename_object(Bucket=named, Key="b", RenameSource=f"{named}/a/k")
    s3.copy_object(Bucket=named, Key="c", CopySource={"Bucket": named, "Key": "b"})
    upload = s3.create_multipart_upload(Bucket=named, Key="d")["UploadId"]
    part = s3.upload_part(Bucket=named, Key="d", UploadId=upload, PartNumber=1, Body=b"part")
    s3.complete_multipart_upload(Bucket=named, Key="d", UploadId=upload, MultipartUpload={
        "Parts": [{"PartNumber": 1, "ETag": part["ETag"]}]})
    s3.delete_objects(Bucket=named, Delete={"Objects": [{"Key": "b"}]})
    assert [row["Key"] for row in s3.list_objects_v2(Bucket=directory)["Contents"]] == ["c", "d"]
    for call in (s3.get_bucket_policy, s3.get_bucket_encryption, s3.get_bucket_versioning, s3.delete_bucket):
        refused(call, "MethodNotAllowed", 405, Bucket=named)


def test_a_scope_limits_what_goes_through_the_point(lake, s3, control, directory, point):
    named = point(Scope={"Prefixes": ["open/"], "Permissions": READ_AND_LIST})
    asks = {"AccountId": lake.account, "Name": named}
    assert control.get_access_point_scope(**asks)["Scope"] == {"Prefixes": ["open/"], "Permissions": READ_AND_LIST}
    for key in ("open/k", "closed/k"):
        s3.put_object(Bucket=directory, Key=key, Body=b"1")
    assert s3.get_object(Bucket=named, Key="open/k")["Body"].read() == b"1"
    assert len(s3.list_objects_v2(Bucket=named, Prefix="open/")["Contents"]) == 1
    refused(s3.get_object, "AccessDenied", 403, Bucket=named, Key="closed/k")
    refused(s3.list_objects_v2, "AccessDenied", 403, Bucket=named)
    refused(s3.put_object, "AccessDenied", 403, Bucket=named, Key="open/new", Body=b"")
    control.put_access_point_scope(Scope={"Prefixes": ["open/"]}, **asks)
    s3.put_object(Bucket=named, Key="open/new", Body=b"")
    refused(s3.rename_object, "AccessDenied", 403, Bucket=named, Key="open/stolen", RenameSource="closed/k")
    refused(s3.rename_object, "AccessDenied", 403, Bucket=named, Key="closed/new", RenameSource="open/new")
    control.delete_access_point_scope(**asks)
    assert s3.get_object(Bucket=named, Key="closed/k")["Body"].read() == b"1"
    assert control.get_access_point_scope(**asks).get("Scope", {}) == {}
    for wrong in ({"Prefixes": ["x" * 257]}, {"Permissions": ["PutObjectAcl"]}):
        refused(control.put_access_point_scope, "InvalidRequest", 400, Scope=wrong, **asks)


def test_a_session_of_the_point_opens_no_other_door(lake, s3, directory, point):
    s3.put_object(Bucket=directory, Key="k", Body=b"1")
    made = s3.create_session(Bucket=point(Scope={"Prefixes": ["open/"]}))["Credentials"]
    through_bucket = session_client(lake, made, directory)
    assert through_bucket("GET", "k").status_code == 403


def test_the_points_policy_is_asked_besides_the_buckets(lake, s3, control, directory, point):
    named = point()
    arn = control.get_access_point(AccountId=lake.account, Name=named)["AccessPointArn"]
    s3.put_object(Bucket=directory, Key="k", Body=b"1")
    policy = json.dumps({"Version": "2012-10-17", "Statement": [{
        "Effect": "Deny", "Principal": "*", "Action": "s3express:CreateSession", "Resource": arn,
        "Condition": {"StringEquals": {"s3express:SessionMode": "ReadWrite"}}}]})
    control.put_access_point_policy(AccountId=lake.account, Name=named, Policy=policy)
    assert control.get_access_point_policy(AccountId=lake.account, Name=named)["Policy"] == policy
    plain = lake.client("s3", config=NO_SESSIONS)
    assert plain.get_object(Bucket=named, Key="k")["Body"].read() == b"1"
    refused(plain.put_object, "AccessDenied", 403, Bucket=named, Key="k", Body=b"2")
    plain.put_object(Bucket=directory, Key="k", Body=b"2")
    s3.put_bucket_policy(Bucket=directory, Policy=json.dumps({"Version": "2012-10-17", "Statement": [{
        "Effect": "Deny", "Principal": "*", "Action": "s3express:CreateSession", "Resource": arn_of(lake, directory),
        "Condition": {"StringEquals": {"s3express:DataAccessPointArn": arn}}}]}))
    refused(plain.get_object, "AccessDenied", 403, Bucket=named, Key="k")
    assert plain.get_object(Bucket=directory, Key="k")["Body"].read() == b"2"
