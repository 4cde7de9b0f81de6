// The steps of a stream: for each layer the product of its input with W_ih, that of its state with
// W_hh on top, then the cell's epilogue. The pre-activations of a row (4 H floats) stay in L1 in
// between. One instantiation for each storage of the weights; which one is chosen once per run.
#include "cpu/kernels.h"
#include "cpu/quantize-inl.h"
#include "cpu/stream_cells-inl.h"
#include "cpu/stream_product-inl.h"

namespace nrnn::cpu::NRNN_TARGET {
namespace {

// Rows of x, row_length floats apart, as the storage reads them.
template <class Storage>
void PrepareRows(const StreamRunArgs& args, const float* x, int64_t row_length, int64_t k) {
  for (int64_t b = 0; b < args.batch; ++b) {
    InputRow& row = args.rows[b];
    row.x = x + b * row_length;
    if constexpr (Storage::kQuantized) {
      QuantizeRow(row.x, k, args.quantized + b * args.quantized_row, &row);
    }
  }
}

// out = bias + rows W, or out += rows W without a bias.
template <class Storage>
void MultiplyPrepared(const StreamRunArgs& args, const PackedMatrix& matrix, const float* bias,
                      float* out, int64_t out_row) {
  Multiply<Storage>({matrix, args.rows, args.batch, bias, out, out_row});
}

template <class Storage>
void GruStep(const StreamRunArgs& args, const StreamLayer& layer, int64_t gate_floats, float* h) {
  const int64_t padded = args.padded;
  float* part = args.hidden_part;
  if (args.cell == Cell::kGru) {
    MultiplyPrepared<Storage>(args, layer.hn, layer.bias_hn, part, padded);
    for (int64_t b = 0; b < args.batch; ++b) {
      GruStreamRow(args.gates + b * gate_floats, part + b * padded, padded, h + b * padded);
    }
    return;
  }
  for (int64_t b = 0; b < args.batch; ++b) {
    GruStreamReset(args.gates + b * gate_floats, h + b * padded, padded, part + b * padded);
  }
  PrepareRows<Storage>(args, part, padded, args.hidden);
  MultiplyPrepared<Storage>(args, layer.hn, nullptr, args.gates + 2 * padded, gate_floats);
  for (int64_t b = 0; b < args.batch; ++b) {
    GruStreamUpdate(args.gates + b * gate_floats, padded, h + b * padded);
  }
}

// x: rows x_row floats apart. h, c: the layer's state.
template <class Storage>
void LayerStep(const StreamRunArgs& args, const StreamLayer& layer, const float* x, int64_t x_row,
               float* h, float* c) {
  const int64_t padded = args.padded;
  const int64_t gate_floats = GateCount(args.cell) * padded;
  PrepareRows<Storage>(args, x, x_row, layer.ih.k);
  MultiplyPrepared<Storage>(args, layer.ih, layer.bias, args.gates, gate_floats);
  PrepareRows<Storage>(args, h, padded, args.hidden);
  MultiplyPrepared<Storage>(args, layer.hh, nullptr, args.gates, gate_floats);
  if (args.cell == Cell::kGru || args.cell == Cell::kGruResetBefore) {
    return GruStep<Storage>(args, layer, gate_floats, h);
  }
  for (int64_t b = 0; b < args.batch; ++b) {
    const float* gates = args.gates + b * gate_floats;
    if (args.cell == Cell::kLstm) {
      LstmStreamRow(gates, padded, h + b * padded, c + b * padded);
    } else if (args.cell == Cell::kRnnTanh) {
      SimpleRnnStreamRow<false>(gates, padded, h + b * padded);
    } else {
      SimpleRnnStreamRow<true>(gates, padded, h + b * padded);
    }
  }
}

template <class Storage>
void RunSteps(const StreamRunArgs& args) {
  const int64_t state = args.batch * args.padded;
  for (int64_t t = 0; t < args.steps; ++t) {
    const float* x = args.x + t * args.batch * args.input;
    int64_t x_row = args.input;
    for (int64_t layer = 0; layer < args.layers; ++layer) {
      float* h = args.h + layer * state;
      float* c = args.c ? args.c + layer * state : nullptr;
      LayerStep<Storage>(args, args.layer[layer], x, x_row, h, c);
      x = h;
      x_row = args.padded;
    }
    for (int64_t b = 0; b < args.batch; ++b) {
      CopyFloats(x + b * x_row, args.hidden, args.y + (t * args.batch + b) * args.hidden);
    }
  }
}

void Run(const StreamRunArgs& args) {
  switch (args.storage) {
    case NRNN_WEIGHT_STORAGE_FLOAT32:
      return RunSteps<Float32Storage>(args);
    case NRNN_WEIGHT_STORAGE_BFLOAT16:
      return RunSteps<BFloat16Storage>(args);
    case NRNN_WEIGHT_STORAGE_INT8:
      return RunSteps<Int8Storage>(args);
  }
}

constexpr StreamKernels kKernels = {kStreamLanes, kStreamPanel, &Run};

}  // namespace

const StreamKernels& GetStreamKernels() { return kKernels; }

}  // namespace nrnn::cpu::NRNN_TARGET
