"""Avro, as much of it as Iceberg's manifests and manifest lists need."""
import json
import zlib

SYNC = b"tarn-bench-sync!"
BLOCK = 1000  # rows


def long(number):
    number = (number << 1) ^ (number >> 63)
    out = bytearray()
    while number & ~0x7F:
        out.append((number & 0x7F) | 0x80)
        number >>= 7
    out.append(number)
    return bytes(out)


def text(value):
    raw = value if isinstance(value, bytes) else value.encode()
    return long(len(raw)) + raw


def field(name, kind, number):
    return {"name": name, "type": kind, "field-id": number}


def record(name, *fields):
    return {"type": "record", "name": name, "fields": list(fields)}


def entry(partition, *more):
    """A manifest's rows: what every data file has, and `more` of it."""
    data_file = record(
        "r2", field("content", "int", 134), field("file_path", "string", 100), field("file_format", "string", 101),
        field("partition", partition, 102), field("record_count", "long", 103),
        field("file_size_in_bytes", "long", 104), *more)
    return record("manifest_entry", field("status", "int", 0), field("snapshot_id", ["null", "long"], 1),
                  field("sequence_number", ["null", "long"], 3), field("file_sequence_number", ["null", "long"], 4),
                  field("data_file", data_file, 2))


def listed(*more):
    """A manifest list's rows."""
    counts = (("added_files_count", "int", 504), ("existing_files_count", "int", 505),
              ("deleted_files_count", "int", 506), ("added_rows_count", "long", 512),
              ("existing_rows_count", "long", 513), ("deleted_rows_count", "long", 514))
    return record("manifest_file", field("manifest_path", "string", 500), field("manifest_length", "long", 501),
                  field("partition_spec_id", "int", 502), field("content", "int", 517),
                  field("sequence_number", "long", 515), field("min_sequence_number", "long", 516),
                  field("added_snapshot_id", "long", 503), *[field(*one) for one in counts], *more)


def container(schema, metadata, rows, packed=False):
    members = {"avro.schema": json.dumps(schema), "avro.codec": "deflate" if packed else "null"} | metadata
    out = [b"Obj\x01", long(len(members)), *[text(k) + text(v) for k, v in members.items()], b"\0", SYNC]
    for begin in range(0, len(rows), BLOCK):
        block = rows[begin:begin + BLOCK]
        content = b"".join(block)
        if packed:
            packer = zlib.compressobj(6, wbits=-15)
            content = packer.compress(content) + packer.flush()
        out += [long(len(block)), long(len(content)), content, SYNC]
    return b"".join(out)
