#include "rnn_run.h"

#include <algorithm>

#include "numbers.h"
#include "selection.h"

namespace nrnn::test {
namespace {

using reference::RnnOutputs;
using reference::RnnSequence;

// The buffers of one sequence and its results.
struct RnnBuffers {
  RnnBuffers(const Device& device, const Rnn& rnn, const nrnn_rnn_config& config,
             const RnnSequence<double>& sequence)
      : params(device, sequence.params),
        x(device, sequence.x),
        lengths(Buffer::OrNone(device, sequence.lengths)),
        h0(Buffer::OrNone(device, sequence.h0)),
        c0(Buffer::OrNone(device, sequence.c0)) {
    const int64_t units = config.projection_size > 0 ? config.projection_size : config.hidden_size;
    const int64_t width = config.directions * units;
    const int64_t states = config.num_layers * width * sequence.batch;
    const int64_t cells = states / units * config.hidden_size;
    y = Buffer::Unwritten(device, sequence.steps * sequence.batch * width);
    hn = Buffer::Unwritten(device, states);
    if (config.cell == NRNN_CELL_LSTM) cn = Buffer::Unwritten(device, cells);
    if (!sequence.training) return;
    reserve = Buffer::Unwritten(device, rnn.ReserveLength(sequence.steps, sequence.batch));
    dx = Buffer::Unwritten(device, x.length());
    dh0 = Buffer::Unwritten(device, states);
    if (config.cell == NRNN_CELL_LSTM) dc0 = Buffer::Unwritten(device, cells);
    dparams = Buffer(device, params.length());
    test::Check(nrnn_buffer_fill(dparams.get(), kGradientBefore));
  }
  Buffer params, x, lengths, h0, c0, y, hn, cn, reserve, dx, dh0, dc0, dparams;
};

void RunForward(const Rnn& rnn, const RnnSequence<double>& sequence, const RnnBuffers& buffers) {
  nrnn_rnn_forward_args args = {};
  args.steps = sequence.steps;
  args.batch = sequence.batch;
  args.seed = sequence.seed;
  args.params = buffers.params.get();
  args.x = buffers.x.get();
  args.lengths = buffers.lengths.get();
  args.h0 = buffers.h0.get();
  args.c0 = buffers.c0.get();
  args.y = buffers.y.get();
  args.hn = buffers.hn.get();
  args.cn = buffers.cn.get();
  args.reserve = buffers.reserve.get();
  Check(nrnn_rnn_forward(rnn.get(), &args));
}

void RunBackward(const Device& device, const Rnn& rnn, const RnnSequence<double>& sequence,
                 const RnnOutputs<double>& output_gradients, const RnnBuffers& buffers) {
  const Buffer dy = Buffer::OrNone(device, output_gradients.y);
  const Buffer dhn = Buffer::OrNone(device, output_gradients.hn);
  const Buffer dcn = Buffer::OrNone(device, output_gradients.cn);
  nrnn_rnn_backward_args args = {};
  args.steps = sequence.steps;
  args.batch = sequence.batch;
  args.seed = sequence.seed;
  args.params = buffers.params.get();
  args.x = buffers.x.get();
  args.lengths = buffers.lengths.get();
  args.h0 = buffers.h0.get();
  args.c0 = buffers.c0.get();
  args.y = buffers.y.get();
  args.reserve = buffers.reserve.get();
  args.dy = dy.get();
  args.dhn = dhn.get();
  args.dcn = dcn.get();
  args.dx = buffers.dx.get();
  args.dh0 = buffers.dh0.get();
  args.dc0 = buffers.dc0.get();
  args.dparams = buffers.dparams.get();
  Check(nrnn_rnn_backward(rnn.get(), &args));
}

std::vector<float> ReadOrNone(const Buffer& buffer) {
  return buffer.get() == nullptr ? std::vector<float>() : buffer.Read();
}

}  // namespace

RnnResults RunRnn(const Device& device, const nrnn_rnn_config& config,
                  const RnnSequence<double>& sequence, const RnnOutputs<double>& output_gradients) {
  const Rnn rnn(device, config);
  const RnnBuffers buffers(device, rnn, config, sequence);
  RunForward(rnn, sequence, buffers);
  RnnResults results;
  results.y = buffers.y.Read();
  results.hn = buffers.hn.Read();
  results.cn = ReadOrNone(buffers.cn);
  if (!sequence.training) return results;
  RunBackward(device, rnn, sequence, output_gradients, buffers);
  results.dx = buffers.dx.Read();
  results.dh0 = buffers.dh0.Read();
  results.dc0 = ReadOrNone(buffers.dc0);
  results.dparams = buffers.dparams.Read();
  return results;
}

RnnWant ReferenceRnn(const RnnShape& shape, const RnnSequence<double>& sequence,
                     const RnnOutputs<double>& output_gradients) {
  RnnWant want;
  want.outputs = reference::RnnForward(shape, sequence);
  if (!sequence.training) return want;
  want.gradients = reference::RnnBackward(shape, sequence, output_gradients);
  for (double& gradient : want.gradients.dparams) gradient += kGradientBefore;
  return want;
}

testing::AssertionResult NearReference(const RnnResults& got, const RnnWant& want,
                                       const RnnShape& shape, const RnnSequence<double>& sequence,
                                       const std::string& what) {
  // terms: of one pre-activation, times the steps and layers through which roundings travel;
  // gradients of parameters also sum over all rows.
  const double widest = static_cast<double>(std::max(shape.input, shape.directions * shape.hidden));
  // Normalisation divides by the deviation of sums, a quarter to a half with these numbers, and so
  // multiplies their roundings: four times the tolerance.
  const double spread = shape.options.layer_norm ? 16 : 1;
  const double path = spread * (widest + static_cast<double>(shape.hidden) + 2) *
                      static_cast<double>(sequence.steps * shape.layers);
  const struct {
    const char* name;
    const std::vector<float>& got;
    const std::vector<double>& want;
    double terms;
  } arrays[] = {
      {" y", got.y, want.outputs.y, path},
      {" hn", got.hn, want.outputs.hn, path},
      {" cn", got.cn, want.outputs.cn, path},
      {" dx", got.dx, want.gradients.dx, path},
      {" dh0", got.dh0, want.gradients.dh0, path},
      {" dc0", got.dc0, want.gradients.dc0, path},
      {" dparams", got.dparams, want.gradients.dparams,
       path + static_cast<double>(sequence.steps * sequence.batch)},
  };
  for (const auto& array : arrays) {
    const auto near =
        Near(array.got, array.want, SumTolerance(array.terms, array.want), what + array.name);
    if (!near) return near;
  }
  return testing::AssertionSuccess();
}

testing::AssertionResult SameResults(const RnnResults& got, const RnnResults& want,
                                     const std::string& what) {
  const struct {
    const char* name;
    const std::vector<float>& got;
    const std::vector<float>& want;
  } arrays[] = {
      {" y", got.y, want.y},
      {" hn", got.hn, want.hn},
      {" cn", got.cn, want.cn},
      {" dx", got.dx, want.dx},
      {" dh0", got.dh0, want.dh0},
      {" dc0", got.dc0, want.dc0},
      {" dparams", got.dparams, want.dparams},
  };
  for (const auto& array : arrays) {
    const auto same = SameBits(array.got, array.want, what + array.name);
    if (!same) return same;
  }
  return testing::AssertionSuccess();
}

ThreadCounts::ThreadCounts(int32_t target) {
  for (const int32_t threads : {1, 2, 3}) devices_.emplace_back(threads, target);
}

testing::AssertionResult ThreadCounts::Check(const RnnCase& rnn_case) const {
  const std::string repro = Repro(rnn_case.Name());
  const auto sequence = MakeSequence(rnn_case);
  const auto output_gradients = MakeOutputGradients(rnn_case);
  const auto want = ReferenceRnn(rnn_case.shape, sequence, output_gradients);
  const auto one = RunRnn(devices_[0], rnn_case.Config(), sequence, output_gradients);
  const auto near = NearReference(one, want, rnn_case.shape, sequence, repro);
  if (!near) return near;
  for (size_t k = 1; k < devices_.size(); ++k) {
    const auto more = RunRnn(devices_[k], rnn_case.Config(), sequence, output_gradients);
    const auto same =
        SameResults(more, one, repro + " (" + std::to_string(k + 1) + " threads, then 1)");
    if (!same) return same;
  }
  return testing::AssertionSuccess();
}

}  // namespace nrnn::test
