"""tarn ingest: CSV, JSON, Parquet and spreadsheets into Iceberg tables, each file once, across kills."""
import gzip
import json
import os
import subprocess
import zipfile

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from conftest import BINARY, Lake


def tarn(lake, *words, check=True, **more):
    env = {"PATH": os.environ["PATH"], **lake.environment(), **more}
    done = subprocess.run([str(BINARY), *map(str, words), "--endpoint", lake.endpoint], env=env, capture_output=True,
                          text=True, timeout=120)
    assert not check or done.returncode == 0, done.stderr
    return done


def rows(lake, sql):
    lines = tarn(lake, "sql", sql, "--format", "json").stdout.splitlines()
    return [json.loads(line) for line in lines]


@pytest.fixture
def database(lake, name):
    yield name
    glue = lake.client("glue")
    for table in glue.get_tables(DatabaseName=name)["TableList"]:
        glue.delete_table(DatabaseName=name, Name=table["Name"])
    glue.delete_database(Name=name)


def make_xlsx(path, sheet_rows):
    """As Excel writes it: shared strings, a style for days."""
    strings = []

    def cell(reference, value):
        if value is None:
            return ""
        if isinstance(value, str):
            if value.startswith("day "):
                return f'<c r="{reference}" s="1"><v>{value[4:]}</v></c>'
            strings.append(value)
            return f'<c r="{reference}" t="s"><v>{len(strings) - 1}</v></c>'
        if isinstance(value, bool):
            return f'<c r="{reference}" t="b"><v>{int(value)}</v></c>'
        return f'<c r="{reference}"><v>{value}</v></c>'

    body = "".join(f'<row r="{r}">' + "".join(cell("ABCDEFGH"[c] + str(r), value) for c, value in enumerate(row)) + "</row>"
                   for r, row in enumerate(sheet_rows, 1))
    main = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    relations = "http://schemas.openxmlformats.org/package/2006/relationships"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as file:
        file.writestr("xl/workbook.xml", f'<?xml version="1.0"?><workbook xmlns="{main}" xmlns:r="http://x/r"><sheets>'
                                         '<sheet name="Orders" sheetId="1" r:id="rId1"/></sheets></workbook>')
        file.writestr("xl/_rels/workbook.xml.rels", f'<Relationships xmlns="{relations}"><Relationship Id="rId1" '
                                                    'Target="worksheets/sheet1.xml"/></Relationships>')
        file.writestr("xl/styles.xml", f'<styleSheet xmlns="{main}"><cellXfs><xf numFmtId="0"/><xf numFmtId="14"/>'
                                       "</cellXfs></styleSheet>")
        file.writestr("xl/worksheets/sheet1.xml", f'<worksheet xmlns="{main}"><sheetData>{body}</sheetData></worksheet>')
        file.writestr("xl/sharedStrings.xml", f'<sst xmlns="{main}">' + "".join(
            f"<si><t>{text}</t></si>" for text in strings) + "</sst>")


def make_ods(path, sheet_rows):
    def cell(value):
        if isinstance(value, str):
            return f'<table:table-cell office:value-type="string"><text:p>{value}</text:p></table:table-cell>'
        return f'<table:table-cell office:value-type="float" office:value="{value}"/>'

    body = "".join("<table:table-row>" + "".join(map(cell, row)) + "</table:table-row>" for row in sheet_rows)
    names = " ".join(f'xmlns:{n}="urn:oasis:names:tc:opendocument:xmlns:{n}:1.0"' for n in ("office", "table", "text"))
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as file:
        file.writestr("content.xml", f"<office:document-content {names}><office:body><office:spreadsheet>"
                                     f'<table:table table:name="One">{body}</table:table>'
                                     "</office:spreadsheet></office:body></office:document-content>")


def test_a_csv_makes_a_table_of_inferred_types_and_is_loaded_once(lake, database, tmp_path):
    path = tmp_path / "orders.csv"
    path.write_text('id;Name;paid;on\n1;"a;b";1.5;2026-01-02\n2;;2;2026-01-03\n')
    done = tarn(lake, "ingest", path, "--table", f"{database}.orders")
    assert "2 rows loaded" in done.stdout and "paid double" in done.stdout
    wanted = [{"id": 1, "name": "a;b", "paid": 1.5, "on": "2026-01-02"},
              {"id": 2, "name": None, "paid": 2.0, "on": "2026-01-03"}]
    assert rows(lake, f"SELECT * FROM {database}.orders ORDER BY id") == wanted
    renamed = path.rename(tmp_path / "again.csv")
    assert "loaded before" in tarn(lake, "ingest", renamed, "--table", f"{database}.orders").stdout
    renamed.write_text("name;id\nc;3\n")
    assert "1 rows loaded" in tarn(lake, "ingest", renamed, "--table", f"{database}.orders").stdout
    assert rows(lake, f"SELECT count(*) AS n, count(paid) AS p FROM {database}.orders") == [{"n": 3, "p": 2}]
    table = lake.client("glue").get_table(DatabaseName=database, Name="orders")["Table"]
    assert table["Parameters"]["table_type"].upper() == "ICEBERG"


