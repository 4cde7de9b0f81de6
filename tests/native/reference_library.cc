// The reference behind a C function in double, for tests in other languages.
#include <algorithm>
#include <exception>
#include <string>

#include "api/rnn_options.h"
#include "reference/rnn.h"

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

// Returns null, or what went wrong: a text that stays until the thread's next call.
extern "C" NRNN_API const char* nrnn_reference_rnn(const nrnn_reference_rnn_args* args);

namespace {

template <class Value>
Array<Value> Read(const Value* values, int64_t length) {
  return values == nullptr ? Array<Value>() : Array<Value>(values, values + length);
}

void Write(const Array<double>& values, double* to) {
  if (to != nullptr) std::copy(values.begin(), values.end(), to);
}

}  // namespace

const char* nrnn_reference_rnn(const nrnn_reference_rnn_args* args) {
  thread_local std::string message;
  try {
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
    if (!sequence.training) return nullptr;
    const nrnn::reference::RnnOutputs<double> given = {Read(args->dy, outputs),
                                                       Read(args->dhn, states * shape.Output()),
                                                       Read(args->dcn, states * shape.hidden)};
    const auto gradients = nrnn::reference::RnnBackward(shape, sequence, given);
    Write(gradients.dx, args->dx);
    Write(gradients.dh0, args->dh0);
    Write(gradients.dc0, args->dc0);
    Write(gradients.dparams, args->dparams);
    return nullptr;
  } catch (const std::exception& e) {
    message = e.what();
    return message.c_str();
  }
}
