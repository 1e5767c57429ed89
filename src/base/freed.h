// Handles of C libraries in a unique_ptr: std::unique_ptr<EVP_PKEY, Freed<EVP_PKEY_free>>.
#pragma once

namespace tarn {

template <auto Free>
struct Freed {
  template <typename T>
  void operator()(T* held) const {
    Free(held);
  }
};

}  // namespace tarn
