// Several threads of the caller: devices and handles of their own, or one device with handles of
// their own.
#include <gtest/gtest.h>

#include <thread>

#include "fixture.h"
#include "numbers.h"
#include "rnn_run.h"
#include "selection.h"

namespace nrnn::test {
namespace {

constexpr int kThreads = 4;
const int kRounds = Slow() ? 5 : 30;

RnnCase Case(int number) {
  RnnCase rnn_case;
  rnn_case.shape = {kCells[number % 5], 2, 2, false, true, 9, 21, 0.3f};
  rnn_case.steps = 6;
  rnn_case.batch = 4 + number;
  rnn_case.lengths = true;
  rnn_case.states = true;
  rnn_case.seed = number + 1;
  return rnn_case;
}

RnnResults RunCase(const Device& device, const RnnCase& rnn_case) {
  return RunRnn(device, rnn_case.Config(), MakeSequence(rnn_case), MakeOutputGradients(rnn_case));
}

// Runs each thread's case many times at once, on device(thread), and compares with the bits of a
// run alone.
template <class GetDevice>
void RunAtOnce(const GetDevice& device) {
  std::vector<RnnResults> want;
  for (int k = 0; k < kThreads; ++k) want.push_back(RunCase(device(k), Case(k)));
  std::vector<std::thread> threads;
  std::vector<std::string> failures(kThreads);
  for (int k = 0; k < kThreads; ++k) {
    threads.emplace_back([&, k] {
      for (int round = 0; round < kRounds; ++round) {
        const auto same = SameResults(RunCase(device(k), Case(k)), want[static_cast<size_t>(k)],
                                      "thread " + std::to_string(k));
        if (!same) failures[static_cast<size_t>(k)] = same.message();
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  for (const std::string& failure : failures) EXPECT_EQ(failure, "");
}

TEST(Threads, DevicesOfTheirOwn) {
  std::vector<Device> devices;
  for (int k = 0; k < kThreads; ++k) devices.emplace_back(1 + k % 3);
  RunAtOnce([&](int k) -> const Device& { return devices[static_cast<size_t>(k)]; });
}

TEST(Threads, HandlesOfTheirOwnOnOneDevice) {
  const Device device(2);
  RunAtOnce([&](int) -> const Device& { return device; });
}

TEST(Threads, ManyMoreThanWork) {
  const Device many(64);
  const RnnCase rnn_case = Case(0);
  EXPECT_TRUE(
      SameResults(RunCase(many, rnn_case), RunCase(Device(1), rnn_case), "64 threads, then 1"));
}

// Opening and closing pools of threads leaves no thread behind and loses no wake-up.
TEST(Threads, PoolsComeAndGo) {
  for (int round = 0; round < 100; ++round) {
    const Device device(3);
    const Buffer x(device, std::vector<float>(40000, 2));
    Check(nrnn_unary_forward(NRNN_UNARY_SQUARE, x.get(), x.get()));
    ASSERT_EQ(x.Read(), std::vector<float>(40000, 4));
  }
}

// Failures of other threads do not change a thread's message.
TEST(Threads, MessagesAreTheirOwn) {
  std::vector<std::thread> threads;
  std::vector<int> wrong(kThreads);
  for (int k = 0; k < kThreads; ++k) {
    threads.emplace_back([&wrong, k] {
      for (int round = 0; round < 1000; ++round) {
        const nrnn_device_config config = {NRNN_DEVICE_CPU, 0, -1 - k, NRNN_CPU_TARGET_BEST,
                                           NRNN_PRECISION_FLOAT32};
        nrnn_device* device = nullptr;
        nrnn_device_open(&config, &device);
        const std::string number = std::to_string(-1 - k);
        if (std::string(nrnn_last_error()).find(number) == std::string::npos) {
          ++wrong[static_cast<size_t>(k)];
        }
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  for (const int count : wrong) EXPECT_EQ(count, 0);
}

}  // namespace
}  // namespace nrnn::test
