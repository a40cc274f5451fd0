// A batch job leaves its metrics as a file, in one step, for a textfile collector (exporter-run's or node_exporter's).
#include <pitot/pitot.hpp>

#include <chrono>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <string>

int main()
{
    const auto now = std::chrono::steady_clock::now().time_since_epoch().count();
    const auto folder = std::filesystem::temp_directory_path() / ("pitot-example-" + std::to_string(now));
    std::filesystem::create_directory(folder);
    const std::string path = folder / "backup.prom";

    pitot::registry metrics;
    metrics.gauge<"backup_size_bytes", pitot::unit<"bytes">>("Size of the last backup.").set(123456);
    if (const auto written = pitot::expo::write_textfile(metrics, path); !written) {
        std::cerr << written.error().message << '\n';
        return 1;
    }

    std::cout << std::ifstream(path).rdbuf();
    std::filesystem::remove_all(folder);
}
