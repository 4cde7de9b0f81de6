// One time step of one row of a recurrent cell with options (nrnn_rnn_config, from projection_size
// on), forward and backward: the equations as the header states them, one after the other.
#ifndef NATIVERNN_REFERENCE_VARIANT_CELL_H_
#define NATIVERNN_REFERENCE_VARIANT_CELL_H_

#include "core/layout.h"
#include "reference/array.h"
#include "reference/cell.h"

namespace nrnn::reference {

// The masks of one step and row. Empty: no such option.
template <class Real>
struct StepMasks {
  Array<Real> keep_h;     // [P], how much of h' stays: 0 or 1, or the rate
  Array<Real> keep_c;     // [H]
  Array<Real> recurrent;  // [P], factors of h' in front of W_hh
};

// A vector per gate, normalised.
template <class Real>
struct Normalized {
  Array<Real> hat;    // (v - mean) / deviation
  Array<Real> scale;  // 1 / deviation, one a gate
};

// What a step took and made.
template <class Real>
struct VariantStep {
  Array<Real> x, h_before, c_before;
  StepMasks<Real> masks;
  Array<Real> h_dropped;  // h' times its mask
  Normalized<Real> norm_x, norm_h, norm_c;
  Array<Real> a;                   // [G H], pre-activations
  Array<Real> gates;               // [G H], functions of them
  Array<Real> ah;                  // [G H], the part of h', with gain and bias
  Array<Real> c_new;               // [H], before zoneout
  Array<Real> c_normed, c_output;  // [H], what the output activation takes and gives
  Array<Real> hidden;              // [H], before the projection
  Array<Real> projected;           // [P], before the clip
  Array<Real> h, c;
};

// Where the parameters of a layer and direction lie.
template <class Real>
struct VariantParams {
  const Real* values;
  LayerParams at;
};

template <class Real>
VariantStep<Real> VariantForward(const RnnShape& shape, const VariantParams<Real>& params,
                                 const Array<Real>& x, const Array<Real>& h_before,
                                 const Array<Real>& c_before, const StepMasks<Real>& masks);

// dh, dc: gradients of h and c. dparams: of the whole stack; added to.
template <class Real>
StepGradients<Real> VariantBackward(const RnnShape& shape, const VariantParams<Real>& params,
                                    const VariantStep<Real>& step, const Array<Real>& dh,
                                    const Array<Real>& dc, Array<Real>& dparams);

}  // namespace nrnn::reference

#endif  // NATIVERNN_REFERENCE_VARIANT_CELL_H_
