"""Server-side encryption: SSE-C over TLS, SSE-KMS, a bucket's default, copies between all of them."""
import base64
import hashlib
import os
import subprocess

import boto3
import pytest
from botocore.exceptions import ClientError

from conftest import Lake

MINE = b"pO3upElrwuEXSoFwCfnZPdSsmt/xWeFa"
OTHER = b"6b+WOZ1T3cqZMxgThRcXAQBrS5mXKdDU"
DATA = os.urandom(300_000)


def customer(key, prefix="SSECustomer"):
    """boto3 encodes the key and adds its MD5."""
    return {prefix + "Algorithm": "AES256", prefix + "Key": key}


def failure(call, **arguments):
    with pytest.raises(ClientError) as raised:
        call(**arguments)
    response = raised.value.response
    return response["ResponseMetadata"]["HTTPStatusCode"], response["Error"]["Code"], response["Error"].get("Message")


@pytest.fixture(scope="module")
def tls_lake(tmp_path_factory):
    folder = tmp_path_factory.mktemp("tls")
    subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes",
                    "-days", "2", "-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost,IP:127.0.0.1",
                    "-keyout", folder / "key.pem", "-out", folder / "cert.pem"], check=True, capture_output=True)
    lake = Lake(folder / "data", "--tls-cert", str(folder / "cert.pem"), "--tls-key", str(folder / "key.pem"))
    lake.certificate = str(folder / "cert.pem")
    yield lake
    lake.stop()


@pytest.fixture(scope="module")
def s3(tls_lake):
    return tls_lake.client("s3", verify=tls_lake.certificate)


@pytest.fixture(scope="module")
def kms(tls_lake):
    return tls_lake.client("kms", verify=tls_lake.certificate)


@pytest.fixture
def place(s3, name):
    s3.create_bucket(Bucket=name)
    return name


# SSE-C


def test_customer_key_opens_its_object_only(s3, place):
    put = s3.put_object(Bucket=place, Key="a", Body=DATA, **customer(MINE))
    md5 = base64.b64encode(hashlib.md5(MINE).digest()).decode()
    assert (put["SSECustomerAlgorithm"], put["SSECustomerKeyMD5"]) == ("AES256", md5)
    assert "ServerSideEncryption" not in put
    got = s3.get_object(Bucket=place, Key="a", **customer(MINE))
    assert got["Body"].read() == DATA and got["SSECustomerKeyMD5"] == md5
    part = s3.get_object(Bucket=place, Key="a", Range="bytes=65000-131100", **customer(MINE))
    assert part["Body"].read() == DATA[65000:131101]
    assert failure(s3.get_object, Bucket=place, Key="a") == (
        400, "InvalidRequest", "The object was stored using a form of Server Side Encryption. The correct parameters must be "
        "provided to retrieve the object.")
    assert failure(s3.get_object, Bucket=place, Key="a", **customer(OTHER)) == (
        403, "AccessDenied", "Requests specifying Server Side Encryption with Customer provided keys must provide the correct "
        "secret key.")
    assert failure(s3.head_object, Bucket=place, Key="a")[0] == 400
    assert failure(s3.head_object, Bucket=place, Key="a", **customer(OTHER))[0] == 403
    assert s3.head_object(Bucket=place, Key="a", **customer(MINE))["ContentLength"] == len(DATA)
    # Lists, tags and deletion need no key.
    assert s3.list_objects_v2(Bucket=place)["Contents"][0]["Size"] == len(DATA)
    s3.put_object_tagging(Bucket=place, Key="a", Tagging={"TagSet": [{"Key": "k", "Value": "v"}]})
    s3.delete_object(Bucket=place, Key="a")


def test_customer_headers_are_checked(s3, place):
    def put(**headers):
        hook = lambda params, **_: params["headers"].update(headers)
        s3.meta.events.register("before-call.s3.PutObject", hook)
        try:
            return failure(s3.put_object, Bucket=place, Key="a", Body=b"x")
        finally:
            s3.meta.events.unregister("before-call.s3.PutObject", hook)
    prefix = "x-amz-server-side-encryption-customer-"
    key, md5 = base64.b64encode(MINE).decode(), base64.b64encode(hashlib.md5(MINE).digest()).decode()
    asks = "Requests specifying Server Side Encryption with Customer provided keys must provide "
    assert put(**{prefix + "key": key, prefix + "key-md5": md5}) == (400, "InvalidArgument", asks + "a valid encryption algorithm.")
    assert put(**{prefix + "algorithm": "AES256"}) == (400, "InvalidArgument", asks + "an appropriate secret key.")
    assert put(**{prefix + "algorithm": "AES256", prefix + "key": key})[:2] == (400, "InvalidArgument")
    assert put(**{prefix + "algorithm": "AES192", prefix + "key": key, prefix + "key-md5": md5})[:2] == (
        400, "InvalidEncryptionAlgorithmError")
    assert put(**{prefix + "algorithm": "AES256", prefix + "key": key, prefix + "key-md5": "AAAAAAAAAAAAAAAAAAAAAA=="}) == (
        400, "InvalidArgument", "The calculated MD5 hash of the key did not match the hash that was provided.")
    short = b"short"
    assert put(**{prefix + "algorithm": "AES256", prefix + "key": base64.b64encode(short).decode(),
                  prefix + "key-md5": base64.b64encode(hashlib.md5(short).digest()).decode()}) == (
        400, "InvalidArgument", "The secret key was invalid for the specified algorithm.")
    assert put(**{prefix + "algorithm": "AES256", prefix + "key": key, prefix + "key-md5": md5,
                  "x-amz-server-side-encryption": "AES256"}) == (
        400, "InvalidArgument", "Server Side Encryption with Customer provided key is incompatible with the encryption method "
        "specified")
    assert failure(s3.head_object, Bucket=place, Key="a")[0] == 404


