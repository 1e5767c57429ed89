resource "aws_kinesis_stream" "s" {
  name                = "clicks"
  shard_count         = 2
  retention_period    = 48
  encryption_type     = "KMS"
  kms_key_id          = aws_kms_key.k.arn
  shard_level_metrics = ["IncomingBytes", "OutgoingBytes"]
  tags                = { told = var.told }
  stream_mode_details { stream_mode = "PROVISIONED" }
}

resource "aws_kinesis_stream" "od" {
  name = "ondemand"
  stream_mode_details { stream_mode = "ON_DEMAND" }
}

resource "aws_kinesis_stream_consumer" "c" {
  name       = "c"
  stream_arn = aws_kinesis_stream.s.arn
}

resource "aws_kinesis_resource_policy" "p" {
  resource_arn = aws_kinesis_stream.s.arn
  policy       = jsonencode({ Version = "2012-10-17", Id = "p", Statement = [{ Sid = "w", Effect = "Allow", Principal = { AWS = "arn:aws:iam::${data.aws_caller_identity.me.account_id}:root" }, Action = ["kinesis:DescribeStreamSummary", "kinesis:ListShards", "kinesis:PutRecord", "kinesis:PutRecords"], Resource = aws_kinesis_stream.s.arn }] })
}

resource "aws_kinesis_firehose_delivery_stream" "s3" {
  name        = "to-s3"
  destination = "extended_s3"
  tags        = { told = var.told }
  extended_s3_configuration {
    role_arn            = aws_iam_role.fire.arn
    bucket_arn          = aws_s3_bucket.full.arn
    prefix              = "fire/!{timestamp:yyyy}/"
    error_output_prefix = "errors/!{firehose:error-output-type}/"
    buffering_size      = 5
    buffering_interval  = 60
    compression_format  = "GZIP"
    custom_time_zone    = "Europe/Paris"
    file_extension      = ".json.gz"
    cloudwatch_logging_options { enabled = false }
  }
}

resource "aws_kinesis_firehose_delivery_stream" "parquet" {
  name        = "to-parquet"
  destination = "extended_s3"
  kinesis_source_configuration {
    kinesis_stream_arn = aws_kinesis_stream.s.arn
    role_arn           = aws_iam_role.fire.arn
  }
  extended_s3_configuration {
    role_arn       = aws_iam_role.fire.arn
    bucket_arn     = aws_s3_bucket.full.arn
    buffering_size = 64
    data_format_conversion_configuration {
      input_format_configuration {
        deserializer {
          open_x_json_ser_de {}
        }
      }
      output_format_configuration {
        serializer {
          parquet_ser_de { compression = "GZIP" }
        }
      }
      schema_configuration {
        database_name = aws_glue_catalog_table.two.database_name
        table_name    = aws_glue_catalog_table.two.name
        role_arn      = aws_iam_role.fire.arn
      }
    }
  }
}

resource "aws_kinesis_firehose_delivery_stream" "http" {
  name        = "to-http"
  destination = "http_endpoint"
  server_side_encryption { enabled = true }
  http_endpoint_configuration {
    url                = "https://collector.example.com/v1"
    name               = "collector"
    access_key         = "k"
    buffering_size     = 15
    buffering_interval = 600
    role_arn           = aws_iam_role.fire.arn
    s3_backup_mode     = "FailedDataOnly"
    s3_configuration {
      role_arn           = aws_iam_role.fire.arn
      bucket_arn         = aws_s3_bucket.full.arn
      buffering_size     = 10
      buffering_interval = 400
      compression_format = "GZIP"
    }
    request_configuration {
      content_encoding = "GZIP"
      common_attributes {
        name  = "testname"
        value = "testvalue"
      }
    }
  }
}

resource "aws_kinesis_firehose_delivery_stream" "iceberg" {
  name        = "to-iceberg"
  destination = "iceberg"
  iceberg_configuration {
    role_arn    = aws_iam_role.fire.arn
    catalog_arn = "arn:aws:glue:us-east-1:${data.aws_caller_identity.me.account_id}:catalog"
    s3_configuration {
      role_arn   = aws_iam_role.fire.arn
      bucket_arn = aws_s3_bucket.full.arn
    }
    destination_table_configuration {
      database_name = aws_glue_catalog_database.full.name
      table_name    = aws_glue_catalog_table.iceberg.name
      unique_keys   = ["id"]
    }
  }
}

resource "aws_iam_role" "fire" {
  name               = "fire"
  assume_role_policy = jsonencode({ Version = "2012-10-17", Statement = [{ Effect = "Allow", Action = "sts:AssumeRole", Principal = { Service = "firehose.amazonaws.com" } }] })
}

resource "aws_iam_role_policy" "fire" {
  name   = "fire"
  role   = aws_iam_role.fire.id
  policy = jsonencode({ Version = "2012-10-17", Statement = [{ Effect = "Allow", Action = ["s3:*", "glue:*", "kinesis:*", "kms:*", "lakeformation:*"], Resource = "*" }] })
}

data "aws_kinesis_stream" "s" { name = aws_kinesis_stream.s.name }

data "aws_kinesis_firehose_delivery_stream" "s3" { name = aws_kinesis_firehose_delivery_stream.s3.name }
