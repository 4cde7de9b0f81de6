// What the program runs on, which cases of a sweep run, and the line that reproduces one.
#ifndef NATIVERNN_TESTS_SELECTION_H_
#define NATIVERNN_TESTS_SELECTION_H_

#include <string>

namespace nrnn::test {

// Whether this program's tests are for a GPU. The tests themselves are compiled once; program.cc,
// once for each program, knows.
bool OnGpu();
// Sanitizers and emulators make the kernels and the reference several times slower.
bool Slow();
// Sweeps take every fifth size then.
inline int SweepStride() { return Slow() ? 5 : 1; }

void SelectShapes(const std::string& text);
bool Selected(const std::string& shape);

// "native_tests --gtest_filter=<this test> --shape=<shape>"
std::string Repro(const std::string& shape);

}  // namespace nrnn::test

#endif  // NATIVERNN_TESTS_SELECTION_H_
