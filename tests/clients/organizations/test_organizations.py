"""Organizations with boto3: the tree, its policies, and that they bind."""
import json
import uuid

import pytest
from botocore.exceptions import ClientError

from conftest import OTHER, OTHER_ACCOUNT, lake_of_two

DENY_S3 = json.dumps({"Version": "2012-10-17", "Statement": [{"Effect": "Deny", "Action": "s3:*", "Resource": "*"}]})


@pytest.fixture(scope="module")
def two(tmp_path_factory):
    running = lake_of_two(tmp_path_factory.mktemp("organizations"))
    running.client("organizations").create_organization()
    yield running
    running.stop()


@pytest.fixture
def org(two):
    return two.client("organizations")


@pytest.fixture
def root(org):
    return org.list_roots()["Roots"][0]["Id"]


@pytest.fixture
def member(org):
    status = org.create_account(AccountName="member", Email=f"{uuid.uuid4().hex}@example.com")["CreateAccountStatus"]
    assert status["State"] == "SUCCEEDED"
    return status["AccountId"]


def refusal(call, **arguments):
    with pytest.raises(ClientError) as failed:
        call(**arguments)
    return failed.value.response["Error"]["Code"]


def inside(lake, account, service, role="OrganizationAccountAccessRole"):
    """A client of the management account's role in the member account."""
    keys = lake.client("sts").assume_role(RoleArn=f"arn:aws:iam::{account}:role/{role}", RoleSessionName="manager")["Credentials"]
    return lake.client(service, aws_access_key_id=keys["AccessKeyId"], aws_secret_access_key=keys["SecretAccessKey"],
                       aws_session_token=keys["SessionToken"])


def enable(org, root, kind="SERVICE_CONTROL_POLICY"):
    if kind not in [each["Type"] for each in org.list_roots()["Roots"][0]["PolicyTypes"]]:
        org.enable_policy_type(RootId=root, PolicyType=kind)


def test_an_organization_tells_of_itself(two, org, root, member):
    told = org.describe_organization()["Organization"]
    assert told["FeatureSet"] == "ALL" and told["MasterAccountId"] == two.account
    assert told["Arn"] == f"arn:aws:organizations::{two.account}:organization/{told['Id']}"
    assert told["AvailablePolicyTypes"] == [{"Type": "SERVICE_CONTROL_POLICY", "Status": "ENABLED"}]
    assert refusal(org.create_organization) == "AlreadyInOrganizationException"
    assert refusal(org.delete_organization) == "OrganizationNotEmptyException"
    stranger = two.client("organizations", **OTHER)
    assert refusal(stranger.list_roots) == "AWSOrganizationsNotInUseException"


def test_units_and_moves(org, root, member, name):
    unit = org.create_organizational_unit(ParentId=root, Name=name)["OrganizationalUnit"]["Id"]
    assert refusal(org.create_organizational_unit, ParentId=root, Name=name) == "DuplicateOrganizationalUnitException"
    assert org.list_parents(ChildId=unit)["Parents"] == [{"Id": root, "Type": "ROOT"}]
    org.move_account(AccountId=member, SourceParentId=root, DestinationParentId=unit)
    assert [each["Id"] for each in org.list_accounts_for_parent(ParentId=unit)["Accounts"]] == [member]
    assert org.list_children(ParentId=unit, ChildType="ACCOUNT")["Children"] == [{"Id": member, "Type": "ACCOUNT"}]
    again = dict(AccountId=member, DestinationParentId=unit)
    assert refusal(org.move_account, **again, SourceParentId=root) == "SourceParentNotFoundException"
    assert refusal(org.move_account, **again, SourceParentId=unit) == "DuplicateAccountException"
    assert refusal(org.delete_organizational_unit, OrganizationalUnitId=unit) == "OrganizationalUnitNotEmptyException"
    org.move_account(AccountId=member, SourceParentId=unit, DestinationParentId=root)
    org.delete_organizational_unit(OrganizationalUnitId=unit)
    assert refusal(org.describe_organizational_unit, OrganizationalUnitId=unit) == "OrganizationalUnitNotFoundException"


def simulated(iam, account):
    """What the role that enters the account may do with S3, by simulation."""
    arn = f"arn:aws:iam::{account}:role/OrganizationAccountAccessRole"
    return iam.simulate_principal_policy(PolicySourceArn=arn, ActionNames=["s3:ListBucket"])["EvaluationResults"][0]


