"""What a daily user of Athena would check first: real files in, exact answers out, limits that hold, no way around."""
import bz2
import concurrent.futures
import datetime
import decimal
import gzip
import io
import json
import time

import pyarrow
import pyarrow.compute
import pyarrow.parquet
import pytest
from botocore.config import Config
from botocore.exceptions import ClientError

from test_athena_queries import Shop

LONG = "SELECT count(*) FROM UNNEST(sequence(1, 9000)) a(x), UNNEST(sequence(1, 9000)) b(y), UNNEST(sequence(1, 9000)) c(z) WHERE (x * y + z) % 7 = 3"


@pytest.fixture(scope="module")
def shop(lake):
    return Shop(lake)


def parquet(table, **options):
    out = io.BytesIO()
    pyarrow.parquet.write_table(table, out, **options)
    return out.getvalue()


def one(shop, sql, **kwargs):
    rows = shop.rows(sql, **kwargs)
    assert len(rows) == 1, rows
    return rows[0]


def scanned(shop, sql):
    return shop.ok(sql)["Statistics"]["DataScannedInBytes"]


@pytest.fixture(scope="module")
def typed(shop):
    utc = datetime.timezone.utc
    table = pyarrow.table({
        "i": pyarrow.array([1, None, -3], pyarrow.int32()), "l": pyarrow.array([2**62, None, -1], pyarrow.int64()),
        "s": pyarrow.array(["a\"b", None, "ünï,\n"]), "f": pyarrow.array([1.5, None, float("nan")], pyarrow.float32()),
        "d": pyarrow.array([0.1, None, 1e300]), "b": pyarrow.array([True, None, False]),
        "dec": pyarrow.array([decimal.Decimal("123456789012.345678"), None, decimal.Decimal("-0.000001")], pyarrow.decimal128(20, 6)),
        "day": pyarrow.array([datetime.date(2024, 2, 29), None, datetime.date(1969, 12, 31)]),
        "ts": pyarrow.array([datetime.datetime(2024, 1, 2, 3, 4, 5, 678000), None, datetime.datetime(1960, 1, 1)], pyarrow.timestamp("ms")),
        "tz": pyarrow.array([datetime.datetime(2024, 1, 2, 3, 4, 5, tzinfo=utc), None, None], pyarrow.timestamp("us", "UTC")),
        "arr": pyarrow.array([[1, None, 3], None, []], pyarrow.list_(pyarrow.int32())),
        "m": pyarrow.array([[("k", 1)], None, []], pyarrow.map_(pyarrow.string(), pyarrow.int32())),
        "st": pyarrow.array([{"x": 1, "y": {"z": ["q"]}}, None, {"x": None, "y": None}],
                            pyarrow.struct([("x", pyarrow.int64()), ("y", pyarrow.struct([("z", pyarrow.list_(pyarrow.string()))]))])),
        "bin": pyarrow.array([b"\x00\xff", None, b""])})
    for codec in ("snappy", "zstd", "gzip", "none"):
        shop.put(f"typed/{codec}.parquet", parquet(table, compression=codec))
    shop.ok(f"""CREATE EXTERNAL TABLE typed (i int, l bigint, s string, f float, d double, b boolean, `dec` decimal(20,6), day date, ts timestamp,
        tz timestamp, arr array<int>, m map<string,int>, st struct<x:bigint,y:struct<z:array<string>>>, bin binary)
        STORED AS PARQUET LOCATION 's3://{shop.bucket}/typed/'""")
    return shop


def test_parquet_of_every_type_is_read(typed):
    rows = typed.rows("SELECT i, l, s, f, d, b, dec, day, ts, arr, m, st, bin FROM typed WHERE \"$path\" LIKE '%zstd%' ORDER BY i")
    assert [row[0] for row in rows] == ["-3", "1", None]
    assert rows[1] == ["1", str(2**62), 'a"b', "1.5", "0.1", "true", "123456789012.345678", "2024-02-29", "2024-01-02 03:04:05.678",
                       "[1, null, 3]", "{k=1}", "{x=1, y={z=[q]}}", "00 ff"], rows[1]
    assert rows[0] == ["-3", "-1", "ünï,\n", "NaN", "1.0E300", "false", "-0.000001", "1969-12-31", "1960-01-01 00:00:00.000",
                       "[]", "{}", "{x=null, y=null}", ""], rows[0]
    assert rows[2] == [None] * 13
    assert one(typed, "SELECT count(*), count(i), sum(i), max(dec), min(day), count(DISTINCT s) FROM typed") == [
        "12", "8", "-8", "123456789012.345678", "1969-12-31", "2"]
    assert one(typed, "SELECT st.y.z[1], m['k'], cardinality(arr), element_at(arr, 9) FROM typed WHERE i = 1 LIMIT 1") == ["q", "1", "3", None]
    assert len(typed.rows("SELECT e FROM typed CROSS JOIN UNNEST(arr) AS t(e) WHERE e IS NOT NULL")) == 8
    assert one(typed, "SELECT typeof(dec), typeof(ts), typeof(arr), typeof(st) FROM typed LIMIT 1") == [
        "decimal(20,6)", "timestamp(3)", "array(integer)", "row(x bigint, y row(z array(varchar)))"]


