// Lake Formation in a lake, and the authorizers that ask it: whoever asks the last of them asks all.
//
// Threads: any, once the lake is open.
#pragma once

#include <memory>

#include "base/time.h"
#include "catalog/catalog.h"
#include "enforce/object_authorizer.h"
#include "govern/governor.h"
#include "govern/tags/classifier.h"
#include "kv/kv.h"
#include "object/store/store.h"
#include "server/facts/catalog_authorizer.h"
#include "server/facts/formation_shares.h"
#include "server/facts/principal_facts.h"
#include "server/parts/identities.h"

namespace tarn::server {

// Later members use earlier ones.
struct Governance {
  // All outlive it.
  Governance(kv::Store& kv, const Clock& clock, Identities& identities, object::Store& objects,
             catalog::Catalog& catalog)
      : facts(identities.iam, &identities.organizations, objects),
        governor(kv, catalog, clock, &facts, &facts),
        classifier(kv, clock),
        object_authorizer(identities.authorizer, governor, kv),
        catalog_authorizer(object_authorizer) {
    identities.ram.SetMadeShares(std::make_unique<FormationShares>(governor));
  }

  PrincipalFacts facts;
  govern::Governor governor;
  govern::Classifier classifier;
  enforce::ObjectAuthorizer object_authorizer;  // the identities' with Lake Formation's word on objects
  CatalogAuthorizer catalog_authorizer;         // and with that of catalogs: for doors other than their own
};

}  // namespace tarn::server
