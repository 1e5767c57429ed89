"""Resource shares with boto3."""
import json

import pytest
from botocore.exceptions import ClientError

from conftest import OTHER, OTHER_ACCOUNT, lake_of_two
from governance import lakes


@pytest.fixture
def ram(two):
    return two.client("ram")


def refusal(call, **arguments):
    with pytest.raises(ClientError) as failed:
        call(**arguments)
    return failed.value.response["Error"]["Code"], failed.value.response["Error"]["Message"]


@pytest.fixture
def apart(tmp_path):
    """Two accounts that no test has made an organization of."""
    running = lake_of_two(tmp_path)
    yield running
    running.stop()


def database(two, name):
    return f"arn:aws:glue:us-east-1:{two.account}:database/{name}"


def test_another_account_is_invited_and_accepts(two, ram, name):
    theirs = two.client("ram", **OTHER)
    share = ram.create_resource_share(name=name, resourceArns=[database(two, name)], principals=[OTHER_ACCOUNT],
                                      tags=[{"key": "k", "value": "v"}])["resourceShare"]
    arn = share["resourceShareArn"]
    assert share["status"] == "ACTIVE" and share["owningAccountId"] == two.account and share["allowExternalPrincipals"]
    [waiting] = ram.get_resource_share_associations(associationType="PRINCIPAL", resourceShareArns=[arn])[
        "resourceShareAssociations"]
    assert (waiting["status"], waiting["external"]) == ("ASSOCIATING", True)
    assert theirs.list_resources(resourceOwner="OTHER-ACCOUNTS", resourceShareArns=[arn])["resources"] == []
    [invitation] = theirs.get_resource_share_invitations(resourceShareArns=[arn])["resourceShareInvitations"]
    invitation = invitation["resourceShareInvitationArn"]
    assert theirs.list_pending_invitation_resources(resourceShareInvitationArn=invitation)["resources"][0][
        "type"] == "glue:Database"
    answer = theirs.accept_resource_share_invitation(resourceShareInvitationArn=invitation)
    assert answer["resourceShareInvitation"]["status"] == "ACCEPTED"
    assert refusal(theirs.reject_resource_share_invitation, resourceShareInvitationArn=invitation)[
        0] == "ResourceShareInvitationAlreadyAcceptedException"
    [held] = theirs.list_resources(resourceOwner="OTHER-ACCOUNTS", resourceShareArns=[arn])["resources"]
    assert held["arn"] == database(two, name)
    assert theirs.get_resource_shares(resourceOwner="OTHER-ACCOUNTS", name=name)["resourceShares"][0][
        "resourceShareArn"] == arn
    [permission] = ram.list_resource_share_permissions(resourceShareArn=arn)["permissions"]
    assert permission["arn"].endswith("AWSRAMDefaultPermissionGlueDatabase")
    ram.disassociate_resource_share(resourceShareArn=arn, principals=[OTHER_ACCOUNT])
    assert theirs.list_resources(resourceOwner="OTHER-ACCOUNTS", resourceShareArns=[arn])["resources"] == []


def test_accounts_of_the_organization_are_reached_at_once(two, ram, name):
    assert refusal(ram.enable_sharing_with_aws_organization)[0] == "OperationNotPermittedException"
    org = two.client("organizations")
    organization = org.create_organization()["Organization"]
    assert ram.enable_sharing_with_aws_organization()["returnValue"] is True
    assert ram.enable_sharing_with_aws_organization()["returnValue"] is True
    role = two.client("iam").get_role(RoleName="AWSServiceRoleForResourceAccessManager")["Role"]
    assert role["Path"] == "/aws-service-role/ram.amazonaws.com/"
    handshake = org.invite_account_to_organization(Target={"Id": OTHER_ACCOUNT, "Type": "ACCOUNT"})["Handshake"]["Id"]
    two.client("organizations", **OTHER).accept_handshake(HandshakeId=handshake)
    theirs = two.client("ram", **OTHER)
    for principal in (OTHER_ACCOUNT, organization["Arn"]):
        arn = ram.create_resource_share(name=name, resourceArns=[database(two, name)], principals=[principal],
                                        allowExternalPrincipals=False)["resourceShare"]["resourceShareArn"]
        assert len(theirs.list_resources(resourceOwner="OTHER-ACCOUNTS", resourceShareArns=[arn])["resources"]) == 1
    assert refusal(ram.create_resource_share, name=name, principals=[
        f"arn:aws:organizations::{two.account}:organization/o-unknown"]) == (
        "UnknownResourceException", "Organization o-unknown could not be found.")


