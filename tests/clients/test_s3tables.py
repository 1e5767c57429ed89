"""S3 Tables with boto3 and the AWS CLI: table buckets, namespaces, tables, tokens, policies, maintenance, tags."""
import json
import subprocess
import sys

import pytest
from botocore.exceptions import ClientError

from conftest import OTHER, OTHER_ACCOUNT, lake_of_two

SCHEMA = {"iceberg": {"schema": {"fields": [{"name": "id", "type": "long", "required": True},
                                            {"name": "city", "type": "string"}]}}}


@pytest.fixture
def client(lake):
    return lake.client("s3tables")


@pytest.fixture
def table_bucket(client, name):
    return client.create_table_bucket(name=name)["arn"]


@pytest.fixture
def namespace(client, table_bucket):
    client.create_namespace(tableBucketARN=table_bucket, namespace=["sales"])
    return "sales"


def refused(call, code, status, **arguments):
    with pytest.raises(ClientError) as error:
        call(**arguments)
    assert error.value.response["Error"]["Code"] == code, error.value
    assert error.value.response["ResponseMetadata"]["HTTPStatusCode"] == status
    return error.value.response["Error"]["Message"]


def test_a_bucket_is_made_shown_listed_and_removed(client, name):
    arn = client.create_table_bucket(name=name)["arn"]
    assert arn == f"arn:aws:s3tables:us-east-1:000000000000:bucket/{name}"
    shown = client.get_table_bucket(tableBucketARN=arn)
    assert (shown["name"], shown["ownerAccountId"], shown["type"]) == (name, "000000000000", "customer")
    assert arn in [each["arn"] for each in client.list_table_buckets(prefix=name)["tableBuckets"]]
    assert "already exists" in refused(client.create_table_bucket, "ConflictException", 409, name=name)
    client.delete_table_bucket(tableBucketARN=arn)
    refused(client.get_table_bucket, "NotFoundException", 404, tableBucketARN=arn)


@pytest.mark.parametrize("bad", ["Upper", "under_score", "-dash", "aws-x", "x--table-s3"])
def test_a_name_that_cannot_be_is_refused(client, bad):
    refused(client.create_table_bucket, "BadRequestException", 400, name=bad)


def test_buckets_are_listed_by_pages(client, name):
    arns = [client.create_table_bucket(name=f"{name}-{i}")["arn"] for i in range(3)]
    first = client.list_table_buckets(prefix=name, maxBuckets=2)
    rest = client.list_table_buckets(prefix=name, maxBuckets=2, continuationToken=first["continuationToken"])
    assert [each["arn"] for each in first["tableBuckets"] + rest["tableBuckets"]] == arns
    assert "continuationToken" not in rest


def test_only_an_empty_bucket_and_namespace_go(client, table_bucket, namespace):
    assert client.get_namespace(tableBucketARN=table_bucket, namespace=namespace)["namespace"] == ["sales"]
    assert [each["namespace"] for each in client.list_namespaces(tableBucketARN=table_bucket)["namespaces"]] == [["sales"]]
    refused(client.create_namespace, "ConflictException", 409, tableBucketARN=table_bucket, namespace=["sales"])
    refused(client.delete_table_bucket, "ConflictException", 409, tableBucketARN=table_bucket)
    client.create_table(tableBucketARN=table_bucket, namespace=namespace, name="t", format="ICEBERG")
    refused(client.delete_namespace, "ConflictException", 409, tableBucketARN=table_bucket, namespace=namespace)
    client.delete_table(tableBucketARN=table_bucket, namespace=namespace, name="t")
    client.delete_namespace(tableBucketARN=table_bucket, namespace=namespace)
    client.delete_table_bucket(tableBucketARN=table_bucket)


