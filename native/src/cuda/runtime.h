// What the backend asks of a GPU from the host: memory, streams, copies, launches. Two back ends:
// runtime.cu (the CUDA runtime) and tests/native/simt (an emulator, so that all of this backend is
// tested without a GPU). No CUDA header here. Every function throws Error with the failed call's
// name; those that are noexcept ignore failures.
#ifndef NATIVERNN_CUDA_RUNTIME_H_
#define NATIVERNN_CUDA_RUNTIME_H_

#include <cstdint>
#include <string>
#include <utility>

namespace nrnn::cuda {

struct GpuTraits {
  std::string name;
  int capability;  // 10 major + minor: 90 for sm_90
  int multiprocessors;
  int64_t memory;            // bytes
  int64_t shared_per_block;  // bytes, the most that a kernel may opt in to
  int64_t shared_per_multiprocessor;
  int64_t registers_per_multiprocessor;
  bool cooperative;
};

// GPUs of this machine. Throws UNSUPPORTED with the reason where there is no driver or no GPU.
int CountGpus();
GpuTraits DescribeGpu(int index);
// Makes the GPU the calling thread's: before any other call on a thread.
void UseGpu(int index);

// Throws std::bad_alloc where the GPU has not so much left. 256-byte aligned.
void* AllocateGpu(int64_t bytes);
void FreeGpu(void* memory) noexcept;
// Host memory that copies reach without the processor.
void* AllocatePinned(int64_t bytes);
void FreePinned(void* memory) noexcept;

class Stream;
// Says that from here on in stream's order the first used bytes of an allocation of capacity bytes
// are in use, with contents that nobody knows; 0: none. For checkers: the emulator fills them with
// NaN, and under AddressSanitizer reports accesses to the others. CUDA: does nothing.
void MarkUsed(void* gpu, int64_t used, int64_t capacity, Stream& stream);

// A queue of work on the GPU, in order.
class Stream {
 public:
  Stream();
  ~Stream();
  Stream(const Stream&) = delete;
  Stream& operator=(const Stream&) = delete;
  void* handle() const { return handle_; }
  void Synchronize();

 private:
  void* handle_;
};

// A mark in a stream.
class Event {
 public:
  Event();
  ~Event();
  Event(const Event&) = delete;
  Event& operator=(const Event&) = delete;
  void* handle() const { return handle_; }
  void Record(Stream& stream);
  // Later work of stream waits for the mark.
  void Hold(Stream& stream);
  // The host waits for the mark; at once when it was never recorded.
  void Synchronize();
  bool IsDone();

 private:
  void* handle_;
};

// Launches that were captured once and are launched together.
class Graph {
 public:
  Graph() = default;
  ~Graph();
  Graph(const Graph&) = delete;
  Graph& operator=(const Graph&) = delete;
  // What work() queues on stream is captured, not run. Where work throws, nothing is kept.
  template <class Work>
  void Capture(Stream& stream, Work&& work) {
    Begin(stream);
    try {
      work();
    } catch (...) {
      Abandon(stream);
      throw;
    }
    End(stream);
  }
  void Launch(Stream& stream);
  bool empty() const { return executable_ == nullptr; }

 private:
  void Begin(Stream& stream);
  void End(Stream& stream);
  void Abandon(Stream& stream) noexcept;
  void* executable_ = nullptr;
};

// Queued copies. host: pinned memory, not reused before the copy is done.
void CopyToGpu(void* gpu, const void* host, int64_t bytes, Stream& stream);
void CopyToHost(void* host, const void* gpu, int64_t bytes, Stream& stream);
void CopyOnGpu(void* destination, const void* source, int64_t bytes, Stream& stream);
void FillBytes(void* gpu, int value, int64_t bytes, Stream& stream);

// One-dimensional, all of it: kernels make rows and columns of their index.
struct LaunchShape {
  int64_t blocks;
  int threads;               // of a block, at most 1024
  int64_t shared_bytes = 0;  // dynamic shared memory of a block
};

// A kernel with its one argument, a trivially copyable struct.
struct KernelCall {
  const char* name;
  const void* kernel;
  const void* args;
  int64_t args_bytes;
  void (*invoke)(const void* kernel, const void* args);  // the emulator's way in
};

void LaunchKernel(const KernelCall& call, const LaunchShape& shape, bool cooperative,
                  Stream& stream);
// Blocks of the kernel that are resident on the whole GPU at once; 0 where not even one fits.
int64_t ResidentBlocks(const void* kernel, int threads, int64_t shared_bytes);

template <class Args>
KernelCall MakeCall(const char* name, void (*kernel)(Args), const Args& args) {
  KernelCall call{};
  call.name = name;
  call.kernel = reinterpret_cast<const void*>(kernel);
  call.args = &args;
  call.args_bytes = static_cast<int64_t>(sizeof(Args));
#if defined(NRNN_EMULATED)
  call.invoke = [](const void* of, const void* with) {
    reinterpret_cast<void (*)(Args)>(const_cast<void*>(of))(*static_cast<const Args*>(with));
  };
#endif
  return call;
}

// Queues a kernel. name: for messages.
template <class Args>
void Launch(const char* name, void (*kernel)(Args), const LaunchShape& shape, const Args& args,
            Stream& stream) {
  LaunchKernel(MakeCall(name, kernel, args), shape, false, stream);
}

// All blocks are resident at once, so that they may wait for each other (SyncGrid).
template <class Args>
void LaunchCooperative(const char* name, void (*kernel)(Args), const LaunchShape& shape,
                       const Args& args, Stream& stream) {
  LaunchKernel(MakeCall(name, kernel, args), shape, true, stream);
}

template <class Args>
int64_t ResidentBlocks(void (*kernel)(Args), int threads, int64_t shared_bytes) {
  return ResidentBlocks(reinterpret_cast<const void*>(kernel), threads, shared_bytes);
}

}  // namespace nrnn::cuda

#endif  // NATIVERNN_CUDA_RUNTIME_H_
