resource "aws_organizations_organization" "o" {
  feature_set                   = "ALL"
  enabled_policy_types          = ["SERVICE_CONTROL_POLICY", "RESOURCE_CONTROL_POLICY", "TAG_POLICY"]
  aws_service_access_principals = ["ram.amazonaws.com", "cloudtrail.amazonaws.com"]
}

resource "aws_organizations_organizational_unit" "data" {
  name      = "data"
  parent_id = aws_organizations_organization.o.roots[0].id
  tags      = { told = var.told }
}

resource "aws_organizations_organizational_unit" "sub" {
  name      = "sub"
  parent_id = aws_organizations_organizational_unit.data.id
}

resource "aws_organizations_account" "c" {
  name      = "consumer"
  email     = "consumer@example.com"
  parent_id = aws_organizations_organizational_unit.data.id
  role_name = "OrganizationAccountAccessRole"
  tags      = { told = var.told }
  lifecycle { ignore_changes = [role_name] }
}

resource "aws_organizations_policy" "scp" {
  name        = "no-leave"
  description = "members stay, ${var.told}"
  type        = "SERVICE_CONTROL_POLICY"
  content     = jsonencode({ Version = "2012-10-17", Statement = [{ Effect = "Deny", Action = "organizations:LeaveOrganization", Resource = "*" }] })
  tags        = { told = var.told }
  depends_on  = [aws_organizations_organization.o]
}

resource "aws_organizations_policy" "tag" {
  name       = "tags"
  type       = "TAG_POLICY"
  content    = jsonencode({ tags = { Team = { tag_key = { "@@assign" = "Team" } } } })
  depends_on = [aws_organizations_organization.o]
}

resource "aws_organizations_policy_attachment" "ou" {
  policy_id = aws_organizations_policy.scp.id
  target_id = aws_organizations_organizational_unit.data.id
}

resource "aws_organizations_policy_attachment" "account" {
  policy_id = aws_organizations_policy.tag.id
  target_id = aws_organizations_account.c.id
}

resource "aws_organizations_delegated_administrator" "d" {
  account_id        = aws_organizations_account.c.id
  service_principal = "cloudtrail.amazonaws.com"
}

resource "aws_organizations_resource_policy" "r" {
  content = jsonencode({ Version = "2012-10-17", Statement = [{ Sid = "d", Effect = "Allow", Principal = { AWS = "arn:aws:iam::${aws_organizations_account.c.id}:root" }, Action = ["organizations:DescribeOrganization", "organizations:ListAccounts"], Resource = "*" }] })
}

resource "aws_ram_resource_share" "s" {
  name                      = "share"
  allow_external_principals = false
  tags                      = { told = var.told }
  depends_on                = [aws_ram_sharing_with_organization.o]
}

resource "aws_ram_sharing_with_organization" "o" { depends_on = [aws_organizations_organization.o] }

resource "aws_ram_resource_association" "r" {
  resource_arn       = aws_glue_catalog_database.full.arn
  resource_share_arn = aws_ram_resource_share.s.arn
}

resource "aws_ram_principal_association" "p" {
  principal          = aws_organizations_organizational_unit.data.arn
  resource_share_arn = aws_ram_resource_share.s.arn
}

data "aws_organizations_organization" "o" { depends_on = [aws_organizations_account.c] }

data "aws_organizations_organizational_units" "u" { parent_id = aws_organizations_organization.o.roots[0].id }

data "aws_ram_resource_share" "s" {
  name           = aws_ram_resource_share.s.name
  resource_owner = "SELF"
}

resource "aws_lakeformation_permissions" "cross" {
  principal                     = aws_organizations_account.c.id
  permissions                   = ["DESCRIBE", "SELECT"]
  permissions_with_grant_option = ["DESCRIBE", "SELECT"]
  table {
    database_name = aws_glue_catalog_database.full.name
    name          = aws_glue_catalog_table.two.name
  }
}
