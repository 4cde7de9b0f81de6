#include "core/error.h"
#include "cuda/cuda_backend.h"

namespace nrnn::cuda {

void CudaBackend::UnaryForward(nrnn_unary_op, int64_t, const float*, float*) {
  throw Error(NRNN_UNSUPPORTED, "UnaryForward is not written yet");
}

void CudaBackend::UnaryBackward(nrnn_unary_op, int64_t, const float*, const float*, const float*,
                                float*) {
  throw Error(NRNN_UNSUPPORTED, "UnaryBackward is not written yet");
}

void CudaBackend::Affine(int64_t, const float*, float, float, float*) {
  throw Error(NRNN_UNSUPPORTED, "Affine is not written yet");
}

void CudaBackend::Binary(const BinaryArgs&) {
  throw Error(NRNN_UNSUPPORTED, "Binary is not written yet");
}

void CudaBackend::Where(int64_t, const float*, const float*, const float*, float*) {
  throw Error(NRNN_UNSUPPORTED, "Where is not written yet");
}

}  // namespace nrnn::cuda
