#include "core/error.h"
#include "cuda/cuda_backend.h"

namespace nrnn::cuda {

std::unique_ptr<RnnPlan> CudaBackend::CreateRnn(const RnnShape&) {
  throw Error(NRNN_UNSUPPORTED, "CreateRnn is not written yet");
}

}  // namespace nrnn::cuda
