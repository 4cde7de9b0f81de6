// Elementwise recurrences of the CPU backend: the split over rows, directions and blocks of units,
// and over time where these are too few.
//
// Of minGRU and minLSTM the state at the end of a chunk of kChunk steps is always
//
//   factor h + local,   factor: the product of the chunk's a,  local: its result from h = 0
//
// also where one task runs the chunks one after the other: there the two come along with the state,
// for 3 instructions more. So the chunks may run at the same time or not, and the bits are the
// same. Rows are cut by their own steps, so that padding changes nothing either. The factors are
// between 0 and 1 and their product can't overflow; LINEAR, where it can, runs in one piece, and so
// does IndRNN, which isn't linear.
#include <algorithm>
#include <cstring>
#include <vector>

#include "core/error.h"
#include "cpu/cpu_backend.h"
#include "cpu/rows.h"
#include "cpu/scan.h"

namespace nrnn::cpu {
namespace {

constexpr int64_t kChunk = 128;
// A block of units has at least two vectors of every instruction set.
constexpr int64_t kLeastUnits = 32;

void RequireLengths(const ScanArgs& args) {
  if (!args.lengths) return;
  for (int64_t b = 0; b < args.batch; ++b) {
    Require(args.lengths[b] >= 0 && args.lengths[b] <= args.steps, "lengths[", b, "] is ",
            args.lengths[b], ", must be 0..", args.steps);
  }
}

// One row in one direction, a block of its units.
struct Part {
  int64_t direction, row, unit, units;
  int64_t steps;          // that are valid
  int64_t first, stride;  // rows of the sequence: the recurrence's first step, and to the next
  int64_t pad, pad_stride, pads;  // the steps that are not valid
  int64_t state;                  // of the block in [D,B,H]

  int64_t Chunks(int64_t chunk) const { return std::max<int64_t>((steps + chunk - 1) / chunk, 1); }
};

class Split {
 public:
  Split(const ScanArgs& args, int64_t threads) : args_(args) {
    const bool bounded = args.kind == NRNN_SCAN_MIN_GRU || args.kind == NRNN_SCAN_MIN_LSTM;
    chunk_ = bounded ? kChunk : args.steps;
    const int64_t rows = args.directions * args.batch;
    while (units_ > kLeastUnits && rows * Blocks() < threads) units_ /= 2;
    // Chunks at the same time compute the gates twice.
    across_time_ = chunks() >= 4 && 2 * parts() < threads;
  }

  int64_t parts() const { return args_.directions * args_.batch * Blocks(); }
  int64_t chunk() const { return chunk_; }
  int64_t chunks() const { return (args_.steps + chunk_ - 1) / chunk_; }
  bool across_time() const { return across_time_; }

  Part At(int64_t index) const {
    Part part;
    const int64_t block = index % Blocks(), lane = index / Blocks();
    part.row = lane % args_.batch;
    part.direction = lane / args_.batch;
    part.unit = block * units_;
    part.units = std::min(units_, args_.hidden - part.unit);
    part.steps = args_.lengths ? args_.lengths[part.row] : args_.steps;
    part.pads = args_.steps - part.steps;
    part.pad_stride = args_.batch_first ? 1 : args_.batch;
    const int64_t begin = args_.batch_first ? part.row * args_.steps : part.row;
    part.pad = begin + part.steps * part.pad_stride;
    part.first = part.direction == 0 ? begin : part.pad - part.pad_stride;
    part.stride = part.direction == 0 ? part.pad_stride : -part.pad_stride;
    part.state = (part.direction * args_.batch + part.row) * args_.hidden + part.unit;
    return part;
  }

 private:
  int64_t Blocks() const { return (args_.hidden + units_ - 1) / units_; }

  const ScanArgs& args_;
  int64_t units_ = kScanUnits;
  int64_t chunk_;
  bool across_time_;
};

// What is carried along the steps of a block.
struct Carried {
  float state[kScanUnits], before[kScanUnits], factor[kScanUnits], local[kScanUnits];
};

size_t Bytes(const Part& part) { return static_cast<size_t>(part.units) * sizeof(float); }

void CopyOrZero(const float* from, const Part& part, float* to) {
  if (from) {
    std::memcpy(to, from + part.state, Bytes(part));
  } else {
    std::memset(to, 0, Bytes(part));
  }
}

// Zeros the steps that are not valid, width floats each, at the block's units of every gate.
void ZeroPads(const Part& part, int64_t width, int64_t gates, int64_t hidden, float* to) {
  for (int64_t t = 0; t < part.pads; ++t) {
    float* step = to + (part.pad + t * part.pad_stride) * width + part.direction * gates * hidden;
    for (int64_t gate = 0; gate < gates; ++gate) {
      std::memset(step + gate * hidden + part.unit, 0, Bytes(part));
    }
  }
}

class ForwardScan {
 public:
  ForwardScan(const ScanArgs& args, const ScanKernels& kernels, const Split& split, float* y,
              float* hn)
      : args_(args), kernels_(kernels), split_(split), y_(y), hn_(hn) {}

