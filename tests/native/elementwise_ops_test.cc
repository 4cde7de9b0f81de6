// Unary, affine, binary and where against the reference and, for the accuracy of functions, against
// float64.
#include <cstring>
#include <limits>

#include "ops_fixture.h"
#include "reference/elementwise.h"

namespace nrnn::test {
namespace {

constexpr float kInfinity = std::numeric_limits<float>::infinity();
constexpr float kNaN = std::numeric_limits<float>::quiet_NaN();

using ElementwiseOps = OpsTest;

std::vector<float> RunUnary(const Device& device, int32_t op, const std::vector<float>& values) {
  const Buffer x(device, values);
  Check(nrnn_unary_forward(op, x.get(), x.get()));
  return x.Read();
}

// Distance in units of the last place of the exact result; infinite where only one of the two is
// NaN.
double Ulps(float got, double want) {
  if (std::isnan(want) || std::isnan(got))
    return std::isnan(want) && std::isnan(got) ? 0 : kInfinity;
  if (std::abs(want) > std::numeric_limits<float>::max()) {
    return got == static_cast<float>(want) ? 0 : kInfinity;
  }
  if (std::isinf(got)) return kInfinity;
  int exponent = 0;
  std::frexp(want, &exponent);
  return std::abs(got - want) / std::ldexp(1.0, std::max(exponent, -125) - 24);
}

TEST_P(ElementwiseOps, FunctionsAreWithinTwoUlpsOverAllFloats) {
  std::vector<float> x;
  for (uint64_t bits = 0; bits < (uint64_t{1} << 32); bits += 20011 * SweepStride()) {
    const auto word = static_cast<uint32_t>(bits);
    float value = 0;
    std::memcpy(&value, &word, sizeof value);
    x.push_back(value);
  }
  for (double at = -110; at < 95; at += 0.00137 * SweepStride())
    x.push_back(static_cast<float>(at));
  for (int32_t op = NRNN_UNARY_NEGATE; op <= NRNN_UNARY_SOFTPLUS; ++op) {
    const auto want = reference::UnaryForward(static_cast<nrnn_unary_op>(op), Doubles(x));
    const auto got = RunUnary(one(), op, x);
    double worst = 0;
    size_t at = 0;
    for (size_t k = 0; k < x.size(); ++k) {
      // sigmoid gives 0 where the exact value is a subnormal number below 2^-127.
      if (op == NRNN_UNARY_SIGMOID && want[k] < 0x1p-127 && got[k] == 0) continue;
      const double off = Ulps(got[k], want[k]);
      if (off > worst) {
        worst = off;
        at = k;
      }
    }
    EXPECT_LE(worst, 2) << "op " << op << " of " << x[at] << " is " << got[at] << ", want "
                        << want[at];
  }
}

TEST_P(ElementwiseOps, LimitsAreExact) {
  struct Limit {
    nrnn_unary_op op;
    float x, y;
  };
  const Limit limits[] = {
      {NRNN_UNARY_EXP, kInfinity, kInfinity},
      {NRNN_UNARY_EXP, -kInfinity, 0},
      {NRNN_UNARY_EXP, 88.8f, kInfinity},
      {NRNN_UNARY_EXP, -104, 0},
      {NRNN_UNARY_EXP, 0, 1},
      {NRNN_UNARY_LOG, 0, -kInfinity},
      {NRNN_UNARY_LOG, kInfinity, kInfinity},
      {NRNN_UNARY_LOG, -1, kNaN},
      {NRNN_UNARY_LOG, 1, 0},
      {NRNN_UNARY_TANH, kInfinity, 1},
      {NRNN_UNARY_TANH, -kInfinity, -1},
      {NRNN_UNARY_TANH, 0, 0},
      {NRNN_UNARY_SIGMOID, kInfinity, 1},
      {NRNN_UNARY_SIGMOID, -kInfinity, 0},
      {NRNN_UNARY_SIGMOID, 0, 0.5f},
      {NRNN_UNARY_RELU, -kInfinity, 0},
      {NRNN_UNARY_SOFTPLUS, kInfinity, kInfinity},
      {NRNN_UNARY_SOFTPLUS, -kInfinity, 0},
      {NRNN_UNARY_GELU, kInfinity, kInfinity},
      {NRNN_UNARY_GELU, -kInfinity, 0},
      {NRNN_UNARY_GELU, 0, 0},
      {NRNN_UNARY_SQRT, -1, kNaN},
  };
  for (const Limit& limit : limits) {
    EXPECT_TRUE(Same(RunUnary(one(), limit.op, {limit.x}), {limit.y},
                     "op " + std::to_string(limit.op) + " of " + std::to_string(limit.x)));
  }
  for (int32_t op = NRNN_UNARY_NEGATE; op <= NRNN_UNARY_GELU; ++op) {
    const auto y = RunUnary(one(), op, {1, kNaN, 2, 3, kNaN});
    EXPECT_TRUE(std::isnan(y[1]) && std::isnan(y[4]) && !std::isnan(y[0] + y[2] + y[3])) << op;
  }
}

// Of the distribution function 7e-8 is the approximation's, the rest its roundings: 2.5e-7 in all.
TEST_P(ElementwiseOps, GeluIsCloseOverItsWholeRange) {
  std::vector<float> x;
  for (double at = -30; at < 30; at += 0.00037 * SweepStride()) x.push_back(static_cast<float>(at));
  const auto want = reference::UnaryForward(NRNN_UNARY_GELU, Doubles(x));
  const auto got = RunUnary(one(), NRNN_UNARY_GELU, x);
  const Buffer from(one(), x), y(one(), got), dy(one(), std::vector<float>(x.size(), 1));
  Check(nrnn_unary_backward(NRNN_UNARY_GELU, from.get(), y.get(), dy.get(), dy.get()));
  const auto slope =
      reference::UnaryBackward(NRNN_UNARY_GELU, Doubles(x), want, std::vector<double>(x.size(), 1));
  const auto slopes = dy.Read();
  for (size_t k = 0; k < x.size(); ++k) {
    ASSERT_LE(std::abs(got[k] - want[k]), 3e-7 * std::abs(x[k])) << x[k];
    ASSERT_LE(std::abs(slopes[k] - slope[k]), 4e-7) << x[k];
  }
}

std::vector<double> Operands(nrnn_unary_op op, Numbers& numbers, int64_t length) {
  auto x = numbers.Reals(length, 4);
  for (double& value : x) {
    if (op == NRNN_UNARY_LOG || op == NRNN_UNARY_SQRT)
      value = static_cast<float>(std::abs(value) + 0.125);
    if (numbers.Integer(0, 9) == 0 && op != NRNN_UNARY_LOG && op != NRNN_UNARY_SQRT) value = 0;
  }
  return x;
}

TEST_P(ElementwiseOps, UnaryMatchesReferenceAtEveryLengthAndOffset) {
  for (int64_t length = 1; length <= 70; length += SweepStride()) {
    for (int32_t code = NRNN_UNARY_NEGATE; code <= NRNN_UNARY_GELU; ++code) {
      const auto op = static_cast<nrnn_unary_op>(code);
      const std::string what = "op" + std::to_string(op) + "_n" + std::to_string(length);
      Numbers numbers(static_cast<uint64_t>(length * 16 + op));
      const auto x = Operands(op, numbers, length), dy = numbers.Reals(length);
      const auto y = Doubles(Floats(reference::UnaryForward(op, x)));
      const Placed from(one(), x, length % 5 + 1), to(one(), y, 3), kept(one(), y, 2);
      const Placed gradient(one(), dy, length % 3 + 1);
      Check(nrnn_unary_forward(op, from.get(), to.get()));
      // GELU: the distance of its distribution function, 2.5e-7 at most, times |x|.
      const bool gelu = op == NRNN_UNARY_GELU;
      const Tolerance allowed = gelu ? Tolerance{5e-7, 1e-6} : SumTolerance(1, {});
      EXPECT_TRUE(Near(to.Read(), y, allowed, what)) << what;
      Check(nrnn_unary_backward(op, from.get(), kept.get(), gradient.get(), gradient.get()));
      const auto want = reference::UnaryBackward(op, x, y, dy);
      EXPECT_TRUE(Near(gradient.Read(), want, gelu ? allowed : SumTolerance(1, want), what))
          << what;
      EXPECT_TRUE(to.Alone() && gradient.Alone()) << what;
    }
  }
}

TEST_P(ElementwiseOps, AffineAndWhereMatchReference) {
  for (int64_t length = 1; length <= 70; length += SweepStride()) {
    const std::string what = "n" + std::to_string(length);
    Numbers numbers(static_cast<uint64_t>(length));
    const auto x = numbers.Reals(length), a = numbers.Reals(length), b = numbers.Reals(length);
    auto test = numbers.Reals(length);
    for (double& value : test) value = numbers.Coin() ? value : 0;
    const Placed condition(one(), test, 1), left(one(), a, 2), right(one(), b, 3), to(one(), x, 5);
    Check(nrnn_affine(to.get(), -1.5f, 0.75f, to.get()));
    const auto scaled = reference::Affine(x, -1.5, 0.75);
    EXPECT_TRUE(Near(to.Read(), scaled, SumTolerance(1, scaled), what));
    Check(nrnn_where(condition.get(), left.get(), right.get(), to.get()));
    EXPECT_TRUE(Same(to.Read(), reference::Where(test, a, b), what));
    EXPECT_TRUE(to.Alone()) << what;
  }
}

struct BinaryCase {
  std::vector<int64_t> sizes, a_strides, b_strides;
  int64_t a_length, b_length;
};

// Where the operands begin in their buffers.
struct Places {
  int64_t a, b, y;
};

std::vector<float> RunBinary(const Device& device, int32_t op, const BinaryCase& shape,
                             const std::vector<double>& a, const std::vector<double>& b,
                             bool in_place, const Places& places = {1, 3, 2}) {
  int64_t count = 1;
  nrnn_binary_args args = {};
  args.op = op;
  args.rank = static_cast<int32_t>(shape.sizes.size());
  for (size_t axis = 0; axis < shape.sizes.size(); ++axis) {
    args.sizes[axis] = shape.sizes[axis];
    args.a_strides[axis] = shape.a_strides[axis];
    args.b_strides[axis] = shape.b_strides[axis];
    count *= shape.sizes[axis];
  }
  const Placed left(device, a, places.a), right(device, b, places.b);
  const Placed y(device, std::vector<double>(static_cast<size_t>(count)), places.y);
  args.a = left.get();
  args.b = right.get();
  args.y = in_place ? left.get() : y.get();
  Check(nrnn_binary(&args));
  EXPECT_TRUE(left.Alone() && y.Alone());
  return in_place ? left.Read() : y.Read();
}

TEST_P(ElementwiseOps, BinaryMatchesReferenceWithBroadcasts) {
  for (int64_t size = 1; size <= 70; size += SweepStride()) {
    const int64_t n = size, m = size % 7 + 1;
    const BinaryCase cases[] = {
        {{n}, {1}, {1}, n, n},
        {{m, n}, {n, 1}, {0, 1}, m * n, n},               // a row
        {{m, n}, {n, 1}, {1, 0}, m * n, m},               // a column
        {{m, n}, {1, m}, {n, 1}, m * n, m * n},           // transposed
        {{m, 3, n}, {0, n, 1}, {n, 0, 0}, 3 * n, m * n},  // both
        {{m, n}, {0, 0}, {n, 1}, 1, m * n},               // a number
        {{}, {}, {}, 1, 1},
    };
    for (const BinaryCase& shape : cases) {
      Numbers numbers(static_cast<uint64_t>(size));
      auto a = numbers.Reals(shape.a_length), b = numbers.Reals(shape.b_length);
      for (double& value : b) value = numbers.Integer(0, 3) ? static_cast<float>(value + 2) : a[0];
      for (int32_t op = NRNN_BINARY_ADD; op <= NRNN_BINARY_EQUAL; ++op) {
        const std::string what = "op" + std::to_string(op) + "_size" + std::to_string(size) +
                                 "_rank" + std::to_string(shape.sizes.size());
        const auto want = reference::Binary(static_cast<nrnn_binary_op>(op),
                                            {shape.sizes, shape.a_strides, shape.b_strides}, a, b);
        const auto got = RunBinary(one(), op, shape, a, b, false);
        EXPECT_TRUE(Near(got, want, SumTolerance(1, {}, 1), what));
        if (shape.a_strides == std::vector<int64_t>{n, 1} || shape.sizes.size() == 1) {
          EXPECT_TRUE(SameBits(RunBinary(one(), op, shape, a, b, true), got, what));
        }
      }
    }
  }
}

// Where fours of floats are read and written together, and where they are not.
TEST_P(ElementwiseOps, BinaryMatchesReferenceWhereverOperandsBegin) {
  const BinaryCase cases[] = {
      {{5, 7, 8}, {56, 8, 1}, {0, 8, 1}, 280, 56},
      {{5, 7, 8}, {56, 8, 1}, {7, 1, 0}, 280, 35},
      {{5, 7, 8}, {0, 0, 1}, {56, 8, 1}, 8, 280},
      {{5, 7, 8}, {57, 8, 1}, {0, 0, 0}, 284, 1},
      {{5, 7, 6}, {42, 6, 1}, {0, 0, 1}, 210, 6},
      {{3, 20000}, {20000, 1}, {0, 1}, 60000, 20000},
      {{3, 20001}, {20001, 1}, {0, 1}, 60003, 20001},
      {{60003}, {1}, {1}, 60003, 60003},
  };
  Numbers numbers(11);
  for (const BinaryCase& shape : cases) {
    const auto a = numbers.Reals(shape.a_length), b = numbers.Reals(shape.b_length);
    const auto want = reference::Binary(NRNN_BINARY_SUBTRACT,
                                        {shape.sizes, shape.a_strides, shape.b_strides}, a, b);
    for (const Places& places : {Places{0, 4, 8}, {5, 1, 9}, {0, 4, 1}, {4, 1, 8}, {3, 4, 4}}) {
      const std::string what = "n" + std::to_string(want.size()) + "_at" +
                               std::to_string(places.a) + std::to_string(places.b) +
                               std::to_string(places.y);
      const auto got = RunBinary(three(), NRNN_BINARY_SUBTRACT, shape, a, b, false, places);
      EXPECT_TRUE(Near(got, want, SumTolerance(1, {}, 1), what));
    }
  }
}

TEST_P(ElementwiseOps, LongRunsMatchReferenceWhereverTheyBegin) {
  for (const int64_t length : {3, 4, 9, 70001}) {
    Numbers numbers(static_cast<uint64_t>(length));
    const auto x = numbers.Reals(length), dy = numbers.Reals(length);
    const auto y = reference::UnaryForward(NRNN_UNARY_SQUARE, x);
    const auto dx = reference::UnaryBackward(NRNN_UNARY_SQUARE, x, y, dy);
    const auto chosen = reference::Where(x, y, dy), scaled = reference::Affine(x, -3.0, 0.5);
    for (int64_t place = 0; place < 16; ++place) {
      const int64_t first = place % 4 + 4, second = place / 4;
      const std::string what = "n" + std::to_string(length) + "_at" + std::to_string(place);
      const Placed from(three(), x, first), to(three(), dy, second), kept(three(), y, first);
      const Placed gradient(three(), dy, second), affine(three(), x, first);
      Check(nrnn_unary_forward(NRNN_UNARY_SQUARE, from.get(), to.get()));
      EXPECT_TRUE(Near(to.Read(), y, SumTolerance(1, y), what));
      Check(nrnn_where(from.get(), kept.get(), gradient.get(), to.get()));
      EXPECT_TRUE(Near(to.Read(), chosen, SumTolerance(1, y), what));
      Check(nrnn_unary_backward(NRNN_UNARY_SQUARE, from.get(), kept.get(), gradient.get(),
                                gradient.get()));
      EXPECT_TRUE(Near(gradient.Read(), dx, SumTolerance(1, dx), what));
      Check(nrnn_affine(affine.get(), -3, 0.5f, affine.get()));
      EXPECT_TRUE(Near(affine.Read(), scaled, SumTolerance(1, scaled), what));
      EXPECT_TRUE(to.Alone() && gradient.Alone() && affine.Alone()) << what;
    }
  }
}

TEST_P(ElementwiseOps, NothingIsDoneToNothing) {
  const Buffer none(one(), 0);
  EXPECT_EQ(Done(one(), nrnn_unary_forward(NRNN_UNARY_EXP, none.get(), none.get())), NRNN_OK);
  const nrnn_binary_args args = {NRNN_BINARY_ADD, 2,          {0, 3},     {3, 1},
                                 {3, 1},          none.get(), none.get(), none.get()};
  EXPECT_EQ(Done(one(), nrnn_binary(&args)), NRNN_OK);
}

TEST_P(ElementwiseOps, BinaryRefusesToOverwriteWhatItStillReads) {
  const Buffer x(one(), 6), row(one(), 3);
  nrnn_binary_args args = {NRNN_BINARY_ADD, 2, {2, 3}, {1, 2}, {3, 1}, x.get(), x.get(), x.get()};
  EXPECT_EQ(nrnn_binary(&args), NRNN_INVALID_ARGUMENT);  // a is transposed
  args.a_strides[0] = 3;
  args.a_strides[1] = 1;
  EXPECT_EQ(nrnn_binary(&args), NRNN_OK);
}

TEST_P(ElementwiseOps, ThreadsGiveTheSameBits) {
  const int64_t length = 100003;
  Numbers numbers(1);
  const auto values = Floats(numbers.Reals(length, 3));
  for (int32_t op = NRNN_UNARY_NEGATE; op <= NRNN_UNARY_GELU; ++op) {
    ExpectSameBits([&](const Device& device) { return RunUnary(device, op, values); }, "unary");
  }
  const BinaryCase shape = {{337, 301}, {301, 1}, {0, 1}, 337 * 301, 301};
  const auto a = numbers.Reals(shape.a_length), b = numbers.Reals(shape.b_length);
  const auto got = RunBinary(three(), NRNN_BINARY_MULTIPLY, shape, a, b, false);
  const auto want = reference::Binary(NRNN_BINARY_MULTIPLY,
                                      {shape.sizes, shape.a_strides, shape.b_strides}, a, b);
  EXPECT_TRUE(Near(got, want, SumTolerance(1, {}, 1), "binary"));
}

NRNN_INSTANTIATE_TARGETS(ElementwiseOps);

}  // namespace
}  // namespace nrnn::test
