// cuda/runtime.h without a GPU: memory is the host's, kernels run in the emulator. Work is queued
// and done as late as possible, when the host waits for it and no stream before, so that a missing
// wait between streams or with the host shows as a wrong result. What a kernel finds wrong is
// thrown by the call that waits.
//
// Environment variables, read at each use, make the machine that is wanted:
//   NATIVERNN_EMULATED_GPUS             1
//   NATIVERNN_EMULATED_MULTIPROCESSORS  4
//   NATIVERNN_EMULATED_SHARED           bytes of shared memory of a block, 65536
//   NATIVERNN_EMULATED_CAPABILITY       90
//   NATIVERNN_EMULATED_COOPERATIVE      1; 0: no cooperative launches
//   NATIVERNN_EMULATED_MEMORY           bytes, 2^31
//   NATIVERNN_EMULATED_QUEUE            late; now: work is done when it is queued
//   NATIVERNN_EMULATED_ORDER            of threads: emulator.h
// and its failures:
//   NATIVERNN_EMULATED_NO_GPU           the number that counting the GPUs fails with: 35 no driver,
//                                       100 no GPU
//   NATIVERNN_EMULATED_REFUSED_LAUNCH   a kernel's name: its launches fail at once
//   NATIVERNN_EMULATED_LOST             a kernel's name: when it has run, every call fails, for as
//                                       long as the variable is set
#include "cuda/runtime.h"

#include <cstdlib>
#include <cstring>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <new>
#include <set>
#include <string>
#include <unordered_map>
#include <vector>

#include "cuda/runtime_error.h"
#include "simt/emulator.h"

#if defined(__SANITIZE_ADDRESS__)
#define NRNN_ADDRESS_SANITIZER
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define NRNN_ADDRESS_SANITIZER
#endif
#endif
#if defined(NRNN_ADDRESS_SANITIZER)
#include <sanitizer/asan_interface.h>
#endif

