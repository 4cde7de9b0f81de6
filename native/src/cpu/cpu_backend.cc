// Memory, description and plans of the CPU backend.
#include "cpu/cpu_backend.h"

#include <sched.h>

#include <cstdlib>
#include <cstring>
#include <new>
#include <thread>

#include "cpu/rnn_plan.h"

namespace nrnn {
namespace cpu {
namespace {

constexpr uintptr_t kAlignment = 64;

// calloc leaves large blocks to the system, which zeroes a page when it is first touched: creating
// a buffer costs nothing for pages that are never used. It aligns to 16 bytes, so the start is
// moved up.
class CpuStorage final : public Storage {
 public:
  explicit CpuStorage(void* block) : Storage(Align(block)), block_(block) {}
  ~CpuStorage() override { std::free(block_); }

 private:
  static void* Align(void* block) {
    const uintptr_t address = reinterpret_cast<uintptr_t>(block);
    return reinterpret_cast<void*>((address + kAlignment - 1) / kAlignment * kAlignment);
  }
  void* block_;
};

// CPUs that this process may run on.
int UsableCpus() {
#if defined(__linux__)
  cpu_set_t set;
  if (sched_getaffinity(0, sizeof(set), &set) == 0) return CPU_COUNT(&set);
#endif
  const unsigned count = std::thread::hardware_concurrency();
  return count == 0 ? 1 : static_cast<int>(count);
}

}  // namespace

nrnn_device_properties CpuBackend::Describe() const {
  return {NRNN_DEVICE_CPU, 0, pool_.threads(), kernels_.target};
}

std::shared_ptr<Storage> CpuBackend::Allocate(int64_t bytes) {
  void* block = std::calloc(static_cast<size_t>(bytes) + kAlignment, 1);
  if (block == nullptr) throw std::bad_alloc();
  return std::make_shared<CpuStorage>(block);
}

void CpuBackend::Write(void* destination, const void* host, int64_t bytes) {
  std::memcpy(destination, host, static_cast<size_t>(bytes));
}

void CpuBackend::Read(void* host, const void* source, int64_t bytes) {
  std::memcpy(host, source, static_cast<size_t>(bytes));
}

void CpuBackend::Copy(void* destination, const void* source, int64_t bytes) {
  std::memmove(destination, source, static_cast<size_t>(bytes));
}

void CpuBackend::Fill(float* y, int64_t length, float value) {
  for (int64_t k = 0; k < length; ++k) y[k] = value;
}

std::unique_ptr<RnnPlan> CpuBackend::CreateRnn(const RnnShape& shape) {
  return std::make_unique<CpuRnnPlan>(*this, shape);
}

}  // namespace cpu

std::shared_ptr<Backend> OpenCpuBackend(int32_t threads, int32_t target) {
  const cpu::Kernels& kernels = cpu::SelectKernels(target);
  return std::make_shared<cpu::CpuBackend>(threads == 0 ? cpu::UsableCpus() : threads, kernels);
}

}  // namespace nrnn
