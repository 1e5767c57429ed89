"""Databases, tables and versions through boto3."""
import concurrent.futures

import pytest
from glue_shapes import refused, storage, table


@pytest.fixture
def glue(lake):
    return lake.client("glue")


@pytest.fixture
def database(glue, name):
    glue.create_database(DatabaseInput={"Name": name})
    return name


def test_a_database_comes_back_as_it_was_given(lake, glue, name):
    glue.create_database(
        DatabaseInput={"Name": name.upper(), "Description": "raw zone", "LocationUri": "s3://raw/", "Parameters": {"a": "b"}},
        Tags={"team": "x"})
    got = glue.get_database(Name=name)["Database"]
    assert (got["Name"], got["Description"], got["LocationUri"], got["Parameters"]) == (name, "raw zone", "s3://raw/", {"a": "b"})
    assert got["CatalogId"] == lake.account
    assert got["CreateTableDefaultPermissions"] == [
        {"Principal": {"DataLakePrincipalIdentifier": "IAM_ALLOWED_PRINCIPALS"}, "Permissions": ["ALL"]}]
    arn = f"arn:aws:glue:{lake.region}:{lake.account}:database/{name}"
    assert glue.get_tags(ResourceArn=arn)["Tags"] == {"team": "x"}
    glue.tag_resource(ResourceArn=arn, TagsToAdd={"cost": "1"})
    glue.untag_resource(ResourceArn=arn, TagsToRemove=["team"])
    assert glue.get_tags(ResourceArn=arn)["Tags"] == {"cost": "1"}


def test_an_update_replaces_a_database_but_not_its_tags(lake, glue, name):
    glue.create_database(DatabaseInput={"Name": name, "Description": "old"}, Tags={"k": "v"})
    glue.update_database(Name=name, DatabaseInput={"Name": name, "LocationUri": "s3://new/"})
    got = glue.get_database(Name=name)["Database"]
    assert "Description" not in got and got["LocationUri"] == "s3://new/"
    assert glue.get_tags(ResourceArn=f"arn:aws:glue:{lake.region}:{lake.account}:database/{name}")["Tags"] == {"k": "v"}


def test_databases_are_refused_in_glues_words(glue, database):
    with refused("AlreadyExistsException", "Database already exists."):
        glue.create_database(DatabaseInput={"Name": database.upper()})
    for call in (lambda: glue.get_database(Name="nosuch"), lambda: glue.delete_database(Name="nosuch"),
                 lambda: glue.update_database(Name="nosuch", DatabaseInput={"Name": "nosuch"}),
                 lambda: glue.get_tables(DatabaseName="nosuch"),
                 lambda: glue.create_table(DatabaseName="nosuch", TableInput=table("t"))):
        with refused("EntityNotFoundException", "Database nosuch not found."):
            call()
    with refused("ValidationException", "failed to satisfy constraint"):
        glue.create_database(DatabaseInput={"Name": "x" * 256})


def test_another_accounts_catalog_is_denied(glue, database):
    with refused("AccessDeniedException"):
        glue.get_database(CatalogId="999999999999", Name=database)
    with refused("EntityNotFoundException"):
        glue.get_database(CatalogId="nosuchcatalog", Name=database)


def test_regions_have_catalogs_of_their_own(lake, database):
    with refused("EntityNotFoundException"):
        lake.client("glue", region="eu-west-1").get_database(Name=database)


def test_a_table_keeps_every_member(lake, glue, database):
    given = table("Full", keys=[("day", "date"), ("hour", "int")], Description="d", Owner="me", Retention=3,
                  ViewOriginalText="a", ViewExpandedText="b", TargetTable={"DatabaseName": "x", "Name": "y"})
    given["StorageDescriptor"]["AdditionalLocations"] = ["s3://other/"]
    glue.create_table(DatabaseName=database, TableInput=given)
    got = glue.get_table(DatabaseName=database.upper(), Name="FULL")["Table"]
    for member in set(given) - {"Name"}:
        assert got[member] == given[member], member
    assert got["Name"] == "full" and got["DatabaseName"] == database and got["CatalogId"] == lake.account
    assert got["IsRegisteredWithLakeFormation"] is False
    assert got["CreatedBy"] == f"arn:aws:iam::{lake.account}:root"
    assert got["CreateTime"] == got["UpdateTime"]


