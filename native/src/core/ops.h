// What the operations of a Backend take: the C interface's argument structs with checked, unwrapped
// device pointers. Shapes and meaning: nativernn.h. A pointer that may be null says so.
#ifndef NATIVERNN_CORE_OPS_H_
#define NATIVERNN_CORE_OPS_H_

#include <cstdint>

#include "nativernn/nativernn.h"

namespace nrnn {

constexpr int kMaxRank = 8;

struct GemmArgs {
  int64_t batch, m, n, k;
  bool transpose_a, transpose_b, share_a, share_b, accumulate;
  const float* a;
  const float* b;
  float* c;
};

struct LinearArgs {
  int64_t rows, input, output;
  const float* x;
  const float* weight;
  const float* bias;  // or null
  float* y;
};

struct LinearBackwardArgs {
  int64_t rows, input, output;
  const float* x;
  const float* weight;
  const float* dy;
  float* dx;       // or null
  float* dweight;  // or null
  float* dbias;    // or null
};

struct EmbeddingArgs {
  int64_t rows, vocabulary, dimension;
  const float* table;
  const int32_t* indices;
  float* y;
};

struct EmbeddingBackwardArgs {
  int64_t rows, vocabulary, dimension, padding;
  const float* dy;
  const int32_t* indices;
  float* dtable;
};

struct BinaryArgs {
  nrnn_binary_op op;
  int rank;
  int64_t sizes[kMaxRank], a_strides[kMaxRank], b_strides[kMaxRank];
  const float* a;
  const float* b;
  float* y;
};

struct CopyArgs {
  int rank;
  bool accumulate;
  int64_t sizes[kMaxRank], source_strides[kMaxRank], destination_strides[kMaxRank];
  const float* source;  // at the offset
  float* destination;   // at the offset
};

struct Axis {
  int64_t outer, length, inner;
};

struct CrossEntropyArgs {
  int64_t rows, columns;
  int32_t ignore_index;
  float label_smoothing;
  const float* logits;
  const int32_t* targets;
};

struct LayerNormArgs {
  int64_t rows, columns;
  float epsilon;
  const float* x;
  const float* weight;  // or null
  const float* bias;    // or null
  float* y;
  float* statistics;  // or null
};

struct LayerNormBackwardArgs {
  int64_t rows, columns;
  const float* x;
  const float* weight;  // or null
  const float* statistics;
  const float* dy;
  float* dx;       // or null
  float* dweight;  // or null
  float* dbias;    // or null
};

// One parameter of an optimiser's step; first, second: what the optimiser remembers of it, or null.
struct StepPart {
  float* parameter;
  float* gradient;
  float* first;
  float* second;
  int64_t length;
};

struct StepParts {
  const StepPart* data;
  int64_t count;
};

// clip: gradients are cut to [-clip, clip]; infinity: they are not.
struct AdamArgs {
  float learning_rate, beta1, beta2, epsilon, weight_decay, clip;
  bool decoupled;
  int64_t step;
};

struct SgdArgs {
  float learning_rate, momentum, weight_decay, clip;
  bool nesterov;
};

struct RmspropArgs {
  float learning_rate, alpha, epsilon, momentum, weight_decay, clip;
};

struct AdagradArgs {
  float learning_rate, epsilon, weight_decay, clip;
};

struct LionArgs {
  float learning_rate, beta1, beta2, weight_decay, clip;
};

struct GradientSpan {
  float* data;
  int64_t length;
};

struct PenaltyPart {
  float l1, l2;
  const float* parameter;
  float* gradient;  // or null
  int64_t length;
};

struct AveragePart {
  float* average;
  const float* value;
  int64_t length;
};

struct RnnForwardArgs {
  int64_t steps, batch;
  int64_t seed;
  uint64_t params_version;  // differs whenever the contents of params may differ
  const float* params;
  const float* x;
  const int32_t* lengths;  // or null
  const float* h0;         // or null
  const float* c0;         // or null
  float* y;
  float* hn;       // or null
  float* cn;       // or null
  float* reserve;  // or null
};

struct RnnBackwardArgs {
  int64_t steps, batch;
  int64_t seed;
  uint64_t params_version;
  const float* params;
  const float* x;
  const int32_t* lengths;  // or null
  const float* h0;         // or null
  const float* c0;         // or null
  const float* y;
  float* reserve;
  const float* dy;   // or null
  const float* dhn;  // or null
  const float* dcn;  // or null
  float* dx;         // or null
  float* dh0;        // or null
  float* dc0;        // or null
  float* dparams;    // or null
};

struct ScanArgs {
  nrnn_scan_kind kind;
  int64_t directions;
  bool batch_first;
  int64_t steps, batch, hidden;
  const float* gates;
  const float* u;          // IND_RNN only, else null
  const int32_t* lengths;  // or null
  const float* h0;         // or null

  bool IsIndRnn() const { return kind == NRNN_SCAN_IND_RNN_TANH || kind == NRNN_SCAN_IND_RNN_RELU; }
  int64_t Gates() const { return kind == NRNN_SCAN_MIN_LSTM ? 3 : IsIndRnn() ? 1 : 2; }
};

struct ScanGradients {
  const float* y;
  const float* dy;   // or null
  const float* dhn;  // or null
  float* dgates;     // may be the gates
  float* du;         // or null
  float* dh0;        // or null
};

struct CtcArgs {
  int64_t steps, batch, classes, max_targets;
  bool batch_first;
  int32_t blank;
  bool zero_infinity;
  const float* logits;
  const int32_t* targets;
  const int32_t* lengths;         // or null
  const int32_t* target_lengths;  // or null

  // The targets of a row with a blank before, between and behind them, at most.
  int64_t MaxStates() const { return 2 * max_targets + 1; }
};

// Where a row's part of the CTC reserve begins, and the reserve ends for row = batch: the
// log-probability of the targets, then of each step log sum exp(logits) and the log alphas.
inline int64_t CtcReserveOffset(const CtcArgs& args, int64_t row) {
  return row * (args.steps * (args.MaxStates() + 1) + 1);
}

}  // namespace nrnn

#endif  // NATIVERNN_CORE_OPS_H_
