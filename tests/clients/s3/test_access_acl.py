"""Access lists, Object Ownership and the block of public access, between two accounts and strangers."""
import uuid

import pytest
from botocore import UNSIGNED
from botocore.config import Config
from botocore.exceptions import ClientError

from conftest import OTHER, lake_of_two
from refusals import refused


EVERYONE = "http://acs.amazonaws.com/groups/global/AllUsers"
SIGNED = "http://acs.amazonaws.com/groups/global/AuthenticatedUsers"
DENIED = (403, "AccessDenied")


@pytest.fixture(scope="module")
def legacy(tmp_path_factory):
    running = lake_of_two(tmp_path_factory.mktemp("acl"), "--s3-bucket-defaults", "legacy")
    yield running
    running.stop()


@pytest.fixture(scope="module")
def mine(legacy):
    return legacy.client("s3")


@pytest.fixture(scope="module")
def theirs(legacy):
    return legacy.client("s3", **OTHER)


@pytest.fixture(scope="module")
def nobody(legacy):
    return legacy.client("s3", config=Config(signature_version=UNSIGNED))


@pytest.fixture
def open_bucket(mine):
    """A bucket that takes access lists."""
    name = "t" + uuid.uuid4().hex[:12]
    mine.create_bucket(Bucket=name)
    return name


def grants(acl):
    """{(who, permission)} where who is an id's first letters or a group's name."""
    return {(g["Grantee"].get("ID", "")[:8] or g["Grantee"]["URI"].rsplit("/", 1)[1], g["Permission"]) for g in acl["Grants"]}


def own(client):
    return client.list_buckets()["Owner"]["ID"]


def policy_of(client, *given):
    """An AccessControlPolicy of the client's own with (grantee, permission) pairs."""
    return {"Owner": {"ID": own(client)}, "Grants": [{"Grantee": g, "Permission": p} for g, p in given]}


def user(client):
    return {"Type": "CanonicalUser", "ID": own(client)}


@pytest.mark.parametrize("canned, may_list, may_list_signed, may_write", [
    ("private", False, False, False), ("public-read", True, True, False),
    ("public-read-write", True, True, True), ("authenticated-read", False, True, False)])
def test_canned_lists_of_buckets_open_what_they_say(mine, theirs, nobody, open_bucket, canned, may_list, may_list_signed, may_write):
    mine.put_bucket_acl(Bucket=open_bucket, ACL=canned)
    for client, may in [(nobody, may_list), (theirs, may_list_signed)]:
        if may:
            client.list_objects_v2(Bucket=open_bucket)
            client.head_bucket(Bucket=open_bucket)
            client.list_object_versions(Bucket=open_bucket)
        else:
            assert refused(client.list_objects_v2, Bucket=open_bucket) == DENIED
            assert refused(client.head_bucket, Bucket=open_bucket)[0] == 403
        if may_write:
            client.put_object(Bucket=open_bucket, Key="k", Body=b"x")
            client.delete_object(Bucket=open_bucket, Key="k")
        else:
            assert refused(client.put_object, Bucket=open_bucket, Key="k", Body=b"x") == DENIED
        assert refused(client.get_bucket_acl, Bucket=open_bucket) == DENIED
        assert refused(client.put_bucket_acl, Bucket=open_bucket, ACL="private") == DENIED
        assert refused(client.get_bucket_tagging, Bucket=open_bucket) == DENIED


def test_a_bucket_of_old_defaults_tells_only_the_encryption_it_was_given(mine, name):
    mine.create_bucket(Bucket=name)
    with pytest.raises(ClientError, match="ServerSideEncryptionConfigurationNotFoundError"):
        mine.get_bucket_encryption(Bucket=name)
    mine.put_bucket_encryption(Bucket=name, ServerSideEncryptionConfiguration={
        "Rules": [{"ApplyServerSideEncryptionByDefault": {"SSEAlgorithm": "AES256"}}]})
    assert mine.get_bucket_encryption(Bucket=name)
    mine.delete_bucket_encryption(Bucket=name)
    with pytest.raises(ClientError, match="ServerSideEncryptionConfigurationNotFoundError"):
        mine.get_bucket_encryption(Bucket=name)
    mine.delete_bucket(Bucket=name)


