"""Lake Formation through boto3: settings, locations, grants, LF-tags, filters, opt-ins and credentials."""
import json
import uuid

import boto3
import pytest
from botocore.config import Config
from botocore.exceptions import ClientError

IAM_ALLOWED = {"DataLakePrincipalIdentifier": "IAM_ALLOWED_PRINCIPALS"}


def code(call, **arguments):
    with pytest.raises(ClientError) as refused:
        call(**arguments)
    return refused.value.response["Error"]["Code"]


@pytest.fixture
def lf(lake):
    return lake.client("lakeformation")


@pytest.fixture
def glue(lake):
    return lake.client("glue")


@pytest.fixture
def table(glue):
    """A database with a table (id, email, country), in IAM's hands."""
    database = "d" + uuid.uuid4().hex[:8]
    glue.create_database(DatabaseInput={"Name": database})
    glue.create_table(DatabaseName=database, TableInput={
        "Name": "orders", "StorageDescriptor": {"Location": f"s3://{database}/orders/", "Columns": [
            {"Name": "id", "Type": "bigint"}, {"Name": "email", "Type": "string"},
            {"Name": "country", "Type": "string"}]}})
    yield database, "orders"
    glue.delete_database(Name=database)


@pytest.fixture
def role(lake):
    return f"arn:aws:iam::{lake.account}:role/analyst-{uuid.uuid4().hex[:8]}"


def grants(lf, **arguments):
    rows = []
    for page in lf.get_paginator("list_permissions").paginate(**arguments) if lf.can_paginate("list_permissions") \
            else [lf.list_permissions(**arguments)]:
        rows += page["PrincipalResourcePermissions"]
    return rows


def of(rows, principal):
    return [row for row in rows if row["Principal"]["DataLakePrincipalIdentifier"] == principal]


def test_a_fresh_lake_is_left_to_iam(own_lake):
    lf = own_lake.client("lakeformation")
    everyone = [{"Principal": IAM_ALLOWED, "Permissions": ["ALL"]}]
    assert lf.get_data_lake_settings()["DataLakeSettings"] == {
        "DataLakeAdmins": [], "CreateDatabaseDefaultPermissions": everyone,
        "CreateTableDefaultPermissions": everyone, "TrustedResourceOwners": [],
        "AllowExternalDataFiltering": False, "ExternalDataFilteringAllowList": []}
    assert lf.list_lf_tags()["LFTags"] == []
    assert lf.list_data_cells_filter()["DataCellsFilters"] == []
    settings = {"DataLakeAdmins": [{"DataLakePrincipalIdentifier": f"arn:aws:iam::{own_lake.account}:role/admin"}],
                "CreateTableDefaultPermissions": []}
    lf.put_data_lake_settings(DataLakeSettings=settings)
    assert lf.get_data_lake_settings()["DataLakeSettings"] == settings
    bad = {"DataLakeAdmins": [{"DataLakePrincipalIdentifier": "nobody"}]}
    assert code(lf.put_data_lake_settings, DataLakeSettings=bad) == "InvalidInputException"


def test_locations(lf, lake):
    arn = f"arn:aws:s3:::lake-{uuid.uuid4().hex}/raw"
    role = f"arn:aws:iam::{lake.account}:role/data"
    lf.register_resource(ResourceArn=arn, RoleArn=role)
    assert code(lf.register_resource, ResourceArn=arn, RoleArn=role) == "AlreadyExistsException"
    info = lf.describe_resource(ResourceArn=arn)["ResourceInfo"]
    assert (info["ResourceArn"], info["RoleArn"]) == (arn, role)
    lf.update_resource(ResourceArn=arn, RoleArn=role, HybridAccessEnabled=True)
    assert lf.describe_resource(ResourceArn=arn)["ResourceInfo"]["HybridAccessEnabled"] is True
    listed = lf.list_resources(FilterConditionList=[
        {"Field": "RESOURCE_ARN", "ComparisonOperator": "EQ", "StringValueList": [arn]}])["ResourceInfoList"]
    assert [each["ResourceArn"] for each in listed] == [arn]
    lf.deregister_resource(ResourceArn=arn)
    assert code(lf.describe_resource, ResourceArn=arn) == "EntityNotFoundException"
    assert code(lf.deregister_resource, ResourceArn=arn) == "EntityNotFoundException"
    assert code(lf.register_resource, ResourceArn="some arn", UseServiceLinkedRole=True) == "InvalidInputException"


