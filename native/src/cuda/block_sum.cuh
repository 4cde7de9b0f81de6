// Sums and maxima over a block. The order is that of the lanes and then of the warps: the same bits
// in every thread and every run.
#ifndef NATIVERNN_CUDA_BLOCK_SUM_CUH_
#define NATIVERNN_CUDA_BLOCK_SUM_CUH_

#include "cuda/simt.cuh"

namespace nrnn::cuda {

// Values of shared memory that each of these needs; free for another use behind a barrier.
constexpr int kBlockSumRoom = 32;

// Of all threads; every thread of the block calls it. Value: float or double.
template <class Value>
NRNN_DEVICE Value BlockSum(Value value, Value* shared) {
  value = WarpSum(value);
  if (Warps() == 1) return value;
  SyncBlock();  // another sum may still be read
  if (Lane() == 0) shared[Warp()] = value;
  SyncBlock();
  Value sum = shared[0];
  for (int warp = 1; warp < Warps(); ++warp) sum += shared[warp];
  return sum;
}

// The larger; NaN where one is.
NRNN_DEVICE float Larger(float a, float b) { return a > b || a != a ? a : b; }

// The largest, or NaN where a value is.
NRNN_DEVICE float BlockMax(float value, float* shared) {
  value = WarpMax(value);
  if (Warps() == 1) return value;
  SyncBlock();
  if (Lane() == 0) shared[Warp()] = value;
  SyncBlock();
  float largest = shared[0];
  for (int warp = 1; warp < Warps(); ++warp) largest = Larger(shared[warp], largest);
  return largest;
}

}  // namespace nrnn::cuda

#endif  // NATIVERNN_CUDA_BLOCK_SUM_CUH_
