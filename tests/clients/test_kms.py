"""KMS through boto3: keys, what they encrypt and sign, and the answers that AWS gives."""
import json
import shutil
import subprocess

import pytest
from botocore.config import Config
from botocore.exceptions import ClientError

UNKNOWN = "1234abcd-12ab-34cd-56ef-1234567890ab"
ROOT = "arn:aws:iam::000000000000:root"


def refused(call, **kwargs):
    with pytest.raises(ClientError) as caught:
        call(**kwargs)
    error = caught.value.response
    return error["ResponseMetadata"]["HTTPStatusCode"], error["Error"]["Code"], error["Error"]["Message"]


@pytest.fixture
def kms(lake):
    return lake.client("kms")


@pytest.fixture
def key(kms):
    return kms.create_key(Description="test")["KeyMetadata"]


def make(kms, **kwargs):
    return kms.create_key(**kwargs)["KeyMetadata"]


def openssl(*arguments, stdin):
    return subprocess.run(["openssl", *arguments], input=stdin, capture_output=True, check=True).stdout


def test_describes_a_key_as_aws_does(lake, kms):
    key = make(kms)
    created, material = key.pop("CreationDate"), key.pop("CurrentKeyMaterialId")
    assert created.year >= 2026 and len(material) == 64
    arn = f"arn:aws:kms:us-east-1:{lake.account}:key/{key['KeyId']}"
    assert key == {
        "AWSAccountId": lake.account, "KeyId": key["KeyId"], "Arn": arn, "Enabled": True, "Description": "",
        "KeyUsage": "ENCRYPT_DECRYPT", "KeyState": "Enabled", "Origin": "AWS_KMS", "KeyManager": "CUSTOMER",
        "CustomerMasterKeySpec": "SYMMETRIC_DEFAULT", "KeySpec": "SYMMETRIC_DEFAULT",
        "EncryptionAlgorithms": ["SYMMETRIC_DEFAULT"], "MultiRegion": False}
    assert json.loads(kms.get_key_policy(KeyId=arn)["Policy"])["Statement"][0]["Principal"] == {"AWS": ROOT}
    assert kms.list_key_policies(KeyId=arn)["PolicyNames"] == ["default"]


def test_encrypts_under_a_context(kms, key):
    context = {"zone": "raw", "table": "orders"}
    sealed = kms.encrypt(KeyId=key["KeyId"], Plaintext=b"secret", EncryptionContext=context)
    assert sealed["KeyId"] == key["Arn"] and b"secret" not in sealed["CiphertextBlob"]
    blob = sealed["CiphertextBlob"]
    opened = kms.decrypt(CiphertextBlob=blob, EncryptionContext=dict(reversed(context.items())))
    assert (opened["Plaintext"], opened["KeyId"]) == (b"secret", key["Arn"])
    assert opened["KeyMaterialId"] == key["CurrentKeyMaterialId"]
    assert refused(kms.decrypt, CiphertextBlob=blob) == (400, "InvalidCiphertextException", "")
    assert refused(kms.decrypt, CiphertextBlob=b"no blob") == (400, "InvalidCiphertextException", "")
    other = make(kms)["KeyId"]
    assert refused(kms.decrypt, CiphertextBlob=blob, EncryptionContext=context, KeyId=other)[1] == "IncorrectKeyException"
    moved = kms.re_encrypt(CiphertextBlob=blob, SourceEncryptionContext=context, DestinationKeyId=other)
    assert kms.decrypt(CiphertextBlob=moved["CiphertextBlob"], KeyId=other)["Plaintext"] == b"secret"


def test_makes_data_keys_of_each_size(kms, key):
    for wanted, size in ({"KeySpec": "AES_256"}, 32), ({"KeySpec": "AES_128"}, 16), ({"NumberOfBytes": 1024}, 1024):
        made = kms.generate_data_key(KeyId=key["KeyId"], **wanted)
        assert len(made["Plaintext"]) == size
        assert kms.decrypt(CiphertextBlob=made["CiphertextBlob"])["Plaintext"] == made["Plaintext"]
    assert "Plaintext" not in kms.generate_data_key_without_plaintext(KeyId=key["KeyId"])
    assert refused(kms.generate_data_key, KeyId=key["KeyId"])[1] == "ValidationException"
    pair = kms.generate_data_key_pair(KeyId=key["KeyId"], KeyPairSpec="ECC_NIST_P256")
    assert kms.decrypt(CiphertextBlob=pair["PrivateKeyCiphertextBlob"])["Plaintext"] == pair["PrivateKeyPlaintext"]
    assert len(kms.generate_random(NumberOfBytes=17)["Plaintext"]) == 17
    dry = refused(kms.generate_data_key, KeyId=key["KeyId"], KeySpec="AES_256", DryRun=True)
    assert dry == (400, "DryRunOperationException", "The request would have succeeded, but the DryRun option is set.")


