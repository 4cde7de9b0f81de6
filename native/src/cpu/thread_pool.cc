#include "cpu/thread_pool.h"

#include "cpu/spin_barrier.h"

namespace nrnn::cpu {
namespace {

// Looks at the other side before a thread goes to sleep: some tens of microseconds. The passes of a
// training step follow each other closely, and to wake a thread takes as long as a small one.
constexpr int kSpins = 1000;

template <class Ready>
void SpinUntil(const Ready& ready) {
  for (int spins = 0; spins < kSpins && !ready(); ++spins) PauseCpu();
}

}  // namespace

ThreadPool::ThreadPool(int threads) {
  workers_.reserve(threads > 1 ? threads - 1 : 0);
  for (int worker = 1; worker < threads; ++worker)
    workers_.emplace_back([this, worker] { Work(worker); });
}

ThreadPool::~ThreadPool() {
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    stopping_ = true;
  }
  start_.notify_all();
  for (std::thread& worker : workers_) worker.join();
}

void ThreadPool::TakeTasks(int worker) {
  for (int64_t task = next_.fetch_add(1); task < tasks_; task = next_.fetch_add(1)) {
    function_(context_, task, worker);
  }
}

void ThreadPool::RunTasks(int64_t tasks, TaskFunction function, const void* context) {
  const std::lock_guard<std::mutex> run(run_mutex_);
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    function_ = function;
    context_ = context;
    tasks_ = tasks;
    next_.store(0);
    running_.store(static_cast<int>(workers_.size()), std::memory_order_relaxed);
    generation_.fetch_add(1, std::memory_order_release);
  }
  start_.notify_all();
  TakeTasks(0);
  const auto done = [this] { return running_.load(std::memory_order_acquire) == 0; };
  SpinUntil(done);
  if (done()) return;
  std::unique_lock<std::mutex> lock(mutex_);
  done_.wait(lock, done);
}

void ThreadPool::Work(int worker) {
  uint64_t seen = 0;
  const auto started = [&] { return generation_.load(std::memory_order_acquire) != seen; };
  for (;;) {
    SpinUntil(started);
    {
      std::unique_lock<std::mutex> lock(mutex_);
      start_.wait(lock, [&] { return stopping_ || started(); });
      if (stopping_) return;
      seen = generation_.load(std::memory_order_relaxed);
    }
    TakeTasks(worker);
    if (running_.fetch_sub(1, std::memory_order_acq_rel) == 1) {
      const std::lock_guard<std::mutex> lock(mutex_);  // the caller looks and sleeps under it
      done_.notify_one();
    }
  }
}

}  // namespace nrnn::cpu
