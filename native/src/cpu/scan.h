// Kernels of elementwise recurrences: runs of steps of one row, for a block of its units.
#ifndef NATIVERNN_CPU_SCAN_H_
#define NATIVERNN_CPU_SCAN_H_

#include <cstdint>

#include "core/ops.h"

namespace nrnn::cpu {

// The most units of a block: what a step carries on stays in L1.
constexpr int64_t kScanUnits = 128;

// Steps first .. first + count - 1 of one row, in the order in which the recurrence runs, for a
// block of units. Pointers are those of step first and of the block's first unit; what one step is
// from the next, in floats, is the stride, negative when time runs backward.
struct ScanRun {
  int64_t count, units, hidden;
  int64_t gates_stride, y_stride;
  const float* gates;
  const float* u;  // of the block; IND_RNN only
  float* h;        // [units]: the state before, then behind; null: not computed, nor is y
  float* y;
  float* factor;  // [units]: the product of all factors; null: not wanted
  float* local;   // [units]: the state behind when the one before is 0; with factor
};

// The same steps backward: last to first.
struct ScanBackwardRun {
  int64_t count, units, hidden;
  int64_t gates_stride, y_stride;
  const float* gates;
  const float* u;
  const float* before;  // [units]: the state before the first step
  const float* y;
  const float* dy;  // or null
  float* dgates;    // may be gates
  float* dh;        // [units]: gradient of the state behind, then before; null: not computed,
                    // nor are dgates
  float* du;        // [units], added to; IND_RNN only
  float* factor;    // as for ScanRun
  float* local;
};

struct ScanKernels {
  void (*forward)(nrnn_scan_kind kind, const ScanRun& run);
  void (*backward)(nrnn_scan_kind kind, const ScanBackwardRun& run);
  // h = factor h + local.
  void (*carry)(const float* factor, const float* local, int64_t units, float* h);
};

}  // namespace nrnn::cpu

#endif  // NATIVERNN_CPU_SCAN_H_
