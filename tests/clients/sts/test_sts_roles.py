"""Roles assumed with boto3: who may, for how long, with what, and when it ends."""
import json

import boto3
import pytest
from botocore.exceptions import ClientError

from conftest import OTHER, OTHER_ACCOUNT, lake_of_two


def trust(principal, action="sts:AssumeRole", **condition):
    statement = {"Effect": "Allow", "Principal": principal, "Action": action}
    if condition:
        statement["Condition"] = condition
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]})


def allow(action, resource="*"):
    return json.dumps({"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": action, "Resource": resource}]})


def session(lake, credentials, service="sts", **more):
    return lake.client(service, aws_access_key_id=credentials["AccessKeyId"],
                       aws_secret_access_key=credentials["SecretAccessKey"],
                       aws_session_token=credentials["SessionToken"], **more)


def user(lake, name, policy=None):
    """A user's ARN and a client of STS that signs with the user's key."""
    iam = lake.client("iam")
    arn = iam.create_user(UserName=name)["User"]["Arn"]
    if policy:
        iam.put_user_policy(UserName=name, PolicyName="p", PolicyDocument=policy)
    key = iam.create_access_key(UserName=name)["AccessKey"]
    return arn, dict(aws_access_key_id=key["AccessKeyId"], aws_secret_access_key=key["SecretAccessKey"])


def refusal(call, **arguments):
    with pytest.raises(ClientError) as failed:
        call(**arguments)
    answer = failed.value.response
    return answer["Error"]["Code"], answer["Error"]["Message"], answer["ResponseMetadata"]["HTTPStatusCode"]


@pytest.fixture
def role(two, name):
    """A role that everybody of its account may assume."""
    made = two.client("iam").create_role(RoleName=name, Path="/jobs/", AssumeRolePolicyDocument=trust({"AWS": two.account}))
    return made["Role"]


def test_a_role_session_is_its_role(two, role, name):
    answer = two.client("sts").assume_role(RoleArn=role["Arn"], RoleSessionName="run-7")
    arn = f"arn:aws:sts::{two.account}:assumed-role/{name}/run-7"
    assert answer["AssumedRoleUser"] == {"Arn": arn, "AssumedRoleId": role["RoleId"] + ":run-7"}
    assert "PackedPolicySize" not in answer
    credentials = answer["Credentials"]
    assert credentials["AccessKeyId"].startswith("ASIA") and len(credentials["SecretAccessKey"]) == 40
    me = session(two, credentials).get_caller_identity()
    assert (me["Arn"], me["UserId"], me["Account"]) == (arn, role["RoleId"] + ":run-7", two.account)


def test_it_may_do_what_its_role_may_now(two, role, name):
    s3 = two.client("s3")
    s3.create_bucket(Bucket=name)
    credentials = two.client("sts").assume_role(RoleArn=role["Arn"], RoleSessionName="run")["Credentials"]
    mine = session(two, credentials, "s3")
    assert refusal(mine.list_objects_v2, Bucket=name)[0] == "AccessDenied"
    two.client("iam").put_role_policy(RoleName=name, PolicyName="read", PolicyDocument=allow("s3:ListBucket"))
    assert mine.list_objects_v2(Bucket=name)["KeyCount"] == 0
    two.client("iam").delete_role_policy(RoleName=name, PolicyName="read")
    assert refusal(mine.list_objects_v2, Bucket=name)[0] == "AccessDenied"


def test_it_ends_with_its_role(two, role, name):
    iam = two.client("iam")
    mine = session(two, two.client("sts").assume_role(RoleArn=role["Arn"], RoleSessionName="run")["Credentials"])
    iam.delete_role(RoleName=name)
    assert refusal(mine.get_caller_identity)[0] == "InvalidClientTokenId"
    iam.create_role(RoleName=name, Path="/jobs/", AssumeRolePolicyDocument=trust({"AWS": two.account}))
    assert refusal(mine.get_caller_identity)[0] == "InvalidClientTokenId"


