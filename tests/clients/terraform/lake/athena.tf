resource "aws_athena_workgroup" "w" {
  name          = "lake"
  description   = "analysts, ${var.told}"
  force_destroy = true
  tags          = { told = var.told }
  configuration {
    bytes_scanned_cutoff_per_query     = 10485760
    enforce_workgroup_configuration    = true
    publish_cloudwatch_metrics_enabled = true
    requester_pays_enabled             = false
    engine_version { selected_engine_version = "Athena engine version 3" }
    result_configuration {
      output_location       = "s3://${aws_s3_bucket.logs.bucket}/athena/"
      expected_bucket_owner = data.aws_caller_identity.me.account_id
      acl_configuration { s3_acl_option = "BUCKET_OWNER_FULL_CONTROL" }
      encryption_configuration {
        encryption_option = "SSE_KMS"
        kms_key_arn       = aws_kms_key.k.arn
      }
    }
  }
}

resource "aws_athena_workgroup" "plain" {
  name  = "plain"
  state = "DISABLED"
}

resource "aws_athena_database" "d" {
  name          = "made_by_athena"
  bucket        = aws_s3_bucket.logs.id
  comment       = "made"
  properties    = { a = "b" }
  force_destroy = true
}

resource "aws_athena_named_query" "q" {
  name        = "q"
  description = "all"
  workgroup   = aws_athena_workgroup.w.id
  database    = aws_athena_database.d.name
  query       = "SELECT 1"
}

resource "aws_athena_prepared_statement" "p" {
  name            = "ps"
  description     = "one"
  workgroup       = aws_athena_workgroup.w.name
  query_statement = "SELECT ? AS x"
}

resource "aws_athena_data_catalog" "g" {
  name        = "other-glue"
  description = "another account's, ${var.told}"
  type        = "GLUE"
  parameters  = { "catalog-id" = "123456789012" }
  tags        = { told = var.told }
}

data "aws_athena_named_query" "q" {
  name      = aws_athena_named_query.q.name
  workgroup = aws_athena_workgroup.w.name
}
