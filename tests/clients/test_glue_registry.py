"""The Glue Schema Registry through boto3."""
import json
import re
import uuid

import pytest
from glue_shapes import refused


@pytest.fixture
def glue(lake):
    return lake.client("glue")


@pytest.fixture
def registry(glue, name):
    glue.create_registry(RegistryName=name, Description="d", Tags={"k": "v"})
    yield name
    glue.delete_registry(RegistryId={"RegistryName": name})


def avro(**fields):
    """A record; a field's value is its type, or (type, default)."""
    made = [{"name": k, "type": v[0], "default": v[1]} if isinstance(v, tuple) else {"name": k, "type": v}
            for k, v in fields.items()]
    return json.dumps({"type": "record", "name": "R", "fields": made})


def make(glue, registry, mode="BACKWARD", definition=None, data_format="AVRO"):
    made = glue.create_schema(RegistryId={"RegistryName": registry}, SchemaName="s", DataFormat=data_format,
                              Compatibility=mode, SchemaDefinition=definition or avro(a="int"))
    return {"RegistryName": registry, "SchemaName": "s"}, made


def test_a_registry_comes_back_with_its_tags(lake, glue, name):
    made = glue.create_registry(RegistryName=name, Description="d", Tags={"k": "v"})
    arn = f"arn:aws:glue:{lake.region}:{lake.account}:registry/{name}"
    assert made["RegistryArn"] == arn and made["Tags"] == {"k": "v"}
    got = glue.get_registry(RegistryId={"RegistryArn": arn})
    assert got["RegistryName"] == name and got["Status"] == "AVAILABLE" and got["CreatedTime"]
    glue.tag_resource(ResourceArn=arn, TagsToAdd={"n": "w"})
    glue.untag_resource(ResourceArn=arn, TagsToRemove=["k"])
    assert glue.get_tags(ResourceArn=arn)["Tags"] == {"n": "w"}
    glue.update_registry(RegistryId={"RegistryName": name}, Description="new")
    assert [r["Description"] for r in glue.list_registries()["Registries"] if r["RegistryName"] == name] == ["new"]
    with refused("AlreadyExistsException", f"Registry already exists. RegistryName: {name}"):
        glue.create_registry(RegistryName=name)
    assert glue.delete_registry(RegistryId={"RegistryName": name})["Status"] == "DELETING"
    with refused("EntityNotFoundException", f"Registry is not found. RegistryName: {name}, RegistryArn: null"):
        glue.get_registry(RegistryId={"RegistryName": name})


def test_names_are_refused_in_the_registrys_words(glue, registry):
    with refused("InvalidInputException", "The parameter value contains one or more characters that are not valid. "
                 "Parameter Name: registryName"):
        glue.create_registry(RegistryName="A,B")
    with refused("InvalidInputException", "The resource name contains too many or too few characters. "
                 "Parameter Name: schemaName"):
        glue.create_schema(SchemaName="x" * 300, DataFormat="AVRO")
    with refused("InvalidInputException", "Data format is not valid."):
        glue.create_schema(SchemaName="x", DataFormat="XML")
    with refused("InvalidInputException", "New Tags cannot be empty or more than 50"):
        glue.create_registry(RegistryName="x", Tags={f"k{i}": "" for i in range(51)})


def test_versions_keep_the_compatibility(glue, registry):
    schema, made = make(glue, registry)
    assert (made["LatestSchemaVersion"], made["NextSchemaVersion"], made["SchemaVersionStatus"]) == (1, 2, "AVAILABLE")
    two = glue.register_schema_version(SchemaId=schema, SchemaDefinition=avro(a="int", b=("string", "")))
    assert two["VersionNumber"] == 2 and two["Status"] == "AVAILABLE"
    again = glue.register_schema_version(SchemaId=schema, SchemaDefinition=" " + avro(a="int"))
    assert again["SchemaVersionId"] == made["SchemaVersionId"] and again["VersionNumber"] == 1
    broken = glue.register_schema_version(SchemaId=schema, SchemaDefinition=avro(a="int", c="int"))
    assert broken["VersionNumber"] == 3 and broken["Status"] == "FAILURE"
    latest = glue.get_schema_version(SchemaId=schema, SchemaVersionNumber={"LatestVersion": True})
    assert latest["VersionNumber"] == 2 and latest["SchemaDefinition"] == avro(a="int", b=("string", ""))
    listed = glue.list_schema_versions(SchemaId=schema)["Schemas"]
    assert [(v["VersionNumber"], v["Status"]) for v in listed] == [(3, "FAILURE"), (2, "AVAILABLE"), (1, "AVAILABLE")]
    with refused("InvalidInputException"):
        glue.register_schema_version(SchemaId=schema, SchemaDefinition="{")
    found = glue.get_schema_by_definition(SchemaId=schema, SchemaDefinition=avro(a="int"))
    assert found["SchemaVersionId"] == made["SchemaVersionId"]


@pytest.mark.parametrize("data_format, first, good, bad", [
    ("JSON", '{"type":"object","properties":{"a":{"type":"string"}}}',
     '{"type":"object","properties":{"a":{"type":"string"},"b":{"type":"integer"}}}',
     '{"type":"object","properties":{"a":{"type":"integer"}}}'),
    ("PROTOBUF", 'syntax = "proto3"; message M { string a = 1; }',
     'syntax = "proto3"; message M { string a = 1; int32 b = 2; }', 'syntax = "proto3"; message M { int32 a = 1; }')])
