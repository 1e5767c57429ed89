"""s3fs-fuse: a bucket mounted as a folder. Needs /dev/fuse and the right to mount."""
import os
import shutil
import subprocess
import time

import pytest

from conftest import contents, run


@pytest.fixture
def mounted(lake, program, environment, bucket, tmp_path):
    path = program("s3fs")
    if not os.access("/dev/fuse", os.R_OK | os.W_OK):
        pytest.skip("no /dev/fuse here: s3fs-fuse cannot mount")
    passwords = tmp_path / "passwords"
    passwords.write_text(f"{lake.access_key}:{lake.secret_key}\n")
    passwords.chmod(0o600)
    folder = tmp_path / "mounted"
    folder.mkdir()
    environment = {k: v for k, v in environment.items() if not k.startswith("AWS_")}
    done = run([path, bucket, folder, "-o", f"passwd_file={passwords},url={lake.endpoint},use_path_request_style,"
                f"multipart_size=5,endpoint={lake.region},retries=1,dbglevel=warn"], environment, tmp_path, check=False)
    deadline = time.monotonic() + 20
    while done.returncode == 0 and not os.path.ismount(folder) and time.monotonic() < deadline:
        time.sleep(0.05)
    if not os.path.ismount(folder):
        said = done.stdout + done.stderr
        if "fuse: mount failed" in said or "Operation not permitted" in said or "fusermount" in said:
            pytest.skip(f"this machine does not let s3fs mount: {said.strip()[-200:]}")
        pytest.fail(f"s3fs did not mount: {said}")
    yield folder
    subprocess.run(["fusermount", "-u", "-z", str(folder)], check=True, timeout=30)


def test_a_mounted_bucket_is_a_folder(mounted, lake, bucket, files):
    s3 = lake.client("s3")
    shutil.copytree(files, mounted / "in")
    assert contents(mounted / "in") == contents(files)
    stored = {entry["Key"]: entry["Size"] for entry in s3.list_objects_v2(Bucket=bucket, Prefix="in/")["Contents"]}
    assert {key.removeprefix("in/"): size for key, size in stored.items() if not key.endswith("/")} == {
        name: len(body) for name, body in contents(files).items()}
    wide = os.urandom(26 << 20)  # in several parts
    (mounted / "wide.bin").write_bytes(wide)
    assert "-" in s3.head_object(Bucket=bucket, Key="wide.bin")["ETag"]
    assert s3.get_object(Bucket=bucket, Key="wide.bin")["Body"].read() == wide
    (mounted / "wide.bin").unlink()
    # What others write is seen; what is done to files is done to objects.
    s3.put_object(Bucket=bucket, Key="in/other.txt", Body=b"by another client")
    assert (mounted / "in/other.txt").read_text() == "by another client"
    with open(mounted / "in/other.txt", "a") as appended:
        appended.write(", and more")
    assert s3.get_object(Bucket=bucket, Key="in/other.txt")["Body"].read() == b"by another client, and more"
    os.rename(mounted / "in/sub", mounted / "in/renamed")
    assert sorted(os.listdir(mounted / "in")) == ["empty", "large.bin", "other.txt", "plain.txt", "renamed"]
    assert (mounted / "in/renamed/deep/b.txt").read_text() == "b\n"
    os.chmod(mounted / "in/plain.txt", 0o640)
    assert s3.head_object(Bucket=bucket, Key="in/plain.txt")["Metadata"]["mode"] == str(0o100640)
    with open(mounted / "in/large.bin", "r+b") as large:
        large.truncate(1 << 20)
    assert s3.head_object(Bucket=bucket, Key="in/large.bin")["ContentLength"] == 1 << 20
    shutil.rmtree(mounted / "in")
    assert s3.list_objects_v2(Bucket=bucket)["KeyCount"] == 0
