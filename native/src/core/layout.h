// Every shape of a recurrent stack and where its parts lie: the parameters (PyTorch's order) and
// sizes per layer.
#ifndef NATIVERNN_CORE_LAYOUT_H_
#define NATIVERNN_CORE_LAYOUT_H_

#include <cstdint>

#include "core/rnn_options.h"
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
  RnnOptions options = {};

  // A coupled LSTM has f g o.
  int64_t Gates() const { return GateCount(cell) - (options.coupled ? 1 : 0); }
  int64_t GateRows() const { return Gates() * hidden; }
  // Numbers of h.
  int64_t Output() const { return options.projection > 0 ? options.projection : hidden; }
  int64_t LayerInput(int64_t layer) const { return layer == 0 ? input : directions * Output(); }
  // Gates with peepholes: i f o, or f o.
  int64_t PeepholeRows() const { return options.peephole ? (Gates() - 1) * hidden : 0; }
  bool NormalizesCell() const { return options.layer_norm && cell == Cell::kLstm; }
};

// Offsets into params, in floats, of one layer and direction; -1 for what the shape has not.
struct LayerParams {
  int64_t weight_ih;       // [G H, in]
  int64_t weight_hh;       // [G H, P], P = H without a projection
  int64_t bias_ih;         // [G H]
  int64_t bias_hh;         // [G H]
  int64_t weight_hr;       // [P, H]
  int64_t peephole;        // [3 H], coupled [2 H]
  int64_t norm_ih;         // [G H]
  int64_t norm_hh;         // [G H]
  int64_t norm_cell;       // [H]
  int64_t norm_cell_bias;  // [H]
  int64_t end;
};

// The parts of a layer and direction that starts at start.
inline LayerParams PlaceLayer(const RnnShape& shape, int64_t layer, int64_t start) {
  LayerParams at;
  at.end = start;
  const auto take = [&](bool has, int64_t floats) {
    const int64_t place = has ? at.end : -1;
    if (has) at.end += floats;
    return place;
  };
  const RnnOptions& options = shape.options;
  at.weight_ih = take(true, shape.GateRows() * shape.LayerInput(layer));
  at.weight_hh = take(true, shape.GateRows() * shape.Output());
  at.bias_ih = take(shape.bias, shape.GateRows());
  at.bias_hh = take(shape.bias, shape.GateRows());
  at.weight_hr = take(options.projection > 0, options.projection * shape.hidden);
  at.peephole = take(options.peephole, shape.PeepholeRows());
  at.norm_ih = take(options.layer_norm, shape.GateRows());
  at.norm_hh = take(options.layer_norm, shape.GateRows());
  at.norm_cell = take(shape.NormalizesCell(), shape.hidden);
  at.norm_cell_bias = take(shape.NormalizesCell(), shape.hidden);
  return at;
}

inline int64_t LayerParamsLength(const RnnShape& shape, int64_t layer) {
  return PlaceLayer(shape, layer, 0).end;
}

inline LayerParams LocateLayer(const RnnShape& shape, int64_t layer, int64_t direction) {
  int64_t start = direction * LayerParamsLength(shape, layer);
  for (int64_t below = 0; below < layer; ++below) {
    start += shape.directions * LayerParamsLength(shape, below);
  }
  return PlaceLayer(shape, layer, start);
}

inline int64_t ParamsLength(const RnnShape& shape) {
  return LocateLayer(shape, shape.layers - 1, shape.directions - 1).end;
}

}  // namespace nrnn

#endif  // NATIVERNN_CORE_LAYOUT_H_
