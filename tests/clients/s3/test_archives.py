"""Archives at work: restored copies, SQL over archived objects, Intelligent-Tiering's tiers."""
import time

import botocore.exceptions
import pytest

from conftest import Lake


def refusal(call, **arguments):
    with pytest.raises(botocore.exceptions.ClientError) as raised:
        call(**arguments)
    return raised.value.response["Error"]


def wait_for(condition, seconds=30):
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "it did not happen in time"
        time.sleep(0.05)


def stored(folder):
    return sum(file.stat().st_size for file in folder.rglob("*") if file.is_file())


@pytest.fixture
def cold(tmp_path):
    """The folder where GLACIER lies, and a lake whose days last two seconds."""
    folder = tmp_path / "cold"
    config = tmp_path / "tarn.toml"
    config.write_text(f'[[volume]]\nname = "cold"\npath = "{folder}"\n[storage_class.GLACIER]\nvolume = "cold"\n')
    lake = Lake(tmp_path / "data", "--lifecycle-day", "2s", "--config", str(config))
    yield folder, lake
    lake.stop()


@pytest.mark.parametrize("sealed", [{}, {"ServerSideEncryption": "aws:kms"}])
def test_a_restored_copy_is_read_without_the_archive(cold, name, sealed):
    folder, lake = cold
    s3 = lake.client("s3")
    s3.create_bucket(Bucket=name)
    body = bytes(range(256)) * 8192
    s3.put_object(Bucket=name, Key="k", Body=body, StorageClass="GLACIER", **sealed)
    s3.restore_object(Bucket=name, Key="k", RestoreRequest={"Days": 30, "GlacierJobParameters": {"Tier": "Expedited"}})
    wait_for(lambda: 'ongoing-request="false"' in s3.head_object(Bucket=name, Key="k").get("Restore", ""))
    files = [file for file in (folder / "files").rglob("*") if file.is_file()] + list((folder / "packs").glob("*"))
    for file in files:
        file.rename(file.with_name(file.name + ".away"))
    lake.restart(kill=True)
    assert s3.get_object(Bucket=name, Key="k")["Body"].read() == body
    assert s3.get_object(Bucket=name, Key="k", Range="bytes=70000-70009")["Body"].read() == body[70000:70010]
    for file in files:
        file.with_name(file.name + ".away").rename(file)


def query(lake, sql, bucket):
    athena = lake.client("athena")
    run = athena.start_query_execution(QueryString=sql, ResultConfiguration={"OutputLocation": f"s3://{bucket}/results/"})
    run = run["QueryExecutionId"]

    def done():
        state = athena.get_query_execution(QueryExecutionId=run)["QueryExecution"]["Status"]
        assert state["State"] not in ("FAILED", "CANCELLED"), state
        return state["State"] == "SUCCEEDED"

    wait_for(done)
    return athena.get_query_results(QueryExecutionId=run)["ResultSet"]["Rows"]


def test_queries_pass_over_archived_objects(cold, name):
    _, lake = cold
    s3 = lake.client("s3")
    s3.create_bucket(Bucket=name)
    s3.put_object(Bucket=name, Key="t/warm.csv", Body=b"1\n2\n")
    s3.put_object(Bucket=name, Key="t/cold.csv", Body=b"3\n4\n5\n", StorageClass="GLACIER")
    query(lake, "CREATE DATABASE archive", name)
    for table, properties in (("plain", ""), ("restored", "TBLPROPERTIES ('read_restored_glacier_objects'='true')")):
        query(lake, f"CREATE EXTERNAL TABLE archive.{table} (n int) ROW FORMAT DELIMITED FIELDS TERMINATED BY ',' "
                    f"LOCATION 's3://{name}/t/' {properties}", name)

    def count(table):
        return int(query(lake, f"SELECT count(*) FROM archive.{table}", name)[1]["Data"][0]["VarCharValue"])

    assert (count("plain"), count("restored")) == (2, 2)
    s3.restore_object(Bucket=name, Key="t/cold.csv", RestoreRequest={"Days": 30})
    wait_for(lambda: 'ongoing-request="false"' in s3.head_object(Bucket=name, Key="t/cold.csv").get("Restore", ""))
    assert (count("plain"), count("restored")) == (2, 5)


