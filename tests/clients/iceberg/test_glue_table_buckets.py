"""Table buckets as Glue's catalogs: CatalogId "s3tablescatalog/<bucket>" in boto3, and the flow of Glue's Iceberg clients."""
import json

import pyarrow as pa
import pytest
from botocore.exceptions import ClientError
from pyiceberg.catalog.glue import GlueCatalog
from pyiceberg.catalog.rest import RestCatalog
from pyiceberg.io.pyarrow import PyArrowFileIO
from pyiceberg.partitioning import UNPARTITIONED_PARTITION_SPEC
from pyiceberg.schema import Schema
from pyiceberg.serializers import ToOutputFile
from pyiceberg.table.metadata import new_table_metadata
from pyiceberg.table.sorting import UNSORTED_SORT_ORDER
from pyiceberg.types import LongType, NestedField


@pytest.fixture
def arn(lake, name):
    return lake.client("s3tables").create_table_bucket(name=name)["arn"]


@pytest.fixture
def where(lake, arn, name):
    return {"CatalogId": f"{lake.account}:s3tablescatalog/{name}"}


def refused(call, code, **arguments):
    with pytest.raises(ClientError) as error:
        call(**arguments)
    assert error.value.response["Error"]["Code"] == code, error.value
    return error.value.response["Error"]["Message"]


def columns(*names):
    return {"Columns": [{"Name": each, "Type": "bigint"} for each in names]}


def test_a_table_bucket_is_a_catalog_of_glue(lake, arn, name):
    glue = lake.client("glue")
    shown = glue.get_catalog(CatalogId=f"s3tablescatalog/{name}")["Catalog"]
    assert shown["CatalogId"] == f"{lake.account}:s3tablescatalog/{name}" and shown["Name"] == name
    assert shown["ResourceArn"] == f"arn:aws:glue:us-east-1:{lake.account}:catalog/s3tablescatalog/{name}"
    assert shown["FederatedCatalog"]["Identifier"] == arn
    assert shown["FederatedCatalog"]["ConnectionName"] == "aws:s3tables"
    assert glue.get_catalog(CatalogId="s3tablescatalog")["Catalog"]["Name"] == "s3tablescatalog"
    assert "s3tablescatalog" in [each["Name"] for each in glue.get_catalogs()["CatalogList"]]
    assert name in [each["Name"] for each in glue.get_catalogs(ParentCatalogId="s3tablescatalog")["CatalogList"]]
    assert name in [each["Name"] for each in glue.get_catalogs(Recursive=True)["CatalogList"]]
    for missing in (f"s3tablescatalog/{name}-gone", "s3tablescatalog/", "elsewhere"):
        assert "not found" in refused(glue.get_catalog, "EntityNotFoundException", CatalogId=missing)
    refused(glue.get_databases, "EntityNotFoundException", CatalogId=f"s3tablescatalog/{name}-gone")


