"""AssumeRoot: a management account's tasks in member accounts, with boto3."""
import json

import pytest

from conftest import OTHER, OTHER_ACCOUNT, lake_of_two
from governance import lakes

TASKS = "arn:aws:iam::aws:policy/root-task/"
IAM = "iam.amazonaws.com"


@pytest.fixture
def two(tmp_path):
    running = lake_of_two(tmp_path)
    yield running
    running.stop()


def assume(sts, task, target=OTHER_ACCOUNT, **more):
    return sts.assume_root(TargetPrincipal=target, TaskPolicyArn={"arn": TASKS + task}, **more)


def organize(two):
    org = two.client("organizations")
    organization = org.create_organization()["Organization"]
    handshake = org.invite_account_to_organization(Target={"Id": OTHER_ACCOUNT, "Type": "ACCOUNT"})["Handshake"]["Id"]
    two.client("organizations", **OTHER).accept_handshake(HandshakeId=handshake)
    return org, organization


def session(two, answer, service):
    made = answer["Credentials"]
    return two.client(service, aws_access_key_id=made["AccessKeyId"], aws_secret_access_key=made["SecretAccessKey"],
                      aws_session_token=made["SessionToken"])


def test_features_are_the_management_accounts(two):
    iam, theirs = two.client("iam"), two.client("iam", **OTHER)
    assert lakes.refused(iam.list_organizations_features) == "OrganizationNotFoundException"
    org, organization = organize(two)
    assert lakes.refused(iam.enable_organizations_root_sessions) == "ServiceAccessNotEnabledException"
    org.enable_aws_service_access(ServicePrincipal=IAM)
    assert iam.list_organizations_features()["EnabledFeatures"] == []
    iam.enable_organizations_root_sessions()
    told = iam.enable_organizations_root_credentials_management()
    assert (told["OrganizationId"], told["EnabledFeatures"]) == (
        organization["Id"], ["RootCredentialsManagement", "RootSessions"])
    other = "AccountNotManagementOrDelegatedAdministratorException"
    assert lakes.refused(theirs.list_organizations_features) == other
    assert lakes.refused(theirs.disable_organizations_root_sessions) == other
    org.register_delegated_administrator(AccountId=OTHER_ACCOUNT, ServicePrincipal=IAM)
    assert len(theirs.list_organizations_features()["EnabledFeatures"]) == 2
    assert lakes.refused(theirs.disable_organizations_root_sessions) == "CallerIsNotManagementAccountException"
    two.restart()
    assert len(two.client("iam").list_organizations_features()["EnabledFeatures"]) == 2
    assert two.client("iam").disable_organizations_root_sessions()["EnabledFeatures"] == ["RootCredentialsManagement"]


def test_a_bucket_that_locks_everybody_out_is_opened(two):
    sts, s3 = two.client("sts"), two.client("s3", **OTHER)
    for name in ("locked", "other"):
        s3.create_bucket(Bucket=name)
    two.client("s3").create_bucket(Bucket="ours")
    locked = json.dumps({"Version": "2012-10-17", "Statement": [{
        "Effect": "Deny", "Principal": "*", "Action": "s3:*", "Resource": ["arn:aws:s3:::locked", "arn:aws:s3:::locked/*"]}]})
    s3.put_bucket_policy(Bucket="locked", Policy=locked)
    assert lakes.refused(assume, sts=sts, task="S3UnlockBucketPolicy") == "AccessDenied"
    org, _ = organize(two)
    org.enable_aws_service_access(ServicePrincipal=IAM)
    assert lakes.refused(assume, sts=sts, task="S3UnlockBucketPolicy") == "AccessDenied"
    two.client("iam").enable_organizations_root_sessions()
    answer = assume(sts, "S3UnlockBucketPolicy")
    root = session(two, answer, "s3")
    assert session(two, answer, "sts").get_caller_identity()["Arn"] == f"arn:aws:iam::{OTHER_ACCOUNT}:root"
    assert json.loads(root.get_bucket_policy(Bucket="locked")["Policy"]) == json.loads(locked)
    assert {each["Name"] for each in root.list_buckets()["Buckets"]} == {"locked", "other"}
    # The task and no more.
    assert lakes.refused(root.list_objects_v2, Bucket="other") == "AccessDenied"
    assert lakes.refused(root.delete_bucket, Bucket="other") == "AccessDenied"
    assert lakes.refused(root.get_bucket_policy, Bucket="ours") == "AccessDenied"
    assert lakes.refused(session(two, answer, "iam").list_users) == "AccessDenied"
    assert lakes.refused(session(two, answer, "athena").list_work_groups) == "AccessDeniedException"
    root.delete_bucket_policy(Bucket="locked")
    assert s3.list_objects_v2(Bucket="locked")["KeyCount"] == 0


def test_who_may_and_for_what(two):
    sts = two.client("sts")
    org, _ = organize(two)
    org.enable_aws_service_access(ServicePrincipal=IAM)
    iam = two.client("iam")
    iam.enable_organizations_root_credentials_management()
    assert lakes.refused(assume, sts=sts, task="S3UnlockBucketPolicy") == "AccessDenied"  # the other feature's
    answer = assume(sts, "IAMAuditRootUserCredentials", f"arn:aws:iam::{OTHER_ACCOUNT}:root", DurationSeconds=60)
    assert session(two, answer, "iam").get_account_summary()["SummaryMap"]["Users"] == 0
    assert lakes.refused(session(two, answer, "iam").create_user, UserName="x") == "AccessDenied"
    assert lakes.refused(assume, sts=sts, task="IAMAuditRootUserCredentials", target=two.account) == "AccessDenied"
    assert lakes.refused(assume, sts=sts, task="IAMAuditRootUserCredentials", target="222222222222") == "AccessDenied"
    assert lakes.refused(assume, sts=sts, task="AdministratorAccess") == "ValidationError"
    assert lakes.refused(assume, sts=two.client("sts", **OTHER), task="IAMAuditRootUserCredentials",
                         target=two.account) == "AccessDenied"
    # Users need the right, which may ask for the task.
    task = TASKS + "IAMAuditRootUserCredentials"
    user = lakes.make_user(two, "auditor", json.dumps({"Version": "2012-10-17", "Statement": [
        {"Effect": "Allow", "Action": "sts:AssumeRoot", "Resource": f"arn:aws:iam::{OTHER_ACCOUNT}:root",
         "Condition": {"StringEquals": {"sts:TaskPolicyArn": task}}}]}))
    assert assume(user.client("sts"), "IAMAuditRootUserCredentials")["Credentials"]
    assert lakes.refused(assume, sts=user.client("sts"), task="IAMDeleteRootUserCredentials") == "AccessDenied"
    assert lakes.refused(assume, sts=lakes.make_user(two, "nobody").client("sts"),
                         task="IAMAuditRootUserCredentials") == "AccessDenied"


def test_an_account_without_a_key_of_its_own(two):
    """Accounts that the organization made have none: their roots' sessions hold all the same."""
    org, _ = organize(two)
    org.enable_aws_service_access(ServicePrincipal=IAM)
    two.client("iam").enable_organizations_root_sessions()
    made = org.create_account(AccountName="young", Email="young@example.org")["CreateAccountStatus"]["AccountId"]
    answer = assume(two.client("sts"), "S3UnlockBucketPolicy", made)
    assert session(two, answer, "s3").list_buckets()["Buckets"] == []
    assert session(two, answer, "sts").get_caller_identity()["Account"] == made
