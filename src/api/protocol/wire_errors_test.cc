#include "api/protocol/wire_errors.h"

#include <gtest/gtest.h>

#include "api/protocol/errors.h"
#include "base/task.h"

namespace tarn::api::protocol {
namespace {

constexpr Reason kNoDatabase{"test.NoDatabase", Code::kNotFound};
constexpr Reason kStale{"test.Stale", Code::kConflict};
const ErrorRow kRows[] = {{&kNoDatabase, "EntityNotFoundException", 400}, {&kPoolFull, "OwnThrottle", 429, "slow"}};

WireError Wire(WireProtocol protocol, const Reason& reason, std::span<const ErrorRow> rows = kRows) {
  return ToWireError(rows, nullptr, protocol, Fail(reason, "why"));
}

TEST(WireErrors, AsksTheServicesOwnRowsFirst) {
  EXPECT_EQ(Wire(WireProtocol::kJson11, kNoDatabase).code, "EntityNotFoundException");
  EXPECT_EQ(Wire(WireProtocol::kJson11, kNoDatabase).message, "why");
  EXPECT_EQ(Wire(WireProtocol::kJson11, kPoolFull).code, "OwnThrottle");
  EXPECT_EQ(Wire(WireProtocol::kJson11, kPoolFull).message, "slow");
}

TEST(WireErrors, NamesOneFailureInEachProtocolsWords) {
  EXPECT_EQ(Wire(WireProtocol::kRestXml, kPoolFull, {}).code, "SlowDown");
  EXPECT_EQ(Wire(WireProtocol::kRestXml, kPoolFull, {}).status, 503);
  EXPECT_EQ(Wire(WireProtocol::kJson11, identity::kAccessDenied).code, "AccessDeniedException");
  EXPECT_EQ(Wire(WireProtocol::kJson11, identity::kAccessDenied).status, 400);
  EXPECT_EQ(Wire(WireProtocol::kQuery, identity::kAccessDenied).status, 403);
  EXPECT_EQ(Wire(WireProtocol::kRpcV2Cbor, kSignatureMismatch).code, "InvalidSignatureException");
  EXPECT_EQ(Wire(WireProtocol::kQuery, kUnknownAccessKey).code, "InvalidClientTokenId");
  EXPECT_EQ(Wire(WireProtocol::kJson11, kUnknownAccessKey).code, "UnrecognizedClientException");
  EXPECT_EQ(Wire(WireProtocol::kRestXml, kUnknownAccessKey).code, "InvalidAccessKeyId");
}

TEST(WireErrors, FallsBackToWhatACallerMayDo) {
  EXPECT_EQ(Wire(WireProtocol::kRestXml, kStale).code, "OperationAborted");
  EXPECT_EQ(Wire(WireProtocol::kJson11, kStale).code, "ConcurrentModificationException");
}

TEST(WireErrors, TellsNothingOfAnInternalError) {
  WireError wire = Wire(WireProtocol::kRestXml, kIoError);
  EXPECT_EQ(wire.code, "InternalError");
  EXPECT_EQ(wire.status, 500);
  EXPECT_EQ(wire.message.find("why"), std::string::npos);
}

}  // namespace
}  // namespace tarn::api::protocol
