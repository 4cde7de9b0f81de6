// One time step of one row of a recurrent cell, forward and backward. LSTM: Hochreiter and
// Schmidhuber 1997 with the forget gate of Gers et al. 2000; GRU: Cho et al. 2014 (reset before)
// and the variant with the reset gate after the recurrent product; RNN: Elman 1990.
#ifndef NATIVERNN_REFERENCE_CELL_H_
#define NATIVERNN_REFERENCE_CELL_H_

#include "core/layout.h"
#include "reference/array.h"

namespace nrnn::reference {

// The parameters of one layer and direction, or (Real not const) their gradients. Biases: null when
// there are none.
template <class Real>
struct CellParams {
  Real* weight_ih;  // [G H, I]
  Real* weight_hh;  // [G H, H]
  Real* bias_ih;    // [G H]
  Real* bias_hh;    // [G H]
};

// What a step took and made; everything that its backward needs.
template <class Real>
struct CellStep {
  Array<Real> x;         // [I]
  Array<Real> h_before;  // [H]
  Array<Real> c_before;  // [H], LSTM
  Array<Real> gates;     // [G H], activated: LSTM i f g o, GRU r z n, RNN h
  Array<Real> n_hidden;  // [H], GRU with reset after: h' W_hn + b_hn
  Array<Real> h;         // [H]
  Array<Real> c;         // [H], LSTM
};

template <class Real>
struct StepGradients {
  Array<Real> dx;         // [I]
  Array<Real> dh_before;  // [H]
  Array<Real> dc_before;  // [H], LSTM
};

// c_before: empty unless the cell is an LSTM.
template <class Real>
CellStep<Real> StepForward(Cell cell, const CellParams<const Real>& params, const Array<Real>& x,
                           const Array<Real>& h_before, const Array<Real>& c_before);

// dh, dc: gradients of h and c. Adds to dparams.
template <class Real>
StepGradients<Real> StepBackward(Cell cell, const CellParams<const Real>& params,
                                 const CellStep<Real>& step, const Array<Real>& dh,
                                 const Array<Real>& dc, const CellParams<Real>& dparams);

}  // namespace nrnn::reference

#endif  // NATIVERNN_REFERENCE_CELL_H_
