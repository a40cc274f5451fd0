#include <catch.hpp>

#include <pitot/collect/host/mount_worker.hpp>

#include <atomic>
#include <chrono>
#include <cstring>
#include <string>
#include <thread>

using namespace pitot::collect;
using namespace std::chrono_literals;

namespace {

std::atomic<bool> hung{false};
std::atomic<int> calls{0};

/// "/bad" fails, "/hang…" does not return while `hung` is set.
int answer(const char* path, struct statvfs* into)
{
    ++calls;
    if (std::strcmp(path, "/bad") == 0) {
        errno = ESTALE;
        return -1;
    }
    if (std::strncmp(path, "/hang", 5) == 0)
        while (hung) std::this_thread::sleep_for(1ms);
    *into = {};
    into->f_frsize = 10;
    into->f_blocks = 100;
    into->f_bavail = 20;
    return 0;
}

}  // namespace

TEST_CASE("mounts are answered in order, with their errors", "[collect]")
{
    mount_worker worker(&answer);
    const auto& got = worker.ask({"/", "/bad", "/home"}, 5s);
    REQUIRE(got.size() == 3);
    CHECK(got[0].got == mount_answer::state::answered);
    CHECK(got[0].size == 1000);
    CHECK(got[0].available == 200);
    CHECK(got[1].got == mount_answer::state::failed);
    CHECK(got[1].error == ESTALE);
    CHECK(got[2].got == mount_answer::state::answered);
    CHECK(worker.ask({}, 1s).empty());
}

TEST_CASE("a hung mount is skipped, not asked again while it hangs, and back when it answers", "[collect]")
{
    hung = true;
    mount_worker worker(&answer);
    // Long enough that a busy machine does not make a mount that answers look hung: the others get a quarter of it.
    const auto& first = worker.ask({"/", "/hang1", "/home", "/hang2", "/end"}, 2s);
    CHECK(first[0].got == mount_answer::state::answered);
    CHECK(first[1].got == mount_answer::state::stuck);
    CHECK(first[2].got == mount_answer::state::answered);
    CHECK(first[3].got == mount_answer::state::stuck);
    CHECK(first[4].got == mount_answer::state::answered);
    CHECK(worker.left_behind() == 2);
    for (int i = 0; i < 20; ++i) {  // threads do not pile up
        const int before = calls;
        const auto& again = worker.ask({"/hang1", "/", "/hang2"}, 60s);
        CHECK(again[0].got == mount_answer::state::stuck);
        CHECK(again[1].got == mount_answer::state::answered);
        CHECK(calls == before + 1);
        CHECK(worker.left_behind() == 2);
    }
    hung = false;
    for (int i = 0; i < 200 && worker.ask({"/hang1", "/hang2"}, 1s)[0].got == mount_answer::state::stuck; ++i)
        std::this_thread::sleep_for(10ms);
    CHECK(worker.ask({"/hang1", "/hang2"}, 5s)[0].got == mount_answer::state::answered);
}

TEST_CASE("at most so many threads are left behind", "[collect]")
{
    hung = true;
    {
        mount_worker worker(&answer);
        std::vector<std::string> many;
        for (int i = 0; i < 40; ++i) many.push_back("/hang" + std::to_string(i));
        many.push_back("/");
        const auto& got = worker.ask(many, 8ms);
        CHECK(worker.left_behind() == mount_worker::max_left_behind);
        CHECK(got.back().got == mount_answer::state::stuck);  // nobody is left to ask
    }
    hung = false;
    std::this_thread::sleep_for(50ms);
}
