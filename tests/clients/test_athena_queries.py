"""Queries from StartQueryExecution to results, over real objects: what boto3 sees."""
import gzip
import io
import json
import time
import uuid

import pytest
from test_athena_workgroups import athena, name, refused  # noqa: F401


class Shop:
    """A database with data in S3, and short ways to ask."""

    def __init__(self, lake):
        self.lake = lake
        self.athena = lake.client("athena")
        self.s3 = lake.client("s3")
        self.glue = lake.client("glue")
        key = uuid.uuid4().hex[:10]
        self.bucket = f"shop-{key}"
        self.database = f"shop_{key}"
        self.s3.create_bucket(Bucket=self.bucket)
        self.output = f"s3://{self.bucket}/results/"
        self.ok(f"CREATE DATABASE {self.database}")

    def put(self, key, body):
        self.s3.put_object(Bucket=self.bucket, Key=key, Body=body)

    def start(self, sql, **kwargs):
        kwargs.setdefault("ResultConfiguration", {"OutputLocation": self.output})
        kwargs.setdefault("QueryExecutionContext", {"Database": self.database})
        return self.athena.start_query_execution(QueryString=sql, **kwargs)["QueryExecutionId"]

    def wait(self, key, seconds=60):
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            execution = self.athena.get_query_execution(QueryExecutionId=key)["QueryExecution"]
            if execution["Status"]["State"] in ("SUCCEEDED", "FAILED", "CANCELLED"):
                return execution
            time.sleep(0.005)
        raise AssertionError("the query did not end")

    def ok(self, sql, **kwargs):
        execution = self.wait(self.start(sql, **kwargs))
        assert execution["Status"]["State"] == "SUCCEEDED", execution["Status"]
        return execution

    def fails(self, sql, **kwargs):
        execution = self.wait(self.start(sql, **kwargs))
        assert execution["Status"]["State"] == "FAILED", execution["Status"]
        return execution["Status"]

    def rows(self, sql, **kwargs):
        """The rows without the header; NULL is None."""
        execution = self.ok(sql, **kwargs)
        found = self.results(execution["QueryExecutionId"])
        return found[1:] if execution["ResultConfiguration"]["OutputLocation"].endswith(".csv") else found

    def results(self, key, **kwargs):
        found = []
        for page in self.athena.get_paginator("get_query_results").paginate(QueryExecutionId=key, **kwargs):
            found += [[d.get("VarCharValue") for d in row["Data"]] for row in page["ResultSet"]["Rows"]]
        return found

    def object(self, url):
        bucket, key = url.removeprefix("s3://").split("/", 1)
        return self.s3.get_object(Bucket=bucket, Key=key)["Body"].read()


@pytest.fixture(scope="module")
def shop(lake):
    made = Shop(lake)
    made.put("json/data1.json", "\n".join(json.dumps(r) for r in [
        {"k1": "r1_v1", "k2": "r1_v2", "k3": 1}, {"k1": "r2_v1", "k2": "r2_v2", "k3": 2}, {"k1": "r3_v1", "k2": "r3_v2"}]))
    made.ok(f"""CREATE EXTERNAL TABLE mytable (k1 string, k2 string, k3 int)
        ROW FORMAT SERDE 'org.openx.data.jsonserde.JsonSerDe'
        STORED AS INPUTFORMAT 'org.apache.hadoop.mapred.TextInputFormat'
        OUTPUTFORMAT 'org.apache.hadoop.hive.ql.io.IgnoreKeyTextOutputFormat'
        LOCATION 's3://{made.bucket}/json/'; """)
    for day, hours in (("2024-01-01", ("00", "01")), ("2024-01-02", ("00",))):
        for hour in hours:
            made.put(f"logs/day={day}/hour={hour}/part.csv.gz", gzip.compress(f"{day}T{hour},7\n".encode()))
    made.put("logs/day=2024-01-01/hour=00/_SUCCESS", b"broken")
    made.put("logs/_temporary/x/part.csv", b"broken")
    made.ok(f"""CREATE EXTERNAL TABLE logs (at string, n int) PARTITIONED BY (day string, hour string)
        ROW FORMAT DELIMITED FIELDS TERMINATED BY ',' LOCATION 's3://{made.bucket}/logs/'""")
    return made


