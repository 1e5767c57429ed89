"""SSE-KMS: keys by every name, contexts, bucket keys, disabled keys; copies between all kinds of encryption."""
import base64
import json
import os
import subprocess

import pytest

from conftest import Lake
from s3.test_encryption import MINE, OTHER, customer, failure, kms, place, s3, tls_lake  # noqa: F401

DATA = os.urandom(200_000)


@pytest.fixture(scope="module")
def key(kms):
    return kms.create_key(Description="for objects")["KeyMetadata"]["Arn"]


@pytest.fixture(scope="module")
def other_key(kms):
    return kms.create_key()["KeyMetadata"]["Arn"]


def test_objects_tell_their_key(s3, place, key):
    put = s3.put_object(Bucket=place, Key="a", Body=DATA, ServerSideEncryption="aws:kms", SSEKMSKeyId=key)
    got = s3.get_object(Bucket=place, Key="a")
    head = s3.head_object(Bucket=place, Key="a")
    for answer in (put, got, head):
        assert (answer["ServerSideEncryption"], answer["SSEKMSKeyId"]) == ("aws:kms", key)
        assert "BucketKeyEnabled" not in answer
    assert got["Body"].read() == DATA
    assert s3.get_object(Bucket=place, Key="a", Range="bytes=100-199")["Body"].read() == DATA[100:200]


def test_keys_are_named_by_id_arn_and_alias(s3, kms, place, key, name):
    kms.create_alias(AliasName=f"alias/{name}", TargetKeyId=key)
    for named in (key.split("/")[-1], key, f"alias/{name}"):
        put = s3.put_object(Bucket=place, Key="a", Body=b"x", ServerSideEncryption="aws:kms", SSEKMSKeyId=named)
        assert put["SSEKMSKeyId"] == key
    managed = s3.put_object(Bucket=place, Key="a", Body=b"x", ServerSideEncryption="aws:kms")["SSEKMSKeyId"]
    assert kms.describe_key(KeyId="alias/aws/s3")["KeyMetadata"]["Arn"] == managed
    assert s3.get_object(Bucket=place, Key="a")["Body"].read() == b"x"
    assert failure(s3.put_object, Bucket=place, Key="b", Body=b"x", ServerSideEncryption="aws:kms", SSEKMSKeyId="none")[:2] == (
        400, "KMS.NotFoundException")
    assert failure(s3.head_object, Bucket=place, Key="b")[0] == 404


def test_disabled_and_dying_keys_close_their_objects(s3, kms, place):
    key = kms.create_key()["KeyMetadata"]["Arn"]
    s3.put_object(Bucket=place, Key="a", Body=b"x", ServerSideEncryption="aws:kms", SSEKMSKeyId=key)
    kms.disable_key(KeyId=key)
    assert failure(s3.get_object, Bucket=place, Key="a") == (400, "KMS.DisabledException", f"{key} is disabled.")
    assert failure(s3.put_object, Bucket=place, Key="b", Body=b"x", ServerSideEncryption="aws:kms", SSEKMSKeyId=key)[1] == (
        "KMS.DisabledException")
    assert s3.head_object(Bucket=place, Key="a")["SSEKMSKeyId"] == key
    kms.enable_key(KeyId=key)
    assert s3.get_object(Bucket=place, Key="a")["Body"].read() == b"x"
    kms.schedule_key_deletion(KeyId=key, PendingWindowInDays=7)
    assert failure(s3.get_object, Bucket=place, Key="a") == (400, "KMS.KMSInvalidStateException", f"{key} is pending deletion.")


def test_context_is_told_where_it_was_given(s3, place, key):
    context = base64.b64encode(json.dumps({"team": "blue"}).encode()).decode()
    put = s3.put_object(Bucket=place, Key="a", Body=b"x", ServerSideEncryption="aws:kms", SSEKMSKeyId=key,
                        SSEKMSEncryptionContext=context)
    assert json.loads(base64.b64decode(put["SSEKMSEncryptionContext"])) == {
        "team": "blue", "aws:s3:arn": f"arn:aws:s3:::{place}/a"}
    assert "x-amz-server-side-encryption-context" not in s3.get_object(
        Bucket=place, Key="a")["ResponseMetadata"]["HTTPHeaders"]
    for bad in ("no base64", base64.b64encode(b"[1]").decode(), base64.b64encode(b'{"a": 1}').decode()):
        assert failure(s3.put_object, Bucket=place, Key="a", Body=b"x", ServerSideEncryption="aws:kms",
                       SSEKMSEncryptionContext=bad) == (
            400, "InvalidArgument", "The header 'x-amz-server-side-encryption-context' shall be Base64-encoded UTF-8 string "
            "holding JSON which represents a string-string map")


