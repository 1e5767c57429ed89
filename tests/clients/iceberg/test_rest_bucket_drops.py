"""Drops of tables in table buckets over Iceberg REST: once per key, whole over a crash."""
import urllib.parse
import uuid

from test_rest_catalog import ask, token_of

SCHEMA = {"type": "struct", "schema-id": 0, "fields": [{"id": 1, "name": "id", "required": False, "type": "long"}]}


def tables_of(lake, name):
    """The path of a namespace's tables in a new table bucket, and a token."""
    client = lake.client("s3tables")
    arn = client.create_table_bucket(name=name)["arn"]
    client.create_namespace(tableBucketARN=arn, namespace=["sales"])
    token = token_of(lake)
    status, config, _ = ask(lake, "GET", "/v1/config?warehouse=" + urllib.parse.quote(arn, safe=""), token=token)
    assert status == 200, config
    prefix = {**config["defaults"], **config["overrides"]}["prefix"]
    return f"/v1/{prefix}/namespaces/sales/tables", token


def test_a_drop_with_a_key_is_made_once(own_lake, name):
    path, token = tables_of(own_lake, name)
    body = {"name": "orders", "schema": SCHEMA}
    assert ask(own_lake, "POST", path, body, token)[0] == 200
    key = {"Idempotency-Key": str(uuid.uuid4())}
    drop = path + "/orders?purgeRequested=true"
    assert ask(own_lake, "DELETE", drop, token=token, headers=key)[0] == 204
    # Made again meanwhile, by somebody else: the same request does not take that one.
    assert ask(own_lake, "POST", path, body, token)[0] == 200
    assert ask(own_lake, "DELETE", drop, token=token, headers=key)[0] == 204
    assert ask(own_lake, "HEAD", path + "/orders", token=token)[0] == 204
    own_lake.restart(kill=True)
    assert ask(own_lake, "DELETE", drop, token=token, headers=key)[0] == 204
    assert ask(own_lake, "HEAD", path + "/orders", token=token)[0] == 204
    assert ask(own_lake, "DELETE", drop, token=token)[0] == 204
    assert ask(own_lake, "DELETE", drop, token=token)[0] == 404
