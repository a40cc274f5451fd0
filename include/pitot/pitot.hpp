#pragma once
// Typed metrics and their exposition; needs the standard library alone.

#include <pitot/expo/parse.hpp>
#include <pitot/expo/serialize.hpp>
#include <pitot/expo/textfile.hpp>
#include <pitot/metrics/counter.hpp>
#include <pitot/metrics/family_names.hpp>
#include <pitot/metrics/gauge.hpp>
#include <pitot/metrics/registry.hpp>
#include <pitot/metrics/view.hpp>