def test_shares_change_and_go(two, ram, name):
    arn = ram.create_resource_share(name=name)["resourceShare"]["resourceShareArn"]
    assert ram.update_resource_share(resourceShareArn=arn, name=name + "2")["resourceShare"]["name"] == name + "2"
    [added] = ram.associate_resource_share(resourceShareArn=arn, resourceArns=[database(two, name)])[
        "resourceShareAssociations"]
    assert added["status"] == "ASSOCIATED"
    ram.tag_resource(resourceShareArn=arn, tags=[{"key": name, "value": "v"}])
    found = ram.get_resource_shares(resourceOwner="SELF", tagFilters=[{"tagKey": name, "tagValues": ["v"]}])["resourceShares"]
    assert [each["name"] for each in found] == [name + "2"] and found[0]["featureSet"] == "STANDARD"
    assert ram.delete_resource_share(resourceShareArn=arn)["returnValue"] is True
    assert ram.get_resource_shares(resourceOwner="SELF", resourceShareArns=[arn])["resourceShares"][0]["status"] == "DELETED"
    assert refusal(ram.update_resource_share, resourceShareArn=arn, name="x") == (
        "UnknownResourceException", f"ResourceShare {arn} could not be found.")


def test_what_cannot_be_shared(two, ram, name):
    assert refusal(ram.create_resource_share, name=name, resourceArns=["inalid-arn"]) == (
        "MalformedArnException", "The specified resource ARN inalid-arn is not valid. Verify the ARN and try again.")
    assert refusal(ram.create_resource_share, name=name, resourceArns=[f"arn:aws:iam::{two.account}:role/test"]) == (
        "MalformedArnException", "You cannot share the selected resource type.")
    assert refusal(ram.create_resource_share, name=name, principals=["invalid"]) == (
        "InvalidParameterException", "Principal ID invalid is malformed. Verify the ID and try again.")


def test_a_grant_of_lake_formation_opens_the_catalog_to_another_account(two, name):
    """Without a share or a policy of the catalog, and what is granted alone."""
    lakes.take_over(two)
    glue, theirs = two.client("glue"), two.client("glue", **OTHER)
    glue.create_database(DatabaseInput={"Name": name})
    for table in ("given", "kept"):
        glue.create_table(DatabaseName=name, TableInput={"Name": table, "StorageDescriptor": {
            "Columns": [{"Name": "id", "Type": "int"}], "Location": f"s3://{name}/{table}/"}})
    where = {"CatalogId": two.account, "DatabaseName": name}
    assert refusal(theirs.get_table, **where, Name="given")[0] == "AccessDeniedException"
    two.client("lakeformation").grant_permissions(
        Principal={"DataLakePrincipalIdentifier": OTHER_ACCOUNT}, Permissions=["SELECT", "DESCRIBE"],
        Resource={"Table": {"DatabaseName": name, "Name": "given"}})
    assert theirs.get_table(**where, Name="given")["Table"]["Name"] == "given"
    assert refusal(theirs.get_table, **where, Name="kept")[0] == "AccessDeniedException"
    assert refusal(theirs.delete_table, **where, Name="given")[0] == "AccessDeniedException"


TEMPLATE = '{"Effect":"Allow","Action":["glue:GetDatabase"]}'


