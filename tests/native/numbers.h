// Test numbers: the same on every machine, and exact in float, so that a reference in double
// computes from equal inputs. And the comparison of results with a tolerance that is computed, not
// guessed.
#ifndef NATIVERNN_TESTS_NUMBERS_H_
#define NATIVERNN_TESTS_NUMBERS_H_

#include <gtest/gtest.h>

#include <cstdint>
#include <string>
#include <vector>

namespace nrnn::test {

// A stream of random numbers (SplitMix64).
class Numbers {
 public:
  explicit Numbers(uint64_t seed) : state_(seed) {}
  uint64_t Next();
  // From low to high, both included.
  int64_t Integer(int64_t low, int64_t high);
  bool Coin() { return Integer(0, 1) == 1; }
  // Uniform in [-scale, scale).
  double Real(double scale = 1);
  std::vector<double> Reals(int64_t length, double scale = 1);

 private:
  uint64_t state_;
};

// |got - want| <= absolute + relative |want|.
struct Tolerance {
  double absolute;
  double relative;
};

// Float rounding of a sum of so many products: independent roundings add up like sqrt(terms); c = 4
// leaves room for terms of unequal size and the functions (2 ulp) applied to them. A sum may
// cancel, so the error is as large as the largest result of the array, not the result itself: the
// absolute part is relative times that. A short array may hold nothing but cancelled sums; its
// largest counts as at least 0.1, the usual size of a sum over these numbers.
Tolerance SumTolerance(double terms, const std::vector<double>& want, double c = 4);

// NaN and infinities must be the same. what: the line that reproduces the case.
testing::AssertionResult Near(const std::vector<float>& got, const std::vector<double>& want,
                              const Tolerance& tolerance, const std::string& what);
testing::AssertionResult SameBits(const std::vector<float>& got, const std::vector<float>& want,
                                  const std::string& what);
// Exactly these values, as floats.
testing::AssertionResult Same(const std::vector<float>& got, const std::vector<double>& want,
                              const std::string& what);

std::vector<float> Floats(const std::vector<double>& values);
std::vector<double> Doubles(const std::vector<float>& values);

}  // namespace nrnn::test

#endif  // NATIVERNN_TESTS_NUMBERS_H_
