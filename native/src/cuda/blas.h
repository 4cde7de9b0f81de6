// Matrix products by cuBLASLt, which is opened when the first product asks for it and never linked:
// hundreds of megabytes that not every machine has. Where it cannot be opened, or knows no
// algorithm for a product, the caller's own kernel runs.
//
// libcublasLt.so.13, .12 or .11 of the loader's path; the environment variable NATIVERNN_CUBLASLT
// names another file (one that cannot be opened, such as "none", does without).
#ifndef NATIVERNN_CUDA_BLAS_H_
#define NATIVERNN_CUDA_BLAS_H_

#include <cstdint>
#include <memory>
#include <mutex>

#include "cuda/runtime.h"
#include "nativernn/nativernn.h"

namespace nrnn::cuda {

// C [m,n] = A [m,k] B [k,n] (+ bias) (+ C), row-major, as ProductArgs; but A and B lie in memory as
// the precision's elements: bf16 or fp16 numbers, else floats.
struct BlasProduct {
  int64_t batch, m, n, k;
  bool transpose_a, transpose_b, accumulate;
  nrnn_precision precision;
  const void* a;
  const void* b;
  float* c;
  const float* bias;  // or null
  int64_t lda, ldb, ldc, batch_a, batch_b, batch_c;
};

// Any thread.
class Blas {
 public:
  Blas();
  ~Blas();
  Blas(const Blas&) = delete;
  Blas& operator=(const Blas&) = delete;

  // Bytes of workspace that Multiply needs for this product; -1: it cannot be computed here.
  int64_t WorkspaceBytes(const BlasProduct& product);
  // Queues it on stream. workspace: 256-byte aligned. After WorkspaceBytes gave no -1.
  void Multiply(const BlasProduct& product, void* workspace, Stream& stream);

 private:
  class Library;
  std::once_flag opened_;
  std::unique_ptr<Library> library_;  // null: there is none
};

}  // namespace nrnn::cuda

#endif  // NATIVERNN_CUDA_BLAS_H_
