#include <pitot/base/function_ref.hpp>

#include <catch.hpp>

#include <memory>
#include <utility>

using pitot::function_ref;

namespace {

int answer(function_ref<int(int)> f) { return f(21); }

}  // namespace

TEST_CASE("lambdas are called where they are, copies call the same")
{
    int calls = 0;
    CHECK(answer([&](int i) {
              ++calls;
              return i;
          }) == 21);
    CHECK(calls == 1);
    const auto add = [one = 1](int i) { return i + one; };
    const function_ref<int(int)> first = add;
    const function_ref<int(int)> copy = first;
    CHECK(answer(copy) == 22);
}

TEST_CASE("arguments that only move pass through, references stay references")
{
    const auto take = [](std::unique_ptr<int> p, int& to) { to = *p; };
    const function_ref<void(std::unique_ptr<int>, int&)> f = take;
    int to = 0;
    f(std::make_unique<int>(7), to);
    CHECK(to == 7);
}
