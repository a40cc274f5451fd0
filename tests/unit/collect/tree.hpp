#pragma once
// A folder that stands for a machine's /proc, /sys and /, for the time of a test.

#include <pitot/collect/host.hpp>

#include <cstdio>
#include <filesystem>
#include <fstream>
#include <optional>
#include <string>
#include <string_view>

class tree {
public:
    tree()
    {
        std::string name = (std::filesystem::temp_directory_path() / "pitot-tree-XXXXXX").string();
        root_ = ::mkdtemp(name.data());
        std::filesystem::create_directories(root_ / "proc");
        std::filesystem::create_directories(root_ / "sys");
    }
    tree(const tree&) = delete;
    tree& operator=(const tree&) = delete;
    ~tree()
    {
        std::error_code ignored;
        std::filesystem::remove_all(root_, ignored);
    }

    tree& file(std::string_view path, std::string_view text)
    {
        const std::filesystem::path full = root_ / path;
        std::filesystem::create_directories(full.parent_path());
        std::ofstream(full, std::ios::binary) << text;
        return *this;
    }
    void remove(std::string_view path) { std::filesystem::remove_all(root_ / path); }
    [[nodiscard]] std::string path(std::string_view below = "") const { return (root_ / below).string(); }

    /// Options that look at this tree and run only the named part.
    [[nodiscard]] pitot::collect::host_options only(std::string part) const
    {
        pitot::collect::host_options options;
        options.proc = path("proc");
        options.sys = path("sys");
        options.root = path();
        options.hostname = "machine";
        options.enable = {"none", std::move(part)};
        return options;
    }

private:
    std::filesystem::path root_;
};

/// The value of a series written "name" or "name{a=b,c=d}", labels in the order of the batch; nothing when there is
/// none.
inline std::optional<double> value_of(const pitot::batch& in, std::string_view series)
{
    for (std::size_t f = 0; f < in.size(); ++f)
        for (std::size_t i = 0; i < in[f].size(); ++i) {
            std::string text(in[f].name());
            const pitot::labels_view labels = in[f][i].labels();
            for (std::size_t l = 0; l < labels.size(); ++l) {
                text += l == 0 ? '{' : ',';
                text += std::string(labels[l].name) + "=" + std::string(labels[l].value);
            }
            if (!labels.empty()) text += '}';
            if (text == series) return in[f][i].value();
        }
    return std::nullopt;
}

/// One scrape of the host with these options; problem is the error's message, empty without one.
inline pitot::batch scrape(pitot::collect::host& host, std::string* problem = nullptr)
{
    pitot::batch out;
    const auto done = host.collect(out);
    if (problem != nullptr) *problem = done.has_value() ? std::string() : done.error().message;
    out.finish();
    return out;
}
