#include "jobs/crawl/run_history.h"

#include <fmt/format.h>

#include "base/record.h"
#include "jobs/crawl/errors.h"
#include "kv/key.h"

namespace tarn::jobs::crawl {
namespace {

// Keys: ("w", "active", account, region, crawler) → ActiveCrawl; ("w", "crawl", account, region, crawler, ~start, id) →
// Crawl. Record tags, frozen:
enum : uint32_t {
  kTagId = 1,
  kTagState = 2,
  kTagStart = 3,
  kTagEnd = 4,
  kTagError = 5,
  kTagSummary = 6,
  kTagCreated = 7,
  kTagUpdated = 8,
  kTagDeleted = 9,
  kTagStopping = 10,
};

kv::Key ActiveSpace() { return kv::Key("w").Text("active"); }
std::string ActiveKey(const Scope& scope, std::string_view crawler) {
  return ActiveSpace().Text(scope.account).Text(scope.region).Text(crawler).Take();
}
kv::Key CrawlSpace(const Scope& scope, std::string_view crawler) {
  return kv::Key("w").Text("crawl").Text(scope.account).Text(scope.region).Text(crawler);
}
std::string CrawlKey(const Scope& scope, std::string_view crawler, const Crawl& crawl) {
  return CrawlSpace(scope, crawler).Descending(static_cast<uint64_t>(crawl.start_time.micros)).Text(crawl.id).Take();
}

std::string Encode(const ActiveCrawl& active) {
  return RecordWriter()
      .Str(kTagId, active.id)
      .I64(kTagStart, active.start_time.micros)
      .Bool(kTagStopping, active.stopping)
      .Take();
}

Result<ActiveCrawl> DecodeActive(std::string_view record) {
  ActiveCrawl active;
  RecordReader reader(record);
  while (reader.Next()) {
    if (reader.tag() == kTagId) active.id = reader.str();
    if (reader.tag() == kTagStart) active.start_time.micros = reader.i64();
    if (reader.tag() == kTagStopping) active.stopping = reader.boolean();
  }
  if (reader.corrupt()) return Fail(kDamaged, "the record of a crawl under way is damaged");
  return active;
}

std::string Encode(const Crawl& crawl) {
  RecordWriter writer;
  writer.Str(kTagId, crawl.id)
      .U64(kTagState, static_cast<uint64_t>(crawl.state))
      .I64(kTagStart, crawl.start_time.micros);
  if (crawl.end_time) writer.I64(kTagEnd, crawl.end_time->micros);
  if (crawl.error) writer.Str(kTagError, *crawl.error);
  return writer.Str(kTagSummary, crawl.summary)
      .I64(kTagCreated, crawl.tables_created)
      .I64(kTagUpdated, crawl.tables_updated)
      .I64(kTagDeleted, crawl.tables_deleted)
      .Take();
}

Result<Crawl> DecodeCrawl(std::string_view crawler, std::string_view record) {
  Crawl crawl;
  RecordReader reader(record);
  while (reader.Next()) {
    switch (reader.tag()) {
      case kTagId:
        crawl.id = reader.str();
        break;
      case kTagState:
        crawl.state = static_cast<CrawlState>(reader.u64());
        break;
      case kTagStart:
        crawl.start_time.micros = reader.i64();
        break;
      case kTagEnd:
        crawl.end_time = Timestamp{reader.i64()};
        break;
      case kTagError:
        crawl.error = reader.str();
        break;
      case kTagSummary:
        crawl.summary = reader.str();
        break;
      case kTagCreated:
        crawl.tables_created = static_cast<int32_t>(reader.i64());
        break;
      case kTagUpdated:
        crawl.tables_updated = static_cast<int32_t>(reader.i64());
        break;
      case kTagDeleted:
        crawl.tables_deleted = static_cast<int32_t>(reader.i64());
        break;
      default:
        break;
    }
  }
  if (reader.corrupt()) return Fail(kDamaged, fmt::format("a record of crawler {} is damaged", crawler));
  crawl.log_stream = std::string(crawler);
  crawl.message_prefix = crawl.id;
  return crawl;
}

Result<std::optional<ActiveCrawl>> FindActive(kv::Txn& txn, const Scope& scope, std::string_view crawler) {
  TARN_TRY(const auto record, txn.Get(ActiveKey(scope, crawler)));
  if (!record) return std::optional<ActiveCrawl>();
  TARN_TRY(ActiveCrawl active, DecodeActive(*record));
  return std::optional<ActiveCrawl>(std::move(active));
}

}  // namespace

Status RunHistory::Begin(const Scope& scope, std::string_view crawler, const Crawl& crawl) {
  return kv::Transact(*store_, [&](kv::Txn& txn) -> Status {
    TARN_TRY(const auto active, FindActive(txn, scope, crawler));
    if (active) return Fail(kCrawlerRunning, fmt::format("Crawler with name {} has already started", crawler));
    txn.Put(ActiveKey(scope, crawler), Encode(ActiveCrawl{.id = crawl.id, .start_time = crawl.start_time}));
    txn.Put(CrawlKey(scope, crawler, crawl), Encode(crawl));
    const kv::Key space = CrawlSpace(scope, crawler);
    TARN_TRY(const auto kept, txn.PeekScan(space.bytes(), space.End(), kCrawlsKept + 1));
    if (kept.size() > kCrawlsKept) txn.Delete(kept.back().key);
    return Ok();
  });
}

Status RunHistory::MarkStopping(const Scope& scope, std::string_view crawler) {
  return kv::Transact(*store_, [&](kv::Txn& txn) -> Status {
    TARN_TRY(auto active, FindActive(txn, scope, crawler));
    if (!active) return Fail(kCrawlerNotRunning, fmt::format("Crawler with name {} isn't running", crawler));
    if (active->stopping) return Fail(kCrawlerStopping, fmt::format("Crawler with name {} is stopping", crawler));
    active->stopping = true;
    txn.Put(ActiveKey(scope, crawler), Encode(*active));
    return Ok();
  });
}

Status RunHistory::End(const Scope& scope, std::string_view crawler, const Crawl& crawl) {
  return kv::Transact(*store_, [&](kv::Txn& txn) -> Status {
    TARN_TRY(const auto active, FindActive(txn, scope, crawler));
    if (!active || active->id != crawl.id) return Ok();  // forgotten meanwhile
    txn.Delete(ActiveKey(scope, crawler));
    txn.Put(CrawlKey(scope, crawler, crawl), Encode(crawl));
    return Ok();
  });
}

Result<std::optional<ActiveCrawl>> RunHistory::Active(const Scope& scope, std::string_view crawler) {
  std::optional<ActiveCrawl> active;
  TARN_CHECK(kv::Read(*store_, [&](kv::Txn& txn) -> Status {
    TARN_TRY(active, FindActive(txn, scope, crawler));
    return Ok();
  }));
  return active;
}

Result<std::vector<Crawl>> RunHistory::List(const Scope& scope, std::string_view crawler, size_t limit) {
  std::vector<Crawl> crawls;
  TARN_CHECK(kv::Read(*store_, [&](kv::Txn& txn) -> Status {
    const kv::Key space = CrawlSpace(scope, crawler);
    TARN_TRY(const auto page, txn.PeekScan(space.bytes(), space.End(), limit));
    for (const auto& pair : page) {
      TARN_TRY(Crawl crawl, DecodeCrawl(crawler, pair.value));
      crawls.push_back(std::move(crawl));
    }
    return Ok();
  }));
  return crawls;
}

Status RunHistory::Forget(const Scope& scope, std::string_view crawler) {
  return kv::Transact(*store_, [&](kv::Txn& txn) -> Status {
    txn.Delete(ActiveKey(scope, crawler));
    const kv::Key space = CrawlSpace(scope, crawler);
    TARN_TRY(const auto all, txn.PeekScan(space.bytes(), space.End(), kCrawlsKept + 1));
    for (const auto& pair : all) txn.Delete(pair.key);
    return Ok();
  });
}

Status RunHistory::Recover(const std::string& reason, Timestamp now) {
  struct Left {
    Scope scope;
    std::string crawler;
    ActiveCrawl active;
  };
  std::vector<Left> left;
  TARN_CHECK(kv::Read(*store_, [&](kv::Txn& txn) -> Status {
    const kv::Key space = ActiveSpace();
    TARN_TRY(const auto all, txn.PeekScan(space.bytes(), space.End(), 1'000'000));
    for (const auto& pair : all) {
      kv::KeyReader reader(std::string_view(pair.key).substr(space.bytes().size()));
      const auto account = reader.Text();
      const auto region = reader.Text();
      const auto crawler = reader.Text();
      if (!account || !region || !crawler) continue;
      TARN_TRY(ActiveCrawl active, DecodeActive(pair.value));
      left.push_back({{*account, *region}, *crawler, std::move(active)});
    }
    return Ok();
  }));
  for (const Left& item : left) {
    Crawl crawl{.id = item.active.id, .state = CrawlState::kFailed, .start_time = item.active.start_time};
    crawl.end_time = now;
    crawl.error = reason;
    TARN_CHECK(End(item.scope, item.crawler, crawl));
  }
  return Ok();
}

}  // namespace tarn::jobs::crawl
