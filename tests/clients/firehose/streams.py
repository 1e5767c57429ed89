"""What the tests of Firehose share: streams made by boto3, and waiting for what they deliver."""
import json
import time

ROLE = "arn:aws:iam::000000000000:role/firehose-delivery"
TRUST = json.dumps({"Version": "2012-10-17", "Statement": [
    {"Effect": "Allow", "Principal": {"Service": "firehose.amazonaws.com"}, "Action": "sts:AssumeRole"}]})
ANYTHING = json.dumps({"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}]})


def make_role(lake, name="firehose-delivery", policy=ANYTHING):
    """A role that trusts Firehose; without arguments ROLE, which may do anything."""
    iam = lake.client("iam")
    arn = iam.create_role(RoleName=name, AssumeRolePolicyDocument=TRUST)["Role"]["Arn"]
    if policy:
        iam.put_role_policy(RoleName=name, PolicyName="delivery", PolicyDocument=policy)
    return arn


def s3_destination(bucket, **more):
    return {"RoleARN": ROLE, "BucketARN": f"arn:aws:s3:::{bucket}", **more}


def processors(*each):
    """(type, {parameter: value}) …"""
    return {"Enabled": True, "Processors": [
        {"Type": kind, "Parameters": [{"ParameterName": k, "ParameterValue": v} for k, v in parameters.items()]}
        for kind, parameters in each]}


def wait_for(condition, seconds=60):
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        if found := condition():
            return found
        time.sleep(0.1)
    raise AssertionError("it did not happen in time")


def objects(lake, bucket, prefix=""):
    """Keys and bytes below a prefix."""
    s3 = lake.client("s3")
    listed = s3.list_objects_v2(Bucket=bucket, Prefix=prefix).get("Contents", [])
    return {each["Key"]: s3.get_object(Bucket=bucket, Key=each["Key"]) for each in listed}


def bodies(lake, bucket, prefix=""):
    return {key: got["Body"].read() for key, got in objects(lake, bucket, prefix).items()}


def athena(lake, sql, database, results, all_rows=False):
    """The rows of a statement's result, as texts; of long ones the first thousand unless all are asked for."""
    client = lake.client("athena")
    query = client.start_query_execution(QueryString=sql, QueryExecutionContext={"Database": database},
                                         ResultConfiguration={"OutputLocation": f"s3://{results}/results/"})["QueryExecutionId"]

    def ended():
        status = client.get_query_execution(QueryExecutionId=query)["QueryExecution"]["Status"]
        return status if status["State"] in ("SUCCEEDED", "FAILED") else None
    status = wait_for(ended)
    assert status["State"] == "SUCCEEDED", status
    pages = client.get_paginator("get_query_results").paginate(QueryExecutionId=query)
    rows = [row for page in (pages if all_rows else [next(iter(pages))]) for row in page["ResultSet"]["Rows"]]
    return [[cell.get("VarCharValue") for cell in row["Data"]] for row in rows[1:]]
