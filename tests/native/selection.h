// Which cases of a sweep run, and the line that reproduces one.
#ifndef NATIVERNN_TESTS_SELECTION_H_
#define NATIVERNN_TESTS_SELECTION_H_

#include <string>

namespace nrnn::test {

// Sanitizers and emulators make the kernels and the reference several times slower: sweeps take
// every fifth size then.
#ifdef NATIVERNN_SLOW
constexpr int kSweepStride = 5;
#else
constexpr int kSweepStride = 1;
#endif

void SelectShapes(const std::string& text);
bool Selected(const std::string& shape);

// "native_tests --gtest_filter=<this test> --shape=<shape>"
std::string Repro(const std::string& shape);

}  // namespace nrnn::test

#endif  // NATIVERNN_TESTS_SELECTION_H_