@pytest.mark.parametrize("spec, algorithm", [
    ("RSA_2048", "RSASSA_PSS_SHA_256"), ("RSA_2048", "RSASSA_PKCS1_V1_5_SHA_512"), ("ECC_NIST_P384", "ECDSA_SHA_384"),
    ("ECC_SECG_P256K1", "ECDSA_SHA_256"), ("ECC_NIST_EDWARDS25519", "ED25519_SHA_512")])
def test_signs(kms, spec, algorithm):
    key = make(kms, KeySpec=spec, KeyUsage="SIGN_VERIFY")
    request = dict(KeyId=key["KeyId"], SigningAlgorithm=algorithm, MessageType="RAW")
    signature = kms.sign(Message=b"order 17", **request)["Signature"]
    assert kms.verify(Message=b"order 17", Signature=signature, **request)["SignatureValid"] is True
    wrong = refused(kms.verify, Message=b"order 18", Signature=signature, **request)
    assert wrong == (400, "KMSInvalidSignatureException", "")


@pytest.mark.skipif(not shutil.which("openssl"), reason="verifies with the openssl command")
def test_signature_holds_for_others_with_the_public_key(kms, tmp_path):
    key = make(kms, KeySpec="ECC_NIST_P256", KeyUsage="SIGN_VERIFY")
    public = kms.get_public_key(KeyId=key["KeyId"])
    assert public["SigningAlgorithms"] == ["ECDSA_SHA_256"]
    (tmp_path / "public.der").write_bytes(public["PublicKey"])
    made = kms.sign(KeyId=key["KeyId"], Message=b"order 17", SigningAlgorithm="ECDSA_SHA_256")["Signature"]
    (tmp_path / "signature").write_bytes(made)
    answer = openssl("dgst", "-sha256", "-verify", tmp_path / "public.der", "-keyform", "DER", "-signature",
                     tmp_path / "signature", stdin=b"order 17")
    assert b"Verified OK" in answer


def test_authenticates_messages(kms):
    key = make(kms, KeySpec="HMAC_256", KeyUsage="GENERATE_VERIFY_MAC")
    request = dict(KeyId=key["KeyId"], MacAlgorithm="HMAC_SHA_256")
    mac = kms.generate_mac(Message=b"m", **request)["Mac"]
    assert kms.verify_mac(Message=b"m", Mac=mac, **request)["MacValid"] is True
    assert refused(kms.verify_mac, Message=b"n", Mac=mac, **request) == (400, "KMSInvalidMacException", "")
    wrong = refused(kms.generate_mac, KeyId=key["KeyId"], Message=b"m", MacAlgorithm="HMAC_SHA_512")
    assert wrong[1:] == ("InvalidKeyUsageException", "Algorithm HMAC_SHA_512 is incompatible with key spec HMAC_256.")


def test_agrees_on_a_secret(kms):
    one, two = (make(kms, KeySpec="ECC_NIST_P256", KeyUsage="KEY_AGREEMENT")["KeyId"] for _ in range(2))
    secrets = {kms.derive_shared_secret(KeyId=a, KeyAgreementAlgorithm="ECDH",
                                        PublicKey=kms.get_public_key(KeyId=b)["PublicKey"])["SharedSecret"]
               for a, b in ((one, two), (two, one))}
    assert len(secrets) == 1


def test_aliases_stand_for_keys(lake, kms, key, name):
    alias = "alias/" + name
    kms.create_alias(AliasName=alias, TargetKeyId=key["Arn"])
    arn = f"arn:aws:kms:us-east-1:{lake.account}:{alias}"
    [listed] = kms.list_aliases(KeyId=key["KeyId"])["Aliases"]
    assert (listed["AliasName"], listed["AliasArn"], listed["TargetKeyId"]) == (alias, arn, key["KeyId"])
    assert kms.describe_key(KeyId=arn)["KeyMetadata"]["KeyId"] == key["KeyId"]
    again = refused(kms.create_alias, AliasName=alias, TargetKeyId=key["KeyId"])
    assert again[1:] == ("AlreadyExistsException", f"An alias with the name {arn} already exists")
    other = make(kms)["KeyId"]
    kms.update_alias(AliasName=alias, TargetKeyId=other)
    assert kms.encrypt(KeyId=alias, Plaintext=b"x")["KeyId"].endswith(other)
    kms.delete_alias(AliasName=alias)
    assert refused(kms.describe_key, KeyId=alias)[1:] == ("NotFoundException", f"Alias {arn} is not found.")
    assert refused(kms.create_alias, AliasName="alias/aws/mine", TargetKeyId=other)[1:] == ("NotAuthorizedException", "")
    assert refused(kms.create_alias, AliasName=name, TargetKeyId=other)[1] == "ValidationException"