def test_a_session_policy_takes_away(two, role, name):
    two.client("s3").create_bucket(Bucket=name)
    two.client("iam").put_role_policy(RoleName=name, PolicyName="all", PolicyDocument=allow("s3:*"))
    answer = two.client("sts").assume_role(RoleArn=role["Arn"], RoleSessionName="run", Policy=allow("s3:ListBucket"))
    assert 0 < answer["PackedPolicySize"] < 100
    mine = session(two, answer["Credentials"], "s3")
    assert mine.list_objects_v2(Bucket=name)["KeyCount"] == 0
    assert refusal(mine.put_object, Bucket=name, Key="k", Body=b"x")[0] == "AccessDenied"


@pytest.mark.parametrize("version", [{"Version": "2008-10-17"}, {}])
def test_a_session_policy_may_be_of_an_older_version(two, role, name, version):
    two.client("s3").create_bucket(Bucket=name)
    two.client("iam").put_role_policy(RoleName=name, PolicyName="all", PolicyDocument=allow("s3:*"))
    statement = {"Effect": "Allow", "Action": ["s3:ListBucket"], "Resource": [f"arn:aws:s3:::{name}"]}
    answer = two.client("sts").assume_role(RoleArn=role["Arn"], RoleSessionName="run",
                                           Policy=json.dumps({**version, "Statement": [statement]}))
    mine = session(two, answer["Credentials"], "s3")
    assert mine.list_objects_v2(Bucket=name)["KeyCount"] == 0
    assert refusal(mine.put_object, Bucket=name, Key="k", Body=b"x")[0] == "AccessDenied"


def test_a_session_policy_that_is_named_must_exist(two, role, name):
    ask = dict(RoleArn=role["Arn"], RoleSessionName="run")
    missing = f"arn:aws:iam::{two.account}:policy/{name}"
    code, message, status = refusal(two.client("sts").assume_role, **ask, PolicyArns=[{"arn": missing}])
    assert (code, message, status) == (
        "MalformedPolicyDocument", f"Policy {missing} does not exist or is not attachable.", 400)
    foreign = lake_policy(two.client("iam", **OTHER), name)
    assert refusal(two.client("sts").assume_role, **ask, PolicyArns=[{"arn": foreign}])[0] == "MalformedPolicyDocument"
    own = lake_policy(two.client("iam"), name)
    assert two.client("sts").assume_role(**ask, PolicyArns=[{"arn": own}])["Credentials"]


def lake_policy(iam, name):
    return iam.create_policy(PolicyName=name, PolicyDocument=allow("s3:*"))["Policy"]["Arn"]


def test_users_need_the_trust_and_where_it_names_the_account_a_policy_too(two, role, name):
    arn, key = user(two, name)
    sts = two.client("sts", **key)
    code, message, status = refusal(sts.assume_role, RoleArn=role["Arn"], RoleSessionName="run")
    assert (code, status) == ("AccessDenied", 403)
    assert message == f"User: {arn} is not authorized to perform: sts:AssumeRole on resource: {role['Arn']}"
    iam = two.client("iam")
    iam.put_user_policy(UserName=name, PolicyName="p", PolicyDocument=allow("sts:AssumeRole", role["Arn"]))
    assert sts.assume_role(RoleArn=role["Arn"], RoleSessionName="run")["Credentials"]
    iam.delete_user_policy(UserName=name, PolicyName="p")
    # Named himself, he needs no other word.
    iam.update_assume_role_policy(RoleName=name, PolicyDocument=trust({"AWS": arn}))
    assert sts.assume_role(RoleArn=role["Arn"], RoleSessionName="run")["Credentials"]
    iam.update_assume_role_policy(RoleName=name, PolicyDocument=trust({"Service": "glue.amazonaws.com"}))
    assert refusal(sts.assume_role, RoleArn=role["Arn"], RoleSessionName="run")[0] == "AccessDenied"


