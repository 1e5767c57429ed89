# Every kind of resource that a lake's Terraform has, so that a second plan finds nothing to change.
# The endpoint and the keys come from the environment (AWS_ENDPOINT_URL, AWS_ACCESS_KEY_ID, …).

terraform {
  required_providers {
    aws = {
      source  = "hashicorp/aws"
      version = "~> 5.100"
    }
  }
}

# What changes from one apply to the next.
variable "told" { default = "at first" }
variable "hours" { default = 48 }

provider "aws" {
  region                  = "us-east-1"
  skip_metadata_api_check = true
  s3_use_path_style       = true
}

provider "aws" {
  alias                   = "west"
  region                  = "us-west-2"
  skip_metadata_api_check = true
  s3_use_path_style       = true
}
