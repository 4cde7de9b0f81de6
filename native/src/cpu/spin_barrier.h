// Where the threads of a team meet in every time step. They spin: a step of a small batch takes
// microseconds, less than it takes to put a thread to sleep and to wake it.
#ifndef NATIVERNN_CPU_SPIN_BARRIER_H_
#define NATIVERNN_CPU_SPIN_BARRIER_H_

#include <atomic>
#include <cstdint>
#include <thread>

#include "cpu/compiler.h"

namespace nrnn::cpu {

// Looks before a waiting thread lets others run: some 10 us, where a step takes less. On a busy
// machine the thread that is waited for may be one that needs this one's processor.
constexpr int kSpinsBeforeYield = 500;

template <class Ready>
void WaitUntil(const Ready& ready) {
  for (int spins = 0; !ready(); ++spins) {
    if (spins < kSpinsBeforeYield) {
      PauseCpu();
    } else {
      std::this_thread::yield();
    }
  }
}

class SpinBarrier {
 public:
  SpinBarrier() = default;
  SpinBarrier(const SpinBarrier&) = delete;
  SpinBarrier& operator=(const SpinBarrier&) = delete;

  // How many threads meet; while none of them waits.
  void Expect(int64_t parties) {
    parties_ = parties;
    missing_.store(parties, std::memory_order_relaxed);
  }

  // Returns when all have called it; what each wrote before is visible to all after.
  void Wait();

 private:
  int64_t parties_ = 1;
  alignas(64) std::atomic<int64_t> missing_{1};
  alignas(64) std::atomic<uint64_t> round_{0};
};

}  // namespace nrnn::cpu

#endif  // NATIVERNN_CPU_SPIN_BARRIER_H_