def test_customer_keys_do_not_travel_in_the_clear(s3, tls_lake, place):
    plain = tls_lake.endpoint.replace("https", "http")  # the same port takes both
    clear = boto3.client("s3", endpoint_url=plain, region_name="us-east-1", aws_access_key_id=tls_lake.access_key,
                         aws_secret_access_key=tls_lake.secret_key)
    assert failure(clear.put_object, Bucket=place, Key="a", Body=b"x", **customer(MINE)) == (
        400, "InvalidRequest", "Requests specifying Server Side Encryption with Customer provided keys must be made over a "
        "secure connection.")
    s3.put_object(Bucket=place, Key="a", Body=b"x", **customer(MINE))
    assert failure(clear.get_object, Bucket=place, Key="a", **customer(MINE))[1] == "InvalidRequest"


def test_keys_for_objects_that_need_none_are_refused(s3, place):
    s3.put_object(Bucket=place, Key="a", Body=b"x")
    assert failure(s3.get_object, Bucket=place, Key="a", **customer(MINE)) == (
        400, "InvalidRequest", "The encryption parameters are not applicable to this object.")


def test_versions_have_keys_of_their_own(s3, place):
    s3.put_bucket_versioning(Bucket=place, VersioningConfiguration={"Status": "Enabled"})
    first = s3.put_object(Bucket=place, Key="a", Body=b"one", **customer(MINE))["VersionId"]
    s3.put_object(Bucket=place, Key="a", Body=b"two", **customer(OTHER))
    assert s3.get_object(Bucket=place, Key="a", VersionId=first, **customer(MINE))["Body"].read() == b"one"
    assert s3.get_object(Bucket=place, Key="a", **customer(OTHER))["Body"].read() == b"two"
    assert failure(s3.get_object, Bucket=place, Key="a", VersionId=first, **customer(OTHER))[0] == 403


def test_parts_repeat_the_uploads_key(s3, place):
    upload = s3.create_multipart_upload(Bucket=place, Key="a", **customer(MINE))
    assert upload["SSECustomerAlgorithm"] == "AES256"
    at = {"Bucket": place, "Key": "a", "UploadId": upload["UploadId"]}
    assert failure(s3.upload_part, PartNumber=1, Body=b"x", **at) == (
        400, "InvalidRequest", "The multipart upload initiate requested encryption. Subsequent part requests must include the "
        "appropriate encryption parameters.")
    assert failure(s3.upload_part, PartNumber=1, Body=b"x", **at, **customer(OTHER)) == (
        400, "InvalidRequest", "The provided encryption parameters did not match the ones used originally.")
    big = os.urandom(5 << 20)
    parts = [{"PartNumber": n, "ETag": s3.upload_part(PartNumber=n, Body=body, **at, **customer(MINE))["ETag"]}
             for n, body in ((1, big), (2, DATA))]
    assert failure(s3.complete_multipart_upload, MultipartUpload={"Parts": parts}, **at, **customer(OTHER))[0] == 400
    s3.complete_multipart_upload(MultipartUpload={"Parts": parts}, **at, **customer(MINE))
    assert s3.get_object(Bucket=place, Key="a", **customer(MINE))["Body"].read() == big + DATA
    second = s3.get_object(Bucket=place, Key="a", PartNumber=2, **customer(MINE))
    assert second["Body"].read() == DATA and second["PartsCount"] == 2
    told = s3.head_object(Bucket=place, Key="a", **customer(MINE))
    assert told["ContentLength"] == len(big + DATA)


def test_attributes_want_the_key(s3, place):
    s3.put_object(Bucket=place, Key="a", Body=b"abc", **customer(MINE))
    asked = {"Bucket": place, "Key": "a", "ObjectAttributes": ["ETag", "ObjectSize"]}
    assert failure(s3.get_object_attributes, **asked)[:2] == (400, "InvalidRequest")
    encoded = {"SSECustomerAlgorithm": "AES256", "SSECustomerKey": base64.b64encode(MINE).decode(),
               "SSECustomerKeyMD5": base64.b64encode(hashlib.md5(MINE).digest()).decode()}
    assert s3.get_object_attributes(**asked, **encoded)["ObjectSize"] == 3