def test_the_result_object_is_athenas_csv_to_the_byte(typed):
    execution = typed.ok("SELECT * FROM (VALUES (1, 'a\"b', CAST(NULL AS varchar), true), (2, 'x,y', '', false)) AS t(n, \"s\", e, b) ORDER BY n")
    location = execution["ResultConfiguration"]["OutputLocation"]
    assert typed.object(location) == b'"n","s","e","b"\n"1","a""b",,"true"\n"2","x,y","","false"\n'
    head = typed.s3.head_object(Bucket=typed.bucket, Key=location.split("/", 3)[3])
    assert head["ContentLength"] == len(typed.object(location))


def test_column_projection_and_partition_pruning_scan_fewer_bytes(shop):
    table = pyarrow.table({"narrow": pyarrow.array(range(20_000)), "wide": pyarrow.array([f"{n * 7919:050d}" for n in range(20_000)])})
    body = parquet(table, compression="none", use_dictionary=False)
    for day in range(4):
        shop.put(f"cols/day=2024-01-0{day + 1}/f.parquet", body)
    shop.ok(f"CREATE EXTERNAL TABLE cols (narrow bigint, wide string) PARTITIONED BY (day string) STORED AS PARQUET LOCATION 's3://{shop.bucket}/cols/'")
    assert one(shop, "SELECT count(*) FROM cols") == ["0"]
    shop.ok("MSCK REPAIR TABLE cols")
    assert one(shop, "SELECT count(*) FROM cols") == ["80000"]
    everything = scanned(shop, "SELECT sum(narrow), max(wide) FROM cols")
    narrow = scanned(shop, "SELECT sum(narrow) FROM cols")
    day = scanned(shop, "SELECT sum(narrow), max(wide) FROM cols WHERE day = '2024-01-02'")
    assert 0.9 * 4 * len(body) <= everything <= 1.2 * 4 * len(body), (everything, len(body))
    assert narrow < everything / 4 and abs(day - everything / 4) < everything / 20, (everything, narrow, day)
    assert scanned(shop, "SELECT * FROM cols WHERE day = 'none'") == 0
    assert sorted(r[0] for r in shop.rows("SHOW PARTITIONS cols")) == [f"day=2024-01-0{d}" for d in range(1, 5)]


