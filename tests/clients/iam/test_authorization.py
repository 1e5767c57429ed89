"""What users, roles and sessions may do, through boto3, on S3, Glue, Athena and KMS: identity policies, boundaries,
session policies, resource policies, two accounts."""
import json

import pytest
from botocore.exceptions import ClientError

from conftest import OTHER, OTHER_ACCOUNT


def document(*statements):
    return json.dumps({"Version": "2012-10-17", "Statement": list(statements)})


def allow(action, resource="*", **more):
    return {"Effect": "Allow", "Action": action, "Resource": resource, **more}


def deny(action, resource="*", **more):
    return {"Effect": "Deny", "Action": action, "Resource": resource, **more}


def keys_of(lake, user, *statements, boundary=None, root=None):
    """Makes a user with one inline policy; what its clients sign with."""
    iam = lake.client("iam", **(root or {}))
    more = {"PermissionsBoundary": boundary} if boundary else {}
    iam.create_user(UserName=user, **more)
    if statements:
        iam.put_user_policy(UserName=user, PolicyName="own", PolicyDocument=document(*statements))
    key = iam.create_access_key(UserName=user)["AccessKey"]
    return dict(aws_access_key_id=key["AccessKeyId"], aws_secret_access_key=key["SecretAccessKey"])


def session(lake, role_arn, signer, **more):
    made = lake.client("sts", **signer).assume_role(RoleArn=role_arn, RoleSessionName="run", **more)["Credentials"]
    return dict(aws_access_key_id=made["AccessKeyId"], aws_secret_access_key=made["SecretAccessKey"],
                aws_session_token=made["SessionToken"])


def refused(call, *args, code=None, **kwargs):
    """The message of a refusal."""
    with pytest.raises(ClientError) as caught:
        call(*args, **kwargs)
    error = caught.value.response["Error"]
    assert error["Code"] in ([code] if code else ["AccessDenied", "AccessDeniedException", "403"]), error
    return error["Message"]


def test_a_user_may_do_what_its_policy_allows(lake, bucket, name):
    lake.client("s3").put_object(Bucket=bucket, Key="in/a", Body=b"1")
    lake.client("s3").put_object(Bucket=bucket, Key="out/a", Body=b"1")
    s3 = lake.client("s3", **keys_of(
        lake, name, allow("s3:GetObject", f"arn:aws:s3:::{bucket}/in/*"),
        allow("s3:ListBucket", f"arn:aws:s3:::{bucket}", Condition={"StringLike": {"s3:prefix": "in/*"}})))
    assert s3.get_object(Bucket=bucket, Key="in/a")["Body"].read() == b"1"
    arn = f"arn:aws:iam::{lake.account}:user/{name}"
    assert refused(s3.get_object, Bucket=bucket, Key="out/a", code="AccessDenied") == (
        f'User: {arn} is not authorized to perform: s3:GetObject on resource: "arn:aws:s3:::{bucket}/out/a" '
        "because no identity-based policy allows the s3:GetObject action")
    assert refused(s3.put_object, Bucket=bucket, Key="in/b", Body=b"")
    assert [o["Key"] for o in s3.list_objects_v2(Bucket=bucket, Prefix="in/")["Contents"]] == ["in/a"]
    assert refused(s3.list_objects_v2, Bucket=bucket)
    assert refused(s3.list_buckets)
    assert lake.client("sts", **keys_of(lake, name + "2")).get_caller_identity()["Arn"].endswith(name + "2")


def test_a_key_that_is_not_there_is_told_to_those_who_may_list(lake, bucket, name):
    reads = allow("s3:GetObject", f"arn:aws:s3:::{bucket}/*")
    blind = lake.client("s3", **keys_of(lake, name, reads))
    assert refused(blind.get_object, Bucket=bucket, Key="none", code="AccessDenied")
    seeing = lake.client("s3", **keys_of(lake, name + "2", reads, allow("s3:ListBucket", f"arn:aws:s3:::{bucket}")))
    assert refused(seeing.get_object, Bucket=bucket, Key="none", code="NoSuchKey")


