// Memory, description and plans of the CPU backend.
#include "cpu/cpu_backend.h"

#if defined(__linux__)
#include <sched.h>
#endif

#include <cstring>
#include <thread>

#include "cpu/cpu_storage.h"
#include "cpu/rnn_plan.h"
#include "cpu/rnn_weights.h"
#include "cpu/variant_plan.h"

namespace nrnn {
namespace cpu {

int64_t UsableCpus() {
#if defined(__linux__)
  cpu_set_t set;
  if (sched_getaffinity(0, sizeof(set), &set) == 0) return CPU_COUNT(&set);
#endif
  const unsigned count = std::thread::hardware_concurrency();
  return count == 0 ? 1 : static_cast<int64_t>(count);
}

nrnn_device_properties CpuBackend::Describe() const {
  nrnn_device_properties properties = {};
  properties.kind = NRNN_DEVICE_CPU;
  properties.threads = pool_.threads();
  properties.cpu_target = kernels_.target;
  return properties;
}

std::shared_ptr<Storage> CpuBackend::Allocate(int64_t bytes) { return AllocateStorage(bytes); }

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
  if (shape.options.any) return std::make_unique<VariantPlan>(*this, shape);
  return std::make_unique<CpuRnnPlan>(*this, shape);
}

}  // namespace cpu

std::shared_ptr<Backend> OpenCpuBackend(int32_t threads, int32_t target) {
  const cpu::Kernels& kernels = cpu::SelectKernels(target);
  return std::make_shared<cpu::CpuBackend>(
      threads == 0 ? static_cast<int>(cpu::UsableCpus()) : threads, kernels);
}

std::shared_ptr<const RnnWeights> PackWeights(int32_t target, const RnnShape& shape,
                                              nrnn_weight_storage storage, const float* params) {
  return std::make_shared<cpu::CpuRnnWeights>(*cpu::SelectKernels(target).stream, shape, storage,
                                              params);
}

}  // namespace nrnn
