// Backward of a stack of recurrent layers: the recurrences leave the gradients of the
// pre-activations in the reserve, in place of the gates; dx, dW and db are products and sums over
// all rows of those. Steps at or after a row's length have da = 0 and x, h' = 0 here, so that they
// take no part.
#include "cuda/column_sums.h"
#include "cuda/rnn_plan.h"

namespace nrnn::cuda {

Sequence<const float> CudaRnnPlan::LayerOutput(const RnnBackwardArgs& args, int64_t layer) const {
  const int64_t columns = shape_.directions * shape_.hidden;
  if (layer + 1 == shape_.layers) return CallerOrder(args.y, args.steps, args.batch, columns);
  const float* y = args.reserve + layout_[static_cast<size_t>(layer)].y;
  return TimeMajor(y, args.batch, columns);
}

// The recurrences of a layer.
void CudaRnnPlan::BackwardLayer(const RnnBackwardArgs& args, int64_t layer,
                                Sequence<const float> dy, Shared& shared) {
  RecurrentBackwardCall calls[2] = {};
  const Sequence<const float> y = LayerOutput(args, layer);
  for (int64_t direction = 0; direction < shape_.directions; ++direction) {
    RecurrentBackwardCall& call = calls[direction];
    FillCall(layer, direction, shared, args.params, args.h0, args.c0, args.reserve, call);
    const int64_t state = (layer * shape_.directions + direction) * shared.batch * shape_.hidden;
    const auto at_state = [&](auto* states) { return states ? states + state : nullptr; };
    call.tiling =
        ChooseBackwardTiling(shape_.cell, shape_.hidden, shared.batch, precision_, limits_);
    call.y = y.data + direction * shape_.hidden;
    call.y_step = y.step;
    call.y_row = y.row;
    call.dy = dy.data ? dy.data + direction * shape_.hidden : nullptr;
    call.dy_step = dy.step;
    call.dy_row = dy.row;
    call.dhn = at_state(args.dhn);
    call.dcn = at_state(args.dcn);
    call.dh0 = at_state(args.dh0);
    call.dc0 = at_state(args.dc0);
    Hold(shared, backend_.Borrow(RecurrentBackwardScratchBytes(call)));
    call.scratch = shared.held.back().data();
    call.graphs = &graphs_;
  }
  ForDirections([&](int64_t direction, Stream& stream) {
    calls[direction].stream = &stream;
    RecurrentBackward(calls[direction]);
  });
}

// dx [T B, in] = the sum over directions of da W_ih.
void CudaRnnPlan::InputGradient(const RnnBackwardArgs& args, int64_t layer, float* dx,
                                Shared& shared) {
  const int64_t input = shape_.LayerInput(layer);
  for (int64_t direction = 0; direction < shape_.directions; ++direction) {
    ProductArgs product = DenseProduct(shared.steps * shared.batch, input, shape_.GateRows(), false,
                                       false, gradient_precision_);
    product.a = args.reserve + layout_[static_cast<size_t>(layer)].gates[direction];
    product.b = args.params + LocateLayer(shape_, layer, direction).weight_ih;
    product.c = dx;
    product.accumulate = direction == 1;
    Hold(shared, Product(backend_, product, backend_.stream()));
  }
}

void CudaRnnPlan::AddBiasGradients(const ParameterGradients& of, Shared& shared) {
  if (!shape_.bias) return;
  const LayerParams at = LocateLayer(shape_, of.layer, of.direction);
  const int64_t hidden = shape_.hidden, gate_rows = shape_.GateRows();
  const auto add = [&](const float* x, int64_t columns, int64_t stride, int64_t to) {
    const ColumnSumsArgs args{shared.steps * shared.batch, columns, x, stride, of.dparams + to};
    Hold(shared, AddColumnSums(backend_, args, weights_));
  };
  add(of.da, gate_rows, gate_rows, at.bias_ih);
  if (shape_.cell != Cell::kGru) return add(of.da, gate_rows, gate_rows, at.bias_hh);
  add(of.da, 2 * hidden, gate_rows, at.bias_hh);
  add(of.aux, hidden, hidden, at.bias_hh + 2 * hidden);
}

// dW_hh of some gates += da^T previous; da: [T B] rows of `stride` floats, from the first gate on;
// previous: null for h', else [T B,H] to take in its place.
void CudaRnnPlan::AddHiddenGradient(const ParameterGradients& of, int64_t first_gate, int64_t gates,
                                    const float* da, int64_t stride, const float* previous,
                                    Shared& shared) {
  const int64_t hidden = shape_.hidden, batch = shared.batch;
  const LayerParams at = LocateLayer(shape_, of.layer, of.direction);
  const auto add = [&](const float* gradients, const float* h, int64_t h_stride, int64_t rows) {
    if (rows == 0) return;
    ProductArgs product =
        DenseProduct(gates * hidden, hidden, rows, true, false, gradient_precision_);
    product.accumulate = true;
    product.a = gradients;
    product.lda = stride;
    product.b = h;
    product.ldb = h_stride;
    product.c = of.dparams + at.weight_hh + first_gate * hidden * hidden;
    Hold(shared, Product(backend_, product, weights_));
  };
  if (previous) return add(da, previous, hidden, shared.steps * batch);
  // All rows take all steps and y is time-major: h' is y, a step away, and h0.
  const bool reverse = of.direction == 1;
  const int64_t later = (shared.steps - 1) * batch;
  add(da + (reverse ? 0 : batch * stride), of.y.data + (reverse ? of.y.step : 0), of.y.row, later);
  if (of.h0) add(da + (reverse ? later * stride : 0), of.h0, hidden, batch);
}

void CudaRnnPlan::AddWeightGradients(const ParameterGradients& of, Shared& shared) {
  const int64_t rows = shared.steps * shared.batch;
  const int64_t hidden = shape_.hidden, gate_rows = shape_.GateRows();
  const int64_t input = shape_.LayerInput(of.layer);
  ProductArgs product = DenseProduct(gate_rows, input, rows, true, false, gradient_precision_);
  product.accumulate = true;
  product.a = of.da;
  product.b = of.x;
  product.c = of.dparams + LocateLayer(shape_, of.layer, of.direction).weight_ih;
  Hold(shared, Product(backend_, product, weights_));

  const bool shifts = shared.lengths == nullptr && of.y.step == shared.batch * of.y.row;
  float* previous = nullptr;
  if (!shifts) {
    previous = Hold(shared, rows * hidden);
    CopyPreviousHidden(backend_,
                       {shared.steps, shared.batch, hidden, of.direction == 1, shared.lengths,
                        of.h0, of.y, previous},
                       weights_);
  }
  if (shape_.Gates() != 3) {
    return AddHiddenGradient(of, 0, shape_.Gates(), of.da, gate_rows, previous, shared);
  }
  // GRU: n's recurrent product has a gradient (reset after) or an input (reset before) of its own,
  // in aux.
  AddHiddenGradient(of, 0, 2, of.da, gate_rows, previous, shared);
  if (shape_.cell == Cell::kGru) {
    AddHiddenGradient(of, 2, 1, of.aux, hidden, previous, shared);
  } else {
    AddHiddenGradient(of, 2, 1, of.da + 2 * hidden, gate_rows, of.aux, shared);
  }
}

// Queues a layer's dW and db on their stream, after all that is on the main one.
void CudaRnnPlan::LayerGradients(const RnnBackwardArgs& args, int64_t layer, Shared& shared) {
  const ReserveOffsets& offsets = layout_[static_cast<size_t>(layer)];
  const float* x = layer == 0 ? TimeMajorInput(args.x, shared.lengths, shared)
                              : args.reserve + layout_[static_cast<size_t>(layer - 1)].dropped;
  ready_.Record(backend_.stream());
  ready_.Hold(weights_);
  for (int64_t direction = 0; direction < shape_.directions; ++direction) {
    const int64_t state = (layer * shape_.directions + direction) * shared.batch * shape_.hidden;
    ParameterGradients of{};
    of.layer = layer;
    of.direction = direction;
    of.da = args.reserve + offsets.gates[direction];
    of.aux = offsets.aux[direction] >= 0 ? args.reserve + offsets.aux[direction] : nullptr;
    of.x = x;
    of.h0 = args.h0 ? args.h0 + state : nullptr;
    of.y = LayerOutput(args, layer);
    of.y.data += direction * shape_.hidden;
    of.dparams = args.dparams;
    AddWeightGradients(of, shared);
    AddBiasGradients(of, shared);
  }
}

void CudaRnnPlan::Backward(const RnnBackwardArgs& args) {
  LayOut(args.steps, args.batch);
  Shared shared{args.steps, args.batch, nullptr, {}};
  CheckLengths(args.lengths, shared);
  const int64_t columns = shape_.directions * shape_.hidden;
  const int64_t rows = args.steps * args.batch;
  auto dy = CallerOrder(args.dy, args.steps, args.batch, columns);
  for (int64_t layer = shape_.layers - 1; layer >= 0; --layer) {
    BackwardLayer(args, layer, dy, shared);
    if (layer > 0) {
      float* dx = Hold(shared, rows * columns);
      InputGradient(args, layer, dx, shared);
      if (args.dparams) LayerGradients(args, layer, shared);
      if (shape_.dropout > 0.0f) Drop(dx, rows * columns, layer - 1, args.seed, dx);
      dy = TimeMajor<const float>(dx, args.batch, columns);
      continue;
    }
    if (args.dx) {
      float* dx = shape_.batch_first ? Hold(shared, rows * shape_.input) : args.dx;
      InputGradient(args, layer, dx, shared);
      if (shape_.batch_first) {
        CopySequence(backend_,
                     {args.steps, args.batch, shape_.input, nullptr,
                      TimeMajor<const float>(dx, args.batch, shape_.input),
                      CallerOrder(args.dx, args.steps, args.batch, shape_.input)},
                     backend_.stream());
      }
    }
    if (args.dparams) LayerGradients(args, layer, shared);
  }
  if (!args.dparams) return;
  done_.Record(weights_);
  done_.Hold(backend_.stream());
}

}  // namespace nrnn::cuda
