// What backward sums over all steps once the time loop has left the gradients of the
// pre-activations in the reserve: dx = da W_ih by rows, dW and db as outer products over all rows.
// Rows past their length take no part.
#include <algorithm>

#include "cpu/rnn_layer.h"

namespace nrnn::cpu {
namespace {

// Rows of one dx task: rows x G H floats of da stay in L2 while the panels of W_ih pass.
int64_t RowsOfInputTask(int64_t gate_rows) {
  return std::clamp<int64_t>(65536 / gate_rows, 24, kMaxTaskRows);
}

}  // namespace

// Rows (t, b) of dx = da W_ih of one direction; each product takes up to kMaxTaskRows of them.
class RnnLayer::InputGradientRows {
 public:
  InputGradientRows(const RnnLayer& layer, const LayerBackwardCall& call, int64_t direction)
      : layer_(layer), call_(call), direction_(direction) {}

  void Add(int64_t t, int64_t b) {
    float* dx = call_.dx.data + t * call_.dx.step + b * call_.dx.row;
    if (call_.lengths && t >= call_.lengths[b]) {
      std::fill(dx, dx + layer_.input_, 0.0f);
      return;
    }
    if (count_ == kMaxTaskRows) Multiply();
    const int64_t gate_rows = layer_.shape_.GateRows();
    da_rows_[count_] = call_.reserve.gates[direction_] + (t * call_.batch + b) * gate_rows;
    dx_rows_[count_++] = dx;
  }

  void Multiply() {
    const int64_t gate_rows = layer_.shape_.GateRows();
    layer_.backend_.kernels().gemm->multiply_rows(
        {count_, gate_rows, layer_.input_, da_rows_, layer_.weights_[direction_].ih_back.data(),
         gate_rows, nullptr, direction_ == 1, dx_rows_});
    count_ = 0;
  }

 private:
  const RnnLayer& layer_;
  const LayerBackwardCall& call_;
  const int64_t direction_;
  int64_t count_ = 0;
  const float* da_rows_[kMaxTaskRows];
  float* dx_rows_[kMaxTaskRows];
};

void RnnLayer::InputGradient(const LayerBackwardCall& call) {
  const int64_t total = call.steps * call.batch;
  backend_.pool().For(total, RowsOfInputTask(shape_.GateRows()), [&](int64_t begin, int64_t end) {
    for (int64_t direction = 0; direction < shape_.directions; ++direction) {
      InputGradientRows rows(*this, call, direction);
      for (int64_t index = begin; index < end; ++index) {
        rows.Add(index / call.batch, index % call.batch);
      }
      rows.Multiply();
    }
  });
}

void RnnLayer::InputGradientOfSteps(const LayerBackwardCall& call, const LayerSplit& split,
                                    int64_t task, StepRange range, LayerWorkspace& workspace) {
  const int64_t row = split.Begin(split.Slice(task));
  const int64_t rows = split.Begin(split.Slice(task) + 1) - row;
  const int64_t all = (range.last - range.first) * rows;
  InputGradientRows mine(*this, call, 0);
  const int64_t part = split.Part(task);
  for (int64_t k = all * part / split.parts; k < all * (part + 1) / split.parts; ++k) {
    mine.Add(range.first + k / rows, row + k % rows);
  }
  mine.Multiply();
  if (split.parts > 1) workspace.barriers[static_cast<size_t>(split.Team(task))].Wait();
}

void RnnLayer::CollectRows(const LayerBackwardCall& call, int64_t direction, const float* zeros,
                           GradientRows& rows) const {
  const size_t total = static_cast<size_t>(call.steps * call.batch);
  for (auto* list : {&rows.gates, &rows.aux, &rows.x, &rows.h_prev}) {
    list->clear();
    list->reserve(total);
  }
  const float* h0 = call.h0 ? call.h0 + direction * call.batch * shape_.hidden : zeros;
  const float* y = call.y.data + direction * shape_.hidden;
  for (int64_t t = 0; t < call.steps; ++t) {
    for (int64_t b = 0; b < call.batch; ++b) {
      const int64_t length = call.lengths ? call.lengths[b] : call.steps;
      if (t >= length) continue;
      const int64_t index = t * call.batch + b;
      const int64_t before = direction == 0 ? t - 1 : (t + 1 < length ? t + 1 : -1);
      rows.gates.push_back(call.reserve.gates[direction] + index * shape_.GateRows());
      rows.x.push_back(call.x.data + t * call.x.step + b * call.x.row);
      rows.h_prev.push_back(before < 0 ? h0 + b * shape_.hidden
                                       : y + before * call.y.step + b * call.y.row);
      if (call.reserve.aux[direction]) {
        rows.aux.push_back(call.reserve.aux[direction] + index * shape_.hidden);
      }
    }
  }
}

void RnnLayer::AddProducts(const GradientRows& rows, int64_t direction, float* dparams,
                           std::vector<OuterProduct>& products) const {
  const LayerParams at = LocateLayer(shape_, layer_, direction);
  const int64_t hidden = shape_.hidden;
  const int64_t gate_rows = shape_.GateRows();
  float* dweight_ih = dparams + at.weight_ih;
  float* dweight_hh = dparams + at.weight_hh;
  float* dbias_ih = shape_.bias ? dparams + at.bias_ih : nullptr;
  float* dbias_hh = shape_.bias ? dparams + at.bias_hh : nullptr;
  const bool reset_after = shape_.cell == Cell::kGru;
  products.push_back({gate_rows,
                      input_,
                      &rows.gates,
                      0,
                      &rows.x,
                      dweight_ih,
                      {dbias_ih, reset_after ? nullptr : dbias_hh}});
  if (shape_.Gates() != 3) {
    products.push_back({gate_rows, hidden, &rows.gates, 0, &rows.h_prev, dweight_hh, {}});
    return;
  }
  // GRU: n's recurrent product has a gradient (reset after) or an input (reset before) of its own,
  // kept in aux.
  products.push_back({2 * hidden,
                      hidden,
                      &rows.gates,
                      0,
                      &rows.h_prev,
                      dweight_hh,
                      {reset_after ? dbias_hh : nullptr, nullptr}});
  float* dweight_hn = dweight_hh + 2 * hidden * hidden;
  if (reset_after) {
    products.push_back({hidden,
                        hidden,
                        &rows.aux,
                        0,
                        &rows.h_prev,
                        dweight_hn,
                        {dbias_hh ? dbias_hh + 2 * hidden : nullptr, nullptr}});
  } else {
    products.push_back({hidden, hidden, &rows.gates, 2 * hidden, &rows.aux, dweight_hn, {}});
  }
}

void RnnLayer::ParameterGradients(const LayerBackwardCall& call, LayerWorkspace& workspace) {
  const float* zeros = Zeros(call, workspace);
  workspace.products.clear();
  for (int64_t direction = 0; direction < shape_.directions; ++direction) {
    GradientRows& rows = workspace.rows[direction];
    CollectRows(call, direction, zeros, rows);
    AddProducts(rows, direction, call.dparams, workspace.products);
  }
  RunOuterProducts(*backend_.kernels().gemm, workspace.products, backend_.pool(), workspace.outer);
}

}  // namespace nrnn::cpu
