"""IAM through boto3: users, their keys and policies, and that they hold after a restart."""
import json

import pytest
from botocore.exceptions import ClientError

TRUST = json.dumps({"Version": "2012-10-17", "Statement": [
    {"Effect": "Allow", "Principal": {"Service": "glue.amazonaws.com"}, "Action": "sts:AssumeRole"}]})
POLICY = {"Version": "2012-10-17", "Statement": [
    {"Effect": "Allow", "Action": "s3:ListBucket", "Resource": "arn:aws:s3:::lake"}]}


def code_of(call, **arguments):
    with pytest.raises(ClientError) as refused:
        call(**arguments)
    return refused.value.response["Error"]["Code"]


def test_a_user_signs_with_its_key_until_the_key_is_inactive(lake, name):
    iam = lake.client("iam")
    user = iam.create_user(UserName=name, Path="/team/")["User"]
    assert user["Arn"] == f"arn:aws:iam::{lake.account}:user/team/{name}"
    key = iam.create_access_key(UserName=name)["AccessKey"]
    theirs = {"aws_access_key_id": key["AccessKeyId"], "aws_secret_access_key": key["SecretAccessKey"]}
    who = lake.client("sts", **theirs).get_caller_identity()
    assert (who["Arn"], who["UserId"]) == (user["Arn"], user["UserId"])
    iam.update_access_key(UserName=name, AccessKeyId=key["AccessKeyId"], Status="Inactive")
    assert code_of(lake.client("sts", **theirs).get_caller_identity) == "InvalidClientTokenId"


def test_a_user_is_deleted_only_when_nothing_hangs_on_it(lake, name):
    iam = lake.client("iam")
    iam.create_user(UserName=name)
    iam.put_user_policy(UserName=name, PolicyName="lists", PolicyDocument=json.dumps(POLICY))
    assert iam.get_user_policy(UserName=name, PolicyName="lists")["PolicyDocument"] == POLICY
    assert code_of(iam.delete_user, UserName=name) == "DeleteConflict"
    iam.delete_user_policy(UserName=name, PolicyName="lists")
    iam.delete_user(UserName=name)
    assert code_of(iam.get_user, UserName=name) == "NoSuchEntity"


def test_a_managed_policy_has_five_versions_at_most(lake, name):
    iam = lake.client("iam")
    arn = iam.create_policy(PolicyName=name, PolicyDocument=json.dumps(POLICY))["Policy"]["Arn"]
    for _ in range(4):
        iam.create_policy_version(PolicyArn=arn, PolicyDocument=json.dumps(POLICY), SetAsDefault=True)
    assert code_of(iam.create_policy_version, PolicyArn=arn, PolicyDocument=json.dumps(POLICY)) == "LimitExceeded"
    assert [v["VersionId"] for v in iam.list_policy_versions(PolicyArn=arn)["Versions"]] == ["v5", "v4", "v3", "v2", "v1"]
    assert code_of(iam.delete_policy, PolicyArn=arn) == "DeleteConflict"


