// The C interface of layer normalisation.
#include <cmath>
#include <limits>

#include "api/guard.h"

using nrnn::Arguments;
using nrnn::CheckedProduct;
using nrnn::Guard;
using nrnn::Require;
using nrnn::RequireRange;

namespace {

constexpr int64_t kMaxSize = std::numeric_limits<int32_t>::max();

// Checks the sizes of rows x columns; returns their product.
int64_t MatrixLength(int64_t rows, int64_t columns) {
  RequireRange("rows", rows, 0, kMaxSize);
  RequireRange("columns", columns, 1, kMaxSize);
  return CheckedProduct(rows, columns);
}

}  // namespace

nrnn_status nrnn_layer_norm_forward(const nrnn_layer_norm_args* args) {
  return Guard("nrnn_layer_norm_forward", [&] {
    Require(args != nullptr, "args is null");
    const int64_t length = MatrixLength(args->rows, args->columns);
    Require(args->epsilon >= 0.0f && std::isfinite(args->epsilon), "epsilon is ", args->epsilon,
            ", must be at least 0 and finite");
    Arguments buffers;
    nrnn::LayerNormArgs norm{};
    norm.rows = args->rows;
    norm.columns = args->columns;
    norm.epsilon = args->epsilon;
    norm.x = buffers.In("x", args->x, length);
    norm.weight = buffers.InOrNull("weight", args->weight, args->columns);
    norm.bias = buffers.InOrNull("bias", args->bias, args->columns);
    norm.y = buffers.Out("y", args->y, length);
    norm.statistics = buffers.OutOrNull("statistics", args->statistics, 2 * args->rows);
    buffers.backend().LayerNormForward(norm);
  });
}

nrnn_status nrnn_layer_norm_backward(const nrnn_layer_norm_backward_args* args) {
  return Guard("nrnn_layer_norm_backward", [&] {
    Require(args != nullptr, "args is null");
    const int64_t length = MatrixLength(args->rows, args->columns);
    Arguments buffers;
    nrnn::LayerNormBackwardArgs norm{};
    norm.rows = args->rows;
    norm.columns = args->columns;
    norm.x = buffers.In("x", args->x, length);
    norm.weight = buffers.InOrNull("weight", args->weight, args->columns);
    norm.statistics = buffers.In("statistics", args->statistics, 2 * args->rows);
    norm.dy = buffers.In("dy", args->dy, length);
    norm.dx = buffers.OutOrNull("dx", args->dx, length);
    norm.dweight = buffers.OutOrNull("dweight", args->dweight, args->columns);
    norm.dbias = buffers.OutOrNull("dbias", args->dbias, args->columns);
    buffers.backend().LayerNormBackward(norm);
  });
}
