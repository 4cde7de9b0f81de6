// The same bits for any number of threads: forward and backward of every cell, of sizes whose work
// is split over the rows of the batch, over hidden units, over directions and over blocks of dW.
#include <gtest/gtest.h>

#include <memory>

#include "fixture.h"
#include "numbers.h"
#include "rnn_run.h"
#include "selection.h"

namespace nrnn::test {
namespace {

const int64_t kBatchStride = Slow() ? 3 : 1;

struct DeterminismParam {
  Cell cell;
  int32_t target;
};
void PrintTo(const DeterminismParam& param, std::ostream* out) {
  *out << CellName(param.cell) << " " << TargetName(param.target);
}

std::vector<DeterminismParam> Params() {
  std::vector<DeterminismParam> params;
  for (const int32_t target : Targets()) {
    for (const Cell cell : kCells) params.push_back({cell, target});
  }
  return params;
}

class Determinism : public testing::TestWithParam<DeterminismParam> {
 protected:
  void SetUp() override {
    const int32_t target = GetParam().target;
    NRNN_SKIP_UNLESS_RUNS(target);
    // 8 twice: threads of one pool may meet in another order.
    for (const int32_t threads : {1, 2, 3, 8, 8}) {
      devices_.push_back(std::make_unique<Device>(threads, target));
    }
  }

  RnnCase Case(int64_t batch, int64_t hidden, int64_t layers, int64_t directions) const {
    RnnCase rnn_case;
    rnn_case.shape = {GetParam().cell, layers, directions, false, true, 31, hidden, 0.0f};
    rnn_case.steps = 4;
    rnn_case.batch = batch;
    rnn_case.seed = batch + 10 * layers + directions;
    return rnn_case;
  }

  void ExpectSameBits(const RnnCase& rnn_case) const {
    if (!Selected(rnn_case.Name())) return;
    const std::string repro = Repro(rnn_case.Name());
    const auto sequence = MakeSequence(rnn_case);
    const auto gradients = MakeOutputGradients(rnn_case);
    const nrnn_rnn_config config = rnn_case.Config();
    const auto one = RunRnn(*devices_[0], config, sequence, gradients);
    for (size_t k = 1; k < devices_.size(); ++k) {
      EXPECT_TRUE(SameResults(RunRnn(*devices_[k], config, sequence, gradients), one,
                              repro + " (device " + std::to_string(k) + ", then 1 thread)"));
    }
  }

  std::vector<std::unique_ptr<Device>> devices_;
};

// Batches with fewer rows than threads, and hidden units enough that the threads share those.
TEST_P(Determinism, SmallBatches) {
  for (int64_t batch = 1; batch <= 8; batch += kBatchStride) {
    for (const int64_t directions : {1, 2}) {
      ExpectSameBits(Case(batch, 209, 1 + batch % 3, directions));
    }
  }
}

TEST_P(Determinism, SmallBatchesOfEveryDepth) {
  for (const int64_t batch : {1, 2, 5}) {
    for (int64_t layers = 1; layers <= 3; ++layers) {
      RnnCase rnn_case = Case(batch, 256, layers, 1 + (batch + layers) % 2);
      rnn_case.steps = 3;
      rnn_case.states = true;
      ExpectSameBits(rnn_case);
    }
  }
}

TEST_P(Determinism, SmallBatchesWithoutReserve) {
  for (int64_t batch = 1; batch <= 8; batch += kBatchStride) {
    RnnCase rnn_case = Case(batch, 203, 2, 1 + batch % 2);
    rnn_case.training = false;
    ExpectSameBits(rnn_case);
  }
}

// Long enough that the layers run side by side, each some steps behind the one below: as one task,
// as slices of the batch and as teams.
TEST_P(Determinism, LayersSideBySide) {
  const std::vector<int64_t> batches =
      kBatchStride == 1 ? std::vector<int64_t>{1, 2, 3, 17} : std::vector<int64_t>{3};
  for (const int64_t batch : batches) {
    for (const bool training : {true, false}) {
      RnnCase rnn_case = Case(batch, batch == 1 ? 203 : 37, 2 + batch % 2, 1);
      rnn_case.steps = 70;
      rnn_case.training = training;
      rnn_case.states = true;
      rnn_case.lengths = batch == 3;
      rnn_case.shape.batch_first = batch == 17;
      ExpectSameBits(rnn_case);
    }
  }
}

TEST_P(Determinism, LengthsAndDropout) {
  for (const int64_t batch : {2, 5, 8}) {
    RnnCase rnn_case = Case(batch, 205, 2, 2);
    rnn_case.steps = 7;
    rnn_case.shape.dropout = 0.3f;
    rnn_case.shape.batch_first = batch == 5;
    rnn_case.lengths = true;
    rnn_case.states = true;
    ExpectSameBits(rnn_case);
  }
}

TEST_P(Determinism, LargerBatches) {
  for (const int64_t batch : {13, 33, 65}) {
    for (const int64_t hidden : {1, 67, 130}) {
      ExpectSameBits(Case(batch, hidden, 1 + batch % 2, 1 + hidden % 2));
    }
  }
}

INSTANTIATE_TEST_SUITE_P(Cells, Determinism, testing::ValuesIn(Params()), [](const auto& param) {
  return CellName(param.param.cell) + "_" + TargetName(param.param.target);
});

}  // namespace
}  // namespace nrnn::test
