"""Several accounts in one lake: global bucket names, closed buckets, wrong credentials."""
import pytest
from botocore import UNSIGNED
from botocore.config import Config

from conftest import OTHER, lake_of_two
from refusals import refused


@pytest.fixture(scope="module")
def shared(tmp_path_factory):
    running = lake_of_two(tmp_path_factory.mktemp("accounts"))
    yield running
    running.stop()


@pytest.fixture
def mine(shared):
    return shared.client("s3")


@pytest.fixture
def theirs(shared):
    return shared.client("s3", **OTHER)


def test_bucket_names_are_global(mine, theirs, name):
    mine.create_bucket(Bucket=name)
    assert refused(theirs.create_bucket, Bucket=name) == (409, "BucketAlreadyExists")
    theirs.create_bucket(Bucket=name + "-2")
    assert name not in [b["Name"] for b in theirs.list_buckets()["Buckets"]]
    assert name + "-2" not in [b["Name"] for b in mine.list_buckets()["Buckets"]]
    assert mine.list_buckets()["Owner"]["ID"] != theirs.list_buckets()["Owner"]["ID"]


def test_another_accounts_bucket_is_closed(mine, theirs, name):
    mine.create_bucket(Bucket=name)
    mine.put_object(Bucket=name, Key="k", Body=b"secret")
    theirs.create_bucket(Bucket=name + "-2")
    assert refused(theirs.head_bucket, Bucket=name) == (403, "403")
    for call, more in [(theirs.get_object, {"Key": "k"}), (theirs.put_object, {"Key": "k", "Body": b"x"}),
                       (theirs.delete_object, {"Key": "k"}), (theirs.list_objects_v2, {}), (theirs.delete_bucket, {}),
                       (theirs.get_bucket_tagging, {}), (theirs.create_multipart_upload, {"Key": "k"}),
                       (theirs.put_bucket_versioning, {"VersioningConfiguration": {"Status": "Enabled"}}),
                       (theirs.list_object_versions, {}), (theirs.get_object_attributes, {"Key": "k", "ObjectAttributes": ["ETag"]})]:
        assert refused(call, Bucket=name, **more) == (403, "AccessDenied"), call
    # Of many keys each is refused by itself.
    errors = theirs.delete_objects(Bucket=name, Delete={"Objects": [{"Key": "k"}]})["Errors"]
    assert [(e["Key"], e["Code"]) for e in errors] == [("k", "AccessDenied")]
    # A copy asks for both ends.
    source = {"Bucket": name, "Key": "k"}
    assert refused(theirs.copy_object, Bucket=name + "-2", Key="k", CopySource=source) == (403, "AccessDenied")
    theirs.put_object(Bucket=name + "-2", Key="own", Body=b"x")
    assert refused(theirs.copy_object, Bucket=name, Key="k", CopySource={"Bucket": name + "-2", "Key": "own"}) == (403, "AccessDenied")
    assert mine.get_object(Bucket=name, Key="k")["Body"].read() == b"secret"
    assert refused(theirs.get_object, Bucket=name + "-nowhere", Key="k") == (404, "NoSuchBucket")


def test_strangers_get_awss_errors(shared, mine, name):
    mine.create_bucket(Bucket=name)
    nobody = shared.client("s3", config=Config(signature_version=UNSIGNED))
    assert refused(nobody.get_object, Bucket=name, Key="k") == (403, "AccessDenied")
    assert refused(nobody.list_buckets)[0] == 403
    unknown = shared.client("s3", aws_access_key_id="AKIANOBODYKNOWSME000")
    assert refused(unknown.list_objects_v2, Bucket=name) == (403, "InvalidAccessKeyId")
    wrong = shared.client("s3", aws_secret_access_key="not the secret")
    assert refused(wrong.put_object, Bucket=name, Key="k", Body=b"x") == (403, "SignatureDoesNotMatch")
    assert "Contents" not in mine.list_objects_v2(Bucket=name)
