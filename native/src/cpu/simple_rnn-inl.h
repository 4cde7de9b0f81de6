// The plain recurrent network (Elman 1990): h = tanh(a) or max(a, 0), a = x W_ih + b + h' W_hh.
// backward: da = dh (1 - h^2), or dh where h > 0; dh' = da W_hh. h itself is kept, as y.
//
// Layout: gates [.., H], with a reserve: after backward, da.
#ifndef NATIVERNN_CPU_SIMPLE_RNN_INL_H_
#define NATIVERNN_CPU_SIMPLE_RNN_INL_H_

#include "cpu/math-inl.h"
#include "cpu/recurrent_block-inl.h"

namespace nrnn::cpu::NRNN_TARGET {

// max(a, 0) that lets NaN through: x86's max returns its second operand when one is NaN.
HWY_INLINE FloatVec ReluOf(FloatVec a) {
  const FloatTag d;
  return hn::IfThenElse(hn::Lt(a, hn::Zero(d)), hn::Zero(d), a);
}

template <bool kRelu>
struct SimpleRnnStep : CellRows {
  static constexpr bool kApart = false;

  template <class Lanes>
  HWY_INLINE void Activate(int64_t r, int64_t u, Lanes lanes, float* sums, const float*) const {
    const FloatTag d;
    const FloatVec a = hn::Load(d, sums);
    lanes.Store(kRelu ? ReluOf(a) : Tanh(d, a), rows[r].y + u);
  }

  template <class Lanes>
  HWY_INLINE void Finish(int64_t, int64_t, Lanes, const float*) const {}
};

template <bool kRelu>
inline void SimpleRnnForwardStep(const ForwardSequenceArgs& args, const StepRow* rows,
                                 int64_t count) {
  StepBlocks<1>(WeightsOf(args), count, SimpleRnnStep<kRelu>{{rows}});
}

// h: this step's output.
template <bool kRelu>
inline void SimpleRnnBackwardRow(const StepRow& row, const UnitRange& units, const float* h,
                                 const float* dy, const float* dh) {
  const FloatTag d;
  ForEachUnit(units, [&](int64_t u, auto lanes) NRNN_INLINE_LAMBDA {
    const FloatVec h_u = lanes.Load(h + u);
    FloatVec dh_all = lanes.Load(dh + u);
    if (dy) dh_all = hn::Add(dh_all, lanes.Load(dy + u));
    const FloatVec da = kRelu ? hn::IfThenElseZero(hn::Gt(h_u, hn::Zero(d)), dh_all)
                              : hn::Mul(dh_all, hn::NegMulAdd(h_u, h_u, hn::Set(d, 1.0f)));
    lanes.Store(da, row.gates + u);
  });
}

}  // namespace nrnn::cpu::NRNN_TARGET

#endif  // NATIVERNN_CPU_SIMPLE_RNN_INL_H_
