// Chooses the kernels of an instruction set, once, when a device is opened.
#include <cstdlib>

#include "core/error.h"
#include "cpu/compiler.h"
#include "cpu/cpu_features.h"
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
                                  &TARGET::GetLimitKernels(),       \
                                  &TARGET::GetStreamKernels(),      \
                                  &TARGET::GetLayerNormKernels(),   \
                                  &TARGET::GetCtcKernels(),         \
                                  &TARGET::GetScanKernels(),        \
                                  &TARGET::GetVariantKernels()};    \
    return table;                                                   \
  }

#if NRNN_X86

NRNN_TABLE(avx2, NRNN_CPU_TARGET_AVX2)
#if defined(NATIVERNN_ALL_TARGETS)
NRNN_TABLE(baseline, NRNN_CPU_TARGET_BASELINE)
NRNN_TABLE(avx512, NRNN_CPU_TARGET_AVX512)
#endif

// Each is null where the machine or this build has none.
const Kernels* Baseline() {
#if defined(NATIVERNN_ALL_TARGETS)
  return HasLevel2() ? &baselineTable() : nullptr;
#else
  return nullptr;
#endif
}

const Kernels* Avx2() { return HasLevel3() ? &avx2Table() : nullptr; }

const Kernels* Avx512() {
#if defined(NATIVERNN_ALL_TARGETS)
  return HasLevel4() ? &avx512Table() : nullptr;
#else
  return nullptr;
#endif
}

const Kernels* Find(int32_t target) {
  switch (target) {
    case NRNN_CPU_TARGET_BEST:
      for (const Kernels* found : {Avx512(), Avx2(), Baseline()}) {
        if (found != nullptr) return found;
      }
      return nullptr;
    case NRNN_CPU_TARGET_BASELINE:
      return Baseline();
    case NRNN_CPU_TARGET_AVX2:
      return Avx2();
    case NRNN_CPU_TARGET_AVX512:
      return Avx512();
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

// By nrnn_cpu_target.
constexpr const char* kTargetNames[] = {"best", "baseline", "avx2", "avx512", "neon"};

bool SameName(const char* a, const char* lower) {
  for (; *a != 0 && *lower != 0; ++a, ++lower) {
    const char letter = *a >= 'A' && *a <= 'Z' ? static_cast<char>(*a - 'A' + 'a') : *a;
    if (letter != *lower) return false;
  }
  return *a == *lower;
}

// What the environment variable NATIVERNN_CPU asks for; BEST where it is not set or empty.
int32_t TargetOfEnvironment() {
  const char* name = std::getenv("NATIVERNN_CPU");
  if (name == nullptr || *name == 0) return NRNN_CPU_TARGET_BEST;
  for (int32_t target = NRNN_CPU_TARGET_BASELINE; target <= NRNN_CPU_TARGET_NEON; ++target) {
    if (SameName(name, kTargetNames[target])) return target;
  }
  throw Error(NRNN_INVALID_ARGUMENT,
              Text("the environment variable NATIVERNN_CPU is \"", name,
                   "\", must be baseline, avx2, avx512 or neon, or not set"));
}

}  // namespace

const Kernels& SelectKernels(int32_t target) {
  const bool asked = target != NRNN_CPU_TARGET_BEST;
  const int32_t wanted = asked ? target : TargetOfEnvironment();
  const Kernels* found = Find(wanted);
  if (found == nullptr && wanted == NRNN_CPU_TARGET_BEST) {
    throw Error(NRNN_UNSUPPORTED, "this CPU lacks instructions of x86-64-v2 (SSE4.2, POPCNT)");
  }
  if (found == nullptr) {
    throw Error(NRNN_UNSUPPORTED,
                Text(asked ? "cpu_target" : "the environment variable NATIVERNN_CPU", " is ",
                     kTargetNames[wanted], ", which this machine or build does not run"));
  }
  return *found;
}

}  // namespace nrnn::cpu
