"""Keycloak as the identity provider, by OpenID Connect and by SAML. Skipped where none is told of: TARN_KEYCLOAK is its
address (http://127.0.0.1:8180), TARN_KEYCLOAK_ADMIN the user and password of its administrator (admin:admin)."""
import base64
import html
import json
import os
import re
import subprocess
import time
import uuid

import boto3
import pytest
import requests
from botocore import UNSIGNED
from botocore.config import Config
from botocore.exceptions import ClientError

from conftest import Lake

KEYCLOAK = os.environ.get("TARN_KEYCLOAK", "").rstrip("/")
ADMIN = os.environ.get("TARN_KEYCLOAK_ADMIN", "admin:admin")
PASSWORD = "a password of nobody"
TAGS = r"https://aws\.amazon\.com/tags"
ATTRIBUTES = "https://aws.amazon.com/SAML/Attributes/"
SIGN_IN = "https://signin.aws.amazon.com/saml"


def openssl(*arguments, data=None):
    return subprocess.run(["openssl", *arguments], input=data, capture_output=True, check=True).stdout


class Realm:
    """A realm of its own, with the user nina."""

    def __init__(self, name):
        self.name, self.url = name, f"{KEYCLOAK}/realms/{name}"
        self.call("POST", "/admin/realms", {"realm": name, "enabled": True, "sslRequired": "none"})
        profile = self.call("GET", f"/admin/realms/{name}/users/profile").json()
        self.call("PUT", f"/admin/realms/{name}/users/profile", {**profile, "unmanagedAttributePolicy": "ENABLED"})
        self.admin("POST", "/users", {
            "username": "nina", "enabled": True, "email": "nina@example.org", "emailVerified": True, "firstName": "Nina",
            "lastName": "Example", "attributes": {"team": ["blue"]},
            "credentials": [{"type": "password", "value": PASSWORD, "temporary": False}]})
        [self.user] = self.admin("GET", "/users?username=nina").json()

    def call(self, method, path, body=None):
        user, password = ADMIN.split(":", 1)
        token = requests.post(f"{KEYCLOAK}/realms/master/protocol/openid-connect/token", timeout=60, data={
            "grant_type": "password", "client_id": "admin-cli", "username": user, "password": password}).json()["access_token"]
        answer = requests.request(method, KEYCLOAK + path, json=body, timeout=60, headers={"Authorization": f"Bearer {token}"})
        assert answer.ok, f"{method} {path}: {answer.status_code} {answer.text}"
        return answer

    def admin(self, method, path, body=None):
        return self.call(method, f"/admin/realms/{self.name}{path}", body)

    def add_client(self, **client):
        self.admin("POST", "/clients", client)
        [made] = self.admin("GET", "/clients?" + requests.compat.urlencode({"clientId": client["clientId"]})).json()
        return made["id"]

    def add_key(self, kind, algorithm, **config):
        settings = {"priority": ["200"], "enabled": ["true"], "active": ["true"], "algorithm": [algorithm], **config}
        realm = self.call("GET", f"/admin/realms/{self.name}").json()
        self.admin("POST", "/components", {"name": uuid.uuid4().hex, "providerId": kind, "parentId": realm["id"],
                                           "providerType": "org.keycloak.keys.KeyProvider", "config": settings})

    def tokens(self, client="lake"):
        answer = requests.post(f"{self.url}/protocol/openid-connect/token", timeout=60, data={
            "grant_type": "password", "client_id": client, "client_secret": "secret", "scope": "openid",
            "username": "nina", "password": PASSWORD})
        assert answer.ok, answer.text
        return answer.json()

    def sign_in(self, name):
        """What the browser of somebody who signs in would post to the service: the response in Base64."""
        session = requests.Session()
        form = session.get(f"{self.url}/protocol/saml/clients/{name}", timeout=60)
        for cookie in session.cookies:  # those for TLS alone are sent to one's own machine in the clear too, as browsers do
            cookie.secure = False
        action = html.unescape(re.search(r'<form[^>]*action="([^"]+)"', form.text)[1])
        done = session.post(action, data={"username": "nina", "password": PASSWORD}, timeout=60)
        found = re.search(r'name="SAMLResponse"\s+value="([^"]+)"', done.text, re.IGNORECASE)
        assert found, done.text
        return html.unescape(found[1])


def mapper(kind, name, protocol="openid-connect", **config):
    return {"name": name, "protocol": protocol, "protocolMapper": kind, "config": config}


