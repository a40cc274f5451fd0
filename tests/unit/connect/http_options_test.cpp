#include <pitot/connect/http_options.hpp>

#include <catch.hpp>

#include <cstdio>
#include <string>
#include <unistd.h>

using namespace pitot;

TEST_CASE("a URL is shown without its password")
{
    CHECK(http::without_credentials("http://user:secret@host:9/x?y=a@b") == "http://host:9/x?y=a@b");
    CHECK(http::without_credentials("http://host/x@y") == "http://host/x@y");
    CHECK(http::without_credentials("https://a@b@host") == "https://host");
    CHECK(http::without_credentials("unix:/run/x.sock") == "unix:/run/x.sock");
    CHECK(http::without_credentials("") == "");
}

TEST_CASE("URLs are told from files")
{
    CHECK(http::is_url("http://x"));
    CHECK(http::is_url("HTTPS://x"));
    CHECK(http::is_url("unix:/x"));
    CHECK_FALSE(http::is_url("http:/x"));
    CHECK_FALSE(http::is_url("metrics.prom"));
    CHECK_FALSE(http::is_url("-"));
    CHECK_FALSE(http::is_url(""));
}

TEST_CASE("a secret's file is read without the blanks around it, and its errors name the file only")
{
    char path[] = "/tmp/pitot-secret-XXXXXX";
    const int fd = mkstemp(path);
    REQUIRE(fd >= 0);
    REQUIRE(write(fd, " hush\n\n", 7) == 7);
    close(fd);
    CHECK(http::read({"", path}, "password_file").value() == "hush");
    std::remove(path);
    const auto gone = http::read({"", path}, "password_file");
    REQUIRE_FALSE(gone.has_value());
    CHECK(gone.error().code == errc::not_found);
    CHECK(gone.error().message == std::string("password_file: cannot read '") + path + "': No such file or directory");
    CHECK(http::read({"value", ""}, "x").value() == "value");
    const auto endless = http::read({"", "/dev/zero"}, "x");
    REQUIRE_FALSE(endless.has_value());
    CHECK(endless.error().code == errc::too_large);
}

TEST_CASE("a header is found whatever its case, the last one of its name")
{
    http::response answer;
    answer.head = "HTTP/1.1 429 Too Many\r\nRetry-After: 7\r\nX-A:\r\nx-b:  two words \r\nretry-after: 9\r\n\r\n";
    CHECK(answer.header("Retry-After") == "9");
    CHECK(answer.header("X-B") == "two words");
    CHECK(answer.header("x-a").empty());
    CHECK(answer.header("retry").empty());
    CHECK(answer.header("").empty());
    answer.head = "no colon";
    CHECK(answer.header("no colon").empty());
}
