// One direction of one recurrent layer over a whole sequence, for a range of batch rows: the
// contracts of the per-target kernels. Rows are independent through all steps, so ranges run on
// different threads without a barrier. Where there are fewer rows than a tile for each thread, a
// team of threads shares a range: each has a part of the hidden units, and they meet in every step.
#ifndef NATIVERNN_CPU_RNN_KERNELS_H_
#define NATIVERNN_CPU_RNN_KERNELS_H_

#include <cstdint>

#include "core/layout.h"
#include "cpu/spin_barrier.h"

namespace nrnn::cpu {

// Batch rows of one task at most.
constexpr int64_t kMaxTaskRows = 128;
// Rows of a task from which on a step multiplies x itself; below, the projection of kAheadRows rows
// is computed ahead (recurrent_block-inl.h). With 16 rows W_ih passes often enough to be cheap.
constexpr int64_t kFusedRows = 16;
constexpr int64_t kAheadRows = 64;

// What forward and backward share: which steps and rows, and where the layer's memory lies. Element
// (t, b, j) of a strided array is at t * step + b * row + j.
struct SequenceArgs {
  Cell cell;
  int64_t steps, batch, input, hidden;
  bool reverse;                // from the last step to the first
  int64_t first, last;         // steps of this call, first .. last - 1 in the recurrence's order
  int64_t row_begin, row_end;  // batch rows of this call, at most kMaxTaskRows
  int64_t part, parts;         // which part of the hidden units this thread has, of how many
  SpinBarrier* barrier;        // of the team; null where parts is 1
  const int32_t* lengths;      // [B] or null
  const float* h0;             // [B,H]
  const float* c0;             // [B,H], LSTM
  int64_t y_step, y_row;
  float* gates;  // [T,B,G H], the reserve; null without one
  float* aux;  // [T,B,H], the reserve: LSTM c; GRU W_hn h' + b_hn; GRU reset before r h'; else null
};

// Of one sequence the calls go up from step 0 to `steps`.
struct ForwardSequenceArgs : SequenceArgs {
  const float* x;
  int64_t x_step, x_row;
  const float* packed;       // W_ih and W_hh in blocks (recurrent_block-inl.h)
  const float* bias;         // in blocks: b_ih + b_hh, but for GRU's n (reset after) b_in alone
  const float* hidden_bias;  // GRU reset after: in blocks, b_hn with zeros for r and z
  float* y;
  float* hn;     // [B,H] or null
  float* cn;     // [B,H] or null
  float* state;  // without a reserve: c (LSTM) or r h' (GRU reset before) [B,H]
  float* kept;   // without a reserve: GRU reset before's r z n [B,3 H]
  float* ahead;  // kAheadRows x block_length floats; null: x W_ih step by step
};

// Of one sequence the calls go down from `steps` to 0.
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

// The weights of a layer and direction in PyTorch's layout, biases null where there are none; and
// where to pack them.
struct PackLayerArgs {
  Cell cell;
  int64_t input, hidden;
  const float* weight_ih;  // [G H, I]
  const float* weight_hh;  // [G H, H]
  const float* bias_ih;    // [G H]
  const float* bias_hh;    // [G H]
  float* packed;           // block_length (I + H) floats
  float* bias;             // block_length floats
  float* hidden_bias;      // the same
  int64_t part, parts;     // which part of the blocks
};

struct RnnKernels {
  // Columns of all blocks: floats of a row of pre-activations in the order of the blocks.
  int64_t (*block_length)(Cell cell, int64_t hidden);
  void (*pack)(const PackLayerArgs& args);
  void (*forward)(const ForwardSequenceArgs& args);
  void (*backward)(const BackwardSequenceArgs& args);
};

// Steps whose projection is computed ahead.
inline int64_t AheadSteps(int64_t rows) { return rows >= kAheadRows ? 1 : kAheadRows / rows; }

}  // namespace nrnn::cpu

#endif  // NATIVERNN_CPU_RNN_KERNELS_H_
