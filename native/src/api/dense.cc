// The C interface of gemm and linear.
#include <limits>

#include "api/guard.h"

using nrnn::Arguments;
using nrnn::CheckedProduct;
using nrnn::Guard;
using nrnn::Require;
using nrnn::RequireRange;

namespace {

constexpr int64_t kMaxSize = std::numeric_limits<int32_t>::max();

void RequireSize(const char* name, int64_t value) { RequireRange(name, value, 0, kMaxSize); }
void RequireFlag(const char* name, int32_t value) { RequireRange(name, value, 0, 1); }

}  // namespace

nrnn_status nrnn_gemm(nrnn_device* device, const nrnn_gemm_args* args) {
  return Guard("nrnn_gemm", [&] {
    Arguments buffers(device);
    Require(args != nullptr, "args is null");
    RequireSize("batch", args->batch);
    RequireSize("m", args->m);
    RequireSize("n", args->n);
    RequireSize("k", args->k);
    RequireFlag("transpose_a", args->transpose_a);
    RequireFlag("transpose_b", args->transpose_b);
    RequireFlag("share_a", args->share_a);
    RequireFlag("share_b", args->share_b);
    RequireFlag("accumulate", args->accumulate);
    const int64_t copies_a = args->share_a ? 1 : args->batch;
    const int64_t copies_b = args->share_b ? 1 : args->batch;
    nrnn::GemmArgs gemm{args->batch,
                        args->m,
                        args->n,
                        args->k,
                        args->transpose_a != 0,
                        args->transpose_b != 0,
                        args->share_a != 0,
                        args->share_b != 0,
                        args->accumulate != 0,
                        nullptr,
                        nullptr,
                        nullptr};
    gemm.a = buffers.In("a", args->a, CheckedProduct(copies_a, args->m * args->k));
    gemm.b = buffers.In("b", args->b, CheckedProduct(copies_b, args->k * args->n));
    gemm.c = buffers.Out("c", args->c, CheckedProduct(args->batch, args->m * args->n));
    buffers.backend().Gemm(gemm);
  });
}

nrnn_status nrnn_linear_forward(nrnn_device* device, const nrnn_linear_args* args) {
  return Guard("nrnn_linear_forward", [&] {
    Arguments buffers(device);
    Require(args != nullptr, "args is null");
    RequireSize("rows", args->rows);
    RequireRange("input", args->input, 1, kMaxSize);
    RequireRange("output", args->output, 1, kMaxSize);
    nrnn::LinearArgs linear{};
    linear.rows = args->rows;
    linear.input = args->input;
    linear.output = args->output;
    linear.x = buffers.In("x", args->x, args->rows * args->input);
    linear.weight = buffers.In("weight", args->weight, args->output * args->input);
    linear.bias = buffers.InOrNull("bias", args->bias, args->output);
    linear.y = buffers.Out("y", args->y, args->rows * args->output);
    buffers.backend().LinearForward(linear);
  });
}

nrnn_status nrnn_linear_backward(nrnn_device* device, const nrnn_linear_backward_args* args) {
  return Guard("nrnn_linear_backward", [&] {
    Arguments buffers(device);
    Require(args != nullptr, "args is null");
    RequireSize("rows", args->rows);
    RequireRange("input", args->input, 1, kMaxSize);
    RequireRange("output", args->output, 1, kMaxSize);
    nrnn::LinearBackwardArgs linear{};
    linear.rows = args->rows;
    linear.input = args->input;
    linear.output = args->output;
    linear.x = buffers.In("x", args->x, args->rows * args->input);
    linear.weight = buffers.In("weight", args->weight, args->output * args->input);
    linear.dy = buffers.In("dy", args->dy, args->rows * args->output);
    linear.dx = buffers.OutOrNull("dx", args->dx, args->rows * args->input);
    linear.dweight = buffers.OutOrNull("dweight", args->dweight, args->output * args->input);
    linear.dbias = buffers.OutOrNull("dbias", args->dbias, args->output);
    buffers.backend().LinearBackward(linear);
  });
}
