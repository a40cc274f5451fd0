// Templates and references of secrets, and Vault's answers: whatever the bytes, an error with a place inside the text,
// or pieces that together cover it; a reference that is printed means the same when it is read again.

#include <pitot/vault/filter.hpp>
#include <pitot/vault/template.hpp>

#include <cstdint>
#include <cstdlib>
#include <string>

namespace {

void require(bool holds)
{
    if (!holds) std::abort();
}

void look(const pitot::result<pitot::vault::text_template>& read, std::string_view text)
{
    if (!read) {
        require(!read.error().message.empty() && read.error().where.offset <= text.size());
        return;
    }
    for (const pitot::vault::piece& p : *read) {
        if (!p.is_secret()) continue;
        require(p.where.offset + p.where.length <= text.size() && !p.secret.key.empty());
        std::string printed = pitot::vault::to_text(p.secret);
        const auto again = pitot::vault::parse_reference(printed);
        require(again.has_value() && *again == p.secret);
    }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    const std::string_view text(reinterpret_cast<const char*>(data), size);
    look(pitot::vault::parse_template(text), text);
    look(pitot::vault::parse_inherited(text), text);
    for (const pitot::vault::filter& f : pitot::vault::filters) static_cast<void>(f.apply(text));
    return 0;
}
