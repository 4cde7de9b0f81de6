// GRU, gates r z n. Reset after (cuDNN, PyTorch, Keras' default):
//
//   r, z = sigmoid(x W_i + b + h' W_h)   q = h' W_hn + b_hn   n = tanh(x W_in + b_in + r q)   h = n
//   + z (h' - n) dn = dh (1 - z)   dz = dh (h' - n)   da_n = dn (1 - n^2)   dq = da_n r   dr = da_n
//   q   dh' = z dh + [da_r da_z dq] W_hh
//
// Reset before (Cho 2014): n = tanh(x W_in + b_n + (r h') W_hn); two products a step, since n needs
// every unit's r:
//   p = da_n W_hn   dr = p h'   dh' = z dh + r p + [da_r da_z] W_h
//
// Layout: gates [.., 3 H], with a reserve: r z n; after backward, da. aux: q, after backward dq;
// reset before: r h'.
#ifndef NATIVERNN_CPU_GRU_INL_H_
#define NATIVERNN_CPU_GRU_INL_H_

#include "cpu/math-inl.h"
#include "cpu/recurrent_block-inl.h"

namespace nrnn::cpu::NRNN_TARGET {

struct GruStep : CellRows {
  static constexpr bool kApart = true;  // n = tanh(of x + r of h')
  static constexpr int64_t kGate = Block<3>::kUnits;
  int64_t hidden;
  const float* hidden_bias;

  HWY_INLINE const float* HiddenBias() const { return hidden_bias; }

  // sums: h' W_hh, its first two become r and z.
  template <class Lanes>
  HWY_INLINE void Activate(int64_t r, int64_t u, Lanes lanes, float* sums, const float* x) const {
    const FloatTag d;
    float* gates = rows[r].gates;
    Unroll<2>([&](auto g) NRNN_INLINE_LAMBDA {
      const int64_t at = static_cast<int64_t>(g) * kGate;
      const FloatVec y = Sigmoid(d, hn::Add(hn::Load(d, x + at), hn::Load(d, sums + at)));
      hn::Store(y, d, sums + at);
      if (gates) lanes.Store(y, gates + static_cast<int64_t>(g) * hidden + u);
    });
    // n's a takes the place of q.
    const FloatVec q = hn::Load(d, sums + 2 * kGate);
    const FloatVec a = hn::MulAdd(hn::Load(d, sums), q, hn::Load(d, x + 2 * kGate));
    hn::Store(a, d, sums + 2 * kGate);
    if (gates) lanes.Store(q, rows[r].aux + u);
  }

  template <class Lanes>
  HWY_INLINE void Finish(int64_t r, int64_t u, Lanes lanes, const float* sums) const {
    const FloatTag d;
    const StepRow& row = rows[r];
    const FloatVec n = Tanh(d, hn::Load(d, sums + 2 * kGate));
    const FloatVec z = hn::Load(d, sums + kGate);
    lanes.Store(hn::MulAdd(z, hn::Sub(lanes.Load(row.h_prev + u), n), n), row.y + u);
    if (row.gates) lanes.Store(n, row.gates + 2 * hidden + u);
  }
};

inline void GruForwardStep(const ForwardSequenceArgs& args, const StepRow* rows, int64_t count) {
  StepBlocks<3>(WeightsOf(args), count, GruStep{{rows}, args.hidden, args.hidden_bias});
}

// r and z of all units first, with r h' for the second product.
struct GruResetBeforeGates : CellRows {
  static constexpr bool kApart = false;
  static constexpr int64_t kGate = Block<2>::kUnits;
  int64_t hidden;

  template <class Lanes>
  HWY_INLINE void Activate(int64_t r, int64_t u, Lanes lanes, float* sums, const float*) const {
    const FloatTag d;
    const StepRow& row = rows[r];
    const FloatVec reset = Sigmoid(d, hn::Load(d, sums));
    lanes.Store(reset, row.gates + u);
    lanes.Store(Sigmoid(d, hn::Load(d, sums + kGate)), row.gates + hidden + u);
    lanes.Store(hn::Mul(reset, lanes.Load(row.h_prev + u)), row.aux + u);
  }

  template <class Lanes>
  HWY_INLINE void Finish(int64_t, int64_t, Lanes, const float*) const {}
};

struct GruResetBeforeOutput : CellRows {
  static constexpr bool kApart = false;
  int64_t hidden;
  int64_t ahead_at;  // of n's blocks in a row computed ahead

  HWY_INLINE const float* Hidden(int64_t r) const { return rows[r].aux; }
  HWY_INLINE const float* Ahead(int64_t r) const {
    return rows[r].ahead ? rows[r].ahead + ahead_at : nullptr;
  }

