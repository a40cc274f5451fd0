// Decides every file of JSONTestSuite (shared/json): y_ is accepted, n_ refused, i_ either; an error lies in the text.

#include <pitot/json/reader.hpp>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

int main()
{
    namespace fs = std::filesystem;
    const char* shared = std::getenv("PITOT_SHARED");
    if (shared == nullptr || *shared == '\0') shared = std::getenv("PITOT_SHARED_DEFAULT");
    const fs::path folder = fs::path(shared == nullptr ? "../shared" : shared) / "json";
    if (!fs::is_directory(folder)) {
        std::printf("SKIPPED: JSONTestSuite is not at %s; set PITOT_SHARED\n", folder.c_str());
        return 77;
    }
    std::vector<fs::path> files;
    for (const auto& entry : fs::directory_iterator(folder))
        if (entry.path().extension() == ".json") files.push_back(entry.path());
    std::sort(files.begin(), files.end());

    int failed = 0;
    int decided = 0;
    for (const fs::path& path : files) {
        const std::string name = path.filename().string();
        std::ifstream in(path, std::ios::binary);
        const std::string text{std::istreambuf_iterator<char>(in), {}};
        const auto read = pitot::json::parse(text);
        ++decided;
        const bool wrong = (name.starts_with("y_") && !read) || (name.starts_with("n_") && read.has_value());
        const bool outside = !read && read.error().where.end() > text.size();
        if (!wrong && !outside) continue;
        ++failed;
        std::printf("FAILED %s: %s\n", name.c_str(), read ? "accepted" : read.error().message.c_str());
    }
    std::printf("%d files decided as the suite says, %d not\n", decided - failed, failed);
    return failed == 0 && decided > 300 ? 0 : 1;
}
