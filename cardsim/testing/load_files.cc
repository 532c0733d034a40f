#include "cardsim/testing/load_files.h"

#include <utility>

namespace cardferry::cardsim {
namespace {

void AppendU16(Bytes& out, size_t value) {
  out.push_back(static_cast<uint8_t>(value >> 8));
  out.push_back(static_cast<uint8_t>(value));
}

void AppendAid(Bytes& out, absl::string_view hex) {
  const Bytes aid = FromHexOrDie(hex);
  out.push_back(static_cast<uint8_t>(aid.size()));
  Append(out, aid);
}

Bytes Header(const TestPackage& package) {
  Bytes info = FromHexOrDie("DECAFFED010204");
  info.push_back(package.minor);
  info.push_back(package.major);
  AppendAid(info, package.package);
  return info;
}

Bytes Applets(const TestPackage& package) {
  Bytes info = {static_cast<uint8_t>(package.modules.size())};
  for (const std::string& module : package.modules) {
    AppendAid(info, module);
    AppendU16(info, 0x002E);
  }
  return info;
}

Bytes Imports(const TestPackage& package) {
  Bytes info = {static_cast<uint8_t>(package.imports.size())};
  for (const std::string& import : package.imports) {
    info.push_back(0);
    info.push_back(1);
    AppendAid(info, import);
  }
  return info;
}

// Sizes of the components by tag, then nine bytes that nobody reads.
Bytes Directory(const std::vector<TestComponent>& components) {
  Bytes info;
  for (uint8_t tag = 1; tag <= 11; ++tag) {
    size_t size = tag == 2 ? 31 : 0;
    for (const TestComponent& component : components) {
      if (component.tag == tag && tag != 2) size = component.info.size();
    }
    AppendU16(info, size);
  }
  info.resize(31);
  return info;
}

}  // namespace

std::vector<TestComponent> TestComponents(const TestPackage& package) {
  std::vector<TestComponent> components = {
      {1, Header(package)}, {2, {}}, {4, Imports(package)}};
  if (!package.modules.empty()) components.push_back({3, Applets(package)});
  components.push_back({6, Bytes(12, 0x06)});
  components.push_back({7, Bytes(package.code_size, 0x07)});
  components.push_back({8, Bytes(10, 0x08)});
  components.push_back({5, Bytes(6, 0x05)});
  components.push_back({9, Bytes(4, 0x09)});
  components[1].info = Directory(components);
  return components;
}

Bytes JoinComponents(const std::vector<TestComponent>& components) {
  Bytes out;
  for (const TestComponent& component : components) {
    out.push_back(component.tag);
    AppendU16(out, component.info.size());
    Append(out, component.info);
  }
  return out;
}

Bytes TestLoadFile(const TestPackage& package) {
  return JoinComponents(TestComponents(package));
}

}  // namespace cardferry::cardsim
