"""AssumeRoleWithWebIdentity against a real issuer: a little OpenID Connect server on this machine, keys by openssl."""
import base64
import hashlib
import http.server
import json
import ssl
import subprocess
import threading
import time

import boto3
import pytest
from botocore import UNSIGNED
from botocore.config import Config
from botocore.exceptions import ClientError

from conftest import Lake


def encode(data):
    if not isinstance(data, bytes):
        data = json.dumps(data).encode()
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def openssl(*arguments, data=None):
    return subprocess.run(["openssl", *arguments], input=data, capture_output=True, check=True).stdout


class Key:
    """An RSA or P-256 key that signs tokens."""

    def __init__(self, folder, name, elliptic=False):
        self.name, self.elliptic, self.file = name, elliptic, str(folder / name)
        if elliptic:
            openssl("genpkey", "-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:P-256", "-out", self.file)
        else:
            openssl("genrsa", "-out", self.file, "2048")

    def jwk(self):
        if self.elliptic:
            point = openssl("pkey", "-in", self.file, "-pubout", "-outform", "DER")[-64:]
            return {"kty": "EC", "kid": self.name, "crv": "P-256", "x": encode(point[:32]), "y": encode(point[32:])}
        modulus = openssl("rsa", "-in", self.file, "-noout", "-modulus").decode().strip().split("=")[1]
        return {"kty": "RSA", "kid": self.name, "use": "sig", "alg": "RS256", "n": encode(bytes.fromhex(modulus)),
                "e": "AQAB"}

    def sign(self, claims):
        text = encode({"alg": "ES256" if self.elliptic else "RS256", "kid": self.name}) + "." + encode(claims)
        signature = openssl("dgst", "-sha256", "-sign", self.file, data=text.encode())
        if self.elliptic:  # DER: sequence of r and s, each perhaps with a leading zero
            numbers, place = [], 2
            for _ in range(2):
                size = signature[place + 1]
                numbers.append(signature[place + 2:place + 2 + size].lstrip(b"\0").rjust(32, b"\0"))
                place += 2 + size
            signature = b"".join(numbers)
        return text + "." + encode(signature)


class Issuer:
    """With a certificate (files: certificate, key) it speaks TLS."""

    def __init__(self, folder, certificate=None):
        self.folder, self.keys, self.broken = folder, [Key(folder, "k1")], False
        issuer = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_GET(self):
                answers = {"/realm/.well-known/openid-configuration":
                           {"issuer": issuer.url, "jwks_uri": issuer.url + "/keys"},
                           "/realm/keys": {"keys": [key.jwk() for key in issuer.keys]}}
                found = answers.get(self.path)
                self.send_response(503 if issuer.broken else 200 if found else 404)
                body = json.dumps(found or {}).encode()
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        if certificate:
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(*certificate)
            self.server.socket = context.wrap_socket(self.server.socket, server_side=True, do_handshake_on_connect=False)
        self.host = f"127.0.0.1:{self.server.server_port}/realm"
        self.url = ("https://" if certificate else "http://") + self.host
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def token(self, key=None, **claims):
        now = int(time.time())
        claims = {"iss": self.url, "sub": "ann", "aud": "lake", "iat": now, "exp": now + 600, **claims}
        return (key or self.keys[0]).sign({k: v for k, v in claims.items() if v is not None})


@pytest.fixture(scope="module")
def issuer(tmp_path_factory):
    running = Issuer(tmp_path_factory.mktemp("keys"))
    yield running
    running.server.shutdown()


@pytest.fixture(scope="module")
def trusting(issuer, tmp_path_factory):
    """A lake that knows the issuer."""
    folder = tmp_path_factory.mktemp("oidc")
    (folder / "tarn.toml").write_text(f'[[oidc]]\nurl = "{issuer.url}"\naudiences = ["lake", "other"]\n')
    running = Lake(folder / "data", "--config", str(folder / "tarn.toml"))
    yield running
    running.stop()