def test_states_refuse_in_the_words_of_aws(kms, key):
    arn, request = key["Arn"], dict(KeyId=key["KeyId"], Plaintext=b"x")
    kms.disable_key(KeyId=arn)
    assert refused(kms.encrypt, **request)[1:] == ("DisabledException", f"{arn} is disabled.")
    kms.enable_key(KeyId=arn)
    gone = kms.schedule_key_deletion(KeyId=arn, PendingWindowInDays=7)
    assert (gone["KeyId"], gone["KeyState"], gone["PendingWindowInDays"]) == (arn, "PendingDeletion", 7)
    assert refused(kms.encrypt, **request)[1:] == ("KMSInvalidStateException", f"{arn} is pending deletion.")
    assert kms.cancel_key_deletion(KeyId=arn)["KeyId"] == arn
    assert kms.describe_key(KeyId=arn)["KeyMetadata"]["KeyState"] == "Disabled"
    for days in 6, 31:
        assert refused(kms.schedule_key_deletion, KeyId=arn, PendingWindowInDays=days)[1] == "ValidationException"


def test_keys_that_are_not_there(lake, kms):
    arn = f"arn:aws:kms:us-east-1:{lake.account}:key/{UNKNOWN}"
    assert refused(kms.describe_key, KeyId=UNKNOWN) == (400, "NotFoundException", f"Key '{arn}' does not exist")
    assert refused(kms.describe_key, KeyId="fake")[1:] == ("NotFoundException", "Invalid keyId 'fake'")
    assert refused(kms.enable_key, KeyId="alias/fake")[1:] == ("NotFoundException", "Invalid keyId alias/fake")
    elsewhere = arn.replace("us-east-1", "eu-west-1")
    assert refused(kms.describe_key, KeyId=elsewhere)[1:] == ("NotFoundException", "Invalid arn eu-west-1")
    assert refused(kms.describe_key, KeyId="arn:aws:s3:::bucket-name-a")[1] == "InvalidArnException"


@pytest.mark.parametrize("wanted, code, message", [
    (dict(KeySpec="HMAC_256"), "ValidationException",
     "You must specify a KeyUsage value for all KMS keys except for symmetric encryption keys."),
    (dict(KeySpec="RSA_2048", KeyUsage="KEY_AGREEMENT"), "ValidationException",
     "KeyUsage KEY_AGREEMENT is not compatible with KeySpec RSA_2048"),
    (dict(KeySpec="SM2", KeyUsage="SIGN_VERIFY"), "UnsupportedOperationException", "KeySpec SM2 is not supported."),
    (dict(Policy="no policy"), "MalformedPolicyDocumentException", None),
    (dict(Tags=[{"TagKey": "a", "TagValue": "1"}, {"TagKey": "a", "TagValue": "2"}]), "TagException",
     "Duplicate tag keys"),
    (dict(Tags=[{"TagKey": "AWS:a", "TagValue": "1"}]), "TagException", "Tags beginning with aws: are reserved"),
    (dict(Tags=[{"TagKey": f"k{i}", "TagValue": ""} for i in range(51)]), "TagException", "Too many tags"),
    (dict(Origin="AWS_CLOUDHSM", CustomKeyStoreId="cks-1"), "CustomKeyStoreNotFoundException", None),
])
def test_keys_that_cannot_be_made(kms, wanted, code, message):
    _, found, text = refused(kms.create_key, **wanted)
    assert found == code and (message is None or text == message)


def test_policy_decides_even_for_root(lake, kms, key):
    statement = {"Effect": "Allow", "Principal": {"AWS": ROOT}, "Action": "kms:*", "Resource": "*"}
    mute = dict(statement, Principal={"AWS": "arn:aws:iam::111111111111:root"})
    deny = dict(statement, Effect="Deny", Action="kms:Encrypt")

    def document(*statements):
        return json.dumps({"Version": "2012-10-17", "Statement": statements})

    locked = refused(kms.put_key_policy, KeyId=key["KeyId"], Policy=document(mute))
    assert locked[1:] == ("MalformedPolicyDocumentException",
                          "The new key policy will not allow you to update the key policy in the future.")
    kms.put_key_policy(KeyId=key["KeyId"], Policy=document(statement, deny))
    assert kms.get_key_policy(KeyId=key["KeyId"])["Policy"] == document(statement, deny)
    _, code, message = refused(kms.encrypt, KeyId=key["KeyId"], Plaintext=b"x")
    assert code == "AccessDeniedException"
    assert message == (f"User: {ROOT} is not authorized to perform: kms:Encrypt on resource: {key['Arn']} with an "
                       "explicit deny in a resource-based policy")
    assert kms.generate_data_key(KeyId=key["KeyId"], KeySpec="AES_256")["KeyId"] == key["Arn"]


