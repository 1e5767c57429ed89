"""GetWebIdentityToken: an account's callers prove to others who they are; another lake is one that verifies it."""
import base64
import datetime
import json
import time
import urllib.error
import urllib.request

import boto3
import pytest
from botocore import UNSIGNED
from botocore.config import Config
from botocore.exceptions import ClientError

from conftest import Lake

FACTS = "https://sts.amazonaws.com/"


def code(call, **arguments):
    with pytest.raises(ClientError) as failed:
        call(**arguments)
    return failed.value.response["Error"]["Code"]


def part(token, index):
    text = token.split(".")[index]
    return json.loads(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)))


def fetch(url):
    with urllib.request.urlopen(url, timeout=30) as answer:
        assert answer.headers["Content-Type"] == "application/json"
        return json.loads(answer.read())


@pytest.fixture(scope="module")
def vouching(tmp_path_factory):
    running = Lake(tmp_path_factory.mktemp("vouching") / "data")
    yield running
    running.stop()


@pytest.fixture(scope="module")
def issuer(vouching):
    return vouching.client("iam").enable_outbound_web_identity_federation()["IssuerIdentifier"]


def session_of(lake, name, seconds=900, actions=("sts:GetWebIdentityToken",), **condition):
    iam = lake.client("iam")
    arn = iam.create_role(RoleName=name, AssumeRolePolicyDocument=json.dumps({"Version": "2012-10-17", "Statement": [
        {"Effect": "Allow", "Action": ["sts:AssumeRole", "sts:TagSession"],
         "Principal": {"AWS": f"arn:aws:iam::{lake.account}:root"}}]}))["Role"]["Arn"]
    statement = {"Effect": "Allow", "Action": list(actions), "Resource": "*"}
    if condition:
        statement["Condition"] = condition
    iam.put_role_policy(RoleName=name, PolicyName="p", PolicyDocument=json.dumps(
        {"Version": "2012-10-17", "Statement": [statement]}))
    held = lake.client("sts").assume_role(RoleArn=arn, RoleSessionName="run", DurationSeconds=seconds,
                                          Tags=[{"Key": "team", "Value": "blue"}])["Credentials"]
    return arn, lake.client("sts", aws_access_key_id=held["AccessKeyId"],
                            aws_secret_access_key=held["SecretAccessKey"], aws_session_token=held["SessionToken"])


def test_an_account_says_whether_tokens_are_given(own_lake):
    iam, sts = own_lake.client("iam"), own_lake.client("sts")
    ask = dict(Audience=["a"], SigningAlgorithm="ES384")
    assert code(iam.get_outbound_web_identity_federation_info) == "FeatureDisabled"
    assert code(iam.disable_outbound_web_identity_federation) == "FeatureDisabled"
    assert code(sts.get_web_identity_token, **ask) == "OutboundWebIdentityFederationDisabledException"
    issuer = iam.enable_outbound_web_identity_federation()["IssuerIdentifier"]
    assert code(iam.enable_outbound_web_identity_federation) == "FeatureEnabled"
    assert sts.get_web_identity_token(**ask)["WebIdentityToken"]
    iam.disable_outbound_web_identity_federation()
    info = iam.get_outbound_web_identity_federation_info()
    assert (info["IssuerIdentifier"], info["JwtVendingEnabled"]) == (issuer, False)
    assert code(sts.get_web_identity_token, **ask) == "OutboundWebIdentityFederationDisabledException"
    # What was given before is verified still; the issuer stays the account's.
    assert fetch(issuer + "/.well-known/jwks.json")["keys"]
    assert iam.enable_outbound_web_identity_federation()["IssuerIdentifier"] == issuer


def test_the_issuer_is_published(vouching, issuer):
    told = fetch(issuer + "/.well-known/openid-configuration")
    assert told["issuer"] == issuer and told["jwks_uri"] == issuer + "/.well-known/jwks.json"
    keys = {key["alg"]: key for key in fetch(told["jwks_uri"])["keys"]}
    assert set(keys) == {"ES384", "RS256"} and not any("d" in key for key in keys.values())
    for unknown in (issuer + "/else", issuer[:-1] + "/.well-known/jwks.json"):
        with pytest.raises(urllib.error.HTTPError) as failed:
            fetch(unknown)
        assert failed.value.code == 404


