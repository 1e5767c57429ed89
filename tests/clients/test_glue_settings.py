"""Connections, security configurations, tags and the catalog's settings through boto3."""
import pytest
from glue_shapes import refused, table


@pytest.fixture
def glue(lake):
    return lake.client("glue")


def connection(name, **extra):
    return {"Name": name, "ConnectionType": "JDBC",
            "ConnectionProperties": {"JDBC_CONNECTION_URL": "jdbc:x", "USERNAME": "me", "PASSWORD": "secret"},
            "PhysicalConnectionRequirements": {"SubnetId": "subnet-1", "SecurityGroupIdList": ["sg-1"],
                                               "AvailabilityZone": "us-east-1a"}, **extra}


def test_a_connection_comes_back_and_hides_its_password(lake, glue, name):
    given = connection(name, Description="d", MatchCriteria=["a", "b"])
    assert glue.create_connection(ConnectionInput=given, Tags={"k": "v"})["CreateConnectionStatus"] == "READY"
    got = glue.get_connection(Name=name)["Connection"]
    assert {k: got[k] for k in given} == given and got["Status"] == "READY"
    hidden = glue.get_connection(Name=name, HidePassword=True)["Connection"]["ConnectionProperties"]
    assert hidden == {"JDBC_CONNECTION_URL": "jdbc:x", "USERNAME": "me"}
    arn = f"arn:aws:glue:{lake.region}:{lake.account}:connection/{name}"
    assert glue.get_tags(ResourceArn=arn)["Tags"] == {"k": "v"}
    with refused("AlreadyExistsException"):
        glue.create_connection(ConnectionInput=given)
    glue.update_connection(Name=name, ConnectionInput=connection(name, Description="new"))
    got = glue.get_connection(Name=name)["Connection"]
    assert got["Description"] == "new" and "MatchCriteria" not in got
    got = glue.batch_delete_connection(ConnectionNameList=[name, "nosuch"])
    assert got["Succeeded"] == [name] and got["Errors"]["nosuch"]["ErrorCode"] == "EntityNotFoundException"
    with refused("EntityNotFoundException"):
        glue.get_connection(Name=name)


def test_connections_are_filtered_and_paged(glue, name):
    for i in range(4):
        kind = "JDBC" if i % 2 else "NETWORK"
        glue.create_connection(ConnectionInput=connection(f"{name}{i}", ConnectionType=kind, MatchCriteria=[name]))
    pages = glue.get_paginator("get_connections").paginate(
        Filter={"ConnectionType": "JDBC", "MatchCriteria": [name]}, PaginationConfig={"PageSize": 1})
    assert [c["Name"] for p in pages for c in p["ConnectionList"]] == [f"{name}1", f"{name}3"]


def test_connections_take_kinds_and_properties_that_the_model_lacks(glue, name):
    kept = {"SparkProperties": '{"secretId": "s", "sfUrl": "x"}', "USERNAME": "me", "PASSWORD": "secret"}
    glue.create_connection(ConnectionInput=connection(name, ConnectionType="SNOWFLAKE", ConnectionProperties=kept))
    got = glue.get_connection(Name=name)["Connection"]
    assert got["ConnectionType"] == "SNOWFLAKE" and got["ConnectionProperties"] == kept
    listed = glue.get_connections(Filter={"ConnectionType": "SNOWFLAKE"}, HidePassword=True)["ConnectionList"]
    shown = next(c for c in listed if c["Name"] == name)["ConnectionProperties"]
    assert shown == {k: v for k, v in kept.items() if k != "PASSWORD"}


