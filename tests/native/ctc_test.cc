// Connectionist temporal classification against the reference.
#include "reference/ctc.h"

#include <cmath>
#include <limits>

#include "ctc_case.h"
#include "golden.h"
#include "ops_fixture.h"

namespace nrnn::test {
namespace {

using Ctc = OpsTest;
constexpr double kInfinity = std::numeric_limits<double>::infinity();
constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();

struct Result {
  std::vector<float> losses, dlogits;
};

Result RunCtc(const Device& device, const CtcCase& c, bool zero_infinity = false) {
  const auto& s = c.shape;
  const Placed logits(device, c.logits, 3);
  const Buffer targets(device, c.targets.targets);
  const Buffer lengths = Buffer::OrNone(device, c.targets.lengths);
  const Buffer target_lengths = Buffer::OrNone(device, c.targets.target_lengths);
  const nrnn_ctc_args args = {s.steps,       s.batch,       s.classes,           s.max_targets,
                              s.batch_first, s.blank,       zero_infinity,       logits.get(),
                              targets.get(), lengths.get(), target_lengths.get()};
  int64_t kept = 0;
  Check(nrnn_ctc_reserve_length(&args, &kept));
  const Buffer reserve = Buffer::Unwritten(device, kept);
  const Placed losses(device, c.dlosses, 1), alone(device, c.dlosses, 2);
  const Placed dlogits(device, c.logits, 5);
  Check(nrnn_ctc_forward(device.get(), &args, losses.get(), reserve.get()));
  Check(nrnn_ctc_forward(device.get(), &args, alone.get(), nullptr));
  EXPECT_TRUE(SameBits(alone.Read(), losses.Read(), c.what + " without reserve"));
  const Buffer dlosses(device, c.dlosses);
  Check(nrnn_ctc_backward(device.get(), &args, reserve.get(), dlosses.get(), dlogits.get()));
  EXPECT_TRUE(logits.Alone() && losses.Alone() && dlogits.Alone());
  return {losses.Read(), dlogits.Read()};
}

// digits: of the alphas on the targets' way, where these lie far below the largest ones.
void ExpectReference(const Device& device, const CtcCase& c, double digits = 0) {
  const Result got = RunCtc(device, c);
  const auto losses = reference::CtcForward(c.shape, c.targets, c.logits);
  const auto dlogits = reference::CtcBackward(c.shape, c.targets, c.logits, c.dlosses);
  // The sums in a step's log-probabilities are over classes, those in a path over steps; a loss is
  // a sum of numbers of the size of the logits.
  const auto terms = static_cast<double>(c.shape.steps + c.shape.classes);
  std::vector<double> finite = {10};
  for (const double loss : losses) finite.push_back(std::isinf(loss) ? 0 : loss);
  EXPECT_TRUE(Near(got.losses, losses, SumTolerance(terms, finite, 1), c.what + " losses"));
  auto one_hot = dlogits;
  one_hot.push_back(1);
  Tolerance tolerance = SumTolerance(terms, one_hot);
  tolerance.absolute += digits * std::sqrt(terms);
  EXPECT_TRUE(Near(got.dlogits, dlogits, tolerance, c.what + " dlogits"));
}

TEST_P(Ctc, MatchesReferenceAtEveryWidth) {
  for (int64_t size = 2; size <= 70; size += SweepStride()) {
    // Classes and states cross the vectors' widths at different sizes.
    const int64_t targets = size / 2, steps = size + size % 5;
    const auto blank = static_cast<int32_t>(size % 2 == 0 ? 0 : size - 1);
    ExpectReference(one(), MakeCtcCase({steps, 3, size, targets, size % 3 == 0, blank}, false));
    ExpectReference(three(), MakeCtcCase({steps, 5, size, targets, size % 3 == 1, blank}, true));
  }
}

TEST_P(Ctc, LongSequencesKeepTheirDigits) {
  ExpectReference(one(), MakeCtcCase({900, 1, 30, 100, true, 0}, false));
  // Logits up to 20 and targets that don't fit them: the targets' alphas lie hundreds of nats below
  // the largest, where the last place of a float is 2^-15.
  ExpectReference(one(), MakeCtcCase({900, 1, 30, 100, true, 0}, false, 20), 0x1p-16);
}

// Blanks alone are a thousand nats likelier than the targets: as in the first steps of a training.
TEST_P(Ctc, TargetsFarBelowTheBlanksHaveAFiniteLoss) {
  CtcCase c = MakeCtcCase({100, 1, 3, 50, false, 0}, false);
  for (size_t k = 0; k < c.logits.size(); ++k) c.logits[k] = k % 3 == 0 ? 20.0 : 0.0;
  for (size_t k = 0; k < c.targets.targets.size(); ++k) {
    c.targets.targets[k] = static_cast<int32_t>(1 + k % 2);
  }
  ExpectReference(one(), c, 0x1p-16);
}

TEST_P(Ctc, MatchesPyTorch) {
  const Golden golden("ctc");
  CtcCase c;
  c.shape = {7, 4, 5, 3, false, 2};
  c.targets = {golden.Integers("targets"), golden.Integers("lengths"),
               golden.Integers("target_lengths")};
  c.logits = golden["logits"];
  c.dlosses = golden["dlosses"];
  const Result got = RunCtc(one(), c);
  EXPECT_TRUE(Near(got.losses, golden["losses"], SumTolerance(12, golden["losses"]), "losses"));
  EXPECT_TRUE(Near(got.dlogits, golden["dlogits"], SumTolerance(12, golden["dlogits"]), "dlogits"));
}

// "a a" needs three steps; a class of probability 0 can't be spelt; no steps spell no targets.
TEST_P(Ctc, ImpossibleAlignmentsAreInfiniteOrZeroAndHaveNoGradient) {
  CtcCase c;
  c.shape = {2, 4, 2, 2, true, 0};
  c.targets = {{1, 1, 1, 1, 1, 1, 1, 1}, {2, 2, 0, 0}, {2, 1, 0, 1}};
  c.logits = std::vector<double>(16, 0.25);
  c.logits[5] = c.logits[7] = -kInfinity;  // class 1 in the second row
  c.dlosses = {1, 1, 1, 1};
  c.what = "impossible";
  const Result got = RunCtc(one(), c);
  EXPECT_TRUE(Same(got.losses, {kInfinity, kInfinity, 0, kInfinity}, "losses"));
  EXPECT_TRUE(Same(got.dlogits, std::vector<double>(16), "dlogits"));
  const Result zeroed = RunCtc(one(), c, true);
  EXPECT_TRUE(Same(zeroed.losses, {0, 0, 0, 0}, "losses"));
  EXPECT_TRUE(Same(zeroed.dlogits, std::vector<double>(16), "dlogits"));
}

TEST_P(Ctc, NaNReachesItsRowOnly) {
  CtcCase c = MakeCtcCase({3, 2, 3, 1, true, 0}, false);
  c.logits[4] = kNaN;
  const Result got = RunCtc(one(), c);
  EXPECT_TRUE(std::isnan(got.losses[0]));
  EXPECT_TRUE(std::isfinite(got.losses[1]));
  for (size_t k = 0; k < 18; ++k) EXPECT_EQ(std::isnan(got.dlogits[k]), k < 9) << k;
}

// States of so many targets don't fit into a GPU's shared memory.
TEST_P(Ctc, RoomForManyTargetsCostsShortOnesNothing) {
  CtcCase c = MakeCtcCase({4, 3, 5, 2700, true, 1}, true);
  c.targets.lengths = {4, 3, 4};
  c.targets.target_lengths = {2, 0, 1};
  ExpectReference(three(), c);
}

TEST_P(Ctc, WrongTargetsOnAGpuSpoilTheirRowOnly) {
  if (!one().IsGpu()) GTEST_SKIP() << "a CPU refuses the call";
  CtcCase c = MakeCtcCase({6, 4, 5, 3, false, 0}, true);
  c.targets.lengths = {6, 7, 5, 6};
  c.targets.target_lengths = {2, 1, 3, -1};
  c.targets.targets = {1, 2, 9, 1, 1, 1, 1, 5, 2, 1, 1, 1};  // the 9 is not read
  const Buffer logits(one(), c.logits), targets(one(), c.targets.targets);
  const Buffer lengths(one(), c.targets.lengths), counts(one(), c.targets.target_lengths);
  const nrnn_ctc_args args = {
      6, 4, 5, 3, false, 0, false, logits.get(), targets.get(), lengths.get(), counts.get()};
  int64_t kept = 0;
  Check(nrnn_ctc_reserve_length(&args, &kept));
  const Buffer reserve(one(), kept), losses(one(), 4), dlogits(one(), logits.length());
  const Buffer dlosses(one(), std::vector<float>(4, 1));
  Check(nrnn_ctc_forward(one().get(), &args, losses.get(), reserve.get()));
  EXPECT_EQ(nrnn_device_synchronize(one().get()), NRNN_INVALID_ARGUMENT);
  Check(nrnn_ctc_backward(one().get(), &args, reserve.get(), dlosses.get(), dlogits.get()));
  EXPECT_EQ(nrnn_device_synchronize(one().get()), NRNN_INVALID_ARGUMENT);
  EXPECT_EQ(nrnn_device_synchronize(one().get()), NRNN_OK);
  const auto loss = losses.Read(), gradient = dlogits.Read();
  for (size_t b = 0; b < 4; ++b) EXPECT_EQ(std::isnan(loss[b]), b != 0) << b;
  for (size_t k = 0; k < gradient.size(); ++k) {
    EXPECT_EQ(std::isnan(gradient[k]), k / 5 % 4 != 0) << k;
  }
}

TEST_P(Ctc, ThreadsGiveTheSameBits) {
  const CtcCase c = MakeCtcCase({50, 20, 33, 12, false, 0}, true);
  const Result want = RunCtc(one(), c);
  for (const int threads : {2, 3, 8}) {
    const Result got = RunCtc(Device(threads, GetParam()), c);
    EXPECT_TRUE(SameBits(got.losses, want.losses, "losses"));
    EXPECT_TRUE(SameBits(got.dlogits, want.dlogits, "dlogits"));
  }
}

TEST_P(Ctc, WrongCallsNameTheArgument) {
  const Buffer logits(one(), 12), losses(one(), 2);
  const Buffer targets(one(), std::vector<int32_t>{1, 1}), wrong(one(), std::vector<int32_t>{1, 3});
  const nrnn_ctc_args args = {3, 2, 2, 1, 0, 0, 0, logits.get(), targets.get(), nullptr, nullptr};
  const auto message = [&](const nrnn_ctc_args& changed) {
    const nrnn_status status = nrnn_ctc_forward(one().get(), &changed, losses.get(), nullptr);
    return Done(one(), status) == NRNN_INVALID_ARGUMENT ? LastReason() : "no failure";
  };
  EXPECT_EQ(Done(one(), nrnn_ctc_forward(one().get(), &args, losses.get(), nullptr)), NRNN_OK);
  auto changed = args;
  changed.blank = 2;
  EXPECT_EQ(message(changed), "blank is 2, must be 0..1");
  changed = args;
  changed.classes = 0;
  EXPECT_NE(message(changed).find("classes is 0"), std::string::npos);
  changed = args;
  changed.lengths = wrong.get();
  changed.steps = 2;
  EXPECT_NE(message(changed).find("logits holds 12"), std::string::npos) << message(changed);
  changed.steps = 3;
  changed.target_lengths = wrong.get();
  EXPECT_EQ(message(changed), "target_lengths[1] is 3, must be 0..1");
  changed = args;
  changed.targets = wrong.get();
  EXPECT_EQ(message(changed), "targets[1,0] is 3, must be 0..1 and not the blank (0)");
  const Buffer first_wrong(one(), std::vector<int32_t>{1, 0});
  changed.targets = first_wrong.get();
  changed.blank = 1;
  EXPECT_EQ(message(changed), "targets[0,0] is 1, must be 0..1 and not the blank (1)");
  EXPECT_EQ(nrnn_ctc_backward(one().get(), &args, losses.get(), losses.get(), logits.get()),
            NRNN_INVALID_ARGUMENT);
  EXPECT_EQ(std::string(nrnn_last_error()).find("nrnn_ctc_backward: reserve holds 2"), 0U)
      << nrnn_last_error();
}

NRNN_INSTANTIATE_TARGETS(Ctc);

}  // namespace
}  // namespace nrnn::test