namespace nrnn::cuda {
namespace {

constexpr int64_t kAlignment = 256;
constexpr int64_t kSharedOfSystem = 1024;  // of each block, as on real GPUs
constexpr int kThreadsOfMultiprocessor = 1024;
constexpr int kMaxThreads = 1024;
constexpr int64_t kMaxBlocks = 0x7fffffff;
constexpr int kInvalidValueCode = 1;
constexpr int kLaunchOutOfResourcesCode = 701;
constexpr int kTooManyCooperativeCode = 720;
constexpr int kIllegalAddressCode = 700;

std::string TextSetting(const char* name) {
  const char* value = std::getenv(name);
  return value == nullptr ? "" : value;
}

int64_t Setting(const char* name, int64_t otherwise) {
  const std::string text = TextSetting(name);
  return text.empty() ? otherwise : std::stoll(text);
}

using Work = std::function<void()>;

struct Queue;

struct Recording {
  std::vector<Work> work;
  std::set<Queue*> queues;
};

// What stands behind a Stream.
struct Queue {
  std::deque<Work> items;
  int64_t queued = 0, done = 0;
  std::shared_ptr<Recording> recording;  // or null: items are to be run
};

struct Mark {
  std::shared_ptr<Queue> queue;
  int64_t position = 0;
  std::shared_ptr<Recording> recording;
  bool seen = false;  // IsDone was asked
};

struct Machine {
  std::recursive_mutex mutex;
  std::set<Queue*> queues;
  std::unordered_map<void*, int64_t> allocations;
  int64_t allocated = 0;
  std::exception_ptr late;  // of work that was run where nothing may be thrown
  bool lost = false;
};

Machine& TheMachine() {
  static Machine* machine =
      new Machine;  // never destroyed: buffers may be closed by static objects
  return *machine;
}

thread_local bool gpu_chosen = false;

std::shared_ptr<Queue>& Of(const Stream& stream) {
  return *static_cast<std::shared_ptr<Queue>*>(stream.handle());
}
Mark& Of(const Event& event) { return *static_cast<Mark*>(event.handle()); }

void CheckLost(const char* call) {
  Machine& machine = TheMachine();
  if (TextSetting("NATIVERNN_EMULATED_LOST").empty()) machine.lost = false;
  if (machine.lost) {
    ThrowRuntimeError(call, kIllegalAddressCode, "an illegal memory access was encountered");
  }
}

// Before each call.
std::unique_lock<std::recursive_mutex> Enter(const char* call) {
  std::unique_lock<std::recursive_mutex> lock(TheMachine().mutex);
  if (!gpu_chosen) throw Error(NRNN_INTERNAL, Text(call, ": this thread has not called UseGpu"));
  CheckLost(call);
  return lock;
}

void RunUntil(Queue& queue, int64_t position) {
  while (queue.done < position) {
    const Work work = std::move(queue.items.front());
    queue.items.pop_front();
    ++queue.done;
    work();
  }
}

void RunAll() {
  for (Queue* queue : TheMachine().queues) RunUntil(*queue, queue->queued);
}

void RunQuietly(Queue& queue) noexcept {
  try {
    RunUntil(queue, queue.queued);
  } catch (...) {
    TheMachine().late = std::current_exception();
  }
}

void RunAllQuietly() noexcept {
  try {
    RunAll();
  } catch (...) {
    TheMachine().late = std::current_exception();
  }
}

void ThrowLate() {
  if (TheMachine().late != nullptr) std::rethrow_exception(std::exchange(TheMachine().late, {}));
}

void Enqueue(Queue& queue, Work work) {
  if (queue.recording != nullptr) {
    queue.recording->work.push_back(std::move(work));
    return;
  }
  queue.items.push_back(std::move(work));
  ++queue.queued;
  if (TextSetting("NATIVERNN_EMULATED_QUEUE") == "now") RunUntil(queue, queue.queued);
}

void* AllocateHost(int64_t bytes) {
  void* memory = nullptr;
  if (posix_memalign(&memory, kAlignment, static_cast<size_t>(bytes)) != 0) throw std::bad_alloc();
  std::memset(memory, 0xff, static_cast<size_t>(bytes));
  return memory;
}

void CheckLaunch(const KernelCall& call, const LaunchShape& shape, bool cooperative) {
  const GpuTraits traits = DescribeGpu(0);
  if (shape.blocks < 1 || shape.blocks > kMaxBlocks || shape.threads < 1 ||
      shape.threads > kMaxThreads || shape.shared_bytes < 0 ||
      shape.shared_bytes > traits.shared_per_block) {
    ThrowRuntimeError(call.name, kInvalidValueCode,
                      Text("invalid launch of ", shape.blocks, " blocks of ", shape.threads,
                           " threads and ", shape.shared_bytes, " bytes of shared memory")
                          .c_str());
  }
  if (TextSetting("NATIVERNN_EMULATED_REFUSED_LAUNCH") == call.name) {
    ThrowRuntimeError(call.name, kLaunchOutOfResourcesCode,
                      "too many resources requested for launch");
  }
  if (!cooperative) return;
  if (!traits.cooperative ||
      shape.blocks > ResidentBlocks(call.kernel, shape.threads, shape.shared_bytes)) {
    ThrowRuntimeError(call.name, kTooManyCooperativeCode, "too many blocks in cooperative launch");
  }
}

}  // namespace

int CountGpus() {
  const int64_t failure = Setting("NATIVERNN_EMULATED_NO_GPU", 0);
  if (failure != 0) {
    ThrowRuntimeError("cudaGetDeviceCount", static_cast<int>(failure), "emulated failure");
  }
  return static_cast<int>(Setting("NATIVERNN_EMULATED_GPUS", 1));
}

GpuTraits DescribeGpu(int index) {
  GpuTraits traits;
  traits.name = Text("emulated GPU ", index);
  traits.capability = static_cast<int>(Setting("NATIVERNN_EMULATED_CAPABILITY", 90));
  traits.multiprocessors = static_cast<int>(Setting("NATIVERNN_EMULATED_MULTIPROCESSORS", 4));
  traits.memory = Setting("NATIVERNN_EMULATED_MEMORY", int64_t{1} << 31);
  traits.shared_per_block = Setting("NATIVERNN_EMULATED_SHARED", 64 << 10);
  traits.shared_per_multiprocessor = traits.shared_per_block + kSharedOfSystem;
  traits.registers_per_multiprocessor = 65536;
  traits.cooperative = Setting("NATIVERNN_EMULATED_COOPERATIVE", 1) != 0;
  return traits;
}

void UseGpu(int index) {
  CheckLost("cudaSetDevice");
  if (index < 0 || index >= CountGpus()) {
    ThrowRuntimeError("cudaSetDevice", 101, "invalid device ordinal");
  }
  gpu_chosen = true;
}

void* AllocateGpu(int64_t bytes) {
  const auto lock = Enter("cudaMalloc");
  Machine& machine = TheMachine();
  if (bytes > DescribeGpu(0).memory - machine.allocated) throw std::bad_alloc();
  void* memory = AllocateHost(bytes);
  machine.allocations[memory] = bytes;
  machine.allocated += bytes;
  return memory;
}

void FreeGpu(void* memory) noexcept {
  if (memory == nullptr) return;
  const std::lock_guard<std::recursive_mutex> lock(TheMachine().mutex);
  RunAllQuietly();  // cudaFree waits for the GPU
  Machine& machine = TheMachine();
  const auto found = machine.allocations.find(memory);
  if (found == machine.allocations.end()) std::abort();  // nobody allocated this
#if defined(NRNN_ADDRESS_SANITIZER)
  __asan_unpoison_memory_region(memory, static_cast<size_t>(found->second));
#endif
  machine.allocated -= found->second;
  machine.allocations.erase(found);
  std::free(memory);
}

void* AllocatePinned(int64_t bytes) {
  const auto lock = Enter("cudaHostAlloc");
  return AllocateHost(bytes);
}

void FreePinned(void* memory) noexcept {
  const std::lock_guard<std::recursive_mutex> lock(TheMachine().mutex);
  RunAllQuietly();
  std::free(memory);
}

// The block is filled at once, behind the stream's work so far: a stream that was forked from it
// may write the block before this stream's next work runs.
void MarkUsed(void* gpu, int64_t used, int64_t capacity, Stream& stream) {
  const std::lock_guard<std::recursive_mutex> lock(TheMachine().mutex);
  const auto mark = [=] {
#if defined(NRNN_ADDRESS_SANITIZER)
    __asan_poison_memory_region(gpu, static_cast<size_t>(capacity));
    __asan_unpoison_memory_region(gpu, static_cast<size_t>(used));
#else
    static_cast<void>(capacity);
#endif
    std::memset(gpu, 0xff, static_cast<size_t>(used));
  };
  if (used == 0) return Enqueue(*Of(stream), mark);
  RunQuietly(*Of(stream));
  mark();
}

Stream::Stream() {
  const auto lock = Enter("cudaStreamCreateWithFlags");
  handle_ = new std::shared_ptr<Queue>(std::make_shared<Queue>());
  TheMachine().queues.insert(Of(*this).get());
}

Stream::~Stream() {
  const std::lock_guard<std::recursive_mutex> lock(TheMachine().mutex);
  RunAllQuietly();
  TheMachine().queues.erase(Of(*this).get());
  delete &Of(*this);
}

void Stream::Synchronize() {
  const auto lock = Enter("cudaStreamSynchronize");
  Queue& queue = *Of(*this);
  if (queue.recording != nullptr) {
    throw Error(NRNN_INTERNAL, "cudaStreamSynchronize: the stream is being captured");
  }
  RunUntil(queue, queue.queued);
  ThrowLate();
  CheckLost("cudaStreamSynchronize");
}

Event::Event() {
  const auto lock = Enter("cudaEventCreateWithFlags");
  handle_ = new Mark;
}

Event::~Event() { delete &Of(*this); }

void Event::Record(Stream& stream) {
  const auto lock = Enter("cudaEventRecord");
  const std::shared_ptr<Queue>& queue = Of(stream);
  Of(*this) = {queue, queue->queued, queue->recording, false};
}

void Event::Hold(Stream& stream) {
  const auto lock = Enter("cudaStreamWaitEvent");
  const Mark mark = Of(*this);
  Queue& queue = *Of(stream);
  if (mark.recording != nullptr) {  // the stream joins the capture: its work comes after
    queue.recording = mark.recording;
    mark.recording->queues.insert(&queue);
  } else if (mark.queue != nullptr) {
    Enqueue(queue, [mark] { RunUntil(*mark.queue, mark.position); });
  }
}

void Event::Synchronize() {
  const auto lock = Enter("cudaEventSynchronize");
  const Mark& mark = Of(*this);
  if (mark.queue == nullptr) return;
  RunUntil(*mark.queue, mark.position);
  ThrowLate();
  CheckLost("cudaEventSynchronize");
}

// The first time that it is asked, work that is queued is not done yet; the second time it is.
bool Event::IsDone() {
  const auto lock = Enter("cudaEventQuery");
  Mark& mark = Of(*this);
  if (mark.queue == nullptr || mark.queue->done >= mark.position) return true;
  if (!std::exchange(mark.seen, true)) return false;
  RunUntil(*mark.queue, mark.position);
  return true;
}

Graph::~Graph() { delete static_cast<std::shared_ptr<Recording>*>(executable_); }

void Graph::Begin(Stream& stream) {
  const auto lock = Enter("cudaStreamBeginCapture");
  Queue& queue = *Of(stream);
  queue.recording = std::make_shared<Recording>();
  queue.recording->queues.insert(&queue);
}

void Graph::End(Stream& stream) {
  const auto lock = Enter("cudaStreamEndCapture");
  const std::shared_ptr<Recording> recording = Of(stream)->recording;
  for (Queue* queue : recording->queues) queue->recording = nullptr;
  recording->queues.clear();
  delete static_cast<std::shared_ptr<Recording>*>(executable_);
  executable_ = new std::shared_ptr<Recording>(recording);
}

void Graph::Abandon(Stream& stream) noexcept {
  const std::lock_guard<std::recursive_mutex> lock(TheMachine().mutex);
  const std::shared_ptr<Recording> recording = Of(stream)->recording;
  for (Queue* queue : recording->queues) queue->recording = nullptr;
  recording->queues.clear();
}

void Graph::Launch(Stream& stream) {
  const auto lock = Enter("cudaGraphLaunch");
  const auto recording = *static_cast<std::shared_ptr<Recording>*>(executable_);
  Enqueue(*Of(stream), [recording] {
    for (const Work& work : recording->work) work();
  });
}

void CopyToGpu(void* gpu, const void* host, int64_t bytes, Stream& stream) {
  CopyOnGpu(gpu, host, bytes, stream);
}

void CopyToHost(void* host, const void* gpu, int64_t bytes, Stream& stream) {
  CopyOnGpu(host, gpu, bytes, stream);
}

void CopyOnGpu(void* destination, const void* source, int64_t bytes, Stream& stream) {
  const auto lock = Enter("cudaMemcpyAsync");
  Enqueue(*Of(stream), [=] { std::memmove(destination, source, static_cast<size_t>(bytes)); });
}

void FillBytes(void* gpu, int value, int64_t bytes, Stream& stream) {
  const auto lock = Enter("cudaMemsetAsync");
  Enqueue(*Of(stream), [=] { std::memset(gpu, value, static_cast<size_t>(bytes)); });
}

void LaunchKernel(const KernelCall& call, const LaunchShape& shape, bool cooperative,
                  Stream& stream) {
  const auto lock = Enter(call.name);
  CheckLaunch(call, shape, cooperative);
  const auto* bytes = static_cast<const unsigned char*>(call.args);
  // As 16-byte units, so that args lie as aligned as any struct wants.
  struct alignas(16) Unit {
    unsigned char bytes[16];
  };
  const auto length = static_cast<size_t>(call.args_bytes);
  auto args = std::make_shared<std::vector<Unit>>((length + sizeof(Unit) - 1) / sizeof(Unit));
  std::memcpy(static_cast<void*>(args->data()), bytes, length);
  simt::LaunchConfig config = {call.name,          shape.blocks, shape.threads,
                               shape.shared_bytes, cooperative,  simt::Order::kNatural};
  Enqueue(*Of(stream), [config, args, kernel = call.kernel, invoke = call.invoke]() mutable {
    simt::ChooseOrder(&config);
    simt::Run(config, [&] { invoke(kernel, args->data()); });
    if (TextSetting("NATIVERNN_EMULATED_LOST") == config.name) TheMachine().lost = true;
  });
}

int64_t ResidentBlocks(const void*, int threads, int64_t shared_bytes) {
  const GpuTraits traits = DescribeGpu(0);
  if (shared_bytes > traits.shared_per_block) return 0;
  const int64_t by_threads = kThreadsOfMultiprocessor / threads;
  const int64_t by_shared = traits.shared_per_multiprocessor / (shared_bytes + kSharedOfSystem);
  return traits.multiprocessors * std::min(by_threads, by_shared);
}

}  // namespace nrnn::cuda