def test_databases_and_tables_are_the_buckets_namespaces_and_tables(lake, arn, where, name):
    glue, tables = lake.client("glue"), lake.client("s3tables")
    glue.create_database(DatabaseInput={"Name": "sales"}, **where)
    assert [each["namespace"] for each in tables.list_namespaces(tableBucketARN=arn)["namespaces"]] == [["sales"]]
    shown = glue.get_database(Name="sales", **where)["Database"]
    assert shown["CatalogId"] == where["CatalogId"]
    assert shown["FederatedDatabase"]["ConnectionType"] == "aws:s3tables"
    refused(glue.create_database, "InvalidInputException", DatabaseInput={"Name": "no-dash"}, **where)
    refused(glue.create_database, "AlreadyExistsException", DatabaseInput={"Name": "sales"}, **where)

    glue.create_table(DatabaseName="sales", TableInput={
        "Name": "orders", "Parameters": {"format": "ICEBERG"}, "StorageDescriptor": columns("id", "price")}, **where)
    table = glue.get_table(DatabaseName="sales", Name="orders", **where)["Table"]
    assert table["CatalogId"] == where["CatalogId"] and table["TableType"] == "customer"
    assert table["Parameters"]["table_type"] == "ICEBERG"
    assert table["StorageDescriptor"]["Location"].endswith("--table-s3")
    assert table["FederatedTable"]["ConnectionName"] == "aws:s3tables"
    kept = tables.get_table(tableBucketARN=arn, namespace="sales", name="orders")
    assert kept["metadataLocation"] == table["Parameters"]["metadata_location"]
    assert table["FederatedTable"]["Identifier"] == kept["tableARN"]
    assert [each["Name"] for each in glue.get_tables(DatabaseName="sales", **where)["TableList"]] == ["orders"]
    # Nothing of it is in the account's own catalog.
    refused(glue.get_database, "EntityNotFoundException", Name="sales")
    for bad in ({"Name": "hive", "StorageDescriptor": columns("a")},
                {"Name": "Bad-Name", "Parameters": {"format": "ICEBERG"}, "StorageDescriptor": columns("a")},
                {"Name": "placed", "Parameters": {"format": "ICEBERG"},
                 "StorageDescriptor": {**columns("a"), "Location": "s3://elsewhere/t"}}):
        refused(glue.create_table, "InvalidInputException", DatabaseName="sales", TableInput=bad, **where)

    assert refused(glue.delete_database, "InvalidInputException", Name="sales", **where)
    refused(glue.update_database, "OperationNotSupportedException", Name="sales", DatabaseInput={"Name": "sales"}, **where)
    glue.delete_table(DatabaseName="sales", Name="orders", **where)
    refused(glue.get_table, "EntityNotFoundException", DatabaseName="sales", Name="orders", **where)
    bucket = table["StorageDescriptor"]["Location"].removeprefix("s3://")
    with pytest.raises(ClientError):
        lake.client("s3").head_bucket(Bucket=bucket)
    glue.delete_database(Name="sales", **where)
    lake.client("s3tables").delete_table_bucket(tableBucketARN=arn)


def test_a_glue_client_commits_metadata_files_that_it_writes(lake, arn, where, name):
    """As PyIceberg's GlueCatalog does it: a bare table gives the location, an update the metadata."""
    glue = lake.client("glue")
    glue.create_database(DatabaseInput={"Name": "n"}, **where)
    glue.create_table(DatabaseName="n", TableInput={"Name": "t", "Parameters": {"format": "ICEBERG"}}, **where)
    table = glue.get_table(DatabaseName="n", Name="t", **where)["Table"]
    location = table["StorageDescriptor"]["Location"]
    files = PyArrowFileIO({"s3.endpoint": lake.endpoint, "s3.access-key-id": lake.access_key,
                           "s3.secret-access-key": lake.secret_key, "s3.region": "us-east-1"})
    metadata = new_table_metadata(Schema(NestedField(1, "id", LongType())), UNPARTITIONED_PARTITION_SPEC,
                                  UNSORTED_SORT_ORDER, location)
    path = f"{location}/metadata/00000-first.metadata.json"
    ToOutputFile.table_metadata(metadata, files.new_output(path), overwrite=True)
    given = {"Name": "t", "TableType": "EXTERNAL_TABLE",
             "Parameters": {"table_type": "ICEBERG", "metadata_location": path}}
    refused(glue.update_table, "ConcurrentModificationException", DatabaseName="n",
            TableInput={**given, "Parameters": {**given["Parameters"], "previous_metadata_location": path + "-x"}}, **where)
    outside = {**given, "Parameters": {"table_type": "ICEBERG", "metadata_location": "s3://elsewhere/m.json"}}
    refused(glue.update_table, "InvalidInputException", DatabaseName="n", TableInput=outside, **where)
    glue.update_table(DatabaseName="n", TableInput=given, VersionId=table["VersionId"], **where)
    refused(glue.update_table, "ConcurrentModificationException", DatabaseName="n", TableInput=given,
            VersionId=table["VersionId"], **where)
    rest = RestCatalog("tables", uri=lake.endpoint + "/iceberg", warehouse=arn,
                       credential=f"{lake.access_key}:{lake.secret_key}",
                       **{"s3.access-key-id": lake.access_key, "s3.secret-access-key": lake.secret_key})
    loaded = rest.load_table("n.t")
    assert loaded.metadata_location == path
    loaded.append(pa.table({"id": [1, 2]}))
    after = glue.get_table(DatabaseName="n", Name="t", **where)["Table"]["Parameters"]
    assert after["metadata_location"] != path


