"""Policies that hold from the first day, and what management policies come to together, with boto3."""
import json

import pytest
from botocore.exceptions import ClientError

from conftest import OTHER, OTHER_ACCOUNT, lake_of_two


@pytest.fixture
def two(tmp_path):
    running = lake_of_two(tmp_path)
    yield running
    running.stop()


def refusal(call, **arguments):
    with pytest.raises(ClientError) as failed:
        call(**arguments)
    return failed.value.response["Error"]["Code"]


def joined(two, org):
    """The other account, as a member."""
    handshake = org.invite_account_to_organization(Target={"Id": OTHER_ACCOUNT, "Type": "ACCOUNT"})["Handshake"]["Id"]
    two.client("organizations", **OTHER).accept_handshake(HandshakeId=handshake)
    return two.client("organizations", **OTHER)


def test_service_control_policies_hold_from_the_first_day(two):
    org = two.client("organizations")
    org.create_organization()
    root = org.list_roots()["Roots"][0]
    assert root["PolicyTypes"] == []
    joined(two, org)
    policy = org.create_policy(Name="no-s3", Description="", Type="SERVICE_CONTROL_POLICY", Content=json.dumps(
        {"Version": "2012-10-17", "Statement": [{"Effect": "Deny", "Action": "s3:*", "Resource": "*"}]}))
    policy = policy["Policy"]["PolicySummary"]["Id"]
    org.attach_policy(PolicyId=policy, TargetId=OTHER_ACCOUNT)
    assert refusal(two.client("s3", **OTHER).list_buckets) == "AccessDenied"
    # They can be enabled once all the same, and held back from then on.
    assert refusal(org.disable_policy_type, RootId=root["Id"],
                   PolicyType="SERVICE_CONTROL_POLICY") == "PolicyTypeNotEnabledException"
    org.enable_policy_type(RootId=root["Id"], PolicyType="SERVICE_CONTROL_POLICY")
    assert refusal(org.enable_policy_type, RootId=root["Id"],
                   PolicyType="SERVICE_CONTROL_POLICY") == "PolicyTypeAlreadyEnabledException"
    org.disable_policy_type(RootId=root["Id"], PolicyType="SERVICE_CONTROL_POLICY")
    two.client("s3", **OTHER).list_buckets()
    assert refusal(org.attach_policy, PolicyId=policy, TargetId=OTHER_ACCOUNT) == "PolicyTypeNotEnabledException"


def test_billing_alone_has_no_policies(two):
    org = two.client("organizations")
    org.create_organization(FeatureSet="CONSOLIDATED_BILLING")
    assert refusal(org.create_policy, Name="p", Description="", Type="SERVICE_CONTROL_POLICY",
                   Content="{}") == "PolicyTypeNotAvailableForOrganizationException"


def test_tag_policies_come_together_on_the_way_to_an_account(two):
    org = two.client("organizations")
    org.create_organization()
    member = joined(two, org)
    root = org.list_roots()["Roots"][0]["Id"]
    unit = org.create_organizational_unit(ParentId=root, Name="data")["OrganizationalUnit"]["Id"]
    org.move_account(AccountId=OTHER_ACCOUNT, SourceParentId=root, DestinationParentId=unit)

    def attach(name, target, content):
        policy = org.create_policy(Name=name, Description="", Type="TAG_POLICY", Content=json.dumps(content))
        org.attach_policy(PolicyId=policy["Policy"]["PolicySummary"]["Id"], TargetId=target)
        return policy["Policy"]["PolicySummary"]["Id"]

    assert refusal(member.describe_effective_policy, PolicyType="TAG_POLICY") == "EffectivePolicyNotFoundException"
    org.enable_policy_type(RootId=root, PolicyType="TAG_POLICY")
    assert refusal(member.describe_effective_policy, PolicyType="TAG_POLICY") == "EffectivePolicyNotFoundException"
    attach("of-root", root, {"tags": {"team": {"tag_key": {"@@assign": "Team"}, "tag_value": {"@@assign": ["a"]}}}})
    low = attach("of-unit", unit, {"tags": {"team": {"tag_value": {"@@append": ["b"]}},
                                            "cost": {"tag_key": {"@@assign": "Cost"}}}})
    told = member.describe_effective_policy(PolicyType="TAG_POLICY")["EffectivePolicy"]
    assert told["TargetId"] == OTHER_ACCOUNT and told["PolicyType"] == "TAG_POLICY" and told["LastUpdatedTimestamp"]
    assert json.loads(told["PolicyContent"]) == {
        "tags": {"team": {"tag_key": "Team", "tag_value": ["a", "b"]}, "cost": {"tag_key": "Cost"}}}
    # The management account asks for others, members for themselves alone.
    org.update_policy(PolicyId=low, Content=json.dumps({"tags": {"team": {"tag_value": {"@@remove": ["a"]}}}}))
    later = org.describe_effective_policy(PolicyType="TAG_POLICY", TargetId=OTHER_ACCOUNT)["EffectivePolicy"]
    assert json.loads(later["PolicyContent"]) == {"tags": {"team": {"tag_key": "Team", "tag_value": []}}}
    assert later["LastUpdatedTimestamp"] >= told["LastUpdatedTimestamp"]
    assert refusal(member.describe_effective_policy, PolicyType="TAG_POLICY",
                   TargetId=two.account) == "AccessDeniedException"
    assert refusal(org.describe_effective_policy, PolicyType="TAG_POLICY",
                   TargetId="444444444444") == "TargetNotFoundException"
    assert refusal(org.describe_effective_policy, PolicyType="SERVICE_CONTROL_POLICY") == "InvalidInputException"
    assert refusal(org.describe_effective_policy, PolicyType="BACKUP_POLICY") == "EffectivePolicyNotFoundException"