def test_default_encryption_acts_on_every_kind_of_write(s3, place, key):
    s3.put_bucket_encryption(Bucket=place, ServerSideEncryptionConfiguration={"Rules": [{
        "ApplyServerSideEncryptionByDefault": {"SSEAlgorithm": "aws:kms", "KMSMasterKeyID": key.split("/")[-1]},
        "BucketKeyEnabled": True}]})
    put = s3.put_object(Bucket=place, Key="a", Body=DATA)
    copied = s3.copy_object(Bucket=place, Key="b", CopySource=f"{place}/a")
    upload = s3.create_multipart_upload(Bucket=place, Key="c")
    at = {"Bucket": place, "Key": "c", "UploadId": upload["UploadId"]}
    part = s3.upload_part(PartNumber=1, Body=DATA, **at)
    done = s3.complete_multipart_upload(MultipartUpload={"Parts": [{"PartNumber": 1, "ETag": part["ETag"]}]}, **at)
    for answer in (put, copied, upload, part, done):
        assert (answer["ServerSideEncryption"], answer["SSEKMSKeyId"], answer["BucketKeyEnabled"]) == ("aws:kms", key, True)
    for one in "abc":
        got = s3.get_object(Bucket=place, Key=one)
        assert got["Body"].read() == DATA and got["BucketKeyEnabled"] is True and got["SSEKMSKeyId"] == key
    plain = s3.put_object(Bucket=place, Key="d", Body=b"x", ServerSideEncryption="AES256")
    assert plain["ServerSideEncryption"] == "AES256" and "SSEKMSKeyId" not in plain


def test_dsse_is_kept_apart(s3, place, key):
    put = s3.put_object(Bucket=place, Key="a", Body=b"x", ServerSideEncryption="aws:kms:dsse", SSEKMSKeyId=key)
    assert put["ServerSideEncryption"] == "aws:kms:dsse"
    got = s3.get_object(Bucket=place, Key="a")
    assert got["Body"].read() == b"x" and got["ServerSideEncryption"] == "aws:kms:dsse"


def test_objects_outlive_restarts_and_rotations(s3, kms, tls_lake, place, key):
    s3.put_object(Bucket=place, Key="a", Body=DATA, ServerSideEncryption="aws:kms", SSEKMSKeyId=key)
    kms.rotate_key_on_demand(KeyId=key)
    tls_lake.restart()
    assert s3.get_object(Bucket=place, Key="a")["Body"].read() == DATA


KINDS = {
    "s3": lambda keys: ({"ServerSideEncryption": "AES256"}, {}),
    "kms": lambda keys: ({"ServerSideEncryption": "aws:kms", "SSEKMSKeyId": keys[0]}, {}),
    "kms2": lambda keys: ({"ServerSideEncryption": "aws:kms", "SSEKMSKeyId": keys[1], "BucketKeyEnabled": True}, {}),
    "mine": lambda keys: (customer(MINE), customer(MINE)),
    "other": lambda keys: (customer(OTHER), customer(OTHER)),
}


