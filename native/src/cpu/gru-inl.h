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

template <class Lanes>
HWY_INLINE void GruForwardUnits(const ForwardSequenceArgs& args, const StepRow& row, int64_t u,
                                Lanes lanes, const float* sums) {
  const FloatTag d;
  constexpr int64_t kApart = Block<3>::kUnits;
  const int64_t hidden = args.hidden;
  float* gates = row.gates + u;
  const FloatVec r = Sigmoid(d, hn::Add(lanes.Load(gates), hn::Load(d, sums)));
  const FloatVec z = Sigmoid(d, hn::Add(lanes.Load(gates + hidden), hn::Load(d, sums + kApart)));
  FloatVec q = hn::Load(d, sums + 2 * kApart);
  if (args.bias_hn) q = hn::Add(q, lanes.Load(args.bias_hn + u));
  const FloatVec n = Tanh(d, hn::MulAdd(r, q, lanes.Load(gates + 2 * hidden)));
  lanes.Store(hn::MulAdd(z, hn::Sub(lanes.Load(row.h_prev + u), n), n), row.y + u);
  if (args.gates) {
    lanes.Store(r, gates);
    lanes.Store(z, gates + hidden);
    lanes.Store(n, gates + 2 * hidden);
    lanes.Store(q, row.aux + u);
  }
}

inline void GruForwardStep(const ForwardSequenceArgs& args, const StepRow* rows, int64_t count) {
  StepBlocks<3>(
      args.packed_hh, args.hidden, count,
      [&](int64_t r) NRNN_INLINE_LAMBDA { return rows[r].h_prev; },
      [&](int64_t r, int64_t u, auto lanes, const float* sums)
          NRNN_INLINE_LAMBDA { GruForwardUnits(args, rows[r], u, lanes, sums); });
}

// r and z of all units first, with r h' for the second product.
inline void GruResetBeforeForwardStep(const ForwardSequenceArgs& args, const StepRow* rows,
                                      int64_t count) {
  const FloatTag d;
  const int64_t hidden = args.hidden;
  StepBlocks<2>(
      args.packed_hh, hidden, count, [&](int64_t r) NRNN_INLINE_LAMBDA { return rows[r].h_prev; },
      [&](int64_t index, int64_t u, auto lanes, const float* sums) NRNN_INLINE_LAMBDA {
        const StepRow& row = rows[index];
        float* gates = row.gates + u;
        const FloatVec r = Sigmoid(d, hn::Add(lanes.Load(gates), hn::Load(d, sums)));
        const FloatVec z =
            Sigmoid(d, hn::Add(lanes.Load(gates + hidden), hn::Load(d, sums + Block<2>::kUnits)));
        lanes.Store(r, gates);
        lanes.Store(z, gates + hidden);
        lanes.Store(hn::Mul(r, lanes.Load(row.h_prev + u)), row.aux + u);
      });
  StepBlocks<1>(
      args.packed_hh + Block<2>::Length(hidden), hidden, count,
      [&](int64_t r) NRNN_INLINE_LAMBDA { return rows[r].aux; },
      [&](int64_t index, int64_t u, auto lanes, const float* sums) NRNN_INLINE_LAMBDA {
        const StepRow& row = rows[index];
        float* gates = row.gates + u;
        const FloatVec n = Tanh(d, hn::Add(lanes.Load(gates + 2 * hidden), hn::Load(d, sums)));
        const FloatVec z = lanes.Load(gates + hidden);
        lanes.Store(hn::MulAdd(z, hn::Sub(lanes.Load(row.h_prev + u), n), n), row.y + u);
        lanes.Store(n, gates + 2 * hidden);
      });
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
