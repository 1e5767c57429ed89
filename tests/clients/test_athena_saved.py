"""Named queries, prepared statements, data catalogs: what boto3 sees."""
import uuid

import pytest
from test_athena_workgroups import athena, athena_pages, name, refused  # noqa: F401


def test_named_query_life(athena, name):
    athena.create_work_group(Name=name)
    made = athena.create_named_query(Name="n", Database="d", QueryString="SELECT 1", Description="x", WorkGroup=name)
    key = made["NamedQueryId"]
    assert athena.get_named_query(NamedQueryId=key)["NamedQuery"] == {
        "Name": "n", "Database": "d", "QueryString": "SELECT 1", "Description": "x", "NamedQueryId": key,
        "WorkGroup": name}
    athena.update_named_query(NamedQueryId=key, Name="m", QueryString="SELECT 2")
    assert athena.get_named_query(NamedQueryId=key)["NamedQuery"]["QueryString"] == "SELECT 2"
    missing = str(uuid.uuid4())
    batch = athena.batch_get_named_query(NamedQueryIds=[key, missing])
    assert [q["NamedQueryId"] for q in batch["NamedQueries"]] == [key]
    assert [u["NamedQueryId"] for u in batch["UnprocessedNamedQueryIds"]] == [missing]
    athena.delete_named_query(NamedQueryId=key)
    assert refused(athena.get_named_query, NamedQueryId=key)["Code"] == "InvalidRequestException"
    assert refused(athena.delete_named_query, NamedQueryId=key)["Code"] == "InvalidRequestException"


def test_named_queries_are_listed_by_workgroup_newest_first(athena, name):
    athena.create_work_group(Name=name)
    made = [athena.create_named_query(Name=f"n{i}", Database="d", QueryString="SELECT 1", WorkGroup=name)
            ["NamedQueryId"] for i in range(5)]
    listed = [i for page in athena_pages(athena, "list_named_queries", "NamedQueryIds", 2, WorkGroup=name) for i in page]
    assert listed == made[::-1]
    assert refused(athena.list_named_queries, WorkGroup="no-" + name)["Code"] == "InvalidRequestException"


def test_named_query_is_made_once_per_token(athena):
    token = uuid.uuid4().hex + uuid.uuid4().hex
    ask = dict(Name="n", Database="d", QueryString="SELECT 1", ClientRequestToken=token)
    first = athena.create_named_query(**ask)["NamedQueryId"]
    assert athena.create_named_query(**ask)["NamedQueryId"] == first
    ask["QueryString"] = "SELECT 2"
    assert refused(athena.create_named_query, **ask)["Code"] == "InvalidRequestException"


def test_prepared_statement_life(athena, name):
    athena.create_work_group(Name=name)
    where = dict(StatementName="my_statement", WorkGroup=name)
    athena.create_prepared_statement(QueryStatement="SELECT ?", Description="x", **where)
    assert refused(athena.create_prepared_statement, QueryStatement="SELECT ?", **where)["Code"] == \
        "InvalidRequestException"
    found = athena.get_prepared_statement(**where)["PreparedStatement"]
    assert found["QueryStatement"] == "SELECT ?" and found["WorkGroupName"] == name and found["LastModifiedTime"]
    athena.update_prepared_statement(QueryStatement="SELECT ? + 1", **where)
    assert athena.get_prepared_statement(**where)["PreparedStatement"]["QueryStatement"] == "SELECT ? + 1"
    listed = athena.list_prepared_statements(WorkGroup=name)["PreparedStatements"]
    assert [s["StatementName"] for s in listed] == ["my_statement"]
    batch = athena.batch_get_prepared_statement(WorkGroup=name, PreparedStatementNames=["my_statement", "nope"])
    assert len(batch["PreparedStatements"]) == 1
    assert batch["UnprocessedPreparedStatementNames"][0]["StatementName"] == "nope"
    athena.delete_prepared_statement(**where)
    assert refused(athena.get_prepared_statement, **where)["Code"] == "ResourceNotFoundException"
    assert refused(athena.update_prepared_statement, QueryStatement="SELECT 1", **where)["Code"] == \
        "ResourceNotFoundException"
    assert refused(athena.delete_prepared_statement, **where)["Code"] == "ResourceNotFoundException"


def test_data_catalog_life(athena, lake):
    name = f"cat_{uuid.uuid4().hex[:8]}"
    tags = [{"Key": "k", "Value": "v"}]
    athena.create_data_catalog(Name=name, Type="GLUE", Description="d", Parameters={"catalog-id": lake.account},
                               Tags=tags)
    assert athena.get_data_catalog(Name=name)["DataCatalog"] == {
        "Name": name, "Type": "GLUE", "Description": "d", "Parameters": {"catalog-id": lake.account}}
    assert refused(athena.create_data_catalog, Name=name, Type="GLUE", Parameters={"catalog-id": lake.account})[
        "Code"] == "InvalidRequestException"
    arn = f"arn:aws:athena:{lake.region}:{lake.account}:datacatalog/{name}"
    assert athena.list_tags_for_resource(ResourceARN=arn)["Tags"] == tags
    listed = athena.list_data_catalogs()["DataCatalogsSummary"]
    assert {"CatalogName": name, "Type": "GLUE"} in listed
    assert "AwsDataCatalog" in [c["CatalogName"] for c in listed]
    athena.update_data_catalog(Name=name, Type="GLUE", Description="e", Parameters={"catalog-id": lake.account})
    assert athena.get_data_catalog(Name=name)["DataCatalog"]["Description"] == "e"
    assert athena.get_database(CatalogName=name, DatabaseName="default")["Database"]["Name"] == "default"
    athena.delete_data_catalog(Name=name)
    assert refused(athena.get_data_catalog, Name=name)["Code"] == "InvalidRequestException"


@pytest.mark.parametrize("kind", ["LAMBDA", "HIVE"])
def test_data_catalogs_need_their_functions(athena, kind):
    assert refused(athena.create_data_catalog, Name=f"c{uuid.uuid4().hex[:8]}", Type=kind)["Code"] == \
        "InvalidRequestException"
