#include <algorithm>
#include <cstring>
#include <new>
#include <utility>

#include "cuda/cuda_backend.h"
#include "cuda/memory.h"

namespace nrnn::cuda {
namespace {

constexpr int64_t kSmallest = 512;
constexpr int64_t kPieceAlignment = 256;

// Four pieces of 4 MiB: copies of a megabyte and more run at the bus's full speed, and one is
// filled while another travels. The emulator's are small, so that tests go round them.
#if defined(NRNN_EMULATED)
constexpr int64_t kRingBytes = 64 << 10;
#else
constexpr int64_t kRingBytes = 16 << 20;
#endif

int64_t RoundUp(int64_t value, int64_t step) { return (value + step - 1) / step * step; }

}  // namespace

int64_t Allocator::SizeClass(int64_t bytes) {
  if (bytes <= kSmallest) return kSmallest;
  int64_t power = kSmallest;
  while (power * 2 <= bytes) power *= 2;
  return RoundUp(bytes, std::max(power / 8, kPieceAlignment));
}

Allocator::~Allocator() { Release(); }

void* Allocator::New(int64_t bytes) {
  const std::lock_guard<std::mutex> lock(mutex_);
  return TakeNew(bytes);
}

void* Allocator::Take(int64_t bytes) {
  const int64_t size = SizeClass(bytes);
  const std::lock_guard<std::mutex> lock(mutex_);
  void* memory = TakeKept(size);
  if (memory == nullptr) memory = TakeNew(size);
  taken_[memory] = size;
  MarkUsed(memory, bytes, size, *stream_);
  return memory;
}

void* Allocator::TakeKept(int64_t size) {
  const auto found = kept_.find(size);
  if (found == kept_.end() || found->second.empty()) return nullptr;
  void* memory = found->second.back();
  found->second.pop_back();
  return memory;
}

void* Allocator::TakeNew(int64_t size) {
  UseGpu(gpu_);
  try {
    return AllocateGpu(size);
  } catch (const std::bad_alloc&) {
    Release();
    return AllocateGpu(size);
  }
}

void Allocator::Give(void* memory) noexcept {
  const std::lock_guard<std::mutex> lock(mutex_);
  const auto found = taken_.find(memory);
  const int64_t size = found->second;
  taken_.erase(found);
  MarkUsed(memory, 0, size, *stream_);
  kept_[size].push_back(memory);
}

void Allocator::Release() noexcept {
  for (auto& [size, blocks] : kept_) {
    for (void* memory : blocks) FreeGpu(memory);
  }
  kept_.clear();
}

Ring::Ring(Allocator* on_gpu, int64_t bytes) : bytes_(bytes), on_gpu_(on_gpu) {}

Ring::~Ring() {
  FreePinned(host_);
  FreeGpu(gpu_);
}

bool Ring::IsUsed(int64_t begin, int64_t end) const {
  return std::any_of(used_.begin(), used_.end(),
                     [&](const Used& used) { return used.begin < end && begin < used.end; });
}

Ring::Piece Ring::Take(int64_t bytes) {
  if (host_ == nullptr) {
    host_ = static_cast<char*>(AllocatePinned(bytes_));
    if (on_gpu_ != nullptr) gpu_ = static_cast<char*>(on_gpu_->New(bytes_));
    while (events_.size() < kEvents) events_.emplace_back();
  }
  const int64_t begin = next_ + bytes <= bytes_ ? next_ : 0;
  const int64_t end = begin + RoundUp(bytes, kPieceAlignment);
  while (!used_.empty() && (used_.size() == kEvents || IsUsed(begin, end))) {
    used_.front().done->Synchronize();
    used_.pop_front();
  }
  Event* done = &events_[next_event_++ % kEvents];
  used_.push_back({begin, end, done});
  next_ = end;
  return {host_ + begin, gpu_ == nullptr ? nullptr : gpu_ + begin, done};
}

Staging::Staging(Allocator& allocator, Stream& main)
    : main_(main), write_ring_(&allocator, kRingBytes), read_ring_(nullptr, kRingBytes) {}

void Staging::Write(void* destination, const void* host, int64_t bytes) {
  const std::lock_guard<std::mutex> lock(write_mutex_);
  for (int64_t at = 0; at < bytes; at += write_ring_.MaxPiece()) {
    const int64_t length = std::min(write_ring_.MaxPiece(), bytes - at);
    const Ring::Piece piece = write_ring_.Take(length);
    std::memcpy(piece.host, static_cast<const char*>(host) + at, static_cast<size_t>(length));
    CopyToGpu(piece.gpu, piece.host, length, uploads_);
    uploaded_.Record(uploads_);
    uploaded_.Hold(main_);
    CopyOnGpu(static_cast<char*>(destination) + at, piece.gpu, length, main_);
    piece.done->Record(main_);
  }
}

void Staging::Read(void* host, const void* source, int64_t bytes) {
  const std::lock_guard<std::mutex> lock(read_mutex_);
  struct Arriving {
    Ring::Piece piece;
    int64_t at, length;
  };
  std::deque<Arriving> arriving;
  const auto finish_one = [&] {
    const Arriving& first = arriving.front();
    first.piece.done->Synchronize();
    std::memcpy(static_cast<char*>(host) + first.at, first.piece.host,
                static_cast<size_t>(first.length));
    arriving.pop_front();
  };
  for (int64_t at = 0; at < bytes; at += read_ring_.MaxPiece()) {
    const int64_t length = std::min(read_ring_.MaxPiece(), bytes - at);
    if (arriving.size() == 2) finish_one();  // one travels while the other is copied
    const Ring::Piece piece = read_ring_.Take(length);
    CopyToHost(piece.host, static_cast<const char*>(source) + at, length, main_);
    piece.done->Record(main_);
    arriving.push_back({piece, at, length});
  }
  while (!arriving.empty()) finish_one();
}

Scratch::Scratch(Allocator& allocator, int64_t bytes)
    : allocator_(&allocator), data_(allocator.Take(bytes)) {}

Scratch::~Scratch() {
  if (data_ != nullptr) allocator_->Give(data_);
}

Scratch::Scratch(Scratch&& other) noexcept
    : allocator_(other.allocator_), data_(std::exchange(other.data_, nullptr)) {}

Scratch& Scratch::operator=(Scratch&& other) noexcept {
  std::swap(allocator_, other.allocator_);
  std::swap(data_, other.data_);
  return *this;
}

}  // namespace nrnn::cuda