def test_select_over_json(shop):
    execution = shop.ok("SELECT * FROM mytable")
    key = execution["QueryExecutionId"]
    results = shop.athena.get_query_results(QueryExecutionId=key)["ResultSet"]
    assert results["Rows"] == [
        {"Data": [{"VarCharValue": "k1"}, {"VarCharValue": "k2"}, {"VarCharValue": "k3"}]},
        {"Data": [{"VarCharValue": "r1_v1"}, {"VarCharValue": "r1_v2"}, {"VarCharValue": "1"}]},
        {"Data": [{"VarCharValue": "r2_v1"}, {"VarCharValue": "r2_v2"}, {"VarCharValue": "2"}]},
        {"Data": [{"VarCharValue": "r3_v1"}, {"VarCharValue": "r3_v2"}, {}]}]
    assert results["ResultSetMetadata"]["ColumnInfo"][2] == {
        "CatalogName": "hive", "SchemaName": "", "TableName": "", "Name": "k3", "Label": "k3", "Type": "integer",
        "Precision": 10, "Scale": 0, "Nullable": "UNKNOWN", "CaseSensitive": False}
    assert results["ResultSetMetadata"]["ColumnInfo"][0]["Precision"] == 2147483647
    assert results["ResultSetMetadata"]["ColumnInfo"][0]["CaseSensitive"] is True
    location = execution["ResultConfiguration"]["OutputLocation"]
    assert location == f"{shop.output}{key}.csv"
    assert shop.object(location) == (
        b'"k1","k2","k3"\n"r1_v1","r1_v2","1"\n"r2_v1","r2_v2","2"\n"r3_v1","r3_v2",\n')
    assert shop.object(location + ".metadata")
    assert execution["StatementType"] == "DML" and execution["WorkGroup"] == "primary"
    assert execution["Statistics"]["DataScannedInBytes"] > 0
    assert execution["EngineVersion"]["EffectiveEngineVersion"] == "Athena engine version 3"
    assert execution["Statistics"]["ResultReuseInformation"] == {"ReusedPreviousResult": False}


def test_values_are_written_as_athena_writes_them(shop):
    row = shop.rows("""SELECT true, 1.0E10, CAST(0.5 AS real), DECIMAL '10.50', DATE '2020-02-29',
        TIMESTAMP '2020-01-01 10:11:12.345', ARRAY[1, NULL, 3], MAP(ARRAY['k'], ARRAY[2]), CAST(ROW(1, 'x') AS
        ROW(a integer, b varchar)), X'0AFF', NULL, '', 'say "hi", you', CAST(NULL AS varchar)""")[0]
    assert row == ["true", "1.0E10", "0.5", "10.50", "2020-02-29", "2020-01-01 10:11:12.345", "[1, null, 3]", "{k=2}",
                   "{a=1, b=x}", "0a ff", None, "", 'say "hi", you', None]


def test_pages_of_results(shop):
    key = shop.ok("SELECT n FROM UNNEST(sequence(1, 2500)) AS t(n) ORDER BY n")["QueryExecutionId"]
    first = shop.athena.get_query_results(QueryExecutionId=key)
    assert len(first["ResultSet"]["Rows"]) == 1000 and "NextToken" in first
    rows = shop.results(key, PaginationConfig={"PageSize": 700})
    assert rows == [["n"]] + [[str(i)] for i in range(1, 2501)]
    assert refused(shop.athena.get_query_results, QueryExecutionId=key, MaxResults=1001)["Code"] == \
        "InvalidRequestException"
    assert refused(shop.athena.get_query_results, QueryExecutionId=key, NextToken="x")["Code"] == \
        "InvalidRequestException"


