"""AssumeRoleWithSAML: responses signed by a key of this machine, written in canonical form so that texts are digested."""
import base64
import datetime
import hashlib
import json
import os
import subprocess

import boto3
import pytest
from botocore import UNSIGNED
from botocore.config import Config
from botocore.exceptions import ClientError

ISSUER = "https://id.example.org/saml"
PREFIX = "https://aws.amazon.com/SAML/Attributes/"
EXCLUSIVE = "http://www.w3.org/2001/10/xml-exc-c14n#"


def openssl(*arguments, data=None):
    return subprocess.run(["openssl", *arguments], input=data, capture_output=True, check=True).stdout


def at(seconds):
    return (datetime.datetime.now(datetime.timezone.utc) + datetime.timedelta(seconds=seconds)).strftime("%Y-%m-%dT%H:%M:%SZ")


class Signer:
    def __init__(self, folder, name):
        self.key, self.certificate = str(folder / f"{name}.key"), str(folder / f"{name}.pem")
        openssl("req", "-x509", "-newkey", "rsa:2048", "-nodes", "-keyout", self.key, "-out", self.certificate,
                "-subj", "/CN=id", "-days", "2")

    def metadata(self):
        body = "".join(open(self.certificate).read().splitlines()[1:-1])
        return (f'<EntityDescriptor xmlns="urn:oasis:names:tc:SAML:2.0:metadata" entityID="{ISSUER}" '
                f'validUntil="{at(86400)}"><IDPSSODescriptor protocolSupportEnumeration='
                '"urn:oasis:names:tc:SAML:2.0:protocol"><KeyDescriptor use="signing"><KeyInfo '
                'xmlns="http://www.w3.org/2000/09/xmldsig#"><X509Data><X509Certificate>' + body +
                '</X509Certificate></X509Data></KeyInfo></KeyDescriptor><SingleSignOnService Binding='
                '"urn:oasis:names:tc:SAML:2.0:bindings:HTTP-Redirect" Location="https://id.example.org/"/>'
                '</IDPSSODescriptor></EntityDescriptor>').ljust(1000)

    def sign(self, assertion):
        digest = base64.b64encode(hashlib.sha256(assertion.encode()).digest()).decode()
        info = ('<ds:SignedInfo xmlns:ds="http://www.w3.org/2000/09/xmldsig#">'
                f'<ds:CanonicalizationMethod Algorithm="{EXCLUSIVE}"></ds:CanonicalizationMethod><ds:SignatureMethod '
                'Algorithm="http://www.w3.org/2001/04/xmldsig-more#rsa-sha256"></ds:SignatureMethod>'
                '<ds:Reference URI="#_a"><ds:Transforms><ds:Transform '
                'Algorithm="http://www.w3.org/2000/09/xmldsig#enveloped-signature"></ds:Transform>'
                f'<ds:Transform Algorithm="{EXCLUSIVE}"></ds:Transform></ds:Transforms><ds:DigestMethod '
                'Algorithm="http://www.w3.org/2001/04/xmlenc#sha256"></ds:DigestMethod>'
                f'<ds:DigestValue>{digest}</ds:DigestValue></ds:Reference></ds:SignedInfo>')
        value = base64.b64encode(openssl("dgst", "-sha256", "-sign", self.key, data=info.encode())).decode()
        signature = ('<ds:Signature xmlns:ds="http://www.w3.org/2000/09/xmldsig#">' + info +
                     f'<ds:SignatureValue>{value}</ds:SignatureValue></ds:Signature>')
        return assertion.replace("</saml:Issuer>", "</saml:Issuer>" + signature)


def assertion(attributes, issued=0, issuer=ISSUER, audience="urn:amazon:webservices", ends=None):
    told = "".join(f'<saml:Attribute Name="{name}">' + "".join(
        f"<saml:AttributeValue>{value}</saml:AttributeValue>" for value in values) + "</saml:Attribute>"
        for name, values in attributes.items())
    session = f' SessionNotOnOrAfter="{at(ends)}"' if ends else ""
    return ('<saml:Assertion xmlns:saml="urn:oasis:names:tc:SAML:2.0:assertion" ID="_a" '
            f'IssueInstant="{at(issued)}" Version="2.0"><saml:Issuer>{issuer}</saml:Issuer><saml:Subject><saml:NameID '
            'Format="urn:oasis:names:tc:SAML:2.0:nameid-format:persistent">nina</saml:NameID><saml:SubjectConfirmation '
            'Method="urn:oasis:names:tc:SAML:2.0:cm:bearer"><saml:SubjectConfirmationData '
            f'NotOnOrAfter="{at(300)}" Recipient="https://signin.aws.amazon.com/saml"></saml:SubjectConfirmationData>'
            '</saml:SubjectConfirmation></saml:Subject><saml:Conditions><saml:AudienceRestriction>'
            f'<saml:Audience>{audience}</saml:Audience></saml:AudienceRestriction></saml:Conditions>'
            f'<saml:AuthnStatement{session}></saml:AuthnStatement>'
            f'<saml:AttributeStatement>{told}</saml:AttributeStatement></saml:Assertion>')