@pytest.mark.parametrize("algorithm", ["RS256", "ES384"])
def test_a_token_tells_who_asked(vouching, issuer, name, algorithm):
    role, sts = session_of(vouching, name)
    answer = sts.get_web_identity_token(Audience=["https://a.example", "b"], SigningAlgorithm=algorithm,
                                        DurationSeconds=120, Tags=[{"Key": "run", "Value": "7"}])
    token = answer["WebIdentityToken"]
    assert part(token, 0)["alg"] == algorithm
    claims = part(token, 1)
    assert (claims["iss"], claims["sub"], claims["aud"]) == (issuer, role, ["https://a.example", "b"])
    assert claims["exp"] - claims["iat"] == 120
    assert answer["Expiration"] == datetime.datetime.fromtimestamp(claims["exp"], datetime.timezone.utc)
    facts = claims[FACTS]
    assert facts["aws_account"] == vouching.account and facts["source_region"] == vouching.region
    assert facts["principal_tags"] == {"team": "blue"} and facts["request_tags"] == {"run": "7"}


def test_policies_and_the_session_bound_what_is_asked_for(vouching, issuer, name):
    _, sts = session_of(vouching, name, **{"ForAllValues:StringEquals": {"sts:IdentityTokenAudience": ["a"]},
                                           "NumericLessThanEquals": {"sts:DurationSeconds": "1200"}})
    assert sts.get_web_identity_token(Audience=["a"], SigningAlgorithm="ES384")["WebIdentityToken"]
    assert code(sts.get_web_identity_token, Audience=["b"], SigningAlgorithm="ES384") == "AccessDenied"
    assert code(sts.get_web_identity_token, Audience=["a"], SigningAlgorithm="ES384",
                DurationSeconds=1800) == "AccessDenied"
    assert code(sts.get_web_identity_token, Audience=["a"], SigningAlgorithm="ES384",
                DurationSeconds=1200) == "SessionDurationEscalationException"
    assert code(sts.get_web_identity_token, Audience=["a"], SigningAlgorithm="HS256") == "ValidationError"
    _, other = session_of(vouching, name + "2", actions=["s3:GetObject"])
    assert code(other.get_web_identity_token, Audience=["a"], SigningAlgorithm="ES384") == "AccessDenied"


def test_another_lake_lets_the_bearer_in(vouching, issuer, name, tmp_path):
    (tmp_path / "tarn.toml").write_text(f'[[oidc]]\nurl = "{issuer}"\naudiences = ["lake"]\n')
    trusting = Lake(tmp_path / "data", "--config", str(tmp_path / "tarn.toml"))
    try:
        host = issuer.split("://")[1]
        caller, sts = session_of(vouching, name)
        role = trusting.client("iam").create_role(RoleName=name, AssumeRolePolicyDocument=json.dumps({
            "Version": "2012-10-17", "Statement": [{
                "Effect": "Allow", "Action": "sts:AssumeRoleWithWebIdentity",
                "Principal": {"Federated": f"arn:aws:iam::{trusting.account}:oidc-provider/{host}"},
                "Condition": {"StringEquals": {f"{host}:sub": caller}}}]}))["Role"]["Arn"]
        anybody = boto3.client("sts", endpoint_url=trusting.endpoint, region_name="us-east-1",
                               config=Config(signature_version=UNSIGNED))
        for algorithm in ("RS256", "ES384"):
            token = sts.get_web_identity_token(Audience=["lake"], SigningAlgorithm=algorithm)["WebIdentityToken"]
            deadline = time.time() + 30
            while True:
                try:
                    answer = anybody.assume_role_with_web_identity(RoleArn=role, RoleSessionName="run",
                                                                   WebIdentityToken=token)
                    break
                except ClientError as error:  # a busy machine may not reach the issuer at once
                    assert error.response["Error"]["Code"] == "IDPCommunicationError" and time.time() < deadline
                    time.sleep(0.5)
            assert answer["SubjectFromWebIdentityToken"] == caller
        elsewhere = sts.get_web_identity_token(Audience=["else"], SigningAlgorithm="RS256")["WebIdentityToken"]
        assert code(anybody.assume_role_with_web_identity, RoleArn=role, RoleSessionName="run",
                    WebIdentityToken=elsewhere) == "InvalidIdentityToken"
    finally:
        trusting.stop()
