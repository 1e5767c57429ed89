"""Iceberg REST beside tables' rows: nested namespaces, views, drops for good, keys of requests, reports."""
import concurrent.futures
import time
import urllib.parse
import uuid

import pytest

from test_athena_reads import Athena
from test_rest_catalog import ROWS, SCHEMA, ask, connect, token_of

LONG = {"type": "struct", "schema-id": 0, "fields": [{"id": 1, "name": "id", "required": False, "type": "long"}]}
VIEW = {"schema": LONG, "properties": {"owner": "ann"},
        "view-version": {"version-id": 1, "schema-id": 0, "timestamp-ms": 1, "summary": {"engine-name": "test"},
                         "default-namespace": ["x"],
                         "representations": [{"type": "sql", "sql": "select 1 as id", "dialect": "spark"}]}}


@pytest.fixture
def rest(lake):
    token = token_of(lake)

    def call(method, path, body=None, key=None):
        status, answer, _ = ask(lake, method, path, body=body, token=token, headers={"Idempotency-Key": key} if key else None)
        return status, answer
    return call


@pytest.fixture
def space(rest, name):
    assert rest("POST", "/v1/namespaces", {"namespace": [name]})[0] == 200
    return name


def test_namespaces_nest_and_keep_their_case(lake, rest, space):
    assert rest("POST", "/v1/namespaces", {"namespace": [space, "Sales", "EU"]})[0] == 404
    status, answer = rest("POST", "/v1/namespaces", {"namespace": [space, "Sales"], "properties": {"a": "b"}})
    assert status == 200 and answer["namespace"] == [space, "Sales"]
    nested = urllib.parse.quote(f"{space}\x1fsales", safe="")
    location = f"s3://tarn-warehouse-{lake.account}-{lake.region}/{space.lower()}/sales"
    assert rest("GET", f"/v1/namespaces/{nested}")[1] == {"namespace": [space, "Sales"],
                                                          "properties": {"a": "b", "location": location}}
    assert rest("GET", f"/v1/namespaces?parent={space}")[1]["namespaces"] == [[space, "Sales"]]
    assert [space, "Sales"] not in rest("GET", "/v1/namespaces")[1]["namespaces"]
    assert rest("POST", f"/v1/namespaces/{nested}/tables", {"name": "Trips", "schema": LONG})[0] == 200
    assert rest("GET", f"/v1/namespaces/{nested}/tables")[1]["identifiers"] == [
        {"namespace": [space, "Sales"], "name": "Trips"}]
    assert rest("HEAD", f"/v1/namespaces/{nested}/tables/trips")[0] == 204
    glue = lake.client("glue")
    assert not [d for d in glue.get_databases()["DatabaseList"] if "\x1f" in d["Name"] or d["Name"] == "sales"]
    with pytest.raises(glue.exceptions.InvalidInputException):
        glue.delete_database(Name=space)
    status, answer = rest("DELETE", f"/v1/namespaces/{space}")
    assert (status, answer["error"]["type"]) == (409, "NamespaceNotEmptyException")
    # Engines look for db.table.files in the namespace db.table first.
    below = urllib.parse.quote(f"{space}\x1fnothing", safe="")
    status, answer = rest("GET", f"/v1/namespaces/{below}/tables/files")
    assert (status, answer["error"]["type"]) == (404, "NoSuchTableException")
    rename = {"source": {"namespace": [space, "Sales"], "name": "trips"}, "destination": {"namespace": [space], "name": "All"}}
    assert rest("POST", "/v1/tables/rename", rename)[0] == 204
    assert rest("GET", f"/v1/namespaces/{space}/tables")[1]["identifiers"] == [{"namespace": [space], "name": "All"}]
    assert rest("DELETE", f"/v1/namespaces/{nested}")[0] == 204


