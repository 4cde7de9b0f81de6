#include "core/error.h"
#include "cuda/cuda_backend.h"

namespace nrnn::cuda {

void CudaBackend::EmbeddingForward(const EmbeddingArgs&) {
  throw Error(NRNN_UNSUPPORTED, "EmbeddingForward is not written yet");
}

void CudaBackend::EmbeddingBackward(const EmbeddingBackwardArgs&) {
  throw Error(NRNN_UNSUPPORTED, "EmbeddingBackward is not written yet");
}

}  // namespace nrnn::cuda
