// Classifiers and crawlers: the operations with the resources that they touch.
#include <type_traits>

#include "api/glue/operations/bind.h"
#include "api/protocol/request_checks.h"

namespace tarn::api::glue {
namespace {

using protocol::AnyResource;
using protocol::Call;

constexpr auto kCrawler = [](const Call& call, const auto& in) {
  std::string name;
  if constexpr (requires { in.crawler_name; })
    name = Text(in.crawler_name);
  else
    name = Text(in.name);
  return GlueArn(call.scope, "crawler/" + name);
};

constexpr auto kCrawlers = [](const Call& call, const gen::BatchGetCrawlersRequest& in) -> Arns {
  std::vector<std::string> arns;
  for (const std::string& name : Items(in.crawler_names)) {
    arns.push_back(GlueArn(call.scope, "crawler/" + name));
  }
  return arns;
};

// A crawler works with the rights of the role that it is given.
constexpr auto kCrawlerWithRole = [](const Call& call, const auto& in) {
  constexpr bool kNew = std::is_same_v<std::remove_cvref_t<decltype(in)>, gen::CreateCrawlerRequest>;
  auto checks = protocol::CheckWithTags(kNew ? "glue:CreateCrawler" : "glue:UpdateCrawler", kCrawler(call, in), in);
  protocol::AddPassRole(call, Text(in.role), "glue.amazonaws.com", checks);
  return checks;
};

}  // namespace

Rows CrawlerRows() {
  return {
      TARN_GLUE_OPERATION(CreateClassifier, AnyResource),
      TARN_GLUE_OPERATION(DeleteClassifier, AnyResource),
      TARN_GLUE_OPERATION(GetClassifier, AnyResource),
      TARN_GLUE_OPERATION(GetClassifiers, AnyResource),
      TARN_GLUE_OPERATION(UpdateClassifier, AnyResource),
      TARN_GLUE_OPERATION(BatchGetCrawlers, kCrawlers),
      TARN_GLUE_OPERATION(CreateCrawler, kCrawlerWithRole),
      TARN_GLUE_OPERATION(DeleteCrawler, kCrawler),
      TARN_GLUE_OPERATION(GetCrawler, kCrawler),
      TARN_GLUE_OPERATION(GetCrawlerMetrics, AnyResource),
      TARN_GLUE_OPERATION(GetCrawlers, AnyResource),
      TARN_GLUE_OPERATION(ListCrawlers, AnyResource),
      TARN_GLUE_OPERATION(ListCrawls, kCrawler, kLong),
      TARN_GLUE_OPERATION(StartCrawler, kCrawler),
      TARN_GLUE_OPERATION(StartCrawlerSchedule, kCrawler),
      TARN_GLUE_OPERATION(StopCrawler, kCrawler),
      TARN_GLUE_OPERATION(StopCrawlerSchedule, kCrawler),
      TARN_GLUE_OPERATION(UpdateCrawler, kCrawlerWithRole),
      TARN_GLUE_OPERATION(UpdateCrawlerSchedule, kCrawler),
  };
}

}  // namespace tarn::api::glue
