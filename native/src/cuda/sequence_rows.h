// What a recurrent plan does to whole sequences around recurrences and products: orders, lengths
// and biases. All queue on the stream they are given.
//
// Layout: time-major arrays are [T,B,columns], dense; others have strides, element (t, b, j) at t
// step + b row + j.
#ifndef NATIVERNN_CUDA_SEQUENCE_ROWS_H_
#define NATIVERNN_CUDA_SEQUENCE_ROWS_H_

#include <cstdint>

#include "core/layout.h"
#include "cuda/cuda_backend.h"

namespace nrnn::cuda {

// A [T,B,columns] array in either order of steps and rows.
template <class Float>
struct Sequence {
  Float* data = nullptr;
  int64_t step = 0;
  int64_t row = 0;
};

template <class Float>
Sequence<Float> TimeMajor(Float* data, int64_t batch, int64_t columns) {
  return {data, batch * columns, columns};
}

// checked[b] = lengths[b], or -1 where it is not in 0..steps, which is reported.
void CheckLengths(CudaBackend& backend, const int32_t* lengths, int64_t steps, int64_t batch,
                  int32_t* checked, Stream& stream);

struct CopySequenceArgs {
  int64_t steps, batch, columns;
  const int32_t* lengths;  // checked, or null; what is at or after a row's length becomes 0
  Sequence<const float> source;
  Sequence<float> destination;
};
void CopySequence(CudaBackend& backend, const CopySequenceArgs& args, Stream& stream);

struct PreviousHiddenArgs {
  int64_t steps, batch, hidden;
  bool reverse;
  const int32_t* lengths;  // checked, or null
  const float* h0;         // [B,H] or null: zeros
  Sequence<const float> y;
  float* previous;  // [T,B,H]
};
// previous(t, b) = the state that enters step t: y of the step before in the recurrence's order, h0
// in the row's first; 0 at or after its length.
void CopyPreviousHidden(CudaBackend& backend, const PreviousHiddenArgs& args, Stream& stream);

// bias [G H] of a layer and direction as it enters the projection: b_ih + b_hh, but of GRU (reset
// after) b_in alone for n.
void JoinBiases(CudaBackend& backend, Cell cell, int64_t hidden, const float* bias_ih,
                const float* bias_hh, float* bias, Stream& stream);

}  // namespace nrnn::cuda

#endif  // NATIVERNN_CUDA_SEQUENCE_ROWS_H_
