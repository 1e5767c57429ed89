"""A governed lake for the tests: principals, grants, and ways to ask as one of them."""
import json
import time
import uuid

import botocore.exceptions
import pytest

from conftest import Lake

ANYTHING = json.dumps({"Version": "2012-10-17", "Statement": [
    {"Effect": "Allow", "Action": ["athena:*", "glue:*", "s3:*", "lakeformation:GetDataAccess"], "Resource": "*"}]})

# How Glue describes Parquet files of two columns.
ID_AND_NAME = {"Columns": [{"Name": "id", "Type": "int"}, {"Name": "name", "Type": "string"}],
               "InputFormat": "org.apache.hadoop.hive.ql.io.parquet.MapredParquetInputFormat",
               "OutputFormat": "org.apache.hadoop.hive.ql.io.parquet.MapredParquetOutputFormat",
               "SerdeInfo": {"SerializationLibrary": "org.apache.hadoop.hive.ql.io.parquet.serde.ParquetHiveSerDe"}}


class Lab:
    """A governed lake with a bucket of the test's own; what else a module's fixture sets."""

    def __init__(self, lake, prefix):
        self.lake, self.root = lake, root_of(lake)
        self.bucket = f"{prefix}-{uuid.uuid4().hex[:8]}"
        self.root.client("s3").create_bucket(Bucket=self.bucket)


@pytest.fixture(scope="module")
def governed(tmp_path_factory):
    """A lake of its own where Lake Formation governs: elsewhere IAM alone decides."""
    lake = Lake(tmp_path_factory.mktemp("governed") / "data")
    bucket = "results-" + uuid.uuid4().hex[:8]
    lake.client("s3").create_bucket(Bucket=bucket)
    lake.results = f"s3://{bucket}/results/"
    take_over(lake)
    yield lake
    lake.stop()


def make_user(lake, name, policy=ANYTHING):
    """An IAM user that IAM lets do everything a query needs; gives what clients sign with and its ARN."""
    iam = lake.client("iam")
    user = iam.create_user(UserName=name)["User"]
    iam.put_user_policy(UserName=name, PolicyName="all", PolicyDocument=policy)
    key = iam.create_access_key(UserName=name)["AccessKey"]
    return Principal(lake, user["Arn"], dict(aws_access_key_id=key["AccessKeyId"],
                                             aws_secret_access_key=key["SecretAccessKey"]))


def take_over(lake):
    """From here on Lake Formation governs what is made: nothing is left to IAM by default.

    The two steps of AWS's guide: empty defaults for what is made, and no CREATE_DATABASE for IAMAllowedPrincipals.
    """
    formation = lake.client("lakeformation")
    formation.put_data_lake_settings(DataLakeSettings={
        "DataLakeAdmins": [], "CreateDatabaseDefaultPermissions": [], "CreateTableDefaultPermissions": []})
    formation.revoke_permissions(Principal={"DataLakePrincipalIdentifier": "IAM_ALLOWED_PRINCIPALS"},
                                 Resource={"Catalog": {}}, Permissions=["CREATE_DATABASE"])


class Answer:
    """What a statement came to: its rows, or why it failed."""

    def __init__(self, state, rows, reason, statistics):
        self.state, self.rows, self.reason, self.statistics = state, rows, reason, statistics

    @property
    def ok(self):
        return self.state == "SUCCEEDED"

    @property
    def kind(self):
        """The error's name: "DIVISION_BY_ZERO", "COLUMN_NOT_FOUND"."""
        return "" if self.ok else self.reason.split(":")[0].strip()


class Principal:
    def __init__(self, lake, arn, keys):
        self.lake, self.arn, self.keys = lake, arn, keys

    def client(self, service, **more):
        return self.lake.client(service, **{**self.keys, **more})

    def ask(self, sql, database="default", output=None, **more):
        athena = self.client("athena")
        ident = athena.start_query_execution(
            QueryString=sql, QueryExecutionContext={"Database": database},
            ResultConfiguration={"OutputLocation": output or self.lake.results}, **more)["QueryExecutionId"]
        while True:
            found = athena.get_query_execution(QueryExecutionId=ident)["QueryExecution"]
            if found["Status"]["State"] not in ("QUEUED", "RUNNING"):
                break
            time.sleep(0.004)
        state = found["Status"]["State"]
        rows = []
        if state == "SUCCEEDED":
            for page in athena.get_paginator("get_query_results").paginate(QueryExecutionId=ident):
                rows += [tuple(cell.get("VarCharValue") for cell in row["Data"]) for row in page["ResultSet"]["Rows"]]
        return Answer(state, rows, found["Status"].get("StateChangeReason", ""), found["Statistics"])

    def run(self, sql, database="default", **more):
        answer = self.ask(sql, database, **more)
        assert answer.ok, f"{sql}\n{answer.reason}"
        return answer.rows


def root_of(lake):
    return Principal(lake, f"arn:aws:iam::{lake.account}:root", {})


def refused(call, **arguments):
    """The code of the error that a boto3 call ends in; "" when it succeeds."""
    try:
        call(**arguments)
    except botocore.exceptions.ClientError as error:
        return error.response["Error"]["Code"]
    return ""


def grant(lake, principal, resource, permissions, **more):
    lake.client("lakeformation").grant_permissions(
        Principal={"DataLakePrincipalIdentifier": principal.arn}, Resource=resource, Permissions=permissions, **more)


def grant_filter(lake, principal, database, table, name, row_filter=None, columns=None):
    """SELECT through a data cells filter."""
    data = {"TableCatalogId": lake.account, "DatabaseName": database, "TableName": table, "Name": name,
            "RowFilter": {"FilterExpression": row_filter} if row_filter else {"AllRowsWildcard": {}}}
    if columns:
        data["ColumnNames"] = columns
    else:
        data["ColumnWildcard"] = {}
    lake.client("lakeformation").create_data_cells_filter(TableData=data)
    grant(lake, principal, {"DataCellsFilter": {"TableCatalogId": lake.account, "DatabaseName": database,
                                                "TableName": table, "Name": name}}, ["SELECT"])
