"""tarn copy: from another store and from folders, incremental and checked."""
import os
import subprocess

import pytest
from botocore.exceptions import ClientError

from conftest import BINARY, Lake


def tarn(lake, *words, check=True, **more):
    env = {"PATH": os.environ["PATH"], **lake.environment(), **more}
    done = subprocess.run([str(BINARY), *map(str, words), "--endpoint", lake.endpoint], env=env, capture_output=True,
                          text=True, timeout=120)
    assert not check or done.returncode == 0, done.stderr + done.stdout
    return done


@pytest.fixture(scope="module")
def other(tmp_path_factory):
    """Another store: a lake of its own, with other credentials."""
    class Other(Lake):
        access_key = "AKIATARNOTHERSTORE01"
        secret_key = "the-other-stores-secret-of-forty-letters"

    running = Other(tmp_path_factory.mktemp("other") / "data")
    yield running
    running.stop()


def from_other(other):
    return dict(TARN_FROM_ACCESS_KEY_ID=other.access_key, TARN_FROM_SECRET_ACCESS_KEY=other.secret_key)


def test_a_prefix_of_another_store_is_copied_once(lake, other, bucket, name):
    theirs, ours = other.client("s3"), lake.client("s3")
    theirs.create_bucket(Bucket=name)
    for key in ("in/a b+ü&.txt", "in/deep/er", "in/empty", "out/no"):
        theirs.put_object(Bucket=name, Key=key, Body=b"" if key == "in/empty" else key.encode(), ContentType="text/x-own",
                          Metadata={"who": "me"})
    words = ["copy", f"s3://{name}/in", f"s3://{bucket}/to/", "--from-endpoint", other.endpoint]
    assert tarn(lake, *words, **from_other(other)).stdout.startswith("3 objects copied (")
    listed = [o["Key"] for o in ours.list_objects_v2(Bucket=bucket)["Contents"]]
    assert listed == ["to/a b+ü&.txt", "to/deep/er", "to/empty"]
    got = ours.get_object(Bucket=bucket, Key="to/a b+ü&.txt")
    assert (got["Body"].read(), got["ContentType"], got["Metadata"]["who"]) == ("in/a b+ü&.txt".encode(), "text/x-own", "me")
    theirs.put_object(Bucket=name, Key="in/deep/er", Body=b"newer text")
    again = tarn(lake, *words, **from_other(other)).stdout
    assert again.startswith("1 objects copied") and "2 were there" in again
    assert ours.get_object(Bucket=bucket, Key="to/deep/er")["Body"].read() == b"newer text"


def test_parts_stay_parts_and_give_the_same_etag(lake, other, bucket, name):
    theirs = other.client("s3")
    theirs.create_bucket(Bucket=name)
    upload = theirs.create_multipart_upload(Bucket=name, Key="big")["UploadId"]
    parts = [os.urandom(5 << 20), os.urandom(6 << 20), b"end"]
    done = [{"PartNumber": n, "ETag": theirs.upload_part(Bucket=name, Key="big", UploadId=upload, PartNumber=n,
                                                         Body=body)["ETag"]} for n, body in enumerate(parts, 1)]
    theirs.complete_multipart_upload(Bucket=name, Key="big", UploadId=upload, MultipartUpload={"Parts": done})
    words = ["copy", f"s3://{name}", f"s3://{bucket}", "--from-endpoint", other.endpoint]
    tarn(lake, *words, **from_other(other))
    head = lake.client("s3").head_object(Bucket=bucket, Key="big")
    assert head["ETag"] == theirs.head_object(Bucket=name, Key="big")["ETag"]
    assert lake.client("s3").get_object(Bucket=bucket, Key="big")["Body"].read() == b"".join(parts)
    assert tarn(lake, *words, **from_other(other)).stdout.startswith("0 objects copied")


def test_a_folder_is_copied_and_only_what_changed_again(lake, bucket, tmp_path):
    folder = tmp_path / "files"
    (folder / "deep").mkdir(parents=True)
    for n in range(20):
        (folder / "deep" / f"{n}.txt").write_text(f"text {n}")
    (folder / "large").write_bytes(os.urandom(9 << 20))
    assert tarn(lake, "copy", folder, f"s3://{bucket}/f").stdout.startswith("21 objects copied")
    (folder / "deep" / "7.txt").write_text("TEXT 7")
    again = tarn(lake, "copy", folder, f"s3://{bucket}/f", "--parallel", "3").stdout
    assert again.startswith("1 objects copied") and "20 were there" in again
    s3 = lake.client("s3")
    assert s3.get_object(Bucket=bucket, Key="f/deep/7.txt")["Body"].read() == b"TEXT 7"
    assert s3.get_object(Bucket=bucket, Key="f/large")["Body"].read() == (folder / "large").read_bytes()


def test_what_cannot_be_copied_is_told_and_the_rest_is_copied(lake, bucket, tmp_path):
    folder = tmp_path / "files"
    folder.mkdir()
    (folder / "good").write_text("good")
    (folder / ("x" * 200)).write_text("fine")
    lake.client("s3").put_bucket_policy(Bucket=bucket, Policy="""{"Version": "2012-10-17", "Statement": [
        {"Effect": "Deny", "Principal": "*", "Action": "s3:PutObject", "Resource": "arn:aws:s3:::%s/f/good"}]}""" % bucket)
    done = tarn(lake, "copy", folder, f"s3://{bucket}/f", check=False)
    assert done.returncode == 1 and "good: AccessDenied" in done.stderr and "1 failed" in done.stdout
    lake.client("s3").head_object(Bucket=bucket, Key="f/" + "x" * 200)
    with pytest.raises(ClientError):
        lake.client("s3").head_object(Bucket=bucket, Key="f/good")


def test_a_store_that_refuses_is_told(lake, other, bucket, name):
    done = tarn(lake, "copy", f"s3://{name}-none", f"s3://{bucket}", "--from-endpoint", other.endpoint, check=False,
                **from_other(other))
    assert done.returncode == 1 and "NoSuchBucket" in done.stderr