@pytest.mark.parametrize("codec", ["plain", "gzip", "bzip2", "zstd"])
def test_text_is_read_in_every_compression(shop, codec):
    pack = {"plain": lambda b: b, "gzip": gzip.compress, "bzip2": bz2.compress, "zstd": lambda b: pyarrow.compress(b, "zstd", asbytes=True)}[codec]
    end = {"plain": "", "gzip": ".gz", "bzip2": ".bz2", "zstd": ".zst"}[codec]
    records = [{"id": n, "name": f"n{n}" if n % 2 else None, "at": {"lat": n / 2, "tags": ["a", "b"][:n % 3]}, "Extra": n} for n in range(500)]
    records[7].pop("name")
    records[8].pop("at")
    shop.put(f"j_{codec}/a.json{end}", pack("\n".join(json.dumps(r) for r in records).encode()))
    shop.ok(f"""CREATE EXTERNAL TABLE j_{codec} (id int, name string, at struct<lat:double,tags:array<string>>, extra int, missing string)
        ROW FORMAT SERDE 'org.openx.data.jsonserde.JsonSerDe' LOCATION 's3://{shop.bucket}/j_{codec}/'""")
    assert one(shop, f"SELECT count(*), count(name), sum(at.lat), sum(cardinality(at.tags)), sum(extra), count(missing) FROM j_{codec}") == [
        "500", "249", "62371.0", "497", "124750", "0"]
    shop.put(f"c_{codec}/a.csv{end}", pack(b'id,note,price\n1,"a, ""quoted""",1.50\n2,,\n3,"two words",-7\n'))
    shop.ok(f"""CREATE EXTERNAL TABLE c_{codec} (id string, note string, price string) ROW FORMAT SERDE 'org.apache.hadoop.hive.serde2.OpenCSVSerde'
        WITH SERDEPROPERTIES ('separatorChar' = ',', 'quoteChar' = '"', 'escapeChar' = '\\\\') LOCATION 's3://{shop.bucket}/c_{codec}/'
        TBLPROPERTIES ('skip.header.line.count' = '1')""")
    assert shop.rows(f"SELECT id, note, price FROM c_{codec} ORDER BY id") in (
        [["1", 'a, "quoted"', "1.50"], ["2", "", ""], ["3", "two words", "-7"]], [["1", 'a, "quoted"', "1.50"], ["2", None, None], ["3", "two words", "-7"]])
    shop.put(f"h_{codec}/a{end}", pack(b"1\x01one\x01a\x02b\x01k\x03v\n2\x01\\N\x01\x01\nbad\x01x\n"))
    shop.ok(f"CREATE EXTERNAL TABLE h_{codec} (n int, s string, a array<string>, m map<string,string>) LOCATION 's3://{shop.bucket}/h_{codec}/'")
    rows = shop.rows(f"SELECT n, s, cardinality(a), m['k'] FROM h_{codec} WHERE n = 1")
    assert rows == [["1", "one", "2", "v"]]
    assert one(shop, f"SELECT s FROM h_{codec} WHERE n = 2") == [None]
    assert one(shop, f"SELECT s FROM h_{codec} WHERE n IS NULL") == ["x"]


def test_csv_as_hive_and_people_write_it(shop):
    shop.put("odd/a.csv", b"1;2024-01-02;3.25;true\r\n2;;;\r\n;bad;x;FALSE\r\n4;2024-01-03")
    shop.ok(f"""CREATE EXTERNAL TABLE odd (n int, d date, p decimal(10,2), b boolean) ROW FORMAT DELIMITED FIELDS TERMINATED BY ';'
        LOCATION 's3://{shop.bucket}/odd/'""")
    rows = shop.rows("SELECT n, d, p FROM odd")
    assert rows == [["1", "2024-01-02", "3.25"], ["2", None, None], [None, None, None], ["4", "2024-01-03", None]], rows


def test_what_the_lake_writes_pyarrow_reads(shop):
    shop.ok(f"""CREATE TABLE made WITH (format = 'PARQUET', write_compression = 'ZSTD', partitioned_by = ARRAY['year', 'city'],
        external_location = 's3://{shop.bucket}/made/') AS
        SELECT * FROM (VALUES (1, DECIMAL '1.50', TIMESTAMP '2024-01-02 03:04:05', ARRAY['a'], 2024, 'são paulo'),
                              (2, DECIMAL '2.50', NULL, NULL, 2025, 'a/b')) AS t(id, price, at, tags, year, city)""")
    shop.ok("INSERT INTO made SELECT 3, DECIMAL '9.99', TIMESTAMP '2024-05-05 00:00:00', ARRAY['x','y'], 2024, 'são paulo'")
    keys = [o["Key"] for o in shop.s3.list_objects_v2(Bucket=shop.bucket, Prefix="made/")["Contents"]]
    assert len(keys) == 3 and sum(k.startswith("made/year=2025/city=a%2Fb/") for k in keys) == 1, keys
    rows = []
    for key in keys:
        data = shop.s3.get_object(Bucket=shop.bucket, Key=key)["Body"].read()
        file = pyarrow.parquet.ParquetFile(io.BytesIO(data))
        assert file.metadata.row_group(0).column(0).compression == "ZSTD"
        assert file.schema_arrow.names == ["id", "price", "at", "tags"]
        rows += file.read().to_pylist()
    assert sorted((r["id"], str(r["price"]), r["tags"]) for r in rows) == [(1, "1.50", ["a"]), (2, "2.50", None), (3, "9.99", ["x", "y"])]
    assert shop.rows("SELECT id, city FROM made WHERE year = 2025") == [["2", "a/b"]]
    assert shop.rows("SELECT sum(price) FROM made WHERE city = 'são paulo'") == [["11.49"]]
    parts = shop.glue.get_partitions(DatabaseName=shop.database, TableName="made")["Partitions"]
    assert sorted(p["Values"] for p in parts) == [["2024", "são paulo"], ["2025", "a/b"]]