def response(content):
    return base64.b64encode((
        '<samlp:Response xmlns:samlp="urn:oasis:names:tc:SAML:2.0:protocol" ID="_r" Version="2.0"><samlp:Status>'
        '<samlp:StatusCode Value="urn:oasis:names:tc:SAML:2.0:status:Success"></samlp:StatusCode></samlp:Status>' +
        content + "</samlp:Response>").encode()).decode()


@pytest.fixture(scope="module")
def signer(tmp_path_factory):
    return Signer(tmp_path_factory.mktemp("saml"), "id")


class Entry:
    """A provider with a role that trusts it."""

    def __init__(self, lake, signer, name, **condition):
        self.lake, self.signer, self.name = lake, signer, name
        iam = lake.client("iam")
        self.provider = iam.create_saml_provider(Name=name, SAMLMetadataDocument=signer.metadata())["SAMLProviderArn"]
        condition = condition or {"StringEquals": {"saml:aud": "https://signin.aws.amazon.com/saml"}}
        statement = {"Effect": "Allow", "Action": ["sts:AssumeRoleWithSAML", "sts:TagSession", "sts:SetSourceIdentity"],
                     "Principal": {"Federated": self.provider}, "Condition": condition}
        self.role = iam.create_role(RoleName=name, AssumeRolePolicyDocument=json.dumps(
            {"Version": "2012-10-17", "Statement": [statement]}))["Role"]["Arn"]

    def attributes(self, **more):
        return {PREFIX + "Role": [f"{self.role},{self.provider}"], PREFIX + "RoleSessionName": ["nina@example.org"],
                **{PREFIX + name: value for name, value in more.items()}}

    def assume(self, text, **more):
        """Nobody signs the request: the assertion is the proof."""
        sts = boto3.client("sts", endpoint_url=self.lake.endpoint, region_name="us-east-1",
                           config=Config(signature_version=UNSIGNED))
        return sts.assume_role_with_saml(RoleArn=self.role, PrincipalArn=self.provider, SAMLAssertion=text, **more)

    def refusal(self, text, **more):
        with pytest.raises(ClientError) as failed:
            self.assume(text, **more)
        return failed.value.response["Error"]

    def refused(self, text, **more):
        return self.refusal(text, **more)["Code"]

    def signed(self, attributes=None, **more):
        return response(self.signer.sign(assertion(attributes or self.attributes(), **more)))


@pytest.fixture
def entry(lake, signer, name):
    return Entry(lake, signer, name)


def test_a_signed_assertion_opens_the_role(lake, entry, name):
    answer = entry.assume(entry.signed(), DurationSeconds=900)
    assert (answer["Subject"], answer["SubjectType"], answer["Issuer"]) == ("nina", "persistent", ISSUER)
    assert answer["Audience"] == "https://signin.aws.amazon.com/saml"
    digest = hashlib.sha1(f"{ISSUER}{lake.account}/{name}".encode()).digest()
    assert answer["NameQualifier"] == base64.b64encode(digest).decode()
    assert answer["AssumedRoleUser"]["Arn"] == f"arn:aws:sts::{lake.account}:assumed-role/{name}/nina@example.org"
    held = answer["Credentials"]
    me = lake.client("sts", aws_access_key_id=held["AccessKeyId"], aws_secret_access_key=held["SecretAccessKey"],
                     aws_session_token=held["SessionToken"]).get_caller_identity()
    assert me["Arn"] == answer["AssumedRoleUser"]["Arn"]


def test_assertions_that_do_not_hold(lake, entry, signer, name, tmp_path):
    assert entry.refused("????") == "InvalidIdentityToken"
    assert entry.refused(response(assertion(entry.attributes()))) == "InvalidIdentityToken"
    assert entry.refused(response(Signer(tmp_path, "other").sign(assertion(entry.attributes())))) == "InvalidIdentityToken"
    changed = base64.b64decode(entry.signed()).decode().replace(">nina<", ">root<")
    assert entry.refused(base64.b64encode(changed.encode()).decode()) == "InvalidIdentityToken"
    assert entry.refused(entry.signed(issuer="https://else.example.org/")) == "InvalidIdentityToken"
    assert entry.refusal(entry.signed(audience="urn:else"))["Message"] == "Response does not contain the required audience."
    assert entry.refused(entry.signed(issued=-400)) == "ExpiredTokenException"
    attributes = entry.attributes()
    del attributes[PREFIX + "RoleSessionName"]
    assert entry.refused(entry.signed(attributes)) == "InvalidIdentityToken"
    nobody = assertion(entry.attributes()).replace(">nina</saml:NameID>", "></saml:NameID>")
    assert entry.refusal(response(signer.sign(nobody)))["Message"] == "Not authorized to perform sts:AssumeRoleWithSAML"
    told = entry.refusal(entry.signed(entry.attributes(SourceIdentity=["n"])))
    assert (told["Code"], told["Message"]) == (
        "InvalidIdentityToken", 'Source Identity must match [a-zA-Z_0-9+=,.@-]{2,64} and not begin with "aws:"')
    twice = entry.attributes(**{"PrincipalTag:team": ["a"], "PrincipalTag:Team": ["b"]})
    assert entry.refused(entry.signed(twice)) == "InvalidParameterValue"
    lake.client("iam").delete_saml_provider(SAMLProviderArn=entry.provider)
    assert entry.refusal(entry.signed())["Message"] == "Specified provider doesn't exist"


