"""Iceberg REST: PyIceberg and plain requests against /iceberg."""
import concurrent.futures
import json
import re
import urllib.error
import urllib.parse
import urllib.request

import pyarrow as pa
import pytest
from pyiceberg.catalog.rest import RestCatalog
from pyiceberg.exceptions import (NamespaceAlreadyExistsError, NamespaceNotEmptyError,
                                  NoSuchNamespaceError, NoSuchTableError, OAuthError, TableAlreadyExistsError)
from pyiceberg.schema import Schema
from pyiceberg.types import LongType, NestedField, StringType

SCHEMA = Schema(NestedField(1, "id", LongType(), required=False), NestedField(2, "city", StringType(), required=False))
ROWS = pa.table({"id": pa.array([1, 2], pa.int64()), "city": ["rome", "oslo"]})


def connect(lake, **properties):
    settings = {"uri": lake.endpoint + "/iceberg", "credential": f"{lake.access_key}:{lake.secret_key}",
                "s3.access-key-id": lake.access_key, "s3.secret-access-key": lake.secret_key} | properties
    return RestCatalog("lake", **settings)


@pytest.fixture
def catalog(lake):
    return connect(lake)


@pytest.fixture
def space(catalog, name):
    catalog.create_namespace(name)
    return name


def ask(lake, method, path, body=None, token=None, form=None, headers=None):
    headers = dict(headers or {}) | ({"Authorization": f"Bearer {token}"} if token else {})
    data = None
    if body is not None:
        data, headers["Content-Type"] = json.dumps(body).encode(), "application/json"
    if form is not None:
        data = urllib.parse.urlencode(form).encode()
    request = urllib.request.Request(lake.endpoint + "/iceberg" + path, data, headers, method=method)
    try:
        with urllib.request.urlopen(request) as answer:
            text = answer.read()
            return answer.status, json.loads(text) if text else None, answer.headers
    except urllib.error.HTTPError as refused:
        text = refused.read()
        return refused.code, json.loads(text) if text else None, refused.headers


def token_of(lake):
    form = {"grant_type": "client_credentials", "client_id": lake.access_key, "client_secret": lake.secret_key}
    status, answer, _ = ask(lake, "POST", "/v1/oauth/tokens", form=form)
    assert status == 200 and answer["token_type"] == "bearer" and answer["expires_in"] == 3600
    return answer["access_token"]


def test_tokens_open_the_catalog_and_nothing_else_does(lake):
    assert ask(lake, "GET", "/v1/config")[0] == 401
    assert ask(lake, "GET", "/v1/config", token="nonsense")[0] == 401
    token = token_of(lake)
    assert ask(lake, "GET", "/v1/config", token=token)[0] == 200
    changed = token[:-1] + ("0" if token[-1] != "0" else "1")
    status, answer, _ = ask(lake, "GET", "/v1/config", token=changed)
    assert status == 401 and answer["error"]["type"] == "NotAuthorizedException" and answer["error"]["code"] == 401
    wrong = {"grant_type": "client_credentials", "client_id": lake.access_key, "client_secret": "x"}
    status, answer, _ = ask(lake, "POST", "/v1/oauth/tokens", form=wrong)
    assert (status, answer["error"]) == (401, "invalid_client")
    exchange = {"grant_type": "urn:ietf:params:oauth:grant-type:token-exchange", "subject_token": token}
    assert ask(lake, "POST", "/v1/oauth/tokens", form=exchange)[0] == 200
    with pytest.raises(OAuthError):
        connect(lake, credential=f"{lake.access_key}:wrong")


def test_config_declares_exactly_what_is_served(lake, name):
    token = token_of(lake)
    _, config, _ = ask(lake, "GET", "/v1/config", token=token)
    assert config["defaults"]["s3.endpoint"] == lake.endpoint
    for line in config["endpoints"]:
        method, path = line.split()
        path = path.replace("/{prefix}", "").replace("{namespace}", name)
        path = re.sub(r"{[a-z-]+}", "t", path)
        status, answer, _ = ask(lake, method, path, body={} if method == "POST" else None, token=token)
        assert answer is None or answer.get("error", {}).get("type") != "NoSuchRouteException", line
    for method, path in (("GET", "/v1/namespaces/x/events"), ("GET", "/v1/x")):
        status, answer, _ = ask(lake, method, path, body={} if method == "POST" else None, token=token)
        assert (status, answer["error"]["type"]) == (404, "NoSuchRouteException")
    status, answer, _ = ask(lake, "GET", "/v1/config?warehouse=s3tablescatalog/other", token=token)
    assert (status, answer["error"]["type"]) == (404, "NoSuchWarehouseException") and "other" in answer["error"]["message"]


