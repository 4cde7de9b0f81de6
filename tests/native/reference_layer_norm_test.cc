// The reference of layer normalisation: values of its equations, gradients against central
// differences.
#include <gtest/gtest.h>

#include "numbers.h"
#include "reference/layer_norm.h"
#include "reference_gradients.h"

namespace nrnn::test {
namespace {

TEST(ReferenceLayerNorm, NormalizesEachRow) {
  // mean 2, variance 1; mean 0, variance 0.
  const auto y = reference::LayerNormForward<double>({2, 2, 0.44}, {1, 3, 0, 0}, {2, 3}, {10, 20});
  EXPECT_NEAR(y[0], 10 - 2 / 1.2, 1e-12);
  EXPECT_NEAR(y[1], 20 + 3 / 1.2, 1e-12);
  EXPECT_EQ(y[2], 10);
  EXPECT_EQ(y[3], 20);
}

TEST(ReferenceLayerNorm, GradientsMatchDifferences) {
  for (const bool affine : {false, true}) {
    Numbers numbers(8);
    const reference::LayerNormShape shape = {3, 5, 1e-3};
    auto x = numbers.Reals(3 * 5, 2), weight = numbers.Reals(5), bias = numbers.Reals(5);
    if (!affine) weight.clear(), bias.clear();
    const auto dy = numbers.Reals(3 * 5);
    const auto loss = [&] { return Dot(dy, reference::LayerNormForward(shape, x, weight, bias)); };
    const auto gradients = reference::LayerNormBackward(shape, x, weight, dy);
    EXPECT_TRUE(MatchesDifferences(gradients.dx, x, loss, "dx"));
    if (!affine) continue;
    EXPECT_TRUE(MatchesDifferences(gradients.dweight, weight, loss, "dweight"));
    EXPECT_TRUE(MatchesDifferences(gradients.dbias, bias, loss, "dbias"));
  }
}

}  // namespace
}  // namespace nrnn::test