def test_pyicebergs_glue_catalog_makes_writes_and_drops_tables(lake, arn, where):
    catalog = GlueCatalog("tables", **{
        "glue.id": where["CatalogId"], "glue.endpoint": lake.endpoint, "glue.region": "us-east-1",
        "glue.access-key-id": lake.access_key, "glue.secret-access-key": lake.secret_key, "s3.endpoint": lake.endpoint,
        "s3.access-key-id": lake.access_key, "s3.secret-access-key": lake.secret_key, "s3.region": "us-east-1"})
    catalog.create_namespace("g")
    assert ("g",) in catalog.list_namespaces()
    table = catalog.create_table("g.t", Schema(NestedField(1, "id", LongType())))
    assert table.location().endswith("--table-s3")
    table.append(pa.table({"id": [1, 2]}))
    table.append(pa.table({"id": [3]}))
    assert sorted(catalog.load_table("g.t").scan().to_arrow()["id"].to_pylist()) == [1, 2, 3]
    assert lake.client("s3tables").get_table(tableBucketARN=arn, namespace="g", name="t")[
        "metadataLocation"] == catalog.load_table("g.t").metadata_location
    catalog.drop_table("g.t")
    assert catalog.list_tables("g") == []
    catalog.drop_namespace("g")


def allow(*actions):
    return json.dumps({"Version": "2012-10-17", "Statement": [
        {"Effect": "Allow", "Action": list(actions), "Resource": "*"}]})


def policy_of(arn, principal, effect, *actions):
    return json.dumps({"Version": "2012-10-17", "Statement": [
        {"Effect": effect, "Principal": {"AWS": principal}, "Action": list(actions), "Resource": [arn, arn + "/*"]}]})


def test_a_table_buckets_policy_binds_glue_and_rest_as_its_own_api(lake, arn, where, name):
    iam, tables = lake.client("iam"), lake.client("s3tables")
    user = iam.create_user(UserName=f"u-{name}")["User"]["Arn"]
    key = iam.create_access_key(UserName=f"u-{name}")["AccessKey"]
    keys = {"aws_access_key_id": key["AccessKeyId"], "aws_secret_access_key": key["SecretAccessKey"]}
    tables.create_namespace(tableBucketARN=arn, namespace=["n"])
    tables.create_table(tableBucketARN=arn, namespace="n", name="t", format="ICEBERG", metadata={
        "iceberg": {"schema": {"fields": [{"name": "id", "type": "long"}]}}})
    glue = lake.client("glue", **keys)

    def rest():
        return RestCatalog("tables", uri=lake.endpoint + "/iceberg", warehouse=arn,
                           credential=f"{key['AccessKeyId']}:{key['SecretAccessKey']}",
                           **{"s3.access-key-id": key["AccessKeyId"], "s3.secret-access-key": key["SecretAccessKey"]})

    # Glue asks for its own actions and for those of S3 Tables.
    iam.put_user_policy(UserName=f"u-{name}", PolicyName="p", PolicyDocument=allow("glue:*"))
    refused(glue.get_table, "AccessDeniedException", DatabaseName="n", Name="t", **where)
    with pytest.raises(Exception, match="s3tables:GetTableMetadataLocation"):
        rest().load_table("n.t")
    tables.put_table_bucket_policy(tableBucketARN=arn, resourcePolicy=policy_of(arn, user, "Allow", "s3tables:*"))
    assert glue.get_table(DatabaseName="n", Name="t", **where)["Table"]["Name"] == "t"
    assert rest().load_table("n.t").name() == ("n", "t")
    tables.put_table_bucket_policy(tableBucketARN=arn, resourcePolicy=policy_of(
        arn, user, "Deny", "s3tables:GetTableMetadataLocation"))
    iam.put_user_policy(UserName=f"u-{name}", PolicyName="p", PolicyDocument=allow("glue:*", "s3tables:*"))
    refused(glue.get_table, "AccessDeniedException", DatabaseName="n", Name="t", **where)
    with pytest.raises(Exception, match="s3tables:GetTableMetadataLocation"):
        rest().load_table("n.t")
    tables.delete_table_bucket_policy(tableBucketARN=arn)
    assert rest().load_table("n.t").name() == ("n", "t")