def test_grants_on_databases_and_tables(lf, table, role, lake):
    database, name = table
    principal = {"DataLakePrincipalIdentifier": role}
    on_database = {"Database": {"Name": database}}
    on_table = {"Table": {"DatabaseName": database, "Name": name}}
    lf.grant_permissions(Principal=principal, Resource=on_database, Permissions=["DESCRIBE"])
    lf.grant_permissions(Principal=principal, Resource=on_database, Permissions=["CREATE_TABLE"],
                         PermissionsWithGrantOption=["CREATE_TABLE"])
    (row,) = of(grants(lf, Resource=on_database), role)
    assert row["Resource"] == {"Database": {"CatalogId": lake.account, "Name": database}}
    assert set(row["Permissions"]) == {"DESCRIBE", "CREATE_TABLE"}
    assert row["PermissionsWithGrantOption"] == ["CREATE_TABLE"]

    lf.grant_permissions(Principal=principal, Resource=on_table, Permissions=["SELECT", "INSERT"])
    rows = of(grants(lf, Resource=on_table), role)
    by_kind = {next(iter(each["Resource"])): each for each in rows}
    assert by_kind["Table"]["Permissions"] == ["INSERT"]
    assert by_kind["TableWithColumns"]["Permissions"] == ["SELECT"]
    assert by_kind["TableWithColumns"]["Resource"]["TableWithColumns"]["ColumnWildcard"] == {}

    lf.revoke_permissions(Principal=principal, Resource=on_table, Permissions=["INSERT"])
    assert [each["Permissions"] for each in of(grants(lf, Resource=on_table), role)] == [["SELECT"]]
    assert code(lf.revoke_permissions, Principal=principal, Resource=on_table,
                Permissions=["DROP"]) == "InvalidInputException"
    assert len(of(grants(lf), role)) == 2
    assert len(of(grants(lf, ResourceType="DATABASE"), role)) == 1


def test_refused_grants(lf, table, role):
    database, name = table
    principal = {"DataLakePrincipalIdentifier": role}
    on_database = {"Database": {"Name": database}}
    on_table = {"Table": {"DatabaseName": database, "Name": name}}
    grant = lf.grant_permissions
    assert code(grant, Principal=principal, Resource=on_database, Permissions=["SELECT"]) == "InvalidInputException"
    assert code(grant, Principal={"DataLakePrincipalIdentifier": "nobody"}, Resource=on_table,
                Permissions=["SELECT"]) == "InvalidInputException"
    assert code(grant, Principal=principal, Resource={"Database": {"Name": "no_such_database"}},
                Permissions=["DESCRIBE"]) == "EntityNotFoundException"
    assert code(grant, Principal=principal, Resource={}, Permissions=["SELECT"]) == "InvalidInputException"
    assert code(grant, Principal=principal, Resource=on_table, Permissions=["SELECT"],
                PermissionsWithGrantOption=["INSERT"]) == "InvalidInputException"
    columns = {"TableWithColumns": {"DatabaseName": database, "Name": name, "ColumnNames": ["nosuch"]}}
    with pytest.raises(ClientError, match="non-existent column"):
        grant(Principal=principal, Resource=columns, Permissions=["SELECT"])
    assert code(lf.list_permissions, Principal=principal) == "InvalidInputException"
    assert code(lf.list_permissions, Resource={}) == "InvalidInputException"