def test_a_table_with_a_schema_has_metadata_in_a_bucket_of_its_own(lake, client, table_bucket, namespace):
    made = client.create_table(tableBucketARN=table_bucket, namespace=namespace, name="cities", format="ICEBERG",
                               metadata=SCHEMA, tags={"team": "a"})
    shown = client.get_table(tableArn=made["tableARN"])
    assert shown["versionToken"] == made["versionToken"]
    assert shown["warehouseLocation"].endswith("--table-s3")
    assert shown["metadataLocation"].startswith(shown["warehouseLocation"] + "/metadata/")
    bucket, key = shown["metadataLocation"][5:].split("/", 1)
    s3 = lake.client("s3")
    document = json.load(s3.get_object(Bucket=bucket, Key=key)["Body"])
    assert [field["name"] for field in document["schemas"][0]["fields"]] == ["id", "city"]
    assert bucket not in [each["Name"] for each in s3.list_buckets()["Buckets"]]
    refused(s3.delete_bucket, "AccessDenied", 403, Bucket=bucket)
    assert client.list_tags_for_resource(resourceArn=made["tableARN"])["tags"] == {"team": "a"}
    client.delete_table(tableBucketARN=table_bucket, namespace=namespace, name="cities")
    refused(s3.head_bucket, "404", 404, Bucket=bucket)
    refused(client.get_table, "NotFoundException", 404, tableArn=made["tableARN"])


def test_a_schema_of_nested_types_with_partitions_and_order(client, table_bucket, namespace, lake):
    fields = [{"id": 1, "name": "at", "type": "timestamptz", "required": True},
              {"id": 2, "name": "tags", "required": False,
               "type": {"type": "list", "element-id": 3, "element": "string", "element-required": False}}]
    made = client.create_table(
        tableBucketARN=table_bucket, namespace=namespace, name="events", format="ICEBERG",
        metadata={"iceberg": {"schemaV2": {"type": "struct", "fields": fields},
                              "partitionSpec": {"fields": [{"sourceId": 1, "transform": "day", "name": "day"}]},
                              "writeOrder": {"orderId": 1, "fields": [{"sourceId": 1, "transform": "identity",
                                                                       "direction": "desc",
                                                                       "nullOrder": "nulls-last"}]},
                              "properties": {"owner": "me"}}})
    bucket, key = client.get_table(tableArn=made["tableARN"])["metadataLocation"][5:].split("/", 1)
    document = json.load(lake.client("s3").get_object(Bucket=bucket, Key=key)["Body"])
    assert document["schemas"][0]["fields"][1]["type"]["element"] == "string"
    assert document["partition-specs"][0]["fields"][0]["transform"] == "day"
    assert document["sort-orders"][-1]["fields"][0]["direction"] == "desc"
    assert document["properties"]["owner"] == "me"
    refused(client.create_table, "BadRequestException", 400, tableBucketARN=table_bucket, namespace=namespace,
            name="bad", format="ICEBERG",
            metadata={"iceberg": {"schema": {"fields": [{"name": "x", "type": "no_such_type"}]}}})


def test_the_metadata_location_is_compared_and_swapped(lake, client, table_bucket, namespace):
    where = dict(tableBucketARN=table_bucket, namespace=namespace)
    client.create_table(name="t", format="ICEBERG", **where)
    at = client.get_table_metadata_location(name="t", **where)
    assert "metadataLocation" not in at
    donor = client.create_table(name="donor", format="ICEBERG", metadata=SCHEMA, **where)
    bucket, key = client.get_table(tableArn=donor["tableARN"])["metadataLocation"][5:].split("/", 1)
    s3 = lake.client("s3")
    document = json.load(s3.get_object(Bucket=bucket, Key=key)["Body"])
    document["location"] = at["warehouseLocation"]
    own = at["warehouseLocation"][5:]
    for version in range(2):
        s3.put_object(Bucket=own, Key=f"metadata/0000{version}-x.metadata.json", Body=json.dumps(document))
    first = client.update_table_metadata_location(
        name="t", versionToken=at["versionToken"],
        metadataLocation=at["warehouseLocation"] + "/metadata/00000-x.metadata.json", **where)
    assert first["versionToken"] != at["versionToken"]
    second = dict(name="t", metadataLocation=at["warehouseLocation"] + "/metadata/00001-x.metadata.json", **where)
    refused(client.update_table_metadata_location, "ConflictException", 409, versionToken=at["versionToken"], **second)
    client.update_table_metadata_location(versionToken=first["versionToken"], **second)
    token = client.get_table_metadata_location(name="t", **where)["versionToken"]
    for elsewhere in [f"s3://{bucket}/{key}", at["warehouseLocation"] + "/metadata/missing.metadata.json"]:
        refused(client.update_table_metadata_location, "BadRequestException", 400, name="t", versionToken=token,
                metadataLocation=elsewhere, **where)
    shown = client.get_table_metadata_location(name="t", **where)
    assert shown["metadataLocation"] == second["metadataLocation"]
    refused(client.delete_table, "ConflictException", 409, name="t", versionToken=first["versionToken"], **where)
    client.delete_table(name="t", versionToken=shown["versionToken"], **where)


