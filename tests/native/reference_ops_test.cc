// The reference's other gradients against central differences.
#include <gtest/gtest.h>

#include "numbers.h"
#include "reference/dense.h"
#include "reference/elementwise.h"
#include "reference/rows.h"
#include "reference_gradients.h"

namespace nrnn::test {
namespace {

TEST(ReferenceDense, LinearGradientsMatchDifferences) {
  Numbers numbers(1);
  const reference::LinearShape shape = {4, 3, 5};
  auto x = numbers.Reals(4 * 3), weight = numbers.Reals(5 * 3), bias = numbers.Reals(5);
  const auto dy = numbers.Reals(4 * 5);
  const auto loss = [&] { return Dot(dy, reference::LinearForward(shape, x, weight, bias)); };
  const auto gradients = reference::LinearBackward(shape, x, weight, dy);
  EXPECT_TRUE(MatchesDifferences(gradients.dx, x, loss, "dx"));
  EXPECT_TRUE(MatchesDifferences(gradients.dweight, weight, loss, "dweight"));
  EXPECT_TRUE(MatchesDifferences(gradients.dbias, bias, loss, "dbias"));
}

TEST(ReferenceDense, EmbeddingGradientMatchesDifferences) {
  Numbers numbers(2);
  auto table = numbers.Reals(5 * 3);
  const std::vector<int32_t> indices = {4, 0, 4, 2};
  const auto dy = numbers.Reals(4 * 3);
  std::vector<double> dtable(table.size());
  reference::EmbeddingBackward(3, -1, dy, indices, dtable);
  const auto loss = [&] { return Dot(dy, reference::EmbeddingForward(3, table, indices)); };
  EXPECT_TRUE(MatchesDifferences(dtable, table, loss, "dtable"));
}

TEST(ReferenceDense, EmbeddingPaddingHasNoGradient) {
  std::vector<double> dtable(3);
  reference::EmbeddingBackward<double>(1, 1, {1, 2, 4, 8}, {0, 1, 2, 0}, dtable);
  EXPECT_EQ(dtable, (std::vector<double>{9, 0, 4}));
}

TEST(ReferenceDense, GemmTransposesAndShares) {
  // a = [1 2; 3 4], b = [5 6; 7 8]
  const std::vector<double> a = {1, 2, 3, 4}, b = {5, 6, 7, 8};
  std::vector<double> c(4);
  reference::Gemm({1, 2, 2, 2, false, false, false, false, false}, a, b, c);
  EXPECT_EQ(c, (std::vector<double>{19, 22, 43, 50}));
  reference::Gemm({1, 2, 2, 2, true, false, false, false, true}, a, b, c);
  EXPECT_EQ(c, (std::vector<double>{19 + 26, 22 + 30, 43 + 38, 50 + 44}));
  reference::Gemm({1, 2, 2, 2, false, true, false, false, false}, a, b, c);
  EXPECT_EQ(c, (std::vector<double>{17, 23, 39, 53}));
  std::vector<double> twice(8);
  reference::Gemm({2, 2, 2, 2, false, true, true, true, false}, a, b, twice);
  EXPECT_EQ(twice, (std::vector<double>{17, 23, 39, 53, 17, 23, 39, 53}));
}

TEST(ReferenceElementwise, UnaryGradientsMatchDifferences) {
  for (int op = NRNN_UNARY_NEGATE; op <= NRNN_UNARY_GELU; ++op) {
    Numbers numbers(3);
    auto x = numbers.Reals(40, 4);
    const auto unary = static_cast<nrnn_unary_op>(op);
    if (op == NRNN_UNARY_LOG || op == NRNN_UNARY_SQRT) {
      for (double& value : x) value = 0.1 + value * value;
    }
    const auto dy = numbers.Reals(40);
    const auto dx = reference::UnaryBackward(unary, x, reference::UnaryForward(unary, x), dy);
    const auto loss = [&] { return Dot(dy, reference::UnaryForward(unary, x)); };
    EXPECT_TRUE(MatchesDifferences(dx, x, loss, "unary " + std::to_string(op)));
  }
}

TEST(ReferenceRows, SoftmaxGradientsMatchDifferences) {
  for (const bool logarithm : {false, true}) {
    Numbers numbers(4);
    auto x = numbers.Reals(3 * 5, 3);
    const auto dy = numbers.Reals(3 * 5);
    const auto y = reference::SoftmaxForward(3, 5, logarithm, x);
    const auto dx = reference::SoftmaxBackward(3, 5, logarithm, y, dy);
    const auto loss = [&] { return Dot(dy, reference::SoftmaxForward(3, 5, logarithm, x)); };
    EXPECT_TRUE(MatchesDifferences(dx, x, loss, logarithm ? "log-softmax" : "softmax"));
  }
}

TEST(ReferenceRows, CrossEntropyGradientMatchesDifferences) {
  for (const double smoothing : {0.0, 0.1, 1.0}) {
    Numbers numbers(5);
    const reference::CrossEntropyShape shape = {4, 6, -100, smoothing};
    auto logits = numbers.Reals(4 * 6, 3);
    const std::vector<int32_t> targets = {5, -100, 0, 2};
    const auto dlosses = numbers.Reals(4);
    const auto losses = reference::CrossEntropyForward(shape, logits, targets);
    EXPECT_EQ(losses[1], 0);
    const auto dlogits = reference::CrossEntropyBackward(shape, logits, targets, dlosses);
    const auto loss = [&] {
      return Dot(dlosses, reference::CrossEntropyForward(shape, logits, targets));
    };
    EXPECT_TRUE(MatchesDifferences(dlogits, logits, loss, "cross-entropy"));
  }
}

TEST(ReferenceRows, MaxGradientMatchesDifferences) {
  Numbers numbers(6);
  const Axis axis = {2, 5, 3};
  auto x = numbers.Reals(2 * 5 * 3);
  const auto dy = numbers.Reals(2 * 3);
  const auto dx = reference::MaxBackward(axis, x, reference::MaxForward(axis, x), dy);
  const auto loss = [&] { return Dot(dy, reference::MaxForward(axis, x)); };
  EXPECT_TRUE(MatchesDifferences(dx, x, loss, "max"));
}

TEST(ReferenceRows, MaxSharesItsGradientBetweenEquals) {
  const std::vector<double> x = {2, 3, 3, 1};
  const auto y = reference::MaxForward({1, 4, 1}, x);
  EXPECT_EQ(reference::MaxBackward({1, 4, 1}, x, y, std::vector<double>{6}),
            (std::vector<double>{0, 3, 3, 0}));
}

TEST(ReferenceRows, ScatterAddIsTheGradientOfGather) {
  Numbers numbers(7);
  const Axis axis = {2, 4, 3};
  auto x = numbers.Reals(2 * 4 * 3);
  std::vector<int32_t> indices(2 * 5 * 3);
  for (int32_t& index : indices) index = static_cast<int32_t>(numbers.Integer(0, 3));
  const auto dy = numbers.Reals(2 * 5 * 3);
  std::vector<double> dx(x.size());
  reference::ScatterAdd(axis, 5, dy, indices, dx);
  const auto loss = [&] { return Dot(dy, reference::Gather(axis, 5, x, indices)); };
  EXPECT_TRUE(MatchesDifferences(dx, x, loss, "gather"));
}

TEST(ReferenceElementwise, CopySumsAndTransposes) {
  const std::vector<double> x = {1, 2, 3, 4, 5, 6};  // [2,3]
  std::vector<double> y(6);
  reference::CopyStrided({false, {3, 2}, 0, {1, 3}, 0, {2, 1}}, x, y);
  EXPECT_EQ(y, (std::vector<double>{1, 4, 2, 5, 3, 6}));
  std::vector<double> sums(2);
  reference::CopyStrided({true, {2, 3}, 0, {3, 1}, 0, {1, 0}}, x, sums);
  EXPECT_EQ(sums, (std::vector<double>{6, 15}));
  std::vector<double> reversed(6);
  reference::CopyStrided({false, {6}, 5, {-1}, 0, {1}}, x, reversed);
  EXPECT_EQ(reversed, (std::vector<double>{6, 5, 4, 3, 2, 1}));
}

}  // namespace
}  // namespace nrnn::test
