// Every shape of a recurrent stack and where its parts lie: the parameters (PyTorch's order) and
// sizes per layer.
#ifndef NATIVERNN_CORE_LAYOUT_H_
#define NATIVERNN_CORE_LAYOUT_H_

#include <cstdint>

#include "nativernn/nativernn.h"

namespace nrnn {

enum class Cell { kLstm, kGru, kGruResetBefore, kRnnTanh, kRnnRelu };

// Gates that a cell computes: LSTM i f g o, GRU r z n, RNN one.
constexpr int64_t GateCount(Cell cell) {
  return cell == Cell::kLstm ? 4 : (cell == Cell::kGru || cell == Cell::kGruResetBefore) ? 3 : 1;
}

struct RnnShape {
  Cell cell;
  int64_t layers;
  int64_t directions;  // 1 or 2
  bool batch_first;
  bool bias;
  int64_t input;   // input_size of layer 0
  int64_t hidden;  // hidden_size
  float dropout;

  int64_t Gates() const { return GateCount(cell); }
  int64_t GateRows() const { return Gates() * hidden; }
  int64_t LayerInput(int64_t layer) const { return layer == 0 ? input : directions * hidden; }
};

// Offsets into params, in floats, of one layer and direction. Biases: -1 when the shape has none.
struct LayerParams {
  int64_t weight_ih;  // [G H, in]
  int64_t weight_hh;  // [G H, H]
  int64_t bias_ih;    // [G H]
  int64_t bias_hh;    // [G H]
  int64_t end;
};

inline int64_t LayerParamsLength(const RnnShape& shape, int64_t layer) {
  return shape.GateRows() * (shape.LayerInput(layer) + shape.hidden + (shape.bias ? 2 : 0));
}

inline LayerParams LocateLayer(const RnnShape& shape, int64_t layer, int64_t direction) {
  int64_t start = direction * LayerParamsLength(shape, layer);
  for (int64_t below = 0; below < layer; ++below) {
    start += shape.directions * LayerParamsLength(shape, below);
  }
  LayerParams at;
  at.weight_ih = start;
  at.weight_hh = at.weight_ih + shape.GateRows() * shape.LayerInput(layer);
  const int64_t biases = at.weight_hh + shape.GateRows() * shape.hidden;
  at.bias_ih = shape.bias ? biases : -1;
  at.bias_hh = shape.bias ? biases + shape.GateRows() : -1;
  at.end = start + LayerParamsLength(shape, layer);
  return at;
}

inline int64_t ParamsLength(const RnnShape& shape) {
  return LocateLayer(shape, shape.layers - 1, shape.directions - 1).end;
}

}  // namespace nrnn

#endif  // NATIVERNN_CORE_LAYOUT_H_
