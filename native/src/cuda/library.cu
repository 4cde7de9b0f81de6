// The functions that libnativernn_cuda exports; core/cuda_interface.h says what they are for.
#include <algorithm>
#include <cstring>
#include <new>

#include "core/cuda_interface.h"
#include "core/error.h"
#include "cuda/cuda_backend.h"

namespace nrnn::cuda {
namespace {

nrnn_status Fail(nrnn_status status, const char* text, CudaMessage* message) noexcept {
  const size_t length = std::min(std::strlen(text), sizeof(message->text) - 1);
  std::memcpy(message->text, text, length);
  message->text[length] = '\0';
  return status;
}

template <class Body>
nrnn_status Guard(CudaMessage* message, Body&& body) noexcept {
  try {
    body();
    return NRNN_OK;
  } catch (const Error& e) {
    return Fail(e.status(), e.what(), message);
  } catch (const std::bad_alloc&) {
    return Fail(NRNN_OUT_OF_MEMORY, "out of memory", message);
  } catch (const std::exception& e) {
    return Fail(NRNN_INTERNAL, e.what(), message);
  } catch (...) {
    return Fail(NRNN_INTERNAL, "unknown exception", message);
  }
}

}  // namespace
}  // namespace nrnn::cuda

using nrnn::Backend;
using nrnn::CudaMessage;

#if defined(_WIN32)
#define NRNN_CUDA_EXPORT extern "C" __declspec(dllexport)
#else
#define NRNN_CUDA_EXPORT extern "C" __attribute__((visibility("default")))
#endif

NRNN_CUDA_EXPORT int32_t nrnn_cuda_interface_version() { return nrnn::kCudaInterfaceVersion; }

NRNN_CUDA_EXPORT nrnn_status nrnn_cuda_count(int32_t* out_count, CudaMessage* out_message) {
  return nrnn::cuda::Guard(out_message, [&] { *out_count = nrnn::cuda::CountGpus(); });
}

NRNN_CUDA_EXPORT nrnn_status nrnn_cuda_open(int32_t index, int32_t precision,
                                            std::shared_ptr<Backend>* out_backend,
                                            CudaMessage* out_message) {
  return nrnn::cuda::Guard(out_message, [&] {
    *out_backend =
        std::make_shared<nrnn::cuda::CudaBackend>(index, static_cast<nrnn_precision>(precision));
  });
}

NRNN_CUDA_EXPORT nrnn_status nrnn_cuda_call(int32_t index, void (*body)(void* context),
                                            void* context, CudaMessage* out_message) {
  return nrnn::cuda::Guard(out_message, [&] {
    nrnn::cuda::UseGpu(index);
    body(context);
  });
}
