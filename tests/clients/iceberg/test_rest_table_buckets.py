"""Table buckets through the REST catalog: config leads there by the warehouse, and PyIceberg works there."""
import json
import time
import urllib.error
import urllib.request

import pyarrow as pa
import pytest
from pyiceberg.catalog.rest import RestCatalog
from pyiceberg.exceptions import NoSuchTableError, RESTError

from test_athena_reads import Athena

SCHEMA = pa.schema([("id", pa.int64()), ("city", pa.string())])


@pytest.fixture
def arn(lake, name):
    return lake.client("s3tables").create_table_bucket(name=name)["arn"]


def connect(lake, warehouse, **properties):
    return RestCatalog("tables", uri=lake.endpoint + "/iceberg", warehouse=warehouse,
                       **{"s3.access-key-id": lake.access_key, "s3.secret-access-key": lake.secret_key}, **properties)


def by_token(lake, warehouse):
    return connect(lake, warehouse, credential=f"{lake.access_key}:{lake.secret_key}")


def test_config_of_a_table_bucket_leads_to_it_and_declares_what_is_served_there(lake, arn, name):
    token = json.load(urllib.request.urlopen(urllib.request.Request(
        lake.endpoint + "/iceberg/v1/oauth/tokens",
        f"grant_type=client_credentials&client_id={lake.access_key}&client_secret={lake.secret_key}".encode(),
        headers={"Content-Type": "application/x-www-form-urlencoded"})))["access_token"]

    def config(warehouse):
        request = urllib.request.Request(f"{lake.endpoint}/iceberg/v1/config?warehouse={warehouse}",
                                         headers={"Authorization": "Bearer " + token})
        return json.load(urllib.request.urlopen(request))

    for warehouse in (arn, f"s3tablescatalog/{name}", f"{lake.account}:s3tablescatalog/{name}"):
        told = config(warehouse)
        assert told["overrides"] == {"prefix": arn.replace(":", "%3A").replace("/", "%2F")}
        assert told["defaults"]["s3.region"] == "us-east-1"
        assert not [each for each in told["endpoints"] if "views" in each or "register" in each]
    assert config("")["overrides"] == {}
    for missing in (arn + "-gone", "s3tablescatalog/none-such", "111111111111:s3tablescatalog/" + name):
        with pytest.raises(urllib.error.HTTPError) as error:
            config(missing)
        assert error.value.code == 404


@pytest.mark.parametrize("signed", [False, True])
def test_pyiceberg_makes_writes_and_reads_tables_of_a_table_bucket(lake, arn, signed, monkeypatch):
    if signed:  # as AWS's own endpoint is used
        monkeypatch.setenv("AWS_ACCESS_KEY_ID", lake.access_key)
        monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", lake.secret_key)
        catalog = connect(lake, arn, **{"rest.sigv4-enabled": "true", "rest.signing-name": "s3tables",
                                        "rest.signing-region": lake.region})
    else:
        catalog = by_token(lake, arn)
    catalog.create_namespace("sales")
    table = catalog.create_table("sales.cities", SCHEMA)
    assert table.location().endswith("--table-s3")
    table.append(pa.table({"id": [1, 2], "city": ["oslo", "rome"]}, SCHEMA))
    table.append(pa.table({"id": [3], "city": ["bern"]}, SCHEMA))
    assert sorted(catalog.load_table("sales.cities").scan().to_arrow()["id"].to_pylist()) == [1, 2, 3]
    client = lake.client("s3tables")
    shown = client.get_table(tableBucketARN=arn, namespace="sales", name="cities")
    assert shown["metadataLocation"] == catalog.load_table("sales.cities").metadata_location
    assert [each["name"] for each in client.list_tables(tableBucketARN=arn, namespace="sales")["tables"]] == ["cities"]
    # Nothing of it is in the account's own catalog.
    with pytest.raises(NoSuchTableError):
        by_token(lake, "").load_table("sales.cities")
    catalog.rename_table("sales.cities", "sales.towns")
    with pytest.raises(RESTError, match="purgeRequested"):
        catalog.drop_table("sales.towns")
    catalog.purge_table("sales.towns")
    assert catalog.list_tables("sales") == []
    catalog.drop_namespace("sales")
    client.delete_table_bucket(tableBucketARN=arn)


def test_names_that_a_table_bucket_cannot_hold_are_refused(lake, arn):
    catalog = by_token(lake, arn)
    with pytest.raises(RESTError):
        catalog.create_namespace("Upper")
    with pytest.raises(RESTError):
        catalog.create_namespace(("a", "b"))
    catalog.create_namespace("plain")
    with pytest.raises(RESTError):
        catalog.create_table("plain.Not-A-Name", SCHEMA)


def test_sql_reads_tables_of_a_table_bucket(lake, arn, name, bucket):
    catalog = by_token(lake, arn)
    catalog.create_namespace("sales")
    catalog.create_table("sales.cities", SCHEMA).append(pa.table({"id": [1, 2], "city": ["oslo", "rome"]}, SCHEMA))
    own = Athena(lake, bucket, "default")
    full = f'"s3tablescatalog/{name}"."sales"."cities"'
    assert own.rows(f"SELECT c.city FROM {full} c WHERE c.id = 2") == [("rome",)]
    assert own.rows(f'SELECT count(*) FROM "s3tablescatalog/{name}"."sales"."cities$snapshots"') == [("1",)]
    assert own.rows(f"SELECT count(*) FROM {full} a JOIN (VALUES 1, 2) b(id) ON a.id = b.id") == [("2",)]
    client = lake.client("athena")

    def inside(sql):
        started = client.start_query_execution(
            QueryString=sql, QueryExecutionContext={"Catalog": f"s3tablescatalog/{name}", "Database": "sales"},
            ResultConfiguration={"OutputLocation": f"s3://{bucket}/results/"})["QueryExecutionId"]
        while (status := client.get_query_execution(QueryExecutionId=started)["QueryExecution"]["Status"])["State"] in (
                "QUEUED", "RUNNING"):
            time.sleep(0.02)
        return status, started

    status, started = inside("SELECT sum(id) FROM cities")
    assert status["State"] == "SUCCEEDED", status
    assert client.get_query_results(QueryExecutionId=started)["ResultSet"]["Rows"][1]["Data"] == [{"VarCharValue": "3"}]
    status, _ = inside("INSERT INTO cities VALUES (3, 'bern')")
    assert status["State"] == "FAILED" and "NOT_SUPPORTED" in status["StateChangeReason"]
    assert "does not exist" in own.error(f'SELECT 1 FROM "s3tablescatalog/{name}-gone"."sales"."cities"')
    own.rows(f"CREATE TABLE {name}_copy WITH (format = 'PARQUET') AS SELECT * FROM {full}")
    assert own.rows(f"SELECT count(*) FROM {name}_copy") == [("2",)]
