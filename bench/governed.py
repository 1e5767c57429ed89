"""TPC-H by a user whom Lake Formation shows a part of three tables (rows, columns, one masked), beside root with the same
filters written by hand into subqueries: through Athena, in turns on one server. Answers are compared.

  --quick     scale factor 0.1, two rounds
  --data DIR  one folder of Parquet files per table, instead of making them
  --rounds N
  --only 1,6  these queries
"""
import argparse
import json
import pathlib
import re
import statistics
import sys
import tempfile

from load import Client, Signer
from query import QUERIES, Athena, load, make_data, same
from rights import ACCOUNT, query as ask_iam
from servers import Tarn

# What the user sees: a condition on rows, columns that are left out or masked, and the mask by hand.
PARTS = {
    "lineitem": ("l_shipmode <> 'AIR' AND l_quantity < 46", ["l_comment"], {}),
    "orders": ("o_orderdate >= DATE '1992-07-01' AND o_orderpriority IN ('1-URGENT', '2-HIGH', '3-MEDIUM', '5-LOW')",
               ["o_clerk"], {}),
    "customer": ("c_nationkey < 22", ["mask_partial(c_phone, 2, 0)"],
                 {"c_phone": "substr(c_phone, 1, 2) || rpad('', CAST(length(c_phone) - 2 AS integer), "
                             "'*')"}),
}


class AthenaOf(Athena):
    """Athena by other keys than root's."""

    def __init__(self, server, key, secret):
        self.client = Client(Signer("127.0.0.1", server.port, key, secret, "athena"))


def formation(server, operation, **members):
    server.client("lakeformation").call("POST", f"/{operation}", body=json.dumps(members).encode(),
                                        headers={"content-type": "application/json"})


def take_over(server):
    """From here on Lake Formation governs what is made."""
    formation(server, "PutDataLakeSettings", DataLakeSettings={
        "DataLakeAdmins": [], "CreateDatabaseDefaultPermissions": [], "CreateTableDefaultPermissions": []})
    formation(server, "RevokePermissions", Principal={"DataLakePrincipalIdentifier": "IAM_ALLOWED_PRINCIPALS"},
              Resource={"Catalog": {}}, Permissions=["CREATE_DATABASE"])


def make_user(server):
    """Athena of a user who may everything by IAM, and by Lake Formation sees what PARTS says."""
    policy = {"Version": "2012-10-17", "Statement": [
        {"Effect": "Allow", "Action": ["athena:*", "glue:*", "s3:*", "lakeformation:GetDataAccess"], "Resource": "*"}]}
    ask_iam(server, "iam", Action="CreateUser", UserName="ana")
    ask_iam(server, "iam", Action="PutUserPolicy", UserName="ana", PolicyName="all", PolicyDocument=json.dumps(policy))
    answer = ask_iam(server, "iam", Action="CreateAccessKey", UserName="ana")
    who = {"DataLakePrincipalIdentifier": f"arn:aws:iam::{ACCOUNT}:user/ana"}

    def grant(resource, permission):
        formation(server, "GrantPermissions", Principal=who, Resource=resource, Permissions=[permission])

    grant({"Database": {"Name": "tpch"}}, "DESCRIBE")
    for table in ("lineitem", "orders", "customer", "part", "partsupp", "supplier", "nation", "region"):
        if table not in PARTS:
            grant({"Table": {"DatabaseName": "tpch", "Name": table}}, "SELECT")
            continue
        condition, excluded, _ = PARTS[table]
        cells = {"TableCatalogId": ACCOUNT, "DatabaseName": "tpch", "TableName": table, "Name": "part"}
        formation(server, "CreateDataCellsFilter", TableData={
            **cells, "RowFilter": {"FilterExpression": condition},
            "ColumnWildcard": {"ExcludedColumnNames": excluded}})
        grant({"DataCellsFilter": cells}, "SELECT")
    key, secret = (re.search(f"<{name}>(.*?)</{name}>", answer)[1] for name in ("AccessKeyId", "SecretAccessKey"))
    return AthenaOf(server, key, secret)


def by_hand(sql, columns):
    """The query with each of the three tables in its FROM replaced by what is seen of it."""
    def seen(match):
        table, alias = match[1], match[2]
        condition, excluded, masks = PARTS[table]
        listed = ", ".join(f"{masks[name]} AS {name}" if name in masks else name for name in columns[table]
                           if name not in excluded)
        return f"(SELECT {listed} FROM {table} WHERE {condition}) {alias or table}"

    return re.sub(r"\b(lineitem|orders|customer)\b(?: (l\d)\b)?", seen, sql)


def measure(server, athena, sql):
    cpu = server.cpu()
    execution, wall = athena.run(sql, pause=0.005, Database="tpch")
    return wall, server.cpu() - cpu, athena.rows(execution)


def compare(server, root, user, columns, rounds, only):
    queries = [q.strip() for q in QUERIES.read_text().split(";") if "SELECT" in q]
    taken = {number: {"user": [], "hand": []} for number in only or range(1, len(queries) + 1)}
    differing = 0
    for turn in range(rounds + 1):  # the first one warms up
        for number, figures in taken.items():
            sql = queries[number - 1]
            asked = {"user": (user, sql), "hand": (root, by_hand(sql, columns))}
            rows = {}
            for who in sorted(asked, reverse=turn % 2 == 0):
                wall, cpu, rows[who] = measure(server, *asked[who])
                if turn > 0:
                    figures[who].append((wall, cpu))
            if turn == 0 and (len(rows["user"]) != len(rows["hand"]) or not all(
                    same(a, b) for x, y in zip(rows["user"], rows["hand"]) for a, b in zip(x, y))):
                differing += 1
                print(f"  q{number}: the answers differ ({len(rows['user'])} rows, by hand {len(rows['hand'])}): "
                      f"{rows['user'][:1]} {rows['hand'][:1]}")
    totals = [0.0] * 4
    for number, figures in taken.items():
        medians = [statistics.median(pair[i] for pair in figures[who]) for who in ("user", "hand") for i in (0, 1)]
        totals = [a + b for a, b in zip(totals, medians)]
        print(f"  q{number:<3} filtered {medians[0]:6.3f} s, by hand {medians[2]:6.3f} s: wall x "
              f"{medians[0] / medians[2]:.2f}; CPU {medians[1]:.2f}, {medians[3]:.2f} s", flush=True)
    print(f"  TPC-H filtered by Lake Formation, medians of {rounds}: {totals[0]:.2f} s, by hand {totals[2]:.2f} s: wall "
          f"x {totals[0] / totals[2]:.2f}, CPU x {totals[1] / totals[3]:.2f} (wanted: <= 1.30); {differing} of "
          f"{len(taken)} answers differ")
    return differing


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("--data", type=pathlib.Path)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--only", type=lambda text: [int(one) for one in text.split(",")])
    options = parser.parse_args()
    with Tarn() as server, tempfile.TemporaryDirectory(prefix="tarn-tpch-") as made:
        import duckdb
        folder = options.data or pathlib.Path(made)
        if not options.data:
            make_data(0.1 if options.quick else 1, folder)
        server.client().call("PUT", "/results")
        take_over(server)
        root, duck = Athena(server), duckdb.connect()
        load(server, root, duck, folder)
        columns = {table: [row[0] for row in duck.execute(f"DESCRIBE {table}").fetchall()] for table in PARTS}
        differing = compare(server, root, make_user(server), columns, 2 if options.quick else options.rounds,
                            options.only)
    sys.exit(1 if differing else 0)


if __name__ == "__main__":
    main()
