// Which rows take part in a step, and where their memory lies.
#ifndef NATIVERNN_CPU_SEQUENCE_INL_H_
#define NATIVERNN_CPU_SEQUENCE_INL_H_

#include "cpu/gemm-inl.h"
#include "cpu/rnn_kernels.h"

namespace nrnn::cpu::NRNN_TARGET {

// One batch row at one step. h_prev, c_prev: the state before it. Forward only: x, or ahead, its
// projection in blocks; y.
struct StepRow {
  int64_t batch;
  const float* x;
  const float* ahead;
  const float* h_prev;
  const float* c_prev;
  float* gates;
  float* aux;
  float* y;
};

// Waits for the other parts of a team.
HWY_INLINE void Meet(const SequenceArgs& args) {
  if (args.barrier) args.barrier->Wait();
}

HWY_INLINE int64_t RowLength(const SequenceArgs& args, int64_t b) {
  return args.lengths ? args.lengths[b] : args.steps;
}

// The s-th step in the order of the recurrence.
HWY_INLINE int64_t StepAt(const SequenceArgs& args, int64_t s) {
  return args.reverse ? args.steps - 1 - s : s;
}

// The step whose state enters step t of a row of this length; -1: the initial state does.
HWY_INLINE int64_t PreviousStep(const SequenceArgs& args, int64_t t, int64_t length) {
  if (args.reverse) return t + 1 < length ? t + 1 : -1;
  return t - 1;
}

HWY_INLINE const float* PreviousHidden(const SequenceArgs& args, const float* y, int64_t t,
                                       int64_t b) {
  const int64_t before = PreviousStep(args, t, RowLength(args, b));
  return before < 0 ? args.h0 + b * args.hidden : y + before * args.y_step + b * args.y_row;
}

HWY_INLINE int64_t GateFloats(const SequenceArgs& args) {
  return GateCount(args.cell) * args.hidden;
}

// Row (t, b) with the reserve's memory.
HWY_INLINE StepRow ReservedRow(const SequenceArgs& args, const float* y, int64_t t, int64_t b) {
  StepRow row{};
  const int64_t index = t * args.batch + b;
  row.batch = b;
  row.h_prev = PreviousHidden(args, y, t, b);
  row.gates = args.gates + index * GateFloats(args);
  row.aux = args.aux ? args.aux + index * args.hidden : nullptr;
  const int64_t before = PreviousStep(args, t, RowLength(args, b));
  row.c_prev = args.cell != Cell::kLstm ? nullptr
               : before < 0             ? args.c0 + b * args.hidden
                                        : args.aux + (before * args.batch + b) * args.hidden;
  return row;
}

// Loads and stores of one vector of units: all lanes, or the last count of a row.
struct WholeLanes {
  HWY_INLINE FloatVec Load(const float* p) const { return hn::LoadU(FloatTag(), p); }
  HWY_INLINE void Store(FloatVec v, float* p) const { hn::StoreU(v, FloatTag(), p); }
};
struct PartLanes {
  size_t count;
  HWY_INLINE FloatVec Load(const float* p) const { return LoadPart(p, count); }
  HWY_INLINE void Store(FloatVec v, float* p) const { StorePart(v, p, count); }
};

// Hidden units of this thread: whole panels of W_hh, which its columns of dh' take.
struct UnitRange {
  explicit UnitRange(const SequenceArgs& args) {
    const int64_t panels = (args.hidden + kWidth - 1) / kWidth;
    first = panels * args.part / args.parts * kWidth;
    const int64_t to = panels * (args.part + 1) / args.parts * kWidth;
    count = (to < args.hidden ? to : args.hidden) - first;
  }
  static constexpr int64_t kWidth = static_cast<int64_t>(kPanelWidth);
  int64_t first, count;
};

// body(unit, lanes) over the units of a row, a vector at a time.
template <class Body>
HWY_INLINE void ForEachUnit(int64_t units, const Body& body) {
  constexpr int64_t kStep = static_cast<int64_t>(kLanes);
  int64_t u = 0;
  for (; u + kStep <= units; u += kStep) body(u, WholeLanes());
  if (u < units) body(u, PartLanes{static_cast<size_t>(units - u)});
}

template <class Body>
HWY_INLINE void ForEachUnit(const UnitRange& units, const Body& body) {
  ForEachUnit(units.count,
              [&](int64_t u, auto lanes) NRNN_INLINE_LAMBDA { body(units.first + u, lanes); });
}

HWY_INLINE void ZeroFloats(float* to, int64_t count) {
  for (int64_t k = 0; k < count; ++k) to[k] = 0.0f;
}

HWY_INLINE void CopyFloats(const float* from, int64_t count, float* to) {
  for (int64_t k = 0; k < count; ++k) to[k] = from[k];
}

}  // namespace nrnn::cpu::NRNN_TARGET

#endif  // NATIVERNN_CPU_SEQUENCE_INL_H_
