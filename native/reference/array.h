// The arrays of the reference: flat and row-major, as in nativernn.h. An empty array stands for an
// argument left out.
#ifndef NATIVERNN_REFERENCE_ARRAY_H_
#define NATIVERNN_REFERENCE_ARRAY_H_

#include <cstddef>
#include <cstdint>
#include <vector>

namespace nrnn::reference {

template <class Real>
using Array = std::vector<Real>;

}  // namespace nrnn::reference

#endif  // NATIVERNN_REFERENCE_ARRAY_H_