def test_lists_are_answered_as_they_were_set(mine, theirs, open_bucket):
    acl = mine.get_bucket_acl(Bucket=open_bucket)
    me, them = own(mine)[:8], own(theirs)[:8]
    assert acl["Owner"]["ID"] == own(mine) and grants(acl) == {(me, "FULL_CONTROL")}
    assert acl["Owner"]["DisplayName"] == "root"
    mine.put_bucket_acl(Bucket=open_bucket, ACL="public-read-write")
    assert grants(mine.get_bucket_acl(Bucket=open_bucket)) == {("AllUsers", "READ"), ("AllUsers", "WRITE"), (me, "FULL_CONTROL")}
    mine.put_bucket_acl(Bucket=open_bucket, GrantRead=f'id="{own(theirs)}", uri="{SIGNED}"', GrantWriteACP=f"id={own(theirs)}")
    assert grants(mine.get_bucket_acl(Bucket=open_bucket)) == {(them, "READ"), ("AuthenticatedUsers", "READ"), (them, "WRITE_ACP")}
    mine.put_bucket_acl(Bucket=open_bucket, AccessControlPolicy=policy_of(mine))
    assert mine.get_bucket_acl(Bucket=open_bucket)["Grants"] == []
    mine.put_bucket_acl(Bucket=open_bucket, ACL="log-delivery-write")
    assert grants(mine.get_bucket_acl(Bucket=open_bucket)) == {("LogDelivery", "WRITE"), ("LogDelivery", "READ_ACP"), (me, "FULL_CONTROL")}


@pytest.mark.parametrize("permission", ["READ", "WRITE", "READ_ACP", "WRITE_ACP", "FULL_CONTROL"])
def test_a_grant_on_a_bucket_allows_just_that(mine, theirs, open_bucket, permission):
    mine.put_bucket_acl(Bucket=open_bucket, AccessControlPolicy=policy_of(mine, (user(mine), "FULL_CONTROL"), (user(theirs), permission)))
    calls = {"READ": (theirs.list_objects_v2, {}), "WRITE": (theirs.put_object, {"Key": "k", "Body": b"x"}),
             "READ_ACP": (theirs.get_bucket_acl, {}), "WRITE_ACP": (theirs.put_bucket_acl, {"ACL": "public-read"})}
    for needed, (call, more) in calls.items():
        if permission in (needed, "FULL_CONTROL"):
            call(Bucket=open_bucket, **more)
        else:
            assert refused(call, Bucket=open_bucket, **more) == DENIED, needed
    assert mine.get_bucket_acl(Bucket=open_bucket)["Owner"]["ID"] == own(mine)


def test_objects_have_lists_of_their_own(mine, theirs, nobody, open_bucket):
    mine.put_object(Bucket=open_bucket, Key="open", Body=b"open", ACL="public-read")
    mine.put_object(Bucket=open_bucket, Key="shut", Body=b"shut")
    assert nobody.get_object(Bucket=open_bucket, Key="open")["Body"].read() == b"open"
    assert nobody.head_object(Bucket=open_bucket, Key="open")["ContentLength"] == 4
    assert refused(nobody.get_object, Bucket=open_bucket, Key="shut") == DENIED
    assert refused(nobody.get_object_acl, Bucket=open_bucket, Key="open") == DENIED
    mine.put_object_acl(Bucket=open_bucket, Key="shut", GrantRead=f"id={own(theirs)}", GrantReadACP=f"id={own(theirs)}")
    assert theirs.get_object(Bucket=open_bucket, Key="shut")["Body"].read() == b"shut"
    assert grants(theirs.get_object_acl(Bucket=open_bucket, Key="shut")) == {(own(theirs)[:8], "READ"), (own(theirs)[:8], "READ_ACP")}
    assert refused(theirs.put_object_acl, Bucket=open_bucket, Key="shut", ACL="public-read") == DENIED
    # A copy has the list that it is given, not its source's.
    mine.copy_object(Bucket=open_bucket, Key="copy", CopySource={"Bucket": open_bucket, "Key": "open"})
    assert refused(nobody.get_object, Bucket=open_bucket, Key="copy") == DENIED
    mine.copy_object(Bucket=open_bucket, Key="copy", CopySource={"Bucket": open_bucket, "Key": "open"}, ACL="authenticated-read")
    theirs.get_object(Bucket=open_bucket, Key="copy")
    # So has what a multipart upload makes.
    upload = mine.create_multipart_upload(Bucket=open_bucket, Key="parts", ACL="public-read")["UploadId"]
    part = mine.upload_part(Bucket=open_bucket, Key="parts", UploadId=upload, PartNumber=1, Body=b"p")
    mine.complete_multipart_upload(Bucket=open_bucket, Key="parts", UploadId=upload,
                                   MultipartUpload={"Parts": [{"PartNumber": 1, "ETag": part["ETag"]}]})
    assert nobody.get_object(Bucket=open_bucket, Key="parts")["Body"].read() == b"p"


