// Judges any bytes as the data of DELETE, STORE DATA and INSTALL. What is
// called free of keys has none where a security domain would look for them, and
// what is called content gives no privilege, and takes none.
#include <cstddef>
#include <cstdint>
#include <cstdlib>

#include "services/keyvault/command_policy.h"

namespace cardferry::keyvault {
namespace {

void Check(bool holds) {
  if (!holds) std::abort();
}

bool Allowed(OperationClass granted, card::CommandHeader header,
             ByteSpan data) {
  const auto command = card::CommandApdu::Create(header, data);
  return command.ok() && CheckCommand(granted, *command, {}).ok();
}

// The first byte is P1 of STORE DATA.
void Fuzz(ByteSpan input) {
  if (input.empty()) return;
  const uint8_t p1 = input[0];
  const ByteSpan data = input.subspan(1);
  if (Allowed(OperationClass::kContent, {0x80, 0xE4, 0, 0}, data)) {
    Check(data.size() >= 2);
    Check(data[0] != 0xD0 && data[0] != 0xD2);
  }
  if (Allowed(OperationClass::kPersonalize, {0x80, 0xE2, p1, 0}, data)) {
    Check((p1 & 0x60) == 0);
    if ((p1 & 0x18) != 0x08 && !data.empty()) {
      Check(data[0] != 0xA6 && data[0] != 0xB9);
    }
    if ((p1 & 0x18) != 0x10 && data.size() >= 3) {
      Check(!(data[0] == 0x00 && (data[1] == 0xA6 || data[1] == 0xB9)));
    }
  }
  if (Allowed(OperationClass::kContent, {0x80, 0xE6, 0x0C, 0}, data)) {
    size_t at = 0;  // of the privileges' length, after three fields
    for (int field = 0; field < 3; ++field) at += 1u + data[at];
    for (size_t i = 1; i <= data[at]; ++i) Check(data[at + i] == 0);
  }
  for (const uint8_t p1_of_change : Bytes{0x10, 0x40}) {
    if (!Allowed(OperationClass::kContent, {0x80, 0xE6, p1_of_change, 0},
                 data)) {
      continue;
    }
    size_t at = 0;
    for (int field = 0; field < 3; ++field) at += 1u + data[at];
    Check(data[at] == 0);
  }
  Check(!Allowed(OperationClass::kKeys, {0x80, 0xE4, 0, 0}, data));
  Check(!Allowed(OperationClass::kRead, {0x80, 0xE2, p1, 0}, data));
}

}  // namespace
}  // namespace cardferry::keyvault

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  cardferry::keyvault::Fuzz({data, size});
  return 0;
}
