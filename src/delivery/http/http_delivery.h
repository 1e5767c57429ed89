// Firehose's HTTP endpoint delivery protocol, the sender's side.
//
// The request's id follows from the records, so that a repeated request has the same one.
// https://docs.aws.amazon.com/firehose/latest/dev/httpdeliveryrequestresponse.html
#pragma once

#include <vector>

#include "base/result.h"
#include "delivery/http/http_sink.h"
#include "delivery/sinks.h"

namespace tarn::delivery {

HttpPost MakePost(const Delivery& delivery, const std::vector<Prepared>& records, const std::string& request_id);
// Whether an answer takes the request: status 200 and a JSON body with the request's id. Errors: kRefused, why not.
Status CheckAnswer(const HttpAnswer& answer, const std::string& request_id);

// Posts all records as one request. Errors: kRefused, try again; after the plan's retry time the records are answered
// as failed instead.
Result<std::vector<Failed>> SendToEndpoint(const Delivery& delivery, const std::vector<Prepared>& records,
                                           HttpSink& sink);

}  // namespace tarn::delivery
