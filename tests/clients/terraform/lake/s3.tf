resource "aws_s3_bucket" "lake" {
  bucket        = "tf-lake"
  force_destroy = true
}

resource "aws_s3_bucket" "full" {
  bucket        = "tf-full"
  force_destroy = true
  tags          = { team = "lake", env = "test" }
}

resource "aws_s3_bucket" "logs" {
  bucket        = "tf-logs"
  force_destroy = true
}

resource "aws_s3_bucket" "locked" {
  bucket              = "tf-locked"
  object_lock_enabled = true
  force_destroy       = true
}

resource "aws_s3_bucket_versioning" "full" {
  bucket = aws_s3_bucket.full.id
  versioning_configuration { status = "Enabled" }
}

resource "aws_s3_bucket_server_side_encryption_configuration" "full" {
  bucket = aws_s3_bucket.full.id
  rule {
    apply_server_side_encryption_by_default {
      sse_algorithm     = "aws:kms"
      kms_master_key_id = aws_kms_key.k.arn
    }
    bucket_key_enabled = true
  }
}

resource "aws_s3_bucket_public_access_block" "full" {
  bucket                  = aws_s3_bucket.full.id
  block_public_acls       = true
  block_public_policy     = true
  ignore_public_acls      = true
  restrict_public_buckets = true
}

resource "aws_s3_bucket_ownership_controls" "full" {
  bucket = aws_s3_bucket.full.id
  rule { object_ownership = "BucketOwnerPreferred" }
}

resource "aws_s3_bucket_acl" "full" {
  bucket     = aws_s3_bucket.full.id
  acl        = "private"
  depends_on = [aws_s3_bucket_ownership_controls.full]
}

data "aws_iam_policy_document" "full" {
  statement {
    sid       = "TlsOnly"
    effect    = "Deny"
    actions   = ["s3:*"]
    resources = [aws_s3_bucket.full.arn, "${aws_s3_bucket.full.arn}/*"]
    principals {
      type        = "AWS"
      identifiers = ["*"]
    }
    condition {
      test     = "StringEquals"
      variable = "aws:PrincipalTag/blocked"
      values   = ["true"]
    }
  }
  statement {
    actions   = ["s3:GetObject", "s3:ListBucket"]
    resources = [aws_s3_bucket.full.arn, "${aws_s3_bucket.full.arn}/*"]
    principals {
      type        = "AWS"
      identifiers = [aws_iam_role.analyst.arn, aws_iam_user.u.arn]
    }
  }
}

resource "aws_s3_bucket_policy" "full" {
  bucket     = aws_s3_bucket.full.id
  policy     = data.aws_iam_policy_document.full.json
  depends_on = [aws_s3_bucket_public_access_block.full]
}

resource "aws_s3_bucket_lifecycle_configuration" "full" {
  bucket = aws_s3_bucket.full.id
  rule {
    id     = "tmp"
    status = "Enabled"
    filter { prefix = "tmp/" }
    expiration { days = var.hours }
    abort_incomplete_multipart_upload { days_after_initiation = 2 }
  }
  rule {
    id     = "old"
    status = "Enabled"
    filter {
      and {
        prefix                   = "raw/"
        object_size_greater_than = 1000
        tags = {
          class = "cold"
        }
      }
    }
    transition {
      days          = 30
      storage_class = "STANDARD_IA"
    }
    transition {
      days          = 90
      storage_class = "GLACIER"
    }
    noncurrent_version_transition {
      noncurrent_days = 30
      storage_class   = "STANDARD_IA"
    }
    noncurrent_version_expiration {
      noncurrent_days           = 90
      newer_noncurrent_versions = 3
    }
  }
  rule {
    id     = "markers"
    status = "Disabled"
    filter {}
    expiration { expired_object_delete_marker = true }
  }
  depends_on = [aws_s3_bucket_versioning.full]
}

resource "aws_s3_bucket_cors_configuration" "full" {
  bucket = aws_s3_bucket.full.id
  cors_rule {
    id              = "web"
    allowed_headers = ["*"]
    allowed_methods = ["GET", "PUT"]
    allowed_origins = ["https://app.example.com"]
    expose_headers  = ["ETag"]
    max_age_seconds = 3000
  }
  cors_rule {
    allowed_methods = ["GET"]
    allowed_origins = ["*"]
  }
}