def test_intelligent_tiering_archives_what_nobody_reads(tmp_path, name):
    lake = Lake(tmp_path / "data", "--lifecycle-day", "40ms")
    try:
        s3 = lake.client("s3")
        s3.create_bucket(Bucket=name)
        s3.put_bucket_intelligent_tiering_configuration(Bucket=name, Id="logs", IntelligentTieringConfiguration={
            "Id": "logs", "Status": "Enabled", "Filter": {"Prefix": "logs/"},
            "Tierings": [{"Days": 90, "AccessTier": "ARCHIVE_ACCESS"}, {"Days": 180, "AccessTier": "DEEP_ARCHIVE_ACCESS"}]})
        body = b"x" * 200_000
        for key in ("logs/a", "other"):
            s3.put_object(Bucket=name, Key=key, Body=body, StorageClass="INTELLIGENT_TIERING")
        s3.put_object(Bucket=name, Key="logs/small", Body=b"x", StorageClass="INTELLIGENT_TIERING")
        assert "ArchiveStatus" not in s3.head_object(Bucket=name, Key="logs/a")
        wait_for(lambda: s3.head_object(Bucket=name, Key="logs/a").get("ArchiveStatus") == "DEEP_ARCHIVE_ACCESS")
        error = refusal(s3.get_object, Bucket=name, Key="logs/a")
        assert (error["Code"], error["StorageClass"], error["AccessTier"]) == (
            "InvalidObjectState", "INTELLIGENT_TIERING", "DEEP_ARCHIVE_ACCESS")
        assert s3.get_object(Bucket=name, Key="other")["Body"].read() == body
        assert s3.get_object(Bucket=name, Key="logs/small")["Body"].read() == b"x"
        assert refusal(s3.restore_object, Bucket=name, Key="logs/a", RestoreRequest={"Days": 1})["Code"] == "InvalidArgument"
        s3.restore_object(Bucket=name, Key="logs/a", RestoreRequest={"GlacierJobParameters": {"Tier": "Standard"}})
        wait_for(lambda: "ArchiveStatus" not in s3.head_object(Bucket=name, Key="logs/a"))
        wait_for(lambda: s3.head_object(Bucket=name, Key="logs/a").get("ArchiveStatus") == "ARCHIVE_ACCESS")
    finally:
        lake.stop()


def test_bytes_are_counted_by_where_their_class_puts_them(lake, bucket):
    s3, cloudwatch = lake.client("s3"), lake.client("cloudwatch")
    s3.put_object(Bucket=bucket, Key="warm", Body=b"x" * 1000)
    s3.put_object(Bucket=bucket, Key="cold", Body=b"x" * 500, StorageClass="GLACIER")
    s3.put_object(Bucket=bucket, Key="tiered", Body=b"x" * 70, StorageClass="INTELLIGENT_TIERING")
    s3.put_object(Bucket=bucket, Key="gone", Body=b"x" * 9, StorageClass="GLACIER")
    s3.delete_object(Bucket=bucket, Key="gone")
    listed = cloudwatch.list_metrics(Namespace="AWS/S3", MetricName="BucketSizeBytes",
                                     Dimensions=[{"Name": "BucketName", "Value": bucket}])["Metrics"]
    types = {d["Value"] for metric in listed for d in metric["Dimensions"] if d["Name"] == "StorageType"}
    assert types == {"StandardStorage", "GlacierStorage", "IntelligentTieringFAStorage"}

    def size(storage_type):
        now = time.time()
        points = cloudwatch.get_metric_statistics(
            Namespace="AWS/S3", MetricName="BucketSizeBytes", StartTime=now - 3600, EndTime=now + 3600, Period=86400,
            Statistics=["Maximum"], Dimensions=[{"Name": "BucketName", "Value": bucket},
                                                {"Name": "StorageType", "Value": storage_type}])["Datapoints"]
        return max(point["Maximum"] for point in points)

    assert [size(each) for each in ("StandardStorage", "GlacierStorage", "IntelligentTieringFAStorage")] == [1000, 500, 70]
