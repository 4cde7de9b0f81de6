// The time loops, forward and backward, of one direction of a layer; the cells are in *-inl.h.
//
// forward: step after step, tiles of x W_ih + h' W_hh, and the cell's epilogue while the sums are
// in
//   L1. Nothing of the gates goes to memory but what backward needs, into the reserve.
// backward: the cell's pointwise gradients of a step, row by row, then dh' = da W_hh. What sums
//   over all steps (dx, dW, db) is left to products over all rows afterwards (rnn_layer.cc).
// Rows at or after their length are left out of the products, not masked. A team splits the units:
// each thread computes and writes its own of h and c, or of da and dh.
#include "cpu/gru-inl.h"
#include "cpu/kernels.h"
#include "cpu/lstm-inl.h"
#include "cpu/simple_rnn-inl.h"

namespace nrnn::cpu::NRNN_TARGET {
namespace {

int64_t BlockLength(Cell cell, int64_t hidden) {
  switch (cell) {
    case Cell::kLstm:
      return Block<4>::Length(hidden, 1);
    case Cell::kGru:
      return Block<3>::Length(hidden, 1);
    case Cell::kGruResetBefore:
      return Block<2>::Length(hidden, 1) + Block<1>::Length(hidden, 1);
    default:
      return Block<1>::Length(hidden, 1);
  }
}

// ---- forward ----

// Row (t, b) of a forward pass; slot: steps since the last projection.
StepRow ForwardRow(const ForwardSequenceArgs& args, int64_t t, int64_t b, int64_t slot) {
  StepRow row{};
  if (args.gates) {
    row = ReservedRow(args, args.y, t, b);
  } else {
    row.batch = b;
    row.h_prev = PreviousHidden(args, args.y, t, b);
    row.gates = args.kept ? args.kept + b * GateFloats(args) : nullptr;
    row.aux = args.state ? args.state + b * args.hidden : nullptr;
    row.c_prev = row.aux;
  }
  if (args.ahead) {
    const int64_t rows = args.row_end - args.row_begin;
    row.ahead =
        args.ahead + (slot * rows + b - args.row_begin) * BlockLength(args.cell, args.hidden);
  } else {
    row.x = args.x + t * args.x_step + b * args.x_row;
  }
  row.y = args.y + t * args.y_step + b * args.y_row;
  return row;
}

// ahead = x W_ih + bias for the active rows of steps [first, last) of the recurrence's order.
void ProjectAhead(const ForwardSequenceArgs& args, int64_t first, int64_t last) {
  const float* x_rows[kAheadRows];
  float* ahead_rows[kAheadRows];
  const int64_t rows = args.row_end - args.row_begin;
  const int64_t length = BlockLength(args.cell, args.hidden);
  int64_t count = 0;
  for (int64_t s = first; s < last; ++s) {
    const int64_t t = StepAt(args, s);
    for (int64_t b = args.row_begin; b < args.row_end; ++b) {
      if (t >= RowLength(args, b)) continue;
      x_rows[count] = args.x + t * args.x_step + b * args.x_row;
      ahead_rows[count++] = args.ahead + ((s - first) * rows + b - args.row_begin) * length;
    }
  }
  const BlockWeights weights = WeightsOf(args);
  switch (args.cell) {
    case Cell::kLstm:
      return ProjectBlocks<4>(weights, count, x_rows, ahead_rows);
    case Cell::kGru:
      return ProjectBlocks<3>(weights, count, x_rows, ahead_rows);
    case Cell::kGruResetBefore:
      ProjectBlocks<2>(weights, count, x_rows, ahead_rows);
      for (int64_t r = 0; r < count; ++r) ahead_rows[r] += Block<2>::Length(args.hidden, 1);
      return ProjectBlocks<1>(OutputWeightsOf(args), count, x_rows, ahead_rows);
    default:
      return ProjectBlocks<1>(weights, count, x_rows, ahead_rows);
  }
}

void ForwardStep(const ForwardSequenceArgs& args, const StepRow* rows, int64_t count) {
  switch (args.cell) {
    case Cell::kLstm:
      return LstmForwardStep(args, rows, count);
    case Cell::kGru:
      return GruForwardStep(args, rows, count);
    case Cell::kGruResetBefore:
      return GruResetBeforeForwardStep(args, rows, count);
    case Cell::kRnnTanh:
      return SimpleRnnForwardStep<false>(args, rows, count);
    case Cell::kRnnRelu:
      return SimpleRnnForwardStep<true>(args, rows, count);
  }
}

// hn and cn: the state after the last valid step of each row; the initial state where there is
// none.
void WriteFinalState(const ForwardSequenceArgs& args) {
  for (int64_t b = args.row_begin; b < args.row_end; ++b) {
    const int64_t length = RowLength(args, b);
    const int64_t last = args.reverse ? 0 : length - 1;
    const int64_t at = b * args.hidden;
    if (args.hn) {
      const float* h = length == 0 ? args.h0 + at : args.y + last * args.y_step + b * args.y_row;
      CopyFloats(h, args.hidden, args.hn + at);
    }
    if (args.cn) {
      const float* c = length == 0  ? args.c0 + at
                       : args.gates ? args.aux + (last * args.batch + b) * args.hidden
                                    : args.state + at;
      CopyFloats(c, args.hidden, args.cn + at);
    }
  }
}

// The active rows of step t; y of the others becomes 0.
int64_t ActiveRows(const ForwardSequenceArgs& args, int64_t t, int64_t slot, StepRow* active) {
  int64_t count = 0;
  for (int64_t b = args.row_begin; b < args.row_end; ++b) {
    if (t < RowLength(args, b)) {
      active[count++] = ForwardRow(args, t, b, slot);
    } else if (args.part == 0) {
      ZeroFloats(args.y + t * args.y_step + b * args.y_row, args.hidden);
    }
  }
  return count;
}

void Forward(const ForwardSequenceArgs& args) {
  const int64_t rows = args.row_end - args.row_begin;
  const int64_t chunk = AheadSteps(rows);
  if (args.first == 0 && !args.gates && args.cell == Cell::kLstm) {
    if (args.part == 0) {
      const int64_t at = args.row_begin * args.hidden;
      CopyFloats(args.c0 + at, rows * args.hidden, args.state + at);
    }
    Meet(args);
  }
  for (int64_t s = args.first; s < args.last; ++s) {
    const int64_t slot = (s - args.first) % chunk;
    if (args.ahead && slot == 0) {
      ProjectAhead(args, s, s + chunk < args.last ? s + chunk : args.last);
    }
    StepRow active[kMaxTaskRows];
    const int64_t count = ActiveRows(args, StepAt(args, s), slot, active);
    if (count == 0) continue;
    ForwardStep(args, active, count);
    Meet(args);
  }
  if (args.last == args.steps && args.part == 0) WriteFinalState(args);
}

// ---- backward ----

struct BackwardStep {
  const BackwardSequenceArgs& args;
  int64_t t;
  int64_t count;
  StepRow rows[kMaxTaskRows];

