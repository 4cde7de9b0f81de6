// Recurrent kernels against the reference over an awkward grid: every size from 1 to 70 of every
// dimension, with options drawn for each case; every instruction set; 1, 2 and 3 threads, which
// must give the same bits.
#include <gtest/gtest.h>

#include <tuple>

#include "numbers.h"
#include "rnn_run.h"
#include "selection.h"

namespace nrnn::test {
namespace {

constexpr int64_t kLargest = 70;
// Of a random mix: the reference takes some nanoseconds for each.
const double kSweepWork = SweepStride() == 1 ? 5e6 : 5e5;

class RnnSweep : public testing::TestWithParam<std::tuple<Cell, int32_t>> {
 protected:
  Cell cell() const { return std::get<0>(GetParam()); }
  int32_t target() const { return std::get<1>(GetParam()); }

  // Runs make(size) for the sizes of the grid, with options drawn for each.
  template <class Make>
  void Sweep(const Make& make) const {
    NRNN_SKIP_UNLESS_RUNS(target());
    const ThreadCounts devices(target());
    for (int64_t size = 1; size <= kLargest; size += SweepStride()) {
      for (int64_t draw = 0; draw < (SweepStride() == 1 ? 2 : 1); ++draw) {
        RnnCase rnn_case;
        rnn_case.shape.cell = cell();
        make(size, rnn_case);
        const int64_t seed = 10000 * static_cast<int64_t>(cell()) + 1000 * draw + size;
        rnn_case = WithRandomOptions(rnn_case, static_cast<uint64_t>(seed));
        if (!Selected(rnn_case.Name())) continue;
        ASSERT_TRUE(devices.Check(rnn_case));
      }
    }
  }
};

void SetSizes(RnnCase& rnn_case, int64_t steps, int64_t batch, int64_t input, int64_t hidden) {
  rnn_case.steps = steps;
  rnn_case.batch = batch;
  rnn_case.shape.input = input;
  rnn_case.shape.hidden = hidden;
}

TEST_P(RnnSweep, HiddenSizesMatchReference) {
  Sweep([](int64_t size, RnnCase& rnn_case) { SetSizes(rnn_case, 3, 5, 7, size); });
}

TEST_P(RnnSweep, InputSizesMatchReference) {
  Sweep([](int64_t size, RnnCase& rnn_case) { SetSizes(rnn_case, 3, 5, size, 9); });
}

TEST_P(RnnSweep, BatchSizesMatchReference) {
  Sweep([](int64_t size, RnnCase& rnn_case) { SetSizes(rnn_case, 3, size, 5, 11); });
}

TEST_P(RnnSweep, StepCountsMatchReference) {
  Sweep([](int64_t size, RnnCase& rnn_case) { SetSizes(rnn_case, size, 3, 5, 7); });
}

TEST_P(RnnSweep, OneStepOfOneRowMatchesReference) {
  Sweep([](int64_t size, RnnCase& rnn_case) { SetSizes(rnn_case, 1, 1, 1 + size % 19, size); });
}

TEST_P(RnnSweep, RandomMixesMatchReference) {
  NRNN_SKIP_UNLESS_RUNS(target());
  const ThreadCounts devices(target());
  Numbers numbers(static_cast<uint64_t>(cell()) + 99);
  for (int k = 0; k < 100 / SweepStride();) {
    RnnCase rnn_case;
    rnn_case.shape.cell = cell();
    SetSizes(rnn_case, numbers.Integer(1, kLargest), numbers.Integer(1, kLargest),
             numbers.Integer(1, kLargest), numbers.Integer(1, kLargest));
    rnn_case = WithRandomOptions(rnn_case, numbers.Next() % 100000);
    if (Work(rnn_case) > kSweepWork) continue;
    ++k;
    if (!Selected(rnn_case.Name())) continue;
    ASSERT_TRUE(devices.Check(rnn_case));
  }
}

// Sizes beyond one tile or block in every dimension, and one row with many hidden units.
TEST_P(RnnSweep, LargeShapesMatchReference) {
  NRNN_SKIP_UNLESS_RUNS(target());
  const ThreadCounts devices(target());
  for (const int64_t batch : {1, 37, 130}) {
    RnnCase rnn_case;
    rnn_case.shape.cell = cell();
    SetSizes(rnn_case, batch == 1 ? 9 : 3, batch, 83, batch == 1 ? 300 : 131);
    rnn_case.shape.directions = batch == 37 ? 2 : 1;
    rnn_case.lengths = batch == 130;
    rnn_case.states = true;
    if (!Selected(rnn_case.Name())) continue;
    ASSERT_TRUE(devices.Check(rnn_case));
  }
}

INSTANTIATE_TEST_SUITE_P(All, RnnSweep,
                         testing::Combine(testing::ValuesIn(kCells), testing::ValuesIn(Targets())),
                         [](const auto& test) {
                           return CellName(std::get<0>(test.param)) + "_" +
                                  TargetName(std::get<1>(test.param));
                         });

}  // namespace
}  // namespace nrnn::test