def test_each_version_has_its_list(mine, nobody, open_bucket):
    mine.put_bucket_versioning(Bucket=open_bucket, VersioningConfiguration={"Status": "Enabled"})
    first = mine.put_object(Bucket=open_bucket, Key="k", Body=b"1")["VersionId"]
    mine.put_object(Bucket=open_bucket, Key="k", Body=b"2")
    modified = mine.head_object(Bucket=open_bucket, Key="k", VersionId=first)["LastModified"]
    mine.put_object_acl(Bucket=open_bucket, Key="k", VersionId=first, ACL="public-read")
    assert mine.head_object(Bucket=open_bucket, Key="k", VersionId=first)["LastModified"] == modified
    assert nobody.get_object(Bucket=open_bucket, Key="k", VersionId=first)["Body"].read() == b"1"
    assert refused(nobody.get_object, Bucket=open_bucket, Key="k") == DENIED


def test_missing_keys_are_told_only_to_those_who_may_list(mine, theirs, nobody, open_bucket):
    assert refused(nobody.get_object, Bucket=open_bucket, Key="none") == DENIED
    assert refused(theirs.head_object, Bucket=open_bucket, Key="none") == (403, "403")
    assert refused(mine.get_object, Bucket=open_bucket, Key="none") == (404, "NoSuchKey")
    mine.put_bucket_acl(Bucket=open_bucket, ACL="public-read")
    assert refused(nobody.get_object, Bucket=open_bucket, Key="none") == (404, "NoSuchKey")
    assert refused(theirs.head_object, Bucket=open_bucket, Key="none") == (404, "404")


def test_the_writer_owns_the_object(mine, theirs, open_bucket):
    mine.put_bucket_acl(Bucket=open_bucket, ACL="public-read-write")
    theirs.put_object(Bucket=open_bucket, Key="theirs", Body=b"x")
    assert theirs.get_object_acl(Bucket=open_bucket, Key="theirs")["Owner"]["ID"] == own(theirs)
    # The bucket's owner may list and delete it, but not read it.
    assert refused(mine.get_object, Bucket=open_bucket, Key="theirs") == DENIED
    assert refused(mine.get_object_acl, Bucket=open_bucket, Key="theirs") == DENIED
    listed = mine.list_objects_v2(Bucket=open_bucket, FetchOwner=True)["Contents"]
    assert listed[0]["Owner"] == {"ID": own(theirs), "DisplayName": "other"}
    assert mine.list_object_versions(Bucket=open_bucket)["Versions"][0]["Owner"]["ID"] == own(theirs)
    theirs.put_object(Bucket=open_bucket, Key="theirs", Body=b"y", ACL="bucket-owner-read")
    assert mine.get_object(Bucket=open_bucket, Key="theirs")["Body"].read() == b"y"
    theirs.put_object(Bucket=open_bucket, Key="theirs", Body=b"z", ACL="bucket-owner-full-control")
    acl = mine.get_object_acl(Bucket=open_bucket, Key="theirs")
    assert acl["Owner"]["ID"] == own(theirs)
    assert grants(acl) == {(own(theirs)[:8], "FULL_CONTROL"), (own(mine)[:8], "FULL_CONTROL")}
    mine.delete_object(Bucket=open_bucket, Key="theirs")
    # Under BucketOwnerPreferred that list hands the object over.
    mine.put_bucket_ownership_controls(Bucket=open_bucket, OwnershipControls={"Rules": [{"ObjectOwnership": "BucketOwnerPreferred"}]})
    theirs.put_object(Bucket=open_bucket, Key="given", Body=b"z", ACL="bucket-owner-full-control")
    theirs.put_object(Bucket=open_bucket, Key="kept", Body=b"z")
    assert mine.get_object_acl(Bucket=open_bucket, Key="given")["Owner"]["ID"] == own(mine)
    assert refused(mine.get_object, Bucket=open_bucket, Key="kept") == DENIED
    # Enforcement takes all of it back.
    mine.put_bucket_acl(Bucket=open_bucket, ACL="private")
    mine.put_bucket_ownership_controls(Bucket=open_bucket, OwnershipControls={"Rules": [{"ObjectOwnership": "BucketOwnerEnforced"}]})
    assert mine.get_object(Bucket=open_bucket, Key="kept")["Body"].read() == b"z"
    assert mine.get_object_acl(Bucket=open_bucket, Key="kept")["Owner"]["ID"] == own(mine)
    assert refused(theirs.get_object, Bucket=open_bucket, Key="kept") == DENIED


