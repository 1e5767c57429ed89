"""Another account's catalog over Iceberg REST, by its number and through resource links: what was granted, and read alone."""
import json
import os
import urllib.error
import urllib.request

import pyarrow as pa
import pytest
from pyiceberg.catalog.rest import RestCatalog

from conftest import OTHER, OTHER_ACCOUNT, lake_of_two
from governance import lakes
from iceberg.test_rest_catalog import ask

pytestmark = pytest.mark.xdist_group("rest_accounts")  # one lake

DELEGATED = {"X-Iceberg-Access-Delegation": "vended-credentials"}
SIGNED = {"X-Iceberg-Access-Delegation": "remote-signing"}
CATALOG_ALONE = json.dumps({"Version": "2012-10-17", "Statement": [
    {"Effect": "Allow", "Action": ["glue:*", "lakeformation:GetDataAccess"], "Resource": "*"}]})


class Lab:
    """A lake of two accounts: the first has the tables, the second users and links."""


def user_of_other(lab, name, policy):
    iam = lab.lake.client("iam", **OTHER)
    arn = iam.create_user(UserName=name)["User"]["Arn"]
    iam.put_user_policy(UserName=name, PolicyName="all", PolicyDocument=policy)
    key = iam.create_access_key(UserName=name)["AccessKey"]
    return lakes.Principal(lab.lake, arn, dict(aws_access_key_id=key["AccessKeyId"], aws_secret_access_key=key["SecretAccessKey"]))


@pytest.fixture(scope="module")
def lab(tmp_path_factory):
    lab = Lab()
    lab.lake = lake = lake_of_two(tmp_path_factory.mktemp("rest_accounts"))
    lab.root, lab.bucket = lakes.root_of(lake), "shared-" + os.urandom(4).hex()
    lab.root.client("s3").create_bucket(Bucket=lab.bucket)
    lake.results = f"s3://{lab.bucket}/results/"
    lakes.take_over(lake)
    formation, glue = lab.root.client("lakeformation"), lab.root.client("glue")
    formation.register_resource(ResourceArn=f"arn:aws:s3:::{lab.bucket}/sales", UseServiceLinkedRole=True)
    settings = formation.get_data_lake_settings()["DataLakeSettings"]
    formation.put_data_lake_settings(DataLakeSettings={**settings, "AllowFullTableExternalDataAccess": True})
    glue.create_database(DatabaseInput={"Name": "sales", "LocationUri": f"s3://{lab.bucket}/sales/"})
    for table in ("orders", "wages", "secret"):
        lab.root.run(f"CREATE TABLE {table} (id int, city string, wage int) LOCATION 's3://{lab.bucket}/sales/{table}/' "
                     "TBLPROPERTIES ('table_type'='ICEBERG')", "sales")
        lab.root.run(f"INSERT INTO {table} VALUES (1, 'rome', 10), (2, 'oslo', 20)", "sales")
    lab.user, lab.stranger = user_of_other(lab, "consumer", CATALOG_ALONE), user_of_other(lab, "stranger", CATALOG_ALONE)
    theirs, their_glue = lake.client("lakeformation", **OTHER), lake.client("glue", **OTHER)
    theirs.put_data_lake_settings(DataLakeSettings={
        "DataLakeAdmins": [], "CreateDatabaseDefaultPermissions": [], "CreateTableDefaultPermissions": []})
    place = {"CatalogId": lake.account, "DatabaseName": "sales"}
    for resource in ({"Table": {**place, "Name": "orders"}},
                     {"TableWithColumns": {**place, "Name": "wages", "ColumnNames": ["id", "city"]}}):
        formation.grant_permissions(Principal={"DataLakePrincipalIdentifier": OTHER_ACCOUNT}, Resource=resource,
                                    Permissions=["SELECT"], PermissionsWithGrantOption=["SELECT"])
        theirs.grant_permissions(Principal={"DataLakePrincipalIdentifier": lab.user.arn}, Resource=resource, Permissions=["SELECT"])
    glue.put_resource_policy(EnableHybrid="TRUE", PolicyInJson=json.dumps({"Version": "2012-10-17", "Statement": [
        {"Effect": "Allow", "Principal": {"AWS": OTHER_ACCOUNT}, "Action": "glue:*",
         "Resource": f"arn:aws:glue:{lake.region}:{lake.account}:*"}]}))
    their_glue.create_database(DatabaseInput={"Name": "mine"})
    their_glue.create_database(DatabaseInput={"Name": "shared", "TargetDatabase": place})
    their_glue.create_database(DatabaseInput={"Name": "closed", "TargetDatabase": place})
    for table in ("orders", "wages", "secret"):
        their_glue.create_table(DatabaseName="mine", TableInput={"Name": "l_" + table, "TargetTable": {**place, "Name": table}})
        theirs.grant_permissions(Principal={"DataLakePrincipalIdentifier": lab.user.arn}, Permissions=["DESCRIBE"],
                                 Resource={"Table": {"DatabaseName": "mine", "Name": "l_" + table}})
    for database in ("mine", "shared"):
        theirs.grant_permissions(Principal={"DataLakePrincipalIdentifier": lab.user.arn}, Permissions=["DESCRIBE"],
                                 Resource={"Database": {"Name": database}})
    yield lab
    lake.stop()


