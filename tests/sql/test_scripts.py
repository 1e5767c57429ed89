"""Runs the SQL scripts: what sql/ prints, run by the engine's own version of DuckDB, gives the rows that Trino gives."""
import os
import pathlib
import re
import subprocess
import sys

HERE = pathlib.Path(__file__).resolve().parent
BUILD = pathlib.Path(os.environ.get("TARN_BUILD", HERE.parents[1] / "build"))


def test_every_script_gives_its_rows():
    done = subprocess.run([sys.executable, str(HERE / "run.py"), str(BUILD / "src/sql/sql_print")], capture_output=True,
                          text=True, timeout=300)
    assert done.returncode == 0, done.stdout[-4000:] + done.stderr[-2000:]
    assert int(re.search(r"(\d+)", done.stdout.strip().splitlines()[-1])[1]) >= 200
