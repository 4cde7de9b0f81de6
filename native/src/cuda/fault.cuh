// What kernels find wrong in the contents of integer arguments (an index outside of a table, a
// length beyond the steps): the first finding of a device is kept, and the next call that waits for
// the GPU throws it as INVALID_ARGUMENT. A kernel that finds something goes on without reading or
// writing out of bounds, and gives NaN for what it cannot compute.
#ifndef NATIVERNN_CUDA_FAULT_CUH_
#define NATIVERNN_CUDA_FAULT_CUH_

#include "cuda/simt.cuh"

namespace nrnn::cuda {

// Which argument; fault.cu has their names. kTargets: of a cross-entropy, where `exception` is
// ignore_index. kLabels: the targets of a CTC, where it is the blank, and positions count along
// rows of `columns`.
enum class Argument : int32_t { kNone, kLengths, kIndices, kTargets, kTargetLengths, kLabels };

// In pinned memory that the GPU writes too.
struct Fault {
  int32_t argument;  // Argument; kNone: nothing was found
  int32_t value;
  int64_t position;
  int64_t low, high;  // what the value had to lie in
  int64_t columns;    // kLabels only
  int32_t exception;  // kTargets: also allowed; kLabels: not allowed
};

// Keeps a finding if it is the first.
NRNN_DEVICE void Report(Fault* fault, const Fault& finding) {
  const int32_t none = static_cast<int32_t>(Argument::kNone);
  if (AtomicCompareExchange(&fault->argument, none, finding.argument) != none) return;
  fault->value = finding.value;
  fault->position = finding.position;
  fault->low = finding.low;
  fault->high = finding.high;
  fault->columns = finding.columns;
  fault->exception = finding.exception;
}

// Whether value lies in [low, high]; otherwise reports it.
NRNN_DEVICE bool CheckValue(Fault* fault, Argument argument, int64_t position, int32_t value,
                            int64_t low, int64_t high) {
  if (value >= low && value <= high) return true;
  Report(fault, {static_cast<int32_t>(argument), value, position, low, high, 0, 0});
  return false;
}

}  // namespace nrnn::cuda

#endif  // NATIVERNN_CUDA_FAULT_CUH_
