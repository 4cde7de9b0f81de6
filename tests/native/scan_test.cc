// Elementwise recurrences against the reference.
#include "reference/scan.h"

#include "ops_fixture.h"
#include "scan_case.h"

namespace nrnn::test {
namespace {

using Scan = OpsTest;
using reference::ScanShape;

struct Results {
  std::vector<float> y, hn, dgates, du, dh0;
};

Results RunScan(const Device& device, const ScanCase& c, bool in_place = false) {
  const ScanShape& s = c.shape;
  const int64_t states = s.directions * s.batch * s.hidden;
  const Buffer gates(device, c.inputs.gates), u = Buffer::OrNone(device, c.inputs.u);
  const Buffer lengths = Buffer::OrNone(device, c.inputs.lengths);
  const Buffer h0 = Buffer::OrNone(device, c.inputs.h0);
  const Buffer y = Buffer::Unwritten(device, states * s.steps);
  const Buffer hn = Buffer::Unwritten(device, states);
  const nrnn_scan_forward_args forward = {s.kind,        s.directions == 2 ? 2 : 1,
                                          s.batch_first, s.steps,
                                          s.batch,       s.hidden,
                                          gates.get(),   u.get(),
                                          lengths.get(), h0.get(),
                                          y.get(),       hn.get()};
  Check(nrnn_scan_forward(device.get(), &forward));
  const Buffer dy(device, c.output_gradients.y), dhn(device, c.output_gradients.hn);
  const Buffer apart = Buffer::Unwritten(device, gates.length());
  const Buffer& dgates = in_place ? gates : apart;
  const Buffer dh0 = Buffer::Unwritten(device, states);
  // Added to: what is there before counts.
  const Buffer du = Buffer::OrNone(device, std::vector<double>(c.inputs.u.size(), 1.0));
  nrnn_scan_backward_args backward = {};
  backward.kind = s.kind;
  backward.directions = forward.directions;
  backward.batch_first = s.batch_first;
  backward.steps = s.steps;
  backward.batch = s.batch;
  backward.hidden = s.hidden;
  backward.gates = gates.get();
  backward.u = u.get();
  backward.lengths = lengths.get();
  backward.h0 = h0.get();
  backward.y = y.get();
  backward.dy = dy.get();
  backward.dhn = dhn.get();
  backward.dgates = dgates.get();
  backward.du = du.get();
  backward.dh0 = dh0.get();
  Check(nrnn_scan_backward(device.get(), &backward));
  return {y.Read(), hn.Read(), dgates.Read(), c.inputs.u.empty() ? std::vector<float>() : du.Read(),
          dh0.Read()};
}

void ExpectReference(const Results& got, const ScanCase& c) {
  const auto outputs = reference::ScanForward(c.shape, c.inputs);
  auto gradients = reference::ScanBackward(c.shape, c.inputs, c.output_gradients);
  for (double& du : gradients.du) du += 1;
  // terms: the steps, each of which rounds; of du the rows' steps.
  const auto steps = static_cast<double>(c.shape.steps);
  const double all = steps * static_cast<double>(c.shape.batch);
  EXPECT_TRUE(Near(got.y, outputs.y, SumTolerance(steps, outputs.y), c.what + " y"));
  EXPECT_TRUE(Near(got.hn, outputs.hn, SumTolerance(steps, outputs.hn), c.what + " hn"));
  EXPECT_TRUE(Near(got.dgates, gradients.dgates, SumTolerance(steps, gradients.dgates),
                   c.what + " dgates"));
  EXPECT_TRUE(Near(got.du, gradients.du, SumTolerance(all, gradients.du), c.what + " du"));
  EXPECT_TRUE(Near(got.dh0, gradients.dh0, SumTolerance(steps, gradients.dh0), c.what + " dh0"));
}

void ExpectSame(const Results& got, const Results& want, const std::string& what) {
  EXPECT_TRUE(SameBits(got.y, want.y, what + " y"));
  EXPECT_TRUE(SameBits(got.hn, want.hn, what + " hn"));
  EXPECT_TRUE(SameBits(got.dgates, want.dgates, what + " dgates"));
  EXPECT_TRUE(SameBits(got.du, want.du, what + " du"));
  EXPECT_TRUE(SameBits(got.dh0, want.dh0, what + " dh0"));
}

// Sizes on both sides of vectors, of blocks of units (32, 64, 128) and of chunks of time (128).
TEST_P(Scan, MatchesReferenceAtEveryWidth) {
  for (int64_t hidden = 1; hidden <= 70; hidden += SweepStride()) {
    for (const nrnn_scan_kind kind : kScanKinds) {
      const ScanShape shape = {kind, 1 + hidden % 2, hidden % 3 == 0, hidden % 7 + 1, 3, hidden};
      const ScanCase c = MakeScanCase(shape, hidden % 4 > 1, hidden % 5 > 1);
      ExpectReference(RunScan(one(), c, hidden % 2 == 0), c);
    }
  }
}

TEST_P(Scan, MatchesReferenceAcrossBlocksAndChunks) {
  for (const nrnn_scan_kind kind : kScanKinds) {
    for (const int64_t steps : {127, 128, 129, 700}) {
      const ScanCase c = MakeScanCase({kind, 2, steps % 2 == 0, steps, 2, 131}, true, true);
      ExpectReference(RunScan(three(), c, true), c);
    }
  }
}

// A row of 700 steps in few units is cut in time with 8 threads, but not with 1 and 2.
TEST_P(Scan, ThreadsGiveTheSameBits) {
  for (const nrnn_scan_kind kind : kScanKinds) {
    for (const ScanShape& shape :
         {ScanShape{kind, 1, true, 700, 1, 40}, ScanShape{kind, 2, false, 700, 1, 5},
          ScanShape{kind, 2, false, 33, 5, 300}}) {
      for (const bool lengths : {false, true}) {
        const ScanCase c = MakeScanCase(shape, lengths, true);
        const Results want = RunScan(one(), c);
        for (const int threads : {2, 3, 8}) {
          ExpectSame(RunScan(Device(threads, GetParam()), c), want,
                     c.what + "_threads" + std::to_string(threads));
        }
      }
    }
  }
}

TEST_P(Scan, PaddingChangesNoBits) {
  for (const nrnn_scan_kind kind : kScanKinds) {
    const int64_t hidden = 21, valid = 300, steps = 421;
    ScanCase padded = MakeScanCase({kind, 1, true, steps, 2, hidden}, false, true);
    padded.inputs.lengths = {static_cast<int32_t>(valid), static_cast<int32_t>(steps)};
    ScanCase alone = padded;  // the first row
    alone.shape.steps = valid;
    alone.shape.batch = 1;
    alone.inputs.lengths.clear();
    alone.inputs.gates.resize(static_cast<size_t>(valid * alone.shape.Gates() * hidden));
    alone.inputs.h0.resize(static_cast<size_t>(hidden));
    alone.output_gradients.y.resize(static_cast<size_t>(valid * hidden));
    alone.output_gradients.hn.resize(static_cast<size_t>(hidden));
    Results with = RunScan(Device(8, GetParam()), padded);
    const Results without = RunScan(one(), alone);
    const std::vector<float> zeros(static_cast<size_t>((steps - valid) * hidden));
    EXPECT_TRUE(std::equal(zeros.begin(), zeros.end(), with.y.begin() + valid * hidden));
    with.y.resize(without.y.size());
    with.hn.resize(without.hn.size());
    with.dgates.resize(without.dgates.size());
    with.dh0.resize(without.dh0.size());
    with.du = without.du;  // a sum over both rows
    ExpectSame(with, without, padded.what);
  }
}

// Sigmoids that are 0 or 1 in float: the quotient of minLSTM has no 0 / 0.
TEST_P(Scan, LargeGatesOverflowNothing) {
  for (const auto& [forget, input] : std::vector<std::pair<double, double>>{
           {-200, -200}, {-200, 200}, {200, -200}, {200, 200}, {-60, -59}}) {
    ScanCase c = MakeScanCase({NRNN_SCAN_MIN_LSTM, 1, true, 1, 1, 1}, false, true);
    c.inputs.gates = {forget, input, 0.5};
    ExpectReference(RunScan(one(), c), c);
  }
}

TEST_P(Scan, WrongLengthsOnAGpuSpoilTheirRowOnly) {
  if (!one().IsGpu()) GTEST_SKIP() << "a CPU refuses the call";
  for (const nrnn_scan_kind kind : kScanKinds) {
    const int64_t hidden = 3, batch = 2, steps = 600;
    const ScanShape shape = {kind, 2, true, steps, batch, hidden};
    ScanCase c = MakeScanCase(shape, false, true);
    const Buffer gates(one(), c.inputs.gates), u = Buffer::OrNone(one(), c.inputs.u);
    const Buffer lengths(one(), std::vector<int32_t>{601, 600});
    const Buffer y = Buffer::Unwritten(one(), 2 * hidden * batch * steps);
    nrnn_scan_backward_args args = {};
    args.kind = kind;
    args.directions = 2;
    args.batch_first = 1;
    args.steps = steps;
    args.batch = batch;
    args.hidden = hidden;
    args.gates = args.dgates = gates.get();
    args.u = u.get();
    args.lengths = lengths.get();
    args.y = y.get();
    const nrnn_scan_forward_args forward = {kind,          2,       1,           steps,
                                            batch,         hidden,  gates.get(), u.get(),
                                            lengths.get(), nullptr, y.get(),     nullptr};
    Check(nrnn_scan_forward(one().get(), &forward));
    EXPECT_EQ(nrnn_device_synchronize(one().get()), NRNN_INVALID_ARGUMENT);
    EXPECT_EQ(LastReason(), "lengths[0] is 601, must be 0..600");
    Check(nrnn_scan_backward(one().get(), &args));
    EXPECT_EQ(nrnn_device_synchronize(one().get()), NRNN_INVALID_ARGUMENT);
    const auto spoilt = [](const std::vector<float>& values, const std::string& what) {
      for (size_t k = 0; k < values.size(); ++k) {
        EXPECT_EQ(std::isnan(values[k]), k < values.size() / 2) << what << k;
      }
    };
    spoilt(y.Read(), "y ");
    spoilt(gates.Read(), "dgates ");
  }
}

TEST_P(Scan, WrongCallsNameTheArgument) {
  const Buffer gates(one(), 12), y(one(), 6), lengths(one(), std::vector<int32_t>{1, 4});
  nrnn_scan_forward_args args = {NRNN_SCAN_MIN_GRU, 1,       0,       3,       2,       1,
                                 gates.get(),       nullptr, nullptr, nullptr, y.get(), nullptr};
  const auto message = [&](const nrnn_scan_forward_args& changed) {
    const nrnn_status status = nrnn_scan_forward(one().get(), &changed);
    return Done(one(), status) == NRNN_INVALID_ARGUMENT ? LastReason() : "no failure";
  };
  EXPECT_EQ(Done(one(), nrnn_scan_forward(one().get(), &args)), NRNN_OK);
  auto wrong = args;
  wrong.kind = 5;
  EXPECT_EQ(message(wrong), "kind is 5, must be 0..4");
  wrong = args;
  wrong.directions = 3;
  EXPECT_EQ(message(wrong), "directions is 3, must be 1..2");
  wrong = args;
  wrong.steps = 0;
  EXPECT_NE(message(wrong).find("steps is 0"), std::string::npos);
  wrong = args;
  wrong.u = y.get();
  EXPECT_NE(message(wrong).find("u must be null"), std::string::npos);
  wrong = args;
  wrong.kind = NRNN_SCAN_MIN_LSTM;
  EXPECT_NE(message(wrong).find("gates holds 12"), std::string::npos) << message(wrong);
  wrong = args;
  wrong.lengths = lengths.get();
  EXPECT_EQ(message(wrong), "lengths[1] is 4, must be 0..3");
  wrong = args;
  wrong.y = nullptr;
  EXPECT_NE(message(wrong).find("y is null"), std::string::npos) << message(wrong);
  nrnn_scan_backward_args backward = {};
  backward.kind = NRNN_SCAN_MIN_GRU;
  backward.directions = 1;
  backward.steps = 3;
  backward.batch = 2;
  backward.hidden = 1;
  backward.gates = backward.dgates = gates.get();
  backward.y = y.get();
  EXPECT_EQ(nrnn_scan_backward(one().get(), &backward), NRNN_OK);
  backward.du = lengths.get();
  EXPECT_EQ(nrnn_scan_backward(one().get(), &backward), NRNN_INVALID_ARGUMENT);
  EXPECT_STREQ(nrnn_last_error(),
               "nrnn_scan_backward: du must be null, unless kind is IND_RNN_TANH or IND_RNN_RELU");
  backward.du = nullptr;
  backward.dgates = nullptr;
  EXPECT_EQ(nrnn_scan_backward(one().get(), &backward), NRNN_INVALID_ARGUMENT);
  EXPECT_NE(std::string(nrnn_last_error()).find("dgates is null"), std::string::npos);
}

NRNN_INSTANTIATE_TARGETS(Scan);

}  // namespace
}  // namespace nrnn::test
