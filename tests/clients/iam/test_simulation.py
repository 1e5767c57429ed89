"""What the policy simulator answers, in its shape, with boto3."""
import json

import pytest
from botocore.exceptions import ClientError

OTHER = "999999999999"


def policy(*statements):
    return json.dumps({"Version": "2012-10-17", "Statement": list(statements)})


def allow(action, resource="*", **more):
    return {"Effect": "Allow", "Action": action, "Resource": resource, **more}


@pytest.fixture
def simulate(lake):
    def custom(document, action="s3:GetObject", **more):
        [result] = lake.client("iam").simulate_custom_policy(PolicyInputList=[document], ActionNames=[action],
                                                             **more)["EvaluationResults"]
        return result
    return custom



def places(result):
    return [tuple(each[side][part] for side in ("StartPosition", "EndPosition") for part in ("Line", "Column"))
            for each in result["MatchedStatements"]]


def test_statements_are_told_by_their_places(simulate):
    # One alone begins behind its brace, those of a list behind what comes before them.
    alone = '{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"s3:*","Resource":"*"}}'
    assert places(simulate(alone)) == [(1, 38, 1, len(alone))]
    listed = '{\n  "Version": "2012-10-17",\n  "Statement": [\n    {\n      "Effect": "Allow",\n' \
             '      "Action": "*",\n      "Resource": "*"\n    }\n  ]\n}'
    result = simulate(listed)
    assert places(result) == [(3, 17, 8, 6)]
    assert result["MatchedStatements"][0]["SourcePolicyId"] == "PolicyInputList.1"
    assert result["MatchedStatements"][0]["SourcePolicyType"] == "IAM Policy"


def test_a_deny_is_told_alone(simulate):
    result = simulate(policy(allow("s3:*"), {**allow("s3:GetObject"), "Effect": "Deny"}))
    assert result["EvalDecision"] == "explicitDeny"
    assert len(result["MatchedStatements"]) == 1


def test_all_resources_are_told_of_without_details(simulate):
    result = simulate(policy(allow("s3:GetObject", Condition={"Bool": {"aws:SecureTransport": "true"}})))
    assert result["EvalDecision"] == "implicitDeny" and result["EvalResourceName"] == "*"
    assert result["MissingContextValues"] == ["aws:SecureTransport"]
    assert not {"EvalDecisionDetails", "ResourceSpecificResults", "PermissionsBoundaryDecisionDetail",
                "OrganizationsDecisionDetail"} & set(result)


def test_named_resources_are_told_of_one_by_one(simulate):
    result = simulate(policy(allow("s3:GetObject", "arn:aws:s3:::a/*",
                                   Condition={"StringEquals": {"aws:PrincipalTag/team": "x"}})),
                      ResourceArns=["arn:aws:s3:::a/k"])
    assert result["EvalDecisionDetails"] == {} and result["MissingContextValues"] == []
    [specific] = result["ResourceSpecificResults"]
    assert specific["EvalResourceName"] == "arn:aws:s3:::a/k" and specific["EvalResourceDecision"] == "implicitDeny"
    assert specific["MissingContextValues"] == ["aws:PrincipalTag/team"]


@pytest.mark.parametrize("key, value", [
    ("aws:PrincipalType", "AssumedRole"), ("aws:PrincipalAccount", OTHER), ("aws:username", "alice"),
    ("aws:userid", "AIDAX"), ("aws:PrincipalArn", f"arn:aws:iam::{OTHER}:role/etl"),
    ("aws:PrincipalIsAWSService", "true"), ("aws:SourceVpce", "vpce-1")])
def test_the_context_that_is_given_counts(simulate, key, value):
    document = policy(allow("s3:GetObject", Condition={"StringEquals": {key: value}}))
    given = [{"ContextKeyName": key, "ContextKeyValues": [value], "ContextKeyType": "string"}]
    assert simulate(document, ContextEntries=given)["EvalDecision"] == "allowed"
    given[0]["ContextKeyValues"] = ["another"]
    assert simulate(document, ContextEntries=given)["EvalDecision"] == "implicitDeny"


def test_two_accounts_must_both_allow(lake, simulate):
    own, resource = policy(allow("s3:GetObject")), "arn:aws:s3:::theirs/k"
    caller = f"arn:aws:iam::{lake.account}:user/nobody-there"
    opened = policy({"Effect": "Allow", "Principal": {"AWS": caller}, "Action": "s3:GetObject", "Resource": resource})
    closed = policy({"Effect": "Allow", "Principal": {"AWS": OTHER}, "Action": "s3:GetObject", "Resource": resource})
    across = dict(CallerArn=caller, ResourceOwner=f"arn:aws:iam::{OTHER}:root", ResourceArns=[resource])
    both = simulate(own, ResourcePolicy=opened, **across)
    assert both["EvalDecision"] == "allowed"
    assert both["EvalDecisionDetails"] == {"IAM Policy": "allowed", "Resource Policy": "allowed"}
    one = simulate(own, ResourcePolicy=closed, **across)
    assert one["EvalDecision"] == "implicitDeny"
    assert one["EvalDecisionDetails"] == {"IAM Policy": "allowed", "Resource Policy": "implicitDeny"}
    within = simulate(policy(allow("glue:*")), ResourcePolicy=opened, CallerArn=caller, ResourceArns=[resource])
    assert within["EvalDecision"] == "allowed" and within["EvalDecisionDetails"] == {}
    assert [each["SourcePolicyType"] for each in within["MatchedStatements"]] == ["Resource Policy"]


def test_a_boundary_says_whether_it_allows(simulate):
    inside = simulate(policy(allow("*")), PermissionsBoundaryPolicyInputList=[policy(allow("s3:*"))])
    outside = simulate(policy(allow("*")), PermissionsBoundaryPolicyInputList=[policy(allow("glue:*"))])
    assert inside["EvalDecision"] == "allowed"
    assert inside["PermissionsBoundaryDecisionDetail"] == {"AllowedByPermissionsBoundary": True}
    assert outside["EvalDecision"] == "implicitDeny"
    assert outside["PermissionsBoundaryDecisionDetail"] == {"AllowedByPermissionsBoundary": False}


def test_results_are_paged(lake):
    iam = lake.client("iam")
    asked = dict(PolicyInputList=[policy(allow("s3:Get*"))], ActionNames=["s3:GetObject", "s3:PutObject"],
                 ResourceArns=["arn:aws:s3:::a", "arn:aws:s3:::b"])
    pages = iam.get_paginator("simulate_custom_policy").paginate(**asked, PaginationConfig={"PageSize": 3})
    results = [result for page in pages for result in page["EvaluationResults"]]
    assert [(each["EvalActionName"], each["EvalResourceName"][-1], each["EvalDecision"]) for each in results] == [
        ("s3:GetObject", "a", "allowed"), ("s3:GetObject", "b", "allowed"),
        ("s3:PutObject", "a", "implicitDeny"), ("s3:PutObject", "b", "implicitDeny")]


def test_a_principal_must_be_there(lake, name):
    with pytest.raises(ClientError) as refused:
        lake.client("iam").simulate_principal_policy(
            PolicySourceArn=f"arn:aws:iam::{lake.account}:user/{name}", ActionNames=["s3:GetObject"])
    assert refused.value.response["Error"]["Code"] == "NoSuchEntity"
