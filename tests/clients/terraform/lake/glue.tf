resource "aws_glue_catalog_database" "d" {
  name         = "curated"
  location_uri = "s3://${aws_s3_bucket.lake.bucket}/curated/"
  depends_on   = [aws_lakeformation_data_lake_settings.s]
}

resource "aws_glue_catalog_table" "t" {
  name          = "orders"
  database_name = aws_glue_catalog_database.d.name
  table_type    = "EXTERNAL_TABLE"
  parameters    = { classification = "parquet" }
  storage_descriptor {
    location      = "s3://${aws_s3_bucket.lake.bucket}/curated/orders/"
    input_format  = "org.apache.hadoop.hive.ql.io.parquet.MapredParquetInputFormat"
    output_format = "org.apache.hadoop.hive.ql.io.parquet.MapredParquetOutputFormat"
    ser_de_info { serialization_library = "org.apache.hadoop.hive.ql.io.parquet.serde.ParquetHiveSerDe" }
    columns {
      name = "id"
      type = "int"
    }
    columns {
      name = "country"
      type = "string"
    }
    columns {
      name = "mail"
      type = "string"
    }
  }
}

resource "aws_glue_catalog_database" "full" {
  name         = "full"
  description  = "all fields, ${var.told}"
  location_uri = "s3://${aws_s3_bucket.full.bucket}/full/"
  parameters   = { owner = "lake" }
  tags         = { told = var.told }
  create_table_default_permission {
    permissions = ["SELECT"]
    principal { data_lake_principal_identifier = "IAM_ALLOWED_PRINCIPALS" }
  }
}

resource "aws_glue_catalog_database" "link" {
  name = "linked"
  target_database {
    catalog_id    = data.aws_caller_identity.me.account_id
    database_name = aws_glue_catalog_database.full.name
  }
}

resource "aws_glue_catalog_table" "full" {
  name               = "events"
  database_name      = aws_glue_catalog_database.full.name
  description        = "events by day, ${var.told}"
  owner              = "owner"
  retention          = 1
  table_type         = "EXTERNAL_TABLE"
  view_expanded_text = "view_expanded_text_1"
  view_original_text = "view_original_text_1"
  parameters = {
    EXTERNAL             = "TRUE"
    "projection.enabled" = "false"
  }
  partition_keys {
    name    = "day"
    type    = "date"
    comment = "of the event"
  }
  partition_keys {
    name = "region"
    type = "string"
  }
  storage_descriptor {
    location                  = "s3://${aws_s3_bucket.full.bucket}/full/events/"
    input_format              = "org.apache.hadoop.mapred.TextInputFormat"
    output_format             = "org.apache.hadoop.hive.ql.io.HiveIgnoreKeyTextOutputFormat"
    compressed                = false
    number_of_buckets         = 4
    bucket_columns            = ["id"]
    stored_as_sub_directories = false
    parameters                = { param1 = "param1_val" }
    ser_de_info {
      name                  = "ser_de_name"
      serialization_library = "org.openx.data.jsonserde.JsonSerDe"
      parameters            = { "serialization.format" = "1" }
    }
    columns {
      name       = "id"
      type       = "bigint"
      comment    = "key"
      parameters = { a = "b" }
    }
    columns {
      name = "payload"
      type = "struct<a:int,b:array<string>>"
    }
    sort_columns {
      column     = "id"
      sort_order = 1
    }
    skewed_info {
      skewed_column_names               = ["id"]
      skewed_column_value_location_maps = { id = "s3://x" }
      skewed_column_values              = ["1"]
    }
  }
  partition_index {
    index_name = "by_day"
    keys       = ["day"]
  }
}

resource "aws_glue_partition" "p" {
  database_name    = aws_glue_catalog_database.full.name
  table_name       = aws_glue_catalog_table.full.name
  partition_values = ["2026-01-01", "eu"]
  parameters       = { rows = "1" }
  storage_descriptor {
    location = "s3://${aws_s3_bucket.full.bucket}/full/events/day=2026-01-01/region=eu/"
    columns {
      name = "id"
      type = "bigint"
    }
    input_format  = "org.apache.hadoop.mapred.TextInputFormat"
    output_format = "org.apache.hadoop.hive.ql.io.HiveIgnoreKeyTextOutputFormat"
    ser_de_info {
      serialization_library = "org.openx.data.jsonserde.JsonSerDe"
    }
  }
}

resource "aws_glue_partition_index" "i" {
  database_name = aws_glue_catalog_database.full.name
  table_name    = aws_glue_catalog_table.two.name
  partition_index {
    index_name = "by_region"
    keys       = ["region"]
  }
}

resource "aws_glue_catalog_table" "two" {
  name          = "two"
  database_name = aws_glue_catalog_database.full.name
  table_type    = "EXTERNAL_TABLE"
  partition_keys {
    name = "region"
    type = "string"
  }
  storage_descriptor {
    location      = "s3://${aws_s3_bucket.full.bucket}/full/two/"
    input_format  = "org.apache.hadoop.mapred.TextInputFormat"
    output_format = "org.apache.hadoop.hive.ql.io.HiveIgnoreKeyTextOutputFormat"
    ser_de_info { serialization_library = "org.openx.data.jsonserde.JsonSerDe" }
    columns {
      name = "id"
      type = "bigint"
    }
  }
}

resource "aws_glue_catalog_table" "iceberg" {
  name          = "ice"
  database_name = aws_glue_catalog_database.full.name
  table_type    = "EXTERNAL_TABLE"
  open_table_format_input {
    iceberg_input {
      metadata_operation = "CREATE"
      version            = 2
    }
  }
  storage_descriptor {
    location = "s3://${aws_s3_bucket.full.bucket}/full/ice"
    columns {
      name       = "id"
      type       = "int"
      parameters = { "iceberg.field.current" = "true", "iceberg.field.id" = "1", "iceberg.field.optional" = "true" }
    }
    columns {
      name       = "name"
      type       = "string"
      parameters = { "iceberg.field.current" = "true", "iceberg.field.id" = "2", "iceberg.field.optional" = "true" }
    }
  }
}