  template <class Lanes>
  HWY_INLINE void Activate(int64_t r, int64_t u, Lanes lanes, float* sums, const float*) const {
    const FloatTag d;
    const StepRow& row = rows[r];
    const FloatVec n = Tanh(d, hn::Load(d, sums));
    const FloatVec z = lanes.Load(row.gates + hidden + u);
    lanes.Store(hn::MulAdd(z, hn::Sub(lanes.Load(row.h_prev + u), n), n), row.y + u);
    lanes.Store(n, row.gates + 2 * hidden + u);
  }

  template <class Lanes>
  HWY_INLINE void Finish(int64_t, int64_t, Lanes, const float*) const {}
};

// The weights of n's blocks, behind those of r and z.
inline BlockWeights OutputWeightsOf(const ForwardSequenceArgs& args) {
  BlockWeights weights = WeightsOf(args);
  weights.packed += Block<2>::Length(args.hidden, args.input + args.hidden);
  weights.bias += Block<2>::Length(args.hidden, 1);
  return weights;
}

inline void GruResetBeforeForwardStep(const ForwardSequenceArgs& args, const StepRow* rows,
                                      int64_t count) {
  StepBlocks<2>(WeightsOf(args), count, GruResetBeforeGates{{rows}, args.hidden});
  Meet(args);
  StepBlocks<1>(OutputWeightsOf(args), count,
                GruResetBeforeOutput{{rows}, args.hidden, Block<2>::Length(args.hidden, 1)});
}

// Writes da and dq, and leaves the direct part of dh', z dh, in dh.
inline void GruBackwardRow(const StepRow& row, const UnitRange& units, int64_t hidden,
                           const float* dy, float* dh) {
  const FloatTag d;
  const FloatVec one = hn::Set(d, 1.0f);
  ForEachUnit(units, [&](int64_t u, auto lanes) NRNN_INLINE_LAMBDA {
    float* gates = row.gates + u;
    const FloatVec r = lanes.Load(gates);
    const FloatVec z = lanes.Load(gates + hidden);
    const FloatVec n = lanes.Load(gates + 2 * hidden);
    FloatVec dh_all = lanes.Load(dh + u);
    if (dy) dh_all = hn::Add(dh_all, lanes.Load(dy + u));
    const FloatVec dn = hn::Mul(dh_all, hn::Sub(one, z));
    const FloatVec dz = hn::Mul(dh_all, hn::Sub(lanes.Load(row.h_prev + u), n));
    const FloatVec da_n = hn::Mul(dn, hn::NegMulAdd(n, n, one));
    const FloatVec dr = hn::Mul(da_n, lanes.Load(row.aux + u));
    lanes.Store(hn::Mul(dr, hn::NegMulAdd(r, r, r)), gates);
    lanes.Store(hn::Mul(dz, hn::NegMulAdd(z, z, z)), gates + hidden);
    lanes.Store(da_n, gates + 2 * hidden);
    lanes.Store(hn::Mul(da_n, r), row.aux + u);
    lanes.Store(hn::Mul(dh_all, z), dh + u);
  });
}

// First half of a reset-before step: da_z and da_n; r stays for the second half. Leaves z dh in dh.
inline void GruResetBeforeOutputRow(const StepRow& row, const UnitRange& units, int64_t hidden,
                                    const float* dy, float* dh) {
  const FloatTag d;
  const FloatVec one = hn::Set(d, 1.0f);
  ForEachUnit(units, [&](int64_t u, auto lanes) NRNN_INLINE_LAMBDA {
    float* gates = row.gates + u;
    const FloatVec z = lanes.Load(gates + hidden);
    const FloatVec n = lanes.Load(gates + 2 * hidden);
    FloatVec dh_all = lanes.Load(dh + u);
    if (dy) dh_all = hn::Add(dh_all, lanes.Load(dy + u));
    const FloatVec dz = hn::Mul(dh_all, hn::Sub(lanes.Load(row.h_prev + u), n));
    const FloatVec dn = hn::Mul(dh_all, hn::Sub(one, z));
    lanes.Store(hn::Mul(dz, hn::NegMulAdd(z, z, z)), gates + hidden);
    lanes.Store(hn::Mul(dn, hn::NegMulAdd(n, n, one)), gates + 2 * hidden);
    lanes.Store(hn::Mul(dh_all, z), dh + u);
  });
}

// Second half, with p = da_n W_hn: da_r, and r p into dh.
inline void GruResetBeforeResetRow(const StepRow& row, const UnitRange& units, const float* p,
                                   float* dh) {
  ForEachUnit(units, [&](int64_t u, auto lanes) NRNN_INLINE_LAMBDA {
    const FloatVec r = lanes.Load(row.gates + u);
    const FloatVec p_u = lanes.Load(p + u);
    const FloatVec dr = hn::Mul(p_u, lanes.Load(row.h_prev + u));
    lanes.Store(hn::Mul(dr, hn::NegMulAdd(r, r, r)), row.gates + u);
    lanes.Store(hn::MulAdd(r, p_u, lanes.Load(dh + u)), dh + u);
  });
}

}  // namespace nrnn::cpu::NRNN_TARGET

#endif  // NATIVERNN_CPU_GRU_INL_H_
