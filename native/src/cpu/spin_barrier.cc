#include "cpu/spin_barrier.h"

#include <thread>

namespace nrnn::cpu {
namespace {

// Looks before a thread lets others run: some 10 us, where a step takes less. On a busy machine the
// thread that is waited for may be one that needs this one's processor.
constexpr int kSpins = 500;

}  // namespace

void SpinBarrier::Wait() {
  const uint64_t round = round_.load(std::memory_order_relaxed);
  if (missing_.fetch_sub(1, std::memory_order_acq_rel) == 1) {
    missing_.store(parties_, std::memory_order_relaxed);
    round_.store(round + 1, std::memory_order_release);
    return;
  }
  for (int spins = 0; round_.load(std::memory_order_acquire) == round; ++spins) {
    if (spins < kSpins) {
      PauseCpu();
    } else {
      std::this_thread::yield();
    }
  }
}

}  // namespace nrnn::cpu