def claim(kind, name, **config):
    return mapper(kind, name, **{"claim.name": name, "id.token.claim": "true", "access.token.claim": "true",
                                 "jsonType.label": "String", **config})


@pytest.fixture(scope="module")
def realm():
    if not KEYCLOAK:
        pytest.skip("TARN_KEYCLOAK tells of no Keycloak")
    made = Realm("lake-" + uuid.uuid4().hex[:8])
    made.add_client(clientId="lake", secret="secret", publicClient=False, directAccessGrantsEnabled=True, protocolMappers=[
        claim("oidc-usermodel-attribute-mapper", TAGS + ".principal_tags.team", multivalued="true", **{"user.attribute": "team"}),
        claim("oidc-hardcoded-claim-mapper", TAGS + ".transitive_tag_keys",
              **{"claim.value": '["team"]', "jsonType.label": "JSON"}),
        claim("oidc-usermodel-attribute-mapper", r"https://aws\.amazon\.com/source_identity", **{"user.attribute": "username"})])
    yield made
    made.admin("DELETE", "")


@pytest.fixture(scope="module")
def trusting(realm, tmp_path_factory):
    """A lake that knows the realm."""
    folder = tmp_path_factory.mktemp("keycloak")
    (folder / "tarn.toml").write_text(f'[[oidc]]\nurl = "{realm.url}"\naudiences = ["lake"]\n')
    running = Lake(folder / "data", "--config", str(folder / "tarn.toml"))
    yield running
    running.stop()


def add_role(lake, name, provider, action, condition):
    statement = {"Effect": "Allow", "Principal": {"Federated": provider}, "Condition": condition,
                 "Action": [f"sts:{action}", "sts:TagSession", "sts:SetSourceIdentity"]}
    iam = lake.client("iam")
    made = iam.create_role(RoleName=name, AssumeRolePolicyDocument=json.dumps(
        {"Version": "2012-10-17", "Statement": [statement]}))["Role"]["Arn"]
    iam.put_role_policy(RoleName=name, PolicyName="own", PolicyDocument=json.dumps({"Version": "2012-10-17", "Statement": [
        {"Effect": "Allow", "Action": "s3:*", "Resource": ["arn:aws:s3:::${aws:PrincipalTag/team}-*"]}]}))
    return made


def unsigned(lake):
    return boto3.client("sts", endpoint_url=lake.endpoint, region_name=lake.region, config=Config(signature_version=UNSIGNED))


def as_session(lake, credentials, service):
    return lake.client(service, aws_access_key_id=credentials["AccessKeyId"],
                       aws_secret_access_key=credentials["SecretAccessKey"], aws_session_token=credentials["SessionToken"])


def expect_blue(s3, name):
    """The session has nina's team as a tag, and her team's buckets."""
    s3.create_bucket(Bucket=f"blue-{name}")
    s3.put_object(Bucket=f"blue-{name}", Key="k", Body=b"x")
    with pytest.raises(ClientError) as failed:
        s3.create_bucket(Bucket=f"red-{name}")
    assert failed.value.response["Error"]["Code"] == "AccessDenied"