def test_json_parquet_and_packed_files_go_to_one_table(lake, database, tmp_path):
    (tmp_path / "a.jsonl").write_text('{"k":1,"v":{"x":[1,2]}}\n{"k":2}\n')
    (tmp_path / "b.json.gz").write_bytes(gzip.compress(b'[{"k":3,"v":{"x":[]}}]'))
    pq.write_table(pa.table({"k": pa.array([4, 5], pa.int32())}), tmp_path / "c.parquet")
    tarn(lake, "ingest", *(tmp_path / f for f in ("a.jsonl", "b.json.gz", "c.parquet")), "--table", f"{database}.t")
    (tmp_path / "d.jsonl").write_text('{"k":6,"v":{"x":[1],"y":2}}\n')
    refused = tarn(lake, "ingest", tmp_path / "d.jsonl", "--table", f"{database}.t", check=False)
    assert refused.returncode == 1 and "column v has no member y" in refused.stderr
    assert rows(lake, f"SELECT sum(k) AS s, count(v) AS v FROM {database}.t") == [{"s": 15, "v": 2}]


@pytest.mark.parametrize("make, suffix", [(make_xlsx, "xlsx"), (make_ods, "ods")])
def test_spreadsheets_are_tables(lake, database, tmp_path, make, suffix):
    path = tmp_path / f"book.{suffix}"
    make(path, [["Id", "Customer", "Total"], [1, "A &amp; B", 2.5], [2, "007", 3]])
    tarn(lake, "ingest", path, "--table", f"{database}.{suffix}")
    assert rows(lake, f"SELECT * FROM {database}.{suffix} ORDER BY id") == [
        {"id": 1, "customer": "A & B", "total": 2.5}, {"id": 2, "customer": "007", "total": 3.0}]


def test_days_and_flags_of_a_sheet_keep_their_types(lake, database, tmp_path):
    path = tmp_path / "book.xlsx"
    make_xlsx(path, [["d", "f"], ["day 45292", True], ["day 45293", None]])
    tarn(lake, "ingest", path, "--table", f"{database}.t")
    assert rows(lake, f"SELECT * FROM {database}.t ORDER BY d") == [
        {"d": "2024-01-01", "f": "true"}, {"d": "2024-01-02", "f": None}]


@pytest.mark.parametrize("name_of, text", [("ragged.csv", "a,b\n1,2\n3\n4,5,6\n"), ("cut.jsonl", '{"a":1}\n{"a":'),
                                           ("not.xlsx", "a,b\n1,2\n"), ("not.parquet", "PAR1"), ("empty.csv", "")])
def test_what_cannot_be_read_changes_nothing(lake, name, tmp_path, name_of, text):
    (tmp_path / name_of).write_text(text)
    done = tarn(lake, "ingest", tmp_path / name_of, "--table", f"{name}.t", check=False)
    assert done.returncode == 1 and name_of in done.stderr
    assert name not in [d["Name"] for d in lake.client("glue").get_databases()["DatabaseList"]]


def test_a_file_that_does_not_fit_the_table_is_refused_whole(lake, database, tmp_path):
    (tmp_path / "a.csv").write_text("id,n\n1,2\n")
    tarn(lake, "ingest", tmp_path / "a.csv", "--table", f"{database}.t")
    (tmp_path / "b.csv").write_text("id,n\n2,3\n3,many\n")
    refused = tarn(lake, "ingest", tmp_path / "b.csv", "--table", f"{database}.t", check=False)
    assert refused.returncode == 1 and "many" in refused.stderr
    (tmp_path / "c.csv").write_text("id,other\n2,3\n")
    refused = tarn(lake, "ingest", tmp_path / "c.csv", "--table", f"{database}.t", check=False)
    assert refused.returncode == 1 and "no column 'other'" in refused.stderr
    assert rows(lake, f"SELECT count(*) AS n FROM {database}.t") == [{"n": 1}]


