// What a recurrent call may leave out, and what it keeps: null arguments, inference, repeated
// calls, NaN.
#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "numbers.h"
#include "rnn_run.h"

namespace nrnn::test {
namespace {

constexpr double kNan = std::numeric_limits<double>::quiet_NaN();

class RnnOptions : public testing::TestWithParam<Cell> {
 protected:
  RnnCase Case() const {
    RnnCase rnn_case;
    rnn_case.shape = {GetParam(), 2, 2, false, true, 5, 19, 0};
    rnn_case.steps = 4;
    rnn_case.batch = 3;
    rnn_case.states = true;
    return rnn_case;
  }
};

TEST_P(RnnOptions, InferenceMatchesReference) {
  const Device device(2);
  for (const int64_t batch : {1, 2, 7, 33}) {
    RnnCase rnn_case = Case();
    rnn_case.batch = batch;
    rnn_case.training = false;
    rnn_case.shape.dropout = 0.5f;  // ignored without a reserve
    rnn_case.lengths = batch == 7;
    const auto sequence = MakeSequence(rnn_case);
    const auto want = ReferenceRnn(rnn_case.shape, sequence, {});
    const auto got = RunRnn(device, rnn_case.Config(), sequence, {});
    EXPECT_TRUE(NearReference(got, want, rnn_case.shape, sequence, rnn_case.Name()));
  }
}

TEST_P(RnnOptions, OneOfTheStatesMayBeNull) {
  const Device device(1);
  const RnnCase rnn_case = Case();
  for (const bool keep_h0 : {false, true}) {
    auto sequence = MakeSequence(rnn_case);
    (keep_h0 ? sequence.c0 : sequence.h0).clear();
    const auto gradients = MakeOutputGradients(rnn_case);
    const auto want = ReferenceRnn(rnn_case.shape, sequence, gradients);
    const auto got = RunRnn(device, rnn_case.Config(), sequence, gradients);
    EXPECT_TRUE(NearReference(got, want, rnn_case.shape, sequence, rnn_case.Name()));
  }
}

TEST_P(RnnOptions, AllRowsWithoutSteps) {
  const Device device(2);
  const RnnCase rnn_case = Case();
  auto sequence = MakeSequence(rnn_case);
  sequence.lengths = {0, 0, 0};
  const auto gradients = MakeOutputGradients(rnn_case);
  const auto want = ReferenceRnn(rnn_case.shape, sequence, gradients);
  const auto got = RunRnn(device, rnn_case.Config(), sequence, gradients);
  EXPECT_TRUE(NearReference(got, want, rnn_case.shape, sequence, rnn_case.Name()));
}

// Calls backward for the outputs named alone; they must have the bits that they have beside the
// others.
TEST_P(RnnOptions, EachGradientMayBeLeftOut) {
  const Device device(2);
  const RnnCase rnn_case = Case();
  const auto sequence = MakeSequence(rnn_case);
  const auto weights = MakeOutputGradients(rnn_case);
  const bool lstm = GetParam() == Cell::kLstm;
  const auto all = RunRnn(device, rnn_case.Config(), sequence, weights);
  const Rnn rnn(device, rnn_case.Config());
  const Buffer params(device, sequence.params), x(device, sequence.x), h0(device, sequence.h0);
  const Buffer c0 = Buffer::OrNone(device, sequence.c0), dcn = Buffer::OrNone(device, weights.cn);
  const Buffer y(device, static_cast<int64_t>(all.y.size()));
  const Buffer reserve(device, rnn.ReserveLength(sequence.steps, sequence.batch));
  const Buffer dy(device, weights.y), dhn(device, weights.hn);
  for (int only = 0; only < 4; ++only) {
    nrnn_rnn_forward_args forward = {};
    forward.steps = sequence.steps;
    forward.batch = sequence.batch;
    forward.params = params.get();
    forward.x = x.get();
    forward.h0 = h0.get();
    forward.c0 = c0.get();
    forward.y = y.get();
    forward.reserve = reserve.get();  // hn and cn: not wanted
    Check(nrnn_rnn_forward(rnn.get(), &forward));
    EXPECT_TRUE(SameBits(y.Read(), all.y, "y"));
    nrnn_rnn_backward_args backward = {};
    backward.steps = sequence.steps;
    backward.batch = sequence.batch;
    backward.params = params.get();
    backward.x = x.get();
    backward.h0 = h0.get();
    backward.c0 = c0.get();
    backward.y = y.get();
    backward.reserve = reserve.get();
    backward.dy = dy.get();
    backward.dhn = dhn.get();
    backward.dcn = dcn.get();
    const std::vector<float>* wants[] = {&all.dx, &all.dh0, &all.dc0, &all.dparams};
    nrnn_buffer** places[] = {&backward.dx, &backward.dh0, &backward.dc0, &backward.dparams};
    if (only == 2 && !lstm) continue;
    const Buffer result = Buffer(device, static_cast<int64_t>(wants[only]->size()));
    if (only == 3) Check(nrnn_buffer_fill(result.get(), kGradientBefore));
    *places[only] = result.get();
    Check(nrnn_rnn_backward(rnn.get(), &backward));
    EXPECT_TRUE(SameBits(result.Read(), *wants[only], "gradient " + std::to_string(only)));
  }
}

// A plan prepares the weights once; writing to params through any handle must show in the next
// call.
TEST_P(RnnOptions, NewParametersAreSeen) {
  const Device device(1);
  RnnCase rnn_case = Case();
  rnn_case.shape.layers = 1;
  rnn_case.training = false;
  auto sequence = MakeSequence(rnn_case);
  const Rnn rnn(device, rnn_case.Config());
  const Buffer whole(device, rnn.ParamsLength() + 3);
  const Buffer params = whole.Slice(3, rnn.ParamsLength());
  const Buffer x(device, sequence.x), h0(device, sequence.h0);
  const Buffer c0 = Buffer::OrNone(device, sequence.c0);
  const Buffer y(device, sequence.steps * sequence.batch * 2 * 19);
  Numbers numbers(17);
  for (int round = 0; round < 3; ++round) {
    sequence.params = numbers.Reals(rnn.ParamsLength(), 0.25);
    const auto values = Floats(sequence.params);
    nrnn_buffer* through = round == 1 ? whole.get() : params.get();
    Check(nrnn_buffer_write(through, round == 1 ? 3 : 0, values.data(), params.length()));
    nrnn_rnn_forward_args args = {};
    args.steps = sequence.steps;
    args.batch = sequence.batch;
    args.params = params.get();
    args.x = x.get();
    args.h0 = h0.get();
    args.c0 = c0.get();
    args.y = y.get();
    Check(nrnn_rnn_forward(rnn.get(), &args));
    const auto want = reference::RnnForward(rnn_case.shape, sequence);
    EXPECT_TRUE(Near(y.Read(), want.y, SumTolerance(4 * (19 + 5 + 2), want.y), "y"));
  }
}

// One plan may serve several sets of parameters that lie in one buffer.
TEST_P(RnnOptions, ParametersMayBeAnySliceOfOneBuffer) {
  const Device device(1);
  RnnCase rnn_case = Case();
  rnn_case.shape.layers = 1;
  rnn_case.states = false;
  auto sequence = MakeSequence(rnn_case);
  const Rnn rnn(device, rnn_case.Config());
  const int64_t length = rnn.ParamsLength();
  Numbers numbers(18);
  const auto values = numbers.Reals(3 * length, 0.25);
  const Buffer whole(device, values), x(device, sequence.x);
  const Buffer y(device, sequence.steps * sequence.batch * 2 * 19);
  for (const int64_t set : {0, 1, 2, 1}) {
    const Buffer params = whole.Slice(set * length, length);
    nrnn_rnn_forward_args args = {};
    args.steps = sequence.steps;
    args.batch = sequence.batch;
    args.params = params.get();
    args.x = x.get();
    args.y = y.get();
    Check(nrnn_rnn_forward(rnn.get(), &args));
    sequence.params.assign(values.begin() + set * length, values.begin() + (set + 1) * length);
    const auto want = reference::RnnForward(rnn_case.shape, sequence);
    EXPECT_TRUE(Near(y.Read(), want.y, SumTolerance(4 * (19 + 5 + 2), want.y), "y"));
  }
}

// What x and dy hold at or after a row's length does not matter.
TEST_P(RnnOptions, PaddingIsIgnored) {
  const Device device(2);
  RnnCase rnn_case = Case();
  rnn_case.batch = 7;
  rnn_case.lengths = true;
  auto sequence = MakeSequence(rnn_case);
  auto weights = MakeOutputGradients(rnn_case);
  const auto want = ReferenceRnn(rnn_case.shape, sequence, weights);
  for (int64_t step = 0; step < 4; ++step) {
    for (int64_t row = 0; row < 7; ++row) {
      if (step < sequence.lengths[row]) continue;
      for (int64_t k = 0; k < 5; ++k) sequence.x[(step * 7 + row) * 5 + k] = kNan;
      for (int64_t k = 0; k < 38; ++k) weights.y[(step * 7 + row) * 38 + k] = kNan;
    }
  }
  const auto got = RunRnn(device, rnn_case.Config(), sequence, weights);
  EXPECT_TRUE(NearReference(got, want, rnn_case.shape, sequence, rnn_case.Name()));
  sequence.training = false;
  const auto inference = RunRnn(device, rnn_case.Config(), sequence, weights);
  EXPECT_TRUE(Near(inference.y, want.outputs.y, SumTolerance(300, want.outputs.y), "inference"));
}

TEST_P(RnnOptions, DropoutMaskFollowsTheSeed) {
  const Device device(2);
  RnnCase rnn_case = Case();
  rnn_case.shape.dropout = 0.5f;
  auto sequence = MakeSequence(rnn_case);
  sequence.seed = 5;
  const auto weights = MakeOutputGradients(rnn_case);
  const auto first = RunRnn(device, rnn_case.Config(), sequence, weights);
  EXPECT_TRUE(SameResults(RunRnn(device, rnn_case.Config(), sequence, weights), first, "again"));
  sequence.seed = int64_t{5} << 32;
  const auto other = RunRnn(device, rnn_case.Config(), sequence, weights);
  EXPECT_FALSE(SameBits(other.y, first.y, "other seed"));
  const auto want = ReferenceRnn(rnn_case.shape, sequence, weights);
  EXPECT_TRUE(NearReference(other, want, rnn_case.shape, sequence, rnn_case.Name()));
}

// NaN in one row's input reaches that row's outputs from that step on, and no other row.
TEST_P(RnnOptions, NanPropagates) {
  const Device device(1);
  RnnCase rnn_case = Case();
  rnn_case.shape.layers = 1;
  rnn_case.shape.directions = 1;
  auto sequence = MakeSequence(rnn_case);
  sequence.x[(2 * 3 + 1) * 5] = kNan;  // step 2, row 1
  const auto got = RunRnn(device, rnn_case.Config(), sequence, MakeOutputGradients(rnn_case));
  for (int64_t step = 0; step < 4; ++step)
    for (int64_t row = 0; row < 3; ++row)
      for (int64_t unit = 0; unit < 19; ++unit)
        EXPECT_EQ(std::isnan(got.y[(step * 3 + row) * 19 + unit]), row == 1 && step >= 2)
            << "step " << step << " row " << row << " unit " << unit;
  EXPECT_TRUE(std::isnan(got.dparams[0]));
}

INSTANTIATE_TEST_SUITE_P(Cells, RnnOptions, testing::ValuesIn(kCells),
                         [](const auto& cell) { return CellName(cell.param); });

}  // namespace
}  // namespace nrnn::test
