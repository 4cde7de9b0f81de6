// Central differences: the one judge of a gradient that shares nothing with it.
#ifndef NATIVERNN_TESTS_REFERENCE_GRADIENTS_H_
#define NATIVERNN_TESTS_REFERENCE_GRADIENTS_H_

#include <gtest/gtest.h>

#include <cmath>
#include <string>
#include <vector>

namespace nrnn::test {

inline double Dot(const std::vector<double>& a, const std::vector<double>& b) {
  double sum = 0;
  for (size_t k = 0; k < a.size(); ++k) sum += a[k] * b[k];
  return sum;
}

// Compares gradient with (loss(x + e) - loss(x - e)) / 2e for each element of x. loss() is a
// function of x, which is put back. e = 1e-6: the differences are good to about 1e-16 |loss| / e =
// 1e-9 for rounding and e^2 for curvature.
template <class Loss>
testing::AssertionResult MatchesDifferences(const std::vector<double>& gradient,
                                            std::vector<double>& x, const Loss& loss,
                                            const std::string& what) {
  constexpr double kStep = 1e-6;
  if (gradient.size() != x.size()) {
    return testing::AssertionFailure()
           << what << ": gradient of " << gradient.size() << " for " << x.size() << " elements";
  }
  for (size_t k = 0; k < x.size(); ++k) {
    const double kept = x[k];
    x[k] = kept + kStep;
    const double above = loss();
    x[k] = kept - kStep;
    const double below = loss();
    x[k] = kept;
    const double difference = (above - below) / (2 * kStep);
    if (!(std::abs(gradient[k] - difference) <= 1e-7 * (1 + std::abs(difference)))) {
      return testing::AssertionFailure() << what << ": element " << k << " is " << gradient[k]
                                         << ", central difference " << difference;
    }
  }
  return testing::AssertionSuccess();
}

}  // namespace nrnn::test

#endif  // NATIVERNN_TESTS_REFERENCE_GRADIENTS_H_
