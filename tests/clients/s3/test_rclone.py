"""rclone as people set it up for a server of their own: provider Other, path style."""
import json
import subprocess

import pytest

from conftest import contents, run


@pytest.fixture
def rclone(lake, program, environment, tmp_path):
    path = program("rclone")
    environment.update(RCLONE_CONFIG=str(tmp_path / "none.conf"), RCLONE_CONFIG_LAKE_TYPE="s3",
                       RCLONE_CONFIG_LAKE_PROVIDER="Other", RCLONE_CONFIG_LAKE_ENV_AUTH="true",
                       RCLONE_CONFIG_LAKE_ENDPOINT=lake.endpoint, RCLONE_CONFIG_LAKE_REGION=lake.region,
                       RCLONE_RETRIES="1", RCLONE_LOW_LEVEL_RETRIES="1", RCLONE_STATS="0")
    environment.pop("AWS_ENDPOINT_URL")
    (tmp_path / "none.conf").touch()
    call = lambda *arguments, **more: run([path, *arguments], environment, tmp_path, **more)  # noqa: E731
    call.path, call.env = path, environment
    return call


def test_sync_there_and_back_keeps_every_byte_name_and_time(rclone, lake, name, files, tmp_path):
    rclone("mkdir", f"lake:{name}")
    split = ("--s3-chunk-size", "5M", "--s3-upload-cutoff", "5M")
    rclone("sync", files, f"lake:{name}/in", *split)
    rclone("check", files, f"lake:{name}/in")
    rclone("check", "--download", files, f"lake:{name}/in")
    # Nothing is sent twice, by time and by checksum.
    for how in ((), ("--checksum",)):
        assert "Copied" not in rclone("sync", files, f"lake:{name}/in", "-v", *how, check=False).stderr
    rclone("sync", f"lake:{name}/in", tmp_path / "back")
    assert contents(tmp_path / "back") == contents(files)
    assert (tmp_path / "back/large.bin").stat().st_mtime == pytest.approx((files / "large.bin").stat().st_mtime, abs=1e-3)
    listed = json.loads(rclone("lsjson", "-R", "--files-only", f"lake:{name}/in"))
    assert {entry["Path"]: entry["Size"] for entry in listed} == {n: len(b) for n, b in contents(files).items()}
    assert lake.client("s3").head_object(Bucket=name, Key="in/large.bin")["ETag"].endswith('-3"')
    (files / "plain.txt").unlink()
    rclone("sync", files, f"lake:{name}/in")
    assert "plain.txt" not in rclone("lsf", f"lake:{name}/in")


def test_copies_and_moves_on_the_server(rclone, lake, bucket, files):
    rclone("copy", files, f"lake:{bucket}/one")  # a bucket without access lists; rclone asks for "private" all the same
    rclone("copy", f"lake:{bucket}/one", f"lake:{bucket}/two", "--s3-copy-cutoff", "5M")
    rclone("check", f"lake:{bucket}/one", f"lake:{bucket}/two")
    rclone("moveto", f"lake:{bucket}/two/plain.txt", f"lake:{bucket}/two/moved $.txt")
    rclone("deletefile", f"lake:{bucket}/two/empty")
    names = rclone("lsf", "--files-only", f"lake:{bucket}/two").split("\n")
    assert "moved $.txt" in names and "plain.txt" not in names and "empty" not in names
    rclone("purge", f"lake:{bucket}/two")
    assert rclone("lsf", f"lake:{bucket}") == "one/\n"
    assert json.loads(rclone("size", "--json", f"lake:{bucket}"))["count"] == len(contents(files))


def test_metadata_versions_links_and_streams(rclone, lake, bucket, tmp_path):
    s3 = lake.client("s3")
    s3.put_bucket_versioning(Bucket=bucket, VersioningConfiguration={"Status": "Enabled"})
    local = tmp_path / "f.json"
    for text in ("1", "22"):
        local.write_text(text)
        rclone("copyto", "-M", "--header-upload", "Cache-Control: no-cache", local, f"lake:{bucket}/f.json",
               "--metadata-set", "colour=blue")
    told = s3.head_object(Bucket=bucket, Key="f.json")
    assert told["CacheControl"] == "no-cache" and told["ContentType"] == "application/json"
    assert told["Metadata"]["colour"] == "blue" and "mtime" in told["Metadata"]
    versions = rclone("lsf", "--s3-versions", f"lake:{bucket}").split()
    assert len(versions) == 2 and "f.json" in versions
    older, = set(versions) - {"f.json"}
    assert rclone("cat", "--s3-versions", f"lake:{bucket}/{older}") == "1"
    link = rclone("link", "--expire", "1m", f"lake:{bucket}/f.json").strip()
    assert run(["curl", "-sf", link], rclone.env, tmp_path) == "22"
    subprocess.run([rclone.path, "rcat", f"lake:{bucket}/streamed"], env=rclone.env, input=b"x" * 300_000, check=True,
                   timeout=60)
    assert s3.head_object(Bucket=bucket, Key="streamed")["ContentLength"] == 300_000
    assert len(rclone("hashsum", "MD5", f"lake:{bucket}/f.json").split()[0]) == 32
    upload = s3.create_multipart_upload(Bucket=bucket, Key="left")["UploadId"]
    assert upload in rclone("backend", "list-multipart-uploads", f"lake:{bucket}")
    rclone("backend", "cleanup", "-o", "max-age=0s", f"lake:{bucket}")
    assert "Uploads" not in s3.list_multipart_uploads(Bucket=bucket)
    rclone("cleanup", f"lake:{bucket}")
