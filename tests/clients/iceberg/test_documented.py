"""The blocks of docs/iceberg.md that are an engine's own: ```sql and ```properties with its name behind."""
import re

import pyarrow as pa
import pytest
from conftest import ROOT
from iceberg import engines

from test_rest_catalog import connect

pytestmark = pytest.mark.xdist_group("spark")


def blocks(lake, engine):
    """(language, text) of the page's blocks for that engine, in order, with the lake's address and key."""
    page = (ROOT / "docs/iceberg.md").read_text()
    for language, text in re.findall(rf"^```(sql|properties) {engine}\n(.*?)^```$", page, re.M | re.S):
        for word, value in (("127.0.0.1:4566", lake.endpoint.partition("//")[2]), ("AWS_ACCESS_KEY_ID", lake.access_key),
                            ("AWS_SECRET_ACCESS_KEY", lake.secret_key)):
            text = text.replace(word, value)
        yield language, text


def run(engine, text):
    return [engine.sql(statement) for statement in re.split(r";\n", text) if statement.strip()]


def test_the_page_connects_duckdb_and_spark(lake, spark, tmp_path):
    catalog = connect(lake)
    catalog.create_namespace("curated")
    rows = pa.table({"id": [1, 2], "city": ["rome", "oslo"]})
    catalog.create_table("curated.cities", rows.schema).append(rows)
    duck = engines.start_duck(tmp_path)
    try:
        ((_, text),) = blocks(lake, "duckdb")
        assert run(duck, text)[-1] == [(1, "rome"), (2, "Oslo"), (3, "kyiv")]
    finally:
        duck.stop()
    seen = []
    for language, text in blocks(lake, "spark"):
        if language == "sql":
            seen.append(run(spark, text)[-1])
            continue
        for key, value in map(str.split, text.splitlines()):
            if key != "spark.sql.extensions":  # static
                spark.sql(f"SET `{key}`=`{value}`")
    assert len(seen[0]) >= 4 and seen[0][0] == ("append", "2")
    assert sorted(seen[1]) == [(5, "accra"), (6, "quito")]
    rows = catalog.load_table("curated.cities").scan().to_arrow()
    assert sorted(zip(rows["id"].to_pylist(), rows["city"].to_pylist())) == [
        (1, "rome"), (2, "Oslo"), (3, "Kyiv"), (4, "lima"), (5, "accra"), (6, "quito")]
