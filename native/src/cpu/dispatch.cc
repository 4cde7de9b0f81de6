// Chooses the kernels of an instruction set, once, when a device is opened.
#include "core/error.h"
#include "cpu/kernels.h"

namespace nrnn::cpu {
namespace {

#define NRNN_TABLE(TARGET, ID)                                      \
  const Kernels& TARGET##Table() {                                  \
    static const Kernels table = {ID,                               \
                                  &TARGET::GetGemmKernels(),        \
                                  &TARGET::GetRnnKernels(),         \
                                  &TARGET::GetElementwiseKernels(), \
                                  &TARGET::GetRowKernels(),         \
                                  &TARGET::GetOptimizerKernels(),   \
                                  &TARGET::GetRandomKernels(),      \
                                  &TARGET::GetStreamKernels()};     \
    return table;                                                   \
  }

#if defined(__x86_64__)

NRNN_TABLE(baseline, NRNN_CPU_TARGET_BASELINE)
NRNN_TABLE(avx2, NRNN_CPU_TARGET_AVX2)
NRNN_TABLE(avx512, NRNN_CPU_TARGET_AVX512)

// What -march=x86-64-v3 and -v4 let the compiler use; cpu_supports also asks whether the system
// saves the registers.
bool HasAvx2() {
  return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma") &&
         __builtin_cpu_supports("bmi") && __builtin_cpu_supports("bmi2");
}
bool HasAvx512() {
  return HasAvx2() && __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") &&
         __builtin_cpu_supports("avx512cd") && __builtin_cpu_supports("avx512dq") &&
         __builtin_cpu_supports("avx512vl");
}

const Kernels* Find(int32_t target) {
  switch (target) {
    case NRNN_CPU_TARGET_BEST:
      return HasAvx512() ? &avx512Table() : HasAvx2() ? &avx2Table() : &baselineTable();
    case NRNN_CPU_TARGET_BASELINE:
      return &baselineTable();
    case NRNN_CPU_TARGET_AVX2:
      return HasAvx2() ? &avx2Table() : nullptr;
    case NRNN_CPU_TARGET_AVX512:
      return HasAvx512() ? &avx512Table() : nullptr;
    default:
      return nullptr;
  }
}

#else

NRNN_TABLE(neon, NRNN_CPU_TARGET_NEON)

// NEON is part of every arm64 CPU.
const Kernels* Find(int32_t target) {
  return target == NRNN_CPU_TARGET_BEST || target == NRNN_CPU_TARGET_NEON ? &neonTable() : nullptr;
}

#endif
#undef NRNN_TABLE

const char* TargetName(int32_t target) {
  constexpr const char* kNames[] = {"BEST", "BASELINE", "AVX2", "AVX512", "NEON"};
  return kNames[target];
}

}  // namespace

const Kernels& SelectKernels(int32_t target) {
  const Kernels* found = Find(target);
  if (found == nullptr) {
    throw Error(NRNN_UNSUPPORTED, Text("cpu_target is ", TargetName(target),
                                       ", which this machine or build does not run"));
  }
  return *found;
}

}  // namespace nrnn::cpu