class TestOpenId:
    @pytest.fixture
    def role(self, realm, trusting, name):
        host = realm.url.split("://")[1]
        return add_role(trusting, name, f"arn:aws:iam::{trusting.account}:oidc-provider/{host}", "AssumeRoleWithWebIdentity",
                        {"StringEquals": {f"{host}:aud": "lake", f"{host}:sub": realm.user["id"],
                                          "aws:RequestTag/team": "blue", "sts:SourceIdentity": "nina"}})

    def assume(self, lake, role, token, patience=0):
        """Keys that are new are asked for, though not at once again."""
        deadline = time.time() + patience
        while True:
            try:
                return unsigned(lake).assume_role_with_web_identity(RoleArn=role, RoleSessionName="nina", WebIdentityToken=token)
            except ClientError as error:
                if error.response["Error"]["Code"] != "InvalidIdentityToken" or time.time() > deadline:
                    raise
                time.sleep(0.5)

    @pytest.mark.parametrize("kind", ["id_token", "access_token"])
    def test_a_token_gives_the_role_and_its_tags(self, realm, trusting, role, name, kind):
        answer = self.assume(trusting, role, realm.tokens()[kind])
        assert answer["SubjectFromWebIdentityToken"] == realm.user["id"]
        assert (answer["Audience"], answer["SourceIdentity"]) == ("lake", "nina")
        expect_blue(as_session(trusting, answer["Credentials"], "s3"), name)

    def test_boto3_finds_its_credentials_in_the_environment(self, realm, trusting, role, name, tmp_path):
        (tmp_path / "token").write_text(realm.tokens()["id_token"])
        program = "import boto3; print(boto3.client('sts').get_caller_identity()['Arn'])"
        env = {"PATH": os.environ["PATH"], "AWS_ENDPOINT_URL": trusting.endpoint, "AWS_DEFAULT_REGION": trusting.region,
               "AWS_WEB_IDENTITY_TOKEN_FILE": str(tmp_path / "token"), "AWS_ROLE_ARN": role, "HOME": str(tmp_path),
               "AWS_ROLE_SESSION_NAME": "pipeline", "AWS_EC2_METADATA_DISABLED": "true"}
        done = subprocess.run([os.sys.executable, "-c", program], env=env, capture_output=True, text=True, timeout=120)
        assert done.stdout.strip() == f"arn:aws:sts::{trusting.account}:assumed-role/{name}/pipeline", done.stderr

    def test_tokens_for_somebody_else(self, realm, trusting, role):
        realm.add_client(clientId="other", secret="secret", publicClient=False, directAccessGrantsEnabled=True)
        with pytest.raises(ClientError) as failed:
            self.assume(trusting, role, realm.tokens("other")["id_token"])
        assert failed.value.response["Error"]["Message"] == "Incorrect token audience"

    @pytest.mark.parametrize("kind,algorithm,config", [
        ("rsa-generated", "RS256", {"keySize": ["2048"]}), ("rsa-generated", "RS512", {"keySize": ["4096"]}),
        ("ecdsa-generated", "ES256", {"ecdsaEllipticCurveKey": ["P-256"]}),
        ("ecdsa-generated", "ES384", {"ecdsaEllipticCurveKey": ["P-384"]}),
        ("ecdsa-generated", "ES512", {"ecdsaEllipticCurveKey": ["P-521"]})])
    def test_keys_that_the_realm_turns_to(self, realm, trusting, role, kind, algorithm, config):
        self.assume(trusting, role, realm.tokens()["id_token"], patience=40)
        realm.add_key(kind, algorithm, **config)
        [client] = realm.admin("GET", "/clients?clientId=lake").json()
        client["attributes"]["id.token.signed.response.alg"] = algorithm
        realm.admin("PUT", f"/clients/{client['id']}", client)
        token = realm.tokens()["id_token"]
        head = json.loads(base64.urlsafe_b64decode(token.split(".")[0] + "=="))
        assert head["alg"] == algorithm
        assert self.assume(trusting, role, token, patience=40)["Credentials"]


