"""Python clients beside boto3's plain calls: its transfer manager, s3fs, minio-py, smart_open, pyarrow."""
import io
import json
import os

import boto3
import pytest
from boto3.s3.transfer import TransferConfig

from conftest import ROOT, run

ODD = "ünï/a b+c%41&?#.txt"


@pytest.fixture
def variables(lake, monkeypatch):
    for variable, value in lake.environment().items():
        monkeypatch.setenv(variable, value)


def test_boto3s_transfer_manager_with_threads(lake, bucket, tmp_path):
    s3 = lake.client("s3")
    body = os.urandom(23 << 20)
    split = TransferConfig(multipart_threshold=5 << 20, multipart_chunksize=5 << 20, max_concurrency=8)
    seen = []
    s3.upload_fileobj(io.BytesIO(body), bucket, ODD, Config=split, Callback=seen.append,
                      ExtraArgs={"Metadata": {"colour": "blue"}, "ChecksumAlgorithm": "SHA256"})
    assert sum(seen) == len(body)
    told = s3.head_object(Bucket=bucket, Key=ODD)
    assert told["ETag"].endswith('-5"') and told["Metadata"] == {"colour": "blue"}
    back = io.BytesIO()
    s3.download_fileobj(bucket, ODD, back, Config=split)
    assert back.getvalue() == body
    s3.copy({"Bucket": bucket, "Key": ODD}, bucket, "copy", Config=split)
    s3.download_file(bucket, "copy", str(tmp_path / "copy"), Config=split)
    assert (tmp_path / "copy").read_bytes() == body


def test_boto3s_resources(lake, bucket):
    place = boto3.resource("s3", endpoint_url=lake.endpoint, region_name=lake.region, aws_access_key_id=lake.access_key,
                           aws_secret_access_key=lake.secret_key).Bucket(bucket)
    for n in range(5):
        place.put_object(Key=f"r/{n}", Body=b"x")
    assert [entry.key for entry in place.objects.filter(Prefix="r/").page_size(2)] == [f"r/{n}" for n in range(5)]
    place.Versioning().enable()
    place.objects.all().delete()
    place.object_versions.all().delete()
    place.delete()


S3FS = """
import json, os, sys, s3fs
bucket, odd = sys.argv[1:]
fs = s3fs.S3FileSystem(endpoint_url=os.environ["AWS_ENDPOINT_URL"])
large = os.urandom(12 << 20)
with fs.open(f"{bucket}/{odd}", "w") as file:
    file.write("hello")
assert fs.cat(f"{bucket}/{odd}") == b"hello"
with fs.open(f"{bucket}/large", "wb", block_size=5 << 20) as file:
    file.write(large)
with fs.open(f"{bucket}/large", "rb") as file:
    file.seek(6 << 20)
    assert file.read(1000) == large[6 << 20:(6 << 20) + 1000]
with fs.open(f"{bucket}/large", "ab") as file:
    file.write(b"tail")
assert fs.info(f"{bucket}/large")["size"] == len(large) + 4
fs.mv(f"{bucket}/large", f"{bucket}/moved")
fs.setxattr(f"{bucket}/moved", colour="blue")
fs.put_tags(f"{bucket}/moved", {"stage": "raw"})
assert fs.metadata(f"{bucket}/moved") == {"colour": "blue"} and fs.get_tags(f"{bucket}/moved") == {"stage": "raw"}
fs.invalidate_cache()
print(json.dumps(sorted(fs.find(bucket))))
fs.rm(bucket, recursive=True)
assert not fs.exists(bucket)
"""


def test_s3fs_of_python(lake, environment, name, tmp_path):
    python = ROOT / ".venv-s3fs/bin/python"
    if not python.exists() and not os.environ.get("TARN_CI"):
        pytest.skip(f"{python} is not there; ./do deps makes it")
    lake.client("s3").create_bucket(Bucket=name)
    found = run([python, "-c", S3FS, name, ODD], environment, tmp_path)
    assert json.loads(found) == sorted([f"{name}/moved", f"{name}/{ODD}"])


def test_minio_py(lake, name):
    minio = pytest.importorskip("minio") if not os.environ.get("TARN_CI") else __import__("minio")
    client = minio.Minio(endpoint=lake.endpoint.removeprefix("http://"), access_key=lake.access_key,
                         secret_key=lake.secret_key, secure=False, region=lake.region)
    client.make_bucket(bucket_name=name)
    client.put_object(bucket_name=name, object_name=ODD, data=io.BytesIO(b"hello"), length=5)
    large = os.urandom(12 << 20)
    put = client.put_object(bucket_name=name, object_name="large", data=io.BytesIO(large), length=-1, part_size=5 << 20)
    assert put.etag.endswith("-3")
    assert client.get_object(bucket_name=name, object_name="large").read() == large
    assert [entry.object_name for entry in client.list_objects(bucket_name=name, recursive=True)] == ["large", ODD]
    with pytest.raises(minio.error.S3Error, match="NoSuchKey"):
        client.stat_object(bucket_name=name, object_name="none")
    for key in ("large", ODD):
        client.remove_object(bucket_name=name, object_name=key)
    client.remove_bucket(bucket_name=name)


def test_smart_open_streams(variables, bucket):
    smart_open = pytest.importorskip("smart_open") if not os.environ.get("TARN_CI") else __import__("smart_open")
    with smart_open.open(f"s3://{bucket}/rows.csv.gz", "w") as file:
        for n in range(5000):
            file.write(f"{n},{n * n}\n")
    with smart_open.open(f"s3://{bucket}/rows.csv.gz") as file:
        assert sum(1 for _ in file) == 5000


def test_pyarrows_own_client(lake, bucket):
    import pyarrow as pa
    import pyarrow.dataset
    import pyarrow.parquet
    from pyarrow import fs
    place = fs.S3FileSystem(access_key=lake.access_key, secret_key=lake.secret_key, endpoint_override=lake.endpoint,
                            region=lake.region)
    table = pa.table({"id": range(1000), "day": ["d1", "d2"] * 500})
    pa.dataset.write_dataset(table, f"{bucket}/t", filesystem=place, format="parquet", partitioning=["day"],
                             partitioning_flavor="hive")
    assert pa.dataset.dataset(f"{bucket}/t", filesystem=place, partitioning="hive").to_table().num_rows == 1000
    place.move(f"{bucket}/t/day=d1/part-0.parquet", f"{bucket}/moved.parquet")
    assert pa.parquet.read_table(f"{bucket}/moved.parquet", filesystem=place).num_rows == 500
    with place.open_output_stream(f"{bucket}/large") as out:  # in parts
        for _ in range(12):
            out.write(os.urandom(1 << 20))
    assert place.get_file_info(f"{bucket}/large").size == 12 << 20
    place.delete_dir(f"{bucket}/t")