def test_each_key_of_a_deletion_is_judged_alone(lake, bucket, name):
    for key in ("a", "b"):
        lake.client("s3").put_object(Bucket=bucket, Key=key, Body=b"")
    s3 = lake.client("s3", **keys_of(lake, name, allow("s3:DeleteObject", f"arn:aws:s3:::{bucket}/a")))
    told = s3.delete_objects(Bucket=bucket, Delete={"Objects": [{"Key": "a"}, {"Key": "b"}]})
    assert [d["Key"] for d in told["Deleted"]] == ["a"]
    assert [(e["Key"], e["Code"]) for e in told["Errors"]] == [("b", "AccessDenied")]


def test_a_deny_of_a_bucket_policy_wins_and_a_grant_to_the_user_is_enough(lake, bucket, name):
    keys = keys_of(lake, name)
    arn = f"arn:aws:iam::{lake.account}:user/{name}"
    root, s3 = lake.client("s3"), lake.client("s3", **keys)
    root.put_object(Bucket=bucket, Key="a", Body=b"1")
    statement = {"Effect": "Allow", "Principal": {"AWS": arn}, "Action": "s3:GetObject",
                 "Resource": f"arn:aws:s3:::{bucket}/*"}
    root.put_bucket_policy(Bucket=bucket, Policy=document(statement))
    assert s3.get_object(Bucket=bucket, Key="a")["Body"].read() == b"1"
    # What is granted to the account is left to the user's own policies.
    account = {**statement, "Principal": {"AWS": lake.account}}
    root.put_bucket_policy(Bucket=bucket, Policy=document(account))
    assert "no identity-based policy" in refused(s3.get_object, Bucket=bucket, Key="a")
    root.put_bucket_policy(Bucket=bucket, Policy=document(statement, {**statement, "Effect": "Deny"}))
    assert "explicit deny in a resource-based policy" in refused(s3.get_object, Bucket=bucket, Key="a")


def test_a_boundary_holds_what_policies_allow(lake, bucket, name):
    iam = lake.client("iam")
    boundary = iam.create_policy(PolicyName=name, PolicyDocument=document(allow("s3:GetObject")))["Policy"]["Arn"]
    s3 = lake.client("s3", **keys_of(lake, name, allow("s3:*"), boundary=boundary))
    lake.client("s3").put_object(Bucket=bucket, Key="a", Body=b"1")
    assert s3.get_object(Bucket=bucket, Key="a")["Body"].read() == b"1"
    assert "because no permissions boundary allows the s3:PutObject action" in refused(
        s3.put_object, Bucket=bucket, Key="b", Body=b"")


def test_policies_change_what_is_allowed_at_once(lake, bucket, name):
    iam = lake.client("iam")
    s3 = lake.client("s3", **keys_of(lake, name))
    assert refused(s3.put_object, Bucket=bucket, Key="a", Body=b"")
    iam.create_group(GroupName=name)
    iam.put_group_policy(GroupName=name, PolicyName="p", PolicyDocument=document(allow("s3:PutObject")))
    iam.add_user_to_group(GroupName=name, UserName=name)
    s3.put_object(Bucket=bucket, Key="a", Body=b"")
    iam.put_user_policy(UserName=name, PolicyName="p", PolicyDocument=document(deny("s3:PutObject")))
    assert "with an explicit deny in an identity-based policy" in refused(s3.put_object, Bucket=bucket, Key="a", Body=b"")


