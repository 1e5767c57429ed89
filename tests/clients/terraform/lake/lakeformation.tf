resource "aws_lakeformation_data_lake_settings" "s" {
  admins                                = [aws_iam_role.analyst.arn]
  read_only_admins                      = [aws_iam_role.scientist.arn]
  allow_external_data_filtering         = true
  external_data_filtering_allow_list    = [data.aws_caller_identity.me.account_id]
  authorized_session_tag_value_list     = ["engine1"]
  allow_full_table_external_data_access = true
  create_database_default_permissions {
    permissions = ["SELECT", "ALTER", "DROP"]
    principal   = aws_iam_user.u.arn
  }
  create_table_default_permissions {
    permissions = ["ALL"]
    principal   = "IAM_ALLOWED_PRINCIPALS"
  }
  trusted_resource_owners = [data.aws_caller_identity.me.account_id]
}

resource "aws_lakeformation_resource" "r" {
  arn                   = "${aws_s3_bucket.lake.arn}/curated"
  role_arn              = aws_iam_role.analyst.arn
  hybrid_access_enabled = false
}

resource "aws_lakeformation_resource" "r2" {
  arn                     = "${aws_s3_bucket.lake.arn}/raw"
  use_service_linked_role = true
  depends_on              = [aws_iam_service_linked_role.lf]
}

resource "aws_lakeformation_lf_tag" "level" {
  key    = "level"
  values = ["public", "secret"]
}

resource "aws_lakeformation_lf_tag" "many" {
  key    = "many"
  values = [for i in range(60) : format("v%03d", i)]
}

resource "aws_lakeformation_resource_lf_tags" "db" {
  database { name = aws_glue_catalog_database.d.name }
  lf_tag {
    key   = aws_lakeformation_lf_tag.level.key
    value = "public"
  }
}

resource "aws_lakeformation_resource_lf_tags" "cols" {
  table_with_columns {
    database_name = aws_glue_catalog_database.d.name
    name          = aws_glue_catalog_table.t.name
    column_names  = ["mail"]
  }
  lf_tag {
    key   = aws_lakeformation_lf_tag.level.key
    value = "secret"
  }
  lf_tag {
    key   = aws_lakeformation_lf_tag.many.key
    value = "v001"
  }
}

resource "aws_lakeformation_resource_lf_tag" "one" {
  table {
    database_name = aws_glue_catalog_database.d.name
    name          = aws_glue_catalog_table.t.name
  }
  lf_tag {
    key   = aws_lakeformation_lf_tag.many.key
    value = "v002"
  }
}

resource "aws_lakeformation_data_cells_filter" "f" {
  table_data {
    database_name    = aws_glue_catalog_database.d.name
    name             = "spain"
    table_catalog_id = data.aws_caller_identity.me.account_id
    table_name       = aws_glue_catalog_table.t.name
    column_names     = ["id", "country"]
    row_filter { filter_expression = "country='ES'" }
  }
}

resource "aws_lakeformation_data_cells_filter" "all" {
  table_data {
    database_name    = aws_glue_catalog_database.d.name
    name             = "nomail"
    table_catalog_id = data.aws_caller_identity.me.account_id
    table_name       = aws_glue_catalog_table.t.name
    column_wildcard { excluded_column_names = ["mail"] }
    row_filter {
      all_rows_wildcard {}
    }
  }
}

locals { db = aws_glue_catalog_database.d.name }

resource "aws_lakeformation_permissions" "catalog" {
  principal        = aws_iam_role.scientist.arn
  permissions      = ["CREATE_DATABASE"]
  catalog_resource = true
  depends_on       = [aws_lakeformation_data_lake_settings.s]
}

resource "aws_lakeformation_permissions" "location" {
  principal   = aws_iam_role.scientist.arn
  permissions = ["DATA_LOCATION_ACCESS"]
  data_location { arn = aws_lakeformation_resource.r.arn }
}

resource "aws_lakeformation_permissions" "database" {
  principal                     = aws_iam_role.scientist.arn
  permissions                   = ["ALTER", "CREATE_TABLE", "DROP"]
  permissions_with_grant_option = ["CREATE_TABLE"]
  database { name = local.db }
}

