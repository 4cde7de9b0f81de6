// Measures what the threads of a CPU device can do at most, together.
#include <algorithm>
#include <chrono>
#include <cstring>

#include "cpu/cpu_backend.h"
#include "cpu/cpu_storage.h"
#include "cpu/limits.h"

namespace nrnn::cpu {
namespace {

// Runs of 20 ms, the best of which counts: long enough that starting the threads (some 50
// microseconds) does not show, short enough that one of them goes undisturbed.
constexpr double kRunSeconds = 0.02;
constexpr int kRuns = 8;
constexpr double kAllSeconds = 0.5;  // where a run takes longer than that, fewer are made

template <class Work>
double Seconds(const Work& work) {
  const auto start = std::chrono::steady_clock::now();
  work();
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
}

// work(rounds): the most rounds a second.
template <class Work>
double BestRate(const Work& work) {
  int64_t rounds = 1;
  double seconds = Seconds([&] { work(rounds); });
  while (seconds < kRunSeconds / 4) {
    rounds *= 2;
    seconds = Seconds([&] { work(rounds); });
  }
  rounds = std::max<int64_t>(
      1, static_cast<int64_t>(static_cast<double>(rounds) * kRunSeconds / seconds));
  double best = 0, all = 0;
  for (int run = 0; run < kRuns && all < kAllSeconds; ++run) {
    seconds = Seconds([&] { work(rounds); });
    best = std::max(best, static_cast<double>(rounds) / seconds);
    all += seconds;
  }
  return best;
}

}  // namespace

nrnn_device_limits CpuBackend::MeasureLimits(int64_t working_set) {
  const LimitKernels& kernels = *kernels_.limits;
  const int64_t threads = pool_.threads();
  const int64_t bytes = working_set / kReadBytes * kReadBytes;
  const std::shared_ptr<Storage> memory = AllocateStorage(threads * bytes);
  char* const data = static_cast<char*>(memory->data());
  // A page that was never written is not there: reading it reads one page of zeros again and again.
  pool_.Run(threads, [&](int64_t thread, int) {
    std::memset(data + thread * bytes, 1, static_cast<size_t>(bytes));
  });

  const double add_rounds = BestRate([&](int64_t rounds) {
    pool_.Run(threads, [&](int64_t, int) {
      volatile float sum = kernels.multiply_add(rounds);
      static_cast<void>(sum);
    });
  });
  const double passes = BestRate([&](int64_t rounds) {
    pool_.Run(threads, [&](int64_t thread, int) {
      volatile int32_t sum = kernels.read(data + thread * bytes, bytes, rounds);
      static_cast<void>(sum);
    });
  });
  const double all = static_cast<double>(threads) * 1e-9;
  return {static_cast<float>(add_rounds * static_cast<double>(kernels.flops_per_round) * all),
          static_cast<float>(passes * static_cast<double>(bytes) * all)};
}

}  // namespace nrnn::cpu
