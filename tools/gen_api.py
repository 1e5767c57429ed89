#!/usr/bin/env python3
"""Generates a service's C++ structs and protocol tables from botocore's service model.

A service folder lists what it serves in operations.txt: one operation a line, `#` begins a comment, and lines of the
form `key: value` before them set `service` (botocore's name where the folder's differs), `validation` (the error code
of failed constraints), `open` (enumerations that take values which the model doesn't list, as the service itself does),
`unconstrained` (shapes, or members of shapes, that handlers check in their own words), `optional` (members that the
service itself lets be absent) and `first` (members that the service writes before the others of their shape). A single
`*` means every operation of the model.
"""
import argparse
import os
import sys

from gen_api.emit import Emitter
from gen_api.model import Model, ModelError


def read_operations(path):
    options = {"operations": []}
    with open(path, encoding="utf-8") as file:
        for line in file:
            line = line.split("#", 1)[0].strip()
            if ":" in line:
                key, value = (part.strip() for part in line.split(":", 1))
                if key not in ("service", "validation", "open", "unconstrained", "optional", "first"):
                    raise ModelError(f"{path}: unknown key {key!r}")
                options[key] = value
            elif line:
                options["operations"].append(line)
    return options


def write_if_changed(path, content):
    try:
        with open(path, encoding="utf-8") as file:
            if file.read() == content:
                return
    except FileNotFoundError:
        pass
    with open(path, "w", encoding="utf-8") as file:
        file.write(content)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--botocore", required=True, help="folder that holds the botocore package")
    parser.add_argument("--name", required=True, help="the service's folder name under src/api")
    parser.add_argument("--operations", required=True, help="its operations.txt")
    parser.add_argument("--out", required=True, help="where to write")
    parser.add_argument("--chunks", type=int, default=4, help="into how many sources the tables are split")
    args = parser.parse_args()
    try:
        model = Model(args.botocore, args.name, read_operations(args.operations))
        files = Emitter(model, args.chunks).files()
    except ModelError as error:
        sys.exit(f"gen_api: {args.operations}: {error}")
    os.makedirs(args.out, exist_ok=True)
    for name, content in files.items():
        write_if_changed(os.path.join(args.out, name), content)


if __name__ == "__main__":
    main()
