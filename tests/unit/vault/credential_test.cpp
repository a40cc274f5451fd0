#include <pitot/vault/credential.hpp>

#include <catch.hpp>

#include <cstdlib>
#include <string>
#include <sys/stat.h>
#include <unistd.h>

using namespace pitot;

namespace {

struct folder {
    std::string path = "/tmp/pitot-credential-XXXXXX";
    folder() { REQUIRE(::mkdtemp(path.data()) != nullptr); }
    ~folder()
    {
        for (const char* name : {"/file", "/pipe"}) ::unlink((path + name).c_str());
        ::rmdir(path.c_str());
    }
    [[nodiscard]] std::string file(std::string_view text, mode_t mode) const
    {
        const std::string at = path + "/file";
        ::unlink(at.c_str());
        const int fd = ::open(at.c_str(), O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
        REQUIRE(::write(fd, text.data(), text.size()) == static_cast<ssize_t>(text.size()));
        ::fchmod(fd, mode);
        ::close(fd);
        return at;
    }
};

}  // namespace

TEST_CASE("what surrounds a credential is not part of it", "[vault]")
{
    CHECK(vault::trimmed_credential("\xef\xbb\xbfs.abc\r\n", "x").value() == "s.abc");
    CHECK(vault::trimmed_credential(" a b ", "x").value() == "a b");
    CHECK(vault::trimmed_credential("a\nb", "the token").error().message == "the token holds a control character");
    CHECK(vault::trimmed_credential(" \n", "the token").error().message == "the token is empty");
}

TEST_CASE("credential files are read with suspicion", "[vault]")
{
    const folder here;
    const auto good = vault::read_credential(here.file("hush\n", 0600), "the token");
    REQUIRE(good);
    CHECK(good->text == "hush");
    CHECK_FALSE(good->too_open);
    CHECK(vault::read_credential(here.file("hush", 0644), "x")->too_open);
    const auto huge = vault::read_credential(here.file(std::string(70'000, 'a'), 0600), "x");
    CHECK(huge.error().message.find("larger than 64 KiB") != std::string::npos);
    CHECK(huge.error().message.find("aaa") == std::string::npos);
    REQUIRE(::mkfifo((here.path + "/pipe").c_str(), 0600) == 0);
    CHECK(vault::read_credential(here.path + "/pipe", "x").error().message.find("no regular file") !=
          std::string::npos);
    CHECK_FALSE(vault::read_credential("/dev/zero", "x"));
    CHECK_FALSE(vault::read_credential(here.path, "x"));
    const auto gone = vault::read_credential(here.path + "/nope", "the role id");
    CHECK(gone.error().code == errc::invalid_value);
    CHECK(gone.error().message.find("the role id: cannot read '" + here.path + "/nope' as user ") == 0);
}
