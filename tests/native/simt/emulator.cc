#include "simt/emulator.h"

#include <algorithm>
#include <atomic>
#include <cstdlib>
#include <cstring>
#include <memory>
#include <numeric>
#include <utility>
#include <vector>

#include "core/error.h"
#include "simt/device.h"
#include "simt/fiber.h"

namespace nrnn::simt {
namespace {

constexpr int kWarp = cuda::kWarp;

const char* MeetingName(Meeting kind) {
  switch (kind) {
    case Meeting::kBlock:
      return "SyncBlock";
    case Meeting::kGrid:
      return "AwaitGrid";
    case Meeting::kWarp:
      return "SyncWarp";
    case Meeting::kShuffleXor:
      return "ShuffleXor";
    case Meeting::kShuffleFrom:
      return "ShuffleFrom";
    case Meeting::kShuffleUp:
      return "ShuffleUp";
    default:
      return "nothing";
  }
}

std::string PlaceText(const Place& place) {
  const char* slash = std::strrchr(place.file, '/');
  return Text(slash == nullptr ? place.file : slash + 1, ":", place.line);
}

bool SamePlace(const Place& a, const Place& b) {
  return a.line == b.line && (a.file == b.file || std::strcmp(a.file, b.file) == 0);
}

struct PendingCopy {
  void* to;
  const void* from;
  size_t bytes;
};

struct GpuThread {
  Fiber fiber;
  Meeting waiting = Meeting::kNone;  // kNone: may go on, unless it has ended
  Place place = {nullptr, 0};
  uint32_t* arrived = nullptr;  // of AwaitGrid
  uint32_t round = 0;
  int exchanges = 0;
  std::vector<PendingCopy> copies;
  std::vector<size_t> groups;  // copies of each group that is closed, oldest first
};

// What lanes pass to each other. A lane may be one exchange ahead of those that have not read yet,
// never two: hence two sets.
struct WarpValues {
  uint64_t values[2][kWarp];
};

// Dynamic shared memory of a block: from malloc, exactly as long, so that AddressSanitizer sees
// what goes beyond; and a pattern behind it for builds without.
class Shared {
 public:
  explicit Shared(int64_t bytes) : bytes_(static_cast<size_t>(bytes)) {
    if (posix_memalign(&data_, 128, bytes_ + kGuard) != 0) throw std::bad_alloc();
  }
  ~Shared() { std::free(data_); }
  Shared(const Shared&) = delete;
  Shared& operator=(const Shared&) = delete;
  void Clear() { std::memset(data_, 0xff, bytes_ + kGuard); }
  bool GuardHolds() const {
    const auto* guard = static_cast<const unsigned char*>(data_) + bytes_;
    return std::all_of(guard, guard + kGuard, [](unsigned char byte) { return byte == 0xff; });
  }
  void* data() const { return data_; }

 private:
#if defined(NATIVERNN_SANITIZED)
  static constexpr size_t kGuard = 0;
#else
  static constexpr size_t kGuard = 256;
#endif
  size_t bytes_;
  void* data_ = nullptr;
};

class BlockRun;
thread_local BlockRun* running_block = nullptr;

class BlockRun {
 public:
  BlockRun(const LaunchConfig& config, const std::function<void()>& kernel)
      : config_(config),
        kernel_(kernel),
        threads_(static_cast<size_t>(config.threads)),
        warps_(static_cast<size_t>((config.threads + kWarp - 1) / kWarp)),
        order_(threads_.size()),
        shared_(config.shared_bytes) {}

  void Start(int64_t block) {
    block_ = block;
    random_ = config_.seed * 0x9e3779b97f4a7c15u + static_cast<uint64_t>(block) + 1;
    shared_.Clear();
    std::iota(order_.begin(), order_.end(), 0);
    if (config_.order == Order::kReversed) std::reverse(order_.begin(), order_.end());
    for (GpuThread& thread : threads_) {
      thread.waiting = Meeting::kNone;
      thread.exchanges = 0;
      thread.copies.clear();
      thread.groups.clear();
      thread.fiber.Start(kernel_);
    }
  }