resource "aws_glue_catalog_table" "link" {
  name          = "ordered"
  database_name = aws_glue_catalog_database.full.name
  target_table {
    catalog_id    = data.aws_caller_identity.me.account_id
    database_name = aws_glue_catalog_database.d.name
    name          = aws_glue_catalog_table.t.name
  }
}

resource "aws_glue_crawler" "c" {
  name                   = "crawl"
  description            = "finds, ${var.told}"
  role                   = aws_iam_role.analyst.arn
  database_name          = aws_glue_catalog_database.full.name
  schedule               = "cron(0 1 * * ? *)"
  table_prefix           = "c_"
  classifiers            = [aws_glue_classifier.csv.name]
  security_configuration = aws_glue_security_configuration.s.name
  configuration          = jsonencode({ Version = 1.0, Grouping = { TableGroupingPolicy = "CombineCompatibleSchemas" } })
  tags                   = { told = var.told }
  s3_target {
    path        = "s3://${aws_s3_bucket.full.bucket}/raw/"
    exclusions  = ["**.tmp"]
    sample_size = 10
  }
  schema_change_policy {
    delete_behavior = "LOG"
    update_behavior = "UPDATE_IN_DATABASE"
  }
  recrawl_policy { recrawl_behavior = "CRAWL_EVERYTHING" }
  lineage_configuration { crawler_lineage_settings = "DISABLE" }
}

resource "aws_glue_crawler" "plain" {
  name          = "plain"
  role          = aws_iam_role.scientist.arn
  database_name = aws_glue_catalog_database.full.name
  s3_target { path = "s3://${aws_s3_bucket.full.bucket}/raw/" }
}

resource "aws_glue_classifier" "csv" {
  name = "csv"
  csv_classifier {
    allow_single_column    = false
    contains_header        = "PRESENT"
    delimiter              = ";"
    disable_value_trimming = false
    header                 = ["a", "b"]
    quote_symbol           = "'"
  }
}

resource "aws_glue_classifier" "grok" {
  name = "grok"
  grok_classifier {
    classification  = "log"
    grok_pattern    = "%%{TIMESTAMP_ISO8601:t} %%{GREEDYDATA:m}"
    custom_patterns = "A [a-z]+"
  }
}

resource "aws_glue_classifier" "json" {
  name = "json"
  json_classifier { json_path = "$.a" }
}

resource "aws_glue_classifier" "xml" {
  name = "xml"
  xml_classifier {
    classification = "x"
    row_tag        = "row"
  }
}

resource "aws_glue_security_configuration" "s" {
  name = "s"
  encryption_configuration {
    cloudwatch_encryption { cloudwatch_encryption_mode = "DISABLED" }
    job_bookmarks_encryption { job_bookmarks_encryption_mode = "DISABLED" }
    s3_encryption {
      kms_key_arn        = aws_kms_key.k.arn
      s3_encryption_mode = "SSE-KMS"
    }
  }
}

resource "aws_glue_connection" "c" {
  name            = "pg"
  description     = "a database"
  connection_type = "JDBC"
  match_criteria  = ["a", "b"]
  connection_properties = {
    JDBC_CONNECTION_URL = "jdbc:postgresql://db.example.com/x"
    USERNAME            = "u"
    PASSWORD            = "p"
  }
  tags = { told = var.told }
}

resource "aws_glue_registry" "r" {
  registry_name = "reg"
  description   = "schemas, ${var.told}"
  tags          = { told = var.told }
}

resource "aws_glue_schema" "s" {
  schema_name       = "event"
  registry_arn      = aws_glue_registry.r.arn
  data_format       = "AVRO"
  compatibility     = "BACKWARD"
  description       = "an event, ${var.told}"
  tags              = { told = var.told }
  schema_definition = jsonencode({ type = "record", name = "r1", fields = [{ name = "f1", type = "int" }, { name = "f2", type = "string" }] })
}

resource "aws_glue_user_defined_function" "f" {
  name          = "fn"
  catalog_id    = aws_glue_catalog_database.full.catalog_id
  database_name = aws_glue_catalog_database.full.name
  class_name    = "com.example.F"
  owner_name    = "owner"
  owner_type    = "GROUP"
  resource_uris {
    resource_type = "ARCHIVE"
    uri           = "s3://${aws_s3_bucket.full.bucket}/f.jar"
  }
}

data "aws_iam_policy_document" "glue" {
  statement {
    actions   = ["glue:GetTable"]
    resources = ["arn:aws:glue:us-east-1:${data.aws_caller_identity.me.account_id}:*"]
    principals {
      type        = "AWS"
      identifiers = [aws_iam_role.other.arn]
    }
  }
}

resource "aws_glue_resource_policy" "p" { policy = data.aws_iam_policy_document.glue.json }

resource "aws_glue_data_catalog_encryption_settings" "e" {
  data_catalog_encryption_settings {
    connection_password_encryption {
      return_connection_password_encrypted = false
    }
    encryption_at_rest {
      catalog_encryption_mode = "DISABLED"
    }
  }
}

data "aws_glue_catalog_table" "t" {
  name          = aws_glue_catalog_table.full.name
  database_name = aws_glue_catalog_database.full.name
}

data "aws_glue_connection" "c" { id = aws_glue_connection.c.id }

data "aws_glue_registry" "r" { name = aws_glue_registry.r.registry_name }
