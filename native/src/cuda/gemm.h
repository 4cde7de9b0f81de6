// Matrix products of the CUDA backend, for its other files: row-major matrices anywhere in device
// memory, in the precision that the call asks for.
#ifndef NATIVERNN_CUDA_GEMM_H_
#define NATIVERNN_CUDA_GEMM_H_

#include <cstdint>

#include "cuda/cuda_backend.h"

namespace nrnn::cuda {

// What products with gradients are rounded to: the device's precision, but for fp16. Gradients are
// often smaller than fp16 holds with all its digits; tf32 has these digits and float's range, and
// where a GPU has fp16 only, it is float32.
nrnn_precision GradientPrecision(const CudaBackend& backend);

// C [m,n] = A [m,k] B [k,n] (+ bias [n] in every row) (+ what C held), `batch` times. Operands are
// floats, rounded to the precision on their way; sums are float. C overlaps nothing else.
struct ProductArgs {
  int64_t batch = 1;
  int64_t m, n, k;
  // A is stored as [k,m], B as [n,k].
  bool transpose_a = false, transpose_b = false;
  bool accumulate = false;
  nrnn_precision precision;
  const float* a;
  const float* b;
  float* c;
  const float* bias = nullptr;  // or null
  // Floats from a stored row to the next, and from a matrix of the batch to the next; a batch
  // stride of 0 for A or B: all of the batch share it.
  int64_t lda, ldb, ldc;
  int64_t batch_a = 0, batch_b = 0, batch_c = 0;
};

// Of one dense matrix with another; a, b and c are left to the caller.
ProductArgs DenseProduct(int64_t m, int64_t n, int64_t k, bool transpose_a, bool transpose_b,
                         nrnn_precision precision);

// Queues the product on stream. The same arguments give the same bits. What it returns is memory
// that the queued work needs: on another stream than the backend's own it must live until that
// stream was joined; otherwise it may go at once.
Scratch Product(CudaBackend& backend, const ProductArgs& args, Stream& stream);

// The same by this library's own kernels, whatever the size (Product takes cuBLASLt where that is
// installed and the product is large).
Scratch TiledProduct(CudaBackend& backend, const ProductArgs& args, Stream& stream);

}  // namespace nrnn::cuda

#endif  // NATIVERNN_CUDA_GEMM_H_
