// Elementwise operations, with and without strides.
#ifndef NATIVERNN_REFERENCE_ELEMENTWISE_H_
#define NATIVERNN_REFERENCE_ELEMENTWISE_H_

#include "nativernn/nativernn.h"
#include "reference/array.h"

namespace nrnn::reference {

template <class Real>
Array<Real> UnaryForward(nrnn_unary_op op, const Array<Real>& x);
// dx = dy op'(x), y = op(x).
template <class Real>
Array<Real> UnaryBackward(nrnn_unary_op op, const Array<Real>& x, const Array<Real>& y,
                          const Array<Real>& dy);
template <class Real>
Array<Real> Affine(const Array<Real>& x, Real scale, Real shift);

// One stride of each operand for every size; all empty: one element. A stride of 0 broadcasts.
struct BinaryShape {
  Array<int64_t> sizes, a_strides, b_strides;
};
template <class Real>
Array<Real> Binary(nrnn_binary_op op, const BinaryShape& shape, const Array<Real>& a,
                   const Array<Real>& b);

struct CopyShape {
  bool accumulate;
  Array<int64_t> sizes;
  int64_t source_offset;
  Array<int64_t> source_strides;
  int64_t destination_offset;
  Array<int64_t> destination_strides;
};
template <class Real>
void CopyStrided(const CopyShape& shape, const Array<Real>& source, Array<Real>& destination);

// a where condition is not 0, else b.
template <class Real>
Array<Real> Where(const Array<Real>& condition, const Array<Real>& a, const Array<Real>& b);

}  // namespace nrnn::reference

#endif  // NATIVERNN_REFERENCE_ELEMENTWISE_H_