def test_views_live_beside_tables_under_one_space_of_names(lake, rest, space):
    views = f"/v1/namespaces/{space}/views"
    status, made = rest("POST", views, {"name": "Ones", **VIEW})
    assert status == 200 and made["metadata"]["current-version-id"] == 1
    assert rest("GET", views)[1]["identifiers"] == [{"namespace": [space], "name": "Ones"}]
    assert rest("GET", f"/v1/namespaces/{space}/tables")[1]["identifiers"] == []
    status, answer = rest("POST", f"/v1/namespaces/{space}/tables", {"name": "ones", "schema": LONG})
    assert status == 409 and answer["error"]["message"] == f"View with same name already exists: {space}.ones"
    table = lake.client("glue").get_table(DatabaseName=space, Name="ones")["Table"]
    assert table["TableType"] == "VIRTUAL_VIEW" and table["ViewOriginalText"] == "select 1 as id"
    assert table["Parameters"]["metadata_location"] == made["metadata-location"]
    change = {"requirements": [{"type": "assert-view-uuid", "uuid": made["metadata"]["view-uuid"]}],
              "updates": [{"action": "set-properties", "updates": {"owner": "bob"}}]}
    assert rest("POST", f"{views}/ones", change)[1]["metadata"]["properties"] == {"owner": "bob"}
    change["requirements"][0]["uuid"] = str(uuid.uuid4())
    assert rest("POST", f"{views}/ones", change)[1]["error"]["type"] == "CommitFailedException"
    to = {"source": {"namespace": [space], "name": "ones"}, "destination": {"namespace": [space], "name": "two"}}
    assert rest("POST", "/v1/views/rename", to)[0] == 204
    location = rest("GET", f"{views}/two")[1]["metadata-location"]
    assert rest("DELETE", f"{views}/two")[0] == 204 and rest("HEAD", f"{views}/two")[0] == 404
    back = rest("POST", f"/v1/namespaces/{space}/register-view", {"name": "back", "metadata-location": location})
    assert back[0] == 200 and back[1]["metadata"]["view-uuid"] == made["metadata"]["view-uuid"]


def keys_below(lake, location):
    bucket, prefix = location.removeprefix("s3://").split("/", 1)
    listed = lake.client("s3").list_objects_v2(Bucket=bucket, Prefix=prefix + "/")
    return [entry["Key"] for entry in listed.get("Contents", [])]


def test_a_purge_takes_the_files_and_spares_those_of_others(lake, rest, space):
    catalog = connect(lake)
    table = catalog.create_table(f"{space}.gone", SCHEMA)
    table.append(ROWS)
    table.append(ROWS)
    assert len(keys_below(lake, table.location())) >= 9
    # A second table on the same files keeps them.
    status, _ = rest("POST", f"/v1/namespaces/{space}/register", {"name": "twin", "metadata-location": table.metadata_location})
    assert status == 200
    assert rest("DELETE", f"/v1/namespaces/{space}/tables/gone?purgeRequested=true")[0] == 204
    assert catalog.load_table(f"{space}.twin").scan().to_arrow().num_rows == 4
    # The purge looks for others in the background: there is one at any time.
    again = catalog.register_table(f"{space}.again", table.metadata_location)
    status, twin = rest("POST", f"/v1/namespaces/{space}/tables/twin/unregister", {})
    assert status == 200 and twin["metadata-location"] == table.metadata_location
    assert again.scan().to_arrow().num_rows == 4
    assert rest("DELETE", f"/v1/namespaces/{space}/tables/again?purgeRequested=true")[0] == 204
    end = time.monotonic() + 60
    while keys_below(lake, table.location()) and time.monotonic() < end:
        time.sleep(0.05)
    assert keys_below(lake, table.location()) == []