def test_the_disk_knows_neither_key_nor_text(s3, tls_lake, place):
    text = b"what only the customer may read " * 4000
    s3.put_object(Bucket=place, Key="secret", Body=text, **customer(MINE))
    for path in tls_lake.folder.rglob("*"):
        if path.is_file():
            bytes_ = path.read_bytes()
            for secret in (b"only the customer", MINE, base64.b64encode(MINE)):
                assert secret not in bytes_, path
    tls_lake.restart()
    assert s3.get_object(Bucket=place, Key="secret", **customer(MINE))["Body"].read() == text
    assert failure(s3.get_object, Bucket=place, Key="secret")[0] == 400


def test_blocked_customer_keys(s3, place):
    s3.put_object(Bucket=place, Key="old", Body=b"x", **customer(MINE))

    def block(kind):
        s3.put_bucket_encryption(Bucket=place, ServerSideEncryptionConfiguration={
            "Rules": [{"ApplyServerSideEncryptionByDefault": {"SSEAlgorithm": "AES256"},
                       "BlockedEncryptionTypes": {"EncryptionType": [kind]}}]})
    block("SSE-C")
    rule = s3.get_bucket_encryption(Bucket=place)["ServerSideEncryptionConfiguration"]["Rules"][0]
    assert rule["BlockedEncryptionTypes"] == {"EncryptionType": ["SSE-C"]}
    assert failure(s3.put_object, Bucket=place, Key="new", Body=b"x", **customer(MINE))[:2] == (403, "AccessDenied")
    assert failure(s3.create_multipart_upload, Bucket=place, Key="new", **customer(MINE))[:2] == (403, "AccessDenied")
    assert s3.get_object(Bucket=place, Key="old", **customer(MINE))["Body"].read() == b"x"
    block("NONE")
    s3.put_object(Bucket=place, Key="new", Body=b"x", **customer(MINE))


# The bucket's default


def test_default_encryption_is_kept_and_checked(s3, place):
    def put(by_default, **more):
        return {"Rules": [{"ApplyServerSideEncryptionByDefault": by_default, **more}]}

    def rule():
        return s3.get_bucket_encryption(Bucket=place)["ServerSideEncryptionConfiguration"]["Rules"][0]
    plain = {"ApplyServerSideEncryptionByDefault": {"SSEAlgorithm": "AES256"}, "BucketKeyEnabled": False}
    assert rule() == plain
    kms = {"SSEAlgorithm": "aws:kms", "KMSMasterKeyID": "not-looked-up-yet"}
    s3.put_bucket_encryption(Bucket=place, ServerSideEncryptionConfiguration=put(kms, BucketKeyEnabled=True))
    assert rule() == {"ApplyServerSideEncryptionByDefault": kms, "BucketKeyEnabled": True}
    assert failure(s3.put_bucket_encryption, Bucket=place, ServerSideEncryptionConfiguration=put(
        {"SSEAlgorithm": "AES256", "KMSMasterKeyID": "x"})) == (
            400, "InvalidArgument",
            "a KMSMasterKeyID is not applicable if the default sse algorithm is not aws:kms or aws:kms:dsse")
    assert failure(s3.put_bucket_encryption, Bucket=place,
                   ServerSideEncryptionConfiguration={"Rules": []})[:2] == (400, "MalformedXML")
    assert failure(s3.put_object, Bucket=place, Key="a", Body=b"x")[:2] == (400, "KMS.NotFoundException")
    assert s3.delete_bucket_encryption(Bucket=place)["ResponseMetadata"]["HTTPStatusCode"] == 204
    assert rule() == plain


def test_reads_take_no_choice_of_encryption(s3, place):
    s3.put_object(Bucket=place, Key="a", Body=b"x", ServerSideEncryption="AES256")
    hook = lambda params, **_: params["headers"].update({"x-amz-server-side-encryption": "AES256"})
    for call, event in ((s3.get_object, "GetObject"), (s3.head_object, "HeadObject")):
        s3.meta.events.register(f"before-call.s3.{event}", hook)
        assert failure(call, Bucket=place, Key="a")[0] == 400
        s3.meta.events.unregister(f"before-call.s3.{event}", hook)


def test_choices_that_contradict_themselves(s3, place):
    assert failure(s3.put_object, Bucket=place, Key="a", Body=b"x", ServerSideEncryption="AES256", SSEKMSKeyId="k") == (
        400, "InvalidArgument", "Server Side Encryption with AWS KMS managed key requires HTTP header "
        "x-amz-server-side-encryption : aws:kms")
    assert failure(s3.put_object, Bucket=place, Key="a", Body=b"x", SSEKMSKeyId="k")[:2] == (400, "InvalidArgument")
    assert failure(s3.put_object, Bucket=place, Key="a", Body=b"x", ServerSideEncryption="aes:kms") == (
        400, "InvalidArgument", "The encryption method specified is not supported")
