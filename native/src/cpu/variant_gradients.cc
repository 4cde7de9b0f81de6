// What backward sums over all steps, with options: gradients of biases, gains and peepholes as sums
// over columns, then dx by rows and dW as outer products. Rows past their length take no part.
#include <algorithm>

#include "cpu/random.h"
#include "cpu/variant_slice.h"

namespace nrnn::cpu {
namespace {

// Columns of one task: a few cache lines of every row.
constexpr int64_t kColumns = 64;
// Rows of one dx task.
constexpr int64_t kInputRows = 64;

void Fill(const PlaceArray& array, const std::vector<int64_t>& places,
          std::vector<const float*>& rows) {
  rows.clear();
  if (!array.data) return;
  rows.reserve(places.size());
  for (const int64_t place : places) rows.push_back(array.At(place));
}

}  // namespace

void VariantLayer::CollectRows(const VariantBackwardCall& call, int64_t direction,
                               VariantWorkspace& workspace) const {
  const Slice slice = SliceOf(call, direction, 0, call.batch, call.y, workspace);
  const VariantArrays& arrays = slice.arrays;
  VariantRows& rows = workspace.rows[direction];
  rows.places.clear();
  for (auto* list : {&rows.x, &rows.h_product, &rows.c_before}) list->clear();
  for (int64_t s = 0; s < call.steps; ++s) {
    for (int64_t b = 0; b < call.batch; ++b) {
      if (!slice.Active(s, b)) continue;
      rows.places.push_back(slice.Place(s, b));
      rows.x.push_back(slice.X(s, b));
      rows.h_product.push_back(slice.ProductHidden(s, b));
      if (arrays.c.data) rows.c_before.push_back(slice.CellBefore(s, b));
    }
  }
  Fill(arrays.gates, rows.places, rows.gates);
  Fill(KeepsApart(shape_) ? arrays.hidden_part : arrays.gates, rows.places, rows.hidden_part);
  Fill(shape_.options.layer_norm ? arrays.input_hat : arrays.gates, rows.places, rows.input_part);
  Fill(arrays.hidden_hat, rows.places, rows.hidden_hat);
  Fill(arrays.cell_hat, rows.places, rows.cell_hat);
  Fill(arrays.dnormed, rows.places, rows.dnormed);
  Fill(arrays.reset_hidden, rows.places, rows.reset_hidden);
  Fill(arrays.out, rows.places, rows.out);
  Fill(arrays.dprojected, rows.places, rows.dprojected);
  Fill(arrays.c_new.data ? arrays.c_new : arrays.c, rows.places, rows.c_new);
}

void VariantLayer::AddColumns(int64_t direction, const VariantBackwardCall& call,
                              VariantWorkspace& workspace) const {
  const VariantRows& rows = workspace.rows[direction];
  const LayerParams at = LocateLayer(shape_, layer_, direction);
  const int64_t gate_rows = shape_.GateRows(), hidden = shape_.hidden;
  std::vector<ColumnProduct>& columns = workspace.columns;
  float* dparams = call.dparams;
  const auto add = [&](const std::vector<const float*>& a, int64_t a_column,
                       const std::vector<const float*>* b, int64_t b_column, int64_t count,
                       int64_t sums) {
    columns.push_back({&a, a_column, b, b_column, count, dparams + sums});
  };
  // Gradients of peepholes: c' for i and f, the new c for o.
  const int64_t gated = shape_.PeepholeRows() - hidden;
  for (int64_t first = 0; at.peephole >= 0 && first < gated; first += hidden) {
    add(rows.gates, first, &rows.c_before, 0, hidden, at.peephole + first);
  }
  if (at.peephole >= 0) {
    add(rows.gates, gate_rows - hidden, &rows.c_new, 0, hidden, at.peephole + gated);
  }
  if (!shape_.options.layer_norm) return;
  add(rows.gates, 0, &rows.input_part, 0, gate_rows, at.norm_ih);
  if (at.bias_ih >= 0) add(rows.gates, 0, nullptr, 0, gate_rows, at.bias_ih);
  // n's part of h' in a GRU with reset after has a gradient of its own.
  const bool own = shape_.cell == Cell::kGru;
  const int64_t same = own ? 2 * hidden : gate_rows;
  add(rows.gates, 0, &rows.hidden_hat, 0, same, at.norm_hh);
  if (own) add(rows.reset_hidden, 0, &rows.hidden_hat, same, hidden, at.norm_hh + same);
  if (at.bias_hh >= 0) add(rows.gates, 0, nullptr, 0, same, at.bias_hh);
  if (at.bias_hh >= 0 && own) add(rows.reset_hidden, 0, nullptr, 0, hidden, at.bias_hh + same);
  if (!shape_.NormalizesCell()) return;
  add(rows.dnormed, 0, &rows.cell_hat, 0, hidden, at.norm_cell);
  add(rows.dnormed, 0, nullptr, 0, hidden, at.norm_cell_bias);
}

void VariantLayer::RunColumns(const VariantWorkspace& workspace) {
  for (const ColumnProduct& product : workspace.columns) {
    const int64_t rows = static_cast<int64_t>(product.a_rows->size());
    backend_.pool().For(product.count, kColumns, [&](int64_t begin, int64_t end) {
      kernels().column_sums({rows, end - begin, product.a_rows->data(), product.a_column + begin,
                             product.b_rows ? product.b_rows->data() : nullptr,
                             product.b_column + begin, product.sums + begin});
    });
  }
}

// input_hat becomes the gradient of x W_ih: the gains' gradients have been summed from it.
void VariantLayer::FinishInputGradients(const VariantBackwardCall& call,
                                        VariantWorkspace& workspace) {
  for (int64_t direction = 0; direction < shape_.directions; ++direction) {
    const VariantCell cell = CellOf(call.params, direction);
    const VariantArrays& arrays = call.arrays.directions[direction];
    const std::vector<int64_t>& places = workspace.rows[direction].places;
    const int64_t count = static_cast<int64_t>(places.size());
    backend_.pool().For(count, kInputRows, [&](int64_t begin, int64_t end) {
      for (int64_t k = begin; k < end; ++k) {
        const int64_t place = places[static_cast<size_t>(k)];
        VariantRow row{};
        row.gates = arrays.gates.At(place);
        row.input_hat = arrays.input_hat.At(place);
        row.scales = arrays.scales.At(place);
        kernels().finish_input(cell, row);
      }
    });
  }
}

void VariantLayer::InputGradient(const VariantBackwardCall& call) {
  const int64_t gate_rows = shape_.GateRows();
  const PlaceArray& mask = call.arrays.input.mask;
  backend_.pool().For(call.steps * call.batch, kInputRows, [&](int64_t begin, int64_t end) {
    const float* da_rows[kInputRows];
    float* dx_rows[kInputRows];
    int64_t batch_rows[kInputRows];
    for (int64_t direction = 0; direction < shape_.directions; ++direction) {
      const VariantArrays& arrays = call.arrays.directions[direction];
      const PlaceArray& parts = shape_.options.layer_norm ? arrays.input_hat : arrays.gates;
      int64_t count = 0;
      for (int64_t place = begin; place < end; ++place) {
        const int64_t t = place / call.batch, b = place % call.batch;
        float* dx = call.dx.data + t * call.dx.step + b * call.dx.row;
        if (call.lengths && t >= call.lengths[b]) {
          std::fill_n(dx, input_, 0.0f);
          continue;
        }
        da_rows[count] = parts.At(place);
        batch_rows[count] = b;
        dx_rows[count++] = dx;
      }
      gemm().multiply_rows({count, gate_rows, input_, da_rows, weights_[direction].ih_back.data(),
                            gate_rows, nullptr, direction == 1, dx_rows});
      for (int64_t r = 0; mask.data && direction + 1 == shape_.directions && r < count; ++r) {
        kernels().multiply(dx_rows[r], mask.At(batch_rows[r]), false, input_, dx_rows[r]);
      }
    }
  });
}

void VariantLayer::AddProducts(int64_t direction, const VariantBackwardCall& call,
                               float* dweight_hh, VariantWorkspace& workspace) const {
  const VariantRows& rows = workspace.rows[direction];
  const LayerParams at = LocateLayer(shape_, layer_, direction);
  const int64_t gate_rows = shape_.GateRows(), hidden = shape_.hidden, output = shape_.Output();
  // Sums of da: normalised layers have them already.
  const bool biased = shape_.bias && !shape_.options.layer_norm;
  float* dbias_ih = biased ? call.dparams + at.bias_ih : nullptr;
  float* dbias_hh = biased ? call.dparams + at.bias_hh : nullptr;
  std::vector<OuterProduct>& products = workspace.products;
  products.push_back({gate_rows,
                      input_,
                      &rows.input_part,
                      0,
                      &rows.x,
                      call.dparams + at.weight_ih,
                      {dbias_ih, nullptr}});
  if (shape_.cell == Cell::kGruResetBefore) {
    products.push_back({2 * hidden,
                        hidden,
                        &rows.hidden_part,
                        0,
                        &rows.h_product,
                        dweight_hh,
                        {dbias_hh, nullptr}});
    products.push_back({hidden,
                        hidden,
                        &rows.hidden_part,
                        2 * hidden,
                        &rows.reset_hidden,
                        dweight_hh + 2 * hidden * hidden,
                        {dbias_hh ? dbias_hh + 2 * hidden : nullptr, nullptr}});
  } else {
    products.push_back({gate_rows,
                        output,
                        &rows.hidden_part,
                        0,
                        &rows.h_product,
                        dweight_hh,
                        {dbias_hh, nullptr}});
  }
  if (shape_.options.projection > 0) {
    products.push_back(
        {output, hidden, &rows.dprojected, 0, &rows.out, call.dparams + at.weight_hr, {}});
  }
}

void VariantLayer::ParameterGradients(const VariantBackwardCall& call,
                                      VariantWorkspace& workspace) {
  const int64_t length = HiddenWeights();
  const bool drops = shape_.options.weight_dropout > 0.0f;
  float* dropped = nullptr;
  if (drops) {
    dropped = workspace.dweights.Grow(shape_.directions * length);
    std::fill_n(dropped, shape_.directions * length, 0.0f);
  }
  workspace.products.clear();
  for (int64_t direction = 0; direction < shape_.directions; ++direction) {
    float* dweight_hh = drops ? dropped + direction * length
                              : call.dparams + LocateLayer(shape_, layer_, direction).weight_hh;
    AddProducts(direction, call, dweight_hh, workspace);
  }
  RunOuterProducts(gemm(), workspace.products, backend_.pool(), workspace.outer);
  for (int64_t direction = 0; drops && direction < shape_.directions; ++direction) {
    float* gradient = dropped + direction * length;
    backend_.kernels().random->dropout(
        {call.seed, MaskOffset(Mask::kWeight, layer_), direction * length},
        shape_.options.weight_dropout, gradient, gradient, length);
    kernels().multiply(gradient, nullptr, true, length,
                       call.dparams + LocateLayer(shape_, layer_, direction).weight_hh);
  }
}

}  // namespace nrnn::cpu