def test_columns_and_wildcards(lf, table, role):
    database, name = table
    principal = {"DataLakePrincipalIdentifier": role}
    some = {"TableWithColumns": {"DatabaseName": database, "Name": name, "ColumnNames": ["id", "country"]}}
    but = {"TableWithColumns": {"DatabaseName": database, "Name": name,
                                "ColumnWildcard": {"ExcludedColumnNames": ["email"]}}}
    every = {"Table": {"DatabaseName": database, "TableWildcard": {}}}
    failures = lf.batch_grant_permissions(Entries=[
        {"Id": "1", "Principal": principal, "Resource": some, "Permissions": ["SELECT"]},
        {"Id": "2", "Principal": principal, "Resource": but, "Permissions": ["SELECT"]},
        {"Id": "3", "Principal": principal, "Resource": every, "Permissions": ["ALL"]},
        {"Id": "4", "Principal": principal, "Resource": every, "Permissions": ["CREATE_TABLE"]}])["Failures"]
    assert [each["RequestEntry"]["Id"] for each in failures] == ["4"]
    assert failures[0]["Error"]["ErrorCode"] == "InvalidInputException"
    rows = of(grants(lf, Resource={"Table": {"DatabaseName": database, "Name": name}}), role)
    assert {tuple(sorted(each["Resource"]["TableWithColumns"].get("ColumnNames", ["*"]))) for each in rows} == {
        ("country", "id"), ("*",)}
    (row,) = of(grants(lf, Resource=every), role)
    assert row["Resource"]["Table"]["TableWildcard"] == {}
    failures = lf.batch_revoke_permissions(Entries=[
        {"Id": "1", "Principal": principal, "Resource": some, "Permissions": ["SELECT"]},
        {"Id": "2", "Principal": principal, "Resource": but, "Permissions": ["SELECT"]},
        {"Id": "3", "Principal": principal, "Resource": every, "Permissions": ["ALL"]}])["Failures"]
    assert failures == [] and of(grants(lf), role) == []


def test_a_database_made_again_inherits_no_grants(lf, glue, role):
    database = "d" + uuid.uuid4().hex[:8]
    for _ in range(2):
        glue.create_database(DatabaseInput={"Name": database})
        assert of(grants(lf, Resource={"Database": {"Name": database}}), role) == []
        lf.grant_permissions(Principal={"DataLakePrincipalIdentifier": role},
                             Resource={"Database": {"Name": database}}, Permissions=["ALL"])
        glue.delete_database(Name=database)


def test_data_cells_filters(lf, table, lake):
    database, name = table
    key = {"TableCatalogId": lake.account, "DatabaseName": database, "TableName": name, "Name": "es"}
    data = {**key, "RowFilter": {"FilterExpression": "country = 'ES'"}, "ColumnNames": ["id", "mask_hash(email)"]}
    lf.create_data_cells_filter(TableData=data)
    assert code(lf.create_data_cells_filter, TableData=data) == "AlreadyExistsException"
    got = lf.get_data_cells_filter(**key)["DataCellsFilter"]
    version = got.pop("VersionId")
    assert got == data
    update = {**key, "RowFilter": {"AllRowsWildcard": {}}, "ColumnWildcard": {"ExcludedColumnNames": ["email"]}}
    assert code(lf.update_data_cells_filter,
                TableData={**update, "VersionId": "stale"}) == "ConcurrentModificationException"
    lf.update_data_cells_filter(TableData={**update, "VersionId": version})
    (listed,) = lf.list_data_cells_filter(Table={"DatabaseName": database, "Name": name})["DataCellsFilters"]
    assert listed.pop("VersionId") != version
    assert listed == update
    for text in ("country =", "nosuch = 1", "1 = 1) OR (1 = 1", "id IN (SELECT id FROM orders)"):
        bad = {**data, "Name": "bad", "RowFilter": {"FilterExpression": text}}
        assert code(lf.create_data_cells_filter, TableData=bad) == "InvalidInputException", text
    lf.delete_data_cells_filter(**key)
    assert code(lf.get_data_cells_filter, **key) == "EntityNotFoundException"
    assert code(lf.delete_data_cells_filter, **key) == "EntityNotFoundException"


