// Cells with options against the reference: each option alone and random mixes over awkward sizes,
// every instruction set, the same bits for any number of threads; and what the options leave alone.
#include <gtest/gtest.h>

#include <algorithm>
#include <tuple>

#include "numbers.h"
#include "rnn_run.h"
#include "selection.h"
#include "variant_case.h"

namespace nrnn::test {
namespace {

constexpr int64_t kLargest = 70;
const double kVariantWork = SweepStride() == 1 ? 2e6 : 4e5;

class VariantSweep : public testing::TestWithParam<std::tuple<Cell, int32_t>> {
 protected:
  Cell cell() const { return std::get<0>(GetParam()); }
  int32_t target() const { return std::get<1>(GetParam()); }

  RnnCase CaseOf(int64_t steps, int64_t batch, int64_t input, int64_t hidden) const {
    RnnCase rnn_case;
    rnn_case.shape.cell = cell();
    rnn_case.steps = steps;
    rnn_case.batch = batch;
    rnn_case.shape.input = input;
    rnn_case.shape.hidden = hidden;
    return rnn_case;
  }

  static void Expect(const ThreadCounts& devices, const RnnCase& rnn_case) {
    if (Selected(rnn_case.Name())) {
      EXPECT_TRUE(devices.Check(rnn_case));
    }
  }
};

TEST_P(VariantSweep, EachOptionMatchesReference) {
  NRNN_SKIP_UNLESS_RUNS(target());
  const ThreadCounts devices(target());
  for (const int64_t hidden : {5, 33}) {
    RnnCase rnn_case = CaseOf(4, 7, 6, hidden);
    rnn_case.shape.layers = rnn_case.shape.directions = 2;
    rnn_case.lengths = rnn_case.states = true;
    for (const RnnOptions& options : SingleOptions(cell(), hidden)) {
      rnn_case.shape.options = options;
      rnn_case.training = true;
      Expect(devices, rnn_case);
      rnn_case.training = false;
      Expect(devices, rnn_case);
    }
  }
}

TEST_P(VariantSweep, HiddenSizesMatchReference) {
  NRNN_SKIP_UNLESS_RUNS(target());
  const ThreadCounts devices(target());
  for (int64_t size = 1; size <= kLargest; size += SweepStride()) {
    Expect(devices, WithRandomVariant(CaseOf(3, 5, 7, size), static_cast<uint64_t>(size)));
  }
}

TEST_P(VariantSweep, BatchSizesMatchReference) {
  NRNN_SKIP_UNLESS_RUNS(target());
  const ThreadCounts devices(target());
  for (int64_t size = 1; size <= kLargest; size += SweepStride()) {
    Expect(devices, WithRandomVariant(CaseOf(3, size, 5, 11), static_cast<uint64_t>(100 + size)));
  }
}

TEST_P(VariantSweep, StepCountsMatchReference) {
  NRNN_SKIP_UNLESS_RUNS(target());
  const ThreadCounts devices(target());
  for (int64_t size = 1; size <= kLargest; size += 3 * SweepStride()) {
    Expect(devices, WithRandomVariant(CaseOf(size, 2, 5, 7), static_cast<uint64_t>(200 + size)));
  }
}

TEST_P(VariantSweep, RandomMixesMatchReference) {
  NRNN_SKIP_UNLESS_RUNS(target());
  const ThreadCounts devices(target());
  Numbers numbers(static_cast<uint64_t>(cell()) + 199);
  for (int k = 0; k < 100 / SweepStride();) {
    const RnnCase sizes = CaseOf(numbers.Integer(1, 20), numbers.Integer(1, kLargest),
                                 numbers.Integer(1, kLargest), numbers.Integer(1, kLargest));
    const RnnCase rnn_case = WithRandomVariant(sizes, numbers.Next() % 100000);
    if (Work(rnn_case) > kVariantWork) continue;
    ++k;
    Expect(devices, rnn_case);
  }
}

TEST_P(VariantSweep, LargeShapesMatchReference) {
  NRNN_SKIP_UNLESS_RUNS(target());
  const ThreadCounts devices(target());
  for (const int64_t batch : {1, 37, 130}) {
    Expect(devices, WithRandomVariant(CaseOf(3, batch, 41, batch == 1 ? 150 : 67),
                                      static_cast<uint64_t>(300 + batch)));
  }
}

// A row that is padded gives what it gives without the padding, bit for bit.
TEST_P(VariantSweep, PaddedEqualsUnpadded) {
  NRNN_SKIP_UNLESS_RUNS(target());
  const Device device(1, target());
  for (uint64_t seed = 1; seed <= 20; ++seed) {
    RnnCase rnn_case = WithRandomVariant(CaseOf(6, 1, 9, 13), seed);
    rnn_case.shape.batch_first = true;
    rnn_case.shape.layers = 1;
    rnn_case.lengths = false;
    auto cut = MakeSequence(rnn_case);
    const auto gradients = MakeOutputGradients(rnn_case);
    const auto short_results = RunRnn(device, rnn_case.Config(), cut, gradients);
    auto padded = cut;
    padded.steps = 9;
    padded.lengths = {6};
    padded.x.resize(9 * 9, 1e30);
    auto padded_gradients = gradients;
    if (!padded_gradients.y.empty()) padded_gradients.y.resize(gradients.y.size() / 6 * 9, 7);
    const auto results = RunRnn(device, rnn_case.Config(), padded, padded_gradients);
    const auto repro = Repro(rnn_case.Name());
    EXPECT_TRUE(SameBits(results.hn, short_results.hn, repro));
    EXPECT_TRUE(SameBits(results.cn, short_results.cn, repro));
    EXPECT_TRUE(SameBits(results.dh0, short_results.dh0, repro));
    EXPECT_TRUE(SameBits(results.dparams, short_results.dparams, repro));
    const std::vector<float> y(
        results.y.begin(), results.y.begin() + static_cast<std::ptrdiff_t>(short_results.y.size()));
    EXPECT_TRUE(SameBits(y, short_results.y, repro));
  }
}

TEST_P(VariantSweep, SameBitsForManyThreads) {
  NRNN_SKIP_UNLESS_RUNS(target());
  const Device one(1, target());
  for (const int32_t threads : {2, 3, 8}) {
    const Device more(threads, target());
    for (uint64_t seed = 500; seed < 510; ++seed) {
      const RnnCase rnn_case =
          WithRandomVariant(CaseOf(4, 1 + static_cast<int64_t>(seed % 7) * 5, 31, 67), seed);
      const auto sequence = MakeSequence(rnn_case);
      const auto gradients = MakeOutputGradients(rnn_case);
      EXPECT_TRUE(SameResults(RunRnn(more, rnn_case.Config(), sequence, gradients),
                              RunRnn(one, rnn_case.Config(), sequence, gradients),
                              Repro(rnn_case.Name())));
    }
  }
}

INSTANTIATE_TEST_SUITE_P(All, VariantSweep,
                         testing::Combine(testing::ValuesIn(kCells), testing::ValuesIn(Targets())),
                         [](const auto& test) {
                           return CellName(std::get<0>(test.param)) + "_" +
                                  TargetName(std::get<1>(test.param));
                         });

}  // namespace
}  // namespace nrnn::test
