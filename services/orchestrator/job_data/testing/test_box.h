#ifndef CARDFERRY_SERVICES_ORCHESTRATOR_JOB_DATA_TESTING_TEST_BOX_H_
#define CARDFERRY_SERVICES_ORCHESTRATOR_JOB_DATA_TESTING_TEST_BOX_H_

#include "lib/base/random.h"
#include "lib/base/secret_bytes.h"
#include "lib/crypto/sealed_box.h"

namespace cardferry::orchestrator {

// A box whose key everybody knows.
inline const crypto::SealedBox& TestBox() {
  static SystemRandom* const random = new SystemRandom;
  static const crypto::SealedBox* const box = new crypto::SealedBox(
      crypto::SealedBox::Create(SecretBytes::CopyOf(Bytes(32, 0x42)), *random)
          .value());
  return *box;
}

}  // namespace cardferry::orchestrator

#endif  // CARDFERRY_SERVICES_ORCHESTRATOR_JOB_DATA_TESTING_TEST_BOX_H_