  // All chunks of a part, one after the other.
  void RunAll(const Part& part) const {
    Carried carried;
    CopyOrZero(args_.h0, part, carried.state);
    const int64_t chunks = part.Chunks(split_.chunk());
    for (int64_t c = 0; c + 1 < chunks; ++c) {
      std::memcpy(carried.before, carried.state, Bytes(part));
      Run(part, c, carried.state, carried.factor, carried.local);
      kernels_.carry(carried.factor, carried.local, part.units, carried.before);
      std::memcpy(carried.state, carried.before, Bytes(part));
    }
    Finish(part, chunks - 1, carried.state);
  }

  void Summarize(const Part& part, int64_t c, float* factor, float* local) const {
    Run(part, c, nullptr, factor, local);
  }

  // One chunk, from the summaries of those before it: factor and local, distance floats apart.
  void RunOne(const Part& part, int64_t c, const float* factor, const float* local,
              int64_t distance) const {
    float state[kScanUnits];
    CopyOrZero(args_.h0, part, state);
    for (int64_t k = 0; k < c; ++k) {
      kernels_.carry(factor + k * distance, local + k * distance, part.units, state);
    }
    if (c + 1 == part.Chunks(split_.chunk())) {
      Finish(part, c, state);
    } else {
      Run(part, c, state, nullptr, nullptr);
    }
  }

 private:
  void Finish(const Part& part, int64_t c, float* state) const {
    Run(part, c, state, nullptr, nullptr);
    if (hn_) std::memcpy(hn_ + part.state, state, Bytes(part));
    ZeroPads(part, args_.directions * args_.hidden, 1, args_.hidden, y_);
  }

  void Run(const Part& part, int64_t c, float* state, float* factor, float* local) const {
    const int64_t hidden = args_.hidden, width = args_.directions * hidden;
    const int64_t gates = args_.Gates(), begin = c * split_.chunk();
    const int64_t row = part.first + begin * part.stride;
    ScanRun run{};
    run.count = std::min(split_.chunk(), part.steps - begin);
    if (run.count <= 0) return;
    run.units = part.units;
    run.hidden = hidden;
    run.gates_stride = part.stride * gates * width;
    run.y_stride = part.stride * width;
    run.gates =
        args_.gates + (row * args_.directions + part.direction) * gates * hidden + part.unit;
    run.u = args_.u ? args_.u + part.direction * hidden + part.unit : nullptr;
    run.h = state;
    run.y = y_ + row * width + part.direction * hidden + part.unit;
    run.factor = factor;
    run.local = local;
    kernels_.forward(args_.kind, run);
  }

  const ScanArgs& args_;
  const ScanKernels& kernels_;
  const Split& split_;
  float* y_;
  float* hn_;
};

class BackwardScan {
 public:
  // du: [D,B,H], zeros, or null.
  BackwardScan(const ScanArgs& args, const ScanKernels& kernels, const Split& split,
               const ScanGradients& gradients, float* du)
      : args_(args), kernels_(kernels), split_(split), gradients_(gradients), du_(du) {}

  void RunAll(const Part& part) const {
    Carried carried;
    CopyOrZero(gradients_.dhn, part, carried.state);
    for (int64_t c = part.Chunks(split_.chunk()) - 1; c > 0; --c) {
      std::memcpy(carried.before, carried.state, Bytes(part));
      Run(part, c, carried.state, carried.factor, carried.local);
      kernels_.carry(carried.factor, carried.local, part.units, carried.before);
      std::memcpy(carried.state, carried.before, Bytes(part));
    }
    Finish(part, carried.state);
  }

  void Summarize(const Part& part, int64_t c, float* factor, float* local) const {
    Run(part, c, nullptr, factor, local);
  }

  void RunOne(const Part& part, int64_t c, const float* factor, const float* local,
              int64_t distance) const {
    float state[kScanUnits];
    CopyOrZero(gradients_.dhn, part, state);
    for (int64_t k = part.Chunks(split_.chunk()) - 1; k > c; --k) {
      kernels_.carry(factor + k * distance, local + k * distance, part.units, state);
    }
    if (c == 0) {
      Finish(part, state);
    } else {
      Run(part, c, state, nullptr, nullptr);
    }
  }

