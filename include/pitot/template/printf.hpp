#pragma once
// Go's printf, for the values that templates have.

#include <pitot/base/text.hpp>
#include <pitot/template/value.hpp>

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace pitot::templates::detail {

using arguments = std::span<const value>;

[[nodiscard]] inline std::string format(std::string_view form, arguments a)
{
    std::string out;
    std::size_t next = 0;
    for (std::size_t i = 0; i < form.size(); ++i) {
        if (form[i] != '%') {
            out += form[i];
            continue;
        }
        std::string spec = "%";
        while (++i < form.size() && std::string_view("-+# 0123456789.").find(form[i]) != std::string_view::npos)
            spec += form[i];
        if (i >= form.size()) {
            out += "%!(NOVERB)";
            break;
        }
        const char verb = form[i];
        if (verb == '%') {
            out += '%';
            continue;
        }
        if (next >= a.size()) {
            out += concat("%!", std::string_view(&verb, 1), "(MISSING)");
            continue;
        }
        if (spec.size() > 20) spec = "%";
        const value& v = a[next++];
        const auto with_text = [&](const std::string& text) {
            std::vector<char> room(text.size() + 2100);
            const int n = std::snprintf(room.data(), room.size(), (spec + 's').c_str(), text.c_str());
            out.append(room.data(), static_cast<std::size_t>(std::clamp<int>(n, 0, static_cast<int>(room.size()) - 1)));
        };
        const auto with_number = [&](double d) {
            if (std::isnan(d) || std::isinf(d)) {
                with_text(go_float(d));
                return;
            }
            if (verb == 'g' && spec.find('.') == std::string::npos) {
                with_text(go_float(d));
                return;
            }
            char room[800];
            const int n = std::snprintf(room, sizeof room, (spec + verb).c_str(), d);
            out.append(room, static_cast<std::size_t>(std::clamp<int>(n, 0, sizeof room - 1)));
        };
        const auto wrong = [&] { out += concat("%!", std::string_view(&verb, 1), "(", to_text(v), ")"); };
        switch (verb) {
        case 'v':
        case 's':
            if (verb == 's' && v.number() != nullptr)
                out += concat("%!s(float64=", go_float(*v.number()), ")");
            else if (verb == 's' && v.integer() != nullptr)
                out += concat("%!s(int=", to_text(v), ")");
            else
                with_text(to_text(v));
            break;
        case 'q': with_text(concat("\"", to_text(v), "\"")); break;
        case 't': with_text(to_text(v)); break;
        case 'f':
        case 'F':
        case 'e':
        case 'E':
        case 'g':
        case 'G':
            if (v.number() != nullptr)
                with_number(*v.number());
            else
                wrong();
            break;
        case 'd':
        case 'x':
        case 'X':
        case 'o':
        case 'c':
            if (v.integer() != nullptr) {
                char room[400];
                const std::string c_spec = spec + (verb == 'c' ? "c" : concat("ll", std::string_view(&verb, 1)));
                const int n = verb == 'c'
                                  ? std::snprintf(room, sizeof room, c_spec.c_str(), static_cast<int>(*v.integer()))
                                  : std::snprintf(room, sizeof room, c_spec.c_str(),
                                                  static_cast<long long>(*v.integer()));
                out.append(room, static_cast<std::size_t>(std::clamp<int>(n, 0, sizeof room - 1)));
            } else if (v.number() != nullptr && verb == 'd') {
                out += concat("%!d(float64=", go_float(*v.number()), ")");
            } else {
                wrong();
            }
            break;
        default: wrong();
        }
    }
    if (next < a.size()) {
        out += "%!(EXTRA ";
        for (std::size_t i = next; i < a.size(); ++i)
            out += concat(i > next ? ", " : "",
                          a[i].text() != nullptr      ? "string="
                          : a[i].number() != nullptr  ? "float64="
                          : a[i].integer() != nullptr ? "int="
                                                      : "",
                          to_text(a[i]));
        out += ')';
    }
    return out;
}

}  // namespace pitot::templates::detail
