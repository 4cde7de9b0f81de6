// The reference behind C functions in double, for tests in other languages. Each returns null, or
// what went wrong: a text that stays until the thread's next call.
#include <algorithm>
#include <exception>
#include <string>

#include "api/rnn_options.h"
#include "reference/layer_norm.h"
#include "reference/rnn.h"
#include "reference/scan.h"

#define NRNN_REFERENCE extern "C" __attribute__((visibility("default")))

using nrnn::reference::Array;

// Shapes as in nativernn.h; null where that allows null. A call with dparams runs backward as well:
// the reserve is there, as for nrnn_rnn_backward.
struct nrnn_reference_rnn_args {
  const nrnn_rnn_config* config;
  int64_t steps, batch, seed;
  const double *params, *x;
  const int32_t* lengths;
  const double *h0, *c0;
  double *y, *hn, *cn;
  const double *dy, *dhn, *dcn;
  double *dx, *dh0, *dc0, *dparams;
};

// x: [rows, columns]; weight, bias: null for 1 and 0, and dbias null then.
struct nrnn_reference_layer_norm_args {
  int64_t rows, columns;
  double epsilon;
  const double *x, *weight, *bias, *dy;
  double *y, *dx, *dweight, *dbias;
};

struct nrnn_reference_scan_args {
  int32_t kind, directions, batch_first;
  int64_t steps, batch, hidden;
  const double *gates, *u;
  const int32_t* lengths;
  const double* h0;
  const double *dy, *dhn;
  double *y, *hn, *dgates, *du, *dh0;
};

NRNN_REFERENCE const char* nrnn_reference_rnn(const nrnn_reference_rnn_args* args);
NRNN_REFERENCE const char* nrnn_reference_layer_norm(const nrnn_reference_layer_norm_args* args);
NRNN_REFERENCE const char* nrnn_reference_scan(const nrnn_reference_scan_args* args);

namespace {

template <class Value>
Array<Value> Read(const Value* values, int64_t length) {
  return values == nullptr ? Array<Value>() : Array<Value>(values, values + length);
}

void Write(const Array<double>& values, double* to) {
  if (to != nullptr) std::copy(values.begin(), values.end(), to);
}

template <class Body>
const char* Guard(Body&& body) noexcept {
  thread_local std::string message;
  try {
    body();
    return nullptr;
  } catch (const std::exception& e) {
    message = e.what();
    return message.c_str();
  }
}

}  // namespace

const char* nrnn_reference_rnn(const nrnn_reference_rnn_args* args) {
  return Guard([&] {
    const nrnn::RnnShape shape = nrnn::CheckedShape(*args->config);
    const int64_t states = shape.layers * shape.directions * args->batch;
    const int64_t outputs = args->steps * args->batch * shape.directions * shape.Output();
    nrnn::reference::RnnSequence<double> sequence;
    sequence.steps = args->steps;
    sequence.batch = args->batch;
    sequence.params = Read(args->params, ParamsLength(shape));
    sequence.x = Read(args->x, args->steps * args->batch * shape.input);
    sequence.lengths = Read(args->lengths, args->batch);
    sequence.h0 = Read(args->h0, states * shape.Output());
    sequence.c0 = Read(args->c0, states * shape.hidden);
    sequence.training = args->dparams != nullptr;
    sequence.seed = args->seed;
    const auto results = nrnn::reference::RnnForward(shape, sequence);
    Write(results.y, args->y);
    Write(results.hn, args->hn);
    Write(results.cn, args->cn);
    if (!sequence.training) return;
    const nrnn::reference::RnnOutputs<double> given = {Read(args->dy, outputs),
                                                       Read(args->dhn, states * shape.Output()),
                                                       Read(args->dcn, states * shape.hidden)};
    const auto gradients = nrnn::reference::RnnBackward(shape, sequence, given);
    Write(gradients.dx, args->dx);
    Write(gradients.dh0, args->dh0);
    Write(gradients.dc0, args->dc0);
    Write(gradients.dparams, args->dparams);
  });
}

const char* nrnn_reference_layer_norm(const nrnn_reference_layer_norm_args* args) {
  return Guard([&] {
    const nrnn::reference::LayerNormShape shape = {args->rows, args->columns, args->epsilon};
    const int64_t length = args->rows * args->columns;
    const auto x = Read(args->x, length);
    const auto weight = Read(args->weight, args->columns);
    Write(nrnn::reference::LayerNormForward(shape, x, weight, Read(args->bias, args->columns)),
          args->y);
    const auto gradients =
        nrnn::reference::LayerNormBackward(shape, x, weight, Read(args->dy, length));
    Write(gradients.dx, args->dx);
    Write(gradients.dweight, args->dweight);
    Write(gradients.dbias, args->dbias);
  });
}

const char* nrnn_reference_scan(const nrnn_reference_scan_args* args) {
  return Guard([&] {
    const nrnn::reference::ScanShape shape = {static_cast<nrnn_scan_kind>(args->kind),
                                              args->directions,
                                              args->batch_first != 0,
                                              args->steps,
                                              args->batch,
                                              args->hidden};
    const int64_t values = args->steps * args->batch * args->directions * args->hidden;
    const int64_t states = args->directions * args->batch * args->hidden;
    const nrnn::reference::ScanInputs<double> inputs = {
        Read(args->gates, values * shape.Gates()), Read(args->u, args->directions * args->hidden),
        Read(args->lengths, args->batch), Read(args->h0, states)};
    const auto results = nrnn::reference::ScanForward(shape, inputs);
    Write(results.y, args->y);
    Write(results.hn, args->hn);
    const auto gradients = nrnn::reference::ScanBackward(
        shape, inputs, {Read(args->dy, values), Read(args->dhn, states)});
    Write(gradients.dgates, args->dgates);
    Write(gradients.du, args->du);
    Write(gradients.dh0, args->dh0);
  });
}