def test_partitions(shop):
    assert shop.rows("SHOW PARTITIONS logs") == []
    repaired = shop.rows("MSCK REPAIR TABLE logs")
    assert ["Repair: Added partition to metastore logs:day=2024-01-02/hour=00"] in repaired
    assert shop.rows("SHOW PARTITIONS logs") == [["day=2024-01-01/hour=00"], ["day=2024-01-01/hour=01"],
                                                 ["day=2024-01-02/hour=00"]]
    assert shop.rows("SELECT count(*), sum(n) FROM logs") == [["3", "21"]]
    whole = shop.ok("SELECT * FROM logs")["Statistics"]["DataScannedInBytes"]
    pruned = shop.ok("SELECT * FROM logs WHERE day = '2024-01-02'")["Statistics"]["DataScannedInBytes"]
    assert 0 < pruned < whole
    assert shop.rows("SELECT at, hour FROM logs WHERE day='2024-01-01' AND hour='01'") == [["2024-01-01T01", "01"]]
    assert shop.rows('SELECT hour FROM "logs$partitions" ORDER BY day, hour') == [["00"], ["01"], ["00"]]
    # A partition whose folder is gone is not opened when it is not asked for.
    shop.ok(f"ALTER TABLE logs ADD PARTITION (day='2030-01-01', hour='00') LOCATION 's3://{shop.bucket}/gone/'")
    shop.put("gone/broken.csv.gz", b"this is no gzip")
    assert shop.rows("SELECT count(*) FROM logs WHERE day < '2030'") == [["3"]]
    assert shop.fails("SELECT count(at) FROM logs WHERE day = '2030-01-01'")["AthenaError"]["ErrorCategory"] == 2
    status = shop.fails("ALTER TABLE logs ADD PARTITION (day='2030-01-01', hour='00')")
    assert "already exists" in status["StateChangeReason"]
    shop.ok("ALTER TABLE logs ADD IF NOT EXISTS PARTITION (day='2030-01-01', hour='00')")
    shop.ok("ALTER TABLE logs DROP PARTITION (day='2030-01-01')")
    assert "Partition not found" in shop.fails("ALTER TABLE logs DROP PARTITION (day='2030-01-01')")["StateChangeReason"]
    shop.ok("ALTER TABLE logs DROP IF EXISTS PARTITION (day='2030-01-01')")


def test_describe_and_show(shop):
    assert shop.rows("SHOW TABLES") == [["logs"], ["mytable"]] or ["logs"] in shop.rows("SHOW TABLES")
    assert shop.rows("SHOW TABLES 'my*'") == [["mytable"]]
    assert [shop.database] in shop.rows("SHOW DATABASES")
    described = [r[0] for r in shop.rows("DESCRIBE logs")]
    assert described[0] == "at                  \tstring              \t                    "
    assert "# Partition Information\t \t " in described
    assert [r[0].strip() for r in shop.rows("SHOW COLUMNS IN logs")] == ["at", "n", "day", "hour"]
    created = "\n".join(r[0] for r in shop.rows("SHOW CREATE TABLE logs"))
    assert created.startswith("CREATE EXTERNAL TABLE `logs`(") and f"s3://{shop.bucket}/logs/" in created
    execution = shop.ok("DESCRIBE logs")
    assert execution["ResultConfiguration"]["OutputLocation"].endswith(".txt")
    columns = shop.athena.get_query_results(QueryExecutionId=execution["QueryExecutionId"])["ResultSet"][
        "ResultSetMetadata"]["ColumnInfo"]
    assert [c["Name"] for c in columns] == ["col_name", "data_type", "comment"]