def test_a_control_policy_binds_members_and_not_the_management(two, org, root, member, name):
    s3 = inside(two, member, "s3")
    s3.create_bucket(Bucket=name)
    enable(org, root)
    unit = org.create_organizational_unit(ParentId=root, Name=name)["OrganizationalUnit"]["Id"]
    policy = org.create_policy(Name=name, Description="", Type="SERVICE_CONTROL_POLICY", Content=DENY_S3)["Policy"]
    policy = policy["PolicySummary"]["Id"]
    org.attach_policy(PolicyId=policy, TargetId=unit)
    assert s3.list_objects_v2(Bucket=name)["KeyCount"] == 0
    org.move_account(AccountId=member, SourceParentId=root, DestinationParentId=unit)
    assert refusal(s3.list_objects_v2, Bucket=name) == "AccessDenied"
    told = simulated(inside(two, member, "iam"), member)
    assert told["EvalDecision"] == "explicitDeny" and not told["OrganizationsDecisionDetail"]["AllowedByOrganizations"]
    org.detach_policy(PolicyId=policy, TargetId=unit)
    told = simulated(inside(two, member, "iam"), member)
    assert told["EvalDecision"] == "allowed" and told["OrganizationsDecisionDetail"]["AllowedByOrganizations"]
    assert s3.list_objects_v2(Bucket=name)["KeyCount"] == 0
    # A level that allows nothing denies.
    org.attach_policy(PolicyId=policy, TargetId=unit)
    org.update_policy(PolicyId=policy, Content=DENY_S3.replace("Deny", "Allow").replace("s3:*", "glue:*"))
    org.detach_policy(PolicyId="p-FullAWSAccess", TargetId=unit)
    assert refusal(s3.list_objects_v2, Bucket=name) == "AccessDenied"
    assert refusal(org.detach_policy, PolicyId=policy, TargetId=unit) == "ConstraintViolationException"
    org.move_account(AccountId=member, SourceParentId=unit, DestinationParentId=root)
    assert two.client("s3").list_buckets()["ResponseMetadata"]["HTTPStatusCode"] == 200


def test_policies(org, root, name):
    enable(org, root)
    made = org.create_policy(Name=name, Description="d", Type="SERVICE_CONTROL_POLICY", Content=DENY_S3)["Policy"]
    policy = made["PolicySummary"]["Id"]
    assert made["Content"] == DENY_S3 and made["PolicySummary"]["AwsManaged"] is False
    assert refusal(org.create_policy, Name=name, Description="", Type="SERVICE_CONTROL_POLICY",
                   Content=DENY_S3) == "DuplicatePolicyException"
    assert refusal(org.create_policy, Name=name + "2", Description="", Type="SERVICE_CONTROL_POLICY",
                   Content="{}") == "MalformedPolicyDocumentException"
    assert refusal(org.attach_policy, PolicyId=policy, TargetId="ou-abcd-12345678") == "TargetNotFoundException"
    org.attach_policy(PolicyId=policy, TargetId=root)
    assert refusal(org.attach_policy, PolicyId=policy, TargetId=root) == "DuplicatePolicyAttachmentException"
    assert refusal(org.delete_policy, PolicyId=policy) == "PolicyInUseException"
    assert [each["TargetId"] for each in org.list_targets_for_policy(PolicyId=policy)["Targets"]] == [root]
    for_root = org.list_policies_for_target(TargetId=root, Filter="SERVICE_CONTROL_POLICY")["Policies"]
    assert {"p-FullAWSAccess", policy} <= {each["Id"] for each in for_root}
    org.detach_policy(PolicyId=policy, TargetId=root)
    assert refusal(org.detach_policy, PolicyId=policy, TargetId=root) == "PolicyNotAttachedException"
    org.delete_policy(PolicyId=policy)
    assert refusal(org.describe_policy, PolicyId=policy) == "PolicyNotFoundException"
    tag = org.create_policy(Name=name, Description="", Type="TAG_POLICY", Content='{"tags":{}}')["Policy"]["PolicySummary"]["Id"]
    assert refusal(org.attach_policy, PolicyId=tag, TargetId=root) == "PolicyTypeNotEnabledException"
    assert refusal(org.disable_policy_type, RootId=root, PolicyType="TAG_POLICY") == "PolicyTypeNotEnabledException"
    assert refusal(org.describe_policy, PolicyId="nonsense") == "InvalidInputException"


def test_a_target_holds_five_control_policies(org, root, name):
    enable(org, root)
    unit = org.create_organizational_unit(ParentId=root, Name=name)["OrganizationalUnit"]["Id"]
    made = [org.create_policy(Name=f"{name}-{i}", Description="d", Type="SERVICE_CONTROL_POLICY", Content=DENY_S3)[
        "Policy"]["PolicySummary"]["Id"] for i in range(5)]
    for policy in made[:4]:  # beside FullAWSAccess
        org.attach_policy(PolicyId=policy, TargetId=unit)
    with pytest.raises(ClientError) as failed:
        org.attach_policy(PolicyId=made[4], TargetId=unit)
    assert failed.value.response["Error"]["Code"] == "ConstraintViolationException"
    assert failed.value.response["Reason"] == "MAX_POLICY_TYPE_ATTACHMENT_LIMIT_EXCEEDED"
    org.detach_policy(PolicyId=made[0], TargetId=unit)
    org.attach_policy(PolicyId=made[4], TargetId=unit)