def test_a_table_is_renamed_and_listed_by_pages(client, table_bucket, namespace):
    where = dict(tableBucketARN=table_bucket, namespace=namespace)
    for name in "abc":
        client.create_table(name=name, format="ICEBERG", metadata=SCHEMA, **where)
    arn = client.get_table(name="c", **where)["tableARN"]
    client.rename_table(name="c", newName="d", **where)
    assert client.get_table(name="d", **where)["tableARN"] == arn
    refused(client.rename_table, "ConflictException", 409, name="d", newName="a", **where)
    refused(client.get_table, "NotFoundException", 404, name="c", **where)
    client.create_namespace(tableBucketARN=table_bucket, namespace=["zoo"])
    client.create_table(tableBucketARN=table_bucket, namespace="zoo", name="e", format="ICEBERG")
    pages = client.get_paginator("list_tables").paginate(tableBucketARN=table_bucket, PaginationConfig={"PageSize": 2})
    assert [(each["namespace"], each["name"]) for page in pages for each in page["tables"]] == [
        (["sales"], "a"), (["sales"], "b"), (["sales"], "d"), (["zoo"], "e")]
    assert [each["name"] for each in client.list_tables(prefix="b", **where)["tables"]] == ["b"]
    refused(client.list_tables, "NotFoundException", 404, tableBucketARN=table_bucket, namespace="nowhere")


def test_maintenance_has_its_defaults_and_is_changed(client, table_bucket, namespace):
    got = client.get_table_bucket_maintenance_configuration(tableBucketARN=table_bucket)["configuration"]
    assert got["icebergUnreferencedFileRemoval"] == {
        "status": "enabled",
        "settings": {"icebergUnreferencedFileRemoval": {"unreferencedDays": 3, "nonCurrentDays": 10}}}
    client.put_table_bucket_maintenance_configuration(
        tableBucketARN=table_bucket, type="icebergUnreferencedFileRemoval",
        value={"status": "disabled", "settings": {"icebergUnreferencedFileRemoval": {"unreferencedDays": 7}}})
    got = client.get_table_bucket_maintenance_configuration(tableBucketARN=table_bucket)["configuration"]
    assert got["icebergUnreferencedFileRemoval"]["status"] == "disabled"
    table = dict(tableBucketARN=table_bucket, namespace=namespace, name="t")
    client.create_table(format="ICEBERG", metadata=SCHEMA, **table)
    got = client.get_table_maintenance_configuration(**table)["configuration"]
    assert got["icebergCompaction"]["settings"]["icebergCompaction"] == {"targetFileSizeMB": 512, "strategy": "auto"}
    assert got["icebergSnapshotManagement"]["settings"]["icebergSnapshotManagement"] == {
        "minSnapshotsToKeep": 1, "maxSnapshotAgeHours": 120}
    client.put_table_maintenance_configuration(
        type="icebergCompaction",
        value={"status": "enabled", "settings": {"icebergCompaction": {"targetFileSizeMB": 128}}}, **table)
    refused(client.put_table_maintenance_configuration, "BadRequestException", 400, type="icebergCompaction",
            value={"status": "enabled", "settings": {"icebergCompaction": {"targetFileSizeMB": 1}}}, **table)
    client.put_table_maintenance_configuration(type="icebergSnapshotManagement", value={"status": "disabled"}, **table)
    got = client.get_table_maintenance_configuration(**table)["configuration"]
    assert got["icebergCompaction"]["settings"]["icebergCompaction"]["targetFileSizeMB"] == 128
    assert got["icebergSnapshotManagement"]["status"] == "disabled"
    jobs = client.get_table_maintenance_job_status(**table)["status"]
    assert set(jobs) == {"icebergCompaction", "icebergSnapshotManagement", "icebergUnreferencedFileRemoval"}
    assert jobs["icebergSnapshotManagement"]["status"] == "Disabled"


