// Dropout, uniform and normal numbers: the reference's words, the same bits for every instruction
// set, start and thread.
#include <algorithm>
#include <limits>

#include "ops_fixture.h"
#include "reference/philox.h"

namespace nrnn::test {
namespace {

using RandomOps = OpsTest;

struct Stream {
  int64_t seed, offset;
};

// Streams whose key and counter use both halves of their 64 bits; the third crosses 32 bits within
// the call.
const Stream kStreams[] = {
    {1, 0}, {-123456789012345, 5000000000}, {77, (int64_t{1} << 32) - 3}, {int64_t{1} << 40, -2}};

std::string Name(const Stream& stream, int64_t length) {
  return "seed" + std::to_string(stream.seed) + "_offset" + std::to_string(stream.offset) + "_n" +
         std::to_string(length);
}

std::vector<float> Uniform(const Device& device, const Stream& stream, int64_t length, float low,
                           float high) {
  const Placed y(device, std::vector<double>(static_cast<size_t>(length)), 3);
  Check(nrnn_random_uniform(y.get(), low, high, stream.seed, stream.offset));
  EXPECT_TRUE(y.Alone());
  return y.Read();
}

std::vector<float> Normal(const Device& device, const Stream& stream, int64_t length, float mean,
                          float deviation) {
  const Placed y(device, std::vector<double>(static_cast<size_t>(length)), 1);
  Check(nrnn_random_normal(y.get(), mean, deviation, stream.seed, stream.offset));
  EXPECT_TRUE(y.Alone());
  return y.Read();
}

std::vector<float> Dropout(const Device& device, const Stream& stream, float rate,
                           const std::vector<double>& x) {
  const Placed y(device, x, 5);
  Check(nrnn_dropout(y.get(), rate, stream.seed, stream.offset, y.get()));
  EXPECT_TRUE(y.Alone());
  return y.Read();
}

TEST_P(RandomOps, MatchReferenceAtEveryLength) {
  for (int64_t length = 1; length <= 70; length += SweepStride()) {
    for (const Stream& stream : kStreams) {
      const std::string what = Name(stream, length);
      const int64_t seed = stream.seed, offset = stream.offset;
      const auto uniform = reference::RandomUniform<double>(length, -0.25, 3, seed, offset);
      EXPECT_TRUE(Same(Uniform(one(), stream, length, -0.25f, 3), Doubles(Floats(uniform)), what));
      // Box-Muller in float: radius up to 5.8, sine and cosine off by 2^-24 of 1.
      const auto normal = reference::RandomNormal<double>(length, 2, 0.5, seed, offset);
      EXPECT_TRUE(Near(Normal(one(), stream, length, 2, 0.5f), normal, {2e-6, 0}, what));
      Numbers numbers(static_cast<uint64_t>(length));
      const auto x = numbers.Reals(length);
      for (const float rate : {0.0f, 0.25f, 0.3f, 0.999f}) {
        const auto dropped = reference::Dropout(x, rate, seed, offset);
        EXPECT_TRUE(Near(Dropout(one(), stream, rate, x), dropped, SumTolerance(1, {}, 1), what));
      }
    }
  }
}

// In fours of elements and not, and past what a GPU's threads take at once.
TEST_P(RandomOps, LongDropoutMatchesReferenceWhereverItBegins) {
  const int64_t length = 70003;
  const auto [seed, offset] = kStreams[2];
  const std::vector<double> x(static_cast<size_t>(length), 3);
  const auto want = reference::Dropout(x, 0.25f, seed, offset);
  for (const auto& [from, to] : {std::pair<int64_t, int64_t>{0, 0}, {4, 8}, {0, 1}, {2, 4}}) {
    const Placed source(three(), x, from), y(three(), x, to);
    Check(nrnn_dropout(source.get(), 0.25f, seed, offset, y.get()));
    EXPECT_TRUE(Same(y.Read(), Doubles(Floats(want)), Name(kStreams[2], length)));
    EXPECT_TRUE(y.Alone());
  }
  const auto uniform = reference::RandomUniform<double>(length, -0.25, 3, seed, offset);
  EXPECT_TRUE(Same(Uniform(three(), kStreams[2], length, -0.25f, 3), Doubles(Floats(uniform)),
                   Name(kStreams[2], length)));
}

TEST_P(RandomOps, ThreadsAndInstructionSetsGiveTheSameBits) {
  const int64_t length = 50003;
  const Stream stream = kStreams[2];
  const std::vector<double> ones(static_cast<size_t>(length), 1);
  const auto all = [&](const Device& device) {
    auto numbers = Uniform(device, stream, length, -1, 1);
    for (const auto& more :
         {Normal(device, stream, length, 0, 1), Dropout(device, stream, 0.4f, ones)}) {
      numbers.insert(numbers.end(), more.begin(), more.end());
    }
    return numbers;
  };
  const auto want = all(one());
  EXPECT_TRUE(SameBits(all(three()), want, "threads"));
  for (const int32_t target : Targets()) {
    if (!TargetRuns(target)) continue;
    EXPECT_TRUE(SameBits(all(Device(1, target)), want, TargetName(target)));
  }
}

TEST_P(RandomOps, OffsetsContinueAStream) {
  const auto whole = Normal(one(), {9, 10}, 100, 0, 1), rest = Normal(one(), {9, 15}, 80, 0, 1);
  EXPECT_TRUE(SameBits(rest, {whole.begin() + 20, whole.end()}, "five blocks later"));
}

TEST_P(RandomOps, NumbersAreDistributedAsPromised) {
  const int64_t length = 1 << 18;
  const auto moments = [&](const std::vector<float>& values) {
    double mean = 0, square = 0;
    for (const float value : values) mean += value / static_cast<double>(length);
    for (const float value : values) square += (value - mean) * (value - mean) / length;
    return std::pair(mean, square);
  };
  // Standard error of the mean of so many numbers of deviation 1: 0.002; of the variance: 0.003.
  const auto [normal_mean, normal_variance] = moments(Normal(three(), {3, 0}, length, 0, 1));
  EXPECT_NEAR(normal_mean, 0, 0.01);
  EXPECT_NEAR(normal_variance, 1, 0.015);
  const auto uniform = Uniform(three(), {3, 0}, length, 0, 1);
  EXPECT_NEAR(moments(uniform).first, 0.5, 0.003);
  EXPECT_NEAR(moments(uniform).second, 1.0 / 12, 0.001);
  EXPECT_LT(*std::max_element(uniform.begin(), uniform.end()), 1);
  EXPECT_GE(*std::min_element(uniform.begin(), uniform.end()), 0);
}

TEST_P(RandomOps, UniformStaysBelowHigh) {
  // Between 1 and the next float, every number rounds to one of the two.
  const float high = std::nextafter(1.0f, 2.0f);
  for (const float value : Uniform(one(), {1, 0}, 1000, 1, high)) ASSERT_EQ(value, 1);
  for (const float value : Uniform(one(), {1, 0}, 1000, -high, -1)) ASSERT_EQ(value, -high);
}

TEST_P(RandomOps, DroppedNaNIsZero) {
  constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();
  const auto y = Dropout(one(), {1, 0}, 0.5f, std::vector<double>(64, kNaN));
  const auto dropped = std::count(y.begin(), y.end(), 0.0f);
  EXPECT_GT(dropped, 10);
  EXPECT_LT(dropped, 54);
}

NRNN_INSTANTIATE_TARGETS(RandomOps);

}  // namespace
}  // namespace nrnn::test
