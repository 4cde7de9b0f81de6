// runtime.h by the CUDA runtime.
#include <cuda_runtime.h>

#include "cuda/runtime.h"
#include "cuda/runtime_error.h"

namespace nrnn::cuda {
namespace {

constexpr int64_t kSharedWithoutOptIn = 48 << 10;

void Check(cudaError_t code, const char* call) {
  if (code == cudaSuccess) return;
  cudaGetLastError();  // what can be forgotten is: a later call shall not report it again
  ThrowRuntimeError(call, static_cast<int>(code), cudaGetErrorString(code));
}

int Attribute(cudaDeviceAttr attribute, int index) {
  int value = 0;
  Check(cudaDeviceGetAttribute(&value, attribute, index), "cudaDeviceGetAttribute");
  return value;
}

cudaStream_t Of(const Stream& stream) { return static_cast<cudaStream_t>(stream.handle()); }
cudaEvent_t Of(const Event& event) { return static_cast<cudaEvent_t>(event.handle()); }
size_t Size(int64_t bytes) { return static_cast<size_t>(bytes); }

void AllowShared(const void* kernel, int64_t bytes) {
  if (bytes <= kSharedWithoutOptIn) return;
  Check(cudaFuncSetAttribute(kernel, cudaFuncAttributeMaxDynamicSharedMemorySize,
                             static_cast<int>(bytes)),
        "cudaFuncSetAttribute");
}

}  // namespace

int CountGpus() {
  int count = 0;
  Check(cudaGetDeviceCount(&count), "cudaGetDeviceCount");
  return count;
}

GpuTraits DescribeGpu(int index) {
  cudaDeviceProp properties;
  Check(cudaGetDeviceProperties(&properties, index), "cudaGetDeviceProperties");
  GpuTraits traits;
  traits.name = properties.name;
  traits.capability = 10 * properties.major + properties.minor;
  traits.multiprocessors = properties.multiProcessorCount;
  traits.memory = static_cast<int64_t>(properties.totalGlobalMem);
  traits.shared_per_block = Attribute(cudaDevAttrMaxSharedMemoryPerBlockOptin, index);
  traits.shared_per_multiprocessor = Attribute(cudaDevAttrMaxSharedMemoryPerMultiprocessor, index);
  traits.registers_per_multiprocessor = Attribute(cudaDevAttrMaxRegistersPerMultiprocessor, index);
  traits.cooperative = Attribute(cudaDevAttrCooperativeLaunch, index) != 0;
  return traits;
}

void UseGpu(int index) { Check(cudaSetDevice(index), "cudaSetDevice"); }

void* AllocateGpu(int64_t bytes) {
  void* memory = nullptr;
  Check(cudaMalloc(&memory, Size(bytes)), "cudaMalloc");
  return memory;
}

void FreeGpu(void* memory) noexcept {
  if (cudaFree(memory) != cudaSuccess) cudaGetLastError();
}

void* AllocatePinned(int64_t bytes) {
  void* memory = nullptr;
  Check(cudaHostAlloc(&memory, Size(bytes), cudaHostAllocPortable), "cudaHostAlloc");
  return memory;
}

void FreePinned(void* memory) noexcept {
  if (cudaFreeHost(memory) != cudaSuccess) cudaGetLastError();
}

void MarkUsed(void*, int64_t, int64_t, Stream&) {}

Stream::Stream() {
  cudaStream_t stream = nullptr;
  Check(cudaStreamCreateWithFlags(&stream, cudaStreamNonBlocking), "cudaStreamCreateWithFlags");
  handle_ = stream;
}

Stream::~Stream() {
  if (cudaStreamDestroy(Of(*this)) != cudaSuccess) cudaGetLastError();
}

void Stream::Synchronize() { Check(cudaStreamSynchronize(Of(*this)), "cudaStreamSynchronize"); }

Event::Event() {
  cudaEvent_t event = nullptr;
  Check(cudaEventCreateWithFlags(&event, cudaEventDisableTiming), "cudaEventCreateWithFlags");
  handle_ = event;
}

Event::~Event() {
  if (cudaEventDestroy(Of(*this)) != cudaSuccess) cudaGetLastError();
}

void Event::Record(Stream& stream) {
  Check(cudaEventRecord(Of(*this), Of(stream)), "cudaEventRecord");
}

void Event::Hold(Stream& stream) {
  Check(cudaStreamWaitEvent(Of(stream), Of(*this), 0), "cudaStreamWaitEvent");
}

void Event::Synchronize() { Check(cudaEventSynchronize(Of(*this)), "cudaEventSynchronize"); }

bool Event::IsDone() {
  const cudaError_t code = cudaEventQuery(Of(*this));
  if (code == cudaErrorNotReady) return false;
  Check(code, "cudaEventQuery");
  return true;
}

Graph::~Graph() {
  if (executable_ == nullptr) return;
  if (cudaGraphExecDestroy(static_cast<cudaGraphExec_t>(executable_)) != cudaSuccess) {
    cudaGetLastError();
  }
}

void Graph::Begin(Stream& stream) {
  Check(cudaStreamBeginCapture(Of(stream), cudaStreamCaptureModeRelaxed), "cudaStreamBeginCapture");
}

void Graph::End(Stream& stream) {
  cudaGraph_t graph = nullptr;
  Check(cudaStreamEndCapture(Of(stream), &graph), "cudaStreamEndCapture");
  cudaGraphExec_t executable = nullptr;
  const cudaError_t code = cudaGraphInstantiateWithFlags(&executable, graph, 0);
  cudaGraphDestroy(graph);
  Check(code, "cudaGraphInstantiateWithFlags");
  if (executable_ != nullptr) cudaGraphExecDestroy(static_cast<cudaGraphExec_t>(executable_));
  executable_ = executable;
}

void Graph::Abandon(Stream& stream) noexcept {
  cudaGraph_t graph = nullptr;
  cudaStreamEndCapture(Of(stream), &graph);
  if (graph != nullptr) cudaGraphDestroy(graph);
  cudaGetLastError();
}

void Graph::Launch(Stream& stream) {
  Check(cudaGraphLaunch(static_cast<cudaGraphExec_t>(executable_), Of(stream)), "cudaGraphLaunch");
}

void CopyToGpu(void* gpu, const void* host, int64_t bytes, Stream& stream) {
  Check(cudaMemcpyAsync(gpu, host, Size(bytes), cudaMemcpyHostToDevice, Of(stream)),
        "cudaMemcpyAsync to the GPU");
}

void CopyToHost(void* host, const void* gpu, int64_t bytes, Stream& stream) {
  Check(cudaMemcpyAsync(host, gpu, Size(bytes), cudaMemcpyDeviceToHost, Of(stream)),
        "cudaMemcpyAsync to the host");
}

void CopyOnGpu(void* destination, const void* source, int64_t bytes, Stream& stream) {
  Check(cudaMemcpyAsync(destination, source, Size(bytes), cudaMemcpyDeviceToDevice, Of(stream)),
        "cudaMemcpyAsync on the GPU");
}

void FillBytes(void* gpu, int value, int64_t bytes, Stream& stream) {
  Check(cudaMemsetAsync(gpu, value, Size(bytes), Of(stream)), "cudaMemsetAsync");
}

void LaunchKernel(const KernelCall& call, const LaunchShape& shape, bool cooperative,
                  Stream& stream) {
  AllowShared(call.kernel, shape.shared_bytes);
  const dim3 grid(static_cast<unsigned int>(shape.blocks));
  const dim3 block(static_cast<unsigned int>(shape.threads));
  void* args[] = {const_cast<void*>(call.args)};
  const size_t shared = Size(shape.shared_bytes);
  Check(cooperative
            ? cudaLaunchCooperativeKernel(call.kernel, grid, block, args, shared, Of(stream))
            : cudaLaunchKernel(call.kernel, grid, block, args, shared, Of(stream)),
        call.name);
}

int64_t ResidentBlocks(const void* kernel, int threads, int64_t shared_bytes) {
  int index = 0, blocks = 0;
  Check(cudaGetDevice(&index), "cudaGetDevice");
  if (shared_bytes > Attribute(cudaDevAttrMaxSharedMemoryPerBlockOptin, index)) return 0;
  AllowShared(kernel, shared_bytes);
  Check(cudaOccupancyMaxActiveBlocksPerMultiprocessor(&blocks, kernel, threads, Size(shared_bytes)),
        "cudaOccupancyMaxActiveBlocksPerMultiprocessor");
  return int64_t{blocks} * Attribute(cudaDevAttrMultiProcessorCount, index);
}

}  // namespace nrnn::cuda
