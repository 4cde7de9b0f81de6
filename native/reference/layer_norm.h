// Layer normalisation (Ba 2016).
#ifndef NATIVERNN_REFERENCE_LAYER_NORM_H_
#define NATIVERNN_REFERENCE_LAYER_NORM_H_

#include "reference/array.h"

namespace nrnn::reference {

struct LayerNormShape {
  int64_t rows, columns;
  double epsilon;
};

template <class Real>
struct LayerNormGradients {
  Array<Real> dx, dweight, dbias;
};

// x: [rows, columns]; weight, bias: [columns] or empty (1 and 0).
template <class Real>
Array<Real> LayerNormForward(const LayerNormShape& shape, const Array<Real>& x,
                             const Array<Real>& weight, const Array<Real>& bias);
template <class Real>
LayerNormGradients<Real> LayerNormBackward(const LayerNormShape& shape, const Array<Real>& x,
                                           const Array<Real>& weight, const Array<Real>& dy);

}  // namespace nrnn::reference

#endif  // NATIVERNN_REFERENCE_LAYER_NORM_H_
