// Streams: a stack of recurrent layers, step after step, from weights packed once. The contracts of
// the per-target kernels.
//
// A weight matrix is packed in panels of columns (a gate of a unit each), in a panel by groups of
// k, in a group by columns: one float, two bf16 or two int8 of a column (storage-inl.h). Units are
// padded to whole vectors, gate by gate, so that no kernel but the input's quantisation meets a
// partial vector.
#ifndef NATIVERNN_CPU_STREAM_KERNELS_H_
#define NATIVERNN_CPU_STREAM_KERNELS_H_

#include <cstdint>

#include "core/layout.h"

namespace nrnn::cpu {

// W^T, and for int8 the scale of each column.
struct PackedMatrix {
  int64_t k;
  int64_t columns;  // of whole vectors
  const uint8_t* bytes;
  const float* scales;  // [columns]; int8 only
};

// One layer. Columns: gates x padded hidden units.
struct StreamLayer {
  PackedMatrix ih;    // all gates
  PackedMatrix hh;    // all gates, but GRU's r and z alone
  PackedMatrix hn;    // GRU's n
  const float* bias;  // what ih's product starts from: the sums of both biases, but GRU's n (reset
                      // after) b_in alone; zeros without biases
  const float* bias_hn;  // GRU: what hn's product starts from, reset after
};

// A row of an input, as its storage reads it.
struct InputRow {
  const float* x;            // float32, bf16
  const int16_t* quantized;  // int8: x / scale, zeros up to a whole vector
  float scale;               // NaN when x holds NaN or infinity
};

struct StreamRunArgs {
  Cell cell;
  nrnn_weight_storage storage;
  int64_t steps, batch, layers, input, hidden;
  int64_t padded;            // hidden, rounded up to whole vectors
  const StreamLayer* layer;  // [layers]
  const float* x;            // [T,B,I]
  float* y;                  // [T,B,H]
  float* h;                  // [L,B,padded]
  float* c;                  // [L,B,padded]; LSTM, else null
  float* gates;              // [B, G padded]
  float* hidden_part;        // [B,padded]; GRU: h' W_hn + b_hn (reset after) or r h' (before)
  InputRow* rows;            // [B]
  int16_t* quantized;        // [B, quantized_row]; int8
  int64_t quantized_row;     // of whole vectors, at least the widest k
};

struct StreamKernels {
  int64_t lanes;  // floats in a vector
  int64_t panel;  // columns of a panel; the last one may be narrower
  void (*run)(const StreamRunArgs& args);
};

// Values of k that lie together in a column, and their bytes.
constexpr int64_t GroupLength(nrnn_weight_storage storage) {
  return storage == NRNN_WEIGHT_STORAGE_FLOAT32 ? 1 : 2;
}
constexpr int64_t GroupBytes(nrnn_weight_storage storage) {
  return storage == NRNN_WEIGHT_STORAGE_INT8 ? 2 : 4;
}

constexpr int64_t PackedBytes(nrnn_weight_storage storage, int64_t k, int64_t columns) {
  const int64_t group = GroupLength(storage);
  return (k + group - 1) / group * columns * GroupBytes(storage);
}

}  // namespace nrnn::cpu

#endif  // NATIVERNN_CPU_STREAM_KERNELS_H_
