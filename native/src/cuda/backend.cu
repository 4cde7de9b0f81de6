// The GPU as a device: opening it, memory, transfers, waiting.
#include <algorithm>

#include "core/error.h"
#include "cuda/blas.h"
#include "cuda/cuda_backend.h"
#include "cuda/fault.cuh"
#include "cuda/memory.h"
#include "cuda/tile.cuh"

namespace nrnn::cuda {
namespace {

constexpr int kThreads = 256;
// Of a loop kernel: 8 blocks of 256 threads fill a multiprocessor (2048 threads).
constexpr int64_t kBlocksOfMultiprocessor = 8;

struct FillArgs {
  float* y;
  int64_t length;
  float value;
};

NRNN_KERNEL FillKernel(FillArgs args) {
  for (int64_t k = GlobalThread(); k < args.length; k += GlobalThreads()) args.y[k] = args.value;
}

class CudaStorage final : public Storage {
 public:
  CudaStorage(std::shared_ptr<Allocator> allocator, int64_t bytes)
      : Storage(allocator->Take(bytes)), allocator_(std::move(allocator)) {}
  ~CudaStorage() override { allocator_->Give(data()); }

 private:
  const std::shared_ptr<Allocator> allocator_;
};

const char* PrecisionName(nrnn_precision precision) {
  switch (precision) {
    case NRNN_PRECISION_TF32:
      return "TF32";
    case NRNN_PRECISION_BFLOAT16:
      return "BFLOAT16";
    case NRNN_PRECISION_FLOAT16:
      return "FLOAT16";
    default:
      return "FLOAT32";
  }
}

// What a GPU is opened for; throws UNSUPPORTED where it can't.
GpuTraits CheckedTraits(int index, nrnn_precision precision) {
  const int count = CountGpus();
  if (index >= count) {
    throw Error(NRNN_UNSUPPORTED,
                Text("index is ", index, ": this machine's CUDA devices are ", count));
  }
  UseGpu(index);
  const GpuTraits traits = DescribeGpu(index);
  if (!HasTile(precision, traits.capability)) {
    throw Error(NRNN_UNSUPPORTED, Text("precision is ", PrecisionName(precision), ": ", traits.name,
                                       " of compute capability ", traits.capability / 10, ".",
                                       traits.capability % 10, " has no such tensor cores"));
  }
  ResidentBlocks(&FillKernel, kThreads, 0);  // throws where the build has no code for this GPU
  return traits;
}

}  // namespace

CudaBackend::CudaBackend(int index, nrnn_precision precision)
    : index_(index),
      precision_(precision),
      traits_(CheckedTraits(index, precision)),
      stream_(std::make_shared<Stream>()) {
  allocator_ = std::make_shared<Allocator>(index, stream_);
  staging_ = std::make_unique<Staging>(*allocator_, *stream_);
  blas_ = std::make_unique<Blas>();
  fault_ = static_cast<Fault*>(AllocatePinned(int64_t{sizeof(Fault)}));
  *fault_ = {};
}

CudaBackend::~CudaBackend() {
  try {
    UseGpu(index_);
    stream_->Synchronize();
  } catch (const std::exception&) {
    // a lost GPU: nothing runs there any more
  }
  FreePinned(fault_);
}

Scratch CudaBackend::Borrow(int64_t bytes) {
  Scratch scratch(*allocator_, bytes);
#if !defined(NDEBUG)
  FillBytes(scratch.data(), 0xff, bytes, *stream_);
#endif
  return scratch;
}

LaunchShape CudaBackend::LoopShape(int64_t length) const {
  const int64_t wanted = (length + kThreads - 1) / kThreads;
  const int64_t most = kBlocksOfMultiprocessor * traits_.multiprocessors;
  return {std::clamp<int64_t>(wanted, 1, most), kThreads};
}

nrnn_device_properties CudaBackend::Describe() const {
  nrnn_device_properties properties = {};
  properties.kind = NRNN_DEVICE_CUDA;
  properties.index = index_;
  properties.precision = precision_;
  properties.compute_capability = traits_.capability;
  properties.multiprocessors = traits_.multiprocessors;
  properties.memory_bytes = traits_.memory;
  return properties;
}

void CudaBackend::Synchronize() {
  stream_->Synchronize();
  ThrowFault();
}

std::shared_ptr<Storage> CudaBackend::Allocate(int64_t bytes) {
  auto storage = std::make_shared<CudaStorage>(allocator_, bytes);
  if (bytes > 0) FillBytes(storage->data(), 0, bytes, *stream_);
  return storage;
}

void CudaBackend::Write(void* destination, const void* host, int64_t bytes) {
  staging_->Write(destination, host, bytes);
}

void CudaBackend::Read(void* host, const void* source, int64_t bytes) {
  staging_->Read(host, source, bytes);
  ThrowFault();
}

void CudaBackend::Copy(void* destination, const void* source, int64_t bytes) {
  if (bytes > 0) CopyOnGpu(destination, source, bytes, *stream_);
}

void CudaBackend::Fill(float* y, int64_t length, float value) {
  if (length == 0) return;
  Launch("FillKernel", &FillKernel, LoopShape(length), FillArgs{y, length, value}, *stream_);
}

}  // namespace nrnn::cuda