@pytest.mark.parametrize("document, message", [
    ("no json", "Syntax errors in policy."),
    (json.dumps({"Statement": POLICY["Statement"]}), "Policy document must be version 2012-10-17 or greater."),
    (json.dumps({"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "s3:*"}]}),
     "Policy statement must contain resources."),
])
def test_a_bad_document_is_refused_in_iams_words(lake, name, document, message):
    with pytest.raises(ClientError) as refused:
        lake.client("iam").create_policy(PolicyName=name, PolicyDocument=document)
    assert refused.value.response["Error"]["Code"] == "MalformedPolicyDocument"
    assert refused.value.response["Error"]["Message"] == message


def test_what_was_acknowledged_is_there_after_a_kill(own_lake):
    iam = own_lake.client("iam")
    iam.create_role(RoleName="etl", AssumeRolePolicyDocument=TRUST, Tags=[{"Key": "team", "Value": "data"}])
    iam.attach_role_policy(RoleName="etl", PolicyArn="arn:aws:iam::aws:policy/service-role/AWSGlueServiceRole")
    iam.create_user(UserName="ann")
    key = iam.create_access_key(UserName="ann")["AccessKey"]
    own_lake.restart()
    iam = own_lake.client("iam")
    role = iam.get_role(RoleName="etl")["Role"]
    assert role["AssumeRolePolicyDocument"] == json.loads(TRUST)
    assert role["Tags"] == [{"Key": "team", "Value": "data"}]
    assert [p["PolicyName"] for p in iam.list_attached_role_policies(RoleName="etl")["AttachedPolicies"]] == \
        ["AWSGlueServiceRole"]
    who = own_lake.client("sts", aws_access_key_id=key["AccessKeyId"], aws_secret_access_key=key["SecretAccessKey"])
    assert who.get_caller_identity()["Arn"].endswith(":user/ann")


@pytest.mark.parametrize("call, arguments, message", [
    ("create_user", dict(UserName="a b"),
     "The specified value for userName is invalid. It must contain only alphanumeric characters and/or the following: "
     "+=,.@_-"),
    ("create_role", dict(RoleName="a/b", AssumeRolePolicyDocument=TRUST),
     "The specified value for roleName is invalid. It must contain only alphanumeric characters and/or the following: "
     "+=,.@_-"),
    ("create_group", dict(GroupName="g", Path="team"),
     "The specified value for path is invalid. It must begin and end with / and contain only alphanumeric characters "
     "and/or / characters."),
    ("create_virtual_mfa_device", dict(VirtualMFADeviceName="d", Path="/team//lake/"),
     "The specified value for path is invalid. It must begin and end with / and contain only alphanumeric characters "
     "and/or / characters."),
    ("list_users", dict(PathPrefix="team/"),
     "The specified value for pathPrefix is invalid. It must begin with the / character and contain only alphanumeric "
     "characters and/or / characters."),
    ("create_user", dict(UserName="u" * 65),
     "1 validation error detected: Value '" + "u" * 65 + "' at 'userName' failed to satisfy constraint: Member must "
     "have length less than or equal to 64"),
])
def test_wrong_names_are_refused_in_iams_words(lake, call, arguments, message):
    with pytest.raises(ClientError) as refused:
        getattr(lake.client("iam"), call)(**arguments)
    assert refused.value.response["Error"]["Code"] == "ValidationError"
    assert refused.value.response["Error"]["Message"] == message


def test_entities_of_a_policy_by_kind(lake, name):
    iam = lake.client("iam")
    iam.create_user(UserName=name)
    arn = iam.create_policy(PolicyName=name, PolicyDocument=json.dumps({"Version": "2012-10-17", "Statement": [
        {"Effect": "Allow", "Action": "s3:*", "Resource": "*"}]}))["Policy"]["Arn"]
    iam.attach_user_policy(UserName=name, PolicyArn=arn)
    for kind, found in (("User", [name]), ("Role", []), ("LocalManagedPolicy", [name]), ("AWSManagedPolicy", [])):
        answer = iam.list_entities_for_policy(PolicyArn=arn, EntityFilter=kind)
        assert [user["UserName"] for user in answer["PolicyUsers"]] == found, kind


def test_policies_of_aws_are_read_by_everybody_who_may(lake, name):
    iam = lake.client("iam")
    arn = "arn:aws:iam::aws:policy/AmazonS3ReadOnlyAccess"
    policy = iam.get_policy(PolicyArn=arn)["Policy"]
    assert (policy["Arn"], policy["IsAttachable"]) == (arn, True)
    document = iam.get_policy_version(PolicyArn=arn, VersionId=policy["DefaultVersionId"])["PolicyVersion"]["Document"]
    assert document["Version"] == "2012-10-17"
    assert code_of(iam.get_policy, PolicyArn="arn:aws:iam::aws:policy/NoSuchPolicyThere") == "NoSuchEntity"
    assert code_of(iam.get_policy, PolicyArn="arn:aws:iam::999999999999:policy/Theirs") == "AccessDenied"
    iam.create_user(UserName=name)
    key = iam.create_access_key(UserName=name)["AccessKey"]
    theirs = lake.client("iam", aws_access_key_id=key["AccessKeyId"], aws_secret_access_key=key["SecretAccessKey"])
    assert code_of(theirs.get_policy, PolicyArn=arn) == "AccessDenied"
    iam.put_user_policy(UserName=name, PolicyName="reads", PolicyDocument=json.dumps(
        {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "iam:GetPolicy", "Resource": "*"}]}))
    assert theirs.get_policy(PolicyArn=arn)["Policy"]["PolicyName"] == "AmazonS3ReadOnlyAccess"


def test_a_virtual_device_comes_with_its_picture(lake, name):
    device = lake.client("iam").create_virtual_mfa_device(VirtualMFADeviceName=name)["VirtualMFADevice"]
    assert device["QRCodePNG"].startswith(b"\x89PNG\r\n\x1a\n")
    assert len(device["Base32StringSeed"]) >= 32


@pytest.mark.parametrize("alias", ["Upper", "with_line", "-begins", "ends-", "two--dashes"])
def test_an_alias_of_other_letters_is_refused(lake, alias):
    assert code_of(lake.client("iam").create_account_alias, AccountAlias=alias) == "ValidationError"