@pytest.fixture
def role(trusting, issuer, name):
    statement = {"Effect": "Allow", "Action": ["sts:AssumeRoleWithWebIdentity", "sts:TagSession"],
                 "Principal": {"Federated": f"arn:aws:iam::{trusting.account}:oidc-provider/{issuer.host}"},
                 "Condition": {"StringEquals": {f"{issuer.host}:sub": "ann", f"{issuer.host}:aud": "lake"}}}
    made = trusting.client("iam").create_role(RoleName=name, AssumeRolePolicyDocument=json.dumps(
        {"Version": "2012-10-17", "Statement": [statement]}))
    return made["Role"]["Arn"]


def assume(lake, role, token, **more):
    """Nobody signs: the token is the proof."""
    sts = boto3.client("sts", endpoint_url=lake.endpoint, region_name="us-east-1", config=Config(signature_version=UNSIGNED))
    return sts.assume_role_with_web_identity(RoleArn=role, RoleSessionName="web", WebIdentityToken=token, **more)


def refusal(*arguments, **more):
    with pytest.raises(ClientError) as failed:
        assume(*arguments, **more)
    return failed.value.response["Error"]


def refused(*arguments, **more):
    return refusal(*arguments, **more)["Code"]


@pytest.mark.parametrize("elliptic", [False, True])
def test_a_token_opens_the_role(trusting, issuer, role, name, elliptic):
    key = Key(issuer.folder, name, elliptic)  # tmp_path goes with the test, the issuer tells its keys on
    issuer.keys.append(key)
    # Asked again for a key that is new, though perhaps not within ten seconds.
    deadline = time.time() + 20
    while True:
        try:
            answer = assume(trusting, role, issuer.token(key))
            break
        except ClientError as error:
            # Nor always reached at the first try, on a busy machine; then SDKs ask again.
            assert error.response["Error"]["Code"] in ("InvalidIdentityToken", "IDPCommunicationError")
            assert time.time() < deadline
            time.sleep(0.5)
    assert answer["SubjectFromWebIdentityToken"] == "ann" and answer["Audience"] == "lake"
    assert answer["Provider"] == f"arn:aws:iam::{trusting.account}:oidc-provider/{issuer.host}"
    assert answer["AssumedRoleUser"]["Arn"] == f"arn:aws:sts::{trusting.account}:assumed-role/{name}/web"
    credentials = answer["Credentials"]
    me = trusting.client("sts", aws_access_key_id=credentials["AccessKeyId"],
                         aws_secret_access_key=credentials["SecretAccessKey"],
                         aws_session_token=credentials["SessionToken"]).get_caller_identity()
    assert me["Arn"] == answer["AssumedRoleUser"]["Arn"]


def test_conditions_tell_one_subject_from_another(trusting, issuer, role):
    assert refused(trusting, role, issuer.token(sub="bob")) == "AccessDenied"
    assert refused(trusting, role, issuer.token(aud="other")) == "AccessDenied"
    assert assume(trusting, role, issuer.token(aud=["x", "lake"]))["Credentials"]
    assert refused(trusting, f"arn:aws:iam::{trusting.account}:role/nobody", issuer.token()) == "AccessDenied"


def test_tokens_that_do_not_hold(trusting, issuer, role, tmp_path):
    assert refused(trusting, role, "????") == "InvalidIdentityToken"
    assert refused(trusting, role, issuer.token(aud="stranger")) == "InvalidIdentityToken"
    assert refused(trusting, role, issuer.token(iss="https://stranger.example")) == "InvalidIdentityToken"
    assert refused(trusting, role, issuer.token(exp=int(time.time()) - 1)) == "ExpiredTokenException"
    assert refused(trusting, role, issuer.token(exp=None)) == "InvalidIdentityToken"
    assert refused(trusting, role, issuer.token(Key(tmp_path, "k1"))) == "InvalidIdentityToken"  # another's key of that name
    head, _, signature = issuer.token().split(".")
    assert refused(trusting, role, f"{head}.{encode({'iss': issuer.url, 'sub': 'ann', 'aud': 'lake', 'exp': 9e9})}.{signature}"
                   ) == "InvalidIdentityToken"
    none = encode({"alg": "none"}) + "." + issuer.token().split(".")[1] + "."
    assert refused(trusting, role, none) == "InvalidIdentityToken"