def test_a_filter_is_described_and_dropped_by_whom_it_is_granted_to(lf, table, lake):
    database, name = table
    user = "u" + uuid.uuid4().hex[:8]
    iam = lake.client("iam")
    arn = iam.create_user(UserName=user)["User"]["Arn"]
    iam.put_user_policy(UserName=user, PolicyName="all", PolicyDocument=json.dumps({"Version": "2012-10-17", "Statement": [
        {"Effect": "Allow", "Action": "lakeformation:*", "Resource": "*"}]}))
    held = iam.create_access_key(UserName=user)["AccessKey"]
    theirs = lake.client("lakeformation", aws_access_key_id=held["AccessKeyId"],
                         aws_secret_access_key=held["SecretAccessKey"])
    key = {"TableCatalogId": lake.account, "DatabaseName": database, "TableName": name, "Name": "es"}
    lf.create_data_cells_filter(TableData={**key, "RowFilter": {"FilterExpression": "country = 'ES'"},
                                           "ColumnWildcard": {}})
    assert code(theirs.get_data_cells_filter, **key) == "AccessDeniedException"
    grant = {"Principal": {"DataLakePrincipalIdentifier": arn}, "Resource": {"DataCellsFilter": key}}
    assert code(lf.grant_permissions, **grant, Permissions=["INSERT"]) == "InvalidInputException"
    lf.grant_permissions(**grant, Permissions=["DESCRIBE"])
    (told,) = lf.list_permissions(**grant)["PrincipalResourcePermissions"]
    assert told["Permissions"] == ["DESCRIBE"]
    assert theirs.get_data_cells_filter(**key)["DataCellsFilter"]["Name"] == "es"
    assert code(theirs.delete_data_cells_filter, **key) == "AccessDeniedException"
    lf.grant_permissions(**grant, Permissions=["DROP"])
    theirs.delete_data_cells_filter(**key)
    assert code(lf.get_data_cells_filter, **key) == "EntityNotFoundException"


def test_lf_tags(lf, table, lake):
    database, name = table
    key = "k" + uuid.uuid4().hex[:6]
    lf.create_lf_tag(TagKey=key, TagValues=["1a", "1b", "1c"])
    assert code(lf.create_lf_tag, TagKey=key, TagValues=["x"]) == "InvalidInputException"
    tag = lf.get_lf_tag(TagKey=key)
    assert (tag["CatalogId"], tag["TagKey"], tag["TagValues"]) == (lake.account, key, ["1a", "1b", "1c"])
    lf.update_lf_tag(TagKey=key, TagValuesToDelete=["1c"], TagValuesToAdd=["1d"])
    assert lf.get_lf_tag(TagKey=key)["TagValues"] == ["1a", "1b", "1d"]

    on_database = {"Database": {"Name": database}}
    on_table = {"Table": {"DatabaseName": database, "Name": name}}
    on_column = {"TableWithColumns": {"DatabaseName": database, "Name": name, "ColumnNames": ["email"]}}
    (failure,) = lf.add_lf_tags_to_resource(
        Resource=on_database, LFTags=[{"TagKey": "unknown-tag", "TagValues": ["value"]}])["Failures"]
    assert failure == {
        "LFTag": {"CatalogId": lake.account, "TagKey": "unknown-tag", "TagValues": ["value"]},
        "Error": {"ErrorCode": "EntityNotFoundException", "ErrorMessage": "Tag or tag value does not exist."}}
    add = lf.add_lf_tags_to_resource
    assert add(Resource=on_database, LFTags=[{"TagKey": key, "TagValues": ["1a"]}])["Failures"] == []
    assert add(Resource=on_column, LFTags=[{"TagKey": key, "TagValues": ["1b"]}])["Failures"] == []

    def pair(value):
        return [{"CatalogId": lake.account, "TagKey": key, "TagValues": [value]}]

    got = lf.get_resource_lf_tags(Resource=on_table)
    assert (got["LFTagOnDatabase"], got["LFTagsOnTable"]) == (pair("1a"), pair("1a"))
    assert got["LFTagsOnColumns"] == [{"Name": "email", "LFTags": pair("1b")}]
    assert "LFTagsOnTable" not in lf.get_resource_lf_tags(Resource=on_table, ShowAssignedLFTags=True)
    found = lf.search_tables_by_lf_tags(Expression=[{"TagKey": key, "TagValues": ["1b"]}])["TableList"]
    assert [each["Table"]["Name"] for each in found] == [name]
    found = lf.search_databases_by_lf_tags(Expression=[{"TagKey": key, "TagValues": ["1a", "1d"]}])["DatabaseList"]
    assert [each["Database"]["Name"] for each in found] == [database]
    remove = lf.remove_lf_tags_from_resource
    assert remove(Resource=on_column, LFTags=[{"TagKey": key, "TagValues": ["1b"]}])["Failures"] == []
    lf.delete_lf_tag(TagKey=key)
    assert "LFTagOnDatabase" not in lf.get_resource_lf_tags(Resource=on_database)
    assert code(lf.get_lf_tag, TagKey=key) == "EntityNotFoundException"