def test_a_key_makes_a_change_happen_once(rest, space):
    key = str(uuid.uuid4())
    body = {"name": "once", "schema": LONG}
    with concurrent.futures.ThreadPoolExecutor(4) as pool:
        answers = list(pool.map(lambda _: rest("POST", f"/v1/namespaces/{space}/tables", body, key), range(4)))
    assert [status for status, _ in answers] == [200] * 4
    assert len({answer["metadata"]["table-uuid"] for _, answer in answers}) == 1
    assert rest("POST", f"/v1/namespaces/{space}/tables", body)[0] == 409
    assert rest("POST", f"/v1/namespaces/{space}/tables", body | {"name": "other"}, key)[0] == 422
    assert rest("POST", f"/v1/namespaces/{space}/tables", body, "no-uuid")[0] == 400
    drop = str(uuid.uuid4())
    for _ in range(2):
        assert rest("DELETE", f"/v1/namespaces/{space}/tables/once", None, drop)[0] == 204
    refused = str(uuid.uuid4())
    missing = rest("DELETE", f"/v1/namespaces/{space}/tables/once", None, refused)
    assert rest("POST", f"/v1/namespaces/{space}/tables", body)[0] == 200
    assert rest("DELETE", f"/v1/namespaces/{space}/tables/once", None, refused) == missing and missing[0] == 404
    changes = {"removals": [], "updates": {"a": "1"}}
    again = str(uuid.uuid4())
    first = rest("POST", f"/v1/namespaces/{space}/properties", changes, again)
    assert first == rest("POST", f"/v1/namespaces/{space}/properties", changes, again) and first[1]["updated"] == ["a"]


def test_a_key_outlives_a_crash(own_lake, name):
    token = token_of(own_lake)
    key = {"Idempotency-Key": str(uuid.uuid4())}
    body = {"namespace": [name]}
    assert ask(own_lake, "POST", "/v1/namespaces", body=body, token=token, headers=key)[0] == 200
    own_lake.restart(kill=True)
    assert ask(own_lake, "POST", "/v1/namespaces", body=body, token=token, headers=key)[0] == 200
    assert ask(own_lake, "POST", "/v1/namespaces", body=body, token=token)[0] == 409


def test_reports_are_taken_and_functions_are_none(rest, space):
    assert rest("POST", f"/v1/namespaces/{space}/tables", {"name": "t", "schema": LONG})[0] == 200
    report = {"report-type": "commit-report", "table-name": "t", "snapshot-id": 1, "sequence-number": 1,
              "operation": "append", "metrics": {}}
    assert rest("POST", f"/v1/namespaces/{space}/tables/t/metrics", report)[0] == 204
    assert rest("POST", f"/v1/namespaces/{space}/tables/t/metrics", report | {"report-type": "x"})[0] == 400
    assert rest("POST", f"/v1/namespaces/{space}/tables/none/metrics", report)[0] == 404
    assert rest("GET", f"/v1/namespaces/{space}/functions") == (200, {"identifiers": []})
    status, answer = rest("GET", f"/v1/namespaces/{space}/functions/f")
    assert (status, answer["error"]["type"]) == (404, "NoSuchFunctionException")
    status, answer = rest("GET", "/v1/namespaces/none-such/functions")
    assert (status, answer["error"]["type"]) == (404, "NoSuchNamespaceException")


def test_views_made_over_rest_are_read_by_sql(lake, rest, space, bucket):
    athena = Athena(lake, bucket, space)
    athena.rows("CREATE TABLE trips WITH (format = 'PARQUET') AS SELECT 1 AS id, 'oslo' AS city UNION ALL SELECT 2, 'rome'")

    def make(name, *representations):
        version = {**VIEW["view-version"], "default-namespace": [space],
                   "representations": [{"type": "sql", "sql": sql, "dialect": dialect}
                                       for dialect, sql in representations]}
        assert rest("POST", f"/v1/namespaces/{space}/views", {"name": name, **VIEW, "view-version": version})[0] == 200

    make("both", ("spark", "SELECT 7 AS id"), ("trino", 'SELECT id FROM "trips" WHERE city = \'rome\''))
    make("sparks", ("spark", "SELECT `id` FROM trips WHERE city = 'oslo'"))
    make("foreign", ("duckdb", "SELECT 1"))
    assert athena.rows("SELECT id FROM both") == [("2",)]
    assert athena.rows("SELECT s.id, b.id FROM sparks s CROSS JOIN both b") == [("1", "2")]
    assert "written in duckdb" in athena.error("SELECT * FROM foreign")
    assert rest("DELETE", f"/v1/namespaces/{space}/views/both")[0] == 204
    assert "does not exist" in athena.error("SELECT id FROM both")