def rest(lab, principal, method, path, body=None, **headers):
    form = {"grant_type": "client_credentials", "client_id": principal.keys["aws_access_key_id"],
            "client_secret": principal.keys["aws_secret_access_key"]}
    token = ask(lab.lake, "POST", "/v1/oauth/tokens", form=form)[1]["access_token"]
    return ask(lab.lake, method, path, body, token, headers=headers)[:2]


def paths(lab, table):
    """The table by the number of its account, by a link to it, by a link to its database."""
    return [f"/v1/{lab.lake.account}/namespaces/sales/tables/{table}", f"/v1/namespaces/mine/tables/l_{table}",
            f"/v1/namespaces/shared/tables/{table}"]


def s3_of(lab, config):
    return lab.lake.client("s3", aws_access_key_id=config["s3.access-key-id"], aws_secret_access_key=config["s3.secret-access-key"],
                           aws_session_token=config["s3.session-token"])


def test_config_leads_to_the_account(lab):
    status, answer = rest(lab, lab.user, "GET", f"/v1/config?warehouse={lab.lake.account}")
    assert status == 200 and answer["overrides"]["prefix"] == lab.lake.account
    served = " ".join(answer["endpoints"])
    assert "GET /v1/{prefix}/namespaces/{namespace}/tables/{table}" in answer["endpoints"]
    assert "tables/{table}/plan" in served and "/credentials" in served and "/sign" in served
    assert not [each for each in answer["endpoints"] if each.startswith("DELETE") and "/plan/" not in each]
    assert "POST /v1/{prefix}/namespaces/{namespace}/tables" not in answer["endpoints"]
    assert "POST /v1/{prefix}/transactions/commit" not in answer["endpoints"]
    # One's own number is one's own catalog.
    assert "prefix" not in rest(lab, lab.user, "GET", f"/v1/config?warehouse={OTHER_ACCOUNT}")[1]["overrides"]
    assert rest(lab, lab.user, "GET", "/v1/config?warehouse=12345")[0] == 404


@pytest.mark.parametrize("way", range(3))
def test_what_is_granted_in_full_is_loaded_lent_signed_and_planned(lab, way):
    path = paths(lab, "orders")[way]
    status, answer = rest(lab, lab.user, "GET", path, **DELEGATED)
    assert status == 200 and [f["name"] for f in answer["metadata"]["schemas"][0]["fields"]] == ["id", "city", "wage"]
    assert rest(lab, lab.user, "HEAD", path)[0] == 204
    lent = [answer["storage-credentials"][0]["config"]]
    status, again = rest(lab, lab.user, "GET", "/" + lent[0]["client.refresh-credentials-endpoint"], **DELEGATED)
    assert status == 200, again
    lent.append(again["storage-credentials"][0]["config"])
    for config in lent:  # the bucket is the other account's, and the user has no right of its own to S3
        s3 = s3_of(lab, config)
        keys = [each["Key"] for each in s3.list_objects_v2(Bucket=lab.bucket, Prefix="sales/orders/")["Contents"]]
        assert s3.get_object(Bucket=lab.bucket, Key=keys[0])["Body"].read()
        assert lakes.refused(s3.put_object, Bucket=lab.bucket, Key="sales/orders/data/x", Body=b"x") == "AccessDenied"
        assert lakes.refused(s3.list_objects_v2, Bucket=lab.bucket, Prefix="sales/secret/") == "AccessDenied"
    key = keys[0]
    status, answer = rest(lab, lab.user, "GET", path, **SIGNED)
    uri = f"{lab.lake.endpoint}/{lab.bucket}/{key}"
    signer = "/" + answer["config"]["signer.endpoint"]
    for method, wanted in (("GET", 200), ("PUT", 200)):  # what is signed reads alone, whatever it asks for
        status, answer = rest(lab, lab.user, "POST", signer, {"method": method, "region": "us-east-1", "uri": uri, "headers": {}})
        assert status == wanted, answer
        sent = {name: values[0] for name, values in answer["headers"].items()}
        request = urllib.request.Request(uri, b"x" if method == "PUT" else None, sent, method=method)
        try:
            with urllib.request.urlopen(request) as got:
                assert method == "GET" and got.read()
        except urllib.error.HTTPError as error:
            assert method == "PUT" and error.code == 403
    status, plan = rest(lab, lab.user, "POST", path + "/plan", {})
    assert status == 200 and len(plan["file-scan-tasks"]) == 1
    assert rest(lab, lab.user, "GET", path + "/plan/" + plan["plan-id"])[0] == 200


