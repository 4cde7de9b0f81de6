// Streams against the reference, with the weights as they are stored: every hidden and input size
// from 1 to 70, one to three layers, batches of 1 to 5, every cell, storage and instruction set.
#include <gtest/gtest.h>

#include <tuple>

#include "numbers.h"
#include "selection.h"
#include "stream_run.h"

namespace nrnn::test {
namespace {

constexpr int64_t kLargest = 70;

class StreamSweep : public testing::TestWithParam<std::tuple<Cell, int32_t>> {
 protected:
  Cell cell() const { return std::get<0>(GetParam()); }
  int32_t target() const { return std::get<1>(GetParam()); }

  void CheckAll(const Device& device, const RnnCase& rnn_case) const {
    if (!Selected(rnn_case.Name())) return;
    for (const nrnn_weight_storage storage : kStorages) {
      ASSERT_TRUE(CheckStream(device, rnn_case, storage));
    }
  }
};

RnnCase WithOptions(RnnCase rnn_case, int64_t seed) {
  Numbers numbers(static_cast<uint64_t>(seed));
  rnn_case.seed = seed;
  rnn_case.shape.layers = numbers.Integer(1, 3);
  rnn_case.shape.bias = numbers.Integer(0, 3) > 0;
  rnn_case.shape.batch_first = numbers.Coin();  // of the plan; a stream takes steps in any case
  rnn_case.shape.dropout = numbers.Coin() ? 0.5f : 0.0f;  // of the plan; a stream has none
  rnn_case.states = numbers.Coin();
  return rnn_case;
}

TEST_P(StreamSweep, HiddenSizesMatchReference) {
  NRNN_SKIP_UNLESS_RUNS(target());
  const Device device(1, target());
  for (int64_t size = 1; size <= kLargest; size += SweepStride()) {
    CheckAll(device, WithOptions(StreamCase(cell(), 4, 1 + size % 5, 7, size), size));
  }
}

TEST_P(StreamSweep, InputSizesMatchReference) {
  NRNN_SKIP_UNLESS_RUNS(target());
  const Device device(1, target());
  for (int64_t size = 1; size <= kLargest; size += SweepStride()) {
    CheckAll(device, WithOptions(StreamCase(cell(), 4, 1 + size % 3, size, 9), 100 + size));
  }
}

// Several panels of columns; and an input so wide that its integers take less than 16 bits.
TEST_P(StreamSweep, LargeSizesMatchReference) {
  NRNN_SKIP_UNLESS_RUNS(target());
  const Device device(1, target());
  CheckAll(device, StreamCase(cell(), 3, 1, 130, 200));
  CheckAll(device, StreamCase(cell(), 3, 7, 1100, 50));
}

INSTANTIATE_TEST_SUITE_P(All, StreamSweep,
                         testing::Combine(testing::ValuesIn(kCells), testing::ValuesIn(Targets())),
                         [](const auto& test) {
                           return CellName(std::get<0>(test.param)) + "_" +
                                  TargetName(std::get<1>(test.param));
                         });

}  // namespace
}  // namespace nrnn::test
