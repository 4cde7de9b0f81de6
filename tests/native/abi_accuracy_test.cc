// How exact the kernels' elementary functions are, as seen through the C interface: within what
// math-inl.h states of the value in double, over a dense sample of all floats.
#include <gtest/gtest.h>

#include <cmath>
#include <cstring>
#include <limits>

#include "accuracy.h"
#include "fixture.h"
#include "numbers.h"
#include "selection.h"

namespace nrnn::test {
namespace {

// Every 1021st of all 2^32 floats, a prime, so that every exponent and all low bits occur. The
// target full_accuracy takes every float.
const uint32_t kStride = Slow() ? 65521 : 1021;

class Accuracy : public testing::TestWithParam<int32_t> {
 protected:
  std::vector<float> Apply(nrnn_unary_op op, const std::vector<float>& values) const {
    const Device device(1, GetParam());
    const Buffer x(device, values);
    Check(nrnn_unary_forward(op, x.get(), x.get()));
    return x.Read();
  }
};

TEST_P(Accuracy, IsWithinWhatIsStated) {
  NRNN_SKIP_UNLESS_RUNS(GetParam());
  const Device device(1, GetParam());
  for (const ElementaryFunction& function : kElementaryFunctions) {
    const WorstError worst =
        MeasureError(device, function, {0, kStride, (int64_t{1} << 32) / kStride});
    RecordProperty(std::string("max_ulp_") + function.name, std::to_string(worst.ulp));
    EXPECT_LE(worst.ulp, function.max_ulp) << function.name << ": " << worst.Text();
  }
}

// All floats around the bounds between the formulas, and where functions begin to saturate.
TEST_P(Accuracy, IsWithinWhatIsStatedAtTheSeams) {
  NRNN_SKIP_UNLESS_RUNS(GetParam());
  constexpr uint32_t kHalf = 2000;
  const Device device(1, GetParam());
  for (const float seam : {0.35f, 9.1f, 0.3466f, 0.7071f, 1.4142f, 0.8814f, 17.3f, 80.0f, 87.34f,
                           87.68f, 88.0f, 88.37f, 88.73f, 103.97f, 1.17549435e-38f}) {
    for (const float x : {seam, -seam}) {
      uint32_t bits;
      std::memcpy(&bits, &x, sizeof(bits));
      for (const ElementaryFunction& function : kElementaryFunctions) {
        const WorstError worst = MeasureError(device, function, {bits - kHalf, 1, 2 * kHalf});
        EXPECT_LE(worst.ulp, function.max_ulp) << function.name << ": " << worst.Text();
      }
    }
  }
}

// The measure itself.
TEST(UlpError, CountsUnitsOfTheLastPlace) {
  constexpr float kInfinity = std::numeric_limits<float>::infinity();
  EXPECT_EQ(UlpError(1, 1), 0);
  EXPECT_EQ(UlpError(std::nextafter(1.0f, 2.0f), 1), 1);
  EXPECT_EQ(UlpError(-1, -1 - std::ldexp(1.0, -24)), 0.5);
  EXPECT_EQ(UlpError(0, std::ldexp(3.0, -149)), 3);
  EXPECT_EQ(UlpError(kInfinity, 1e300), 0);
  EXPECT_EQ(UlpError(std::numeric_limits<float>::max(), 1e300), 0.5);
  EXPECT_EQ(UlpError(std::nanf(""), std::nan("")), 0);
  EXPECT_EQ(UlpError(std::nanf(""), 1), std::numeric_limits<double>::infinity());
  EXPECT_EQ(UlpError(1, std::nan("")), std::numeric_limits<double>::infinity());
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

INSTANTIATE_TEST_SUITE_P(Targets, Accuracy, testing::ValuesIn(Targets()),
                         [](const auto& target) { return TargetName(target.param); });

}  // namespace
}  // namespace nrnn::test
