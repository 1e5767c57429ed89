// QR codes (ISO/IEC 18004) of short texts, and their pictures: what people point a camera at to set up a second factor.
//
// Byte mode, error correction level L, versions 1 to 20 (858 bytes). Pure. Threads: any.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace tarn::iam {

// A square of modules; true is dark.
class QrCode {
 public:
  // Nothing for a text that is too long.
  static std::optional<QrCode> Of(std::string_view text);

  size_t size() const { return size_; }
  bool At(size_t row, size_t column) const { return dark_[(row * size_) + column] != 0; }

 private:
  explicit QrCode(int version);
  void Set(size_t row, size_t column, bool dark);  // of a pattern that no data goes to
  void Square(int row, int column, int reach);     // rings around a centre, inside of the code
  void PlacePatterns();
  void PlaceVersion();
  void PlaceFormat(int mask);
  void PlaceData(const std::string& codewords);
  void Mask(int mask);  // again: takes it off
  int Penalty() const;

  int version_;
  size_t size_;
  std::vector<char> dark_;
  std::vector<char> is_pattern_;
};

// A black and white PNG with the quiet zone that readers need, `scale` pixels a module.
std::string PngOf(const QrCode& code, size_t scale);

}  // namespace tarn::iam
