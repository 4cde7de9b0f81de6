// LSTM with options, one row at one step; p: peepholes (Gers 2002), n: layer normalisation (Ba
// 2016), phi: the output activation, C: the clip.
//
//   i, f = gate(a + p c')   g = candidate(a)   c = clip(f c' + i g)   o = gate(a + p c)
//   out = o phi(n(c)),   coupled: i = 1 - f
//
// backward, with dc of c before zoneout, t = phi(n(c)):
//   do = dout t   dc += n'(dout o phi') + p da_o, 0 where |c| = C
//   di = dc g   df = dc c' (coupled: - di)   dg = dc i   dc' = dc f + p (da_i + da_f)
//
// Layout: gates i f g o, coupled f g o; peepholes alike, without g.
#ifndef NATIVERNN_CPU_VARIANT_LSTM_INL_H_
#define NATIVERNN_CPU_VARIANT_LSTM_INL_H_

#include "cpu/activation-inl.h"
#include "cpu/variant_kernels.h"
#include "cpu/variant_norm-inl.h"

namespace nrnn::cpu::NRNN_TARGET {

// The gates of a row. i is null when it is coupled.
struct LstmGates {
  LstmGates(const VariantCell& cell, float* gates)
      : i(cell.coupled ? nullptr : gates),
        f(gates + (cell.coupled ? 0 : cell.hidden)),
        g(f + cell.hidden),
        o(g + cell.hidden) {}
  float* i;
  float* f;
  float* g;
  float* o;
};

// y += a b
inline void AddProducts(const float* a, const float* b, int64_t count, float* y) {
  ForVectors(count, [&](int64_t k, size_t lanes) {
    Store(hn::MulAdd(Load(a + k, lanes), Load(b + k, lanes), Load(y + k, lanes)), y + k, lanes);
  });
}

HWY_INLINE FloatVec Clip(FloatVec v, float limit) {
  const FloatTag d;
  return AtLeast(d, AtMost(d, v, limit), -limit);
}

// v, 0 where |value| reaches the limit.
HWY_INLINE FloatVec WithinClip(FloatVec v, FloatVec value, float limit) {
  return hn::IfThenZeroElse(hn::Ge(hn::Abs(value), Constant(limit)), v);
}

// y = keep before + (1 - keep) fresh
HWY_INLINE FloatVec Mixed(FloatVec keep, FloatVec before, FloatVec fresh) {
  return hn::MulAdd(keep, before, hn::Mul(hn::Sub(Constant(1.0f), keep), fresh));
}

inline void NewCell(const VariantCell& cell, const VariantRow& row, const LstmGates& at) {
  const FloatVec one = Constant(1.0f);
  ForVectors(cell.hidden, [&](int64_t k, size_t lanes) {
    const FloatVec f = Load(at.f + k, lanes);
    const FloatVec i = at.i ? Load(at.i + k, lanes) : hn::Sub(one, f);
    const FloatVec before = Load(row.c_before + k, lanes);
    FloatVec c = hn::MulAdd(f, before, hn::Mul(i, Load(at.g + k, lanes)));
    if (cell.cell_clip > 0.0f) c = Clip(c, cell.cell_clip);
    // c_before may be c: nothing reads it after this.
    if (row.c_new != row.c) Store(c, row.c_new + k, lanes);
    if (row.keep_c) c = Mixed(Load(row.keep_c + k, lanes), before, c);
    Store(c, row.c + k, lanes);
  });
}

inline void LstmForward(const VariantCell& cell, const VariantRow& row) {
  const int64_t hidden = cell.hidden;
  const LstmGates at(cell, row.gates);
  const int64_t gated = at.g - row.gates;  // i and f
  for (int64_t first = 0; cell.peephole && first < gated; first += hidden) {
    AddProducts(cell.peephole + first, row.c_before, hidden, row.gates + first);
  }
  Activate(cell.gate, row.gates, gated, row.gates);
  Activate(cell.candidate, at.g, hidden, at.g);
  NewCell(cell, row, at);
  if (cell.peephole) AddProducts(cell.peephole + gated, row.c_new, hidden, at.o);
  Activate(cell.gate, at.o, hidden, at.o);
  const float* normed = row.c_new;
  if (cell.norm_cell) {
    row.scales[2 * cell.Gates()] = NormalizeRun(row.c_new, hidden, cell.epsilon, cell.norm_cell,
                                                cell.norm_cell_bias, row.cell_hat, row.out);
    normed = row.out;
  }
  WithActivation(cell.output, [&](const auto& f) {
    ForVectors(hidden, [&](int64_t k, size_t lanes) {
      const FloatVec t = f.Value(Load(normed + k, lanes));
      Store(hn::Mul(Load(at.o + k, lanes), t), row.out + k, lanes);
    });
  });
}

// dnormed = dout o phi', and da_o in place of o. normed: what phi takes.
inline void OutputBackward(const VariantCell& cell, const VariantGradientRow& row,
                           const LstmGates& at, const float* normed, float* dnormed) {
  float* dgate = row.scratch;
  WithActivation(cell.output, [&](const auto& f) {
    ForVectors(cell.hidden, [&](int64_t k, size_t lanes) {
      const FloatVec t = f.Value(Load(normed + k, lanes));
      const FloatVec dout = Load(row.dout + k, lanes);
      Store(hn::Mul(dout, t), dgate + k, lanes);
      Store(hn::Mul(hn::Mul(dout, Load(at.o + k, lanes)), f.Slope(t)), dnormed + k, lanes);
    });
  });
  ActivateBackward(cell.gate, at.o, dgate, cell.hidden, at.o);
}

// From dcell, the gradient of c through o phi(c) alone: those of i f g, in scratch (in the order of
// the gates), and of c'.
inline void CellBackward(const VariantCell& cell, const VariantGradientRow& row,
                         const LstmGates& at, const float* dcell, float* dgates) {
  const FloatTag d;
  const FloatVec one = Constant(1.0f);
  const int64_t hidden = cell.hidden, gated = at.g - row.gates;
  ForVectors(hidden, [&](int64_t k, size_t lanes) {
    const FloatVec keep = row.keep_c ? Load(row.keep_c + k, lanes) : hn::Zero(d);
    const FloatVec dc_state = Load(row.dc + k, lanes);
    FloatVec dc = hn::MulAdd(hn::Sub(one, keep), dc_state, Load(dcell + k, lanes));
    if (cell.peephole) {
      dc = hn::MulAdd(Load(at.o + k, lanes), Load(cell.peephole + gated + k, lanes), dc);
    }
    if (cell.cell_clip > 0.0f) dc = WithinClip(dc, Load(row.c_new + k, lanes), cell.cell_clip);
    const FloatVec f = Load(at.f + k, lanes);
    const FloatVec i = at.i ? Load(at.i + k, lanes) : hn::Sub(one, f);
    const FloatVec di = hn::Mul(dc, Load(at.g + k, lanes));
    FloatVec df = hn::Mul(dc, Load(row.c_before + k, lanes));
    if (!at.i) df = hn::Sub(df, di);
    if (at.i) Store(di, dgates + k, lanes);
    Store(df, dgates + gated - hidden + k, lanes);
    Store(hn::Mul(dc, i), dgates + gated + k, lanes);
    Store(hn::MulAdd(dc, f, hn::Mul(keep, dc_state)), row.dc + k, lanes);
  });
}

// gates becomes da; dc the gradient of c'.
inline void LstmBackward(const VariantCell& cell, const VariantGradientRow& row) {
  const int64_t hidden = cell.hidden;
  const LstmGates at(cell, row.gates);
  const int64_t gated = at.g - row.gates;
  float* dcell = row.scratch + hidden;
  if (cell.norm_cell) {
    float* normed = row.scratch + 2 * hidden;
    ForVectors(hidden, [&](int64_t k, size_t lanes) {
      const FloatVec hat = Load(row.cell_hat + k, lanes);
      Store(hn::MulAdd(hat, Load(cell.norm_cell + k, lanes), Load(cell.norm_cell_bias + k, lanes)),
            normed + k, lanes);
    });
    OutputBackward(cell, row, at, normed, row.dnormed);
    NormalizeRunBackward(row.cell_hat, row.scales[2 * cell.Gates()], cell.norm_cell, row.dnormed,
                         hidden, dcell);
  } else {
    OutputBackward(cell, row, at, row.c_new, dcell);
  }
  float* dgates = row.scratch + 2 * hidden;  // 3 H at most
  CellBackward(cell, row, at, dcell, dgates);
  ActivateBackward(cell.gate, row.gates, dgates, gated, row.gates);
  ActivateBackward(cell.candidate, at.g, dgates + gated, hidden, at.g);
  for (int64_t first = 0; cell.peephole && first < gated; first += hidden) {
    AddProducts(cell.peephole + first, row.gates + first, hidden, row.dc);
  }
}

}  // namespace nrnn::cpu::NRNN_TARGET

#endif  // NATIVERNN_CPU_VARIANT_LSTM_INL_H_
