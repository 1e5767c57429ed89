"""s3cmd with the configuration that `s3cmd --configure` writes for a server of one's own."""
import json

import pytest

from conftest import contents, run


@pytest.fixture
def s3cmd(lake, program, environment, tmp_path):
    path = program("s3cmd")
    host = lake.endpoint.removeprefix("http://")
    (tmp_path / ".s3cfg").write_text(f"""[default]
access_key = {lake.access_key}
secret_key = {lake.secret_key}
host_base = {host}
host_bucket = {host}
bucket_location = {lake.region}
use_https = False
multipart_chunk_size_mb = 5
progress_meter = False
""")
    return lambda *arguments, **more: run([path, *arguments], environment, tmp_path, **more)


# s3cmd 2.3 ends a copy by writing the source's access list: the bucket must take lists, on AWS too.
LISTS = {"Rules": [{"ObjectOwnership": "ObjectWriter"}]}


def test_files_go_there_and_back(s3cmd, lake, name, files, tmp_path):
    s3cmd("mb", f"s3://{name}")
    s3cmd("sync", f"{files}/", f"s3://{name}/in/")  # with a multipart upload
    assert "upload:" not in s3cmd("sync", f"{files}/", f"s3://{name}/in/")
    listed = s3cmd("ls", "--recursive", f"s3://{name}/in/")
    for path in contents(files):
        assert f"s3://{name}/in/{path}\n" in listed
    (tmp_path / "back").mkdir()
    s3cmd("sync", f"s3://{name}/in/", f"{tmp_path}/back/")
    assert contents(tmp_path / "back") == contents(files)
    (files / "plain.txt").unlink()
    assert "delete:" in s3cmd("sync", "--delete-removed", f"{files}/", f"s3://{name}/in/")
    lake.client("s3").put_bucket_ownership_controls(Bucket=name, OwnershipControls=LISTS)
    s3cmd("cp", f"s3://{name}/in/sub/deep/b.txt", f"s3://{name}/copied +.txt")
    s3cmd("mv", f"s3://{name}/copied +.txt", f"s3://{name}/moved.txt")
    s3cmd("get", f"s3://{name}/moved.txt", tmp_path / "got.txt")
    assert (tmp_path / "got.txt").read_text() == "b\n"
    assert f"s3://{name}/in/" in s3cmd("du", f"s3://{name}/in/")
    s3cmd("del", f"s3://{name}/moved.txt")
    s3cmd("rb", "--recursive", "--force", f"s3://{name}")
    assert name not in s3cmd("ls")


def test_headers_and_metadata(s3cmd, lake, bucket, tmp_path):
    s3 = lake.client("s3")
    local = tmp_path / "page.html"
    local.write_text("<p>hello</p>")
    s3cmd("put", "--add-header=Cache-Control: max-age=5", "--add-header=x-amz-meta-colour: blue",
          "--storage-class=STANDARD_IA", local, f"s3://{bucket}/page.html")
    told = s3.head_object(Bucket=bucket, Key="page.html")
    assert (told["CacheControl"], told["Metadata"]["colour"], told["StorageClass"]) == ("max-age=5", "blue", "STANDARD_IA")
    s3.put_bucket_ownership_controls(Bucket=bucket, OwnershipControls=LISTS)
    s3cmd("modify", "--add-header=Content-Type: text/plain", f"s3://{bucket}/page.html")
    told = s3.head_object(Bucket=bucket, Key="page.html")
    assert told["ContentType"] == "text/plain" and told["Metadata"]["colour"] == "blue"
    assert "MD5 sum" in s3cmd("info", f"s3://{bucket}/page.html")
    s3cmd("put", "--server-side-encryption", local, f"s3://{bucket}/sealed")
    link = s3cmd("signurl", f"s3://{bucket}/page.html", "+60").strip()
    assert run(["curl", "-sf", link], {"PATH": "/usr/bin:/bin"}, tmp_path) == "<p>hello</p>"


def test_settings_of_a_bucket(s3cmd, lake, bucket, tmp_path):
    s3 = lake.client("s3")
    s3.delete_public_access_block(Bucket=bucket)

    def file(text):
        path = tmp_path / "document"
        path.write_text(text)
        return path

    policy = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Principal": "*", "Action": "s3:GetObject",
                                                      "Resource": f"arn:aws:s3:::{bucket}/*"}]}
    s3cmd("setpolicy", file(json.dumps(policy)), f"s3://{bucket}")
    assert json.loads(s3.get_bucket_policy(Bucket=bucket)["Policy"]) == policy
    s3cmd("delpolicy", f"s3://{bucket}")
    s3cmd("setcors", file("<CORSConfiguration><CORSRule><AllowedOrigin>*</AllowedOrigin><AllowedMethod>GET</AllowedMethod>"
                          "</CORSRule></CORSConfiguration>"), f"s3://{bucket}")
    assert s3.get_bucket_cors(Bucket=bucket)["CORSRules"][0]["AllowedMethods"] == ["GET"]
    s3cmd("delcors", f"s3://{bucket}")
    s3cmd("expire", "--expiry-days=3", "--expiry-prefix=tmp/", f"s3://{bucket}")
    assert s3.get_bucket_lifecycle_configuration(Bucket=bucket)["Rules"][0]["Expiration"] == {"Days": 3}
    assert "<Days>3</Days>" in s3cmd("getlifecycle", f"s3://{bucket}")
    s3cmd("dellifecycle", f"s3://{bucket}")
    s3cmd("setlifecycle", file("<LifecycleConfiguration><Rule><ID>a</ID><Prefix>tmp/</Prefix><Status>Enabled</Status>"
                               "<Expiration><Days>1</Days></Expiration></Rule></LifecycleConfiguration>"), f"s3://{bucket}")
    s3cmd("ws-create", "--ws-index=i.html", "--ws-error=e.html", f"s3://{bucket}")
    assert s3.get_bucket_website(Bucket=bucket)["ErrorDocument"] == {"Key": "e.html"}
    s3cmd("ws-delete", f"s3://{bucket}")
    assert bucket in s3cmd("info", f"s3://{bucket}")


def test_access_lists(s3cmd, lake, name, tmp_path):
    s3 = lake.client("s3")
    s3cmd("mb", f"s3://{name}")
    s3.put_bucket_ownership_controls(Bucket=name, OwnershipControls=LISTS)
    s3.delete_public_access_block(Bucket=name)
    (tmp_path / "f").write_text("open")
    s3cmd("put", tmp_path / "f", f"s3://{name}/f")
    s3cmd("setacl", "--acl-public", f"s3://{name}/f")
    assert run(["curl", "-sf", f"{lake.endpoint}/{name}/f"], {"PATH": "/usr/bin:/bin"}, tmp_path) == "open"
    s3cmd("setacl", "--acl-private", f"s3://{name}/f")
    assert run(["curl", "-sf", f"{lake.endpoint}/{name}/f"], {"PATH": "/usr/bin:/bin"}, tmp_path, check=False).returncode


def test_uploads_left_behind(s3cmd, lake, bucket):
    upload = lake.client("s3").create_multipart_upload(Bucket=bucket, Key="left")["UploadId"]
    assert upload in s3cmd("multipart", f"s3://{bucket}")
    s3cmd("abortmp", f"s3://{bucket}/left", upload)
    assert upload not in s3cmd("multipart", f"s3://{bucket}")


def test_errors_are_told_in_s3s_words(s3cmd, name):
    refused = s3cmd("ls", f"s3://{name}", check=False)
    assert refused.returncode and "NoSuchBucket" in refused.stderr
