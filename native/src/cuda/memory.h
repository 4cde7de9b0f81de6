// Memory of a GPU for one backend. All work that uses it is queued on the main stream or joined to
// it, so that what a call gives back may be handed to the next one at once: the stream keeps their
// order.
#ifndef NATIVERNN_CUDA_MEMORY_H_
#define NATIVERNN_CUDA_MEMORY_H_

#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <mutex>
#include <unordered_map>
#include <vector>

#include "cuda/runtime.h"

namespace nrnn::cuda {

// Keeps what is given back, by size: asking the driver takes longer than most kernels, and giving
// memory back to it waits for the GPU. Any thread.
class Allocator {
 public:
  Allocator(int gpu, std::shared_ptr<Stream> stream) : gpu_(gpu), stream_(std::move(stream)) {}
  ~Allocator();
  Allocator(const Allocator&) = delete;
  Allocator& operator=(const Allocator&) = delete;

  // 256-byte aligned, contents unknown. Where the GPU has no more memory, gives all that is kept
  // back to it and asks again; then throws std::bad_alloc.
  void* Take(int64_t bytes);
  void Give(void* memory) noexcept;
  // Memory that no stream knows yet; to be freed by FreeGpu.
  void* New(int64_t bytes);

  // What a request of so many bytes takes: multiples of 256, from 2048 on of an eighth of the power
  // of two below, so that at most an eighth is wasted.
  static int64_t SizeClass(int64_t bytes);

 private:
  void* TakeKept(int64_t size);
  void* TakeNew(int64_t size);
  void Release() noexcept;

  const int gpu_;
  const std::shared_ptr<Stream> stream_;
  std::mutex mutex_;
  std::map<int64_t, std::vector<void*>> kept_;  // by size
  std::unordered_map<void*, int64_t> taken_;    // with its size
};

// A ring of pinned memory, and optionally one on the GPU of the same size, in pieces that are used
// again when the work that was queued on them is done. Not thread-safe.
class Ring {
 public:
  Ring(Allocator* on_gpu, int64_t bytes);
  ~Ring();
  Ring(const Ring&) = delete;
  Ring& operator=(const Ring&) = delete;

  struct Piece {
    char* host;
    char* gpu;  // or null
    Event* done;
  };
  // At most a quarter of the ring. Waits for the work on what lay there before. The caller records
  // done behind its own work.
  Piece Take(int64_t bytes);
  int64_t MaxPiece() const { return bytes_ / 4; }

 private:
  struct Used {
    int64_t begin, end;
    Event* done;
  };
  bool IsUsed(int64_t begin, int64_t end) const;

  static constexpr size_t kEvents = 64;  // pieces at once
  const int64_t bytes_;
  Allocator* const on_gpu_;
  char* host_ = nullptr;
  char* gpu_ = nullptr;
  int64_t next_ = 0;
  std::deque<Used> used_;
  std::deque<Event> events_;
  size_t next_event_ = 0;
};

// Copies between the host's pageable memory and the GPU. Any thread.
class Staging {
 public:
  // main: the stream in whose order the copies are.
  Staging(Allocator& allocator, Stream& main);

  // Returns when host may be reused. What is queued on main already does not hold the upload up: a
  // stream of its own brings the data to the GPU, where main copies it to its place.
  void Write(void* destination, const void* host, int64_t bytes);
  // Waits for what is queued on main.
  void Read(void* host, const void* source, int64_t bytes);

 private:
  Stream& main_;
  Stream uploads_;
  Event uploaded_;
  std::mutex write_mutex_, read_mutex_;
  Ring write_ring_, read_ring_;
};

}  // namespace nrnn::cuda

#endif  // NATIVERNN_CUDA_MEMORY_H_