resource "aws_lakeformation_permissions" "table" {
  principal                     = aws_iam_user.u.arn
  permissions                   = ["ALTER", "DELETE", "DESCRIBE", "SELECT"]
  permissions_with_grant_option = ["DELETE", "SELECT"]
  table {
    database_name = local.db
    name          = aws_glue_catalog_table.t.name
  }
}

resource "aws_lakeformation_permissions" "wild" {
  principal   = aws_iam_role.scientist.arn
  permissions = ["DESCRIBE", "SELECT"]
  table {
    database_name = local.db
    wildcard      = true
  }
}

resource "aws_lakeformation_permissions" "columns" {
  principal                     = aws_iam_role.other.arn
  permissions                   = ["SELECT"]
  permissions_with_grant_option = ["SELECT"]
  table_with_columns {
    database_name = local.db
    name          = aws_glue_catalog_table.t.name
    column_names  = ["id", "country"]
  }
}

resource "aws_lakeformation_permissions" "excluded" {
  principal   = aws_iam_role.third.arn
  permissions = ["SELECT"]
  table_with_columns {
    database_name         = local.db
    name                  = aws_glue_catalog_table.t.name
    wildcard              = true
    excluded_column_names = ["mail"]
  }
}

resource "aws_lakeformation_permissions" "allcols" {
  principal   = aws_iam_role.fourth.arn
  permissions = ["SELECT"]
  table_with_columns {
    database_name = local.db
    name          = aws_glue_catalog_table.t.name
    wildcard      = true
  }
}

resource "aws_lakeformation_permissions" "cells" {
  principal   = aws_iam_role.other.arn
  permissions = ["SELECT", "DESCRIBE"]
  data_cells_filter {
    database_name    = local.db
    name             = "spain"
    table_catalog_id = data.aws_caller_identity.me.account_id
    table_name       = aws_glue_catalog_table.t.name
  }
  depends_on = [aws_lakeformation_data_cells_filter.f]
}

resource "aws_lakeformation_permissions" "tag" {
  principal                     = aws_iam_role.other.arn
  permissions                   = ["ASSOCIATE", "DESCRIBE"]
  permissions_with_grant_option = ["ASSOCIATE", "DESCRIBE"]
  lf_tag {
    key    = aws_lakeformation_lf_tag.level.key
    values = ["public"]
  }
}

resource "aws_lakeformation_permissions" "policy" {
  principal                     = aws_iam_role.other.arn
  permissions                   = ["ALTER", "CREATE_TABLE", "DROP"]
  permissions_with_grant_option = ["CREATE_TABLE"]
  lf_tag_policy {
    resource_type = "DATABASE"
    expression {
      key    = aws_lakeformation_lf_tag.level.key
      values = ["public"]
    }
  }
}

resource "aws_lakeformation_permissions" "tablepolicy" {
  principal   = aws_iam_role.other.arn
  permissions = ["SELECT", "DESCRIBE"]
  lf_tag_policy {
    resource_type = "TABLE"
    expression {
      key    = aws_lakeformation_lf_tag.level.key
      values = ["public", "secret"]
    }
    expression {
      key    = aws_lakeformation_lf_tag.many.key
      values = ["v001"]
    }
  }
}

resource "aws_lakeformation_permissions" "all" {
  principal                     = aws_iam_role.fifth.arn
  permissions                   = ["ALL"]
  permissions_with_grant_option = ["ALL"]
  table {
    database_name = local.db
    name          = aws_glue_catalog_table.t.name
  }
}

resource "aws_lakeformation_permissions" "iam_allowed" {
  principal   = "IAM_ALLOWED_PRINCIPALS"
  permissions = ["ALL"]
  database { name = local.db }
}

resource "aws_lakeformation_opt_in" "o" {
  principal { data_lake_principal_identifier = aws_iam_role.fifth.arn }
  resource_data {
    database {
      name       = local.db
      catalog_id = data.aws_caller_identity.me.account_id
    }
  }
}

data "aws_lakeformation_permissions" "table" {
  principal = aws_iam_user.u.arn
  table {
    database_name = local.db
    name          = aws_glue_catalog_table.t.name
  }
  depends_on = [aws_lakeformation_permissions.table]
}

data "aws_lakeformation_resource" "r" {
  arn = aws_lakeformation_resource.r.arn
}

data "aws_lakeformation_data_lake_settings" "s" { depends_on = [aws_lakeformation_data_lake_settings.s] }

output "read_back" { value = data.aws_lakeformation_permissions.table.permissions }
