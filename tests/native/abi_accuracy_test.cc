// How exact the kernels' elementary functions are, as seen through the C interface: at most 2 units
// in the last place from the value in double, over a dense sweep of floats.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "fixture.h"
#include "numbers.h"

namespace nrnn::test {
namespace {

constexpr double kMaxUlp = 2;

// |got - want| in units of the last place of want as a float (of the smallest normal number, below
// it).
double UlpError(float got, double want) {
  const double size = std::max(std::abs(want), double{std::numeric_limits<float>::min()});
  return std::abs(got - want) / std::ldexp(1.0, std::ilogb(size) - 23);
}

// Equal steps over [-limit, limit], and every power of two times 64 fractions down to the smallest
// normal float.
std::vector<float> Sweep(double limit) {
#ifdef NATIVERNN_SANITIZED
  constexpr int kSteps = 100000;
#else
  constexpr int kSteps = 1000000;
#endif
  std::vector<float> x;
  for (int k = -kSteps / 2; k <= kSteps / 2; ++k) {
    x.push_back(static_cast<float>(limit * k / (kSteps / 2)));
  }
  for (int exponent = -126; exponent < 7; ++exponent) {
    for (int k = 0; k < 64; ++k) {
      const auto value = static_cast<float>(std::ldexp(1 + k / 64.0, exponent));
      if (value > limit) continue;
      x.push_back(value);
      x.push_back(-value);
    }
  }
  return x;
}

class Accuracy : public testing::TestWithParam<int32_t> {
 protected:
  std::vector<float> Apply(nrnn_unary_op op, const std::vector<float>& values) const {
    const Device device(1, GetParam());
    const Buffer x(device, values);
    Check(nrnn_unary_forward(op, x.get(), x.get()));
    return x.Read();
  }

  // exact: the function in double.
  template <class Exact>
  void CheckSweep(nrnn_unary_op op, double limit, const Exact& exact) const {
    const std::vector<float> x = Sweep(limit);
    const std::vector<float> y = Apply(op, x);
    double worst = 0;
    size_t at = 0;
    for (size_t k = 0; k < x.size(); ++k) {
      const double error = UlpError(y[k], exact(static_cast<double>(x[k])));
      if (!(error <= worst)) {
        worst = error;
        at = k;
      }
    }
    RecordProperty("max_ulp", std::to_string(worst));
    EXPECT_LE(worst, kMaxUlp) << "at x = " << std::hexfloat << x[at] << ", got " << y[at];
  }
};

TEST_P(Accuracy, SigmoidIsWithinTwoUlp) {
  NRNN_SKIP_UNLESS_RUNS(GetParam());
  CheckSweep(NRNN_UNARY_SIGMOID, 87, [](double x) { return 1 / (1 + std::exp(-x)); });
}

TEST_P(Accuracy, TanhIsWithinTwoUlp) {
  NRNN_SKIP_UNLESS_RUNS(GetParam());
  CheckSweep(NRNN_UNARY_TANH, 12, [](double x) { return std::tanh(x); });
}

TEST_P(Accuracy, ExpIsWithinTwoUlp) {
  NRNN_SKIP_UNLESS_RUNS(GetParam());
  CheckSweep(NRNN_UNARY_EXP, 87, [](double x) { return std::exp(x); });
}

TEST_P(Accuracy, LimitsAndNan) {
  NRNN_SKIP_UNLESS_RUNS(GetParam());
  constexpr float kInfinity = std::numeric_limits<float>::infinity();
  const std::vector<float> x = {-kInfinity, -1000, -100,
                                100,        1000,  kInfinity,
                                0,          -0.0f, std::numeric_limits<float>::quiet_NaN()};
  const auto sigmoid = Apply(NRNN_UNARY_SIGMOID, x);
  const auto tanh = Apply(NRNN_UNARY_TANH, x);
  const auto exp = Apply(NRNN_UNARY_EXP, x);
  for (size_t k = 0; k < 8; ++k) {
    const double at = x[k];
    EXPECT_NEAR(sigmoid[k], 1 / (1 + std::exp(-at)), 1e-37) << at;
    EXPECT_EQ(tanh[k], static_cast<float>(std::tanh(at))) << at;
    if (at > 0) {
      EXPECT_EQ(exp[k], kInfinity) << at;
    } else {
      EXPECT_NEAR(exp[k], std::exp(at), 2e-38) << at;
    }
  }
  EXPECT_TRUE(std::signbit(tanh[7]));
  EXPECT_TRUE(std::isnan(sigmoid[8]) && std::isnan(tanh[8]) && std::isnan(exp[8]));
}

INSTANTIATE_TEST_SUITE_P(Targets, Accuracy, testing::ValuesIn(kTargets),
                         [](const auto& target) { return TargetName(target.param); });

}  // namespace
}  // namespace nrnn::test