def test_a_session_is_held_by_its_policy_and_knows_its_tags(lake, bucket, name):
    iam = lake.client("iam")
    user = keys_of(lake, name, allow(["sts:AssumeRole", "sts:TagSession"]))
    trust = {"Effect": "Allow", "Principal": {"AWS": f"arn:aws:iam::{lake.account}:user/{name}"},
             "Action": ["sts:AssumeRole", "sts:TagSession"]}
    role = iam.create_role(RoleName=name, AssumeRolePolicyDocument=document(trust))["Role"]["Arn"]
    iam.put_role_policy(RoleName=name, PolicyName="p", PolicyDocument=document(
        allow("s3:*Object", f"arn:aws:s3:::{bucket}/${{aws:PrincipalTag/team}}/*")))
    tags = [{"Key": "team", "Value": "data"}]
    whole = lake.client("s3", **session(lake, role, user, Tags=tags))
    whole.put_object(Bucket=bucket, Key="data/a", Body=b"1")
    assert refused(whole.put_object, Bucket=bucket, Key="ml/a", Body=b"1")
    limited = lake.client("s3", **session(lake, role, user, Tags=tags, Policy=document(allow("s3:GetObject"))))
    assert limited.get_object(Bucket=bucket, Key="data/a")["Body"].read() == b"1"
    assert "because no session policy allows the s3:PutObject action" in refused(
        limited.put_object, Bucket=bucket, Key="data/b", Body=b"")


def test_glue_asks_for_catalog_database_and_table(lake, name):
    glue = lake.client("glue")
    glue.create_database(DatabaseInput={"Name": name})
    for table in ("open", "shut"):
        glue.create_table(DatabaseName=name, TableInput={"Name": table})
    arn = f"arn:aws:glue:{lake.region}:{lake.account}:"
    user = lake.client("glue", **keys_of(
        lake, name, allow("glue:GetTable", [arn + "catalog", f"{arn}database/{name}", f"{arn}table/{name}/open"])))
    assert user.get_table(DatabaseName=name, Name="open")["Table"]["Name"] == "open"
    message = refused(user.get_table, DatabaseName=name, Name="shut", code="AccessDeniedException")
    assert message == (f"User: arn:aws:iam::{lake.account}:user/{name} is not authorized to perform: glue:GetTable on "
                       f"resource: {arn}table/{name}/shut because no identity-based policy allows the glue:GetTable action")
    assert refused(user.get_tables, DatabaseName=name)
    assert refused(user.delete_table, DatabaseName=name, Name="open")


def test_a_crawlers_role_must_be_passed(lake, bucket, name):
    glue = lake.client("glue", **keys_of(lake, name, allow("glue:CreateCrawler")))
    role = f"arn:aws:iam::{lake.account}:role/crawls"
    wanted = dict(Name=name, Role=role, DatabaseName=name, Targets={"S3Targets": [{"Path": f"s3://{bucket}/"}]})
    assert f"perform: iam:PassRole on resource: {role}" in refused(glue.create_crawler, **wanted)
    lake.client("iam").put_user_policy(UserName=name, PolicyName="pass", PolicyDocument=document(
        allow("iam:PassRole", role, Condition={"StringEquals": {"iam:PassedToService": "glue.amazonaws.com"}})))
    glue.create_crawler(**wanted)


def test_athena_asks_for_the_work_group(lake, name):
    lake.client("athena").create_work_group(Name=name)
    arn = f"arn:aws:athena:{lake.region}:{lake.account}:workgroup/{name}"
    athena = lake.client("athena", **keys_of(lake, name, allow("athena:GetWorkGroup", arn)))
    assert athena.get_work_group(WorkGroup=name)["WorkGroup"]["Name"] == name
    assert "athena:GetWorkGroup on resource: " in refused(athena.get_work_group, WorkGroup="primary")
    assert refused(athena.delete_work_group, WorkGroup=name)


def test_a_key_allows_nobody_that_its_policy_does_not(lake, name):
    kms = lake.client("kms")
    key = kms.create_key()["KeyMetadata"]["Arn"]
    user = lake.client("kms", **keys_of(lake, name, allow("kms:Encrypt", key)))
    # The default policy leaves it to the account's identity policies.
    assert user.encrypt(KeyId=key, Plaintext=b"x")["CiphertextBlob"]
    assert "no identity-based policy allows the kms:DescribeKey action" in refused(user.describe_key, KeyId=key)
    only = {"Sid": "x", "Effect": "Allow", "Principal": {"AWS": f"arn:aws:iam::{lake.account}:user/{name}2"},
            "Action": "kms:*", "Resource": "*"}
    keys_of(lake, name + "2")
    kms.put_key_policy(KeyId=key, PolicyName="default", Policy=document(only), BypassPolicyLockoutSafetyCheck=True)
    assert "no resource-based policy allows the kms:Encrypt action" in refused(user.encrypt, KeyId=key, Plaintext=b"x")


