#pragma once
// Typed metrics and their exposition; needs the standard library alone.

#include <pitot/metrics/registry.hpp>
