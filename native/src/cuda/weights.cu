// What trainings do to gradients and weights besides a step: clipping by norm and by value,
// penalties, largest norms and moving averages.
//
// Bound by memory; sums of squares and absolute values are in double, so that large gradients don't
// overflow: one conversion and one multiply-add for each float read. A task's sum has one chain for
// each thread; the tasks' sums are added by one block, in a fixed order.
#include <cmath>

#include "cuda/block_sum.cuh"
#include "cuda/cuda_backend.h"
#include "cuda/parts.cuh"

namespace nrnn::cuda {
namespace {

constexpr int64_t kRoomBytes = kBlockSumRoom * sizeof(double);

NRNN_DEVICE double Square(float value) {
  return static_cast<double>(value) * static_cast<double>(value);
}

// x[k] = change(x[k]) over a task.
template <bool kAligned, class Change>
NRNN_DEVICE void ChangeTask(float* x, const Task& task, const Change& change) {
  ForFours(task, [&](int64_t k) {
    Four values = LoadFour<kAligned>(x, k, task.end);
    for (int i = 0; i < 4; ++i) values.at[i] = change(values.at[i]);
    StoreFour<kAligned>(values, x, k, task.end);
  });
}

template <class Change>
NRNN_DEVICE void ChangeTask(const GradientSpan& span, const Task& task, const Change& change) {
  if (FourAligned(span.data)) {
    ChangeTask<true>(span.data, task, change);
  } else {
    ChangeTask<false>(span.data, task, change);
  }
}

struct SquareSumArgs {
  double* sums;  // of the tasks
  PartTable<GradientSpan> table;
};

template <bool kAligned>
NRNN_DEVICE double SquareSum(const float* x, const Task& task) {
  double sum = 0;
  ForFours(task, [&](int64_t k) {
    const Four values = LoadFour<kAligned>(x, k, task.end);
    for (int i = 0; i < 4; ++i) sum += Square(values.at[i]);
  });
  return sum;
}

// Shared memory: kBlockSumRoom doubles.
NRNN_KERNEL SquareSumKernel(SquareSumArgs args) {
  const Task task = FindTask(args.table, Block());
  const float* x = args.table.parts[task.part].data;
  double sum = FourAligned(x) ? SquareSum<true>(x, task) : SquareSum<false>(x, task);
  sum = BlockSum(sum, SharedMemory<double>());
  if (Thread() == 0) args.sums[Block()] = sum;
}

// Of one block: the sum of count numbers. Shared memory: kBlockSumRoom doubles.
NRNN_DEVICE double Total(const double* sums, int64_t count) {
  double sum = 0;
  for (int64_t k = Thread(); k < count; k += Threads()) sum += sums[k];
  return BlockSum(sum, SharedMemory<double>());
}

struct Norm {
  float norm, scale;
};

struct NormArgs {
  const double* sums;
  int64_t count;
  float max_norm;
  Norm* result;
};

NRNN_KERNEL NormKernel(NormArgs args) {
  const double norm = sqrt(Total(args.sums, args.count));
  if (Thread() != 0) return;
  const float rounded = static_cast<float>(norm);
  const bool scales = rounded > args.max_norm && rounded < Infinity();
  const double limit = static_cast<double>(args.max_norm);
  *args.result = {rounded, scales ? static_cast<float>(limit / norm) : 1.0f};
}

struct ScaleArgs {
  const Norm* norm;
  PartTable<GradientSpan> table;
};

NRNN_KERNEL ScaleKernel(ScaleArgs args) {
  const float scale = args.norm->scale;
  if (scale == 1.0f) return;
  const Task task = FindTask(args.table, Block());
  ChangeTask(args.table.parts[task.part], task, [=](float g) { return g * scale; });
}

struct ClipArgs {
  float limit;
  PartTable<GradientSpan> table;
};

NRNN_KERNEL ClipKernel(ClipArgs args) {
  const Task task = FindTask(args.table, Block());
  const float limit = args.limit;
  ChangeTask(args.table.parts[task.part], task, [=](float g) { return Clipped(g, limit); });
}

struct PenaltyArgs {
  double* sums;  // of the tasks
  PartTable<PenaltyPart> table;
};

// Returns this thread's share of the penalty.
template <bool kAligned>
NRNN_DEVICE double PenaltyTask(const PenaltyPart& part, const Task& task) {
  const float twice = 2.0f * part.l2;
  double absolutes = 0, squares = 0;
  ForFours(task, [&](int64_t k) {
    const Four w = LoadFour<kAligned>(part.parameter, k, task.end);
    for (int i = 0; i < 4; ++i) {
      absolutes += static_cast<double>(fabsf(w.at[i]));
      squares += Square(w.at[i]);
    }
    if (!part.gradient) return;
    Four gradient = LoadFour<kAligned>(part.gradient, k, task.end);
    for (int i = 0; i < 4; ++i) {
      gradient.at[i] = fmaf(twice, w.at[i], fmaf(part.l1, SignOf(w.at[i]), gradient.at[i]));
    }
    StoreFour<kAligned>(gradient, part.gradient, k, task.end);
  });
  return static_cast<double>(part.l1) * absolutes + static_cast<double>(part.l2) * squares;
}

NRNN_KERNEL PenaltyKernel(PenaltyArgs args) {
  const Task task = FindTask(args.table, Block());
  const PenaltyPart part = args.table.parts[task.part];
  double sum = FourAligned(part.parameter, part.gradient) ? PenaltyTask<true>(part, task)
                                                          : PenaltyTask<false>(part, task);
  sum = BlockSum(sum, SharedMemory<double>());
  if (Thread() == 0) args.sums[Block()] = sum;
}

struct TotalArgs {
  const double* sums;
  int64_t count;
  float* total;
};

NRNN_KERNEL TotalKernel(TotalArgs args) {
  const double total = Total(args.sums, args.count);
  if (Thread() == 0) *args.total = static_cast<float>(total);
}

struct AverageArgs {
  float decay, one_minus_decay;
  PartTable<AveragePart> table;
};

template <bool kAligned>
NRNN_DEVICE void AverageTask(const AverageArgs& args, const AveragePart& part, const Task& task) {
  ForFours(task, [&](int64_t k) {
    Four average = LoadFour<kAligned>(part.average, k, task.end);
    const Four value = LoadFour<kAligned>(part.value, k, task.end);
    for (int i = 0; i < 4; ++i) {
      average.at[i] = fmaf(args.one_minus_decay, value.at[i], args.decay * average.at[i]);
    }
    StoreFour<kAligned>(average, part.average, k, task.end);
  });
}

NRNN_KERNEL AverageKernel(AverageArgs args) {
  const Task task = FindTask(args.table, Block());
  const AveragePart part = args.table.parts[task.part];
  if (FourAligned(part.average, part.value)) {
    AverageTask<true>(args, part, task);
  } else {
    AverageTask<false>(args, part, task);
  }
}

// max_norm / norm where it scales, and else 1.
NRNN_DEVICE float ScaleOf(double squares, float max_norm) {
  const double norm = sqrt(squares), limit = static_cast<double>(max_norm);
  const bool scales = norm > limit && norm - norm == 0;  // not infinity
  return scales ? static_cast<float>(limit / norm) : 1.0f;
}

struct MaxNormArgs {
  Axis axis;
  float max_norm;
  float* x;
};

// A block has a run of neighbours. Shared memory: kBlockSumRoom doubles.
NRNN_KERNEL RowNormKernel(MaxNormArgs args) {
  for (int64_t run = Block(); run < args.axis.outer; run += Blocks()) {
    float* x = args.x + run * args.axis.length;
    double sum = 0;
    for (int64_t k = Thread(); k < args.axis.length; k += Threads()) sum += Square(x[k]);
    const float scale = ScaleOf(BlockSum(sum, SharedMemory<double>()), args.max_norm);
    if (scale == 1.0f) continue;
    for (int64_t k = Thread(); k < args.axis.length; k += Threads()) x[k] *= scale;
  }
}

// A block has 32 runs side by side, and each of its warps every so many of their elements. Shared
// memory: a double for each thread.
NRNN_KERNEL ColumnNormKernel(MaxNormArgs args) {
  const Axis axis = args.axis;
  double* shared = SharedMemory<double>();
  const int64_t groups = (axis.inner + kWarp - 1) / kWarp;
  for (int64_t at = Block(); at < axis.outer * groups; at += Blocks()) {
    const int64_t column = at % groups * kWarp + Lane();
    const int64_t end = column < axis.inner ? axis.length : 0;
    float* x = args.x + at / groups * axis.length * axis.inner + column;
    double sum = 0;
    for (int64_t k = Warp(); k < end; k += Warps()) sum += Square(x[k * axis.inner]);
    SyncBlock();  // the sums of the columns before are read
    shared[Thread()] = sum;
    SyncBlock();
    sum = 0;
    for (int warp = 0; warp < Warps(); ++warp) sum += shared[warp * kWarp + Lane()];
    const float scale = ScaleOf(sum, args.max_norm);
    if (scale == 1.0f) continue;
    for (int64_t k = Warp(); k < end; k += Warps()) x[k * axis.inner] *= scale;
  }
}

LaunchShape WithRoom(LaunchShape shape) {
  shape.shared_bytes = kRoomBytes;
  return shape;
}

// Threads for elements, of which each has up to four.
int ThreadsFor(int64_t elements) {
  return static_cast<int>(std::clamp<int64_t>((elements / 4 + kWarp - 1) / kWarp, 1, 8)) * kWarp;
}

}  // namespace

float CudaBackend::ClipGlobalNorm(const GradientSpan* gradients, int64_t count, float max_norm) {
  const int64_t tasks = CountTasks(gradients, count);
  if (tasks == 0) return 0.0f;
  const Scratch sums = Borrow(tasks * static_cast<int64_t>(sizeof(double)));
  const Scratch result = Borrow(sizeof(Norm));
  using Table = PartTable<GradientSpan>;
  ForTables(gradients, count, [&](const Table& table, const LaunchShape& shape, int64_t first) {
    Launch("SquareSumKernel", &SquareSumKernel, WithRoom(shape),
           SquareSumArgs{sums.as<double>() + first, table}, stream());
  });
  const NormArgs norm = {sums.as<double>(), tasks, max_norm, result.as<Norm>()};
  Launch("NormKernel", &NormKernel, {1, 256, kRoomBytes}, norm, stream());
  ForTables(gradients, count, [&](const Table& table, const LaunchShape& shape, int64_t) {
    Launch("ScaleKernel", &ScaleKernel, shape, ScaleArgs{result.as<Norm>(), table}, stream());
  });
  Norm found{};
  Read(&found, result.data(), sizeof(Norm));
  return found.norm;
}

void CudaBackend::ClipValues(const GradientSpan* gradients, int64_t count, float max_value) {
  using Table = PartTable<GradientSpan>;
  ForTables(gradients, count, [&](const Table& table, const LaunchShape& shape, int64_t) {
    Launch("ClipKernel", &ClipKernel, shape, ClipArgs{max_value, table}, stream());
  });
}

float CudaBackend::Regularize(const PenaltyPart* parts, int64_t count) {
  const int64_t tasks = CountTasks(parts, count);
  if (tasks == 0) return 0.0f;
  const Scratch sums = Borrow(tasks * static_cast<int64_t>(sizeof(double)));
  const Scratch result = Borrow(sizeof(float));
  using Table = PartTable<PenaltyPart>;
  ForTables(parts, count, [&](const Table& table, const LaunchShape& shape, int64_t first) {
    Launch("PenaltyKernel", &PenaltyKernel, WithRoom(shape),
           PenaltyArgs{sums.as<double>() + first, table}, stream());
  });
  const TotalArgs total = {sums.as<double>(), tasks, result.floats()};
  Launch("TotalKernel", &TotalKernel, {1, 256, kRoomBytes}, total, stream());
  float penalty = 0.0f;
  Read(&penalty, result.data(), sizeof(float));
  return penalty;
}

void CudaBackend::MaxNorm(const Axis& axis, float max_norm, float* x) {
  if (axis.outer * axis.length * axis.inner == 0) return;
  const MaxNormArgs args = {axis, max_norm, x};
  if (axis.inner == 1) {
    const LaunchShape shape = {std::min<int64_t>(axis.outer, INT32_MAX), ThreadsFor(axis.length),
                               kRoomBytes};
    Launch("RowNormKernel", &RowNormKernel, shape, args, stream());
    return;
  }
  const int64_t blocks = axis.outer * ((axis.inner + kWarp - 1) / kWarp);
  const int threads = ThreadsFor(axis.length * kWarp);
  const LaunchShape shape = {std::min<int64_t>(blocks, INT32_MAX), threads,
                             threads * static_cast<int64_t>(sizeof(double))};
  Launch("ColumnNormKernel", &ColumnNormKernel, shape, args, stream());
}

void CudaBackend::MovingAverage(const AveragePart* parts, int64_t count, float decay) {
  const auto rest = static_cast<float>(1.0 - static_cast<double>(decay));
  using Table = PartTable<AveragePart>;
  ForTables(parts, count, [&](const Table& table, const LaunchShape& shape, int64_t) {
    Launch("AverageKernel", &AverageKernel, shape, AverageArgs{decay, rest, table}, stream());
  });
}

}  // namespace nrnn::cuda
