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
// Layout: gates [.., 3 H]: in, the projection; out, with a reserve, r z n; after backward, da. aux:
// q, after backward dq; reset before: r h'.
#ifndef NATIVERNN_CPU_GRU_INL_H_
#define NATIVERNN_CPU_GRU_INL_H_

#include "cpu/math-inl.h"
#include "cpu/recurrent_block-inl.h"

namespace nrnn::cpu::NRNN_TARGET {

struct GruStep {
  static constexpr int64_t kApart = Block<3>::kUnits;
  const StepRow* rows;
  int64_t hidden;
  bool keep;  // the gates and q, for backward
  const float* bias_hn;

  HWY_INLINE const float* Input(int64_t r) const { return rows[r].h_prev; }

  HWY_INLINE void Prefetch(int64_t r, int64_t u) const {
    for (int64_t g = 0; g < 3; ++g) __builtin_prefetch(rows[r].gates + g * hidden + u);
  }

  // sums: h' W_hh, its first two become r and z.
  template <class Lanes>
  HWY_INLINE void Activate(int64_t r, int64_t u, Lanes lanes, float* sums) const {
    const FloatTag d;
    Unroll<2>([&](auto g) NRNN_INLINE_LAMBDA {
      float* gate = rows[r].gates + static_cast<int64_t>(g) * hidden + u;
      float* sum = sums + static_cast<int64_t>(g) * kApart;
      const FloatVec y = Sigmoid(d, hn::Add(lanes.Load(gate), hn::Load(d, sum)));
      hn::Store(y, d, sum);
      if (keep) lanes.Store(y, gate);
    });
  }

  template <class Lanes>
  HWY_INLINE void Finish(int64_t r, int64_t u, Lanes lanes, const float* sums) const {
    const FloatTag d;
    const StepRow& row = rows[r];
    float* gate = row.gates + 2 * hidden + u;
    FloatVec q = hn::Load(d, sums + 2 * kApart);
    if (bias_hn) q = hn::Add(q, lanes.Load(bias_hn + u));
    const FloatVec n = Tanh(d, hn::MulAdd(hn::Load(d, sums), q, lanes.Load(gate)));
    const FloatVec z = hn::Load(d, sums + kApart);
    lanes.Store(hn::MulAdd(z, hn::Sub(lanes.Load(row.h_prev + u), n), n), row.y + u);
    if (keep) {
      lanes.Store(n, gate);
      lanes.Store(q, row.aux + u);
    }
  }
};

inline void GruForwardStep(const ForwardSequenceArgs& args, const StepRow* rows, int64_t count) {
  const GruStep cell{rows, args.hidden, args.gates != nullptr, args.bias_hn};
  StepBlocks<3>(args.packed_hh, args.hidden, count, cell);
}

// r and z of all units first, with r h' for the second product.
struct GruResetBeforeGates {
  static constexpr int64_t kApart = Block<2>::kUnits;
  const StepRow* rows;
  int64_t hidden;

  HWY_INLINE const float* Input(int64_t r) const { return rows[r].h_prev; }

  HWY_INLINE void Prefetch(int64_t r, int64_t u) const {
    for (int64_t g = 0; g < 2; ++g) __builtin_prefetch(rows[r].gates + g * hidden + u);
  }

  template <class Lanes>
  HWY_INLINE void Activate(int64_t r, int64_t u, Lanes lanes, float* sums) const {
    const FloatTag d;
    const StepRow& row = rows[r];
    float* gates = row.gates + u;
    const FloatVec reset = Sigmoid(d, hn::Add(lanes.Load(gates), hn::Load(d, sums)));
    const FloatVec z =
        Sigmoid(d, hn::Add(lanes.Load(gates + hidden), hn::Load(d, sums + kApart)));
    lanes.Store(reset, gates);
    lanes.Store(z, gates + hidden);
    lanes.Store(hn::Mul(reset, lanes.Load(row.h_prev + u)), row.aux + u);
  }

  template <class Lanes>
  HWY_INLINE void Finish(int64_t, int64_t, Lanes, const float*) const {}
};

struct GruResetBeforeOutput {
  const StepRow* rows;
  int64_t hidden;

  HWY_INLINE const float* Input(int64_t r) const { return rows[r].aux; }

  HWY_INLINE void Prefetch(int64_t r, int64_t u) const {
    for (int64_t g = 1; g < 3; ++g) __builtin_prefetch(rows[r].gates + g * hidden + u);
  }

  template <class Lanes>
  HWY_INLINE void Activate(int64_t r, int64_t u, Lanes lanes, float* sums) const {
    const FloatTag d;
    const StepRow& row = rows[r];
    float* gates = row.gates + u;
    const FloatVec n = Tanh(d, hn::Add(lanes.Load(gates + 2 * hidden), hn::Load(d, sums)));
    const FloatVec z = lanes.Load(gates + hidden);
    lanes.Store(hn::MulAdd(z, hn::Sub(lanes.Load(row.h_prev + u), n), n), row.y + u);
    lanes.Store(n, gates + 2 * hidden);
  }

  template <class Lanes>
  HWY_INLINE void Finish(int64_t, int64_t, Lanes, const float*) const {}
};

inline void GruResetBeforeForwardStep(const ForwardSequenceArgs& args, const StepRow* rows,
                                      int64_t count) {
  const int64_t hidden = args.hidden;
  StepBlocks<2>(args.packed_hh, hidden, count, GruResetBeforeGates{rows, hidden});
  StepBlocks<1>(args.packed_hh + Block<2>::Length(hidden), hidden, count,
                GruResetBeforeOutput{rows, hidden});
}

// Writes da and dq, and leaves the direct part of dh', z dh, in dh.
inline void GruBackwardRow(const StepRow& row, int64_t hidden, const float* dy, float* dh) {
  const FloatTag d;
  const FloatVec one = hn::Set(d, 1.0f);
  ForEachUnit(hidden, [&](int64_t u, auto lanes) NRNN_INLINE_LAMBDA {
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
inline void GruResetBeforeOutputRow(const StepRow& row, int64_t hidden, const float* dy,
                                    float* dh) {
  const FloatTag d;
  const FloatVec one = hn::Set(d, 1.0f);
  ForEachUnit(hidden, [&](int64_t u, auto lanes) NRNN_INLINE_LAMBDA {
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
inline void GruResetBeforeResetRow(const StepRow& row, int64_t hidden, const float* p, float* dh) {
  ForEachUnit(hidden, [&](int64_t u, auto lanes) NRNN_INLINE_LAMBDA {
    const FloatVec r = lanes.Load(row.gates + u);
    const FloatVec p_u = lanes.Load(p + u);
    const FloatVec dr = hn::Mul(p_u, lanes.Load(row.h_prev + u));
    lanes.Store(hn::Mul(dr, hn::NegMulAdd(r, r, r)), row.gates + u);
    lanes.Store(hn::MulAdd(r, p_u, lanes.Load(dh + u)), dh + u);
  });
}

}  // namespace nrnn::cpu::NRNN_TARGET

#endif  // NATIVERNN_CPU_GRU_INL_H_
