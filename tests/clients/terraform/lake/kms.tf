resource "aws_kms_key" "k" {
  description             = "lake, ${var.told}"
  deletion_window_in_days = 7
  enable_key_rotation     = true
  tags                    = { told = var.told }
}

resource "aws_kms_key" "sign" {
  description              = "signing, ${var.told}"
  key_usage                = "SIGN_VERIFY"
  customer_master_key_spec = "ECC_NIST_P256"
  deletion_window_in_days  = 7
}

resource "aws_kms_key" "policy" {
  description             = "with a policy, ${var.told}"
  deletion_window_in_days = 10
  multi_region            = true
  policy                  = jsonencode({ Version = "2012-10-17", Id = "k", Statement = [{ Sid = "root", Effect = "Allow", Principal = { AWS = "arn:aws:iam::${data.aws_caller_identity.me.account_id}:root" }, Action = "kms:*", Resource = "*" }, { Sid = "use", Effect = "Allow", Principal = { AWS = [aws_iam_role.analyst.arn, aws_iam_role.scientist.arn] }, Action = ["kms:Decrypt", "kms:GenerateDataKey"], Resource = "*" }] })
}

resource "aws_kms_alias" "k" {
  name          = "alias/lake"
  target_key_id = aws_kms_key.k.key_id
}

resource "aws_kms_grant" "g" {
  name              = "g"
  key_id            = aws_kms_key.k.key_id
  grantee_principal = aws_iam_role.analyst.arn
  operations        = ["Encrypt", "Decrypt", "GenerateDataKey"]
  constraints {
    encryption_context_equals = { Department = "Finance" }
  }
}

resource "aws_kms_key_policy" "sign" {
  key_id = aws_kms_key.sign.id
  policy = jsonencode({ Version = "2012-10-17", Statement = [{ Effect = "Allow", Principal = { AWS = "arn:aws:iam::${data.aws_caller_identity.me.account_id}:root" }, Action = "kms:*", Resource = "*" }] })
}

resource "aws_kms_ciphertext" "c" {
  key_id    = aws_kms_key.k.key_id
  plaintext = "hello"
}

resource "aws_kms_external_key" "e" {
  description             = "imported"
  deletion_window_in_days = 7
  key_material_base64     = "Wblj06fduthWggmsT0cLVoIMOkeLbc2kVfMud77i/JY="
  enabled                 = true
}

resource "aws_kms_replica_key" "r" {
  provider                = aws.west
  description             = "replica"
  deletion_window_in_days = 7
  primary_key_arn         = aws_kms_key.policy.arn
}

data "aws_kms_key" "k" { key_id = aws_kms_alias.k.name }

data "aws_kms_alias" "k" { name = aws_kms_alias.k.name }

data "aws_kms_public_key" "sign" { key_id = aws_kms_key.sign.arn }
