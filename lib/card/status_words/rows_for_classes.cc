#include "lib/card/status_words/rows.h"

namespace cardferry::card {
namespace {

constexpr StatusWordRow kClasses[] = {
    {CommandName::kAny, 0x6200, Number::kNone, "",
     "The command was done, with a warning; nothing was changed.",
     "The command, and the application's own description.",
     "Read the card and compare it with what it should hold."},
    {CommandName::kAny, 0x6300, Number::kNone, "",
     "The command was done, with a warning; something was changed.",
     "The command, and the application's own description.",
     "Read the card and compare it with what it should hold."},
    {CommandName::kAny, 0x6400, Number::kNone, "",
     "The command failed and changed nothing.",
     "Whether it fails on another card of this type.",
     "Insert the card again and repeat; then suspect the card."},
    {CommandName::kAny, 0x6500, Number::kNone, "",
     "The command failed after something was changed.",
     "What the card holds now.",
     "Read the card before anything else; then plan anew."},
    {CommandName::kAny, 0x6600, Number::kNone, "",
     "The card noticed a security problem.",
     "What happened to the card before.",
     "Take the card out of use until that is clear."},
    {CommandName::kAny, 0x6700, Number::kNone, "", "A length was wrong.",
     "The command's data.", "Correct the length; nothing was changed."},
    {CommandName::kAny, 0x6800, Number::kNone, "",
     "The card does not have what the class byte asks for.",
     "The command's first byte.",
     "Leave out secure messaging, chaining or the logical channel."},
    {CommandName::kAny, 0x6900, Number::kNone, "",
     "The card does not allow this command now.",
     "The commands before it, and what is selected.",
     "Read the card; then plan anew."},
    {CommandName::kAny, 0x6A00, Number::kNone, "",
     "A parameter of the command is wrong.", "P1, P2 and the data.",
     "Correct the command; nothing was changed."},
    {CommandName::kAny, 0x6B00, Number::kNone, "", "P1 or P2 is wrong.",
     "The command's first four bytes.", "Correct them; nothing was changed."},
    {CommandName::kAny, 0x6D00, Number::kNone, "",
     "The card does not know this instruction.", "What is selected.",
     "Select the right application; check the card's profile."},
    {CommandName::kAny, 0x6E00, Number::kNone, "",
     "The card does not know this class.", "What is selected.",
     "Select the right application; check the card's profile."},
    {CommandName::kAny, 0x6F00, Number::kNone, "",
     "The card failed for a reason that it does not name.",
     "Whether it fails on every card of this type.",
     "Insert the card again and repeat once; then ask the maker."},
    {CommandName::kAny, 0x9000, Number::kNone, "",
     "A word of the card's or the application's own; often that it was done.",
     "The application's own description.",
     "Read the card and compare it with what it should hold."},
    {CommandName::kAny, 0x0000, Number::kNone, "",
     "No standard has such a word: it is the card's own, or no status word at "
     "all.",
     "The application's own description, and the reader.",
     "Insert the card again; if it stays, ask the card's maker."},
};

}  // namespace

absl::Span<const StatusWordRow> RowsForClasses() { return kClasses; }

}  // namespace cardferry::card
