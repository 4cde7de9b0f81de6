// Gradients are often smaller than what fp16 holds (2^-14, with all its digits): they are
// multiplied by a power of two where they are rounded to it, and what is made of them is divided by
// it again. The largest finite number of dy, dhn and dcn becomes 1 to 2, so that a gradient may
// grow 2^15 times on its way through the steps, or be 2^14 times smaller, before digits are lost.
// Infinities and NaN stay what they are, and so does what grows beyond fp16: it becomes infinite.
#ifndef NATIVERNN_CUDA_GRADIENT_SCALE_CUH_
#define NATIVERNN_CUDA_GRADIENT_SCALE_CUH_

#include "cuda/math.cuh"
#include "cuda/recurrent.h"

namespace nrnn::cuda {

// Maxima of parts of the gradients; one for each block of the kernel that takes them.
constexpr int kMaxima = 256;

// Queues it: the largest finite magnitudes of the call's dy (of valid steps), dhn and dcn.
void FindMaxima(const RecurrentBackwardCall& call, float* maxima);

struct GradientScale {
  float factor = 1.0f;
  float inverse = 1.0f;
  NRNN_DEVICE float Do(float value) const { return value * factor; }
  NRNN_DEVICE float Undo(float value) const { return value * inverse; }
};

NRNN_DEVICE GradientScale ScaleOf(float largest) {
  GradientScale scale;
  // The exponent of a normal number; others count as 2^-100, and none is beyond 2^100.
  int32_t exponent = (BitsOf(largest) >> 23) - 127;
  if (largest == 0.0f) exponent = 0;
  exponent = exponent < -100 ? -100 : exponent > 100 ? 100 : exponent;
  scale.factor = PowerOfTwo(-exponent);
  scale.inverse = PowerOfTwo(exponent);
  return scale;
}

// The scale of maxima, the same in all threads of the block. shared: a float for each warp.
NRNN_DEVICE GradientScale LoadScale(const float* maxima, float* shared) {
  float largest = 0.0f;
  for (int k = Thread(); k < kMaxima; k += Threads()) largest = fmaxf(largest, maxima[k]);
  largest = WarpMax(largest);
  if (Lane() == 0) shared[Warp()] = largest;
  SyncBlock();
  for (int warp = 0; warp < Warps(); ++warp) largest = fmaxf(largest, shared[warp]);
  SyncBlock();
  return ScaleOf(largest);
}

}  // namespace nrnn::cuda

#endif  // NATIVERNN_CUDA_GRADIENT_SCALE_CUH_