def test_a_bare_table_gets_glues_defaults(glue, database):
    glue.create_table(DatabaseName=database, TableInput={"Name": "bare", "StorageDescriptor": {"Location": "s3://b/"}})
    got = glue.get_table(DatabaseName=database, Name="bare")["Table"]
    assert got["StorageDescriptor"] == {"Columns": [], "Location": "s3://b/", "Compressed": False, "NumberOfBuckets": 0,
                                        "SortColumns": [], "StoredAsSubDirectories": False}
    assert got["PartitionKeys"] == [] and got["Retention"] == 0 and "TableType" not in got


def test_tables_are_refused_in_glues_words(glue, database):
    glue.create_table(DatabaseName=database, TableInput=table("t"))
    with refused("AlreadyExistsException", "Table already exists."):
        glue.create_table(DatabaseName=database, TableInput=table("T"))
    for call in (lambda: glue.get_table(DatabaseName=database, Name="nosuch"),
                 lambda: glue.delete_table(DatabaseName=database, Name="nosuch"),
                 lambda: glue.update_table(DatabaseName=database, TableInput=table("nosuch")),
                 lambda: glue.get_table_versions(DatabaseName=database, TableName="nosuch"),
                 lambda: glue.get_partitions(DatabaseName=database, TableName="nosuch")):
        with refused("EntityNotFoundException", "Table nosuch not found."):
            call()
    with refused("InvalidInputException", "Parameters not supported for partition columns"):
        bad = table("bad")
        bad["PartitionKeys"] = [{"Name": "k", "Type": "string", "Parameters": {"a": "b"}}]
        glue.create_table(DatabaseName=database, TableInput=bad)
    with refused("InvalidInputException", "cannot lie at s3://bucket/t: The specified bucket does not exist"):
        glue.create_table(DatabaseName=database, TableInput=table("ice"),
                          OpenTableFormatInput={"IcebergInput": {"MetadataOperation": "CREATE"}})
    assert [t["Name"] for t in glue.get_tables(DatabaseName=database)["TableList"]] == ["t"]


def test_updates_make_versions(glue, database):
    glue.create_table(DatabaseName=database, TableInput=table("t"))
    first = glue.get_table(DatabaseName=database, Name="t")["Table"]
    for text in ("two", "three"):
        glue.update_table(DatabaseName=database, TableInput=table("t", Description=text))
    glue.update_table(DatabaseName=database, TableInput=table("t", Description="four"), SkipArchive=True)
    now = glue.get_table(DatabaseName=database, Name="t")["Table"]
    assert now["Description"] == "four" and int(now["VersionId"]) == int(first["VersionId"]) + 3
    assert now["CreateTime"] == first["CreateTime"] and now["UpdateTime"] >= first["UpdateTime"]
    versions = glue.get_table_versions(DatabaseName=database, TableName="t")["TableVersions"]
    assert [v["Table"].get("Description") for v in versions] == [None, "two", "four"]
    assert all(v["VersionId"] == v["Table"]["VersionId"] for v in versions)
    old = glue.get_table_version(DatabaseName=database, TableName="t", VersionId=versions[1]["VersionId"])
    assert old["TableVersion"]["Table"]["Description"] == "two"
    glue.delete_table_version(DatabaseName=database, TableName="t", VersionId=versions[0]["VersionId"])
    with refused("EntityNotFoundException", "Version not found."):
        glue.get_table_version(DatabaseName=database, TableName="t", VersionId=versions[0]["VersionId"])
    with refused("InvalidInputException"):
        glue.get_table_version(DatabaseName=database, TableName="t", VersionId="x1")
    errors = glue.batch_delete_table_version(DatabaseName=database, TableName="t",
                                             VersionIds=[versions[1]["VersionId"], "999"])["Errors"]
    assert [(e["VersionId"], e["ErrorDetail"]["ErrorCode"]) for e in errors] == [("999", "EntityNotFoundException")]


