#include "exposition.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    fuzz::round_trip(data, size, pitot::expo::format::protobuf);
    return 0;
}
