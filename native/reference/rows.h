// Operations along one axis: softmax, cross-entropy, maximum, gather.
#ifndef NATIVERNN_REFERENCE_ROWS_H_
#define NATIVERNN_REFERENCE_ROWS_H_

#include "core/ops.h"
#include "reference/array.h"

namespace nrnn::reference {

// x: [rows, columns]; log-softmax if logarithm.
template <class Real>
Array<Real> SoftmaxForward(int64_t rows, int64_t columns, bool logarithm, const Array<Real>& x);
// y: of the forward call.
template <class Real>
Array<Real> SoftmaxBackward(int64_t rows, int64_t columns, bool logarithm, const Array<Real>& y,
                            const Array<Real>& dy);

// Target distribution of a row: (1 - label_smoothing) one-hot + label_smoothing / columns. A row
// whose target is ignore_index has loss 0 and no gradient.
struct CrossEntropyShape {
  int64_t rows, columns;
  int32_t ignore_index;
  double label_smoothing;
};
template <class Real>
Array<Real> CrossEntropyForward(const CrossEntropyShape& shape, const Array<Real>& logits,
                                const Array<int32_t>& targets);
template <class Real>
Array<Real> CrossEntropyBackward(const CrossEntropyShape& shape, const Array<Real>& logits,
                                 const Array<int32_t>& targets, const Array<Real>& dlosses);

// x: [outer, length, inner], y: [outer, inner]. NaN where the axis holds one.
template <class Real>
Array<Real> MaxForward(const Axis& axis, const Array<Real>& x);
// dy, shared evenly between the elements equal to the maximum.
template <class Real>
Array<Real> MaxBackward(const Axis& axis, const Array<Real>& x, const Array<Real>& y,
                        const Array<Real>& dy);

// y[o,j,i] = x[o, indices[o,j,i], i], j < count.
template <class Real>
Array<Real> Gather(const Axis& axis, int64_t count, const Array<Real>& x,
                   const Array<int32_t>& indices);
// x[o, indices[o,j,i], i] += y[o,j,i].
template <class Real>
void ScatterAdd(const Axis& axis, int64_t count, const Array<Real>& y,
                const Array<int32_t>& indices, Array<Real>& x);

}  // namespace nrnn::reference

#endif  // NATIVERNN_REFERENCE_ROWS_H_
