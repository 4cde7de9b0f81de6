// The largest error of each elementary function over all 2^32 floats, for each instruction set that
// this machine runs, on all cores: some minutes. Fails when one is above what is stated.
//
//   full_accuracy [FUNCTION]
#include <atomic>
#include <chrono>
#include <cstdio>
#include <cstring>
#include <mutex>
#include <thread>

#include "accuracy.h"

namespace nrnn::test {
namespace {

WorstError MeasureAll(int32_t target, const ElementaryFunction& function) {
  constexpr int64_t kAll = int64_t{1} << 32, kTask = int64_t{1} << 24;
  std::atomic<int64_t> next{0};
  std::mutex mutex;
  WorstError worst;
  const auto work = [&] {
    const Device device(1, target);
    WorstError mine;
    for (int64_t first = next.fetch_add(kTask); first < kAll; first = next.fetch_add(kTask)) {
      mine.Merge(MeasureError(device, function, {static_cast<uint32_t>(first), 1, kTask}));
    }
    const std::lock_guard<std::mutex> lock(mutex);
    worst.Merge(mine);
  };
  std::vector<std::thread> threads;
  for (unsigned k = 1; k < std::thread::hardware_concurrency(); ++k) threads.emplace_back(work);
  work();
  for (std::thread& thread : threads) thread.join();
  return worst;
}

// Returns whether the function keeps what is stated.
bool Report(int32_t target, const ElementaryFunction& function) {
  const auto start = std::chrono::steady_clock::now();
  const WorstError worst = MeasureAll(target, function);
  const std::chrono::duration<double> seconds = std::chrono::steady_clock::now() - start;
  const bool good = worst.ulp <= function.max_ulp;
  std::printf("%-9s %-9s %s, stated %g, %.0f s%s\n", TargetName(target).c_str(), function.name,
              worst.Text().c_str(), function.max_ulp, seconds.count(), good ? "" : "  FAILED");
  std::fflush(stdout);
  return good;
}

int Run(const char* only) {
  int reported = 0, failed = 0;
  for (const int32_t target : Targets()) {
    if (!TargetRuns(target)) continue;
    for (const ElementaryFunction& function : kElementaryFunctions) {
      if (only != nullptr && std::strcmp(only, function.name) != 0) continue;
      ++reported;
      if (!Report(target, function)) ++failed;
    }
  }
  if (reported == 0) std::fprintf(stderr, "no function is called %s\n", only);
  return reported > 0 && failed == 0 ? 0 : 1;
}

}  // namespace
}  // namespace nrnn::test

int main(int argc, char** argv) { return nrnn::test::Run(argc > 1 ? argv[1] : nullptr); }
