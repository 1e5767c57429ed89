#include "api/s3/web/rows.h"

#include <iterator>

namespace tarn::api::s3 {

Rows WebRows(const Rules& rules) {
  Rows rows;
  for (Rows more : {AccelerateRows(rules), CorsRows(rules), WebsiteRows(rules)}) {
    rows.insert(rows.end(), std::make_move_iterator(more.begin()), std::make_move_iterator(more.end()));
  }
  return rows;
}

}  // namespace tarn::api::s3
