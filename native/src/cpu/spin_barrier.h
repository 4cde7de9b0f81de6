// Where the threads of a team meet in every time step. They spin: a step of a small batch takes
// microseconds, less than it takes to put a thread to sleep and to wake it.
#ifndef NATIVERNN_CPU_SPIN_BARRIER_H_
#define NATIVERNN_CPU_SPIN_BARRIER_H_

#include <atomic>
#include <cstdint>

namespace nrnn::cpu {

class SpinBarrier {
 public:
  // parties: threads that meet.
  explicit SpinBarrier(int64_t parties) : parties_(parties), missing_(parties) {}
  SpinBarrier(const SpinBarrier&) = delete;
  SpinBarrier& operator=(const SpinBarrier&) = delete;

  // Returns when all have called it; what each wrote before is visible to all after.
  void Wait();

 private:
  const int64_t parties_;
  alignas(64) std::atomic<int64_t> missing_;
  alignas(64) std::atomic<uint64_t> round_{0};
};

}  // namespace nrnn::cpu

#endif  // NATIVERNN_CPU_SPIN_BARRIER_H_