def test_what_strangers_write_is_the_bucket_owners(mine, nobody, open_bucket):
    mine.put_bucket_acl(Bucket=open_bucket, ACL="public-read-write")
    nobody.put_object(Bucket=open_bucket, Key="k", Body=b"x")
    assert mine.get_object(Bucket=open_bucket, Key="k")["Body"].read() == b"x"
    assert refused(nobody.get_object, Bucket=open_bucket, Key="k") == DENIED


def test_uploads_tell_who_began_them(mine, theirs, open_bucket):
    mine.put_bucket_acl(Bucket=open_bucket, ACL="public-read-write")
    upload = theirs.create_multipart_upload(Bucket=open_bucket, Key="k")["UploadId"]
    listed = mine.list_multipart_uploads(Bucket=open_bucket)["Uploads"][0]
    assert listed["Initiator"] == {"ID": own(theirs), "DisplayName": "other"} and listed["Owner"]["ID"] == own(theirs)
    assert theirs.list_parts(Bucket=open_bucket, Key="k", UploadId=upload)["Initiator"]["ID"] == own(theirs)
    mine.put_bucket_acl(Bucket=open_bucket, ACL="private")
    theirs.abort_multipart_upload(Bucket=open_bucket, Key="k", UploadId=upload)
    upload = mine.create_multipart_upload(Bucket=open_bucket, Key="k")["UploadId"]
    assert refused(theirs.abort_multipart_upload, Bucket=open_bucket, Key="k", UploadId=upload) == DENIED


