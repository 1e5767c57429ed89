data "aws_caller_identity" "me" {}

data "aws_iam_policy_document" "trust" {
  statement {
    actions = ["sts:AssumeRole"]
    principals {
      type        = "AWS"
      identifiers = ["arn:aws:iam::${data.aws_caller_identity.me.account_id}:root"]
    }
  }
}

resource "aws_iam_role" "analyst" {
  name                 = "analyst"
  assume_role_policy   = data.aws_iam_policy_document.trust.json
  description          = "reads, ${var.told}"
  max_session_duration = 60 * 60 * (var.hours - 46)
  tags                 = { team = "a" }
  inline_policy {
    name   = "inline"
    policy = jsonencode({ Version = "2012-10-17", Statement = [{ Effect = "Allow", Action = "s3:ListAllMyBuckets", Resource = "*" }] })
  }
}

resource "aws_iam_role" "scientist" {
  name                 = "scientist"
  path                 = "/team/"
  assume_role_policy   = data.aws_iam_policy_document.trust.json
  permissions_boundary = aws_iam_policy.query.arn
}

resource "aws_iam_policy" "query" {
  name        = "query"
  path        = "/lake/"
  description = "query the lake"
  policy      = jsonencode({ Version = "2012-10-17", Statement = [{ Sid = "Q", Effect = "Allow", Action = ["athena:*", "glue:Get*", "lakeformation:GetDataAccess", "s3:*"], Resource = "*" }] })
  tags        = { told = var.told }
}

resource "aws_iam_role_policy_attachment" "analyst" {
  role       = aws_iam_role.analyst.name
  policy_arn = aws_iam_policy.query.arn
}

resource "aws_iam_role_policy_attachment" "managed" {
  role       = aws_iam_role.analyst.name
  policy_arn = "arn:aws:iam::aws:policy/AmazonAthenaFullAccess"
}

resource "aws_iam_role_policy" "more" {
  name   = "more"
  role   = aws_iam_role.scientist.id
  policy = jsonencode({ Version = "2012-10-17", Statement = [{ Effect = "Allow", Action = "athena:*", Resource = "*" }] })
}

resource "aws_iam_instance_profile" "p" {
  name = "p"
  role = aws_iam_role.analyst.name
}

resource "aws_iam_user" "u" {
  name          = "u"
  force_destroy = true
  tags          = { x = "y" }
}

resource "aws_iam_access_key" "u" { user = aws_iam_user.u.name }

resource "aws_iam_user_policy" "u" {
  name   = "up"
  user   = aws_iam_user.u.name
  policy = jsonencode({ Version = "2012-10-17", Statement = [{ Effect = "Allow", Action = "s3:*", Resource = "*" }] })
}

resource "aws_iam_user_policy_attachment" "u" {
  user       = aws_iam_user.u.name
  policy_arn = aws_iam_policy.query.arn
}

resource "aws_iam_group" "g" { name = "g" }

resource "aws_iam_group_membership" "g" {
  name  = "m"
  group = aws_iam_group.g.name
  users = [aws_iam_user.u.name]
}

resource "aws_iam_group_policy_attachment" "g" {
  group      = aws_iam_group.g.name
  policy_arn = aws_iam_policy.query.arn
}

resource "aws_iam_group_policy" "g" {
  name   = "gp"
  group  = aws_iam_group.g.name
  policy = jsonencode({ Version = "2012-10-17", Statement = [{ Effect = "Allow", Action = "s3:*", Resource = "*" }] })
}

resource "aws_iam_user_login_profile" "u" {
  user            = aws_iam_user.u.name
  password_length = 20
}

resource "aws_iam_account_password_policy" "strict" {
  minimum_password_length        = 10
  require_numbers                = true
  require_symbols                = true
  require_lowercase_characters   = true
  require_uppercase_characters   = true
  allow_users_to_change_password = true
}

resource "aws_iam_account_alias" "a" { account_alias = "tarn-lake" }

resource "aws_iam_openid_connect_provider" "o" {
  url             = "https://accounts.google.com"
  client_id_list  = ["266362248691-342342xasdasdasda-apps.googleusercontent.com"]
  thumbprint_list = ["cf23df2207d99a74fbe169e3eba035e633b65d94"]
}

resource "aws_iam_service_linked_role" "lf" { aws_service_name = "lakeformation.amazonaws.com" }

resource "aws_iam_role" "other" {
  name               = "other"
  assume_role_policy = data.aws_iam_policy_document.trust.json
}

resource "aws_iam_role" "third" {
  name               = "third"
  assume_role_policy = data.aws_iam_policy_document.trust.json
}

resource "aws_iam_role" "fourth" {
  name               = "fourth"
  assume_role_policy = data.aws_iam_policy_document.trust.json
}

resource "aws_iam_role" "fifth" {
  name               = "fifth"
  assume_role_policy = data.aws_iam_policy_document.trust.json
}

data "aws_iam_policy" "managed" { arn = "arn:aws:iam::aws:policy/AmazonS3ReadOnlyAccess" }

data "aws_iam_role" "a" { name = aws_iam_role.analyst.name }

data "aws_iam_users" "all" { depends_on = [aws_iam_user.u] }

data "aws_iam_roles" "all" { depends_on = [aws_iam_role.analyst] }

data "aws_iam_principal_policy_simulation" "sim" {
  action_names      = ["s3:GetObject"]
  policy_source_arn = aws_iam_user.u.arn
  depends_on        = [aws_iam_user_policy.u]
}

resource "aws_iam_role_policies_exclusive" "s" {
  role_name    = aws_iam_role.scientist.name
  policy_names = [aws_iam_role_policy.more.name]
}

resource "aws_iam_user_group_membership" "v" {
  user   = aws_iam_user.v.name
  groups = [aws_iam_group.h.name]
}

resource "aws_iam_user" "v" {
  name                 = "v"
  path                 = "/team/"
  permissions_boundary = aws_iam_policy.query.arn
  force_destroy        = true
}

resource "aws_iam_group" "h" {
  name = "h"
  path = "/team/"
}

resource "aws_iam_policy_attachment" "pa" {
  name       = "pa"
  policy_arn = aws_iam_policy.second.arn
  users      = [aws_iam_user.v.name]
  groups     = [aws_iam_group.h.name]
  roles      = [aws_iam_role.other.name]
}

resource "aws_iam_policy" "second" {
  name   = "second"
  policy = jsonencode({ Version = "2012-10-17", Statement = [{ Effect = "Allow", Action = "glue:Get*", Resource = "*" }] })
}

resource "aws_iam_virtual_mfa_device" "m" { virtual_mfa_device_name = "mfa" }

resource "aws_iam_service_specific_credential" "c" {
  service_name = "codecommit.amazonaws.com"
  user_name    = aws_iam_user.v.name
}

resource "aws_iam_security_token_service_preferences" "p" { global_endpoint_token_version = "v2Token" }

data "aws_iam_group" "g" {
  group_name = aws_iam_group.g.name
  depends_on = [aws_iam_group_membership.g]
}

data "aws_iam_user" "u" { user_name = aws_iam_user.u.name }

data "aws_iam_instance_profile" "p" { name = aws_iam_instance_profile.p.name }

data "aws_iam_account_alias" "a" { depends_on = [aws_iam_account_alias.a] }

data "aws_iam_session_context" "s" { arn = data.aws_caller_identity.me.arn }

data "aws_iam_access_keys" "k" {
  user       = aws_iam_user.u.name
  depends_on = [aws_iam_access_key.u]
}

data "aws_iam_openid_connect_provider" "o" { arn = aws_iam_openid_connect_provider.o.arn }
