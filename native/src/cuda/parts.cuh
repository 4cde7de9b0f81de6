// Work on many tensors at once: parameters, their gradients, and what an optimiser remembers.
//
// The tensors of a call, which are of any lengths, travel with the kernel's argument, up to
// kMostParts at a time (a kernel takes at most 4096 bytes), so that nothing is uploaded and nothing
// has to be waited for: one launch steps a usual model. Each is cut into tasks of kTaskLength
// elements, one for each block; the cuts, and which thread has which element, follow from the
// lengths alone, so the sums do too.
#ifndef NATIVERNN_CUDA_PARTS_CUH_
#define NATIVERNN_CUDA_PARTS_CUH_

#include <algorithm>

#include "cuda/math.cuh"
#include "cuda/runtime.h"
#include "cuda/simt.cuh"
#include "cuda/vectors.cuh"

namespace nrnn::cuda {

constexpr int kMostParts = 64;
// Threads of a task, and its elements: four or more for each thread. A model of a million
// parameters is some 250 tasks, enough for every multiprocessor.
constexpr int kTaskThreads = 256;
constexpr int64_t kTaskLength = 4096;

// Part: a struct with the tensor's pointers and its length. length is above 0 in all.
template <class Part>
struct PartTable {
  int count;
  int64_t first_task[kMostParts + 1];
  Part parts[kMostParts];
};

// Elements begin .. end of a part.
struct Task {
  int part;
  int64_t begin, end;
};

template <class Part>
NRNN_DEVICE Task FindTask(const PartTable<Part>& table, int64_t task) {
  int low = 0, high = table.count;  // first_task[low] <= task < first_task[high]
  while (high - low > 1) {
    const int middle = (low + high) / 2;
    if (table.first_task[middle] <= task) {
      low = middle;
    } else {
      high = middle;
    }
  }
  const int64_t begin = (task - table.first_task[low]) * kTaskLength;
  const int64_t length = table.parts[low].length;
  return {low, begin, begin + kTaskLength < length ? begin + kTaskLength : length};
}

// body(k), with k the first of up to four elements of the task that belong to this thread.
template <class Body>
NRNN_DEVICE void ForFours(const Task& task, const Body& body) {
  for (int64_t k = task.begin + Thread() * 4; k < task.end; k += Threads() * 4) body(k);
}

// g cut to [-limit, limit]; NaN stays.
NRNN_DEVICE float Clipped(float g, float limit) { return AtMost(AtLeast(g, -limit), limit); }

// -1, 0 or 1; NaN of NaN.
NRNN_DEVICE float SignOf(float x) { return x > 0.0f ? 1.0f : x < 0.0f ? -1.0f : x; }

inline int64_t TasksOf(int64_t length) { return (length + kTaskLength - 1) / kTaskLength; }

template <class Part>
int64_t CountTasks(const Part* parts, int64_t count) {
  int64_t tasks = 0;
  for (int64_t k = 0; k < count; ++k) tasks += TasksOf(parts[k].length);
  return tasks;
}

// launch(table, shape, first) for tables of all parts; first: the number of tasks before.
template <class Part, class Launcher>
void ForTables(const Part* parts, int64_t count, const Launcher& launch) {
  int64_t first = 0;
  for (int64_t next = 0; next < count;) {
    PartTable<Part> table{};
    int64_t tasks = 0;
    for (; next < count && table.count < kMostParts; ++next) {
      if (parts[next].length == 0) continue;
      table.first_task[table.count] = tasks;
      table.parts[table.count++] = parts[next];
      tasks += TasksOf(parts[next].length);
    }
    if (tasks == 0) return;
    table.first_task[table.count] = tasks;
    launch(table, LaunchShape{tasks, kTaskThreads}, first);
    first += tasks;
  }
}

}  // namespace nrnn::cuda

#endif  // NATIVERNN_CUDA_PARTS_CUH_