def test_create_table_as(shop):
    execution = shop.ok("""CREATE TABLE copied WITH (format = 'PARQUET', partitioned_by = ARRAY['k1'])
        AS SELECT k2, k3, k1 FROM mytable""")
    assert execution["StatementType"] == "DDL" and execution["SubstatementType"] == "CREATE_TABLE_AS_SELECT"
    key = execution["QueryExecutionId"]
    results = shop.athena.get_query_results(QueryExecutionId=key)
    assert results["UpdateCount"] == 3 and results["ResultSet"]["Rows"] == []
    assert [c["Name"] for c in results["ResultSet"]["ResultSetMetadata"]["ColumnInfo"]] == ["rows"]
    manifest = execution["Statistics"]["DataManifestLocation"]
    files = shop.object(manifest).decode().split()
    assert len(files) == 3 and all(f.startswith(f"s3://{shop.bucket}/results/tables/{key}/k1=") for f in files)
    assert shop.rows("SELECT k1, k3 FROM copied WHERE k1 = 'r2_v1'") == [["r2_v1", "2"]]
    table = shop.glue.get_table(DatabaseName=shop.database, Name="copied")["Table"]
    assert table["PartitionKeys"] == [{"Name": "k1", "Type": "string"}]
    assert "already exists" in shop.fails("CREATE TABLE copied AS SELECT 1 AS a")["StateChangeReason"]
    shop.ok("INSERT INTO copied SELECT 'new', 9, 'r9'")
    shop.ok("INSERT INTO copied VALUES ('more', 10, 'r9')")
    assert shop.rows("SELECT sum(k3), count(*) FROM copied WHERE k1 = 'r9'") == [["19", "2"]]
    assert ["k1=r9"] in shop.rows("SHOW PARTITIONS copied")
    assert "mismatched column types" in shop.fails("INSERT INTO copied SELECT 1")["StateChangeReason"]
    target = f"s3://{shop.bucket}/occupied/"
    shop.put("occupied/x", b"x")
    status = shop.fails(f"CREATE TABLE other WITH (external_location = '{target}') AS SELECT 1 AS a")
    assert status["StateChangeReason"].startswith("HIVE_PATH_ALREADY_EXISTS")


@pytest.mark.parametrize("form", ["JSON", "TEXTFILE"])
def test_text_tables_can_be_written_and_read(shop, form):
    shop.ok(f"CREATE TABLE as_{form.lower()} WITH (format = '{form}') AS SELECT k1, k3 FROM mytable")
    assert shop.rows(f"SELECT * FROM as_{form.lower()} ORDER BY k1") == [["r1_v1", "1"], ["r2_v1", "2"], ["r3_v1", None]]


def test_unload(shop):
    pyarrow = pytest.importorskip("pyarrow.parquet")
    execution = shop.ok(f"UNLOAD (SELECT k1, k3 FROM mytable) TO 's3://{shop.bucket}/unloaded/' WITH (format='PARQUET')")
    assert execution["StatementType"] == "DML"
    files = shop.object(execution["Statistics"]["DataManifestLocation"]).decode().split()
    rows = [r for f in files for r in pyarrow.read_table(io.BytesIO(shop.object(f))).to_pylist()]
    assert sorted(r["k1"] for r in rows) == ["r1_v1", "r2_v1", "r3_v1"]


def test_views(shop):
    shop.ok("CREATE OR REPLACE VIEW some AS SELECT k1, k3 + 1 AS more FROM mytable WHERE k3 IS NOT NULL")
    assert shop.rows("SELECT more FROM some ORDER BY 1") == [["2"], ["3"]]
    assert shop.rows("SHOW VIEWS") == [["some"]]
    assert "already exists" in shop.fails("CREATE VIEW some AS SELECT 1 AS a")["StateChangeReason"]
    assert "k3 + 1" in "\n".join(r[0] for r in shop.rows("SHOW CREATE VIEW some"))
    shop.ok("DROP VIEW some")
    assert shop.fails("SELECT * FROM some")["StateChangeReason"].startswith("TABLE_NOT_FOUND: line 1:15:")