def test_bad_lists_are_refused(mine, theirs, open_bucket):
    put = mine.put_bucket_acl
    assert refused(put, Bucket=open_bucket, ACL="open-sesame") == (400, "InvalidArgument")
    assert refused(put, Bucket=open_bucket, ACL="private", GrantRead=f"id={own(mine)}") == (400, "InvalidRequest")
    assert refused(put, Bucket=open_bucket) == (400, "MissingSecurityHeader")
    assert refused(put, Bucket=open_bucket, ACL="private", AccessControlPolicy=policy_of(mine)) == (400, "UnexpectedContent")
    assert refused(put, Bucket=open_bucket, GrantRead="emailAddress=a@example.com") == (400, "UnresolvableGrantByEmailAddress")
    assert refused(put, Bucket=open_bucket, GrantRead="id=nobody") == (400, "InvalidArgument")
    assert refused(put, Bucket=open_bucket, GrantRead="uri=http://example.com/group") == (400, "InvalidArgument")
    assert refused(put, Bucket=open_bucket, GrantRead="somebody") == (400, "InvalidArgument")
    bad = [({"Type": "CanonicalUser", "ID": "_foo"}, "READ", "InvalidArgument"),
           ({"Type": "AmazonCustomerByEmail", "EmailAddress": "a@example.com"}, "READ", "UnresolvableGrantByEmailAddress"),
           ({"Type": "CanonicalUser"}, "READ", "MalformedACLError"), ({"Type": "Robot", "ID": own(mine)}, "READ", "MalformedACLError"),
           (user(mine), "EVERYTHING", "MalformedACLError"), ({"Type": "Group", "URI": "http://x"}, "READ", "InvalidArgument")]
    for grantee, permission, code in bad:
        asked = policy_of(mine, (grantee, permission))
        assert refused(put, Bucket=open_bucket, AccessControlPolicy=asked) == (400, code), grantee
    for owner, expected in [({"ID": own(theirs)}, DENIED), ({"ID": "nobody"}, (400, "InvalidArgument")), ({}, (400, "MalformedACLError"))]:
        asked = {**policy_of(mine, (user(mine), "READ")), "Owner": owner}
        assert refused(put, Bucket=open_bucket, AccessControlPolicy=asked) == expected, owner
    assert grants(mine.get_bucket_acl(Bucket=open_bucket)) == {(own(mine)[:8], "FULL_CONTROL")}
    assert refused(mine.put_object, Bucket=open_bucket, Key="k", Body=b"x", ACL="open-sesame") == (400, "InvalidArgument")
    assert refused(mine.put_object_acl, Bucket=open_bucket, Key="none", ACL="private") == (404, "NoSuchKey")
    # Making a bucket again never changes its list.
    assert refused(mine.create_bucket, Bucket=open_bucket, ACL="public-read") == (409, "BucketAlreadyExists")
    mine.create_bucket(Bucket=open_bucket)


def test_ownership_controls(mine, open_bucket):
    none = (404, "OwnershipControlsNotFoundError")
    assert refused(mine.get_bucket_ownership_controls, Bucket=open_bucket) == none
    enforced = {"Rules": [{"ObjectOwnership": "BucketOwnerEnforced"}]}
    mine.put_bucket_acl(Bucket=open_bucket, ACL="public-read")
    assert refused(mine.put_bucket_ownership_controls, Bucket=open_bucket, OwnershipControls=enforced) == (400, "InvalidBucketAclWithObjectOwnership")
    mine.put_bucket_acl(Bucket=open_bucket, ACL="private")
    mine.put_object(Bucket=open_bucket, Key="k", Body=b"x", ACL="public-read")
    mine.put_bucket_ownership_controls(Bucket=open_bucket, OwnershipControls=enforced)
    assert mine.get_bucket_ownership_controls(Bucket=open_bucket)["OwnershipControls"] == enforced
    unsupported = (400, "AccessControlListNotSupported")
    assert refused(mine.put_bucket_acl, Bucket=open_bucket, ACL="private") == unsupported
    assert refused(mine.put_object_acl, Bucket=open_bucket, Key="k", ACL="private") == unsupported
    for canned in ("authenticated-read", "public-read", "bucket-owner-read"):
        assert refused(mine.put_object, Bucket=open_bucket, Key="n", Body=b"x", ACL=canned) == unsupported
    for canned in ("private", "bucket-owner-full-control"):  # to the owner's account the same
        mine.put_object(Bucket=open_bucket, Key="n", Body=b"x", ACL=canned)
    mine.put_object(Bucket=open_bucket, Key="n", Body=b"x", GrantFullControl=f"id={own(mine)}")
    assert grants(mine.get_object_acl(Bucket=open_bucket, Key="k")) == {(own(mine)[:8], "FULL_CONTROL")}
    # What was granted before counts again when lists do.
    mine.delete_bucket_ownership_controls(Bucket=open_bucket)
    assert refused(mine.get_bucket_ownership_controls, Bucket=open_bucket) == none
    assert ("AllUsers", "READ") in grants(mine.get_object_acl(Bucket=open_bucket, Key="k"))
    two = {"Rules": [{"ObjectOwnership": "ObjectWriter"}, {"ObjectOwnership": "ObjectWriter"}]}
    assert refused(mine.put_bucket_ownership_controls, Bucket=open_bucket, OwnershipControls=two) == (400, "MalformedXML")
    assert refused(mine.put_bucket_ownership_controls, Bucket=open_bucket, OwnershipControls={"Rules": [{"ObjectOwnership": "Mine"}]}) == (400, "MalformedXML")


