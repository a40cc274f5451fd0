#pragma once
// Typed metrics and their exposition; needs the standard library alone.

#include <pitot/expo/parse.hpp>      // expositions back into batches
#include <pitot/expo/serialize.hpp>  // the answer to a scrape
#include <pitot/expo/textfile.hpp>   // what a batch job leaves
#include <pitot/metrics/registry.hpp>
