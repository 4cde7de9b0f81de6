// Softmax with cross-entropy against the reference.
#include <limits>

#include "ops_fixture.h"
#include "reference/rows.h"

namespace nrnn::test {
namespace {

constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();

using LossOps = OpsTest;
using reference::CrossEntropyShape;

struct Result {
  std::vector<float> losses, dlogits;
};

// dlogits overwrites the logits, if in_place.
Result RunLoss(const Device& device, const CrossEntropyShape& shape,
               const std::vector<double>& logits, const std::vector<int32_t>& targets,
               const std::vector<double>& dlosses, bool in_place, int64_t place = 3) {
  const Placed x(device, logits, place), losses(device, dlosses, 1), gradient(device, dlosses, 2);
  const Placed dx(device, logits, place + 4);
  const Buffer classes(device, targets);
  const nrnn_cross_entropy_args args = {
      shape.rows, shape.columns, shape.ignore_index, static_cast<float>(shape.label_smoothing),
      x.get(),    classes.get()};
  Check(nrnn_cross_entropy_forward(&args, losses.get()));
  const Placed& to = in_place ? x : dx;
  Check(nrnn_cross_entropy_backward(&args, gradient.get(), to.get()));
  EXPECT_TRUE(x.Alone() && losses.Alone() && dx.Alone());
  return {losses.Read(), to.Read()};
}

std::vector<int32_t> Targets(Numbers& numbers, const CrossEntropyShape& shape) {
  std::vector<int32_t> targets(static_cast<size_t>(shape.rows));
  for (int32_t& target : targets) {
    target = numbers.Integer(0, 4) == 0
                 ? shape.ignore_index
                 : static_cast<int32_t>(numbers.Integer(0, shape.columns - 1));
  }
  return targets;
}

TEST_P(LossOps, CrossEntropyMatchesReferenceAtEveryWidth) {
  for (int64_t columns = 1; columns <= 70; columns += SweepStride()) {
    for (const float smoothing : {0.0f, 0.1f, 1.0f}) {
      const CrossEntropyShape shape = {columns % 6 + 1, columns, -100, smoothing};
      const std::string what =
          "columns" + std::to_string(columns) + "_smoothing" + std::to_string(smoothing);
      Numbers numbers(static_cast<uint64_t>(columns));
      const auto logits = numbers.Reals(shape.rows * columns, 10),
                 dlosses = numbers.Reals(shape.rows);
      const auto targets = Targets(numbers, shape);
      const Result got = RunLoss(one(), shape, logits, targets, dlosses, columns % 2 == 0);
      // A loss is a difference of numbers up to 40, whatever it is itself.
      const auto losses = reference::CrossEntropyForward(shape, logits, targets);
      auto scale = losses;
      scale.push_back(40);
      const auto terms = static_cast<double>(columns);
      EXPECT_TRUE(Near(got.losses, losses, SumTolerance(terms, scale, 1), what));
      const auto dlogits = reference::CrossEntropyBackward(shape, logits, targets, dlosses);
      auto one_hot = dlogits;
      one_hot.push_back(1);
      EXPECT_TRUE(Near(got.dlogits, dlogits, SumTolerance(terms, one_hot, 1), what));
    }
  }
}

// Rows that begin at 16 bytes and such that do not, as wide as several warps.
TEST_P(LossOps, CrossEntropyOfWideRowsMatchesReference) {
  for (const int64_t columns : {132, 1025, 5000}) {
    for (const int64_t place : {0, 4, 1}) {
      const CrossEntropyShape shape = {3, columns, -1, 0.1};
      const std::string what = "columns" + std::to_string(columns);
      Numbers numbers(static_cast<uint64_t>(columns));
      const auto logits = numbers.Reals(shape.rows * columns, 10);
      const auto dlosses = numbers.Reals(shape.rows);
      const std::vector<int32_t> targets = {static_cast<int32_t>(columns - 1), -1, 0};
      const Result got = RunLoss(one(), shape, logits, targets, dlosses, place == 4, place);
      auto losses = reference::CrossEntropyForward(shape, logits, targets);
      const auto terms = static_cast<double>(columns);
      EXPECT_TRUE(Near(got.losses, losses, SumTolerance(terms, losses, 1), what));
      const auto dlogits = reference::CrossEntropyBackward(shape, logits, targets, dlosses);
      EXPECT_TRUE(Near(got.dlogits, dlogits, SumTolerance(terms, dlogits, 1), what));
    }
  }
}

TEST_P(LossOps, LargeLogitsLoseNoDigits) {
  const CrossEntropyShape shape = {1, 3, -1, 0};
  const std::vector<double> logits = {10000, 10001, 9990};
  const Result got = RunLoss(one(), shape, logits, {0}, {1}, false);
  const auto want = reference::CrossEntropyForward(shape, logits, {0});
  EXPECT_TRUE(Near(got.losses, want, SumTolerance(1, {}), "loss"));
}

TEST_P(LossOps, NaNReachesItsRowOnly) {
  const CrossEntropyShape shape = {3, 2, -1, 0};
  const Result got =
      RunLoss(one(), shape, {0, 0, kNaN, 0, kNaN, kNaN}, {1, 1, -1}, {1, 1, 1}, false);
  EXPECT_FLOAT_EQ(got.losses[0], 0.693147181f);
  EXPECT_TRUE(std::isnan(got.losses[1]));
  EXPECT_EQ(got.losses[2], 0);  // ignored
  EXPECT_TRUE(Same(got.dlogits, {0.5, -0.5, kNaN, kNaN, 0, 0}, "dlogits"));
}

TEST_P(LossOps, ThreadsGiveTheSameBits) {
  const CrossEntropyShape shape = {1500, 65, -1, 0.05};
  Numbers numbers(5);
  const auto logits = numbers.Reals(shape.rows * shape.columns, 8),
             dlosses = numbers.Reals(shape.rows);
  const auto targets = Targets(numbers, shape);
  const Result with_one = RunLoss(one(), shape, logits, targets, dlosses, false);
  const Result with_three = RunLoss(three(), shape, logits, targets, dlosses, true);
  EXPECT_TRUE(SameBits(with_three.losses, with_one.losses, "losses"));
  EXPECT_TRUE(SameBits(with_three.dlogits, with_one.dlogits, "dlogits"));
}

// On a CPU by the call itself, before anything is written; on a GPU by the next call that waits,
// once, and the wrong rows are NaN.
TEST_P(LossOps, TargetsOutOfRangeAreRefused) {
  const bool gpu = one().IsGpu();
  const Buffer logits(one(), 4), losses(one(), std::vector<float>{7, 7});
  const Buffer dlosses(one(), std::vector<float>{2, 2}), dlogits(one(), std::vector<float>(4, 7));
  const Buffer targets(one(), std::vector<int32_t>{1, 2});
  const nrnn_cross_entropy_args args = {2, 2, -100, 0, logits.get(), targets.get()};
  const auto expect_refused = [&](nrnn_status status) {
    EXPECT_EQ(status == NRNN_OK, gpu);
    EXPECT_EQ(Done(one(), status), NRNN_INVALID_ARGUMENT);
    EXPECT_EQ(LastReason(), "targets[1] is 2, must be 0..1 or ignore_index (-100)");
    EXPECT_EQ(nrnn_device_synchronize(one().get()), NRNN_OK);
  };
  expect_refused(nrnn_cross_entropy_forward(&args, losses.get()));
  expect_refused(nrnn_cross_entropy_backward(&args, dlosses.get(), dlogits.get()));
  const auto loss = losses.Read();
  EXPECT_FLOAT_EQ(loss[0], gpu ? 0.693147181f : 7);
  EXPECT_EQ(std::isnan(loss[1]), gpu);
  const std::vector<double> on_gpu = {1, -1, kNaN, kNaN};
  EXPECT_TRUE(Same(dlogits.Read(), gpu ? on_gpu : std::vector<double>(4, 7), "dlogits"));
}

NRNN_INSTANTIATE_TARGETS(LossOps);

}  // namespace
}  // namespace nrnn::test
