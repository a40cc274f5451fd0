#include <catch.hpp>

#include <pitot/base/version.hpp>

TEST_CASE("the version in the headers is the project's") { CHECK(pitot::version == PITOT_PROJECT_VERSION); }
