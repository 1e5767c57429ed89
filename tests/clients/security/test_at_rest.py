"""No secret that was planted through the API lies readable in the lake's directory or its log."""
import json

from conftest import Lake

PLANTED = "planted-secret-{}-7c1f"


def files_with(folder, needles):
    found = []
    for path in folder.rglob("*"):
        if path.is_file() and path.name not in ("master-key", "root-credentials"):
            bytes_ = path.read_bytes()
            found += [(str(path), needle) for needle in needles if needle.encode() in bytes_]
    return found


def test_planted_secrets_are_nowhere_in_the_directory(tmp_path):
    lake = Lake(tmp_path / "data")
    needles = [lake.secret_key]
    try:
        glue, kms, iam, s3 = (lake.client(service) for service in ("glue", "kms", "iam", "s3"))
        password = PLANTED.format("connection")
        needles.append(password)
        properties = {"JDBC_CONNECTION_URL": "jdbc:postgresql://h/d", "USERNAME": "u", "PASSWORD": password}
        glue.create_connection(ConnectionInput={"Name": "c", "ConnectionType": "JDBC",
                                                "ConnectionProperties": properties})
        glue.update_connection(Name="c", ConnectionInput={"Name": "c", "ConnectionType": "JDBC",
                                                          "ConnectionProperties": properties})
        assert glue.get_connection(Name="c")["Connection"]["ConnectionProperties"]["PASSWORD"] == password

        iam.create_user(UserName="u")
        needles.append(iam.create_access_key(UserName="u")["AccessKey"]["SecretAccessKey"])
        login = PLANTED.format("Login1!")
        needles.append(login)
        iam.create_login_profile(UserName="u", Password=login)
        iam.create_role(RoleName="r", AssumeRolePolicyDocument=json.dumps({"Version": "2012-10-17", "Statement": [
            {"Effect": "Allow", "Principal": {"AWS": f"arn:aws:iam::{lake.account}:root"}, "Action": "sts:AssumeRole"}]}))
        session = lake.client("sts").get_session_token()["Credentials"]
        needles += [session["SecretAccessKey"], session["SessionToken"]]

        key = kms.create_key()["KeyMetadata"]["KeyId"]
        text = PLANTED.format("plaintext")
        needles.append(text)
        kms.encrypt(KeyId=key, Plaintext=text.encode())

        body = PLANTED.format("object")
        needles.append(body)
        s3.create_bucket(Bucket="kept")
        s3.put_object(Bucket="kept", Key="k", Body=body.encode())
        lake.client("cloudtrail").lookup_events()  # what waited in memory is written now
        assert files_with(lake.folder, needles) == []
        lake.restart(kill=False)
        assert files_with(lake.folder, needles) == []
        assert glue.get_connection(Name="c")["Connection"]["ConnectionProperties"]["PASSWORD"] == password
        log = (lake.folder.parent / "data.log").read_text()
        assert [needle for needle in needles if needle in log] == []
    finally:
        lake.stop()
