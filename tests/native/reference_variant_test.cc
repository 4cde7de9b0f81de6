// The reference's gradients of cells with options against central differences, each option alone
// and in mixes, and what the options mean.
#include <gtest/gtest.h>

#include <cmath>

#include "reference/rnn.h"
#include "reference_gradients.h"
#include "variant_case.h"

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
  const auto gradients = RnnBackward(rnn_case.shape, sequence, weights);
  const std::string name = rnn_case.Name();
  EXPECT_TRUE(MatchesDifferences(gradients.dparams, sequence.params, loss, name + " dparams"));
  EXPECT_TRUE(MatchesDifferences(gradients.dx, sequence.x, loss, name + " dx"));
  if (!rnn_case.states) return;
  EXPECT_TRUE(MatchesDifferences(gradients.dh0, sequence.h0, loss, name + " dh0"));
  EXPECT_TRUE(MatchesDifferences(gradients.dc0, sequence.c0, loss, name + " dc0"));
}

RnnCase SmallCase(Cell cell) {
  RnnCase rnn_case;
  rnn_case.shape = {cell, 2, 2, false, true, 2, 3, 0};
  rnn_case.steps = 3;
  rnn_case.batch = 2;
  rnn_case.states = true;
  rnn_case.seed = 5;
  return rnn_case;
}

class ReferenceVariant : public testing::TestWithParam<Cell> {};

TEST_P(ReferenceVariant, GradientsMatchDifferencesForEachOption) {
  RnnCase rnn_case = SmallCase(GetParam());
  for (const RnnOptions& options : SingleOptions(GetParam(), rnn_case.shape.hidden)) {
    rnn_case.shape.options = options;
    CheckGradients(rnn_case);
  }
}

TEST_P(ReferenceVariant, GradientsMatchDifferencesForMixes) {
  for (uint64_t seed = 1; seed <= 30; ++seed) {
    RnnCase rnn_case;
    rnn_case.shape.cell = GetParam();
    rnn_case.shape.input = 1 + static_cast<int64_t>(seed % 3);
    // Two units that are normalised differ from 1 and -1 by the epsilon alone, too close for
    // differences.
    rnn_case.shape.hidden = 3 + static_cast<int64_t>(seed % 2);
    rnn_case.steps = 1 + static_cast<int64_t>(seed % 4);
    rnn_case.batch = 1 + static_cast<int64_t>(seed % 3);
    rnn_case = WithRandomVariant(rnn_case, seed);
    rnn_case.training = true;
    CheckGradients(rnn_case);
  }
}

// Options that change nothing: the equations with options are the plain ones.
TEST_P(ReferenceVariant, WithoutAnyOptionEqualsPlainCell) {
  RnnCase rnn_case = SmallCase(GetParam());
  const auto sequence = MakeSequence(rnn_case);
  const auto weights = MakeOutputGradients(rnn_case);
  const auto plain = RnnForward(rnn_case.shape, sequence);
  const auto plain_gradients = RnnBackward(rnn_case.shape, sequence, weights);
  rnn_case.shape.options = PlainOptions(GetParam());
  const auto got = RnnForward(rnn_case.shape, sequence);
  const auto gradients = RnnBackward(rnn_case.shape, sequence, weights);
  for (size_t k = 0; k < plain.y.size(); ++k) EXPECT_NEAR(got.y[k], plain.y[k], 1e-14);
  for (size_t k = 0; k < plain_gradients.dparams.size(); ++k)
    EXPECT_NEAR(gradients.dparams[k], plain_gradients.dparams[k], 1e-13);
}

TEST_P(ReferenceVariant, EvaluationTakesExpectationOfZoneout) {
  RnnCase rnn_case = SmallCase(GetParam());
  rnn_case.shape.layers = rnn_case.shape.directions = 1;
  rnn_case.steps = 1;
  auto sequence = MakeSequence(rnn_case);
  const auto fresh = RnnForward(rnn_case.shape, sequence);
  rnn_case.shape.options = PlainOptions(GetParam());
  rnn_case.shape.options.zoneout_h = 0.25f;
  sequence.training = false;
  const auto got = RnnForward(rnn_case.shape, sequence);
  for (size_t k = 0; k < got.hn.size(); ++k)
    EXPECT_NEAR(got.hn[k], 0.25 * sequence.h0[k] + 0.75 * fresh.hn[k], 1e-14);
}

// A layer's mask of x is the same at all steps: inputs that repeat give what a masked input gives.
TEST_P(ReferenceVariant, InputDropoutHasOneMaskForSequence) {
  RnnCase rnn_case = SmallCase(GetParam());
  rnn_case.shape.layers = 1;
  rnn_case.shape.input = 40;
  auto sequence = MakeSequence(rnn_case);
  RnnShape dropping = rnn_case.shape;
  dropping.options = PlainOptions(GetParam());
  dropping.options.input_dropout = 0.5f;
  const auto weights = MakeOutputGradients(rnn_case);
  const auto gradients = RnnBackward(dropping, sequence, weights);
  for (int64_t row = 0; row < rnn_case.batch; ++row)
    for (int64_t j = 0; j < 40; ++j) {
      const double first = gradients.dx[row * 40 + j];
      for (int64_t t = 1; t < rnn_case.steps; ++t)
        EXPECT_EQ(gradients.dx[(t * rnn_case.batch + row) * 40 + j] == 0, first == 0);
    }
}

INSTANTIATE_TEST_SUITE_P(Cells, ReferenceVariant, testing::ValuesIn(kCells),
                         [](const auto& cell) { return CellName(cell.param); });

}  // namespace
}  // namespace nrnn::test