def test_every_format_is_checked(glue, registry, data_format, first, good, bad):
    schema, _ = make(glue, registry, "FULL", first, data_format)
    assert glue.register_schema_version(SchemaId=schema, SchemaDefinition=good)["Status"] == "AVAILABLE"
    assert glue.register_schema_version(SchemaId=schema, SchemaDefinition=bad)["Status"] == "FAILURE"
    assert glue.check_schema_version_validity(DataFormat=data_format, SchemaDefinition=good)["Valid"] is True
    malformed = glue.check_schema_version_validity(DataFormat=data_format, SchemaDefinition="{")
    assert malformed["Valid"] is False and malformed["Error"]


def test_disabled_takes_no_version_and_an_update_changes_that(glue, registry):
    schema, _ = make(glue, registry, "DISABLED")
    with refused("InvalidInputException", re.escape(
            "Compatibility DISABLED does not allow versioning. SchemaId: "
            f"SchemaId(schemaArn=null, schemaName=s, registryName={registry})")):
        glue.register_schema_version(SchemaId=schema, SchemaDefinition=avro(b="int"))
    glue.update_schema(SchemaId=schema, Compatibility="NONE", Description="free")
    assert glue.register_schema_version(SchemaId=schema, SchemaDefinition=avro(b="int"))["Status"] == "AVAILABLE"
    got = glue.get_schema(SchemaId=schema)
    assert (got["Compatibility"], got["Description"], got["LatestSchemaVersion"]) == ("NONE", "free", 2)


def test_versions_are_deleted_and_compared(glue, registry):
    schema, _ = make(glue, registry, "NONE")
    for field in "bcd":
        glue.register_schema_version(SchemaId=schema, SchemaDefinition=avro(**{field: "int"}))
    patch = glue.get_schema_versions_diff(SchemaId=schema, FirstSchemaVersionNumber={"VersionNumber": 1},
                                          SecondSchemaVersionNumber={"LatestVersion": True},
                                          SchemaDiffType="SYNTAX_DIFF")["Diff"]
    assert json.loads(patch) == [{"op": "replace", "path": "/fields/0/name", "value": "d"}]
    got = glue.delete_schema_versions(SchemaId=schema, Versions="2-3,9")
    assert [e["VersionNumber"] for e in got["SchemaVersionErrors"]] == [9]
    assert [v["VersionNumber"] for v in glue.list_schema_versions(SchemaId=schema)["Schemas"]] == [4, 1]
    with refused("InvalidInputException"):
        glue.delete_schema_versions(SchemaId=schema, Versions="1")


def test_metadata_is_put_queried_and_removed(glue, registry):
    schema, made = make(glue, registry)
    version = made["SchemaVersionId"]
    pair = {"MetadataKey": "k", "MetadataValue": "v"}
    put = glue.put_schema_version_metadata(SchemaId=schema, SchemaVersionNumber={"VersionNumber": 1}, MetadataKeyValue=pair)
    assert put["SchemaVersionId"] == version and put["VersionNumber"] == 1 and put["LatestVersion"] is False
    with refused("AlreadyExistsException"):
        glue.put_schema_version_metadata(SchemaVersionId=version, MetadataKeyValue=pair)
    glue.put_schema_version_metadata(SchemaVersionId=version, MetadataKeyValue={**pair, "MetadataValue": "w"})
    got = glue.query_schema_version_metadata(SchemaVersionId=version)["MetadataInfoMap"]["k"]
    assert got["MetadataValue"] == "w" and [o["MetadataValue"] for o in got["OtherMetadataValueList"]] == ["v"]
    glue.remove_schema_version_metadata(SchemaVersionId=version, MetadataKeyValue=pair)
    got = glue.query_schema_version_metadata(SchemaVersionId=version)["MetadataInfoMap"]["k"]
    assert "OtherMetadataValueList" not in got
    with refused("InvalidInputException", "The parameter value contains one or more characters that are not valid. "
                 "Parameter Name: key"):
        glue.put_schema_version_metadata(SchemaVersionId=version, MetadataKeyValue={**pair, "MetadataKey": "a~b"})


def test_versions_are_named_one_way(glue, registry):
    schema, made = make(glue, registry)
    with refused("InvalidInputException", "No other input parameters can be specified when fetching by SchemaVersionId."):
        glue.get_schema_version(SchemaId=schema, SchemaVersionId=made["SchemaVersionId"])
    with refused("InvalidInputException", "One of version number .or. latest version is required."):
        glue.get_schema_version(SchemaId=schema)
    with refused("EntityNotFoundException"):
        glue.get_schema_version(SchemaVersionId=str(uuid.uuid4()))
    glue.delete_schema(SchemaId={"SchemaArn": made["SchemaArn"]})
    with refused("EntityNotFoundException",
                 f"Schema is not found. RegistryName: {registry}, SchemaName: s, SchemaArn: null"):
        glue.get_schema(SchemaId=schema)


def test_the_default_registry_is_made_and_all_survives_a_crash(own_lake):
    glue = own_lake.client("glue")
    made = glue.create_schema(SchemaName="s", DataFormat="AVRO", SchemaDefinition=avro(a="int"), Tags={"k": "v"})
    assert made["RegistryName"] == "default-registry"
    own_lake.restart(kill=True)
    got = glue.get_schema_version(SchemaVersionId=made["SchemaVersionId"])
    assert got["SchemaDefinition"] == avro(a="int") and got["SchemaArn"] == made["SchemaArn"]
    assert glue.get_tags(ResourceArn=made["SchemaArn"])["Tags"] == {"k": "v"}
    assert [s["SchemaName"] for s in glue.list_schemas()["Schemas"]] == ["s"]
