// A fixed pool of threads that runs numbered tasks. Which thread runs a task is free; what a task
// computes must not depend on it, nor on the number of threads: that is what makes results the same
// bits for any pool.
#ifndef NATIVERNN_CPU_THREAD_POOL_H_
#define NATIVERNN_CPU_THREAD_POOL_H_

#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <mutex>
#include <thread>
#include <vector>

namespace nrnn::cpu {

class ThreadPool {
 public:
  // threads counts the caller of Run.
  explicit ThreadPool(int threads);
  ~ThreadPool();
  ThreadPool(const ThreadPool&) = delete;
  ThreadPool& operator=(const ThreadPool&) = delete;

  int threads() const { return static_cast<int>(workers_.size()) + 1; }

  // Calls body(task, worker) for every task in [0, tasks), on the caller and the workers; returns
  // when all are done. worker, below threads(), names the thread: it may index scratch memory. body
  // must not throw and must not call Run.
  template <class Body>
  void Run(int64_t tasks, const Body& body) {
    if (tasks <= 1 || workers_.empty()) {
      for (int64_t task = 0; task < tasks; ++task) body(task, 0);
      return;
    }
    RunTasks(
        tasks,
        [](const void* context, int64_t task, int worker) {
          (*static_cast<const Body*>(context))(task, worker);
        },
        &body);
  }

  // Calls body(begin, end) over [0, count) in ranges of grain elements (the last one shorter): the
  // split depends on count and grain alone.
  template <class Body>
  void For(int64_t count, int64_t grain, const Body& body) {
    Run((count + grain - 1) / grain, [&](int64_t task, int) {
      const int64_t begin = task * grain;
      body(begin, begin + grain < count ? begin + grain : count);
    });
  }

 private:
  using TaskFunction = void (*)(const void* context, int64_t task, int worker);
  void RunTasks(int64_t tasks, TaskFunction function, const void* context);
  void Work(int worker);
  void TakeTasks(int worker);

  std::vector<std::thread> workers_;
  std::mutex run_mutex_;  // one Run at a time: devices may be shared by several handles
  std::mutex mutex_;
  std::condition_variable start_, done_;
  std::atomic<uint64_t> generation_{0};
  bool stopping_ = false;
  std::atomic<int> running_{0};
  TaskFunction function_ = nullptr;
  const void* context_ = nullptr;
  int64_t tasks_ = 0;
  std::atomic<int64_t> next_{0};
};

}  // namespace nrnn::cpu

#endif  // NATIVERNN_CPU_THREAD_POOL_H_