def test_errors_name_their_category_and_place(shop):
    status = shop.fails("SELECT * FROM missing")
    assert status["StateChangeReason"] == (
        f"TABLE_NOT_FOUND: line 1:15: Table 'awsdatacatalog.{shop.database}.missing' does not exist")
    assert status["AthenaError"]["ErrorCategory"] == 2 and status["AthenaError"]["Retryable"] is False
    assert status["AthenaError"]["ErrorMessage"] == status["StateChangeReason"]
    assert shop.fails("SELECT x FROM mytable")["StateChangeReason"] == (
        "COLUMN_NOT_FOUND: line 1:8: Column 'x' cannot be resolved or requester is not authorized to access requested "
        "resources")
    assert shop.fails("DROP TABLE missing")["StateChangeReason"].startswith("FAILED: SemanticException [Error 10001]")
    assert shop.fails("DROP DATABASE missing")["StateChangeReason"].startswith("FAILED: SemanticException [Error 10072]")
    assert "not empty" in shop.fails(f"DROP DATABASE {shop.database}")["StateChangeReason"]
    assert "already exists" in shop.fails(f"CREATE DATABASE {shop.database}")["StateChangeReason"]
    assert shop.fails("SELECT 1 / 0")["StateChangeReason"].startswith("DIVISION_BY_ZERO")


def test_what_is_refused_at_once(shop, name):
    error = refused(shop.start, "SELEC 1")
    assert error["Code"] == "InvalidRequestException" and "line 1:1" in error["Message"]
    error = refused(shop.athena.start_query_execution, QueryString="SELECT 1")
    assert error["Message"] == ("No output location provided. An output location is required either through the Workgroup "
                                "result configuration setting or as an API input.")
    assert refused(shop.start, "SELECT 1", WorkGroup="no-" + name)["Code"] == "InvalidRequestException"
    error = refused(shop.start, "SELECT 1", ResultConfiguration={"OutputLocation": "string"})
    assert error["Code"] == "InvalidRequestException"
    for call in (shop.athena.get_query_execution, shop.athena.get_query_results, shop.athena.stop_query_execution,
                 shop.athena.get_query_runtime_statistics):
        error = refused(call, QueryExecutionId="1")
        assert error["Code"] == "InvalidRequestException" and error["Message"] == "QueryExecution 1 was not found"


def test_parameters_and_prepared_statements(shop):
    assert shop.rows("SELECT k1 FROM mytable WHERE k3 = ?", ExecutionParameters=["2"]) == [["r2_v1"]]
    shop.ok("PREPARE by_key FROM SELECT k3 FROM mytable WHERE k1 = ?")
    assert shop.rows("EXECUTE by_key USING 'r1_v1'") == [["1"]]
    assert shop.rows("EXECUTE by_key", ExecutionParameters=["'r2_v1'"]) == [["2"]]
    assert "Incorrect number of parameters" in shop.fails("SELECT ?, ?", ExecutionParameters=["2"])["StateChangeReason"]
    shop.ok("DEALLOCATE PREPARE by_key")
    assert "not found" in shop.fails("EXECUTE by_key USING 'x'")["StateChangeReason"]


def test_workgroup_settings_rule(shop, name):
    shop.athena.create_work_group(Name=name, Configuration={
        "ResultConfiguration": {"OutputLocation": f"s3://{shop.bucket}/of-group"}, "EnforceWorkGroupConfiguration": True})
    execution = shop.ok("SELECT 1", WorkGroup=name)
    key = execution["QueryExecutionId"]
    assert execution["ResultConfiguration"]["OutputLocation"] == f"s3://{shop.bucket}/of-group/{key}.csv"
    shop.athena.update_work_group(WorkGroup=name, ConfigurationUpdates={"EnforceWorkGroupConfiguration": False})
    assert shop.ok("SELECT 1", WorkGroup=name)["ResultConfiguration"]["OutputLocation"].startswith(shop.output)
    assert shop.athena.list_query_executions(WorkGroup=name)["QueryExecutionIds"][1] == key


