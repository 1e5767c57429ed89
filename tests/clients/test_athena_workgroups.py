"""Workgroups, tags, engine versions: what boto3 sees."""
import uuid

import pytest
from botocore.config import Config
from botocore.exceptions import ClientError


def refused(call, *args, **kwargs):
    with pytest.raises(ClientError) as caught:
        call(*args, **kwargs)
    return caught.value.response["Error"]


@pytest.fixture
def athena(lake):
    return lake.client("athena")


@pytest.fixture
def name():
    return f"wg-{uuid.uuid4().hex[:12]}"


OUTPUT = {"ResultConfiguration": {"OutputLocation": "s3://bucket-name/prefix/"}}
DEFAULTS = {
    "EnforceWorkGroupConfiguration": True,
    "PublishCloudWatchMetricsEnabled": False,
    "RequesterPaysEnabled": False,
    "EngineVersion": {"SelectedEngineVersion": "AUTO", "EffectiveEngineVersion": "Athena engine version 3"},
    "EnableMinimumEncryptionConfiguration": False,
}


def test_primary_is_there_by_itself(athena):
    primary = athena.get_work_group(WorkGroup="primary")["WorkGroup"]
    assert primary["State"] == "ENABLED"
    assert primary["Configuration"] == {**DEFAULTS, "EnforceWorkGroupConfiguration": False, "ResultConfiguration": {}}
    assert "primary" in [g["Name"] for g in athena.list_work_groups()["WorkGroups"]]


def test_create_and_get(athena, name):
    athena.create_work_group(Name=name, Description="mine", Configuration=OUTPUT)
    group = athena.get_work_group(WorkGroup=name)["WorkGroup"]
    del group["CreationTime"]
    assert group == {"Name": name, "State": "ENABLED", "Description": "mine", "Configuration": {**DEFAULTS, **OUTPUT}}


def test_defaults_without_configuration(athena, name):
    athena.create_work_group(Name=name)
    configuration = athena.get_work_group(WorkGroup=name)["WorkGroup"]["Configuration"]
    assert configuration == {**DEFAULTS, "PublishCloudWatchMetricsEnabled": True}


def test_doubles_and_unknown_names_are_refused(athena, name):
    athena.create_work_group(Name=name)
    assert refused(athena.create_work_group, Name=name)["Code"] == "InvalidRequestException"
    error = refused(athena.get_work_group, WorkGroup="nowhere-" + name)
    assert error["Code"] == "InvalidRequestException"
    assert error["Message"] == f"WorkGroup nowhere-{name} is not found."
    assert refused(athena.delete_work_group, WorkGroup="primary")["Code"] == "InvalidRequestException"
    assert refused(athena.create_work_group, Name="primary")["Code"] == "InvalidRequestException"


def test_names_and_limits_are_validated(lake, athena, name):
    assert refused(athena.create_work_group, Name="bad name!")["Code"] == "InvalidRequestException"
    loose = lake.client("athena", config=Config(parameter_validation=False))
    error = refused(loose.create_work_group, Name=name, Configuration={"BytesScannedCutoffPerQuery": 5})
    assert error["Code"] == "InvalidRequestException"
    error = refused(athena.create_work_group, Name=name,
                    Configuration={"ResultConfiguration": {"OutputLocation": "nowhere"}})
    assert error["Code"] == "InvalidRequestException"
    assert refused(athena.list_work_groups, NextToken="nonsense")["Code"] == "InvalidRequestException"


def test_update(athena, name):
    athena.create_work_group(Name=name, Configuration={**OUTPUT, "BytesScannedCutoffPerQuery": 10_000_000})
    athena.update_work_group(WorkGroup=name, Description="new", State="DISABLED", ConfigurationUpdates={
        "EnforceWorkGroupConfiguration": False, "RemoveBytesScannedCutoffPerQuery": True,
        "PublishCloudWatchMetricsEnabled": True,
        "ResultConfigurationUpdates": {"RemoveOutputLocation": True,
                                       "EncryptionConfiguration": {"EncryptionOption": "SSE_S3"}}})
    group = athena.get_work_group(WorkGroup=name)["WorkGroup"]
    assert group["State"] == "DISABLED" and group["Description"] == "new"
    configuration = group["Configuration"]
    assert "BytesScannedCutoffPerQuery" not in configuration
    assert configuration["ResultConfiguration"] == {"EncryptionConfiguration": {"EncryptionOption": "SSE_S3"}}
    assert configuration["PublishCloudWatchMetricsEnabled"] is True
    error = refused(athena.start_query_execution, QueryString="SELECT 1", WorkGroup=name,
                    ResultConfiguration={"OutputLocation": "s3://x-y-z/"})
    assert error["Code"] == "InvalidRequestException"


def test_delete_needs_an_empty_group_or_recursion(athena, name):
    athena.create_work_group(Name=name)
    athena.create_named_query(Name="q", Database="d", QueryString="SELECT 1", WorkGroup=name)
    error = refused(athena.delete_work_group, WorkGroup=name)
    assert error["Code"] == "InvalidRequestException" and "is not empty" in error["Message"]
    athena.delete_work_group(WorkGroup=name, RecursiveDeleteOption=True)
    refused(athena.get_work_group, WorkGroup=name)


def test_pages(athena, name):
    names = [f"{name}-{i}" for i in range(5)]
    for one in names:
        athena.create_work_group(Name=one)
    listed = [g["Name"] for page in athena_pages(athena, "list_work_groups", "WorkGroups", 2) for g in page]
    assert set(names) <= set(listed) and len(listed) == len(set(listed))


def athena_pages(athena, operation, key, size, **kwargs):
    token = {}
    while True:
        page = getattr(athena, operation)(MaxResults=size, **kwargs, **token)
        assert len(page[key]) <= size
        yield page[key]
        if "NextToken" not in page:
            return
        token = {"NextToken": page["NextToken"]}


def test_tags(athena, lake, name):
    athena.create_work_group(Name=name, Tags=[{"Key": "a", "Value": "1"}, {"Key": "b", "Value": "2"}])
    arn = f"arn:aws:athena:{lake.region}:{lake.account}:workgroup/{name}"
    athena.tag_resource(ResourceARN=arn, Tags=[{"Key": "b", "Value": "3"}, {"Key": "c", "Value": "4"}])
    athena.untag_resource(ResourceARN=arn, TagKeys=["a"])
    assert athena.list_tags_for_resource(ResourceARN=arn)["Tags"] == [{"Key": "b", "Value": "3"},
                                                                      {"Key": "c", "Value": "4"}]
    error = refused(athena.list_tags_for_resource, ResourceARN="NONEXISTENTRESOURCEARN")
    assert error["Code"] == "InvalidRequestException"
    assert error["Message"] == "Athena Resource, NONEXISTENTRESOURCEARN Does Not Exist"
    missing = refused(athena.list_tags_for_resource, ResourceARN=arn + "-missing")
    assert missing["Code"] == "ResourceNotFoundException"


def test_engine_versions(athena):
    versions = athena.list_engine_versions()["EngineVersions"]
    assert {"SelectedEngineVersion": "AUTO", "EffectiveEngineVersion": "Athena engine version 3"} in versions
