// NaN comes out as NaN, wherever it goes in: a model that diverges must show it, not look healthy.
// (Recurrent layers: rnn_options_test.cc; products: gemm_test.cc.)
#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "fixture.h"

namespace nrnn::test {
namespace {

constexpr float kNan = std::numeric_limits<float>::quiet_NaN();

class Nan : public testing::TestWithParam<int32_t> {
 protected:
  // Numbers with one NaN.
  static std::vector<float> With(size_t length, size_t at) {
    std::vector<float> values(length);
    for (size_t k = 0; k < length; ++k) values[k] = 0.25f * static_cast<float>(k % 9) + 0.5f;
    values[at] = kNan;
    return values;
  }
};

TEST_P(Nan, StaysInUnaryOperations) {
  NRNN_SKIP_UNLESS_RUNS(GetParam());
  const Device device(1, GetParam());
  for (int32_t op = NRNN_UNARY_NEGATE; op <= NRNN_UNARY_GELU; ++op) {
    for (size_t at = 0; at < 37; ++at) {
      const Buffer x(device, With(37, at));
      Check(nrnn_unary_forward(op, x.get(), x.get()));
      const auto y = x.Read();
      for (size_t k = 0; k < y.size(); ++k) ASSERT_EQ(std::isnan(y[k]), k == at) << "op " << op;
    }
  }
}

TEST_P(Nan, WinsTheMaximum) {
  NRNN_SKIP_UNLESS_RUNS(GetParam());
  const Device device(1, GetParam());
  for (const nrnn_axis& axis : {nrnn_axis{1, 37, 1}, nrnn_axis{1, 1, 37}, nrnn_axis{1, 5, 7}}) {
    const int64_t length = axis.length * axis.inner;
    for (int64_t at = 0; at < length; ++at) {
      const Buffer x(device, With(static_cast<size_t>(length), static_cast<size_t>(at)));
      const Buffer y(device, axis.inner);
      Check(nrnn_max_forward(&axis, x.get(), y.get()));
      const auto maxima = y.Read();
      for (int64_t k = 0; k < axis.inner; ++k) {
        ASSERT_EQ(std::isnan(maxima[static_cast<size_t>(k)]), k == at % axis.inner) << at;
      }
    }
  }
}

TEST_P(Nan, FillsItsRowOfSoftmax) {
  NRNN_SKIP_UNLESS_RUNS(GetParam());
  const Device device(1, GetParam());
  constexpr int64_t kColumns = 37;
  for (const int32_t logarithm : {0, 1}) {
    for (size_t at = 0; at < 2 * kColumns; ++at) {
      const Buffer x(device, With(2 * kColumns, at)), y(device, 2 * kColumns);
      Check(nrnn_softmax_forward(2, kColumns, logarithm, x.get(), y.get()));
      const auto values = y.Read();
      for (size_t k = 0; k < values.size(); ++k) {
        ASSERT_EQ(std::isnan(values[k]), k / kColumns == at / kColumns) << at;
      }
    }
  }
}

TEST_P(Nan, ShowsInTheLoss) {
  NRNN_SKIP_UNLESS_RUNS(GetParam());
  const Device device(1, GetParam());
  constexpr int64_t kColumns = 37;
  const Buffer targets(device, std::vector<int32_t>{3, 30});
  const Buffer losses(device, 2), dlosses(device, std::vector<float>{1, 1});
  const Buffer dlogits(device, 2 * kColumns);
  for (const float smoothing : {0.0f, 0.1f}) {
    for (size_t at = 0; at < 2 * kColumns; ++at) {
      const Buffer logits(device, With(2 * kColumns, at));
      const nrnn_cross_entropy_args args = {2,         kColumns,     -100,
                                            smoothing, logits.get(), targets.get()};
      Check(nrnn_cross_entropy_forward(&args, losses.get()));
      Check(nrnn_cross_entropy_backward(&args, dlosses.get(), dlogits.get()));
      const auto loss = losses.Read();
      const auto gradient = dlogits.Read();
      ASSERT_EQ(std::isnan(loss[0]), at < kColumns) << at;
      ASSERT_EQ(std::isnan(loss[1]), at >= kColumns) << at;
      ASSERT_TRUE(std::isnan(gradient[at / kColumns * kColumns])) << at;
    }
  }
}

TEST_P(Nan, ScalesNoGradientButShowsInTheNorm) {
  NRNN_SKIP_UNLESS_RUNS(GetParam());
  const Device device(1, GetParam());
  const Buffer gradient(device, std::vector<float>{3, kNan, 4});
  nrnn_buffer* const gradients[] = {gradient.get()};
  float norm = 0;
  Check(nrnn_clip_global_norm(gradients, 1, 1, &norm));
  EXPECT_TRUE(std::isnan(norm));
  EXPECT_EQ(gradient.Read()[0], 3);
}

INSTANTIATE_TEST_SUITE_P(Targets, Nan, testing::ValuesIn(Targets()),
                         [](const auto& target) { return TargetName(target.param); });

}  // namespace
}  // namespace nrnn::test