def test_other_accounts_need_both_sides(two, name):
    other = two.client("iam", **OTHER)
    arn, key = user(two, name)
    made = other.create_role(RoleName=name, AssumeRolePolicyDocument=trust(
        {"AWS": arn}, StringEquals={"sts:ExternalId": "secret"}))["Role"]["Arn"]
    sts = two.client("sts", **key)
    ask = dict(RoleArn=made, RoleSessionName="run", ExternalId="secret")
    assert refusal(sts.assume_role, **ask)[0] == "AccessDenied"
    two.client("iam").put_user_policy(UserName=name, PolicyName="p", PolicyDocument=allow("sts:AssumeRole", made))
    answer = sts.assume_role(**ask)
    assert session(two, answer["Credentials"]).get_caller_identity()["Account"] == OTHER_ACCOUNT
    assert refusal(sts.assume_role, **{**ask, "ExternalId": "guess"})[0] == "AccessDenied"
    del ask["ExternalId"]
    assert refusal(sts.assume_role, **ask)[0] == "AccessDenied"


def test_roles_that_are_not_there_look_like_forbidden_ones(two):
    arn = f"arn:aws:iam::{two.account}:role/nobody"
    code, message, status = refusal(two.client("sts").assume_role, RoleArn=arn, RoleSessionName="run")
    assert (code, status) == ("AccessDenied", 403)
    assert message.endswith(f"is not authorized to perform: sts:AssumeRole on resource: {arn}")
    code, message, status = refusal(two.client("sts").assume_role, RoleArn="arn:aws:iam::1:group/x", RoleSessionName="run")
    assert (code, status) == ("ValidationError", 400)


def test_durations(two, role, name):
    sts = two.client("sts")
    ask = dict(RoleArn=role["Arn"], RoleSessionName="run")
    assert refusal(sts.assume_role, **ask, DurationSeconds=3601)[:2] == (
        "ValidationError", "The requested DurationSeconds exceeds the MaxSessionDuration set for this role.")
    two.client("iam").update_role(RoleName=name, MaxSessionDuration=7200)
    answer = sts.assume_role(**ask, DurationSeconds=7200)
    two.client("iam").put_role_policy(RoleName=name, PolicyName="p", PolicyDocument=allow("sts:AssumeRole"))
    chained = session(two, answer["Credentials"])
    assert refusal(chained.assume_role, **ask, DurationSeconds=3601)[:2] == (
        "ValidationError",
        "The requested DurationSeconds exceeds the 1 hour session limit for roles assumed by role chaining")
    assert chained.assume_role(**ask)["Credentials"]


def test_tags_need_a_word_of_the_trust_and_are_handed_on(two, name):
    iam = two.client("iam")
    principal = {"AWS": two.account}
    made = iam.create_role(RoleName=name, AssumeRolePolicyDocument=trust(principal))["Role"]["Arn"]
    sts = two.client("sts")
    ask = dict(RoleArn=made, RoleSessionName="run", Tags=[{"Key": "team", "Value": "lake"}], TransitiveTagKeys=["team"])
    assert refusal(sts.assume_role, **ask)[1].endswith(f"perform: sts:TagSession on resource: {made}")
    both = ["sts:AssumeRole", "sts:TagSession"]
    iam.update_assume_role_policy(RoleName=name, PolicyDocument=trust(
        principal, both, StringEquals={"aws:RequestTag/team": "lake"}))
    iam.put_role_policy(RoleName=name, PolicyName="p", PolicyDocument=allow(both))
    first = session(two, sts.assume_role(**ask)["Credentials"])
    second = f"{name}2"
    arn = iam.create_role(RoleName=second, AssumeRolePolicyDocument=trust(
        principal, both, StringEquals={"aws:PrincipalTag/team": "lake"}))["Role"]["Arn"]
    assert first.assume_role(RoleArn=arn, RoleSessionName="next")["Credentials"]
    assert refusal(first.assume_role, RoleArn=arn, RoleSessionName="next",
                   Tags=[{"Key": "Team", "Value": "other"}])[0] == "InvalidParameterValue"
    # Without the tag the second role's trust says nothing.
    iam.update_assume_role_policy(RoleName=name, PolicyDocument=trust(principal, both))
    plain = session(two, sts.assume_role(RoleArn=made, RoleSessionName="run")["Credentials"])
    assert refusal(plain.assume_role, RoleArn=arn, RoleSessionName="next")[0] == "AccessDenied"