def test_three_thousand_rows_are_paged(shop):
    key = shop.ok("SELECT n, 'v' || CAST(n AS varchar) AS v FROM UNNEST(sequence(1, 3100)) AS t(n) ORDER BY n")["QueryExecutionId"]
    sizes, seen, token = [], [], {}
    while True:
        page = shop.athena.get_query_results(QueryExecutionId=key, **token)
        sizes.append(len(page["ResultSet"]["Rows"]))
        seen += [r["Data"][0]["VarCharValue"] for r in page["ResultSet"]["Rows"]]
        if "NextToken" not in page:
            break
        token = {"NextToken": page["NextToken"]}
    assert sizes[:3] == [1000, 1000, 1000] and seen == ["n"] + [str(n) for n in range(1, 3101)]
    with pytest.raises(ClientError) as caught:
        shop.athena.get_query_results(QueryExecutionId=key, NextToken="forged")
    assert caught.value.response["Error"]["Code"] == "InvalidRequestException"


def test_the_cutoff_cancels_with_athenas_message(shop, name):
    shop.put("heavy/a.csv", b"x" * 99 + b"\n" + (b"y" * 99 + b"\n") * 150_000)
    shop.ok(f"CREATE EXTERNAL TABLE heavy (s string) LOCATION 's3://{shop.bucket}/heavy/'")
    shop.athena.create_work_group(Name=name, Configuration={"ResultConfiguration": {"OutputLocation": shop.output},
                                                            "BytesScannedCutoffPerQuery": 10_000_000})
    status = shop.wait(shop.start("SELECT count(DISTINCT s) FROM heavy", WorkGroup=name))["Status"]
    assert status["State"] == "CANCELLED" and "Bytes scanned limit was exceeded" in status["StateChangeReason"], status
    assert shop.wait(shop.start("SELECT 1", WorkGroup=name))["Status"]["State"] == "SUCCEEDED"


def test_stop_ends_a_long_join_at_once_and_frees_its_place(shop):
    keys = [shop.start(LONG) for _ in range(6)]
    end = time.monotonic() + 10
    while shop.athena.get_query_execution(QueryExecutionId=keys[0])["QueryExecution"]["Status"]["State"] != "RUNNING":
        assert time.monotonic() < end
        time.sleep(0.01)
    began = time.monotonic()
    for key in keys:
        shop.athena.stop_query_execution(QueryExecutionId=key)
    for key in keys:
        assert shop.wait(key, 5)["Status"]["State"] == "CANCELLED"
    assert one(shop, "SELECT 1") == ["1"]
    assert time.monotonic() - began < 5
    with pytest.raises(ClientError):
        shop.athena.get_query_results(QueryExecutionId=keys[0])


def test_twenty_queries_at_once_each_have_their_own_answer(shop):
    athena = shop.lake.client("athena", config=Config(max_pool_connections=20))
    with concurrent.futures.ThreadPoolExecutor(20) as pool:
        keys = list(pool.map(lambda n: athena.start_query_execution(
            QueryString=f"SELECT sum(x * {n}) FROM UNNEST(sequence(1, 10000)) AS t(x)", ResultConfiguration={"OutputLocation": shop.output})["QueryExecutionId"], range(20)))
    for n, key in enumerate(keys):
        assert shop.wait(key)["Status"]["State"] == "SUCCEEDED"
        assert shop.results(key)[1] == [str(50005000 * n)]


@pytest.mark.parametrize("sql,reason", [
    ("SELEC 1", "line 1:1"), ("SELECT 1 +", "line 1:11"), ("SELECT\n  nothing FROM typed", "COLUMN_NOT_FOUND: line 2:3"),
    ("SELECT * FROM nowhere.t", "SCHEMA_NOT_FOUND: line 1:15"), ("SELECT no_such_fn(1)", "FUNCTION_NOT_FOUND: line 1:8"),
    ("SELECT 'a' + 1", "TYPE_MISMATCH: line 1:12"), ("SELECT i, count(*) FROM typed", "EXPRESSION_NOT_AGGREGATE: line 1:8"),
    ("SELECT 1 / 0", "DIVISION_BY_ZERO"), ("SELECT CAST('x' AS integer)", "INVALID_CAST_ARGUMENT"),
    ("SELECT i FROM typed t JOIN typed u ON true", "AMBIGUOUS_NAME: line 1:8")])
