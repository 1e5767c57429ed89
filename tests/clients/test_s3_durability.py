"""Backups under load, restores, the doctor, volumes with two copies, and an old or newer format on disk."""
import hashlib
import os
import subprocess
import threading
import urllib.error
import urllib.request

import pytest
from botocore.exceptions import ClientError
from conftest import BINARY, Lake


def tarn(*words, lake=None, check=True):
    env = {k: v for k, v in os.environ.items() if not k.startswith(("TARN_", "AWS_"))}
    if lake:
        env.update(lake.environment())
    done = subprocess.run([str(BINARY), *map(str, words)], env=env, capture_output=True, text=True, timeout=120)
    if check and done.returncode != 0:
        raise AssertionError(f"tarn {words}: {done.returncode}\n{done.stdout}\n{done.stderr}")
    return done


def put_all(s3, bucket, prefix, sizes):
    bodies = {}
    for number, size in enumerate(sizes):
        key = f"{prefix}/{number}"
        bodies[key] = os.urandom(size)
        s3.put_object(Bucket=bucket, Key=key, Body=bodies[key])
    return bodies


def same(s3, bucket, bodies):
    return all(s3.get_object(Bucket=bucket, Key=key)["Body"].read() == body for key, body in bodies.items())


SIZES = [0, 1, 5000, 70_000, 700_000, 3_000_000]


def test_a_backup_under_load_restores_to_a_whole_lake(own_lake, tmp_path):
    s3 = own_lake.client("s3")
    s3.create_bucket(Bucket="kept")
    before = put_all(s3, "kept", "before", SIZES)
    written, stopped = {}, threading.Event()

    def write():
        mine, number = own_lake.client("s3"), 0
        while not stopped.is_set():
            number += 1
            body = os.urandom(number * 7919 % 900_000)
            mine.put_object(Bucket="kept", Key=f"load/{number}", Body=body)
            written[f"load/{number}"] = hashlib.md5(body).hexdigest()
            if number % 5 == 0:
                mine.delete_object(Bucket="kept", Key=f"load/{number - 2}")
                written.pop(f"load/{number - 2}")

    writer = threading.Thread(target=write)
    writer.start()
    try:
        while len(written) < 10:
            pass
        first = tarn("backup", tmp_path / "backup", lake=own_lake).stdout
        acknowledged = dict(written)
        second = tarn("backup", tmp_path / "backup", lake=own_lake).stdout
    finally:
        stopped.set()
        writer.join()
    assert "new" in first and "new" in second
    assert "all is well" in tarn("doctor", lake=own_lake).stdout

    tarn("restore", tmp_path / "backup", "--data", tmp_path / "again")
    report = tarn("doctor", "--data", tmp_path / "again").stdout
    assert "all is well" in report and "is not running" in report
    restored = Lake(tmp_path / "again")
    try:
        theirs = restored.client("s3")
        assert same(theirs, "kept", before)
        present = {entry["Key"]: entry["ETag"].strip('"')
                   for page in theirs.get_paginator("list_objects_v2").paginate(Bucket="kept", Prefix="load/")
                   for entry in page.get("Contents", [])}
        for key, digest in acknowledged.items():
            if key in written:  # not deleted since
                assert present.get(key) == digest
        for key, digest in present.items():
            body = theirs.get_object(Bucket="kept", Key=key)["Body"].read()
            assert hashlib.md5(body).hexdigest() == digest
    finally:
        restored.stop()


def test_a_second_backup_copies_only_what_is_new(own_lake, tmp_path):
    s3 = own_lake.client("s3")
    s3.create_bucket(Bucket="kept")
    put_all(s3, "kept", "a", [3_000_000] * 3)
    backup = tmp_path / "backup"
    tarn("backup", backup, lake=own_lake)
    old = {path: path.stat().st_mtime_ns for path in (backup / "blobs").rglob("*") if path.is_file() and path.stat().st_size > 1000}
    assert len(old) == 3
    put_all(s3, "kept", "b", [2_000_000])
    s3.delete_object(Bucket="kept", Key="a/0")
    done = tarn("backup", backup, lake=own_lake).stdout
    assert "1.9 MiB" in done  # the new one alone
    now = {path: path.stat().st_mtime_ns for path in (backup / "blobs").rglob("*") if path.is_file() and path.stat().st_size > 1000}
    assert all(now[path] == old[path] for path in now if path in old)
    tarn("restore", backup, "--data", tmp_path / "again")
    assert "all is well" in tarn("doctor", "--data", tmp_path / "again").stdout


