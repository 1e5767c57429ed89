// Data in Avro is foreign bytes: any of them is a JSON text or refused.
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "delivery/records/registered.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  static const std::string kSchema =
      R"({"type":"record","name":"r","fields":[{"name":"a","type":["null","long","string"]},)"
      R"({"name":"b","type":{"type":"array","items":"double"}},{"name":"c","type":{"type":"map","values":"bytes"}},)"
      R"({"name":"d","type":{"type":"enum","name":"e","symbols":["X","Y"]}},{"name":"n","type":["null","r"]}]})";
  (void)tarn::delivery::AvroToJson(kSchema, {reinterpret_cast<const char*>(data), size}).ok();
  return 0;
}
