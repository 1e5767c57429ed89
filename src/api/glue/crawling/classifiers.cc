#include "api/glue/convert.h"
#include "api/glue/errors.h"
#include "api/glue/glue_service.h"

namespace tarn::api::glue {
namespace {

using jobs::crawl::Classifier;
using jobs::crawl::ClassifierKind;

constexpr size_t kClassifiersPerPage = 100;

// Create and update requests have the same members.
template <typename Request>
Result<Classifier> FromWire(const Request& in) {
  const int given = int{in.grok_classifier.has_value()} + int{in.xml_classifier.has_value()} +
                    int{in.json_classifier.has_value()} + int{in.csv_classifier.has_value()};
  if (given != 1) return Fail(kInvalidInput, "Exactly one classifier must be specified.");
  Classifier out;
  if (const auto& grok = in.grok_classifier) {
    out.kind = ClassifierKind::kGrok;
    out.name = Text(grok->name);
    out.classification = grok->classification;
    out.grok_pattern = grok->grok_pattern;
    out.custom_patterns = grok->custom_patterns;
  } else if (const auto& xml = in.xml_classifier) {
    out.kind = ClassifierKind::kXml;
    out.name = Text(xml->name);
    out.classification = xml->classification;
    out.row_tag = xml->row_tag;
  } else if (const auto& json = in.json_classifier) {
    out.kind = ClassifierKind::kJson;
    out.name = Text(json->name);
    out.json_path = json->json_path;
  } else {
    const auto& csv = *in.csv_classifier;
    out.kind = ClassifierKind::kCsv;
    out.name = Text(csv.name);
    out.delimiter = csv.delimiter;
    out.quote = csv.quote_symbol;
    out.contains_header = csv.contains_header;
    out.header = csv.header;
    out.disable_value_trimming = csv.disable_value_trimming;
    out.allow_single_column = csv.allow_single_column;
    out.custom_types_configured = csv.custom_datatype_configured;
    out.custom_types = csv.custom_datatypes;
    out.serde = csv.serde;
    if (out.delimiter && out.delimiter == out.quote) {
      return Fail(kInvalidInput, "The delimiter and the quote symbol must differ.");
    }
  }
  return out;
}

gen::Classifier ToWire(const Classifier& in) {
  gen::Classifier out;
  switch (in.kind) {
    case ClassifierKind::kGrok:
      out.grok_classifier = gen::GrokClassifier{.name = in.name,
                                                .classification = in.classification,
                                                .creation_time = in.create_time,
                                                .last_updated = in.update_time,
                                                .version = in.version,
                                                .grok_pattern = in.grok_pattern,
                                                .custom_patterns = in.custom_patterns};
      break;
    case ClassifierKind::kXml:
      out.xml_classifier = gen::XMLClassifier{.name = in.name,
                                              .classification = in.classification,
                                              .creation_time = in.create_time,
                                              .last_updated = in.update_time,
                                              .version = in.version,
                                              .row_tag = in.row_tag};
      break;
    case ClassifierKind::kJson:
      out.json_classifier = gen::JsonClassifier{.name = in.name,
                                                .creation_time = in.create_time,
                                                .last_updated = in.update_time,
                                                .version = in.version,
                                                .json_path = in.json_path};
      break;
    case ClassifierKind::kCsv:
      out.csv_classifier = gen::CsvClassifier{.name = in.name,
                                              .creation_time = in.create_time,
                                              .last_updated = in.update_time,
                                              .version = in.version,
                                              .delimiter = in.delimiter,
                                              .quote_symbol = in.quote,
                                              .contains_header = in.contains_header,
                                              .header = in.header,
                                              .disable_value_trimming = in.disable_value_trimming,
                                              .allow_single_column = in.allow_single_column,
                                              .custom_datatype_configured = in.custom_types_configured,
                                              .custom_datatypes = in.custom_types,
                                              .serde = in.serde};
      break;
  }
  return out;
}

}  // namespace

Result<gen::CreateClassifierResponse> GlueService::CreateClassifier(const protocol::Call& call,
                                                                    const gen::CreateClassifierRequest& in) {
  TARN_TRY(Classifier classifier, FromWire(in));
  TARN_CHECK(crawlers_.CreateClassifier(call.scope, std::move(classifier)));
  return gen::CreateClassifierResponse{};
}

Result<gen::UpdateClassifierResponse> GlueService::UpdateClassifier(const protocol::Call& call,
                                                                    const gen::UpdateClassifierRequest& in) {
  TARN_TRY(Classifier changes, FromWire(in));
  TARN_CHECK(crawlers_.UpdateClassifier(call.scope, changes));
  return gen::UpdateClassifierResponse{};
}

Result<gen::DeleteClassifierResponse> GlueService::DeleteClassifier(const protocol::Call& call,
                                                                    const gen::DeleteClassifierRequest& in) {
  TARN_CHECK(crawlers_.DeleteClassifier(call.scope, Text(in.name)));
  return gen::DeleteClassifierResponse{};
}

Result<gen::GetClassifierResponse> GlueService::GetClassifier(const protocol::Call& call,
                                                              const gen::GetClassifierRequest& in) {
  TARN_TRY(Classifier classifier, crawlers_.GetClassifier(call.scope, Text(in.name)));
  return gen::GetClassifierResponse{.classifier = ToWire(classifier)};
}

Result<gen::GetClassifiersResponse> GlueService::GetClassifiers(const protocol::Call& call,
                                                                const gen::GetClassifiersRequest& in) {
  TARN_TRY(std::string after, FromToken(in.next_token));
  TARN_TRY(auto listed, crawlers_.ListClassifiers(call.scope, after, PageSize(in.max_results, kClassifiersPerPage)));
  gen::GetClassifiersResponse out;
  out.classifiers.emplace();
  for (const Classifier& classifier : listed.items) out.classifiers->push_back(ToWire(classifier));
  out.next_token = ToToken(listed.next);
  return out;
}

}  // namespace tarn::api::glue
