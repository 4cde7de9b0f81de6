// The C interface of embedding, softmax, cross-entropy, maxima and gather.
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

nrnn::Axis CheckAxis(const nrnn_axis* axis) {
  Require(axis != nullptr, "axis is null");
  RequireRange("outer", axis->outer, 0, kMaxSize);
  RequireRange("length", axis->length, 1, kMaxSize);
  RequireRange("inner", axis->inner, 0, kMaxSize);
  return {axis->outer, axis->length, axis->inner};
}

// outer x length x inner
int64_t Volume(const nrnn::Axis& axis, int64_t length) {
  return CheckedProduct(CheckedProduct(axis.outer, length), axis.inner);
}

void CheckEmbedding(const nrnn_embedding_args* args) {
  Require(args != nullptr, "args is null");
  RequireRange("rows", args->rows, 0, kMaxSize);
  RequireRange("vocabulary", args->vocabulary, 1, kMaxSize);
  RequireRange("dimension", args->dimension, 1, kMaxSize);
}

nrnn::CrossEntropyArgs CheckCrossEntropy(const nrnn_cross_entropy_args* args) {
  Require(args != nullptr, "args is null");
  MatrixLength(args->rows, args->columns);
  Require(args->ignore_index < 0, "ignore_index is ", args->ignore_index, ", must be negative");
  Require(args->label_smoothing >= 0.0f && args->label_smoothing <= 1.0f, "label_smoothing is ",
          args->label_smoothing, ", must be 0..1");
  nrnn::CrossEntropyArgs checked{};
  checked.rows = args->rows;
  checked.columns = args->columns;
  checked.ignore_index = args->ignore_index;
  checked.label_smoothing = args->label_smoothing;
  return checked;
}

}  // namespace

nrnn_status nrnn_embedding_forward(nrnn_device* device, const nrnn_embedding_args* args) {
  return Guard("nrnn_embedding_forward", [&] {
    Arguments buffers(device);
    CheckEmbedding(args);
    const int64_t dimension = args->dimension;
    nrnn::EmbeddingArgs embedding{};
    embedding.rows = args->rows;
    embedding.vocabulary = args->vocabulary;
    embedding.dimension = dimension;
    embedding.table = buffers.In("table", args->table, CheckedProduct(args->vocabulary, dimension));
    embedding.indices = buffers.InInt32("indices", args->indices, args->rows);
    embedding.y = buffers.Out("y", args->y, CheckedProduct(args->rows, dimension));
    buffers.backend().EmbeddingForward(embedding);
  });
}

nrnn_status nrnn_embedding_backward(nrnn_device* device, const nrnn_embedding_args* args) {
  return Guard("nrnn_embedding_backward", [&] {
    Arguments buffers(device);
    CheckEmbedding(args);
    const int64_t dimension = args->dimension;
    RequireRange("padding", args->padding, -1, args->vocabulary - 1);
    nrnn::EmbeddingBackwardArgs embedding{};
    embedding.rows = args->rows;
    embedding.vocabulary = args->vocabulary;
    embedding.dimension = dimension;
    embedding.padding = args->padding;
    embedding.dy = buffers.In("y", args->y, CheckedProduct(args->rows, dimension));
    embedding.indices = buffers.InInt32("indices", args->indices, args->rows);
    embedding.dtable =
        buffers.Out("table", args->table, CheckedProduct(args->vocabulary, dimension));
    buffers.backend().EmbeddingBackward(embedding);
  });
}

nrnn_status nrnn_max_forward(const nrnn_axis* axis, const nrnn_buffer* x, nrnn_buffer* y) {
  return Guard("nrnn_max_forward", [&] {
    const nrnn::Axis along = CheckAxis(axis);
    Arguments buffers;
    const float* from = buffers.In("x", x, Volume(along, along.length));
    float* to = buffers.Out("y", y, Volume(along, 1));
    buffers.backend().MaxForward(along, from, to);
  });
}

nrnn_status nrnn_max_backward(const nrnn_axis* axis, const nrnn_buffer* x, const nrnn_buffer* y,
                              const nrnn_buffer* dy, nrnn_buffer* dx) {
  return Guard("nrnn_max_backward", [&] {
    const nrnn::Axis along = CheckAxis(axis);
    const int64_t length = Volume(along, along.length);
    Arguments buffers;
    const float* forward_x = buffers.In("x", x, length);
    const float* forward_y = buffers.In("y", y, Volume(along, 1));
    const float* from = buffers.In("dy", dy, Volume(along, 1));
    float* to = buffers.Out("dx", dx, length);
    buffers.backend().MaxBackward(along, forward_x, forward_y, from, to);
  });
}