def test_bad_requests(two, role):
    sts = two.client("sts")
    ask = dict(RoleArn=role["Arn"], RoleSessionName="run")
    assert refusal(sts.assume_role, **ask, Policy="{")[0] == "MalformedPolicyDocument"
    assert refusal(sts.assume_role, **ask, Policy=allow(["s3:" + "x" * 40 + str(n) for n in range(60)]))[0] == "PackedPolicyTooLarge"
    assert refusal(sts.assume_role, **ask, TransitiveTagKeys=["team"])[0] == "InvalidParameterValue"
    code, message, _ = refusal(sts.assume_role, RoleArn=role["Arn"], RoleSessionName="s" * 65)
    assert code == "ValidationError" and "64" in message and "s" * 65 in message


def test_strict_lakes_let_no_root_assume_roles(tmp_path):
    lake = lake_of_two(tmp_path, "--strict-root")
    try:
        arn = lake.client("iam").create_role(RoleName="r", AssumeRolePolicyDocument=trust({"AWS": "*"}))["Role"]["Arn"]
        assert refusal(lake.client("sts").assume_role, RoleArn=arn, RoleSessionName="run")[:2] == (
            "AccessDenied", "Roles may not be assumed by root accounts.")
    finally:
        lake.stop()


def test_who_i_am_and_whose_key(two, name):
    assert two.client("sts").get_caller_identity()["Arn"] == f"arn:aws:iam::{two.account}:root"
    arn, key = user(two, name, allow("sts:GetAccessKeyInfo"))
    sts = two.client("sts", **key)
    assert sts.get_caller_identity()["Arn"] == arn
    assert sts.get_access_key_info(AccessKeyId=OTHER["aws_access_key_id"])["Account"] == OTHER_ACCOUNT
    assert refusal(sts.get_access_key_info, AccessKeyId="AKIANOBODYATALL00000")[0] == "ValidationError"
    denied = {"Version": "2012-10-17", "Statement": [{"Effect": "Deny", "Action": "sts:GetCallerIdentity", "Resource": "*"}]}
    two.client("iam").put_user_policy(UserName=name, PolicyName="no", PolicyDocument=json.dumps(denied))
    assert sts.get_caller_identity()["Arn"] == arn
    assert refusal(sts.decode_authorization_message, EncodedMessage="x")[0] == "AccessDenied"
    assert refusal(two.client("sts").decode_authorization_message,
                   EncodedMessage="x")[0] == "InvalidAuthorizationMessageException"


def test_a_users_own_session(two, name):
    arn, key = user(two, name, allow("s3:CreateBucket"))
    answer = two.client("sts", **key).get_session_token(DurationSeconds=900)
    sts = session(two, answer["Credentials"])
    assert sts.get_caller_identity()["Arn"] == arn
    session(two, answer["Credentials"], "s3").create_bucket(Bucket=name)
    assert refusal(sts.get_session_token)[:2] == ("AccessDenied", "Cannot call GetSessionToken with session credentials")
    assert refusal(sts.get_federation_token, Name="bob")[0] == "AccessDenied"
    assert refusal(sts.get_access_key_info, AccessKeyId=key["aws_access_key_id"])[0] == "AccessDenied"
    two.client("iam").put_user_policy(UserName=name, PolicyName="p", PolicyDocument=allow("*"))
    assert two.client("iam", **key).get_user()["User"]["UserName"] == name
    assert refusal(session(two, answer["Credentials"], "iam").get_user) == (
        "InvalidClientTokenId", "The security token included in the request is invalid.", 403)
    two.client("iam").delete_access_key(UserName=name, AccessKeyId=key["aws_access_key_id"])
    assert refusal(sts.get_caller_identity)[0] == "InvalidClientTokenId"


