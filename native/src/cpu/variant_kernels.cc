// Cells with options: what runs between the products of a step (variant_kernels.h). LSTM and GRU
// have files of their own; normalisation of the two products, RNN, zoneout and the column sums are
// here.
#include "cpu/variant_kernels.h"

#include "cpu/kernels.h"
#include "cpu/variant_gru-inl.h"
#include "cpu/variant_lstm-inl.h"

namespace nrnn::cpu::NRNN_TARGET {
namespace {

bool IsGru(const VariantCell& cell) { return GateCount(cell.cell) == 3; }

// Gates first .. first + count - 1 of the part of h'.
void NormalizeHidden(const VariantCell& cell, const VariantRow& row, int64_t first, int64_t count) {
  NormalizeGates(cell.hidden, first, count, cell.epsilon, cell.norm_hh, cell.bias_hh,
                 row.hidden_part, row.hidden_hat, row.scales + cell.Gates());
}

void NormalizeInput(const VariantCell& cell, const VariantRow& row) {
  NormalizeGates(cell.hidden, 0, cell.Gates(), cell.epsilon, cell.norm_ih, cell.bias_ih, row.gates,
                 row.input_hat, row.scales);
}

void Forward(const VariantCell& cell, const VariantRow& row) {
  const bool second_part = cell.cell == Cell::kGruResetBefore;
  if (cell.norm_hh) {
    if (!second_part) NormalizeInput(cell, row);
    NormalizeHidden(cell, row, second_part ? 2 : 0, second_part ? 1 : cell.Gates());
  }
  if (IsGru(cell)) {
    if (!second_part) GruGates(cell, row);
    return GruOutput(cell, row);
  }
  if (row.hidden_part) AddTo(row.hidden_part, cell.Gates() * cell.hidden, row.gates);
  if (cell.cell == Cell::kLstm) return LstmForward(cell, row);
  Activate(cell.candidate, row.gates, cell.hidden, row.gates);
  for (int64_t k = 0; k < cell.hidden; ++k) row.out[k] = row.gates[k];
}

void ForwardReset(const VariantCell& cell, const VariantRow& row) {
  if (cell.norm_hh) {
    NormalizeInput(cell, row);
    NormalizeHidden(cell, row, 0, 2);
  }
  GruReset(cell, row);
}

// hidden_part, so far the gradient of its normalised sums, becomes that of the sums.
void NormalizeHiddenBackward(const VariantCell& cell, const VariantRow& row, int64_t first,
                             int64_t count) {
  if (!cell.norm_hh) return;
  NormalizeGatesBackward(cell.hidden, first, count, cell.norm_hh, row.hidden_hat,
                         row.scales + cell.Gates(), row.hidden_part, row.hidden_part);
}

void Backward(const VariantCell& cell, const VariantGradientRow& row) {
  const int64_t gates = cell.Gates();
  if (cell.cell == Cell::kGruResetBefore) {
    GruBeforeBackward(cell, row);
    return NormalizeHiddenBackward(cell, row, 2, 1);
  }
  if (cell.cell == Cell::kGru) {
    GruAfterBackward(cell, row);
    // q's gradient is not n's: it is kept for the gains and the bias.
    if (cell.norm_hh) {
      for (int64_t k = 0; k < cell.hidden; ++k)
        row.reset_hidden[k] = row.hidden_part[2 * cell.hidden + k];
    }
  } else if (cell.cell == Cell::kLstm) {
    LstmBackward(cell, row);
  } else {
    ActivateBackward(cell.candidate, row.gates, row.dout, cell.hidden, row.gates);
  }
  if (row.hidden_part && !IsGru(cell)) {
    for (int64_t k = 0; k < gates * cell.hidden; ++k) row.hidden_part[k] = row.gates[k];
  }
  NormalizeHiddenBackward(cell, row, 0, gates);
}

void BackwardReset(const VariantCell& cell, const VariantGradientRow& row, const float* dreset) {
  GruResetBackward(cell, row, dreset);
  NormalizeHiddenBackward(cell, row, 0, 2);
}

void FinishInput(const VariantCell& cell, const VariantRow& row) {
  NormalizeGatesBackward(cell.hidden, 0, cell.Gates(), cell.norm_ih, row.input_hat, row.scales,
                         row.gates, row.input_hat);
}

void Mix(const float* keep, const float* before, const float* fresh, int64_t count, float* y) {
  ForVectors(count, [&](int64_t k, size_t lanes) {
    const FloatVec stays = Load(keep + k, lanes);
    Store(Mixed(stays, Load(before + k, lanes), Load(fresh + k, lanes)), y + k, lanes);
  });
}

void ClipRun(float limit, int64_t count, float* y) {
  ForVectors(count, [&](int64_t k, size_t lanes) {
    Store(Clip(Load(y + k, lanes), limit), y + k, lanes);
  });
}

void MixBackward(const float* keep, const float* dy, const float* clipped, float limit,
                 int64_t count, float* dbefore, float* dfresh) {
  const FloatVec one = Constant(1.0f);
  ForVectors(count, [&](int64_t k, size_t lanes) {
    const FloatVec stays = keep ? Load(keep + k, lanes) : hn::Zero(FloatTag());
    const FloatVec d = Load(dy + k, lanes);
    FloatVec fresh = hn::Mul(hn::Sub(one, stays), d);
    if (clipped) fresh = WithinClip(fresh, Load(clipped + k, lanes), limit);
    Store(hn::Mul(stays, d), dbefore + k, lanes);
    Store(fresh, dfresh + k, lanes);
  });
}

void Multiply(const float* a, const float* b, bool accumulate, int64_t count, float* y) {
  ForVectors(count, [&](int64_t k, size_t lanes) {
    FloatVec v = Load(a + k, lanes);
    if (b) v = hn::Mul(v, Load(b + k, lanes));
    if (accumulate) v = hn::Add(Load(y + k, lanes), v);
    Store(v, y + k, lanes);
  });
}

// One vector of columns from k on, added to those of row i.
HWY_INLINE FloatVec AddColumn(const ColumnSumsArgs& args, int64_t i, int64_t k, size_t lanes,
                              FloatVec sum) {
  const FloatVec a = Load(args.a_rows[i] + args.a_column + k, lanes);
  if (!args.b_rows) return hn::Add(sum, a);
  return hn::MulAdd(a, Load(args.b_rows[i] + args.b_column + k, lanes), sum);
}

HWY_INLINE void StoreSum(const ColumnSumsArgs& args, int64_t k, size_t lanes, FloatVec sum) {
  Store(hn::Add(Load(args.sums + k, lanes), sum), args.sums + k, lanes);
}

// Four vectors at a time: rows lie pages apart, so each is read as few times as possible.
void ColumnSums(const ColumnSumsArgs& args) {
  constexpr int64_t step = static_cast<int64_t>(kLanes);
  const FloatVec zero = hn::Zero(FloatTag());
  int64_t k = 0;
  for (; k + 4 * step <= args.count; k += 4 * step) {
    FloatVec s0 = zero, s1 = zero, s2 = zero, s3 = zero;
    for (int64_t i = 0; i < args.rows; ++i) {
      s0 = AddColumn(args, i, k, kLanes, s0);
      s1 = AddColumn(args, i, k + step, kLanes, s1);
      s2 = AddColumn(args, i, k + 2 * step, kLanes, s2);
      s3 = AddColumn(args, i, k + 3 * step, kLanes, s3);
    }
    StoreSum(args, k, kLanes, s0);
    StoreSum(args, k + step, kLanes, s1);
    StoreSum(args, k + 2 * step, kLanes, s2);
    StoreSum(args, k + 3 * step, kLanes, s3);
  }
  for (; k < args.count; k += step) {
    const size_t lanes = static_cast<size_t>(args.count - k < step ? args.count - k : step);
    FloatVec sum = zero;
    for (int64_t i = 0; i < args.rows; ++i) sum = AddColumn(args, i, k, lanes, sum);
    StoreSum(args, k, lanes, sum);
  }
}

constexpr VariantKernels kKernels = {&Forward,     &ForwardReset, &Backward, &BackwardReset,
                                     &FinishInput, &Mix,          &ClipRun,  &MixBackward,
                                     &Multiply,    &ColumnSums};

}  // namespace

const VariantKernels& GetVariantKernels() { return kKernels; }

}  // namespace nrnn::cpu::NRNN_TARGET