def test_rotation_makes_new_material_and_keeps_the_old(kms, key):
    arn = key["Arn"]
    before = kms.encrypt(KeyId=arn, Plaintext=b"before")["CiphertextBlob"]
    assert kms.rotate_key_on_demand(KeyId=arn)["KeyId"] == arn
    assert kms.describe_key(KeyId=arn)["KeyMetadata"]["CurrentKeyMaterialId"] != key["CurrentKeyMaterialId"]
    assert kms.decrypt(CiphertextBlob=before)["Plaintext"] == b"before"
    [rotation] = kms.list_key_rotations(KeyId=arn)["Rotations"]
    assert rotation["RotationType"] == "ON_DEMAND" and rotation["KeyMaterialState"] == "CURRENT"
    assert len(kms.list_key_rotations(KeyId=arn, IncludeKeyMaterial="ALL_KEY_MATERIAL")["Rotations"]) == 2
    kms.enable_key_rotation(KeyId=arn, RotationPeriodInDays=90)
    status = kms.get_key_rotation_status(KeyId=arn)
    assert status["KeyRotationEnabled"] and status["RotationPeriodInDays"] == 90 and status["NextRotationDate"]
    kms.disable_key_rotation(KeyId=arn)
    assert kms.get_key_rotation_status(KeyId=arn)["KeyRotationEnabled"] is False
    signer = make(kms, KeySpec="ECC_NIST_P256", KeyUsage="SIGN_VERIFY")["KeyId"]
    assert refused(kms.enable_key_rotation, KeyId=signer)[1] == "UnsupportedOperationException"
    # Whether it rotates may be asked of any key.
    assert kms.get_key_rotation_status(KeyId=signer)["KeyRotationEnabled"] is False


@pytest.mark.skipif(not shutil.which("openssl"), reason="wraps with the openssl command")
def test_imported_material_works_until_it_is_deleted(kms, tmp_path):
    key = make(kms, Origin="EXTERNAL")
    assert key["KeyState"] == "PendingImport"
    parameters = kms.get_parameters_for_import(KeyId=key["KeyId"], WrappingAlgorithm="RSAES_OAEP_SHA_256",
                                               WrappingKeySpec="RSA_2048")
    (tmp_path / "public.der").write_bytes(parameters["PublicKey"])
    wrapped = openssl("pkeyutl", "-encrypt", "-pubin", "-inkey", tmp_path / "public.der", "-keyform", "DER", "-pkeyopt",
                      "rsa_padding_mode:oaep", "-pkeyopt", "rsa_oaep_md:sha256", stdin=b"k" * 32)
    request = dict(KeyId=key["KeyId"], ImportToken=parameters["ImportToken"], EncryptedKeyMaterial=wrapped)
    assert refused(kms.import_key_material, **request)[2] == (
        "A validTo date must be set if the ExpirationModel is KEY_MATERIAL_EXPIRES")
    request["ExpirationModel"] = "KEY_MATERIAL_DOES_NOT_EXPIRE"
    kms.import_key_material(**request)
    assert kms.describe_key(KeyId=key["KeyId"])["KeyMetadata"]["ExpirationModel"] == "KEY_MATERIAL_DOES_NOT_EXPIRE"
    blob = kms.encrypt(KeyId=key["KeyId"], Plaintext=b"x")["CiphertextBlob"]
    kms.delete_imported_key_material(KeyId=key["KeyId"])
    refusal = ("KMSInvalidStateException", f"{key['Arn']} is pending import.")
    assert refused(kms.decrypt, CiphertextBlob=blob)[1:] == refusal
    kms.import_key_material(**request)
    assert kms.decrypt(CiphertextBlob=blob)["Plaintext"] == b"x"
    own = make(kms)["KeyId"]
    assert refused(kms.get_parameters_for_import, KeyId=own, WrappingAlgorithm="RSAES_OAEP_SHA_256",
                   WrappingKeySpec="RSA_2048")[2].endswith("origin is AWS_KMS which is not valid for this operation.")