@pytest.mark.parametrize("way", range(3))
def test_what_is_granted_in_part_shows_that_part(lab, way):
    path = paths(lab, "wages")[way]
    status, answer = rest(lab, lab.user, "GET", path, **DELEGATED)
    assert status == 200 and [f["name"] for f in answer["metadata"]["schemas"][0]["fields"]] == ["id", "city"]
    assert not answer.get("storage-credentials") and "wage\"" not in json.dumps(answer)
    for more in ("/credentials",):
        assert rest(lab, lab.user, "GET", path + more)[0] == 403
    assert rest(lab, lab.user, "POST", path + "/plan", {})[0] == 403
    key = lab.root.client("s3").list_objects_v2(Bucket=lab.bucket, Prefix="sales/wages/")["Contents"][0]["Key"]
    assert rest(lab, lab.user, "POST", path + "/sign", {"method": "GET", "region": "us-east-1", "headers": {},
                                                        "uri": f"{lab.lake.endpoint}/{lab.bucket}/{key}"})[0] == 403


@pytest.mark.parametrize("way", range(3))
def test_what_is_not_granted_is_refused(lab, way):
    for principal, table in ((lab.user, "secret"), (lab.stranger, "orders"), (lab.stranger, "wages")):
        path = paths(lab, table)[way]
        assert rest(lab, principal, "GET", path, **DELEGATED)[0] == 403
        assert rest(lab, principal, "HEAD", path)[0] == 403
        assert rest(lab, principal, "GET", path + "/credentials")[0] == 403
        assert rest(lab, principal, "POST", path + "/plan", {})[0] == 403
    # A link to the database that is not shown leads nowhere, whatever is granted of its tables.
    assert rest(lab, lab.user, "GET", "/v1/namespaces/closed/tables/orders")[0] == 403


def test_lists_hold_what_is_granted(lab):
    account = lab.lake.account
    status, answer = rest(lab, lab.user, "GET", f"/v1/{account}/namespaces")
    assert status == 200 and answer["namespaces"] == [["sales"]]
    status, answer = rest(lab, lab.user, "GET", f"/v1/{account}/namespaces/sales/tables")
    assert status == 200 and sorted(each["name"] for each in answer["identifiers"]) == ["orders", "wages"]
    status, answer = rest(lab, lab.stranger, "GET", f"/v1/{account}/namespaces")
    assert status == 403 or answer["namespaces"] == []
    status, answer = rest(lab, lab.stranger, "GET", f"/v1/{account}/namespaces/sales/tables")
    assert status == 403 or answer["identifiers"] == []


def test_nothing_of_another_account_changes(lab):
    account = lab.lake.account
    before = lab.root.client("glue").get_table(DatabaseName="sales", Name="orders")["Table"]
    properties = {"requirements": [], "updates": [{"action": "set-properties", "updates": {"a": "b"}}]}
    table = {"namespace": ["sales"], "name": "orders"}
    for method, path, body in (
            ("POST", "/namespaces/sales/tables/orders", properties), ("DELETE", "/namespaces/sales/tables/orders", None),
            ("POST", "/namespaces/sales/tables", {"name": "x"}), ("POST", "/namespaces", {"namespace": ["x"]}),
            ("DELETE", "/namespaces/sales", None), ("POST", "/namespaces/sales/properties", {"updates": {"a": "b"}}),
            ("POST", "/tables/rename", {"source": table, "destination": {**table, "name": "y"}}),
            ("POST", "/transactions/commit", {"table-changes": [{"identifier": table, **properties}]})):
        status, answer = rest(lab, lab.user, method, f"/v1/{account}{path}", body)
        assert status == 406 and "read alone" in answer["error"]["message"], (path, answer)
    for path in paths(lab, "orders")[1:]:
        assert rest(lab, lab.user, "POST", path, properties)[0] in (403, 404)
        assert rest(lab, lab.user, "DELETE", path)[0] in (403, 404)
    assert lab.root.client("glue").get_table(DatabaseName="sales", Name="orders")["Table"] == before


def test_calls_are_on_record_where_they_were_made(lab):
    rest(lab, lab.user, "GET", f"/v1/{lab.lake.account}/namespaces/sales/tables/orders")
    events = lab.lake.client("cloudtrail", **OTHER).lookup_events(
        LookupAttributes=[{"AttributeKey": "EventName", "AttributeValue": "LoadTable"}])["Events"]
    assert [each for each in events if each["Username"] == "consumer"]


@pytest.mark.parametrize("way", range(3))
def test_pyiceberg_reads_it(lab, way):
    names = [(lab.lake.account, "sales.orders"), (None, "mine.l_orders"), (None, "shared.orders")]
    warehouse, name = names[way]
    keys = lab.user.keys
    catalog = RestCatalog("theirs", uri=lab.lake.endpoint + "/iceberg", **({"warehouse": warehouse} if warehouse else {}),
                          credential=f"{keys['aws_access_key_id']}:{keys['aws_secret_access_key']}",
                          **{"header.X-Iceberg-Access-Delegation": "vended-credentials"})
    rows = catalog.load_table(name).scan().to_arrow().sort_by("id")
    assert rows.column("city").to_pylist() == ["rome", "oslo"]
    assert rows.schema.field("id").type == pa.int32()
