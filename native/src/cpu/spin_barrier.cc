#include "cpu/spin_barrier.h"

namespace nrnn::cpu {

void SpinBarrier::Wait() {
  const uint64_t round = round_.load(std::memory_order_relaxed);
  if (missing_.fetch_sub(1, std::memory_order_acq_rel) == 1) {
    missing_.store(parties_, std::memory_order_relaxed);
    round_.store(round + 1, std::memory_order_release);
    return;
  }
  WaitUntil([&] { return round_.load(std::memory_order_acquire) != round; });
}

}  // namespace nrnn::cpu