resource "aws_s3_bucket_website_configuration" "full" {
  bucket = aws_s3_bucket.full.id
  index_document { suffix = "index.html" }
  error_document { key = "error.html" }
  routing_rule {
    condition { key_prefix_equals = "docs/" }
    redirect { replace_key_prefix_with = "documents/" }
  }
}

resource "aws_s3_bucket_logging" "full" {
  bucket        = aws_s3_bucket.full.id
  target_bucket = aws_s3_bucket.logs.id
  target_prefix = "access/"
}

resource "aws_s3_bucket_request_payment_configuration" "full" {
  bucket = aws_s3_bucket.full.id
  payer  = "Requester"
}

resource "aws_s3_bucket_accelerate_configuration" "full" {
  bucket = aws_s3_bucket.full.id
  status = "Enabled"
}

resource "aws_s3_bucket_metric" "full" {
  bucket = aws_s3_bucket.full.id
  name   = "raw"
  filter {
    prefix = "raw/"
    tags   = { told = var.told }
  }
}

resource "aws_s3_bucket_metric" "whole" {
  bucket = aws_s3_bucket.full.id
  name   = "whole"
}

resource "aws_s3_bucket_intelligent_tiering_configuration" "full" {
  bucket = aws_s3_bucket.full.id
  name   = "whole"
  tiering {
    access_tier = "DEEP_ARCHIVE_ACCESS"
    days        = 180
  }
  tiering {
    access_tier = "ARCHIVE_ACCESS"
    days        = 125
  }
}

resource "aws_s3_bucket_object_lock_configuration" "locked" {
  bucket = aws_s3_bucket.locked.id
  rule {
    default_retention {
      mode = "GOVERNANCE"
      days = 1
    }
  }
}

resource "aws_s3_bucket_notification" "full" {
  bucket      = aws_s3_bucket.full.id
  eventbridge = true
}

resource "aws_s3_object" "plain" {
  bucket       = aws_s3_bucket.full.id
  key          = "raw/a.csv"
  content      = "id,name\n1,a\n"
  content_type = "text/csv"
  tags         = { class = "cold" }
  metadata     = { source = "tf" }
  depends_on   = [aws_s3_bucket_versioning.full, aws_s3_bucket_server_side_encryption_configuration.full]
}

resource "aws_s3_object" "kms" {
  bucket                 = aws_s3_bucket.full.id
  key                    = "raw/b.csv"
  content_base64         = base64encode("binary")
  server_side_encryption = "aws:kms"
  kms_key_id             = aws_kms_key.k.arn
  storage_class          = "STANDARD_IA"
  checksum_algorithm     = "SHA256"
  depends_on             = [aws_s3_bucket_versioning.full, aws_s3_bucket_server_side_encryption_configuration.full]
}

resource "aws_s3_object_copy" "copy" {
  bucket            = aws_s3_bucket.logs.id
  key               = "copy.csv"
  source            = "${aws_s3_bucket.full.id}/${aws_s3_object.plain.key}"
  tagging_directive = "REPLACE"
}

resource "aws_s3_access_point" "p" {
  bucket = aws_s3_bucket.full.id
  name   = "tf-point"
  public_access_block_configuration {
    block_public_acls       = true
    block_public_policy     = true
    ignore_public_acls      = true
    restrict_public_buckets = true
  }
}

resource "aws_s3control_access_point_policy" "p" {
  access_point_arn = aws_s3_access_point.p.arn
  policy           = jsonencode({ Version = "2012-10-17", Statement = [{ Effect = "Allow", Action = "s3:GetObject", Principal = { AWS = aws_iam_role.analyst.arn }, Resource = "${aws_s3_access_point.p.arn}/object/*" }] })
}

resource "aws_s3_account_public_access_block" "a" {
  block_public_acls   = true
  block_public_policy = true
}

data "aws_s3_bucket" "full" { bucket = aws_s3_bucket.full.id }

data "aws_s3_object" "plain" {
  bucket = aws_s3_bucket.full.id
  key    = aws_s3_object.plain.key
}

data "aws_s3_objects" "all" {
  bucket     = aws_s3_bucket.full.id
  depends_on = [aws_s3_object.plain, aws_s3_object.kms]
}

data "aws_s3_bucket_policy" "full" {
  bucket     = aws_s3_bucket.full.id
  depends_on = [aws_s3_bucket_policy.full]
}

data "aws_canonical_user_id" "me" {}

output "object_body" { value = data.aws_s3_object.plain.body }
