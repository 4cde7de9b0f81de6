// LSTM (Hochreiter 1997, with forget gates: Gers 2000), gates i f g o:
//
//   i, f, o = sigmoid(a)   g = tanh(a)   c = f c' + i g   h = o tanh(c),   a = x W_ih + b + h' W_hh
//
// backward, with dh the whole gradient of h and dc that of c from the next step, tc = tanh(c):
//   do = dh tc   dc += dh o (1 - tc^2)   di = dc g   df = dc c'   dg = dc i   dc' = dc f
//   da_i = di i (1 - i), f and o alike;  da_g = dg (1 - g^2);  dh' = da W_hh
//
// Layout: gates [.., 4 H], with a reserve: i f g o; after backward, da. aux: c.
#ifndef NATIVERNN_CPU_LSTM_INL_H_
#define NATIVERNN_CPU_LSTM_INL_H_

#include "cpu/math-inl.h"
#include "cpu/recurrent_block-inl.h"

namespace nrnn::cpu::NRNN_TARGET {

struct LstmStep : CellRows {
  static constexpr bool kApart = false;
  static constexpr int64_t kGate = Block<4>::kUnits;
  int64_t hidden;

  // sums: x W_ih + b + h' W_hh, becomes i f g o.
  template <class Lanes>
  HWY_INLINE void Activate(int64_t r, int64_t u, Lanes lanes, float* sums, const float*) const {
    const FloatTag d;
    float* gates = rows[r].gates;
    Unroll<4>([&](auto g) NRNN_INLINE_LAMBDA {
      float* sum = sums + static_cast<int64_t>(g) * kGate;
      const FloatVec a = hn::Load(d, sum);
      const FloatVec y = g == 2 ? Tanh(d, a) : Sigmoid(d, a);
      hn::Store(y, d, sum);
      if (gates) lanes.Store(y, gates + static_cast<int64_t>(g) * hidden + u);
    });
  }

  template <class Lanes>
  HWY_INLINE void Finish(int64_t r, int64_t u, Lanes lanes, const float* sums) const {
    const FloatTag d;
    const StepRow& row = rows[r];
    const FloatVec ig = hn::Mul(hn::Load(d, sums), hn::Load(d, sums + 2 * kGate));
    const FloatVec c = hn::MulAdd(hn::Load(d, sums + kGate), lanes.Load(row.c_prev + u), ig);
    lanes.Store(c, row.aux + u);
    lanes.Store(hn::Mul(hn::Load(d, sums + 3 * kGate), Tanh(d, c)), row.y + u);
  }
};

inline void LstmForwardStep(const ForwardSequenceArgs& args, const StepRow* rows, int64_t count) {
  StepBlocks<4>(WeightsOf(args), count, LstmStep{{rows}, args.hidden});
}

// dh: gradient of h but for dy; dc: in the next step's, out this step's.
inline void LstmBackwardRow(const StepRow& row, const UnitRange& units, int64_t hidden,
                            const float* dy, const float* dh, float* dc) {
  const FloatTag d;
  const FloatVec one = hn::Set(d, 1.0f);
  ForEachUnit(units, [&](int64_t u, auto lanes) NRNN_INLINE_LAMBDA {
    float* gates = row.gates + u;
    const FloatVec i = lanes.Load(gates);
    const FloatVec f = lanes.Load(gates + hidden);
    const FloatVec g = lanes.Load(gates + 2 * hidden);
    const FloatVec o = lanes.Load(gates + 3 * hidden);
    const FloatVec tc = Tanh(d, lanes.Load(row.aux + u));
    FloatVec dh_all = lanes.Load(dh + u);
    if (dy) dh_all = hn::Add(dh_all, lanes.Load(dy + u));
    const FloatVec dho = hn::Mul(dh_all, o);
    const FloatVec dc_all = hn::MulAdd(dho, hn::NegMulAdd(tc, tc, one), lanes.Load(dc + u));
    const FloatVec di = hn::Mul(dc_all, g);
    const FloatVec df = hn::Mul(dc_all, lanes.Load(row.c_prev + u));
    const FloatVec dg = hn::Mul(dc_all, i);
    lanes.Store(hn::Mul(dc_all, f), dc + u);
    lanes.Store(hn::Mul(di, hn::NegMulAdd(i, i, i)), gates);
    lanes.Store(hn::Mul(df, hn::NegMulAdd(f, f, f)), gates + hidden);
    lanes.Store(hn::Mul(dg, hn::NegMulAdd(g, g, one)), gates + 2 * hidden);
    lanes.Store(hn::Mul(hn::Mul(dho, tc), hn::Sub(one, o)), gates + 3 * hidden);
  });
}

}  // namespace nrnn::cpu::NRNN_TARGET

#endif  // NATIVERNN_CPU_LSTM_INL_H_
