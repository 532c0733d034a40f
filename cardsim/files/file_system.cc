#include "cardsim/files/file_system.h"

#include <algorithm>
#include <utility>

#include "cardsim/card_error.h"
#include "cardsim/files/file_status_words.h"
#include "lib/base/status_macros.h"

namespace cardferry::cardsim {
namespace {

constexpr uint8_t kInsDeactivate = 0x04;
constexpr uint8_t kInsActivate = 0x44;
constexpr uint8_t kInsTerminateDf = 0xE6;
constexpr uint8_t kInsTerminateEf = 0xE8;
constexpr uint8_t kWantsFci = 0x00;
constexpr uint8_t kWantsFcp = 0x04;
constexpr uint8_t kWantsNothing = 0x0C;
// The MF and eight levels below it.
constexpr size_t kMaxDepth = 9;
constexpr size_t kMaxChildren = 255;

uint16_t ReadId(ByteSpan bytes) {
  return static_cast<uint16_t>(bytes[0] << 8 | bytes[1]);
}

absl::Status NotFound() { return CardError(kNotFound, "no such file"); }

File* FindName(File& file, ByteSpan name) {
  if (file.name.size() >= name.size() &&
      std::equal(name.begin(), name.end(), file.name.begin())) {
    return &file;
  }
  for (const auto& child : file.children) {
    if (!child->is_df()) continue;
    if (File* const found = FindName(*child, name)) return found;
  }
  return nullptr;
}

bool HasName(const File& file, ByteSpan name) {
  if (ByteSpan(file.name) == name) return true;
  return std::any_of(
      file.children.begin(), file.children.end(),
      [name](const auto& child) { return HasName(*child, name); });
}

absl::StatusOr<File*> FollowPath(File& from, ByteSpan path) {
  if (path.empty() || path.size() % 2 != 0) {
    return CardError(kWrongLength, "no whole file identifiers");
  }
  File* file = &from;
  for (size_t at = 0; at < path.size(); at += 2) {
    file = file->Child(ReadId(path.subspan(at)));
    if (file == nullptr) return NotFound();
  }
  return file;
}

absl::StatusOr<File*> FindChild(const File& df, ByteSpan id, bool wants_df) {
  if (id.size() != 2) return CardError(kWrongLength, "no file identifier");
  File* const file = df.Child(ReadId(id));
  if (file == nullptr || file->is_df() != wants_df) return NotFound();
  return file;
}

card::StatusWord SelectedStatus(const File& file) {
  if (file.life_cycle == kLcsDeactivated) return kFileDeactivated;
  if (file.life_cycle == kLcsTerminated) return kFileTerminated;
  return card::kSuccess;
}

// A DF that is deactivated or terminated takes all below it along.
absl::Status CheckUsable(const File& file) {
  for (const File* at = &file; at != nullptr; at = at->parent) {
    if (SelectedStatus(*at) != card::kSuccess) {
      return CardError(kConditionsNotSatisfied, "the file is not in use");
    }
  }
  return absl::OkStatus();
}

// What becomes of a life cycle, and the access that it takes.
struct Change {
  uint8_t to = 0;
  uint8_t access = 0;
};

absl::StatusOr<Change> FindChange(uint8_t ins, uint8_t from) {
  const absl::Status not_now =
      CardError(kConditionsNotSatisfied, "not in this state");
  if (from == kLcsTerminated) return not_now;
  switch (ins) {
    case kInsActivate:
      return Change{kLcsActivated, kAccessActivate};
    case kInsDeactivate:
      if (from != kLcsActivated && from != kLcsDeactivated) return not_now;
      return Change{kLcsDeactivated, kAccessDeactivate};
    default:
      return Change{kLcsTerminated, kAccessTerminate};
  }
}

absl::Status CheckP1P2IsZero(const card::CommandHeader& header) {
  if (header.p1 == 0 && header.p2 == 0) return absl::OkStatus();
  return CardError(kWrongP1P2, "P1 P2 is not 0000");
}

}  // namespace

FileSystem::FileSystem(std::unique_ptr<File> mf, size_t memory)
    : mf_(std::move(mf)), memory_(memory), df_(mf_.get()) {}

void FileSystem::Reset() {
  df_ = mf_.get();
  ef_ = nullptr;
}

File* FileSystem::FindById(uint16_t id) const {
  if (id == kMfId) return mf_.get();
  if (File* const child = df_->Child(id)) return child;
  if (df_->id == id) return df_;
  if (df_->parent == nullptr) return nullptr;
  if (df_->parent->id == id) return df_->parent;
  File* const sibling = df_->parent->Child(id);
  return sibling != nullptr && sibling->is_df() ? sibling : nullptr;
}

absl::StatusOr<File*> FileSystem::FindSelected(
    const card::CommandApdu& command) const {
  const ByteSpan data = command.data();
  switch (command.header().p1) {
    case 0x00: {
      if (data.empty()) return mf_.get();
      if (data.size() != 2) return CardError(kWrongLength, "no identifier");
      File* const file = FindById(ReadId(data));
      if (file == nullptr) return NotFound();
      return file;
    }
    case 0x01:
      return FindChild(*df_, data, /*wants_df=*/true);
    case 0x02:
      return FindChild(*df_, data, /*wants_df=*/false);
    case 0x03:
      if (!data.empty()) return CardError(kWrongLength, "data for the parent");
      if (df_->parent == nullptr) return NotFound();
      return df_->parent;
    case 0x04: {
      if (data.empty() || data.size() > 16) {
        return CardError(kWrongLength, "no DF name");
      }
      File* const file = FindName(*mf_, data);
      if (file == nullptr) return NotFound();
      return file;
    }
    case 0x08:
      return FollowPath(*mf_, data);
    case 0x09:
      return FollowPath(*df_, data);
    default:
      return CardError(kWrongP1P2, "no such way to select");
  }
}

absl::StatusOr<card::ResponseApdu> FileSystem::Select(
    const card::CommandApdu& command) {
  const uint8_t wants = command.header().p2;
  if (wants != kWantsFci && wants != kWantsFcp && wants != kWantsNothing) {
    return CardError(kWrongP1P2, "no such answer of SELECT");
  }
  ASSIGN_OR_RETURN(File* const file, FindSelected(command));
  df_ = file->is_df() ? file : file->parent;
  ef_ = file->is_df() ? nullptr : file;
  card::ResponseApdu response{{}, SelectedStatus(*file)};
  if (wants != kWantsNothing) {
    response.data = FileControlOf(*file, wants == kWantsFcp ? 0x62 : 0x6F);
  }
  return response;
}

absl::Status FileSystem::Create(const card::CommandApdu& command,
                                const SecurityStatus& status) {
  RETURN_IF_ERROR(CheckP1P2IsZero(command.header()));
  ASSIGN_OR_RETURN(std::unique_ptr<File> file, ParseNewFile(command.data()));
  RETURN_IF_ERROR(CheckUsable(*df_));
  RETURN_IF_ERROR(CheckAccess(
      *df_, file->is_df() ? kAccessCreateDf : kAccessCreateEf, status));
  if (df_->Child(file->id) != nullptr ||
      (file->short_id != 0 &&
       df_->ChildWithShortId(file->short_id) != nullptr)) {
    return CardError(kFileExists, "the identifier is taken");
  }
  if (!file->name.empty() && HasName(*mf_, file->name)) {
    return CardError(kDfNameExists, "the DF name is taken");
  }
  size_t depth = 1;
  for (const File* at = df_; at != nullptr; at = at->parent) ++depth;
  if (depth > kMaxDepth || df_->children.size() >= kMaxChildren ||
      mf_->Footprint() + file->Footprint() > memory_) {
    return CardError(kNoSpace, "no room for another file");
  }
  File& created = df_->Adopt(std::move(file));
  if (created.is_df()) df_ = &created;
  ef_ = created.is_df() ? nullptr : &created;
  return absl::OkStatus();
}

absl::Status FileSystem::Delete(const card::CommandApdu& command,
                                const SecurityStatus& status) {
  RETURN_IF_ERROR(CheckP1P2IsZero(command.header()));
  if (command.data().size() != 2) {
    return CardError(kWrongLength, "no file identifier");
  }
  File* const file = df_->Child(ReadId(command.data()));
  if (file == nullptr) return NotFound();
  RETURN_IF_ERROR(CheckAccess(*df_, kAccessDeleteChild, status));
  RETURN_IF_ERROR(CheckAccess(*file, kAccessDelete, status));
  ef_ = nullptr;
  auto& children = df_->children;
  children.erase(
      std::find_if(children.begin(), children.end(),
                   [file](const auto& child) { return child.get() == file; }));
  return absl::OkStatus();
}

absl::Status FileSystem::ChangeLifeCycle(const card::CommandApdu& command,
                                         const SecurityStatus& status) {
  const uint8_t ins = command.header().ins;
  RETURN_IF_ERROR(CheckP1P2IsZero(command.header()));
  if (!command.data().empty()) {
    return CardError(kWrongLength, "the current file is meant");
  }
  if (ins == kInsTerminateEf && ef_ == nullptr) {
    return CardError(kNoCurrentEf, "no current EF");
  }
  File& file = ins == kInsTerminateDf ? *df_ : current_file();
  if (ins == kInsTerminateDf && file.parent == nullptr) {
    return CardError(kConditionsNotSatisfied, "the MF stays");
  }
  ASSIGN_OR_RETURN(const Change change, FindChange(ins, file.life_cycle));
  RETURN_IF_ERROR(CheckAccess(file, change.access, status));
  file.life_cycle = change.to;
  return absl::OkStatus();
}

absl::StatusOr<File*> FileSystem::FindEf(uint8_t short_id) {
  File* const file = short_id == 0 ? ef_ : df_->ChildWithShortId(short_id);
  if (file == nullptr && short_id != 0) return NotFound();
  if (file == nullptr) return CardError(kNoCurrentEf, "no current EF");
  RETURN_IF_ERROR(CheckUsable(*file));
  ef_ = file;
  return file;
}

}  // namespace cardferry::cardsim
