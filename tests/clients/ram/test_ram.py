"""Resource shares with boto3."""
import pytest
from botocore.exceptions import ClientError

from conftest import OTHER, OTHER_ACCOUNT
from governance import lakes


@pytest.fixture
def ram(two):
    return two.client("ram")


def refusal(call, **arguments):
    with pytest.raises(ClientError) as failed:
        call(**arguments)
    return failed.value.response["Error"]["Code"], failed.value.response["Error"]["Message"]


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