def encrypted(text, public_key, folder):
    """The response with its assertion as an identity provider sends it that was given a certificate to encrypt for."""
    told = base64.b64decode(text).decode()
    begin, end = told.index("<saml:Assertion"), told.index("</saml:Assertion>") + len("</saml:Assertion>")
    key, start = os.urandom(32), os.urandom(16)
    content = start + openssl("enc", "-aes-256-cbc", "-K", key.hex(), "-iv", start.hex(), data=told[begin:end].encode())
    plain = folder / "content.key"
    plain.write_bytes(key)
    wrapped = openssl("pkeyutl", "-encrypt", "-pubin", "-inkey", str(public_key), "-in", str(plain), "-pkeyopt",
                      "rsa_padding_mode:oaep")
    enc, dsig = "http://www.w3.org/2001/04/xmlenc#", "http://www.w3.org/2000/09/xmldsig#"

    def cipher(data):
        return (f'<xenc:CipherData><xenc:CipherValue>{base64.encodebytes(data).decode()}</xenc:CipherValue>'
                '</xenc:CipherData>')

    hidden = (f'<saml:EncryptedAssertion xmlns:saml="urn:oasis:names:tc:SAML:2.0:assertion"><xenc:EncryptedData '
              f'xmlns:xenc="{enc}" Type="{enc}Element"><xenc:EncryptionMethod Algorithm="{enc}aes256-cbc"/>'
              f'<ds:KeyInfo xmlns:ds="{dsig}"><xenc:EncryptedKey><xenc:EncryptionMethod Algorithm="{enc}rsa-oaep-mgf1p"/>'
              f'{cipher(wrapped)}</xenc:EncryptedKey></ds:KeyInfo>{cipher(content)}</xenc:EncryptedData>'
              '</saml:EncryptedAssertion>')
    return base64.encodebytes((told[:begin] + hidden + told[end:]).encode()).decode()


def test_an_encrypted_assertion_is_opened_with_the_providers_key(lake, entry, tmp_path):
    private, public = tmp_path / "private.pem", tmp_path / "public.pem"
    openssl("genpkey", "-algorithm", "RSA", "-pkeyopt", "rsa_keygen_bits:2048", "-out", str(private))
    openssl("pkey", "-in", str(private), "-pubout", "-out", str(public))
    iam = lake.client("iam")
    text = encrypted(entry.signed(), public, tmp_path)
    assert entry.refused(text) == "InvalidIdentityToken"
    iam.update_saml_provider(SAMLProviderArn=entry.provider, AssertionEncryptionMode="Allowed",
                             AddPrivateKey=private.read_text())
    assert entry.assume(text)["Subject"] == "nina"
    assert entry.assume(entry.signed())["Subject"] == "nina"
    iam.update_saml_provider(SAMLProviderArn=entry.provider, AssertionEncryptionMode="Required")
    assert entry.assume(encrypted(entry.signed(), public, tmp_path))["Subject"] == "nina"
    assert entry.refused(entry.signed()) == "InvalidIdentityToken"
    [held] = iam.get_saml_provider(SAMLProviderArn=entry.provider)["PrivateKeyList"]
    kept = refused_update(iam, entry, RemovePrivateKey=held["KeyId"])
    assert kept == ("InvalidInput", "Failed to remove private key.")
    iam.update_saml_provider(SAMLProviderArn=entry.provider, AssertionEncryptionMode="Allowed", RemovePrivateKey=held["KeyId"])
    assert entry.refused(text) == "InvalidIdentityToken"


def refused_update(iam, entry, **change):
    with pytest.raises(ClientError) as failed:
        iam.update_saml_provider(SAMLProviderArn=entry.provider, **change)
    error = failed.value.response["Error"]
    return error["Code"], error["Message"]


