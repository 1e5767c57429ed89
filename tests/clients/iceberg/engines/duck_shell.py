"""DuckDB for the tests: one JSON string of SQL a line in, one JSON answer a line out (as SparkShell.java).

The extensions are those of the PyPI wheels; none is downloaded.
"""
import importlib
import json
import pathlib
import sys

import duckdb

connection = duckdb.connect(config={"autoinstall_known_extensions": "false", "autoload_known_extensions": "false",
                                    "threads": "1"})
for name in ("avro", "httpfs", "iceberg"):
    package = pathlib.Path(importlib.import_module(f"duckdb_extension_{name}").__file__).parent
    connection.execute(f"LOAD '{next(package.rglob(name + '.duckdb_extension'))}'")
print("ready", flush=True)
for line in sys.stdin:
    try:
        cursor = connection.execute(json.loads(line))
        names = [column[0] for column in cursor.description or []]
        answer = {"rows": [dict(zip(names, row)) for row in cursor.fetchall()]}
    except duckdb.Error as problem:
        answer = {"error": str(problem)}
    print(json.dumps(answer, default=str), flush=True)
