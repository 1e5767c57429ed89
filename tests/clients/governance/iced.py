"""Iceberg tables as several writers leave them: rows deleted in every way of the format, columns that have defaults."""
from pyiceberg.catalog.rest import RestCatalog

from iceberg.test_athena_reads import delete_equal
from iceberg.test_rest_catalog import ask, token_of


def add_column(lake, database, table, name, kind, default):
    """As a writer of format version 3 does: rows that are there already have the default."""
    token, path = token_of(lake), f"/v1/namespaces/{database}/tables/{table}"
    metadata = ask(lake, "GET", path, token=token)[1]["metadata"]
    (schema,) = [each for each in metadata["schemas"] if each["schema-id"] == metadata["current-schema-id"]]
    fields = schema["fields"] + [{"id": metadata["last-column-id"] + 1, "name": name, "required": False, "type": kind,
                                  "initial-default": default, "write-default": default}]
    status, answer, _ = ask(lake, "POST", path, {"requirements": [], "updates": [
        {"action": "add-schema", "schema": {"type": "struct", "schema-id": schema["schema-id"] + 1, "fields": fields}},
        {"action": "set-current-schema", "schema-id": -1}]}, token=token)
    assert status == 200, answer


def delete_by_equality(lake, database, table, rows):
    """Deletes the rows that have the values of this Arrow table of one column, as Flink does."""
    catalog = RestCatalog("lake", uri=lake.endpoint + "/iceberg", credential=f"{lake.access_key}:{lake.secret_key}",
                          **{"s3.access-key-id": lake.access_key, "s3.secret-access-key": lake.secret_key,
                             "s3.endpoint": lake.endpoint, "s3.region": lake.region})
    loaded = catalog.load_table((database, table))
    delete_equal(loaded, rows, loaded.schema().find_field(rows.column_names[0]).field_id)
