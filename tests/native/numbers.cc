#include "numbers.h"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <limits>

namespace nrnn::test {
namespace {

bool Within(double got, double want, const Tolerance& tolerance) {
  if (std::isnan(want)) return std::isnan(got);
  if (std::isinf(want)) return got == want;
  return std::abs(got - want) <= tolerance.absolute + tolerance.relative * std::abs(want);
}

}  // namespace

uint64_t Numbers::Next() {
  state_ += 0x9E3779B97F4A7C15;
  uint64_t z = state_;
  z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
  z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
  return z ^ (z >> 31);
}

int64_t Numbers::Integer(int64_t low, int64_t high) {
  return low + static_cast<int64_t>(Next() % static_cast<uint64_t>(high - low + 1));
}

double Numbers::Real(double scale) {
  const double unit = static_cast<double>(Next() >> 11) * 0x1p-53;
  return static_cast<float>((2 * unit - 1) * scale);
}

std::vector<double> Numbers::Reals(int64_t length, double scale) {
  std::vector<double> values(static_cast<size_t>(length));
  for (double& value : values) value = Real(scale);
  return values;
}

Tolerance SumTolerance(double terms, const std::vector<double>& want, double c) {
  double largest = want.size() < 16 ? 0.1 : 0;
  for (const double value : want) {
    if (std::isfinite(value)) largest = std::max(largest, std::abs(value));
  }
  const double relative =
      c * std::sqrt(std::max(terms, 1.0)) * std::numeric_limits<float>::epsilon();
  return {relative * largest + std::numeric_limits<float>::min(), relative};
}

testing::AssertionResult Near(const std::vector<float>& got, const std::vector<double>& want,
                              const Tolerance& tolerance, const std::string& what) {
  if (got.size() != want.size()) {
    return testing::AssertionFailure()
           << what << ": " << got.size() << " elements, want " << want.size();
  }
  for (size_t k = 0; k < got.size(); ++k) {
    if (!Within(got[k], want[k], tolerance)) {
      return testing::AssertionFailure()
             << what << ": element " << k << " of " << got.size() << " is " << got[k] << ", want "
             << want[k] << " (off by " << got[k] - want[k] << ", allowed "
             << tolerance.absolute + tolerance.relative * std::abs(want[k]) << ")";
    }
  }
  return testing::AssertionSuccess();
}

testing::AssertionResult SameBits(const std::vector<float>& got, const std::vector<float>& want,
                                  const std::string& what) {
  if (got.size() != want.size()) {
    return testing::AssertionFailure()
           << what << ": " << got.size() << " elements, want " << want.size();
  }
  for (size_t k = 0; k < got.size(); ++k) {
    if (std::memcmp(&got[k], &want[k], sizeof(float)) != 0) {
      return testing::AssertionFailure() << what << ": element " << k << " of " << got.size()
                                         << " is " << got[k] << ", other bits than " << want[k];
    }
  }
  return testing::AssertionSuccess();
}

testing::AssertionResult Same(const std::vector<float>& got, const std::vector<double>& want,
                              const std::string& what) {
  return Near(got, want, {0, 0}, what);
}

std::vector<float> Floats(const std::vector<double>& values) {
  return std::vector<float>(values.begin(), values.end());
}

std::vector<double> Doubles(const std::vector<float>& values) {
  return std::vector<double>(values.begin(), values.end());
}

}  // namespace nrnn::test