def test_bytes_scanned_cutoff_cancels(shop, name):
    big = "\n".join(json.dumps({"k1": "x" * 1000, "k3": i}) for i in range(20_000))
    shop.put("big/data.json", big)
    shop.ok(f"""CREATE EXTERNAL TABLE big (k1 string, k3 int) ROW FORMAT SERDE 'org.openx.data.jsonserde.JsonSerDe'
        LOCATION 's3://{shop.bucket}/big/'""")
    shop.athena.create_work_group(Name=name, Configuration={
        "ResultConfiguration": {"OutputLocation": shop.output}, "BytesScannedCutoffPerQuery": 10_000_000})
    execution = shop.wait(shop.start("SELECT count(k1), sum(k3) FROM big", WorkGroup=name))
    assert execution["Status"]["State"] == "CANCELLED"
    assert execution["Status"]["StateChangeReason"] == "Query cancelled! : Bytes scanned limit was exceeded"
    assert shop.rows("SELECT count(k1) FROM big") == [["20000"]]


def test_stop_interrupts(shop):
    key = shop.start("SELECT count(*) FROM UNNEST(sequence(1, 100000)) a(x), UNNEST(sequence(1, 100000)) b(y) "
                     "WHERE x * y % 7 = 3")
    state = shop.athena.get_query_execution(QueryExecutionId=key)["QueryExecution"]["Status"]["State"]
    assert state in ("QUEUED", "RUNNING")
    error = refused(shop.athena.get_query_results, QueryExecutionId=key)
    assert error["Message"].startswith("Query has not yet finished. Current state: ")
    shop.athena.stop_query_execution(QueryExecutionId=key)
    assert shop.wait(key)["Status"]["State"] == "CANCELLED"
    shop.athena.stop_query_execution(QueryExecutionId=key)


def test_history(shop, name):
    shop.athena.create_work_group(Name=name, Configuration={"ResultConfiguration": {"OutputLocation": shop.output}})
    keys = [shop.ok(f"SELECT {i}", WorkGroup=name)["QueryExecutionId"] for i in range(5)]
    listed = []
    for page in shop.athena.get_paginator("list_query_executions").paginate(WorkGroup=name,
                                                                           PaginationConfig={"PageSize": 2}):
        listed += page["QueryExecutionIds"]
    assert listed == keys[::-1]
    batch = shop.athena.batch_get_query_execution(QueryExecutionIds=[*keys, "missing"])
    assert [e["QueryExecutionId"] for e in batch["QueryExecutions"]] == keys
    assert batch["UnprocessedQueryExecutionIds"][0]["QueryExecutionId"] == "missing"
    statistics = shop.athena.get_query_runtime_statistics(QueryExecutionId=keys[0])["QueryRuntimeStatistics"]
    assert statistics["Rows"]["OutputRows"] == 1 and statistics["Timeline"]["TotalExecutionTimeInMillis"] > 0


def test_client_token_runs_once(shop):
    token = uuid.uuid4().hex + uuid.uuid4().hex
    first = shop.start("SELECT 1", ClientRequestToken=token)
    assert shop.start("SELECT 1", ClientRequestToken=token) == first
    assert refused(shop.start, "SELECT 2", ClientRequestToken=token)["Message"] == "Idempotent parameters do not match"


def test_result_reuse(shop):
    reuse = {"ResultReuseByAgeConfiguration": {"Enabled": True, "MaxAgeInMinutes": 60}}
    query = f"SELECT k1 FROM mytable -- {uuid.uuid4()}"
    first = shop.ok(query, ResultReuseConfiguration=reuse)
    again = shop.ok(query, ResultReuseConfiguration=reuse)
    assert not first["Statistics"]["ResultReuseInformation"]["ReusedPreviousResult"]
    assert again["Statistics"]["ResultReuseInformation"]["ReusedPreviousResult"]
    assert again["Statistics"]["DataScannedInBytes"] == 0
    assert shop.results(first["QueryExecutionId"]) == shop.results(again["QueryExecutionId"])


