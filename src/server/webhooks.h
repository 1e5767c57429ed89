// Webhooks: HTTP endpoints that get what is sent to an SQS, SNS or Lambda ARN. [[webhook]] tables of the TOML file name
// them: arn = "arn:aws:sqs:us-east-1:000000000000:orders", url = "http://localhost:8080/orders".
//
// An event is one POST of JSON; any 2xx means that it was taken.
#pragma once

#include <toml++/toml.h>

#include <string>

#include "base/result.h"
#include "events/courier.h"
#include "object/store/store.h"
#include "server/options.h"

namespace tarn::server {

// Adds what `file` says to `options`. Errors: kBadOption, naming `path`.
Status ReadWebhooks(const toml::table& file, const std::string& path, Options& options);

// The courier that carries S3's events to the webhooks.
std::unique_ptr<events::Courier> MakeS3Courier(kv::Store& kv, object::Store& objects, const Options& options);

}  // namespace tarn::server
