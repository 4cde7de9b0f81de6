// What the emulator promises: every mistake that it reports, every order, and the number types.
#include "simt/emulator.h"

#include <gtest/gtest.h>

#include <cmath>
#include <cstdlib>
#include <fstream>
#include <limits>
#include <string>
#include <vector>

#include "core/error.h"
#include "cuda/precision.cuh"
#include "cuda/simt.cuh"
#include "numbers.h"

namespace nrnn::cuda {
namespace {

using simt::Order;

constexpr Order kOrders[] = {Order::kNatural, Order::kReversed, Order::kShuffled};
constexpr float kNan = std::numeric_limits<float>::quiet_NaN();

struct Args {
  float* y;
  uint32_t* arrived = nullptr;
  int flag = 0;
};

struct Shape {
  int64_t blocks = 1;
  int threads = 64;
  int64_t shared_bytes = 0;
  bool cooperative = false;
};

void RunKernel(void (*kernel)(Args), const Shape& shape, const Args& args,
               Order order = Order::kNatural) {
  simt::Run(
      {"TestKernel", shape.blocks, shape.threads, shape.shared_bytes, shape.cooperative, order, 7},
      [&] { kernel(args); });
}

// What the launch is refused with; "" when it is not.
std::string Failure(void (*kernel)(Args), const Shape& shape, const Args& args = {},
                    Order order = Order::kNatural) {
  try {
    RunKernel(kernel, shape, args, order);
  } catch (const Error& error) {
    EXPECT_EQ(error.status(), NRNN_DEVICE_FAILED);
    return error.what();
  }
  return "";
}

#define EXPECT_NAMES(text, part) EXPECT_NE((text).find(part), std::string::npos) << (text)

NRNN_KERNEL NumberKernel(Args args) { args.y[GlobalThread()] += static_cast<float>(Block()); }

TEST(Emulator, RunsEveryThreadOnce) {
  for (const Order order : kOrders) {
    std::vector<float> y(5 * 33, 1);
    RunKernel(NumberKernel, {5, 33}, {y.data()}, order);
    for (size_t k = 0; k < y.size(); ++k) EXPECT_EQ(y[k], 1 + static_cast<float>(k / 33));
  }
}

NRNN_KERNEL NeighbourKernel(Args args) {
  auto* shared = SharedMemory<float>();
  shared[Thread()] = static_cast<float>(Thread());
  if (args.flag != 0) SyncBlock();
  args.y[Thread()] = Thread() == 0 ? 0 : shared[Thread() - 1];
}

int WrongNeighbours(int barrier, Order order) {
  std::vector<float> y(64, -1);
  RunKernel(NeighbourKernel, {1, 64, 64 * 4}, {y.data(), nullptr, barrier}, order);
  int wrong = 0;
  for (int k = 1; k < 64; ++k)
    wrong += y[static_cast<size_t>(k)] == static_cast<float>(k - 1) ? 0 : 1;
  return wrong;
}

TEST(Emulator, MissingBarrierShowsInAnotherOrder) {
  EXPECT_EQ(WrongNeighbours(0, Order::kNatural), 0);  // hidden
  EXPECT_EQ(WrongNeighbours(0, Order::kReversed), 63);
  EXPECT_GT(WrongNeighbours(0, Order::kShuffled), 0);
  for (const Order order : kOrders) EXPECT_EQ(WrongNeighbours(1, order), 0);
}

NRNN_KERNEL UnwrittenKernel(Args args) { args.y[Thread()] = SharedMemory<float>()[Thread()]; }

TEST(Emulator, SharedMemoryIsNanAtFirst) {
  std::vector<float> y(64, 0);
  RunKernel(UnwrittenKernel, {1, 64, 64 * 4}, {y.data()});
  for (const float value : y) EXPECT_TRUE(std::isnan(value));
}

NRNN_KERNEL EndedKernel(Args) {
  if (Thread() != 5) SyncBlock();
}
NRNN_KERNEL TwoBarriersKernel(Args) {
  if (Thread() < 32) {
    SyncBlock();
  } else {
    SyncBlock();
  }
}
NRNN_KERNEL MixedWarpKernel(Args) {
  if (Lane() < 16) {
    SyncWarp();
  } else {
    ShuffleXor(1.0f, 1);
  }
}
NRNN_KERNEL BlockAndWarpKernel(Args) {
  if (Warp() == 0 && Lane() == 0) {
    SyncBlock();
  } else {
    SyncWarp();
  }
}

TEST(Emulator, ReportsDivergence) {
  for (const Order order : kOrders) {
    std::string text = Failure(EndedKernel, {2, 64}, {}, order);
    EXPECT_NAMES(text, "TestKernel, block ");
    EXPECT_NAMES(text, "63 at SyncBlock (emulator_test.cc:");
    EXPECT_NAMES(text, "1 ended");
    text = Failure(TwoBarriersKernel, {1, 64}, {}, order);
    EXPECT_NAMES(text, "different places");
    text = Failure(MixedWarpKernel, {1, 32}, {}, order);
    EXPECT_NAMES(text, "different places");
    EXPECT_NAMES(text, "16 at ShuffleXor");
    text = Failure(BlockAndWarpKernel, {1, 32}, {}, order);
    EXPECT_NAMES(text, "never come");
  }
}

NRNN_KERNEL SmallWarpKernel(Args args) { args.y[Thread()] = WarpSum(1.0f); }

TEST(Emulator, ReportsPartsOfWarps) {
  std::vector<float> y(64);
  EXPECT_NAMES(Failure(SmallWarpKernel, {1, 40}, {y.data()}), "in a warp of 8 threads");
  RunKernel(SmallWarpKernel, {1, 64}, {y.data()});
  EXPECT_EQ(y[63], 32);
}

NRNN_KERNEL ShuffleKernel(Args args) {
  const auto lane = static_cast<int64_t>(Lane());
  float wrong = 0;
  for (int round = 0; round < 3; ++round) {  // exchanges that follow each other at once
    wrong += ShuffleXor(lane, 5) == (lane ^ 5) ? 0.0f : 1.0f;
    wrong += ShuffleFrom(static_cast<double>(lane), 9) == 9 ? 0.0f : 1.0f;
    wrong += ShuffleUp(Lane(), 3) == (Lane() < 3 ? Lane() : Lane() - 3) ? 0.0f : 1.0f;
  }
  args.y[Thread()] = wrong;
}

TEST(Emulator, ShufflesInEveryOrder) {
  for (const Order order : kOrders) {
    std::vector<float> y(96, kNan);
    RunKernel(ShuffleKernel, {1, 96}, {y.data()}, order);
    for (const float wrong : y) EXPECT_EQ(wrong, 0);
  }
}

// Each block adds up what all wrote in the round before.
NRNN_KERNEL GridKernel(Args args) {
  float sum = 1;
  for (uint32_t round = 1; round <= 3; ++round) {
    float* row = args.y + (round % 2) * Blocks();
    if (Thread() == 0) row[Block()] = sum;
    SyncGrid(args.arrived, round);
    sum = 0;
    for (int64_t k = 0; k < Blocks(); ++k) sum += LoadL2(row + k);
  }
  if (Thread() == 0) args.y[2 * Blocks() + Block()] = sum;
}
NRNN_KERNEL LeavingKernel(Args args) {
  if (Block() != 1) SyncGrid(args.arrived, 1);
}

TEST(Emulator, BlocksOfACooperativeLaunchWaitForEachOther) {
  for (const Order order : kOrders) {
    std::vector<float> y(9, kNan);
    uint32_t arrived = 0;
    RunKernel(GridKernel, {3, 64, 0, true}, {y.data(), &arrived}, order);
    for (size_t k = 6; k < 9; ++k) EXPECT_EQ(y[k], 27);
    arrived = 0;
    const std::string text = Failure(LeavingKernel, {3, 64, 0, true}, {nullptr, &arrived}, order);
    EXPECT_NAMES(text, "waits for blocks that never come, of which 1 of 3 have ended");
    arrived = 0;
    EXPECT_NAMES(Failure(GridKernel, {1, 64}, {y.data(), &arrived}, order), "not cooperative");
  }
}

struct Counted {
  explicit Counted(int* at) : count(at) { ++*count; }
  ~Counted() { --*count; }
  int* count;
};
int alive = 0;

NRNN_KERNEL ThrowingKernel(Args) {
  const Counted counted(&alive);
  SyncBlock();
  if (Thread() == 40) throw std::out_of_range("from a kernel");
  SyncBlock();
}

int64_t Mappings() {
  std::ifstream maps("/proc/self/maps");
  int64_t lines = 0;
  for (std::string line; std::getline(maps, line);) ++lines;
  return lines;
}

TEST(Emulator, CarriesErrorsOutAndFreesStacks) {
  int64_t mappings = 0;
  for (int k = 0; k < 50; ++k) {
    EXPECT_THROW(RunKernel(ThrowingKernel, {2, 64}, {}, kOrders[k % 3]), std::out_of_range);
    EXPECT_EQ(alive, 0);
    if (k == 9) mappings = Mappings();
  }
  EXPECT_LT(Mappings(), mappings + 64);  // 40 aborted launches of 64 stacks would show
}

NRNN_KERNEL OverrunKernel(Args) { SharedMemory<float>()[64 + Thread()] = 1; }

TEST(Emulator, ReportsWritesBehindSharedMemory) {
#if defined(NATIVERNN_SANITIZED)
  EXPECT_DEATH(RunKernel(OverrunKernel, {1, 1, 64 * 4}, {}), "heap-buffer-overflow");
#else
  EXPECT_NAMES(Failure(OverrunKernel, {1, 1, 64 * 4}), "behind the end of its shared memory");
#endif
}

NRNN_KERNEL CopyKernel(Args args) {
  auto* shared = SharedMemory<float>();
  if (Thread() == 0) {
    CopyAsync16(shared, args.y);
    CopyAsyncCommit();
    CopyAsync4(shared + 4, args.y + 4);
    CopyAsyncCommit();
    if (args.flag == 1) CopyAsyncWait<1>();
    if (args.flag == 2) CopyAsyncWait<0>();
  }
  SyncBlock();
  if (Thread() < 5) args.y[8 + Thread()] = shared[Thread()];
}
NRNN_KERNEL OddCopyKernel(Args args) { CopyAsync16(SharedMemory<float>() + 1, args.y); }

TEST(Emulator, CopiesArriveWhenTheyAreWaitedFor) {
  alignas(16) float y[16] = {1, 2, 3, 4, 5};
  const Shape shape = {1, 32, 64};
  for (const Order order : kOrders) {
    RunKernel(CopyKernel, shape, {y, nullptr, 2}, order);
    for (int k = 0; k < 5; ++k) EXPECT_EQ(y[8 + k], y[k]);
  }
  RunKernel(CopyKernel, shape, {y, nullptr, 1}, Order::kReversed);
  EXPECT_EQ(y[8 + 3], 4);
  EXPECT_TRUE(std::isnan(y[8 + 4]));
  RunKernel(CopyKernel, shape, {y, nullptr, 0}, Order::kReversed);
  EXPECT_TRUE(std::isnan(y[8]));
  EXPECT_NAMES(Failure(OddCopyKernel, shape, {y}), "not aligned");
}

TEST(Emulator, TakesTheOrderFromTheEnvironment) {
  simt::LaunchConfig config = {"TestKernel", 1, 1, 0, false, Order::kNatural};
  setenv("NATIVERNN_EMULATED_ORDER", "reversed", 1);
  simt::ChooseOrder(&config);
  EXPECT_EQ(config.order, Order::kReversed);
  setenv("NATIVERNN_EMULATED_ORDER", "sideways", 1);
  EXPECT_THROW(simt::ChooseOrder(&config), Error);
  unsetenv("NATIVERNN_EMULATED_ORDER");
  bool seen[3] = {};
  for (int k = 0; k < 3; ++k) {
    simt::ChooseOrder(&config);
    seen[static_cast<int>(config.order)] = true;
  }
  EXPECT_TRUE(seen[0] && seen[1] && seen[2]);
}

// Every number of 16 bits survives; between two neighbours the nearer one is taken, half way the
// even one.
template <class Number>
void CheckRounding(uint32_t infinity) {
  for (uint32_t bits = 0; bits < infinity; ++bits) {
    const float low = ToFloat(Number{static_cast<uint16_t>(bits)});
    Number got;
    Round(-low, &got);
    ASSERT_EQ(got.bits, bits | 0x8000u);
    if (bits + 1 == infinity) break;
    const float high = ToFloat(Number{static_cast<uint16_t>(bits + 1)});
    const auto half = static_cast<float>((double{low} + double{high}) / 2);
    Round(half, &got);
    ASSERT_EQ(got.bits, bits + bits % 2) << low;
    Round(std::nextafter(half, low), &got);
    ASSERT_EQ(got.bits, bits);
    Round(std::nextafter(half, high), &got);
    ASSERT_EQ(got.bits, bits + 1);
  }
  Number got;
  Round(std::numeric_limits<float>::max(), &got);
  EXPECT_EQ(got.bits, infinity);
  Round(-std::numeric_limits<float>::infinity(), &got);
  EXPECT_EQ(got.bits, infinity | 0x8000u);
  Round(kNan, &got);
  EXPECT_TRUE(std::isnan(ToFloat(got)));
}

TEST(EmulatedNumbers, HalfRoundsToNearestEven) { CheckRounding<Half>(0x7c00); }
TEST(EmulatedNumbers, BfloatRoundsToNearestEven) { CheckRounding<Bfloat>(0x7f80); }

TEST(EmulatedNumbers, Tf32KeepsTenBits) {
  test::Numbers numbers(1);
  for (int k = 0; k < 10000; ++k) {
    const auto value = static_cast<float>(numbers.Real(8));
    const float rounded = RoundToTf32(value);
    const double ulp = std::ldexp(1.0, std::ilogb(value) - 10);
    EXPECT_LE(std::abs(double{rounded} - double{value}), ulp / 2);
    EXPECT_EQ(std::fmod(double{rounded}, ulp), 0);
  }
  EXPECT_EQ(RoundToTf32(1 + std::ldexp(1.0f, -11)), 1 + std::ldexp(1.0f, -10));  // half way: up
  EXPECT_TRUE(std::isnan(RoundToTf32(kNan)));
}

}  // namespace
}  // namespace nrnn::cuda