def test_backups_are_for_the_root_and_for_a_directory_of_their_own(own_lake, tmp_path):
    s3 = own_lake.client("s3")
    s3.create_bucket(Bucket="kept")
    other = tmp_path / "other"
    other.mkdir()
    (other / "file").write_text("mine")
    assert "something else" in tarn("backup", other, lake=own_lake, check=False).stderr
    assert "within its lake" in tarn("backup", own_lake.folder / "backup", lake=own_lake, check=False).stderr
    with pytest.raises(urllib.error.HTTPError) as refused:
        urllib.request.urlopen(urllib.request.Request(f"{own_lake.endpoint}/_tarn/backup?directory={tmp_path}/no", method="POST"))
    assert refused.value.code == 403
    assert not (tmp_path / "no").exists()
    tarn("backup", tmp_path / "backup", lake=own_lake)
    full = tarn("restore", tmp_path / "backup", "--data", other, check=False)
    assert full.returncode == 1 and "not empty" in full.stderr


CONFIG = """
[[volume]]
name = "two"
path = "{folder}/two"
[[volume]]
name = "cold"
path = "{folder}/cold"
archive = true
[storage_class.STANDARD]
volume = ["default", "two"]
copies = 2
[storage_class.GLACIER_IR]
volume = "cold"
"""


@pytest.fixture
def copied_lake(tmp_path):
    (tmp_path / "lake.toml").write_text(CONFIG.format(folder=tmp_path))
    running = Lake(tmp_path / "data", "--config", str(tmp_path / "lake.toml"))
    yield running
    running.stop()


def blobs(folder):
    return [path for path in folder.rglob("*") if path.is_file() and path.name not in ("FORMAT", "VOLUME")]


def test_an_object_with_two_copies_outlives_the_loss_of_either(copied_lake, tmp_path):
    s3 = copied_lake.client("s3")
    s3.create_bucket(Bucket="kept")
    bodies = put_all(s3, "kept", "k", SIZES)
    for volume in (tmp_path / "two", tmp_path / "data" / "blobs"):
        copied_lake.stop()
        files = blobs(volume)
        assert files
        for number, path in enumerate(files):
            if number % 2:
                path.unlink()
            else:
                damaged = bytearray(path.read_bytes())
                for at in range(200, len(damaged), 3000):
                    damaged[at] ^= 1
                path.write_bytes(damaged)
        copied_lake.start()
        assert same(s3, "kept", bodies)
        healed = tarn("doctor", lake=copied_lake).stdout
        assert "all is well" in healed
    assert same(s3, "kept", bodies)
    copied_lake.stop()
    report = tarn("doctor", "--data", copied_lake.folder, "--config", tmp_path / "lake.toml").stdout
    assert "0 healed" in report and "all is well" in report


def test_a_storage_class_lies_compressed_in_its_archive(copied_lake, tmp_path):
    s3 = copied_lake.client("s3")
    s3.create_bucket(Bucket="kept")
    body = b"a line of an archive\n" * 200_000
    s3.put_object(Bucket="kept", Key="cold", Body=body, StorageClass="GLACIER_IR")
    files = blobs(tmp_path / "cold")
    assert files and sum(path.stat().st_size for path in files) < len(body) / 10
    assert s3.get_object(Bucket="kept", Key="cold")["Body"].read() == body
    assert s3.get_object(Bucket="kept", Key="cold", Range="bytes=70000-70020")["Body"].read() == body[70000:70021]


def test_the_doctor_names_the_object_that_is_damaged(own_lake):
    s3 = own_lake.client("s3")
    s3.create_bucket(Bucket="kept")
    put_all(s3, "kept", "k", [700_000])
    for path in (own_lake.folder / "blobs" / "files").rglob("*"):
        if path.is_file():
            with open(path, "r+b") as file:
                file.seek(100_000)
                file.write(b"damage")
    with pytest.raises(ClientError) as damaged:
        s3.get_object(Bucket="kept", Key="k/0")
    assert damaged.value.response["ResponseMetadata"]["HTTPStatusCode"] == 500
    report = tarn("doctor", lake=own_lake, check=False)
    assert report.returncode == 1 and "s3://kept/k/0" in report.stdout
    own_lake.stop()
    report = tarn("doctor", "--data", own_lake.folder, check=False)
    assert report.returncode == 1 and "s3://kept/k/0" in report.stdout


def test_yesterdays_format_is_upgraded_and_tomorrows_refused(own_lake):
    s3 = own_lake.client("s3")
    s3.create_bucket(Bucket="kept")
    bodies = put_all(s3, "kept", "k", SIZES)
    own_lake.stop()
    mark = own_lake.folder / "blobs" / "FORMAT"
    now = mark.read_text()
    mark.write_text("tarn blob 1\n")
    own_lake.start()
    assert same(s3, "kept", bodies)
    assert mark.read_text() == now
    own_lake.stop()
    mark.write_text("tarn blob 99\n")
    with pytest.raises(RuntimeError, match="newer"):
        own_lake.start()
    mark.write_text(now)
    own_lake.start()
    assert same(s3, "kept", bodies)