  // Until all threads have ended, or wait for other blocks. Whether any went on.
  bool Continue();
  bool done() const { return done_ == config_.threads; }
  int64_t block() const { return block_; }
  void Finish() {
    done_ = 0;
    if (!shared_.GuardHolds()) Fail("wrote behind the end of its shared memory");
  }
  template <class... Parts>
  [[noreturn]] void Fail(const Parts&... parts) const {
    throw Error(NRNN_DEVICE_FAILED, Text(config_.name, ", block ", block_, ": ", parts...));
  }
  std::string WaitingText() const;

  GpuThread& self() { return threads_[static_cast<size_t>(current.thread)]; }
  WarpValues& values() { return warps_[static_cast<size_t>(current.thread / kWarp)]; }
  bool delays_copies() const { return config_.order != Order::kNatural; }
  bool cooperative() const { return config_.cooperative; }

 private:
  void RunThread(int index);
  bool RunReady();
  bool Release();
  bool ReleaseWarps();
  bool ReleaseBlock();
  bool WaitsForGrid() const;
  bool ReleaseGrid();
  void CheckSamePlace(size_t first, size_t end) const;
  void Shuffle();

  const LaunchConfig& config_;
  const std::function<void()>& kernel_;
  std::vector<GpuThread> threads_;
  std::vector<WarpValues> warps_;
  std::vector<int> order_;
  Shared shared_;
  int64_t block_ = 0;
  uint64_t random_ = 0;
  int done_ = 0;
};

void BlockRun::RunThread(int index) {
  GpuThread& thread = threads_[static_cast<size_t>(index)];
  const Context outer =
      std::exchange(current, {index, config_.threads, block_, config_.blocks, shared_.data()});
  BlockRun* outer_block = std::exchange(running_block, this);
  thread.fiber.Resume();
  running_block = outer_block;
  current = outer;
  if (!thread.fiber.done()) return;
  ++done_;
  if (thread.fiber.error() != nullptr) std::rethrow_exception(thread.fiber.error());
}

// SplitMix64 and Fisher-Yates.
void BlockRun::Shuffle() {
  for (size_t k = order_.size(); k > 1; --k) {
    uint64_t z = (random_ += 0x9e3779b97f4a7c15u);
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
    std::swap(order_[k - 1], order_[(z ^ (z >> 31)) % k]);
  }
}

bool BlockRun::RunReady() {
  if (config_.order == Order::kShuffled) Shuffle();
  bool any = false;
  for (const int index : order_) {
    const GpuThread& thread = threads_[static_cast<size_t>(index)];
    if (thread.fiber.done() || thread.waiting != Meeting::kNone) continue;
    RunThread(index);
    any = true;
  }
  return any;
}

bool BlockRun::Continue() {
  bool any = false;
  for (;;) {
    const bool ran = RunReady();
    any = any || ran;
    if (done()) return any;
    if (!Release() && !ran) break;
  }
  if (!WaitsForGrid()) Fail("threads wait for others that never come: ", WaitingText());
  return any;
}

bool BlockRun::Release() {
  const bool warps = ReleaseWarps();
  const bool block = ReleaseBlock();
  return ReleaseGrid() || warps || block;
}

void BlockRun::CheckSamePlace(size_t first, size_t end) const {
  const GpuThread& one = threads_[first];
  for (size_t k = first + 1; k < end; ++k) {
    const GpuThread& other = threads_[k];
    if (other.waiting == one.waiting && SamePlace(other.place, one.place) &&
        other.arrived == one.arrived && other.round == one.round) {
      continue;
    }
    Fail("threads wait for each other in different places: ", WaitingText());
  }
}

bool BlockRun::ReleaseWarps() {
  bool any = false;
  for (size_t first = 0; first < threads_.size(); first += kWarp) {
    const size_t end = first + kWarp;
    if (end > threads_.size()) break;  // a part of a warp never meets
    bool all = true;
    for (size_t k = first; k < end && all; ++k) all = threads_[k].waiting >= Meeting::kWarp;
    if (!all) continue;
    CheckSamePlace(first, end);
    for (size_t k = first; k < end; ++k) threads_[k].waiting = Meeting::kNone;
    any = true;
  }
  return any;
}

bool BlockRun::ReleaseBlock() {
  for (const GpuThread& thread : threads_) {
    if (thread.waiting != Meeting::kBlock) return false;
  }
  CheckSamePlace(0, threads_.size());
  for (GpuThread& thread : threads_) thread.waiting = Meeting::kNone;
  return true;
}

bool BlockRun::WaitsForGrid() const {
  return std::all_of(threads_.begin(), threads_.end(),
                     [](const GpuThread& thread) { return thread.waiting == Meeting::kGrid; });
}

bool BlockRun::ReleaseGrid() {
  if (!WaitsForGrid()) return false;
  CheckSamePlace(0, threads_.size());
  const uint32_t all = static_cast<uint32_t>(config_.blocks) * threads_[0].round;
  if (static_cast<int32_t>(*threads_[0].arrived - all) < 0) return false;
  for (GpuThread& thread : threads_) thread.waiting = Meeting::kNone;
  return true;
}

// "31 at SyncBlock (rows.cu:57), 1 ended".
std::string BlockRun::WaitingText() const {
  std::vector<std::pair<std::string, int>> counts;
  for (const GpuThread& thread : threads_) {
    std::string text = "ended";
    if (!thread.fiber.done()) {
      text = thread.waiting == Meeting::kNone
                 ? "ready"
                 : Text("at ", MeetingName(thread.waiting), " (", PlaceText(thread.place), ")");
    }
    const auto same = [&](const auto& count) { return count.first == text; };
    const auto found = std::find_if(counts.begin(), counts.end(), same);
    if (found == counts.end()) {
      counts.emplace_back(text, 1);
    } else {
      ++found->second;
    }
  }
  std::string all;
  for (const auto& [text, count] : counts) all += Text(all.empty() ? "" : ", ", count, " ", text);
  return all;
}

std::vector<int64_t> BlockOrder(const LaunchConfig& config) {
  std::vector<int64_t> blocks(static_cast<size_t>(config.blocks));
  std::iota(blocks.begin(), blocks.end(), 0);
  if (config.order != Order::kNatural) std::reverse(blocks.begin(), blocks.end());
  return blocks;
}

void RunOneByOne(const LaunchConfig& config, const std::function<void()>& kernel) {
  BlockRun run(config, kernel);
  for (const int64_t block : BlockOrder(config)) {
    run.Start(block);
    run.Continue();
    run.Finish();
  }
}

void RunSideBySide(const LaunchConfig& config, const std::function<void()>& kernel) {
  std::vector<std::unique_ptr<BlockRun>> runs;
  for (const int64_t block : BlockOrder(config)) {
    runs.push_back(std::make_unique<BlockRun>(config, kernel));
    runs.back()->Start(block);
  }
  size_t ended = 0;
  while (ended < runs.size()) {
    bool any = false;
    for (const auto& run : runs) {
      if (run->done()) continue;
      any = run->Continue() || any;
      if (run->done()) ++ended;
    }
    if (any) continue;
    for (const auto& run : runs) {
      if (run->done()) continue;
      run->Fail("waits for blocks that never come, of which ", ended, " of ", runs.size(),
                " have ended: ", run->WaitingText());
    }
  }
  for (const auto& run : runs) run->Finish();
}

void Wait(Meeting kind, Place place) {
  GpuThread& self = running_block->self();
  self.waiting = kind;
  self.place = place;
  Fiber::Pause();
}

void RequireWholeWarp(Meeting kind, Place place) {
  const int first = current.thread / kWarp * kWarp;
  if (first + kWarp <= current.threads) return;
  running_block->Fail(MeetingName(kind), " (", PlaceText(place), ") in a warp of ",
                      current.threads - first, " threads");
}

void Arrive(GpuThread* thread, size_t count) {
  for (size_t k = 0; k < count; ++k) {
    std::memcpy(thread->copies[k].to, thread->copies[k].from, thread->copies[k].bytes);
  }
  thread->copies.erase(thread->copies.begin(),
                       thread->copies.begin() + static_cast<std::ptrdiff_t>(count));
}

}  // namespace

void MeetBlock(Place place) { Wait(Meeting::kBlock, place); }

void MeetWarp(Place place) {
  RequireWholeWarp(Meeting::kWarp, place);
  Wait(Meeting::kWarp, place);
}

void ArriveGrid(uint32_t* arrived, Place place) {
  if (!running_block->cooperative()) {
    running_block->Fail("a barrier of the grid (", PlaceText(place),
                        ") in a launch that is not cooperative");
  }
  Wait(Meeting::kBlock, place);
  if (current.thread == 0) ++*arrived;
}

void AwaitGrid(uint32_t* arrived, uint32_t round, Place place) {
  GpuThread& self = running_block->self();
  self.arrived = arrived;
  self.round = round;
  Wait(Meeting::kGrid, place);
}

uint64_t Exchange(Meeting kind, uint64_t value, int source, Place place) {
  RequireWholeWarp(kind, place);
  uint64_t* const values = running_block->values().values[running_block->self().exchanges++ % 2];
  const int lane = current.thread % kWarp;
  values[lane] = value;
  Wait(kind, place);
  return values[source >= 0 && source < kWarp ? source : lane];
}

void CopyAsync(void* shared, const void* global, size_t bytes, Place place) {
  const auto odd = reinterpret_cast<uintptr_t>(shared) | reinterpret_cast<uintptr_t>(global);
  if (odd % bytes != 0) {
    running_block->Fail("CopyAsync", bytes, " (", PlaceText(place),
                        ") at addresses that are not aligned");
  }
  GpuThread& self = running_block->self();
  self.copies.push_back({shared, global, bytes});
  if (running_block->delays_copies()) {
    std::memset(shared, 0xff, bytes);
  } else {
    std::memcpy(shared, global, bytes);
  }
}

void CommitCopies() {
  GpuThread& self = running_block->self();
  const size_t closed = std::accumulate(self.groups.begin(), self.groups.end(), size_t{0});
  self.groups.push_back(self.copies.size() - closed);
}

void WaitForCopies(int pending) {
  GpuThread& self = running_block->self();
  while (self.groups.size() > static_cast<size_t>(pending)) {
    Arrive(&self, self.groups.front());
    self.groups.erase(self.groups.begin());
  }
}

void Run(const LaunchConfig& config, const std::function<void()>& kernel) {
  if (config.cooperative) {
    RunSideBySide(config, kernel);
  } else {
    RunOneByOne(config, kernel);
  }
}

void ChooseOrder(LaunchConfig* config) {
  static std::atomic<uint64_t> launches{0};
  config->seed = launches.fetch_add(1);
  const char* variable = std::getenv("NATIVERNN_EMULATED_ORDER");
  const std::string order = variable == nullptr ? "vary" : variable;
  if (order == "natural") {
    config->order = Order::kNatural;
  } else if (order == "reversed") {
    config->order = Order::kReversed;
  } else if (order == "shuffled") {
    config->order = Order::kShuffled;
  } else if (order == "vary") {
    config->order = static_cast<Order>(config->seed % 3);
  } else {
    throw Error(NRNN_INVALID_ARGUMENT, "NATIVERNN_EMULATED_ORDER is " + order +
                                           ", must be natural, reversed, shuffled or vary");
  }
}

}  // namespace nrnn::simt
