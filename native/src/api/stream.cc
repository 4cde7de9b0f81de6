// The C interface of packed weights and of streams.
#include <limits>
#include <vector>

#include "api/guard.h"

using nrnn::Arguments;
using nrnn::CheckedProduct;
using nrnn::Guard;
using nrnn::Require;
using nrnn::RequireRange;

namespace {

constexpr int64_t kMaxElements = int64_t{1} << 40;

// Throws unless all that a stream of this batch holds stays far from overflow.
void RequireBatch(const nrnn::RnnShape& shape, int64_t batch) {
  RequireRange("batch", batch, 1, std::numeric_limits<int32_t>::max());
  const int64_t widest = 8 * shape.layers * (shape.hidden + shape.input);
  Require(batch <= kMaxElements / widest, "batch is ", batch, ", too large for these weights");
}

void RequireLength(const char* name, const float* values, int64_t length, int64_t needed) {
  Require(values != nullptr, name, " is null");
  Require(length == needed, name, " holds ", length, " floats, needs ", needed);
}

void RequireApart(const float* x, int64_t x_length, const float* y, int64_t y_length) {
  const auto x_begin = reinterpret_cast<uintptr_t>(x), y_begin = reinterpret_cast<uintptr_t>(y);
  const uintptr_t x_end = x_begin + static_cast<uintptr_t>(x_length) * sizeof(float);
  const uintptr_t y_end = y_begin + static_cast<uintptr_t>(y_length) * sizeof(float);
  Require(y_end <= x_begin || x_end <= y_begin, "out_y overlaps x");
}

// h_name and c_name: of the arguments.
void RequireState(const nrnn_stream& stream, const char* h_name, const float* h, int64_t h_length,
                  const char* c_name, const float* c, int64_t c_length) {
  const nrnn::RnnShape& shape = stream.shape;
  const int64_t needed = shape.layers * stream.stream->batch() * shape.hidden;
  RequireLength(h_name, h, h_length, needed);
  if (shape.cell == nrnn::Cell::kLstm) return RequireLength(c_name, c, c_length, needed);
  Require(c == nullptr, c_name, " is given, must be null: only LSTM has a cell state");
  Require(c_length == 0, "c_length is ", c_length, ", must be 0: only LSTM has a cell state");
}

}  // namespace

nrnn_status nrnn_weights_pack(nrnn_rnn* rnn, const nrnn_buffer* params, int32_t storage,
                              nrnn_weights** out_weights) {
  return Guard("nrnn_weights_pack", [&] {
    Require(rnn != nullptr, "rnn is null");
    Require(out_weights != nullptr, "out_weights is null");
    RequireRange("storage", storage, NRNN_WEIGHT_STORAGE_FLOAT32, NRNN_WEIGHT_STORAGE_INT8);
    if (rnn->shape.directions != 1) {
      throw nrnn::Error(NRNN_UNSUPPORTED,
                        "the plan has 2 directions, needs 1: the backward one starts at the last "
                        "step, which a stream does not know");
    }
    if (rnn->shape.options.any) {
      throw nrnn::Error(NRNN_UNSUPPORTED,
                        "the plan has options of cells (a projection, peepholes, activations, "
                        "normalisation, clipping, zoneout or dropout), streams run plain cells");
    }
    Arguments buffers(rnn->backend);
    const int64_t length = nrnn::ParamsLength(rnn->shape);
    const float* values = buffers.In("params", params, length);
    std::vector<float> host(static_cast<size_t>(length));
    rnn->backend->Read(host.data(), values, length * static_cast<int64_t>(sizeof(float)));
    *out_weights =
        new nrnn_weights(nrnn::PackWeights(rnn->backend->Describe().cpu_target, rnn->shape,
                                           static_cast<nrnn_weight_storage>(storage), host.data()));
  });
}

void nrnn_weights_close(nrnn_weights* weights) { delete weights; }

nrnn_status nrnn_weights_bytes(const nrnn_weights* weights, int64_t* out_bytes) {
  return Guard("nrnn_weights_bytes", [&] {
    Require(weights != nullptr, "weights is null");
    Require(out_bytes != nullptr, "out_bytes is null");
    *out_bytes = weights->packed->Bytes();
  });
}

nrnn_status nrnn_stream_open(const nrnn_weights* weights, int64_t batch, nrnn_stream** out_stream) {
  return Guard("nrnn_stream_open", [&] {
    Require(weights != nullptr, "weights is null");
    Require(out_stream != nullptr, "out_stream is null");
    RequireBatch(weights->packed->shape(), batch);
    *out_stream = new nrnn_stream(*weights, batch);
  });
}

void nrnn_stream_close(nrnn_stream* stream) { delete stream; }

nrnn_status nrnn_stream_reset(nrnn_stream* stream) {
  return Guard("nrnn_stream_reset", [&] {
    Require(stream != nullptr, "stream is null");
    stream->stream->Reset();
  });
}

nrnn_status nrnn_stream_run(nrnn_stream* stream, int64_t steps, const float* x, int64_t x_length,
                            float* out_y, int64_t y_length) {
  return Guard("nrnn_stream_run", [&] {
    Require(stream != nullptr, "stream is null");
    RequireRange("steps", steps, 1, std::numeric_limits<int32_t>::max());
    const int64_t batch = stream->stream->batch();
    RequireLength("x", x, x_length, CheckedProduct(steps, batch * stream->shape.input));
    RequireLength("out_y", out_y, y_length, CheckedProduct(steps, batch * stream->shape.hidden));
    RequireApart(x, x_length, out_y, y_length);
    stream->stream->Run(steps, x, out_y);
  });
}

nrnn_status nrnn_stream_read_state(const nrnn_stream* stream, float* out_h, int64_t h_length,
                                   float* out_c, int64_t c_length) {
  return Guard("nrnn_stream_read_state", [&] {
    Require(stream != nullptr, "stream is null");
    RequireState(*stream, "out_h", out_h, h_length, "out_c", out_c, c_length);
    stream->stream->ReadState(out_h, out_c);
  });
}

nrnn_status nrnn_stream_write_state(nrnn_stream* stream, const float* h, int64_t h_length,
                                    const float* c, int64_t c_length) {
  return Guard("nrnn_stream_write_state", [&] {
    Require(stream != nullptr, "stream is null");
    RequireState(*stream, "h", h, h_length, "c", c, c_length);
    stream->stream->WriteState(h, c);
  });
}
