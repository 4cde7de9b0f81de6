// Kernels that measure what a core can do at most: multiply-adds a second, and bytes read a second.
#ifndef NATIVERNN_CPU_LIMITS_H_
#define NATIVERNN_CPU_LIMITS_H_

#include <cstdint>

namespace nrnn::cpu {

// Bytes that read takes at a time: eight vectors of the widest instruction set.
constexpr int64_t kReadBytes = 512;

struct LimitKernels {
  int64_t flops_per_round;
  // Multiplies and adds in registers alone, rounds times. Returns a sum of the results, so that
  // nothing is optimised away.
  float (*multiply_add)(int64_t rounds);
  // Reads bytes (a multiple of kReadBytes) at data (64-byte aligned), passes times. Returns a
  // checksum.
  int32_t (*read)(const void* data, int64_t bytes, int64_t passes);
};

}  // namespace nrnn::cpu

#endif  // NATIVERNN_CPU_LIMITS_H_
