// What forward keeps of a stack of plain cells for backward, in one array; and where the masks
// between layers come from. The same on every device.
#ifndef NATIVERNN_CORE_RNN_RESERVE_H_
#define NATIVERNN_CORE_RNN_RESERVE_H_

#include <cstdint>
#include <vector>

#include "core/layout.h"

namespace nrnn {

// Where a layer's parts of the reserve begin, in floats; -1: it has none.
struct ReserveOffsets {
  int64_t gates[2];  // of each direction, [T,B,G H]
  int64_t aux[2];    // [T,B,H]
  int64_t y;         // output of every layer but the last, [T,B,D H]
  int64_t dropped;   // the same after dropout, what the next layer reads; y itself without dropout
};

// The layers' offsets, unless null; returns the whole length. Parts start on multiples of
// alignment, in floats.
inline int64_t LayOutReserve(const RnnShape& shape, int64_t steps, int64_t batch, int64_t alignment,
                             std::vector<ReserveOffsets>* out_layout) {
  if (out_layout) out_layout->clear();
  const int64_t rows = steps * batch;
  const bool has_aux = shape.Gates() > 1;
  int64_t end = 0;
  const auto take = [&](int64_t floats) {
    const int64_t start = end;
    end += (floats + alignment - 1) / alignment * alignment;
    return start;
  };
  for (int64_t layer = 0; layer < shape.layers; ++layer) {
    ReserveOffsets offsets{{-1, -1}, {-1, -1}, -1, -1};
    for (int64_t direction = 0; direction < shape.directions; ++direction) {
      offsets.gates[direction] = take(rows * shape.GateRows());
      if (has_aux) offsets.aux[direction] = take(rows * shape.hidden);
    }
    if (layer + 1 < shape.layers) {
      const int64_t output = rows * shape.directions * shape.hidden;
      offsets.y = take(output);
      offsets.dropped = shape.dropout > 0.0f ? take(output) : offsets.y;
    }
    if (out_layout) out_layout->push_back(offsets);
  }
  return end;
}

// The Philox counter at which the masks of a layer's output begin: a range for each layer.
inline int64_t FirstMaskCounter(int64_t layer) { return layer << 40; }

}  // namespace nrnn

#endif  // NATIVERNN_CORE_RNN_RESERVE_H_
