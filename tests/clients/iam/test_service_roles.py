"""Service-linked roles, and what IAM tells of new roles and refuses of credentials, with boto3."""
import json

import pytest
from botocore.exceptions import ClientError

TRUST = {"Version": "2012-10-17", "Statement": [
    {"Effect": "Allow", "Principal": {"Service": "glue.amazonaws.com"}, "Action": "sts:AssumeRole"}]}


def refusal(call, **arguments):
    with pytest.raises(ClientError) as refused:
        call(**arguments)
    return refused.value.response["Error"]["Code"], refused.value.response["Error"]["Message"]


def remove(iam, role):
    task = iam.delete_service_linked_role(RoleName=role)["DeletionTaskId"]
    assert iam.get_service_linked_role_deletion_status(DeletionTaskId=task)["Status"] == "SUCCEEDED"
    return task


@pytest.mark.parametrize("service, role, policy", [
    ("batch.amazonaws.com", "AWSServiceRoleForBatch", "BatchServiceRolePolicy"),
    ("mrk.kms.amazonaws.com", "AWSServiceRoleForKeyManagementServiceMultiRegionKeys",
     "AWSKeyManagementServiceMultiRegionKeysServiceRolePolicy"),
    ("lakeformation.amazonaws.com", "AWSServiceRoleForLakeFormationDataAccess",
     "LakeFormationDataAccessServiceRolePolicy")])
def test_a_service_has_its_role_with_its_policy(own_lake, service, role, policy):
    iam = own_lake.client("iam")
    made = iam.create_service_linked_role(AWSServiceName=service)["Role"]
    assert (made["RoleName"], made["Path"]) == (role, f"/aws-service-role/{service}/")
    assert made["AssumeRolePolicyDocument"]["Statement"][0]["Action"] == ["sts:AssumeRole"]
    told = iam.get_role(RoleName=role)["Role"]
    assert told["AssumeRolePolicyDocument"]["Statement"] == [
        {"Effect": "Allow", "Principal": {"Service": service}, "Action": "sts:AssumeRole"}]
    assert told["MaxSessionDuration"] == 3600
    assert iam.list_attached_role_policies(RoleName=role)["AttachedPolicies"] == [
        {"PolicyName": policy, "PolicyArn": f"arn:aws:iam::aws:policy/aws-service-role/{policy}"}]
    assert refusal(iam.create_service_linked_role, AWSServiceName=service) == (
        "InvalidInput", f"Service role name {role} has been taken in this account, please try a different suffix.")
    assert refusal(iam.create_service_linked_role, AWSServiceName=service, CustomSuffix="x") == (
        "InvalidInput", f"Custom suffix is not allowed for {service}")
    assert remove(iam, role).startswith(f"task/aws-service-role/{service}/{role}/")
    assert refusal(iam.get_role, RoleName=role)[0] == "NoSuchEntity"


def test_some_services_have_roles_with_suffixes(own_lake):
    iam = own_lake.client("iam")
    made = iam.create_service_linked_role(AWSServiceName="autoscaling.amazonaws.com", CustomSuffix="blue",
                                          Description="mine")["Role"]
    assert (made["RoleName"], made["Description"]) == ("AWSServiceRoleForAutoScaling_blue", "mine")
    described = iam.create_service_linked_role(AWSServiceName="rds.amazonaws.com")["Role"]
    assert described["Description"] == "Allows Amazon RDS to manage AWS resources on your behalf"
    for service in ("ops.example.amazonaws.com", "glue.amazonaws.com", "Batch.amazonaws.com", "batch"):
        assert refusal(iam.create_service_linked_role, AWSServiceName=service) == (
            "AccessDenied", f"Cannot find Service Linked Role template for {service}")


def test_the_policies_of_services_are_known(lake, name):
    iam = lake.client("iam")
    pages = iam.get_paginator("list_policies").paginate(Scope="AWS", PathPrefix="/aws-service-role/")
    listed = {policy["PolicyName"]: policy for page in pages for policy in page["Policies"]}
    assert {"BatchServiceRolePolicy", "LakeFormationDataAccessServiceRolePolicy", "CloudTrailServiceRolePolicy",
            "S3StorageLensServiceRolePolicy", "AWSApplicationAutoScalingCustomResourcePolicy"} <= set(listed)
    iam.create_role(RoleName=name, AssumeRolePolicyDocument=json.dumps(TRUST))
    for policy in listed.values():
        told = iam.get_policy(PolicyArn=policy["Arn"])["Policy"]
        version = iam.get_policy_version(PolicyArn=policy["Arn"], VersionId=told["DefaultVersionId"])["PolicyVersion"]
        assert version["Document"]["Version"] == "2012-10-17" and version["Document"]["Statement"]
    assert refusal(iam.attach_role_policy, RoleName=name, PolicyArn=listed["BatchServiceRolePolicy"]["Arn"]) == (
        "PolicyNotAttachable", "Cannot attach a Service Role Policy to a Customer Role.")


def test_a_new_role_is_told_without_its_longest_session(lake, name):
    iam = lake.client("iam")
    made = iam.create_role(RoleName=name, AssumeRolePolicyDocument=json.dumps(TRUST), MaxSessionDuration=7200)["Role"]
    assert "MaxSessionDuration" not in made and "RoleLastUsed" not in made
    assert iam.get_role(RoleName=name)["Role"]["MaxSessionDuration"] == 7200
    assert refusal(iam.attach_role_policy, RoleName=name, PolicyArn="a-name-that-is-no-arn") == (
        "ValidationError", "Invalid ARN:  Could not be parsed!")


def test_credentials_of_a_service_are_refused_in_iams_words(lake, name):
    iam = lake.client("iam")
    iam.create_user(UserName=name)
    assert refusal(iam.create_service_specific_credential, UserName=name, ServiceName="s3.amazonaws.com") == (
        "NoSuchEntity", "No such service s3.amazonaws.com is supported for Service Specific Credentials")
    made = iam.create_service_specific_credential(UserName=name, ServiceName="codecommit.amazonaws.com")[
        "ServiceSpecificCredential"]["ServiceSpecificCredentialId"]
    assert "IsTruncated" not in iam.list_service_specific_credentials(UserName=name)
    assert refusal(iam.list_service_specific_credentials, UserName=name, ServiceName="s3.amazonaws.com") == (
        "NoSuchEntity", "No such service s3.amazonaws.com is supported for Service Specific Credentials")
    assert refusal(iam.update_service_specific_credential, UserName=name, Status="Active",
                   ServiceSpecificCredentialId="of-another-form-altogether") == (
        "ValidationError", "1 validation error detected: Value at 'serviceSpecificCredentialId' failed to satisfy "
                           "constraint: Member must satisfy regular expression pattern: [\\w]+")
    assert refusal(iam.update_service_specific_credential, UserName=name, Status="Paused",
                   ServiceSpecificCredentialId=made) == (
        "ValidationError", "1 validation error detected: Value at 'status' failed to satisfy constraint: Member must "
                           "satisfy enum value set")
    assert refusal(iam.delete_user, UserName=name) == (
        "DeleteConflict", "Cannot delete entity, must remove referenced objects first.")
