// Sums over axes of a strided array.
#ifndef NATIVERNN_CUDA_STRIDED_SUM_H_
#define NATIVERNN_CUDA_STRIDED_SUM_H_

#include "core/strides.h"
#include "cuda/cuda_backend.h"

namespace nrnn::cuda {

// destination[kept] += the sum of source[kept + reduced] over all indices of reduced. No size is 0,
// and every index of kept has a destination element of its own.
struct StridedSum {
  Region kept, reduced;
  const float* source;
  float* destination;
};

// Sums run in double. Their order follows from the sizes and strides alone.
void AddSums(CudaBackend& backend, StridedSum sum);

}  // namespace nrnn::cuda

#endif  // NATIVERNN_CUDA_STRIDED_SUM_H_