def test_one_of_racing_swaps_wins(lake, glue, database):
    glue.create_table(DatabaseName=database, TableInput=table("t"))
    version = glue.get_table(DatabaseName=database, Name="t")["Table"]["VersionId"]

    def swap(i):
        try:
            lake.client("glue").update_table(DatabaseName=database, TableInput=table("t", Description=str(i)),
                                             VersionId=version)
            return i
        except glue.exceptions.ClientError as error:
            assert error.response["Error"]["Code"] == "ConcurrentModificationException"
            assert error.response["Error"]["Message"] == "Update table failed due to concurrent modifications."
            return None

    with concurrent.futures.ThreadPoolExecutor(8) as pool:
        winners = [i for i in pool.map(swap, range(8)) if i is not None]
    assert len(winners) == 1
    assert glue.get_table(DatabaseName=database, Name="t")["Table"]["Description"] == str(winners[0])


@pytest.mark.parametrize("expression,expected", [
    ("", ["alpha", "alpha_2", "beta", "gamma_alpha"]),
    ("alpha", ["alpha"]),
    ("alpha.*", ["alpha", "alpha_2"]),
    ("alpha*", ["alpha", "alpha_2"]),
    ("*alpha", ["alpha", "gamma_alpha"]),
    (".*_.*", ["alpha_2", "gamma_alpha"]),
    (r"\w+_\d", ["alpha_2"]),
    ("alpha|beta", ["alpha", "beta"]),
])
def test_tables_are_chosen_by_expression(glue, database, expression, expected):
    for each in ("gamma_alpha", "beta", "alpha_2", "alpha"):
        glue.create_table(DatabaseName=database, TableInput=table(each))
    assert [t["Name"] for t in glue.get_tables(DatabaseName=database, Expression=expression)["TableList"]] == expected


def test_tables_and_databases_page(glue, database):
    names = [f"t{i:02}" for i in range(25)]
    for each in names:
        glue.create_table(DatabaseName=database, TableInput={"Name": each})
    pages = list(glue.get_paginator("get_tables").paginate(DatabaseName=database, PaginationConfig={"PageSize": 7}))
    assert [len(p["TableList"]) for p in pages] == [7, 7, 7, 4]
    assert [t["Name"] for p in pages for t in p["TableList"]] == names
    seen = [d["Name"] for p in glue.get_paginator("get_databases").paginate(PaginationConfig={"PageSize": 1})
            for d in p["DatabaseList"]]
    assert seen == sorted(seen) and database in seen
    with refused("InvalidInputException"):
        glue.get_tables(DatabaseName=database, NextToken="no token!")


def test_a_batch_delete_names_what_was_missing(glue, database):
    for each in ("a", "b"):
        glue.create_table(DatabaseName=database, TableInput=table(each))
    got = glue.batch_delete_table(DatabaseName=database, TablesToDelete=["a", "nosuch", "b"])
    assert [(e["TableName"], e["ErrorDetail"]["ErrorCode"]) for e in got["Errors"]] == [("nosuch", "EntityNotFoundException")]
    assert glue.get_tables(DatabaseName=database)["TableList"] == []


