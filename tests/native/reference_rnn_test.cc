// The reference's recurrent gradients against central differences, and what lengths, directions and
// layouts mean.
#include <gtest/gtest.h>

#include "reference/rnn.h"
#include "reference_gradients.h"
#include "rnn_case.h"

namespace nrnn::test {
namespace {

using reference::RnnBackward;
using reference::RnnForward;

void CheckGradients(const RnnCase& rnn_case) {
  auto sequence = MakeSequence(rnn_case);
  const auto weights = MakeOutputGradients(rnn_case);
  const auto loss = [&] {
    const auto outputs = RnnForward(rnn_case.shape, sequence);
    return Dot(weights.y, outputs.y) + Dot(weights.hn, outputs.hn) + Dot(weights.cn, outputs.cn);
  };
  // Dot runs over its first argument, so that weights left out count as zeros.
  const auto gradients = RnnBackward(rnn_case.shape, sequence, weights);
  const std::string name = rnn_case.Name();
  EXPECT_TRUE(MatchesDifferences(gradients.dparams, sequence.params, loss, name + " dparams"));
  EXPECT_TRUE(MatchesDifferences(gradients.dx, sequence.x, loss, name + " dx"));
  if (!rnn_case.states) return;
  EXPECT_TRUE(MatchesDifferences(gradients.dh0, sequence.h0, loss, name + " dh0"));
  EXPECT_TRUE(MatchesDifferences(gradients.dc0, sequence.c0, loss, name + " dc0"));
}

class ReferenceRnn : public testing::TestWithParam<Cell> {};

TEST_P(ReferenceRnn, GradientsMatchDifferencesForEveryOption) {
  for (int options = 0; options < 128; ++options) {
    RnnCase rnn_case;
    rnn_case.steps = 3;
    rnn_case.batch = 2;
    rnn_case.shape = {GetParam(),
                      options & 1 ? 2 : 1,
                      options & 2 ? 2 : 1,
                      (options & 4) != 0,
                      (options & 8) != 0,
                      2,
                      2,
                      options & 16 ? 0.5f : 0.0f};
    rnn_case.lengths = (options & 32) != 0;
    rnn_case.states = (options & 64) != 0;
    rnn_case.seed = options + 1;
    CheckGradients(rnn_case);
  }
}

TEST_P(ReferenceRnn, GradientsMatchDifferencesForOddShapes) {
  for (uint64_t seed = 1; seed <= 12; ++seed) {
    RnnCase rnn_case;
    rnn_case.shape.cell = GetParam();
    rnn_case.shape.input = 1 + static_cast<int64_t>(seed % 4);
    rnn_case.shape.hidden = 1 + static_cast<int64_t>(seed % 3);
    rnn_case.steps = 1 + static_cast<int64_t>(seed % 5);
    rnn_case.batch = 1 + static_cast<int64_t>(seed % 6);
    CheckGradients(WithRandomOptions(rnn_case, seed));
  }
}

TEST_P(ReferenceRnn, RowWithLengthEqualsShortSequence) {
  RnnCase rnn_case;
  rnn_case.shape = {GetParam(), 2, 2, false, true, 3, 4, 0};
  rnn_case.steps = 5;
  rnn_case.batch = 1;
  rnn_case.states = true;
  auto padded = MakeSequence(rnn_case);
  padded.lengths = {3};
  auto cut = padded;
  cut.steps = 3;
  cut.lengths.clear();
  cut.x.resize(3 * 3);
  const auto got = RnnForward(rnn_case.shape, padded);
  auto want = RnnForward(rnn_case.shape, cut);
  want.y.resize(5 * 8, 0);
  EXPECT_EQ(got.y, want.y);
  EXPECT_EQ(got.hn, want.hn);
  EXPECT_EQ(got.cn, want.cn);
}

TEST_P(ReferenceRnn, RowWithoutStepsKeepsItsState) {
  RnnCase rnn_case;
  rnn_case.shape = {GetParam(), 1, 2, false, true, 3, 4, 0};
  rnn_case.steps = 2;
  rnn_case.states = true;
  auto sequence = MakeSequence(rnn_case);
  sequence.lengths = {0};
  const auto outputs = RnnForward(rnn_case.shape, sequence);
  EXPECT_EQ(outputs.hn, sequence.h0);
  EXPECT_EQ(outputs.cn, sequence.c0);
  EXPECT_EQ(outputs.y, std::vector<double>(2 * 8));
}

TEST_P(ReferenceRnn, FloatIsTheSameEquations) {
  RnnCase rnn_case;
  rnn_case.shape = {GetParam(), 2, 2, true, true, 5, 6, 0.3f};
  rnn_case.steps = 4;
  rnn_case.batch = 3;
  rnn_case.states = true;
  const auto sequence = MakeSequence(rnn_case);
  reference::RnnSequence<float> narrow = {};
  narrow.steps = sequence.steps;
  narrow.batch = sequence.batch;
  narrow.training = sequence.training;
  narrow.seed = sequence.seed;
  narrow.params.assign(sequence.params.begin(), sequence.params.end());
  narrow.x.assign(sequence.x.begin(), sequence.x.end());
  narrow.h0.assign(sequence.h0.begin(), sequence.h0.end());
  narrow.c0.assign(sequence.c0.begin(), sequence.c0.end());
  const auto got = RnnForward(rnn_case.shape, narrow);
  const auto want = RnnForward(rnn_case.shape, sequence);
  ASSERT_EQ(got.y.size(), want.y.size());
  for (size_t k = 0; k < got.y.size(); ++k) EXPECT_NEAR(got.y[k], want.y[k], 1e-5);
}

INSTANTIATE_TEST_SUITE_P(Cells, ReferenceRnn, testing::ValuesIn(kCells),
                         [](const auto& cell) { return CellName(cell.param); });

}  // namespace
}  // namespace nrnn::test
