// What kernels find wrong in the contents of integer arguments (an index outside of a table, a
// length beyond the steps): the first finding of a device is kept, and the next call that waits for
// the GPU throws it as INVALID_ARGUMENT. A kernel that finds something goes on without reading or
// writing out of bounds, and gives NaN for what it cannot compute.
#ifndef NATIVERNN_CUDA_FAULT_CUH_
#define NATIVERNN_CUDA_FAULT_CUH_

#include "cuda/simt.cuh"

namespace nrnn::cuda {

// Which argument; fault.cu has their names.
enum class Argument : int32_t { kNone, kLengths, kIndices, kTargets, kTargetLengths };

// In pinned memory that the GPU writes too.
struct Fault {
  int32_t argument;  // Argument; kNone: nothing was found
  int32_t value;
  int64_t position;
  int64_t low, high;  // what the value had to lie in
};

// Whether value lies in [low, high]; otherwise reports it.
NRNN_DEVICE bool CheckValue(Fault* fault, Argument argument, int64_t position, int32_t value,
                            int64_t low, int64_t high) {
  if (value >= low && value <= high) return true;
  const int32_t none = static_cast<int32_t>(Argument::kNone);
  if (AtomicCompareExchange(&fault->argument, none, static_cast<int32_t>(argument)) == none) {
    fault->value = value;
    fault->position = position;
    fault->low = low;
    fault->high = high;
  }
  return false;
}

}  // namespace nrnn::cuda

#endif  // NATIVERNN_CUDA_FAULT_CUH_