def test_a_customer_managed_permission_has_versions(two, ram, name):
    made = ram.create_permission(name=name, resourceType="glue:Database", policyTemplate=TEMPLATE,
                                 tags=[{"key": "k", "value": "v"}])["permission"]
    arn = made["arn"]
    assert arn == f"arn:aws:ram:us-east-1:{two.account}:permission/{name}"
    assert (made["version"], made["permissionType"], made["isResourceTypeDefault"]) == ("1", "CUSTOMER_MANAGED", False)
    assert refusal(ram.create_permission, name=name, resourceType="glue:Database", policyTemplate=TEMPLATE)[
        0] == "PermissionAlreadyExistsException"
    second = ram.create_permission_version(permissionArn=arn, policyTemplate=TEMPLATE.replace("GetDatabase", "Get*"))
    assert second["permission"]["version"] == "2" and second["permission"]["defaultVersion"]
    assert [v["defaultVersion"] for v in ram.list_permission_versions(permissionArn=arn)["permissions"]] == [False, True]
    ram.set_default_permission_version(permissionArn=arn, permissionVersion=1)
    assert ram.get_permission(permissionArn=arn)["permission"]["permission"] == TEMPLATE
    assert refusal(ram.delete_permission_version, permissionArn=arn, permissionVersion=1)[
        0] == "OperationNotPermittedException"
    ram.delete_permission_version(permissionArn=arn, permissionVersion=2)
    assert refusal(ram.get_permission, permissionArn=arn, permissionVersion=2)[0] == "InvalidParameterException"
    [listed] = ram.list_permissions(permissionType="CUSTOMER_MANAGED")["permissions"]
    assert listed["arn"] == arn and listed["tags"] == [{"key": "k", "value": "v"}]
    assert ram.delete_permission(permissionArn=arn)["permissionStatus"] == "DELETED"
    assert refusal(ram.get_permission, permissionArn=arn)[0] == "UnknownResourceException"


@pytest.mark.parametrize("template", ["nothing", '{"Effect":"Deny","Action":"glue:Get*"}', '{"Effect":"Allow"}',
                                      '{"Effect":"Allow","Action":"s3:GetObject"}',
                                      '{"Effect":"Allow","Action":"glue:Get*","Resource":"*"}'])
def test_templates_that_are_none(ram, name, template):
    assert refusal(ram.create_permission, name=name, resourceType="glue:Database", policyTemplate=template)[
        0] == "MalformedPolicyTemplateException"


def test_a_share_takes_a_permission_in_the_place_of_another(two, ram, name):
    glue = two.client("glue")
    glue.create_database(DatabaseInput={"Name": name})
    arn = ram.create_permission(name=name, resourceType="glue:Database", policyTemplate=TEMPLATE)["permission"]["arn"]
    share = ram.create_resource_share(name=name, resourceArns=[database(two, name)], principals=[OTHER_ACCOUNT],
                                      permissionArns=[arn])["resourceShare"]["resourceShareArn"]
    [held] = ram.list_resource_share_permissions(resourceShareArn=share)["permissions"]
    assert (held["arn"], held["version"], held["status"]) == (arn, "1", "ASSOCIATED")
    assert refusal(ram.delete_permission, permissionArn=arn)[0] == "OperationNotPermittedException"
    default = "arn:aws:ram::aws:permission/AWSRAMDefaultPermissionGlueDatabase"
    assert refusal(ram.associate_resource_share_permission, resourceShareArn=share, permissionArn=default)[
        0] == "InvalidParameterException"
    assert refusal(ram.disassociate_resource_share_permission, resourceShareArn=share, permissionArn=arn)[
        0] == "InvalidStateTransitionException"
    ram.associate_resource_share_permission(resourceShareArn=share, permissionArn=default, replace=True)
    assert ram.list_permission_associations(permissionArn=arn)["permissions"] == []
    work = ram.replace_permission_associations(fromPermissionArn=default, toPermissionArn=arn)[
        "replacePermissionAssociationsWork"]
    assert (work["status"], work["toPermissionVersion"]) == ("COMPLETED", "1")
    assert ram.list_replace_permission_associations_work(workIds=[work["id"]])["replacePermissionAssociationsWorks"] == [work]
    [used] = ram.list_permission_associations(resourceShareArn=share)["permissions"]
    assert (used["arn"], used["permissionVersion"], used["defaultVersion"]) == (arn, "1", True)
    ram.update_permission(permissionArn=arn, status="DEPRECATED")
    assert refusal(ram.create_resource_share, name=name, permissionArns=[arn])[0] == "InvalidParameterException"
    ram.replace_permission_associations(fromPermissionArn=arn, toPermissionArn=default)  # in all shares that took it
    ram.delete_resource_share(resourceShareArn=share)
    ram.delete_permission(permissionArn=arn)


