// Matrix products against the reference: sizes from 0 to 70, transposes, batches, shared operands,
// accumulation.
#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "fixture.h"
#include "numbers.h"
#include "reference/dense.h"
#include "selection.h"

namespace nrnn::test {
namespace {

using reference::GemmShape;

std::string Name(const GemmShape& s) {
  return "batch" + std::to_string(s.batch) + "_m" + std::to_string(s.m) + "_n" +
         std::to_string(s.n) + "_k" + std::to_string(s.k) + (s.transpose_a ? "_ta" : "") +
         (s.transpose_b ? "_tb" : "") + (s.share_a ? "_sharea" : "") +
         (s.share_b ? "_shareb" : "") + (s.accumulate ? "_accumulate" : "");
}

std::vector<float> RunGemm(const Device& device, const GemmShape& shape,
                           const std::vector<double>& a, const std::vector<double>& b,
                           const std::vector<double>& before) {
  const Buffer a_buffer(device, a), b_buffer(device, b);
  // Without accumulate, what c held before must not matter.
  const Buffer c = shape.accumulate
                       ? Buffer(device, before)
                       : Buffer::Unwritten(device, static_cast<int64_t>(before.size()));
  nrnn_gemm_args args = {};
  args.batch = shape.batch;
  args.m = shape.m;
  args.n = shape.n;
  args.k = shape.k;
  args.transpose_a = shape.transpose_a;
  args.transpose_b = shape.transpose_b;
  args.share_a = shape.share_a;
  args.share_b = shape.share_b;
  args.accumulate = shape.accumulate;
  args.a = a_buffer.get();
  args.b = b_buffer.get();
  args.c = c.get();
  Check(nrnn_gemm(device.get(), &args));
  return c.Read();
}

class Gemm : public testing::TestWithParam<int32_t> {
 protected:
  // One thread against the reference, two and three against one.
  void CheckShape(const std::vector<Device>& devices, const GemmShape& shape) {
    const std::string repro = Repro(Name(shape));
    if (!Selected(Name(shape))) return;
    Numbers numbers(static_cast<uint64_t>(shape.m * 71 + shape.n * 73 + shape.k));
    const auto a = numbers.Reals((shape.share_a ? 1 : shape.batch) * shape.m * shape.k);
    const auto b = numbers.Reals((shape.share_b ? 1 : shape.batch) * shape.k * shape.n);
    const auto before = numbers.Reals(shape.batch * shape.m * shape.n);
    auto want = before;
    reference::Gemm(shape, a, b, want);
    const auto one = RunGemm(devices[0], shape, a, b, before);
    // terms: the k products of an element, and what it held before.
    ASSERT_TRUE(Near(one, want, SumTolerance(static_cast<double>(shape.k + 1), want), repro));
    for (size_t k = 1; k < devices.size(); ++k) {
      ASSERT_TRUE(SameBits(RunGemm(devices[k], shape, a, b, before), one, repro));
    }
  }

  // The flags, drawn from seed.
  static GemmShape WithFlags(GemmShape shape, int64_t seed) {
    Numbers numbers(static_cast<uint64_t>(seed));
    shape.transpose_a = numbers.Coin();
    shape.transpose_b = numbers.Coin();
    shape.share_a = numbers.Coin();
    shape.share_b = numbers.Coin();
    shape.accumulate = numbers.Coin();
    return shape;
  }

  static std::vector<Device> Devices() {
    std::vector<Device> devices;
    for (const int32_t threads : {1, 2, 3}) devices.emplace_back(threads, GetParam());
    return devices;
  }
};

TEST_P(Gemm, EverySizeOfEachDimensionMatchesReference) {
  NRNN_SKIP_UNLESS_RUNS(GetParam());
  const auto devices = Devices();
  for (int64_t size = 0; size <= 70; size += SweepStride()) {
    CheckShape(devices, WithFlags({2, size, 13, 9, false, false, false, false, false}, size));
    CheckShape(devices, WithFlags({3, 11, size, 7, false, false, false, false, false}, size + 100));
    CheckShape(devices, WithFlags({1, 9, 19, size, false, false, false, false, false}, size + 200));
    CheckShape(devices, WithFlags({size, 3, 5, 7, false, false, false, false, false}, size + 300));
    CheckShape(devices, WithFlags({1, size, size, size, false, false, false, false, false}, size));
  }
}

TEST_P(Gemm, EveryFlagMatchesReference) {
  NRNN_SKIP_UNLESS_RUNS(GetParam());
  const auto devices = Devices();
  for (int flags = 0; flags < 32; ++flags) {
    CheckShape(devices, {3, 17, 37, 23, (flags & 1) != 0, (flags & 2) != 0, (flags & 4) != 0,
                         (flags & 8) != 0, (flags & 16) != 0});
  }
}

TEST_P(Gemm, LargeSizesMatchReference) {
  NRNN_SKIP_UNLESS_RUNS(GetParam());
  const auto devices = Devices();
  for (const int flags : {0, 1, 2, 3}) {
    const bool ta = (flags & 1) != 0, tb = (flags & 2) != 0;
    CheckShape(devices, {1, 257, 131, 300, ta, tb, false, false, flags == 3});
    CheckShape(devices, {1, 1, 515, 260, ta, tb, false, false, flags == 2});
    CheckShape(devices, {1, 70, 3, 5000, ta, tb, false, false, flags == 1});
  }
}

TEST_P(Gemm, NanAndInfinityPropagate) {
  NRNN_SKIP_UNLESS_RUNS(GetParam());
  const Device device(1, GetParam());
  std::vector<double> a(5 * 4, 1), b(4 * 3, 0), c(5 * 3);
  a[2 * 4 + 1] = std::numeric_limits<double>::infinity();  // times 0: NaN in row 2
  const auto got = RunGemm(device, {1, 5, 3, 4, false, false, false, false, false}, a, b, c);
  for (int64_t k = 0; k < 15; ++k) EXPECT_EQ(std::isnan(got[k]), k / 3 == 2) << k;
}

INSTANTIATE_TEST_SUITE_P(Targets, Gemm, testing::ValuesIn(Targets()),
                         [](const auto& target) { return TargetName(target.param); });

}  // namespace
}  // namespace nrnn::test
