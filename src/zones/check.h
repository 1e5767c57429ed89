// What a declaration of a zone may say. Pure. Errors: catalog::kInvalidInput, kZoneConflict.
#pragma once

#include "base/result.h"
#include "zones/zones.h"

namespace tarn::zones {

// Checks `zone` and brings it to its form: a prefix ends with "/", format and database are in lower case.
Status CheckZone(Zone& zone);
// Two zones share no object and no database.
Status CheckApart(const Zone& zone, const Zone& other);

}  // namespace tarn::zones
