#include <pitot/base/markup.hpp>

#include <catch.hpp>

using pitot::markup_text;

TEST_CASE("text in markup")
{
    CHECK(markup_text("").empty());
    CHECK(markup_text("a<b> & \"c\" 'd'") == "a&lt;b&gt; &amp; &quot;c&quot; 'd'");
    CHECK(markup_text("\t\n\r\x1b[1m\x01ä€") == "\t\n[1mä€");
    CHECK(markup_text("a\xff\xfe"
                      "b\xc3") == "ab");
    CHECK(markup_text("a\xef\xbf\xbe\xef\xbf\xbf\xef\xbf\xbd") == "a\xef\xbf\xbd");
}
