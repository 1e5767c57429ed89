"""Table buckets through the REST catalog: config leads there by the warehouse, and PyIceberg works there."""
import json
import time
import urllib.error
import urllib.request

import pyarrow as pa
import pytest
from botocore.exceptions import ClientError
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
    status, _ = inside("OPTIMIZE cities REWRITE DATA USING BIN_PACK")
    assert status["State"] == "FAILED" and "NOT_SUPPORTED" in status["StateChangeReason"]
    assert "does not exist" in own.error(f'SELECT 1 FROM "s3tablescatalog/{name}-gone"."sales"."cities"')
    own.rows(f"CREATE TABLE {name}_copy WITH (format = 'PARQUET') AS SELECT * FROM {full}")
    assert own.rows(f"SELECT count(*) FROM {name}_copy") == [("2",)]


class Inside(Athena):
    """Queries with the table bucket's catalog as their context."""

    def __init__(self, lake, bucket, catalog, **keys):
        super().__init__(lake, bucket, "sales")
        self.client = lake.client("athena", **keys)
        self.catalog = catalog

    def run(self, sql):
        started = self.client.start_query_execution(
            QueryString=sql, QueryExecutionContext={"Catalog": self.catalog, "Database": self.database},
            ResultConfiguration={"OutputLocation": f"s3://{self.bucket}/results/"})["QueryExecutionId"]
        while True:
            self.last = self.client.get_query_execution(QueryExecutionId=started)["QueryExecution"]
            if self.last["Status"]["State"] not in ("QUEUED", "RUNNING"):
                return started
            time.sleep(0.02)

    def lines(self, sql):
        """What a SHOW or DESCRIBE tells: it has no header."""
        started = self.run(sql)
        assert self.last["Status"]["State"] == "SUCCEEDED", self.last["Status"].get("StateChangeReason")
        rows = self.client.get_query_results(QueryExecutionId=started)["ResultSet"]["Rows"]
        return ["\t".join(cell.get("VarCharValue", "") for cell in row["Data"]) for row in rows]


def test_sql_makes_changes_and_drops_tables_of_a_table_bucket(lake, arn, name, bucket):
    catalog = by_token(lake, arn)
    catalog.create_namespace("sales")
    inside = Inside(lake, bucket, f"s3tablescatalog/{name}")
    inside.rows("CREATE TABLE orders (id bigint, city string, price double) PARTITIONED BY (bucket(4, id)) "
                "TBLPROPERTIES ('table_type' = 'iceberg')")
    inside.rows("INSERT INTO orders VALUES (1, 'oslo', 1.5), (2, 'rome', 2.5), (3, 'bern', 3.5)")
    inside.rows("UPDATE orders SET price = price * 2 WHERE city = 'rome'")
    inside.rows("DELETE FROM orders WHERE id = 3")
    own = Athena(lake, bucket, "default")
    full = f'"s3tablescatalog/{name}"."sales"."orders"'
    own.rows(f"MERGE INTO {full} t USING (VALUES (1, 9.0), (4, 4.0)) s(id, price) ON t.id = s.id "
             "WHEN MATCHED THEN UPDATE SET price = s.price WHEN NOT MATCHED THEN INSERT VALUES (s.id, 'kyiv', s.price)")
    assert sorted(inside.rows("SELECT id, city, price FROM orders")) == [
        ("1", "oslo", "9.0"), ("2", "rome", "5.0"), ("4", "kyiv", "4.0")]
    # The same table for REST; nothing of it in the account's own catalog.
    table = catalog.load_table("sales.orders")
    assert table.location().endswith("--table-s3") and len(table.scan().to_arrow()) == 3
    with pytest.raises(NoSuchTableError):
        by_token(lake, "").load_table("sales.orders")
    inside.rows("ALTER TABLE orders ADD COLUMNS (note string)")
    assert inside.rows("SELECT note FROM orders WHERE id = 1") == [(None,)]
    inside.rows("CREATE TABLE copies AS SELECT id, city FROM orders WHERE id < 4")
    assert catalog.load_table("sales.copies").scan().to_arrow().num_rows == 2
    assert "location" in inside.error("CREATE TABLE placed (id bigint) LOCATION 's3://elsewhere/x' "
                                      "TBLPROPERTIES ('table_type' = 'iceberg')")
    assert "division by zero" in inside.error("CREATE TABLE failed AS SELECT 1 / (id - id) AS x FROM orders").lower()
    assert "already exists" in inside.error("CREATE TABLE copies AS SELECT 1 AS x")
    assert "NOT_SUPPORTED" in inside.error("CREATE VIEW v AS SELECT 1 AS x")
    inside.rows("DROP TABLE orders")
    assert sorted(each[-1] for each in catalog.list_tables("sales")) == ["copies"]
    with pytest.raises(ClientError):
        lake.client("s3").head_bucket(Bucket=table.location().removeprefix("s3://"))


