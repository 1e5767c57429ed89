// Protobuf messages as JSON, by the schema that they were written by.
//
// Names are those of the schema. Whole numbers are numbers, floating ones that are no number null, bytes base64, enums
// their names (numbers that have none stay). Lists and maps are always told, and so are fields of proto3 that were not
// written because they have their default; other absent fields are not. Fields that the schema does not know, groups
// and fields of imported types are left out. Pure. Errors: kBadRecord.
#pragma once

#include <string>
#include <string_view>

#include "base/result.h"

namespace tarn::delivery {

// As AWS's serializer writes it: a varint, the message's place among all of the schema by their full names (those that
// stand for the entries of maps count), then the message.
Result<std::string> ProtobufToJson(const std::string& schema, std::string_view bytes);

}  // namespace tarn::delivery
