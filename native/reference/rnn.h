// A stack of recurrent layers over whole sequences, forward and backward through time (Werbos
// 1990): each row is a sequence of its own, each layer and direction a plain loop over its steps.
#ifndef NATIVERNN_REFERENCE_RNN_H_
#define NATIVERNN_REFERENCE_RNN_H_

#include "core/layout.h"
#include "reference/array.h"

namespace nrnn::reference {

// What a call of nrnn_rnn_forward takes; shapes as there. Empty: lengths (all rows have all steps),
// h0, c0 (zeros).
template <class Real>
struct RnnSequence {
  int64_t steps;
  int64_t batch;
  Array<Real> params;
  Array<Real> x;
  Array<int32_t> lengths;
  Array<Real> h0;
  Array<Real> c0;
  bool training;  // with dropout between the layers
  int64_t seed;   // of the dropout
};

// cn: empty unless LSTM.
template <class Real>
struct RnnOutputs {
  Array<Real> y;
  Array<Real> hn;
  Array<Real> cn;
};

// dc0: empty unless LSTM.
template <class Real>
struct RnnGradients {
  Array<Real> dx;
  Array<Real> dh0;
  Array<Real> dc0;
  Array<Real> dparams;
};

template <class Real>
RnnOutputs<Real> RnnForward(const RnnShape& shape, const RnnSequence<Real>& sequence);

// outputs: gradients of y, hn and cn; an empty array stands for zeros. Runs the forward pass again
// by itself.
template <class Real>
RnnGradients<Real> RnnBackward(const RnnShape& shape, const RnnSequence<Real>& sequence,
                               const RnnOutputs<Real>& outputs);

}  // namespace nrnn::reference

#endif  // NATIVERNN_REFERENCE_RNN_H_
