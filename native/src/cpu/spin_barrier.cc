#include "cpu/spin_barrier.h"

#include <thread>

namespace nrnn::cpu {
namespace {

// Looks before a thread lets others run: about half a millisecond. Whoever takes its place may stay
// for milliseconds, a hundred steps' time, so that giving way early made passes ten times as long
// beside other work; but the thread that is waited for may be one that needs the place.
constexpr int kSpins = 20000;

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