def test_changes_of_a_providers_keys_that_are_refused(lake, entry, tmp_path):
    iam = lake.client("iam")
    keys = [openssl("genpkey", "-algorithm", "RSA", "-pkeyopt", "rsa_keygen_bits:2048").decode() for _ in range(3)]
    assert refused_update(iam, entry) == (
        "InvalidInput", "Unable to update identity provider. No updates are defined for metadata or encryption assertion.")
    assert refused_update(iam, entry, AssertionEncryptionMode="Required") == (
        "InvalidInput", "Unable to set assertion encryption mode to Required because no private key is provided.")
    assert refused_update(iam, entry, AddPrivateKey="no key") == ("InvalidInput", "Invalid private key.")
    assert refused_update(iam, entry, RemovePrivateKey="A" * 24) == (
        "InvalidInput", "Failed to remove private key because the Key ID does not match a private key.")
    for key in keys[:2]:
        iam.update_saml_provider(SAMLProviderArn=entry.provider, AddPrivateKey=key)
    assert refused_update(iam, entry, AddPrivateKey=keys[2]) == ("LimitExceeded", "Private key limit of 2 is reached.")
    [held, _] = iam.get_saml_provider(SAMLProviderArn=entry.provider)["PrivateKeyList"]
    assert refused_update(iam, entry, AddPrivateKey=keys[2], RemovePrivateKey=held["KeyId"]) == (
        "InvalidInput", "Unable to add and remove private keys in the same request. Set a value for only one of the two "
        "parameters.")


def test_the_assertion_and_the_trust_policy_both_decide(lake, signer, name):
    entry = Entry(lake, signer, name, StringEquals={"saml:sub": "nina", "saml:sub_type": "persistent"},
                  **{"ForAnyValue:StringEquals": {"saml:eduPersonAffiliation": ["staff"]}})
    affiliation = "urn:oid:1.3.6.1.4.1.5923.1.1.1.1"
    assert entry.refused(entry.signed()) == "AccessDenied"
    assert entry.refused(entry.signed({**entry.attributes(), affiliation: ["guest"]})) == "AccessDenied"
    assert entry.assume(entry.signed({**entry.attributes(), affiliation: ["guest", "staff"]}))["Credentials"]
    elsewhere = {**entry.attributes(), PREFIX + "Role": [f"{entry.role}2,{entry.provider}"], affiliation: ["staff"]}
    assert entry.refused(entry.signed(elsewhere)) == "AccessDenied"


def test_tags_source_identity_and_the_end_of_the_session(lake, entry):
    answer = entry.assume(entry.signed(entry.attributes(**{
        "PrincipalTag:team": ["blue"], "TransitiveTagKeys": ["team"], "SourceIdentity": ["nina"]}), ends=1200))
    assert answer["SourceIdentity"] == "nina" and answer["PackedPolicySize"] > 0
    left = answer["Credentials"]["Expiration"] - datetime.datetime.now(datetime.timezone.utc)
    assert left <= datetime.timedelta(seconds=1201)


def test_metadata_must_be_of_an_identity_provider(lake, name):
    iam = lake.client("iam")
    with pytest.raises(ClientError) as failed:
        iam.create_saml_provider(Name=name, SAMLMetadataDocument="no xml at all ".ljust(1000, "x"))
    assert failed.value.response["Error"]["Code"] == "InvalidInput"


def test_a_resource_control_policy_keeps_people_out(own_lake, signer, name):
    # Those of a member account: its management account is bound by none.
    org = own_lake.client("organizations")
    org.create_organization(FeatureSet="ALL")
    [root] = org.list_roots()["Roots"]
    org.enable_policy_type(RootId=root["Id"], PolicyType="RESOURCE_CONTROL_POLICY")
    account = org.create_account(AccountName="m", Email="m@example.org")["CreateAccountStatus"]["AccountId"]
    entered = own_lake.client("sts").assume_role(
        RoleArn=f"arn:aws:iam::{account}:role/OrganizationAccountAccessRole", RoleSessionName="in")["Credentials"]

    class Member:
        endpoint = own_lake.endpoint

        def client(self, service):
            return own_lake.client(service, aws_access_key_id=entered["AccessKeyId"],
                                   aws_secret_access_key=entered["SecretAccessKey"],
                                   aws_session_token=entered["SessionToken"])

    entry = Entry(Member(), signer, name)
    assert entry.assume(entry.signed())["Credentials"]
    policy = org.create_policy(Name="only-ann", Type="RESOURCE_CONTROL_POLICY", Description="", Content=json.dumps({
        "Version": "2012-10-17", "Statement": [{"Effect": "Deny", "Principal": "*", "Action": "sts:AssumeRoleWithSAML",
                                                "Resource": "*", "Condition": {"StringNotEquals": {"saml:sub": "ann"}}}]}))
    org.attach_policy(PolicyId=policy["Policy"]["PolicySummary"]["Id"], TargetId=account)
    assert entry.refused(entry.signed()) == "AccessDenied"