def test_accounts(two, org, member):
    told = org.describe_account(AccountId=member)["Account"]
    assert (told["Status"], told["JoinedMethod"]) == ("ACTIVE", "CREATED")
    same = org.create_account(AccountName="x", Email=told["Email"])["CreateAccountStatus"]
    assert (same["State"], same["FailureReason"]) == ("FAILED", "EMAIL_ALREADY_EXISTS")
    assert org.describe_create_account_status(CreateAccountRequestId=same["Id"])["CreateAccountStatus"]["State"] == "FAILED"
    assert refusal(inside(two, member, "organizations").list_accounts) == "AccessDeniedException"
    assert inside(two, member, "organizations").describe_organization()["Organization"]["MasterAccountId"] == two.account
    org.close_account(AccountId=member)
    assert org.describe_account(AccountId=member)["Account"]["Status"] == "SUSPENDED"
    assert refusal(org.close_account, AccountId=member) == "AccountAlreadyClosedException"
    org.remove_account_from_organization(AccountId=member)
    assert refusal(org.describe_account, AccountId=member) == "AccountNotFoundException"


def test_invitations(two, org):
    theirs = two.client("organizations", **OTHER)
    made = org.invite_account_to_organization(Target={"Id": OTHER_ACCOUNT, "Type": "ACCOUNT"})["Handshake"]
    assert made["State"] == "OPEN" and made["Action"] == "INVITE"
    assert refusal(org.invite_account_to_organization,
                   Target={"Id": OTHER_ACCOUNT, "Type": "ACCOUNT"}) == "DuplicateHandshakeException"
    assert [each["Id"] for each in theirs.list_handshakes_for_account()["Handshakes"]] == [made["Id"]]
    assert refusal(org.accept_handshake, HandshakeId=made["Id"]) == "HandshakeNotFoundException"
    assert theirs.accept_handshake(HandshakeId=made["Id"])["Handshake"]["State"] == "ACCEPTED"
    assert refusal(theirs.accept_handshake, HandshakeId=made["Id"]) == "HandshakeAlreadyInStateException"
    assert org.describe_account(AccountId=OTHER_ACCOUNT)["Account"]["JoinedMethod"] == "INVITED"
    theirs.leave_organization()
    assert refusal(theirs.describe_organization) == "AWSOrganizationsNotInUseException"


def test_delegated_administrators_services_and_tags(two, org, root, member):
    org.enable_aws_service_access(ServicePrincipal="ram.amazonaws.com")
    assert refusal(org.enable_aws_service_access, ServicePrincipal="no.amazonaws.com") == "InvalidInputException"
    org.register_delegated_administrator(AccountId=member, ServicePrincipal="lakeformation.amazonaws.com")
    admins = org.list_delegated_administrators(ServicePrincipal="lakeformation.amazonaws.com")["DelegatedAdministrators"]
    assert [each["Id"] for each in admins] == [member]
    assert inside(two, member, "organizations").list_accounts()["Accounts"]
    assert refusal(org.register_delegated_administrator, AccountId=two.account,
                   ServicePrincipal="lakeformation.amazonaws.com") == "ConstraintViolationException"
    org.deregister_delegated_administrator(AccountId=member, ServicePrincipal="lakeformation.amazonaws.com")
    assert refusal(org.list_delegated_services_for_account, AccountId=member) == "AccountNotRegisteredException"
    for target in (root, member):
        org.tag_resource(ResourceId=target, Tags=[{"Key": "k", "Value": "v"}])
        assert org.list_tags_for_resource(ResourceId=target)["Tags"] == [{"Key": "k", "Value": "v"}]
        org.untag_resource(ResourceId=target, TagKeys=["k"])
        assert org.list_tags_for_resource(ResourceId=target)["Tags"] == []
    assert refusal(org.list_tags_for_resource, ResourceId="999999999999") == "TargetNotFoundException"


def test_paging(org, root, name):
    unit = org.create_organizational_unit(ParentId=root, Name=name)["OrganizationalUnit"]["Id"]
    names = [f"{name}-{n}" for n in range(7)]
    for each in names:
        org.create_organizational_unit(ParentId=unit, Name=each)
    pages = list(org.get_paginator("list_organizational_units_for_parent").paginate(
        ParentId=unit, PaginationConfig={"PageSize": 3}))
    assert [len(page["OrganizationalUnits"]) for page in pages] == [3, 3, 1]
    assert [each["Name"] for page in pages for each in page["OrganizationalUnits"]] == names