def test_tags_that_a_request_gives_are_known(lake, name):
    tagged = {"StringEquals": {"aws:RequestTag/team": "a"}, "ForAllValues:StringEquals": {"aws:TagKeys": ["team"]}}
    keys = keys_of(lake, name, allow(["kms:CreateKey", "athena:CreateWorkGroup", "s3tables:CreateTableBucket",
                                      "glue:CreateDatabase"], Condition=tagged))
    wrong, right = {"team": "b"}, {"team": "a"}
    kms, athena = lake.client("kms", **keys), lake.client("athena", **keys)
    tables, glue = lake.client("s3tables", **keys), lake.client("glue", **keys)
    for tags in ({}, wrong, {**right, "cost": "1"}):
        listed = [{"Key": key, "Value": value} for key, value in tags.items()]
        refused(kms.create_key, Tags=[{"TagKey": key, "TagValue": value} for key, value in tags.items()])
        refused(athena.create_work_group, Name=name, Tags=listed)
        refused(tables.create_table_bucket, name=name.replace("_", "-"), tags=tags, code="ForbiddenException")
        refused(glue.create_database, DatabaseInput={"Name": name}, Tags=tags)
    assert kms.create_key(Tags=[{"TagKey": "team", "TagValue": "a"}])["KeyMetadata"]
    athena.create_work_group(Name=name, Tags=[{"Key": "team", "Value": "a"}])
    tables.create_table_bucket(name=name.replace("_", "-"), tags=right)
    glue.create_database(DatabaseInput={"Name": name}, Tags=right)


def test_tags_of_resources_are_known(lake, name):
    glue, athena, kms = lake.client("glue"), lake.client("athena"), lake.client("kms")
    ids = {}
    for team in ("a", "b"):
        own = f"{name}_{team}"
        glue.create_database(DatabaseInput={"Name": own}, Tags={"team": team})
        athena.create_work_group(Name=own, Tags=[{"Key": "team", "Value": team}])
        ids[team] = kms.create_key(Tags=[{"TagKey": "team", "TagValue": team}])["KeyMetadata"]["KeyId"]
    catalog = f"arn:aws:glue:us-east-1:{lake.account}:catalog"
    keys = keys_of(lake, name, allow(["glue:GetDatabase"], catalog),
                   allow(["glue:GetDatabase", "athena:GetWorkGroup", "kms:DescribeKey"],
                         Condition={"StringEquals": {"aws:ResourceTag/team": "a"}}))
    mine = {service: lake.client(service, **keys) for service in ("glue", "athena", "kms")}
    assert mine["glue"].get_database(Name=f"{name}_a")["Database"]
    assert mine["athena"].get_work_group(WorkGroup=f"{name}_a")["WorkGroup"]
    assert mine["kms"].describe_key(KeyId=ids["a"])["KeyMetadata"]
    refused(mine["glue"].get_database, Name=f"{name}_b")
    refused(mine["athena"].get_work_group, WorkGroup=f"{name}_b")
    refused(mine["kms"].describe_key, KeyId=ids["b"])
    glue.tag_resource(ResourceArn=f"arn:aws:glue:us-east-1:{lake.account}:database/{name}_b", TagsToAdd={"team": "a"})
    assert mine["glue"].get_database(Name=f"{name}_b")["Database"]


