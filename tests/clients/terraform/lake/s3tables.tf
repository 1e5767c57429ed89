resource "aws_s3tables_table_bucket" "b" {
  name = "tf-tables"
  maintenance_configuration = {
    iceberg_unreferenced_file_removal = {
      settings = {
        non_current_days  = 20
        unreferenced_days = 6
      }
      status = "enabled"
    }
  }
}

resource "aws_s3tables_table_bucket_policy" "p" {
  table_bucket_arn = aws_s3tables_table_bucket.b.arn
  resource_policy  = jsonencode({ Version = "2012-10-17", Statement = [{ Effect = "Allow", Principal = { AWS = aws_iam_role.analyst.arn }, Action = "s3tables:GetTableData", Resource = "${aws_s3tables_table_bucket.b.arn}/*" }] })
}

resource "aws_s3tables_namespace" "n" {
  namespace        = "sales"
  table_bucket_arn = aws_s3tables_table_bucket.b.arn
}

resource "aws_s3tables_table" "t" {
  name             = "orders"
  namespace        = aws_s3tables_namespace.n.namespace
  table_bucket_arn = aws_s3tables_namespace.n.table_bucket_arn
  format           = "ICEBERG"
  maintenance_configuration = {
    iceberg_compaction = {
      settings = { target_file_size_mb = 128 }
      status   = "enabled"
    }
    iceberg_snapshot_management = {
      settings = {
        max_snapshot_age_hours = 40
        min_snapshots_to_keep  = 2
      }
      status = "enabled"
    }
  }
}

resource "aws_s3tables_table_policy" "p" {
  name             = aws_s3tables_table.t.name
  namespace        = aws_s3tables_table.t.namespace
  table_bucket_arn = aws_s3tables_table.t.table_bucket_arn
  resource_policy  = jsonencode({ Version = "2012-10-17", Statement = [{ Effect = "Allow", Principal = { AWS = aws_iam_role.analyst.arn }, Action = "s3tables:GetTableData", Resource = aws_s3tables_table.t.arn }] })
}
