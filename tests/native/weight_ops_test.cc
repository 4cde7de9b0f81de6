// Penalties on weights, their largest norms and their averages against the reference.
#include "ops_fixture.h"
#include "reference/optimizers.h"

namespace nrnn::test {
namespace {

using WeightOps = OpsTest;

TEST_P(WeightOps, RegularizeMatchesReference) {
  for (int64_t length = 1; length <= 70; length += SweepStride()) {
    Numbers numbers(static_cast<uint64_t>(length));
    auto w = numbers.Reals(length), v = numbers.Reals(71 - length);
    w[0] = 0;  // where |w| has no derivative, it counts as 0
    auto dw = numbers.Reals(length), dv = numbers.Reals(71 - length);
    const Placed a(one(), w, 1), b(one(), v, 2), da(one(), dw, 3), db(one(), dv, 5);
    nrnn_buffer *const parameters[] = {a.get(), b.get()}, *const gradients[] = {da.get(), db.get()};
    const float l1[] = {0.125f, 0}, l2[] = {0.25f, 0.5f};
    nrnn_regularize_args args = {2, l1, l2, parameters, nullptr};
    float penalty = -1, again = -1;
    Check(nrnn_regularize(&args, &penalty));
    args.gradients = gradients;
    Check(nrnn_regularize(&args, &again));
    const std::string what = std::to_string(length);
    const double want = reference::Regularize<double>(0.125, 0.25, w, dw) +
                        reference::Regularize<double>(0, 0.5, v, dv);
    EXPECT_TRUE(Near({penalty, again}, {want, want}, SumTolerance(1, {want}), what));
    EXPECT_TRUE(Near(da.Read(), dw, SumTolerance(2, dw), what));
    EXPECT_TRUE(Near(db.Read(), dv, SumTolerance(2, dv), what));
    EXPECT_TRUE(da.Alone() && db.Alone());
  }
}

TEST(WeightReference, RegularizeGradientIsTheDerivative) {
  Numbers numbers(4);
  auto w = numbers.Reals(9);
  std::vector<double> dw(9), ignored(9);
  reference::Regularize<double>(0.3, 0.7, w, dw);
  constexpr double kStep = 1e-5;
  for (size_t k = 0; k < w.size(); ++k) {
    auto up = w, down = w;
    up[k] += kStep;
    down[k] -= kStep;
    const double slope = (reference::Regularize<double>(0.3, 0.7, up, ignored) -
                          reference::Regularize<double>(0.3, 0.7, down, ignored)) /
                         (2 * kStep);
    EXPECT_NEAR(dw[k], slope, 1e-8);
  }
}

TEST_P(WeightOps, MaxNormMatchesReference) {
  for (int64_t length = 1; length <= 70; length += SweepStride()) {
    for (const nrnn_axis &axis :
         {nrnn_axis{5, length, 1}, nrnn_axis{1, 3, length}, nrnn_axis{2, length, 300}}) {
      Numbers numbers(static_cast<uint64_t>(length));
      auto want = numbers.Reals(axis.outer * axis.length * axis.inner);
      want[0] = 0;
      const Placed x(one(), want, 3);
      Check(nrnn_max_norm(&axis, 1.25f, x.get()));
      reference::MaxNorm<double>(axis.outer, axis.length, axis.inner, 1.25, want);
      EXPECT_TRUE(Near(x.Read(), want, SumTolerance(1, want), std::to_string(length)));
      EXPECT_TRUE(x.Alone());
    }
  }
}

// Runs that many threads of a GPU share.
TEST_P(WeightOps, MaxNormMatchesReferenceOfLongRuns) {
  for (const nrnn_axis &axis : {nrnn_axis{3, 2001, 1}, nrnn_axis{2, 701, 45}}) {
    Numbers numbers(5);
    auto want = numbers.Reals(axis.outer * axis.length * axis.inner);
    const Placed x(three(), want, 3);
    Check(nrnn_max_norm(&axis, 15, x.get()));
    reference::MaxNorm<double>(axis.outer, axis.length, axis.inner, 15, want);
    EXPECT_TRUE(Near(x.Read(), want, SumTolerance(1, want), std::to_string(axis.length)));
    EXPECT_TRUE(x.Alone());
  }
}

TEST_P(WeightOps, MovingAverageMatchesTheEquation) {
  const double decay = static_cast<double>(0.9f);
  for (int64_t length = 1; length <= 70; length += SweepStride()) {
    Numbers numbers(static_cast<uint64_t>(length));
    auto average = numbers.Reals(length);
    const auto value = numbers.Reals(length);
    const Placed a(one(), average, 1), v(one(), value, 2);
    nrnn_buffer *const averages[] = {a.get()}, *const values[] = {v.get()};
    Check(nrnn_moving_average(averages, values, 1, 0.9f));
    for (size_t k = 0; k < average.size(); ++k) {
      average[k] = decay * average[k] + (1 - decay) * value[k];
    }
    EXPECT_TRUE(Near(a.Read(), average, SumTolerance(1, average), std::to_string(length)));
    EXPECT_TRUE(a.Alone());
  }
}

NRNN_INSTANTIATE_TARGETS(WeightOps);

}  // namespace
}  // namespace nrnn::test