 private:
  void Finish(const Part& part, float* state) const {
    Run(part, 0, state, nullptr, nullptr);
    if (gradients_.dh0) std::memcpy(gradients_.dh0 + part.state, state, Bytes(part));
    const int64_t gates = args_.Gates();
    ZeroPads(part, args_.directions * gates * args_.hidden, gates, args_.hidden, gradients_.dgates);
  }

  void Run(const Part& part, int64_t c, float* state, float* factor, float* local) const {
    const int64_t hidden = args_.hidden, width = args_.directions * hidden;
    const int64_t gates = args_.Gates(), begin = c * split_.chunk();
    const int64_t row = part.first + begin * part.stride;
    const int64_t gates_at = (row * args_.directions + part.direction) * gates * hidden + part.unit;
    const int64_t y_at = row * width + part.direction * hidden + part.unit;
    ScanBackwardRun run{};
    run.count = std::min(split_.chunk(), part.steps - begin);
    if (run.count <= 0) return;
    run.units = part.units;
    run.hidden = hidden;
    run.gates_stride = part.stride * gates * width;
    run.y_stride = part.stride * width;
    run.gates = args_.gates + gates_at;
    run.u = args_.u ? args_.u + part.direction * hidden + part.unit : nullptr;
    float start[kScanUnits];
    if (begin == 0) CopyOrZero(args_.h0, part, start);
    run.before = begin == 0 ? start : gradients_.y + y_at - run.y_stride;
    run.y = gradients_.y + y_at;
    run.dy = gradients_.dy ? gradients_.dy + y_at : nullptr;
    run.dgates = gradients_.dgates + gates_at;
    run.dh = state;
    run.du = du_ ? du_ + part.state : nullptr;
    run.factor = factor;
    run.local = local;
    kernels_.backward(args_.kind, run);
  }

  const ScanArgs& args_;
  const ScanKernels& kernels_;
  const Split& split_;
  const ScanGradients& gradients_;
  float* du_;
};

// All parts: each by one task, or each chunk of each by two. skipped: the chunk of a row of so many
// that nothing comes after, which needs no summary.
template <class Scan, class Skipped>
void RunScan(ThreadPool& pool, const ScanArgs& args, const Split& split, const Scan& scan,
             const Skipped& skipped) {
  if (!split.across_time()) {
    pool.Run(split.parts(), [&](int64_t task, int) { scan.RunAll(split.At(task)); });
    return;
  }
  const int64_t distance = args.directions * args.batch * args.hidden, chunks = split.chunks();
  thread_local std::vector<float> summaries;  // kept, so that steps which repeat allocate nothing
  summaries.resize(static_cast<size_t>(2 * chunks * distance));
  float* factors = summaries.data();
  float* locals = factors + chunks * distance;
  const int64_t tasks = split.parts() * chunks;
  pool.Run(tasks, [&](int64_t task, int) {
    const Part part = split.At(task / chunks);
    const int64_t c = task % chunks, count = part.Chunks(split.chunk());
    if (c >= count || skipped(c, count)) return;
    const int64_t at = c * distance + part.state;
    scan.Summarize(part, c, factors + at, locals + at);
  });
  pool.Run(tasks, [&](int64_t task, int) {
    const Part part = split.At(task / chunks);
    const int64_t c = task % chunks;
    if (c >= part.Chunks(split.chunk())) return;
    scan.RunOne(part, c, factors + part.state, locals + part.state, distance);
  });
}

}  // namespace

void CpuBackend::ScanForward(const ScanArgs& args, float* y, float* hn) {
  RequireLengths(args);
  const Split split(args, pool_.threads());
  const ForwardScan scan(args, *kernels_.scan, split, y, hn);
  RunScan(pool_, args, split, scan, [](int64_t c, int64_t count) { return c + 1 == count; });
}

void CpuBackend::ScanBackward(const ScanArgs& args, const ScanGradients& gradients) {
  RequireLengths(args);
  const Split split(args, pool_.threads());
  // Of IndRNN's u each row has a sum of its own; they are added up in the order of the rows.
  thread_local std::vector<float> du;
  du.assign(static_cast<size_t>(args.IsIndRnn() ? args.directions * args.batch * args.hidden : 0),
            0.0f);
  const BackwardScan scan(args, *kernels_.scan, split, gradients,
                          args.IsIndRnn() ? du.data() : nullptr);
  RunScan(pool_, args, split, scan, [](int64_t c, int64_t) { return c == 0; });
  if (!gradients.du) return;
  for (int64_t d = 0; d < args.directions; ++d) {
    for (int64_t b = 0; b < args.batch; ++b) {
      kernels_.rows->add(du.data() + (d * args.batch + b) * args.hidden,
                         gradients.du + d * args.hidden, args.hidden);
    }
  }
}

}  // namespace nrnn::cpu
