// Layer normalisation against the reference.
#include "reference/layer_norm.h"

#include <limits>

#include "ops_fixture.h"

namespace nrnn::test {
namespace {

using LayerNorm = OpsTest;

struct LayerNormCase {
  int64_t rows, columns;
  bool affine;
  std::vector<double> x, dy, weight, bias, sums;
};

LayerNormCase MakeCase(int64_t rows, int64_t columns, bool affine) {
  Numbers numbers(static_cast<uint64_t>(rows * 1000 + columns));
  LayerNormCase made{rows, columns, affine, numbers.Reals(rows * columns, 2), {}, {}, {}, {}};
  made.dy = numbers.Reals(rows * columns);
  made.weight = numbers.Reals(columns);
  made.bias = numbers.Reals(columns);
  made.sums = numbers.Reals(columns);
  return made;
}

// y, statistics, dx, dweight, dbias, one after the other; the sums begin with c.sums.
std::vector<std::vector<float>> RunNorm(const Device& device, const LayerNormCase& c) {
  const auto length = static_cast<size_t>(c.rows * c.columns);
  const std::vector<double> blank(length, std::numeric_limits<double>::quiet_NaN());
  const Placed x(device, c.x, 1), dy(device, c.dy, 3), weight(device, c.weight, 5);
  const Placed bias(device, c.bias, 2), y(device, blank, 7), dx(device, blank, 3);
  const Placed statistics(device, std::vector<double>(static_cast<size_t>(2 * c.rows)), 1);
  const Placed dweight(device, c.sums, 1), dbias(device, c.sums, 6);
  const nrnn_layer_norm_args forward = {c.rows,
                                        c.columns,
                                        1e-3f,
                                        x.get(),
                                        c.affine ? weight.get() : nullptr,
                                        c.affine ? bias.get() : nullptr,
                                        y.get(),
                                        statistics.get()};
  Check(nrnn_layer_norm_forward(&forward));
  const nrnn_layer_norm_backward_args backward = {c.rows,
                                                  c.columns,
                                                  x.get(),
                                                  c.affine ? weight.get() : nullptr,
                                                  statistics.get(),
                                                  dy.get(),
                                                  dx.get(),
                                                  c.affine ? dweight.get() : nullptr,
                                                  c.affine ? dbias.get() : nullptr};
  Check(nrnn_layer_norm_backward(&backward));
  EXPECT_TRUE(y.Alone() && statistics.Alone() && dx.Alone() && dweight.Alone() && dbias.Alone());
  return {y.Read(), dx.Read(), dweight.Read(), dbias.Read()};
}

std::vector<double> Sum(std::vector<double> a, const std::vector<double>& b) {
  for (size_t k = 0; k < a.size(); ++k) a[k] += b[k];
  return a;
}

TEST_P(LayerNorm, MatchesReferenceAtEveryWidth) {
  for (int64_t columns = 1; columns <= 70; columns += SweepStride()) {
    for (const bool affine : {false, true}) {
      const LayerNormCase c = MakeCase(columns % 7 * 13 + 1, columns, affine);
      const std::string what = "columns" + std::to_string(columns) + (affine ? "_affine" : "");
      const auto weight = affine ? c.weight : std::vector<double>();
      const auto bias = affine ? c.bias : std::vector<double>();
      const reference::LayerNormShape shape = {c.rows, columns, 1e-3f};
      const auto got = RunNorm(one(), c);
      // terms: the columns of the sums. With few columns a row's variance may be small, and the
      // rounding of x - m is scaled by up to 1 / sqrt(epsilon) = 32; in dx, once more.
      const double spread = columns <= 3 ? 32 * 4 : 4;
      const auto terms = static_cast<double>(columns);
      const auto y = reference::LayerNormForward(shape, c.x, weight, bias);
      EXPECT_TRUE(Near(got[0], y, SumTolerance(terms, y, spread), "y " + what));
      const auto want = reference::LayerNormBackward(shape, c.x, weight, c.dy);
      const double steep = columns <= 3 ? 32 * 32 * 4 : 8;
      EXPECT_TRUE(Near(got[1], want.dx, SumTolerance(terms, want.dx, steep), "dx " + what));
      if (!affine) continue;
      const auto rows = static_cast<double>(c.rows + 1);
      const auto dweight = Sum(c.sums, want.dweight), dbias = Sum(c.sums, want.dbias);
      EXPECT_TRUE(Near(got[2], dweight, SumTolerance(rows, dweight, spread), "dweight " + what));
      EXPECT_TRUE(Near(got[3], dbias, SumTolerance(rows, dbias), "dbias " + what));
    }
  }
}

// More columns than a GPU's block keeps sums of, and more rows than one part has.
TEST_P(LayerNorm, MatchesReferenceWhereItIsWideOrLong) {
  for (const auto& [rows, columns] : {std::pair<int64_t, int64_t>{9, 3601}, {2600, 6}}) {
    const LayerNormCase c = MakeCase(rows, columns, true);
    const std::string what = "columns" + std::to_string(columns);
    const auto got = RunNorm(three(), c);
    const auto y = reference::LayerNormForward({rows, columns, 1e-3f}, c.x, c.weight, c.bias);
    const auto want = reference::LayerNormBackward({rows, columns, 1e-3f}, c.x, c.weight, c.dy);
    // terms: the columns, or the rows, of a sum; few columns may have a small variance, as above.
    const auto across = static_cast<double>(columns), along = static_cast<double>(rows + 1);
    const auto dweight = Sum(c.sums, want.dweight), dbias = Sum(c.sums, want.dbias);
    EXPECT_TRUE(Near(got[0], y, SumTolerance(across, y, 32), "y " + what));
    EXPECT_TRUE(Near(got[1], want.dx, SumTolerance(across, want.dx, 32 * 8), "dx " + what));
    EXPECT_TRUE(Near(got[2], dweight, SumTolerance(along, dweight, 8), "dweight " + what));
    EXPECT_TRUE(Near(got[3], dbias, SumTolerance(along, dbias), "dbias " + what));
  }
}

TEST_P(LayerNorm, LargeMeanKeepsItsDigits) {
  const Buffer x(one(), std::vector<float>{10001, 10002, 10003}), y(one(), 3);
  const nrnn_layer_norm_args args = {1, 3, 0, x.get(), nullptr, nullptr, y.get(), nullptr};
  Check(nrnn_layer_norm_forward(&args));
  EXPECT_TRUE(Near(y.Read(), {-std::sqrt(1.5), 0, std::sqrt(1.5)}, {1e-6, 1e-6}, "y"));
}

TEST_P(LayerNorm, EqualValuesGiveTheBias) {
  const Buffer x(one(), std::vector<float>{3, 3, 3, 3}),
      bias(one(), std::vector<float>{1, 2, 3, 4});
  const Buffer y(one(), 4);
  const nrnn_layer_norm_args args = {1, 4, 1e-5f, x.get(), nullptr, bias.get(), y.get(), nullptr};
  Check(nrnn_layer_norm_forward(&args));
  EXPECT_TRUE(Same(y.Read(), {1, 2, 3, 4}, "y"));
}

TEST_P(LayerNorm, ThreadsGiveTheSameBits) {
  const LayerNormCase c = MakeCase(500, 300, true);
  for (size_t result = 0; result < 4; ++result) {
    ExpectSameBits([&](const Device& device) { return RunNorm(device, c)[result]; }, "layer norm");
  }
}

TEST_P(LayerNorm, WrongCallsAreRefused) {
  const Buffer x(one(), 6), y(one(), 6), short_weight(one(), 2);
  nrnn_layer_norm_args args = {2, 3, -1, x.get(), nullptr, nullptr, y.get(), nullptr};
  EXPECT_EQ(nrnn_layer_norm_forward(&args), NRNN_INVALID_ARGUMENT);
  EXPECT_STREQ(nrnn_last_error(),
               "nrnn_layer_norm_forward: epsilon is -1, must be at least 0 and finite");
  args.epsilon = 0;
  args.columns = 0;
  EXPECT_EQ(nrnn_layer_norm_forward(&args), NRNN_INVALID_ARGUMENT);
  args.columns = 3;
  args.weight = short_weight.get();
  EXPECT_EQ(nrnn_layer_norm_forward(&args), NRNN_INVALID_ARGUMENT);
  EXPECT_EQ(nrnn_layer_norm_forward(nullptr), NRNN_INVALID_ARGUMENT);
  const nrnn_layer_norm_backward_args backward = {2,       3,       x.get(), nullptr, nullptr,
                                                  y.get(), nullptr, nullptr, nullptr};
  EXPECT_EQ(nrnn_layer_norm_backward(&backward), NRNN_INVALID_ARGUMENT);
  EXPECT_EQ(nrnn_layer_norm_backward(nullptr), NRNN_INVALID_ARGUMENT);
}

NRNN_INSTANTIATE_TARGETS(LayerNorm);

}  // namespace
}  // namespace nrnn::test
