#include <pitot/base/word_table.hpp>

#include <catch.hpp>

#include <string_view>

namespace {

using namespace pitot;

struct row {
    std::string_view word;
    int number;
};

// The first two have the same hash.
constexpr row rows[] = {{"max_of_it", 1}, {"man_of_it", 2}, {"ab", 3}, {"limit_ratio", 4}};
constexpr word_places places(rows, [](const row& r) { return r.word; });

constexpr int number_of(std::string_view word)
{
    const unsigned char at = places.find(word, [word](unsigned char i) { return rows[i].word == word; });
    return at == word_places::none ? 0 : rows[at].number;
}

TEST_CASE("a table's words are found by their hash, others are not")
{
    STATIC_REQUIRE(number_of("limit_ratio") == 4);
    STATIC_REQUIRE(word_hash("max_of_it") == word_hash("man_of_it"));
    CHECK(number_of("max_of_it") == 1);
    CHECK(number_of("man_of_it") == 2);
    CHECK(number_of("ab") == 3);
    CHECK(word_hash("AB") == word_hash("ab"));
    CHECK(number_of("AB") == 0);
    CHECK(number_of("may_of_it") == 0);
    CHECK(number_of("zz") == 0);
}

TEST_CASE("most words are told apart from a table's by their first letter and their length")
{
    STATIC_REQUIRE(places.may_have("max_of_it"));
    CHECK(places.may_have("may_be_so"));
    CHECK(places.may_have("AB"));
    for (const std::string_view other : {"", "a", "abc", "max_of_i", "bax_of_it", "a_word_of_thirty_one_letters___",
                                         "a_word_that_is_longer_than_a_row_of_bits"})
        CHECK_FALSE(places.may_have(other));
}

}  // namespace

TEST_CASE("a byte that differs is found wherever it stands, and bits that do not count are not")
{
    for (std::size_t size = 2; size < 40; ++size) {
        const std::string word(size, 'w');
        CHECK(pitot::same_word(word.data(), word.data(), size, 0));
        for (std::size_t i = 0; i < size; ++i) {
            CAPTURE(size, i);
            std::string other = word;
            other[i] = 'W';
            CHECK_FALSE(pitot::same_word(word.data(), other.data(), size, 0));
            CHECK(pitot::same_word(word.data(), other.data(), size, 0x2020'2020'2020'2020U));
            other[i] = 'v';
            CHECK_FALSE(pitot::same_word(word.data(), other.data(), size, 0x2020'2020'2020'2020U));
        }
    }
    static_assert(pitot::same_word("Sum", "sUM", 3, 0x2020'2020'2020'2020U) && !pitot::same_word("sum", "sun", 3, 0));
}
