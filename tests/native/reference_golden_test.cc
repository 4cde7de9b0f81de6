// The reference against PyTorch: both compute in double, so they agree to about 1e-15 times the
// sums' lengths.
#include <gtest/gtest.h>

#include <cmath>
#include <functional>
#include <tuple>

#include "golden.h"
#include "reference/optimizers.h"
#include "reference/rows.h"

namespace nrnn::test {
namespace {

void ExpectEqualDoubles(const std::vector<double>& got, const std::vector<double>& want,
                        const char* what) {
  ASSERT_EQ(got.size(), want.size()) << what;
  for (size_t k = 0; k < got.size(); ++k) {
    ASSERT_NEAR(got[k], want[k], 1e-12 * (1 + std::abs(want[k]))) << what << " element " << k;
  }
}

class ReferenceGoldenRnn : public testing::TestWithParam<std::tuple<Cell, const char*>> {};

TEST_P(ReferenceGoldenRnn, MatchesPyTorch) {
  const GoldenRnn golden(std::get<0>(GetParam()), std::get<1>(GetParam()));
  const auto outputs = reference::RnnForward(golden.rnn_case.shape, golden.sequence);
  ExpectEqualDoubles(outputs.y, golden.outputs.y, "y");
  ExpectEqualDoubles(outputs.hn, golden.outputs.hn, "hn");
  ExpectEqualDoubles(outputs.cn, golden.outputs.cn, "cn");
  const auto gradients =
      reference::RnnBackward(golden.rnn_case.shape, golden.sequence, golden.output_gradients);
  ExpectEqualDoubles(gradients.dx, golden.gradients.dx, "dx");
  ExpectEqualDoubles(gradients.dh0, golden.gradients.dh0, "dh0");
  ExpectEqualDoubles(gradients.dc0, golden.gradients.dc0, "dc0");
  ExpectEqualDoubles(gradients.dparams, golden.gradients.dparams, "dparams");
}

INSTANTIATE_TEST_SUITE_P(All, ReferenceGoldenRnn,
                         testing::Combine(testing::ValuesIn(kGoldenCells),
                                          testing::ValuesIn(kGoldenVariants)),
                         [](const auto& test) {
                           return CellName(std::get<0>(test.param)) + "_" + std::get<1>(test.param);
                         });
INSTANTIATE_TEST_SUITE_P(Projected, ReferenceGoldenRnn,
                         testing::Combine(testing::Values(Cell::kLstm),
                                          testing::ValuesIn(kGoldenProjections)),
                         [](const auto& test) { return std::string(std::get<1>(test.param)); });

TEST(ReferenceGolden, CrossEntropyMatchesPyTorch) {
  const Golden golden("cross_entropy");
  for (const std::string key : {"hard", "smooth"}) {
    const auto targets = golden.Integers(key + "_targets");
    const reference::CrossEntropyShape shape = {6, 9, -100, golden[key + "_smoothing"][0]};
    const auto& logits = golden[key + "_logits"];
    ExpectEqualDoubles(reference::CrossEntropyForward(shape, logits, targets),
                       golden[key + "_losses"], "losses");
    ExpectEqualDoubles(
        reference::CrossEntropyBackward(shape, logits, targets, golden[key + "_dlosses"]),
        golden[key + "_dlogits"], "dlogits");
  }
}

// Runs five steps from the golden start; step(number, parameter, gradient, state, second state).
using Step = std::function<void(int64_t, std::vector<double>&, std::vector<double>&,
                                std::vector<double>&, std::vector<double>&)>;
void ExpectSteps(const char* name, const Step& step) {
  namespace options = golden_options;
  const Golden golden("optimizers");
  std::vector<double> parameter = golden["start"];
  std::vector<double> state(options::kLength), second(options::kLength);
  for (int64_t k = 0; k < options::kSteps; ++k) {
    const auto first = golden["gradients"].begin() + k * options::kLength;
    std::vector<double> gradient(first, first + options::kLength);
    step(k + 1, parameter, gradient, state, second);
    EXPECT_EQ(gradient, std::vector<double>(options::kLength)) << name;
  }
  ExpectEqualDoubles(parameter, golden[name], name);
}

TEST(ReferenceGolden, OptimizersMatchPyTorch) {
  using namespace golden_options;
  for (const bool decoupled : {false, true}) {
    ExpectSteps(decoupled ? "adamw" : "adam",
                [&](int64_t number, auto& parameter, auto& gradient, auto& first, auto& second) {
                  reference::AdamStep({kRate, kBeta1, kBeta2, kEpsilon, kDecay, decoupled}, number,
                                      parameter, gradient, first, second);
                });
  }
  std::vector<double> none;
  ExpectSteps("sgd", [&](int64_t, auto& parameter, auto& gradient, auto&, auto&) {
    reference::SgdStep({kRate, 0, kDecay, false}, parameter, gradient, none);
  });
  for (const bool nesterov : {false, true}) {
    ExpectSteps(nesterov ? "sgd_nesterov" : "sgd_momentum", [&](int64_t, auto& parameter,
                                                                auto& gradient, auto& velocity,
                                                                auto&) {
      reference::SgdStep({kRate, kSgdMomentum, kDecay, nesterov}, parameter, gradient, velocity);
    });
  }
  ExpectSteps("rmsprop", [&](int64_t, auto& parameter, auto& gradient, auto& square, auto&) {
    reference::RmspropStep({kRate, kAlpha, kEpsilon, 0, kDecay}, parameter, gradient, square, none);
  });
  ExpectSteps("rmsprop_momentum",
              [&](int64_t, auto& parameter, auto& gradient, auto& square, auto& velocity) {
                reference::RmspropStep({kRate, kAlpha, kEpsilon, kRmspropMomentum, kDecay},
                                       parameter, gradient, square, velocity);
              });
  ExpectSteps("adagrad", [&](int64_t, auto& parameter, auto& gradient, auto& sum, auto&) {
    reference::AdagradStep({kRate, kEpsilon, kDecay}, parameter, gradient, sum);
  });
}

}  // namespace
}  // namespace nrnn::test
