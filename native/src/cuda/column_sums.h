// Sums of a matrix's columns, for gradients of biases.
#ifndef NATIVERNN_CUDA_COLUMN_SUMS_H_
#define NATIVERNN_CUDA_COLUMN_SUMS_H_

#include <cstdint>

#include "cuda/cuda_backend.h"

namespace nrnn::cuda {

struct ColumnSumsArgs {
  int64_t rows, columns;
  const float* x;
  int64_t stride;  // floats from a row to the next
  float* sums;     // [columns], added to
};

// Queues it on stream. What it returns: see Product in gemm.h.
Scratch AddColumnSums(CudaBackend& backend, const ColumnSumsArgs& args, Stream& stream);

}  // namespace nrnn::cuda

#endif  // NATIVERNN_CUDA_COLUMN_SUMS_H_