def test_federated_users_have_what_both_their_user_and_the_session_may(two, name):
    two.client("s3").create_bucket(Bucket=name)
    _, key = user(two, name, allow(["sts:GetFederationToken", "s3:ListBucket", "s3:PutObject"]))
    sts = two.client("sts", **key)
    answer = sts.get_federation_token(Name="bob", Policy=allow(["s3:ListBucket", "s3:GetObject"]), DurationSeconds=900)
    assert answer["FederatedUser"] == {"Arn": f"arn:aws:sts::{two.account}:federated-user/bob",
                                       "FederatedUserId": f"{two.account}:bob"}
    assert answer["PackedPolicySize"] > 0
    bob = session(two, answer["Credentials"], "s3")
    assert bob.list_objects_v2(Bucket=name)["KeyCount"] == 0
    for call in (dict(Bucket=name, Key="k"),):
        assert refusal(bob.get_object, **call)[0] == "AccessDenied"
        assert refusal(bob.put_object, **call, Body=b"x")[0] == "AccessDenied"
    assert session(two, answer["Credentials"]).get_caller_identity()["UserId"] == f"{two.account}:bob"
    nobody = session(two, sts.get_federation_token(Name="bob")["Credentials"], "s3")
    assert refusal(nobody.list_objects_v2, Bucket=name)[0] == "AccessDenied"
    code, message, _ = refusal(sts.get_federation_token, Name="bob", Policy=allow(["s3:" + "x" * 40] * 60))
    assert code == "ValidationError" and "2048" in message


def code_of(seed, step=0):
    """RFC 6238's code of a device."""
    import base64, hashlib, hmac, struct, time
    mac = hmac.new(base64.b32decode(seed), struct.pack(">Q", int(time.time()) // 30 + step), hashlib.sha1).digest()
    at = mac[-1] & 15
    return f"{(struct.unpack('>I', mac[at:at + 4])[0] & 0x7fffffff) % 1_000_000:06}"


def test_a_second_factor_opens_what_asks_for_it(two, name):
    iam = two.client("iam")
    arn, key = user(two, name)
    device = iam.create_virtual_mfa_device(VirtualMFADeviceName=name)["VirtualMFADevice"]
    seed, serial = device["Base32StringSeed"], device["SerialNumber"]
    iam.enable_mfa_device(UserName=name, SerialNumber=serial, AuthenticationCode1=code_of(seed),
                          AuthenticationCode2=code_of(seed, 1))
    role = iam.create_role(RoleName=name, AssumeRolePolicyDocument=trust(
        {"AWS": arn}, Bool={"aws:MultiFactorAuthPresent": "true"}))["Role"]["Arn"]
    sts = two.client("sts", **key)
    ask = dict(RoleArn=role, RoleSessionName="run")
    assert refusal(sts.assume_role, **ask)[0] == "AccessDenied"
    wrong = f"{(int(code_of(seed)) + 500_000) % 1_000_000:06}"
    assert refusal(sts.assume_role, **ask, SerialNumber=serial, TokenCode=wrong)[1].startswith("MultiFactorAuthentication failed")
    assert sts.assume_role(**ask, SerialNumber=serial, TokenCode=code_of(seed))["Credentials"]
    own = session(two, sts.get_session_token(SerialNumber=serial, TokenCode=code_of(seed))["Credentials"])
    assert own.assume_role(**ask)["Credentials"]