def test_namespaces_are_the_databases_of_glue(lake, catalog, name):
    catalog.create_namespace(name, {"owner": "ann", "comment": "trial"})
    with pytest.raises(NamespaceAlreadyExistsError):
        catalog.create_namespace(name)
    glue = lake.client("glue")
    database = glue.get_database(Name=name)["Database"]
    assert database["Description"] == "trial" and database["Parameters"] == {"owner": "ann"}
    assert (name,) in catalog.list_namespaces()
    changed = catalog.update_namespace_properties(name, removals={"owner", "gone"}, updates={"team": "geo"})
    assert changed.updated == ["team"] and changed.removed == ["owner"] and changed.missing == ["gone"]
    assert catalog.load_namespace_properties(name) == {
        "comment": "trial", "team": "geo", "location": f"s3://tarn-warehouse-{lake.account}-{lake.region}/{name}"}
    assert catalog.namespace_exists(name)
    catalog.drop_namespace(name)
    assert not catalog.namespace_exists(name)
    with pytest.raises(NoSuchNamespaceError):
        catalog.load_namespace_properties(name)
    glue.create_database(DatabaseInput={"Name": name, "LocationUri": "s3://anywhere/x"})
    assert catalog.load_namespace_properties(name) == {"location": "s3://anywhere/x"}


def test_tables_take_rows_and_give_them_back(lake, catalog, space):
    table = catalog.create_table(f"{space}.cities", SCHEMA, properties={"owner": "ann"})
    with pytest.raises(TableAlreadyExistsError):
        catalog.create_table(f"{space}.cities", SCHEMA)
    table.append(ROWS)
    table.append(ROWS)
    again = catalog.load_table(f"{space}.cities")
    assert again.scan().to_arrow().num_rows == 4 and len(again.snapshots()) == 2
    again.delete("city = 'oslo'")
    assert sorted(catalog.load_table(f"{space}.cities").scan().to_arrow()["city"].to_pylist()) == ["rome", "rome"]
    with again.update_schema() as change:
        change.add_column("people", LongType())
    shown = lake.client("glue").get_table(DatabaseName=space, Name="cities")["Table"]
    assert shown["Parameters"]["table_type"] == "ICEBERG"
    assert shown["Parameters"]["metadata_location"] == catalog.load_table(f"{space}.cities").metadata_location
    assert [(c["Name"], c["Type"]) for c in shown["StorageDescriptor"]["Columns"]] == [
        ("id", "bigint"), ("city", "string"), ("people", "bigint")]
    assert catalog.list_tables(space) == [(space, "cities")]
    with pytest.raises(NamespaceNotEmptyError):
        catalog.drop_namespace(space)
    catalog.rename_table(f"{space}.cities", f"{space}.towns")
    location = catalog.load_table(f"{space}.towns").metadata_location
    catalog.drop_table(f"{space}.towns")
    with pytest.raises(NoSuchTableError):
        catalog.load_table(f"{space}.towns")
    back = catalog.register_table(f"{space}.back", location)
    assert back.scan().to_arrow().num_rows == 2


def test_a_commit_on_an_older_state_is_refused_and_changes_nothing(lake, catalog, space):
    catalog.create_table(f"{space}.t", SCHEMA)
    first, second = catalog.load_table(f"{space}.t"), catalog.load_table(f"{space}.t")
    first.append(ROWS)
    stale = {"requirements": [{"type": "assert-ref-snapshot-id", "ref": "main", "snapshot-id": None}],
             "updates": [{"action": "set-properties", "updates": {"a": "b"}}]}
    status, answer, _ = ask(lake, "POST", f"/v1/namespaces/{space}/tables/t", body=stale, token=token_of(lake))
    assert (status, answer["error"]["type"], answer["error"]["code"]) == (409, "CommitFailedException", 409)
    assert "a" not in catalog.load_table(f"{space}.t").properties
    second.append(ROWS)  # is refused too; the client starts again by itself
    assert catalog.load_table(f"{space}.t").scan().to_arrow().num_rows == 4


