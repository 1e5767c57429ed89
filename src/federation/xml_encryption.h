// Encrypted elements of XML documents from outside, opened with private keys of ours. For assertions that are
// encrypted.
//
// Taken: RSA-OAEP for the key (MGF1 with SHA-1 or SHA-2), AES-GCM and AES-CBC of every length for the content. RSA with
// PKCS #1 v1.5 is not: whoever can ask often enough would learn the key from its refusals. Pure. Threads: any; one
// document is for one thread at a time. Defined by W3C xmlenc-core1.
#pragma once

#include <libxml/tree.h>

#include <string>
#include <vector>

namespace tarn::federation {

// Puts the element that the one EncryptedData directly within `holder` hides in that one's place, and answers it; null
// when no key (PEM) opens it or it hides anything but one element. Nobody is told why: an answer would be an oracle.
xmlNode* OpenEncrypted(xmlNode* holder, const std::vector<std::string>& private_keys);

}  // namespace tarn::federation