  const float* Dy(const StepRow& row) const {
    return args.dy ? args.dy + t * args.dy_step + row.batch * args.dy_row : nullptr;
  }
  const float* Y(const StepRow& row) const {
    return args.y + t * args.y_step + row.batch * args.y_row;
  }
  float* Dh(const StepRow& row) const { return args.dh + row.batch * args.hidden; }
};

// This thread's units of to(row) (+)= from(row)[0 .. k-1] times rows first .. first + k - 1 of
// W_hh.
template <class From, class To>
void MultiplyHidden(const BackwardStep& step, int64_t first, int64_t k, bool accumulate,
                    const From& from, const To& to) {
  const BackwardSequenceArgs& args = step.args;
  const UnitRange units(args);
  const float* a_rows[kMaxTaskRows];
  float* c_rows[kMaxTaskRows];
  for (int64_t r = 0; r < step.count; ++r) {
    a_rows[r] = from(step.rows[r]);
    c_rows[r] = to(step.rows[r]) + units.first;
  }
  // Rows first.. of every panel: each panel lies packed_k rows after the one before.
  const int64_t packed_k = GateFloats(args);
  const float* packed = args.packed_hh + units.first * packed_k;
  const MultiplyRowsArgs product{step.count, k,       units.count, a_rows, packed,
                                 packed_k,   nullptr, accumulate,  c_rows, first};
  GetGemmKernels().multiply_rows(product);
}

void GruResetBeforeBackwardStep(const BackwardStep& step) {
  const BackwardSequenceArgs& args = step.args;
  const int64_t hidden = args.hidden;
  const UnitRange units(args);
  const auto p = [&](const StepRow& row) {
    return args.workspace + (row.batch - args.row_begin) * hidden;
  };
  const auto dh = [&](const StepRow& row) { return step.Dh(row); };
  for (int64_t r = 0; r < step.count; ++r) {
    GruResetBeforeOutputRow(step.rows[r], units, hidden, step.Dy(step.rows[r]), dh(step.rows[r]));
  }
  Meet(args);
  MultiplyHidden(
      step, 2 * hidden, hidden, false, [&](const StepRow& row) { return row.gates + 2 * hidden; },
      p);
  for (int64_t r = 0; r < step.count; ++r) {
    GruResetBeforeResetRow(step.rows[r], units, p(step.rows[r]), dh(step.rows[r]));
  }
  Meet(args);
  MultiplyHidden(
      step, 0, 2 * hidden, true, [](const StepRow& row) { return row.gates; }, dh);
}

void BackwardPointwise(const BackwardStep& step) {
  const BackwardSequenceArgs& args = step.args;
  const UnitRange units(args);
  for (int64_t r = 0; r < step.count; ++r) {
    const StepRow& row = step.rows[r];
    const float* dy = step.Dy(row);
    float* dh = step.Dh(row);
    if (args.cell == Cell::kLstm) {
      LstmBackwardRow(row, units, args.hidden, dy, dh, args.dc + row.batch * args.hidden);
    } else if (args.cell == Cell::kGru) {
      GruBackwardRow(row, units, args.hidden, dy, dh);
    } else if (args.cell == Cell::kRnnTanh) {
      SimpleRnnBackwardRow<false>(row, units, step.Y(row), dy, dh);
    } else {
      SimpleRnnBackwardRow<true>(row, units, step.Y(row), dy, dh);
    }
  }
}

// The team meets once da is there: each thread's columns of dh' take all of it.
void RunBackwardStep(const BackwardStep& step) {
  const BackwardSequenceArgs& args = step.args;
  if (args.cell == Cell::kGruResetBefore) return GruResetBeforeBackwardStep(step);
  BackwardPointwise(step);
  Meet(args);
  const auto gates = [](const StepRow& row) { return row.gates; };
  const auto dh = [&](const StepRow& row) { return step.Dh(row); };
  if (args.cell == Cell::kGru) {
    MultiplyHidden(step, 0, 2 * args.hidden, true, gates, dh);
    MultiplyHidden(
        step, 2 * args.hidden, args.hidden, true, [](const StepRow& row) { return row.aux; }, dh);
  } else {
    MultiplyHidden(step, 0, GateFloats(args), false, gates, dh);
  }
}

void Backward(const BackwardSequenceArgs& args) {
  BackwardStep step{args, 0, 0, {}};
  for (int64_t s = args.last - 1; s >= args.first; --s) {
    step.t = StepAt(args, s);
    step.count = 0;
    for (int64_t b = args.row_begin; b < args.row_end; ++b) {
      if (step.t < RowLength(args, b))
        step.rows[step.count++] = ReservedRow(args, args.y, step.t, b);
    }
    if (step.count > 0) RunBackwardStep(step);
  }
}

// ---- packing ----

template <size_t kGates>
void PackGates(const PackLayerArgs& args, int64_t first_gate, float* packed, float* bias) {
  const int64_t hidden = args.hidden;
  const int64_t first = first_gate * hidden;
  const int64_t rows = args.input + hidden;
  PackBlocks<kGates>({args.weight_ih + first * args.input, hidden, args.input, 0, rows, packed},
                     args.part, args.parts);
  PackBlocks<kGates>({args.weight_hh + first * hidden, hidden, hidden, args.input, rows, packed},
                     args.part, args.parts);
  if (args.part != 0) return;
  const int64_t length = Block<kGates>::Length(hidden, 1);
  ZeroFloats(bias, length);
  if (args.bias_ih == nullptr) return;
  PackBlocks<kGates>({args.bias_ih + first, hidden, 1, 0, 1, bias});
  if (args.cell == Cell::kGru) return;
  PackBlocks<kGates>({args.bias_hh + first, hidden, 1, 0, 1, args.hidden_bias});
  for (int64_t k = 0; k < length; ++k) bias[k] += args.hidden_bias[k];
}

// GRU with the reset after adds b_hn inside r's product; b_hr and b_hz join the other bias.
void PackGruBiases(const PackLayerArgs& args) {
  using B = Block<3>;
  const int64_t length = B::Length(args.hidden, 1);
  ZeroFloats(args.hidden_bias, length);
  if (args.bias_hh == nullptr) return;
  PackBlocks<3>({args.bias_hh, args.hidden, 1, 0, 1, args.hidden_bias});
  for (int64_t k = 0; k < length; ++k) {
    if (k % B::kColumns >= 2 * B::kUnits) continue;
    args.bias[k] += args.hidden_bias[k];
    args.hidden_bias[k] = 0.0f;
  }
}

void Pack(const PackLayerArgs& args) {
  switch (args.cell) {
    case Cell::kLstm:
      return PackGates<4>(args, 0, args.packed, args.bias);
    case Cell::kGru:
      PackGates<3>(args, 0, args.packed, args.bias);
      if (args.part == 0) PackGruBiases(args);
      return;
    case Cell::kGruResetBefore:
      PackGates<2>(args, 0, args.packed, args.bias);
      return PackGates<1>(args, 2,
                          args.packed + Block<2>::Length(args.hidden, args.input + args.hidden),
                          args.bias + Block<2>::Length(args.hidden, 1));
    default:
      return PackGates<1>(args, 0, args.packed, args.bias);
  }
}

constexpr RnnKernels kKernels = {&BlockLength, &Pack, &Forward, &Backward};

}  // namespace

const RnnKernels& GetRnnKernels() { return kKernels; }

}  // namespace nrnn::cpu::NRNN_TARGET