def test_security_configurations_are_kept(glue, name):
    given = {"S3Encryption": [{"S3EncryptionMode": "SSE-S3"}],
             "CloudWatchEncryption": {"CloudWatchEncryptionMode": "DISABLED"},
             "JobBookmarksEncryption": {"JobBookmarksEncryptionMode": "DISABLED"}}
    made = glue.create_security_configuration(Name=name, EncryptionConfiguration=given)
    assert made["Name"] == name and made["CreatedTimestamp"]
    got = glue.get_security_configuration(Name=name)["SecurityConfiguration"]
    assert got["EncryptionConfiguration"] == given and got["CreatedTimeStamp"] == made["CreatedTimestamp"]
    assert name in [c["Name"] for c in glue.get_security_configurations()["SecurityConfigurations"]]
    with refused("AlreadyExistsException"):
        glue.create_security_configuration(Name=name, EncryptionConfiguration=given)
    glue.delete_security_configuration(Name=name)
    with refused("EntityNotFoundException", f"SecurityConfiguration {name} not found"):
        glue.get_security_configuration(Name=name)


def test_settings_tell_the_truth(lake, glue):
    settings = glue.get_data_catalog_encryption_settings()["DataCatalogEncryptionSettings"]
    assert settings == {"EncryptionAtRest": {"CatalogEncryptionMode": "DISABLED"},
                        "ConnectionPasswordEncryption": {"ReturnConnectionPasswordEncrypted": False}}
    glue.put_data_catalog_encryption_settings(DataCatalogEncryptionSettings=settings)
    with refused("OperationNotSupportedException"):
        glue.put_data_catalog_encryption_settings(DataCatalogEncryptionSettings={
            "EncryptionAtRest": {"CatalogEncryptionMode": "SSE-KMS", "SseAwsKmsKeyId": "k"}})
    assert glue.get_catalog(CatalogId=lake.account)["Catalog"]["CatalogId"] == lake.account
    # Table buckets of other tests are catalogs, too: in this region is none.
    apart = lake.client("glue", region="ap-southeast-4")
    assert apart.get_catalogs()["CatalogList"] == []
    assert [c["Name"] for c in apart.get_catalogs(IncludeRoot=True)["CatalogList"]] == [lake.account]
    assert glue.get_catalog_import_status()["ImportStatus"]["ImportCompleted"] is True
    with refused("EntityNotFoundException", "Policy not found"):
        glue.get_resource_policy()
    assert glue.get_resource_policies()["GetResourcePoliciesResponseList"] == []


def test_tags_belong_to_what_exists(lake, glue, name):
    glue.create_database(DatabaseInput={"Name": name})
    glue.create_table(DatabaseName=name, TableInput=table("t"))
    prefix = f"arn:aws:glue:{lake.region}:{lake.account}:"
    arn = f"{prefix}table/{name}/t"
    assert glue.get_tags(ResourceArn=arn)["Tags"] == {}
    glue.tag_resource(ResourceArn=arn, TagsToAdd={"a": "1", "b": "2"})
    glue.update_table(DatabaseName=name, TableInput=table("t", Description="x"))
    glue.untag_resource(ResourceArn=arn, TagsToRemove=["a"])
    assert glue.get_tags(ResourceArn=arn)["Tags"] == {"b": "2"}
    glue.delete_table(DatabaseName=name, Name="t")
    glue.create_table(DatabaseName=name, TableInput=table("t"))
    assert glue.get_tags(ResourceArn=arn)["Tags"] == {}
    for missing in ("database/nosuch", f"table/{name}/nosuch", "crawler/nosuch", "connection/nosuch", "job/nosuch"):
        with refused("EntityNotFoundException"):
            glue.get_tags(ResourceArn=prefix + missing)
    glue.tag_resource(ResourceArn=arn, TagsToAdd={f"k{i}": "v" for i in range(50)})
    with refused("InvalidInputException", "at most 50 tags"):
        glue.tag_resource(ResourceArn=arn, TagsToAdd={"more": "v"})


def test_what_is_not_served_is_named(glue):
    with refused("UnknownOperationException", "CreateJob"):
        glue.create_job(Name="j", Role="r", Command={"Name": "glueetl"})
