"""KMS keys over crashes, between accounts, and by the AWS CLI."""
import base64
import json
import os
import pathlib
import subprocess
import sys

import pytest
from botocore.exceptions import ClientError

from conftest import BINARY, OTHER, Lake, lake_of_two



def code_of(call, **kwargs):
    with pytest.raises(ClientError) as caught:
        call(**kwargs)
    return caught.value.response["Error"]["Code"]


def test_keys_outlive_a_crash_and_no_material_lies_in_clear(own_lake):
    kms = own_lake.client("kms")
    key = kms.create_key(Tags=[{"TagKey": "a", "TagValue": "b"}])["KeyMetadata"]
    kms.create_alias(AliasName="alias/raw", TargetKeyId=key["KeyId"])
    blob = kms.encrypt(KeyId="alias/raw", Plaintext=b"secret")["CiphertextBlob"]
    kms.rotate_key_on_demand(KeyId=key["KeyId"])
    signer = kms.create_key(KeySpec="ECC_NIST_P256", KeyUsage="SIGN_VERIFY")["KeyMetadata"]["KeyId"]
    request = dict(KeyId=signer, Message=b"m", SigningAlgorithm="ECDSA_SHA_256")
    signature = kms.sign(**request)["Signature"]
    kms.schedule_key_deletion(KeyId=kms.create_key()["KeyMetadata"]["KeyId"], PendingWindowInDays=7)
    own_lake.restart(kill=True)
    kms = own_lake.client("kms")
    assert kms.decrypt(CiphertextBlob=blob)["Plaintext"] == b"secret"
    assert kms.verify(Signature=signature, **request)["SignatureValid"]
    assert kms.list_resource_tags(KeyId=key["KeyId"])["Tags"] == [{"TagKey": "a", "TagValue": "b"}]
    assert len(kms.list_key_rotations(KeyId=key["KeyId"])["Rotations"]) == 1
    states = [kms.describe_key(KeyId=k["KeyId"])["KeyMetadata"]["KeyState"] for k in kms.list_keys()["Keys"]]
    assert sorted(states) == ["Enabled", "Enabled", "PendingDeletion"]


def test_another_account_uses_a_key_that_its_policy_or_a_grant_gives(tmp_path):
    lake = lake_of_two(tmp_path)
    try:
        mine, theirs = lake.client("kms"), lake.client("kms", **OTHER)
        key = mine.create_key()["KeyMetadata"]
        request = dict(KeyId=key["Arn"], KeySpec="AES_256")
        assert code_of(theirs.generate_data_key, **request) == "AccessDeniedException"
        assert code_of(theirs.describe_key, KeyId=key["KeyId"]) == "NotFoundException"
        mine.create_grant(KeyId=key["KeyId"], GranteePrincipal="arn:aws:iam::111111111111:root",
                          Operations=["GenerateDataKey"])
        made = theirs.generate_data_key(**request)
        assert code_of(theirs.decrypt, CiphertextBlob=made["CiphertextBlob"]) == "AccessDeniedException"
        policy = json.loads(mine.get_key_policy(KeyId=key["KeyId"])["Policy"])
        policy["Statement"].append({"Effect": "Allow", "Principal": {"AWS": "111111111111"}, "Action": "kms:Decrypt",
                                    "Resource": "*"})
        mine.put_key_policy(KeyId=key["KeyId"], Policy=json.dumps(policy))
        assert theirs.decrypt(CiphertextBlob=made["CiphertextBlob"])["Plaintext"] == made["Plaintext"]
        assert code_of(theirs.disable_key, KeyId=key["Arn"]) == "AccessDeniedException"
        assert theirs.list_keys()["Keys"] == []
    finally:
        lake.stop()


def test_the_command_line_client_encrypts(lake, tmp_path):
    aws = pathlib.Path(sys.executable).with_name("aws")

    def run(*arguments):
        done = subprocess.run([aws, "kms", *arguments, "--output", "json"], env={**os.environ, **lake.environment()},
                              capture_output=True, text=True)
        assert done.returncode == 0, done.stderr
        return json.loads(done.stdout)

    key = run("create-key")["KeyMetadata"]["KeyId"]
    (tmp_path / "plain").write_bytes(b"secret")
    sealed = run("encrypt", "--key-id", key, "--plaintext", f"fileb://{tmp_path}/plain")["CiphertextBlob"]
    (tmp_path / "sealed").write_bytes(base64.b64decode(sealed))
    opened = run("decrypt", "--ciphertext-blob", f"fileb://{tmp_path}/sealed")["Plaintext"]
    assert base64.b64decode(opened) == b"secret"