def test_a_dropped_database_takes_its_tables_along(glue, database):
    glue.create_table(DatabaseName=database, TableInput=table("t", keys=[("k", "string")]))
    glue.create_partition(DatabaseName=database, TableName="t", PartitionInput={"Values": ["1"]})
    glue.delete_database(Name=database)
    glue.create_database(DatabaseInput={"Name": database})
    assert glue.get_tables(DatabaseName=database)["TableList"] == []
    glue.create_table(DatabaseName=database, TableInput=table("t", keys=[("k", "string")]))
    assert glue.get_partitions(DatabaseName=database, TableName="t")["Partitions"] == []


def test_search_finds_by_words_filters_and_order(glue, name):
    for db in (name + "a", name + "b"):
        glue.create_database(DatabaseInput={"Name": db})
        glue.create_table(DatabaseName=db, TableInput=table(f"{name}-orders", Description="daily orders of " + db))
        glue.create_table(DatabaseName=db, TableInput=table(f"{name}-people", Owner="hr" + name))
    found = glue.search_tables(SearchText=f"orders {name}b")["TableList"]
    assert [(t["DatabaseName"], t["Name"]) for t in found] == [(name + "b", name + "-orders")]
    found = glue.search_tables(Filters=[{"Key": "Name", "Value": "people"}, {"Key": "DatabaseName", "Value": name + "a"}])
    assert [t["Owner"] for t in found["TableList"]] == ["hr" + name]
    newest = [{"FieldName": "DatabaseName", "Sort": "DESC"}]
    first = glue.search_tables(SearchText=name, SortCriteria=newest, MaxResults=3)
    rest = glue.search_tables(SearchText=name, SortCriteria=newest, MaxResults=3, NextToken=first["NextToken"])
    assert [t["DatabaseName"][-1] for t in first["TableList"] + rest["TableList"]] == ["b", "b", "a", "a"]
    assert "NextToken" not in rest


def test_functions_are_kept(glue, database):
    given = {"FunctionName": "F", "ClassName": "com.x.F", "OwnerName": "me", "OwnerType": "USER",
             "ResourceUris": [{"ResourceType": "JAR", "Uri": "s3://b/f.jar"}]}
    glue.create_user_defined_function(DatabaseName=database, FunctionInput=given)
    got = glue.get_user_defined_function(DatabaseName=database, FunctionName="f")["UserDefinedFunction"]
    assert {k: got[k] for k in given} == given and got["DatabaseName"] == database
    glue.update_user_defined_function(DatabaseName=database, FunctionName="F", FunctionInput={**given, "ClassName": "com.y.F"})
    for i in range(5):
        glue.create_user_defined_function(DatabaseName=database, FunctionInput={**given, "FunctionName": f"g{i}"})
    pages = glue.get_paginator("get_user_defined_functions").paginate(DatabaseName=database, Pattern="g*",
                                                                      PaginationConfig={"PageSize": 2})
    assert [f["FunctionName"] for p in pages for f in p["UserDefinedFunctions"]] == [f"g{i}" for i in range(5)]
    glue.delete_user_defined_function(DatabaseName=database, FunctionName="F")
    with refused("EntityNotFoundException"):
        glue.get_user_defined_function(DatabaseName=database, FunctionName="F")


def test_what_was_acknowledged_survives_a_kill(own_lake):
    glue = own_lake.client("glue")
    glue.create_database(DatabaseInput={"Name": "db"})
    glue.create_table(DatabaseName="db", TableInput=table("t", keys=[("k", "string")]))
    glue.update_table(DatabaseName="db", TableInput=table("t", keys=[("k", "string")], Description="second"))
    glue.batch_create_partition(DatabaseName="db", TableName="t", PartitionInputList=[
        {"Values": [str(i)], "StorageDescriptor": storage()} for i in range(100)])
    own_lake.restart(kill=True)
    glue = own_lake.client("glue")
    assert glue.get_table(DatabaseName="db", Name="t")["Table"]["Description"] == "second"
    assert len(glue.get_table_versions(DatabaseName="db", TableName="t")["TableVersions"]) == 2
    assert len(glue.get_partitions(DatabaseName="db", TableName="t")["Partitions"]) == 100
