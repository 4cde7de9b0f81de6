// How far a task has come, for another one that needs what it makes: layers run side by side, each
// a few steps behind the one that feeds it.
#ifndef NATIVERNN_CPU_PROGRESS_H_
#define NATIVERNN_CPU_PROGRESS_H_

#include <atomic>
#include <cstdint>

#include "cpu/spin_barrier.h"

namespace nrnn::cpu {

class Progress {
 public:
  Progress() = default;
  Progress(const Progress&) = delete;
  Progress& operator=(const Progress&) = delete;

  // While nobody waits.
  void Restart() { steps_.store(0, std::memory_order_relaxed); }
  // Says that this many steps are done; what was written before is visible to those who waited.
  void Reach(int64_t steps) { steps_.store(steps, std::memory_order_release); }
  void WaitFor(int64_t steps) const {
    WaitUntil([&] { return steps_.load(std::memory_order_acquire) >= steps; });
  }

 private:
  alignas(64) std::atomic<int64_t> steps_{0};
};

}  // namespace nrnn::cpu

#endif  // NATIVERNN_CPU_PROGRESS_H_