def test_encryption_under_kms_is_refused_by_name(client, table_bucket):
    refused(client.get_table_bucket_encryption, "NotFoundException", 404, tableBucketARN=table_bucket)
    client.put_table_bucket_encryption(tableBucketARN=table_bucket,
                                       encryptionConfiguration={"sseAlgorithm": "AES256"})
    got = client.get_table_bucket_encryption(tableBucketARN=table_bucket)
    assert got["encryptionConfiguration"] == {"sseAlgorithm": "AES256"}
    key = "arn:aws:kms:us-east-1:000000000000:key/00000000-0000-0000-0000-000000000000"
    message = refused(client.put_table_bucket_encryption, "BadRequestException", 400, tableBucketARN=table_bucket,
                      encryptionConfiguration={"sseAlgorithm": "aws:kms", "kmsKeyArn": key})
    assert "aws:kms" in message


def policy_of(effect, principal, action, resource):
    return json.dumps({"Version": "2012-10-17", "Statement": [
        {"Effect": effect, "Principal": principal, "Action": action, "Resource": resource}]})


def test_policies_let_others_in_and_keep_the_owner_out(tmp_path):
    lake = lake_of_two(tmp_path)
    try:
        own, other = lake.client("s3tables"), lake.client("s3tables", **OTHER)
        arn = own.create_table_bucket(name="shared")["arn"]
        own.create_namespace(tableBucketARN=arn, namespace=["n"])
        table = dict(tableBucketARN=arn, namespace="n", name="t")
        table_arn = own.create_table(format="ICEBERG", metadata=SCHEMA, **table)["tableARN"]
        refused(other.get_table, "ForbiddenException", 403, **table)
        refused(own.get_table_bucket_policy, "NotFoundException", 404, tableBucketARN=arn)
        stranger = {"AWS": f"arn:aws:iam::{OTHER_ACCOUNT}:root"}
        own.put_table_bucket_policy(tableBucketARN=arn, resourcePolicy=policy_of(
            "Allow", stranger, "s3tables:GetTable", arn + "/table/*"))
        assert other.get_table(**table)["tableARN"] == table_arn
        refused(other.delete_table, "ForbiddenException", 403, **table)
        own.put_table_policy(resourcePolicy=policy_of("Deny", "*", "s3tables:GetTable", table_arn), **table)
        refused(other.get_table, "ForbiddenException", 403, **table)
        refused(own.get_table, "ForbiddenException", 403, **table)
        assert "Deny" in own.get_table_policy(**table)["resourcePolicy"]
        own.delete_table_policy(**table)
        assert own.get_table(**table)["name"] == "t"
        refused(own.put_table_policy, "BadRequestException", 400, resourcePolicy="{}", **table)
    finally:
        lake.stop()


def test_tags_are_set_and_removed(client, table_bucket):
    client.tag_resource(resourceArn=table_bucket, tags={"a": "1", "b": "2"})
    client.untag_resource(resourceArn=table_bucket, tagKeys=["a"])
    assert client.list_tags_for_resource(resourceArn=table_bucket)["tags"] == {"b": "2"}


def test_what_is_kept_is_there_after_a_crash(own_lake):
    client = own_lake.client("s3tables")
    arn = client.create_table_bucket(name="lasting")["arn"]
    client.create_namespace(tableBucketARN=arn, namespace=["n"])
    made = client.create_table(tableBucketARN=arn, namespace="n", name="t", format="ICEBERG", metadata=SCHEMA)
    own_lake.restart(kill=True)
    assert own_lake.client("s3tables").get_table(tableArn=made["tableARN"])["versionToken"] == made["versionToken"]


def test_the_aws_cli_works_on_it(lake, name):
    def aws(*arguments):
        done = subprocess.run([sys.executable, "-m", "awscli", "s3tables", *arguments, "--output", "json"],
                              env={**lake.environment(), "PATH": "/usr/bin:/bin"}, capture_output=True, text=True)
        assert done.returncode == 0, done.stderr
        return json.loads(done.stdout) if done.stdout else {}

    arn = aws("create-table-bucket", "--name", name)["arn"]
    aws("create-namespace", "--table-bucket-arn", arn, "--namespace", "n")
    aws("create-table", "--table-bucket-arn", arn, "--namespace", "n", "--name", "t", "--format", "ICEBERG",
        "--metadata", json.dumps(SCHEMA))
    assert [each["name"] for each in aws("list-tables", "--table-bucket-arn", arn)["tables"]] == ["t"]
