#include "cpu/variant_reserve.h"

#include <initializer_list>

namespace nrnn::cpu {
namespace {

// Arrays start on cache lines.
int64_t Aligned(int64_t floats) { return (floats + 15) / 16 * 16; }

class Places {
 public:
  Places(int64_t places, int64_t start) : places_(places), end_(start) {}
  void Take(bool has, int64_t width, PlaceArray& array) { TakeRows(has, places_, width, array); }
  void TakeRows(bool has, int64_t rows, int64_t width, PlaceArray& array) {
    array = PlaceArray();
    if (!has) return;
    array.width = width;
    array.offset = end_;
    end_ += Aligned(rows * width);
  }
  int64_t end() const { return end_; }

 private:
  const int64_t places_;
  int64_t end_;
};

void LayOutDirection(const RnnShape& shape, int64_t batch, bool training, Places& places,
                     VariantArrays& arrays) {
  const RnnOptions& options = shape.options;
  const int64_t hidden = shape.hidden, output = shape.Output();
  const bool lstm = shape.cell == Cell::kLstm, norm = options.layer_norm;
  const bool projects = options.projection > 0;
  const bool draws = training && !options.evaluation;
  places.Take(true, shape.GateRows(), arrays.gates);
  places.Take(KeepsApart(shape), shape.GateRows(), arrays.hidden_part);
  places.Take(norm, shape.GateRows(), arrays.input_hat);
  places.Take(norm, shape.GateRows(), arrays.hidden_hat);
  places.Take(norm, 2 * shape.Gates() + 1, arrays.scales);
  places.Take(shape.NormalizesCell(), hidden, arrays.cell_hat);
  places.Take(training && shape.NormalizesCell(), hidden, arrays.dnormed);
  places.Take(lstm, hidden, arrays.c);
  places.Take(lstm && options.zoneout_c > 0.0f, hidden, arrays.c_new);
  places.Take(draws && options.zoneout_h > 0.0f, output, arrays.keep_h);
  places.Take(draws && options.zoneout_c > 0.0f, hidden, arrays.keep_c);
  places.Take(shape.cell == Cell::kGruResetBefore || (shape.cell == Cell::kGru && norm), hidden,
              arrays.reset_hidden);
  places.Take(projects || options.zoneout_h > 0.0f, hidden, arrays.out);
  places.Take(projects && options.zoneout_h > 0.0f, output, arrays.projected);
  places.Take(training && projects, output, arrays.dprojected);
  places.Take(training && options.recurrent_dropout > 0.0f, output, arrays.h_product);
  places.TakeRows(training && options.recurrent_dropout > 0.0f, batch, output,
                  arrays.recurrent_mask);
}

void BindArray(PlaceArray& array, float* memory) {
  array.data = array.offset < 0 ? nullptr : memory + array.offset;
}

}  // namespace

int64_t LayOut(const RnnShape& shape, int64_t layer, int64_t places, int64_t batch, bool training,
               int64_t start, VariantLayout* out_layout) {
  Places rows(places, start);
  for (int64_t direction = 0; direction < shape.directions; ++direction) {
    LayOutDirection(shape, batch, training, rows, out_layout->directions[direction]);
  }
  VariantInput& input = out_layout->input;
  const bool drops = training && shape.options.input_dropout > 0.0f;
  const bool kept = training && layer + 1 < shape.layers;
  rows.Take(drops, shape.LayerInput(layer), input.x);
  rows.TakeRows(drops, batch, shape.LayerInput(layer), input.mask);
  rows.Take(kept, shape.directions * shape.Output(), input.y);
  if (kept && shape.dropout > 0.0f) {
    rows.Take(true, shape.directions * shape.Output(), input.dropped);
  } else {
    input.dropped = input.y;
  }
  return rows.end();
}

void Bind(VariantLayout& layout, float* memory) {
  for (VariantArrays& arrays : layout.directions) {
    for (PlaceArray* array :
         {&arrays.gates, &arrays.hidden_part, &arrays.input_hat, &arrays.hidden_hat, &arrays.scales,
          &arrays.cell_hat, &arrays.dnormed, &arrays.c, &arrays.c_new, &arrays.keep_h,
          &arrays.keep_c, &arrays.reset_hidden, &arrays.out, &arrays.projected, &arrays.dprojected,
          &arrays.h_product, &arrays.recurrent_mask}) {
      BindArray(*array, memory);
    }
  }
  VariantInput& input = layout.input;
  for (PlaceArray* array : {&input.x, &input.mask, &input.y, &input.dropped}) {
    BindArray(*array, memory);
  }
}

}  // namespace nrnn::cpu
