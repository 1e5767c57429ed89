"""Zones: declared by the command line and over /_tarn/zones; retention by lifecycle, which spares Iceberg tables."""
import json
import os
import subprocess
import time
import urllib.error
import urllib.parse
import urllib.request

import botocore.auth
import botocore.awsrequest
import botocore.credentials
import pyarrow as pa
import pytest
from pyiceberg.catalog.rest import RestCatalog

from conftest import BINARY, Lake


def ask(lake, method, secret=None, **query):
    url = f"{lake.endpoint}/_tarn/zones?{urllib.parse.urlencode(query)}"
    request = botocore.awsrequest.AWSRequest(method, url, headers={"x-amz-content-sha256": "UNSIGNED-PAYLOAD"})
    credentials = botocore.credentials.Credentials(lake.access_key, secret or lake.secret_key)
    botocore.auth.S3SigV4Auth(credentials, "s3", lake.region).add_auth(request)
    try:
        with urllib.request.urlopen(urllib.request.Request(url, method=method, headers=dict(request.headers))) as answer:
            return answer.status, json.load(answer)
    except urllib.error.HTTPError as error:
        return error.code, error.read().decode()


def tarn(lake, *words, check=True):
    env = {"PATH": os.environ["PATH"], **lake.environment()}
    done = subprocess.run([str(BINARY), *words, "--endpoint", lake.endpoint], env=env, capture_output=True, text=True,
                          timeout=60)
    assert not check or done.returncode == 0, done.stderr
    return done


def rules(s3, bucket):
    try:
        return {rule["ID"]: rule for rule in s3.get_bucket_lifecycle_configuration(Bucket=bucket)["Rules"]}
    except s3.exceptions.ClientError as error:
        assert error.response["Error"]["Code"] == "NoSuchLifecycleConfiguration"
        return {}


@pytest.fixture
def zone(lake, name):
    yield name
    ask(lake, "DELETE", name=name)


def test_a_zone_is_declared_shown_changed_and_deleted_by_the_command_line(lake, bucket, zone):
    s3, glue = lake.client("s3"), lake.client("glue")
    own = {"ID": "mine", "Status": "Enabled", "Filter": {"Prefix": "tmp/"}, "Expiration": {"Days": 3}}
    s3.put_bucket_lifecycle_configuration(Bucket=bucket, LifecycleConfiguration={"Rules": [own]})
    tarn(lake, "zone", "set", zone, "--bucket", bucket, "--prefix", "raw", "--format", "json", "--retention-days", "30",
         "--classification", "internal", "--database", zone)
    assert tarn(lake, "zone", "show", zone).stdout.split("\t") == [
        zone, f"s3://{bucket}/raw/", "format json", "retention 30 days", "classification internal", f"database {zone}\n"]
    assert zone in tarn(lake, "zone", "list").stdout
    kept = rules(s3, bucket)
    assert kept["mine"] == own
    assert kept[f"tarn-zone-{zone}"]["Expiration"] == {"Days": 30}
    assert kept[f"tarn-zone-{zone}"]["Filter"] == {"Prefix": "raw/"}
    database = glue.get_database(Name=zone)["Database"]
    assert database["LocationUri"] == f"s3://{bucket}/raw/"
    assert database["Parameters"] == {"tarn.zone": zone, "tarn.zone.format": "json",
                                      "tarn.zone.classification": "internal"}
    tarn(lake, "zone", "set", zone, "--bucket", bucket, "--prefix", "raw")
    assert rules(s3, bucket) == {"mine": own}
    assert not glue.get_database(Name=zone)["Database"].get("Parameters")
    tarn(lake, "zone", "delete", zone)
    assert tarn(lake, "zone", "show", zone, check=False).returncode == 1


def test_what_cannot_be_a_zone_is_refused_and_changes_nothing(lake, bucket, zone, name):
    assert ask(lake, "POST", name=zone, bucket=bucket, prefix="a/")[0] == 200
    for status, query in ((400, {"name": "No Name", "bucket": bucket}),
                          (400, {"name": name + "x", "bucket": bucket, "prefix": "b", "format": "xml"}),
                          (400, {"name": name + "x", "bucket": bucket, "prefix": "b", "retentionDays": "soon"}),
                          (400, {"name": name + "x", "bucket": bucket, "prefix": "b", "retentionDays": "0"}),
                          (404, {"name": name + "x", "bucket": name + "-gone"}),
                          (409, {"name": name + "x", "bucket": bucket, "prefix": "a/b"})):
        got, text = ask(lake, "POST", **query)
        assert got == status, text
    assert ask(lake, "GET", name=name + "x")[0] == 404
    assert ask(lake, "DELETE", name=name + "x")[0] == 404
    assert ask(lake, "GET", secret="wrong")[0] == 403
    assert ask(lake, "GET", region="eu-west-1")[1] == {"zones": []}


def test_retention_takes_old_objects_and_spares_iceberg_tables(tmp_path):
    lake = Lake(tmp_path / "data", "--lifecycle-day", "1s")
    try:
        s3 = lake.client("s3")
        s3.create_bucket(Bucket="plain")
        assert ask(lake, "POST", name="raw", bucket="plain", prefix="raw/", retentionDays=1, database="raw")[0] == 200
        iceberg = RestCatalog("lake", uri=lake.endpoint + "/iceberg", credential=f"{lake.access_key}:{lake.secret_key}",
                              **{"s3.access-key-id": lake.access_key, "s3.secret-access-key": lake.secret_key})
        table = iceberg.create_table("raw.events", pa.schema([("id", pa.int64())]))
        assert table.location().startswith("s3://plain/raw/")
        table.append(pa.table({"id": [1, 2, 3]}))
        s3.put_object(Bucket="plain", Key="other/kept.json", Body=b"{}")
        limit = time.monotonic() + 60
        # When the second is gone, a whole run has seen the table's files, all of them due.
        for key in ("raw/landed.json", "raw/again.json"):
            s3.put_object(Bucket="plain", Key=key, Body=b"{}")
            while "Contents" in s3.list_objects_v2(Bucket="plain", Prefix=key):
                assert time.monotonic() < limit
                time.sleep(0.1)
        assert iceberg.load_table("raw.events").scan().to_arrow().num_rows == 3
        assert "Contents" in s3.list_objects_v2(Bucket="plain", Prefix="other/")
        # Zones last, and mend what others overwrote.
        s3.delete_bucket_lifecycle(Bucket="plain")
        lake.restart()
        assert ask(lake, "GET", name="raw")[1]["retentionDays"] == 1
        assert "tarn-zone-raw" in rules(lake.client("s3"), "plain")
    finally:
        lake.stop()


def test_tables_made_without_a_format_take_that_of_their_zone(lake, bucket, zone):
    ask(lake, "POST", name=zone, bucket=bucket, prefix="curated/", format="iceberg", database=zone)
    athena, glue = lake.client("athena"), lake.client("glue")
    started = athena.start_query_execution(
        QueryString="CREATE TABLE made AS SELECT 1 AS id", QueryExecutionContext={"Database": zone},
        ResultConfiguration={"OutputLocation": f"s3://{bucket}/results/"})["QueryExecutionId"]
    while (status := athena.get_query_execution(QueryExecutionId=started)["QueryExecution"]["Status"])["State"] in (
            "QUEUED", "RUNNING"):
        time.sleep(0.02)
    assert status["State"] == "SUCCEEDED", status
    assert glue.get_table(DatabaseName=zone, Name="made")["Table"]["Parameters"]["table_type"] == "ICEBERG"