def test_errors_name_category_and_place(typed, sql, reason):
    try:
        status = typed.fails(sql)
    except ClientError as error:
        assert error.response["Error"]["Code"] == "InvalidRequestException" and reason in str(error)
        return
    assert reason in status["StateChangeReason"], status
    assert status["AthenaError"]["ErrorCategory"] == 2, status


@pytest.mark.parametrize("sql", [
    "SELECT * FROM read_csv('/etc/passwd')", "SELECT * FROM read_parquet('/etc/passwd')", "SELECT * FROM read_text('/etc/passwd')",
    "SELECT * FROM glob('/etc/*')", "SELECT * FROM '/etc/passwd'", "SELECT * FROM \"/etc/passwd\"", "SELECT * FROM \"'/etc/passwd'\"",
    "SELECT * FROM \"read_csv('/etc/passwd')\"", "SELECT * FROM TABLE(read_csv('/etc/passwd'))", "COPY (SELECT 1) TO '/tmp/tarn-probe'",
    "ATTACH '/tmp/tarn-probe.db' AS x", "PRAGMA database_list", "SET enable_external_access = true", "INSTALL httpfs", "LOAD httpfs",
    "SELECT getenv('HOME')", "SELECT current_setting('temp_directory')", "SELECT * FROM duckdb_settings()", "SELECT * FROM duckdb_secrets()",
    "SELECT * FROM sqlite_master", "SELECT * FROM pg_catalog.pg_tables", "SELECT * FROM \"a\"\"; ATTACH '/tmp/x' AS y; --\"",
    "SELECT 1; ATTACH '/tmp/tarn-probe.db' AS x", "EXPORT DATABASE '/tmp/tarn-probe'", "CREATE TABLE x AS SELECT * FROM read_csv('/etc/passwd')",
    "CALL pragma_version()", "DESCRIBE read_csv('/etc/passwd')", "WITH x AS (SELECT * FROM read_blob('/etc/passwd')) SELECT * FROM x",
    "SELECT (SELECT content FROM read_text('/etc/passwd'))"])
def test_sql_has_no_way_to_the_machine(shop, sql):
    try:
        status = shop.wait(shop.start(sql))["Status"]
    except ClientError as error:
        assert error.response["Error"]["Code"] == "InvalidRequestException"
        return
    assert status["State"] == "FAILED", status
    assert "INTERNAL" not in status["StateChangeReason"] and "duckdb" not in status["StateChangeReason"].lower().replace(sql.lower(), "").replace("duckdb_", ""), status


@pytest.mark.parametrize("location", ["file:///etc/", "/etc/", "s3://../../etc/", "hdfs://x/y"])
def test_a_table_outside_s3_reads_nothing(shop, name, location):
    try:
        shop.glue.create_table(DatabaseName=shop.database, TableInput={"Name": name, "StorageDescriptor": {
            "Columns": [{"Name": "a", "Type": "string"}], "Location": location, "InputFormat": "org.apache.hadoop.mapred.TextInputFormat",
            "SerdeInfo": {"SerializationLibrary": "org.apache.hadoop.hive.serde2.lazy.LazySimpleSerDe"}}})
    except ClientError:
        return
    try:
        status = shop.wait(shop.start(f"SELECT * FROM {name}"))
    except ClientError:
        return
    assert status["Status"]["State"] == "FAILED" or shop.results(status["QueryExecutionId"]) == [["a"]], status


def test_hostile_names_and_values_stay_data(shop):
    shop.put("quote'd/x=it's/f.csv", b"1,'; DROP\n")
    shop.ok(f"""CREATE EXTERNAL TABLE hostile (`a"b` int, `c'd` string) PARTITIONED BY (x string)
        ROW FORMAT DELIMITED FIELDS TERMINATED BY ',' LOCATION 's3://{shop.bucket}/quote''d/'""")
    shop.ok("MSCK REPAIR TABLE hostile")
    assert shop.rows("SELECT \"a\"\"b\", \"c'd\", x FROM hostile WHERE x = 'it''s'") == [["1", "'; DROP", "it's"]]


def test_views_see_new_data_and_nest(typed):
    typed.ok("CREATE VIEW v1 AS SELECT i, s FROM typed WHERE i > 0")
    typed.ok("CREATE VIEW v2 AS SELECT i * 2 AS twice FROM v1")
    assert one(typed, "SELECT count(*), max(twice) FROM v2") == ["4", "2"]
    table = typed.glue.get_table(DatabaseName=typed.database, Name="v1")["Table"]
    assert table["TableType"] == "VIRTUAL_VIEW" and table["ViewOriginalText"].startswith("/* Presto View: ")
    assert [c["Name"] for c in table["StorageDescriptor"]["Columns"]] == ["i", "s"]


