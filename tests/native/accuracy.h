// How far the kernels' elementary functions are from the exact values, over any of the 2^32 floats.
#ifndef NATIVERNN_TESTS_ACCURACY_H_
#define NATIVERNN_TESTS_ACCURACY_H_

#include <array>
#include <cstdint>
#include <string>

#include "fixture.h"

namespace nrnn::test {

struct ElementaryFunction {
  const char* name;
  nrnn_unary_op op;
  double (*exact)(double x);  // a float's worth of bits and 20 more are right
  double max_ulp;             // what math-inl.h states, rounded up
  bool flushes;               // results below the smallest normal number may be 0
};
extern const std::array<ElementaryFunction, 5> kElementaryFunctions;

// Floats whose bits are first, first + stride, ...
struct FloatRange {
  uint32_t first;
  uint32_t stride;
  int64_t count;
};

// The largest error, in units of the last place of the exact value as a float (below the smallest
// normal number: of that one), and where it is.
struct WorstError {
  double ulp = 0;
  float x = 0;
  float y = 0;
  double exact = 0;

  void Merge(const WorstError& other) {
    if (other.ulp > ulp) *this = other;
  }
  std::string Text() const;
};

// Infinities count as 2^128; a NaN that should be none, or the other way round, is infinitely
// wrong.
double UlpError(float got, double exact);

WorstError MeasureError(const Device& device, const ElementaryFunction& function,
                        const FloatRange& range);

}  // namespace nrnn::test

#endif  // NATIVERNN_TESTS_ACCURACY_H_