def test_session_tags_of_a_token(trusting, issuer, role, name):
    tags = {"https://aws.amazon.com/tags": {"principal_tags": {"team": ["lake"]}, "transitive_tag_keys": ["team"]}}
    assert assume(trusting, role, issuer.token(**tags))["PackedPolicySize"] > 0
    flat = {"https://aws.amazon.com/tags/principal_tags/team": ["lake"],
            "https://aws.amazon.com/tags/transitive_tag_keys": ["team"]}
    assert assume(trusting, role, issuer.token(**flat))["PackedPolicySize"] > 0
    twice = {"https://aws.amazon.com/tags": {"principal_tags": {"team": ["lake"], "Team": ["x"]}}}
    assert refused(trusting, role, issuer.token(**twice)) == "InvalidParameterValue"
    large = {"https://aws.amazon.com/tags": {"principal_tags": {f"k{n}": ["v" * 200] for n in range(20)}}}
    assert refused(trusting, role, issuer.token(**large)) == "PackedPolicyTooLarge"
    bad = refusal(trusting, role, issuer.token(**{"https://aws.amazon.com/source_identity": "aws:me"}))
    assert bad == {"Type": "Sender", "Code": "InvalidIdentityToken", "Message":
                   'Source Identity must match [a-zA-Z_0-9+=,.@-]{2,64} and not begin with "aws:"'}


def test_the_party_that_asked_counts_before_the_audience(trusting, issuer, role, name):
    assert refusal(trusting, role, issuer.token(azp="stranger"))["Message"] == "Incorrect token audience"
    assert refused(trusting, role, issuer.token(azp="other")) == "AccessDenied"
    answer = assume(trusting, role, issuer.token(aud="elsewhere", azp="lake"))
    assert answer["Audience"] == "lake"
    statement = {"Effect": "Allow", "Action": "sts:AssumeRoleWithWebIdentity",
                 "Principal": {"Federated": f"arn:aws:iam::{trusting.account}:oidc-provider/{issuer.host}"},
                 "Condition": {"StringEquals": {f"{issuer.host}:aud": "other", f"{issuer.host}:oaud": "lake"}}}
    trusting.client("iam").update_assume_role_policy(RoleName=name, PolicyDocument=json.dumps(
        {"Version": "2012-10-17", "Statement": [statement]}))
    assert assume(trusting, role, issuer.token(azp="other"))["Credentials"]
    assert refused(trusting, role, issuer.token(azp="lake")) == "AccessDenied"


def test_a_thumbprint_vouches_for_a_certificate_that_no_authority_knows(lake, tmp_path, name):
    key, certificate = str(tmp_path / "tls.key"), str(tmp_path / "tls.pem")
    openssl("req", "-x509", "-newkey", "rsa:2048", "-nodes", "-keyout", key, "-out", certificate, "-subj", "/CN=id",
            "-days", "2", "-addext", "subjectAltName=IP:127.0.0.1")
    issuer = Issuer(tmp_path, (certificate, key))
    thumbprint = hashlib.sha1(ssl.PEM_cert_to_DER_cert(open(certificate).read())).hexdigest()
    iam = lake.client("iam")
    provider = iam.create_open_id_connect_provider(Url=issuer.url, ClientIDList=["lake"], ThumbprintList=["0" * 40])[
        "OpenIDConnectProviderArn"]
    statement = {"Effect": "Allow", "Action": "sts:AssumeRoleWithWebIdentity", "Principal": {"Federated": provider}}
    role = iam.create_role(RoleName=name, AssumeRolePolicyDocument=json.dumps(
        {"Version": "2012-10-17", "Statement": [statement]}))["Role"]["Arn"]
    told = refusal(lake, role, issuer.token())
    assert (told["Code"], told["Message"]) == (
        "InvalidIdentityToken", "OpenIDConnect provider's HTTPS certificate doesn't match configured thumbprint")
    iam.update_open_id_connect_provider_thumbprint(OpenIDConnectProviderArn=provider, ThumbprintList=[thumbprint.upper()])
    assert assume(lake, role, issuer.token())["Provider"] == provider
    iam.delete_open_id_connect_provider(OpenIDConnectProviderArn=provider)
    assert refusal(lake, role, issuer.token())["Message"].startswith("No OpenIDConnect provider found in your account for ")
    issuer.server.shutdown()