def test_a_broken_file_fails_the_query_by_name(shop):
    shop.put("broken/a.parquet", b"PAR1 this is no parquet file PAR1")
    shop.ok(f"CREATE EXTERNAL TABLE broken (a int) STORED AS PARQUET LOCATION 's3://{shop.bucket}/broken/'")
    reason = shop.fails("SELECT * FROM broken")["StateChangeReason"]
    assert "broken/a.parquet" in reason and reason.startswith("HIVE_"), reason
    shop.put("badjson/a.json", b'{"a": 1}\n{"a": \n')
    shop.ok(f"CREATE EXTERNAL TABLE badjson (a int) ROW FORMAT SERDE 'org.openx.data.jsonserde.JsonSerDe' LOCATION 's3://{shop.bucket}/badjson/'")
    reason = shop.fails("SELECT * FROM badjson")["StateChangeReason"]
    assert reason.startswith("HIVE_CURSOR_ERROR") or reason.startswith("HIVE_BAD_DATA"), reason


def test_replaced_and_deleted_data_is_seen_at_once(shop):
    shop.put("fresh/a.csv", b"1\n2\n")
    shop.ok(f"CREATE EXTERNAL TABLE fresh (a int) LOCATION 's3://{shop.bucket}/fresh/'")
    assert one(shop, "SELECT sum(a) FROM fresh") == ["3"]
    shop.put("fresh/a.csv", b"5\n5\n")
    assert one(shop, "SELECT sum(a) FROM fresh") == ["10"]
    shop.put("fresh/b.csv", b"7\n")
    assert one(shop, "SELECT sum(a) FROM fresh") == ["17"]
    shop.s3.delete_object(Bucket=shop.bucket, Key="fresh/a.csv")
    assert one(shop, "SELECT sum(a) FROM fresh") == ["7"]
    old = parquet(pyarrow.table({"a": pyarrow.array([1], pyarrow.int32())}))
    new = parquet(pyarrow.table({"a": pyarrow.array([2], pyarrow.int32())}))
    assert len(old) == len(new)
    shop.put("fresh_p/a.parquet", old)
    shop.ok(f"CREATE EXTERNAL TABLE fresh_p (a int, later string) STORED AS PARQUET LOCATION 's3://{shop.bucket}/fresh_p/'")
    assert one(shop, "SELECT a, later FROM fresh_p") == ["1", None]
    shop.put("fresh_p/a.parquet", new)
    assert one(shop, "SELECT a, later FROM fresh_p") == ["2", None]


def test_inserts_take_nulls_and_rows_by_position(shop):
    shop.ok(f"""CREATE EXTERNAL TABLE ins (a string, b bigint, at timestamp, r struct<x:int,y:string>, l array<string>) STORED AS PARQUET
        LOCATION 's3://{shop.bucket}/ins/'""")
    shop.ok("INSERT INTO ins SELECT 'new', 5, NULL, ROW(1, 'y'), NULL")
    shop.ok("INSERT INTO ins VALUES (NULL, NULL, TIMESTAMP '2024-01-01 00:00:00', NULL, ARRAY['z']), ('b', 1, NULL, ROW(2, NULL), NULL)")
    shop.ok("INSERT INTO ins (b, a) VALUES (9, 'named')")
    assert shop.rows("SELECT a, b, at, r.x, r.y, l FROM ins ORDER BY b, a") == [
        ["b", "1", None, "2", None, None], ["new", "5", None, "1", "y", None], ["named", "9", None, None, None, None],
        [None, None, "2024-01-01 00:00:00.000", None, None, "[z]"]]
    assert "mismatched column types" in shop.fails("INSERT INTO ins SELECT 1, 2, 3, 4, 5")["StateChangeReason"]
    assert "mismatched column types" in shop.fails("INSERT INTO ins SELECT 'a'")["StateChangeReason"]


def test_explain_answers_a_plan_or_says_why_not(shop):
    assert shop.ok("EXPLAIN SELECT 1") and shop.ok("EXPLAIN (FORMAT TEXT) SELECT 1")
    assert "FORMAT JSON" in shop.fails("EXPLAIN (FORMAT JSON) SELECT 1")["StateChangeReason"].upper()
