// The recurrence of one layer and direction over a whole sequence, forward and backward: what the
// kernels take, and their launchers. Everything that does not depend on the step before (x W_ih^T,
// dx, dW, db, dropout) is the plan's (rnn_plan.h).
//
// Layout: arrays over steps are time-major, element (t, b, j) of gates [T,B,G H] at (t B + b) G H +
// j and of aux [T,B,H] at (t B + b) H + j; y and dy have strides of their own, since they may be
// the caller's (batch first) or hold two directions side by side. Gate orders: core/layout.h.
//
// The reserve, as on the CPU (of inference: gates is the plan's scratch, aux null):
//   cell           gates in   gates after forward   aux after forward        after backward
//   LSTM           a          i f g o               c                        gates: da
//   GRU            a          r z n                 q = h' W_hn^T + b_hn     gates: da, aux: dq
//   reset before   a          r z n                 r h'                     gates: da
//   RNN            a          (not written)         none                     gates: da
// a = x W_ih^T + biases: b_ih + b_hh, but of GRU (reset after) b_in alone for n.
#ifndef NATIVERNN_CUDA_RECURRENT_H_
#define NATIVERNN_CUDA_RECURRENT_H_

#include <cstdint>

#include "core/layout.h"
#include "cuda/recurrent_tiling.h"
#include "cuda/runtime.h"

namespace nrnn::cuda {

class StepGraphs;  // step_graphs.h

struct RecurrentCall {
  Cell cell;
  int64_t steps, batch, hidden;
  // From the last step to the first. A row's first step is then its last valid one.
  bool reverse;
  // Device, [B], or null: every row takes all steps. Each 0..T, or -1 for a row whose length was
  // wrong (CheckLengths), which has no valid step.
  const int32_t* lengths;
  const float* weight_hh;  // [G H, H]
  const float* h0;         // [B,H] or null: zeros
  const float* c0;         // [B,H] or null: zeros; LSTM
  int64_t y_step, y_row;   // element (t, b, j) of y at t y_step + b y_row + j
  float* gates;            // [T,B,G H]
  float* aux;              // [T,B,H], null for RNN and in inference

  nrnn_precision precision;  // of the products' operands; sums and all else are float
  RecurrentTiling tiling;    // ChooseForwardTiling, ChooseBackwardTiling
  // Recurrent{Forward,Backward}ScratchBytes, 256-byte aligned, for this call alone; contents are
  // undefined before and after.
  void* scratch;
  Stream* stream;
  StepGraphs* graphs;  // where launches step by step are kept as graphs; null: they are not
};

// Steps at or after a row's length: y = 0 (NaN where the length is -1), the state stays. hn, cn:
// the state after the last valid step.
struct RecurrentForwardCall : RecurrentCall {
  const float* bias_hn;  // GRU (reset after): b_hn [H], or null
  bool keep;             // gates and aux are kept for backward
  float* y;
  float* hn;  // [B,H] or null
  float* cn;  // [B,H] or null; LSTM
};

// gates become da = gradient of the pre-activations, 0 in steps at or after a row's length (which
// the products over all rows may then include); of GRU (reset after) aux becomes dq, 0 there too:
// of W_hh and b_hh the gradient is da^T h' and the sum of da, with dq in place of da_n. Of GRU
// (reset before) dW_hn is da_n^T (r h'): aux stays, but for steps at or after a length, where it
// becomes 0.
struct RecurrentBackwardCall : RecurrentCall {
  const float* y;  // of the forward pass
  int64_t dy_step, dy_row;
  const float* dy;   // or null: zeros
  const float* dhn;  // [B,H] or null: zeros
  const float* dcn;  // [B,H] or null: zeros; LSTM
  float* dh0;        // [B,H] or null; rows without a valid step: dhn
  float* dc0;        // [B,H] or null; LSTM
};

int64_t RecurrentForwardScratchBytes(const RecurrentForwardCall& call);
int64_t RecurrentBackwardScratchBytes(const RecurrentBackwardCall& call);

// Queues the recurrence on call.stream.
void RecurrentForward(const RecurrentForwardCall& call);
void RecurrentBackward(const RecurrentBackwardCall& call);

}  // namespace nrnn::cuda

#endif  // NATIVERNN_CUDA_RECURRENT_H_
