// What backward sums over all steps once the time loop has left the gradients of the
// pre-activations in the reserve: dx = da W_ih by rows, dW and db as outer products over all rows.
// Rows past their length take no part.
#include <algorithm>

#include "cpu/rnn_layer.h"

namespace nrnn::cpu {
namespace {

// Rows of one dx task: rows x G H floats of da stay in L2 while the panels of W_ih pass.
int64_t InputGradientRows(int64_t gate_rows) {
  return std::clamp<int64_t>(65536 / gate_rows, 24, kMaxTaskRows);
}

}  // namespace

void RnnLayer::InputGradient(const LayerBackwardCall& call) {
  const int64_t gate_rows = shape_.GateRows();
  const GemmKernels& gemm = *backend_.kernels().gemm;
  const int64_t total = call.steps * call.batch;
  backend_.pool().For(total, InputGradientRows(gate_rows), [&](int64_t begin, int64_t end) {
    const float* da_rows[kMaxTaskRows];
    float* dx_rows[kMaxTaskRows];
    for (int64_t direction = 0; direction < shape_.directions; ++direction) {
      int64_t count = 0;
      for (int64_t index = begin; index < end; ++index) {
        const int64_t t = index / call.batch;
        const int64_t b = index % call.batch;
        float* dx = call.dx.data + t * call.dx.step + b * call.dx.row;
        if (call.lengths && t >= call.lengths[b]) {
          std::fill(dx, dx + input_, 0.0f);
          continue;
        }
        da_rows[count] = call.reserve.gates[direction] + index * gate_rows;
        dx_rows[count++] = dx;
      }
      gemm.multiply_rows({count, gate_rows, input_, da_rows, weights_[direction].ih_back.data(),
                          gate_rows, nullptr, direction == 1, dx_rows});
    }
  });
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
  workspace.products.clear();
  for (int64_t direction = 0; direction < shape_.directions; ++direction) {
    GradientRows& rows = workspace.rows[direction];
    CollectRows(call, direction, workspace.zeros.data(), rows);
    AddProducts(rows, direction, call.dparams, workspace.products);
  }
  RunOuterProducts(*backend_.kernels().gemm, workspace.products, backend_.pool(), workspace.outer);
}

}  // namespace nrnn::cpu
