// Indices of strided regions taken apart: against divisions in 64 bits, up to sizes that no test
// could allocate.
#include "cuda/strided.cuh"

#include <gtest/gtest.h>

#include <vector>

#include "numbers.h"

namespace nrnn::cuda {
namespace {

using test::Numbers;

TEST(Strided, DividersAreExactBelowTwoToThe31) {
  constexpr int64_t kLast = INT32_MAX;
  Numbers numbers(1);
  std::vector<int64_t> divisors = {1, 2, 3, 5, 7, 641, 65535, 65536, 65537, kLast - 1, kLast};
  for (int bit = 2; bit < 31; ++bit) {
    for (const int64_t by : {-1, 0, 1}) divisors.push_back((int64_t{1} << bit) + by);
  }
  for (int k = 0; k < 2000; ++k) divisors.push_back(numbers.Integer(1, kLast));
  for (const int64_t divisor : divisors) {
    const Divider divider = MakeDivider(divisor);
    const int64_t most = kLast / divisor;
    for (const int64_t quotient : {int64_t{0}, int64_t{1}, most / 2, most - 1, most}) {
      for (const int64_t by : {-1, 0, 1}) {  // around a multiple
        const int64_t n = quotient * divisor + by;
        if (n < 0 || n > kLast) continue;
        ASSERT_EQ(divider.Divide(static_cast<uint32_t>(n)), n / divisor) << n << " / " << divisor;
      }
    }
    const int64_t n = numbers.Integer(0, kLast);
    ASSERT_EQ(divider.Divide(static_cast<uint32_t>(n)), n / divisor) << n << " / " << divisor;
  }
}

// Element by element from the outermost axis in, as an odometer counts.
void ExpectOffsets(const Region& region, int64_t index) {
  const Odometer want(region, region.rank, index);
  const Offsets got = Locate(MakeAxes(region), index);
  ASSERT_EQ(got.first, want.first()) << index;
  ASSERT_EQ(got.second, want.second()) << index;
}

TEST(Strided, OffsetsAreThoseOfTheIndexOnBothSidesOf32Bits) {
  const int64_t sizes[][4] = {{3, 5, 7, 11},
                              {1290, 1290, 1290, 1},
                              {1, 2, 32768, 32768},
                              {70000, 1, 70000, 30},
                              {3, 1, 1, 3000000000}};
  for (const auto& size : sizes) {
    Region region{};
    int64_t stride = 1;
    for (int axis = 0; axis < 4; ++axis) {
      region.Append(size[axis], axis == 2 ? 0 : stride, -3 * stride);
      stride *= size[axis];
    }
    const int64_t count = region.Count(4);
    EXPECT_EQ(MakeAxes(region).wide, count > INT32_MAX);
    Numbers numbers(static_cast<uint64_t>(count));
    for (int k = 0; k < 1000; ++k) ExpectOffsets(region, numbers.Integer(0, count - 1));
    ExpectOffsets(region, 0);
    ExpectOffsets(region, count - 1);
  }
  const Offsets only = Locate(MakeAxes(Region{}), 0);
  EXPECT_EQ(only.first, 0);
  EXPECT_EQ(only.second, 0);
}

}  // namespace
}  // namespace nrnn::cuda
