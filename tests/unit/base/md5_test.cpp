#include <pitot/base/md5.hpp>

#include <catch.hpp>

#include <string>
#include <string_view>

namespace {

std::string hex(std::string_view text)
{
    std::string out;
    for (const unsigned byte : pitot::md5(text)) {
        out += "0123456789abcdef"[byte >> 4U];
        out += "0123456789abcdef"[byte & 0xFU];
    }
    return out;
}

}  // namespace

TEST_CASE("md5: the standard's examples, and lengths around a block")
{
    CHECK(hex("") == "d41d8cd98f00b204e9800998ecf8427e");
    CHECK(hex("abc") == "900150983cd24fb0d6963f7d28e17f72");
    CHECK(hex("12345678901234567890123456789012345678901234567890123456789012345678901234567890") ==
          "57edf4a22be3c955ac49da2e2107b67a");
    CHECK(hex(std::string(55, '\xff')) == "fd696aa639acaba9ce0e0964028fbe81");
    CHECK(hex(std::string(56, '\xff')) == "74444b7e7b01632f3277365c8ca35ec2");
    CHECK(hex(std::string(63, '\xff')) == "2e8381ef75aa4df05c31143466ecc2a8");
    CHECK(hex(std::string(64, '\xff')) == "aabd2b2a451504e119a243d8e775fdad");
    CHECK(hex(std::string(65, '\xff')) == "e7c92069c5ba53314b59f78132a80105");
    CHECK(hex(std::string(119, '\xff')) == "091a3f536c65cb7a219d167ca4f11ac9");
    CHECK(hex(std::string(120, '\xff')) == "cbe6d15e968dc8757f8e69ed60fa2450");
    CHECK(hex(std::string(1000, '\xff')) == "23cc517ae5734b068e21c92920a5ee02");
}