def test_tag_policies_and_expressions(lf, role):
    key = "k" + uuid.uuid4().hex[:6]
    lf.create_lf_tag(TagKey=key, TagValues=["a", "b"])
    principal = {"DataLakePrincipalIdentifier": role}
    policy = {"LFTagPolicy": {"ResourceType": "TABLE", "Expression": [{"TagKey": key, "TagValues": ["a"]}]}}
    lf.grant_permissions(Principal=principal, Resource=policy, Permissions=["SELECT", "DESCRIBE"])
    lf.grant_permissions(Principal=principal, Resource={"LFTag": {"TagKey": key, "TagValues": ["a"]}},
                         Permissions=["ASSOCIATE"])
    name = "e" + uuid.uuid4().hex[:6]
    lf.create_lf_tag_expression(Name=name, Description="ours", Expression=[{"TagKey": key, "TagValues": ["b"]}])
    got = lf.get_lf_tag_expression(Name=name)
    assert (got["Description"], got["Expression"]) == ("ours", [{"TagKey": key, "TagValues": ["b"]}])
    lf.update_lf_tag_expression(Name=name, Expression=[{"TagKey": key, "TagValues": ["a", "b"]}])
    named = {"LFTagPolicy": {"ResourceType": "DATABASE", "ExpressionName": name}}
    lf.grant_permissions(Principal=principal, Resource=named, Permissions=["DESCRIBE"])
    kinds = {next(iter(each["Resource"])) for each in of(grants(lf), role)}
    assert kinds == {"LFTag", "LFTagPolicy"}
    assert code(lf.delete_lf_tag_expression, Name=name) == "InvalidInputException"
    lf.revoke_permissions(Principal=principal, Resource=named, Permissions=["DESCRIBE"])
    lf.delete_lf_tag_expression(Name=name)
    assert name not in [each["Name"] for each in lf.list_lf_tag_expressions()["LFTagExpressions"]]
    assert code(lf.get_lf_tag_expression, Name=name) == "EntityNotFoundException"
    lf.delete_lf_tag(TagKey=key)
    assert of(grants(lf), role) == []


def test_opt_ins(lf, table, role):
    database, name = table
    arguments = {"Principal": {"DataLakePrincipalIdentifier": role},
                 "Resource": {"Table": {"DatabaseName": database, "Name": name}}}
    lf.create_lake_formation_opt_in(**arguments)
    (listed,) = lf.list_lake_formation_opt_ins(**arguments)["LakeFormationOptInsInfoList"]
    assert listed["Principal"] == arguments["Principal"]
    lf.delete_lake_formation_opt_in(**arguments)
    assert lf.list_lake_formation_opt_ins(**arguments)["LakeFormationOptInsInfoList"] == []
    assert code(lf.delete_lake_formation_opt_in, **arguments) == "EntityNotFoundException"


def signed_in(lake, user):
    """Clients of an IAM user who may call everything, as far as IAM is asked."""
    iam = lake.client("iam")
    iam.create_user(UserName=user)
    everything = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}]}
    iam.put_user_policy(UserName=user, PolicyName="all", PolicyDocument=json.dumps(everything))
    key = iam.create_access_key(UserName=user)["AccessKey"]
    return lambda service: lake.client(service, aws_access_key_id=key["AccessKeyId"],
                                       aws_secret_access_key=key["SecretAccessKey"])


