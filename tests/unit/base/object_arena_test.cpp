#include <pitot/base/object_arena.hpp>

#include <catch.hpp>

#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

TEST_CASE("objects of all types stay where they are, and die with the arena")
{
    const auto alive = std::make_shared<int>(7);
    {
        pitot::object_arena kept;
        std::vector<std::string*> texts;
        for (int i = 0; i < 1000; ++i) {
            texts.push_back(&kept.add("text number " + std::to_string(i)));
            (void)kept.add(alive);
            (void)kept.add(i % 2 == 0);
        }
        struct wide {
            alignas(64) double value;
        };
        wide& w = kept.add(wide{1.5});
        CHECK(reinterpret_cast<std::uintptr_t>(&w) % 64 == 0);
        CHECK(alive.use_count() == 1001);
        CHECK(*texts[0] == "text number 0");
        CHECK(*texts[999] == "text number 999");
        CHECK(kept.copy("word") == "word");

        pitot::object_arena moved = std::move(kept);
        CHECK(*texts[500] == "text number 500");
        CHECK(alive.use_count() == 1001);

        pitot::object_arena other;
        (void)other.add(alive);
        other = std::move(moved);
        CHECK(alive.use_count() == 1001);
    }
    CHECK(alive.use_count() == 1);
}

TEST_CASE("the newest object dies first")
{
    std::vector<int> died;
    struct told {
        std::vector<int>* to;
        int number;
        told(std::vector<int>* where, int n) : to(where), number(n) {}
        told(told&& other) noexcept : to(std::exchange(other.to, nullptr)), number(other.number) {}
        ~told()
        {
            if (to != nullptr) to->push_back(number);
        }
    };
    {
        pitot::object_arena kept;
        for (int i = 0; i < 3; ++i) (void)kept.add(told(&died, i));
    }
    CHECK(died == std::vector<int>{2, 1, 0});
}