def test_commits_of_many_properties_are_all_kept(lake, space):
    connect(lake).create_table(f"{space}.t", SCHEMA)

    def write(number):
        catalog = connect(lake)
        with catalog.load_table(f"{space}.t").transaction() as change:
            change.set_properties(**{f"p{number}": "1"})

    with concurrent.futures.ThreadPoolExecutor(4) as pool:
        list(pool.map(write, range(12)))
    properties = connect(lake).load_table(f"{space}.t").properties
    assert {key for key in properties if key.startswith("p")} >= {f"p{number}" for number in range(12)}


def test_a_staged_table_is_there_after_its_first_commit(catalog, space):
    with catalog.create_table_transaction(f"{space}.t", SCHEMA) as change:
        assert not catalog.table_exists(f"{space}.t")
        change.set_properties(kind="staged")
    assert catalog.load_table(f"{space}.t").properties["kind"] == "staged"


def test_a_table_known_already_is_not_sent_again(lake, catalog, space):
    catalog.create_table(f"{space}.t", SCHEMA)
    token = token_of(lake)
    status, table, headers = ask(lake, "GET", f"/v1/namespaces/{space}/tables/t?snapshots=refs", token=token)
    assert status == 200 and table["metadata"]["snapshots"] == []
    request = urllib.request.Request(f"{lake.endpoint}/iceberg/v1/namespaces/{space}/tables/t?snapshots=refs",
                                     headers={"Authorization": f"Bearer {token}", "If-None-Match": headers["ETag"]})
    with pytest.raises(urllib.error.HTTPError) as unchanged:
        urllib.request.urlopen(request)
    assert unchanged.value.code == 304
    catalog.load_table(f"{space}.t").append(ROWS)
    with urllib.request.urlopen(request) as answer:
        assert len(json.loads(answer.read())["metadata"]["snapshots"]) == 1


def test_bad_requests_change_nothing_and_say_why(lake, catalog, space):
    token = token_of(lake)
    tables = f"/v1/namespaces/{space}/tables"
    for body, words in (({"name": "t"}, "schema"), ({"schema": {}}, "name"), ([], "object")):
        status, answer, _ = ask(lake, "POST", tables, body=body, token=token)
        assert status == 400 and words in answer["error"]["message"], answer
    status, answer, _ = ask(lake, "POST", "/v1/namespaces", body={"namespace": ["a", "b"]}, token=token)
    assert status == 404 and answer["error"]["type"] == "NoSuchNamespaceException"
    status, answer, _ = ask(lake, "GET", f"{tables}/none", token=token)
    assert status == 404 and answer["error"]["message"] == f"Table does not exist: {space}.none"
    status, answer, _ = ask(lake, "GET", "/v1/namespaces/none/tables", token=token)
    assert status == 404 and answer["error"]["type"] == "NoSuchNamespaceException"
    assert catalog.list_tables(space) == []


def test_commits_outlive_a_crash(own_lake, name):
    catalog = connect(own_lake)
    catalog.create_namespace(name)
    catalog.create_table(f"{name}.t", SCHEMA).append(ROWS)
    own_lake.restart(kill=True)
    catalog = connect(own_lake)
    catalog.load_table(f"{name}.t").append(ROWS)
    assert catalog.load_table(f"{name}.t").scan().to_arrow().num_rows == 4


def test_requests_may_be_signed(lake, name):
    catalog = connect(lake, **{"credential": None, "rest.sigv4-enabled": "true", "rest.signing-name": "glue",
                               "rest.signing-region": "eu-central-1", "client.access-key-id": lake.access_key,
                               "client.secret-access-key": lake.secret_key})
    catalog.create_namespace(name)
    assert lake.client("glue", region="eu-central-1").get_database(Name=name)
