// Packs the weights of a stream: rounds or quantises them and brings the words in the order in
// which the products read them. Plain code, the same for every instruction set.
#ifndef NATIVERNN_CPU_STREAM_PACKING_H_
#define NATIVERNN_CPU_STREAM_PACKING_H_

#include "cpu/stream_kernels.h"

namespace nrnn::cpu {

// A matrix [gates x hidden, k], row-major, to be packed.
struct PackMatrixArgs {
  nrnn_weight_storage storage;
  int64_t gates, hidden, k;
  int64_t padded;  // hidden, rounded up to whole vectors
  int64_t panel;   // columns of a panel
  const float* weight;
  uint8_t* bytes;  // PackedBytes
  float* scales;   // [gates x padded]; int8
};

void PackStreamMatrix(const PackMatrixArgs& args);

}  // namespace nrnn::cpu

#endif  // NATIVERNN_CPU_STREAM_PACKING_H_
