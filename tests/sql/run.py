#!/usr/bin/env python3
"""Runs tests/sql/*.test: prints each statement by sql_print, runs it in DuckDB, compares the rows.

Usage: run.py PATH_TO_sql_print [FILE.test ...]     (needs the Python package duckdb of the engine's version)

A script is blocks parted by blank lines; lines that begin with '#' are comments.
  setup db.table / SELECT ...          makes a table of the query's rows (CREATE TABLE AS through Athena)
  view db.name / SELECT ...            makes a view
  query [sort] / SELECT ... / ---- / rows, columns parted by '|', values as Athena's result files write them
  types / SELECT ... / ---- / name type per line, as sql/ inferred them
  error / SELECT ... / ---- / the message, or its beginning
"""
import datetime
import decimal
import glob
import json
import os
import subprocess
import sys
import uuid

import duckdb


def java_double(value):
    if value != value:
        return "NaN"
    if value in (float("inf"), float("-inf")):
        return "Infinity" if value > 0 else "-Infinity"
    text = repr(float(value))
    mantissa, _, exponent = text.partition("e")
    magnitude = abs(value)
    if value == 0 or 1e-3 <= magnitude < 1e7:
        if exponent:
            text = format(decimal.Decimal(text), "f")
        return text if "." in text else text + ".0"
    sign, digits, exp = decimal.Decimal(text).as_tuple()
    digits = list(digits)
    power = len(digits) - 1 + exp
    while len(digits) > 1 and digits[-1] == 0:
        digits.pop()
    fraction = "".join(map(str, digits[1:])) or "0"
    return f"{'-' if sign else ''}{digits[0]}.{fraction}E{power}"


def text(value, kind):
    if value is None:
        return "NULL"
    if kind.id == "float" and isinstance(value, float):
        import struct
        for digits in range(1, 10):
            short = float(f"{value:.{digits}g}")
            if struct.pack("f", short) == struct.pack("f", value):
                return java_double(short)
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        return java_double(value)
    if isinstance(value, datetime.datetime):
        shown = value.strftime("%Y-%m-%d %H:%M:%S.") + f"{value.microsecond // 1000:03d}"
        return shown + (" UTC" if value.tzinfo else "")
    if isinstance(value, datetime.timedelta):
        total = int(value.total_seconds() * 1000)
        sign = "-" if total < 0 else ""
        total = abs(total)
        return f"{sign}{total // 86400000} {total // 3600000 % 24:02d}:{total // 60000 % 60:02d}:{total // 1000 % 60:02d}.{total % 1000:03d}"
    if isinstance(value, (bytes, bytearray)):
        return " ".join(f"{b:02x}" for b in value)
    if kind.id == "list" or kind.id == "array":
        inner = kind.children[0][1]
        return "[" + ", ".join(text(v, inner).replace("NULL", "null") if v is None else text(v, inner) for v in value) + "]"
    if kind.id == "map":
        key, val = kind.children[0][1], kind.children[1][1]
        pairs = zip(value["key"], value["value"]) if set(value) == {"key", "value"} and isinstance(value.get("key"), list) else value.items()
        return "{" + ", ".join(f"{text(k, key)}={'null' if v is None else text(v, val)}" for k, v in pairs) + "}"
    if kind.id == "struct":
        fields = []
        for (name, child) in kind.children:
            shown = "null" if value[name] is None else text(value[name], child)
            fields.append(shown if name.startswith("field") and name[5:].isdigit() else f"{name}={shown}")
        return "{" + ", ".join(fields) + "}"
    return str(value)


class Runner:
    def __init__(self, tool):
        self.tool = subprocess.Popen([tool], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        self.db = duckdb.connect()
        self.db.execute("SET TimeZone = 'UTC'")
        self.db.execute("ATTACH ':memory:' AS lake")
        for macro in self.ask("macros")["macros"]:
            self.db.execute(macro)

    def ask(self, head, body=""):
        self.tool.stdin.write(head + "\n" + body + ("\n" if body else "") + "----\n")
        self.tool.stdin.flush()
        return json.loads(self.tool.stdout.readline())

    def run(self, sql):
        relation = self.db.sql(sql)
        if relation is None:
            return []
        kinds = relation.types
        return ["|".join(text(v, k) for v, k in zip(row, kinds)) for row in relation.fetchall()]

    def block(self, head, body):
        words = head.split()
        statement, _, expected = body.partition("\n----")
        expected = expected.strip("\n")
        if words[0] in ("setup", "view"):
            plan = self.ask(head, statement)
            if not plan["ok"]:
                return plan["error"]
            if words[0] == "setup":
                database, table = words[1].split(".")
                self.db.execute(f'CREATE SCHEMA IF NOT EXISTS lake."{database}"')
                self.db.execute(f'CREATE OR REPLACE TABLE lake."{database}"."{table}" AS {plan["sql"]}')
            return None
        plan = self.ask("query", statement)
        if words[0] == "error":
            got = plan.get("error")
            if plan["ok"]:
                try:
                    return f"no error, rows: {self.run(plan['sql'])}\n  {plan['sql']}"
                except Exception as e:  # noqa: BLE001 DuckDB's errors
                    got = str(e).split(": ", 1)[-1]
            return None if got.startswith(expected) else f"error: {got}"
        if not plan["ok"]:
            return plan["error"]
        if words[0] == "types":
            got = [f"{name} {kind}" for name, kind in plan["columns"]]
        else:
            try:
                got = self.run(plan["sql"])
            except Exception as e:  # noqa: BLE001
                return f"{e}\n  {plan['sql']}"
        want = expected.split("\n") if expected else []
        if "sort" in words:
            got, want = sorted(got), sorted(want)
        return None if got == want else f"want {want}\n   got {got}\n  {plan['sql']}"


def main():
    here = os.path.dirname(os.path.abspath(__file__))
    files = sys.argv[2:] or sorted(glob.glob(os.path.join(here, "*.test")))
    failed = passed = 0
    for name in files:
        runner = Runner(sys.argv[1])
        with open(name, encoding="utf-8") as f:
            content = "\n".join(line for line in f.read().split("\n") if not line.startswith("#"))
        for block in content.split("\n\n"):
            block = block.strip("\n")
            if not block:
                continue
            head, _, body = block.partition("\n")
            problem = runner.block(head, body)
            if problem is None:
                passed += 1
            else:
                failed += 1
                print(f"{os.path.basename(name)}: {head}\n  {body}\n  {problem}\n")
        runner.tool.stdin.close()
        runner.tool.wait()
    print(f"{passed} passed, {failed} failed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
