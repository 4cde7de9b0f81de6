// The measured limits of a device: plausible numbers, of every instruction set. How fast this
// machine should be is not known here, and an emulator is very slow, so the bounds are wide.
#include <gtest/gtest.h>

#include <chrono>
#include <cmath>

#include "fixture.h"

namespace nrnn::test {
namespace {

nrnn_device_limits Measure(const Device& device, int64_t working_set) {
  nrnn_device_limits limits = {};
  Check(nrnn_device_measure(device.get(), working_set, &limits));
  return limits;
}

void ExpectPlausible(const nrnn_device_limits& limits) {
  EXPECT_TRUE(std::isfinite(limits.gflops) && std::isfinite(limits.gigabytes_per_second));
  EXPECT_GT(limits.gflops, 0.0f);
  EXPECT_LT(limits.gflops, 1e5f);
  EXPECT_GT(limits.gigabytes_per_second, 0.0f);
  EXPECT_LT(limits.gigabytes_per_second, 1e5f);
}

class Limits : public testing::TestWithParam<int32_t> {};

TEST_P(Limits, ArePositiveAndFinite) {
  NRNN_SKIP_UNLESS_RUNS(GetParam());
  const Device device(2, GetParam());
  for (const int64_t working_set : {1024, 1025, 100000, 8 << 20}) {
    SCOPED_TRACE(working_set);
    const nrnn_device_limits limits = Measure(device, working_set);
    ExpectPlausible(limits);
    RecordProperty("gflops_" + std::to_string(working_set), std::to_string(limits.gflops));
    RecordProperty("gigabytes_per_second_" + std::to_string(working_set),
                   std::to_string(limits.gigabytes_per_second));
  }
}

// The bound is far above what it takes, so that a busy machine does not fail.
TEST(LimitsTime, IsShort) {
  const Device device(1);
  const auto start = std::chrono::steady_clock::now();
  ExpectPlausible(Measure(device, int64_t{256} << 10));
  EXPECT_LT(std::chrono::steady_clock::now() - start, std::chrono::seconds(10));
}

TEST(LimitsTime, DoesNotLeaveAnythingAlive) {
  const Device device(3);
  const int64_t before = LiveObjects();
  ExpectPlausible(Measure(device, 4096));
  EXPECT_EQ(LiveObjects(), before);
}

INSTANTIATE_TEST_SUITE_P(Targets, Limits, testing::ValuesIn(Targets()),
                         [](const auto& target) { return TargetName(target.param); });

}  // namespace
}  // namespace nrnn::test
