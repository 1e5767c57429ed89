"""Terraform on a lake: what is applied is found again without a change, is changed in place, is imported as it is, and
goes again."""
import json
import os
import pathlib
import re
import shutil
import subprocess

import pytest

from conftest import Lake

PLAN = pathlib.Path(__file__).parent / "lake"
NOTHING_TO_CHANGE, CHANGES = 0, 2

# What its provider names for an import, where it is not the resource's id.
IMPORTED_BY = {
    "aws_iam_role_policy_attachment": lambda v: f"{v['role']}/{v['policy_arn']}",
    "aws_iam_user_policy_attachment": lambda v: f"{v['user']}/{v['policy_arn']}",
    "aws_iam_group_policy_attachment": lambda v: f"{v['group']}/{v['policy_arn']}",
    "aws_kinesis_stream": lambda v: v["name"],
    "aws_kinesis_firehose_delivery_stream": lambda v: v["arn"],
    "aws_kinesis_resource_policy": lambda v: v["resource_arn"],
    "aws_athena_prepared_statement": lambda v: f"{v['workgroup']}/{v['name']}",
    "aws_kms_grant": lambda v: f"{v['key_id']}:{v['grant_id']}",
    "aws_organizations_policy_attachment": lambda v: f"{v['target_id']}:{v['policy_id']}",
    "aws_cloudtrail": lambda v: v["arn"],
    "aws_ram_resource_association": lambda v: f"{v['resource_share_arn']},{v['resource_arn']}",
    "aws_ram_principal_association": lambda v: f"{v['resource_share_arn']},{v['principal']}",
}
# Imported by their id, and complete after it: the provider reads all that it manages.
IMPORTED = {
    "aws_iam_role", "aws_iam_policy", "aws_iam_role_policy", "aws_iam_user_policy", "aws_iam_group", "aws_iam_group_policy",
    "aws_iam_instance_profile", "aws_iam_account_alias", "aws_iam_account_password_policy",
    "aws_iam_openid_connect_provider", "aws_iam_service_linked_role", "aws_lakeformation_lf_tag",
    "aws_s3_bucket_versioning", "aws_s3_bucket_server_side_encryption_configuration", "aws_s3_bucket_public_access_block",
    "aws_s3_bucket_ownership_controls", "aws_s3_bucket_policy", "aws_s3_bucket_lifecycle_configuration",
    "aws_s3_bucket_cors_configuration", "aws_s3_bucket_website_configuration", "aws_s3_bucket_logging",
    "aws_s3_bucket_metric", "aws_s3_bucket_intelligent_tiering_configuration", "aws_s3_bucket_object_lock_configuration",
    "aws_glue_catalog_database", "aws_glue_crawler", "aws_glue_classifier", "aws_glue_registry",
    "aws_glue_schema", "aws_glue_security_configuration", "aws_athena_named_query",
    "aws_kinesis_stream_consumer", "aws_kms_alias", "aws_organizations_organization",
    "aws_organizations_organizational_unit", "aws_organizations_policy", "aws_ram_resource_share",
} | set(IMPORTED_BY)

NOT_TOLD_WHOLE = {"aws_kinesis_firehose_delivery_stream.http"}  # its access key is never told


class Terraform:
    def __init__(self, folder, lake):
        self.folder = folder
        # Access points are asked for at a host of their account's: the lake is the proxy that finds it.
        self.env = {"PATH": os.environ["PATH"], "HOME": str(folder), "TF_IN_AUTOMATION": "1", "CHECKPOINT_DISABLE": "1",
                    "HTTP_PROXY": lake.endpoint, **lake.environment()}
        if config := os.environ.get("TF_CLI_CONFIG_FILE"):
            self.env["TF_CLI_CONFIG_FILE"] = config

    def run(self, *arguments):
        return subprocess.run(["terraform", *arguments], env=self.env, cwd=self.folder, stdin=subprocess.DEVNULL,
                              capture_output=True, text=True, timeout=900)

    def plan(self):
        """What would change, as a person is told."""
        done = self.run("plan", "-no-color", "-detailed-exitcode")
        assert done.returncode in (NOTHING_TO_CHANGE, CHANGES), done.stderr
        return "" if done.returncode == NOTHING_TO_CHANGE else done.stdout

    def change(self, verb):
        done = self.run(verb, "-no-color", "-auto-approve", "-parallelism=8")
        assert done.returncode == 0, done.stderr + done.stdout[-3000:]

    def resources(self):
        done = self.run("show", "-json")
        assert done.returncode == 0, done.stderr
        root = json.loads(done.stdout).get("values", {}).get("root_module", {})
        return [one for one in root.get("resources", []) if one["mode"] == "managed"]


@pytest.fixture
def terraform(tmp_path):
    if not shutil.which("terraform"):
        pytest.skip("terraform is not installed")
    lake = Lake(tmp_path / "data")
    folder = tmp_path / "plan"
    shutil.copytree(PLAN, folder)
    tool = Terraform(folder, lake)
    found = tool.run("init", "-no-color", "-input=false")
    if found.returncode != 0:
        lake.stop()
        pytest.skip(f"Terraform's provider of AWS is not to be had here: {found.stderr[-300:]}")
    yield tool
    lake.stop()


def test_what_is_applied_is_what_is_there(terraform):
    terraform.change("apply")
    made = terraform.resources()
    assert len(made) > 120
    assert terraform.plan() == ""

    blocks, forgotten = [], []
    for one in made:
        if one["type"] not in IMPORTED or one["address"] in NOT_TOLD_WHOLE:
            continue
        name = IMPORTED_BY.get(one["type"], lambda values: values["id"])(one["values"])
        blocks.append(f'import {{\n  to = {one["address"]}\n  id = "{name}"\n}}\n')
        forgotten.append(one["address"])
    assert terraform.run("state", "rm", *forgotten).returncode == 0
    imports = terraform.folder / "imports.tf"
    imports.write_text("".join(blocks))
    told = terraform.plan()
    assert len(forgotten) > 60
    assert f"Plan: {len(forgotten)} to import, 0 to add, 0 to change, 0 to destroy." in told, told
    terraform.change("apply")
    imports.unlink()
    assert terraform.plan() == ""

    terraform.env.update(TF_VAR_told="later", TF_VAR_hours="47")
    told = terraform.plan()
    changed = re.search(r"Plan: 0 to add, (\d+) to change, 0 to destroy", told)
    assert changed and int(changed[1]) > 15, told
    terraform.change("apply")
    assert terraform.plan() == ""

    terraform.change("destroy")
    assert terraform.resources() == []