@pytest.mark.parametrize("source", KINDS)
@pytest.mark.parametrize("target", KINDS)
def test_copies_between_all_kinds(s3, place, key, other_key, source, target):
    put, read = KINDS[source]((key, other_key))
    write, check = KINDS[target]((key, other_key))
    from_customer = {"CopySource" + name: value for name, value in read.items()}
    s3.put_object(Bucket=place, Key="from", Body=DATA, Metadata={"a": "b"}, **put)
    s3.copy_object(Bucket=place, Key="to", CopySource=f"{place}/from", **write, **from_customer)
    got = s3.get_object(Bucket=place, Key="to", **check)
    assert got["Body"].read() == DATA and got["Metadata"] == {"a": "b"}
    assert got.get("SSEKMSKeyId") == write.get("SSEKMSKeyId")
    if read:
        assert failure(s3.copy_object, Bucket=place, Key="to", CopySource=f"{place}/from", **write)[:2] == (400, "InvalidRequest")

    upload = s3.create_multipart_upload(Bucket=place, Key="parts", **write)["UploadId"]
    at = {"Bucket": place, "Key": "parts", "UploadId": upload}
    part = s3.upload_part_copy(PartNumber=1, CopySource=f"{place}/from", CopySourceRange="bytes=10-100009", **at, **check,
                               **from_customer)["CopyPartResult"]["ETag"]
    s3.complete_multipart_upload(MultipartUpload={"Parts": [{"PartNumber": 1, "ETag": part}]}, **at, **check)
    assert s3.get_object(Bucket=place, Key="parts", **check)["Body"].read() == DATA[10:100010]


def test_encryption_is_updated_in_place(s3, place, key, other_key):
    before = s3.put_object(Bucket=place, Key="a", Body=DATA)

    def update(arn, **more):
        return {"Bucket": place, "Key": "a", "ObjectEncryption": {"SSEKMS": {"KMSKeyArn": arn, **more}}}
    s3.update_object_encryption(**update(key))
    s3.update_object_encryption(**update(other_key, BucketKeyEnabled=True))
    got = s3.get_object(Bucket=place, Key="a")
    assert got["Body"].read() == DATA and got["ETag"] == before["ETag"]
    assert (got["SSEKMSKeyId"], got["BucketKeyEnabled"]) == (other_key, True)
    assert failure(s3.update_object_encryption, **update("arn:aws:s3:::somewhere/else"))[:2][0] == 400
    assert failure(s3.update_object_encryption, **update(key.replace("000000000000", "123456789012")))[:2] == (
        403, "AccessDenied")
    s3.put_object(Bucket=place, Key="a", Body=b"x", **customer(MINE))
    assert failure(s3.update_object_encryption, **update(key))[:2] == (400, "InvalidRequest")


def test_queries_read_and_write_encrypted_tables(s3, tls_lake, place, key):
    s3.put_bucket_encryption(Bucket=place, ServerSideEncryptionConfiguration={"Rules": [{
        "ApplyServerSideEncryptionByDefault": {"SSEAlgorithm": "aws:kms", "KMSMasterKeyID": key}}]})
    s3.put_object(Bucket=place, Key="in/a.csv", Body=b"1,rome\n2,oslo\n")
    athena = tls_lake.client("athena", verify=tls_lake.certificate)

    def run(sql):
        run_id = athena.start_query_execution(
            QueryString=sql, ResultConfiguration={"OutputLocation": f"s3://{place}/results/"})["QueryExecutionId"]
        while True:
            state = athena.get_query_execution(QueryExecutionId=run_id)["QueryExecution"]["Status"]
            if state["State"] in ("SUCCEEDED", "FAILED", "CANCELLED"):
                assert state["State"] == "SUCCEEDED", state
                return athena.get_query_results(QueryExecutionId=run_id)["ResultSet"]["Rows"]
    database = f"db_{place}"
    run(f"CREATE DATABASE {database}")
    run(f"CREATE EXTERNAL TABLE {database}.cities (id int, city string) ROW FORMAT DELIMITED FIELDS TERMINATED BY ',' "
        f"LOCATION 's3://{place}/in/'")
    run(f"CREATE TABLE {database}.copied WITH (format = 'PARQUET', external_location = 's3://{place}/out/') AS "
        f"SELECT * FROM {database}.cities")
    rows = run(f"SELECT city FROM {database}.copied ORDER BY id")
    assert [row["Data"][0]["VarCharValue"] for row in rows] == ["city", "rome", "oslo"]
    for entry in s3.list_objects_v2(Bucket=place, Prefix="out/")["Contents"]:
        assert s3.head_object(Bucket=place, Key=entry["Key"])["SSEKMSKeyId"] == key
