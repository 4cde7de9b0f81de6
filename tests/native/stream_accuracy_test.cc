// What each storage costs: the distance of 100 steps' outputs from the double reference with the
// exact weights, usual initialisation, inputs uniform in [-1, 1). Printed, and held to a bound.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <tuple>

#include "numbers.h"
#include "stream_run.h"

namespace nrnn::test {
namespace {

constexpr int64_t kSteps = 100;

// Relative to the largest and to the mean square of the exact outputs.
struct StreamError {
  double largest, mean;
};

StreamError Compare(const std::vector<float>& got, const std::vector<double>& want) {
  double off_largest = 0, off_squares = 0, largest = 0, squares = 0;
  for (size_t k = 0; k < want.size(); ++k) {
    const double off = static_cast<double>(got[k]) - want[k];
    off_largest = std::max(off_largest, std::abs(off));
    off_squares += off * off;
    largest = std::max(largest, std::abs(want[k]));
    squares += want[k] * want[k];
  }
  return {off_largest / largest, std::sqrt(off_squares / squares)};
}

// The bounds that the documentation states. A weight of bf16 is off by at most 2^-9 of itself, one
// of int8 by 2^-8 of its row's largest; sums over many inputs leave about that much.
StreamError Bound(nrnn_weight_storage storage) {
  switch (storage) {
    case NRNN_WEIGHT_STORAGE_FLOAT32:
      return {2e-6, 1e-6};
    case NRNN_WEIGHT_STORAGE_BFLOAT16:
      return {0.005, 0.0025};
    case NRNN_WEIGHT_STORAGE_INT8:
      return {0.012, 0.006};
  }
  return {0, 0};
}

class StreamAccuracy : public testing::TestWithParam<std::tuple<Cell, int64_t>> {};

TEST_P(StreamAccuracy, ErrorIsWithinStatedBound) {
  const auto [cell, size] = GetParam();
  const RnnCase rnn_case = StreamCase(cell, kSteps, 1, size, size);
  const auto want = reference::RnnForward(rnn_case.shape, MakeSequence(rnn_case)).y;
  const Device device(1);
  for (const nrnn_weight_storage storage : kStorages) {
    const Weights weights = PackCase(device, rnn_case, storage);
    const StreamError error = Compare(RunStream(weights, rnn_case, {kSteps}).y, want);
    std::printf("%-16s H %3d %-8s largest error %.1e, root mean square %.1e\n",
                CellName(cell).c_str(), static_cast<int>(size), StorageName(storage).c_str(),
                error.largest, error.mean);
    EXPECT_LE(error.largest, Bound(storage).largest) << StorageName(storage);
    EXPECT_LE(error.mean, Bound(storage).mean) << StorageName(storage);
  }
}

INSTANTIATE_TEST_SUITE_P(All, StreamAccuracy,
                         testing::Combine(testing::ValuesIn(kCells), testing::Values(128, 512)),
                         [](const auto& test) {
                           return CellName(std::get<0>(test.param)) + "_H" +
                                  std::to_string(std::get<1>(test.param));
                         });

}  // namespace
}  // namespace nrnn::test