def test_sql_shows_what_a_table_bucket_holds(lake, arn, name, bucket):
    inside = Inside(lake, bucket, f"s3tablescatalog/{name}")
    inside.rows("CREATE DATABASE sales")
    inside.rows("CREATE DATABASE IF NOT EXISTS sales")
    inside.rows("CREATE SCHEMA spare")
    assert "already exists" in inside.error("CREATE DATABASE sales")
    inside.rows("CREATE TABLE orders (id bigint, city string) PARTITIONED BY (city) TBLPROPERTIES ('table_type' = 'iceberg')")
    inside.rows("CREATE TABLE items (id bigint) TBLPROPERTIES ('table_type' = 'iceberg')")
    assert sorted(inside.lines("SHOW DATABASES")) == ["sales", "spare"]
    assert sorted(inside.lines("SHOW TABLES")) == ["items", "orders"]
    assert inside.lines("SHOW TABLES IN sales 'ord*'") == ["orders"]
    assert inside.lines("SHOW TABLES IN spare") == [] and inside.lines("SHOW VIEWS") == []
    assert [each.strip() for each in inside.lines("SHOW COLUMNS IN orders")] == ["id", "city"]
    assert ["id", "bigint"] in [each.split() for each in inside.lines("DESCRIBE orders")]
    assert inside.lines("SHOW CREATE TABLE orders")[0].startswith("CREATE TABLE")
    assert any("iceberg" in each.lower() for each in inside.lines("SHOW TBLPROPERTIES orders"))
    assert "sales" in inside.lines("DESCRIBE DATABASE sales")[0]
    for refused in ("OPTIMIZE orders REWRITE DATA USING BIN_PACK", "VACUUM orders", "ALTER TABLE items RENAME TO things",
                    "ALTER DATABASE sales SET DBPROPERTIES ('a' = 'b')", "CREATE VIEW v AS SELECT 1 AS x"):
        assert "NOT_SUPPORTED" in inside.error(refused), refused
    assert "not empty" in inside.error("DROP DATABASE sales CASCADE")
    inside.rows("DROP DATABASE spare")
    assert inside.lines("SHOW DATABASES") == ["sales"]
    assert "does not exist" in Inside(lake, bucket, f"s3tablescatalog/{name}-gone").error("CREATE DATABASE sales")
    assert "Table not found" in inside.error("DESCRIBE nothing")


def test_sql_on_a_table_bucket_asks_for_the_actions_of_s3_tables(lake, arn, name, bucket):
    root = Inside(lake, bucket, f"s3tablescatalog/{name}")
    by_token(lake, arn).create_namespace("sales")
    root.rows("CREATE TABLE t (id bigint) TBLPROPERTIES ('table_type' = 'iceberg')")
    iam = lake.client("iam")
    iam.create_user(UserName=name)
    key = iam.create_access_key(UserName=name)["AccessKey"]
    user = Inside(lake, bucket, f"s3tablescatalog/{name}", aws_access_key_id=key["AccessKeyId"],
                  aws_secret_access_key=key["SecretAccessKey"])

    def allow(*actions):
        iam.put_user_policy(UserName=name, PolicyName="p", PolicyDocument=json.dumps({
            "Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Resource": "*",
                                                    "Action": ["athena:*", "s3:*", "glue:*", *actions]}]}))

    allow("s3tables:GetTableData")
    assert user.rows("SELECT * FROM t") == []
    assert "s3tables:" in user.error("INSERT INTO t VALUES (1)")
    assert "s3tables:CreateTable" in user.error("CREATE TABLE u (id bigint) TBLPROPERTIES ('table_type' = 'iceberg')")
    assert "s3tables:DeleteTable" in user.error("DROP TABLE t")
    assert "s3tables:ListTables" in user.error("SHOW TABLES")
    assert "s3tables:GetTableMetadataLocation" in user.error("DESCRIBE t")
    assert "s3tables:CreateNamespace" in user.error("CREATE DATABASE more")
    allow("s3tables:GetTableData", "s3tables:GetTableMetadataLocation", "s3tables:UpdateTableMetadataLocation",
          "s3tables:PutTableData")
    user.rows("INSERT INTO t VALUES (1), (2)")
    user.rows("DELETE FROM t WHERE id = 1")
    assert user.rows("SELECT * FROM t") == [("2",)]
    lake.client("s3tables").put_table_bucket_policy(tableBucketARN=arn, resourcePolicy=json.dumps({
        "Version": "2012-10-17", "Statement": [{"Effect": "Deny", "Principal": "*", "Action": "s3tables:GetTableData",
                                                "Resource": arn + "/table/*"}]}))
    assert "s3tables:GetTableData" in user.error("SELECT * FROM t")
