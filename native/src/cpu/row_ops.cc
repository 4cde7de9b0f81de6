// Operations over rows of the CPU backend: checks of the indices, which come from users' data, and
// the split over rows.
#include <algorithm>
#include <cstring>

#include "core/error.h"
#include "cpu/cpu_backend.h"
#include "cpu/rows.h"

namespace nrnn::cpu {
namespace {

// Elements of a task: some 10 microseconds.
constexpr int64_t kGrain = 16384;

// Rows of a task, for rows of so many elements.
int64_t RowGrain(int64_t columns) { return std::max<int64_t>(kGrain / columns, 1); }

void RequireIndices(const int32_t* indices, int64_t count, int64_t limit) {
  for (int64_t k = 0; k < count; ++k) {
    Require(indices[k] >= 0 && indices[k] < limit, "indices[", k, "] is ", indices[k],
            ", must be 0..", limit - 1);
  }
}

void RequireTargets(const CrossEntropyArgs& args) {
  for (int64_t r = 0; r < args.rows; ++r) {
    const int32_t target = args.targets[r];
    Require((target >= 0 && target < args.columns) || target == args.ignore_index, "targets[", r,
            "] is ", target, ", must be 0..", args.columns - 1, " or ignore_index (",
            args.ignore_index, ")");
  }
}

}  // namespace

void CpuBackend::EmbeddingForward(const EmbeddingArgs& args) {
  RequireIndices(args.indices, args.rows, args.vocabulary);
  const size_t bytes = static_cast<size_t>(args.dimension) * sizeof(float);
  pool_.For(args.rows, RowGrain(args.dimension), [&](int64_t begin, int64_t end) {
    for (int64_t r = begin; r < end; ++r) {
      const int64_t row = args.indices[r];
      std::memcpy(args.y + r * args.dimension, args.table + row * args.dimension, bytes);
    }
  });
}

// Several rows may add to one row of the table, so that the columns are what is split: each task
// adds its columns of all rows, in order.
void CpuBackend::EmbeddingBackward(const EmbeddingBackwardArgs& args) {
  RequireIndices(args.indices, args.rows, args.vocabulary);
  const int64_t columns = std::max<int64_t>(kGrain / std::max<int64_t>(args.rows, 1), 64);
  pool_.For(args.dimension, columns, [&](int64_t begin, int64_t end) {
    for (int64_t r = 0; r < args.rows; ++r) {
      const int64_t row = args.indices[r];
      if (row == args.padding) continue;
      kernels_.rows->add(args.dy + r * args.dimension + begin,
                         args.dtable + row * args.dimension + begin, end - begin);
    }
  });
}

void CpuBackend::MaxForward(const Axis& axis, const float* x, float* y) {
  const int64_t plane = axis.length * axis.inner;
  if (axis.outer == 0 || axis.inner == 0) return;
  pool_.For(axis.outer, RowGrain(plane), [&](int64_t begin, int64_t end) {
    const Axis part{end - begin, axis.length, axis.inner};
    kernels_.rows->max(part, x + begin * plane, y + begin * axis.inner);
  });
}

void CpuBackend::MaxBackward(const Axis& axis, const float* x, const float* y, const float* dy,
                             float* dx) {
  const int64_t plane = axis.length * axis.inner;
  if (axis.outer == 0 || axis.inner == 0) return;
  pool_.For(axis.outer, RowGrain(plane), [&](int64_t begin, int64_t end) {
    const Axis part{end - begin, axis.length, axis.inner};
    const int64_t row = begin * axis.inner;
    kernels_.rows->max_backward(part, x + begin * plane, y + row, dy + row, dx + begin * plane);
  });
}

void CpuBackend::Gather(const Axis& axis, int64_t count, const float* x, const int32_t* indices,
                        float* y) {
  const int64_t plane = count * axis.inner;
  RequireIndices(indices, axis.outer * plane, axis.length);
  if (plane == 0) return;
  pool_.For(axis.outer * count, RowGrain(axis.inner), [&](int64_t begin, int64_t end) {
    for (int64_t row = begin; row < end; ++row) {
      const float* from = x + row / count * axis.length * axis.inner;
      for (int64_t i = 0; i < axis.inner; ++i) {
        const int64_t k = row * axis.inner + i;
        y[k] = from[indices[k] * axis.inner + i];
      }
    }
  });
}

void CpuBackend::ScatterAdd(const Axis& axis, int64_t count, const float* y, const int32_t* indices,
                            float* x) {
  const int64_t plane = count * axis.inner;
  RequireIndices(indices, axis.outer * plane, axis.length);
  if (plane == 0) return;
  pool_.For(axis.outer, RowGrain(plane), [&](int64_t begin, int64_t end) {
    for (int64_t row = begin * count; row < end * count; ++row) {
      float* to = x + row / count * axis.length * axis.inner;
      for (int64_t i = 0; i < axis.inner; ++i) {
        const int64_t k = row * axis.inner + i;
        to[indices[k] * axis.inner + i] += y[k];
      }
    }
  });
}

void CpuBackend::SoftmaxForward(int64_t rows, int64_t columns, bool logarithm, const float* x,
                                float* y) {
  const auto run = logarithm ? kernels_.rows->log_softmax : kernels_.rows->softmax;
  pool_.For(rows, RowGrain(columns), [&](int64_t begin, int64_t end) {
    run(end - begin, columns, x + begin * columns, y + begin * columns);
  });
}

void CpuBackend::SoftmaxBackward(int64_t rows, int64_t columns, bool logarithm, const float* y,
                                 const float* dy, float* dx) {
  const auto run =
      logarithm ? kernels_.rows->log_softmax_backward : kernels_.rows->softmax_backward;
  pool_.For(rows, RowGrain(columns), [&](int64_t begin, int64_t end) {
    const int64_t at = begin * columns;
    run(end - begin, columns, y + at, dy + at, dx + at);
  });
}

void CpuBackend::CrossEntropyForward(const CrossEntropyArgs& args, float* losses) {
  RequireTargets(args);
  pool_.For(args.rows, RowGrain(args.columns), [&](int64_t begin, int64_t end) {
    kernels_.rows->cross_entropy(args, begin, end, losses);
  });
}

void CpuBackend::CrossEntropyBackward(const CrossEntropyArgs& args, const float* dlosses,
                                      float* dlogits) {
  RequireTargets(args);
  pool_.For(args.rows, RowGrain(args.columns), [&](int64_t begin, int64_t end) {
    kernels_.rows->cross_entropy_backward(args, begin, end, dlosses, dlogits);
  });
}

}  // namespace nrnn::cpu