class TestSaml:
    @pytest.fixture
    def entry(self, realm, lake, name):
        """The lake's provider and role, and the realm's client that offers them to nina."""
        metadata = requests.get(f"{realm.url}/protocol/saml/descriptor", timeout=60).text
        provider = lake.client("iam").create_saml_provider(Name=name, SAMLMetadataDocument=metadata)["SAMLProviderArn"]
        role = add_role(lake, name, provider, "AssumeRoleWithSAML", {"StringEquals": {
            "SAML:aud": SIGN_IN, "SAML:iss": realm.url, "SAML:sub_type": "persistent", "aws:RequestTag/team": "blue"}})

        def attribute(kind, attribute, **config):
            return mapper(kind, attribute, "saml", **{"attribute.name": ATTRIBUTES + attribute, "attribute.nameformat": "Basic",
                                                      **config})

        fixed, users = "saml-hardcode-attribute-mapper", "saml-user-attribute-mapper"
        client = realm.add_client(
            clientId="urn:amazon:webservices", protocol="saml", fullScopeAllowed=False, redirectUris=["*"],
            defaultClientScopes=[],
            attributes={"saml_idp_initiated_sso_url_name": name, "saml_assertion_consumer_url_post": SIGN_IN,
                        "saml.assertion.signature": "true", "saml.server.signature": "true", "saml.client.signature": "false",
                        "saml.authnstatement": "true", "saml.signature.algorithm": "RSA_SHA256",
                        "saml_name_id_format": "persistent", "saml_force_name_id_format": "true"},
            protocolMappers=[attribute("saml-role-list-mapper", "Role", single="true"),
                             attribute("saml-user-property-mapper", "RoleSessionName", **{"user.attribute": "username"}),
                             attribute(fixed, "SessionDuration", **{"attribute.value": "3600"}),
                             attribute(fixed, "TransitiveTagKeys", **{"attribute.value": "team"}),
                             attribute(users, "PrincipalTag:team", **{"user.attribute": "team"})])
        realm.admin("POST", f"/clients/{client}/roles", {"name": f"{role},{provider}"})
        roles = realm.admin("GET", f"/clients/{client}/roles").json()
        realm.admin("POST", f"/users/{realm.user['id']}/role-mappings/clients/{client}", roles)
        yield role, provider, client
        realm.admin("DELETE", f"/clients/{client}")

    def change(self, realm, client, **attributes):
        told = realm.admin("GET", f"/clients/{client}").json()
        told["attributes"].update({name.replace("_", "."): value for name, value in attributes.items()})
        realm.admin("PUT", f"/clients/{client}", told)

    def assume(self, lake, entry, text):
        return unsigned(lake).assume_role_with_saml(RoleArn=entry[0], PrincipalArn=entry[1], SAMLAssertion=text)

    def refusal(self, lake, entry, text):
        with pytest.raises(ClientError) as failed:
            self.assume(lake, entry, text)
        return failed.value.response["Error"]

    @pytest.mark.parametrize("signed", ["both", "assertion", "response"])
    @pytest.mark.parametrize("algorithm", ["RSA_SHA256", "RSA_SHA512"])
    def test_who_signs_in_gets_the_role_and_its_tags(self, realm, lake, entry, name, signed, algorithm):
        self.change(realm, entry[2], saml_assertion_signature=str(signed != "response").lower(),
                    saml_server_signature=str(signed != "assertion").lower(), saml_signature_algorithm=algorithm)
        answer = self.assume(lake, entry, realm.sign_in(name))
        assert answer["AssumedRoleUser"]["Arn"] == f"arn:aws:sts::{lake.account}:assumed-role/{name}/nina"
        assert (answer["Issuer"], answer["Audience"], answer["SubjectType"]) == (realm.url, SIGN_IN, "persistent")
        expect_blue(as_session(lake, answer["Credentials"], "s3"), name)

    def test_an_encrypted_assertion(self, realm, lake, entry, name, tmp_path):
        key, certificate = str(tmp_path / "key.pem"), str(tmp_path / "certificate.pem")
        openssl("req", "-x509", "-newkey", "rsa:2048", "-nodes", "-keyout", key, "-out", certificate, "-subj", "/CN=lake",
                "-days", "2")
        self.change(realm, entry[2], saml_encrypt="true",
                    saml_encryption_certificate="".join(open(certificate).read().split("\n")[1:-2]))
        text = realm.sign_in(name)
        assert b"EncryptedAssertion" in base64.b64decode(text)
        assert self.refusal(lake, entry, text)["Code"] == "InvalidIdentityToken"
        lake.client("iam").update_saml_provider(SAMLProviderArn=entry[1], AddPrivateKey=open(key).read(),
                                                AssertionEncryptionMode="Required")
        assert self.assume(lake, entry, realm.sign_in(name))["Credentials"]
        self.change(realm, entry[2], saml_encrypt="false")
        assert self.refusal(lake, entry, realm.sign_in(name))["Code"] == "InvalidIdentityToken"

    def test_what_is_refused(self, realm, lake, entry, name):
        text = realm.sign_in(name)
        changed = base64.b64decode(text).replace(b">blue<", b">gold<")
        assert self.refusal(lake, entry, base64.b64encode(changed).decode())["Message"] == "Response signature invalid"
        self.change(realm, entry[2], saml_assertion_signature="false", saml_server_signature="false")
        assert self.refusal(lake, entry, realm.sign_in(name))["Message"] == "Response signature invalid"

    def test_metadata_of_a_key_that_the_realm_turned_to(self, realm, lake, entry, name):
        realm.add_key("rsa-generated", "RS256", keySize=["2048"], priority=["300"])
        assert self.refusal(lake, entry, realm.sign_in(name))["Message"] == "Response signature invalid"
        metadata = requests.get(f"{realm.url}/protocol/saml/descriptor", timeout=60).text
        lake.client("iam").update_saml_provider(SAMLProviderArn=entry[1], SAMLMetadataDocument=metadata)
        assert self.assume(lake, entry, realm.sign_in(name))["Credentials"]