def test_grants_are_listed_retired_and_revoked(kms, key):
    request = dict(KeyId=key["KeyId"], GranteePrincipal="arn:aws:iam::111111111111:root", RetiringPrincipal=ROOT,
                   Operations=["Decrypt"], Name="nightly", Constraints={"EncryptionContextSubset": {"a": "b"}})
    made = kms.create_grant(**request)
    assert kms.create_grant(**request)["GrantId"] == made["GrantId"]
    [grant] = kms.list_grants(KeyId=key["KeyId"])["Grants"]
    assert grant["KeyId"] == key["Arn"] and grant["IssuingAccount"] == ROOT
    assert grant["Constraints"] == {"EncryptionContextSubset": {"a": "b"}}
    assert made["GrantId"] in [g["GrantId"] for g in kms.list_retirable_grants(RetiringPrincipal=ROOT)["Grants"]]
    kms.retire_grant(GrantToken=made["GrantToken"])
    assert kms.list_grants(KeyId=key["KeyId"])["Grants"] == []
    missing = refused(kms.revoke_grant, KeyId=key["KeyId"], GrantId=made["GrantId"])
    assert missing[1:] == ("NotFoundException", f"Grant ID {made['GrantId']} not found")
    wrong = refused(kms.describe_key, KeyId=key["KeyId"], GrantTokens=["dG9rZW4="])
    assert wrong[1] == "InvalidGrantTokenException"


def test_related_keys_open_each_others_ciphertexts(lake, kms):
    key = make(kms, MultiRegion=True)
    assert key["KeyId"].startswith("mrk-")
    west = lake.client("kms", region="us-west-2")
    assert refused(west.describe_key, KeyId=key["KeyId"])[1] == "NotFoundException"
    replica = kms.replicate_key(KeyId=key["KeyId"], ReplicaRegion="us-west-2")["ReplicaKeyMetadata"]
    assert "CurrentKeyMaterialId" not in replica and "CurrentKeyMaterialId" in key
    assert replica["MultiRegionConfiguration"] == {
        "MultiRegionKeyType": "REPLICA", "PrimaryKey": {"Arn": key["Arn"], "Region": "us-east-1"},
        "ReplicaKeys": [{"Arn": replica["Arn"], "Region": "us-west-2"}]}
    blob = kms.encrypt(KeyId=key["KeyId"], Plaintext=b"x")["CiphertextBlob"]
    assert west.decrypt(CiphertextBlob=blob) ["KeyId"] == replica["Arn"]
    again = refused(west.replicate_key, KeyId=key["KeyId"], ReplicaRegion="eu-west-1")
    assert again[1:] == ("UnsupportedOperationException", f"{replica['Arn']} is not a multi-region primary key.")


def test_tags_and_listings_come_in_pages(kms, key):
    kms.tag_resource(KeyId=key["KeyId"], Tags=[{"TagKey": f"k{i}", "TagValue": str(i)} for i in range(5)])
    kms.untag_resource(KeyId=key["KeyId"], TagKeys=["k3"])
    page = kms.list_resource_tags(KeyId=key["KeyId"], Limit=3)
    assert page["Truncated"] and [t["TagKey"] for t in page["Tags"]] == ["k0", "k1", "k2"]
    rest = kms.list_resource_tags(KeyId=key["KeyId"], Limit=3, Marker=page["NextMarker"])
    assert not rest["Truncated"] and rest["Tags"] == [{"TagKey": "k4", "TagValue": "4"}]
    ids = [k["KeyId"] for p in kms.get_paginator("list_keys").paginate(PaginationConfig={"PageSize": 2})
           for k in p["Keys"]]
    assert key["KeyId"] in ids and len(ids) == len(set(ids))
    assert refused(kms.list_keys, Marker="no marker")[1] == "InvalidMarkerException"


def test_constraints_are_told_of_without_secrets(lake, key):
    kms = lake.client("kms", config=Config(parameter_validation=False))
    assert refused(kms.encrypt, KeyId=key["KeyId"], Plaintext=b"x" * 4097)[2] == (
        "1 validation error detected: Value at 'plaintext' failed to satisfy constraint: Member must have length less "
        "than or equal to 4096")
    assert refused(kms.generate_random)[2] == "NumberOfBytes is required."
    assert refused(kms.decrypt)[1] == "ValidationException"


def test_custom_key_stores_are_refused(kms):
    assert kms.describe_custom_key_stores()["CustomKeyStores"] == []
    assert refused(kms.create_custom_key_store, CustomKeyStoreName="hsm")[1] == "UnsupportedOperationException"
    assert refused(kms.delete_custom_key_store, CustomKeyStoreId="cks-1")[1] == "CustomKeyStoreNotFoundException"