def test_metadata_calls(shop):
    catalog = {"CatalogName": "AwsDataCatalog"}
    assert shop.athena.get_database(DatabaseName=shop.database, **catalog)["Database"]["Name"] == shop.database
    error = refused(shop.athena.get_database, DatabaseName="nonexistent_db", **catalog)
    assert error["Code"] == "MetadataException" and "nonexistent_db" in error["Message"]
    default = shop.athena.get_database(DatabaseName="default", **catalog)["Database"]
    assert "Description" in default and "Parameters" in default
    listed = [d["Name"] for page in shop.athena.get_paginator("list_databases").paginate(**catalog)
              for d in page["DatabaseList"]]
    assert shop.database in listed and "default" in listed
    table = shop.athena.get_table_metadata(DatabaseName=shop.database, TableName="logs", **catalog)["TableMetadata"]
    assert [c["Name"] for c in table["Columns"]] == ["at", "n"]
    assert [c["Name"] for c in table["PartitionKeys"]] == ["day", "hour"]
    assert table["Parameters"]["location"] == f"s3://{shop.bucket}/logs/" and table["TableType"] == "EXTERNAL_TABLE"
    assert refused(shop.athena.get_table_metadata, DatabaseName=shop.database, TableName="no", **catalog)[
        "Code"] == "MetadataException"
    found = shop.athena.list_table_metadata(DatabaseName=shop.database, Expression="my.*", **catalog)
    assert [t["Name"] for t in found["TableMetadataList"]] == ["mytable"]


def test_information_schema(shop):
    assert shop.rows(f"""SELECT column_name, data_type FROM information_schema.columns
        WHERE table_schema = '{shop.database}' AND table_name = 'mytable' ORDER BY ordinal_position""") == [
        ["k1", "varchar"], ["k2", "varchar"], ["k3", "integer"]]
    assert [shop.database] in shop.rows("SELECT schema_name FROM information_schema.schemata")


def test_definitions_take_effect_at_once(shop):
    """Clients that do not wait for DDL still find its effect in their next call."""
    database = f"quick_{uuid.uuid4().hex[:8]}"
    shop.start(f"CREATE SCHEMA `{database.upper()}`")
    assert shop.athena.get_database(CatalogName="AwsDataCatalog", DatabaseName=database)["Database"]["Name"] == database
    shop.start(f"DROP DATABASE {database}")
    refused(shop.athena.get_database, CatalogName="AwsDataCatalog", DatabaseName=database)
    shop.ok(f"DROP DATABASE IF EXISTS {database}")
    shop.ok(f"CREATE DATABASE IF NOT EXISTS {shop.database}")


def test_alter_table(shop):
    shop.ok(f"CREATE EXTERNAL TABLE changing (a int) STORED AS PARQUET LOCATION 's3://{shop.bucket}/changing/'")
    shop.ok("ALTER TABLE changing ADD COLUMNS (b string)")
    shop.ok("ALTER TABLE changing SET TBLPROPERTIES ('owner'='me')")
    table = shop.glue.get_table(DatabaseName=shop.database, Name="changing")["Table"]
    assert [c["Name"] for c in table["StorageDescriptor"]["Columns"]] == ["a", "b"]
    assert table["Parameters"]["owner"] == "me"
    assert shop.rows("SHOW TBLPROPERTIES changing('owner')") == [["me"]]
    shop.ok("DROP TABLE changing")
    shop.ok("DROP TABLE IF EXISTS changing")


def test_explain(shop):
    assert shop.rows("EXPLAIN SELECT k1 FROM mytable WHERE k3 = 1")
    assert shop.ok("EXPLAIN SELECT 1")["StatementType"] == "UTILITY"


def test_what_ran_is_known_after_a_crash(own_lake):
    shop = Shop(own_lake)
    done = shop.ok("SELECT 42 AS answer")["QueryExecutionId"]
    running = shop.start("SELECT count(*) FROM UNNEST(sequence(1, 100000)) a(x), UNNEST(sequence(1, 100000)) b(y) "
                         "WHERE x * y % 7 = 3")
    own_lake.restart(kill=True)
    assert shop.results(done) == [["answer"], ["42"]]
    status = shop.wait(running)["Status"]
    assert status["State"] == "FAILED" and status["StateChangeReason"]