nrnn_status nrnn_gather(const nrnn_axis* axis, int64_t count, const nrnn_buffer* x,
                        const nrnn_buffer* indices, nrnn_buffer* y) {
  return Guard("nrnn_gather", [&] {
    const nrnn::Axis along = CheckAxis(axis);
    RequireRange("count", count, 0, kMaxSize);
    Arguments buffers;
    const float* from = buffers.In("x", x, Volume(along, along.length));
    const int32_t* at = buffers.InInt32("indices", indices, Volume(along, count));
    float* to = buffers.Out("y", y, Volume(along, count));
    buffers.backend().Gather(along, count, from, at, to);
  });
}

nrnn_status nrnn_scatter_add(const nrnn_axis* axis, int64_t count, const nrnn_buffer* y,
                             const nrnn_buffer* indices, nrnn_buffer* x) {
  return Guard("nrnn_scatter_add", [&] {
    const nrnn::Axis along = CheckAxis(axis);
    RequireRange("count", count, 0, kMaxSize);
    Arguments buffers;
    const float* from = buffers.In("y", y, Volume(along, count));
    const int32_t* at = buffers.InInt32("indices", indices, Volume(along, count));
    float* to = buffers.Out("x", x, Volume(along, along.length));
    buffers.backend().ScatterAdd(along, count, from, at, to);
  });
}

nrnn_status nrnn_softmax_forward(int64_t rows, int64_t columns, int32_t logarithm,
                                 const nrnn_buffer* x, nrnn_buffer* y) {
  return Guard("nrnn_softmax_forward", [&] {
    const int64_t length = MatrixLength(rows, columns);
    RequireRange("logarithm", logarithm, 0, 1);
    Arguments buffers;
    const float* from = buffers.In("x", x, length);
    float* to = buffers.OutInPlace("y", y, length);
    buffers.backend().SoftmaxForward(rows, columns, logarithm != 0, from, to);
  });
}

nrnn_status nrnn_softmax_backward(int64_t rows, int64_t columns, int32_t logarithm,
                                  const nrnn_buffer* y, const nrnn_buffer* dy, nrnn_buffer* dx) {
  return Guard("nrnn_softmax_backward", [&] {
    const int64_t length = MatrixLength(rows, columns);
    RequireRange("logarithm", logarithm, 0, 1);
    Arguments buffers, gradients;  // dx may be dy, but not y
    const float* forward_y = buffers.In("y", y, length);
    const float* from = gradients.In("dy", dy, length);
    buffers.Out("dx", dx, length);
    float* to = gradients.OutInPlace("dx", dx, length);
    buffers.backend().SoftmaxBackward(rows, columns, logarithm != 0, forward_y, from, to);
  });
}

nrnn_status nrnn_cross_entropy_forward(const nrnn_cross_entropy_args* args, nrnn_buffer* losses) {
  return Guard("nrnn_cross_entropy_forward", [&] {
    nrnn::CrossEntropyArgs loss = CheckCrossEntropy(args);
    Arguments buffers;
    loss.logits = buffers.In("logits", args->logits, loss.rows * loss.columns);
    loss.targets = buffers.InInt32("targets", args->targets, loss.rows);
    float* to = buffers.Out("losses", losses, loss.rows);
    buffers.backend().CrossEntropyForward(loss, to);
  });
}

nrnn_status nrnn_cross_entropy_backward(const nrnn_cross_entropy_args* args,
                                        const nrnn_buffer* dlosses, nrnn_buffer* dlogits) {
  return Guard("nrnn_cross_entropy_backward", [&] {
    nrnn::CrossEntropyArgs loss = CheckCrossEntropy(args);
    const int64_t length = loss.rows * loss.columns;
    Arguments buffers, gradients;  // dlogits may be logits, but not dlosses
    loss.logits = buffers.In("logits", args->logits, length);
    loss.targets = buffers.InInt32("targets", args->targets, loss.rows);
    const float* from = gradients.In("dlosses", dlosses, loss.rows);
    gradients.Out("dlogits", dlogits, length);
    float* to = buffers.OutInPlace("dlogits", dlogits, length);
    buffers.backend().CrossEntropyBackward(loss, from, to);
  });
}
