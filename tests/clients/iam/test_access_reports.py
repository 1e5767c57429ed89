"""Access reports and the policies that open a service, with boto3."""
import json
import time

import pytest
from botocore.exceptions import ClientError


def document(*actions, effect="Allow", name="Action"):
    return json.dumps({"Version": "2012-10-17",
                       "Statement": [{"Effect": effect, name: list(actions), "Resource": "*"}]})


def refusal(call, **arguments):
    with pytest.raises(ClientError) as refused:
        call(**arguments)
    return refused.value.response["Error"]["Code"]


@pytest.fixture
def user(lake, name):
    """A user and clients that sign with its key."""
    iam = lake.client("iam")
    made = iam.create_user(UserName=name)["User"]
    key = iam.create_access_key(UserName=name)["AccessKey"]
    return made, lambda service: lake.client(service, aws_access_key_id=key["AccessKeyId"],
                                             aws_secret_access_key=key["SecretAccessKey"])


def report(iam, arn, **more):
    job = iam.generate_service_last_accessed_details(Arn=arn, **more)["JobId"]
    told = iam.get_service_last_accessed_details(JobId=job)
    assert told["JobStatus"] == "COMPLETED"
    return job, told


def test_a_report_tells_which_open_services_were_used(lake, name, user):
    made, client = user
    iam = lake.client("iam")
    iam.put_user_policy(UserName=name, PolicyName="own", PolicyDocument=document("s3:List*", "glue:GetTables"))
    client("s3").list_buckets()
    job, told = report(iam, made["Arn"])
    assert told["JobType"] == "SERVICE_LEVEL" and not told["IsTruncated"]
    services = {each["ServiceNamespace"]: each for each in told["ServicesLastAccessed"]}
    assert set(services) == {"s3", "glue"}
    assert services["s3"]["ServiceName"] == "Amazon S3"
    assert services["s3"]["LastAuthenticatedEntity"] == made["Arn"]
    assert services["s3"]["TotalAuthenticatedEntities"] == 1
    assert services["s3"]["LastAuthenticatedRegion"] == lake.region
    assert abs(services["s3"]["LastAuthenticated"].timestamp() - time.time()) < 60
    assert services["glue"]["TotalAuthenticatedEntities"] == 0 and "LastAuthenticated" not in services["glue"]
    [who] = iam.get_service_last_accessed_details_with_entities(JobId=job, ServiceNamespace="s3")["EntityDetailsList"]
    assert who["EntityInfo"] == {"Arn": made["Arn"], "Name": name, "Type": "USER", "Id": made["UserId"], "Path": "/"}
    assert who["LastAuthenticated"]


def test_a_report_of_a_group_and_of_a_policy_tells_of_those_who_have_them(lake, name, user):
    made, client = user
    iam = lake.client("iam")
    policy = iam.create_policy(PolicyName=name, PolicyDocument=document("*"))["Policy"]["Arn"]
    group = iam.create_group(GroupName=name)["Group"]
    iam.attach_group_policy(GroupName=name, PolicyArn=policy)
    iam.add_user_to_group(GroupName=name, UserName=name)
    client("kinesis").list_streams()
    for arn in (group["Arn"], policy, made["Arn"]):
        _, told = report(iam, arn, Granularity="ACTION_LEVEL")
        assert told["JobType"] == "ACTION_LEVEL"
        services = {each["ServiceNamespace"]: each for each in told["ServicesLastAccessed"]}
        assert {"s3", "iam", "kinesis", "lakeformation", "sts"} <= set(services)
        assert services["kinesis"]["LastAuthenticatedEntity"] == made["Arn"]
        assert services["lakeformation"]["TotalAuthenticatedEntities"] == 0
        names = [each["ServiceName"] for each in told["ServicesLastAccessed"]]
        assert names == sorted(names)


def test_another_user_of_the_name_has_used_nothing(lake, name, user):
    made, client = user
    iam = lake.client("iam")
    iam.put_user_policy(UserName=name, PolicyName="own", PolicyDocument=document("s3:*"))
    client("s3").list_buckets()
    for key in iam.list_access_keys(UserName=name)["AccessKeyMetadata"]:
        iam.delete_access_key(UserName=name, AccessKeyId=key["AccessKeyId"])
    iam.delete_user_policy(UserName=name, PolicyName="own")
    iam.delete_user(UserName=name)
    iam.create_user(UserName=name)
    iam.put_user_policy(UserName=name, PolicyName="own", PolicyDocument=document("s3:*"))
    [service] = report(iam, made["Arn"])[1]["ServicesLastAccessed"]
    assert service["TotalAuthenticatedEntities"] == 0


def test_reports_are_paged_and_unknown_ones_are_not_found(lake, name):
    iam = lake.client("iam")
    role = iam.create_role(RoleName=name, AssumeRolePolicyDocument=json.dumps(
        {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Principal": {"Service": "glue.amazonaws.com"},
                                                 "Action": "sts:AssumeRole"}]}))["Role"]["Arn"]
    iam.put_role_policy(RoleName=name, PolicyName="p", PolicyDocument=document("s3:*", "glue:*", "athena:*"))
    job = iam.generate_service_last_accessed_details(Arn=role)["JobId"]
    first = iam.get_service_last_accessed_details(JobId=job, MaxItems=2)
    rest = iam.get_service_last_accessed_details(JobId=job, MaxItems=2, Marker=first["Marker"])
    assert first["IsTruncated"] and not rest["IsTruncated"]
    told = [each["ServiceNamespace"] for each in first["ServicesLastAccessed"] + rest["ServicesLastAccessed"]]
    assert told == ["glue", "athena", "s3"]
    assert refusal(iam.get_service_last_accessed_details,
                   JobId="00000000-0000-0000-0000-000000000000") == "NoSuchEntity"
    assert refusal(iam.generate_service_last_accessed_details,
                   Arn=f"arn:aws:iam::{lake.account}:user/{name}-none") == "NoSuchEntity"


def test_policies_that_open_a_service_are_listed(lake, name):
    iam = lake.client("iam")
    arn = iam.create_user(UserName=name)["User"]["Arn"]
    iam.create_group(GroupName=name)
    iam.add_user_to_group(GroupName=name, UserName=name)
    iam.put_user_policy(UserName=name, PolicyName="inline", PolicyDocument=document("s3:GetObject"))
    iam.put_user_policy(UserName=name, PolicyName="denies", PolicyDocument=document("s3:*", effect="Deny"))
    iam.put_group_policy(GroupName=name, PolicyName="others", PolicyDocument=document("iam:*", name="NotAction"))
    iam.attach_user_policy(UserName=name, PolicyArn="arn:aws:iam::aws:policy/AmazonS3FullAccess")
    entries = iam.list_policies_granting_service_access(Arn=arn, ServiceNamespaces=["s3", "iam"])
    s3, own = entries["PoliciesGrantingServiceAccess"]
    assert (s3["ServiceNamespace"], own["ServiceNamespace"]) == ("s3", "iam")
    assert own["Policies"] == []
    assert sorted(s3["Policies"], key=lambda each: each["PolicyName"]) == [
        {"PolicyName": "AmazonS3FullAccess", "PolicyType": "MANAGED",
         "PolicyArn": "arn:aws:iam::aws:policy/AmazonS3FullAccess"},
        {"PolicyName": "inline", "PolicyType": "INLINE", "EntityType": "USER", "EntityName": name},
        {"PolicyName": "others", "PolicyType": "INLINE", "EntityType": "GROUP", "EntityName": name}]
