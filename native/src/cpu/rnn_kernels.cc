// The time loops, forward and backward, of one direction of a layer; the cells are in *-inl.h.
//
// forward: for a chunk of steps the input projection of all rows (one product), then step after
// step: a tile of h' W_hh, and
//   the cell's epilogue while the sums are in L1. Nothing of the gates goes to memory but into the
//   reserve, in place.
// backward: the cell's pointwise gradients of a step, row by row, then dh' = da W_hh. What sums
// over all steps (dx, dW, db)
//   is left to products over all rows afterwards (rnn_layer.cc).
// Rows at or after their length are left out of the products, not masked.
#include "cpu/gru-inl.h"
#include "cpu/kernels.h"
#include "cpu/lstm-inl.h"
#include "cpu/simple_rnn-inl.h"

namespace nrnn::cpu::NRNN_TARGET {
namespace {

// ---- forward ----

// Row (t, b) of a forward pass: in the reserve, or in the workspace, where slot counts the chunk's
// steps.
StepRow ForwardRow(const ForwardSequenceArgs& args, int64_t t, int64_t b, int64_t slot) {
  StepRow row;
  if (args.gates) {
    row = ReservedRow(args, args.y, t, b);
  } else {
    const int64_t rows = args.row_end - args.row_begin;
    row.batch = b;
    row.h_prev = PreviousHidden(args, args.y, t, b);
    row.gates = args.workspace + (slot * rows + b - args.row_begin) * GateFloats(args);
    row.aux = args.state ? args.state + b * args.hidden : nullptr;
    row.c_prev = row.aux;
  }
  row.y = args.y + t * args.y_step + b * args.y_row;
  return row;
}

// gates = x W_ih + bias for the active rows of steps [first, last) of the recurrence's order.
void ProjectInput(const ForwardSequenceArgs& args, int64_t first, int64_t last) {
  const float* x_rows[kProjectionRows];
  float* gate_rows[kProjectionRows];
  int64_t count = 0;
  for (int64_t s = first; s < last; ++s) {
    const int64_t t = StepAt(args, s);
    for (int64_t b = args.row_begin; b < args.row_end; ++b) {
      if (t >= RowLength(args, b)) continue;
      x_rows[count] = args.x + t * args.x_step + b * args.x_row;
      gate_rows[count++] = ForwardRow(args, t, b, s - first).gates;
    }
  }
  GetGemmKernels().multiply_rows({count, args.input, GateFloats(args), x_rows, args.packed_ih,
                                  args.input, args.bias, false, gate_rows});
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

void Forward(const ForwardSequenceArgs& args) {
  const int64_t rows = args.row_end - args.row_begin;
  const int64_t chunk = ProjectionSteps(rows);
  if (!args.gates && args.cell == Cell::kLstm) {
    const int64_t at = args.row_begin * args.hidden;
    CopyFloats(args.c0 + at, rows * args.hidden, args.state + at);
  }
  for (int64_t s = 0; s < args.steps; ++s) {
    const int64_t slot = s % chunk;
    if (slot == 0) ProjectInput(args, s, s + chunk < args.steps ? s + chunk : args.steps);
    const int64_t t = StepAt(args, s);
    StepRow active[kMaxTaskRows];
    int64_t count = 0;
    for (int64_t b = args.row_begin; b < args.row_end; ++b) {
      if (t < RowLength(args, b)) {
        active[count++] = ForwardRow(args, t, b, slot);
      } else {
        ZeroFloats(args.y + t * args.y_step + b * args.y_row, args.hidden);
      }
    }
    if (count > 0) ForwardStep(args, active, count);
  }
  WriteFinalState(args);
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

// to(row) (+)= from(row)[0 .. k-1] times rows first .. first + k - 1 of W_hh.
template <class From, class To>
void MultiplyHidden(const BackwardStep& step, int64_t first, int64_t k, bool accumulate,
                    const From& from, const To& to) {
  const BackwardSequenceArgs& args = step.args;
  const float* a_rows[kMaxTaskRows];
  float* c_rows[kMaxTaskRows];
  for (int64_t r = 0; r < step.count; ++r) {
    a_rows[r] = from(step.rows[r]);
    c_rows[r] = to(step.rows[r]);
  }
  MultiplyRowsArgs product{step.count, k,       args.hidden, a_rows, args.packed_hh,
                           0,          nullptr, accumulate,  c_rows};
  // Rows first.. of every panel: each panel lies packed_k rows after the one before.
  product.packed_k = GateFloats(args);
  product.first_k = first;
  GetGemmKernels().multiply_rows(product);
}

void GruResetBeforeBackwardStep(const BackwardStep& step) {
  const BackwardSequenceArgs& args = step.args;
  const int64_t hidden = args.hidden;
  const auto p = [&](const StepRow& row) {
    return args.workspace + (row.batch - args.row_begin) * hidden;
  };
  const auto dh = [&](const StepRow& row) { return step.Dh(row); };
  for (int64_t r = 0; r < step.count; ++r) {
    GruResetBeforeOutputRow(step.rows[r], hidden, step.Dy(step.rows[r]), dh(step.rows[r]));
  }
  MultiplyHidden(
      step, 2 * hidden, hidden, false, [&](const StepRow& row) { return row.gates + 2 * hidden; },
      p);
  for (int64_t r = 0; r < step.count; ++r) {
    GruResetBeforeResetRow(step.rows[r], hidden, p(step.rows[r]), dh(step.rows[r]));
  }
  MultiplyHidden(
      step, 0, 2 * hidden, true, [](const StepRow& row) { return row.gates; }, dh);
}

void BackwardPointwise(const BackwardStep& step) {
  const BackwardSequenceArgs& args = step.args;
  for (int64_t r = 0; r < step.count; ++r) {
    const StepRow& row = step.rows[r];
    const float* dy = step.Dy(row);
    float* dh = step.Dh(row);
    if (args.cell == Cell::kLstm) {
      LstmBackwardRow(row, args.hidden, dy, dh, args.dc + row.batch * args.hidden);
    } else if (args.cell == Cell::kGru) {
      GruBackwardRow(row, args.hidden, dy, dh);
    } else if (args.cell == Cell::kRnnTanh) {
      SimpleRnnBackwardRow<false>(row, args.hidden, step.Y(row), dy, dh);
    } else {
      SimpleRnnBackwardRow<true>(row, args.hidden, step.Y(row), dy, dh);
    }
  }
}

void RunBackwardStep(const BackwardStep& step) {
  const BackwardSequenceArgs& args = step.args;
  if (args.cell == Cell::kGruResetBefore) return GruResetBeforeBackwardStep(step);
  BackwardPointwise(step);
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
  for (int64_t s = args.steps - 1; s >= 0; --s) {
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

int64_t RecurrentLength(Cell cell, int64_t hidden) {
  switch (cell) {
    case Cell::kLstm:
      return Block<4>::Length(hidden);
    case Cell::kGru:
      return Block<3>::Length(hidden);
    case Cell::kGruResetBefore:
      return Block<2>::Length(hidden) + Block<1>::Length(hidden);
    default:
      return Block<1>::Length(hidden);
  }
}

void PackRecurrent(const PackRecurrentArgs& args) {
  const int64_t hidden = args.hidden;
  switch (args.cell) {
    case Cell::kLstm:
      return PackBlocks<4>(args.weight_hh, hidden, args.packed);
    case Cell::kGru:
      return PackBlocks<3>(args.weight_hh, hidden, args.packed);
    case Cell::kGruResetBefore:
      PackBlocks<2>(args.weight_hh, hidden, args.packed);
      return PackBlocks<1>(args.weight_hh + 2 * hidden * hidden, hidden,
                           args.packed + Block<2>::Length(hidden));
    default:
      return PackBlocks<1>(args.weight_hh, hidden, args.packed);
  }
}

constexpr RnnKernels kKernels = {&RecurrentLength, &PackRecurrent, &Forward, &Backward};

}  // namespace

const RnnKernels& GetRnnKernels() { return kKernels; }

}  // namespace nrnn::cpu::NRNN_TARGET
