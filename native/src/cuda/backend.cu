#include "core/error.h"
#include "cuda/cuda_backend.h"

namespace nrnn::cuda {

nrnn_device_properties CudaBackend::Describe() const {
  throw Error(NRNN_UNSUPPORTED, "Describe is not written yet");
}

void CudaBackend::Synchronize() { throw Error(NRNN_UNSUPPORTED, "Synchronize is not written yet"); }

nrnn_device_limits CudaBackend::MeasureLimits(int64_t) {
  throw Error(NRNN_UNSUPPORTED, "MeasureLimits is not written yet");
}

std::shared_ptr<Storage> CudaBackend::Allocate(int64_t) {
  throw Error(NRNN_UNSUPPORTED, "Allocate is not written yet");
}

void CudaBackend::Write(void*, const void*, int64_t) {
  throw Error(NRNN_UNSUPPORTED, "Write is not written yet");
}

void CudaBackend::Read(void*, const void*, int64_t) {
  throw Error(NRNN_UNSUPPORTED, "Read is not written yet");
}

void CudaBackend::Copy(void*, const void*, int64_t) {
  throw Error(NRNN_UNSUPPORTED, "Copy is not written yet");
}

void CudaBackend::Fill(float*, int64_t, float) {
  throw Error(NRNN_UNSUPPORTED, "Fill is not written yet");
}

}  // namespace nrnn::cuda