def test_grants_of_lake_formation_are_seen_as_shares(two, ram, name):
    glue, formation, theirs = two.client("glue"), two.client("lakeformation"), two.client("ram", **OTHER)
    glue.create_database(DatabaseInput={"Name": name})
    glue.create_table(DatabaseName=name, TableInput={"Name": "t", "StorageDescriptor": {
        "Columns": [{"Name": "a", "Type": "int"}], "Location": "s3://nowhere/t/"}})
    table = {"Table": {"DatabaseName": name, "Name": "t"}}
    formation.grant_permissions(Principal={"DataLakePrincipalIdentifier": OTHER_ACCOUNT}, Resource=table,
                                Permissions=["SELECT"])
    arn = f"arn:aws:glue:us-east-1:{two.account}:table/{name}/t"
    [seen] = ram.list_resources(resourceOwner="SELF", resourceArns=[arn])["resources"]
    assert seen["type"] == "glue:Table"
    [share] = theirs.get_resource_shares(resourceOwner="OTHER-ACCOUNTS", resourceShareArns=[seen["resourceShareArn"]])[
        "resourceShares"]
    assert share["name"].startswith("LakeFormation-V") and share["owningAccountId"] == two.account
    assert [p["id"] for p in ram.list_principals(resourceOwner="SELF", resourceArn=arn)["principals"]] == [OTHER_ACCOUNT]
    assert arn in [r["arn"] for r in theirs.list_resources(resourceOwner="OTHER-ACCOUNTS")["resources"]]
    permissions = theirs.list_resource_share_permissions(resourceShareArn=share["resourceShareArn"])["permissions"]
    assert "AWSRAMLFEnabledGlueTableReadWrite" in [permission["name"] for permission in permissions]
    formation.revoke_permissions(Principal={"DataLakePrincipalIdentifier": OTHER_ACCOUNT}, Resource=table,
                                 Permissions=["SELECT"])
    assert ram.list_resources(resourceOwner="SELF", resourceArns=[arn])["resources"] == []


def test_a_share_as_a_policy_of_its_resources(apart, name):
    two, ram = apart, apart.client("ram")
    one, other = database(two, name), database(two, name + "_other")
    assert ram.get_resource_policies(resourceArns=[one])["policies"] == []
    own = ram.create_permission(name=name, resourceType="glue:Database", policyTemplate=json.dumps({
        "Effect": "Allow", "Action": ["glue:GetDatabase"], "Condition": {"Bool": {"aws:SecureTransport": "true"}}}))["permission"]
    ram.create_resource_share(name=name, resourceArns=[one], principals=[OTHER_ACCOUNT], permissionArns=[own["arn"]])
    assert ram.get_resource_policies(resourceArns=[one])["policies"] == []  # before it is accepted
    theirs = two.client("ram", **OTHER)
    for each in theirs.get_resource_share_invitations()["resourceShareInvitations"]:
        if each["status"] == "PENDING" and each["resourceShareName"] == name:
            theirs.accept_resource_share_invitation(resourceShareInvitationArn=each["resourceShareInvitationArn"])
    [policy] = ram.get_resource_policies(resourceArns=[one, other])["policies"]
    assert json.loads(policy)["Statement"] == [{
        "Effect": "Allow", "Principal": {"AWS": f"arn:aws:iam::{OTHER_ACCOUNT}:root"}, "Action": ["glue:GetDatabase"],
        "Resource": one, "Condition": {"Bool": {"aws:SecureTransport": "true"}}}]
    assert ram.get_resource_policies(resourceArns=[one], principal=two.account)["policies"] == []
    assert theirs.get_resource_policies(resourceArns=[one])["policies"] == []  # it is the owner's to ask
    assert refusal(ram.get_resource_policies, resourceArns=["database"])[0] == "MalformedArnException"


def test_what_was_made_of_no_policy_is_not_promoted(two, ram, name):
    share = ram.create_resource_share(name=name)["resourceShare"]["resourceShareArn"]
    code, said = refusal(ram.promote_resource_share_created_from_policy, resourceShareArn=share)
    assert code == "InvalidStateTransitionException" and "STANDARD" in said
    assert refusal(two.client("ram", **OTHER).promote_resource_share_created_from_policy, resourceShareArn=share)[
        0] == "UnknownResourceException"
    managed = "arn:aws:ram::aws:permission/AWSRAMDefaultPermissionGlueDatabase"
    code, said = refusal(ram.promote_permission_created_from_policy, permissionArn=managed, name=name)
    assert code == "InvalidParameterException" and "STANDARD" in said
    assert refusal(ram.promote_permission_created_from_policy, permissionArn=managed + "Never", name=name)[0] in (
        "UnknownResourceException", "OperationNotPermittedException")
    assert "glue:GetTable" in json.loads(ram.get_permission(permissionArn=managed)["permission"]["permission"])["Action"]