def test_credentials_open_the_prefix_of_a_table_and_no_more(own_lake):
    lake = own_lake
    lf, glue, s3 = (lake.client(each) for each in ("lakeformation", "glue", "s3"))
    s3.create_bucket(Bucket="data")
    for key in ("sales/orders/1.csv", "sales/secret/1.csv"):
        s3.put_object(Bucket="data", Key=key, Body=b"1,a")
    lf.register_resource(ResourceArn="arn:aws:s3:::data/sales", UseServiceLinkedRole=True)
    lf.put_data_lake_settings(DataLakeSettings={"CreateTableDefaultPermissions": [],
                                                "AllowFullTableExternalDataAccess": True})
    glue.create_database(DatabaseInput={"Name": "sales"})
    glue.create_table(DatabaseName="sales", TableInput={"Name": "orders", "StorageDescriptor": {
        "Location": "s3://data/sales/orders/", "Columns": [{"Name": "id", "Type": "bigint"},
                                                           {"Name": "name", "Type": "string"}]}})
    analyst = signed_in(lake, "ana")("lakeformation")
    principal = {"DataLakePrincipalIdentifier": f"arn:aws:iam::{lake.account}:user/ana"}
    assert analyst.get_data_lake_principal()["Identity"] == principal["DataLakePrincipalIdentifier"]
    ask = {"TableArn": f"arn:aws:glue:{lake.region}:{lake.account}:table/sales/orders", "Permissions": ["SELECT"],
           "SupportedPermissionTypes": ["COLUMN_PERMISSION"]}
    assert code(analyst.get_temporary_glue_table_credentials, **ask) == "AccessDeniedException"
    columns = {"TableWithColumns": {"DatabaseName": "sales", "Name": "orders", "ColumnNames": ["id"]}}
    lf.grant_permissions(Principal=principal, Resource=columns, Permissions=["SELECT"])
    # Who sees some columns opens no files.
    assert code(analyst.get_temporary_glue_table_credentials, **ask) == "AccessDeniedException"
    lf.grant_permissions(Principal=principal, Resource={"Table": {"DatabaseName": "sales", "Name": "orders"}},
                         Permissions=["SELECT"])
    made = analyst.get_temporary_glue_table_credentials(**ask)
    assert made["VendedS3Path"] == ["s3://data/sales/orders/"]
    reader = boto3.client("s3", endpoint_url=lake.endpoint, region_name=lake.region,
                          aws_access_key_id=made["AccessKeyId"], aws_secret_access_key=made["SecretAccessKey"],
                          aws_session_token=made["SessionToken"], config=Config(retries={"max_attempts": 1}))
    assert reader.get_object(Bucket="data", Key="sales/orders/1.csv")["Body"].read() == b"1,a"
    assert code(reader.get_object, Bucket="data", Key="sales/secret/1.csv") == "AccessDenied"
    assert code(reader.put_object, Bucket="data", Key="sales/orders/2.csv", Body=b"") == "AccessDenied"
    assert code(analyst.get_temporary_glue_table_credentials,
                **{**ask, "Permissions": ["INSERT"]}) == "AccessDeniedException"


def test_metadata_for_engines_tells_what_is_authorized(own_lake):
    lake = own_lake
    lf, glue = lake.client("lakeformation"), lake.client("glue")
    lf.put_data_lake_settings(DataLakeSettings={"CreateTableDefaultPermissions": []})
    glue.create_database(DatabaseInput={"Name": "sales"})
    glue.create_table(DatabaseName="sales", TableInput={"Name": "orders", "StorageDescriptor": {
        "Location": "s3://data/sales/orders/", "Columns": [{"Name": "id", "Type": "bigint"},
                                                           {"Name": "name", "Type": "string"}]}})
    ask = {"CatalogId": lake.account, "DatabaseName": "sales", "Name": "orders",
           "SupportedPermissionTypes": ["COLUMN_PERMISSION"]}
    whole = glue.get_unfiltered_table_metadata(**ask)
    assert whole["AuthorizedColumns"] == ["id", "name"]
    assert whole["IsRegisteredWithLakeFormation"] is False
    analyst = signed_in(lake, "ana")("glue")
    principal = {"DataLakePrincipalIdentifier": f"arn:aws:iam::{lake.account}:user/ana"}
    assert code(analyst.get_unfiltered_table_metadata, **ask) == "AccessDeniedException"
    some = {"TableWithColumns": {"DatabaseName": "sales", "Name": "orders", "ColumnNames": ["id"]}}
    lf.grant_permissions(Principal=principal, Resource=some, Permissions=["SELECT"])
    # Hidden columns are told to engines alone that the settings authorize.
    assert code(analyst.get_unfiltered_table_metadata, **ask) == "AccessDeniedException"
    lf.grant_permissions(Principal=principal, Resource={"Table": {"DatabaseName": "sales", "Name": "orders"}},
                         Permissions=["SELECT"])
    assert analyst.get_unfiltered_table_metadata(**ask)["AuthorizedColumns"] == ["id", "name"]
    assert analyst.get_unfiltered_partitions_metadata(
        CatalogId=lake.account, DatabaseName="sales", TableName="orders",
        SupportedPermissionTypes=["COLUMN_PERMISSION"])["UnfilteredPartitions"] == []