def test_the_master_key_changes_while_the_lake_runs(own_lake):
    kms, s3 = own_lake.client("kms"), own_lake.client("s3")
    key = kms.create_key()["KeyMetadata"]["KeyId"]
    blob = kms.encrypt(KeyId=key, Plaintext=b"secret")["CiphertextBlob"]
    s3.create_bucket(Bucket="raw-bucket")
    s3.put_object(Bucket="raw-bucket", Key="a", Body=b"bytes")
    old = (own_lake.folder / "master-key").read_text()

    def rotate(**env):
        return subprocess.run([BINARY, "keys", "rotate-master", "--data", own_lake.folder], env=env, capture_output=True,
                              text=True)

    def opens():
        assert own_lake.client("kms").decrypt(CiphertextBlob=blob)["Plaintext"] == b"secret"
        assert own_lake.client("s3").get_object(Bucket="raw-bucket", Key="a")["Body"].read() == b"bytes"

    assert rotate().returncode == 0
    assert (own_lake.folder / "master-key").read_text() != old
    opens()
    own_lake.restart()
    opens()
    wanted = "ab" * 32
    assert rotate(TARN_NEW_MASTER_KEY=wanted).returncode == 0
    assert not (own_lake.folder / "master-key").exists()
    own_lake.stop()
    with pytest.raises(RuntimeError, match="TARN_MASTER_KEY"):
        own_lake.start()
    own_lake.env = {"TARN_MASTER_KEY": wanted}
    own_lake.start()
    opens()
    refused = rotate(TARN_MASTER_KEY="cd" * 32)
    assert refused.returncode == 1 and "is not this lake's" in refused.stderr

def test_a_master_key_sealed_by_another_kms(lake, tmp_path):
    kms = lake.client("kms")
    key = kms.create_key()["KeyMetadata"]["KeyId"]
    credentials = {"TARN_MASTER_KEY_KMS_ACCESS_KEY_ID": lake.access_key,
                   "TARN_MASTER_KEY_KMS_SECRET_ACCESS_KEY": lake.secret_key}
    flags = ["--master-key-kms", lake.endpoint, "--master-key-kms-key", key]
    sealed = Lake(tmp_path / "data", *flags, env=credentials)
    try:
        s3 = sealed.client("s3")
        s3.create_bucket(Bucket="sealed")
        s3.put_object(Bucket="sealed", Key="k", Body=b"secret")
        assert (sealed.folder / "master-key.kms").exists() and not (sealed.folder / "master-key").exists()
        sealed.restart(kill=True)
        assert s3.get_object(Bucket="sealed", Key="k")["Body"].read() == b"secret"
        sealed.stop()
        kms.disable_key(KeyId=key)
        with pytest.raises(RuntimeError, match="DisabledException"):
            sealed.start()
        kms.enable_key(KeyId=key)
        sealed.arguments = []
        with pytest.raises(RuntimeError, match="--master-key-kms"):
            sealed.start()
        # To the file, and to the KMS again.
        rotate = [str(BINARY), "keys", "rotate-master", "--data", str(sealed.folder)]
        present = {"TARN_MASTER_KEY_KMS": lake.endpoint, **credentials}
        subprocess.run(rotate, env=present, check=True, capture_output=True)
        sealed.start()
        assert s3.get_object(Bucket="sealed", Key="k")["Body"].read() == b"secret"
        assert not (sealed.folder / "master-key.kms").exists()
        sealed.stop()
        subprocess.run(rotate, env={"TARN_NEW_MASTER_KEY_KMS": lake.endpoint, "TARN_NEW_MASTER_KEY_KMS_KEY": key,
                                    **credentials}, check=True, capture_output=True)
        sealed.arguments = flags
        sealed.start()
        assert s3.get_object(Bucket="sealed", Key="k")["Body"].read() == b"secret"
    finally:
        sealed.stop()
