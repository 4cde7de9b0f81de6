// Elementwise recurrences over whole sequences: the kinds of nrnn_scan_kind, a row, direction and
// unit at a time, in one piece.
#ifndef NATIVERNN_REFERENCE_SCAN_H_
#define NATIVERNN_REFERENCE_SCAN_H_

#include "nativernn/nativernn.h"
#include "reference/array.h"

namespace nrnn::reference {

struct ScanShape {
  nrnn_scan_kind kind;
  int64_t directions;
  bool batch_first;
  int64_t steps, batch, hidden;

  bool IsIndRnn() const { return kind == NRNN_SCAN_IND_RNN_TANH || kind == NRNN_SCAN_IND_RNN_RELU; }
  int64_t Gates() const { return kind == NRNN_SCAN_MIN_LSTM ? 3 : IsIndRnn() ? 1 : 2; }
};

// Shapes as in nativernn.h. Empty: u (unless IndRNN), lengths (all steps), h0 (zeros).
template <class Real>
struct ScanInputs {
  Array<Real> gates;
  Array<Real> u;
  Array<int32_t> lengths;
  Array<Real> h0;
};

template <class Real>
struct ScanOutputs {
  Array<Real> y;
  Array<Real> hn;
};

// du: empty unless IndRNN.
template <class Real>
struct ScanGradients {
  Array<Real> dgates;
  Array<Real> du;
  Array<Real> dh0;
};

template <class Real>
ScanOutputs<Real> ScanForward(const ScanShape& shape, const ScanInputs<Real>& inputs);

// outputs: gradients of y and hn. Runs the forward pass again by itself.
template <class Real>
ScanGradients<Real> ScanBackward(const ScanShape& shape, const ScanInputs<Real>& inputs,
                                 const ScanOutputs<Real>& outputs);

}  // namespace nrnn::reference

#endif  // NATIVERNN_REFERENCE_SCAN_H_
