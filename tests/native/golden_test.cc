// The library against PyTorch.
#include "golden.h"

#include <gtest/gtest.h>

#include <functional>
#include <tuple>

#include "numbers.h"
#include "rnn_run.h"

namespace nrnn::test {
namespace {

class GoldenRnnTest : public testing::TestWithParam<std::tuple<Cell, const char*>> {};

TEST_P(GoldenRnnTest, MatchesPyTorch) {
  const GoldenRnn golden(std::get<0>(GetParam()), std::get<1>(GetParam()));
  RnnWant want = {golden.outputs, golden.gradients};
  for (double& gradient : want.gradients.dparams) gradient += kGradientBefore;
  for (const int32_t target : Targets()) {
    if (!TargetRuns(target)) continue;
    const Device device(2, target);
    if (device.IsGpu() && golden.rnn_case.shape.options.any) {
      GTEST_SKIP() << "cells with options run on the CPU only";
    }
    const auto got =
        RunRnn(device, golden.rnn_case.Config(), golden.sequence, golden.output_gradients);
    EXPECT_TRUE(
        NearReference(got, want, golden.rnn_case.shape, golden.sequence, TargetName(target)));
  }
}

INSTANTIATE_TEST_SUITE_P(All, GoldenRnnTest,
                         testing::Combine(testing::ValuesIn(kGoldenCells),
                                          testing::ValuesIn(kGoldenVariants)),
                         [](const auto& test) {
                           return CellName(std::get<0>(test.param)) + "_" + std::get<1>(test.param);
                         });
INSTANTIATE_TEST_SUITE_P(Projected, GoldenRnnTest,
                         testing::Combine(testing::Values(Cell::kLstm),
                                          testing::ValuesIn(kGoldenProjections)),
                         [](const auto& test) { return std::string(std::get<1>(test.param)); });

TEST(GoldenTest, CrossEntropyMatchesPyTorch) {
  const Golden golden("cross_entropy");
  const Device device(1);
  for (const std::string key : {"hard", "smooth"}) {
    const Buffer logits(device, golden[key + "_logits"]);
    const Buffer targets(device, golden.Integers(key + "_targets"));
    const Buffer dlosses(device, golden[key + "_dlosses"]);
    const Buffer losses = Buffer::Unwritten(device, 6), dlogits = Buffer::Unwritten(device, 54);
    nrnn_cross_entropy_args args = {};
    args.rows = 6;
    args.columns = 9;
    args.ignore_index = -100;
    args.label_smoothing = static_cast<float>(golden[key + "_smoothing"][0]);
    args.logits = logits.get();
    args.targets = targets.get();
    Check(nrnn_cross_entropy_forward(&args, losses.get()));
    Check(nrnn_cross_entropy_backward(&args, dlosses.get(), dlogits.get()));
    // terms: the 9 columns.
    const auto& want_losses = golden[key + "_losses"];
    const auto& want_dlogits = golden[key + "_dlogits"];
    EXPECT_TRUE(Near(losses.Read(), want_losses, SumTolerance(9, want_losses), key));
    EXPECT_TRUE(Near(dlogits.Read(), want_dlogits, SumTolerance(9, want_dlogits), key));
  }
}

// Runs five steps from the golden start; step(number, parameter, gradient, state, second state).
using Step =
    std::function<nrnn_status(int64_t, nrnn_buffer*, nrnn_buffer*, nrnn_buffer*, nrnn_buffer*)>;
void ExpectSteps(const char* name, const Step& step) {
  namespace options = golden_options;
  const Golden golden("optimizers");
  const Device device(1);
  const Buffer parameter(device, golden["start"]);
  const Buffer state(device, options::kLength), second(device, options::kLength);
  for (int64_t k = 0; k < options::kSteps; ++k) {
    const auto first = golden["gradients"].begin() + k * options::kLength;
    const Buffer gradient(device, std::vector<double>(first, first + options::kLength));
    Check(step(k + 1, parameter.get(), gradient.get(), state.get(), second.get()));
    EXPECT_EQ(gradient.Read(), std::vector<float>(options::kLength)) << name;
  }
  // terms: about ten roundings in each of the five steps.
  EXPECT_TRUE(Near(parameter.Read(), golden[name], SumTolerance(50, golden[name]), name));
}

TEST(GoldenTest, AdamMatchesPyTorch) {
  using namespace golden_options;
  for (const bool decoupled : {false, true}) {
    ExpectSteps(decoupled ? "adamw" : "adam", [&](int64_t number, nrnn_buffer* parameter,
                                                  nrnn_buffer* gradient, nrnn_buffer* first,
                                                  nrnn_buffer* second) {
      const nrnn_adam_args args = {kRate,  kBeta1, kBeta2,     kEpsilon,  kDecay, 0,      decoupled,
                                   number, 1,      &parameter, &gradient, &first, &second};
      return nrnn_adam_step(&args);
    });
  }
}

TEST(GoldenTest, SgdMatchesPyTorch) {
  using namespace golden_options;
  const struct {
    const char* name;
    float momentum;
    int32_t nesterov;
  } variants[] = {
      {"sgd", 0, 0}, {"sgd_momentum", kSgdMomentum, 0}, {"sgd_nesterov", kSgdMomentum, 1}};
  for (const auto& variant : variants) {
    ExpectSteps(variant.name, [&](int64_t, nrnn_buffer* parameter, nrnn_buffer* gradient,
                                  nrnn_buffer* velocity, nrnn_buffer*) {
      if (variant.momentum == 0) velocity = nullptr;
      const nrnn_sgd_args args = {kRate,      variant.momentum, kDecay,
                                  0,          variant.nesterov, 1,
                                  &parameter, &gradient,        velocity ? &velocity : nullptr};
      return nrnn_sgd_step(&args);
    });
  }
}

TEST(GoldenTest, RmspropMatchesPyTorch) {
  using namespace golden_options;
  for (const float momentum : {0.0f, kRmspropMomentum}) {
    ExpectSteps(momentum == 0 ? "rmsprop" : "rmsprop_momentum",
                [&](int64_t, nrnn_buffer* parameter, nrnn_buffer* gradient, nrnn_buffer* square,
                    nrnn_buffer* velocity) {
                  if (momentum == 0) velocity = nullptr;
                  const nrnn_rmsprop_args args = {kRate,
                                                  kAlpha,
                                                  kEpsilon,
                                                  momentum,
                                                  kDecay,
                                                  0,
                                                  1,
                                                  &parameter,
                                                  &gradient,
                                                  &square,
                                                  velocity ? &velocity : nullptr};
                  return nrnn_rmsprop_step(&args);
                });
  }
}

TEST(GoldenTest, AdagradMatchesPyTorch) {
  using namespace golden_options;
  ExpectSteps("adagrad", [&](int64_t, nrnn_buffer* parameter, nrnn_buffer* gradient,
                             nrnn_buffer* sum, nrnn_buffer*) {
    const nrnn_adagrad_args args = {kRate, kEpsilon, kDecay, 0, 1, &parameter, &gradient, &sum};
    return nrnn_adagrad_step(&args);
  });
}

}  // namespace
}  // namespace nrnn::test
