// What governance asks of the object store: whether anything lies in a folder.
#pragma once

#include <string_view>

#include "govern/governor.h"
#include "object/store.h"

namespace tarn::server {

class StoredFiles : public govern::StoredFiles {
 public:
  explicit StoredFiles(object::Store& objects) : objects_(objects) {}

  Result<bool> HasAny(std::string_view folder) override;

 private:
  object::Store& objects_;
};

}  // namespace tarn::server
