// One direction of one recurrent layer over a whole sequence, for a range of batch rows: the
// contracts of the per-target kernels. Rows are independent through all steps, so ranges run on
// different threads without a barrier.
#ifndef NATIVERNN_CPU_RNN_KERNELS_H_
#define NATIVERNN_CPU_RNN_KERNELS_H_

#include <cstdint>

#include "core/layout.h"

namespace nrnn::cpu {

// Batch rows of one task at most.
constexpr int64_t kMaxTaskRows = 128;
// Rows of the input projection computed ahead of the time loop: with 256 rows x 4 H floats (H =
// 256: 1 MB) what the projection writes is still in cache when the step reads it.
constexpr int64_t kProjectionRows = 256;

// What forward and backward share: which steps and rows, and where the layer's memory lies. Element
// (t, b, j) of a strided array is at t * step + b * row + j.
struct SequenceArgs {
  Cell cell;
  int64_t steps, batch, input, hidden;
  bool reverse;                // from the last step to the first
  int64_t row_begin, row_end;  // batch rows of this call, at most kMaxTaskRows
  const int32_t* lengths;      // [B] or null
  const float* h0;             // [B,H]
  const float* c0;             // [B,H], LSTM
  int64_t y_step, y_row;
  float* gates;  // [T,B,G H], the reserve; null without one
  float* aux;  // [T,B,H], the reserve: LSTM c; GRU W_hn h' + b_hn; GRU reset before r h'; else null
};

struct ForwardSequenceArgs : SequenceArgs {
  const float* x;
  int64_t x_step, x_row;
  const float* packed_ih;  // W_ih^T in panels (gemm.h)
  const float* bias;       // [G H]: b_ih + b_hh, but for GRU's n (reset after) b_in alone; or null
  const float* packed_hh;  // pack_recurrent
  const float* bias_hn;    // GRU reset after: [H] or null
  float* y;
  float* hn;         // [B,H] or null
  float* cn;         // [B,H] or null
  float* state;      // without a reserve: c (LSTM) or r h' (GRU reset before) [B,H]
  float* workspace;  // without a reserve: ProjectionSteps x rows x G H floats
};

struct BackwardSequenceArgs : SequenceArgs {
  const float* y;          // of the forward pass
  const float* packed_hh;  // W_hh [G H, H] in panels (gemm.h)
  const float* dy;         // or null
  int64_t dy_step, dy_row;
  float* dh;         // [B,H], in: gradient of the last h, out: of h0
  float* dc;         // [B,H], in: gradient of the last c, out: of c0; LSTM
  float* workspace;  // GRU reset before: rows x H floats
  // gates: becomes the gradient of the pre-activations. aux: GRU reset after: of W_hn h' + b_hn.
};

struct PackRecurrentArgs {
  Cell cell;
  int64_t hidden;
  const float* weight_hh;  // [G H, H]
  float* packed;           // recurrent_length floats
};

struct RnnKernels {
  // W_hh with the gates of the same hidden units interleaved: what the forward step multiplies h'
  // with.
  int64_t (*recurrent_length)(Cell cell, int64_t hidden);
  void (*pack_recurrent)(const PackRecurrentArgs& args);
  void (*forward)(const ForwardSequenceArgs& args);
  void (*backward)(const BackwardSequenceArgs& args);
};

inline int64_t ProjectionSteps(int64_t rows) {
  return rows >= kProjectionRows ? 1 : kProjectionRows / rows;
}

}  // namespace nrnn::cpu

#endif  // NATIVERNN_CPU_RNN_KERNELS_H_
