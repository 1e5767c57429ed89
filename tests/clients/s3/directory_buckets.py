"""What the tests of directory buckets share."""
import botocore.credentials
import pytest
import requests
from botocore.auth import S3SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.config import Config
from botocore.exceptions import ClientError

ZONE = "use1-az4"
PATH_STYLE = Config(s3={"addressing_style": "path"})
# Signs every request with its own key instead of a session's.
NO_SESSIONS = Config(s3={"addressing_style": "path", "disable_s3_express_session_auth": True})


def place(kind="AvailabilityZone", zone=ZONE):
    return {"Location": {"Type": kind, "Name": zone}, "Bucket": {"Type": "Directory", "DataRedundancy": "Single" + kind}}


def make(s3, name, zone=ZONE):
    bucket = f"{name}--{zone}--x-s3"
    s3.create_bucket(Bucket=bucket, CreateBucketConfiguration=place(zone=zone))
    return bucket


def arn_of(lake, bucket):
    return f"arn:aws:s3express:{lake.region}:{lake.account}:bucket/{bucket}"


def refused(call, code="NotImplemented", status=501, **arguments):
    with pytest.raises(ClientError) as error:
        call(**arguments)
    told = error.value.response
    assert (told["Error"]["Code"], told["ResponseMetadata"]["HTTPStatusCode"]) == (code, status)
    return told["Error"]


def session_client(lake, credentials, bucket):
    """Requests signed with exactly these credentials of CreateSession."""
    def send(method, key, body=b"", header="x-amz-s3session-token", **headers):
        request = AWSRequest(method, f"{lake.endpoint}/{bucket}/{key}", data=body,
                             headers={header: credentials["SessionToken"], **headers})
        signer = S3SigV4Auth(botocore.credentials.Credentials(credentials["AccessKeyId"], credentials["SecretAccessKey"]),
                             "s3express", lake.region)
        signer.add_auth(request)
        return requests.request(method, request.url, data=body, headers=dict(request.headers.items()))
    return send