def test_public_lists_can_be_blocked_and_ignored(mine, theirs, nobody, open_bucket):
    mine.put_bucket_acl(Bucket=open_bucket, ACL="public-read")
    mine.put_object(Bucket=open_bucket, Key="k", Body=b"x", ACL="public-read")
    none = (404, "NoSuchPublicAccessBlockConfiguration")
    assert refused(mine.get_public_access_block, Bucket=open_bucket) == none

    def block(**on):
        mine.put_public_access_block(Bucket=open_bucket, PublicAccessBlockConfiguration=on)

    block(IgnorePublicAcls=True)
    assert mine.get_public_access_block(Bucket=open_bucket)["PublicAccessBlockConfiguration"] == {
        "BlockPublicAcls": False, "IgnorePublicAcls": True, "BlockPublicPolicy": False, "RestrictPublicBuckets": False}
    for client in (nobody, theirs):
        assert refused(client.list_objects_v2, Bucket=open_bucket) == DENIED
        assert refused(client.get_object, Bucket=open_bucket, Key="k") == DENIED
    block(BlockPublicAcls=True)
    nobody.get_object(Bucket=open_bucket, Key="k")
    for canned in ("public-read", "public-read-write", "authenticated-read"):
        assert refused(mine.put_bucket_acl, Bucket=open_bucket, ACL=canned) == DENIED
        assert refused(mine.put_object, Bucket=open_bucket, Key="n", Body=b"", ACL=canned) == DENIED
        assert refused(mine.put_object_acl, Bucket=open_bucket, Key="k", ACL=canned) == DENIED
    mine.put_object(Bucket=open_bucket, Key="n", Body=b"", ACL="private")
    mine.delete_public_access_block(Bucket=open_bucket)
    assert refused(mine.get_public_access_block, Bucket=open_bucket) == none
    mine.put_bucket_acl(Bucket=open_bucket, ACL="public-read")
    nobody.list_objects_v2(Bucket=open_bucket)


def test_lists_and_owners_outlive_a_crash(tmp_path):
    lake = lake_of_two(tmp_path, "--s3-bucket-defaults", "legacy")
    try:
        s3, other = lake.client("s3"), lake.client("s3", **OTHER)
        s3.create_bucket(Bucket="kept", ACL="public-read-write")
        other.put_object(Bucket="kept", Key="k", Body=b"x", ACL="public-read")
        before = s3.get_bucket_acl(Bucket="kept")["Grants"]
        lake.restart(kill=True)
        assert s3.get_bucket_acl(Bucket="kept")["Grants"] == before
        nobody = lake.client("s3", config=Config(signature_version=UNSIGNED))
        assert nobody.get_object(Bucket="kept", Key="k")["Body"].read() == b"x"
        assert other.get_object_acl(Bucket="kept", Key="k")["Owner"]["ID"] == own(other)
    finally:
        lake.stop()


def test_new_buckets_of_today_are_closed(lake, name):
    s3 = lake.client("s3")
    assert refused(s3.create_bucket, Bucket=name, ACL="public-read") == (400, "InvalidBucketAclWithObjectOwnership")
    assert refused(s3.create_bucket, Bucket=name, ACL="public-read", ObjectOwnership="ObjectWriter") == (400, "InvalidBucketAclWithBlockPublicAccessError")
    assert refused(s3.create_bucket, Bucket=name, ObjectOwnership="Mine")[0] == 400
    s3.create_bucket(Bucket=name, ObjectOwnership="BucketOwnerPreferred", ACL="private")
    assert "DisplayName" not in s3.get_bucket_acl(Bucket=name)["Owner"]
    assert refused(s3.put_bucket_acl, Bucket=name, ACL="public-read") == DENIED
    s3.delete_public_access_block(Bucket=name)
    s3.put_bucket_acl(Bucket=name, ACL="public-read")
    lake.client("s3", config=Config(signature_version=UNSIGNED)).list_objects_v2(Bucket=name)
