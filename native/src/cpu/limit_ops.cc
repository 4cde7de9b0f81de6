// Measures what the threads of a CPU device can do at most, together.
#include <cstring>

#include "core/best_rate.h"
#include "cpu/cpu_backend.h"
#include "cpu/cpu_storage.h"
#include "cpu/limits.h"

namespace nrnn::cpu {

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