def test_a_load_that_the_lake_s_death_cut_off_goes_on_where_it_stopped(tmp_path):
    lake = Lake(tmp_path / "data")
    path = tmp_path / "big.csv"
    count = 600_000
    with open(path, "w") as file:
        file.write("id,text\n")
        # Texts that compress badly, so that there are several pieces.
        file.writelines(f"{i},{os.urandom(60).hex()}\n" for i in range(count))
    words = [str(BINARY), "ingest", str(path), "--table", "d.big", "--endpoint", lake.endpoint]
    load = subprocess.Popen(words, env={"PATH": os.environ["PATH"], **lake.environment()}, stderr=subprocess.PIPE, text=True)
    assert "rows" in load.stderr.readline()  # a piece is in the table
    lake.restart(kill=True)
    load.kill()
    load.communicate()
    before = rows(lake, "SELECT count(*) AS n FROM d.big")[0]["n"]
    assert 0 < before <= count
    tarn(lake, "ingest", path, "--table", "d.big")
    assert rows(lake, "SELECT count(*) AS n, count(DISTINCT id) AS d FROM d.big") == [{"n": count, "d": count}]
    lake.stop()


def test_a_caller_without_rights_to_the_table_loads_nothing(lake, database, tmp_path, name):
    (tmp_path / "a.csv").write_text("id\n1\n")
    tarn(lake, "ingest", tmp_path / "a.csv", "--table", f"{database}.t")
    iam = lake.client("iam")
    iam.create_user(UserName=name)
    made = iam.create_access_key(UserName=name)["AccessKey"]
    who = dict(AWS_ACCESS_KEY_ID=made["AccessKeyId"], AWS_SECRET_ACCESS_KEY=made["SecretAccessKey"])
    (tmp_path / "b.csv").write_text("id\n2\n")
    refused = tarn(lake, "ingest", tmp_path / "b.csv", "--table", f"{database}.t", check=False, **who)
    assert refused.returncode == 1 and "AccessDenied" in refused.stderr
    iam.put_user_policy(UserName=name, PolicyName="load", PolicyDocument=json.dumps({
        "Version": "2012-10-17",
        "Statement": [{"Effect": "Allow", "Action": ["glue:GetTable", "glue:UpdateTable"], "Resource": "*"},
                      {"Effect": "Allow", "Action": "s3:PutObject", "Resource": "*"}]}))
    tarn(lake, "ingest", tmp_path / "b.csv", "--table", f"{database}.t", **who)
    assert rows(lake, f"SELECT count(*) AS n FROM {database}.t") == [{"n": 2}]


def test_a_table_that_names_another_place_is_written_there_only_with_rights_to_it(lake, database, bucket, tmp_path, name):
    from pyiceberg.catalog.rest import RestCatalog
    home = f"{bucket}/own"
    lake.client("glue").create_database(DatabaseInput={"Name": database, "LocationUri": f"s3://{home}/"})
    (tmp_path / "a.csv").write_text("id\n1\n")
    tarn(lake, "ingest", tmp_path / "a.csv", "--table", f"{database}.t")
    keys = lake.environment()
    catalog = RestCatalog("lake", uri=lake.endpoint + "/iceberg",
                          credential=keys["AWS_ACCESS_KEY_ID"] + ":" + keys["AWS_SECRET_ACCESS_KEY"])
    with catalog.load_table(f"{database}.t").transaction() as change:
        change.set_properties({"write.data.path": f"s3://{bucket}/others/t"})
    iam = lake.client("iam")
    iam.create_user(UserName=name)
    made = iam.create_access_key(UserName=name)["AccessKey"]
    who = dict(AWS_ACCESS_KEY_ID=made["AccessKeyId"], AWS_SECRET_ACCESS_KEY=made["SecretAccessKey"])
    may = [{"Effect": "Allow", "Action": ["glue:GetTable", "glue:UpdateTable"], "Resource": "*"},
           {"Effect": "Allow", "Action": "s3:PutObject", "Resource": f"arn:aws:s3:::{home}/*"}]

    def load():
        iam.put_user_policy(UserName=name, PolicyName="load",
                            PolicyDocument=json.dumps({"Version": "2012-10-17", "Statement": may}))
        (tmp_path / "b.csv").write_text("id\n2\n")
        return tarn(lake, "ingest", tmp_path / "b.csv", "--table", f"{database}.t", check=False, **who)

    refused = load()
    assert refused.returncode == 1 and "AccessDenied" in refused.stderr
    assert lake.client("s3").list_objects_v2(Bucket=bucket, Prefix="others/")["KeyCount"] == 0
    may.append({"Effect": "Allow", "Action": "s3:PutObject", "Resource": f"arn:aws:s3:::{bucket}/others/*"})
    assert load().returncode == 0
    assert rows(lake, f"SELECT count(*) AS n FROM {database}.t") == [{"n": 2}]
