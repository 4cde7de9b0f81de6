// What the kernels of connectionist temporal classification share: the rows of a call, their states
// and the log-probabilities of these. States s = 0 .. 2 S are the targets with a blank before,
// between and behind them: even ones are blank.
#ifndef NATIVERNN_CUDA_CTC_ROWS_CUH_
#define NATIVERNN_CUDA_CTC_ROWS_CUH_

#include "core/ops.h"
#include "cuda/block_sum.cuh"
#include "cuda/fault.cuh"
#include "cuda/math.cuh"

namespace nrnn::cuda {

// Of a row of the batch, after its check: steps is below 0 where something was wrong.
struct CtcExtent {
  int32_t steps, targets;
};

// Of a target: the next one of the row that is the same, or -1; and whether it is the first.
struct CtcLink {
  int32_t next, first;
};

struct CtcCall {
  CtcArgs args;
  int64_t max_states;
  Fault* fault;
  CtcExtent* extents;  // [B]
  CtcLink* links;      // [B,S]; backward only, else null
  float* kept;         // the reserve: a row's log-probability, log sums [T] and alphas [T,states]
  int64_t kept_stride;
  float* betas;    // [B,T,max_states]; backward only
  float* carried;  // [B,2,max_states]: of two steps, where shared memory has no room; else null
  const float* dlosses;
  float* losses;
  float* dlogits;
};

struct CtcRow {
  int64_t index, steps, targets, states;
  float* log_probability;
  float* log_sums;        // [steps]
  float* alphas;          // [steps,states]
  float* betas;           // [steps,states]
  const int32_t* labels;  // of the targets

  NRNN_DEVICE int32_t Label(int64_t state, int32_t blank) const {
    return state % 2 == 0 ? blank : labels[state / 2];
  }
  // Whether state - 2 may come right before this one: between different targets.
  NRNN_DEVICE bool Skips(int64_t state) const {
    return state % 2 == 1 && state >= 3 && labels[state / 2] != labels[state / 2 - 1];
  }
};

NRNN_DEVICE CtcRow FindCtcRow(const CtcCall& call, int64_t index) {
  const CtcExtent extent = call.extents[index];
  CtcRow row;
  row.index = index;
  row.steps = extent.steps;
  row.targets = extent.targets;
  row.states = 2 * row.targets + 1;
  row.log_probability = call.kept + index * call.kept_stride;
  row.log_sums = row.log_probability + 1;
  row.alphas = row.log_sums + call.args.steps;
  row.betas = call.betas ? call.betas + index * call.args.steps * call.max_states : nullptr;
  row.labels = call.args.targets + index * call.args.max_targets;
  return row;
}

// Where a step of a row begins in logits and dlogits.
NRNN_DEVICE int64_t CtcLogitsAt(const CtcArgs& args, int64_t row, int64_t t) {
  return (args.batch_first ? row * args.steps + t : t * args.batch + row) * args.classes;
}

// Whether all targets of a row are classes other than the blank; the whole block.
NRNN_DEVICE bool CheckLabels(const CtcCall& call, int64_t row, int64_t count, float* shared) {
  const CtcArgs& args = call.args;
  float wrong = 0;
  for (int64_t k = Thread(); k < count; k += Threads()) {
    const int64_t at = row * args.max_targets + k;
    const int32_t label = args.targets[at];
    if (label >= 0 && label < args.classes && label != args.blank) continue;
    wrong = 1;
    Report(call.fault, {static_cast<int32_t>(Argument::kLabels), label, at, 0, args.classes - 1,
                        args.max_targets, args.blank});
  }
  return BlockMax(wrong, shared) == 0;
}

// Links each target of a row to the next that is the same; the whole block.
NRNN_DEVICE void LinkLabels(const int32_t* labels, int64_t count, CtcLink* links) {
  for (int64_t k = Thread(); k < count; k += Threads()) links[k].first = 1;
  SyncBlock();
  for (int64_t k = Thread(); k < count; k += Threads()) {
    int64_t next = k + 1;
    while (next < count && labels[next] != labels[k]) ++next;
    links[k].next = next < count ? static_cast<int32_t>(next) : -1;
    if (next < count) links[next].first = 0;
  }
}

// log of the sum of exp(x[k]), the whole block; NaN where an element is, or where all are
// -infinity.
template <class Values>
NRNN_DEVICE float BlockLogSumExp(int64_t count, const Values& values, float* shared) {
  float largest = -Infinity();
  for (int64_t k = Thread(); k < count; k += Threads()) {
    largest = Larger(values(k), largest);
  }
  largest = BlockMax(largest, shared);
  float sum = 0;
  for (int64_t k = Thread(); k < count; k += Threads()) sum += ExpFlushed(values(k) - largest);
  return largest + Log(BlockSum(sum, shared));
}

// Relative to the largest, or to a number where all are -infinity.
NRNN_DEVICE float LogSumOfThree(float a, float b, float c) {
  constexpr float kLeast = -1e30f;
  float m = a > b ? a : b;
  m = c > m ? c : m;
  m = m > kLeast ? m : kLeast;
  return m + Log(ExpFlushed(a - m) + ExpFlushed(b - m) + ExpFlushed(c - m));
}

// Shared memory of the recurrences: the warps' largest numbers of two steps, then two steps of
// states.
constexpr int kCtcLargestRoom = 2 * kBlockSumRoom;

// Two steps of a row's states, and the largest number of each: what a recurrence carries on.
struct CtcCarried {
  float* states;
  float* largest;
  int64_t stride;

  NRNN_DEVICE CtcCarried(const CtcCall& call, int64_t row)
      : states(call.carried ? call.carried + row * 2 * call.max_states
                            : SharedMemory<float>() + kCtcLargestRoom),
        largest(SharedMemory<float>()),
        stride(call.max_states) {}
  NRNN_DEVICE float* At(int64_t step) const { return states + step % 2 * stride; }
  // After each thread's states of a step are written: the barrier, and the largest number.
  NRNN_DEVICE float Close(int64_t step, float value) const {
    float* const room = largest + step % 2 * kBlockSumRoom;
    value = WarpMax(value);
    if (Lane() == 0) room[Warp()] = value;
    SyncBlock();
    value = room[0];
    for (int warp = 1; warp < Warps(); ++warp) value = Larger(room[warp], value);
    return value;
  }
};

}  // namespace nrnn::cuda

#endif  // NATIVERNN_CUDA_CTC_ROWS_CUH_