def test_simulations_tell_the_statement(lake, name):
    iam = lake.client("iam")
    keys_of(lake, name, allow("s3:*", "arn:aws:s3:::b/*"), deny("s3:Delete*"))
    told = iam.simulate_principal_policy(
        PolicySourceArn=f"arn:aws:iam::{lake.account}:user/{name}", ResourceArns=["arn:aws:s3:::b/k"],
        ActionNames=["s3:GetObject", "s3:DeleteObject", "glue:GetTable"])["EvaluationResults"]
    assert [r["EvalDecision"] for r in told] == ["allowed", "explicitDeny", "implicitDeny"]
    assert [s["SourcePolicyId"] for s in told[0]["MatchedStatements"]] == [f"user_{name}_own"]
    custom = iam.simulate_custom_policy(
        PolicyInputList=[document(allow("s3:GetObject", Condition={"StringEquals": {"aws:PrincipalTag/team": "a"}}))],
        ActionNames=["s3:GetObject"])["EvaluationResults"]
    assert custom[0]["EvalDecision"] == "implicitDeny"
    assert custom[0]["MissingContextValues"] == ["aws:PrincipalTag/team"]
    custom = iam.simulate_custom_policy(
        PolicyInputList=[document(allow("s3:GetObject", Condition={"StringEquals": {"aws:PrincipalTag/team": "a"}}))],
        ActionNames=["s3:GetObject"], ContextEntries=[{"ContextKeyName": "aws:PrincipalTag/team",
                                                       "ContextKeyType": "string", "ContextKeyValues": ["a"]}])
    assert custom["EvaluationResults"][0]["EvalDecision"] == "allowed"
    keys = iam.get_context_keys_for_custom_policy(PolicyInputList=[document(
        allow("s3:*", "arn:aws:s3:::b/${aws:username}/*", Condition={"Bool": {"aws:SecureTransport": "true"}}))])
    assert sorted(keys["ContextKeyNames"]) == ["aws:SecureTransport", "aws:username"]


def test_across_accounts_both_have_to_allow(two, name):
    root = two.client("s3")
    root.create_bucket(Bucket=name)
    root.put_object(Bucket=name, Key="a", Body=b"1")
    reader = two.client("s3", **keys_of(two, name, allow("s3:GetObject"), root=OTHER))
    idle = two.client("s3", **keys_of(two, name + "2", root=OTHER))
    assert refused(reader.get_object, Bucket=name, Key="a") == "Access Denied"
    root.put_bucket_policy(Bucket=name, Policy=document(
        {"Effect": "Allow", "Principal": {"AWS": OTHER_ACCOUNT}, "Action": "s3:GetObject",
         "Resource": f"arn:aws:s3:::{name}/*"}))
    assert reader.get_object(Bucket=name, Key="a")["Body"].read() == b"1"
    assert refused(idle.get_object, Bucket=name, Key="a") == "Access Denied"
    assert two.client("s3", **OTHER).get_object(Bucket=name, Key="a")["Body"].read() == b"1"


def test_a_catalogs_policy_opens_it_to_another_account(two, name):
    glue = two.client("glue")
    glue.create_database(DatabaseInput={"Name": name})
    other = two.client("glue", **OTHER)
    message = refused(other.get_database, CatalogId=two.account, Name=name, code="AccessDeniedException")
    assert "because no resource-based policy allows the glue:GetDatabase action" in message
    arn = f"arn:aws:glue:{two.region}:{two.account}:"
    policy = document({"Effect": "Allow", "Principal": {"AWS": OTHER_ACCOUNT}, "Action": "glue:GetDatabase",
                       "Resource": [arn + "catalog", f"{arn}database/{name}"]})
    put = glue.put_resource_policy(PolicyInJson=policy)
    assert glue.get_resource_policy()["PolicyHash"] == put["PolicyHash"]
    found = other.get_database(CatalogId=two.account, Name=name)["Database"]
    assert (found["Name"], found["CatalogId"]) == (name, two.account)
    glue.delete_resource_policy()
    assert refused(other.get_database, CatalogId=two.account, Name=name)
    assert refused(glue.get_resource_policy, code="EntityNotFoundException") == "Policy not found"