def test_effective_permissions_for_a_path(lf, table, role):
    database, name = table
    lf.grant_permissions(Principal={"DataLakePrincipalIdentifier": role},
                         Resource={"Table": {"DatabaseName": database, "Name": name}}, Permissions=["SELECT"])
    rows = lf.get_effective_permissions_for_path(ResourceArn=f"arn:aws:s3:::{database}/orders")["Permissions"]
    assert [each["Permissions"] for each in of(rows, role)] == [["SELECT"]]
    assert of(lf.get_effective_permissions_for_path(ResourceArn=f"arn:aws:s3:::{database}/else")["Permissions"],
              role) == []


def test_who_makes_databases_is_iams_say_until_it_is_revoked(own_lake):
    lake = own_lake
    lf = lake.client("lakeformation")
    arn = f"arn:aws:iam::{lake.account}:user/ana"
    analyst = signed_in(lake, "ana")("glue")
    analyst.create_database(DatabaseInput={"Name": "one"})
    (row,) = of(grants(lf, Resource={"Catalog": {}}), "IAM_ALLOWED_PRINCIPALS")
    assert row["Permissions"] == ["CREATE_DATABASE"]
    lf.revoke_permissions(Principal=IAM_ALLOWED, Resource={"Catalog": {}}, Permissions=["CREATE_DATABASE"])
    assert of(grants(lf, Resource={"Catalog": {}}), "IAM_ALLOWED_PRINCIPALS") == []
    assert code(analyst.create_database, DatabaseInput={"Name": "two"}) == "AccessDeniedException"
    lf.grant_permissions(Principal={"DataLakePrincipalIdentifier": arn}, Resource={"Catalog": {}},
                         Permissions=["CREATE_DATABASE"])
    analyst.create_database(DatabaseInput={"Name": "two"})


def test_groups_and_everyone_of_an_account(own_lake):
    lake = own_lake
    lf, glue, iam = lake.client("lakeformation"), lake.client("glue"), lake.client("iam")
    lf.put_data_lake_settings(DataLakeSettings={"CreateDatabaseDefaultPermissions": [],
                                                "CreateTableDefaultPermissions": []})
    glue.create_database(DatabaseInput={"Name": "sales"})
    for each in ("one", "two"):
        glue.create_table(DatabaseName="sales", TableInput={"Name": each, "StorageDescriptor": {
            "Columns": [{"Name": "id", "Type": "bigint"}]}})
    analyst = signed_in(lake, "ana")("glue")
    assert code(analyst.get_table, DatabaseName="sales", Name="one") == "AccessDeniedException"
    group = iam.create_group(GroupName="analysts")["Group"]["Arn"]
    iam.add_user_to_group(GroupName="analysts", UserName="ana")
    lf.grant_permissions(Principal={"DataLakePrincipalIdentifier": group},
                         Resource={"Table": {"DatabaseName": "sales", "Name": "one"}}, Permissions=["DESCRIBE"])
    assert analyst.get_table(DatabaseName="sales", Name="one")["Table"]["Name"] == "one"
    assert code(analyst.get_table, DatabaseName="sales", Name="two") == "AccessDeniedException"
    lf.grant_permissions(Principal={"DataLakePrincipalIdentifier": f"{lake.account}:IAMPrincipals"},
                         Resource={"Table": {"DatabaseName": "sales", "TableWildcard": {}}}, Permissions=["DESCRIBE"])
    assert analyst.get_table(DatabaseName="sales", Name="two")["Table"]["Name"] == "two"
    iam.remove_user_from_group(GroupName="analysts", UserName="ana")
    lf.revoke_permissions(Principal={"DataLakePrincipalIdentifier": f"{lake.account}:IAMPrincipals"},
                          Resource={"Table": {"DatabaseName": "sales", "TableWildcard": {}}}, Permissions=["DESCRIBE"])
    assert code(analyst.get_table, DatabaseName="sales", Name="one") == "AccessDeniedException"
